"""Making and deleting the Pods of a StatefulSet, each with its claims, and the events that tell of it.

Source: `pkg/controller/statefulset/stateful_pod_control.go`.
"""

from __future__ import annotations

from typing import Any

from k8snb.api.core.pod import Pod
from k8snb.api.errors import StatusError
from k8snb.client.client import Client
from k8snb.client.events import EventRecorder
from k8snb.controllers.statefulset.identity import claim_owners, claims, identity_matches, retention, with_identity

_CLAIMS = "persistentvolumeclaims"


class StatefulPods:
    """Writes the Pods and claims of one StatefulSet."""

    def __init__(self, client: Client, events: EventRecorder, owner: Any) -> None:
        self.client, self.events, self.owner = client, events, owner

    def create(self, pod: Pod) -> None:
        """Create a Pod after its claims. StatusError if it is refused."""
        self.make_claims(pod)
        try:
            self.client.create(pod, "pods")
        except StatusError as error:
            if error.reason != "AlreadyExists":
                self._tell("create", pod, error)
            raise
        self._tell("create", pod, None)

    def delete(self, pod: Pod) -> None:
        """Delete a Pod."""
        try:
            self.client.delete("pods", pod.metadata.name, pod.metadata.namespace)
        except StatusError as error:
            if error.code == 404:
                return
            self._tell("delete", pod, error)
            raise
        self._tell("delete", pod, None)

    def repair(self, pod: Any) -> None:
        """Put a Pod's labels right if somebody changed them."""
        if identity_matches(self.owner, pod):
            return
        self.client.update(with_identity(self.owner, pod), "pods")
        self._tell("update", pod, None)

    def make_claims(self, pod: Pod) -> None:
        """Create the claims of a Pod that are missing."""
        for claim in claims(self.owner, pod.metadata.name):
            meta = claim.metadata
            if self.client.find(_CLAIMS, meta.name, meta.namespace) is not None:
                continue
            owners = claim_owners(self.owner, None, condemned=False)
            if owners:
                claim = claim.replace(metadata=meta.replace(ownerReferences=owners))
            text = f"Claim {meta.name} Pod {pod.metadata.name} in StatefulSet {self.owner.metadata.name}"
            try:
                self.client.create(claim, _CLAIMS)
            except StatusError as error:
                message = f"create {text} failed error: {error.message}"
                self.events.event(self.owner, "Warning", "FailedCreate", message)
                raise
            self.events.event(self.owner, "Normal", "SuccessfulCreate", f"create {text} success")

    def keep_or_give_up_claims(self, pod: Any, condemned: bool) -> None:
        """Write the retention policy into the owners of a Pod's claims."""
        if retention(self.owner) == ("Retain", "Retain"):
            return
        mine = {self.owner.metadata.uid, pod.metadata.uid}
        for wanted in claims(self.owner, pod.metadata.name):
            claim = self.client.find(_CLAIMS, wanted.metadata.name, wanted.metadata.namespace)
            if claim is None:
                continue
            others = tuple(r for r in claim.metadata.ownerReferences if r.uid not in mine)
            owners = (*others, *claim_owners(self.owner, pod, condemned))
            if owners != claim.metadata.ownerReferences:
                self.client.update(claim.with_metadata(ownerReferences=owners or None), _CLAIMS)

    def _tell(self, verb: str, pod: Pod, error: StatusError | None) -> None:
        text = f"{verb} Pod {pod.metadata.name} in StatefulSet {self.owner.metadata.name}"
        reason = verb.capitalize()
        if error is None:
            self.events.event(self.owner, "Normal", f"Successful{reason}", f"{text} successful")
        else:
            self.events.event(self.owner, "Warning", f"Failed{reason}", f"{text} failed error: {error.message}")
