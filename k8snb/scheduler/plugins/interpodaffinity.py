"""InterPodAffinity: Pods that want to be near others, or away from them, and others that want the same of them.

Source: `plugins/interpodaffinity`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from k8snb.api.selector import Selector
from k8snb.scheduler.cache import Cache
from k8snb.scheduler.census import Question
from k8snb.scheduler.framework import MAX_SCORE, Occurrence, Plugin, Refusal
from k8snb.scheduler.nodeinfo import NodeInfo, Placed
from k8snb.scheduler.template import AffinityTerm, Template

#: (topology key, value) -> how many Pods
Pairs = dict[tuple[str, str], int]


class Surroundings(NamedTuple):
    """Pods that matter, by topology pair: wanted near, wanted away, and those that want this one away."""

    near: Pairs
    away: Pairs
    unwelcome: Pairs
    first_of_its_kind: bool


class InterPodAffinity(Plugin):
    """Refuses nodes whose surroundings break a required term, of this Pod or of one that is there; scores preferred ones."""

    name = "InterPodAffinity"
    weight = 2
    relational = True

    def applies(self, template: Template, cache: Cache) -> bool:
        if template.affinity or template.anti_affinity:
            return True
        return any(other.anti_affinity for other in cache.with_terms)

    def state(self, template: Template, cache: Cache, removed: Sequence[tuple[NodeInfo, Placed]] = ()) -> Any:
        near: Pairs = {}
        if template.affinity:
            counts = _counts(cache, template.affinity, removed)
            for term in template.affinity:
                _add_pairs(near, cache, counts, term.topology_key, 1)
        away: Pairs = {}
        for term in template.anti_affinity:
            _add_pairs(away, cache, _counts(cache, (term,), removed), term.topology_key, 1)
        unwelcome: Pairs = {}
        for other, nodes in cache.with_terms.items():
            terms = [term for term in other.anti_affinity if _means(term, template, cache)]
            if terms:
                left = _without(nodes, [(n, p) for n, p in removed if p.template is other])
                for term in terms:
                    _add_pairs(unwelcome, cache, left, term.topology_key, 1)
        first = not near and all(_means(term, template, cache) for term in template.affinity)
        return Surroundings(near, away, unwelcome, first)

    def filter(self, template: Template, node: NodeInfo, state: Any = None) -> Refusal | None:
        if state is None:
            return None
        labels = node.labels
        if not _satisfied(template.affinity, labels, state):
            return Refusal(self.name, ("node(s) didn't match pod affinity rules",), unresolvable=True)
        if any(state.away.get((t.topology_key, labels.get(t.topology_key, ""))) for t in template.anti_affinity):
            return Refusal(self.name, ("node(s) didn't match pod anti-affinity rules",))
        if any(labels.get(key) == value for key, value in state.unwelcome):
            return Refusal(self.name, ("node(s) didn't satisfy existing pods anti-affinity rules",))
        return None

    def score_all(self, template: Template, nodes: Sequence[NodeInfo], cache: Cache) -> list[int] | None:
        pairs: Pairs = {}
        for term in template.preferred:
            _add_pairs(pairs, cache, _counts(cache, (term,), ()), term.topology_key, term.weight)
        for other, there in cache.with_terms.items():
            for term in (*other.affinity, *other.preferred):
                # Required terms of Pods that are there count like preferred ones of weight 1.
                if _means(term, template, cache):
                    _add_pairs(pairs, cache, there, term.topology_key, term.weight or 1)
        if not pairs:
            return None
        by_key: dict[str, dict[str, int]] = {}
        for (key, value), score in pairs.items():
            by_key.setdefault(key, {})[value] = score
        scores = [sum(values.get(node.labels.get(key, ""), 0) for key, values in by_key.items()) for node in nodes]
        most, least = max(0, *scores), min(0, *scores)
        spread = most - least
        return [int(MAX_SCORE * ((score - least) / spread)) if spread else 0 for score in scores]

    def helps(self, template: Template, occurrence: Occurrence) -> bool:
        if occurrence.kind == "namespace":
            return any(term.namespace_selector is not None for term in (*template.affinity, *template.anti_affinity))
        if occurrence.kind == "node":
            old = occurrence.old.labels if occurrence.old is not None else None
            return occurrence.node is not None and occurrence.node.labels != old
        other = occurrence.template
        if other is None:
            return False
        if occurrence.kind == "pod placed":
            return bool(template.affinity)
        return bool(template.anti_affinity or other.anti_affinity or template.affinity)


def _satisfied(terms: Iterable[AffinityTerm], labels: Mapping[str, str], state: Surroundings) -> bool:
    """All wanted neighbours are there; the first of a group that wants to be together may start anywhere."""
    met = True
    for term in terms:
        value = labels.get(term.topology_key)
        if value is None:
            return False
        met = met and state.near.get((term.topology_key, value), 0) > 0
    return met or state.first_of_its_kind


def _means(term: AffinityTerm, template: Template, cache: Cache) -> bool:
    """Whether a Pod of this template is one that the term speaks of."""
    if not term.selector.matches(template.labels):
        return False
    return template.namespace in term.namespaces or template.namespace in _selected_namespaces(term, cache)


def _selected_namespaces(term: AffinityTerm, cache: Cache) -> frozenset[str]:
    if term.namespace_selector is None:
        return frozenset()
    namespaces = cache.client.list("namespaces").items
    matching = [ns.metadata.name for ns in namespaces if term.namespace_selector.matches(ns.metadata.labels)]
    return frozenset(matching)


def _counts(
    cache: Cache, terms: Sequence[AffinityTerm], removed: Sequence[tuple[NodeInfo, Placed]]
) -> Mapping[str, int]:
    """Pods by node that all these terms speak of."""
    among = [term.namespaces | _selected_namespaces(term, cache) for term in terms]
    namespaces = frozenset.intersection(*among)
    selector = terms[0].selector
    if len(terms) > 1:
        merged = dict.fromkeys(requirement for term in terms for requirement in term.selector.requirements)
        selector = Selector(merged, all(term.selector.selectable for term in terms))
    counts = cache.counts(Question(namespaces, selector, terminating=True))
    gone = [
        (node, placed)
        for node, placed in removed
        if placed.template.namespace in namespaces and selector.matches(placed.template.labels)
    ]
    return _without(counts, gone)


def _without(counts: Mapping[str, int], removed: Sequence[tuple[NodeInfo, Placed]]) -> Mapping[str, int]:
    if not removed:
        return counts
    left = dict(counts)
    for node, _ in removed:
        left[node.name] -= 1
    return left


def _add_pairs(pairs: Pairs, cache: Cache, counts: Mapping[str, int], key: str, weight: int) -> None:
    for name, count in counts.items():
        value = cache.by_name[name].labels.get(key)
        if value is not None and count:
            pairs[key, value] = pairs.get((key, value), 0) + count * weight
