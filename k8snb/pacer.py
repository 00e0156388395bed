"""Live pace: virtual time follows the wall clock. The one place beside the HTTP face where the engine meets a thread.

The pacer takes the cluster's lock, lets the engine run up to the present, and sleeps until the next timer is due.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from k8snb.cluster import Cluster

#: how long the pacer sleeps at the most, wall seconds: how late a view may be
_TICK = 0.1


class Pacer:
    """Drives one cluster at `rate` virtual seconds a second."""

    def __init__(self, cluster: Cluster, rate: float) -> None:
        self._cluster, self.rate = cluster, rate
        self._wall, self._virtual = time.monotonic(), cluster.clock.now
        self._stopped = threading.Event()
        self._wake = threading.Condition(cluster.lock)
        self._thread = threading.Thread(target=self._run, name="k8snb-pacer", daemon=True)
        self.paused = False
        self.error: BaseException | None = None

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End the thread; virtual time stays where it is."""
        self._stopped.set()
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join(timeout=2 * _TICK)

    def target(self) -> float:
        """Where virtual time should be by now."""
        return self._virtual + (time.monotonic() - self._wall) * self.rate

    def resync(self) -> None:
        """After a jump or a change of rate: go on from where virtual time is."""
        self._wall, self._virtual = time.monotonic(), self._cluster.clock.now

    def catch_up(self) -> None:
        """Run up to the present. The caller holds the lock."""
        if self.paused:
            self.resync()
        self._cluster.engine.run_until(max(self.target(), self._cluster.clock.now))
        self._wake.notify_all()

    def wait(self, until: Callable[[], bool], timeout: float | None) -> bool:
        """Wait (the caller holds the lock, which is released meanwhile) until a condition holds or virtual time is up."""
        end = None if timeout is None else self._cluster.clock.now + timeout
        self.catch_up()
        while not until():
            if self.error is not None:
                error, self.error = self.error, None
                raise error
            if end is not None and self._cluster.clock.now >= end:
                return False
            self._wake.wait(_TICK)
        return True

    def _run(self) -> None:
        while not self._stopped.is_set():
            with self._cluster.lock:
                try:
                    self.catch_up()
                except BaseException as error:  # noqa: BLE001  surfaces in the next cell, see `wait` and the magics
                    self.error = error
                    return
                due = self._cluster.clock.next_due()
            delay = _TICK if due is None else min(_TICK, max((due - self.target()) / self.rate, 0.005))
            self._stopped.wait(delay)
