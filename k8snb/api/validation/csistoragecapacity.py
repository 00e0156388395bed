"""CSIStorageCapacities: how much room a class has where. Follows `pkg/apis/storage/validation` v1.36."""

from typing import Any

from k8snb.api.validation import names
from k8snb.api.validation.equality import equal
from k8snb.api.validation.field import FieldError, invalid
from k8snb.api.validation.metadata import (
    IMMUTABLE,
    validate_immutable,
    validate_label_selector,
    validate_names,
)
from k8snb.api.validation.resources import validate_not_negative_quantity


def validate_csi_storage_capacity(obj: Any) -> list[FieldError]:
    """A new CSIStorageCapacity, its common metadata apart."""
    errors = validate_label_selector(obj.nodeTopology, "nodeTopology")
    errors += validate_names(names.dns_subdomain, obj.storageClassName, "storageClassName")
    if obj.capacity is not None:
        errors += validate_not_negative_quantity(obj.capacity, "capacity")
    return errors


def validate_csi_storage_capacity_update(new: Any, old: Any) -> list[FieldError]:
    """A change of a CSIStorageCapacity: what was asked stays, the answer may change."""
    errors: list[FieldError] = []
    if not equal(new.nodeTopology, old.nodeTopology):
        errors.append(invalid("nodeTopology", new.nodeTopology, IMMUTABLE))
    return errors + validate_immutable(new.storageClassName, old.storageClassName, "storageClassName")
