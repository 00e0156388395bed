"""Adapts a workload's number of pods to CPU use; the older form, kept compatible with v2 (autoscaling/v1): the shape, field by field."""

from typing import ClassVar

from k8snb.api.model import Field, Struct, Time
from k8snb.api.object import Object


class CrossVersionObjectReference(Struct):
    """Points at an object of the namespace, in a given version."""

    apiVersion: str = Field("string", "API version of the object.", zero="")
    kind: str = Field("string", "Kind of the object.", zero="", always=True)
    name: str = Field("string", "Name of the object.", zero="", always=True)
    map_type: ClassVar[str] = "atomic"


class HorizontalPodAutoscalerSpec(Struct):
    """Desired behaviour of an autoscaler."""

    maxReplicas: int = Field("int32", "Upper bound; not below minReplicas.", zero=0, always=True)
    minReplicas: int | None = Field(
        "*int32", "Lower bound. Default 1; 0 needs the HPAScaleToZero feature and a metric outside the pods."
    )
    scaleTargetRef: CrossVersionObjectReference = Field(
        "CrossVersionObjectReference",
        "Workload to scale, through its scale subresource.",
        zero=CrossVersionObjectReference(),
        always=True,
    )
    targetCPUUtilizationPercentage: int | None = Field(
        "*int32", "Average CPU use aimed at, in percent of the pods' requests; the server's default (80) when unset."
    )


class HorizontalPodAutoscalerStatus(Struct):
    """Observed state of an autoscaler."""

    currentCPUUtilizationPercentage: int | None = Field(
        "*int32", "Average CPU use at present, in percent of the pods' requests."
    )
    currentReplicas: int = Field("int32", "Pods at the last observation.", zero=0, always=True)
    desiredReplicas: int = Field("int32", "Pods last computed to be right.", zero=0, always=True)
    lastScaleTime: Time | None = Field("*metav1.Time", "When the number of pods was last changed.")
    observedGeneration: int | None = Field("*int64", "Generation of the autoscaler last acted on.")


class HorizontalPodAutoscaler(Object):
    """Adapts a workload's number of pods to CPU use; the older form, kept compatible with v2."""

    apiVersion: ClassVar[str] = "autoscaling/v1"
    kind: ClassVar[str] = "HorizontalPodAutoscaler"
    spec: HorizontalPodAutoscalerSpec = Field(
        "HorizontalPodAutoscalerSpec",
        "What to scale, within which bounds, and the CPU target.",
        zero=HorizontalPodAutoscalerSpec(),
        always=True,
    )
    status: HorizontalPodAutoscalerStatus = Field(
        "HorizontalPodAutoscalerStatus",
        "What the autoscaler last saw and decided.",
        zero=HorizontalPodAutoscalerStatus(),
        always=True,
    )
