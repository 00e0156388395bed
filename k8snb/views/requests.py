"""Requests as flows of a picture: what the network counted, as rates, and the last single request.

A rate is what was settled between two looks, divided by the virtual time between them, so what a picture shows has happened.
Reads the network's reports and traces only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from k8snb.network.tally import is_failure
from k8snb.views.model import Flow

if TYPE_CHECKING:
    from k8snb.cluster import Cluster

#: least virtual seconds between two looks that make a rate
_WINDOW = 1.0


class _Look(NamedTuple):
    """What had been counted of one flow at some time: places -> outcome -> requests."""

    time: float
    lanes: Mapping[tuple[str, ...], Mapping[str, int]]


class Meter:
    """Remembers what was counted at the last look, to tell what has come since."""

    def __init__(self) -> None:
        self._looks: dict[str, _Look] = {}
        self._shown: dict[str, tuple[Flow, ...]] = {}

    def stamp(self, cluster: Cluster) -> str:
        """Changes whenever `flows` may say something new."""
        network: Any = cluster.network
        running = [flow.name for flow in network.traffic.flows() if network.traffic.is_running(flow.name)]
        last = network.traces[-1].number if network.traces else 0
        return f"{int(cluster.now)}-{','.join(running)}-{last}" if running else f"{last}"

    def flows(self, cluster: Cluster) -> tuple[Flow, ...]:
        """Requests on their way now; without traffic, the last single request. The caller holds the cluster's lock."""
        network: Any = cluster.network
        running = [flow.name for flow in network.traffic.flows() if network.traffic.is_running(flow.name)]
        found: list[Flow] = []
        for name in running:
            found += self._rates(name, network.traffic.report(name), cluster.now)
        for name in self._looks.keys() - set(running):
            del self._looks[name], self._shown[name]
        if found or running:
            return tuple(found)
        return (of_trace(network.traces[-1]),) if network.traces else ()

    def _rates(self, name: str, report: Any, now: float) -> tuple[Flow, ...]:
        lanes = {lane.places: dict(outcomes) for lane, outcomes in report.lanes.items()}
        before = self._looks.get(name) or _Look(now - report.seconds, {})
        if now < before.time:  # another cluster, or an older state of this one
            before = _Look(now - report.seconds, {})
        if now - before.time < _WINDOW and name in self._shown:
            return self._shown[name]
        seconds = max(now - before.time, 1e-9)
        flows = []
        for places, outcomes in lanes.items():
            earlier = before.lanes.get(places, {})
            fresh = {outcome: count - earlier.get(outcome, 0) for outcome, count in outcomes.items()}
            total = sum(fresh.values())
            if total > 0 and now > before.time:
                failed = {outcome: count for outcome, count in fresh.items() if is_failure(outcome) and count}
                reason = ", ".join(report.reasons.get(outcome, outcome) for outcome in sorted(failed))
                flows.append(_flow(places, total / seconds, sum(failed.values()) / seconds, reason))
        self._looks[name], self._shown[name] = _Look(now, lanes), tuple(flows)
        return self._shown[name]


def _flow(places: Iterable[str], rate: float, failed: float, reason: str) -> Flow:
    """A flow along places as the network names them: `host`, `node/a`, `service/ns/b`, `pod/ns/c`."""
    source, *rest = places
    service = next((place.partition("/")[2] for place in rest if place.startswith("service/")), "")
    pod = next((place.partition("/")[2] for place in rest if place.startswith("pod/")), "")
    node = next((place.partition("/")[2] for place in rest if place.startswith("node/")), "")
    stop = "" if not failed else "pod" if pod else "node" if node and not service else "service"
    return Flow(source.removeprefix("pod/"), service, node, pod, rate, failed, stop, reason)


def of_trace(trace: Any) -> Flow:
    """The way of one traced request, `once`."""
    failed = trace.failure is not None
    reason = trace.failure.why if failed else ""
    source = trace.source.removeprefix("pod/")
    blamed = (trace.failure.look_at or trace.failure.place).partition("/")[0] if failed else ""
    stop = "" if not failed else "pod" if trace.pod else "node" if blamed == "node" else "service"
    return Flow(source, trace.service, trace.entry, trace.pod, 1, int(failed), stop, reason, once=True)
