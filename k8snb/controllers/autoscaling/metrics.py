"""What Pods use, from the resource metrics API (`pods.metrics.k8s.io`), and how many replicas that calls for.

Source: `pkg/controller/podautoscaler/replica_calculator.go`, `metrics/client.go`.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Any, NamedTuple

from k8snb.api import quantity
from k8snb.api.errors import StatusError
from k8snb.api.model import encode
from k8snb.api.selector import Selector
from k8snb.client.client import Client
from k8snb.controllers.podstate import condition_of, unix

METRICS = "pods.metrics.k8s.io"
TOLERANCE = 0.1
#: seconds after its start during which a Pod's CPU is not taken seriously
_CPU_INITIALIZATION = 300.0
_INITIAL_READINESS = 30.0


class MetricsError(Exception):
    """The number cannot be worked out; the message is upstream's."""


class Proposal(NamedTuple):
    """How many replicas, and what was measured: percent of the request, and the average in thousandths per Pod."""

    replicas: int
    utilization: int | None
    average: int


class _Sorted(NamedTuple):
    ready: int
    unready: set[str]
    missing: set[str]
    ignored: set[str]


def pod_usage(client: Client, namespace: str, selector: Selector, resource: str, container: str) -> dict[str, int]:
    """Thousandths of a unit that each Pod (or one container of it) uses. MetricsError if nobody measures."""
    try:
        items = client.list(METRICS, namespace).items
    except (KeyError, StatusError):
        raise MetricsError(
            "unable to fetch metrics from resource metrics API: the server could not find the requested resource "
            f"(get {METRICS})"
        ) from None
    usage: dict[str, int] = {}
    for item in items:
        data: Mapping[str, Any] = encode(item)
        if not selector.matches(data.get("metadata", {}).get("labels", {})):
            continue
        parts = [c["usage"] for c in data.get("containers", ()) if container in ("", c["name"])]
        if parts and all(resource in part for part in parts):
            usage[data["metadata"]["name"]] = sum(quantity.milli_value(part[resource]) for part in parts)
    if not usage:
        raise MetricsError("no metrics returned from resource metrics API")
    return usage


def by_utilization(
    pods: list[Any], usage: dict[str, int], resource: str, container: str, target: int, current: int, now: float
) -> Proposal:
    """Replicas that bring the use to `target` percent of what the Pods request."""
    groups, counted = _group(pods, usage, resource, now)
    requests = _requests(pods, resource, container)
    total = sum(requests[name] for name in counted)
    if not total:
        raise MetricsError("no metrics returned matched known pods")
    utilization = sum(counted.values()) * 100 // total
    average = sum(counted.values()) // len(counted)
    ratio = utilization / target

    def rebalanced(assumed: dict[str, int]) -> float:
        everything = {**counted, **assumed}
        wanted = sum(requests[name] for name in everything)
        return sum(everything.values()) * 100 // wanted / target if wanted else 0.0

    full = {name: requests[name] for name in groups.missing} if ratio < 1 else dict.fromkeys(groups.missing, 0)
    replicas = _replicas(groups, counted, ratio, current, full, rebalanced)
    return Proposal(replicas, utilization, average)


def by_average(
    pods: list[Any], usage: dict[str, int], resource: str, target: int, current: int, now: float
) -> Proposal:
    """Replicas that bring the average to `target` thousandths per Pod."""
    groups, counted = _group(pods, usage, resource, now)
    average = sum(counted.values()) // len(counted)
    ratio = average / target

    def rebalanced(assumed: dict[str, int]) -> float:
        everything = {**counted, **assumed}
        return sum(everything.values()) / len(everything) / target

    full = dict.fromkeys(groups.missing, target if ratio < 1 else 0)
    return Proposal(_replicas(groups, counted, ratio, current, full, rebalanced), None, average)


def _replicas(
    groups: _Sorted, counted: dict[str, int], ratio: float, current: int, missing: dict[str, int], rebalanced: Any
) -> int:
    """Missing and unready Pods are counted so that they hold a change back, never so that they cause one."""
    unready_matter = bool(groups.unready) and ratio > 1
    if not unready_matter and not missing:
        return current if abs(1 - ratio) <= TOLERANCE else ceil(ratio * groups.ready)
    assumed = {**missing, **(dict.fromkeys(groups.unready, 0) if unready_matter else {})}
    again = rebalanced(assumed)
    if abs(1 - again) <= TOLERANCE or (ratio < 1 < again) or (ratio > 1 > again):
        return current
    replicas: int = ceil(again * len({*counted, *assumed}))
    if (again < 1 and replicas > current) or (again > 1 and replicas < current):
        return current
    return replicas


def _group(pods: list[Any], usage: dict[str, int], resource: str, now: float) -> tuple[_Sorted, dict[str, int]]:
    if not pods:
        raise MetricsError("no pods returned by selector while calculating replica count")
    groups = _Sorted(0, set(), set(), set())
    ready = 0
    for pod in pods:
        name = pod.metadata.name
        if pod.metadata.deletionTimestamp is not None or pod.status.phase == "Failed":
            groups.ignored.add(name)
        elif pod.status.phase == "Pending":
            groups.unready.add(name)
        elif name not in usage:
            groups.missing.add(name)
        elif resource == "cpu" and _is_too_young(pod, now):
            groups.unready.add(name)
        else:
            ready += 1
    counted = {n: used for n, used in usage.items() if n not in groups.ignored and n not in groups.unready}
    counted = {name: used for name, used in counted.items() if name in {pod.metadata.name for pod in pods}}
    if not counted:
        raise MetricsError("did not receive metrics for targeted pods (pods might be unready)")
    return groups._replace(ready=ready), counted


def _is_too_young(pod: Any, now: float) -> bool:
    ready = condition_of(pod, "Ready")
    if ready is None or pod.status.startTime is None:
        return True
    started, since = unix(pod.status.startTime), unix(ready.lastTransitionTime)
    if started + _CPU_INITIALIZATION > now:
        return bool(ready.status == "False")
    return bool(ready.status == "False") and started + _INITIAL_READINESS > since


def _requests(pods: list[Any], resource: str, container: str) -> dict[str, int]:
    """Thousandths of a unit that each Pod requests."""
    requests: dict[str, int] = {}
    for pod in pods:
        total = 0
        for each in pod.spec.containers:
            if container and each.name != container:
                continue
            amount = each.resources.requests.get(resource)
            if amount is None:
                raise MetricsError(
                    f"missing request for {resource} in container {each.name} of Pod {pod.metadata.name}"
                )
            total += quantity.milli_value(amount)
        requests[pod.metadata.name] = total
    return requests
