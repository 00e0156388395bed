"""The ReplicaSet controller: Pods of one template, as many as asked for. See `replicas.py` for the algorithm."""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.api.apps.replicaset import ReplicaSetCondition, ReplicaSetStatus
from k8snb.api.selector import Selector, from_label_selector
from k8snb.controllers.ownership import controller_of
from k8snb.controllers.replicas import ReplicaManager
from k8snb.controllers.tally import Group


class ReplicaSetController(ReplicaManager):
    """Reconciles `replicasets.apps`."""

    name = "replicaset-controller"
    resource = "replicasets.apps"
    kind = "ReplicaSet"
    status: ClassVar[type[Any]] = ReplicaSetStatus
    condition: ClassVar[type[Any]] = ReplicaSetCondition
    counts_terminating = True

    def selector(self, owner: Any) -> Selector:
        return from_label_selector(owner.spec.selector)

    def related(self, owner: Any) -> list[Group]:
        """The Pods of all ReplicaSets of the same Deployment crowd a node together."""
        reference = controller_of(owner)
        if reference is None:
            return super().related(owner)
        siblings = self.client.indexed(self.resource, "controller", reference.uid)
        return [self.tally.of(sibling.metadata.uid) for sibling in siblings]
