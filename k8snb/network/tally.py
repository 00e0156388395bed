"""Counts of traffic, exact: how many requests of a flow took which way, what became of them, and how long they took.

Every request is counted once, under its way and its outcome; those still under way are the difference to what was sent.
Latencies are kept as counts of classes half a percent wide, so percentiles are exact to half a percent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import exp, log
from typing import NamedTuple

#: latency classes per factor e
_CLASSES = 200


class Lane(NamedTuple):
    """One way through the cluster, as counts tell it apart: places along it, from the client on."""

    places: tuple[str, ...]


class Edge(NamedTuple):
    """Requests between two neighbouring places."""

    start: str
    end: str
    requests: int
    failed: int


#: latency class -> requests
Histogram = dict[int, int]


def latency_class(seconds: float) -> int:
    """The class of a latency."""
    return int(log(seconds) * _CLASSES) if seconds > 0 else -10_000


def percentile(histogram: Mapping[int, int], share: float) -> float:
    """The latency that `share` (0–1) of the requests stayed below; 0 without any."""
    total = sum(histogram.values())
    left = share * total
    for item in sorted(histogram):
        left -= histogram[item]
        if left <= 0:
            return 0.0 if item == -10_000 else exp((item - 0.5) / _CLASSES)
    return 0.0


class Journey(NamedTuple):
    """What became of the requests of one way: counts, and percentiles of the answers' latency in seconds."""

    places: tuple[str, ...]
    requests: int
    failed: int
    p50: float
    p95: float
    p99: float


@dataclass(frozen=True, slots=True)
class Report:
    """What a flow has done so far. `outcomes`: `200`, `503`, `refused`, `timeout`, … -> requests; `lanes` the same by
    way.
    """

    name: str
    source: str
    url: str
    running: bool
    seconds: float
    sent: int
    in_flight: int
    outcomes: Mapping[str, int]
    lanes: Mapping[Lane, Mapping[str, int]]
    p50: float
    p95: float
    p99: float
    #: virtual second since the start of the flow -> failed requests
    failures: Mapping[int, int]
    #: the last reason seen for each outcome that was no answer
    reasons: Mapping[str, str]
    #: latencies of the answers, by way
    latencies: Mapping[Lane, Histogram] = field(default_factory=dict)

    @property
    def answered(self) -> int:
        """Requests that got an HTTP answer, of any status."""
        return sum(count for outcome, count in self.outcomes.items() if outcome.isdigit())

    @property
    def failed(self) -> int:
        """Requests without an answer, or with one of 500 and above."""
        return sum(count for outcome, count in self.outcomes.items() if is_failure(outcome))

    def by_pod(self) -> dict[str, int]:
        """Requests that each Pod took, whatever became of them."""
        return _by(self.lanes, "pod/")

    def by_node(self) -> dict[str, int]:
        """Requests that came to the Pods of each node."""
        return _by(self.lanes, "node/")

    def edges(self) -> list[Edge]:
        """Requests along each stretch; those that leave the source add up to what was settled."""
        found: dict[tuple[str, str], list[int]] = {}
        for lane, outcomes in self.lanes.items():
            total = sum(outcomes.values())
            failed = sum(count for outcome, count in outcomes.items() if is_failure(outcome))
            for pair in zip(lane.places, lane.places[1:], strict=False):
                counts = found.setdefault(pair, [0, 0])
                counts[0] += total
                counts[1] += failed
        return [Edge(*pair, *counts) for pair, counts in sorted(found.items())]

    def journeys(self) -> list[Journey]:
        """The ways that requests took, each with its counts and percentiles; they add up to what was settled."""
        found = []
        for lane, outcomes in sorted(self.lanes.items()):
            failed = sum(count for outcome, count in outcomes.items() if is_failure(outcome))
            histogram = self.latencies.get(lane, {})
            marks = [percentile(histogram, share) for share in (0.50, 0.95, 0.99)]
            found.append(Journey(lane.places, sum(outcomes.values()), failed, *marks))
        return found

    def journey_table(self) -> str:
        """The ways as text, one a line."""
        lines = ["REQUESTS  FAILED       P50       P95       P99  PATH"]
        for item in self.journeys():
            marks = "  ".join(f"{1000 * mark:5.2f} ms" if mark else "       -" for mark in item[3:])
            lines.append(f"{item.requests:8}  {item.failed:6}  {marks}  {' → '.join(item.places)}")
        return "\n".join(lines) + "\n"

    def table(self) -> str:
        """The report as text."""
        state = "running" if self.running else "ended"
        lines = [
            f"{self.name}: {self.source} → {self.url} ({state}, {self.seconds:g} s)",
            f"  sent {self.sent}, answered {self.answered}, failed {self.failed}, under way {self.in_flight}",
            "  " + ", ".join(f"{outcome} ×{count}" for outcome, count in sorted(self.outcomes.items())),
            f"  p50 {self.p50 * 1000:.2f} ms, p95 {self.p95 * 1000:.2f} ms, p99 {self.p99 * 1000:.2f} ms",
        ]
        lines += [f"  {count:>8}  {pod}" for pod, count in sorted(self.by_pod().items())]
        lines += [f"  {outcome}: {reason}" for outcome, reason in sorted(self.reasons.items())]
        return "\n".join(line for line in lines if line.strip()) + "\n"


def is_failure(outcome: str) -> bool:
    """Is this the outcome of a request that failed?"""
    return not outcome.isdigit() or int(outcome) >= 500


def merged(histograms: Iterable[Mapping[int, int]]) -> Histogram:
    """All of them together."""
    total: Histogram = {}
    for histogram in histograms:
        for item, count in histogram.items():
            total[item] = total.get(item, 0) + count
    return total


def _by(lanes: Mapping[Lane, Mapping[str, int]], kind: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for lane, outcomes in lanes.items():
        name = next((place for place in reversed(lane.places) if place.startswith(kind)), None)
        if name is not None:
            found[name] = found.get(name, 0) + sum(outcomes.values())
    return found
