"""Endpoints: subsets with addresses and ports. Follows `pkg/apis/core/validation` v1.36."""

from typing import Any

from k8snb.api.validation import names
from k8snb.api.validation.address import validate_not_special
from k8snb.api.validation.container import validate_protocol
from k8snb.api.validation.field import FieldError, invalid, required
from k8snb.api.validation.metadata import validate_names


def validate_endpoints(obj: Any) -> list[FieldError]:
    """New Endpoints, their common metadata apart."""
    errors: list[FieldError] = []
    for i, subset in enumerate(obj.subsets):
        at = f"subsets[{i}]"
        if not subset.addresses and not subset.notReadyAddresses:
            errors.append(required(at, "must specify `addresses` or `notReadyAddresses`"))
        for field in ("addresses", "notReadyAddresses"):
            for j, address in enumerate(getattr(subset, field)):
                errors += _validate_address(address, f"{at}.{field}[{j}]")
        for j, port in enumerate(subset.ports):
            errors += _validate_port(port, len(subset.ports) > 1, f"{at}.ports[{j}]")
    return errors


def validate_endpoints_update(new: Any, old: Any) -> list[FieldError]:
    """A change of Endpoints."""
    return validate_endpoints(new)


def _validate_address(address: Any, path: str) -> list[FieldError]:
    errors = validate_names(names.ip, address.ip, f"{path}.ip")
    if address.hostname:
        errors += validate_names(names.dns_label, address.hostname, f"{path}.hostname")
    if address.nodeName is not None:
        errors += validate_names(names.dns_subdomain, address.nodeName, f"{path}.nodeName")
    return errors + validate_not_special(address.ip, f"{path}.ip")


def _validate_port(port: Any, named: bool, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    if port.name:
        errors += validate_names(names.dns_label, port.name, f"{path}.name")
    elif named:
        errors.append(required(f"{path}.name"))
    errors += [invalid(f"{path}.port", port.port, text) for text in names.port_number(port.port)]
    errors += validate_protocol(port.protocol, f"{path}.protocol")
    if port.appProtocol is not None:
        errors += validate_names(names.label_key, port.appProtocol, f"{path}.appProtocol")
    return errors
