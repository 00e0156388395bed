"""autoscaling/v2beta2, gone since v1.26: today's shape."""

from typing import ClassVar

from k8snb.api.autoscaling import horizontalpodautoscaler


class HorizontalPodAutoscaler(horizontalpodautoscaler.HorizontalPodAutoscaler):
    """Adapts a workload's number of pods to what is measured."""

    apiVersion: ClassVar[str] = "autoscaling/v2beta2"
