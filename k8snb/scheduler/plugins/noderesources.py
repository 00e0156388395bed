"""NodeResources: a node must have room for what the Pod requests; emptier and more evenly used nodes are better.

Source: `plugins/noderesources` (fit.go with LeastAllocated, balanced_allocation.go).
"""

from __future__ import annotations

from typing import Any

from k8snb.scheduler.framework import MAX_SCORE, Occurrence, Plugin, Refusal
from k8snb.scheduler.nodeinfo import NodeInfo
from k8snb.scheduler.template import Template


class NodeResourcesFit(Plugin):
    """Refuses nodes without room; scores by how much would be left (LeastAllocated over CPU and memory)."""

    name = "NodeResourcesFit"
    weight = 1

    def filter(self, template: Template, node: NodeInfo, state: Any = None) -> Refusal | None:
        requests = template.requests
        reasons, hopeless = [], False
        if len(node.pods) + 1 > node.max_pods:
            reasons.append("Too many pods")
        if requests.cpu > node.cpu - node.used_cpu and requests.cpu:
            reasons.append("Insufficient cpu")
            hopeless |= requests.cpu > node.cpu
        if requests.memory > node.memory - node.used_memory and requests.memory:
            reasons.append("Insufficient memory")
            hopeless |= requests.memory > node.memory
        for name, amount in requests.others:
            room = node.others.get(name, 0)
            if amount > room - node.used_others[name]:
                reasons.append(f"Insufficient {name}")
                hopeless |= amount > room
        return Refusal(self.name, tuple(reasons), unresolvable=hopeless) if reasons else None

    def score(self, template: Template, node: NodeInfo) -> int:
        requests = template.requests
        free = _free_share(node.cpu, node.score_cpu + requests.score_cpu)
        return (free + _free_share(node.memory, node.score_memory + requests.score_memory)) // 2

    def helps(self, template: Template, occurrence: Occurrence) -> bool:
        if occurrence.kind == "pod gone":
            return True
        return occurrence.kind == "node" and super().helps(template, occurrence)


class NodeResourcesBalancedAllocation(Plugin):
    """Likes nodes whose CPU and memory would be used to the same degree."""

    name = "NodeResourcesBalancedAllocation"
    weight = 1

    def score(self, template: Template, node: NodeInfo) -> int:
        requests = template.requests
        if not requests.cpu and not requests.memory:
            return 0  # upstream skips Pods that request nothing
        return _balance(node, requests.cpu, requests.memory)


def _free_share(room: int, used: int) -> int:
    return (room - used) * MAX_SCORE // room if room and used <= room else 0


def _balance(node: NodeInfo, cpu: int, memory: int) -> int:
    shares = [
        min(1.0, (used + more) / room)
        for used, more, room in ((node.used_cpu, cpu, node.cpu), (node.used_memory, memory, node.memory))
        if room
    ]
    deviation = abs(shares[0] - shares[1]) / 2 if len(shares) == 2 else 0.0
    return int((1 - deviation) * MAX_SCORE)
