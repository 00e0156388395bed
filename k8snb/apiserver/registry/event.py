"""Events. Source: printers' printEvent and `pkg/registry/core/event/strategy.go`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from k8snb.api.core.event import Event
from k8snb.api.validation.field import FieldError
from k8snb.apiserver.context import Context
from k8snb.apiserver.registry.strategy import Column, Strategy, rule, since


class EventStrategy(Strategy):
    """What components have to say about objects."""

    create_on_update: ClassVar[bool] = True
    columns: ClassVar[tuple[Column, ...]] = (
        Column("Last Seen"),
        Column("Type"),
        Column("Reason"),
        Column("Object"),
        Column("Subobject", priority=1),
        Column("Source", priority=1),
        Column("Message"),
        Column("First Seen", priority=1),
        Column("Count", priority=1),
        Column("Name", format="name", priority=1),
    )
    selectable: ClassVar[tuple[str, ...]] = (
        "involvedObject.kind",
        "involvedObject.namespace",
        "involvedObject.name",
        "involvedObject.uid",
        "involvedObject.apiVersion",
        "involvedObject.resourceVersion",
        "involvedObject.fieldPath",
        "reason",
        "reportingComponent",
        "source",
        "type",
    )

    def prepare_create(self, ctx: Context, obj: Event) -> Event:
        return obj

    def selectable_fields(self, obj: Event) -> Mapping[str, str]:
        about = obj.involvedObject
        return {
            "involvedObject.kind": about.kind,
            "involvedObject.namespace": about.namespace,
            "involvedObject.name": about.name,
            "involvedObject.uid": about.uid,
            "involvedObject.apiVersion": about.apiVersion,
            "involvedObject.resourceVersion": about.resourceVersion,
            "involvedObject.fieldPath": about.fieldPath,
            "reason": obj.reason,
            "reportingComponent": obj.reportingComponent,
            "source": obj.source.component or obj.reportingComponent,
            "type": obj.type,
        }

    def validate(self, ctx: Context, obj: Event) -> list[FieldError]:
        return rule("event", "validate_event")(obj)

    def validate_update(self, ctx: Context, obj: Event, old: Event) -> list[FieldError]:
        return rule("event", "validate_event_update")(obj, old)

    def row(self, obj: Event, now: float) -> list[Any]:
        about, source = obj.involvedObject, obj.source.component or obj.reportingComponent
        host = obj.source.host or obj.reportingInstance
        first = since(obj.firstTimestamp, now) if obj.firstTimestamp else since(obj.eventTime, now)
        last, count = since(obj.lastTimestamp, now) if obj.lastTimestamp else first, obj.count or 1
        if obj.series is not None:
            count, last = obj.series.count, since(obj.series.lastObservedTime, now)
        if count > 1:
            last = f"{last} (x{count} over {first})"
        target = f"{about.kind.lower()}/{about.name}" if about.name else about.kind.lower()
        return [
            last,
            obj.type,
            obj.reason,
            target,
            about.fieldPath,
            f"{source}, {host}" if host else source,
            obj.message.strip(),
            first,
            str(count),
            obj.metadata.name,
        ]
