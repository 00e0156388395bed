"""The journal: who did what, when and why, as data. Lessons show it, graders read it, replays are checked against it.

A message is a constant; what varies goes into fields. `input` records are what came from outside (a command, a request,
a clock step): the same seed and the same inputs give the same cluster.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from k8snb.api.model import FrozenMap
from k8snb.sim.clock import Clock
from k8snb.sim.limits import JOURNAL_RECORDS


@dataclass(frozen=True, slots=True)
class Record:
    """One line of the journal: virtual seconds, the part that speaks, what happened, the particulars."""

    time: float
    component: str
    message: str
    fields: Mapping[str, object] = field(default_factory=FrozenMap)


class Journal:
    """The last records, oldest first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._records: list[Record] = []

    def record(self, component: str, message: str, **fields: object) -> None:
        """Write one line."""
        self._records.append(Record(self._clock.now, component, message, FrozenMap(fields)))
        if len(self._records) > 2 * JOURNAL_RECORDS:
            del self._records[:-JOURNAL_RECORDS]

    def __iter__(self) -> Iterator[Record]:
        return iter(self._records)

    def __len__(self) -> int:
        return len(self._records)

    def dump(self) -> tuple[Record, ...]:
        return tuple(self._records)

    def load(self, state: tuple[Record, ...]) -> None:
        self._records = list(state)
