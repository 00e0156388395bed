"""A node's own say about a Pod that did not come through the scheduler: `nodeName` written by hand.

Reads the node and the Pods on it; a refusal makes the Pod Failed. Texts are upstream's (`pkg/kubelet/lifecycle/predicate.go`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from k8snb.api import quantity
from k8snb.api.core.node import Node
from k8snb.api.core.pod import Pod


class Refusal(NamedTuple):
    """Why the node does not take the Pod."""

    reason: str
    message: str


def refuse(pod: Pod, node: Node, on_node: Callable[[], list[Any]]) -> Refusal | None:
    """None if the node takes the Pod. `on_node` tells the Pods that are already on it, should that be of interest."""
    if any(condition.type == "PodScheduled" and condition.status == "True" for condition in pod.status.conditions):
        return None
    labels = node.metadata.labels
    if any(labels.get(key) != value for key, value in pod.spec.nodeSelector.items()):
        words = "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector"
        return Refusal("NodeAffinity", f"Pod was rejected: {words}")
    active = [other for other in on_node() if other is not pod and other.status.phase not in ("Succeeded", "Failed")]
    active = [other for other in active if other.metadata.uid != pod.metadata.uid]
    allocatable = node.status.allocatable
    limit = quantity.value(allocatable.get("pods", "110"))
    if len(active) >= limit:
        return _out_of("pods", 1, len(active), limit)
    for name, unit in (("cpu", quantity.milli_value), ("memory", quantity.value)):
        if name not in allocatable:
            continue
        wanted = unit_sum(pod, name, unit)
        if not wanted:
            continue
        used, capacity = sum(unit_sum(other, name, unit) for other in active), unit(allocatable[name])
        if used + wanted > capacity:
            return _out_of(name, wanted, used, capacity)
    return None


def unit_sum(pod: Pod, name: str, unit: Any) -> int:
    """What a Pod requests of a resource: its containers together, or the largest init container."""

    def request(resources: Mapping[str, str]) -> int:
        return int(unit(resources[name])) if name in resources else 0

    main = sum(request(container.resources.requests) for container in pod.spec.containers)
    init = max((request(container.resources.requests) for container in pod.spec.initContainers), default=0)
    return max(main, init)


def _out_of(name: str, wanted: int, used: int, capacity: int) -> Refusal:
    words = f"Node didn't have enough resource: {name}, requested: {wanted}, used: {used}, capacity: {capacity}"
    return Refusal(f"OutOf{name}", f"Pod was rejected: {words}")
