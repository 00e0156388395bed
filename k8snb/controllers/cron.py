"""Cron schedules: five fields (minute, hour, day of month, month, day of week) or a macro such as `@daily`.

Fields take numbers, names (JAN, MON), lists, ranges, steps, `*` and `?`. If both days are restricted, either is enough.
Source: `robfig/cron` v3 ParseStandard, which upstream uses; `@every` counts from the last run.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

_MACROS: Final = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_NAMES: Final = {
    3: {name: number for number, name in enumerate(_MONTHS, 1)},
    4: {name: number for number, name in enumerate(_DAYS)},
}
_BOUNDS: Final = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
_YEARS: Final = 5
_DURATION: Final = re.compile(r"([0-9.]+)(h|m|s|ms)")
_UNITS: Final = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


class CronError(ValueError):
    """A text that is no schedule; the message is that of the parser upstream uses."""


class Schedule(NamedTuple):
    """A parsed schedule: the values each field admits, whether the days are restricted, or a plain interval in seconds."""

    fields: tuple[frozenset[int], ...]
    any_day: bool = True
    any_weekday: bool = True
    every: float = 0.0

    def after(self, when: float, zone: str = "UTC") -> float | None:
        """The first time (Unix seconds) after `when` that the schedule means; None if there is none within five years."""
        if self.every:
            return float(int(when)) + self.every
        clock = UTC if zone in ("", "UTC") else ZoneInfo(zone)
        at = datetime.fromtimestamp(when, clock).replace(second=0, microsecond=0) + timedelta(minutes=1)
        last = at.year + _YEARS
        minutes, hours, _, months, _ = self.fields
        while at.year <= last:
            if at.month not in months:
                at = (at.replace(day=1, hour=0, minute=0) + timedelta(days=32)).replace(day=1)
            elif not self._day(at):
                at = at.replace(hour=0, minute=0) + timedelta(days=1)
            elif at.hour not in hours:
                at = _forward(at.replace(minute=0), timedelta(hours=1))
            elif at.minute not in minutes:
                at = _forward(at, timedelta(minutes=1))
            else:
                return at.timestamp()
        return None

    def _day(self, at: datetime) -> bool:
        by_day = at.day in self.fields[2]
        by_weekday = (at.weekday() + 1) % 7 in self.fields[4]
        return by_day and by_weekday if self.any_day or self.any_weekday else by_day or by_weekday


def _forward(at: datetime, step: timedelta) -> datetime:
    """A step in real time, so that clock changes neither skip nor repeat a run."""
    return (at.astimezone(UTC) + step).astimezone(at.tzinfo)


@lru_cache(1024)
def parse(text: str) -> Schedule:
    """A schedule; CronError if it is none."""
    if not text:
        raise CronError("empty spec string")
    if text.startswith("@"):
        return _macro(text)
    parts = text.split()
    if len(parts) != 5:
        raise CronError(f"expected exactly 5 fields, found {len(parts)}: [{' '.join(parts)}]")
    fields = tuple(_field(part, position) for position, part in enumerate(parts))
    return Schedule(fields, _is_any(parts[2]), _is_any(parts[4]))


def _macro(text: str) -> Schedule:
    if text in _MACROS:
        return parse(_MACROS[text])
    if text.startswith("@every "):
        amount = text.removeprefix("@every ")
        pieces = _DURATION.findall(amount)
        if pieces and "".join(number + unit for number, unit in pieces) == amount:
            return Schedule((), every=max(float(int(sum(float(n) * _UNITS[u] for n, u in pieces))), 1.0))
        raise CronError(f'failed to parse duration {text}: time: invalid duration "{amount}"')
    raise CronError(f"unrecognized descriptor: {text}")


def _is_any(part: str) -> bool:
    return any(piece.split("/")[0] in ("*", "?") for piece in part.split(","))


def _field(part: str, position: int) -> frozenset[int]:
    values: set[int] = set()
    for piece in part.split(","):
        values.update(_range(piece, position))
    return frozenset(values)


def _range(piece: str, position: int) -> range:
    least, most = _BOUNDS[position]
    span, *steps = piece.split("/")
    if len(steps) > 1:
        raise CronError(f"too many slashes: {piece}")
    ends = span.split("-")
    if ends[0] in ("*", "?"):
        first, last = least, most
    else:
        if len(ends) > 2:
            raise CronError(f"too many hyphens: {piece}")
        first = _value(ends[0], position)
        last = _value(ends[1], position) if len(ends) == 2 else first
    step = 1
    if steps:
        step = _number(steps[0])
        if len(ends) == 1:
            last = most  # `5/15` means from 5 on
    if first < least:
        raise CronError(f"beginning of range ({first}) below minimum ({least}): {piece}")
    if last > most:
        raise CronError(f"end of range ({last}) above maximum ({most}): {piece}")
    if first > last:
        raise CronError(f"beginning of range ({first}) beyond end of range ({last}): {piece}")
    if step == 0:
        raise CronError(f"step of range should be a positive number: {piece}")
    return range(first, last + 1, step)


def _value(text: str, position: int) -> int:
    return _NAMES.get(position, {}).get(text.lower()) or _sunday(text, position)


def _sunday(text: str, position: int) -> int:
    """`sun` is 0, which looks like nothing."""
    return 0 if position == 4 and text.lower() == "sun" else _number(text)


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise CronError(f'failed to parse int from {text}: strconv.Atoi: parsing "{text}": invalid syntax')
    return int(text)
