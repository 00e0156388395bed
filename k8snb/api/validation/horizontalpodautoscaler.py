"""HorizontalPodAutoscalers: bounds, metrics, and how fast to go. Follows `pkg/apis/autoscaling/validation` v1.36."""

from collections.abc import Callable
from typing import Any, Final

from k8snb.api import quantity
from k8snb.api.validation import names
from k8snb.api.validation.field import FieldError, forbidden, invalid, not_supported, required
from k8snb.api.validation.metadata import validate_names
from k8snb.api.validation.resources import validate_container_resource_name
from k8snb.api.validation.workload import validate_counts

_PERIOD_MAX: Final = 1800
_WINDOW_MAX: Final = 3600
_SELECT: Final = ("Disabled", "Max", "Min")
_POLICIES: Final = ("Percent", "Pods")
_TYPES: Final = ("ContainerResource", "External", "Object", "Pods", "Resource")
_TARGETS: Final = ("Utilization", "Value", "AverageValue")
_POPULATE: Final = "must populate information for the given metric source"


def validate_horizontal_pod_autoscaler(obj: Any) -> list[FieldError]:
    """A new HorizontalPodAutoscaler (v2), its common metadata apart."""
    return _validate_spec(obj.spec, 1)


def validate_horizontal_pod_autoscaler_update(new: Any, old: Any) -> list[FieldError]:
    """A change of a HorizontalPodAutoscaler."""
    return _validate_spec(new.spec, 0 if old.spec.minReplicas == 0 else 1)


def validate_horizontal_pod_autoscaler_status_update(new: Any, old: Any) -> list[FieldError]:
    """A new status of a HorizontalPodAutoscaler."""
    return validate_counts(new.status, ("currentReplicas", "desiredReplicas"), "status")


def _validate_spec(spec: Any, lowest: int) -> list[FieldError]:
    least, most = spec.minReplicas, spec.maxReplicas
    errors: list[FieldError] = []
    if least is not None and least < lowest:
        errors.append(invalid("spec.minReplicas", least, f"must be greater than or equal to {lowest}"))
    if most < 1:
        errors.append(invalid("spec.maxReplicas", most, "must be greater than 0"))
    if least is not None and most < least:
        errors.append(invalid("spec.maxReplicas", most, "must be greater than or equal to `minReplicas`"))
    errors += _validate_reference(spec.scaleTargetRef, "spec.scaleTargetRef")
    for i, metric in enumerate(spec.metrics):
        errors += _validate_metric(metric, f"spec.metrics[{i}]")
    if least == 0 and not any(metric.type in ("Object", "External") for metric in spec.metrics):
        detail = "must specify at least one Object or External metric to support scaling to zero replicas"
        errors.append(forbidden("spec.metrics", detail))
    if spec.behavior is not None:
        for name in ("scaleUp", "scaleDown"):
            rules = getattr(spec.behavior, name)
            if rules is not None:
                errors += _validate_rules(rules, f"spec.behavior.{name}")
    return errors


def _validate_reference(reference: Any, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    for name in ("kind", "name"):
        value = getattr(reference, name)
        if value:
            errors += validate_names(names.path_segment, value, f"{path}.{name}")
        else:
            errors.append(required(f"{path}.{name}"))
    return errors


def _validate_rules(rules: Any, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    window = rules.stabilizationWindowSeconds
    if window is not None and window < 0:
        detail = "must be greater than or equal to zero"
        errors.append(invalid(f"{path}.stabilizationWindowSeconds", window, detail))
    if window is not None and window > _WINDOW_MAX:
        detail = f"must be less than or equal to {_WINDOW_MAX}"
        errors.append(invalid(f"{path}.stabilizationWindowSeconds", window, detail))
    if rules.selectPolicy is not None and rules.selectPolicy not in _SELECT:
        errors.append(not_supported(f"{path}.selectPolicy", rules.selectPolicy, _SELECT))
    if not rules.policies:
        errors.append(required(f"{path}.policies", "must specify at least one Policy"))
    for i, policy in enumerate(rules.policies):
        errors += _validate_policy(policy, f"{path}.policies[{i}]")
    if rules.tolerance is not None and quantity.sign(rules.tolerance) < 0:
        errors.append(invalid(f"{path}.tolerance", rules.tolerance, "must be greater than or equal to 0"))
    return errors


def _validate_policy(policy: Any, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    if policy.type not in _POLICIES:
        errors.append(not_supported(f"{path}.type", policy.type, _POLICIES))
    for name in ("value", "periodSeconds"):
        if getattr(policy, name) <= 0:
            errors.append(invalid(f"{path}.{name}", getattr(policy, name), "must be greater than zero"))
    if policy.periodSeconds > _PERIOD_MAX:
        detail = f"must be less than or equal to {_PERIOD_MAX}"
        errors.append(invalid(f"{path}.periodSeconds", policy.periodSeconds, detail))
    return errors


def _validate_metric(metric: Any, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    if not metric.type:
        errors.append(required(f"{path}.type", "must specify a metric source type"))
    if metric.type not in _TYPES:
        errors.append(not_supported(f"{path}.type", metric.type, _TYPES))
    present = [name for name in _SOURCES if getattr(metric, name) is not None]
    if present:
        errors += _SOURCES[present[0]](getattr(metric, present[0]), f"{path}.{present[0]}")
    expected = metric.type[:1].lower() + metric.type[1:]
    if metric.type not in _TYPES:
        errors.append(not_supported(f"{path}.type", metric.type, _TYPES))
    elif expected not in present:
        errors.append(required(f"{path}.{expected}", _POPULATE))
    if len(present) != 1:
        extra = sorted(set(present) - {expected})
        errors += [forbidden(f"{path}.{name}", "must populate the given metric source only") for name in extra]
    return errors


def _validate_object(source: Any, path: str) -> list[FieldError]:
    errors = _validate_reference(source.describedObject, f"{path}.describedObject")
    errors += _validate_identifier(source.metric, f"{path}.metric") + _validate_target(source.target, f"{path}.target")
    if source.target.value is None and source.target.averageValue is None:
        detail = "must set either a target value or averageValue"
        errors.append(required(f"{path}.target.averageValue", detail))
    return errors


def _validate_external(source: Any, path: str) -> list[FieldError]:
    errors = _validate_identifier(source.metric, f"{path}.metric") + _validate_target(source.target, f"{path}.target")
    whole, average = source.target.value, source.target.averageValue
    if whole is None and average is None:
        detail = "must set either a target value for metric or a per-pod target"
        errors.append(required(f"{path}.target.averageValue", detail))
    if whole is not None and average is not None:
        detail = "may not set both a target value for metric and a per-pod target"
        errors.append(forbidden(f"{path}.target.value", detail))
    return errors


def _validate_pods(source: Any, path: str) -> list[FieldError]:
    errors = _validate_identifier(source.metric, f"{path}.metric") + _validate_target(source.target, f"{path}.target")
    if source.target.averageValue is None:
        errors.append(required(f"{path}.target.averageValue", "must specify a positive target averageValue"))
    return errors


def _validate_resource(source: Any, path: str) -> list[FieldError]:
    errors = [] if source.name else [required(f"{path}.name", "must specify a resource name")]
    return errors + _validate_resource_target(source.target, f"{path}.target")


def _validate_container_resource(source: Any, path: str) -> list[FieldError]:
    if source.name:
        errors = validate_container_resource_name(source.name, f"{path}.name")
    else:
        errors = [required(f"{path}.name", "must specify a resource name")]
    if source.container:
        errors += validate_names(names.dns_label, source.container, f"{path}.container")
    else:
        errors.append(required(f"{path}.container", "must specify a container"))
    return errors + _validate_resource_target(source.target, f"{path}.target")


def _validate_resource_target(target: Any, path: str) -> list[FieldError]:
    errors = _validate_target(target, path)
    if target.averageUtilization is None and target.averageValue is None:
        detail = "must set either a target raw value or a target utilization"
        errors.append(required(f"{path}.averageUtilization", detail))
    if target.averageUtilization is not None and target.averageValue is not None:
        detail = "may not set both a target raw value and a target utilization"
        errors.append(forbidden(f"{path}.averageValue", detail))
    return errors


def _validate_target(target: Any, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    if not target.type:
        errors.append(required(f"{path}.type", "must specify a metric target type"))
    if target.type not in _TARGETS:
        errors.append(invalid(f"{path}.type", target.type, "must be either Utilization, Value, or AverageValue"))
    for name in ("value", "averageValue"):
        amount = getattr(target, name)
        if amount is not None and quantity.sign(amount) <= 0:
            errors.append(invalid(f"{path}.{name}", amount, "must be positive"))
    if target.averageUtilization is not None and target.averageUtilization < 1:
        errors.append(invalid(f"{path}.averageUtilization", target.averageUtilization, "must be greater than 0"))
    return errors


def _validate_identifier(metric: Any, path: str) -> list[FieldError]:
    if not metric.name:
        return [required(f"{path}.name", "must specify a metric name")]
    return validate_names(names.path_segment, metric.name, f"{path}.name")


#: the parts of a metric, in the order in which they are looked at: only the first is checked
_SOURCES: Final[dict[str, Callable[[Any, str], list[FieldError]]]] = {
    "object": _validate_object,
    "external": _validate_external,
    "pods": _validate_pods,
    "resource": _validate_resource,
    "containerResource": _validate_container_resource,
}
