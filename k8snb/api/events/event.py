"""A report of something that happened to an object; the newer form of the core event (events.k8s.io/v1): the shape, field by field."""

from typing import ClassVar

from k8snb.api.core.event import EventSource
from k8snb.api.core.pod import ObjectReference
from k8snb.api.model import Field, MicroTime, Struct, Time
from k8snb.api.object import Object


class EventSeries(Struct):
    """How far a repeating event has got."""

    count: int = Field("int32", "Occurrences so far.", zero=0, always=True)
    lastObservedTime: MicroTime | None = Field("metav1.MicroTime", "When the last occurrence was seen.")


class Event(Object):
    """A report of something that happened to an object; the newer form of the core event."""

    apiVersion: ClassVar[str] = "events.k8s.io/v1"
    kind: ClassVar[str] = "Event"
    action: str = Field("string", "What was done or failed, as a CamelCase verb; at most 128 characters.", zero="")
    deprecatedCount: int = Field("int32", "Count of the core form; kept for old events.", zero=0)
    deprecatedFirstTimestamp: Time | None = Field("metav1.Time", "First time of the core form; kept for old events.")
    deprecatedLastTimestamp: Time | None = Field("metav1.Time", "Last time of the core form; kept for old events.")
    deprecatedSource: EventSource = Field(
        "v1.EventSource", "Source of the core form; kept for old events.", zero=EventSource(), always=True
    )
    eventTime: MicroTime | None = Field("metav1.MicroTime", "When it was first observed; required.")
    note: str = Field("string", "Description of what happened for a person to read; at most 1 kB.", zero="")
    reason: str = Field("string", "CamelCase word for why it happened; at most 128 characters.", zero="")
    regarding: ObjectReference = Field(
        "v1.ObjectReference",
        "What the event is about; events live in its namespace.",
        zero=ObjectReference(),
        always=True,
    )
    related: ObjectReference | None = Field("*v1.ObjectReference", "Second object involved in a more complex action.")
    reportingController: str = Field(
        "string", "Controller that reports the event, such as kubernetes.io/kubelet.", zero=""
    )
    reportingInstance: str = Field(
        "string", "Instance of that controller, for example kubelet-xyz; at most 128 characters.", zero=""
    )
    series: EventSeries | None = Field(
        "*EventSeries", "Count and last time of a repeating event; unset for a single one."
    )
    type: str = Field("string", "Normal or Warning.", zero="")
