"""Tunable settings of volumes, such as throughput, which claims may switch between (storage.k8s.io/v1): the shape, field by field."""

from collections.abc import Mapping
from typing import ClassVar

from k8snb.api.model import EMPTY_MAP, Field
from k8snb.api.object import Object


class VolumeAttributesClass(Object):
    """Tunable settings of volumes, such as throughput, which claims may switch between."""

    apiVersion: ClassVar[str] = "storage.k8s.io/v1"
    kind: ClassVar[str] = "VolumeAttributesClass"
    driverName: str = Field("string", "CSI driver the class is for; immutable.", zero="", always=True)
    parameters: Mapping[str, str] = Field(
        "map[string]string", "Settings handed to the driver; immutable, at least one is needed.", zero=EMPTY_MAP
    )
