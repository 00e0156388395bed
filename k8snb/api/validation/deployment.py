"""Deployments: selector, template, and how updates roll. Follows `pkg/apis/apps/validation` v1.36."""

from typing import Any, Final

from k8snb.api.validation.field import FieldError, GoStruct, forbidden, invalid, not_supported, required
from k8snb.api.validation.metadata import validate_not_negative
from k8snb.api.validation.workload import (
    is_zero,
    validate_at_most_all,
    validate_collisions,
    validate_count_or_percent,
    validate_counts,
    validate_fixed_selector,
    validate_replica_status,
    validate_selected_template,
    validate_selector,
)

_COUNTS: Final = (
    "observedGeneration",
    "replicas",
    "updatedReplicas",
    "readyReplicas",
    "availableReplicas",
    "unavailableReplicas",
    "terminatingReplicas",
    "collisionCount",
)


def validate_deployment(obj: Any) -> list[FieldError]:
    """A new Deployment, its common metadata apart."""
    spec = obj.spec
    errors = validate_not_negative(spec.replicas, "spec.replicas")
    errors += validate_selector(spec.selector, "spec.selector", "empty selector is invalid for deployment")
    errors += validate_selected_template(spec, "spec", "ReplicaSet") + _validate_strategy(spec.strategy)
    errors += validate_counts(spec, ("minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"), "spec")
    deadline = spec.progressDeadlineSeconds
    if deadline is not None and deadline <= spec.minReadySeconds:
        errors.append(invalid("spec.progressDeadlineSeconds", deadline, "must be greater than minReadySeconds"))
    return errors


def validate_deployment_update(new: Any, old: Any) -> list[FieldError]:
    """A change of a Deployment."""
    return validate_deployment(new) + validate_fixed_selector(new.spec, old.spec)


def validate_deployment_status_update(new: Any, old: Any) -> list[FieldError]:
    """A new status of a Deployment."""
    within = ("updatedReplicas", "readyReplicas", "availableReplicas")
    return validate_replica_status(new.status, _COUNTS, within) + validate_collisions(new.status, old.status)


def _validate_strategy(strategy: Any) -> list[FieldError]:
    path, rolling = "spec.strategy", strategy.rollingUpdate
    if strategy.type == "Recreate":
        if rolling is None:
            return []
        detail = "may not be specified when strategy `type` is 'Recreate'"
        return [forbidden(f"{path}.rollingUpdate", detail)]
    if strategy.type != "RollingUpdate":
        parts = None
        if rolling is not None:
            parts = GoStruct(MaxUnavailable=rolling.maxUnavailable or 0, MaxSurge=rolling.maxSurge or 0)
        shown = GoStruct(Type=strategy.type, RollingUpdate=parts)
        return [not_supported(path, shown, ("Recreate", "RollingUpdate"))]
    if rolling is None:
        return [required(f"{path}.rollingUpdate", "this should be defaulted and never be nil")]
    return _validate_rolling_update(rolling, f"{path}.rollingUpdate")


def _validate_rolling_update(rolling: Any, path: str) -> list[FieldError]:
    down, up = rolling.maxUnavailable, rolling.maxSurge
    errors = validate_count_or_percent(down, f"{path}.maxUnavailable")
    errors += validate_count_or_percent(up, f"{path}.maxSurge")
    if is_zero(down) and is_zero(up):
        shown = 0 if down is None else down
        errors.append(invalid(f"{path}.maxUnavailable", shown, "may not be 0 when `maxSurge` is 0"))
    return errors + validate_at_most_all(down, f"{path}.maxUnavailable")
