"""The CSI drivers installed on a node; it has the node's name (storage.k8s.io/v1): the shape, field by field."""

from typing import ClassVar

from k8snb.api.model import Field, Struct
from k8snb.api.object import Object


class VolumeNodeResources(Struct):
    """Limits of volumes on a node."""

    count: int | None = Field("*int32", "Most volumes that can be attached at once; unset means no limit known.")


class CSINodeDriver(Struct):
    """A CSI driver installed on a node."""

    allocatable: VolumeNodeResources | None = Field(
        "*VolumeNodeResources", "How many of its volumes the node can hold."
    )
    name: str = Field("string", "Name of the driver.", zero="", always=True)
    nodeID: str = Field("string", "Node's id as the driver knows it, used when attaching.", zero="", always=True)
    topologyKeys: tuple[str, ...] = Field(
        "[]string", "Node labels that tell where the driver's volumes are reachable.", zero=(), list_type="atomic"
    )


class CSINodeSpec(Struct):
    """The drivers of a node."""

    drivers: tuple[CSINodeDriver, ...] = Field(
        "[]CSINodeDriver",
        "One entry per driver; empty when none is installed.",
        zero=(),
        always=True,
        list_type="map",
        list_keys=("name",),
        merge_key="name",
        strategy="merge",
    )


class CSINode(Object):
    """The CSI drivers installed on a node; it has the node's name."""

    apiVersion: ClassVar[str] = "storage.k8s.io/v1"
    kind: ClassVar[str] = "CSINode"
    spec: CSINodeSpec = Field("CSINodeSpec", "The drivers.", zero=CSINodeSpec(), always=True)
