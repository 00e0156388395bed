"""How many replicas a measurement calls for.

Pods that are not ready or not measured hold a change back; they never cause one. Source:
`pkg/controller/podautoscaler/replica_calculator.go`, `metrics/utilization.go`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import ceil
from typing import Any, NamedTuple

from k8snb.api import quantity
from k8snb.controllers.autoscaling.metrics import MetricsError, Sample
from k8snb.controllers.podstate import condition_of, unix

TOLERANCE = 0.1
#: seconds after its start during which a Pod's CPU is taken with care
_CPU_INITIALIZATION = 300.0
_INITIAL_READINESS = 30.0


class Tolerances(NamedTuple):
    """How far from its target a metric may be before something is done: a fraction, for each direction."""

    down: float = TOLERANCE
    up: float = TOLERANCE

    def admit(self, ratio: float) -> bool:
        return 1.0 - self.down <= ratio <= 1.0 + self.up


STANDARD = Tolerances()


class Proposal(NamedTuple):
    """How many replicas, and what was measured: percent of the request, and the average in thousandths per Pod."""

    replicas: int
    utilization: int | None
    average: int


class _Groups(NamedTuple):
    ready: int
    unready: frozenset[str]
    missing: frozenset[str]
    ignored: frozenset[str]


#: what is used by Pod -> ratio of that to the target
_Ratio = Callable[[Mapping[str, int]], float]


def by_utilization(
    pods: Sequence[Any],
    usage: Mapping[str, Sample],
    resource: str,
    container: str,
    target: int,
    current: int,
    now: float,
    tolerances: Tolerances = STANDARD,
) -> Proposal:
    """Replicas that bring the use to `target` percent of what the Pods request."""
    groups, counted = _counted(pods, usage, resource, now)
    requests = _requests(pods, resource, container)

    def measured(used: Mapping[str, int]) -> tuple[int, int]:
        """(percent of the requests, average)."""
        known = {name: value for name, value in used.items() if name in requests}
        asked = sum(requests[name] for name in known)
        if not asked:
            raise MetricsError("no metrics returned matched known pods")
        return sum(known.values()) * 100 // asked, sum(known.values()) // len(known)

    utilization, average = measured(counted)
    fallback = {name: requests[name] * max(100, target) // 100 for name in groups.missing}
    replicas = _replicas(groups, counted, fallback, current, lambda used: measured(used)[0] / target, tolerances)
    return Proposal(replicas, utilization, average)


def by_average(
    pods: Sequence[Any],
    usage: Mapping[str, Sample],
    resource: str,
    target: int,
    current: int,
    now: float,
    tolerances: Tolerances = STANDARD,
) -> Proposal:
    """Replicas that bring the average to `target` thousandths per Pod."""
    groups, counted = _counted(pods, usage, resource, now)

    def ratio(used: Mapping[str, int]) -> float:
        return sum(used.values()) // len(used) / target

    average = sum(counted.values()) // len(counted)
    fallback = dict.fromkeys(groups.missing, target)
    return Proposal(_replicas(groups, counted, fallback, current, ratio, tolerances), None, average)


def _replicas(
    groups: _Groups,
    counted: Mapping[str, int],
    fallback: Mapping[str, int],
    current: int,
    ratio_of: _Ratio,
    tolerances: Tolerances,
) -> int:
    ratio = ratio_of(counted)
    with_unready = bool(groups.unready) and ratio > 1.0
    if not with_unready and not groups.missing:
        return current if tolerances.admit(ratio) else ceil(ratio * groups.ready)
    assumed = dict(counted)
    if ratio < 1.0:
        assumed.update(fallback)
    elif ratio > 1.0:
        assumed.update(dict.fromkeys(groups.missing, 0))
    if with_unready:
        assumed.update(dict.fromkeys(groups.unready, 0))
    again = ratio_of(assumed)
    if tolerances.admit(again) or (ratio < 1.0 < again) or (ratio > 1.0 > again):
        return current
    replicas = ceil(again * len(assumed))
    if (again < 1.0 and replicas > current) or (again > 1.0 and replicas < current):
        return current
    return replicas


def _counted(
    pods: Sequence[Any], usage: Mapping[str, Sample], resource: str, now: float
) -> tuple[_Groups, dict[str, int]]:
    """The Pods sorted, and what is used by those that count."""
    if not pods:
        raise MetricsError("no pods returned by selector while calculating replica count")
    groups = _group(pods, usage, resource, now)
    left_out = groups.ignored | groups.unready
    counted = {name: sample.value for name, sample in usage.items() if name not in left_out}
    if not counted:
        raise MetricsError("did not receive metrics for targeted pods (pods might be unready)")
    return groups, counted


def _group(pods: Sequence[Any], usage: Mapping[str, Sample], resource: str, now: float) -> _Groups:
    ready, unready, missing, ignored = 0, set(), set(), set()
    for pod in pods:
        name, phase = pod.metadata.name, pod.status.phase
        if pod.metadata.deletionTimestamp is not None or phase == "Failed":
            ignored.add(name)
        elif phase == "Pending":
            unready.add(name)
        elif name not in usage:
            missing.add(name)
        elif resource == "cpu" and _is_unready(pod, usage[name], now):
            unready.add(name)
        else:
            ready += 1
    return _Groups(ready, frozenset(unready), frozenset(missing), frozenset(ignored))


def _is_unready(pod: Any, sample: Sample, now: float) -> bool:
    """Is the CPU of a Pod not to be taken seriously: starting up costs more than what follows."""
    ready = condition_of(pod, "Ready")
    if ready is None or pod.status.startTime is None:
        return True
    started, since = unix(pod.status.startTime), unix(ready.lastTransitionTime)
    if started + _CPU_INITIALIZATION > now:
        return bool(ready.status == "False") or sample.at < since + sample.window
    return bool(ready.status == "False") and started + _INITIAL_READINESS > since


def _requests(pods: Sequence[Any], resource: str, container: str) -> dict[str, int]:
    """Thousandths of a unit that each Pod, or one container of it, requests."""
    found: dict[str, int] = {}
    for pod in pods:
        name, spec = pod.metadata.name, pod.spec
        whole = spec.resources
        if whole is not None and whole.requests and not container:
            if resource not in whole.requests:
                raise MetricsError(f"missing pod-level request for {resource} in Pod {name}")
            found[name] = quantity.milli_value(whole.requests[resource])
        else:
            found[name] = _of_containers(spec, name, resource, container)
    return found


def _of_containers(spec: Any, pod: str, resource: str, container: str) -> int:
    sidecars = [each for each in spec.initContainers if each.restartPolicy == "Always"]
    total = 0
    for each in (*spec.containers, *sidecars):
        if container in ("", each.name):
            amount = each.resources.requests.get(resource)
            if amount is None:
                raise MetricsError(f"missing request for {resource} in container {each.name} of Pod {pod}")
            total += quantity.milli_value(amount)
        if container == each.name:
            return total
    if container:
        raise MetricsError(f"container {container} not found in Pod {pod}")
    return total
