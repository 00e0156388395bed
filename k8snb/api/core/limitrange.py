"""Bounds and defaults for the resources of single pods, containers and claims in a namespace (v1): the shape, field by field."""

from collections.abc import Mapping
from typing import ClassVar

from k8snb.api.model import EMPTY_MAP, Field, Quantity, Struct
from k8snb.api.object import Object


class LimitRangeItem(Struct):
    """Bounds for one type of object."""

    default: Mapping[str, Quantity] = Field(
        "ResourceList", "Limits given to containers that have none; only for type Container.", zero=EMPTY_MAP
    )
    defaultRequest: Mapping[str, Quantity] = Field(
        "ResourceList",
        "Requests given to containers that have none; only for type Container. Falls back to default.",
        zero=EMPTY_MAP,
    )
    max: Mapping[str, Quantity] = Field("ResourceList", "Most that may be used, per resource.", zero=EMPTY_MAP)
    maxLimitRequestRatio: Mapping[str, Quantity] = Field(
        "ResourceList", "Largest allowed quotient of limit and request; both must then be set.", zero=EMPTY_MAP
    )
    min: Mapping[str, Quantity] = Field("ResourceList", "Least that must be requested, per resource.", zero=EMPTY_MAP)
    type: str = Field(
        "LimitType",
        "What the bounds apply to: Container, Pod (sum of its containers) or PersistentVolumeClaim.",
        zero="",
        always=True,
    )


class LimitRangeSpec(Struct):
    """Content of a limit range."""

    limits: tuple[LimitRangeItem, ...] = Field(
        "[]LimitRangeItem", "The bounds; usually one entry per type.", zero=(), always=True, list_type="atomic"
    )


class LimitRange(Object):
    """Bounds and defaults for the resources of single pods, containers and claims in a namespace."""

    apiVersion: ClassVar[str] = "v1"
    kind: ClassVar[str] = "LimitRange"
    spec: LimitRangeSpec = Field("LimitRangeSpec", "The bounds, by kind of object.", zero=LimitRangeSpec(), always=True)
