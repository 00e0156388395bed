"""One look at a StatefulSet: its Pods by number, what is to be done next, and its status.

In order (unless `podManagementPolicy: Parallel`): a Pod is only made when all before it are running, ready and
available; one is only taken away when all above it are gone; updates go from the highest number down to the partition.
Source: `pkg/controller/statefulset/stateful_set_control.go`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from k8snb.api.apps.statefulset import StatefulSetStatus
from k8snb.api.core.pod import Pod, PodTemplateSpec
from k8snb.api.intorstring import scaled_value
from k8snb.controllers.fields import nonzero
from k8snb.controllers.podstate import is_available, is_ready
from k8snb.controllers.statefulset.identity import ordinal, revision_of, start, stateful_pod
from k8snb.controllers.statefulset.statefulpods import StatefulPods


@dataclass(slots=True)
class Rollout:
    """What one reconcile works on. Revisions are given by name and template."""

    owner: Any
    pods: list[Any]
    control: StatefulPods
    current: tuple[str, PodTemplateSpec]
    update: tuple[str, PodTemplateSpec]
    now: float
    living: dict[int, Any] = field(default_factory=dict)
    condemned: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        first, last = start(self.owner), start(self.owner) + self.replicas
        for pod in self.pods:
            number = ordinal(self.owner, pod)
            if first <= number < last:
                self.living[number] = pod
            elif number >= 0:
                self.condemned.append(pod)
        self.condemned.sort(key=lambda pod: -ordinal(self.owner, pod))

    @property
    def replicas(self) -> int:
        return int(self.owner.spec.replicas if self.owner.spec.replicas is not None else 1)

    @property
    def ordered(self) -> bool:
        return bool(self.owner.spec.podManagementPolicy != "Parallel")

    @property
    def partition(self) -> int | None:
        """The number from which on Pods are updated; None for the default of all."""
        rolling = self.owner.spec.updateStrategy.rollingUpdate
        return rolling.partition if rolling is not None else None

    # -- what to do ---------------------------------------------------------------------------------------------------

    def advance(self) -> None:
        """Do what can be done now."""
        if self._replicas_need_work() or self._condemned_need_work():
            return
        if self.owner.spec.updateStrategy.type == "RollingUpdate":
            self._roll()

    def _replicas_need_work(self) -> bool:
        """Make what is missing, in order; whether nothing else should be done now."""
        first = start(self.owner)
        created = False
        for number in range(first, first + self.replicas):
            pod = self.living.get(number)
            if pod is None:
                self.control.create(self._pod(number))
                created = True
                if self.ordered:
                    return True
                continue
            if pod.status.phase in ("Failed", "Succeeded"):
                if pod.metadata.deletionTimestamp is None:
                    self.control.delete(pod)
                return True
            if pod.status.phase == "Pending":
                self.control.make_claims(pod)
            if self.ordered and not self._is_available(pod):
                return True
            self.control.repair(pod)
            self.control.keep_or_give_up_claims(pod, condemned=False)
        return created

    def _condemned_need_work(self) -> bool:
        """Take away what is too much, from the top; whether nothing else should be done now."""
        unhealthy = [p for p in (*self.living.values(), *reversed(self.condemned)) if not _is_healthy(p)]
        for pod in self.condemned:
            if pod.metadata.deletionTimestamp is not None:
                if self.ordered:
                    return True
                continue
            if self.ordered and not self._is_available(pod) and pod is not unhealthy[0]:
                return True
            self.control.keep_or_give_up_claims(pod, condemned=True)
            self.control.delete(pod)
            if self.ordered:
                return True
        return False

    def _roll(self) -> None:
        """Delete the old Pods from the top, as many at a time as may be missing."""
        rolling = self.owner.spec.updateStrategy.rollingUpdate
        most = (
            max(scaled_value(rolling.maxUnavailable, self.replicas, False), 1)
            if rolling and rolling.maxUnavailable
            else 1
        )
        away = 0
        lowest = max(self.partition or 0, start(self.owner))
        for number in range(start(self.owner) + self.replicas - 1, lowest - 1, -1):
            pod = self.living.get(number)
            if pod is None:
                continue
            if revision_of(pod) != self.update[0] and pod.metadata.deletionTimestamp is None:
                self.control.delete(pod)
                away += 1
            elif not self._is_available(pod):
                away += 1
            if away >= most:
                return

    def _pod(self, number: int) -> Pod:
        """The Pod for a number, of the revision that its number has now."""
        first = start(self.owner)
        bound = self.partition
        updating = self.owner.spec.updateStrategy.type == "RollingUpdate"
        if bound is None:
            kept = number < first + self.owner.status.currentReplicas
        else:
            kept = number < first + bound
        name, template = self.current if updating and kept else self.update
        return stateful_pod(self.owner, template, number, name)

    def _is_available(self, pod: Any) -> bool:
        return _is_healthy(pod) and is_available(pod, self.owner.spec.minReadySeconds, self.now)

    # -- status -------------------------------------------------------------------------------------------------------

    def status(self, collisions: int) -> StatefulSetStatus:
        """The counts; when an update is complete, its revision is the current one."""
        created = [pod for pod in self.pods if pod.status.phase]
        ready = [pod for pod in self.pods if pod.status.phase == "Running" and is_ready(pod)]
        alive = [pod for pod in created if pod.metadata.deletionTimestamp is None]
        available = [pod for pod in ready if is_available(pod, self.owner.spec.minReadySeconds, self.now)]
        current, update = self.current[0], self.update[0]
        old = sum(revision_of(pod) == current for pod in alive)
        updated = sum(revision_of(pod) == update for pod in alive)
        if (
            self.owner.spec.updateStrategy.type == "RollingUpdate"
            and updated == len(created) == len(ready) == self.replicas
        ):
            current, old = update, updated
        fields = {
            "replicas": len(created),
            "availableReplicas": len(available),
            "collisionCount": collisions,
            **nonzero(
                readyReplicas=len(ready),
                currentReplicas=old,
                updatedReplicas=updated,
                currentRevision=current,
                updateRevision=update,
                observedGeneration=self.owner.metadata.generation,
                conditions=self.owner.status.conditions,
            ),
        }
        return StatefulSetStatus.of(fields)


def _is_healthy(pod: Any) -> bool:
    """Running, ready, and not on its way out."""
    return pod.status.phase == "Running" and is_ready(pod) and pod.metadata.deletionTimestamp is None
