"""ResourceSlices: one way of saying which nodes can use the devices, and devices with attributes, capacities and taints.

Follows `pkg/apis/resource/validation` v1.36.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from k8snb.api import quantity
from k8snb.api.validation import names
from k8snb.api.validation.affinity import validate_node_selector
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
from k8snb.api.validation.metadata import validate_immutable, validate_names
from k8snb.api.validation.resourceclaim import (
    EFFECTS,
    validate_list,
    validate_pool_name,
    validate_qualified_name,
    validate_set,
)
from k8snb.api.validation.volume import validate_csi_driver_name

_DEVICES_MAX: Final = 128
_SPECIAL_DEVICES_MAX: Final = 64
_PROPERTIES_MAX: Final = 32
_COUNTER_SETS_MAX: Final = 8
_COUNTERS_MAX: Final = 32
_CONSUMPTIONS_MAX: Final = 2
_TAINTS_MAX: Final = 16
_CONDITIONS_MAX: Final = 4
_VALUE_MAX: Final = 64
_ONE_OF: Final = "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required"
_ONE_OF_DEVICE: Final = (
    "exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true "
    "in the ResourceSlice spec"
)
_NOT_PER_DEVICE: Final = (
    "`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the "
    "ResourceSlice spec"
)
_NOT_TRUE: Final = "must be either unset or set to true"
_NUMBER: Final = r"(0|[1-9]\d*)"
_PRERELEASE: Final = r"(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)"
_is_version = re.compile(
    rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(-{_PRERELEASE}(\.{_PRERELEASE})*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?", re.ASCII
).fullmatch


def validate_resource_slice(obj: Any, old: Any = None) -> list[FieldError]:
    """A ResourceSlice, its common metadata apart; `old` is what it was before."""
    spec = obj.spec
    errors = validate_csi_driver_name(spec.driver, "spec.driver") + _validate_pool(spec.pool)
    if old is not None:
        before = old.spec
        errors += validate_immutable(spec.pool.name, before.pool.name, "spec.pool.name")
        errors += validate_immutable(spec.driver, before.driver, "spec.driver")
        errors += validate_immutable(spec.nodeName, before.nodeName, "spec.nodeName")
    errors += _validate_placement(spec)
    if spec.sharedCounters and spec.devices:
        errors.append(invalid("spec", "", "only one of `sharedCounters` or `devices` is allowed"))
    special = any(device.taints or device.consumesCounters for device in spec.devices)
    most = _SPECIAL_DEVICES_MAX if special else _DEVICES_MAX

    def device(item: Any, path: str) -> list[FieldError]:
        return _validate_device(item, path, per_device=bool(spec.perDeviceNodeSelection))

    errors += validate_set(spec.devices, most, device, lambda d: d.name, "spec.devices")
    at = "spec.sharedCounters"
    return errors + validate_set(spec.sharedCounters, _COUNTER_SETS_MAX, _validate_counter_set, lambda c: c.name, at)


def _validate_pool(pool: Any) -> list[FieldError]:
    errors = validate_pool_name(pool.name, "spec.pool.name")
    if pool.resourceSliceCount <= 0:
        errors.append(invalid("spec.pool.resourceSliceCount", pool.resourceSliceCount, "must be greater than zero"))
    if pool.generation < 0:
        detail = "must be greater than or equal to zero"
        errors.append(invalid("spec.pool.generation", pool.generation, detail))
    return errors


def _validate_placement(spec: Any) -> list[FieldError]:
    errors: list[FieldError] = []
    chosen: list[str] = []
    if spec.nodeName is not None:
        if spec.nodeName:
            chosen.append("`nodeName`")
            errors += validate_names(names.dns_subdomain, spec.nodeName, "spec.nodeName")
        else:
            errors.append(invalid("spec.nodeName", "", "must be either unset or set to a non-empty string"))
    if spec.nodeSelector is not None:
        chosen.append("`nodeSelector`")
        errors += validate_node_selector(spec.nodeSelector, "spec.nodeSelector")
        terms = spec.nodeSelector.nodeSelectorTerms
        if len(terms) != 1:
            at, detail = "spec.nodeSelector.nodeSelectorTerms", "must have exactly one node selector term"
            errors.append(invalid(at, terms or None, detail))
    for field in ("allNodes", "perDeviceNodeSelection"):
        value = getattr(spec, field)
        if value:
            chosen.append(f"`{field}`")
        elif value is not None:
            errors.append(invalid(f"spec.{field}", value, _NOT_TRUE))
    if not chosen:
        errors.append(required("spec", _ONE_OF))
    elif len(chosen) > 1:
        errors.append(invalid("spec", f"{{{', '.join(chosen)}}}", f"{_ONE_OF}, but multiple fields are set"))
    return errors


# -- devices ------------------------------------------------------------------------------------------------------------------


def _validate_device(device: Any, path: str, *, per_device: bool) -> list[FieldError]:
    errors = validate_names(names.dns_label, device.name, f"{path}.name")
    count = len(device.attributes) + len(device.capacity)
    if count > _PROPERTIES_MAX:
        detail = f"the total number of attributes and capacities must not exceed {_PROPERTIES_MAX}"
        errors.append(invalid(path, count, detail))
    errors += _validate_map(device.attributes, -1, validate_qualified_name, _validate_attribute, f"{path}.attributes")
    shared = bool(device.allowMultipleAllocations)

    def capacity(item: Any, at: str) -> list[FieldError]:
        return _validate_capacity(item, at, shared=shared)

    errors += _validate_map(device.capacity, -1, validate_qualified_name, capacity, f"{path}.capacity")
    errors += validate_list(device.taints, _TAINTS_MAX, _validate_taint, f"{path}.taints")
    errors += validate_set(
        device.consumesCounters,
        _CONSUMPTIONS_MAX,
        _validate_consumption,
        lambda consumption: consumption.counterSet,
        f"{path}.consumesCounters",
    )
    errors += _validate_own_nodes(device, path, per_device=per_device)
    return errors + _validate_binding(device.bindingConditions, device.bindingFailureConditions, path)


def _validate_own_nodes(device: Any, path: str, *, per_device: bool) -> list[FieldError]:
    if not per_device:
        told = (device.nodeName, device.nodeSelector, device.allNodes)
        return [] if told == (None, None, None) else [invalid(path, None, _NOT_PER_DEVICE)]
    errors: list[FieldError] = []
    chosen: list[str] = []
    if device.nodeName:
        chosen.append("`nodeName`")
        errors += validate_names(names.dns_subdomain, device.nodeName, f"{path}.nodeName")
    elif device.nodeName is not None:
        errors.append(invalid(f"{path}.nodeName", "", "must not be empty"))
    if device.nodeSelector is not None:
        chosen.append("`nodeSelector`")
        errors += validate_node_selector(device.nodeSelector, f"{path}.nodeSelector")
    if device.allNodes:
        chosen.append("`allNodes`")
    elif device.allNodes is not None:
        errors.append(invalid(f"{path}.allNodes", False, _NOT_TRUE))
    if not chosen:
        errors.append(required(path, _ONE_OF_DEVICE))
    elif len(chosen) > 1:
        errors.append(invalid(path, f"{{{', '.join(chosen)}}}", _ONE_OF_DEVICE))
    return errors


_Check = Callable[[Any, str], list[FieldError]]


def _validate_map(items: Mapping[str, Any], most: int, key: _Check, item: _Check, path: str) -> list[FieldError]:
    if len(items) > most >= 0:
        return [too_many(path, len(items), most)]
    found = sorted(items.items())
    return [error for name, value in found for error in key(name, f"{path}[{name}]") + item(value, f"{path}[{name}]")]


_VALUES: Final = ("bool_", "int_", "string", "version", "bools", "ints", "strings", "versions")


def _validate_attribute(attribute: Any, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    if attribute.string is not None and len(attribute.string) > _VALUE_MAX:
        errors.append(too_long(f"{path}.string", _VALUE_MAX))
    version = attribute.version
    if version is not None and not _is_version(version):
        detail = "must be a string compatible with semver.org spec 2.0.0"
        errors.append(invalid(f"{path}.version", version, detail))
    if version is not None and len(version) > _VALUE_MAX:
        errors.append(too_long(f"{path}.version", _VALUE_MAX))
    count = sum(1 for name in _VALUES if name in attribute.__dict__)
    if count != 1:
        errors.append(invalid(path, attribute if count else "", "exactly one value must be specified"))
    return errors


def _validate_capacity(capacity: Any, path: str, *, shared: bool) -> list[FieldError]:
    policy, at = capacity.requestPolicy, f"{path}.requestPolicy"
    if policy is None:
        return []
    if not shared:
        return [forbidden(at, "allowMultipleAllocations must be true")]
    if policy.validValues and policy.validRange is not None:
        detail = 'exactly one policy can be specified, cannot specify "validValues" and "validRange" at the same time'
        return [forbidden(at, detail)]
    for field in ("validValues", "validRange"):
        if getattr(policy, field) and policy.default is None:
            return [required(f"{at}.default", f"required when {field} is defined")]
    if policy.validValues:
        return _validate_values(policy, capacity.value, f"{at}.validValues")
    return [] if policy.validRange is None else _validate_range(policy, capacity.value, f"{at}.validRange")


def _validate_values(policy: Any, most: str, path: str) -> list[FieldError]:
    values = policy.validValues
    errors: list[FieldError] = []
    for i, (low, high) in enumerate(pairwise(values)):
        if _above(low, high):
            errors.append(invalid(f"{path}[{i + 1}]", high, "values must be sorted in ascending order"))

    def option(value: str, at: str) -> list[FieldError]:
        detail = f"option is larger than capacity value: {most}"
        return [invalid(at, value, detail)] if _above(value, most) else []

    errors += validate_set(values, 10, option, quantity.value, path)
    if all(quantity.milli_value(value) != quantity.milli_value(policy.default) for value in values):
        errors.append(invalid(path, policy.default, "default value is not valid according to the requestPolicy"))
    return errors


def _validate_range(policy: Any, most: str, path: str) -> list[FieldError]:
    bounds, default = policy.validRange, policy.default
    low, high, step = bounds.min, bounds.max, bounds.step
    if low is None:
        return [required(f"{path}.min", "required when validRange is defined")]
    errors: list[FieldError] = []
    if _above(low, most):
        errors.append(invalid(f"{path}.min", low, f"min is larger than capacity value: {most}"))
    if _above(low, default):
        errors.append(invalid(f"{path}.min", default, f"default is less than min: {low}"))
    if high is not None:
        if _above(low, high):
            errors.append(invalid(f"{path}.max", low, f"min is larger than max: {high}"))
        if _above(high, most):
            errors.append(invalid(f"{path}.max", high, f"max is larger than capacity value: {most}"))
        if _above(default, high):
            errors.append(invalid(f"{path}.max", default, f"default is more than max: {high}"))
    if step is not None:
        first = quantity.add(low, step)
        if _above(first, most):
            errors.append(invalid(f"{path}.step", step, f"one step {first} is larger than capacity value: {most}"))
        for value in (default, *([high] if high is not None else [])):
            if (quantity.value(value) - quantity.value(low)) % max(quantity.value(step), 1):
                detail = f"value is not a multiple of a given step ({step}) from ({low})"
                errors.append(invalid(f"{path}.step", value, detail))
    return errors


def _above(left: str, right: str) -> bool:
    return quantity.milli_value(left) > quantity.milli_value(right)


def _validate_taint(taint: Any, path: str) -> list[FieldError]:
    errors = validate_names(names.label_key, taint.key, f"{path}.key")
    errors += validate_names(names.label_value, taint.value, f"{path}.value")
    if not taint.effect:
        return [*errors, required(f"{path}.effect")]
    return errors if taint.effect in EFFECTS else [*errors, not_supported(f"{path}.effect", taint.effect, EFFECTS)]


# -- counters and conditions ----------------------------------------------------------------------------------------------------


def _validate_counter_set(counters: Any, path: str) -> list[FieldError]:
    return _validate_counters(counters.name, counters.counters, path, "name")


def _validate_consumption(consumption: Any, path: str) -> list[FieldError]:
    return _validate_counters(consumption.counterSet, consumption.counters, path, "counterSet")


def _validate_counters(name: str, counters: Mapping[str, Any], path: str, field: str) -> list[FieldError]:
    at = f"{path}.{field}"
    errors = validate_names(names.dns_label, name, at) if name else [required(at)]
    if not counters:
        return [*errors, required(f"{path}.counters")]

    def key(text: str, where: str) -> list[FieldError]:
        return validate_names(names.dns_label, text, where)

    return errors + _validate_map(counters, _COUNTERS_MAX, key, lambda counter, where: [], f"{path}.counters")


def _validate_binding(conditions: Sequence[str], failures: Sequence[str], path: str) -> list[FieldError]:
    def name(text: str, at: str) -> list[FieldError]:
        return validate_names(names.label_key, text, at)

    errors: list[FieldError] = []
    for field, values in (("bindingConditions", conditions), ("bindingFailureConditions", failures)):
        errors += validate_list(values, _CONDITIONS_MAX, name, f"{path}.{field}")
    errors += [duplicate(f"{path}.bindingConditions[{i}]", c) for i, c in enumerate(conditions) if c in conditions[:i]]
    for i, failure in enumerate(failures):
        at = f"{path}.bindingFailureConditions[{i}]"
        if failure in failures[:i]:
            errors.append(duplicate(at, failure))
        if failure in conditions:
            errors.append(invalid(at, failure, "bindingFailureConditions must not overlap with bindingConditions"))
    if failures and not conditions:
        detail = "bindingConditions are required to use bindingFailureConditions"
        errors.append(invalid(f"{path}.bindingConditions", None, detail))
    if conditions and not failures:
        detail = "bindingFailureConditions are required to use bindingConditions"
        errors.append(invalid(f"{path}.bindingFailureConditions", None, detail))
    return errors
