"""The node lifecycle controller: notices that a node is lost, says so in its conditions, and taints it.

Reads Nodes and their Leases; writes node conditions, taints, and the Ready condition of Pods on lost nodes. Source:
`pkg/controller/nodelifecycle/node_lifecycle_controller.go`. Simplifications: no zones and no rate of eviction; when all
nodes are lost, none is tainted NoExecute, as upstream.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from k8snb.api.core.node import NodeCondition, Taint
from k8snb.apiserver.store import Change
from k8snb.client.client import Client
from k8snb.client.events import EventRecorder
from k8snb.controllers.podstate import condition_of, ready_condition, unix
from k8snb.engine import After, Watch

LEASES = "leases.coordination.k8s.io"
LEASE_NAMESPACE = "kube-node-lease"
#: seconds without a heartbeat after which a node counts as lost (--node-monitor-grace-period)
GRACE = 50.0

NOT_READY = "node.kubernetes.io/not-ready"
UNREACHABLE = "node.kubernetes.io/unreachable"
UNSCHEDULABLE = "node.kubernetes.io/unschedulable"

#: condition -> status -> key of the NoSchedule taint that goes with it
_TAINTS: Mapping[str, Mapping[str, str]] = {
    "Ready": {"False": NOT_READY, "Unknown": UNREACHABLE},
    "MemoryPressure": {"True": "node.kubernetes.io/memory-pressure"},
    "DiskPressure": {"True": "node.kubernetes.io/disk-pressure"},
    "NetworkUnavailable": {"True": "node.kubernetes.io/network-unavailable"},
    "PIDPressure": {"True": "node.kubernetes.io/pid-pressure"},
}
_OWN_KEYS = frozenset({UNSCHEDULABLE, *(key for keys in _TAINTS.values() for key in keys.values())})
_REPORTED = ("Ready", "MemoryPressure", "DiskPressure", "PIDPressure")


class NodeLifecycleController:
    """Reconciles nodes."""

    name: ClassVar[str] = "node-controller"

    def __init__(self, client: Client, events: EventRecorder) -> None:
        self.client, self.events = client, events
        self.watches = (Watch("nodes", self._nodes), Watch(LEASES, _leased))

    def _nodes(self, change: Change) -> Iterable[str]:
        """The node itself; all of them if it became ready or lost, for what happens then depends on the others."""
        old, new = change.old, change.object
        if old is not None and _ready(old) == _ready(new) and change.type != "DELETED":
            return (new.metadata.name,)
        return [node.metadata.name for node in self.client.list("nodes").items]

    def reconcile(self, key: str) -> After | None:
        node = self.client.find("nodes", key)
        if node is None:
            return None
        again = None
        silent, renewing = self._heartbeat(key)
        if silent is not None and silent >= GRACE:
            node = self._lose(node)
        elif silent is not None and not renewing:
            again = After(GRACE - silent)
        if _ready(node) != "True":
            self._mark_pods(node)
        self._taint(node)
        return again

    def _heartbeat(self, name: str) -> tuple[float | None, bool]:
        """Seconds since the node's last sign of life (None if it never had a Lease), and whether it goes on renewing it.

        Heartbeats are worked out when somebody looks (`registry/lease.py`): only a stopped kubelet has written one.
        """
        written = self.client.find(LEASES, name, LEASE_NAMESPACE)
        if written is None:
            return None, False
        renewed = self.client.get(LEASES, name, LEASE_NAMESPACE).spec.renewTime
        if not renewed:
            return None, False
        return self.client.clock.unix - unix(renewed), written.spec.renewTime is None

    # -- conditions ---------------------------------------------------------------------------------------------------

    def _lose(self, node: Any) -> Any:
        """Nothing is known of the node any more: all that its kubelet reports becomes Unknown."""
        conditions = {condition.type: condition for condition in node.status.conditions}
        was_ready = _ready(node)
        for type in _REPORTED:
            known = conditions.get(type)
            if known is None:
                conditions[type] = self._unknown(
                    type, "NodeStatusNeverUpdated", "Kubelet never posted node status.", None
                )
            elif known.status != "Unknown":
                message = "Kubelet stopped posting node status."
                conditions[type] = self._unknown(type, "NodeStatusUnknown", message, known.lastHeartbeatTime)
        status = node.status.replace(conditions=tuple(conditions.values()))
        if status == node.status:
            return node
        node = self.client.update_status(node.replace(status=status))
        if was_ready == "True":
            text = f"Node {node.metadata.name} status is now: NodeNotReady"
            self.events.event(node, "Normal", "NodeNotReady", text)
        return node

    def _unknown(self, type: str, reason: str, message: str, heartbeat: str | None) -> NodeCondition:
        now = self.client.clock.timestamp()
        return NodeCondition(
            type=type,
            status="Unknown",
            reason=reason,
            message=message,
            lastHeartbeatTime=heartbeat or now,
            lastTransitionTime=now,
        )

    def _mark_pods(self, node: Any) -> None:
        """Pods of a node that is not ready are not ready either: no traffic for them."""
        for pod in self.client.indexed("pods", "node", node.metadata.name):
            ready = ready_condition(pod)
            if ready is None:
                continue
            lost = ready.replace(status="False", lastTransitionTime=self.client.clock.timestamp())
            conditions = tuple(lost if c is ready else c for c in pod.status.conditions)
            self.client.update_status(pod.replace(status=pod.status.replace(conditions=conditions)), "pods")
            self.events.event(pod, "Warning", "NodeNotReady", "Node is not ready")

    # -- taints -------------------------------------------------------------------------------------------------------

    def _taint(self, node: Any) -> None:
        """Bring the taints that follow from conditions, and from being cordoned, to what they should be."""
        wanted = [(key, "NoSchedule") for key in self._no_schedule(node)]
        ready = condition_of(node, "Ready")
        key = _TAINTS["Ready"].get(ready.status) if ready is not None else None
        if key is not None and not self._all_lost():
            wanted.append((key, "NoExecute"))
        present = [t for t in node.spec.taints if (t.key, t.effect) in wanted or not _is_ours(t)]
        known = {(taint.key, taint.effect) for taint in present}
        now = self.client.clock.timestamp()
        added = [Taint(key=key, effect=effect, timeAdded=now) for key, effect in wanted if (key, effect) not in known]
        if added or len(present) != len(node.spec.taints):
            taints = (*present, *added) or None
            self.client.update(node.replace(spec=node.spec.replace(taints=taints)))

    def _no_schedule(self, node: Any) -> list[str]:
        keys = []
        for condition in node.status.conditions:
            key = _TAINTS.get(condition.type, {}).get(condition.status)
            if key is not None:
                keys.append(key)
        if node.spec.unschedulable:
            keys.append(UNSCHEDULABLE)
        return keys

    def _all_lost(self) -> bool:
        """Then the fault is more likely ours than theirs."""
        return all(_ready(node) != "True" for node in self.client.list("nodes").items)


def _leased(change: Change) -> Iterable[str]:
    meta = change.object.metadata
    return (meta.name,) if meta.namespace == LEASE_NAMESPACE else ()


def _ready(node: Any) -> str:
    """The status of the Ready condition; `Unknown` if the node has never said."""
    condition = condition_of(node, "Ready")
    return condition.status if condition is not None else "Unknown"


def _is_ours(taint: Taint) -> bool:
    return taint.key in _OWN_KEYS and taint.effect in ("NoSchedule", "NoExecute")
