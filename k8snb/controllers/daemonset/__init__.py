"""The DaemonSet controller: one Pod on each node that the template suits.

Reads DaemonSets, Nodes and Pods; creates Pods that are pinned to their node (the scheduler binds them), deletes those
that should not be there, replaces old ones step by step, keeps revisions, writes status. Source:
`pkg/controller/daemon`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from k8snb.api.apps.daemonset import DaemonSetStatus
from k8snb.api.core.pod import Pod
from k8snb.api.errors import StatusError
from k8snb.api.selector import from_label_selector
from k8snb.apiserver.store import Change
from k8snb.client.client import Client
from k8snb.client.events import EventRecorder
from k8snb.controllers.backoff import Backoff
from k8snb.controllers.daemonset.placement import (
    HASH_LABEL,
    Should,
    daemon_template,
    is_updated,
    pinned,
    should,
    target_node,
)
from k8snb.controllers.daemonset.update import allows_surge, next_step
from k8snb.controllers.fields import nonzero
from k8snb.controllers.history import REVISIONS, new_revision, patch_of, renumber, revisions_of, store, truncate
from k8snb.controllers.ownership import controller_of
from k8snb.controllers.podcontrol import PodControl, new_pod, owned_pods
from k8snb.controllers.podstate import available_at, is_available, is_ready
from k8snb.engine import After, Watch, split_key

DAEMON_SETS = "daemonsets.apps"
#: Pods created or deleted in one reconcile at the most
BURST = 250


@dataclass(slots=True)
class _View:
    """What one reconcile works on."""

    owner: Any
    hash: str
    should: dict[str, Should]
    by_node: dict[str, list[Pod]]
    again: float | None = None

    @property
    def desired(self) -> int:
        return sum(each.run for each in self.should.values())


class DaemonSetController:
    """Reconciles `daemonsets.apps`."""

    name: ClassVar[str] = "daemonset-controller"

    def __init__(self, client: Client, events: EventRecorder) -> None:
        self.client, self.events = client, events
        self.pods = PodControl(client, events)
        self.failures = Backoff(1.0, 900.0)
        self.watches = (
            Watch(DAEMON_SETS),
            Watch("pods", self._owners),
            Watch("nodes", self._nodes),
            Watch(REVISIONS, self._owners),
        )

    def _owners(self, change: Change) -> Iterable[str]:
        """The DaemonSet of a Pod or revision; all that could adopt it if it has no owner."""
        obj, namespace = change.object, change.object.metadata.namespace
        reference = controller_of(obj)
        if reference is not None:
            return (f"{namespace}/{reference.name}",) if reference.kind == "DaemonSet" else ()
        if change.type == "DELETED" or not obj.metadata.labels:
            return ()
        return [
            f"{namespace}/{owner.metadata.name}"
            for owner in self.client.list(DAEMON_SETS, namespace).items
            if from_label_selector(owner.spec.selector).matches(obj.metadata.labels)
        ]

    def _nodes(self, change: Change) -> Iterable[str]:
        """All of them when a node comes, goes, or has other labels or taints."""
        old: Any = change.old
        new: Any = change.object
        same = old is not None and old.metadata.labels == new.metadata.labels and old.spec.taints == new.spec.taints
        if change.type == "MODIFIED" and same:
            return ()
        owners = self.client.list(DAEMON_SETS).items
        return [f"{owner.metadata.namespace}/{owner.metadata.name}" for owner in owners]

    # -- reconcile ----------------------------------------------------------------------------------------------------

    def reconcile(self, key: str) -> After | None:
        namespace, name = split_key(key)
        owner = self.client.find(DAEMON_SETS, name, namespace)
        if owner is None:
            self.failures.forget(f"{key}/")
            return None
        selector = from_label_selector(owner.spec.selector)
        if selector.empty:
            message = "This daemon set is selecting all pods. A non-empty selector is required."
            self.events.event(owner, "Warning", "SelectingAll", message)
            return None
        revisions = revisions_of(self.client, owner, selector)
        current = self._current(owner, revisions)
        if current is None or owner.metadata.deletionTimestamp is not None:
            return None
        view = self._view(owner, current.metadata.labels[HASH_LABEL])
        create, delete = self._manage(view, key)
        if not create and not delete and owner.spec.updateStrategy.type == "RollingUpdate":
            create, delete = next_step(owner, view.by_node, view.desired, view.hash, self.client.clock.unix)
        failure = self._sync(view, create, delete)
        live = {pod.metadata.labels.get(HASH_LABEL) for pods in view.by_node.values() for pod in pods}
        used = {r.metadata.name for r in revisions if r.metadata.labels.get(HASH_LABEL) in live}
        truncate(self.client, revisions, {*used, current.metadata.name}, owner.spec.revisionHistoryLimit)
        self._write_status(view)
        if failure is not None:
            raise failure
        return After(view.again) if view.again is not None else None

    def _current(self, owner: Any, revisions: list[Any]) -> Any | None:
        """The revision of the present template, made or renumbered to be the latest; None after a collision."""
        data = patch_of(owner.spec.template)
        same = [revision for revision in revisions if revision.data == data]
        others = [revision for revision in revisions if revision.data != data]
        number = max((revision.revision for revision in others), default=0) + 1
        if same:
            return renumber(self.client, same[-1], max(number, same[-1].revision))
        made = store(self.client, new_revision(owner, number, HASH_LABEL))
        if made is None:
            count = (owner.status.collisionCount or 0) + 1
            self.client.update_status(owner.replace(status=owner.status.replace(collisionCount=count)))
        return made

    def _view(self, owner: Any, revision_hash: str) -> _View:
        template = daemon_template(owner, revision_hash)
        nodes = {node.metadata.name: should(template, node) for node in self.client.list("nodes").items}
        by_node: dict[str, list[Pod]] = {}
        for pod in owned_pods(self.client, owner, from_label_selector(owner.spec.selector)):
            by_node.setdefault(target_node(pod), []).append(pod)
        return _View(owner, revision_hash, nodes, by_node)

    # -- Pods ---------------------------------------------------------------------------------------------------------

    def _manage(self, view: _View, key: str) -> tuple[list[str], list[Pod]]:
        """A Pod where one is missing, none where none should be: nodes that need one, Pods to delete."""
        create: list[str] = []
        delete: list[Pod] = []
        for node, what in view.should.items():
            pods = view.by_node.get(node)
            if pods is None:
                if what.run:
                    create.append(node)
            elif what.stay:
                surplus = self._surplus(view, node, pods, key)
                delete += surplus
                if allows_surge(view.owner) and what.run and not [p for p in pods if _alive(p) and p not in surplus]:
                    create.append(node)
            else:
                delete += [pod for pod in pods if pod.metadata.deletionTimestamp is None]
        for node, pods in view.by_node.items():
            if node not in view.should:
                delete += [pod for pod in pods if not pod.spec.nodeName and pod.metadata.deletionTimestamp is None]
        return create, delete

    def _surplus(self, view: _View, node: str, pods: list[Pod], key: str) -> list[Pod]:
        """Pods of a node that ended, or that are too many there."""
        delete, running = [], []
        now, name = self.client.clock.now, f"{key}/{node}"
        for pod in pods:
            meta = pod.metadata
            if meta.deletionTimestamp is not None:
                continue
            text = f"daemon pod {meta.namespace}/{meta.name} on node {node}, will try to"
            if pod.status.phase == "Failed":
                wait = self.failures.remaining(name, now)
                if wait > 0:
                    view.again = min(wait, view.again or wait)
                    continue
                self.failures.next(name, now)
                self.events.event(view.owner, "Warning", "FailedDaemonPod", f"Found failed {text} kill it")
                delete.append(pod)
            elif pod.status.phase == "Succeeded":
                self.events.event(view.owner, "Normal", "SucceededDaemonPod", f"Found succeeded {text} delete it")
                delete.append(pod)
            else:
                running.append(pod)
        running.sort(key=lambda pod: (not pod.spec.nodeName, pod.metadata.creationTimestamp or "", pod.metadata.name))
        if not allows_surge(view.owner):
            return delete + running[1:]
        return delete + self._surge_surplus(view, running)

    def _surge_surplus(self, view: _View, running: list[Pod]) -> list[Pod]:
        """Of several Pods on a node, one old and ready and one new and not yet ready may stay together."""
        new = [pod for pod in running if pod.metadata.labels.get(HASH_LABEL) == view.hash]
        old = [pod for pod in running if pod not in new]
        delete = new[1:] + old[1:]
        if new and old:
            seconds, now = view.owner.spec.minReadySeconds, self.client.clock.unix
            if not is_ready(old[0]) or is_available(new[0], seconds, now):
                delete.append(old[0])
        return delete

    def _sync(self, view: _View, create: list[str], delete: list[Pod]) -> StatusError | None:
        template = daemon_template(view.owner, view.hash)
        pods = [new_pod(view.owner, pinned(template, node)) for node in create[:BURST]]
        failure = self.pods.create_all(view.owner, pods)
        return self.pods.delete_all(view.owner, delete[:BURST]) or failure

    # -- status -------------------------------------------------------------------------------------------------------

    def _write_status(self, view: _View) -> None:
        owner, now = view.owner, self.client.clock.unix
        current = ready = available = updated = misplaced = 0
        seconds = owner.spec.minReadySeconds
        for node, what in view.should.items():
            pods = sorted(
                view.by_node.get(node, ()), key=lambda p: (p.metadata.creationTimestamp or "", p.metadata.name)
            )
            if not pods:
                continue
            if not what.run:
                misplaced += 1
                continue
            current += 1
            ready += is_ready(pods[0])
            available += is_available(pods[0], seconds, now)
            updated += is_updated(owner, pods[0], view.hash)
        if ready != available:
            every = [pod for pods in view.by_node.values() for pod in pods]
            soon = [seconds for seconds in (view.again, next_available(every, seconds, now)) if seconds is not None]
            view.again = min(soon, default=None)
        counts: dict[str, Any] = {
            "currentNumberScheduled": current,
            "desiredNumberScheduled": view.desired,
            "numberMisscheduled": misplaced,
            "numberReady": ready,
            **nonzero(
                numberAvailable=available,
                numberUnavailable=view.desired - available,
                observedGeneration=owner.metadata.generation,
                updatedNumberScheduled=updated,
                conditions=owner.status.conditions,
            ),
        }
        if owner.status.collisionCount is not None:
            counts["collisionCount"] = owner.status.collisionCount
        status = DaemonSetStatus.of(counts)
        if status != owner.status:
            self.client.update_status(owner.replace(status=status))

    def dump(self) -> dict[str, tuple[float, float]]:
        return self.failures.dump()

    def load(self, state: dict[str, tuple[float, float]]) -> None:
        self.failures.load(state)


def _alive(pod: Pod) -> bool:
    return pod.metadata.deletionTimestamp is None


def next_available(pods: Iterable[Pod], seconds: int, now: float) -> float | None:
    """Seconds until the next of the ready Pods counts as available."""
    later = [at - now for pod in pods if (at := available_at(pod, seconds)) is not None and at > now]
    return min(later, default=None)
