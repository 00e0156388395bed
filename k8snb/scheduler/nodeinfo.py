"""Node infos: a node with the sums over its Pods that plugins look at, kept up to date instead of counted anew.

Source: `pkg/scheduler/framework/types.go` NodeInfo.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from k8snb.api import quantity
from k8snb.api.core.node import Node
from k8snb.scheduler.template import HostPort, Template


class Placed(NamedTuple):
    """A Pod on a node (or nominated to one)."""

    key: str
    uid: str
    template: Template
    terminating: bool


class NodeInfo:
    """One node as the plugins see it. Amounts are milli-CPUs, bytes, and whole units of anything else."""

    __slots__ = (
        "cpu",
        "images",
        "index",
        "labels",
        "max_pods",
        "memory",
        "name",
        "node",
        "others",
        "pods",
        "ports",
        "score_cpu",
        "score_memory",
        "taints",
        "used_cpu",
        "used_memory",
        "used_others",
    )

    def __init__(self, node: Node) -> None:
        self.name = node.metadata.name
        self.index = -1
        self.pods: dict[str, Placed] = {}
        self.ports: Counter[HostPort] = Counter()
        self.used_cpu = self.used_memory = self.score_cpu = self.score_memory = 0
        self.used_others: Counter[str] = Counter()
        self.set_node(node)

    def set_node(self, node: Node) -> None:
        """Take over the node object as it is now."""
        self.node: Node = node
        self.labels: Mapping[str, str] = node.metadata.labels
        self.taints = node.spec.taints
        room = node.status.allocatable
        self.cpu = quantity.milli_value(room["cpu"]) if "cpu" in room else 0
        self.memory = quantity.value(room["memory"]) if "memory" in room else 0
        self.max_pods = quantity.value(room["pods"]) if "pods" in room else 0
        self.others = {n: quantity.value(q) for n, q in room.items() if n not in ("cpu", "memory", "pods")}
        self.images = {name: image.sizeBytes for image in node.status.images for name in image.names}

    def add(self, placed: Placed) -> None:
        """A Pod comes."""
        self.pods[placed.key] = placed
        self._count(placed.template, 1)

    def remove(self, key: str) -> Placed:
        """A Pod goes."""
        placed = self.pods.pop(key)
        self._count(placed.template, -1)
        return placed

    def _count(self, template: Template, sign: int) -> None:
        requests = template.requests
        self.used_cpu += sign * requests.cpu
        self.used_memory += sign * requests.memory
        self.score_cpu += sign * requests.score_cpu
        self.score_memory += sign * requests.score_memory
        for name, amount in requests.others:
            self.used_others[name] += sign * amount
        for port in template.ports:
            self.ports[port] += sign
            if not self.ports[port]:
                del self.ports[port]

    def copy(self) -> NodeInfo:
        """A node info to try things on."""
        other = NodeInfo.__new__(NodeInfo)
        for name in NodeInfo.__slots__:
            setattr(other, name, getattr(self, name))
        other.pods, other.ports = dict(self.pods), Counter(self.ports)
        other.used_others = Counter(self.used_others)
        return other

    def zone(self) -> str:
        """Region and zone, for the order in which nodes are tried."""
        labels: Mapping[str, Any] = self.labels
        return f"{labels.get('topology.kubernetes.io/region', '')}:{labels.get('topology.kubernetes.io/zone', '')}"
