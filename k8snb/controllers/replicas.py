"""Replica managers: keep the number of Pods that match a selector at `spec.replicas`.

One algorithm for ReplicaSets and ReplicationControllers, as upstream. Reads the owner and its Pods; adopts, releases,
creates and deletes Pods; writes the owner's status last. Source: `pkg/controller/replicaset/replica_set.go`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from k8snb.api.errors import StatusError
from k8snb.api.selector import Selector, from_labels
from k8snb.apiserver.store import Change
from k8snb.client.client import Client
from k8snb.client.events import EventRecorder
from k8snb.controllers.fields import nonzero
from k8snb.controllers.ownership import claim, controller_of
from k8snb.controllers.podcontrol import PodControl, new_pod
from k8snb.controllers.podstate import available_at, condition_of
from k8snb.controllers.ranking import pods_to_delete
from k8snb.controllers.tally import Group, Tally
from k8snb.engine import After, Watch, split_key

#: Pods created or deleted in one reconcile at the most (upstream BurstReplicas)
BURST = 500


class ReplicaManager:
    """The common part of the two controllers; they say which kind they manage and how its selector reads."""

    name: ClassVar[str]
    resource: ClassVar[str]
    kind: ClassVar[str]
    status: ClassVar[type[Any]]
    condition: ClassVar[type[Any]]
    #: whether the status has `terminatingReplicas`
    counts_terminating: ClassVar[bool] = False

    def __init__(self, client: Client, events: EventRecorder) -> None:
        self.client, self.events = client, events
        self.watches = (Watch(self.resource), Watch("pods", self._owners))
        self.tally = Tally(client, self.kind)
        self.pods = PodControl(client, events)

    def selector(self, owner: Any) -> Selector:
        """The owner's compiled selector."""
        raise NotImplementedError

    def related(self, owner: Any) -> list[Group]:
        """Groups of Pods beside which the owner's Pods count as crowding a node."""
        return [self.tally.of(owner.metadata.uid)]

    def _owners(self, change: Change) -> Iterable[str]:
        """The manager of a Pod, before and after the change; all that could adopt it if there is none."""
        pod, namespace = change.object, change.object.metadata.namespace
        keys = []
        reference = controller_of(pod)
        if reference is not None:
            if reference.kind == self.kind:
                keys.append(f"{namespace}/{reference.name}")
        elif change.type != "DELETED":
            keys += self._adopters(pod)
        old = change.old
        if old is not None and old.metadata.ownerReferences is not pod.metadata.ownerReferences:
            before = controller_of(old)
            if before is not None and before.kind == self.kind and before != reference:
                keys.append(f"{namespace}/{before.name}")
        return keys

    def _adopters(self, pod: Any) -> list[str]:
        namespace, labels = pod.metadata.namespace, pod.metadata.labels
        if not labels:
            return []
        owners = self.client.list(self.resource, namespace).items
        return [f"{namespace}/{o.metadata.name}" for o in owners if self.selector(o).matches(labels)]

    # -- reconcile ----------------------------------------------------------------------------------------------------

    def reconcile(self, key: str) -> After | None:
        namespace, name = split_key(key)
        owner = self.client.find(self.resource, name, namespace)
        if owner is None:
            return None
        self.tally.refresh()
        if self._claim(owner, self.selector(owner)):
            self.tally.refresh()
        group = self.tally.of(owner.metadata.uid)
        # As upstream, the status tells of the Pods that were there before this round made or deleted any.
        status, again = self._counts(owner, group)
        failure = self._manage(owner, group) if owner.metadata.deletionTimestamp is None else None
        short = (owner.spec.replicas or 0) > (status["replicas"] or 0)
        self._write_status(owner, status, failure, "FailedCreate" if short else "FailedDelete")
        if failure is not None:
            raise failure
        return again

    def _claim(self, owner: Any, selector: Selector) -> bool:
        """Adopt and release; whether there was anything to do."""
        if owner.metadata.deletionTimestamp is not None:
            return False
        owned, orphans = self.tally.of(owner.metadata.uid), self.tally.orphans(owner.metadata.namespace)
        misfits = any(not selector.matches(dict(labels)) for labels in owned.labels)
        if not misfits and not any(selector.matches(dict(labels)) for labels in orphans.labels):
            return False
        found = owned.active_pods() + orphans.active_pods()
        claim(self.client, "pods", owner, selector, sorted(found, key=lambda pod: pod.metadata.name))
        return True

    # -- Pods ---------------------------------------------------------------------------------------------------------

    def _manage(self, owner: Any, group: Group) -> StatusError | None:
        """Create what is missing or delete what is too much; the first refusal."""
        difference = (owner.spec.replicas or 0) - group.active
        if difference > 0:
            pod = new_pod(owner, owner.spec.template)
            return self.pods.create_all(owner, [pod] * min(difference, BURST))
        if difference < 0:
            now = self.client.clock.unix
            victims = pods_to_delete(group, self.related(owner), min(-difference, BURST), now)
            return self.pods.delete_all(owner, victims)
        return None

    # -- status -------------------------------------------------------------------------------------------------------

    def _counts(self, owner: Any, group: Group) -> tuple[dict[str, Any], After | None]:
        wanted = owner.spec.template.metadata.labels if owner.spec.template else {}
        template = from_labels(wanted)
        labelled = sum(n for labels, n in group.labels.items() if template.matches(dict(labels)))
        available, again = self._available(owner, group)
        counts: dict[str, Any] = {
            "replicas": group.active,
            **nonzero(fullyLabeledReplicas=labelled, readyReplicas=group.ready, availableReplicas=available),
        }
        if self.counts_terminating:
            counts["terminatingReplicas"] = group.terminating
        return counts, again

    def _available(self, owner: Any, group: Group) -> tuple[int, After | None]:
        """How many Pods are available, and when the next one will be."""
        seconds = owner.spec.minReadySeconds
        if not seconds:
            return group.ready, None
        now = self.client.clock.unix
        since = [available_at(m.pod, seconds) for m in group.members.values() if m.ready]
        later = [at - now for at in since if at is not None and at > now]
        return group.ready - len(later), After(min(later)) if later else None

    def _write_status(self, owner: Any, counts: dict[str, Any], failure: StatusError | None, reason: str) -> None:
        conditions = owner.status.conditions
        known = condition_of(owner, "ReplicaFailure")
        if failure is not None and known is None:
            fields = {
                "type": "ReplicaFailure",
                "status": "True",
                "lastTransitionTime": self.client.clock.timestamp(),
                "reason": reason,
                "message": failure.message,
            }
            conditions = (*conditions, self.condition.of(fields))
        elif failure is None and known is not None:
            conditions = tuple(c for c in conditions if c is not known)
        status = self.status.of(
            {**counts, **nonzero(conditions=conditions, observedGeneration=owner.metadata.generation)}
        )
        if status != owner.status:
            self.client.update_status(owner.replace(status=status), self.resource)
