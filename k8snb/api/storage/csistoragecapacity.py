"""Space left for new volumes of a class in one topology domain; written by the driver (storage.k8s.io/v1): the shape, field by field."""

from typing import ClassVar

from k8snb.api.meta import LabelSelector
from k8snb.api.model import Field, Quantity
from k8snb.api.object import Object


class CSIStorageCapacity(Object):
    """Space left for new volumes of a class in one topology domain; written by the driver."""

    apiVersion: ClassVar[str] = "storage.k8s.io/v1"
    kind: ClassVar[str] = "CSIStorageCapacity"
    capacity: Quantity | None = Field("*resource.Quantity", "Space available in all; unset when unknown.")
    maximumVolumeSize: Quantity | None = Field(
        "*resource.Quantity", "Largest single volume that could be made; unset when unknown."
    )
    nodeTopology: LabelSelector | None = Field(
        "*metav1.LabelSelector", "Nodes the space is reachable from; unset means none, empty all."
    )
    storageClassName: str = Field("string", "StorageClass the numbers are for; immutable.", zero="", always=True)
