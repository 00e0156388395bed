"""IPAddresses: the name is the address, and it belongs to something. Follows `pkg/apis/networking/validation` v1.36."""

from typing import Any

from k8snb.api.validation import names
from k8snb.api.validation.equality import equal
from k8snb.api.validation.field import FieldError, invalid, required
from k8snb.api.validation.metadata import IMMUTABLE, validate_names


def validate_ip_address(obj: Any) -> list[FieldError]:
    """A new IPAddress, its common metadata apart."""
    parent, path = obj.spec.parentRef, "spec.parentRef"
    if parent is None:
        return [required(path)]
    errors = validate_names(names.dns_subdomain, parent.group, f"{path}.group") if parent.group else []
    for name in ("resource", "name"):
        value = getattr(parent, name)
        if value:
            errors += validate_names(names.path_segment, value, f"{path}.{name}")
        else:
            errors.append(required(f"{path}.{name}"))
    if parent.namespace:
        errors += validate_names(names.path_segment, parent.namespace, f"{path}.namespace")
    return errors


def validate_ip_address_update(new: Any, old: Any) -> list[FieldError]:
    """A change of an IPAddress: its owner stays."""
    if equal(new.spec.parentRef, old.spec.parentRef):
        return []
    return [invalid("spec.parentRef", new.spec.parentRef, IMMUTABLE)]
