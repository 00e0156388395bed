"""Virtual time: one heap of timers, ordered by due time and then by a serial number.

A timer is data (when, whose, which key), never a function, so the queue can be copied, saved and replayed. Time stands
still until the engine moves it. Model: SimPy's single event heap.
"""

from __future__ import annotations

import heapq
from typing import NamedTuple

from k8snb.api.duration import format_micro_time, format_time


class Timer(NamedTuple):
    """Wake `owner` for `key` at `due` (virtual seconds since the cluster's start)."""

    due: float
    serial: int
    owner: str
    key: str


class ClockState(NamedTuple):
    """Everything a clock is at an instant."""

    epoch: float
    now: float
    serial: int
    heap: tuple[Timer, ...]
    armed: dict[tuple[str, str], Timer]


class Clock:
    """Virtual seconds since the cluster's start, the calendar they stand for, and the timers to come."""

    def __init__(self, epoch: float) -> None:
        #: Unix time at which the virtual clock read 0
        self.epoch = epoch
        self.now = 0.0
        self._serial = 0
        self._heap: list[Timer] = []
        self._armed: dict[tuple[str, str], Timer] = {}
        self._stamp = (-1.0, "")

    def after(self, seconds: float, owner: str, key: str) -> None:
        """Wake `owner` for `key` in `seconds`; an earlier arrangement for the same key is replaced."""
        self._serial += 1
        timer = Timer(self.now + max(seconds, 0.0), self._serial, owner, key)
        self._armed[owner, key] = timer
        heapq.heappush(self._heap, timer)

    def cancel(self, owner: str, key: str) -> None:
        """Forget the timer of this key, if there is one."""
        self._armed.pop((owner, key), None)

    def due(self, owner: str, key: str) -> float | None:
        """When this key will be woken, or None."""
        timer = self._armed.get((owner, key))
        return timer.due if timer else None

    def next_due(self) -> float | None:
        """The time of the earliest timer, or None when nothing is to come."""
        heap, armed = self._heap, self._armed
        while heap and armed.get((heap[0].owner, heap[0].key)) is not heap[0]:
            heapq.heappop(heap)  # cancelled or replaced
        return heap[0].due if heap else None

    def pop_due(self) -> list[Timer]:
        """Take out the timers that are due now, in order."""
        fired = []
        while (due := self.next_due()) is not None and due <= self.now:
            timer = heapq.heappop(self._heap)
            del self._armed[timer.owner, timer.key]
            fired.append(timer)
        return fired

    def advance_to(self, when: float) -> None:
        """Move to `when`; time never goes back."""
        self.now = max(self.now, when)

    def timers(self) -> list[Timer]:
        """What is to come, earliest first."""
        return sorted(self._armed.values())

    @property
    def unix(self) -> float:
        """Now as Unix seconds."""
        return self.epoch + self.now

    def timestamp(self) -> str:
        """Now as a metav1.Time: RFC 3339 in whole seconds."""
        # Thousands of writes share an instant; the text is kept for as long as it stands.
        if self._stamp[0] != self.now:
            self._stamp = (self.now, format_time(self.unix))
        return self._stamp[1]

    def at(self, now: float) -> str:
        """The metav1.Time of a virtual instant."""
        return format_time(self.epoch + now)

    def timestamp_in(self, seconds: float) -> str:
        """The metav1.Time that many seconds from now."""
        return format_time(self.unix + seconds)

    def micro_timestamp(self) -> str:
        """Now as a metav1.MicroTime."""
        return format_micro_time(self.unix)

    def dump(self) -> ClockState:
        self.next_due()
        return ClockState(self.epoch, self.now, self._serial, tuple(self._heap), dict(self._armed))

    def load(self, state: ClockState) -> None:
        self.epoch, self.now, self._serial, self._stamp = state.epoch, state.now, state.serial, (-1.0, "")
        # A heap's layout depends on its history; sorting makes restored runs the same whatever came before.
        self._heap = sorted(timer for timer in state.heap if state.armed.get((timer.owner, timer.key)) is timer)
        self._armed = dict(state.armed)
