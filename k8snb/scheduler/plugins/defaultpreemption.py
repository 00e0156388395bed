"""DefaultPreemption: a Pod of higher priority may push others off a node. Source: `framework/preemption`,
`plugins/defaultpreemption`.

On each node that refused for a reason that fewer Pods could change, the lower Pods are taken away in thought, then as
many as possible are let back; the node where that hurts least wins: fewest broken disruption budgets, lowest victims,
fewest victims, youngest victims.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from k8snb.api.core.pod import Pod, PodCondition
from k8snb.api.errors import StatusError
from k8snb.api.selector import from_label_selector
from k8snb.client.client import Client
from k8snb.client.events import EventRecorder
from k8snb.scheduler.diagnosis import available, fold
from k8snb.scheduler.evaluation import Evaluator, without
from k8snb.scheduler.framework import Refusal
from k8snb.scheduler.nodeinfo import NodeInfo, Placed
from k8snb.scheduler.template import Template

NAME = "DefaultPreemption"
_NOT_HELPFUL = Refusal(NAME, ("Preemption is not helpful for scheduling",), unresolvable=True)
_NO_VICTIMS = Refusal(NAME, ("No preemption victims found for incoming pod",), unresolvable=True)
_BUDGETS = "poddisruptionbudgets.policy"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A node and the Pods that would have to leave it, most important first."""

    node: NodeInfo
    victims: tuple[Placed, ...]
    violations: int


class DefaultPreemption:
    """Finds the node, and makes room on it."""

    def __init__(self, client: Client, events: EventRecorder, evaluator: Evaluator) -> None:
        self.client, self.events, self.evaluator = client, events, evaluator

    def find(self, pod: Pod, template: Template, refusals: Mapping[str, Refusal]) -> Candidate | str:
        """The best candidate, or why there is none."""
        why_not = self._not_eligible(pod, template, refusals)
        if why_not:
            return why_not
        budgets = self.client.list(_BUDGETS).items
        candidates: list[Candidate] = []
        answers: list[Refusal] = []
        for node in self.evaluator.cache.nodes:
            refusal = refusals.get(node.name)
            if refusal is None or refusal.unresolvable:
                answers.append(_NOT_HELPFUL)
                continue
            found = self._try(template, node, budgets)
            if isinstance(found, Candidate):
                candidates.append(found)
            else:
                answers.append(found)
        if candidates:
            return self._best(candidates)
        return f"{available(len(self.evaluator.cache.nodes))}: {fold(answers)}."

    def _not_eligible(self, pod: Pod, template: Template, refusals: Mapping[str, Refusal]) -> str:
        if pod.spec.preemptionPolicy == "Never":
            return "not eligible due to preemptionPolicy=Never."
        nominated = self.evaluator.cache.by_name.get(pod.status.nominatedNodeName)
        if nominated is None:
            return ""
        refusal = refusals.get(nominated.name)
        if refusal is not None and refusal.unresolvable:
            return ""
        if any(p.terminating and p.template.priority < template.priority for p in nominated.pods.values()):
            return "not eligible due to a terminating pod on the nominated node."
        return ""

    # -- one node -----------------------------------------------------------------------------------------------------

    def _try(self, template: Template, node: NodeInfo, budgets: list[Any]) -> Candidate | Refusal:
        lower = [placed for placed in node.pods.values() if placed.template.priority < template.priority]
        if not lower:
            return _NO_VICTIMS
        lower.sort(key=self._importance)
        refusal = self._ask(template, node, lower)
        if refusal is not None:
            return refusal
        violating, harmless = self._by_budget(lower, budgets)
        victims: list[Placed] = list(lower)
        violations = 0
        for group in (violating, harmless):
            for placed in group:
                spared = [victim for victim in victims if victim is not placed]
                if self._ask(template, node, spared) is None:
                    victims = spared
                elif group is violating:
                    violations += 1
        return Candidate(node, tuple(victims), violations)

    def _ask(self, template: Template, node: NodeInfo, gone: list[Placed]) -> Refusal | None:
        """What the filters say if these Pods were not on the node."""
        emptier = without(node, gone)
        removed = [(node, placed) for placed in gone]
        cache = self.evaluator.cache
        plugins = [p for p in self.evaluator.profile.relational_filters if p.applies(template, cache)]
        states = [(plugin, plugin.state(template, cache, removed)) for plugin in plugins]
        return self.evaluator.ask(template, emptier, states)

    def _importance(self, placed: Placed) -> tuple[Any, ...]:
        """Sort key: the most important Pod first: by priority, then by how long it has run."""
        return -placed.template.priority, self._started(placed), placed.key

    def _started(self, placed: Placed) -> str:
        namespace, _, name = placed.key.partition("/")
        pod = self.client.find("pods", name, namespace)
        return (pod.status.startTime if pod is not None else None) or self.client.clock.timestamp()

    def _by_budget(self, pods: list[Placed], budgets: list[Any]) -> tuple[list[Placed], list[Placed]]:
        """Those whose loss would break a disruption budget, and the others."""
        left = [budget.status.disruptionsAllowed for budget in budgets]
        violating: list[Placed] = []
        harmless: list[Placed] = []
        for placed in pods:
            broken = False
            namespace, _, name = placed.key.partition("/")
            for index, budget in enumerate(budgets):
                selector = from_label_selector(budget.spec.selector)
                mine = budget.metadata.namespace == namespace and not selector.empty
                if not mine or not selector.matches(placed.template.labels) or name in budget.status.disruptedPods:
                    continue
                left[index] -= 1
                broken = broken or left[index] < 0
            (violating if broken else harmless).append(placed)
        return violating, harmless

    def _best(self, candidates: list[Candidate]) -> Candidate:
        def cost(candidate: Candidate) -> tuple[Any, ...]:
            priorities = [victim.template.priority for victim in candidate.victims]
            top = max(priorities, default=-(1 << 31))
            first = min((self._started(v) for v in candidate.victims if v.template.priority == top), default="")
            # Upstream shifts priorities to be positive before it sums them, so that more victims always weigh more.
            weight = sum(priority + (1 << 31) for priority in priorities)
            return candidate.violations, top, weight, len(priorities), _latest_first(first), candidate.node.index

        return min(candidates, key=cost)

    # -- doing it -----------------------------------------------------------------------------------------------------

    def evict(self, pod: Pod, candidate: Candidate) -> None:
        """Delete the victims, and tell them why."""
        for placed in candidate.victims:
            namespace, _, name = placed.key.partition("/")
            victim = self.client.find("pods", name, namespace)
            if victim is None or victim.metadata.deletionTimestamp is not None:
                continue
            try:
                self._mark(victim, pod.spec.schedulerName)
                self.client.delete("pods", name, namespace, uid=victim.metadata.uid)
            except StatusError as error:
                if error.code != 404:
                    raise
                continue
            message = f"Preempted by pod {pod.metadata.uid} on node {candidate.node.name}"
            self.events.event(victim, "Normal", "Preempted", message)

    def _mark(self, victim: Any, scheduler: str) -> None:
        condition = PodCondition(
            type="DisruptionTarget",
            status="True",
            reason="PreemptionByScheduler",
            message=f"{scheduler}: preempting to accommodate a higher priority pod",
            lastTransitionTime=self.client.clock.timestamp(),
            observedGeneration=victim.metadata.generation,
        )
        conditions = tuple(c for c in victim.status.conditions if c.type != "DisruptionTarget")
        status = victim.status.replace(conditions=(*conditions, condition))
        self.client.update_status(victim.replace(status=status), "pods")


def _latest_first(timestamp: str) -> tuple[int, ...]:
    return tuple(-ord(character) for character in timestamp)
