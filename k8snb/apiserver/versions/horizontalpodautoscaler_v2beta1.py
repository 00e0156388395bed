"""HorizontalPodAutoscalers of autoscaling/v2beta1: the same metrics, shaped as then. Source: `pkg/apis/autoscaling`."""

from __future__ import annotations

from k8snb.api.autoscaling import horizontalpodautoscaler as v2
from k8snb.api.autoscaling import v2beta1
from k8snb.api.decode import read
from k8snb.api.model import encode
from k8snb.apiserver.versions.horizontalpodautoscaler import modern, older


def to_stored(obj: v2beta1.HorizontalPodAutoscaler) -> v2.HorizontalPodAutoscaler:
    """A v2beta1 object as v2."""
    spec, status = encode(obj.spec), encode(obj.status)
    if "metrics" in spec:
        spec["metrics"] = [modern(metric) for metric in spec["metrics"]]
    return v2.HorizontalPodAutoscaler(
        metadata=obj.metadata,
        spec=read(v2.HorizontalPodAutoscalerSpec, spec),
        status=read(v2.HorizontalPodAutoscalerStatus, status),
    )


def from_stored(
    obj: v2.HorizontalPodAutoscaler, model: type[v2beta1.HorizontalPodAutoscaler]
) -> v2beta1.HorizontalPodAutoscaler:
    """A v2 object as v2beta1; how fast it scales and what was measured have no place there."""
    spec, status = encode(obj.spec), encode(obj.status)
    spec.pop("behavior", None)
    status.pop("currentMetrics", None)
    if "metrics" in spec:
        spec["metrics"] = [older(metric) for metric in spec["metrics"]]
    return model(
        metadata=obj.metadata,
        spec=read(v2beta1.HorizontalPodAutoscalerSpec, spec),
        status=read(v2beta1.HorizontalPodAutoscalerStatus, status),
    )
