"""Traffic by the thousand: open-loop flows of requests on virtual time, every single one accounted for.

Component `traffic`. A flow's courses (`course.py`) are worked out from the nodes' rules whenever something changes;
each request draws its course, queues at its container behind the others, and is counted. Nothing ticks: flows are
brought up to date when the cluster changes, when they end, and when somebody asks (`catch_up`), always with the
courses that held until then. Simplifications: names are looked up once per change, not per request; what a proxying
Pod asks of others is not multiplied.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from heapq import merge
from itertools import groupby
from math import ceil, inf
from operator import itemgetter
from typing import NamedTuple

from k8snb.api.model import EMPTY_MAP
from k8snb.apiserver.store import Change
from k8snb.engine import After, Watch
from k8snb.network import arrivals
from k8snb.network.arrivals import Stretch
from k8snb.network.course import Course, QueueKey, Request, courses, still
from k8snb.network.endpoint import TRAFFIC
from k8snb.network.fabric import Fabric
from k8snb.network.origin import NoSuchOrigin, origin
from k8snb.network.serving import Counts, Pending, serve, settle
from k8snb.network.tally import Report, merged, percentile
from k8snb.network.url import parse
from k8snb.sim.rng import Rng

#: a client's patience, in seconds
PATIENCE = 10.0
#: requests that are drawn up at once
_BATCH = 200_000


@dataclass(frozen=True, slots=True)
class Flow:
    """One stream of requests: who sends what, when. `started` is in virtual seconds since the cluster's start."""

    name: str
    source: str
    request: Request
    stretches: tuple[Stretch, ...]
    started: float
    patience: float = PATIENCE

    @property
    def end(self) -> float:
        return self.started + arrivals.length(self.stretches)


@dataclass(slots=True)
class Run:
    """A flow under way. Everything up to `at` is counted."""

    flow: Flow
    at: float
    sent: int = 0
    stopped: float | None = None
    courses: tuple[Course, ...] = ()
    pending: list[Pending] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)

    @property
    def end(self) -> float:
        return self.flow.end if self.stopped is None else self.stopped

    def clone(self) -> Run:
        return replace(self, pending=list(self.pending), counts=self.counts.clone())


class TrafficState(NamedTuple):
    """Everything the traffic of a cluster is at an instant."""

    runs: tuple[Run, ...]
    queues: Mapping[QueueKey, float]


def _wake(change: Change) -> Iterable[str]:
    return ("",)


class Traffic:
    """All flows of a cluster."""

    name = TRAFFIC
    watches = tuple(
        Watch(resource, _wake)
        for resource in (
            "pods",
            "services",
            "endpointslices.discovery.k8s.io",
            "nodes",
            "networkpolicies.networking.k8s.io",
        )
    )

    def __init__(self, fabric: Fabric, rng: Rng) -> None:
        self._fabric, self._rng, self._clock = fabric, rng, fabric.client.clock
        self._runs: dict[str, Run] = {}
        self._queues: dict[QueueKey, float] = {}
        self._seen: tuple[object, ...] = ()

    def reconcile(self, key: str) -> After | None:
        if self._runs:
            self.catch_up(woken=True)
        return None

    # -- flows ----------------------------------------------------------------------------------------------------

    def start(
        self,
        name: str,
        url: str,
        rps: float,
        source: str = "host",
        seconds: float | None = None,
        pattern: str = "constant",
        method: str = "GET",
        headers: Mapping[str, str] = EMPTY_MAP,
        patience: float = PATIENCE,
    ) -> Flow:
        """Begin a flow; its clients wait `patience` seconds for an answer. ValueError (BadUrl, NoSuchOrigin, bad rate or
        pattern) if it cannot be, or the name is in use.
        """
        running = self._runs.get(name)
        if running is not None and running.end > self._clock.now:
            raise ValueError(f"traffic {name!r} is already running: stop it first")
        source = origin(self._fabric.client, self._fabric.atlas, source).place
        stretches = arrivals.profile(pattern, rps, seconds)
        request = Request(parse(url), method, tuple(sorted(headers.items())))
        flow = Flow(name, source, request, stretches, self._clock.now, patience)
        self.catch_up()
        run = self._runs[name] = Run(flow, flow.started)
        run.courses = self._courses(run)
        if flow.end < inf:
            self._clock.after(flow.end - self._clock.now, TRAFFIC, name)
        return flow

    def stop(self, name: str) -> Report:
        """End a flow now. KeyError if there is none of that name."""
        self.catch_up()
        run = self._runs[name]
        run.stopped = min(run.end, self._clock.now)
        self._clock.cancel(TRAFFIC, name)
        return self.report(name)

    def remove(self, name: str) -> None:
        """Forget a flow and its counts."""
        self._runs.pop(name, None)
        self._clock.cancel(TRAFFIC, name)

    def flows(self) -> tuple[Flow, ...]:
        """All flows that are known, in the order in which they began."""
        return tuple(run.flow for run in self._runs.values())

    def is_running(self, name: str) -> bool:
        return name in self._runs and self._runs[name].end > self._clock.now

    def report(self, name: str) -> Report:
        """What a flow has done up to now. KeyError if there is none of that name."""
        self.catch_up()
        run, now = self._runs[name], self._clock.now
        counts, latencies = run.counts, merged(run.counts.histograms.values())
        return Report(
            name=name,
            source=run.flow.source,
            url=str(run.flow.request.url),
            running=run.end > now,
            seconds=min(now, run.end) - run.flow.started,
            sent=run.sent,
            in_flight=len(run.pending),
            outcomes=counts.outcomes(),
            lanes={lane: dict(found) for lane, found in counts.lanes.items()},
            p50=percentile(latencies, 0.50),
            p95=percentile(latencies, 0.95),
            p99=percentile(latencies, 0.99),
            failures=dict(counts.failures),
            reasons=dict(counts.reasons),
            latencies={lane: dict(found) for lane, found in counts.histograms.items()},
        )

    def rates(self) -> dict[tuple[str, str], float]:
        """Requests a second along each stretch right now, as the rules would have it: what a picture shows."""
        found: dict[tuple[str, str], float] = {}
        for run in self._runs.values():
            if run.end <= self._clock.now:
                continue
            rate = arrivals.rate(run.flow.stretches, self._clock.now - run.flow.started)
            for course in run.courses:
                for pair in zip(course.lane.places, course.lane.places[1:], strict=False):
                    found[pair] = found.get(pair, 0.0) + rate * course.probability
        return found

    # -- accounting -----------------------------------------------------------------------------------------------

    def catch_up(self, woken: bool = False) -> None:
        """Account for everything up to now, then look what courses there are from now on."""
        now = self._clock.now
        live = [run for run in self._runs.values() if run.at < run.end or run.pending]
        if not live:
            return
        for run in live:
            run.courses = tuple(still(self._fabric, course, now) for course in run.courses)
        for moment in self._slices(live, now):
            for run in live:
                run.pending = settle(run.pending, {c.queue: c for c in run.courses if c.queue}, run.counts, moment)
            self._send(live, moment)
        stamp = (self._fabric.client.revision, self._fabric.state, self._fabric.proxy.state)
        changed = (
            woken or len(self._seen) != 3 or any(a is not b and a != b for a, b in zip(stamp, self._seen, strict=True))
        )
        for run in live:
            if run.at < run.end and (changed or any(course.closed < inf for course in run.courses)):
                run.courses = self._courses(run)
        self._seen = (self._fabric.client.revision, self._fabric.state, self._fabric.proxy.state)

    def _slices(self, live: list[Run], now: float) -> Iterable[float]:
        """The moments up to which requests are sent in turn, so that no more than `_BATCH` are in memory at once."""
        first = min((run.at for run in live if run.at < run.end), default=now)
        fastest = sum(max(max(stretch.start, stretch.end) for stretch in run.flow.stretches) for run in live)
        count = ceil((now - first) * fastest / _BATCH)
        return [first + (now - first) * number / count for number in range(1, count)] + [now]

    def _send(self, live: list[Run], now: float) -> None:
        """Send what is due since each flow was last looked at: all flows together, in the order of time."""
        due: dict[int, list[float]] = {}
        for index, run in enumerate(live):
            until, start = min(now, run.end), run.flow.started
            if until > run.at:
                due[index] = [start + at for at in arrivals.times(run.flow.stretches, run.sent, until - start)]
                run.sent += len(due[index])
        since = {index: live[index].at for index in due}
        if len(due) == 1:
            for index, moments in due.items():
                self._serve(live[index], moments, now)
        else:
            rows = [[(at, index) for at in moments] for index, moments in due.items()]
            for index, group in groupby(merge(*rows), key=itemgetter(1)):
                self._serve(live[index], [at for at, _ in group], now)
        for index in due:
            run = live[index]
            run.at = min(now, run.end)
            self._account(run, since[index])

    def _serve(self, run: Run, moments: list[float], now: float) -> None:
        run.pending += serve(run.courses, moments, self._queues, run.counts, self._rng, now, run.flow)

    def _account(self, run: Run, since: float) -> None:
        """Charge the containers for what they served."""
        for queue, (requests, cpu_seconds, pod) in run.counts.take_charges().items():
            if self._fabric.endpoints.listener(pod, queue[1]) is not None:
                self._fabric.endpoints.account(pod, queue[1], requests, cpu_seconds, since, run.at)

    def _courses(self, run: Run) -> tuple[Course, ...]:
        fabric = self._fabric
        try:
            start = origin(fabric.client, fabric.atlas, run.flow.source)
        except NoSuchOrigin as error:
            run.stopped = self._clock.now
            run.counts.reasons["ended"] = str(error)
            return ()
        return courses(fabric, start, run.flow.request)

    # -- state ----------------------------------------------------------------------------------------------------

    def dump(self) -> TrafficState:
        return TrafficState(tuple(run.clone() for run in self._runs.values()), dict(self._queues))

    def load(self, state: TrafficState) -> None:
        self._runs = {run.flow.name: run.clone() for run in state.runs}
        self._queues, self._seen = dict(state.queues), ()
