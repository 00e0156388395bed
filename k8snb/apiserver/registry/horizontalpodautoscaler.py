"""HorizontalPodAutoscalers, stored as v2. Source: `pkg/apis/autoscaling/v2/defaults.go`, printers."""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.api.autoscaling.horizontalpodautoscaler import (
    HorizontalPodAutoscaler,
    HorizontalPodAutoscalerStatus,
    HPAScalingPolicy,
    HPAScalingRules,
    MetricSpec,
    MetricTarget,
    ResourceMetricSource,
)
from k8snb.api.validation.field import FieldError
from k8snb.apiserver.context import Context
from k8snb.apiserver.registry.strategy import Column, Strategy, age, rule

_SHOWN = 2
_DEFAULT_PERCENT = 80


class HorizontalPodAutoscalerStrategy(Strategy):
    """As many Pods as the load needs."""

    generation: ClassVar[bool] = False
    columns: ClassVar[tuple[Column, ...]] = (
        Column("Name", format="name"),
        Column("Reference"),
        Column("Targets"),
        Column("MinPods"),
        Column("MaxPods"),
        Column("Replicas"),
        Column("Age"),
    )

    def defaults(self, obj: HorizontalPodAutoscaler) -> HorizontalPodAutoscaler:
        spec = obj.spec
        changes: dict[str, Any] = {}
        if spec.minReplicas is None:
            changes["minReplicas"] = 1
        if not spec.metrics:
            target = MetricTarget(type="Utilization", averageUtilization=_DEFAULT_PERCENT)
            changes["metrics"] = (
                MetricSpec(type="Resource", resource=ResourceMetricSource(name="cpu", target=target)),
            )
        if spec.behavior is not None:
            changes["behavior"] = spec.behavior.replace(
                scaleUp=_rules(spec.behavior.scaleUp, _SCALE_UP), scaleDown=_rules(spec.behavior.scaleDown, _SCALE_DOWN)
            )
        return obj.replace(spec=spec.replace(**changes)) if changes else obj

    def prepare_create(self, ctx: Context, obj: HorizontalPodAutoscaler) -> HorizontalPodAutoscaler:
        return obj.replace(status=HorizontalPodAutoscalerStatus.of({"desiredReplicas": 0, "currentMetrics": None}))

    def validate(self, ctx: Context, obj: HorizontalPodAutoscaler) -> list[FieldError]:
        return rule("horizontalpodautoscaler", "validate_horizontal_pod_autoscaler")(obj)

    def validate_update(
        self, ctx: Context, obj: HorizontalPodAutoscaler, old: HorizontalPodAutoscaler
    ) -> list[FieldError]:
        return rule("horizontalpodautoscaler", "validate_horizontal_pod_autoscaler_update")(obj, old)

    def validate_status(
        self, ctx: Context, obj: HorizontalPodAutoscaler, old: HorizontalPodAutoscaler
    ) -> list[FieldError]:
        return rule("horizontalpodautoscaler", "validate_horizontal_pod_autoscaler_status_update")(obj, old)

    def row(self, obj: HorizontalPodAutoscaler, now: float) -> list[Any]:
        spec, ref = obj.spec, obj.spec.scaleTargetRef
        least = "<unset>" if spec.minReplicas is None else str(spec.minReplicas)
        return [
            obj.metadata.name,
            f"{ref.kind}/{ref.name}",
            _targets(obj),
            least,
            str(spec.maxReplicas),
            str(obj.status.currentReplicas),
            age(obj, now),
        ]


_SCALE_UP = HPAScalingRules(
    stabilizationWindowSeconds=0,
    selectPolicy="Max",
    policies=(
        HPAScalingPolicy(type="Pods", value=4, periodSeconds=15),
        HPAScalingPolicy(type="Percent", value=100, periodSeconds=15),
    ),
)
_SCALE_DOWN = HPAScalingRules(
    selectPolicy="Max", policies=(HPAScalingPolicy(type="Percent", value=100, periodSeconds=15),)
)


def _rules(own: HPAScalingRules | None, standard: HPAScalingRules) -> HPAScalingRules:
    """Scaling rules with what they leave open from the standard ones."""
    return standard if own is None else own.replace(**{**standard.fields(), **own.fields()})


def _targets(hpa: HorizontalPodAutoscaler) -> str:
    if not hpa.spec.metrics:
        return "<none>"
    current = hpa.status.currentMetrics or ()
    shown = []
    for index, metric in enumerate(hpa.spec.metrics):
        found = current[index] if index < len(current) else None
        shown.append(_target(metric, found))
    more = f" + {len(shown) - _SHOWN} more..." if len(shown) > _SHOWN else ""
    return ", ".join(shown[:_SHOWN]) + more


def _target(metric: MetricSpec, current: Any) -> str:
    kind = {"Resource": "resource", "Pods": "pods", "Object": "object", "External": "external"}.get(metric.type)
    kind = kind or "containerResource"
    source, now = getattr(metric, kind), getattr(current, kind, None) if current is not None else None
    if source is None:
        return "<unknown type>"
    prefix = f"{source.name}: " if kind in ("resource", "containerResource") else ""
    target, value = source.target, now.current if now is not None else None
    if target.averageUtilization is not None:
        had = (
            f"{value.averageUtilization}%"
            if value is not None and value.averageUtilization is not None
            else "<unknown>"
        )
        return f"{prefix}{had}/{target.averageUtilization}%"
    wanted, field = (target.averageValue, "averageValue") if target.averageValue else (target.value, "value")
    had = getattr(value, field) if value is not None and getattr(value, field) else "<unknown>"
    suffix = " (avg)" if field == "averageValue" and kind in ("object", "external") else ""
    return f"{prefix}{had}/{wanted}{suffix}"
