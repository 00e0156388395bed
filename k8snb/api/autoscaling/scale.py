"""The scale subresource: number of pods of any scalable workload (autoscaling/v1): the shape, field by field."""

from typing import ClassVar

from k8snb.api.model import Field, Struct
from k8snb.api.object import Object


class ScaleSpec(Struct):
    """Desired scale."""

    replicas: int = Field("int32", "Number of pods wanted.", zero=0)


class ScaleStatus(Struct):
    """Observed scale."""

    replicas: int = Field("int32", "Pods seen at the last observation.", zero=0, always=True)
    selector: str = Field(
        "string", "Selector of the pods in query form, such as app=web; autoscalers find the pods with it.", zero=""
    )


class Scale(Object):
    """The scale subresource: number of pods of any scalable workload."""

    apiVersion: ClassVar[str] = "autoscaling/v1"
    kind: ClassVar[str] = "Scale"
    spec: ScaleSpec = Field("ScaleSpec", "Number of pods wanted.", zero=ScaleSpec(), always=True)
    status: ScaleStatus = Field("ScaleStatus", "Number of pods seen, and which ones.", zero=ScaleStatus(), always=True)
