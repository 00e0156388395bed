"""PodTopologySpread: siblings are spread over nodes, zones, or whatever a node label tells apart.

Constraints come from the Pod; without any, Pods of a Service or a replica manager are spread softly over hosts and
zones. Source: `plugins/podtopologyspread`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import log
from typing import Any, NamedTuple

from k8snb.api.core.pod import Pod
from k8snb.api.selector import Selector, from_label_selector
from k8snb.scheduler.cache import Cache
from k8snb.scheduler.census import Question
from k8snb.scheduler.framework import MAX_SCORE, Occurrence, Plugin, Refusal
from k8snb.scheduler.nodeinfo import NodeInfo, Placed
from k8snb.scheduler.plugins.nodeaffinity import selects
from k8snb.scheduler.plugins.tainttoleration import tolerates
from k8snb.scheduler.template import Template, narrowed

HOSTNAME = "kubernetes.io/hostname"
ZONE = "topology.kubernetes.io/zone"


class Constraint(NamedTuple):
    """One constraint with its selector compiled."""

    max_skew: int
    key: str
    selector: Selector
    min_domains: int = 1
    honor_affinity: bool = True
    honor_taints: bool = False


class Spread(NamedTuple):
    """How the matching Pods stand over the values of one topology key."""

    constraint: Constraint
    by_value: dict[str, int]
    least: int
    matches_itself: int


class PodTopologySpread(Plugin):
    """Refuses nodes where a `DoNotSchedule` constraint would be broken; likes nodes with few siblings around."""

    name = "PodTopologySpread"
    weight = 2
    relational = True

    def applies(self, template: Template, cache: Cache) -> bool:
        return bool(_constraints(template.pod, "DoNotSchedule"))

    def state(self, template: Template, cache: Cache, removed: Sequence[tuple[NodeInfo, Placed]] = ()) -> Any:
        constraints = _constraints(template.pod, "DoNotSchedule")
        spreads = []
        for constraint in constraints:
            counts = dict(cache.counts(_question(template, constraint)))
            for node, placed in removed:
                same = placed.template.namespace == template.namespace and not placed.terminating
                if same and constraint.selector.matches(placed.template.labels):
                    counts[node.name] -= 1
            by_value: dict[str, int] = {}
            for node in cache.nodes:
                if all(c.key in node.labels for c in constraints) and _included(constraint, template, node):
                    value = node.labels[constraint.key]
                    by_value[value] = by_value.get(value, 0) + counts.get(node.name, 0)
            least = min(by_value.values(), default=0) if len(by_value) >= constraint.min_domains else 0
            spreads.append(Spread(constraint, by_value, least, int(constraint.selector.matches(template.labels))))
        return tuple(spreads)

    def filter(self, template: Template, node: NodeInfo, state: Any = None) -> Refusal | None:
        for spread in state or ():
            value = node.labels.get(spread.constraint.key)
            if value is None:
                reason = "node(s) didn't match pod topology spread constraints (missing required label)"
                return Refusal(self.name, (reason,), unresolvable=True)
            skew = spread.by_value.get(value, 0) + spread.matches_itself - spread.least
            if skew > spread.constraint.max_skew:
                return Refusal(self.name, ("node(s) didn't match pod topology spread constraints",))
        return None

    def score_all(self, template: Template, nodes: Sequence[NodeInfo], cache: Cache) -> list[int] | None:
        own = bool(template.pod.spec.topologySpreadConstraints)
        constraints = _constraints(template.pod, "ScheduleAnyway") if own else _defaults(template, cache)
        if not constraints:
            return None
        active = [c for c in constraints if cache.label_keys[c.key]]
        if len(active) == 1 and active[0].key == HOSTNAME and cache.label_keys[HOSTNAME] == len(cache.nodes):
            return _by_host(active[0], template, nodes, cache)
        counted = nodes
        if own:  # nodes without all the labels do not take part
            counted = [node for node in nodes if all(c.key in node.labels for c in constraints)]
        raw = [0.0] * len(counted)
        for constraint in constraints:
            _add_scores(raw, constraint, template, counted, cache, own)
        scores = _normalized([int(score + 0.5) for score in raw])
        if counted is nodes:
            return scores
        by_name = {node.name: score for node, score in zip(counted, scores, strict=True)}
        return [by_name.get(node.name, 0) for node in nodes]

    def helps(self, template: Template, occurrence: Occurrence) -> bool:
        constraints = _constraints(template.pod, "DoNotSchedule")
        if occurrence.kind == "node":
            return any(_labels_matter(c, occurrence) for c in constraints)
        for each in (occurrence.template, occurrence.before):
            same = each is not None and each.namespace == template.namespace
            if each is not None and same and any(c.selector.matches(each.labels) for c in constraints):
                return True
        return False


def _labels_matter(constraint: Constraint, occurrence: Occurrence) -> bool:
    old = occurrence.old.labels.get(constraint.key) if occurrence.old is not None else None
    return occurrence.node is not None and (
        occurrence.node.labels.get(constraint.key) != old or (constraint.honor_taints and occurrence.old is not None)
    )


@lru_cache(1024)
def _constraints(pod: Pod, action: str) -> tuple[Constraint, ...]:
    found = []
    for each in pod.spec.topologySpreadConstraints:
        if each.whenUnsatisfiable != action:
            continue
        selector = from_label_selector(narrowed(each.labelSelector, pod.metadata.labels, each.matchLabelKeys))
        found.append(
            Constraint(
                each.maxSkew,
                each.topologyKey,
                selector,
                each.minDomains or 1,
                each.nodeAffinityPolicy != "Ignore",
                each.nodeTaintsPolicy == "Honor",
            )
        )
    return tuple(found)


def _defaults(template: Template, cache: Cache) -> tuple[Constraint, ...]:
    selector = cache.default_selector(template)
    return (Constraint(3, HOSTNAME, selector), Constraint(5, ZONE, selector)) if selector is not None else ()


def _by_host(constraint: Constraint, template: Template, nodes: Sequence[NodeInfo], cache: Cache) -> list[int]:
    """The same as the long way round, for the usual case that only hosts matter: few counts, so few scores."""
    get = cache.counts(_question(template, constraint)).get
    counts = [get(node.name, 0) for node in nodes]
    weight, extra = log(len(nodes) + 2), constraint.max_skew - 1
    distinct = sorted(set(counts))
    raw = [int(count * weight + extra + 0.5) for count in distinct]
    score = dict(zip(distinct, _normalized(raw), strict=True))
    return [score[count] for count in counts]


def _question(template: Template, constraint: Constraint) -> Question:
    return Question(frozenset((template.namespace,)), constraint.selector, terminating=False)


def _included(constraint: Constraint, template: Template, node: NodeInfo) -> bool:
    """Whether a node's Pods count: by default only on nodes that the Pod itself selects."""
    spec = template.pod.spec
    choosy = bool(spec.nodeSelector) or spec.affinity is not None
    if constraint.honor_affinity and choosy and not selects(spec, node.name, node.labels):
        return False
    if not constraint.honor_taints:
        return True
    return all(t.effect == "PreferNoSchedule" or tolerates(template.tolerations, t) for t in node.taints)


def _add_scores(
    raw: list[float], constraint: Constraint, template: Template, nodes: Sequence[NodeInfo], cache: Cache, own: bool
) -> None:
    """Add to each node's score how crowded its domain is, weighted so that few large domains do not drown many small."""
    key, extra = constraint.key, constraint.max_skew - 1
    if key == HOSTNAME:
        counts = cache.counts(_question(template, constraint))
        weight = log(len(nodes) + 2)
        get = counts.get
        raw[:] = [
            score + get(node.name, 0) * weight + extra if key in node.labels else score
            for score, node in zip(raw, nodes, strict=True)
        ]
        return
    if not cache.label_keys[key]:
        return
    values = [node.labels.get(key) for node in nodes]
    weight = log(len(set(values)) + 2)
    domains = _domains(constraint, template, cache, own)
    for index, value in enumerate(values):
        if value is not None:
            raw[index] += domains.get(value, 0) * weight + extra


def _domains(constraint: Constraint, template: Template, cache: Cache, own: bool) -> Mapping[str, int]:
    counts = cache.counts(_question(template, constraint))
    keys = [c.key for c in _constraints(template.pod, "ScheduleAnyway")] if own else []
    domains: dict[str, int] = {}
    for node in cache.nodes:
        count = counts.get(node.name)
        if count and all(key in node.labels for key in keys) and _included(constraint, template, node):
            value = node.labels.get(constraint.key, "")
            domains[value] = domains.get(value, 0) + count
    return domains


def _normalized(scores: list[int]) -> list[int]:
    most, least = max(scores, default=0), min(scores, default=0)
    if not most:
        return [MAX_SCORE] * len(scores)
    return [MAX_SCORE * (most + least - score) // most for score in scores]
