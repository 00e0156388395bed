"""CPU time that a container was charged for: the sum since its start, and the last minutes in slices, as data.

Whoever measures a container (the metrics server) asks what it used between two moments. Time beyond the slices that are kept is
forgotten; only the sum knows of it.
"""

from __future__ import annotations

from typing import Final, NamedTuple

#: seconds of one slice, and how many are kept
SLICE: Final = 5.0
KEPT: Final = 60


class Load(NamedTuple):
    """`seconds` of CPU time in all; `slices` as (number of the slice, seconds in it), oldest first. Times are Unix seconds."""

    seconds: float = 0.0
    slices: tuple[tuple[int, float], ...] = ()

    def charged(self, since: float, until: float, seconds: float) -> Load:
        """With CPU time that was used evenly from `since` to `until`."""
        if seconds <= 0:
            return self
        last = int(until // SLICE)
        first = max(int(since // SLICE), last - KEPT + 1)
        if first == last == (self.slices[-1][0] if self.slices else -1):
            number, known = self.slices[-1]
            return Load(self.seconds + seconds, (*self.slices[:-1], (number, known + seconds)))
        found = {number: used for number, used in self.slices if number > last - KEPT}
        for number in range(first, last + 1):
            share = _overlap(number, since, until) if until > since else 1.0
            if share > 0:
                found[number] = found.get(number, 0.0) + seconds * share
        return Load(self.seconds + seconds, tuple(sorted(found.items())))

    def between(self, since: float, until: float) -> float:
        """CPU seconds from one moment to another; within a slice they are taken as even."""
        total = 0.0
        for number, used in self.slices:
            start, end = number * SLICE, (number + 1) * SLICE
            total += used * max(min(end, until) - max(start, since), 0.0) / SLICE
        return total


def _overlap(number: int, since: float, until: float) -> float:
    """The share of a stretch of time that lies in a slice."""
    start, end = number * SLICE, (number + 1) * SLICE
    return max(min(end, until) - max(start, since), 0.0) / (until - since)


IDLE: Final = Load()
