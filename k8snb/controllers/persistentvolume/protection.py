"""Storage protection: a claim in use by a Pod, and a volume in use by a claim, are only deleted when they are free.

Admission puts a finalizer on them; these controllers take it off. Source: `pkg/controller/volume/pvcprotection`,
`pvprotection`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from k8snb.apiserver.store import Change
from k8snb.client.client import Client
from k8snb.client.events import EventRecorder
from k8snb.controllers.persistentvolume.binder import CLAIMS, VOLUMES
from k8snb.engine import After, Watch, split_key

CLAIM_FINALIZER = "kubernetes.io/pvc-protection"
VOLUME_FINALIZER = "kubernetes.io/pv-protection"


class ClaimProtectionController:
    """Reconciles claims that are being deleted."""

    name: ClassVar[str] = "pvc-protection-controller"

    def __init__(self, client: Client, events: EventRecorder) -> None:
        self.client, self.events = client, events
        self.watches = (Watch(CLAIMS), Watch("pods", _claims))

    def reconcile(self, key: str) -> After | None:
        namespace, name = split_key(key)
        claim = self.client.find(CLAIMS, name, namespace)
        if claim is None:
            return None
        if claim.metadata.deletionTimestamp is None:
            _protect(self.client, CLAIMS, claim, CLAIM_FINALIZER)
        elif CLAIM_FINALIZER in claim.metadata.finalizers and not self._in_use(namespace, name):
            _release(self.client, CLAIMS, claim, CLAIM_FINALIZER)
        return None

    def _in_use(self, namespace: str, name: str) -> bool:
        """By a Pod that has a node: others will not start with a claim that is going away."""
        pods = self.client.list("pods", namespace).items
        return any(pod.spec.nodeName and name in _claim_names(pod) for pod in pods)


class VolumeProtectionController:
    """Reconciles volumes that are being deleted."""

    name: ClassVar[str] = "pv-protection-controller"

    def __init__(self, client: Client, events: EventRecorder) -> None:
        self.client, self.events = client, events
        self.watches = (Watch(VOLUMES),)

    def reconcile(self, key: str) -> After | None:
        volume = self.client.find(VOLUMES, key)
        if volume is None:
            return None
        if volume.metadata.deletionTimestamp is None:
            _protect(self.client, VOLUMES, volume, VOLUME_FINALIZER)
        elif VOLUME_FINALIZER in volume.metadata.finalizers and volume.status.phase != "Bound":
            _release(self.client, VOLUMES, volume, VOLUME_FINALIZER)
        return None


def _claims(change: Change) -> Iterable[str]:
    """Claims that a Pod no longer uses."""
    pod: Any = change.object
    if change.type != "DELETED" or not pod.spec.volumes:
        return ()
    return [f"{pod.metadata.namespace}/{name}" for name in _claim_names(pod)]


def _claim_names(pod: Any) -> list[str]:
    names = []
    for volume in pod.spec.volumes:
        if volume.persistentVolumeClaim is not None:
            names.append(volume.persistentVolumeClaim.claimName)
        elif volume.ephemeral is not None:
            names.append(f"{pod.metadata.name}-{volume.name}")
    return names


def _protect(client: Client, resource: str, obj: Any, finalizer: str) -> None:
    if finalizer not in obj.metadata.finalizers:
        client.update(obj.with_metadata(finalizers=(*obj.metadata.finalizers, finalizer)), resource)


def _release(client: Client, resource: str, obj: Any, finalizer: str) -> None:
    kept = tuple(name for name in obj.metadata.finalizers if name != finalizer)
    client.update(obj.with_metadata(finalizers=kept or None), resource)
