"""Adapts a workload's number of pods to metrics (autoscaling/v2): the shape, field by field."""

from typing import ClassVar

from k8snb.api.meta import LabelSelector
from k8snb.api.model import Field, Quantity, Struct, Time
from k8snb.api.object import Object


class CrossVersionObjectReference(Struct):
    """Points at an object of the namespace, in a given version."""

    apiVersion: str = Field("string", "API version of the object.", zero="")
    kind: str = Field("string", "Kind of the object.", zero="", always=True)
    name: str = Field("string", "Name of the object.", zero="", always=True)


class HPAScalingPolicy(Struct):
    """A limit on the change within a period."""

    periodSeconds: int = Field("int32", "Length of the period in seconds, 1 to 1800.", zero=0, always=True)
    type: str = Field(
        "HPAScalingPolicyType",
        "Pods for an absolute number, Percent for a share of the present pods.",
        zero="",
        always=True,
    )
    value: int = Field("int32", "Largest change in the period; above 0.", zero=0, always=True)


class HPAScalingRules(Struct):
    """Rules for scaling in one direction."""

    policies: tuple[HPAScalingPolicy, ...] = Field(
        "[]HPAScalingPolicy",
        "Limits on the change within a period; at least one unless the direction is disabled.",
        zero=(),
        list_type="atomic",
    )
    selectPolicy: str | None = Field(
        "*ScalingPolicySelect",
        "Which policy counts: Max (default, largest change), Min, or Disabled for no scaling this way.",
    )
    stabilizationWindowSeconds: int | None = Field(
        "*int32", "Seconds of past recommendations considered before acting: 0 to 3600. Default 300 down, 0 up."
    )
    tolerance: Quantity | None = Field(
        "*resource.Quantity", "Deviation from the target that is ignored, as a fraction. Default 0.1 cluster-wide."
    )


class HorizontalPodAutoscalerBehavior(Struct):
    """Pace of scaling in either direction."""

    scaleDown: HPAScalingRules | None = Field(
        "*HPAScalingRules",
        "Rules for scaling down. Default: all the way, using the highest recommendation of the last 300 s.",
    )
    scaleUp: HPAScalingRules | None = Field(
        "*HPAScalingRules",
        "Rules for scaling up. Default: the larger of 4 pods and 100% per 15 s, without stabilization.",
    )


class MetricTarget(Struct):
    """The value a metric should have."""

    averageUtilization: int | None = Field(
        "*int32", "Average over the pods in percent of their requests; only for resource metrics."
    )
    averageValue: Quantity | None = Field("*resource.Quantity", "Average over the pods as an amount.")
    type: str = Field("MetricTargetType", "Utilization, Value or AverageValue.", zero="", always=True)
    value: Quantity | None = Field("*resource.Quantity", "Value of the metric as a whole.")


class ContainerResourceMetricSource(Struct):
    """CPU or memory of one container as metric."""

    container: str = Field("string", "Container of the pods to look at.", zero="", always=True)
    name: str = Field("v1.ResourceName", "cpu or memory.", zero="", always=True)
    target: MetricTarget = Field("MetricTarget", "Value aimed at.", zero=MetricTarget(), always=True)


class MetricIdentifier(Struct):
    """Names a metric."""

    name: str = Field("string", "Name of the metric.", zero="", always=True)
    selector: LabelSelector | None = Field(
        "*metav1.LabelSelector", "Label selector handed to the metrics server to narrow the metric down."
    )


class ExternalMetricSource(Struct):
    """A metric from outside the cluster."""

    metric: MetricIdentifier = Field("MetricIdentifier", "Name of the metric.", zero=MetricIdentifier(), always=True)
    target: MetricTarget = Field("MetricTarget", "Value aimed at.", zero=MetricTarget(), always=True)


class ObjectMetricSource(Struct):
    """A metric of one object of the cluster."""

    describedObject: CrossVersionObjectReference = Field(
        "CrossVersionObjectReference",
        "Object the metric describes, for example an Ingress.",
        zero=CrossVersionObjectReference(),
        always=True,
    )
    metric: MetricIdentifier = Field("MetricIdentifier", "Name of the metric.", zero=MetricIdentifier(), always=True)
    target: MetricTarget = Field("MetricTarget", "Value aimed at.", zero=MetricTarget(), always=True)


class PodsMetricSource(Struct):
    """A metric of each pod."""

    metric: MetricIdentifier = Field("MetricIdentifier", "Name of the metric.", zero=MetricIdentifier(), always=True)
    target: MetricTarget = Field(
        "MetricTarget", "Average aimed at; of type AverageValue only.", zero=MetricTarget(), always=True
    )


class ResourceMetricSource(Struct):
    """CPU or memory of whole pods as metric."""

    name: str = Field("v1.ResourceName", "cpu or memory.", zero="", always=True)
    target: MetricTarget = Field("MetricTarget", "Value aimed at.", zero=MetricTarget(), always=True)


class MetricSpec(Struct):
    """A metric to scale by; type tells which member is set."""

    containerResource: ContainerResourceMetricSource | None = Field(
        "*ContainerResourceMetricSource", "CPU or memory of one container in all pods."
    )
    external: ExternalMetricSource | None = Field(
        "*ExternalMetricSource", "A metric from outside the cluster, such as a queue's length."
    )
    object: ObjectMetricSource | None = Field(
        "*ObjectMetricSource", "A metric describing a single object of the cluster."
    )
    pods: PodsMetricSource | None = Field("*PodsMetricSource", "A metric of each pod, averaged over them.")
    resource: ResourceMetricSource | None = Field("*ResourceMetricSource", "CPU or memory of whole pods.")
    type: str = Field(
        "MetricSourceType", "ContainerResource, External, Object, Pods or Resource.", zero="", always=True
    )


class HorizontalPodAutoscalerSpec(Struct):
    """Desired behaviour of an autoscaler."""

    behavior: HorizontalPodAutoscalerBehavior | None = Field(
        "*HorizontalPodAutoscalerBehavior", "How fast to scale up and down; sensible defaults when unset."
    )
    maxReplicas: int = Field("int32", "Upper bound; not below minReplicas.", zero=0, always=True)
    metrics: tuple[MetricSpec, ...] = Field(
        "[]MetricSpec",
        "Metrics to go by; each gives a number of pods and the highest wins. Default: 80% average CPU use.",
        zero=(),
        list_type="atomic",
    )
    minReplicas: int | None = Field(
        "*int32", "Lower bound. Default 1; 0 needs the HPAScaleToZero feature and an Object or External metric."
    )
    scaleTargetRef: CrossVersionObjectReference = Field(
        "CrossVersionObjectReference",
        "Workload to scale, through its scale subresource.",
        zero=CrossVersionObjectReference(),
        always=True,
    )


class HorizontalPodAutoscalerCondition(Struct):
    """One aspect of an autoscaler's state."""

    lastTransitionTime: Time | None = Field("metav1.Time", "When status last changed from one value to another.")
    message: str = Field("string", "Details of the last change for a person to read.", zero="")
    reason: str = Field(
        "string", "CamelCase word for the cause, such as FailedGetResourceMetric or TooFewReplicas.", zero=""
    )
    status: str = Field("v1.ConditionStatus", "True, False or Unknown.", zero="", always=True)
    type: str = Field(
        "HorizontalPodAutoscalerConditionType", "ScalingActive, AbleToScale or ScalingLimited.", zero="", always=True
    )


class MetricValueStatus(Struct):
    """A metric's present value."""

    averageUtilization: int | None = Field("*int32", "Average over the pods in percent of their requests.")
    averageValue: Quantity | None = Field("*resource.Quantity", "Average over the pods as an amount.")
    value: Quantity | None = Field("*resource.Quantity", "Value of the metric as a whole.")


class ContainerResourceMetricStatus(Struct):
    """Last value of a container resource metric."""

    container: str = Field("string", "Container looked at.", zero="", always=True)
    current: MetricValueStatus = Field("MetricValueStatus", "Value at present.", zero=MetricValueStatus(), always=True)
    name: str = Field("v1.ResourceName", "cpu or memory.", zero="", always=True)


class ExternalMetricStatus(Struct):
    """Last value of an external metric."""

    current: MetricValueStatus = Field("MetricValueStatus", "Value at present.", zero=MetricValueStatus(), always=True)
    metric: MetricIdentifier = Field("MetricIdentifier", "Name of the metric.", zero=MetricIdentifier(), always=True)


class ObjectMetricStatus(Struct):
    """Last value of an object metric."""

    current: MetricValueStatus = Field("MetricValueStatus", "Value at present.", zero=MetricValueStatus(), always=True)
    describedObject: CrossVersionObjectReference = Field(
        "CrossVersionObjectReference", "Object the metric describes.", zero=CrossVersionObjectReference(), always=True
    )
    metric: MetricIdentifier = Field("MetricIdentifier", "Name of the metric.", zero=MetricIdentifier(), always=True)


class PodsMetricStatus(Struct):
    """Last value of a per-pod metric."""

    current: MetricValueStatus = Field(
        "MetricValueStatus", "Average at present.", zero=MetricValueStatus(), always=True
    )
    metric: MetricIdentifier = Field("MetricIdentifier", "Name of the metric.", zero=MetricIdentifier(), always=True)


class ResourceMetricStatus(Struct):
    """Last value of a pod resource metric."""

    current: MetricValueStatus = Field("MetricValueStatus", "Value at present.", zero=MetricValueStatus(), always=True)
    name: str = Field("v1.ResourceName", "cpu or memory.", zero="", always=True)


class MetricStatus(Struct):
    """Last value of a metric; type tells which member is set."""

    containerResource: ContainerResourceMetricStatus | None = Field(
        "*ContainerResourceMetricStatus", "CPU or memory of one container in all pods."
    )
    external: ExternalMetricStatus | None = Field("*ExternalMetricStatus", "A metric from outside the cluster.")
    object: ObjectMetricStatus | None = Field(
        "*ObjectMetricStatus", "A metric describing a single object of the cluster."
    )
    pods: PodsMetricStatus | None = Field("*PodsMetricStatus", "A metric of each pod, averaged over them.")
    resource: ResourceMetricStatus | None = Field("*ResourceMetricStatus", "CPU or memory of whole pods.")
    type: str = Field(
        "MetricSourceType", "ContainerResource, External, Object, Pods or Resource.", zero="", always=True
    )


class HorizontalPodAutoscalerStatus(Struct):
    """Observed state of an autoscaler."""

    conditions: tuple[HorizontalPodAutoscalerCondition, ...] = Field(
        "[]HorizontalPodAutoscalerCondition",
        "ScalingActive, AbleToScale and ScalingLimited.",
        zero=(),
        list_type="map",
        list_keys=("type",),
        merge_key="type",
        strategy="merge",
    )
    currentMetrics: tuple[MetricStatus, ...] = Field(
        "[]MetricStatus", "Last values of the metrics, in the order of the spec.", zero=(), list_type="atomic"
    )
    currentReplicas: int = Field("int32", "Pods at the last observation.", zero=0)
    desiredReplicas: int = Field("int32", "Pods last computed to be right.", zero=0, always=True)
    lastScaleTime: Time | None = Field("*metav1.Time", "When the number of pods was last changed.")
    observedGeneration: int | None = Field("*int64", "Generation of the autoscaler last acted on.")


class HorizontalPodAutoscaler(Object):
    """Adapts a workload's number of pods to metrics."""

    apiVersion: ClassVar[str] = "autoscaling/v2"
    kind: ClassVar[str] = "HorizontalPodAutoscaler"
    spec: HorizontalPodAutoscalerSpec = Field(
        "HorizontalPodAutoscalerSpec",
        "What to scale, within which bounds, by which metrics.",
        zero=HorizontalPodAutoscalerSpec(),
        always=True,
    )
    status: HorizontalPodAutoscalerStatus = Field(
        "HorizontalPodAutoscalerStatus",
        "What the autoscaler last saw and decided.",
        zero=HorizontalPodAutoscalerStatus(),
        always=True,
    )
