"""Reading something that goes on (a watch, a followed log, a running command) from a cluster whose time is virtual.

Three rules say what "wait for the next event" means when nothing is there to read:

1. The thread that made the client moves time: it jumps from timer to timer until something comes or the reading's time is
   up, so a watch with `timeout_seconds=300` that sees nothing ends at once, five virtual minutes later. Without a timeout
   nobody could ever end it: after half an hour of virtual silence it raises NothingHappensError instead of blocking.
2. Other threads (informers, leader election) follow: they wait until somebody else (the first thread, `cluster.advance`)
   has moved the cluster. Their timeouts count on either clock.
3. In live pace the pacer moves time, and everybody follows.
"""

from __future__ import annotations

import threading
import time
from typing import Any, Protocol

from k8snb.apiserver.rest import Rest
from k8snb.engine import Engine
from k8snb.sim.clock import Clock

#: kube-apiserver's --min-request-timeout: how long a watch without a timeout lasts at least, and a silence here at most
SILENCE_SECONDS = 1800.0
#: how often a thread that follows looks, wall seconds
_LOOK = 0.02


class NothingHappensError(TimeoutError):
    """A reading without a timeout would never end: nothing more happens by itself, and nobody else moves the cluster."""


class Host(Protocol):
    """A cluster as its in-process client needs it."""

    lock: threading.RLock
    rest: Rest
    engine: Engine
    clock: Clock
    pacer: Any

    def is_reachable(self) -> bool:
        """Whether the API server's machine is on."""


class Reader:
    """Reads one stream of the API server (`poll()`, `close()`) under the cluster's lock, letting time pass."""

    def __init__(self, cluster: Host, stream: Any, subject: str, lifetime: float | None, owner: int) -> None:
        self._cluster, self._stream, self._subject, self._owner = cluster, stream, subject, owner
        self._lifetime = lifetime
        self._opened, self._opened_wall = cluster.clock.now, time.monotonic()
        self.ended = False

    def read(self, patience: float | None = None) -> list[Any]:
        """What is new. Empty if the stream is at its end (`ended`), or after `patience` seconds without anything."""
        begun, wall = self._cluster.clock.now, time.monotonic()
        while True:
            with self._cluster.lock:
                if self.ended:
                    return []
                if found := self._stream.poll():
                    return list(found)
                done = getattr(self._stream, "done", False) or getattr(self._stream, "ended", False)
                done = done or not self._cluster.is_reachable()
                if done or self._over(self._opened, self._opened_wall, self._lifetime):
                    self.close()
                    return []
                if self._over(begun, wall, patience):
                    return []
                moved = self._moves() and self._jump(begun, patience)
            if not moved:
                time.sleep(_LOOK)

    def close(self) -> None:
        """Hang up. Whoever reads gets the end."""
        with self._cluster.lock:
            if not self.ended:
                self.ended = True
                self._stream.close()

    def _moves(self) -> bool:
        """Does this thread move time? Raises what stopped the pacer, if that was a mistake of ours."""
        pacer = self._cluster.pacer
        if pacer is not None and pacer.error is not None:
            error, pacer.error = pacer.error, None
            raise error
        return pacer is None and threading.get_ident() == self._owner

    def _over(self, since: float, since_wall: float, seconds: float | None) -> bool:
        if seconds is None:
            return False
        if self._cluster.clock.now >= since + seconds:
            return True
        return not self._moves() and time.monotonic() >= since_wall + seconds

    def _jump(self, begun: float, patience: float | None) -> bool:
        """Go on to the next thing that happens, at the most to where the reading ends."""
        clock = self._cluster.clock
        ends = [since + span for since, span in ((begun, patience), (self._opened, self._lifetime)) if span is not None]
        end = min(ends, default=begun + SILENCE_SECONDS)
        if not ends and clock.now >= end:
            self.close()
            raise NothingHappensError(
                f"{self._subject}: {SILENCE_SECONDS:.0f} s of virtual time have passed and nothing came. In jump pace only"
                " the thread that reads moves time, so nothing ever would: give it a timeout, or stop reading"
            )
        if not self._cluster.engine.step(end):
            clock.advance_to(end)
        return True
