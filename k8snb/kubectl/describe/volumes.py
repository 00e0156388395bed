"""Where volumes come from, for Pods and PersistentVolumes: one row a kind of source, functions for the uneven ones.

Source: kubectl `pkg/describe/describe.go` (describeVolumes, print…VolumeSource).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from k8snb.api import govalue, quantity
from k8snb.api.core.volume import ProjectedVolumeSource, Volume
from k8snb.api.model import Struct
from k8snb.kubectl.describe.metadata import LONGEST
from k8snb.kubectl.describe.writer import PrefixWriter


class _Row(NamedTuple):
    """The text of `Type:` and the lines below it: (title with what follows it, attribute)."""

    type: str
    lines: tuple[tuple[str, str], ...] = ()


_READ_ONLY = ("ReadOnly:\t", "readOnly")
_FS_TYPE = ("FSType:\t", "fsType")
_SECRET = ("SecretRef:\t", "secretRef")
_DISK = (("VolumeID:\t", "volumeID"), _FS_TYPE, ("Partition:\t", "partition"), _READ_ONLY)
_PARTITION = ("Partition:\t", "partition")

#: field of the volume -> how its source is shown; in upstream's order
_ROWS: dict[str, _Row] = {
    "gcePersistentDisk": _Row(
        "GCEPersistentDisk (a Persistent Disk resource in Google Compute Engine)",
        (("PDName:\t", "pdName"), _FS_TYPE, _PARTITION, _READ_ONLY),
    ),
    "awsElasticBlockStore": _Row("AWSElasticBlockStore (a Persistent Disk resource in AWS)", _DISK),
    "gitRepo": _Row(
        "GitRepo (a volume that is pulled from git when the pod is created)",
        (("Repository:\t", "repository"), ("Revision:\t", "revision")),
    ),
    "nfs": _Row(
        "NFS (an NFS mount that lasts the lifetime of a pod)",
        (("Server:\t", "server"), ("Path:\t", "path"), _READ_ONLY),
    ),
    "persistentVolumeClaim": _Row(
        "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)",
        (("ClaimName:\t", "claimName"), _READ_ONLY),
    ),
    "rbd": _Row(
        "RBD (a Rados Block Device mount on the host that shares a pod's lifetime)",
        (
            ("CephMonitors:\t", "monitors"),
            ("RBDImage:\t", "image"),
            _FS_TYPE,
            ("RBDPool:\t", "pool"),
            ("RadosUser:\t", "user"),
            ("Keyring:\t", "keyring"),
            _SECRET,
            _READ_ONLY,
        ),
    ),
    "quobyte": _Row(
        "Quobyte (a Quobyte mount on the host that shares a pod's lifetime)",
        (("Registry:\t", "registry"), ("Volume:\t", "volume"), _READ_ONLY),
    ),
    "azureDisk": _Row(
        "AzureDisk (an Azure Data Disk mount on the host and bind mount to the pod)",
        (
            ("DiskName:\t", "diskName"),
            ("DiskURI:\t", "diskURI"),
            ("Kind: \t", "kind"),
            _FS_TYPE,
            ("CachingMode:\t", "cachingMode"),
            _READ_ONLY,
        ),
    ),
    "vsphereVolume": _Row(
        "vSphereVolume (a Persistent Disk resource in vSphere)",
        (("VolumePath:\t", "volumePath"), _FS_TYPE, ("StoragePolicyName:\t", "storagePolicyName")),
    ),
    "cinder": _Row(
        "Cinder (a Persistent Disk resource in OpenStack)",
        (("VolumeID:\t", "volumeID"), _FS_TYPE, _READ_ONLY, _SECRET),
    ),
    "photonPersistentDisk": _Row(
        "PhotonPersistentDisk (a Persistent Disk resource in photon platform)", (("PdID:\t", "pdID"), _FS_TYPE)
    ),
    "portworxVolume": _Row("PortworxVolume (a Portworx Volume resource)", (("VolumeID:\t", "volumeID"),)),
    "local": _Row("LocalVolume (a persistent volume backed by local storage on a node)", (("Path:\t", "path"),)),
    "cephfs": _Row(
        "CephFS (a CephFS mount on the host that shares a pod's lifetime)",
        (
            ("Monitors:\t", "monitors"),
            ("Path:\t", "path"),
            ("User:\t", "user"),
            ("SecretFile:\t", "secretFile"),
            _SECRET,
            _READ_ONLY,
        ),
    ),
    "storageos": _Row(
        "StorageOS (a StorageOS Persistent Disk resource)",
        (("VolumeName:\t", "volumeName"), ("VolumeNamespace:\t", "volumeNamespace"), _FS_TYPE, _READ_ONLY),
    ),
    "flexVolume": _Row(
        "FlexVolume (a generic volume resource that is provisioned/attached using an exec based plugin)",
        (("Driver:\t", "driver"), _FS_TYPE, _SECRET, _READ_ONLY, ("Options:\t", "options")),
    ),
    "flocker": _Row(
        "Flocker (a Flocker volume mounted by the Flocker agent)",
        (("DatasetName:\t", "datasetName"), ("DatasetUUID:\t", "datasetUUID")),
    ),
    "image": _Row(
        "Image (a container image or OCI artifact)", (("Reference:\t", "reference"), ("PullPolicy:\t", "pullPolicy"))
    ),
}


def volumes(w: PrefixWriter, found: Sequence[Volume], indent: str = "") -> None:
    """`Volumes:` of a Pod or a template (whose parts are indented)."""
    if not found:
        w.field(0, f"{indent}Volumes", "<none>")
        return
    w.line(0, f"{indent}Volumes:")
    for volume in found:
        w.line(1, f"{' ' if indent else ''}{volume.name}:")
        source(w, volume)


def source(w: PrefixWriter, holder: Struct, *, persistent: bool = False) -> None:
    """The lines that say what is behind a volume; `holder` has one field a kind of source, at most one of them set."""
    for field, show in _UNEVEN.items():
        value = holder.__dict__.get(field)
        if value is not None:
            show(w, value, persistent)
            return
    for field, row in _ROWS.items():
        value = holder.__dict__.get(field)
        if value is not None:
            _write(w, row.type, [(title, getattr(value, name)) for title, name in row.lines])
            return
    w.line(1, "<unknown>")


def _write(w: PrefixWriter, type_text: str, lines: Sequence[tuple[str, object]]) -> None:
    w.field(2, "Type", type_text)
    for title, value in lines:
        w.line(2, f"{title}{shown(value)}")


def shown(value: object) -> str:
    """`%v` of a field: references as Go's protobuf text."""
    if isinstance(value, Struct):
        fields = "".join(f"{name.capitalize()}:{item}," for name, item in value.__dict__.items())
        return f"&{type(value).__name__}{{{fields}}}"
    return "nil" if value is None else govalue.plain(value)


def _host_path(w: PrefixWriter, value: Any, persistent: bool) -> None:
    kind = "<none>" if value.type is None else value.type
    lines = [("Path:\t", value.path), ("HostPathType:\t", kind)]
    _write(w, "HostPath (bare host directory volume)", lines)


def _empty_dir(w: PrefixWriter, value: Any, persistent: bool) -> None:
    limit = value.sizeLimit
    size = limit if limit is not None and quantity.sign(limit) > 0 else "<unset>"
    lines = [("Medium:\t", value.medium), ("SizeLimit:\t", size)]
    _write(w, "EmptyDir (a temporary directory that shares a pod's lifetime)", lines)


def _secret(w: PrefixWriter, value: Any, persistent: bool) -> None:
    lines = [("SecretName:\t", value.secretName), ("Optional:\t", bool(value.optional))]
    _write(w, "Secret (a volume populated by a Secret)", lines)


def _config_map(w: PrefixWriter, value: Any, persistent: bool) -> None:
    lines = [("Name:\t", value.name), ("Optional:\t", bool(value.optional))]
    _write(w, "ConfigMap (a volume populated by a ConfigMap)", lines)


def _projected(w: PrefixWriter, value: ProjectedVolumeSource, persistent: bool) -> None:
    w.field(2, "Type", "Projected (a volume that contains injected data from multiple sources)")
    for item in value.sources:
        if item.secret is not None:
            w.field(2, "SecretName", item.secret.name)
            w.field(2, "Optional", shown(bool(item.secret.optional)))
        elif item.downwardAPI is not None:
            w.field(2, "DownwardAPI", "true")
        elif item.configMap is not None:
            w.field(2, "ConfigMapName", item.configMap.name)
            w.field(2, "Optional", shown(bool(item.configMap.optional)))
        elif item.serviceAccountToken is not None:
            w.field(2, "TokenExpirationSeconds", item.serviceAccountToken.expirationSeconds)


def _downward(w: PrefixWriter, value: Any, persistent: bool) -> None:
    w.field(2, "Type", "DownwardAPI (a volume populated by information about the pod)")
    w.line(2, "Items:")
    for item in value.items:
        if item.fieldRef is not None:
            w.line(3, f"{item.fieldRef.fieldPath} -> {item.path}")
        if item.resourceFieldRef is not None:
            w.line(3, f"{item.resourceFieldRef.resource} -> {item.path}")


def _ephemeral(w: PrefixWriter, value: Any, persistent: bool) -> None:
    from k8snb.kubectl.describe.persistentvolumeclaim import claim

    w.field(
        2, "Type", "EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)"
    )
    template = value.volumeClaimTemplate
    if template is not None:
        claim(w.nested(2), template.metadata, template.spec)


def _iscsi(w: PrefixWriter, value: Any, persistent: bool) -> None:
    lines = [
        ("TargetPortal:\t", value.targetPortal),
        ("IQN:\t", value.iqn),
        ("Lun:\t", value.lun),
        ("ISCSIInterface\t", value.iscsiInterface),
        ("FSType:\t", value.fsType),
        ("ReadOnly:\t", value.readOnly),
        ("Portals:\t", value.portals),
        ("DiscoveryCHAPAuth:\t", value.chapAuthDiscovery),
        ("SessionCHAPAuth:\t", value.chapAuthSession),
        ("SecretRef:\t", value.secretRef),
        ("InitiatorName:\t", "<none>" if value.initiatorName is None else value.initiatorName),
    ]
    text = "ISCSI (an ISCSI Disk resource that is attached to a kubelet's host machine and then exposed to the pod)"
    _write(w, text, lines)


def _glusterfs(w: PrefixWriter, value: Any, persistent: bool) -> None:
    lines = [("EndpointsName:\t", value.endpoints)]
    if persistent:
        namespace = value.endpointsNamespace
        lines.append(("EndpointsNamespace:\t", "<unset>" if namespace is None else namespace))
    lines += [("Path:\t", value.path), ("ReadOnly:\t", value.readOnly)]
    _write(w, "Glusterfs (a Glusterfs mount on the host that shares a pod's lifetime)", lines)


def _scale_io(w: PrefixWriter, value: Any, persistent: bool) -> None:
    lines = [
        ("Gateway:\t", value.gateway),
        ("System:\t", value.system),
        ("Protection Domain:\t", value.protectionDomain),
        ("Storage Pool:\t", value.storagePool),
        ("Storage Mode:\t", value.storageMode),
        ("VolumeName:\t", value.volumeName),
    ]
    if persistent:
        secret = value.secretRef
        lines.append(("SecretName:\t", secret.name if secret is not None else ""))
        lines.append(("SecretNamespace:\t", secret.namespace if secret is not None else ""))
    lines += [("FSType:\t", value.fsType), ("ReadOnly:\t", value.readOnly)]
    _write(w, "ScaleIO (a persistent volume backed by a block device in ScaleIO)", lines)


def _fc(w: PrefixWriter, value: Any, persistent: bool) -> None:
    lines = [
        ("TargetWWNs:\t", ", ".join(value.targetWWNs)),
        ("LUN:\t", "<none>" if value.lun is None else value.lun),
        ("FSType:\t", value.fsType),
        ("ReadOnly:\t", value.readOnly),
    ]
    _write(w, "FC (a Fibre Channel disk)", lines)


def _azure_file(w: PrefixWriter, value: Any, persistent: bool) -> None:
    lines = [("SecretName:\t", value.secretName)]
    if persistent:
        lines.append(("SecretNamespace:\t", value.secretNamespace or ""))
    lines += [("ShareName:\t", value.shareName), ("ReadOnly:\t", value.readOnly)]
    _write(w, "AzureFile (an Azure File Service mount on the host and bind mount to the pod)", lines)


def _csi(w: PrefixWriter, value: Any, persistent: bool) -> None:
    lines = [("Driver:\t", value.driver), ("FSType:\t", value.fsType or "")]
    if persistent:
        lines.append(("VolumeHandle:\t", value.volumeHandle))
    lines.append(("ReadOnly:\t", bool(value.readOnly)))
    _write(w, "CSI (a Container Storage Interface (CSI) volume source)", lines)
    _attributes(w, value.volumeAttributes)


def _attributes(w: PrefixWriter, values: Mapping[str, str]) -> None:
    """`VolumeAttributes:`; every piece is indented, as upstream writes them."""
    w.write(2, "VolumeAttributes:\t")
    if not values:
        w.end("<none>")
        return
    for position, key in enumerate(sorted(values)):
        if position:
            w.write(2, "")
            w.write(2, "\t")
        line = f"{key}={values[key]}"
        w.write(2, f"{line[:LONGEST]}...\n" if len(line) > LONGEST else f"{line}\n")


_UNEVEN: dict[str, Callable[[PrefixWriter, Any, bool], None]] = {
    "hostPath": _host_path,
    "emptyDir": _empty_dir,
    "secret": _secret,
    "configMap": _config_map,
    "iscsi": _iscsi,
    "glusterfs": _glusterfs,
    "ephemeral": _ephemeral,
    "downwardAPI": _downward,
    "scaleIO": _scale_io,
    "fc": _fc,
    "azureFile": _azure_file,
    "projected": _projected,
    "csi": _csi,
}
