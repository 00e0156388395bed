"""The StatefulSet controller: numbered Pods with names and claims of their own, made and replaced in order.

Reads StatefulSets, their Pods and revisions; creates and deletes Pods, creates claims, keeps revisions, writes status.
Source: `pkg/controller/statefulset`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from k8snb.api.core.pod import PodTemplateSpec
from k8snb.api.decode import read
from k8snb.api.errors import StatusError
from k8snb.api.model import encode
from k8snb.api.selector import Selector, from_label_selector
from k8snb.apiserver.store import Change
from k8snb.client.client import Client
from k8snb.client.events import EventRecorder
from k8snb.controllers.history import REVISIONS, new_revision, patch_of, renumber, revisions_of, store, truncate
from k8snb.controllers.ownership import controller_of
from k8snb.controllers.podcontrol import owned_pods
from k8snb.controllers.podstate import available_at
from k8snb.controllers.statefulset.identity import ordinal, revision_of
from k8snb.controllers.statefulset.rollout import Rollout
from k8snb.controllers.statefulset.statefulpods import StatefulPods
from k8snb.engine import After, Watch, split_key

STATEFUL_SETS = "statefulsets.apps"
HASH_LABEL = "controller.kubernetes.io/hash"


class StatefulSetController:
    """Reconciles `statefulsets.apps`."""

    name: ClassVar[str] = "statefulset-controller"

    def __init__(self, client: Client, events: EventRecorder) -> None:
        self.client, self.events = client, events
        self.watches = (Watch(STATEFUL_SETS), Watch("pods", self._owners), Watch(REVISIONS, self._owners))

    def _owners(self, change: Change) -> Iterable[str]:
        """The StatefulSet of a Pod or revision; all that could adopt it if it has no owner."""
        obj, namespace = change.object, change.object.metadata.namespace
        reference = controller_of(obj)
        if reference is not None:
            return (f"{namespace}/{reference.name}",) if reference.kind == "StatefulSet" else ()
        if change.type == "DELETED" or not obj.metadata.labels:
            return ()
        return [
            f"{namespace}/{owner.metadata.name}"
            for owner in self.client.list(STATEFUL_SETS, namespace).items
            if from_label_selector(owner.spec.selector).matches(obj.metadata.labels)
        ]

    def reconcile(self, key: str) -> After | None:
        namespace, name = split_key(key)
        owner = self.client.find(STATEFUL_SETS, name, namespace)
        if owner is None:
            return None
        selector = from_label_selector(owner.spec.selector)
        revisions = revisions_of(self.client, owner, selector)
        update, collisions = self._update_revision(owner, revisions)
        known = [r for r in revisions if r.metadata.name == owner.status.currentRevision]
        rollout = self._rollout(owner, selector, known[0] if known else update, update)
        failure = None
        if owner.metadata.deletionTimestamp is None:
            try:
                rollout.advance()
            except StatusError as error:
                failure = error
        status = rollout.status(collisions)
        if status != owner.status:
            self.client.update_status(owner.replace(status=status))
        used = {status.currentRevision, status.updateRevision, *(revision_of(pod) for pod in rollout.pods)}
        truncate(self.client, revisions, used, owner.spec.revisionHistoryLimit)
        if failure is not None:
            raise failure
        return self._again(rollout)

    def _rollout(self, owner: Any, selector: Selector, current: Any, update: Any) -> Rollout:
        pods = [pod for pod in owned_pods(self.client, owner, selector) if ordinal(owner, pod) >= 0]
        return Rollout(
            owner,
            pods,
            StatefulPods(self.client, self.events, owner),
            (current.metadata.name, _template(owner, current)),
            (update.metadata.name, _template(owner, update)),
            self.client.clock.unix,
        )

    def _update_revision(self, owner: Any, revisions: list[Any]) -> tuple[Any, int]:
        """The revision of the present template, made or renumbered to be the latest, and the collisions met."""
        collisions = owner.status.collisionCount or 0
        data = patch_of(owner.spec.template)
        number = revisions[-1].revision + 1 if revisions else 1
        same = [revision for revision in revisions if revision.data == data]
        if same and same[-1] is revisions[-1]:
            return same[-1], collisions
        if same:
            return renumber(self.client, same[-1], number), collisions
        while True:
            counted = owner.replace(status=owner.status.replace(collisionCount=collisions))
            made = store(self.client, new_revision(counted, number, HASH_LABEL))
            if made is not None:
                return made, collisions
            collisions += 1

    def _again(self, rollout: Rollout) -> After | None:
        seconds = rollout.owner.spec.minReadySeconds
        if not seconds:
            return None
        since = [available_at(pod, seconds) for pod in rollout.pods]
        later = [at - rollout.now for at in since if at is not None and at > rollout.now]
        return After(min(later)) if later else None


def _template(owner: Any, revision: Any) -> PodTemplateSpec:
    """The Pod template that a revision holds."""
    if revision.data == patch_of(owner.spec.template):
        return owner.spec.template  # type: ignore[no-any-return]
    data = {k: v for k, v in encode(revision.data)["spec"]["template"].items() if k != "$patch"}
    return read(PodTemplateSpec, data)
