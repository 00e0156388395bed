"""DaemonSets: selector, template, and how updates roll from node to node. Follows `pkg/apis/apps/validation` v1.36."""

from typing import Any, Final

from k8snb.api import selector as selectors
from k8snb.api.validation.field import FieldError, GoStruct, forbidden, invalid, not_supported, required
from k8snb.api.validation.metadata import validate_label_selector, validate_not_negative
from k8snb.api.validation.podspec import validate_pod_template
from k8snb.api.validation.workload import (
    MISMATCH,
    is_zero,
    validate_at_most_all,
    validate_collisions,
    validate_count_or_percent,
    validate_counts,
    validate_fixed_selector,
)

_COUNTS: Final = (
    "currentNumberScheduled",
    "numberMisscheduled",
    "desiredNumberScheduled",
    "numberReady",
    "observedGeneration",
    "updatedNumberScheduled",
    "numberAvailable",
    "numberUnavailable",
    "collisionCount",
)


def validate_daemon_set(obj: Any) -> list[FieldError]:
    """A new DaemonSet, its common metadata apart."""
    spec, template = obj.spec, obj.spec.template
    errors = _validate_selector(spec) + validate_pod_template(template, "spec.template")
    if template.spec.restartPolicy != "Always":
        at = "spec.template.spec.restartPolicy"
        errors.append(not_supported(at, template.spec.restartPolicy, ("Always",)))
    if template.spec.activeDeadlineSeconds is not None:
        detail = "activeDeadlineSeconds in DaemonSet is not Supported"
        errors.append(forbidden("spec.template.spec.activeDeadlineSeconds", detail))
    errors += validate_not_negative(spec.minReadySeconds, "spec.minReadySeconds")
    errors += _validate_strategy(spec.updateStrategy, "spec.updateStrategy")
    return errors + validate_not_negative(spec.revisionHistoryLimit, "spec.revisionHistoryLimit")


def validate_daemon_set_update(new: Any, old: Any) -> list[FieldError]:
    """A change of a DaemonSet."""
    return validate_daemon_set(new) + validate_fixed_selector(new.spec, old.spec)


def validate_daemon_set_status_update(new: Any, old: Any) -> list[FieldError]:
    """A new status of a DaemonSet."""
    return validate_counts(new.status, _COUNTS, "status") + validate_collisions(new.status, old.status)


def _validate_selector(spec: Any) -> list[FieldError]:
    selector, labels = spec.selector, spec.template.metadata.labels
    errors = validate_label_selector(selector, "spec.selector")
    try:
        # No selector at all selects nothing, and so does not match either.
        if not selectors.from_label_selector(selector).matches(labels):
            errors.append(invalid("spec.template.metadata.labels", labels or None, MISMATCH))
    except selectors.SelectorError:
        pass  # said above
    if selector is not None and not selector.matchLabels and not selector.matchExpressions:
        errors.append(invalid("spec.selector", selector, "empty selector is invalid for daemonset"))
    return errors


def _validate_strategy(strategy: Any, path: str) -> list[FieldError]:
    rolling = strategy.rollingUpdate
    if strategy.type == "OnDelete":
        return []
    if strategy.type == "RollingUpdate":
        at = f"{path}.rollingUpdate"
        return [required(at)] if rolling is None else _validate_rolling_update(rolling, at)
    parts = None
    if rolling is not None:
        parts = GoStruct(MaxUnavailable=rolling.maxUnavailable or 0, MaxSurge=rolling.maxSurge or 0)
    shown = GoStruct(Type=strategy.type, RollingUpdate=parts)
    return [not_supported(path, shown, ("RollingUpdate", "OnDelete"))]


def _validate_rolling_update(rolling: Any, path: str) -> list[FieldError]:
    down, up = rolling.maxUnavailable, rolling.maxSurge
    errors = validate_count_or_percent(down, f"{path}.maxUnavailable")
    errors += validate_count_or_percent(up, f"{path}.maxSurge")
    errors += validate_at_most_all(down, f"{path}.maxUnavailable") + validate_at_most_all(up, f"{path}.maxSurge")
    if not is_zero(down) and not is_zero(up):
        errors.append(invalid(f"{path}.maxSurge", up, "may not be set when maxUnavailable is non-zero"))
    if is_zero(down) and is_zero(up):
        errors.append(required(f"{path}.maxUnavailable", "cannot be 0 when maxSurge is 0"))
    return errors
