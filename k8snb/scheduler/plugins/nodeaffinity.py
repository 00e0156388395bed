"""NodeAffinity: nodeSelector and node affinity, by label and by name. Source: `plugins/nodeaffinity`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from k8snb.api.core.pod import NodeSelectorTerm, PodSpec
from k8snb.scheduler.framework import Plugin, Refusal, normalized
from k8snb.scheduler.nodeinfo import NodeInfo
from k8snb.scheduler.template import Template


class NodeAffinity(Plugin):
    """Refuses nodes that the Pod does not select; likes those it prefers."""

    name = "NodeAffinity"
    weight = 2

    def filter(self, template: Template, node: NodeInfo, state: Any = None) -> Refusal | None:
        if selects(template.pod.spec, node.name, node.labels):
            return None
        return Refusal(self.name, ("node(s) didn't match Pod's node affinity/selector",), unresolvable=True)

    def score(self, template: Template, node: NodeInfo) -> int:
        affinity = template.pod.spec.affinity
        rules = affinity.nodeAffinity if affinity is not None else None
        if rules is None:
            return 0
        preferred = rules.preferredDuringSchedulingIgnoredDuringExecution
        return sum(p.weight for p in preferred if term_matches(p.preference, node.name, node.labels))

    def normalize(self, scores: list[int]) -> list[int]:
        return normalized(scores)


def selects(spec: PodSpec, name: str, labels: Mapping[str, str]) -> bool:
    """Whether a Pod may run on a node with this name and these labels, as far as it says so itself."""
    if any(labels.get(key) != value for key, value in spec.nodeSelector.items()):
        return False
    rules = spec.affinity.nodeAffinity if spec.affinity is not None else None
    required = rules.requiredDuringSchedulingIgnoredDuringExecution if rules is not None else None
    if required is None:
        return True
    return any(term_matches(term, name, labels) for term in required.nodeSelectorTerms)


def term_matches(term: NodeSelectorTerm, name: str, labels: Mapping[str, str]) -> bool:
    """Whether all expressions of a term hold; an empty term matches nothing."""
    if not term.matchExpressions and not term.matchFields:
        return False
    fields = {"metadata.name": name}
    return all(_holds(e, labels) for e in term.matchExpressions) and all(_holds(e, fields) for e in term.matchFields)


def _holds(requirement: Any, labels: Mapping[str, str]) -> bool:
    value, wanted = labels.get(requirement.key), requirement.values
    match requirement.operator:
        case "In":
            return value in wanted
        case "NotIn":
            return value not in wanted
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
        case "Gt" | "Lt":
            try:
                theirs, ours = int(value or ""), int(wanted[0])
            except (ValueError, IndexError):
                return False
            return theirs > ours if requirement.operator == "Gt" else theirs < ours
    return False
