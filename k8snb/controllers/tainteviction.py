"""Taint eviction: Pods leave a node with NoExecute taints, at once or after as long as they tolerate it.

When a Pod has to go is a timer of the clock under the key `evict/NAMESPACE/NAME`; keys without that prefix look whether
there should be one. Source: `pkg/controller/tainteviction/taint_eviction.go`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from k8snb.api.core.node import Taint
from k8snb.api.core.pod import PodCondition, Toleration
from k8snb.api.errors import StatusError
from k8snb.apiserver.store import Change
from k8snb.client.client import Client
from k8snb.client.events import EventRecorder
from k8snb.controllers.podstate import unix
from k8snb.engine import After, Watch, split_key

_EVICT = "evict/"


class TaintEvictionController:
    """Reconciles Pods on tainted nodes."""

    name: ClassVar[str] = "taint-eviction-controller"

    def __init__(self, client: Client, events: EventRecorder) -> None:
        self.client, self.events = client, events
        self.watches = (Watch("nodes", self._on_node), Watch("pods", self._bound))

    def _on_node(self, change: Change) -> Iterable[str]:
        """All Pods of a node whose taints changed."""
        old: Any = change.old
        new: Any = change.object
        if old is not None and old.spec.taints == new.spec.taints:
            return ()
        if not _no_execute(new) and (old is None or not _no_execute(old)):
            return ()
        pods = self.client.indexed("pods", "node", new.metadata.name)
        return [f"{pod.metadata.namespace}/{pod.metadata.name}" for pod in pods]

    def _bound(self, change: Change) -> Iterable[str]:
        """Pods that have just been bound, or tolerate something else now."""
        pod: Any = change.object
        old: Any = change.old
        if not pod.spec.nodeName or change.type == "DELETED":
            return ()
        if old is not None and old.spec.nodeName and old.spec.tolerations == pod.spec.tolerations:
            return ()
        return (change.key,)

    def reconcile(self, key: str) -> After | None:
        evicting = key.startswith(_EVICT)
        namespace, name = split_key(key.removeprefix(_EVICT))
        pod = self.client.find("pods", name, namespace)
        node = self.client.find("nodes", pod.spec.nodeName) if pod is not None and pod.spec.nodeName else None
        timer = f"{_EVICT}{namespace}/{name}"
        if pod is None or node is None or pod.metadata.deletionTimestamp is not None:
            self.client.clock.cancel(self.name, timer)
            return None
        seconds = self._seconds(pod, _no_execute(node))
        scheduled = self.client.clock.due(self.name, timer) is not None
        if seconds is None:
            if scheduled:
                self.client.clock.cancel(self.name, timer)
                self._tell(pod, f"Cancelling deletion of Pod {namespace}/{name}")
        elif evicting or seconds <= 0:
            self.client.clock.cancel(self.name, timer)
            self._evict(pod)
        elif not scheduled:
            self.client.clock.after(seconds, self.name, timer)
        return None

    def _seconds(self, pod: Any, taints: list[Taint]) -> float | None:
        """In how many seconds the Pod has to go: 0 for at once, None for never."""
        if not taints:
            return None
        used: list[Toleration] = []
        for taint in taints:
            toleration = _toleration(pod, taint)
            if toleration is None:
                return 0.0
            used.append(toleration)
        limits = [t.tolerationSeconds for t in used if t.tolerationSeconds is not None]
        if not limits:
            return None
        since = min((unix(taint.timeAdded) for taint in taints if taint.timeAdded), default=self.client.clock.unix)
        return max(since + max(min(limits), 0) - self.client.clock.unix, 0.0)

    def _evict(self, pod: Any) -> None:
        meta = pod.metadata
        self._tell(pod, f"Marking for deletion Pod {meta.namespace}/{meta.name}")
        condition = PodCondition(
            type="DisruptionTarget",
            status="True",
            reason="DeletionByTaintManager",
            message="Taint manager: deleting due to NoExecute taint",
            lastTransitionTime=self.client.clock.timestamp(),
            observedGeneration=meta.generation,
        )
        others = tuple(c for c in pod.status.conditions if c.type != "DisruptionTarget")
        status = pod.status.replace(conditions=(*others, condition))
        self.client.update_status(pod.replace(status=status), "pods")
        try:
            self.client.delete("pods", meta.name, meta.namespace, uid=meta.uid)
        except StatusError as error:
            if error.code != 404:
                raise

    def _tell(self, pod: Any, message: str) -> None:
        self.events.event(pod, "Normal", "TaintManagerEviction", message)


def _no_execute(node: Any) -> list[Taint]:
    return [taint for taint in node.spec.taints if taint.effect == "NoExecute"]


def _toleration(pod: Any, taint: Taint) -> Toleration | None:
    """The first toleration of a Pod that covers a taint."""
    from k8snb.scheduler.plugins.tainttoleration import tolerates

    return next((t for t in pod.spec.tolerations if tolerates((t,), taint)), None)
