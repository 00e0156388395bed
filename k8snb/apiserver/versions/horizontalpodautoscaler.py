"""HorizontalPodAutoscalers: v1 knows one CPU target; what else a v2 object says travels in annotations of the v1 object.

The annotations hold JSON in v1's own, older shape of metrics. Source: `pkg/apis/autoscaling/v1/conversion.go`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from k8snb.api.autoscaling import horizontalpodautoscaler as v2
from k8snb.api.autoscaling import horizontalpodautoscaler_v1 as v1
from k8snb.api.decode import DecodeError, decode_object
from k8snb.api.model import FrozenMap, encode
from k8snb.api.validation.field import to_json

_PREFIX = "autoscaling.alpha.kubernetes.io/"
_METRICS, _CURRENT = f"{_PREFIX}metrics", f"{_PREFIX}current-metrics"
_BEHAVIOR, _CONDITIONS = f"{_PREFIX}behavior", f"{_PREFIX}conditions"
_ALL = frozenset({_METRICS, _CURRENT, _BEHAVIOR, _CONDITIONS})


def to_stored(obj: v1.HorizontalPodAutoscaler) -> v2.HorizontalPodAutoscaler:
    """A v1 object as v2; annotations that cannot be read are left out."""
    spec, status, annotations = obj.spec, obj.status, obj.metadata.annotations
    metrics = [modern(metric) for metric in _read(annotations, _METRICS, [])]
    if spec.targetCPUUtilizationPercentage is not None:
        target = {"type": "Utilization", "averageUtilization": spec.targetCPUUtilizationPercentage}
        metrics.append({"type": "Resource", "resource": {"name": "cpu", "target": target}})
    new_spec = {
        name: encode(value) for name, value in spec.__dict__.items() if name != "targetCPUUtilizationPercentage"
    }
    new_spec |= {"metrics": metrics} if metrics else {}
    behavior = _read(annotations, _BEHAVIOR, {})
    new_spec |= (
        {"behavior": {name[:1].lower() + name[1:]: rules for name, rules in behavior.items()}} if behavior else {}
    )
    new_status = {
        name: encode(value) for name, value in status.__dict__.items() if name != "currentCPUUtilizationPercentage"
    }
    new_status |= {"conditions": _read(annotations, _CONDITIONS, [])} if _CONDITIONS in annotations else {}
    try:
        converted, _ = decode_object(
            v2.HorizontalPodAutoscaler, {"metadata": {}, "spec": new_spec, "status": new_status}
        )
    except DecodeError:
        new_spec.pop("behavior", None)
        new_status.pop("conditions", None)
        new_spec["metrics"] = metrics[-1:] if spec.targetCPUUtilizationPercentage is not None else []
        converted, _ = decode_object(
            v2.HorizontalPodAutoscaler, {"metadata": {}, "spec": new_spec, "status": new_status}
        )
    kept = {name: value for name, value in annotations.items() if name not in _ALL}
    metadata = (
        obj.metadata if len(kept) == len(annotations) else obj.metadata.replace(annotations=FrozenMap(kept) or None)
    )
    assert isinstance(converted, v2.HorizontalPodAutoscaler)
    return converted.replace(metadata=metadata)


def from_stored(obj: v2.HorizontalPodAutoscaler, model: type[v1.HorizontalPodAutoscaler]) -> v1.HorizontalPodAutoscaler:
    """A v2 object as v1."""
    spec, status = obj.spec, obj.status
    percent = [m.resource.target.averageUtilization for m in spec.metrics if _is_cpu(m) and m.resource is not None]
    others = [older(encode(metric)) for metric in spec.metrics if not _is_cpu(metric)]
    notes: dict[str, Any] = {
        _METRICS: others,
        _CURRENT: [_older_status(encode(m)) for m in status.currentMetrics or ()],
    }
    notes[_CONDITIONS] = encode(status.conditions)
    if spec.behavior is not None:
        notes[_BEHAVIOR] = {name[:1].upper() + name[1:]: rules for name, rules in encode(spec.behavior).items()}
    added = {name: to_json(value) for name, value in notes.items() if value}
    metadata = obj.metadata
    if added:
        metadata = metadata.replace(annotations=FrozenMap({**metadata.annotations, **added}))
    ref = v1.CrossVersionObjectReference.of(spec.scaleTargetRef.fields())
    return model(
        metadata=metadata,
        spec=v1.HorizontalPodAutoscalerSpec(
            scaleTargetRef=ref,
            minReplicas=spec.minReplicas,
            maxReplicas=spec.maxReplicas,
            targetCPUUtilizationPercentage=percent[0] if percent else None,
        ),
        status=v1.HorizontalPodAutoscalerStatus(
            observedGeneration=status.observedGeneration,
            lastScaleTime=status.lastScaleTime,
            currentReplicas=status.currentReplicas,
            desiredReplicas=status.desiredReplicas,
            currentCPUUtilizationPercentage=_current_cpu(status.currentMetrics or ()),
        ),
    )


def _is_cpu(metric: v2.MetricSpec) -> bool:
    source = metric.resource
    return source is not None and source.name == "cpu" and source.target.averageUtilization is not None


def _current_cpu(metrics: Iterable[v2.MetricStatus]) -> int | None:
    values = (
        m.resource.current.averageUtilization for m in metrics if m.resource is not None and m.resource.name == "cpu"
    )
    return next(values, None)


def _read(annotations: Any, name: str, empty: Any) -> Any:
    try:
        found = json.loads(annotations.get(name, "null"))
    except ValueError:
        return empty
    return found if isinstance(found, type(empty)) else empty


#: type -> (field, v1 name of the metric's selector, of a value, of an average value)
_SHAPES = {
    "Object": ("object", "selector", "targetValue", "averageValue"),
    "Pods": ("pods", "selector", "", "targetAverageValue"),
    "External": ("external", "metricSelector", "targetValue", "targetAverageValue"),
    "Resource": ("resource", "", "", "targetAverageValue"),
    "ContainerResource": ("containerResource", "", "", "targetAverageValue"),
}


def older(metric: dict[str, Any]) -> dict[str, Any]:
    """A v2 metric in v1's shape."""
    name, selector, whole, average = _SHAPES[metric["type"]]
    source = metric.get(name) or {}
    target, identifier = source.get("target") or {}, source.get("metric") or {}
    old = {key: source[key] for key in ("name", "container") if key in source}
    if "describedObject" in source:
        old["target"] = source["describedObject"]
    if identifier:
        old["metricName"] = identifier.get("name", "")
        old |= {selector: identifier["selector"]} if identifier.get("selector") else {}
    if target.get("averageUtilization") is not None:
        old["targetAverageUtilization"] = target["averageUtilization"]
    old |= {average: target["averageValue"]} if "averageValue" in target else {}
    if whole and ("value" in target or metric["type"] == "Object"):
        old[whole] = target.get("value", "0")
    return {"type": metric["type"], name: old}


def modern(metric: Any) -> dict[str, Any]:
    """A metric in v1's shape as v2."""
    kind = metric.get("type", "") if isinstance(metric, dict) else ""
    if kind not in _SHAPES:
        return {"type": kind}
    name, selector, whole, average = _SHAPES[kind]
    old = metric.get(name) or {}
    new: dict[str, Any] = {key: old[key] for key in ("name", "container") if key in old}
    if kind == "Object":
        new["describedObject"] = old.get("target") or {}
    if "metricName" in old:
        new["metric"] = {"name": old["metricName"]} | ({"selector": old[selector]} if old.get(selector) else {})
    if "targetAverageUtilization" in old:
        target: dict[str, Any] = {"type": "Utilization", "averageUtilization": old["targetAverageUtilization"]}
    elif average in old:
        target = {"type": "AverageValue", "averageValue": old[average]}
    else:
        target = {"type": "Value", "value": old.get(whole, "0")}
    return {"type": kind, name: {**new, "target": target}}


def _older_status(metric: dict[str, Any]) -> dict[str, Any]:
    if not metric["type"]:
        return {"type": ""}  # could not be read
    name = _SHAPES[metric["type"]][0]
    source = metric.get(name) or {}
    current, identifier = source.get("current") or {}, source.get("metric") or {}
    old = {key: source[key] for key in ("name", "container") if key in source}
    if "describedObject" in source:
        old["target"] = source["describedObject"]
    if identifier:
        old["metricName"] = identifier.get("name", "")
    for key in ("averageUtilization", "averageValue", "value"):
        if key in current:
            old[f"current{key[:1].upper()}{key[1:]}"] = current[key]
    return {"type": metric["type"], name: old}
