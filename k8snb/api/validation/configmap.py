"""ConfigMaps: keys, size, and no change of immutable ones. Follows `pkg/apis/core/validation` v1.36."""

from typing import Any

from k8snb.api.validation.configdata import SIZE_MAX, binary_size, text_size, validate_keys, validate_unchanged
from k8snb.api.validation.field import FieldError, invalid, too_long


def validate_config_map(obj: Any) -> list[FieldError]:
    """A new ConfigMap, its common metadata apart."""
    errors = validate_keys(obj.data, "data")
    detail = "duplicate of key present in binaryData"
    errors += [invalid(f"data[{key}]", key, detail) for key in sorted(obj.data.keys() & obj.binaryData.keys())]
    errors += validate_keys(obj.binaryData, "binaryData")
    if text_size(obj.data) + binary_size(obj.binaryData) > SIZE_MAX:
        # The object as a whole has no field name.
        errors.append(too_long("[]", SIZE_MAX))
    return errors


def validate_config_map_update(new: Any, old: Any) -> list[FieldError]:
    """A change of a ConfigMap."""
    return validate_unchanged(new, old, ("data", "binaryData")) + validate_config_map(new)
