"""Events: `events.k8s.io/v1` and core `v1` are two spellings of one object. Source: `pkg/apis/events/v1/conversion.go`."""

from __future__ import annotations

from typing import Any

from k8snb.api.core import event as core
from k8snb.api.events import event as modern

#: core name -> name in events.k8s.io; other fields are called the same
_NAMES = {
    "involvedObject": "regarding",
    "message": "note",
    "source": "deprecatedSource",
    "firstTimestamp": "deprecatedFirstTimestamp",
    "lastTimestamp": "deprecatedLastTimestamp",
    "count": "deprecatedCount",
    "reportingComponent": "reportingController",
}
_CORE_NAMES = {new: old for old, new in _NAMES.items()}


def to_stored(obj: modern.Event) -> core.Event:
    """An Event of events.k8s.io in its core form."""
    return core.Event.of(_renamed(obj, _CORE_NAMES, core.EventSeries))


def from_stored(obj: core.Event, model: type[modern.Event]) -> modern.Event:
    """A core Event in the form of events.k8s.io."""
    return model.of(_renamed(obj, _NAMES, modern.EventSeries))


def _renamed(obj: Any, names: dict[str, str], series: Any) -> dict[str, Any]:
    fields = {names.get(name, name): value for name, value in obj.__dict__.items()}
    if "series" in fields:
        fields["series"] = series.of(fields["series"].fields())
    return fields
