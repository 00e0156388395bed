"""CSINodes: the storage drivers a node has. Follows `pkg/apis/storage/validation` v1.36."""

from typing import Any, Final

from k8snb.api.validation import names
from k8snb.api.validation.equality import equal
from k8snb.api.validation.field import FieldError, duplicate, invalid, required
from k8snb.api.validation.metadata import IMMUTABLE, validate_names, validate_not_negative
from k8snb.api.validation.volume import validate_csi_driver_name

_NODE_ID_MAX: Final = 256


def validate_csi_node(obj: Any) -> list[FieldError]:
    """A new CSINode, its common metadata apart."""
    errors: list[FieldError] = []
    seen: set[str] = set()
    for i, driver in enumerate(obj.spec.drivers):
        errors += _validate_driver(driver, seen, f"spec.drivers[{i}]")
        seen.add(driver.name)
    return errors


def validate_csi_node_update(new: Any, old: Any) -> list[FieldError]:
    """A change of a CSINode: drivers come and go, one that stays only changes how many volumes it can hold."""
    errors = validate_csi_node(new)
    for before in old.spec.drivers:
        for after in new.spec.drivers:
            if before.name == after.name and not equal(
                after.replace(allocatable=None), before.replace(allocatable=None)
            ):
                errors.append(invalid("spec.drivers", after.replace(allocatable=None), IMMUTABLE))
    return errors


def _validate_driver(driver: Any, seen: set[str], path: str) -> list[FieldError]:
    errors = validate_csi_driver_name(driver.name, f"{path}.name")
    if not driver.nodeID:
        errors.append(required(f"{path}.nodeID"))
    if len(driver.nodeID.encode()) > _NODE_ID_MAX:
        errors.append(invalid(f"{path}.nodeID", driver.nodeID, f"must be {_NODE_ID_MAX} characters or less"))
    if driver.allocatable is not None:
        errors += validate_not_negative(driver.allocatable.count, f"{path}.allocatable.count")
    if driver.name in seen:
        errors.append(duplicate(f"{path}.name", driver.name))
    keys: set[str] = set()
    for key in driver.topologyKeys:
        if not key:
            errors.append(required(path))
        if key in keys:
            errors.append(duplicate(path, key))
        keys.add(key)
        errors += validate_names(names.label_key, key, path)
    return errors
