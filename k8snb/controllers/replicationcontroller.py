"""The ReplicationController controller: what ReplicaSets were called before. See `replicas.py` for the algorithm."""

from __future__ import annotations

from typing import Any, ClassVar

from k8snb.api.core.replicationcontroller import ReplicationControllerCondition, ReplicationControllerStatus
from k8snb.api.selector import Selector, from_labels, nothing
from k8snb.controllers.replicas import ReplicaManager


class ReplicationControllerController(ReplicaManager):
    """Reconciles `replicationcontrollers`."""

    name = "replication-controller"
    resource = "replicationcontrollers"
    kind = "ReplicationController"
    status: ClassVar[type[Any]] = ReplicationControllerStatus
    condition: ClassVar[type[Any]] = ReplicationControllerCondition

    def selector(self, owner: Any) -> Selector:
        return from_labels(owner.spec.selector) if owner.spec.selector else nothing()
