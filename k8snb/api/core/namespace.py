"""A scope for names; it holds namespaced objects and is the unit of quotas and access rules (v1): the shape, field by field."""

from typing import ClassVar

from k8snb.api.model import Field, Struct, Time
from k8snb.api.object import Object


class NamespaceSpec(Struct):
    """Settings of a namespace."""

    finalizers: tuple[str, ...] = Field(
        "[]FinalizerName",
        'Who must clean up before the namespace goes; "kubernetes" stands for deleting its content.',
        zero=(),
        list_type="atomic",
    )


class NamespaceCondition(Struct):
    """Progress of a namespace's deletion in one respect."""

    lastTransitionTime: Time | None = Field("metav1.Time", "When status last changed from one value to another.")
    message: str = Field("string", "Which resources remain, or what went wrong.", zero="")
    reason: str = Field(
        "string", "CamelCase word for the cause, such as ContentDeleted or SomeResourcesRemain.", zero=""
    )
    status: str = Field("ConditionStatus", "True, False or Unknown.", zero="", always=True)
    type: str = Field(
        "NamespaceConditionType",
        "NamespaceDeletionDiscoveryFailure, …ContentFailure, …GroupVersionParsingFailure, NamespaceContentRemaining or …FinalizersRemaining.",
        zero="",
        always=True,
    )


class NamespaceStatus(Struct):
    """State of a namespace."""

    conditions: tuple[NamespaceCondition, ...] = Field(
        "[]NamespaceCondition",
        "What is holding up the deletion, such as remaining content or finalizers.",
        zero=(),
        list_type="map",
        list_keys=("type",),
        merge_key="type",
        strategy="merge",
    )
    phase: str = Field(
        "NamespacePhase", "Active, or Terminating once deletion was requested.", zero="", enum=("Active", "Terminating")
    )


class Namespace(Object):
    """A scope for names; it holds namespaced objects and is the unit of quotas and access rules."""

    apiVersion: ClassVar[str] = "v1"
    kind: ClassVar[str] = "Namespace"
    spec: NamespaceSpec = Field(
        "NamespaceSpec", "Finalizers that hold back the namespace's removal.", zero=NamespaceSpec(), always=True
    )
    status: NamespaceStatus = Field(
        "NamespaceStatus", "Whether it is active or on its way out.", zero=NamespaceStatus(), always=True
    )
