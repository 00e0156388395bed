"""The inner loop of counted traffic: each request draws its course, waits its turn, and is counted once.

A queue is the moment at which its server is free again: a request that finds it in the future waits until then, one
that would wait longer than the backlog allows is dropped. What finishes after the moment up to which is counted stays
`Pending`: its server may still die under it.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from math import inf
from typing import TYPE_CHECKING, NamedTuple

from k8snb.api.core.pod import Pod
from k8snb.network.course import Course, QueueKey
from k8snb.network.tally import Histogram, Lane, is_failure, latency_class
from k8snb.network.trace import REFUSED, RESET, TIMEOUT
from k8snb.sim.rng import Rng

if TYPE_CHECKING:
    from k8snb.network.load import Flow

_STREAM = "traffic"


class Pending(NamedTuple):
    """A request under way: when it will be answered, how long that will have taken, second of the flow it was sent
    in.
    """

    finish: float
    seconds: float
    course: Course
    second: int
    outcome: str


@dataclass(slots=True)
class Counts:
    """Exact counts of one flow."""

    lanes: dict[Lane, dict[str, int]] = field(default_factory=dict)
    histograms: dict[Lane, Histogram] = field(default_factory=dict)
    failures: dict[int, int] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    #: not yet charged to containers: requests, CPU seconds, Pod
    charges: dict[QueueKey, tuple[int, float, Pod]] = field(default_factory=dict)

    def add(self, lane: Lane, outcome: str, requests: int = 1) -> None:
        found = self.lanes.setdefault(lane, {})
        found[outcome] = found.get(outcome, 0) + requests

    def fail(self, course: Course, outcome: str, reason: str, second: int, requests: int = 1) -> None:
        """Count failures, with when and why."""
        self.add(course.lane, outcome, requests)
        self.failures[second] = self.failures.get(second, 0) + requests
        self.reasons[outcome] = reason

    def done(self, course: Course, outcome: str, seconds: float, second: int, requests: int = 1) -> None:
        """Count requests that came to their end after `seconds`."""
        if is_failure(outcome):
            self.fail(course, outcome, course.reason or _REASONS.get(outcome, ""), second, requests)
        else:
            self.add(course.lane, outcome, requests)
        if outcome.isdigit():
            histogram = self.histograms.setdefault(course.lane, {})
            item = latency_class(seconds)
            histogram[item] = histogram.get(item, 0) + requests

    def charge(self, course: Course, requests: int) -> None:
        if course.queue is not None and course.pod is not None and requests:
            before, cpu, _ = self.charges.get(course.queue, (0, 0.0, course.pod))
            self.charges[course.queue] = (before + requests, cpu + requests * course.cpu_seconds, course.pod)

    def take_charges(self) -> dict[QueueKey, tuple[int, float, Pod]]:
        """The charges since the last time."""
        found, self.charges = self.charges, {}
        return found

    def outcomes(self) -> dict[str, int]:
        """All requests that are settled, by outcome."""
        found: dict[str, int] = {}
        for outcomes in self.lanes.values():
            for outcome, count in outcomes.items():
                found[outcome] = found.get(outcome, 0) + count
        return found

    def clone(self) -> Counts:
        return Counts(
            {lane: dict(found) for lane, found in self.lanes.items()},
            {lane: dict(found) for lane, found in self.histograms.items()},
            dict(self.failures),
            dict(self.reasons),
            dict(self.charges),
        )


_REASONS = {
    RESET: "the server ended while it held the request",
    TIMEOUT: "no answer within the client's patience",
    REFUSED: "the port was closed",
}


def serve(
    courses: Sequence[Course],
    moments: Sequence[float],
    queues: dict[QueueKey, float],
    counts: Counts,
    rng: Rng,
    now: float,
    flow: Flow,
) -> list[Pending]:
    """Send one request at each of these moments; those not answered by `now` come back."""
    if not courses or not moments:
        return []
    work = _Round(courses, queues, counts, now, flow)
    frees, quick, calm = work.frees, [0] * len(courses), work.calm
    for at, index in zip(moments, _draws(courses, rng, len(moments)), strict=True):
        lead, opened, until, slot = calm[index]
        if opened <= at <= until and frees[lead] <= at:  # nobody waits, and the answer comes in time
            frees[lead] = at + slot
            quick[index] += 1
        else:
            work.take(at, index)
    for index, course in enumerate(courses):
        if quick[index]:
            counts.done(course, course.outcome, course.seconds, int(moments[-1] - flow.started), quick[index])
        counts.charge(course, work.served[index] + quick[index])
        if course.queue:
            queues[course.queue] = frees[work.first[index]]
    return settle(work.pending, {course.queue: course for course in courses if course.queue}, counts, now)


class _Round:
    """What `serve` needs for the requests that are not simply answered: those that wait, fail, or are still under way."""

    def __init__(
        self, courses: Sequence[Course], queues: Mapping[QueueKey, float], counts: Counts, now: float, flow: Flow
    ) -> None:
        self.courses, self.counts, self.now = courses, counts, now
        self.began, self.patience = flow.started, flow.patience
        self.first = _first_of_queue(courses)
        self.frees = [queues.get(course.queue, 0.0) if course.queue else 0.0 for course in courses]
        self.served, self.pending = [0] * len(courses), list[Pending]()
        #: the queue, from when and until when a request that need not wait is answered for sure, how long it takes
        self.calm = [(self.first[i], c.opened, self._calm_until(c), c.slot) for i, c in enumerate(courses)]

    def _calm_until(self, course: Course) -> float:
        # Failures are noted with their second, so each of them is counted by itself.
        if course.queue is None or course.seconds > self.patience or is_failure(course.outcome):
            return -inf
        return min(self.now, course.closed) - course.seconds

    def take(self, at: float, index: int) -> None:
        """One request at this moment."""
        course, second = self.courses[index], int(at - self.began)
        if course.queue is None or not course.opened <= at < course.closed:
            _turned_away(self.counts, course, self.patience, second)
            return
        lead = self.first[index]
        waits = max(self.frees[lead] - at, 0.0)
        if waits > course.patience:
            self.counts.fail(course, TIMEOUT, "the server's queue is full: connections are dropped", second)
            return
        self.frees[lead] = at + waits + course.slot
        self.served[index] += 1
        seconds = course.seconds + waits
        if at + seconds > min(self.now, course.closed) or seconds > self.patience:
            outcome = course.outcome if seconds <= self.patience else TIMEOUT
            self.pending.append(Pending(at + min(seconds, self.patience), seconds, course, second, outcome))
        else:
            self.counts.done(course, course.outcome, seconds, second)


def settle(
    pending: list[Pending], courses: Mapping[QueueKey | None, Course], counts: Counts, now: float
) -> list[Pending]:
    """Count the requests that have come to their end by `now`; those whose port was closed under them were reset."""
    left: list[Pending] = []
    for item in pending:
        course = courses.get(item.course.queue, item.course)
        closed = inf if course.drains else course.closed
        if item.finish > closed and closed <= now:
            counts.fail(item.course, RESET, _REASONS[RESET], item.second)
        elif item.finish <= now:
            counts.done(item.course, item.outcome, item.seconds, item.second)
        else:
            left.append(item)
    return left


def _turned_away(counts: Counts, course: Course, patience: float, second: int) -> None:
    """A request that no server took: its course ends before one, or the port was not open at that moment."""
    if course.queue is not None:
        counts.fail(course, REFUSED, _REASONS[REFUSED], second)
    else:
        counts.done(course, course.outcome, min(course.seconds, patience), second)


def _draws(courses: Sequence[Course], rng: Rng, number: int) -> list[int]:
    """So many courses by chance: one number below their count if all are equally likely, else by their shares."""
    count, bits = len(courses), rng.bits
    if count == 1:
        return [0] * number
    if max(c.probability for c in courses) - min(c.probability for c in courses) < 1e-8:
        return [(bits(_STREAM) * count) >> 64 for _ in range(number)]
    shares = list(accumulate(course.probability for course in courses))
    shares[-1] = 1.0
    return [bisect(shares, rng.uniform(_STREAM)) for _ in range(number)]


def _first_of_queue(courses: Sequence[Course]) -> list[int]:
    """For each course the first one that stands in the same queue: that one's entry keeps the time."""
    seen: dict[QueueKey, int] = {}
    return [seen.setdefault(course.queue, index) if course.queue else index for index, course in enumerate(courses)]
