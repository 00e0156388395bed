"""ResourceClaims, their templates and DeviceClasses: requests by name, selectors, constraints, settings for drivers.

Names of drivers and pools and the walk over bounded lists are shared with `resourceslice`. Simplification: CEL expressions
are not compiled. Follows `pkg/apis/resource/validation` v1.36.
"""

import json
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Final

from k8snb.api.model import encode
from k8snb.api.validation import names
from k8snb.api.validation.affinity import validate_node_selector
from k8snb.api.validation.equality import equal
from k8snb.api.validation.field import (
    FieldError,
    duplicate,
    forbidden,
    invalid,
    not_supported,
    required,
    too_long,
    too_many,
)
from k8snb.api.validation.metadata import (
    validate_annotations,
    validate_immutable,
    validate_labels,
    validate_names,
)
from k8snb.api.validation.resources import is_extended
from k8snb.api.validation.volume import validate_csi_driver_name

EFFECTS: Final = ("NoExecute", "NoSchedule", "None")
_LIST_MAX: Final = 32
_ALTERNATIVES_MAX: Final = 8
_RESERVED_MAX: Final = 256
_POOL_MAX: Final = 253
_IDENTIFIER_MAX: Final = 32
_EXPRESSION_MAX: Final = 10 * 1024
_PARAMETERS_MAX: Final = 10 * 1024
_ONE_OF: Final = "exactly one of `exactly` or `firstAvailable` is required"
_REQUEST: Final = (
    "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'"
)

Check = Callable[[Any, str], list[FieldError]]


def validate_resource_claim(obj: Any) -> list[FieldError]:
    """A new ResourceClaim, its common metadata apart."""
    return _validate_devices(obj.spec.devices, "spec.devices")


def validate_resource_claim_update(new: Any, old: Any) -> list[FieldError]:
    """A change of a claim: what it asks for stays."""
    return [] if equal(new.spec, old.spec) else validate_immutable(new.spec, old.spec, "spec")


def validate_resource_claim_status_update(new: Any, old: Any) -> list[FieldError]:
    """What was allocated and who uses it: an allocation cannot be changed, only made or given up."""
    status, before, path = new.status, old.status, "status"
    errors = validate_set(status.reservedFor, _RESERVED_MAX, _validate_consumer, lambda c: c.uid, f"{path}.reservedFor")
    if status.reservedFor and status.allocation is None:
        errors.append(forbidden(f"{path}.reservedFor", "may not be specified when `allocated` is not set"))
    elif new.metadata.deletionTimestamp is not None:
        known = {consumer.uid for consumer in before.reservedFor}
        if any(consumer.uid not in known for consumer in status.reservedFor):
            detail = "new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set"
            errors.append(forbidden(f"{path}.reservedFor", detail))
    if status.allocation is None:
        return errors
    if before.allocation is not None:
        return errors + validate_immutable(status.allocation, before.allocation, f"{path}.allocation")
    return errors + _validate_allocation(status.allocation, _request_names(new.spec.devices), f"{path}.allocation")


def validate_resource_claim_template(obj: Any) -> list[FieldError]:
    """A new ResourceClaimTemplate, its common metadata apart."""
    meta, path = obj.spec.metadata, "spec.metadata"
    errors = validate_annotations(meta.annotations, f"{path}.annotations")
    errors += validate_labels(meta.labels, f"{path}.labels")
    return errors + _validate_devices(obj.spec.spec.devices, "spec.spec.devices")


def validate_device_class(obj: Any) -> list[FieldError]:
    """A DeviceClass, its common metadata apart."""
    spec = obj.spec
    errors = validate_list(spec.selectors, _LIST_MAX, _validate_selector, "spec.selectors")
    errors += validate_list(spec.config, _LIST_MAX, _validate_configuration, "spec.config")
    name = spec.extendedResourceName
    if name is not None and not is_extended(name):
        errors.append(invalid("spec.extendedResourceName", name, "must be a valid extended resource name"))
    return errors


# -- what claims and slices share -------------------------------------------------------------------------------------------


def validate_list(items: Sequence[Any], most: int, check: Check, path: str) -> list[FieldError]:
    """Every item of a list that is not too long; of one that is, only that is said."""
    if len(items) > most >= 0:
        return [too_many(path, len(items), most)]
    return [error for i, item in enumerate(items) for error in check(item, f"{path}[{i}]")]


def validate_set(
    items: Sequence[Any], most: int, check: Check, key: Callable[[Any], Hashable], path: str
) -> list[FieldError]:
    """As `validate_list`, with no two items of the same key."""
    errors = validate_list(items, most, check, path)
    if len(items) > most >= 0:
        return errors
    seen: set[Hashable] = set()
    for i, item in enumerate(items):
        if key(item) in seen:
            errors.append(duplicate(f"{path}[{i}]", key(item)))
        seen.add(key(item))
    return errors


def validate_pool_name(name: str, path: str) -> list[FieldError]:
    """DNS names with slashes between them."""
    if not name:
        return [required(path)]
    errors = [too_long(path, _POOL_MAX)] if len(name) > _POOL_MAX else []
    return errors + [error for part in name.split("/") for error in validate_names(names.dns_subdomain, part, path)]


def validate_qualified_name(name: str, path: str) -> list[FieldError]:
    """The name of an attribute or capacity: a C identifier, perhaps behind a domain and a slash."""
    parts = name.split("/")
    if len(parts) == 1:
        return _validate_identifier(parts[0], path)
    if len(parts) > 2:
        return []
    domain, identifier = parts
    errors = validate_csi_driver_name(domain, path) if domain else [invalid(path, "", "the domain must not be empty")]
    if not identifier:
        return [*errors, invalid(path, "", "the name must not be empty")]
    return errors + _validate_identifier(identifier, path)


def _validate_identifier(name: str, path: str) -> list[FieldError]:
    errors = [too_long(path, _IDENTIFIER_MAX)] if len(name) > _IDENTIFIER_MAX else []
    return errors + validate_names(names.c_identifier, name, path)


def _validate_raw(value: Any, path: str) -> list[FieldError]:
    """An object whose form only a driver knows."""
    if value is None:
        return [required(path)]
    if len(json.dumps(encode(value))) > _PARAMETERS_MAX:
        return [too_long(path, _PARAMETERS_MAX)]
    if not isinstance(value, Mapping):
        return [invalid(path, "<value omitted>", "must be a valid JSON object")]
    return []


# -- requests -----------------------------------------------------------------------------------------------------------------


def _request_names(devices: Any) -> dict[str, frozenset[str]]:
    return {request.name: frozenset(sub.name for sub in request.firstAvailable) for request in devices.requests}


def _validate_devices(devices: Any, path: str) -> list[FieldError]:
    known = _request_names(devices)

    def reference(name: str, at: str) -> list[FieldError]:
        return _validate_reference(name, known, at)

    def constraint(item: Any, at: str) -> list[FieldError]:
        return _validate_constraint(item, reference, at)

    def configuration(item: Any, at: str) -> list[FieldError]:
        errors = validate_set(item.requests, _LIST_MAX, reference, str, f"{at}.requests")
        return errors + _validate_configuration(item, at)

    errors = validate_set(devices.requests, _LIST_MAX, _validate_request, lambda r: r.name, f"{path}.requests")
    errors += validate_list(devices.constraints, _LIST_MAX, constraint, f"{path}.constraints")
    return errors + validate_list(devices.config, _LIST_MAX, configuration, f"{path}.config")


def _validate_reference(name: str, known: Mapping[str, frozenset[str]], path: str) -> list[FieldError]:
    segments = name.split("/")
    if len(segments) > 2:
        return [invalid(path, name, _REQUEST)]
    errors = [error for segment in segments for error in validate_names(names.dns_label, segment, path)]
    found = segments[0] in known and (len(segments) == 1 or segments[1] in known[segments[0]])
    return errors if found else [*errors, invalid(path, name, _REQUEST)]


def _validate_request(request: Any, path: str) -> list[FieldError]:
    errors = validate_names(names.dns_label, request.name, f"{path}.name")
    alternatives, exactly = request.firstAvailable, request.exactly
    if not alternatives and exactly is None:
        errors.append(required(path, _ONE_OF))
    elif alternatives and exactly is not None:
        errors.append(invalid(path, None, f"{_ONE_OF}, but multiple fields are set"))
    elif exactly is not None:
        errors += _validate_wish(exactly, f"{path}.exactly")
    else:
        at = f"{path}.firstAvailable"
        errors += validate_set(alternatives, _ALTERNATIVES_MAX, _validate_alternative, lambda a: a.name, at)
    return errors


def _validate_alternative(wish: Any, path: str) -> list[FieldError]:
    return validate_names(names.dns_label, wish.name, f"{path}.name") + _validate_wish(wish, path)


def _validate_wish(wish: Any, path: str) -> list[FieldError]:
    at = f"{path}.deviceClassName"
    name = wish.deviceClassName
    errors = validate_names(names.dns_subdomain, name, at) if name else [required(at)]
    errors += validate_list(wish.selectors, _LIST_MAX, _validate_selector, f"{path}.selectors")
    mode, count = wish.allocationMode, wish.count
    if mode == "All":
        if count:
            detail = f"must not be specified when allocationMode is '{mode}'"
            errors.append(invalid(f"{path}.count", count, detail))
    elif mode != "ExactCount":
        errors.append(not_supported(f"{path}.allocationMode", mode, ("All", "ExactCount")))
    elif count <= 0:
        errors.append(invalid(f"{path}.count", count, "must be greater than zero"))
    return errors + validate_list(wish.tolerations, -1, _validate_toleration, f"{path}.tolerations")


def _validate_selector(selector: Any, path: str) -> list[FieldError]:
    if selector.cel is None:
        return [required(f"{path}.cel")]
    expression = selector.cel.expression
    at = f"{path}.cel.expression"
    if len(expression) > _EXPRESSION_MAX:
        return [too_long(at, _EXPRESSION_MAX)]
    return [] if expression.strip() else [required(at)]


def _validate_toleration(toleration: Any, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    operator, value = toleration.operator, toleration.value
    if toleration.key:
        errors += validate_names(names.label_key, toleration.key, f"{path}.key")
    if operator == "Exists":
        if value:
            errors.append(invalid(f"{path}.value", value, "must be empty for operator `Exists`"))
    elif operator == "Equal":
        errors += validate_names(names.label_value, value, f"{path}.value")
    elif not operator:
        errors.append(required(f"{path}.operator"))
    else:
        errors.append(not_supported(f"{path}.operator", operator, ("Equal", "Exists")))
    if toleration.effect and toleration.effect not in EFFECTS:
        errors.append(not_supported(f"{path}.effect", toleration.effect, EFFECTS))
    return errors


def _validate_constraint(constraint: Any, reference: Check, path: str) -> list[FieldError]:
    errors = validate_set(constraint.requests, _LIST_MAX, reference, str, f"{path}.requests")
    for field in ("matchAttribute", "distinctAttribute"):
        name = getattr(constraint, field)
        if name is None:
            continue
        errors += validate_qualified_name(name, f"{path}.{field}")
        if "/" not in name:
            detail = "a fully qualified name must be a domain and a name separated by a slash"
            errors.append(invalid(f"{path}.{field}", name, detail))
        return errors
    detail = 'exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set'
    return [*errors, required(path, detail)]


def _validate_configuration(configuration: Any, path: str) -> list[FieldError]:
    opaque, at = configuration.opaque, f"{path}.opaque"
    if opaque is None:
        return [required(at)]
    errors = validate_csi_driver_name(opaque.driver, f"{at}.driver")
    return errors + _validate_raw(opaque.parameters, f"{at}.parameters")


# -- allocations --------------------------------------------------------------------------------------------------------------


def _validate_consumer(consumer: Any, path: str) -> list[FieldError]:
    return [required(f"{path}.{field}") for field in ("resource", "name", "uid") if not getattr(consumer, field)]


def _validate_allocation(allocation: Any, known: Mapping[str, frozenset[str]], path: str) -> list[FieldError]:
    def result(item: Any, at: str) -> list[FieldError]:
        errors = _validate_reference(item.request, known, f"{at}.request")
        errors += validate_csi_driver_name(item.driver, f"{at}.driver")
        errors += validate_pool_name(item.pool, f"{at}.pool")
        return errors + validate_names(names.dns_label, item.device, f"{at}.device")

    def configuration(item: Any, at: str) -> list[FieldError]:
        errors: list[FieldError] = []
        if not item.source:
            errors.append(required(f"{at}.source"))
        elif item.source not in ("FromClaim", "FromClass"):
            errors.append(not_supported(f"{at}.source", item.source, ("FromClaim", "FromClass")))
        return errors + _validate_configuration(item, at)

    devices, at = allocation.devices, f"{path}.devices"
    errors = validate_list(devices.results, _LIST_MAX, result, f"{at}.results")
    errors += validate_list(devices.config, 2 * _LIST_MAX, configuration, f"{at}.config")
    if allocation.nodeSelector is not None:
        errors += validate_node_selector(allocation.nodeSelector, f"{path}.nodeSelector")
    return errors
