"""PodDisruptionBudgets: one bound, not two. Follows `pkg/apis/policy/validation` v1.36."""

from typing import Any, Final

from k8snb.api.validation.field import FieldError, GoStruct, invalid, not_supported
from k8snb.api.validation.metadata import validate_conditions, validate_label_selector
from k8snb.api.validation.workload import validate_at_most_all, validate_count_or_percent, validate_counts

_EVICTION: Final = ("AlwaysAllow", "IfHealthyBudget")
_COUNTS: Final = ("disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods")


def validate_pod_disruption_budget(obj: Any) -> list[FieldError]:
    """A new PodDisruptionBudget, its common metadata apart."""
    spec = obj.spec
    errors: list[FieldError] = []
    if spec.minAvailable is not None and spec.maxUnavailable is not None:
        shown = GoStruct(
            MinAvailable=spec.minAvailable,
            Selector=spec.selector,
            MaxUnavailable=spec.maxUnavailable,
            UnhealthyPodEvictionPolicy=spec.unhealthyPodEvictionPolicy,
        )
        errors.append(invalid("spec", shown, "minAvailable and maxUnavailable cannot be both set"))
    for name in ("minAvailable", "maxUnavailable"):
        value = getattr(spec, name)
        if value is not None:
            errors += validate_count_or_percent(value, f"spec.{name}") + validate_at_most_all(value, f"spec.{name}")
    errors += validate_label_selector(spec.selector, "spec.selector")
    policy = spec.unhealthyPodEvictionPolicy
    if policy is not None and policy not in _EVICTION:
        errors.append(not_supported("spec.unhealthyPodEvictionPolicy", policy, _EVICTION))
    return errors


def validate_pod_disruption_budget_update(new: Any, old: Any) -> list[FieldError]:
    """A change of a PodDisruptionBudget."""
    return validate_pod_disruption_budget(new)


def validate_pod_disruption_budget_status_update(new: Any, old: Any) -> list[FieldError]:
    """A new status of a PodDisruptionBudget."""
    errors = validate_conditions(new.status.conditions, "status.conditions")
    return errors + validate_counts(new.status, _COUNTS, "status")
