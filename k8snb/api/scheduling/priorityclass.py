"""Gives a name to a pod priority (scheduling.k8s.io/v1): the shape, field by field."""

from typing import ClassVar

from k8snb.api.model import Field
from k8snb.api.object import Object


class PriorityClass(Object):
    """Gives a name to a pod priority."""

    apiVersion: ClassVar[str] = "scheduling.k8s.io/v1"
    kind: ClassVar[str] = "PriorityClass"
    description: str = Field("string", "When to use the class, for a person to read.", zero="")
    globalDefault: bool = Field(
        "bool", "Whether pods without a class get this one; only one class may say so. Default false.", zero=False
    )
    preemptionPolicy: str | None = Field(
        "*v1.PreemptionPolicy",
        "Whether its pods may evict lower ones: PreemptLowerPriority (default) or Never.",
        enum=("Never", "PreemptLowerPriority"),
    )
    value: int = Field("int32", "Priority of its pods, at most 1000000000 for user classes; immutable.", zero=0)
