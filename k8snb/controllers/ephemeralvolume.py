"""Ephemeral volumes: a Pod's own claims, made with it and deleted with it.

Source: `pkg/controller/volume/ephemeral`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from k8snb.apiserver.store import Change
from k8snb.client.client import Client
from k8snb.client.events import EventRecorder
from k8snb.controllers.ownership import controller_reference, is_controlled_by
from k8snb.engine import After, Watch, split_key

_CLAIMS = "persistentvolumeclaims"


class EphemeralVolumeController:
    """Reconciles Pods with `ephemeral` volumes."""

    name: ClassVar[str] = "ephemeral_volume"

    def __init__(self, client: Client, events: EventRecorder) -> None:
        self.client, self.events = client, events
        self.watches = (Watch("pods", _with_ephemeral), Watch(_CLAIMS, _lost))

    def reconcile(self, key: str) -> After | None:
        namespace, name = split_key(key)
        pod = self.client.find("pods", name, namespace)
        if pod is None or pod.metadata.deletionTimestamp is not None:
            return None
        for volume in pod.spec.volumes:
            if volume.ephemeral is not None and volume.ephemeral.volumeClaimTemplate is not None:
                self._make(pod, f"{name}-{volume.name}", volume.ephemeral.volumeClaimTemplate)
        return None

    def _make(self, pod: Any, name: str, template: Any) -> None:
        from k8snb.api.core.persistentvolumeclaim import PersistentVolumeClaim

        present = self.client.find(_CLAIMS, name, pod.metadata.namespace)
        if present is not None:
            if not is_controlled_by(present, pod):
                text = f'PVC "{name}" was not created for pod "{pod.metadata.namespace}/{pod.metadata.name}" (pod is not owner)'
                self.events.event(pod, "Warning", "FailedBinding", f"ephemeral volume: {text}")
            return
        meta = template.metadata.replace(
            name=name, namespace=pod.metadata.namespace, ownerReferences=(controller_reference(pod),)
        )
        self.client.create(PersistentVolumeClaim.of({"metadata": meta, "spec": template.spec}), _CLAIMS)


def _with_ephemeral(change: Change) -> Iterable[str]:
    pod: Any = change.object
    if change.type != "ADDED" or not pod.spec.volumes:
        return ()
    return (change.key,) if any(volume.ephemeral is not None for volume in pod.spec.volumes) else ()


def _lost(change: Change) -> Iterable[str]:
    """The Pod whose claim has gone."""
    if change.type != "DELETED":
        return ()
    meta = change.object.metadata
    return [f"{meta.namespace}/{owner.name}" for owner in meta.ownerReferences if owner.kind == "Pod"]
