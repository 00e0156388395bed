"""ResourceQuotas: keys that can be limited, scopes that fit them and each other. `pkg/apis/core/validation` v1.36."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from k8snb.api.validation.field import FieldError, invalid, required
from k8snb.api.validation.metadata import IMMUTABLE
from k8snb.api.validation.resources import (
    is_huge_pages,
    is_quota_resource,
    validate_quantity,
    validate_quota_resource_name,
)

_POD_SCOPES: Final = frozenset(
    {
        "Terminating",
        "NotTerminating",
        "NotBestEffort",
        "PriorityClass",
        "CrossNamespacePodAffinity",
    }
)
_BEST_EFFORT: Final = "BestEffort"
_CLAIM_SCOPE: Final = "VolumeAttributesClass"
_SCOPES: Final = _POD_SCOPES | {_BEST_EFFORT, _CLAIM_SCOPE}
_CONFLICTS: Final = ((_BEST_EFFORT, "NotBestEffort"), ("Terminating", "NotTerminating"))
_OPERATORS: Final = ("In", "NotIn", "Exists", "DoesNotExist")
_COMPUTE: Final = frozenset(
    {"pods", "cpu", "memory"} | {f"{side}.{name}" for side in ("requests", "limits") for name in ("cpu", "memory")}
)
_CLAIMS: Final = frozenset({"persistentvolumeclaims", "requests.storage"})
_ONLY_EXISTS: Final = (
    "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, "
    "ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity"
)


def validate_resource_quota(obj: Any) -> list[FieldError]:
    """A new ResourceQuota, its common metadata apart."""
    spec = obj.spec
    errors = _validate_amounts(spec.hard, "spec.hard")
    if spec.scopes:
        for scope in spec.scopes:
            errors += _validate_scope(scope, spec.scopes, spec, "spec.scopes")
        errors += _validate_conflicts(spec.scopes, spec)
    if spec.scopeSelector is not None:
        errors += _validate_selector(spec, "spec.scopeSelector.matchExpressions")
    return errors


def validate_resource_quota_update(new: Any, old: Any) -> list[FieldError]:
    """A change of a ResourceQuota: its scopes stay."""
    errors = validate_resource_quota(new)
    if set(new.spec.scopes) != set(old.spec.scopes):
        errors.append(invalid("spec.scopes", new.spec.scopes or None, IMMUTABLE))
    return errors


def validate_resource_quota_status_update(new: Any, old: Any) -> list[FieldError]:
    """A new status of a ResourceQuota."""
    status = new.status
    return _validate_amounts(status.hard, "status.hard") + _validate_amounts(status.used, "status.used")


def _validate_amounts(amounts: Mapping[str, str], path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    for name, amount in sorted(amounts.items()):
        at = f"{path}[{name}]"
        errors += validate_quota_resource_name(name, at) + validate_quantity(name, amount, at)
    return errors


def _validate_scope(scope: str, shown: Any, spec: Any, path: str) -> list[FieldError]:
    errors = [] if scope in _SCOPES else [invalid(path, shown, "unsupported scope")]
    for name in sorted(spec.hard):
        if is_quota_resource(name) and not _fits(scope, name):
            errors.append(invalid(path, shown, "unsupported scope applied to resource"))
    return errors


def _fits(scope: str, resource: str) -> bool:
    """Whether a scope says anything about a resource."""
    if scope in _POD_SCOPES:
        return resource in _COMPUTE or is_huge_pages(resource.removeprefix("requests."))
    if scope == _BEST_EFFORT:
        return resource == "pods"
    return scope != _CLAIM_SCOPE or resource in _CLAIMS


def _validate_conflicts(scopes: Collection[str], spec: Any) -> list[FieldError]:
    return [
        invalid("spec.scopes", spec.scopes or None, "conflicting scopes")
        for pair in _CONFLICTS
        if all(scope in scopes for scope in pair)
    ]


def _validate_selector(spec: Any, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    expressions = spec.scopeSelector.matchExpressions
    for expression in expressions:
        scope, operator = expression.scopeName, expression.operator
        if scope not in _SCOPES:
            errors.append(invalid(f"{path}.scopeName", scope, "unsupported scope"))
        for name in sorted(spec.hard):
            if is_quota_resource(name) and not _fits(scope, name):
                errors.append(invalid(path, spec.scopeSelector, "unsupported scope applied to resource"))
        if scope in _SCOPES - {"PriorityClass", _CLAIM_SCOPE} and operator != "Exists":
            errors.append(invalid(f"{path}.operator", operator, _ONLY_EXISTS))
        errors += _validate_operator(operator, expression.values, path)
    return errors + _validate_conflicts([expression.scopeName for expression in expressions], spec)


def _validate_operator(operator: str, values: Collection[str], path: str) -> list[FieldError]:
    if operator not in _OPERATORS:
        return [invalid(f"{path}.operator", operator, "not a valid selector operator")]
    if operator in ("In", "NotIn"):
        detail = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"
        return [] if values else [required(f"{path}.values", detail)]
    detail = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"
    return [invalid(f"{path}.values", values, detail)] if values else []
