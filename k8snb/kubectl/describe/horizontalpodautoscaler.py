"""HorizontalPodAutoscalers: each metric with what it is and what it should be, bounds, behaviour, conditions."""

from __future__ import annotations

from typing import Any

from k8snb.api.autoscaling.horizontalpodautoscaler import (
    HorizontalPodAutoscaler,
    HPAScalingRules,
    MetricSpec,
    MetricStatus,
    MetricTarget,
    MetricValueStatus,
)
from k8snb.api.autoscaling.horizontalpodautoscaler_v1 import HorizontalPodAutoscaler as HorizontalPodAutoscalerV1
from k8snb.kubectl.describe import metadata
from k8snb.kubectl.describe.reader import Reader
from k8snb.kubectl.describe.times import date
from k8snb.kubectl.describe.writer import PrefixWriter
from k8snb.kubectl.errors import quoted

_UNKNOWN = "<unknown>"


def describe(w: PrefixWriter, obj: HorizontalPodAutoscaler | HorizontalPodAutoscalerV1, reader: Reader) -> None:
    """A HorizontalPodAutoscaler of either version."""
    metadata.head(w, obj)
    w.field(0, "CreationTimestamp", date(obj.metadata.creationTimestamp))
    target = obj.spec.scaleTargetRef
    w.field(0, "Reference", f"{target.kind}/{target.name}")
    if isinstance(obj, HorizontalPodAutoscalerV1):
        _utilization(w, obj)
    else:
        w.field(0, "Metrics", "( current / target )")
        for index, metric in enumerate(obj.spec.metrics):
            known = obj.status.currentMetrics or ()
            current = known[index] if index < len(known) else None
            _metric(w, metric, current)
    w.field(0, "Min replicas", "<unset>" if obj.spec.minReplicas is None else obj.spec.minReplicas)
    w.field(0, "Max replicas", obj.spec.maxReplicas)
    if isinstance(obj, HorizontalPodAutoscaler) and obj.spec.behavior is not None:
        w.line(0, "Behavior:")
        _behavior(w, "Scale Up", obj.spec.behavior.scaleUp)
        _behavior(w, "Scale Down", obj.spec.behavior.scaleDown)
    w.field(0, f"{target.kind} pods", f"{obj.status.currentReplicas} current / {obj.status.desiredReplicas} desired")
    if isinstance(obj, HorizontalPodAutoscaler) and obj.status.conditions:
        w.line(0, "Conditions:")
        w.row(1, "Type", "Status", "Reason", "Message")
        w.row(1, "----", "------", "------", "-------")
        for one in obj.status.conditions:
            w.row(1, one.type, one.status, one.reason, one.message)


def _utilization(w: PrefixWriter, obj: HorizontalPodAutoscalerV1) -> None:
    wanted, current = obj.spec.targetCPUUtilizationPercentage, obj.status.currentCPUUtilizationPercentage
    if wanted is not None:
        w.field(0, "Target CPU utilization", f"{wanted}%")
        w.field(0, "Current CPU utilization", f"{_UNKNOWN if current is None else current}%")


def _metric(w: PrefixWriter, metric: MetricSpec, status: MetricStatus | None) -> None:
    """One metric. A status counts only if it is of the same type."""
    if metric.type == "External" and metric.external is not None:
        current = status.external.current if status is not None and status.external is not None else None
        name, target = quoted(metric.external.metric.name), metric.external.target
        w.line(1, f"{name} {_value(target, current, average=target.averageValue is not None)}")
    elif metric.type == "Pods" and metric.pods is not None:
        current = status.pods.current if status is not None and status.pods is not None else None
        shown = _UNKNOWN if current is None else _amount(current.averageValue)
        w.field(
            1, f"{quoted(metric.pods.metric.name)} on pods", f"{shown} / {_amount(metric.pods.target.averageValue)}"
        )
    elif metric.type == "Object" and metric.object is not None:
        current = status.object.current if status is not None and status.object is not None else None
        about, target = metric.object.describedObject, metric.object.target
        text = f'"{metric.object.metric.name}" on {about.kind}/{about.name} '
        w.line(1, text + _value(target, current, average=target.type == "AverageValue"))
    elif metric.type == "Resource" and metric.resource is not None:
        current = status.resource.current if status is not None and status.resource is not None else None
        _resource(w, f"resource {metric.resource.name} on pods", metric.resource.target, current)
    elif metric.type == "ContainerResource" and metric.containerResource is not None:
        found = status.containerResource if status is not None else None
        source = metric.containerResource
        text = f'resource {source.name} of container "{source.container}" on pods'
        _resource(w, text, source.target, found.current if found is not None else None)
    else:
        w.line(1, f"<unknown metric type {quoted(metric.type)}>")


def _value(target: MetricTarget, current: MetricValueStatus | None, *, average: bool) -> str:
    """`(target average value):` and the two amounts."""
    wanted = target.averageValue if average else target.value
    shown = _UNKNOWN
    if current is not None:
        shown = _amount(current.averageValue if average else current.value)
    return f"(target {'average ' if average else ''}value):\t{shown} / {_amount(wanted)}"


def _resource(w: PrefixWriter, text: str, target: MetricTarget, current: MetricValueStatus | None) -> None:
    if target.averageValue is not None:
        shown = _UNKNOWN if current is None else _amount(current.averageValue)
        w.line(1, f"{text}:\t{shown} / {target.averageValue}")
        return
    shown = _UNKNOWN
    if current is not None and current.averageUtilization is not None:
        shown = f"{current.averageUtilization}% ({_amount(current.averageValue)})"
    wanted = "<auto>" if target.averageUtilization is None else f"{target.averageUtilization}%"
    w.line(1, f"{text}  (as a percentage of request):\t{shown} / {wanted}")


def _amount(value: Any) -> str:
    return "<nil>" if value is None else str(value)


def _behavior(w: PrefixWriter, direction: str, rules: HPAScalingRules | None) -> None:
    if rules is None:
        return
    w.line(1, f"{direction}:")
    if rules.stabilizationWindowSeconds is not None:
        w.line(2, f"Stabilization Window: {rules.stabilizationWindowSeconds} seconds")
    if rules.policies:
        w.line(2, f"Select Policy: {rules.selectPolicy or 'Max'}")
        w.line(2, "Policies:")
        for policy in rules.policies:
            w.line(3, f"- Type: {policy.type}\tValue: {policy.value}\tPeriod: {policy.periodSeconds} seconds")
