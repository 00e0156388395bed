"""Runs pods with stable names, ordinals and storage (apps/v1): the shape, field by field."""

from typing import ClassVar

from k8snb.api.core.persistentvolumeclaim import PersistentVolumeClaim
from k8snb.api.core.pod import PodTemplateSpec
from k8snb.api.meta import LabelSelector
from k8snb.api.model import Field, IntOrString, Struct, Time
from k8snb.api.object import Object


class StatefulSetOrdinals(Struct):
    """Numbering of a stateful set's pods."""

    start: int = Field(
        "int32", "Number of the first pod; pods run from start to start + replicas - 1. Default 0.", zero=0
    )


class StatefulSetPersistentVolumeClaimRetentionPolicy(Struct):
    """What becomes of claims made from templates."""

    whenDeleted: str = Field(
        "PersistentVolumeClaimRetentionPolicyType", "When the set is deleted: Retain (default) or Delete.", zero=""
    )
    whenScaled: str = Field(
        "PersistentVolumeClaimRetentionPolicyType",
        "When a scale-down removes the pod: Retain (default) or Delete.",
        zero="",
    )


class RollingUpdateStatefulSetStrategy(Struct):
    """Settings of a stateful set's rolling update."""

    maxUnavailable: IntOrString | None = Field(
        "*intstr.IntOrString",
        "Pods that may be missing at a time, as number or percentage rounded up; not 0. Default 1.",
    )
    partition: int | None = Field(
        "*int32", "Only pods with this ordinal or a higher one are updated; the rest keeps the old revision. Default 0."
    )


class StatefulSetUpdateStrategy(Struct):
    """How a stateful set replaces its pods."""

    rollingUpdate: RollingUpdateStatefulSetStrategy | None = Field(
        "*RollingUpdateStatefulSetStrategy", "Settings of a rolling update; only with type RollingUpdate."
    )
    type: str = Field(
        "StatefulSetUpdateStrategyType",
        "RollingUpdate (default) goes from the highest ordinal down; OnDelete waits for pods deleted by hand.",
        zero="",
        enum=("OnDelete", "RollingUpdate"),
    )


class StatefulSetSpec(Struct):
    """Desired state of a stateful set."""

    minReadySeconds: int = Field(
        "int32", "Seconds a new pod must stay ready before it counts as available. Default 0.", zero=0
    )
    ordinals: StatefulSetOrdinals | None = Field(
        "*StatefulSetOrdinals", "How the pods are numbered; from 0 by default."
    )
    persistentVolumeClaimRetentionPolicy: StatefulSetPersistentVolumeClaimRetentionPolicy | None = Field(
        "*StatefulSetPersistentVolumeClaimRetentionPolicy",
        "Whether claims are kept or deleted when the set shrinks or goes. Default: kept.",
    )
    podManagementPolicy: str = Field(
        "PodManagementPolicyType",
        "OrderedReady (default) handles pods one by one in order; Parallel all at once. Immutable.",
        zero="",
        enum=("OrderedReady", "Parallel"),
    )
    replicas: int | None = Field("*int32", "Number of pods wanted. Default 1; an explicit 0 is kept.")
    revisionHistoryLimit: int | None = Field("*int32", "Old revisions kept for rollbacks. Default 10.")
    selector: LabelSelector | None = Field(
        "*metav1.LabelSelector", "Pods that belong to the set; must match the template's labels and is immutable."
    )
    serviceName: str = Field(
        "string",
        "Headless service that gives the pods their DNS names; it must be made separately. Immutable.",
        zero="",
    )
    template: PodTemplateSpec = Field(
        "v1.PodTemplateSpec", "Mould for the pods; each is named <set>-<ordinal>.", zero=PodTemplateSpec(), always=True
    )
    updateStrategy: StatefulSetUpdateStrategy = Field(
        "StatefulSetUpdateStrategy",
        "How pods are replaced when the template changes.",
        zero=StatefulSetUpdateStrategy(),
        always=True,
    )
    volumeClaimTemplates: tuple[PersistentVolumeClaim, ...] = Field(
        "[]v1.PersistentVolumeClaim",
        "Claims made for each pod, named <template>-<pod>; they win over volumes of the same name. Immutable.",
        zero=(),
        list_type="atomic",
    )


class StatefulSetCondition(Struct):
    """One aspect of a stateful set's state."""

    lastTransitionTime: Time | None = Field("metav1.Time", "When status last changed from one value to another.")
    message: str = Field("string", "Details of the last change for a person to read.", zero="")
    reason: str = Field("string", "CamelCase word for the cause of the last change.", zero="")
    status: str = Field("v1.ConditionStatus", "True, False or Unknown.", zero="", always=True)
    type: str = Field(
        "StatefulSetConditionType", "Name of the condition; the controller itself sets none.", zero="", always=True
    )


class StatefulSetStatus(Struct):
    """Observed state of a stateful set."""

    availableReplicas: int = Field("int32", "Pods ready for at least minReadySeconds.", zero=0)
    collisionCount: int | None = Field("*int32", "Hash collisions met when naming revisions; mixed into the next hash.")
    conditions: tuple[StatefulSetCondition, ...] = Field(
        "[]StatefulSetCondition",
        "Present difficulties; none are defined so far.",
        zero=(),
        list_type="map",
        list_keys=("type",),
        merge_key="type",
        strategy="merge",
    )
    currentReplicas: int = Field("int32", "Pods made from currentRevision.", zero=0)
    currentRevision: str = Field("string", "ControllerRevision of the pods not yet updated.", zero="")
    observedGeneration: int = Field("int64", "Generation of the spec the controller last acted on.", zero=0)
    readyReplicas: int = Field("int32", "Pods with condition Ready.", zero=0)
    replicas: int = Field("int32", "Pods the controller has made.", zero=0, always=True)
    updateRevision: str = Field(
        "string", "ControllerRevision pods are updated to; equals currentRevision when none is under way.", zero=""
    )
    updatedReplicas: int = Field("int32", "Pods made from updateRevision.", zero=0)


class StatefulSet(Object):
    """Runs pods with stable names, ordinals and storage."""

    apiVersion: ClassVar[str] = "apps/v1"
    kind: ClassVar[str] = "StatefulSet"
    spec: StatefulSetSpec = Field(
        "StatefulSetSpec",
        "Pods wanted, their storage, and the order things happen in.",
        zero=StatefulSetSpec(),
        always=True,
    )
    status: StatefulSetStatus = Field(
        "StatefulSetStatus", "Pod counts and the revisions in play.", zero=StatefulSetStatus(), always=True
    )
