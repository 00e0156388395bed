"""A piece of storage in the cluster, provisioned by hand or dynamically; cluster-wide and independent of pods (v1): the shape, field by field."""

from collections.abc import Mapping
from typing import ClassVar

from k8snb.api.core.pod import NodeSelector, ObjectReference
from k8snb.api.core.volume import (
    AWSElasticBlockStoreVolumeSource,
    AzureDiskVolumeSource,
    FCVolumeSource,
    FlockerVolumeSource,
    GCEPersistentDiskVolumeSource,
    HostPathVolumeSource,
    NFSVolumeSource,
    PhotonPersistentDiskVolumeSource,
    PortworxVolumeSource,
    QuobyteVolumeSource,
    VsphereVirtualDiskVolumeSource,
)
from k8snb.api.model import EMPTY_MAP, Field, Quantity, Struct, Time
from k8snb.api.object import Object


class AzureFilePersistentVolumeSource(Struct):
    """An Azure file share."""

    readOnly: bool = Field("bool", "Mount read-only. Default false.", zero=False)
    secretName: str = Field("string", "Secret with the storage account's name and key.", zero="", always=True)
    secretNamespace: str | None = Field("*string", "Namespace of that Secret; the claim's namespace when unset.")
    shareName: str = Field("string", "Name of the share.", zero="", always=True)


class SecretReference(Struct):
    """A reference to a Secret in some namespace."""

    name: str = Field("string", "Name of the Secret.", zero="")
    namespace: str = Field("string", "Namespace of the Secret.", zero="")
    map_type: ClassVar[str] = "atomic"


class CSIPersistentVolumeSource(Struct):
    """Storage managed by a CSI driver."""

    controllerExpandSecretRef: SecretReference | None = Field(
        "*SecretReference", "Secret handed to the driver when expanding the volume centrally."
    )
    controllerPublishSecretRef: SecretReference | None = Field(
        "*SecretReference", "Secret handed to the driver when attaching and detaching."
    )
    driver: str = Field("string", "Name of the CSI driver; required.", zero="", always=True)
    fsType: str = Field("string", "File system to mount: ext4, xfs, ntfs, …", zero="")
    nodeExpandSecretRef: SecretReference | None = Field(
        "*SecretReference", "Secret handed to the driver when expanding the volume on the node."
    )
    nodePublishSecretRef: SecretReference | None = Field(
        "*SecretReference", "Secret handed to the driver when mounting the volume for a pod."
    )
    nodeStageSecretRef: SecretReference | None = Field(
        "*SecretReference", "Secret handed to the driver when preparing the volume on the node."
    )
    readOnly: bool = Field("bool", "Attach read-only. Default false.", zero=False)
    volumeAttributes: Mapping[str, str] = Field(
        "map[string]string", "Settings of the volume as the driver returned them when creating it.", zero=EMPTY_MAP
    )
    volumeHandle: str = Field(
        "string",
        "Id of the volume as the driver returned it; required and used in all later calls.",
        zero="",
        always=True,
    )


class CephFSPersistentVolumeSource(Struct):
    """A CephFS mount of a persistent volume."""

    monitors: tuple[str, ...] = Field(
        "[]string", "Addresses of the Ceph monitors; at least one.", zero=(), always=True, list_type="atomic"
    )
    path: str = Field("string", 'Directory of the file system to use as root. Default "/".', zero="")
    readOnly: bool = Field("bool", "Mount read-only. Default false.", zero=False)
    secretFile: str = Field(
        "string", "Path of the user's key ring on the node. Default /etc/ceph/user.secret.", zero=""
    )
    secretRef: SecretReference | None = Field(
        "*SecretReference", "Secret, of any namespace, with the user's key; used instead of secretFile."
    )
    user: str = Field("string", "RADOS user name. Default admin.", zero="")


class CinderPersistentVolumeSource(Struct):
    """An OpenStack Cinder disk of a persistent volume."""

    fsType: str = Field("string", "File system to mount: ext4 (default), xfs or ntfs.", zero="")
    readOnly: bool = Field("bool", "Mount read-only. Default false.", zero=False)
    secretRef: SecretReference | None = Field(
        "*SecretReference", "Secret, of any namespace, with parameters to reach OpenStack."
    )
    volumeID: str = Field("string", "Id of the Cinder volume.", zero="", always=True)


class FlexPersistentVolumeSource(Struct):
    """A persistent volume of an exec-based driver installed on the nodes."""

    driver: str = Field("string", "Name of the driver, as vendor/name.", zero="", always=True)
    fsType: str = Field("string", "File system to mount; depends on the driver's script when unset.", zero="")
    options: Mapping[str, str] = Field("map[string]string", "Further settings handed to the driver.", zero=EMPTY_MAP)
    readOnly: bool = Field("bool", "Mount read-only. Default false.", zero=False)
    secretRef: SecretReference | None = Field(
        "*SecretReference", "Secret, of any namespace, whose content is handed to the driver."
    )


class GlusterfsPersistentVolumeSource(Struct):
    """A Glusterfs mount of a persistent volume."""

    endpoints: str = Field("string", "Name of the Endpoints object that lists the servers.", zero="", always=True)
    endpointsNamespace: str | None = Field(
        "*string", "Namespace of the Endpoints object; that of the bound claim when unset."
    )
    path: str = Field("string", "Name of the Glusterfs volume.", zero="", always=True)
    readOnly: bool = Field("bool", "Mount read-only. Default false.", zero=False)


class ISCSIPersistentVolumeSource(Struct):
    """An iSCSI disk of a persistent volume."""

    chapAuthDiscovery: bool = Field("bool", "Use CHAP authentication for discovery.", zero=False)
    chapAuthSession: bool = Field("bool", "Use CHAP authentication for the session.", zero=False)
    fsType: str = Field("string", "File system to mount: ext4 (default), xfs or ntfs.", zero="")
    initiatorName: str | None = Field(
        "*string", "Custom initiator name to present; creates a separate interface for the connection."
    )
    iqn: str = Field("string", "Qualified name of the target.", zero="", always=True)
    iscsiInterface: str = Field(
        "string", 'Interface of the transport. Default "default" (tcp).', zero="", default="default"
    )
    lun: int = Field("int32", "Logical unit number on the target.", zero=0, always=True)
    portals: tuple[str, ...] = Field(
        "[]string", "Further portals for multipath, as ip or ip:port.", zero=(), list_type="atomic"
    )
    readOnly: bool = Field("bool", "Mount read-only. Default false.", zero=False)
    secretRef: SecretReference | None = Field(
        "*SecretReference", "Secret, of any namespace, with the CHAP credentials of target and initiator."
    )
    targetPortal: str = Field(
        "string", "Address of the target as ip or ip:port; port 3260 unless given.", zero="", always=True
    )


class LocalVolumeSource(Struct):
    """A disk, partition or directory of one node."""

    fsType: str | None = Field(
        "*string", "File system to format a raw device with when it is still empty; detected when unset."
    )
    path: str = Field("string", "Full path on the node of a directory or block device.", zero="", always=True)


class RBDPersistentVolumeSource(Struct):
    """A Ceph block device of a persistent volume."""

    fsType: str = Field("string", "File system to mount: ext4 (default), xfs or ntfs.", zero="")
    image: str = Field("string", "Name of the RADOS image.", zero="", always=True)
    keyring: str = Field(
        "string", "Path of the key ring on the node. Default /etc/ceph/keyring.", zero="", default="/etc/ceph/keyring"
    )
    monitors: tuple[str, ...] = Field(
        "[]string", "Addresses of the Ceph monitors; at least one.", zero=(), always=True, list_type="atomic"
    )
    pool: str = Field("string", "RADOS pool of the image. Default rbd.", zero="", default="rbd")
    readOnly: bool = Field("bool", "Mount read-only. Default false.", zero=False)
    secretRef: SecretReference | None = Field(
        "*SecretReference", "Secret, of any namespace, with the user's key; used instead of keyring."
    )
    user: str = Field("string", "RADOS user name. Default admin.", zero="", default="admin")


class ScaleIOPersistentVolumeSource(Struct):
    """A ScaleIO volume of a persistent volume."""

    fsType: str = Field("string", "File system to mount. Default xfs.", zero="", default="xfs")
    gateway: str = Field("string", "Host of the ScaleIO API gateway.", zero="", always=True)
    protectionDomain: str = Field("string", "Protection domain of the storage.", zero="")
    readOnly: bool = Field("bool", "Mount read-only. Default false.", zero=False)
    secretRef: SecretReference | None = Field(
        "*SecretReference", "Secret, of any namespace, with the ScaleIO login; required."
    )
    sslEnabled: bool = Field("bool", "Talk to the gateway over TLS. Default false.", zero=False)
    storageMode: str = Field(
        "string", "ThickProvisioned or ThinProvisioned (default).", zero="", default="ThinProvisioned"
    )
    storagePool: str = Field("string", "Storage pool within the protection domain.", zero="")
    system: str = Field("string", "Name of the storage system.", zero="", always=True)
    volumeName: str = Field("string", "Name of a volume that already exists in the system.", zero="")


class StorageOSPersistentVolumeSource(Struct):
    """A StorageOS volume of a persistent volume."""

    fsType: str = Field("string", "File system to mount: ext4 (default), xfs or ntfs.", zero="")
    readOnly: bool = Field("bool", "Mount read-only. Default false.", zero=False)
    secretRef: ObjectReference | None = Field(
        "*ObjectReference",
        "Secret, of any namespace, with the StorageOS API login; built-in defaults are tried when unset.",
    )
    volumeName: str = Field("string", "Name of the volume, unique within its StorageOS namespace.", zero="")
    volumeNamespace: str = Field(
        "string", "StorageOS namespace of the volume; the claim's namespace when unset.", zero=""
    )


class VolumeNodeAffinity(Struct):
    """Which nodes can reach a volume."""

    required: NodeSelector | None = Field(
        "*NodeSelector",
        "Node terms of which one must match; they may only be changed while unset, or where mutability is enabled.",
    )


class PersistentVolumeSpec(Struct):
    """What a volume is and how it may be used; exactly one backing source is set."""

    accessModes: tuple[str, ...] = Field(
        "[]PersistentVolumeAccessMode",
        "Modes the volume can be mounted in: ReadWriteOnce, ReadOnlyMany, ReadWriteMany, ReadWriteOncePod.",
        zero=(),
        enum=("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"),
        list_type="atomic",
    )
    awsElasticBlockStore: AWSElasticBlockStoreVolumeSource | None = Field(
        "*AWSElasticBlockStoreVolumeSource", "Deprecated: an AWS EBS disk, now served by the ebs.csi.aws.com driver."
    )
    azureDisk: AzureDiskVolumeSource | None = Field(
        "*AzureDiskVolumeSource", "Deprecated: an Azure data disk, now served by the disk.csi.azure.com driver."
    )
    azureFile: AzureFilePersistentVolumeSource | None = Field(
        "*AzureFilePersistentVolumeSource",
        "Deprecated: an Azure file share, now served by the file.csi.azure.com driver.",
    )
    capacity: Mapping[str, Quantity] = Field(
        "ResourceList", "Size of the volume, under the key storage.", zero=EMPTY_MAP
    )
    cephfs: CephFSPersistentVolumeSource | None = Field(
        "*CephFSPersistentVolumeSource", "Deprecated: a CephFS mount; the in-tree plugin is no longer supported."
    )
    cinder: CinderPersistentVolumeSource | None = Field(
        "*CinderPersistentVolumeSource",
        "Deprecated: an OpenStack Cinder disk, now served by the cinder.csi.openstack.org driver.",
    )
    claimRef: ObjectReference | None = Field(
        "*ObjectReference", "Claim the volume is bound to, or reserved for when set beforehand.", map_type="granular"
    )
    csi: CSIPersistentVolumeSource | None = Field("*CSIPersistentVolumeSource", "Storage managed by a CSI driver.")
    fc: FCVolumeSource | None = Field("*FCVolumeSource", "A Fibre Channel disk attached to the node.")
    flexVolume: FlexPersistentVolumeSource | None = Field(
        "*FlexPersistentVolumeSource", "Deprecated: volume provided by an exec-based plugin; use a CSI driver."
    )
    flocker: FlockerVolumeSource | None = Field(
        "*FlockerVolumeSource", "Deprecated: a Flocker dataset; the plugin is no longer supported."
    )
    gcePersistentDisk: GCEPersistentDiskVolumeSource | None = Field(
        "*GCEPersistentDiskVolumeSource",
        "Deprecated: a Google Compute Engine disk, now served by the pd.csi.storage.gke.io driver.",
    )
    glusterfs: GlusterfsPersistentVolumeSource | None = Field(
        "*GlusterfsPersistentVolumeSource", "Deprecated: a Glusterfs mount; the in-tree plugin is no longer supported."
    )
    hostPath: HostPathVolumeSource | None = Field(
        "*HostPathVolumeSource",
        "A directory of the node; for single-node experiments only, as its content does not follow the pod.",
    )
    iscsi: ISCSIPersistentVolumeSource | None = Field(
        "*ISCSIPersistentVolumeSource", "An iSCSI disk attached to the node."
    )
    local: LocalVolumeSource | None = Field(
        "*LocalVolumeSource", "A disk or directory of one particular node; nodeAffinity must then name that node."
    )
    mountOptions: tuple[str, ...] = Field(
        "[]string",
        "Options for mounting, such as ro or soft; not validated, so a wrong one makes the mount fail.",
        zero=(),
        list_type="atomic",
    )
    nfs: NFSVolumeSource | None = Field("*NFSVolumeSource", "A directory exported by an NFS server.")
    nodeAffinity: VolumeNodeAffinity | None = Field(
        "*VolumeNodeAffinity",
        "Nodes from which the volume can be reached; the scheduler obeys it for pods using the volume.",
    )
    persistentVolumeReclaimPolicy: str = Field(
        "PersistentVolumeReclaimPolicy",
        "What happens when the claim goes: Retain, Delete or Recycle (deprecated). Retain by hand, Delete when provisioned.",
        zero="",
        enum=("Delete", "Recycle", "Retain"),
    )
    photonPersistentDisk: PhotonPersistentDiskVolumeSource | None = Field(
        "*PhotonPersistentDiskVolumeSource", "Deprecated: a Photon Controller disk; the plugin is no longer supported."
    )
    portworxVolume: PortworxVolumeSource | None = Field(
        "*PortworxVolumeSource", "Deprecated: a Portworx volume, now served by the pxd.portworx.com driver."
    )
    quobyte: QuobyteVolumeSource | None = Field(
        "*QuobyteVolumeSource", "Deprecated: a Quobyte mount; the plugin is no longer supported."
    )
    rbd: RBDPersistentVolumeSource | None = Field(
        "*RBDPersistentVolumeSource", "Deprecated: a Ceph block device; the in-tree plugin is no longer supported."
    )
    scaleIO: ScaleIOPersistentVolumeSource | None = Field(
        "*ScaleIOPersistentVolumeSource", "Deprecated: a ScaleIO volume; the plugin is no longer supported."
    )
    storageClassName: str = Field(
        "string",
        "StorageClass the volume belongs to; only claims of the same class bind to it. Empty means none.",
        zero="",
    )
    storageos: StorageOSPersistentVolumeSource | None = Field(
        "*StorageOSPersistentVolumeSource", "Deprecated: a StorageOS volume; the plugin is no longer supported."
    )
    volumeAttributesClassName: str | None = Field(
        "*string", "VolumeAttributesClass in effect; the claim decides, and unset means none."
    )
    volumeMode: str | None = Field(
        "*PersistentVolumeMode",
        "Filesystem (default) for a mounted directory or Block for a raw device.",
        enum=("Block", "Filesystem"),
    )
    vsphereVolume: VsphereVirtualDiskVolumeSource | None = Field(
        "*VsphereVirtualDiskVolumeSource",
        "Deprecated: a vSphere disk, now served by the csi.vsphere.vmware.com driver.",
    )


class PersistentVolumeStatus(Struct):
    """State of a volume."""

    lastPhaseTransitionTime: Time | None = Field("*metav1.Time", "When phase last changed.")
    message: str = Field("string", "Why the volume is in its present phase, for a person to read.", zero="")
    phase: str = Field(
        "PersistentVolumePhase",
        "Pending, Available, Bound, Released or Failed.",
        zero="",
        enum=("Available", "Bound", "Failed", "Pending", "Released"),
    )
    reason: str = Field("string", "CamelCase word for a failure, as shown by kubectl.", zero="")


class PersistentVolume(Object):
    """A piece of storage in the cluster, provisioned by hand or dynamically; cluster-wide and independent of pods."""

    apiVersion: ClassVar[str] = "v1"
    kind: ClassVar[str] = "PersistentVolume"
    spec: PersistentVolumeSpec = Field(
        "PersistentVolumeSpec",
        "Size, access modes, backing storage and the claim it is bound to.",
        zero=PersistentVolumeSpec(),
        always=True,
    )
    status: PersistentVolumeStatus = Field(
        "PersistentVolumeStatus", "Whether it is free, bound or released.", zero=PersistentVolumeStatus(), always=True
    )
