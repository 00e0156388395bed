"""LimitRanges: bounds and defaults that agree with each other. Follows `pkg/apis/core/validation` v1.36."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from k8snb.api import quantity
from k8snb.api.validation import names
from k8snb.api.validation.field import FieldError, duplicate, forbidden, invalid, required
from k8snb.api.validation.metadata import validate_names
from k8snb.api.validation.resources import (
    is_overcommit_allowed,
    validate_container_resource_name,
    validate_resource_name,
)

_TYPES: Final = ("Pod", "Container", "PersistentVolumeClaim")
_LISTS: Final = ("max", "min", "default", "defaultRequest", "maxLimitRequestRatio")


def validate_limit_range(obj: Any) -> list[FieldError]:
    """A LimitRange, its common metadata apart."""
    errors: list[FieldError] = []
    seen: set[str] = set()
    for i, item in enumerate(obj.spec.limits):
        path = f"spec.limits[{i}]"
        errors += _validate_type(item.type, f"{path}.type")
        if item.type in seen:
            errors.append(duplicate(f"{path}.type", item.type))
        seen.add(item.type)
        errors += _validate_item(item, path)
    return errors


def _validate_type(kind: str, path: str) -> list[FieldError]:
    errors = validate_names(names.label_key, kind, path)
    if not errors and "/" not in kind and kind not in _TYPES:
        errors.append(invalid(path, kind, "must be a standard limit type or fully qualified"))
    return errors


def _validate_item(item: Any, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    is_pod, amounts = item.type == "Pod", dict[str, Mapping[str, str]]()
    for name in _LISTS:
        values: Mapping[str, str] = getattr(item, name)
        if is_pod and name.startswith("default"):
            if values:
                errors.append(forbidden(f"{path}.{name}", "may not be specified when `type` is 'Pod'"))
            amounts[name] = {}
            continue
        if name == "maxLimitRequestRatio" and item.type == "PersistentVolumeClaim":
            errors += _validate_claim_bounds(item, path)
        rule = validate_container_resource_name if item.type in ("Pod", "Container") else validate_resource_name
        for key in sorted(values):
            errors += rule(key, f"{path}.{name}[{key}]")
        amounts[name] = values
    for key in sorted({key for values in amounts.values() for key in values}):
        errors += _disagreements(key, {name: amounts[name].get(key) for name in _LISTS}, path)
    return errors


def _validate_claim_bounds(item: Any, path: str) -> list[FieldError]:
    if "storage" in item.min or "storage" in item.max:
        return []
    detail = "either minimum or maximum storage value is required, but neither was provided"
    return [required(f"{path}.limits", detail)]


def _disagreements(key: str, amounts: Mapping[str, str | None], path: str) -> Iterator[FieldError]:
    """What of one resource's amounts contradicts another."""
    low, high, ratio = amounts["min"], amounts["max"], amounts["maxLimitRequestRatio"]
    limit, request = amounts["default"], amounts["defaultRequest"]
    # the lesser amount, its noun, the greater amount, its noun, the field to blame, the value shown
    for less, less_noun, more, more_noun, name, shown in (
        (low, "min", high, "max", "min", low),
        (low, "min", request, "default request", "defaultRequest", request),
        (request, "default request", high, "max", "defaultRequest", request),
        (request, "default request", limit, "default limit", "defaultRequest", request),
        (low, "min", limit, "default", "default", low),
        (limit, "default", high, "max", "default", high),
    ):
        if less is not None and more is not None and quantity.compare(less, more) > 0:
            detail = f"{less_noun} value {less} is greater than {more_noun} value {more}"
            yield invalid(f"{path}.{name}[{key}]", shown, detail)
    if ratio is not None:
        yield from _validate_ratio(ratio, low, high, f"{path}.maxLimitRequestRatio[{key}]")
    if limit is None or request is None or is_overcommit_allowed(key) or not quantity.compare(limit, request):
        return
    detail = f"default value {limit} must equal to defaultRequest value {request} in {key}"
    yield invalid(f"{path}.defaultRequest[{key}]", request, detail)


def _validate_ratio(ratio: str, low: str | None, high: str | None, path: str) -> Iterator[FieldError]:
    if quantity.compare(ratio, "1") < 0:
        yield invalid(path, ratio, f"ratio {ratio} is less than 1")
    if low is None or high is None or quantity.is_zero(low):
        return
    most = quantity.number(high) / quantity.number(low)
    if quantity.number(ratio) > most:
        yield invalid(path, ratio, f"ratio {ratio} is greater than max/min = {most:f}")
