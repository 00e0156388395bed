"""Keeps a number of identical pods running; the predecessor of ReplicaSet (v1): the shape, field by field."""

from collections.abc import Mapping
from typing import ClassVar

from k8snb.api.core.pod import PodTemplateSpec
from k8snb.api.model import EMPTY_MAP, Field, Struct, Time
from k8snb.api.object import Object


class ReplicationControllerSpec(Struct):
    """Desired state of a replication controller."""

    minReadySeconds: int = Field(
        "int32", "Seconds a pod must stay ready before it counts as available. Default 0.", zero=0
    )
    replicas: int | None = Field("*int32", "Number of pods wanted. Default 1.", default=1)
    selector: Mapping[str, str] = Field(
        "map[string]string",
        "Labels of the pods that count; defaults to the template's labels.",
        zero=EMPTY_MAP,
        map_type="atomic",
    )
    template: PodTemplateSpec | None = Field(
        "*PodTemplateSpec", "Mould for new pods; its restartPolicy must be Always."
    )


class ReplicationControllerCondition(Struct):
    """One aspect of a replication controller's state."""

    lastTransitionTime: Time | None = Field("metav1.Time", "When status last changed from one value to another.")
    message: str = Field("string", "Details of the last change for a person to read.", zero="")
    reason: str = Field("string", "CamelCase word for the cause, such as FailedCreate.", zero="")
    status: str = Field("ConditionStatus", "True, False or Unknown.", zero="", always=True)
    type: str = Field(
        "ReplicationControllerConditionType",
        "ReplicaFailure: pods could not be created or deleted.",
        zero="",
        always=True,
    )


class ReplicationControllerStatus(Struct):
    """Observed state of a replication controller."""

    availableReplicas: int = Field("int32", "Pods ready for at least minReadySeconds.", zero=0)
    conditions: tuple[ReplicationControllerCondition, ...] = Field(
        "[]ReplicationControllerCondition",
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


class ReplicationController(Object):
    """Keeps a number of identical pods running; the predecessor of ReplicaSet."""

    apiVersion: ClassVar[str] = "v1"
    kind: ClassVar[str] = "ReplicationController"
    spec: ReplicationControllerSpec = Field(
        "ReplicationControllerSpec",
        "Number of pods, which ones count, and how to make them.",
        zero=ReplicationControllerSpec(),
        always=True,
    )
    status: ReplicationControllerStatus = Field(
        "ReplicationControllerStatus",
        "How many pods exist and are ready.",
        zero=ReplicationControllerStatus(),
        always=True,
    )
