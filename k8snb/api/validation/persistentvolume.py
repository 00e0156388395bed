"""PersistentVolumes: one source, a size, and access modes; the source stays. Follows `pkg/apis/core/validation` v1.36."""

import posixpath
from collections.abc import Callable
from typing import Any, Final

from k8snb.api.validation import names
from k8snb.api.validation.affinity import validate_node_selector
from k8snb.api.validation.equality import equal
from k8snb.api.validation.field import FieldError, forbidden, invalid, not_supported, required
from k8snb.api.validation.godiff import diff_members
from k8snb.api.validation.metadata import IMMUTABLE, validate_immutable, validate_names
from k8snb.api.validation.path import validate_no_backsteps
from k8snb.api.validation.persistentvolumeclaim import VOLUME_MODES, validate_access_modes
from k8snb.api.validation.resources import validate_basic_resource, validate_positive_quantity
from k8snb.api.validation.volume import validate_csi_driver_name, validate_host_path, validate_nfs

_RECLAIM: Final = ("Delete", "Recycle", "Retain")
_INLINE: Final = "in the context of inline volumes"
_ONE: Final = "may not specify more than 1 volume type"


def validate_persistent_volume(obj: Any) -> list[FieldError]:
    """A new PersistentVolume, its common metadata apart."""
    return validate_persistent_volume_spec(obj.spec, "spec")


def validate_persistent_volume_spec(spec: Any, path: str, *, inline: bool = False) -> list[FieldError]:
    """A volume's spec; `inline` is one made up for a Pod's own volume, which has a CSI source and nothing of its own."""
    errors = _validate_inline(spec, path) if inline else []
    if not spec.accessModes:
        errors.append(required(f"{path}.accessModes"))
    errors += validate_access_modes(spec.accessModes, f"{path}.accessModes")
    policy, at = spec.persistentVolumeReclaimPolicy, f"{path}.persistentVolumeReclaimPolicy"
    if inline:
        errors += _validate_inline_choices(spec, path)
    else:
        errors += _validate_capacity(spec, f"{path}.capacity")
        if policy and policy not in _RECLAIM:
            errors.append(not_supported(at, policy, _RECLAIM))
        errors += _validate_node_affinity(spec.nodeAffinity, f"{path}.nodeAffinity")
    errors += _validate_source(spec, path)
    root = spec.hostPath is not None and posixpath.normpath(spec.hostPath.path or ".") == "/"
    if root and policy == "Recycle":
        errors.append(forbidden(at, "may not be 'recycle' for a hostPath mount of '/'"))
    if not inline:
        if spec.storageClassName:
            errors += validate_names(names.dns_subdomain, spec.storageClassName, f"{path}.storageClassName")
        if spec.volumeMode is not None and spec.volumeMode not in VOLUME_MODES:
            errors.append(not_supported(f"{path}.volumeMode", spec.volumeMode, VOLUME_MODES))
    return errors + _validate_attributes_class(spec, path)


def validate_persistent_volume_update(new: Any, old: Any) -> list[FieldError]:
    """A change of a PersistentVolume."""
    errors = validate_persistent_volume(new)
    after, before = new.spec, old.spec
    sources = [{name: getattr(spec, name) for name in sorted(_SOURCES)} for spec in (before, after)]
    sources[1]["csi"] = _comparable(after.csi, before.csi)
    if any(not equal(sources[1][name], source) for name, source in sources[0].items()):
        changes = diff_members("core.PersistentVolumeSource", *sources)
        detail = f"spec.persistentvolumesource is immutable after creation\n{changes}"
        errors.append(forbidden("spec.persistentvolumesource", detail))
    errors += validate_immutable(after.volumeMode, before.volumeMode, "volumeMode")
    if before.nodeAffinity is not None and not equal(after.nodeAffinity, before.nodeAffinity):
        errors.append(invalid("nodeAffinity", after.nodeAffinity, IMMUTABLE))
    if before.volumeAttributesClassName is not None and after.volumeAttributesClassName is None:
        detail = "update from non-nil value to nil is forbidden"
        errors.append(forbidden("spec.volumeAttributesClassName", detail))
    return errors


def _validate_inline(spec: Any, path: str) -> list[FieldError]:
    given = [name for name in ("claimRef", "capacity") if getattr(spec, name)]
    errors = [forbidden(f"{path}.{name}", f"may not be specified {_INLINE}") for name in given]
    if spec.csi is None:
        errors.append(required(f"{path}.csi", f"has to be specified {_INLINE}"))
    return errors


def _validate_inline_choices(spec: Any, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    if spec.persistentVolumeReclaimPolicy not in ("", None, "Retain"):
        errors.append(forbidden(f"{path}.persistentVolumeReclaimPolicy", f"may only be Retain {_INLINE}"))
    for name in ("nodeAffinity", "storageClassName"):
        if getattr(spec, name):
            errors.append(forbidden(f"{path}.{name}", f"may not be specified {_INLINE}"))
    if spec.volumeMode not in (None, "Filesystem"):
        detail = f"may not specify volumeMode other than Filesystem {_INLINE}"
        errors.append(forbidden(f"{path}.volumeMode", detail))
    return errors


def _validate_capacity(spec: Any, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    if not spec.capacity:
        errors.append(required(path))
    if "storage" not in spec.capacity or len(spec.capacity) > 1:
        errors.append(not_supported(path, dict(spec.capacity) or None, ("storage",)))
    for name, amount in sorted(spec.capacity.items()):
        at = f"{path}[{name}]"
        errors += validate_basic_resource(amount, at) + validate_positive_quantity(amount, at)
    return errors


def _validate_node_affinity(affinity: Any, path: str) -> list[FieldError]:
    if affinity is None:
        return []
    if affinity.required is None:
        return [required(f"{path}.required", "must specify required node constraints")]
    return validate_node_selector(affinity.required, f"{path}.required")


def _validate_source(spec: Any, path: str) -> list[FieldError]:
    found = [name for name in _SOURCES if getattr(spec, name) is not None]
    if not found:
        return [required(path, "must specify a volume type")]
    errors: list[FieldError] = []
    for i, name in enumerate(found):
        rule = _SOURCES[name]
        if i:
            errors.append(forbidden(f"{path}.{name}", _ONE))
        elif rule is not None:
            errors += rule(getattr(spec, name), f"{path}.{name}")
        if name == "local" and not i and (spec.nodeAffinity is None or spec.nodeAffinity.required is None):
            errors.append(required(f"{path}.nodeAffinity", "Local volume requires node affinity"))
    return errors


def _validate_local(source: Any, path: str) -> list[FieldError]:
    if not source.path:
        return [required(f"{path}.path")]
    return validate_no_backsteps(source.path, f"{path}.path")


def _validate_csi(source: Any, path: str) -> list[FieldError]:
    errors = validate_csi_driver_name(source.driver, f"{path}.driver")
    if not source.volumeHandle:
        errors.append(required(f"{path}.volumeHandle"))
    for name in (
        "controllerPublishSecretRef",
        "nodePublishSecretRef",
        "nodeStageSecretRef",
        "controllerExpandSecretRef",
        "nodeExpandSecretRef",
    ):
        secret = getattr(source, name, None)
        if secret is not None:
            for part in ("name", "namespace"):
                if not getattr(secret, part):
                    errors.append(required(f"{path}.{name}.{part}"))
    return errors


Rule = Callable[[Any, str], list[FieldError]]

#: every source of a volume; what is inside those of old in-tree plugins is not looked at
_SOURCES: Final[dict[str, Rule | None]] = {
    "hostPath": validate_host_path,
    "gcePersistentDisk": None,
    "awsElasticBlockStore": None,
    "glusterfs": None,
    "flocker": None,
    "nfs": validate_nfs,
    "rbd": None,
    "quobyte": None,
    "cephfs": None,
    "iscsi": None,
    "cinder": None,
    "fc": None,
    "flexVolume": None,
    "azureFile": None,
    "vsphereVolume": None,
    "photonPersistentDisk": None,
    "portworxVolume": None,
    "azureDisk": None,
    "scaleIO": None,
    "local": _validate_local,
    "storageos": None,
    "csi": _validate_csi,
}


def _comparable(new: Any, old: Any) -> Any:
    """The new CSI source without a secret for expansion that the old one lacked: it may be added."""
    if new is None or old is None or old.controllerExpandSecretRef is not None:
        return new
    return new.replace(controllerExpandSecretRef=None)


def _validate_attributes_class(spec: Any, parent: str) -> list[FieldError]:
    name, path = spec.volumeAttributesClassName, f"{parent}.volumeAttributesClassName"
    if name is None:
        return []
    errors = (
        validate_names(names.dns_subdomain, name, path) if name else [required(path, "an empty string is disallowed")]
    )
    if spec.csi is None:
        detail = "has to be specified when using volumeAttributesClassName"
        errors.append(required(f"{parent}.csi", detail))
    return errors
