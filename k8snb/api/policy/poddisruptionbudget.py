"""Limits how many pods of a group may be taken down at once by voluntary evictions (policy/v1): the shape, field by field."""

from collections.abc import Mapping
from typing import ClassVar

from k8snb.api.meta import Condition, LabelSelector
from k8snb.api.model import EMPTY_MAP, Field, IntOrString, Struct, Time
from k8snb.api.object import Object


class PodDisruptionBudgetSpec(Struct):
    """Content of a disruption budget; minAvailable and maxUnavailable exclude each other."""

    maxUnavailable: IntOrString | None = Field(
        "*intstr.IntOrString", "Pods that may be down after an eviction, as number or percentage rounded up."
    )
    minAvailable: IntOrString | None = Field(
        "*intstr.IntOrString",
        "Pods that must be up after an eviction, as number or percentage rounded up; 100% forbids all.",
    )
    selector: LabelSelector | None = Field(
        "*metav1.LabelSelector", "Pods concerned; empty selects all of the namespace, null none.", strategy="replace"
    )
    unhealthyPodEvictionPolicy: str | None = Field(
        "*UnhealthyPodEvictionPolicyType",
        "When running but unready pods may be evicted: IfHealthyBudget (default) or AlwaysAllow.",
        enum=("AlwaysAllow", "IfHealthyBudget"),
    )


class PodDisruptionBudgetStatus(Struct):
    """Observed state of a disruption budget."""

    conditions: tuple[Condition, ...] = Field(
        "[]metav1.Condition",
        "DisruptionAllowed: whether an eviction is possible at the moment.",
        zero=(),
        list_type="map",
        list_keys=("type",),
        merge_key="type",
        strategy="merge",
    )
    currentHealthy: int = Field("int32", "Healthy pods at present.", zero=0)
    desiredHealthy: int = Field("int32", "Healthy pods required at least.", zero=0)
    disruptedPods: Mapping[str, Time] = Field(
        "map[string]metav1.Time",
        "Pods whose eviction was admitted but not yet seen to happen, with the time of admission.",
        zero=EMPTY_MAP,
    )
    disruptionsAllowed: int = Field("int32", "Evictions admitted right now.", zero=0)
    expectedPods: int = Field("int32", "Pods that count for the budget in all.", zero=0)
    observedGeneration: int = Field(
        "int64", "Generation of the budget last acted on; evictions are refused while it lags.", zero=0
    )


class PodDisruptionBudget(Object):
    """Limits how many pods of a group may be taken down at once by voluntary evictions."""

    apiVersion: ClassVar[str] = "policy/v1"
    kind: ClassVar[str] = "PodDisruptionBudget"
    spec: PodDisruptionBudgetSpec = Field(
        "PodDisruptionBudgetSpec", "Pods concerned and the limit.", zero=PodDisruptionBudgetSpec(), always=True
    )
    status: PodDisruptionBudgetStatus = Field(
        "PodDisruptionBudgetStatus",
        "How many may be taken down right now.",
        zero=PodDisruptionBudgetStatus(),
        always=True,
    )
