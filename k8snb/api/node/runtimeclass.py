"""A way of running containers, for example a sandboxed runtime (node.k8s.io/v1): the shape, field by field."""

from collections.abc import Mapping
from typing import ClassVar

from k8snb.api.core.pod import Toleration
from k8snb.api.model import EMPTY_MAP, Field, Quantity, Struct
from k8snb.api.object import Object


class Overhead(Struct):
    """Resources a runtime costs."""

    podFixed: Mapping[str, Quantity] = Field("v1.ResourceList", "Fixed amount per pod.", zero=EMPTY_MAP)


class Scheduling(Struct):
    """Which nodes pods of a runtime class go to."""

    nodeSelector: Mapping[str, str] = Field(
        "map[string]string",
        "Labels the nodes must have; merged with the pod's own, a conflict rejects the pod.",
        zero=EMPTY_MAP,
        map_type="atomic",
    )
    tolerations: tuple[Toleration, ...] = Field(
        "[]v1.Toleration", "Tolerations added to the pods.", zero=(), list_type="atomic"
    )


class RuntimeClass(Object):
    """A way of running containers, for example a sandboxed runtime."""

    apiVersion: ClassVar[str] = "node.k8s.io/v1"
    kind: ClassVar[str] = "RuntimeClass"
    handler: str = Field(
        "string", "Handler configured on the nodes' runtime; a DNS label, immutable.", zero="", always=True
    )
    overhead: Overhead | None = Field("*Overhead", "Resources the runtime itself costs per pod.")
    scheduling: Scheduling | None = Field("*Scheduling", "Which nodes offer the handler; all when unset.")
