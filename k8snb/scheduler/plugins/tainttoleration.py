"""TaintToleration: taints keep Pods away that do not tolerate them. Source: `plugins/tainttoleration`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from k8snb.api.core.node import Taint
from k8snb.api.core.pod import Toleration
from k8snb.scheduler.framework import Plugin, Refusal, normalized
from k8snb.scheduler.nodeinfo import NodeInfo
from k8snb.scheduler.template import Template


class TaintToleration(Plugin):
    """Refuses NoSchedule and NoExecute taints; likes nodes with few PreferNoSchedule ones that are not tolerated."""

    name = "TaintToleration"
    weight = 3

    def filter(self, template: Template, node: NodeInfo, state: Any = None) -> Refusal | None:
        for taint in node.taints:
            if taint.effect != "PreferNoSchedule" and not tolerates(template.tolerations, taint):
                return Refusal(self.name, ("node(s) had untolerated taint(s)",), unresolvable=True)
        return None

    def score(self, template: Template, node: NodeInfo) -> int:
        if not node.taints:
            return 0
        soft = [t for t in template.tolerations if t.effect in ("", "PreferNoSchedule")]
        return sum(t.effect == "PreferNoSchedule" and not tolerates(soft, t) for t in node.taints)

    def normalize(self, scores: list[int]) -> list[int]:
        return normalized(scores, reverse=True)


def tolerates(tolerations: Iterable[Toleration], taint: Taint) -> bool:
    """Whether one of the tolerations covers the taint."""
    return any(_covers(toleration, taint) for toleration in tolerations)


def _covers(toleration: Toleration, taint: Taint) -> bool:
    if toleration.effect and toleration.effect != taint.effect:
        return False
    if toleration.key and toleration.key != taint.key:
        return False
    match toleration.operator:
        case "Exists":
            return True
        case "" | "Equal":
            return toleration.value == taint.value
        case "Lt" | "Gt":
            return _compares(toleration, taint)
    return False


def _compares(toleration: Toleration, taint: Taint) -> bool:
    """`Lt` and `Gt` compare whole numbers: the taint's value with the toleration's."""
    try:
        theirs, ours = int(taint.value), int(toleration.value)
    except ValueError:
        return False
    return theirs < ours if toleration.operator == "Lt" else theirs > ours
