"""What the containers of a Pod use, as the metrics server measured it (metrics.k8s.io/v1beta1): the shape, field by field."""

from collections.abc import Mapping
from typing import ClassVar

from k8snb.api.model import EMPTY_MAP, Duration, Field, Quantity, Struct, Time
from k8snb.api.object import Object


class ContainerMetrics(Struct):
    """What one container uses."""

    name: str = Field("string", "Name of the container in the pod.", zero="", always=True)
    usage: Mapping[str, Quantity] = Field(
        "v1.ResourceList",
        "CPU on the average over the window, and memory of the working set.",
        zero=EMPTY_MAP,
        always=True,
    )


class PodMetrics(Object):
    """What the containers of a Pod use."""

    apiVersion: ClassVar[str] = "metrics.k8s.io/v1beta1"
    kind: ClassVar[str] = "PodMetrics"
    timestamp: Time | None = Field("metav1.Time", "End of the window over which was measured.")
    window: Duration | None = Field("metav1.Duration", "Length of the window.")
    containers: tuple[ContainerMetrics, ...] = Field(
        "[]ContainerMetrics", "The containers, measured over the same window.", zero=(), always=True
    )
