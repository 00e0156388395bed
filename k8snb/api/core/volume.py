"""Volumes: everything that can be mounted into a Pod (v1)."""

from collections.abc import Mapping
from typing import ClassVar

from k8snb.api.meta import LabelSelector, ObjectMeta
from k8snb.api.model import EMPTY_MAP, Field, Quantity, Struct


class AWSElasticBlockStoreVolumeSource(Struct):
    """An AWS EBS disk."""

    fsType: str = Field("string", "File system to mount: ext4 (default), xfs or ntfs.", zero="")
    partition: int = Field("int32", "Partition number to mount; 0 or unset means the whole disk.", zero=0)
    readOnly: bool = Field("bool", "Mount read-only. Default false.", zero=False)
    volumeID: str = Field("string", "Id of the EBS volume, in the node's availability zone.", zero="", always=True)


class AzureDiskVolumeSource(Struct):
    """An Azure data disk."""

    cachingMode: str | None = Field(
        "*AzureDataDiskCachingMode",
        "Host caching: None, ReadOnly or ReadWrite (default).",
        default="ReadWrite",
        enum=("None", "ReadOnly", "ReadWrite"),
    )
    diskName: str = Field("string", "Name of the disk in blob storage.", zero="", always=True)
    diskURI: str = Field("string", "URI of the disk.", zero="", always=True)
    fsType: str | None = Field("*string", "File system to mount. Default ext4.", default="ext4")
    kind: str | None = Field(
        "*AzureDataDiskKind",
        "Shared (default: several blob disks per account), Dedicated (one per account) or Managed.",
        default="Shared",
        enum=("Dedicated", "Managed", "Shared"),
    )
    readOnly: bool | None = Field("*bool", "Mount read-only. Default false.")


class AzureFileVolumeSource(Struct):
    """An Azure file share."""

    readOnly: bool = Field("bool", "Mount read-only. Default false.", zero=False)
    secretName: str = Field(
        "string", "Secret with the storage account's name and key, in the pod's namespace.", zero="", always=True
    )
    shareName: str = Field("string", "Name of the share.", zero="", always=True)


class LocalObjectReference(Struct):
    """A reference by name to an object in the same namespace."""

    name: str = Field("string", "Name of the object referred to.", zero="")
    map_type: ClassVar[str] = "atomic"


class CSIVolumeSource(Struct):
    """An inline CSI volume."""

    driver: str = Field("string", "Name of the CSI driver that provides the volume.", zero="", always=True)
    fsType: str | None = Field(
        "*string", "File system to mount, passed to the driver; the driver's default when unset."
    )
    nodePublishSecretRef: LocalObjectReference | None = Field(
        "*LocalObjectReference",
        "Secret of the pod's namespace whose whole content is handed to the driver when mounting.",
    )
    readOnly: bool | None = Field("*bool", "Mount read-only. Default false.")
    volumeAttributes: Mapping[str, str] = Field(
        "map[string]string", "Driver-specific settings of the volume.", zero=EMPTY_MAP
    )


class CephFSVolumeSource(Struct):
    """A CephFS mount."""

    monitors: tuple[str, ...] = Field(
        "[]string", "Addresses of the Ceph monitors; at least one.", zero=(), always=True, list_type="atomic"
    )
    path: str = Field("string", 'Directory of the file system to use as root. Default "/".', zero="")
    readOnly: bool = Field("bool", "Mount read-only. Default false.", zero=False)
    secretFile: str = Field(
        "string", "Path of the user's key ring on the node. Default /etc/ceph/user.secret.", zero=""
    )
    secretRef: LocalObjectReference | None = Field(
        "*LocalObjectReference", "Secret with the user's key; used instead of secretFile."
    )
    user: str = Field("string", "RADOS user name. Default admin.", zero="")


class CinderVolumeSource(Struct):
    """An OpenStack Cinder disk."""

    fsType: str = Field("string", "File system to mount: ext4 (default), xfs or ntfs.", zero="")
    readOnly: bool = Field("bool", "Mount read-only. Default false.", zero=False)
    secretRef: LocalObjectReference | None = Field(
        "*LocalObjectReference", "Secret with parameters to reach OpenStack."
    )
    volumeID: str = Field("string", "Id of the Cinder volume.", zero="", always=True)


class KeyToPath(Struct):
    """Maps a key of a ConfigMap or Secret to a file."""

    key: str = Field("string", "Key to present.", zero="", always=True)
    mode: int | None = Field("*int32", "Permission bits of this file, 0 to 0777; the volume's defaultMode when unset.")
    path: str = Field(
        "string", 'File path relative to the mount point; must not start with or contain "..".', zero="", always=True
    )


class ConfigMapVolumeSource(Struct):
    """Presents a ConfigMap's keys as files."""

    defaultMode: int | None = Field(
        "*int32",
        "Permission bits of the files (octal or decimal, 0 to 0777) unless an item sets its own. Default 0644.",
    )
    items: tuple[KeyToPath, ...] = Field(
        "[]KeyToPath",
        "Keys to present and under which path; unset presents every key under its own name.",
        zero=(),
        list_type="atomic",
    )
    name: str = Field("string", "Name of the ConfigMap, in the pod's namespace.", zero="")
    optional: bool | None = Field("*bool", "True lets the pod start when the ConfigMap or a listed key is missing.")


class ObjectFieldSelector(Struct):
    """Picks a field of the pod itself (downward API)."""

    apiVersion: str = Field("string", 'Version of the schema that fieldPath is written in. Default "v1".', zero="")
    fieldPath: str = Field("string", "Path of the field, such as metadata.name or status.hostIP.", zero="", always=True)
    map_type: ClassVar[str] = "atomic"


class ResourceFieldSelector(Struct):
    """Picks a container's resource limit or request (downward API)."""

    containerName: str = Field(
        "string",
        "Container to look at: required in volumes, defaults to the container itself in environment variables.",
        zero="",
    )
    divisor: Quantity | None = Field(
        "resource.Quantity",
        'Unit the amount is divided by, rounding up: "1" (default), "1m" for cpu, "1Mi" and the like for memory.',
    )
    resource: str = Field(
        "string",
        "What to read: limits.cpu, limits.memory, requests.cpu, requests.memory, …ephemeral-storage or a hugepages size.",
        zero="",
        always=True,
    )
    map_type: ClassVar[str] = "atomic"


class DownwardAPIVolumeFile(Struct):
    """A file holding one field of the pod."""

    fieldRef: ObjectFieldSelector | None = Field(
        "*ObjectFieldSelector",
        "Pod field to write: metadata.labels, metadata.annotations, metadata.name, .namespace or .uid.",
    )
    mode: int | None = Field("*int32", "Permission bits of this file, 0 to 0777; the volume's defaultMode when unset.")
    path: str = Field("string", 'File path relative to the mount point, without "..".', zero="", always=True)
    resourceFieldRef: ResourceFieldSelector | None = Field(
        "*ResourceFieldSelector", "Container limit or request to write; containerName is required."
    )


class DownwardAPIVolumeSource(Struct):
    """Presents fields of the pod as files."""

    defaultMode: int | None = Field(
        "*int32", "Permission bits of the files, 0 to 0777, unless an item sets its own. Default 0644."
    )
    items: tuple[DownwardAPIVolumeFile, ...] = Field(
        "[]DownwardAPIVolumeFile", "Files to make.", zero=(), list_type="atomic"
    )


class EmptyDirVolumeSource(Struct):
    """A scratch directory that lives as long as the pod."""

    medium: str = Field(
        "StorageMedium",
        "Where it is kept: empty for the node's disk, Memory for tmpfs (counted as memory), HugePages or HugePages-<size>.",
        zero="",
    )
    sizeLimit: Quantity | None = Field(
        "*resource.Quantity", "Most it may hold; exceeding it gets the pod evicted. Unset means no limit."
    )


class TypedLocalObjectReference(Struct):
    """A reference by group, kind and name to an object in the same namespace."""

    apiGroup: str | None = Field("*string", "API group of the object; unset for the core group.")
    kind: str = Field("string", "Kind of the object.", zero="", always=True)
    name: str = Field("string", "Name of the object.", zero="", always=True)
    map_type: ClassVar[str] = "atomic"


class TypedObjectReference(Struct):
    """A reference by group, kind, name and possibly namespace."""

    apiGroup: str | None = Field("*string", "API group of the object; unset for the core group.")
    kind: str = Field("string", "Kind of the object.", zero="", always=True)
    name: str = Field("string", "Name of the object.", zero="", always=True)
    namespace: str | None = Field(
        "*string", "Namespace of the object; another one than the referrer's needs a ReferenceGrant there."
    )


class VolumeResourceRequirements(Struct):
    """Size wanted of a volume."""

    limits: Mapping[str, Quantity] = Field("ResourceList", "Upper bound of the size the claim accepts.", zero=EMPTY_MAP)
    requests: Mapping[str, Quantity] = Field(
        "ResourceList", "Least size the claim accepts, under the key storage.", zero=EMPTY_MAP
    )


class PersistentVolumeClaimSpec(Struct):
    """What kind of storage is asked for, and once bound, which volume was given."""

    accessModes: tuple[str, ...] = Field(
        "[]PersistentVolumeAccessMode",
        "Modes the volume must offer: ReadWriteOnce, ReadOnlyMany, ReadWriteMany or ReadWriteOncePod.",
        zero=(),
        enum=("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"),
        list_type="atomic",
    )
    dataSource: TypedLocalObjectReference | None = Field(
        "*TypedLocalObjectReference",
        "Snapshot or claim of the same namespace to fill the new volume from; kept in step with dataSourceRef.",
    )
    dataSourceRef: TypedObjectReference | None = Field(
        "*TypedObjectReference",
        "Object to fill the new volume from, of any kind that has a populator; may name another namespace.",
    )
    resources: VolumeResourceRequirements = Field(
        "VolumeResourceRequirements",
        "Requested size (requests.storage); it may be raised later if the class allows expansion.",
        zero=VolumeResourceRequirements(),
        always=True,
    )
    selector: LabelSelector | None = Field(
        "*metav1.LabelSelector", "Labels a pre-provisioned volume must carry; rules out dynamic provisioning."
    )
    storageClassName: str | None = Field(
        "*string",
        'StorageClass to provision from. "" means only classless volumes; unset means the cluster\'s default class.',
    )
    volumeAttributesClassName: str | None = Field(
        "*string", "VolumeAttributesClass with tunable settings; may be changed to modify a bound volume."
    )
    volumeMode: str | None = Field(
        "*PersistentVolumeMode",
        "Filesystem (default) for a mounted directory or Block for a raw device.",
        enum=("Block", "Filesystem"),
    )
    volumeName: str = Field(
        "string", "PersistentVolume bound to the claim; may be set beforehand to ask for that very one.", zero=""
    )


class PersistentVolumeClaimTemplate(Struct):
    """The mould of a claim made for an ephemeral volume."""

    metadata: ObjectMeta = Field(
        "metav1.ObjectMeta",
        "Labels and annotations copied to the claim; other fields are rejected.",
        zero=ObjectMeta(),
        always=True,
    )
    spec: PersistentVolumeClaimSpec = Field(
        "PersistentVolumeClaimSpec", "Copied unchanged into the claim.", zero=PersistentVolumeClaimSpec(), always=True
    )


class EphemeralVolumeSource(Struct):
    """Makes a PersistentVolumeClaim for the pod, named <pod>-<volume> and owned by the pod."""

    volumeClaimTemplate: PersistentVolumeClaimTemplate | None = Field(
        "*PersistentVolumeClaimTemplate", "Template of the claim; required."
    )


class FCVolumeSource(Struct):
    """A Fibre Channel disk, given by targetWWNs and lun or by wwids."""

    fsType: str = Field("string", "File system to mount: ext4 (default), xfs or ntfs.", zero="")
    lun: int | None = Field("*int32", "Logical unit number on the target.")
    readOnly: bool = Field("bool", "Mount read-only. Default false.", zero=False)
    targetWWNs: tuple[str, ...] = Field(
        "[]string", "World wide names of the target ports.", zero=(), list_type="atomic"
    )
    wwids: tuple[str, ...] = Field(
        "[]string",
        "World wide identifiers of the volume; alternative to targetWWNs with lun.",
        zero=(),
        list_type="atomic",
    )


class FlexVolumeSource(Struct):
    """A volume of an exec-based driver installed on the nodes."""

    driver: str = Field("string", "Name of the driver, as vendor/name.", zero="", always=True)
    fsType: str = Field("string", "File system to mount; depends on the driver's script when unset.", zero="")
    options: Mapping[str, str] = Field("map[string]string", "Further settings handed to the driver.", zero=EMPTY_MAP)
    readOnly: bool = Field("bool", "Mount read-only. Default false.", zero=False)
    secretRef: LocalObjectReference | None = Field(
        "*LocalObjectReference", "Secret whose content is handed to the driver."
    )


class FlockerVolumeSource(Struct):
    """A Flocker dataset, by name or by id."""

    datasetName: str = Field("string", "Dataset's name as kept in its metadata; deprecated.", zero="")
    datasetUUID: str = Field("string", "Dataset's unique id.", zero="")


class GCEPersistentDiskVolumeSource(Struct):
    """A Google Compute Engine persistent disk."""

    fsType: str = Field("string", "File system to mount: ext4 (default), xfs or ntfs.", zero="")
    partition: int = Field("int32", "Partition number to mount; 0 or unset means the whole disk.", zero=0)
    pdName: str = Field("string", "Name of the disk, in the node's project and zone.", zero="", always=True)
    readOnly: bool = Field("bool", "Mount read-only, which lets several nodes share it. Default false.", zero=False)


class GitRepoVolumeSource(Struct):
    """A git repository cloned when the pod starts."""

    directory: str = Field(
        "string", 'Target directory inside the volume; "." clones into its root. Must not contain "..".', zero=""
    )
    repository: str = Field("string", "URL to clone from.", zero="", always=True)
    revision: str = Field("string", "Commit hash to check out.", zero="")


class GlusterfsVolumeSource(Struct):
    """A Glusterfs mount."""

    endpoints: str = Field(
        "string", "Name of the Endpoints object that lists the servers, in the pod's namespace.", zero="", always=True
    )
    path: str = Field("string", "Name of the Glusterfs volume.", zero="", always=True)
    readOnly: bool = Field("bool", "Mount read-only. Default false.", zero=False)


class HostPathVolumeSource(Struct):
    """Exposes a path of the node's file system."""

    path: str = Field("string", "Path on the node; a symbolic link is followed.", zero="", always=True)
    type: str | None = Field(
        "*HostPathType",
        'What must be there: "" (no check), DirectoryOrCreate, Directory, FileOrCreate, File, Socket, CharDevice or BlockDevice.',
        enum=("", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"),
    )


class ISCSIVolumeSource(Struct):
    """An iSCSI disk."""

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
    secretRef: LocalObjectReference | None = Field(
        "*LocalObjectReference", "Secret with the CHAP credentials of target and initiator."
    )
    targetPortal: str = Field(
        "string", "Address of the target as ip or ip:port; port 3260 unless given.", zero="", always=True
    )


class ImageVolumeSource(Struct):
    """Mounts an OCI image or artifact."""

    pullPolicy: str = Field(
        "PullPolicy",
        "When to pull: Always, IfNotPresent or Never; same default rule as for container images.",
        zero="",
        enum=("Always", "IfNotPresent", "Never"),
    )
    reference: str = Field(
        "string", "Image to mount, like registry/name:tag; required, and pulled with the pod's pull secrets.", zero=""
    )


class NFSVolumeSource(Struct):
    """An NFS export."""

    path: str = Field("string", "Exported path on the server.", zero="", always=True)
    readOnly: bool = Field("bool", "Mount read-only. Default false.", zero=False)
    server: str = Field("string", "Host name or address of the NFS server.", zero="", always=True)


class PersistentVolumeClaimVolumeSource(Struct):
    """Uses a claim of the pod's namespace as a volume."""

    claimName: str = Field("string", "Name of the PersistentVolumeClaim.", zero="", always=True)
    readOnly: bool = Field("bool", "Force every mount of the volume to be read-only. Default false.", zero=False)


class PhotonPersistentDiskVolumeSource(Struct):
    """A Photon Controller disk."""

    fsType: str = Field("string", "File system to mount. Default ext4.", zero="")
    pdID: str = Field("string", "Id of the disk.", zero="", always=True)


class PortworxVolumeSource(Struct):
    """A Portworx volume."""

    fsType: str = Field("string", "File system to mount: ext4 (default) or xfs.", zero="")
    readOnly: bool = Field("bool", "Mount read-only. Default false.", zero=False)
    volumeID: str = Field("string", "Id of the volume.", zero="", always=True)


class ClusterTrustBundleProjection(Struct):
    """Trust anchors as part of a projected volume, chosen by name or by signer and labels."""

    labelSelector: LabelSelector | None = Field(
        "*metav1.LabelSelector",
        "With signerName: bundles to merge. Unset matches none, empty matches all of the signer.",
    )
    name: str | None = Field("*string", "Single ClusterTrustBundle to use; excludes signerName and labelSelector.")
    optional: bool | None = Field("*bool", "True tolerates that no bundle matches, writing an empty file.")
    path: str = Field("string", "File path relative to the mount point.", zero="", always=True)
    signerName: str | None = Field("*string", "Use all bundles of this signer; excludes name.")


class ConfigMapProjection(Struct):
    """ConfigMap keys as part of a projected volume."""

    items: tuple[KeyToPath, ...] = Field(
        "[]KeyToPath",
        "Keys to present and under which path; unset presents every key under its own name.",
        zero=(),
        list_type="atomic",
    )
    name: str = Field("string", "Name of the ConfigMap, in the pod's namespace.", zero="")
    optional: bool | None = Field("*bool", "True tolerates a missing ConfigMap or key.")


class DownwardAPIProjection(Struct):
    """Pod fields as part of a projected volume."""

    items: tuple[DownwardAPIVolumeFile, ...] = Field(
        "[]DownwardAPIVolumeFile", "Files to make.", zero=(), list_type="atomic"
    )


class PodCertificateProjection(Struct):
    """A key and certificate for the pod as part of a projected volume."""

    certificateChainPath: str = Field("string", "File path for the certificate chain alone, in PEM.", zero="")
    credentialBundlePath: str = Field(
        "string",
        "File path for private key and chain together, in PEM; the recommended form as it is replaced atomically.",
        zero="",
    )
    keyPath: str = Field("string", "File path for the private key alone, in PEM.", zero="")
    keyType: str = Field(
        "string",
        "Kind of key to generate: RSA3072, RSA4096, ECDSAP256, ECDSAP384, ECDSAP521 or ED25519.",
        zero="",
        always=True,
    )
    maxExpirationSeconds: int | None = Field(
        "*int32",
        "Longest certificate lifetime asked for, in seconds; at least 3600, at most 7862400 (91 days). Default 86400.",
    )
    signerName: str = Field("string", "Signer that the certificate request is addressed to.", zero="", always=True)
    userAnnotations: Mapping[str, str] = Field(
        "map[string]string", "Domain-prefixed parameters passed on to the signer unread.", zero=EMPTY_MAP
    )


class SecretProjection(Struct):
    """Secret keys as part of a projected volume."""

    items: tuple[KeyToPath, ...] = Field(
        "[]KeyToPath",
        "Keys to present and under which path; unset presents every key under its own name.",
        zero=(),
        list_type="atomic",
    )
    name: str = Field("string", "Name of the Secret, in the pod's namespace.", zero="")
    optional: bool | None = Field("*bool", "True tolerates a missing Secret or key.")


class ServiceAccountTokenProjection(Struct):
    """A service account token as part of a projected volume."""

    audience: str = Field(
        "string",
        "Who the token is meant for; recipients must reject other audiences. Defaults to the API server.",
        zero="",
    )
    expirationSeconds: int | None = Field(
        "*int64", "Requested lifetime in seconds, renewed at 80% of it or after 24 h. Default 3600, at least 600."
    )
    path: str = Field("string", "File path relative to the mount point.", zero="", always=True)


class VolumeProjection(Struct):
    """One source of a projected volume; exactly one member is set."""

    clusterTrustBundle: ClusterTrustBundleProjection | None = Field(
        "*ClusterTrustBundleProjection",
        "Trust anchors of ClusterTrustBundle objects, as a PEM file that follows changes.",
    )
    configMap: ConfigMapProjection | None = Field("*ConfigMapProjection", "Keys of a ConfigMap.")
    downwardAPI: DownwardAPIProjection | None = Field("*DownwardAPIProjection", "Fields of the pod.")
    podCertificate: PodCertificateProjection | None = Field(
        "*PodCertificateProjection",
        "A private key and a certificate chain issued for this pod and renewed by the kubelet.",
    )
    secret: SecretProjection | None = Field("*SecretProjection", "Keys of a Secret.")
    serviceAccountToken: ServiceAccountTokenProjection | None = Field(
        "*ServiceAccountTokenProjection", "A token bound to this pod, renewed before it expires."
    )


class ProjectedVolumeSource(Struct):
    """Several sources merged into one directory."""

    defaultMode: int | None = Field(
        "*int32", "Permission bits of the files, 0 to 0777, unless a source sets its own. Default 0644."
    )
    sources: tuple[VolumeProjection, ...] = Field(
        "[]VolumeProjection", "What to merge; each entry sets exactly one source.", zero=(), list_type="atomic"
    )


class QuobyteVolumeSource(Struct):
    """A Quobyte mount."""

    group: str = Field("string", "Group to map access to; no group when unset.", zero="")
    readOnly: bool = Field("bool", "Mount read-only. Default false.", zero=False)
    registry: str = Field(
        "string", "Quobyte registry services, as comma-separated host:port pairs.", zero="", always=True
    )
    tenant: str = Field("string", "Tenant that owns the volume; set by the provisioner.", zero="")
    user: str = Field("string", "User to map access to; the service account's user when unset.", zero="")
    volume: str = Field("string", "Name of an existing Quobyte volume.", zero="", always=True)


class RBDVolumeSource(Struct):
    """A Ceph block device."""

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
    secretRef: LocalObjectReference | None = Field(
        "*LocalObjectReference", "Secret with the user's key; used instead of keyring."
    )
    user: str = Field("string", "RADOS user name. Default admin.", zero="", default="admin")


class ScaleIOVolumeSource(Struct):
    """A ScaleIO volume."""

    fsType: str = Field("string", "File system to mount. Default xfs.", zero="", default="xfs")
    gateway: str = Field("string", "Host of the ScaleIO API gateway.", zero="", always=True)
    protectionDomain: str = Field("string", "Protection domain of the storage.", zero="")
    readOnly: bool = Field("bool", "Mount read-only. Default false.", zero=False)
    secretRef: LocalObjectReference | None = Field("*LocalObjectReference", "Secret with the ScaleIO login; required.")
    sslEnabled: bool = Field("bool", "Talk to the gateway over TLS. Default false.", zero=False)
    storageMode: str = Field(
        "string", "ThickProvisioned or ThinProvisioned (default).", zero="", default="ThinProvisioned"
    )
    storagePool: str = Field("string", "Storage pool within the protection domain.", zero="")
    system: str = Field("string", "Name of the storage system.", zero="", always=True)
    volumeName: str = Field("string", "Name of a volume that already exists in the system.", zero="")


class SecretVolumeSource(Struct):
    """Presents a Secret's keys as files."""

    defaultMode: int | None = Field(
        "*int32",
        "Permission bits of the files (octal or decimal, 0 to 0777) unless an item sets its own. Default 0644.",
    )
    items: tuple[KeyToPath, ...] = Field(
        "[]KeyToPath",
        "Keys to present and under which path; unset presents every key under its own name.",
        zero=(),
        list_type="atomic",
    )
    optional: bool | None = Field("*bool", "True lets the pod start when the Secret or a listed key is missing.")
    secretName: str = Field("string", "Name of the Secret, in the pod's namespace.", zero="")


class StorageOSVolumeSource(Struct):
    """A StorageOS volume."""

    fsType: str = Field("string", "File system to mount: ext4 (default), xfs or ntfs.", zero="")
    readOnly: bool = Field("bool", "Mount read-only. Default false.", zero=False)
    secretRef: LocalObjectReference | None = Field(
        "*LocalObjectReference", "Secret with the StorageOS API login; built-in defaults are tried when unset."
    )
    volumeName: str = Field("string", "Name of the volume, unique within its StorageOS namespace.", zero="")
    volumeNamespace: str = Field(
        "string", "StorageOS namespace of the volume; the pod's namespace when unset.", zero=""
    )


class VsphereVirtualDiskVolumeSource(Struct):
    """A vSphere virtual disk."""

    fsType: str = Field("string", "File system to mount: ext4 (default), xfs or ntfs.", zero="")
    storagePolicyID: str = Field("string", "Id of the storage policy named by storagePolicyName.", zero="")
    storagePolicyName: str = Field("string", "Storage policy profile to apply.", zero="")
    volumePath: str = Field("string", "Path of the vmdk file.", zero="", always=True)


class Volume(Struct):
    """A named volume of a pod and where its content comes from; exactly one source is set."""

    awsElasticBlockStore: AWSElasticBlockStoreVolumeSource | None = Field(
        "*AWSElasticBlockStoreVolumeSource", "Deprecated: an AWS EBS disk, now served by the ebs.csi.aws.com driver."
    )
    azureDisk: AzureDiskVolumeSource | None = Field(
        "*AzureDiskVolumeSource", "Deprecated: an Azure data disk, now served by the disk.csi.azure.com driver."
    )
    azureFile: AzureFileVolumeSource | None = Field(
        "*AzureFileVolumeSource", "Deprecated: an Azure file share, now served by the file.csi.azure.com driver."
    )
    cephfs: CephFSVolumeSource | None = Field(
        "*CephFSVolumeSource", "Deprecated: a CephFS mount; the in-tree plugin is no longer supported."
    )
    cinder: CinderVolumeSource | None = Field(
        "*CinderVolumeSource",
        "Deprecated: an OpenStack Cinder disk, now served by the cinder.csi.openstack.org driver.",
    )
    configMap: ConfigMapVolumeSource | None = Field(
        "*ConfigMapVolumeSource", "Files made from the keys of a ConfigMap."
    )
    csi: CSIVolumeSource | None = Field(
        "*CSIVolumeSource", "Inline volume of a CSI driver that supports ephemeral use; lives and dies with the pod."
    )
    downwardAPI: DownwardAPIVolumeSource | None = Field(
        "*DownwardAPIVolumeSource", "Files holding fields of the pod itself."
    )
    emptyDir: EmptyDirVolumeSource | None = Field(
        "*EmptyDirVolumeSource", "Scratch directory that starts empty and is removed with the pod."
    )
    ephemeral: EphemeralVolumeSource | None = Field(
        "*EphemeralVolumeSource", "A PersistentVolumeClaim made for this pod from a template and deleted along with it."
    )
    fc: FCVolumeSource | None = Field("*FCVolumeSource", "A Fibre Channel disk attached to the node.")
    flexVolume: FlexVolumeSource | None = Field(
        "*FlexVolumeSource", "Deprecated: volume provided by an exec-based plugin; use a CSI driver."
    )
    flocker: FlockerVolumeSource | None = Field(
        "*FlockerVolumeSource", "Deprecated: a Flocker dataset; the plugin is no longer supported."
    )
    gcePersistentDisk: GCEPersistentDiskVolumeSource | None = Field(
        "*GCEPersistentDiskVolumeSource",
        "Deprecated: a Google Compute Engine disk, now served by the pd.csi.storage.gke.io driver.",
    )
    gitRepo: GitRepoVolumeSource | None = Field(
        "*GitRepoVolumeSource",
        "Deprecated: a directory with a cloned git repository; clone in an init container into an emptyDir instead.",
    )
    glusterfs: GlusterfsVolumeSource | None = Field(
        "*GlusterfsVolumeSource", "Deprecated: a Glusterfs mount; the in-tree plugin is no longer supported."
    )
    hostPath: HostPathVolumeSource | None = Field(
        "*HostPathVolumeSource",
        "A file or directory of the node itself; gives the pod access to the node, so use with care.",
    )
    image: ImageVolumeSource | None = Field(
        "*ImageVolumeSource", "Content of an OCI image or artifact, mounted read-only."
    )
    iscsi: ISCSIVolumeSource | None = Field("*ISCSIVolumeSource", "An iSCSI disk attached to the node.")
    name: str = Field(
        "string", "Name by which the containers mount the volume: a DNS label, unique in the pod.", zero="", always=True
    )
    nfs: NFSVolumeSource | None = Field("*NFSVolumeSource", "A directory exported by an NFS server.")
    persistentVolumeClaim: PersistentVolumeClaimVolumeSource | None = Field(
        "*PersistentVolumeClaimVolumeSource", "The volume bound to a PersistentVolumeClaim of the namespace."
    )
    photonPersistentDisk: PhotonPersistentDiskVolumeSource | None = Field(
        "*PhotonPersistentDiskVolumeSource", "Deprecated: a Photon Controller disk; the plugin is no longer supported."
    )
    portworxVolume: PortworxVolumeSource | None = Field(
        "*PortworxVolumeSource", "Deprecated: a Portworx volume, now served by the pxd.portworx.com driver."
    )
    projected: ProjectedVolumeSource | None = Field(
        "*ProjectedVolumeSource", "Several sources (Secrets, ConfigMaps, tokens, …) combined in one directory."
    )
    quobyte: QuobyteVolumeSource | None = Field(
        "*QuobyteVolumeSource", "Deprecated: a Quobyte mount; the plugin is no longer supported."
    )
    rbd: RBDVolumeSource | None = Field(
        "*RBDVolumeSource", "Deprecated: a Ceph block device; the in-tree plugin is no longer supported."
    )
    scaleIO: ScaleIOVolumeSource | None = Field(
        "*ScaleIOVolumeSource", "Deprecated: a ScaleIO volume; the plugin is no longer supported."
    )
    secret: SecretVolumeSource | None = Field(
        "*SecretVolumeSource", "Files made from the keys of a Secret, kept in memory."
    )
    storageos: StorageOSVolumeSource | None = Field(
        "*StorageOSVolumeSource", "Deprecated: a StorageOS volume; the plugin is no longer supported."
    )
    vsphereVolume: VsphereVirtualDiskVolumeSource | None = Field(
        "*VsphereVirtualDiskVolumeSource",
        "Deprecated: a vSphere disk, now served by the csi.vsphere.vmware.com driver.",
    )
