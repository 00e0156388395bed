"""Where containers mount volumes and see block devices. Reads `VolumeMount` and `VolumeDevice` objects."""

from collections.abc import Mapping
from typing import Any, Final

from k8snb.api.validation.field import (
    FieldError,
    forbidden,
    invalid,
    not_found,
    not_supported,
    required,
)
from k8snb.api.validation.path import (
    validate_local_descending_path,
    validate_no_backsteps,
)

_PROPAGATIONS: Final = ("Bidirectional", "HostToContainer", "None")
_RECURSIVE: Final = ("Disabled", "Enabled", "IfPossible")


def validate_volume_mounts(container: Any, volumes: Mapping[str, Any], path: str) -> list[FieldError]:
    """The mounts of a container; `volumes` are the Pod's sound volumes by name."""
    errors: list[FieldError] = []
    devices = {device.name: device.devicePath for device in container.volumeDevices}
    taken: set[str] = set()
    for i, mount in enumerate(container.volumeMounts):
        at = f"{path}[{i}]"
        if not mount.name:
            errors.append(required(f"{at}.name"))
        if mount.name not in volumes:
            errors.append(not_found(f"{at}.name", mount.name))
        if not mount.mountPath:
            errors.append(required(f"{at}.mountPath"))
        if mount.mountPath in taken:
            errors.append(invalid(f"{at}.mountPath", mount.mountPath, "must be unique"))
        taken.add(mount.mountPath)
        if mount.name in devices:
            errors.append(invalid(f"{at}.name", mount.name, "must not already exist in volumeDevices"))
        if mount.mountPath in devices.values():
            detail = "must not already exist as a path in volumeDevices"
            errors.append(invalid(f"{at}.mountPath", mount.mountPath, detail))
        if mount.subPath or mount.subPathExpr:
            errors += _validate_sub_path(mount, at, path)
        if mount.mountPropagation is not None:
            errors += _validate_propagation(mount, container, f"{path}.mountPropagation")
        if mount.recursiveReadOnly is not None:
            errors += _validate_recursive_read_only(mount, f"{path}.recursiveReadOnly")
    return errors


def validate_volume_devices(container: Any, volumes: Mapping[str, Any], path: str) -> list[FieldError]:
    """The block devices of a container: claims only."""
    errors: list[FieldError] = []
    mounts = {mount.name: mount.mountPath for mount in container.volumeMounts}
    seen: set[str] = set()
    taken: set[str] = set()
    for i, device in enumerate(container.volumeDevices):
        at, name, target = f"{path}[{i}]", device.name, device.devicePath
        volume = volumes.get(name)
        if not name:
            errors.append(required(f"{at}.name"))
        if name in seen:
            errors.append(invalid(f"{at}.name", name, "must be unique"))
        if volume is None:
            errors.append(not_found(f"{at}.name", name))
        elif volume.persistentVolumeClaim is None and volume.ephemeral is None:
            detail = "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode"
            errors.append(invalid(f"{at}.name", name, detail))
        errors += _validate_device_path(target, at, taken)
        if name in mounts:
            errors.append(invalid(f"{at}.name", name, "must not already exist in volumeMounts"))
        if target in mounts.values():
            detail = "must not already exist as a path in volumeMounts"
            errors.append(invalid(f"{at}.devicePath", target, detail))
        seen.add(name)
    return errors


def _validate_device_path(target: str, path: str, taken: set[str]) -> list[FieldError]:
    errors: list[FieldError] = []
    if not target:
        errors.append(required(f"{path}.devicePath"))
    if target in taken:
        errors.append(invalid(f"{path}.devicePath", target, "must be unique"))
    if validate_no_backsteps(target, path):
        errors.append(invalid(f"{path}.devicePath", target, "can not contain backsteps ('..')"))
    else:
        taken.add(target)
    return errors


def _validate_sub_path(mount: Any, at: str, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    if mount.subPath:
        errors += validate_local_descending_path(mount.subPath, f"{path}.subPath")
    if mount.subPathExpr:
        if mount.subPath:
            detail = "subPathExpr and subPath are mutually exclusive"
            errors.append(invalid(f"{at}.subPathExpr", mount.subPathExpr, detail))
        errors += validate_local_descending_path(mount.subPathExpr, f"{path}.subPathExpr")
    return errors


def _validate_propagation(mount: Any, container: Any, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    if mount.mountPropagation not in _PROPAGATIONS:
        errors.append(not_supported(path, mount.mountPropagation, _PROPAGATIONS))
    context = container.securityContext
    privileged = context is not None and context.privileged
    if mount.mountPropagation == "Bidirectional" and not privileged:
        detail = "Bidirectional mount propagation is available only to privileged containers"
        errors.append(forbidden(path, detail))
    return errors


def _validate_recursive_read_only(mount: Any, path: str) -> list[FieldError]:
    if mount.recursiveReadOnly not in _RECURSIVE:
        return [not_supported(path, mount.recursiveReadOnly, _RECURSIVE)]
    errors: list[FieldError] = []
    if mount.recursiveReadOnly != "Disabled":
        if not mount.readOnly:
            errors.append(forbidden(path, "may only be specified when readOnly is true"))
        if mount.mountPropagation not in (None, "None"):
            detail = "may only be specified when mountPropagation is None or not specified"
            errors.append(forbidden(path, detail))
    return errors
