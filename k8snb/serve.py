"""`k8snb serve`: an embedded cluster on https://127.0.0.1 for real tools, until SIGTERM or SIGINT.

Two paces. *live*: virtual time follows the wall clock, so a Pod takes its seconds to start. *jump*: what a request sets off
happens at once. Whenever no request is being answered, virtual time jumps from event to event until nothing has changed for
half a minute of it (at most an hour for each write), and from there goes on with the wall clock; open watches see everything
on the way. So `kubectl wait` hardly ever waits, and ages are a little larger than one's own watch says.
"""

from __future__ import annotations

import signal
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from k8snb.cluster import Cluster

#: virtual seconds without a change after which nothing is under way any more, and those that one write may set off
_QUIET = 30.0
_LONGEST = 3600.0
#: wall seconds between two looks at the clock
_TICK = 0.1
#: virtual seconds that add-ons take to run when a cluster is made: it begins so much earlier, so that its clock is ours then
_BOOT = {"minikube": 12.0}


class Leaper:
    """Jump pace for a cluster that is served: a thread that moves virtual time while nobody is being answered."""

    def __init__(self, cluster: Cluster, face: Any, rate: float) -> None:
        self._cluster, self._face, self._rate = cluster, face, rate
        self._stopped, self._woken = threading.Event(), threading.Event()
        self._revision, self._changed, self._left = -1, cluster.clock.now, _LONGEST
        self._wall, self._virtual = time.monotonic(), cluster.clock.now
        self._thread = threading.Thread(target=self._run, name="k8snb-leaper", daemon=True)
        self.error: BaseException | None = None
        face.idle = self._woken.set

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End the thread; virtual time stays where it is."""
        self._stopped.set()
        self._woken.set()
        self._thread.join(timeout=1)

    def _run(self) -> None:
        try:
            while not self._stopped.is_set():
                if self._woken.wait(_TICK):
                    self._woken.clear()
                    self._left = _LONGEST
                while not self._face.busy and not self._stopped.is_set() and self._leap():
                    pass
        except BaseException as error:  # noqa: BLE001  `run_serve` prints it and ends
            self.error = error

    def _leap(self) -> bool:
        """One step of time; False if there is nothing to jump to."""
        cluster, clock = self._cluster, self._cluster.clock
        with cluster.lock:
            cluster.engine.run_instant()
            if cluster.store.revision != self._revision:
                self._revision, self._changed = cluster.store.revision, clock.now
            before = clock.now
            limit = min(self._changed + _QUIET, before + self._left)
            if cluster.engine.step(limit):
                self._left -= clock.now - before
                self._wall, self._virtual = time.monotonic(), clock.now
                return True
            due = self._virtual + (time.monotonic() - self._wall) * self._rate
            cluster.engine.run_until(max(due, clock.now))
            return False


def run_serve(
    nodes: int,
    port: int,
    kubeconfig: Path,
    seed: int,
    rate: float,
    profile: str,
    without: list[str],
    pace: str = "live",
    kubernetes_version: str = "",
) -> int:
    """Serve until a signal comes; returns the exit code. The kubeconfig and a bearer token beside it are written first."""
    from k8snb.cluster import Cluster

    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    try:
        cluster = Cluster(
            nodes,
            seed,
            profile=profile,
            pace=pace,
            rate=rate,
            epoch=float(int(time.time())) - _BOOT.get(profile, 0.0),
            kubernetes_version=kubernetes_version,
        )
    except ValueError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    for component in without:
        cluster.stop_component(component)
    cluster.advance(max(time.time() - cluster.unix_time(), 0.0))  # clients tell ages by their own clock
    try:
        server = cluster.serve(port)
    except OSError as error:
        sys.stderr.write(f"error: cannot listen on 127.0.0.1:{port}: {error.strerror}\n")
        cluster.close()
        return 1
    server.write_kubeconfig(kubeconfig)
    leaper = Leaper(cluster, server.face, rate) if pace == "jump" else None
    if leaper is not None:
        leaper.start()
    sys.stdout.write(
        f"serving Kubernetes {cluster.config.version} on {server.url} (kubeconfig: {kubeconfig.resolve()})\n"
    )
    sys.stdout.flush()
    failure = _until(ended, leaper or cluster.pacer)
    if leaper is not None:
        leaper.stop()
    cluster.close()
    if failure is not None:
        traceback.print_exception(failure)
    return 0 if failure is None else 1


def _until(ended: threading.Event, driver: Any) -> BaseException | None:
    """Wait for a signal, or for a mistake of ours in the thread that drives time."""
    while not ended.wait(_TICK):
        if driver.error is not None:
            failure: BaseException = driver.error
            return failure
    return None
