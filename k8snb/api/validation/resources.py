"""Compute resources: names and amounts in requests, limits, capacities and quotas.

Reads resource lists (mappings from a resource's name to a quantity) and `ResourceRequirements`. Lists are walked in key
order, where Go's order is random. Follows `pkg/apis/core/validation` and `pkg/apis/core/helper` v1.36.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from k8snb.api import quantity
from k8snb.api.validation import names
from k8snb.api.validation.field import (
    FieldError,
    duplicate,
    forbidden,
    invalid,
    not_found,
    not_supported,
    required,
)
from k8snb.api.validation.metadata import NOT_NEGATIVE, validate_names

NOT_POSITIVE: Final = "must be greater than zero"
NOT_AN_INTEGER: Final = "must be an integer"

_COUNTED: Final = frozenset(
    {
        "pods",
        "resourcequotas",
        "services",
        "replicationcontrollers",
        "secrets",
        "configmaps",
        "persistentvolumeclaims",
        "services.nodeports",
        "services.loadbalancers",
    }
)
_COMPUTE: Final = frozenset({"cpu", "memory", "ephemeral-storage"})
_QUOTA: Final = (
    _COUNTED
    | _COMPUTE
    | {f"{side}.{name}" for side in ("requests", "limits") for name in _COMPUTE}
    | {"requests.storage"}
)
_STANDARD: Final = _QUOTA | {"storage"}
_HUGE_PAGES: Final = "hugepages-"
_POD_LEVEL: Final = ("cpu", _HUGE_PAGES, "memory")

NameRule = Callable[[str, str], list[FieldError]]


def is_huge_pages(name: str) -> bool:
    """`hugepages-2Mi` and the like."""
    return name.startswith(_HUGE_PAGES)


def is_native(name: str) -> bool:
    """Whether Kubernetes itself defines the resource."""
    return "/" not in name or "kubernetes.io/" in name


@lru_cache(1024)
def is_extended(name: str) -> bool:
    """Whether the resource is one that a node's owner advertises, such as `example.com/gpu`."""
    return not is_native(name) and not name.startswith("requests.") and not names.label_key(f"requests.{name}")


def is_overcommit_allowed(name: str) -> bool:
    """Whether requests may be below limits."""
    return is_native(name) and not is_huge_pages(name)


def is_integer_resource(name: str) -> bool:
    """Whether the resource comes in whole pieces only."""
    return name in _COUNTED or is_extended(name)


def is_quota_resource(name: str) -> bool:
    """Whether a quota may name the resource without a domain."""
    return name in _QUOTA or name.startswith((_HUGE_PAGES, "requests.hugepages-"))


def validate_resource_name(name: str, path: str) -> list[FieldError]:
    """A resource's name: a standard one, or with a domain."""
    errors = validate_names(names.label_key, name, path)
    if errors:
        return errors
    if "/" not in name and name not in _STANDARD and not name.startswith((_HUGE_PAGES, "requests.hugepages-")):
        return [invalid(path, name, "must be a standard resource type or fully qualified")]
    return []


def validate_container_resource_name(name: str, path: str) -> list[FieldError]:
    """A resource that a container may ask for."""
    if name in _COMPUTE:
        return []
    errors = validate_resource_name(name, path)
    if "/" not in name:
        if not is_huge_pages(name):
            errors.append(invalid(path, name, "must be a standard resource for containers"))
    elif not is_native(name) and not is_extended(name):
        errors.append(invalid(path, name, "doesn't follow extended resource name standard"))
    return errors


def validate_pod_resource_name(name: str, path: str) -> list[FieldError]:
    """A resource that a Pod as a whole may ask for."""
    errors = validate_resource_name(name, path)
    if errors or name in ("cpu", "memory") or is_huge_pages(name):
        return errors
    return [not_supported(path, name, _POD_LEVEL)]


def validate_quota_resource_name(name: str, path: str) -> list[FieldError]:
    """A resource that a quota may limit."""
    errors = validate_resource_name(name, path)
    if "/" not in name and not is_quota_resource(name):
        errors.append(invalid(path, name, "must be a standard resource for quota"))
    return errors


def validate_quantity(name: str, amount: str, path: str) -> list[FieldError]:
    """An amount of a resource: not negative, whole if the resource comes in pieces."""
    errors = validate_not_negative_quantity(amount, path)
    if is_integer_resource(name) and quantity.milli_value(amount) % 1000:
        errors.append(invalid(path, amount, NOT_AN_INTEGER))
    return errors


def validate_not_negative_quantity(amount: str, path: str) -> list[FieldError]:
    """A quantity of zero or more."""
    return [invalid(path, amount, NOT_NEGATIVE)] if quantity.sign(amount) < 0 else []


def validate_positive_quantity(amount: str, path: str) -> list[FieldError]:
    """A quantity of more than zero."""
    return [invalid(path, amount, NOT_POSITIVE)] if quantity.sign(amount) <= 0 else []


def validate_basic_resource(amount: str, path: str) -> list[FieldError]:
    """A quantity whose whole part is not negative (volumes' capacities)."""
    units = quantity.value(amount)
    return [invalid(path, units, "must be a valid resource quantity")] if units < 0 else []


def validate_requirements(
    requirements: Any, claims: Collection[str], path: str, name_rule: NameRule = validate_container_resource_name
) -> list[FieldError]:
    """Requests and limits of a container (or a Pod, with its own name rule); `claims` are the Pod's resource claims."""
    limits, requests = requirements.limits, requirements.requests
    errors: list[FieldError] = []
    if limits:
        for name, amount in sorted(limits.items()):
            errors += _validate_amount(name, amount, f"{path}.limits[{name}]", name_rule)
    if requests:
        for name, amount in sorted(requests.items()):
            errors += _validate_request(name, amount, limits, path, name_rule)
    if _wants_only_huge_pages(limits, requests):
        errors.append(forbidden(path, "HugePages require cpu or memory"))
    if requirements.claims:
        errors += _validate_claims(requirements.claims, claims, f"{path}.claims")
    return errors


def validate_limits(limits: Mapping[str, str], path: str) -> list[FieldError]:
    """Amounts that stand alone, as a container's limits (what a runtime costs)."""
    errors: list[FieldError] = []
    for name, amount in sorted(limits.items()):
        errors += _validate_amount(name, amount, f"{path}.limits[{name}]", validate_container_resource_name)
    if _wants_only_huge_pages(limits, {}):
        errors.append(forbidden(path, "HugePages require cpu or memory"))
    return errors


def _validate_amount(name: str, amount: str, path: str, name_rule: NameRule) -> list[FieldError]:
    errors = name_rule(name, path) + validate_quantity(name, amount, path)
    if is_huge_pages(name):
        errors += _validate_huge_pages(name, amount, path)
    return errors


def _validate_request(
    name: str, amount: str, limits: Mapping[str, str], path: str, name_rule: NameRule
) -> list[FieldError]:
    at = f"{path}.requests[{name}]"
    errors = name_rule(name, at) + validate_quantity(name, amount, at)
    limit = limits.get(name)
    if limit is not None:
        order = quantity.compare(amount, limit)
        if order and not is_overcommit_allowed(name):
            errors.append(invalid(f"{path}.requests", amount, f"must be equal to {name} limit of {limit}"))
        elif order > 0:
            detail = f"must be less than or equal to {name} limit of {limit}"
            errors.append(invalid(f"{path}.requests", amount, detail))
    elif not is_overcommit_allowed(name):
        errors.append(required(f"{path}.limits", "Limit must be set for non overcommitable resources"))
    if is_huge_pages(name):
        errors += _validate_huge_pages(name, amount, at)
    return errors


def _validate_huge_pages(name: str, amount: str, path: str) -> list[FieldError]:
    try:
        page = quantity.parse(name.removeprefix(_HUGE_PAGES)).nanos
    except quantity.QuantityError:
        page = 0
    if page > 0 and quantity.parse(amount).nanos % page == 0:
        return []
    return [invalid(path, amount, f"{amount} is not positive integer multiple of {name}")]


def _wants_only_huge_pages(limits: Mapping[str, str], requests: Mapping[str, str]) -> bool:
    wanted = limits.keys() | requests.keys() if requests else limits.keys()
    if not any(map(is_huge_pages, wanted)):
        return False
    return "cpu" not in wanted and "memory" not in wanted


def _validate_claims(wanted: Sequence[Any], claims: Collection[str], path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    seen: set[str] = set()
    for i, claim in enumerate(wanted):
        at = f"{path}[{i}]"
        if not claim.name:
            errors.append(required(at))
            continue
        key = f"{claim.name}/{claim.request}" if claim.request else claim.name
        if claim.name in seen:
            errors.append(duplicate(at, claim.name))
        else:
            if claim.request:
                errors += validate_names(names.dns_label, claim.request, f"{at}.request")
            if key in seen:
                errors.append(duplicate(at, key))
            elif not claim.request:
                overlaps = [other for other in seen if other.startswith(f"{claim.name}/")]
                errors += [duplicate(at, claim.name)] * len(overlaps)
            seen.add(key)
        if claim.name not in claims:
            missing = not_found(at, claim.name)
            known = f": {', '.join(sorted(claims))}" if claims else " which is empty"
            missing.detail = f"must be one of the names in pod.spec.resourceClaims{known}"
            errors.append(missing)
    return errors
