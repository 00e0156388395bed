"""Runs a copy of a pod on every node, or on every matching node (apps/v1): the shape, field by field."""

from typing import ClassVar

from k8snb.api.core.pod import PodTemplateSpec
from k8snb.api.meta import LabelSelector
from k8snb.api.model import Field, IntOrString, Struct, Time
from k8snb.api.object import Object


class RollingUpdateDaemonSet(Struct):
    """Pace of a daemon set's rolling update."""

    maxSurge: IntOrString | None = Field(
        "*intstr.IntOrString",
        "Nodes that may run an extra new pod before the old one stops, as number or percentage rounded up. Default 0.",
    )
    maxUnavailable: IntOrString | None = Field(
        "*intstr.IntOrString",
        "Nodes whose pod may be missing, as number or percentage rounded up. Default 1; not 0 unless maxSurge is set.",
    )


class DaemonSetUpdateStrategy(Struct):
    """How a daemon set replaces its pods."""

    rollingUpdate: RollingUpdateDaemonSet | None = Field(
        "*RollingUpdateDaemonSet", "Pace of a rolling update; only with type RollingUpdate."
    )
    type: str = Field(
        "DaemonSetUpdateStrategyType",
        "RollingUpdate (default), or OnDelete to replace only pods deleted by hand.",
        zero="",
        enum=("OnDelete", "RollingUpdate"),
    )


class DaemonSetSpec(Struct):
    """Desired state of a daemon set."""

    minReadySeconds: int = Field(
        "int32", "Seconds a new pod must stay ready before it counts as available. Default 0.", zero=0
    )
    revisionHistoryLimit: int | None = Field("*int32", "Old revisions kept for rollbacks. Default 10.")
    selector: LabelSelector | None = Field(
        "*metav1.LabelSelector",
        "Pods that belong to the daemon set; must match the template's labels and is immutable.",
    )
    template: PodTemplateSpec = Field(
        "v1.PodTemplateSpec",
        "Mould for the pods; its node selector and affinity decide which nodes get one.",
        zero=PodTemplateSpec(),
        always=True,
    )
    updateStrategy: DaemonSetUpdateStrategy = Field(
        "DaemonSetUpdateStrategy",
        "How pods are replaced when the template changes.",
        zero=DaemonSetUpdateStrategy(),
        always=True,
    )


class DaemonSetCondition(Struct):
    """One aspect of a daemon set's state."""

    lastTransitionTime: Time | None = Field("metav1.Time", "When status last changed from one value to another.")
    message: str = Field("string", "Details of the last change for a person to read.", zero="")
    reason: str = Field("string", "CamelCase word for the cause of the last change.", zero="")
    status: str = Field("v1.ConditionStatus", "True, False or Unknown.", zero="", always=True)
    type: str = Field(
        "DaemonSetConditionType", "Name of the condition; the controller itself sets none.", zero="", always=True
    )


class DaemonSetStatus(Struct):
    """Observed state of a daemon set."""

    collisionCount: int | None = Field("*int32", "Hash collisions met when naming revisions; mixed into the next hash.")
    conditions: tuple[DaemonSetCondition, ...] = Field(
        "[]DaemonSetCondition",
        "Present difficulties; none are defined so far.",
        zero=(),
        list_type="map",
        list_keys=("type",),
        merge_key="type",
        strategy="merge",
    )
    currentNumberScheduled: int = Field("int32", "Nodes that should run the pod and do.", zero=0, always=True)
    desiredNumberScheduled: int = Field("int32", "Nodes that should run the pod.", zero=0, always=True)
    numberAvailable: int = Field("int32", "Nodes whose pod has been ready for at least minReadySeconds.", zero=0)
    numberMisscheduled: int = Field("int32", "Nodes that run the pod but should not.", zero=0, always=True)
    numberReady: int = Field("int32", "Nodes whose pod is ready.", zero=0, always=True)
    numberUnavailable: int = Field("int32", "Nodes that should have an available pod but do not.", zero=0)
    observedGeneration: int = Field("int64", "Generation of the spec the controller last acted on.", zero=0)
    updatedNumberScheduled: int = Field("int32", "Nodes that run a pod of the present template.", zero=0)


class DaemonSet(Object):
    """Runs a copy of a pod on every node, or on every matching node."""

    apiVersion: ClassVar[str] = "apps/v1"
    kind: ClassVar[str] = "DaemonSet"
    spec: DaemonSetSpec = Field(
        "DaemonSetSpec", "Which pod to run, where, and how updates are rolled out.", zero=DaemonSetSpec(), always=True
    )
    status: DaemonSetStatus = Field(
        "DaemonSetStatus", "On how many nodes the pod should run and does run.", zero=DaemonSetStatus(), always=True
    )
