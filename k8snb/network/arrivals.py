"""When the requests of a flow are sent: an open-loop schedule, fixed beforehand, that does not wait for answers.

A profile is a row of stretches in which the rate goes evenly from one value to another. Request n is sent when the
rate's integral reaches n, so the number of requests in any time is exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, inf, sqrt
from typing import NamedTuple

PATTERNS = ("constant", "ramp", "spike")
#: requests a second of one flow
FASTEST = 100_000.0


class Stretch(NamedTuple):
    """Seconds, and the rate in requests a second at its beginning and its end."""

    seconds: float
    start: float
    end: float

    @property
    def requests(self) -> float:
        return self.seconds * (self.start + self.end) / 2 if self.seconds < inf else inf


def profile(pattern: str, rps: float, seconds: float | None) -> tuple[Stretch, ...]:
    """The stretches of a pattern. ValueError for an unknown one, or for one that needs an end and has none."""
    if pattern not in PATTERNS:
        raise ValueError(f"unknown pattern {pattern!r}: {', '.join(PATTERNS)}")
    if not 0 < rps < inf:
        raise ValueError("the rate must be positive")
    if rps > FASTEST:
        raise ValueError(f"one flow sends at most {FASTEST:,.0f} requests a second")
    if pattern == "constant":
        return (Stretch(inf if seconds is None else seconds, rps, rps),)
    if seconds is None:
        raise ValueError(f"pattern {pattern} needs a length (--for)")
    if pattern == "ramp":
        return (Stretch(seconds, 0.0, rps),)
    calm = rps / 10
    return (Stretch(0.4 * seconds, calm, calm), Stretch(0.2 * seconds, rps, rps), Stretch(0.4 * seconds, calm, calm))


def length(stretches: Sequence[Stretch]) -> float:
    """Seconds from the first to the last moment."""
    return sum(stretch.seconds for stretch in stretches)


def rate(stretches: Sequence[Stretch], at: float) -> float:
    """Requests a second at this moment after the start."""
    for stretch in stretches:
        if at < stretch.seconds:
            return stretch.start + (stretch.end - stretch.start) * at / stretch.seconds if at > 0 else stretch.start
        at -= stretch.seconds
    return 0.0


def times(stretches: Sequence[Stretch], first: int, until: float) -> list[float]:
    """When requests `first`, `first`+1, … are sent, in seconds after the start, as far as that is before `until`."""
    found: list[float] = []
    begin, count, number = 0.0, 0.0, first
    for stretch in stretches:
        if begin >= until:
            break
        last = _number_before(stretch, min(stretch.seconds, until - begin), count)
        if last > number:
            found += [begin + at for at in _solve(stretch, number, last, count)]
            number = last
        begin, count = begin + stretch.seconds, count + stretch.requests
    return found


def _number_before(stretch: Stretch, seconds: float, count: float) -> int:
    """How many requests are sent before this moment of the stretch."""
    slope = (stretch.end - stretch.start) / stretch.seconds if stretch.seconds < inf else 0.0
    # A hair less than the sum: binary fractions must not add a request at the very end.
    return ceil(count + stretch.start * seconds + slope * seconds * seconds / 2 - 1e-9)


def _solve(stretch: Stretch, first: int, last: int, count: float) -> list[float]:
    """Moments of the stretch at which the integral of the rate reaches these numbers."""
    if stretch.start == stretch.end:
        return [max(number - count, 0.0) / stretch.start for number in range(first, last)]
    slope = (stretch.end - stretch.start) / stretch.seconds
    start = stretch.start
    return [(sqrt(max(start * start + 2 * slope * (n - count), 0.0)) - start) / slope for n in range(first, last)]
