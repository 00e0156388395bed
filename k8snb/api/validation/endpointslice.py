"""EndpointSlices: addresses of one type, ports, hints. Follows `pkg/apis/discovery/validation` v1.36."""

from collections.abc import Sequence
from typing import Any, Final

from k8snb.api.validation import names
from k8snb.api.validation.address import validate_not_special
from k8snb.api.validation.container import PROTOCOLS
from k8snb.api.validation.field import FieldError, duplicate, invalid, not_supported, required, too_many
from k8snb.api.validation.metadata import validate_immutable, validate_labels, validate_names

_ADDRESS_TYPES: Final = ("FQDN", "IPv4", "IPv6")
_ENDPOINTS_MAX: Final = 1000
_ADDRESSES_MAX: Final = 100
_PORTS_MAX: Final = 20000
_TOPOLOGY_MAX: Final = 16
_HINTS_MAX: Final = 8


def validate_endpoint_slice(obj: Any) -> list[FieldError]:
    """A new EndpointSlice, its common metadata apart."""
    errors: list[FieldError] = []
    if not obj.addressType:
        errors.append(required("addressType"))
    elif obj.addressType not in _ADDRESS_TYPES:
        errors.append(not_supported("addressType", obj.addressType, _ADDRESS_TYPES))
    if len(obj.endpoints) > _ENDPOINTS_MAX:
        errors.append(too_many("endpoints", len(obj.endpoints), _ENDPOINTS_MAX))
    else:
        for i, endpoint in enumerate(obj.endpoints):
            errors += _validate_endpoint(endpoint, obj.addressType, f"endpoints[{i}]")
    return errors + _validate_ports(obj.ports)


def validate_endpoint_slice_update(new: Any, old: Any) -> list[FieldError]:
    """A change of an EndpointSlice."""
    return validate_endpoint_slice(new) + validate_immutable(new.addressType, old.addressType, "addressType")


def _validate_endpoint(endpoint: Any, address_type: str, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    count = len(endpoint.addresses)
    if not count:
        errors.append(required(f"{path}.addresses", "must contain at least 1 address"))
    elif count > _ADDRESSES_MAX:
        errors.append(too_many(f"{path}.addresses", count, _ADDRESSES_MAX))
    for i, address in enumerate(endpoint.addresses):
        errors += _validate_address(address, address_type, f"{path}.addresses[{i}]")
    if endpoint.nodeName is not None:
        errors += validate_names(names.dns_subdomain, endpoint.nodeName, f"{path}.nodeName")
    if len(endpoint.deprecatedTopology) > _TOPOLOGY_MAX:
        at = f"{path}.deprecatedTopology"
        errors.append(too_many(at, len(endpoint.deprecatedTopology), _TOPOLOGY_MAX))
    errors += validate_labels(endpoint.deprecatedTopology, f"{path}.deprecatedTopology")
    if endpoint.hostname is not None:
        errors += validate_names(names.dns_label, endpoint.hostname, f"{path}.hostname")
    if endpoint.hints is not None:
        errors += _validate_hints(endpoint.hints.forZones, names.label_value, f"{path}.hints.forZones")
        errors += _validate_hints(endpoint.hints.forNodes, names.dns_subdomain, f"{path}.hints.forNodes")
    return errors


def _validate_address(address: str, address_type: str, path: str) -> list[FieldError]:
    if address_type == "FQDN":
        if not address:
            return [required(path)]
        return validate_names(names.fully_qualified_domain_name, address, path)
    if address_type not in ("IPv4", "IPv6"):
        return []
    parsed = names.address(address)
    errors: list[FieldError] = []
    if parsed is None or f"IPv{parsed.version}" != address_type:
        errors.append(invalid(path, address, f"must be a valid {address_type} address"))
    return errors + validate_not_special(address, path)


def _validate_hints(hints: Sequence[Any], rule: names.NameCheck, path: str) -> list[FieldError]:
    if len(hints) > _HINTS_MAX:
        return [too_many(path, len(hints), _HINTS_MAX)]
    errors: list[FieldError] = []
    seen: set[str] = set()
    for i, hint in enumerate(hints):
        if hint.name in seen:
            errors.append(duplicate(f"{path}[{i}]", hint.name))
        seen.add(hint.name)
        errors += validate_names(rule, hint.name, f"{path}[{i}]")
    return errors


def _validate_ports(ports: Sequence[Any]) -> list[FieldError]:
    if len(ports) > _PORTS_MAX:
        return [too_many("ports", len(ports), _PORTS_MAX)]
    errors: list[FieldError] = []
    seen: set[str] = set()
    for i, port in enumerate(ports):
        at, name = f"ports[{i}]", port.name or ""
        if name:
            errors += validate_names(names.dns_label, name, f"{at}.name")
        if name in seen:
            errors.append(duplicate(f"{at}.name", name))
        seen.add(name)
        if port.protocol is None:
            errors.append(required(f"{at}.protocol"))
        elif port.protocol not in PROTOCOLS:
            errors.append(not_supported(f"{at}.protocol", port.protocol, PROTOCOLS))
        if port.appProtocol is not None:
            errors += validate_names(names.label_key, port.appProtocol, f"{at}.appProtocol")
    return errors
