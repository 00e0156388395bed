"""Evaluations: what all nodes answer to one template, kept from one Pod to the next.

Most plugins look at one node only; their verdicts and scores stay true until that node changes. So a thousand Pods of
one Deployment cost a thousand looks at the one node that changed, not a thousand looks at every node. Relational
plugins (spreading, affinity, volumes) are asked afresh for every Pod, but only if they have something to say. Compare
KEP-5598.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Any, NamedTuple

from k8snb.scheduler.cache import Cache
from k8snb.scheduler.diagnosis import fold
from k8snb.scheduler.framework import Plugin, Profile, Refusal
from k8snb.scheduler.nodeinfo import NodeInfo, Placed
from k8snb.scheduler.template import Template


class Verdicts(NamedTuple):
    """Feasible nodes in the order they were found, and every refusal of the nodes that were asked."""

    feasible: list[NodeInfo]
    refusals: dict[str, Refusal]


class Evaluation:
    """The answers of the plugins that look at one node at a time, for one template, by node index."""

    __slots__ = ("_feasible", "_folded", "compared", "epoch", "plain", "profile", "seen", "template", "verdicts")

    def __init__(self, profile: Profile, template: Template) -> None:
        self.profile, self.template = profile, template
        self.epoch, self.seen = -1, 0
        self.verdicts: list[Refusal | None] = []
        #: weighted sums of the scores that stand for themselves, and raw scores of those that are compared
        self.plain: list[int] = []
        self.compared: list[list[int]] = []
        self._feasible: list[int] | None = None
        self._folded: str | None = None

    @property
    def folded(self) -> str:
        """All refusals in one phrase."""
        if self._folded is None:
            self._folded = fold(verdict for verdict in self.verdicts if verdict is not None)
        return self._folded

    @property
    def feasible(self) -> list[int]:
        """Indexes of the nodes that nobody refused, in order."""
        if self._feasible is None:
            self._feasible = [index for index, verdict in enumerate(self.verdicts) if verdict is None]
        return self._feasible

    def refresh(self, cache: Cache) -> None:
        """Ask the nodes that have changed since the last time."""
        if self.epoch != cache.epoch:
            count = len(cache.nodes)
            self.epoch, self.seen = cache.epoch, len(cache.touched)
            self.verdicts, self.plain = [None] * count, [0] * count
            self.compared = [[0] * count for _ in self.profile.compared_scores]
            self._feasible = None
            for node in cache.nodes:
                self._ask(node)
            return
        if self.seen < len(cache.touched):
            for index in dict.fromkeys(cache.touched[self.seen :]):
                self._ask(cache.nodes[index])
            self.seen = len(cache.touched)

    def _ask(self, node: NodeInfo) -> None:
        template, profile, index = self.template, self.profile, node.index
        self._folded = None
        before = self.verdicts[index]
        verdict = self.verdicts[index] = first_refusal(profile.filters, template, node)
        if (verdict is None) is not (before is None):
            self._feasible = None
        if verdict is None:
            self.plain[index] = sum([p.weight * p.score(template, node) for p in profile.plain_scores])
            for plugin, scores in zip(profile.compared_scores, self.compared, strict=True):
                scores[index] = plugin.score(template, node)


def first_refusal(filters: tuple[Plugin, ...], template: Template, node: NodeInfo) -> Refusal | None:
    """The first no among plugins, None if there is none."""
    for plugin in filters:
        refusal = plugin.filter(template, node)
        if refusal is not None:
            return refusal
    return None


class Evaluator:
    """Finds and ranks the nodes for a template."""

    #: evaluations that are kept
    MOST = 128

    def __init__(self, profile: Profile, cache: Cache) -> None:
        self.profile, self.cache = profile, cache
        self._evaluations: dict[Template, Evaluation] = {}

    def evaluation(self, template: Template) -> Evaluation:
        """The up-to-date evaluation of a template."""
        found = self._evaluations.pop(template, None)
        if found is None:
            found = Evaluation(self.profile, template)
            if len(self._evaluations) >= self.MOST:
                del self._evaluations[next(iter(self._evaluations))]
        self._evaluations[template] = found
        found.refresh(self.cache)
        return found

    def relational_states(self, template: Template) -> list[tuple[Plugin, Any]]:
        """The relational filters that have something to check, each with its view of the cluster."""
        cache = self.cache
        return [(p, p.state(template, cache)) for p in self.profile.relational_filters if p.applies(template, cache)]

    def hopeless(self, template: Template) -> str:
        """The phrase with every node's refusal, if all refuse by what they are and have; empty if some do not."""
        evaluation = self.evaluation(template)
        return evaluation.folded if not evaluation.feasible else ""

    # -- filtering ----------------------------------------------------------------------------------------------------

    def filter(self, template: Template, key: str, start: int) -> tuple[Verdicts, int]:
        """Ask nodes, from index `start` on and around, until enough are feasible; and how many were asked."""
        evaluation, cache = self.evaluation(template), self.cache
        nodes, verdicts = cache.nodes, evaluation.verdicts
        states = self.relational_states(template)
        wanted = enough(len(nodes))
        if not states and not cache.nominated:
            return self._known(evaluation, wanted, start)
        feasible, refusals, asked = [], {}, 0
        for offset in range(len(nodes)):
            index = (start + offset) % len(nodes)
            node, asked = nodes[index], asked + 1
            verdict = verdicts[index]
            if node.name in cache.nominated:
                verdict = self._with_nominated(template, key, node, states)
            elif verdict is None and states:
                verdict = _ask_relational(states, template, node)
            if verdict is not None:
                refusals[node.name] = verdict
                continue
            feasible.append(node)
            if len(feasible) >= wanted:
                break
        return Verdicts(feasible, refusals), asked

    def _known(self, evaluation: Evaluation, wanted: int, start: int) -> tuple[Verdicts, int]:
        """The same as `filter`, when all that can be asked has been answered already."""
        nodes, indexes = self.cache.nodes, evaluation.feasible
        if not indexes:
            refusals = {n.name: v for n, v in zip(nodes, evaluation.verdicts, strict=True) if v is not None}
            return Verdicts([], refusals), len(nodes)
        if start:
            first = bisect_left(indexes, start)
            indexes = indexes[first:] + indexes[:first]
        asked = len(nodes)
        if wanted <= len(indexes):
            indexes = indexes[:wanted]
            asked = (indexes[-1] - start) % len(nodes) + 1
        return Verdicts([nodes[index] for index in indexes], {}), asked

    def _with_nominated(
        self, template: Template, key: str, node: NodeInfo, states: list[tuple[Plugin, Any]]
    ) -> Refusal | None:
        """A node must do with the Pods that are nominated to it (of the same or higher priority) and without them."""
        others = [
            placed
            for other, placed in sorted(self.cache.nominated[node.name].items())
            if other != key and placed.template.priority >= template.priority
        ]
        if others:
            crowded = node.copy()
            for placed in others:
                crowded.add(placed)
            refusal = self.ask(template, crowded, states)
            if refusal is not None:
                return refusal
        return self.ask(template, node, states)

    def ask(self, template: Template, node: NodeInfo, states: list[tuple[Plugin, Any]]) -> Refusal | None:
        """All filters on one node, nothing kept."""
        return first_refusal(self.profile.filters, template, node) or _ask_relational(states, template, node)

    def all_refusals(self, template: Template, node: NodeInfo) -> list[Refusal]:
        """What every single filter says of a node, for people who ask why."""
        refusals = [plugin.filter(template, node) for plugin in self.profile.filters]
        refusals += [plugin.filter(template, node, state) for plugin, state in self.relational_states(template)]
        return [refusal for refusal in refusals if refusal is not None]

    # -- scoring ------------------------------------------------------------------------------------------------------

    def score(self, template: Template, feasible: list[NodeInfo]) -> list[int]:
        """The weighted sum of all scores for each feasible node."""
        evaluation = self.evaluation(template)
        indexes = [node.index for node in feasible]
        plain = evaluation.plain
        totals = [plain[index] for index in indexes]
        for plugin, raw in zip(self.profile.compared_scores, evaluation.compared, strict=True):
            if not any(raw):
                continue  # the same for all
            scores = [raw[index] for index in indexes]
            if any(scores):
                _add(totals, plugin.normalize(scores), plugin.weight)
        for plugin in self.profile.relational_scores:
            relational = plugin.score_all(template, feasible, self.cache)
            if relational is not None:
                _add(totals, relational, plugin.weight)
        return totals


def _add(totals: list[int], scores: list[int], weight: int) -> None:
    totals[:] = [total + weight * score for total, score in zip(totals, scores, strict=True)]


def _ask_relational(states: list[tuple[Plugin, Any]], template: Template, node: NodeInfo) -> Refusal | None:
    for plugin, state in states:
        refusal = plugin.filter(template, node, state)
        if refusal is not None:
            return refusal
    return None


def enough(nodes: int) -> int:
    """How many feasible nodes are enough to choose from: all of up to 100, a shrinking share of more.

    Source: `schedule_one.go` numFeasibleNodesToFind.
    """
    if nodes < 100:
        return nodes
    share = max(50 - nodes // 125, 5)
    return max(nodes * share // 100, 100)


def without(node: NodeInfo, pods: list[Placed]) -> NodeInfo:
    """A copy of a node on which these Pods are not."""
    emptier = node.copy()
    for placed in pods:
        emptier.remove(placed.key)
    return emptier
