"""Volumes of a Pod: one source each, complete, and mounted only where they exist.

Reads `Volume`, `VolumeMount` and `VolumeDevice` objects. Sources in common use are checked in full; of the ones that no
cluster offers any more (Gluster, Flocker, …) only the required fields are. Follows `pkg/apis/core/validation` v1.36.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from k8snb.api import quantity
from k8snb.api.validation import names
from k8snb.api.validation.env import (
    VOLUME_FIELDS,
    validate_field_ref,
    validate_resource_field_ref,
)
from k8snb.api.validation.field import (
    FieldError,
    duplicate,
    forbidden,
    invalid,
    not_supported,
    quote,
    required,
    too_long,
)
from k8snb.api.validation.metadata import validate_label_selector, validate_names
from k8snb.api.validation.path import (
    validate_local_descending_path,
    validate_local_non_reserved_path,
    validate_no_backsteps,
)
from k8snb.api.validation.persistentvolumeclaim import validate_claim_template

PULL_POLICIES: Final = ("Always", "IfNotPresent", "Never")

_MODE: Final = "must be a number between 0 and 0777 (octal), both inclusive"
_HOST_PATH_TYPES: Final = (
    "",
    "BlockDevice",
    "CharDevice",
    "Directory",
    "DirectoryOrCreate",
    "File",
    "FileOrCreate",
    "Socket",
)
_TWO_SOURCES: Final = "may not specify more than 1 volume type"
_CONFLICT: Final = "conflicting duplicate paths"


def validate_volumes(
    volumes: Sequence[Any], metadata: Any, path: str, pod: bool
) -> tuple[dict[str, Any], list[FieldError]]:
    """All volumes of a Pod: those that are sound, by name, and what is wrong with the others.

    `metadata` is the Pod's own, None for a template; `pod` whether the spec is a Pod's.
    """
    sound: dict[str, Any] = {}
    errors: list[FieldError] = []
    pod_name = metadata.name if metadata is not None else ""
    created = {f"{pod_name}-{volume.name}" for volume in volumes if pod_name and volume.ephemeral is not None}
    for i, volume in enumerate(volumes):
        at = f"{path}[{i}]"
        found = _validate_source(volume, pod_name, at, pod)
        if not volume.name:
            found.append(required(f"{at}.name"))
        else:
            found += validate_names(names.dns_label, volume.name, f"{at}.name")
        if volume.name in sound:
            found.append(duplicate(f"{at}.name", volume.name))
        if found:
            errors += found
        else:
            sound[volume.name] = volume
        claim = volume.persistentVolumeClaim
        if claim is not None and claim.claimName in created:
            detail = "must not reference a PVC that gets created for an ephemeral volume"
            errors.append(invalid(f"{at}.persistentVolumeClaim.claimName", claim.claimName, detail))
    return sound, errors


def validate_pull_policy(policy: str, path: str) -> list[FieldError]:
    """When an image is pulled."""
    if policy in PULL_POLICIES:
        return []
    return [not_supported(path, policy, PULL_POLICIES) if policy else required(path)]


def _validate_source(volume: Any, pod_name: str, path: str, pod: bool) -> list[FieldError]:
    errors: list[FieldError] = []
    found = False
    # There is nearly always one source among thirty fields: the fields that are set say which.
    present = volume.__dict__.keys()
    for name, forbidden_name, check in _SOURCES:
        if name not in present:
            continue
        source = getattr(volume, name)
        if found:
            errors.append(forbidden(f"{path}.{forbidden_name}", _TWO_SOURCES))
            continue
        found = True
        errors += check(source, f"{path}.{_SPELLINGS.get(name, name)}")
        if name == "ephemeral" and pod_name and volume.name:
            errors += _validate_claim_name(f"{pod_name}-{volume.name}", volume.name, f"{path}.name")
        if name == "image" and pod and not source.reference:
            errors.insert(0, required(f"{path}.image.reference"))
    if not found:
        errors.append(required(path, "must specify a volume type"))
    return errors


def _validate_claim_name(claim: str, volume: str, path: str) -> list[FieldError]:
    return [invalid(path, volume, f"PVC name {quote(claim)}: {text}") for text in names.dns_subdomain(claim)]


def _validate_empty_dir(source: Any, path: str) -> list[FieldError]:
    if source.sizeLimit is not None and quantity.sign(source.sizeLimit) < 0:
        return [forbidden(f"{path}.sizeLimit", "SizeLimit field must be a valid resource quantity")]
    return []


def validate_host_path(source: Any, path: str) -> list[FieldError]:
    """A directory or file of the node."""
    if not source.path:
        return [required(f"{path}.path")]
    errors = validate_no_backsteps(source.path, f"{path}.path")
    if source.type is not None and source.type not in _HOST_PATH_TYPES:
        errors.append(not_supported(f"{path}.type", source.type, _HOST_PATH_TYPES))
    return errors


def validate_nfs(source: Any, path: str) -> list[FieldError]:
    """A directory of an NFS server."""
    errors = _require(source, path, ("server", "path"))
    if not source.path.startswith("/"):
        errors.append(invalid(f"{path}.path", source.path, "must be an absolute path"))
    return errors


def validate_csi_driver_name(name: str, path: str) -> list[FieldError]:
    """The name of a CSI driver: a DNS name of 63 characters, case does not matter."""
    errors = [] if name else [required(path)]
    if len(name) > names.LABEL_MAX:
        errors.append(too_long(path, names.LABEL_MAX))
    return errors + [invalid(path, name, text) for text in names.dns_subdomain(name.lower())]


def _validate_csi(source: Any, path: str) -> list[FieldError]:
    errors = validate_csi_driver_name(source.driver, f"{path}.driver")
    secret = source.nodePublishSecretRef
    if secret is not None:
        if not secret.name:
            errors.append(required(f"{path}.nodePublishSecretRef.name"))
        else:
            errors += validate_names(names.dns_subdomain, secret.name, f"{path}.name")
    return errors


def _validate_git_repo(source: Any, path: str) -> list[FieldError]:
    errors = _require(source, path, ("repository",))
    return errors + validate_local_descending_path(source.directory, f"{path}.directory")


def _validate_secret(source: Any, path: str) -> list[FieldError]:
    return _require(source, path, ("secretName",)) + _validate_items(source, path)


def _validate_config_map(source: Any, path: str) -> list[FieldError]:
    return _require(source, path, ("name",)) + _validate_items(source, path)


def _validate_items(source: Any, path: str) -> list[FieldError]:
    errors = _validate_mode(source.defaultMode, f"{path}.defaultMode")
    for i, item in enumerate(source.items):
        errors += _validate_key_to_path(item, f"{path}.items[{i}]")
    return errors


def _validate_mode(mode: int | None, path: str) -> list[FieldError]:
    return [] if mode is None or 0 <= mode <= 0o777 else [invalid(path, mode, _MODE)]


def _validate_key_to_path(item: Any, path: str) -> list[FieldError]:
    errors = _require(item, path, ("key", "path"))
    errors += validate_local_non_reserved_path(item.path, f"{path}.path")
    return errors + _validate_mode(item.mode, f"{path}.mode")


def _validate_downward_api(source: Any, path: str) -> list[FieldError]:
    errors = _validate_mode(source.defaultMode, f"{path}.defaultMode")
    for item in source.items:
        errors += _validate_downward_api_file(item, path)
    return errors


def _validate_downward_api_file(item: Any, path: str) -> list[FieldError]:
    errors = _require(item, path, ("path",))
    errors += validate_local_non_reserved_path(item.path, f"{path}.path")
    if item.fieldRef is not None:
        errors += validate_field_ref(item.fieldRef, VOLUME_FIELDS, f"{path}.fieldRef")
        if item.resourceFieldRef is not None:
            detail = "fieldRef and resourceFieldRef can not be specified simultaneously"
            errors.append(invalid(path, "resource", detail))
    elif item.resourceFieldRef is not None:
        errors += validate_resource_field_ref(item.resourceFieldRef, f"{path}.resourceFieldRef", volume=True)
    else:
        errors.append(required(path, "one of fieldRef and resourceFieldRef is required"))
    return errors + _validate_mode(item.mode, f"{path}.mode")


def _validate_ephemeral(source: Any, path: str) -> list[FieldError]:
    if source.volumeClaimTemplate is None:
        return [required(f"{path}.volumeClaimTemplate")]
    return validate_claim_template(source.volumeClaimTemplate, f"{path}.volumeClaimTemplate")


def _validate_image(source: Any, path: str) -> list[FieldError]:
    return validate_pull_policy(source.pullPolicy, f"{path}.pullPolicy")


def _validate_projected(source: Any, path: str) -> list[FieldError]:
    errors = _validate_mode(source.defaultMode, f"{path}.defaultMode")
    taken: set[str] = set()
    for i, part in enumerate(source.sources):
        at = f"{path}.sources[{i}]"
        count, present = 0, part.__dict__.keys()
        for name, check in _PROJECTIONS:
            if name in present:
                count += 1
                errors += check(getattr(part, name), f"{at}.{name}", path, taken)
        if count > 1:
            errors.append(forbidden(at, "may not specify more than 1 volume type per source"))
    return errors


def _project_keys(projection: Any, path: str, volume: str, taken: set[str]) -> list[FieldError]:
    errors = _require(projection, path, ("name",))
    for i, item in enumerate(projection.items):
        errors += _validate_key_to_path(item, f"{path}.items[{i}]")
        errors += _take(item.path, projection.name, volume, taken)
    return errors


def _project_downward_api(projection: Any, path: str, volume: str, taken: set[str]) -> list[FieldError]:
    errors: list[FieldError] = []
    for item in projection.items:
        errors += _validate_downward_api_file(item, path) + _take(item.path, item.path, volume, taken)
    return errors


def _project_token(projection: Any, path: str, volume: str, taken: set[str]) -> list[FieldError]:
    errors: list[FieldError] = []
    seconds = projection.expirationSeconds or 0
    if seconds < 600:
        detail = "may not specify a duration less than 10 minutes"
        errors.append(invalid(f"{path}.expirationSeconds", seconds, detail))
    if seconds > 1 << 32:
        detail = "may not specify a duration larger than 2^32 seconds"
        errors.append(invalid(f"{path}.expirationSeconds", seconds, detail))
    if not projection.path:
        return [*errors, required(f"{volume}.path")]
    return errors + validate_local_non_reserved_path(projection.path, f"{volume}.path")


def _project_trust_bundle(projection: Any, path: str, volume: str, taken: set[str]) -> list[FieldError]:
    errors: list[FieldError] = []
    if projection.name and projection.signerName:
        errors.append(invalid(path, projection, "only one of name and signerName may be used"))
    elif projection.name:
        for text in names.dns_subdomain(projection.name.rpartition(":")[2]):
            detail = f"not a valid clustertrustbundlename: {text}"
            errors.append(invalid(f"{path}.name", projection.name, detail))
        if projection.labelSelector is not None:
            detail = "labelSelector must be unset if name is specified"
            errors.append(invalid(f"{path}.labelSelector", projection.labelSelector, detail))
    elif projection.signerName:
        errors += validate_label_selector(projection.labelSelector, f"{path}.labelSelector")
    else:
        errors.append(required(path, "either name or signerName must be specified"))
    errors += _require(projection, path, ("path",))
    errors += validate_local_non_reserved_path(projection.path, f"{path}.path")
    return errors + _take(projection.path, projection.path, volume, taken)


def _project_certificate(projection: Any, path: str, volume: str, taken: set[str]) -> list[FieldError]:
    errors = _require(projection, path, ("signerName", "keyType"))
    paths = (projection.credentialBundlePath, projection.keyPath, projection.certificateChainPath)
    if not any(paths):
        detail = "specify at least one of credentialBundlePath, keyPath, and certificateChainPath"
        errors.append(required(path, detail))
    for name, target in zip(("credentialBundlePath", "keyPath", "certificateChainPath"), paths, strict=True):
        if target:
            errors += validate_local_non_reserved_path(target, f"{path}.{name}")
            errors += _take(target, target, volume, taken)
    return errors


def _take(target: str, shown: str, path: str, taken: set[str]) -> list[FieldError]:
    if not target:
        return []
    if target in taken:
        return [invalid(path, shown, _CONFLICT)]
    taken.add(target)
    return []


def _require(source: Any, path: str, fields: Sequence[str]) -> list[FieldError]:
    return [required(f"{path}.{name}") for name in fields if not getattr(source, name)]


def _requires(*fields: str) -> Callable[[Any, str], list[FieldError]]:
    return lambda source, path: _require(source, path, fields)


_PROJECTIONS: Final[tuple[tuple[str, Callable[[Any, str, str, set[str]], list[FieldError]]], ...]] = (
    ("secret", _project_keys),
    ("configMap", _project_keys),
    ("downwardAPI", _project_downward_api),
    ("serviceAccountToken", _project_token),
    ("clusterTrustBundle", _project_trust_bundle),
    ("podCertificate", _project_certificate),
)

#: field, its spelling in "may not specify more than 1 volume type", check; in the order in which errors come
_SOURCES: Final[tuple[tuple[str, str, Callable[[Any, str], list[FieldError]]], ...]] = (
    ("emptyDir", "emptyDir", _validate_empty_dir),
    ("hostPath", "hostPath", validate_host_path),
    ("gitRepo", "gitRepo", _validate_git_repo),
    ("gcePersistentDisk", "gcePersistentDisk", _requires("pdName")),
    ("awsElasticBlockStore", "awsElasticBlockStore", _requires("volumeID")),
    ("secret", "secret", _validate_secret),
    ("nfs", "nfs", validate_nfs),
    ("iscsi", "iscsi", _requires("targetPortal", "iqn")),
    ("glusterfs", "glusterfs", _requires("endpoints", "path")),
    ("flocker", "flocker", lambda source, path: []),
    ("persistentVolumeClaim", "persistentVolumeClaim", _requires("claimName")),
    ("rbd", "rbd", _requires("monitors", "image")),
    ("cinder", "cinder", _requires("volumeID")),
    ("cephfs", "cephFS", _requires("monitors")),
    ("quobyte", "quobyte", _requires("registry", "volume")),
    ("downwardAPI", "downwarAPI", _validate_downward_api),
    ("fc", "fc", lambda source, path: []),
    ("flexVolume", "flexVolume", _requires("driver")),
    ("configMap", "configMap", _validate_config_map),
    ("azureFile", "azureFile", _requires("secretName", "shareName")),
    ("vsphereVolume", "vsphereVolume", _requires("volumePath")),
    ("photonPersistentDisk", "photonPersistentDisk", _requires("pdID")),
    ("portworxVolume", "portworxVolume", _requires("volumeID")),
    ("azureDisk", "azureDisk", _requires("diskName", "diskURI")),
    ("storageos", "storageos", _requires("volumeName")),
    ("projected", "projected", _validate_projected),
    ("scaleIO", "scaleIO", _requires("gateway", "system", "volumeName")),
    ("csi", "csi", _validate_csi),
    ("ephemeral", "ephemeral", _validate_ephemeral),
    ("image", "image", _validate_image),
)
_SPELLINGS: Final[Mapping[str, str]] = {"gcePersistentDisk": "persistentDisk"}
