"""Keeps a number of identical pods running; usually made and scaled by a Deployment (apps/v1): the shape, field by field."""

from typing import ClassVar

from k8snb.api.core.pod import PodTemplateSpec
from k8snb.api.meta import LabelSelector
from k8snb.api.model import Field, Struct, Time
from k8snb.api.object import Object


class ReplicaSetSpec(Struct):
    """Desired state of a replica set."""

    minReadySeconds: int = Field(
        "int32", "Seconds a pod must stay ready before it counts as available. Default 0.", zero=0
    )
    replicas: int | None = Field("*int32", "Number of pods wanted. Default 1; an explicit 0 is kept.")
    selector: LabelSelector | None = Field(
        "*metav1.LabelSelector",
        "Pods that count, also ones it did not make; must match the template's labels and is immutable.",
    )
    template: PodTemplateSpec = Field(
        "v1.PodTemplateSpec",
        "Mould for new pods; a change affects only pods made afterwards.",
        zero=PodTemplateSpec(),
        always=True,
    )


class ReplicaSetCondition(Struct):
    """One aspect of a replica set's state."""

    lastTransitionTime: Time | None = Field("metav1.Time", "When status last changed from one value to another.")
    message: str = Field("string", "Details of the last change for a person to read.", zero="")
    reason: str = Field("string", "CamelCase word for the cause, such as FailedCreate.", zero="")
    status: str = Field("v1.ConditionStatus", "True, False or Unknown.", zero="", always=True)
    type: str = Field(
        "ReplicaSetConditionType", "ReplicaFailure: pods could not be created or deleted.", zero="", always=True
    )


class ReplicaSetStatus(Struct):
    """Observed state of a replica set."""

    availableReplicas: int = Field("int32", "Pods ready for at least minReadySeconds.", zero=0)
    conditions: tuple[ReplicaSetCondition, ...] = Field(
        "[]ReplicaSetCondition",
        "Present difficulties, such as ReplicaFailure.",
        zero=(),
        list_type="map",
        list_keys=("type",),
        merge_key="type",
        strategy="merge",
    )
    fullyLabeledReplicas: int = Field("int32", "Pods that carry all labels of the template.", zero=0)
    observedGeneration: int = Field("int64", "Generation of the spec the controller last acted on.", zero=0)
    readyReplicas: int = Field("int32", "Pods with condition Ready.", zero=0)
    replicas: int = Field("int32", "Pods that exist and are not being deleted.", zero=0, always=True)
    terminatingReplicas: int | None = Field("*int32", "Pods being deleted that have not ended yet.")


class ReplicaSet(Object):
    """Keeps a number of identical pods running; usually made and scaled by a Deployment."""

    apiVersion: ClassVar[str] = "apps/v1"
    kind: ClassVar[str] = "ReplicaSet"
    spec: ReplicaSetSpec = Field(
        "ReplicaSetSpec", "Number of pods, which ones count, and how to make them.", zero=ReplicaSetSpec(), always=True
    )
    status: ReplicaSetStatus = Field(
        "ReplicaSetStatus", "How many pods exist and are ready.", zero=ReplicaSetStatus(), always=True
    )
