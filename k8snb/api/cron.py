"""Cron schedules: five fields, `@daily` and its like, `@every 1h30m`; when one is next due.

The dialect and its error texts are those of the parser that Kubernetes uses (`robfig/cron/v3`, `ParseStandard`): Sunday is
0 only, a day matches if either of two restricted day fields does, steps count from the start of their range.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from k8snb.api.duration import SECOND, parse_duration

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MACROS: Final = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_EVERY: Final = "@every "
#: a schedule that is not due within so many years never is (30 February)
_HORIZON: Final = 5


class CronError(ValueError):
    """A schedule that cannot be read; the text says why."""


class _Bounds(NamedTuple):
    low: int
    high: int
    names: Mapping[str, int]


_FIELDS: Final = (
    _Bounds(0, 59, {}),
    _Bounds(0, 23, {}),
    _Bounds(1, 31, {}),
    _Bounds(1, 12, {name: i + 1 for i, name in enumerate(_MONTHS)}),
    _Bounds(0, 6, {name: i for i, name in enumerate(_DAYS)}),
)


@dataclass(frozen=True, slots=True)
class Schedule:
    """When something is due: the values of each field that match, or (`every`) a pause in seconds."""

    minutes: frozenset[int] = frozenset()
    hours: frozenset[int] = frozenset()
    days: frozenset[int] = frozenset()
    months: frozenset[int] = frozenset()
    weekdays: frozenset[int] = frozenset()
    #: whether the day of the month and the day of the week are left open
    any_day: bool = False
    any_weekday: bool = False
    every: int = 0

    def next_after(self, moment: float, zone: tzinfo = UTC) -> float | None:
        """The first due time after a moment, both in Unix seconds; None if there is none in the next years."""
        if self.every:
            return float(int(moment) + self.every)
        local = datetime.fromtimestamp(int(moment), zone).replace(tzinfo=None, second=0) + timedelta(minutes=1)
        last = local.year + _HORIZON
        while local.year <= last:
            if local.month not in self.months:
                local = _first_of_next_month(local)
            elif not self._due_on(local):
                local = datetime(local.year, local.month, local.day) + timedelta(days=1)
            elif local.hour not in self.hours:
                local = local.replace(minute=0) + timedelta(hours=1)
            elif local.minute not in self.minutes:
                local += timedelta(minutes=1)
            else:
                due = local.replace(tzinfo=zone).timestamp()
                if due > moment:
                    return due
                local += timedelta(minutes=1)  # the hour that a clock set back goes through twice
        return None

    def _due_on(self, local: datetime) -> bool:
        day, weekday = local.day in self.days, (local.weekday() + 1) % 7 in self.weekdays
        return (day and weekday) if self.any_day or self.any_weekday else (day or weekday)


def _first_of_next_month(local: datetime) -> datetime:
    days = monthrange(local.year, local.month)[1]
    return datetime(local.year, local.month, 1) + timedelta(days=days)


@lru_cache(256)
def parse(text: str) -> Schedule:
    """The schedule a text stands for. CronError if it is none."""
    if not text:
        raise CronError("empty spec string")
    if text.startswith(("TZ=", "CRON_TZ=")):
        name, _, text = text.partition(" ")
        _zone(name.partition("=")[2])
        text = text.strip()
    if text.startswith("@"):
        return _parse_macro(text)
    words = text.split()
    if len(words) != len(_FIELDS):
        raise CronError(f"expected exactly {len(_FIELDS)} fields, found {len(words)}: [{' '.join(words)}]")
    sets = [_parse_field(word, bounds) for word, bounds in zip(words, _FIELDS, strict=True)]
    minutes, hours, days, months, weekdays = (values for values, _ in sets)
    return Schedule(minutes, hours, days, months, weekdays, any_day=sets[2][1], any_weekday=sets[4][1])


@lru_cache(64)
def time_zone(name: str) -> tzinfo:
    """A time zone by its IANA name. CronError in the words of Go's `time.LoadLocation` if there is none."""
    if name in ("", "UTC"):
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise CronError(f"unknown time zone {name}") from None


def _zone(name: str) -> None:
    try:
        time_zone(name)
    except CronError as error:
        raise CronError(f"provided bad location {name}: {error}") from None


def _parse_macro(text: str) -> Schedule:
    if text in _MACROS:
        return parse(_MACROS[text])
    if not text.startswith(_EVERY):
        raise CronError(f"unrecognized descriptor: {text}")
    try:
        pause = parse_duration(text.removeprefix(_EVERY))
    except ValueError as error:
        raise CronError(f"failed to parse duration {text}: {error}") from None
    return Schedule(every=max(pause // SECOND, 1))


def _parse_field(text: str, bounds: _Bounds) -> tuple[frozenset[int], bool]:
    """The values of one field, and whether it is left open."""
    values: set[int] = set()
    is_open = False
    for part in filter(None, text.split(",")):
        start, end, step, star = _parse_range(part, bounds)
        values.update(range(start, end + 1, step))
        is_open = is_open or star
    return frozenset(values), is_open


def _parse_range(text: str, bounds: _Bounds) -> tuple[int, int, int, bool]:
    span, *steps = text.split("/")
    low, *ends = span.split("-")
    is_open = low in ("*", "?")
    if is_open:
        start, end = bounds.low, bounds.high
    else:
        start = _parse_value(low, bounds.names)
        if len(ends) > 1:
            raise CronError(f"too many hyphens: {text}")
        end = _parse_value(ends[0], bounds.names) if ends else start
    step = 1
    if len(steps) > 1:
        raise CronError(f"too many slashes: {text}")
    if steps:
        step = _parse_number(steps[0])
        if not ends:
            end = bounds.high
        is_open = is_open and step <= 1
    if start < bounds.low:
        raise CronError(f"beginning of range ({start}) below minimum ({bounds.low}): {text}")
    if end > bounds.high:
        raise CronError(f"end of range ({end}) above maximum ({bounds.high}): {text}")
    if start > end:
        raise CronError(f"beginning of range ({start}) beyond end of range ({end}): {text}")
    if step == 0:
        raise CronError(f"step of range should be a positive number: {text}")
    return start, end, step, is_open


def _parse_value(text: str, names: Mapping[str, int]) -> int:
    named = names.get(text.lower())
    return named if named is not None else _parse_number(text)


def _parse_number(text: str) -> int:
    digits = text[1:] if text[:1] in ("-", "+") else text
    if not digits.isascii() or not digits.isdecimal():
        raise CronError(f'failed to parse int from {text}: strconv.Atoi: parsing "{text}": invalid syntax')
    if text.startswith("-") and int(text):
        raise CronError(f"negative number ({int(text)}) not allowed: {text}")
    return int(text)
