"""What Pods use, from the resource metrics API (`pods.metrics.k8s.io`).

Source: `pkg/controller/podautoscaler/metrics/client.go`. Texts are upstream's.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from k8snb.api import quantity
from k8snb.api.duration import parse_duration, parse_time
from k8snb.api.errors import StatusError
from k8snb.api.selector import Selector
from k8snb.client.client import Client

METRICS = "pods.metrics.k8s.io"
_ABSENT = f"the server could not find the requested resource (get {METRICS})"


class MetricsError(Exception):
    """The number cannot be worked out; the message is upstream's."""


class Sample(NamedTuple):
    """What a Pod uses, in thousandths of a unit, and over what time: its end in Unix seconds, its length in seconds."""

    value: int
    at: float
    window: float


def pod_usage(
    client: Client, namespace: str, selector: Selector, resource: str, container: str = ""
) -> dict[str, Sample]:
    """What each Pod (or one container of it) uses of a resource. MetricsError if nobody measures."""
    try:
        items = client.list(METRICS, namespace, str(selector)).items
    except KeyError:
        raise MetricsError(f"unable to fetch metrics from resource metrics API: {_ABSENT}") from None
    except StatusError as error:
        raise MetricsError(f"unable to fetch metrics from resource metrics API: {error.message}") from None
    if not items:
        raise MetricsError("no metrics returned from resource metrics API")
    found: dict[str, Sample] = {}
    for item in items:
        value = _of_container(item, resource, container) if container else _of_pod(item, resource)
        if value is not None:
            seconds = parse_duration(item.window or "0s") / 1e9
            found[item.metadata.name] = Sample(value, parse_time(item.timestamp), seconds)
    return found


def _of_pod(item: Any, resource: str) -> int | None:
    """The sum over the containers; None if one of them was not measured."""
    total = 0
    for container in item.containers:
        if resource not in container.usage:
            return None
        total += quantity.milli_value(container.usage[resource])
    return total


def _of_container(item: Any, resource: str, name: str) -> int:
    for container in item.containers:
        if container.name == name and resource in container.usage:
            return quantity.milli_value(container.usage[resource])
    meta = item.metadata
    where = f"container {name} not present in metrics for pod {meta.namespace}/{meta.name}"
    raise MetricsError(f"failed to get container metrics: {where}")
