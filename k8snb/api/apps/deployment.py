"""Runs identical pods and replaces them step by step when their template changes, through ReplicaSets it owns (apps/v1): the shape, field by field."""

from typing import ClassVar

from k8snb.api.core.pod import PodTemplateSpec
from k8snb.api.meta import LabelSelector
from k8snb.api.model import Field, IntOrString, Struct, Time
from k8snb.api.object import Object


class RollingUpdateDeployment(Struct):
    """Pace of a rolling update."""

    maxSurge: IntOrString | None = Field(
        "*intstr.IntOrString",
        "Pods allowed above replicas, as a number or a percentage rounded up. Default 25%; not 0 if maxUnavailable is 0.",
    )
    maxUnavailable: IntOrString | None = Field(
        "*intstr.IntOrString",
        "Pods that may be missing, as a number or a percentage rounded down. Default 25%; not 0 if maxSurge is 0.",
    )


class DeploymentStrategy(Struct):
    """How a deployment replaces its pods."""

    rollingUpdate: RollingUpdateDeployment | None = Field(
        "*RollingUpdateDeployment", "Pace of a rolling update; only with type RollingUpdate."
    )
    type: str = Field(
        "DeploymentStrategyType",
        "RollingUpdate (default) replaces gradually; Recreate deletes all old pods first.",
        zero="",
        enum=("Recreate", "RollingUpdate"),
    )


class DeploymentSpec(Struct):
    """Desired state of a deployment."""

    minReadySeconds: int = Field(
        "int32", "Seconds a new pod must stay ready before it counts as available. Default 0.", zero=0
    )
    paused: bool = Field(
        "bool", "A paused deployment still scales, but changes of its template are not rolled out.", zero=False
    )
    progressDeadlineSeconds: int | None = Field(
        "*int32",
        "Seconds without progress after which the rollout is reported as failed; it goes on all the same. Default 600.",
    )
    replicas: int | None = Field("*int32", "Number of pods wanted. Default 1; an explicit 0 is kept.")
    revisionHistoryLimit: int | None = Field("*int32", "Old ReplicaSets kept for rollbacks. Default 10.")
    selector: LabelSelector | None = Field(
        "*metav1.LabelSelector",
        "Pods that belong to the deployment; must match the template's labels and is immutable.",
    )
    strategy: DeploymentStrategy = Field(
        "DeploymentStrategy",
        "How old pods are replaced with new ones.",
        zero=DeploymentStrategy(),
        always=True,
        strategy="retainKeys",
    )
    template: PodTemplateSpec = Field(
        "v1.PodTemplateSpec",
        "Mould for the pods; its restartPolicy must be Always.",
        zero=PodTemplateSpec(),
        always=True,
    )


class DeploymentCondition(Struct):
    """One aspect of a deployment's state."""

    lastTransitionTime: Time | None = Field("metav1.Time", "When status last changed from one value to another.")
    lastUpdateTime: Time | None = Field(
        "metav1.Time", "When the condition was last updated, also without a change of status."
    )
    message: str = Field("string", "Details of the last change for a person to read.", zero="")
    reason: str = Field(
        "string", "CamelCase word for the cause, such as NewReplicaSetAvailable or ProgressDeadlineExceeded.", zero=""
    )
    status: str = Field("v1.ConditionStatus", "True, False or Unknown.", zero="", always=True)
    type: str = Field("DeploymentConditionType", "Available, Progressing or ReplicaFailure.", zero="", always=True)


class DeploymentStatus(Struct):
    """Observed state of a deployment."""

    availableReplicas: int = Field("int32", "Pods ready for at least minReadySeconds.", zero=0)
    collisionCount: int | None = Field(
        "*int32", "Hash collisions met when naming ReplicaSets; mixed into the next hash."
    )
    conditions: tuple[DeploymentCondition, ...] = Field(
        "[]DeploymentCondition",
        "Available, Progressing and ReplicaFailure.",
        zero=(),
        list_type="map",
        list_keys=("type",),
        merge_key="type",
        strategy="merge",
    )
    observedGeneration: int = Field("int64", "Generation of the spec the controller last acted on.", zero=0)
    readyReplicas: int = Field("int32", "Pods with condition Ready.", zero=0)
    replicas: int = Field("int32", "Pods of all its ReplicaSets that are not being deleted.", zero=0)
    terminatingReplicas: int | None = Field("*int32", "Pods being deleted that have not ended yet.")
    unavailableReplicas: int = Field(
        "int32", "Pods still missing, or existing but not available, for the deployment to be fully available.", zero=0
    )
    updatedReplicas: int = Field("int32", "Pods made from the present template.", zero=0)


class Deployment(Object):
    """Runs identical pods and replaces them step by step when their template changes, through ReplicaSets it owns."""

    apiVersion: ClassVar[str] = "apps/v1"
    kind: ClassVar[str] = "Deployment"
    spec: DeploymentSpec = Field(
        "DeploymentSpec",
        "Pods wanted, their template, and how updates are rolled out.",
        zero=DeploymentSpec(),
        always=True,
    )
    status: DeploymentStatus = Field(
        "DeploymentStatus", "Progress of the rollout and pod counts.", zero=DeploymentStatus(), always=True
    )
