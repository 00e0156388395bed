"""Deprecated health report of a control plane component (v1): the shape, field by field."""

from typing import ClassVar

from k8snb.api.model import Field, Struct
from k8snb.api.object import Object


class ComponentCondition(Struct):
    """Result of a component's health check."""

    error: str = Field("string", "Error code of the check; empty when healthy.", zero="")
    message: str = Field("string", 'Answer of the component, such as "ok".', zero="")
    status: str = Field(
        "ConditionStatus", "True for healthy, False for unhealthy, Unknown otherwise.", zero="", always=True
    )
    type: str = Field("ComponentConditionType", "Healthy, the only condition there is.", zero="", always=True)


class ComponentStatus(Object):
    """Deprecated health report of a control plane component."""

    apiVersion: ClassVar[str] = "v1"
    kind: ClassVar[str] = "ComponentStatus"
    conditions: tuple[ComponentCondition, ...] = Field(
        "[]ComponentCondition",
        "Results of the health check.",
        zero=(),
        list_type="map",
        list_keys=("type",),
        merge_key="type",
        strategy="merge",
    )
