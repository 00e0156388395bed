"""Diagnoses: why a Pod found no node, as data and as the one sentence that FailedScheduling events carry.

Source: `pkg/scheduler/framework/types.go` FitError.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from k8snb.api.model import FrozenMap
from k8snb.scheduler.framework import Refusal

NO_NODES = "no nodes available to schedule pods"

#: What the postfilter of DynamicResources says. In v1.36 it runs before preemption; when an earlier plugin has refused the
#: Pod as a whole, it looks in vain for its own notes, and its complaint ends the sentence.
_NO_CLAIMS = "no new claims to deallocate"
_NO_NOTES = "not found"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One failed attempt: how many nodes there were and why each refused, or why the Pod was refused as a whole."""

    nodes: int
    refusals: Mapping[str, Refusal] = field(default_factory=FrozenMap)
    whole: Refusal | None = None
    #: what preemption said; empty if it found victims
    preemption: str = ""

    @property
    def folded(self) -> str:
        """All refusals in one phrase."""
        return fold(self.refusals.values())

    @property
    def plugins(self) -> frozenset[str]:
        """The plugins that refused."""
        if self.whole is not None:
            return frozenset((self.whole.plugin,))
        return frozenset(refusal.plugin for refusal in self.refusals.values())

    def message(self) -> str:
        """`0/3 nodes are available: 1 node(s) were unschedulable, 2 Insufficient cpu. …`"""
        if not self.nodes:
            return NO_NODES
        if self.whole is not None:
            return f"{available(self.nodes)}: {', '.join(self.whole.reasons)}. {_NO_NOTES}"
        text = f"{available(self.nodes)}: {self.folded}."
        if not self.preemption:
            return text
        return f"{text} {_NO_CLAIMS}, preemption: {self.preemption}"


def available(nodes: int) -> str:
    """The beginning of every such sentence."""
    return f"0/{nodes} nodes are available"


def fold(refusals: Iterable[Refusal]) -> str:
    """`1 Insufficient cpu, 2 node(s) had untolerated taint(s)`: each reason with the number of nodes that gave it."""
    counts = Counter(reason for refusal in refusals for reason in refusal.reasons)
    return ", ".join(sorted(f"{count} {reason}" for reason, count in counts.items()))
