"""The table of events below a description.

Source: kubectl `pkg/describe/describe.go` (DescribeEvents), `pkg/util/event/sorted_event_list.go`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from k8snb.kubectl.describe.times import since
from k8snb.kubectl.describe.writer import PrefixWriter

Event = Mapping[str, Any]


def table(w: PrefixWriter, found: Sequence[Event], now: float) -> None:
    """`Events:`, the oldest first."""
    if not found:
        w.field(0, "Events", "<none>")
        return
    w.flush()
    w.line(0, "Events:")
    w.row(1, "Type", "Reason", "Age", "From", "Message")
    w.row(1, "----", "------", "----", "----", "-------")
    for event in sorted(found, key=lambda event: event.get("lastTimestamp") or ""):
        message = str(event.get("message", "")).strip()
        path = (event.get("involvedObject") or {}).get("fieldPath")
        source = (event.get("source") or {}).get("component") or event.get("reportingComponent", "")
        row = (event.get("type", ""), event.get("reason", ""), age(event, now), source)
        w.row(1, *row, f"{path}: {message}" if path else message)


def age(event: Event, now: float) -> str:
    """`5m`, or `10s (x4 over 2m)` for an event that came back."""
    first = since(event.get("eventTime") or event.get("firstTimestamp"), now)
    series = event.get("series")
    if series:
        return f"{since(series.get('lastObservedTime'), now)} (x{series.get('count', 0)} over {first})"
    if event.get("count", 0) > 1:
        return f"{since(event.get('lastTimestamp'), now)} (x{event['count']} over {first})"
    return first
