"""Pod garbage collection: Pods whose node is gone, or shut down for good, are removed by force.

Source: `pkg/controller/podgc/gc_controller.go`. Simplification: ended Pods are kept for ever (upstream removes the
oldest beyond 12,500).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from k8snb.api.core.pod import PodCondition
from k8snb.api.errors import StatusError
from k8snb.apiserver.store import Change
from k8snb.client.client import Client
from k8snb.client.events import EventRecorder
from k8snb.controllers.podstate import ENDED, condition_of
from k8snb.engine import After, Watch

#: seconds that a node may be missing before its Pods are lost
QUARANTINE = 40.0
OUT_OF_SERVICE = "node.kubernetes.io/out-of-service"


class PodGCController:
    """Keys are `gone/NODE` when a node disappears, `collect/NODE` when its Pods are to be looked at."""

    name: ClassVar[str] = "pod-garbage-collector-controller"

    def __init__(self, client: Client, events: EventRecorder) -> None:
        self.client, self.events = client, events
        self.watches = (Watch("nodes", _node), Watch("pods", self._terminating))

    def _terminating(self, change: Change) -> Iterable[str]:
        """A Pod that is being deleted on a node that is shut down, or was bound to a node that is not there."""
        pod: Any = change.object
        if change.type == "DELETED" or not pod.spec.nodeName:
            return ()
        node = self.client.find("nodes", pod.spec.nodeName)
        if node is None:
            return (f"gone/{pod.spec.nodeName}",)
        leaving = pod.metadata.deletionTimestamp is not None and _out_of_service(node)
        return (f"collect/{pod.spec.nodeName}",) if leaving else ()

    def reconcile(self, key: str) -> After | None:
        what, _, name = key.partition("/")
        collect = f"collect/{name}"
        if what == "gone":
            if self.client.clock.due(self.name, collect) is None:
                self.client.clock.after(QUARANTINE, self.name, collect)
            return None
        node = self.client.find("nodes", name)
        for pod in self.client.indexed("pods", "node", name):
            if node is None:
                self._remove(pod, "PodGC: node no longer exists")
            elif _out_of_service(node) and pod.metadata.deletionTimestamp is not None:
                self._remove(pod, "")
        return None

    def _remove(self, pod: Any, reason: str) -> None:
        """Mark a Pod as failed, and delete it without waiting for anybody."""
        status, meta = pod.status, pod.metadata
        if status.phase not in ENDED:
            conditions = status.conditions
            if reason:
                condition = PodCondition(
                    type="DisruptionTarget",
                    status="True",
                    reason="DeletionByPodGC",
                    message=reason,
                    lastTransitionTime=self.client.clock.timestamp(),
                )
                conditions = (*(c for c in conditions if c.type != "DisruptionTarget"), condition)
            failed = status.replace(phase="Failed", conditions=conditions)
            self.client.update_status(pod.replace(status=failed), "pods")
        try:
            self.client.delete("pods", meta.name, meta.namespace, grace=0, uid=meta.uid)
        except StatusError as error:
            if error.code != 404:
                raise


def _node(change: Change) -> Iterable[str]:
    node: Any = change.object
    if change.type == "DELETED":
        return (f"gone/{node.metadata.name}",)
    return (f"collect/{node.metadata.name}",) if _out_of_service(node) else ()


def _out_of_service(node: Any) -> bool:
    """Declared dead by an administrator: not ready, and tainted so."""
    ready = condition_of(node, "Ready")
    tainted = any(taint.key == OUT_OF_SERVICE for taint in node.spec.taints)
    return tainted and (ready is None or ready.status != "True")
