"""autoscaling/v2beta1, gone since v1.25: metrics whose names and targets stand side by side."""

from typing import ClassVar

from k8snb.api.autoscaling import horizontalpodautoscaler as v2
from k8snb.api.meta import LabelSelector
from k8snb.api.model import Field, Quantity, Struct, Time
from k8snb.api.object import Object

Reference = v2.CrossVersionObjectReference


class ObjectMetricSource(Struct):
    """A metric of one object."""

    averageValue: Quantity | None = Field("*resource.Quantity", "Value aimed at for each pod.")
    metricName: str = Field("string", "Name of the metric.", zero="", always=True)
    selector: LabelSelector | None = Field("*metav1.LabelSelector", "Narrows the metric down.")
    target: Reference = Field("CrossVersionObjectReference", "The object.", zero=Reference(), always=True)
    targetValue: Quantity | None = Field("resource.Quantity", "Value aimed at.", always=True)


class PodsMetricSource(Struct):
    """A metric of each pod, averaged."""

    metricName: str = Field("string", "Name of the metric.", zero="", always=True)
    selector: LabelSelector | None = Field("*metav1.LabelSelector", "Narrows the metric down.")
    targetAverageValue: Quantity | None = Field("resource.Quantity", "Average aimed at.", always=True)


class ResourceMetricSource(Struct):
    """CPU or memory of the pods."""

    name: str = Field("v1.ResourceName", "The resource.", zero="", always=True)
    targetAverageUtilization: int | None = Field("*int32", "Average aimed at, in percent of the pods' requests.")
    targetAverageValue: Quantity | None = Field("*resource.Quantity", "Average aimed at, as an amount.")


class ContainerResourceMetricSource(Struct):
    """CPU or memory of one container of the pods."""

    container: str = Field("string", "Name of the container.", zero="", always=True)
    name: str = Field("v1.ResourceName", "The resource.", zero="", always=True)
    targetAverageUtilization: int | None = Field("*int32", "Average aimed at, in percent of the requests.")
    targetAverageValue: Quantity | None = Field("*resource.Quantity", "Average aimed at, as an amount.")


class ExternalMetricSource(Struct):
    """A metric from outside the cluster."""

    metricName: str = Field("string", "Name of the metric.", zero="", always=True)
    metricSelector: LabelSelector | None = Field("*metav1.LabelSelector", "Narrows the metric down.")
    targetAverageValue: Quantity | None = Field("*resource.Quantity", "Value aimed at for each pod.")
    targetValue: Quantity | None = Field("*resource.Quantity", "Value aimed at.")


class MetricSpec(Struct):
    """One metric and its target; the field named by `type` is filled."""

    containerResource: ContainerResourceMetricSource | None = Field("*ContainerResourceMetricSource", "Of a container.")
    external: ExternalMetricSource | None = Field("*ExternalMetricSource", "From outside.")
    object: ObjectMetricSource | None = Field("*ObjectMetricSource", "Of an object.")
    pods: PodsMetricSource | None = Field("*PodsMetricSource", "Of the pods.")
    resource: ResourceMetricSource | None = Field("*ResourceMetricSource", "CPU or memory.")
    type: str = Field("MetricSourceType", "Which field is filled.", zero="", always=True)


class HorizontalPodAutoscalerSpec(Struct):
    """Desired behaviour of an autoscaler."""

    maxReplicas: int = Field("int32", "Upper bound; not below minReplicas.", zero=0, always=True)
    metrics: tuple[MetricSpec, ...] = Field("[]MetricSpec", "What to go by.", zero=(), list_type="atomic")
    minReplicas: int | None = Field("*int32", "Lower bound. Default 1.")
    scaleTargetRef: Reference = Field("CrossVersionObjectReference", "What to scale.", zero=Reference(), always=True)


class HorizontalPodAutoscalerStatus(Struct):
    """Observed state of an autoscaler; measured values are shown by later versions."""

    conditions: tuple[v2.HorizontalPodAutoscalerCondition, ...] = Field(
        "[]HorizontalPodAutoscalerCondition", "What the autoscaler can do, and why not.", zero=(), always=True
    )
    currentReplicas: int = Field("int32", "Pods at the last observation.", zero=0, always=True)
    desiredReplicas: int = Field("int32", "Pods last computed to be right.", zero=0, always=True)
    lastScaleTime: Time | None = Field("*metav1.Time", "When the number of pods was last changed.")
    observedGeneration: int | None = Field("*int64", "Generation of the autoscaler last acted on.")


class HorizontalPodAutoscaler(Object):
    """Adapts a workload's number of pods to what is measured."""

    apiVersion: ClassVar[str] = "autoscaling/v2beta1"
    kind: ClassVar[str] = "HorizontalPodAutoscaler"
    spec: HorizontalPodAutoscalerSpec = Field(
        "HorizontalPodAutoscalerSpec", "What to scale.", zero=HorizontalPodAutoscalerSpec(), always=True
    )
    status: HorizontalPodAutoscalerStatus = Field(
        "HorizontalPodAutoscalerStatus", "How it stands.", zero=HorizontalPodAutoscalerStatus(), always=True
    )
