"""Instants in descriptions: `Thu, 01 Jan 2026 00:00:00 +0000`, or how long ago they were.

The lab's terminal is in UTC. Source: Go `time.RFC1123Z`, kubectl `pkg/describe/describe.go` (translateTimestampSince).
"""

from __future__ import annotations

from datetime import UTC, datetime

from k8snb.api.duration import human_duration, parse_time

#: Go's zero time, which an absent timestamp is
_NEVER = "Mon, 01 Jan 0001 00:00:00 +0000"


def date(text: str | None) -> str:
    """An RFC 3339 instant with weekday and offset."""
    if not text:
        return _NEVER
    instant = _instant(text)
    days = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return (
        f"{days[instant.weekday()]}, {instant.day:02d} {months[instant.month - 1]} {instant.year:04d} "
        f"{instant:%H:%M:%S} +0000"
    )


def plain_date(text: str | None) -> str:
    """An instant as Go's `Time.String` shows it."""
    return f"{_instant(text):%Y-%m-%d %H:%M:%S} +0000 UTC" if text else "0001-01-01 00:00:00 +0000 UTC"


def since(text: str | None, now: float) -> str:
    """How long ago it was, in kubectl's coarse form; `now` in Unix seconds."""
    return human_duration(now - parse_time(text)) if text else "<unknown>"


def between(start: str, end: str) -> str:
    """The time from one instant to another."""
    return human_duration(parse_time(end) - parse_time(start))


def _instant(text: str) -> datetime:
    return datetime.fromtimestamp(parse_time(text), UTC)
