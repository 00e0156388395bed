"""Durations and instants as Kubernetes writes them.

`metav1.Duration` is Go's `time.Duration` text (`1h30m0s`), `metav1.Time` is RFC 3339 in UTC to the second,
`metav1.MicroTime` the same with six decimals, and the AGE column is kubectl's coarse form (`2m3s`, `5d1h`). Durations
are integers of nanoseconds, as in Go; instants are seconds since the Unix epoch. Texts and limits follow Go's `time`
package and `k8s.io/apimachinery/pkg/util/duration`. Simplification: instants are floats, so good to about a
microsecond.
"""

import re
from datetime import date
from functools import lru_cache
from typing import Final

NANOSECOND: Final = 1
MICROSECOND: Final = 1_000
MILLISECOND: Final = 1_000_000
SECOND: Final = 1_000_000_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE

_LIMIT: Final = 1 << 63
_UNITS: Final = {
    "ns": NANOSECOND,
    "us": MICROSECOND,
    "µs": MICROSECOND,  # U+00B5, micro sign
    "μs": MICROSECOND,  # U+03BC, Greek letter mu
    "ms": MILLISECOND,
    "s": SECOND,
    "m": MINUTE,
    "h": HOUR,
}
_TERM: Final = re.compile(r"([0-9]*)(?:(\.)([0-9]*))?([^0-9.]*)")
_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()


class DurationError(ValueError):
    """A text that is no Go duration; the message is Go's (`time: invalid duration "x"`)."""


class TimeError(ValueError):
    """A text that is no RFC 3339 instant; the message is Go's (`parsing time "x" as …`)."""


def parse_duration(text: str) -> int:
    """Nanoseconds of a Go duration such as `300ms`, `-1.5h` or `2h45m`; DurationError for anything else."""
    invalid = DurationError(f"time: invalid duration {_quote(text)}")
    unsigned = text[1:] if text[:1] in ("-", "+") else text
    if unsigned == "0":
        return 0
    if not unsigned:
        raise invalid
    total, at = 0, 0
    while at < len(unsigned):
        term = _TERM.match(unsigned, at)
        assert term is not None  # every part of the pattern is optional
        whole, point, fraction, unit = term.group(1), term.group(2), term.group(3) or "", term.group(4)
        if (not whole and not fraction) or int(whole or 0) > _LIMIT:
            raise invalid
        if not unit:
            raise DurationError(f"time: missing unit in duration {_quote(text)}")
        if unit not in _UNITS:
            raise DurationError(f"time: unknown unit {_quote(unit)} in duration {_quote(text)}")
        total += int(whole or 0) * _UNITS[unit]
        if point and fraction:
            total += int(int(fraction) * (_UNITS[unit] / 10.0 ** len(fraction)))
        if total > _LIMIT:
            raise invalid
        at = term.end()
    if text[0] == "-":
        return -total
    if total == _LIMIT:
        raise invalid
    return total


def format_duration(nanoseconds: int) -> str:
    """Go's text of a duration: `0s`, `1.5ms`, `2m0s`, `26h0m0s`."""
    sign, rest = ("-", -nanoseconds) if nanoseconds < 0 else ("", nanoseconds)
    if rest < SECOND:
        for unit, size in (("ns", NANOSECOND), ("µs", MICROSECOND), ("ms", MILLISECOND)):
            if rest < size * 1000:
                return f"{sign}{_decimal(rest, size)}{unit}" if rest else "0s"
    minutes, rest = divmod(rest, MINUTE)
    text = f"{_decimal(rest, SECOND)}s"
    if minutes:
        hours, minutes = divmod(minutes, 60)
        text = f"{hours}h{minutes}m{text}" if hours else f"{minutes}m{text}"
    return sign + text


def format_seconds(seconds: float) -> str:
    """`format_duration` for a duration in seconds, to the nanosecond."""
    return format_duration(round(seconds * SECOND))


def human_duration(seconds: float) -> str:
    """kubectl's AGE of a duration in seconds: two units at most, the finer one only where it still says something.

    A clock that is up to two seconds behind counts as now; further in the future is `<invalid>`.
    """
    whole = int(seconds)
    if whole < -1:
        return "<invalid>"
    if seconds < 0:
        return "0s"
    minutes, hours, days = whole // 60, whole // 3600, whole // 86400
    for below, value, unit, rest, finer in (
        (120, whole, "s", 0, ""),
        (600, minutes, "m", whole % 60, "s"),
        (3 * 3600, minutes, "m", 0, ""),
        (8 * 3600, hours, "h", minutes % 60, "m"),
        (48 * 3600, hours, "h", 0, ""),
        (8 * 86400, days, "d", hours % 24, "h"),
        (2 * 365 * 86400, days, "d", 0, ""),
        (8 * 365 * 86400, days // 365, "y", days % 365, "d"),
    ):
        if whole < below:
            return f"{value}{unit}{rest}{finer}" if rest else f"{value}{unit}"
    return f"{days // 365}y"


def format_time(seconds: float) -> str:
    """`metav1.Time`: `2026-01-31T12:00:00Z`, the fraction of a second cut off."""
    return _civil(round(seconds * 1_000_000) // 1_000_000) + "Z"


def format_micro_time(seconds: float) -> str:
    """`metav1.MicroTime`: `2026-01-31T12:00:00.000000Z`."""
    whole, micros = divmod(round(seconds * 1_000_000), 1_000_000)
    return f"{_civil(whole)}.{micros:06d}Z"


@lru_cache(4096)
def parse_time(text: str) -> float:
    """Seconds since the epoch of an RFC 3339 instant with any offset and fraction; TimeError with Go's words
    otherwise."""
    return _Instant(text).seconds()


class _Instant:
    """A left-to-right reading of one RFC 3339 text, so that an error names the part of the layout that failed."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.rest = text

    def seconds(self) -> float:
        year = int(self._take(r"[0-9]{4}", "2006"))
        self._take("-", "-")
        month = self._ranged("01", "month", 1, 12)
        self._take("-", "-")
        day = int(self._take(r"[0-9]{2}", "02"))
        self._take("T", "T")
        hour = self._ranged("15", "hour", 0, 23)
        self._take(":", ":")
        minute = self._ranged("04", "minute", 0, 59)
        self._take(":", ":")
        second = self._ranged("05", "second", 0, 59)
        fraction = re.match(r"[.,]([0-9]+)", self.rest)
        if fraction:
            self.rest = self.rest[fraction.end() :]
        offset = self._offset()
        if self.rest:
            raise TimeError(f"parsing time {_quote(self.text)}: extra text: {_quote(self.rest)}")
        if not 1 <= day <= _month_length(year, month):
            raise TimeError(f"parsing time {_quote(self.text)}: day out of range")
        whole = (_day_number(year, month, day) * 24 + hour) * 3600 + minute * 60 + second - offset
        return whole + float(f"0.{fraction.group(1)}") if fraction else float(whole)

    def _take(self, pattern: str, layout: str) -> str:
        found = re.match(pattern, self.rest)
        if found is None:
            raise TimeError(
                f'parsing time {_quote(self.text)} as "2006-01-02T15:04:05Z07:00": '
                f"cannot parse {_quote(self.rest)} as {_quote(layout)}"
            )
        self.rest = self.rest[found.end() :]
        return found.group()

    def _ranged(self, layout: str, noun: str, low: int, high: int) -> int:
        # Go's "15" takes one digit too; its other two-digit fields do not.
        value = int(self._take(r"[0-9]{1,2}" if layout == "15" else r"[0-9]{2}", layout))
        if not low <= value <= high:
            raise TimeError(f"parsing time {_quote(self.text)}: {noun} out of range")
        return value

    def _offset(self) -> int:
        zone = self._take(r"Z|[+-][0-9]{2}:[0-9]{2}", "Z07:00")
        if zone == "Z":
            return 0
        hours, minutes = int(zone[1:3]), int(zone[4:6])
        for value, most, noun in ((hours, 24, "hour"), (minutes, 60, "minute")):
            if value > most:
                raise TimeError(f"parsing time {_quote(self.text)}: time zone offset {noun} out of range")
        return (hours * 60 + minutes) * (-60 if zone[0] == "-" else 60)


def _decimal(amount: int, size: int) -> str:
    whole, rest = divmod(amount, size)
    if not rest:
        return str(whole)
    return f"{whole}.{rest:0{len(str(size)) - 1}d}".rstrip("0")


@lru_cache(4096)
def _civil(seconds: int) -> str:
    days, rest = divmod(seconds, 86400)
    day = date.fromordinal(_EPOCH_DAY + days)
    return f"{day.year:04d}-{day.month:02d}-{day.day:02d}T{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"


def _day_number(year: int, month: int, day: int) -> int:
    if year == 0:  # a year Go knows and Python does not: 366 days before the year 1
        return _day_number(4, month, day) - (365 * 3 + 366)
    return date(year, month, day).toordinal() - _EPOCH_DAY


def _month_length(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def _quote(text: str) -> str:
    """Go's `time` quotes bytes, not characters: what is not printable ASCII is `\\xNN`."""
    quoted = ""
    for byte in text.encode("utf-8", "surrogateescape"):
        char = chr(byte)
        quoted += f"\\{char}" if char in '"\\' else char if 0x20 <= byte < 0x80 else f"\\x{byte:02x}"
    return f'"{quoted}"'
