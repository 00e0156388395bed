"""The Deployment controller: ReplicaSets for each version of a template, and the way from one version to the next.

Reads Deployments and ReplicaSets (and, for Recreate, Pods); creates, resizes and deletes ReplicaSets; writes the
Deployment's revision and status. Source: `pkg/controller/deployment/deployment_controller.go`. Simplification: no
`deprecated.deployment.rollback.to`, which only the removed extensions/v1beta1 could set.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from k8snb.api.apps.deployment import Deployment
from k8snb.api.selector import from_label_selector
from k8snb.apiserver.store import Change
from k8snb.client.client import Client
from k8snb.client.events import EventRecorder
from k8snb.controllers.deployment.progress import note_pause, sync_status
from k8snb.controllers.deployment.recreate import recreate
from k8snb.controllers.deployment.revisions import clean_up, sort_out
from k8snb.controllers.deployment.rolling import roll
from k8snb.controllers.deployment.rollout import DEPLOYMENTS, REPLICA_SETS, Rollout
from k8snb.controllers.deployment.scaling import is_scaling, scale
from k8snb.controllers.ownership import claim, controller_of
from k8snb.engine import After, Watch, split_key


class DeploymentController:
    """Reconciles `deployments.apps`."""

    name: ClassVar[str] = "deployment-controller"

    def __init__(self, client: Client, events: EventRecorder) -> None:
        self.client, self.events = client, events
        self.watches = (
            Watch(DEPLOYMENTS),
            Watch(REPLICA_SETS, self._owners),
            Watch("pods", self._recreated),
        )

    def _owners(self, change: Change) -> Iterable[str]:
        """The Deployment of a ReplicaSet; all that could adopt it if it has none."""
        rs: Any = change.object
        namespace = rs.metadata.namespace
        keys = {f"{namespace}/{r.name}": None for obj in (rs, change.old) if (r := _deployment_of(obj)) is not None}
        if controller_of(rs) is None and change.type != "DELETED":
            for deployment in self.client.list(DEPLOYMENTS, namespace).items:
                if from_label_selector(deployment.spec.selector).matches(rs.metadata.labels):
                    keys[f"{namespace}/{deployment.metadata.name}"] = None
        return keys

    def _recreated(self, change: Change) -> Iterable[str]:
        """A Deployment that waits for the last of its old Pods to go."""
        if change.type != "DELETED":
            return ()
        reference, namespace = controller_of(change.object), change.object.metadata.namespace
        if reference is None or reference.kind != "ReplicaSet":
            return ()
        owner = _deployment_of(self.client.find(REPLICA_SETS, reference.name, namespace))
        deployment = self.client.find(DEPLOYMENTS, owner.name, namespace) if owner is not None else None
        if deployment is None or deployment.spec.strategy.type != "Recreate":
            return ()
        return (f"{namespace}/{deployment.metadata.name}",)

    # -- reconcile ----------------------------------------------------------------------------------------------------

    def reconcile(self, key: str) -> After | None:
        namespace, name = split_key(key)
        deployment: Deployment | None = self.client.find(DEPLOYMENTS, name, namespace)
        if deployment is None:
            return None
        if from_label_selector(deployment.spec.selector).empty:
            self._refuse_selector(deployment)
            return None
        rollout = Rollout(self.client, self.events, deployment, self._replica_sets(deployment))
        if deployment.metadata.deletionTimestamp is not None:
            sort_out(rollout, create=False)
            sync_status(rollout)
            return None
        note_pause(rollout)
        sort_out(rollout, create=False)
        if rollout.deployment.spec.paused or is_scaling(rollout):
            self._resize(rollout)
            return None
        return roll(rollout) if rollout.is_rolling else recreate(rollout)

    def _refuse_selector(self, deployment: Deployment) -> None:
        message = "This deployment is selecting all pods. A non-empty selector is required."
        self.events.event(deployment, "Warning", "SelectingAll", message)
        if deployment.status.observedGeneration < deployment.metadata.generation:
            status = deployment.status.replace(observedGeneration=deployment.metadata.generation)
            self.client.update_status(deployment.replace(status=status), DEPLOYMENTS)

    def _replica_sets(self, deployment: Deployment) -> list[Any]:
        owned = self.client.indexed(REPLICA_SETS, "controller", deployment.metadata.uid)
        orphans = self.client.indexed(REPLICA_SETS, "orphan", deployment.metadata.namespace)
        selector = from_label_selector(deployment.spec.selector)
        return claim(self.client, REPLICA_SETS, deployment, selector, [*owned, *orphans])

    def _resize(self, rollout: Rollout) -> None:
        """Paused or scaled: sizes and status follow, the template does not."""
        scale(rollout)
        if rollout.deployment.spec.paused:
            clean_up(rollout)
        sync_status(rollout)


def _deployment_of(rs: Any | None) -> Any | None:
    reference = controller_of(rs) if rs is not None else None
    return reference if reference is not None and reference.kind == "Deployment" else None
