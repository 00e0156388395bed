"""A report of something that happened to an object; short-lived and only informative (v1): the shape, field by field."""

from typing import ClassVar

from k8snb.api.core.pod import ObjectReference
from k8snb.api.model import Field, MicroTime, Struct, Time
from k8snb.api.object import Object


class EventSeries(Struct):
    """How far a repeating event has got."""

    count: int = Field("int32", "Occurrences so far.", zero=0)
    lastObservedTime: MicroTime | None = Field("metav1.MicroTime", "When the last occurrence was seen.")


class EventSource(Struct):
    """Where an event was reported from."""

    component: str = Field("string", "Component reporting it, such as kubelet.", zero="")
    host: str = Field("string", "Node the component runs on.", zero="")


class Event(Object):
    """A report of something that happened to an object; short-lived and only informative."""

    apiVersion: ClassVar[str] = "v1"
    kind: ClassVar[str] = "Event"
    action: str = Field(
        "string", "What was done or failed, as a CamelCase verb; required by the newer reporting interface.", zero=""
    )
    count: int = Field("int32", "How often this has occurred.", zero=0)
    eventTime: MicroTime | None = Field(
        "metav1.MicroTime",
        "When it was first observed, with microseconds; used by the newer reporting interface.",
        always=True,
    )
    firstTimestamp: Time | None = Field("metav1.Time", "When it first occurred, in whole seconds.")
    involvedObject: ObjectReference = Field(
        "ObjectReference", "What the event is about; events live in its namespace.", zero=ObjectReference(), always=True
    )
    lastTimestamp: Time | None = Field("metav1.Time", "When it most recently occurred, in whole seconds.")
    message: str = Field(
        "string",
        "Description of what happened for a person to read; at most 1024 bytes in the newer interface.",
        zero="",
    )
    reason: str = Field("string", "CamelCase word for why it happened, such as Scheduled, Pulled or BackOff.", zero="")
    related: ObjectReference | None = Field("*ObjectReference", "Second object involved in a more complex action.")
    reportingComponent: str = Field(
        "string", "Controller that reports the event, such as kubernetes.io/kubelet.", zero="", always=True
    )
    reportingInstance: str = Field(
        "string", "Instance of that controller, for example a pod or node name.", zero="", always=True
    )
    series: EventSeries | None = Field(
        "*EventSeries", "Count and last time of a repeating event; unset for a single one."
    )
    source: EventSource = Field(
        "EventSource",
        "Component and host reporting the event, in the older interface.",
        zero=EventSource(),
        always=True,
    )
    type: str = Field("string", "Normal or Warning.", zero="")
