"""Pod control: making and deleting an owner's Pods, with the events that tell of it.

Source: `pkg/controller/controller_utils.go` RealPodControl, `replica_set.go` slowStartBatch.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from k8snb.api.core.pod import Pod
from k8snb.api.errors import StatusError
from k8snb.api.meta import ObjectMeta
from k8snb.api.selector import Selector
from k8snb.client.client import Client
from k8snb.client.events import EventRecorder
from k8snb.controllers.fields import nonzero
from k8snb.controllers.ownership import claim, controller_reference


def new_pod(owner: Any, template: Any) -> Pod:
    """A Pod from a template: it shares the template's spec, labels and annotations."""
    meta = template.metadata
    fields = {
        "generateName": f"{owner.metadata.name}-",
        "namespace": owner.metadata.namespace,
        "ownerReferences": (controller_reference(owner),),
        **nonzero(labels=meta.labels, annotations=meta.annotations, finalizers=meta.finalizers),
    }
    return Pod.of({"metadata": ObjectMeta.of(fields), "spec": template.spec})


def owned_pods(client: Client, owner: Any, selector: Selector) -> list[Any]:
    """All Pods of an owner, ordered by name; matching orphans are adopted, misfits released."""
    found = {pod.metadata.name: pod for pod in client.indexed("pods", "controller", owner.metadata.uid)}
    if selector.exact:
        key, value = selector.exact[0]
        for pod in client.indexed("pods", "label", f"{owner.metadata.namespace}/{key}={value}"):
            found.setdefault(pod.metadata.name, pod)
    return claim(client, "pods", owner, selector, [found[name] for name in sorted(found)])


class PodControl:
    """Writes Pods for controllers."""

    def __init__(self, client: Client, events: EventRecorder) -> None:
        self.client, self.events = client, events

    def create_all(self, owner: Any, pods: Sequence[Pod]) -> StatusError | None:
        """Create Pods in batches of 1, 2, 4, …: when the API refuses, it is not asked a thousand times."""
        done, batch = 0, 1
        while done < len(pods):
            failures = [e for e in (self.create(owner, pod) for pod in pods[done : done + batch]) if e is not None]
            if failures:
                return failures[0]
            done += batch
            batch *= 2
        return None

    def create(self, owner: Any, pod: Pod) -> StatusError | None:
        """Create one Pod; the refusal if there was one."""
        try:
            made = self.client.create(pod, "pods", owner.metadata.namespace)
        except StatusError as error:
            if error.has_cause("NamespaceTerminating"):
                return None  # it would be refused for ever, and there is nobody left to tell
            self.events.event(owner, "Warning", "FailedCreate", f"Error creating: {error.message}")
            return error
        self.events.event(owner, "Normal", "SuccessfulCreate", f"Created pod: {made.metadata.name}")
        return None

    def delete_all(self, owner: Any, pods: Iterable[Pod]) -> StatusError | None:
        """Delete Pods; the first refusal."""
        failures = [error for pod in pods if (error := self.delete(owner, pod)) is not None]
        return failures[0] if failures else None

    def delete(self, owner: Any, pod: Pod) -> StatusError | None:
        """Delete one Pod; the refusal if there was one."""
        try:
            self.client.delete("pods", pod.metadata.name, pod.metadata.namespace)
        except StatusError as error:
            if error.code == 404:
                return None
            self.events.event(owner, "Warning", "FailedDelete", f"Error deleting: {error.message}")
            return error
        self.events.event(owner, "Normal", "SuccessfulDelete", f"Deleted pod: {pod.metadata.name}")
        return None
