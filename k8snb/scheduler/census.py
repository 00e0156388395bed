"""The census: how many Pods that a selector means are on each node, kept up to date Pod by Pod.

Spreading and affinity ask this for the same few selectors again and again. Only what was asked for is counted; a
question that has not been asked for long is forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from k8snb.api.selector import Selector
from k8snb.scheduler.nodeinfo import NodeInfo, Placed
from k8snb.scheduler.template import Template

#: questions that are kept
_MOST = 256


class Question(NamedTuple):
    """Which Pods: of these namespaces (None for all), that match; the ones on their way out count only if it says so."""

    namespaces: frozenset[str] | None
    selector: Selector
    terminating: bool


class Answer:
    """Counts by node name; nodes without such a Pod are absent."""

    __slots__ = ("_known", "counts", "question")

    def __init__(self, question: Question) -> None:
        self.question = question
        self.counts: dict[str, int] = {}
        self._known: dict[Template, bool] = {}

    def matches(self, template: Template) -> bool:
        """Whether Pods of this template are meant."""
        known = self._known.get(template)
        if known is None:
            namespaces, selector, _ = self.question
            known = (namespaces is None or template.namespace in namespaces) and selector.matches(template.labels)
            self._known[template] = known
        return known

    def count(self, node: str, placed: Placed, sign: int) -> None:
        """A Pod came (+1) or went (-1)."""
        if (placed.terminating and not self.question.terminating) or not self.matches(placed.template):
            return
        total = self.counts.get(node, 0) + sign
        if total:
            self.counts[node] = total
        else:
            del self.counts[node]


class Census:
    """All questions that plugins have asked of the Pods on the nodes."""

    def __init__(self) -> None:
        self._answers: dict[Question, Answer] = {}

    def ask(self, question: Question, nodes: Iterable[NodeInfo]) -> Answer:
        """The counts, which stay true from now on."""
        answer = self._answers.pop(question, None)
        if answer is None:
            answer = Answer(question)
            for node in nodes:
                for placed in node.pods.values():
                    answer.count(node.name, placed, 1)
            if len(self._answers) >= _MOST:
                del self._answers[next(iter(self._answers))]
        self._answers[question] = answer
        return answer

    def count(self, node: str, placed: Placed, sign: int) -> None:
        """A Pod came to (+1) or went from (-1) a node."""
        for answer in self._answers.values():
            answer.count(node, placed, sign)

    def clear(self) -> None:
        self._answers.clear()
