"""The scheduler: takes waiting Pods one by one, finds each a node, and binds it.

Reads Pods, Nodes, claims and what plugins ask for; writes bindings, the PodScheduled condition, nominations and events.
All waiting Pods are one key: whatever wakes it, it goes on with the most important Pod. Source:
`pkg/scheduler/schedule_one.go`. Simplifications: one profile, no extenders, no dynamic resources; a scheduling cycle
takes no time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, NamedTuple

from k8snb.api.core.pod import PodCondition
from k8snb.api.errors import StatusError
from k8snb.api.model import FrozenMap
from k8snb.apiserver.store import Change
from k8snb.client.client import Client
from k8snb.client.events import EventRecorder
from k8snb.controllers.podstate import condition_of
from k8snb.engine import After, Watch
from k8snb.scheduler.cache import Another, Cache
from k8snb.scheduler.diagnosis import NO_NODES, Diagnosis
from k8snb.scheduler.evaluation import Evaluator
from k8snb.scheduler.framework import Profile, Refusal
from k8snb.scheduler.nodeinfo import NodeInfo
from k8snb.scheduler.occurrences import occurrences
from k8snb.scheduler.plugins.defaultpreemption import Candidate, DefaultPreemption
from k8snb.scheduler.queue import ACTIVE, ERROR, GATED, RESTING, Entry, Queue, QueueState
from k8snb.scheduler.reservation import is_done, reserve
from k8snb.scheduler.template import Template

_KEY = "queue"
#: the plugins that look at the labels of the very Pod that waits
_ABOUT_OWN_LABELS = frozenset(("InterPodAffinity", "PodTopologySpread"))
_LONGEST_MESSAGE = 1024


class SchedulerState(NamedTuple):
    """What the scheduler knows that the API does not: who waits, where it goes on looking for nodes, what it has seen."""

    queue: QueueState
    start: int
    seen: int


class Answer(NamedTuple):
    """What one node says to one Pod: every refusal, and the score if there is none."""

    node: str
    refusals: tuple[Refusal, ...]
    score: int | None


class Scheduler:
    """The component `default-scheduler`."""

    name: ClassVar[str] = "default-scheduler"

    def __init__(self, client: Client, events: EventRecorder) -> None:
        self.client, self.events = client, events
        self.queue = Queue()
        self.cache = Cache(client, self.name)
        self.evaluator = Evaluator(Profile(), self.cache)
        self.preemption = DefaultPreemption(client, events, self.evaluator)
        self._start = self._seen = 0
        self.watches = (
            Watch("pods", self._pod_changed),
            *(
                Watch(resource, self._changed)
                for resource in (
                    "nodes",
                    "namespaces",
                    "persistentvolumeclaims",
                    "persistentvolumes",
                    "storageclasses.storage.k8s.io",
                )
            ),
        )

    def _pod_changed(self, change: Change) -> Iterable[str]:
        """Pods without a node wake the scheduler; others only if some Pod is waiting."""
        if self.queue.entries or (not change.object.spec.nodeName and change.type != "DELETED"):  # type: ignore[attr-defined]
            return (_KEY,)
        return ()

    def _changed(self, change: Change) -> Iterable[str]:
        return (_KEY,) if self.queue.entries else ()

    # -- reconcile ----------------------------------------------------------------------------------------------------

    def reconcile(self, key: str) -> After | None:
        self._refresh()
        self.queue.ripen(self.client.clock.now)
        while (entry := self.queue.pop()) is not None:
            self._schedule(entry)
            self._refresh()
        due = self.queue.next_due()
        return After(due - self.client.clock.now) if due is not None else None

    def _refresh(self) -> None:
        """Take in what changed: arrivals, departures, and what may help a Pod that waits."""
        changes = self.cache.refresh()
        if changes is None:  # a fork, or a past that was rewritten: nobody told us who has left in the meantime
            for key in [key for key in self.queue.entries if key not in self.cache.pending]:
                self.queue.remove(key)
        for key, another in self.cache.take_pending_changes():
            self._follow(key, another)
        if self.queue.has_resting():
            self._help(self._missed() if changes is None else changes)
        self._seen = self.client.revision

    def _missed(self) -> list[Change]:
        """What happened since the queue was last told; of what nobody remembers, everything that there is now is news."""
        try:
            return self.client.changes(self._seen)[0]
        except StatusError:
            nodes = self.client.list("nodes").items
            return [Change(0, "ADDED", "nodes", node, None) for node in nodes]

    def _follow(self, key: str, another: Another) -> None:
        pod, entry = self.cache.pending.get(key), self.queue.entries.get(key)
        if pod is None:
            self.queue.remove(key)
            return
        gated = bool(pod.spec.schedulingGates)
        if entry is None or entry.uid != pod.metadata.uid:
            self.queue.add(key, pod.metadata.uid, pod.spec.priority or 0, gated)
        elif (entry.state == GATED and not gated) or (entry.state == RESTING and _helps_itself(another, entry)):
            self.queue.set(entry._replace(state=ACTIVE))

    def _help(self, changes: list[Change]) -> None:
        happened = occurrences(changes, self.cache)
        if not happened:
            return
        plugins, now = self.evaluator.profile.by_name, self.client.clock.now
        for entry in self.queue.resting():
            template = self.cache.template(entry.key)
            if any(plugins[name].helps(template, o) for o in happened for name in sorted(entry.refused_by)):
                self.queue.wake(entry, now)

    # -- one Pod ------------------------------------------------------------------------------------------------------

    def _schedule(self, entry: Entry) -> None:
        pod = self.cache.pending[entry.key]
        template = self.cache.template(entry.key)
        if entry.node and entry.node in self.cache.by_name and is_done(self.cache, template):
            self._bind(entry, pod, entry.node)
            return
        if not self.cache.nodes:
            self._fail(entry, pod, Diagnosis(0), NO_NODES)
            return
        for plugin in self.evaluator.profile.pre_filters:
            refusal = plugin.pre_filter(template, self.cache)
            if refusal is not None:
                diagnosis = Diagnosis(len(self.cache.nodes), whole=refusal)
                self._fail(entry, pod, diagnosis, diagnosis.message())
                return
        if entry.hinted and entry.hopeless and entry.hopeless == self.evaluator.hopeless(template):
            # The hint was wrong, or somebody else was faster. Upstream says the same thing once more.
            self.queue.set(entry._replace(state=RESTING))
            return
        feasible, refusals = self._feasible(entry, pod, template)
        if not feasible:
            self._no_node(entry, pod, template, refusals)
            return
        node = self._choose(template, feasible)
        if template.claims and reserve(self.cache, template, node):
            self.queue.set(entry._replace(state=RESTING, node=node.name, refused_by=frozenset(("VolumeBinding",))))
            return
        self._bind(entry, pod, node.name)

    def _feasible(self, entry: Entry, pod: Any, template: Template) -> tuple[list[NodeInfo], Mapping[str, Refusal]]:
        nominated = self.cache.by_name.get(pod.status.nominatedNodeName)
        if nominated is not None:
            states = self.evaluator.relational_states(template)
            if self.evaluator.ask(template, nominated, states) is None:
                return [nominated], {}
        verdicts, asked = self.evaluator.filter(template, entry.key, self._start)
        self._start = (self._start + asked) % len(self.cache.nodes)
        return verdicts.feasible, verdicts.refusals

    def _choose(self, template: Template, feasible: list[NodeInfo]) -> NodeInfo:
        """The node with the highest score; one of them by lot if there are several."""
        if len(feasible) == 1:
            return feasible[0]
        scores = self.evaluator.score(template, feasible)
        top = max(scores)
        best = [node for node, score in zip(feasible, scores, strict=True) if score == top]
        return best[self.client.server.rng.below(len(best), "scheduler")] if len(best) > 1 else best[0]

    def _bind(self, entry: Entry, pod: Any, node: str) -> None:
        meta = pod.metadata
        try:
            self.client.bind(meta.namespace, meta.name, node, meta.uid)
        except StatusError as error:
            self._fail(entry, pod, None, f"binding rejected: {error.message}")
            return
        self.queue.remove(entry.key)
        message = f"Successfully assigned {meta.namespace}/{meta.name} to {node}"
        self.events.event(pod, "Normal", "Scheduled", message)

    # -- failure ------------------------------------------------------------------------------------------------------

    def _no_node(self, entry: Entry, pod: Any, template: Template, refusals: Mapping[str, Refusal]) -> None:
        found = self.preemption.find(pod, template, refusals)
        count = len(self.cache.nodes)
        if isinstance(found, Candidate):
            diagnosis = Diagnosis(count, FrozenMap(refusals))
            self.preemption.evict(pod, found)
            self._fail(entry, pod, diagnosis, diagnosis.message(), found.node.name)
            return
        diagnosis = Diagnosis(count, FrozenMap(refusals), preemption=found)
        # A Pod that waits for its victims keeps the node it was promised.
        keep = pod.status.nominatedNodeName if found.startswith("not eligible due to a terminating") else ""
        self._fail(entry, pod, diagnosis, diagnosis.message(), keep)

    def _fail(
        self, entry: Entry, pod: Any, diagnosis: Diagnosis | None, message: str, nominated: str | None = None
    ) -> None:
        """Tell that there is no node, and let the Pod rest. Without a diagnosis it was the scheduler's own failure."""
        if len(message) > _LONGEST_MESSAGE:
            text = f"{message[: _LONGEST_MESSAGE - 4]} ..."
        else:
            text = message
        self.events.event(pod, "Warning", "FailedScheduling", text)
        self._write_condition(pod, "Unschedulable" if diagnosis is not None else "SchedulerError", message, nominated)
        self.queue.set(
            entry._replace(
                state=RESTING if diagnosis is not None else ERROR,
                attempts=entry.attempts + 1,
                tried=self.client.clock.now,
                refused_by=_waits_for(diagnosis),
                hinted=False,
                diagnosis=diagnosis,
                hopeless=diagnosis.folded if diagnosis is not None else "",
                node="",
            )
        )

    def _write_condition(self, pod: Any, reason: str, message: str, nominated: str | None) -> None:
        known = condition_of(pod, "PodScheduled")
        since = known.lastTransitionTime if known is not None and known.status == "False" else None
        condition = PodCondition(
            type="PodScheduled",
            status="False",
            reason=reason,
            message=message,
            lastTransitionTime=since or self.client.clock.timestamp(),
            observedGeneration=pod.metadata.generation,
        )
        others = tuple(c for c in pod.status.conditions if c.type != "PodScheduled")
        status = pod.status.replace(conditions=(*others, condition))
        if nominated is not None:
            status = status.replace(nominatedNodeName=nominated or None)
        if status != pod.status:
            self.client.update_status(pod.replace(status=status), "pods")

    # -- asking why ---------------------------------------------------------------------------------------------------

    def why(self, namespace: str, name: str) -> tuple[Answer, ...]:
        """What each node says to a Pod right now (as if it were on no node yet): refusals, or a score. KeyError if unknown."""
        pod = self.client.find("pods", name, namespace)
        if pod is None:
            raise KeyError(f"{namespace}/{name}")
        self._refresh()
        template = self.cache.template_of(pod)
        answers = {node.name: self.evaluator.all_refusals(template, node) for node in self.cache.nodes}
        feasible = [node for node in self.cache.nodes if not answers[node.name]]
        scores = self.evaluator.score(template, feasible) if feasible else []
        points = {node.name: score for node, score in zip(feasible, scores, strict=True)}
        return tuple(Answer(node, tuple(said), points.get(node)) for node, said in answers.items())

    # -- state --------------------------------------------------------------------------------------------------------

    def dump(self) -> SchedulerState:
        return SchedulerState(self.queue.dump(), self._start, self._seen)

    def load(self, state: SchedulerState) -> None:
        self.queue.load(state.queue)
        self._start, self._seen = state.start, state.seen


def _helps_itself(another: Another, entry: Entry) -> bool:
    """Whether a Pod's own change may have made it schedulable (`PodSchedulingPropertiesChange` and the plugins' hints)."""
    if another == Another.LABELS:
        return bool(entry.refused_by & _ABOUT_OWN_LABELS)
    return another == Another.SPEC


def _waits_for(diagnosis: Diagnosis | None) -> frozenset[str]:
    """Whose change of mind would help. Without any node there is nobody to refuse: every new node helps."""
    if diagnosis is None:
        return frozenset()
    return diagnosis.plugins if diagnosis.nodes else frozenset(("NodeResourcesFit",))
