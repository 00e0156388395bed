"""VolumeAttributesClasses: a driver and its parameters, for good. Follows `pkg/apis/storage/validation` v1.36."""

from typing import Any

from k8snb.api.validation.equality import equal
from k8snb.api.validation.field import FieldError, forbidden, required
from k8snb.api.validation.storageclass import validate_parameters, validate_provisioner


def validate_volume_attributes_class(obj: Any) -> list[FieldError]:
    """A new VolumeAttributesClass, its common metadata apart."""
    errors = validate_provisioner(obj.driverName, "driverName") + validate_parameters(obj.parameters, "parameters")
    if not obj.parameters:
        errors.append(required("parameters", "must contain at least one key/value pair"))
    return errors


def validate_volume_attributes_class_update(new: Any, old: Any) -> list[FieldError]:
    """A change of a VolumeAttributesClass: neither driver nor parameters."""
    changed = [name for name in ("driverName", "parameters") if not equal(getattr(new, name), getattr(old, name))]
    errors = [forbidden(name, f"updates to {name} are forbidden.") for name in changed]
    return errors + validate_volume_attributes_class(new)
