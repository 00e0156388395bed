"""The disruption controller: how many Pods each PodDisruptionBudget can spare right now.

Reads budgets, Pods and the owners that say how many Pods there should be; writes the budgets' status, which eviction
spends. Source: `pkg/controller/disruption`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, NamedTuple

from k8snb.api.intorstring import IntOrStringError, scaled_value
from k8snb.api.meta import Condition
from k8snb.api.model import FrozenMap
from k8snb.api.policy.poddisruptionbudget import PodDisruptionBudgetStatus
from k8snb.api.selector import from_label_selector
from k8snb.apiserver.store import Change
from k8snb.client.client import Client
from k8snb.client.events import EventRecorder
from k8snb.controllers.ownership import controller_of
from k8snb.controllers.podstate import condition_of, is_ready, unix
from k8snb.engine import After, Watch, split_key

BUDGETS = "poddisruptionbudgets.policy"
#: seconds that an evicted Pod may take to begin to end
_TIMEOUT = 120.0
_OWNERS = {
    "ReplicaSet": "replicasets.apps",
    "ReplicationController": "replicationcontrollers",
    "StatefulSet": "statefulsets.apps",
    "Deployment": "deployments.apps",
}
_UNMANAGED = (
    "Pods selected by this PodDisruptionBudget (selector: {selector}) were found to be unmanaged. As a result, the status "
    "of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please "
    'set ".spec.minAvailable" field of the PDB to an integer value.'
)


class _Expected(NamedTuple):
    pods: int
    healthy: int


class DisruptionController:
    """Reconciles `poddisruptionbudgets.policy`."""

    name: ClassVar[str] = "controllermanager"

    def __init__(self, client: Client, events: EventRecorder) -> None:
        self.client, self.events = client, events
        self.watches = (Watch(BUDGETS), Watch("pods", self._budgets))

    def _budgets(self, change: Change) -> Iterable[str]:
        meta = change.object.metadata
        found: list[Any] = self.client.server.store.list(BUDGETS, meta.namespace)
        return [
            f"{meta.namespace}/{budget.metadata.name}"
            for budget in found
            if from_label_selector(budget.spec.selector).matches(meta.labels)
        ]

    def reconcile(self, key: str) -> After | None:
        namespace, name = split_key(key)
        budget = self.client.find(BUDGETS, name, namespace)
        if budget is None:
            return None
        selector = from_label_selector(budget.spec.selector)
        pods = [pod for pod in self.client.list("pods", namespace).items if selector.matches(pod.metadata.labels)]
        if not pods:
            self.events.event(budget, "Normal", "NoPods", "No matching pods found")
        try:
            expected = self._expected(budget, pods)
        except (IntOrStringError, ValueError) as error:
            text = f"Failed to calculate the number of expected pods: {error}"
            self.events.event(budget, "Warning", "CalculateExpectedPodCountFailed", text)
            self._fail(budget, str(error))
            return None
        disrupted, again = self._disrupted(budget, pods)
        alive = [p for p in pods if p.metadata.deletionTimestamp is None and p.metadata.name not in disrupted]
        self._write(budget, expected, sum(is_ready(pod) for pod in alive), disrupted)
        return After(again) if again is not None else None

    # -- how many there should be -------------------------------------------------------------------------------------

    def _expected(self, budget: Any, pods: list[Any]) -> _Expected:
        spec = budget.spec
        if spec.maxUnavailable is not None:
            scale = self._scale(budget, pods)
            return _Expected(scale, max(scale - scaled_value(spec.maxUnavailable, scale, True), 0))
        if spec.minAvailable is None:
            return _Expected(0, 0)
        if isinstance(spec.minAvailable, int):
            return _Expected(len(pods), spec.minAvailable)
        scale = self._scale(budget, pods)
        return _Expected(scale, scaled_value(spec.minAvailable, scale, True))

    def _scale(self, budget: Any, pods: list[Any]) -> int:
        """The sum of what the Pods' owners want."""
        owners: dict[str, int] = {}
        unmanaged = False
        for pod in pods:
            owner = self._owner(pod)
            if owner is None:
                unmanaged = True
            else:
                owners[owner.metadata.uid] = owner.spec.replicas if owner.spec.replicas is not None else 1
        if unmanaged:
            text = _UNMANAGED.format(selector=from_label_selector(budget.spec.selector))
            self.events.event(budget, "Warning", "UnmanagedPods", text)
        return sum(owners.values())

    def _owner(self, obj: Any) -> Any | None:
        """Who decides how many of these there are: the Deployment behind a ReplicaSet. ValueError for a kind without scale."""
        reference = controller_of(obj)
        if reference is None:
            return None
        resource = _OWNERS.get(reference.kind)
        if resource is None:
            kind = f"{reference.kind.lower()}s.{reference.apiVersion.partition('/')[0]}"
            raise ValueError(f"{kind} does not implement the scale subresource")
        found = self.client.find(resource, reference.name, obj.metadata.namespace)
        if found is None or found.metadata.uid != reference.uid:
            return None
        return self._owner(found) or found if reference.kind == "ReplicaSet" else found

    # -- status -------------------------------------------------------------------------------------------------------

    def _disrupted(self, budget: Any, pods: list[Any]) -> tuple[dict[str, str], float | None]:
        """Pods that were evicted and are still to begin to end; and when the first of them is late."""
        waiting, soonest = {}, None
        for pod in pods:
            since = budget.status.disruptedPods.get(pod.metadata.name)
            if since is None or pod.metadata.deletionTimestamp is not None:
                continue
            left = unix(since) + _TIMEOUT - self.client.clock.unix
            if left <= 0:
                text = f"Pod was expected by PDB {budget.metadata.namespace}/{budget.metadata.name} to be deleted but it wasn't"
                self.events.event(pod, "Warning", "NotDeleted", text)
                continue
            waiting[pod.metadata.name] = since
            soonest = left if soonest is None else min(soonest, left)
        return waiting, soonest

    def _write(self, budget: Any, expected: _Expected, healthy: int, disrupted: dict[str, str]) -> None:
        allowed = max(healthy - expected.healthy, 0) if expected.pods > 0 else 0
        fields: dict[str, Any] = {
            "currentHealthy": healthy,
            "desiredHealthy": expected.healthy,
            "expectedPods": expected.pods,
            "disruptionsAllowed": allowed,
            "observedGeneration": budget.metadata.generation,
        }
        if disrupted:
            fields["disruptedPods"] = FrozenMap(disrupted)
        enough = ("True", "SufficientPods") if allowed > 0 else ("False", "InsufficientPods")
        fields["conditions"] = self._conditions(budget, *enough, "")
        self._update(budget, PodDisruptionBudgetStatus.of(fields))

    def _fail(self, budget: Any, message: str) -> None:
        """Nothing may be disrupted as long as nobody knows how much can be spared."""
        conditions = self._conditions(budget, "False", "SyncFailed", message)
        self._update(budget, budget.status.replace(disruptionsAllowed=0, conditions=conditions))

    def _conditions(self, budget: Any, status: str, reason: str, message: str) -> tuple[Any, ...]:
        known = condition_of(budget, "DisruptionAllowed")
        since = known.lastTransitionTime if known is not None and known.status == status else None
        condition = Condition(
            type="DisruptionAllowed",
            status=status,
            reason=reason,
            message=message,
            observedGeneration=budget.metadata.generation,
            lastTransitionTime=since or self.client.clock.timestamp(),
        )
        return (*(c for c in budget.status.conditions if c is not known), condition)

    def _update(self, budget: Any, status: PodDisruptionBudgetStatus) -> None:
        if status != budget.status:
            self.client.update_status(budget.replace(status=status))
