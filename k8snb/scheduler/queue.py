"""The scheduling queue: Pods that wait for a node, and when each is tried next.

A Pod that found no node rests until something happens that one of the plugins which refused it cares about; then it
backs off for 1 s, 2 s, … 10 s after its last attempt, unless nothing else is to be done. After five minutes it is tried
anyway. Source: `pkg/scheduler/backend/queue/scheduling_queue.go` (with SchedulerPopFromBackoffQ, on by default since
v1.33).
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush
from typing import Final, NamedTuple

from k8snb.scheduler.diagnosis import Diagnosis

INITIAL_BACKOFF: Final = 1.0
MAX_BACKOFF: Final = 10.0
MAX_REST: Final = 300.0

ACTIVE: Final = "active"
BACKOFF: Final = "backoff"
ERROR: Final = "error"
RESTING: Final = "resting"
GATED: Final = "gated"


class Entry(NamedTuple):
    """One waiting Pod. Times are virtual seconds; `order` numbers the arrivals."""

    key: str
    uid: str
    priority: int
    order: int
    state: str
    attempts: int = 0
    tried: float = 0.0
    #: plugins whose refusal keeps it waiting, and the whole of the last failed attempt
    refused_by: frozenset[str] = frozenset()
    diagnosis: Diagnosis | None = None
    hopeless: str = ""
    #: whether it is tried because of something that may help, and not for its own sake
    hinted: bool = False
    #: the node it goes to once its volumes are bound
    node: str = ""

    @property
    def ready_at(self) -> float:
        """When its back-off ends."""
        return self.tried + min(INITIAL_BACKOFF * 2.0 ** max(self.attempts - 1, 0), MAX_BACKOFF)


class QueueState(NamedTuple):
    """Everything a queue is at an instant."""

    entries: dict[str, Entry]
    order: int


class Queue:
    """Waiting Pods by key."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self._order = 0
        #: (-priority, order, key) of the entries that may be tried, with stale ones among them
        self._heaps: dict[str, list[tuple[int, int, str]]] = {ACTIVE: [], BACKOFF: []}
        self._others: dict[str, None] = {}

    def add(self, key: str, uid: str, priority: int, gated: bool) -> None:
        """A Pod arrives."""
        self._order += 1
        self.set(Entry(key, uid, priority, self._order, GATED if gated else ACTIVE))

    def set(self, entry: Entry) -> None:
        """Put a Pod (back) into the queue."""
        self.entries[entry.key] = entry
        heap = self._heaps.get(entry.state)
        if heap is not None:
            heappush(heap, (-entry.priority, entry.order, entry.key))
            self._others.pop(entry.key, None)
        else:
            self._others[entry.key] = None

    def remove(self, key: str) -> None:
        """A Pod is bound, or gone."""
        self.entries.pop(key, None)
        self._others.pop(key, None)

    def resting(self) -> Iterator[Entry]:
        """Pods that wait for something to happen."""
        for key in list(self._others):
            entry = self.entries[key]
            if entry.state == RESTING:
                yield entry

    def has_resting(self) -> bool:
        """Whether any Pod waits for something to happen."""
        return bool(self._others)

    def wake(self, entry: Entry, now: float) -> None:
        """Something happened that may help a resting Pod."""
        self.set(entry._replace(state=BACKOFF if entry.ready_at > now else ACTIVE, hinted=True))

    def ripen(self, now: float) -> None:
        """Let Pods whose time has come be tried."""
        for key in list(self._others):
            entry = self.entries[key]
            if (entry.state == ERROR and entry.ready_at <= now) or (
                entry.state == RESTING and entry.tried + MAX_REST <= now
            ):
                self.set(entry._replace(state=ACTIVE, hinted=False))

    def pop(self) -> Entry | None:
        """The next Pod to try: by priority, then by age; Pods in back-off only when no other is left."""
        for state, heap in self._heaps.items():
            while heap:
                _, order, key = heappop(heap)
                entry = self.entries.get(key)
                if entry is not None and entry.order == order and entry.state == state:
                    return entry
        return None

    def next_due(self) -> float | None:
        """When the next Pod gets another try of itself."""
        waiting = [self.entries[key] for key in self._others]
        times = [entry.tried + MAX_REST for entry in waiting if entry.state == RESTING]
        times += [entry.ready_at for entry in waiting if entry.state == ERROR]
        return min(times, default=None)

    def dump(self) -> QueueState:
        return QueueState(dict(self.entries), self._order)

    def load(self, state: QueueState) -> None:
        self.entries, self._others = {}, {}
        self._heaps = {ACTIVE: [], BACKOFF: []}
        for entry in sorted(state.entries.values(), key=lambda entry: entry.order):
            self.set(entry)
        self._order = state.order
