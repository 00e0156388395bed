"""One look at a Deployment: the object, its ReplicaSets, and the sums that every step of a rollout needs.

Source: `pkg/controller/deployment/util/deployment_util.go`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from k8snb.api.apps.deployment import Deployment
from k8snb.api.apps.replicaset import ReplicaSet
from k8snb.api.intorstring import scaled_value
from k8snb.client.client import Client
from k8snb.client.events import EventRecorder

HASH_LABEL = "pod-template-hash"
DEPLOYMENTS = "deployments.apps"
REPLICA_SETS = "replicasets.apps"


@dataclass(slots=True)
class Rollout:
    """What one reconcile works on. `deployment` is always the latest version that was read or written."""

    client: Client
    events: EventRecorder
    deployment: Deployment
    #: all ReplicaSets of the Deployment, oldest first
    replica_sets: list[ReplicaSet]
    #: the one with the present template, if there is one, and all others
    new: ReplicaSet | None = None
    old: list[ReplicaSet] = None  # type: ignore[assignment]

    @property
    def all(self) -> list[ReplicaSet]:
        return [*self.old, self.new] if self.new is not None else list(self.old)

    @property
    def replicas(self) -> int:
        """How many Pods the Deployment asks for."""
        return self.deployment.spec.replicas or 0

    @property
    def is_rolling(self) -> bool:
        return self.deployment.spec.strategy.type == "RollingUpdate"

    def fence_posts(self) -> tuple[int, int]:
        """maxSurge and maxUnavailable as numbers: one rounds up, the other down, never are both 0."""
        rolling = self.deployment.spec.strategy.rollingUpdate
        if rolling is None:
            return 0, 0
        surge = scaled_value(rolling.maxSurge or 0, self.replicas, True)
        unavailable = scaled_value(rolling.maxUnavailable or 0, self.replicas, False)
        return (surge, unavailable) if surge or unavailable else (0, 1)

    @property
    def max_surge(self) -> int:
        return self.fence_posts()[0] if self.is_rolling else 0

    @property
    def max_unavailable(self) -> int:
        if not self.is_rolling or not self.replicas:
            return 0
        return min(self.fence_posts()[1], self.replicas)


def wanted(sets: Iterable[ReplicaSet]) -> int:
    """Sum of `spec.replicas`."""
    return sum(rs.spec.replicas or 0 for rs in sets)


def actual(sets: Iterable[ReplicaSet]) -> int:
    """Sum of `status.replicas`."""
    return sum(rs.status.replicas for rs in sets)


def available(sets: Iterable[ReplicaSet]) -> int:
    """Sum of `status.availableReplicas`."""
    return sum(rs.status.availableReplicas for rs in sets)


def active(sets: Iterable[ReplicaSet]) -> list[ReplicaSet]:
    """Those that ask for at least one Pod."""
    return [rs for rs in sets if rs.spec.replicas]


def by_age(rs: ReplicaSet) -> tuple[str, str]:
    """Sort key: oldest first."""
    return rs.metadata.creationTimestamp or "", rs.metadata.name


def same_template(left: Any, right: Any) -> bool:
    """Whether two Pod templates are equal but for the hash label."""
    if left.spec is not right.spec and left.spec != right.spec:
        return False
    one, two = left.metadata.fields(), right.metadata.fields()
    labels = [{k: v for k, v in fields.pop("labels", {}).items() if k != HASH_LABEL} for fields in (one, two)]
    return labels[0] == labels[1] and one == two
