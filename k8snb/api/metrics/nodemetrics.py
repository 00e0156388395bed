"""What a node uses, as the metrics server measured it (metrics.k8s.io/v1beta1): the shape, field by field."""

from collections.abc import Mapping
from typing import ClassVar

from k8snb.api.model import EMPTY_MAP, Duration, Field, Quantity, Time
from k8snb.api.object import Object


class NodeMetrics(Object):
    """What a node uses."""

    apiVersion: ClassVar[str] = "metrics.k8s.io/v1beta1"
    kind: ClassVar[str] = "NodeMetrics"
    timestamp: Time | None = Field("metav1.Time", "End of the window over which was measured.")
    window: Duration | None = Field("metav1.Duration", "Length of the window.")
    usage: Mapping[str, Quantity] = Field(
        "v1.ResourceList",
        "CPU on the average over the window, and memory of the working set.",
        zero=EMPTY_MAP,
        always=True,
    )
