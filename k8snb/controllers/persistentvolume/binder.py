"""The volume controller: binds claims to volumes, provisions and reclaims volumes of the in-tree host-path class.

Keys are `claim NAMESPACE/NAME` and `volume NAME`. Source: `pkg/controller/volume/persistentvolume/pv_controller.go`.
Simplifications: no recycling; the only in-tree provisioner is `kubernetes.io/host-path`, the other classes'
provisioners work on their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from k8snb.api.core.persistentvolume import PersistentVolume, PersistentVolumeSpec
from k8snb.api.core.pod import ObjectReference
from k8snb.api.core.volume import HostPathVolumeSource
from k8snb.api.meta import ObjectMeta
from k8snb.api.model import FrozenMap
from k8snb.apiserver.store import Change
from k8snb.client.client import Client
from k8snb.client.events import EventRecorder
from k8snb.controllers.volumes import (
    BIND_COMPLETED,
    BOUND_BY_CONTROLLER,
    CLASSES,
    NO_PROVISIONER,
    SELECTED_NODE,
    class_of,
    find_volume,
    refers_to,
    requested,
    waits_for_consumer,
)
from k8snb.engine import After, Watch, split_key

CLAIMS = "persistentvolumeclaims"
VOLUMES = "persistentvolumes"
HOST_PATH = "kubernetes.io/host-path"
PROVISIONED_BY = "pv.kubernetes.io/provisioned-by"
_PROVISIONER_NOTES = ("volume.beta.kubernetes.io/storage-provisioner", "volume.kubernetes.io/storage-provisioner")
_CLAIM, _VOLUME = "claim ", "volume "


class PersistentVolumeController:
    """Reconciles claims and volumes."""

    name: ClassVar[str] = "persistentvolume-controller"

    def __init__(self, client: Client, events: EventRecorder) -> None:
        self.client, self.events = client, events
        self.watches = (
            Watch(CLAIMS, self._on_claim),
            Watch(VOLUMES, self._on_volume),
            Watch(CLASSES, self._on_class),
            Watch("pods", self._on_pod),
        )

    # -- who is concerned ---------------------------------------------------------------------------------------------

    def _on_claim(self, change: Change) -> Iterable[str]:
        claim: Any = change.object
        keys = [f"{_CLAIM}{change.key}"]
        if claim.spec.volumeName:
            keys.append(f"{_VOLUME}{claim.spec.volumeName}")
        return keys

    def _on_volume(self, change: Change) -> Iterable[str]:
        """The volume; its claim; all claims that wait, for they may want it."""
        volume: Any = change.object
        keys = [f"{_VOLUME}{volume.metadata.name}"]
        reference = volume.spec.claimRef
        if reference is not None:
            keys.append(f"{_CLAIM}{reference.namespace}/{reference.name}")
        return keys if change.type == "DELETED" or reference is not None else keys + self._waiting()

    def _on_class(self, change: Change) -> Iterable[str]:
        return self._waiting()

    def _on_pod(self, change: Change) -> Iterable[str]:
        """Claims of a Pod, which may be the consumer they wait for."""
        pod: Any = change.object
        if change.type != "ADDED" or not pod.spec.volumes:
            return ()
        named = [v.persistentVolumeClaim.claimName for v in pod.spec.volumes if v.persistentVolumeClaim is not None]
        return [f"{_CLAIM}{pod.metadata.namespace}/{name}" for name in named]

    def _waiting(self) -> list[str]:
        claims = self.client.list(CLAIMS).items
        waiting = [claim for claim in claims if BIND_COMPLETED not in claim.metadata.annotations]
        return [f"{_CLAIM}{claim.metadata.namespace}/{claim.metadata.name}" for claim in waiting]

    def reconcile(self, key: str) -> After | None:
        if key.startswith(_VOLUME):
            self._volume(key.removeprefix(_VOLUME))
        else:
            namespace, name = split_key(key.removeprefix(_CLAIM))
            claim = self.client.find(CLAIMS, name, namespace)
            if claim is not None:
                self._claim(claim)
        return None

    # -- claims -------------------------------------------------------------------------------------------------------

    def _claim(self, claim: Any) -> None:
        if BIND_COMPLETED in claim.metadata.annotations:
            self._check(claim)
        elif claim.spec.volumeName:
            volume = self.client.find(VOLUMES, claim.spec.volumeName)
            if volume is None:
                self._set_phase(claim, "Pending")
            elif volume.spec.claimRef is None or refers_to(volume, claim):
                self._bind(volume, claim)
            else:
                text = f'volume "{volume.metadata.name}" already bound to a different claim.'
                self.events.event(claim, "Warning", "FailedBinding", text)
                self._set_phase(claim, "Pending")
        else:
            self._find(claim)

    def _check(self, claim: Any) -> None:
        """A bound claim whose volume is gone, or serves another, is lost."""
        volume = self.client.find(VOLUMES, claim.spec.volumeName) if claim.spec.volumeName else None
        if volume is not None and (volume.spec.claimRef is None or refers_to(volume, claim)):
            self._bind(volume, claim)
            return
        if claim.status.phase == "Lost":
            return
        if volume is None:
            text = "Bound claim has lost its PersistentVolume. Any data on this volume is lost!"
            self.events.event(claim, "Warning", "ClaimLost", text)
        else:
            text = "Two claims are bound to the same volume, this one is bound incorrectly"
            self.events.event(claim, "Warning", "ClaimMisbound", text)
        self._set_phase(claim, "Lost")

    def _find(self, claim: Any) -> None:
        delayed = waits_for_consumer(self.client, claim) and SELECTED_NODE not in claim.metadata.annotations
        volume = find_volume(self.client.list(VOLUMES).items, claim, delayed=delayed)
        if volume is not None:
            self._bind(volume, claim)
            return
        self._set_phase(claim, "Pending")
        if claim.metadata.deletionTimestamp is not None:
            return
        if delayed:
            self._wait(claim)
        elif class_of(claim):
            self._provision(self.client.find(CLAIMS, claim.metadata.name, claim.metadata.namespace))
        else:
            text = "no persistent volumes available for this claim and no storage class is set"
            self.events.event(claim, "Normal", "FailedBinding", text)

    def _wait(self, claim: Any) -> None:
        """Say what a claim of mode WaitForFirstConsumer waits for."""
        pods = [
            pod.metadata.name
            for pod in self.client.list("pods", claim.metadata.namespace).items
            if any(
                v.persistentVolumeClaim is not None and v.persistentVolumeClaim.claimName == claim.metadata.name
                for v in pod.spec.volumes
            )
        ]
        if pods:
            text = f"waiting for pod {','.join(pods)} to be scheduled"
            self.events.event(claim, "Normal", "WaitForPodScheduled", text)
        else:
            text = "waiting for first consumer to be created before binding"
            self.events.event(claim, "Normal", "WaitForFirstConsumer", text)

    def _bind(self, volume: Any, claim: Any) -> None:
        """Write the two into each other, and both as bound."""
        if not refers_to(volume, claim) or not volume.spec.claimRef.uid:
            annotations = dict(volume.metadata.annotations)
            if volume.spec.claimRef is None:
                annotations[BOUND_BY_CONTROLLER] = "yes"
            volume = self.client.update(
                volume.replace(
                    spec=volume.spec.replace(claimRef=_reference(claim)),
                    metadata=volume.metadata.replace(annotations=FrozenMap(annotations) or None),
                ),
                VOLUMES,
            )
        self._set_volume_phase(volume, "Bound")
        notes = {**claim.metadata.annotations, BIND_COMPLETED: "yes"}
        if not claim.spec.volumeName:
            notes[BOUND_BY_CONTROLLER] = "yes"
        if notes != claim.metadata.annotations or not claim.spec.volumeName:
            claim = self.client.update(
                claim.replace(
                    spec=claim.spec.replace(volumeName=volume.metadata.name),
                    metadata=claim.metadata.replace(annotations=FrozenMap(notes)),
                ),
                CLAIMS,
            )
        capacity = (
            FrozenMap({"storage": volume.spec.capacity["storage"]}) if "storage" in volume.spec.capacity else None
        )
        status = claim.status.replace(phase="Bound", accessModes=volume.spec.accessModes, capacity=capacity)
        if status != claim.status:
            self.client.update_status(claim.replace(status=status), CLAIMS)

    def _set_phase(self, claim: Any, phase: str) -> None:
        if claim.status.phase != phase:
            status = claim.status.replace(phase=phase, accessModes=None, capacity=None)
            self.client.update_status(claim.replace(status=status), CLAIMS)

    # -- provisioning -------------------------------------------------------------------------------------------------

    def _provision(self, claim: Any) -> None:
        name = class_of(claim)
        found = self.client.find(CLASSES, name)
        if found is None:
            text = f'storageclass.storage.k8s.io "{name}" not found'
            self.events.event(claim, "Warning", "ProvisioningFailed", text)
            return
        if found.provisioner == NO_PROVISIONER:
            text = "no persistent volumes available for this claim and no storage class is set"
            self.events.event(claim, "Normal", "FailedBinding", text)
            return
        notes = {**claim.metadata.annotations, **dict.fromkeys(_PROVISIONER_NOTES, found.provisioner)}
        if notes != claim.metadata.annotations:
            claim = self.client.update(claim.with_metadata(annotations=FrozenMap(notes)), CLAIMS)
        if found.provisioner == HOST_PATH:
            self._make(claim, found)
            return
        text = (
            f"Waiting for a volume to be created either by the external provisioner '{found.provisioner}' or manually by "
            "the system administrator. If volume creation is delayed, please verify that the provisioner is running and "
            "correctly registered."
        )
        self.events.event(claim, "Normal", "ExternalProvisioning", text)

    def _make(self, claim: Any, storage_class: Any) -> None:
        name = f"pvc-{claim.metadata.uid}"
        if self.client.find(VOLUMES, name) is not None:
            return
        path = f"/tmp/hostpath_pv/{claim.metadata.uid}"
        notes = {BOUND_BY_CONTROLLER: "yes", PROVISIONED_BY: HOST_PATH}
        self.client.create(volume_for(claim, storage_class, name, path, notes), VOLUMES)
        text = f"Successfully provisioned volume {name} using {HOST_PATH}"
        self.events.event(claim, "Normal", "ProvisioningSucceeded", text)

    # -- volumes ------------------------------------------------------------------------------------------------------

    def _volume(self, name: str) -> None:
        volume = self.client.find(VOLUMES, name)
        if volume is None:
            return
        reference = volume.spec.claimRef
        if reference is None:
            self._set_volume_phase(volume, "Available")
            return
        claim = self.client.find(CLAIMS, reference.name, reference.namespace)
        if not reference.uid:
            self._set_volume_phase(volume, "Available")
        elif claim is not None and claim.metadata.uid == reference.uid:
            if claim.spec.volumeName == name:
                self._set_volume_phase(volume, "Bound")
            elif not claim.spec.volumeName:
                self._claim(claim)
        else:
            volume = self._set_volume_phase(volume, "Released")
            self._reclaim(volume)

    def _reclaim(self, volume: Any) -> None:
        ours = volume.metadata.annotations.get(PROVISIONED_BY, HOST_PATH) == HOST_PATH
        if volume.spec.persistentVolumeReclaimPolicy != "Delete" or volume.metadata.deletionTimestamp is not None:
            return
        if ours and volume.spec.hostPath is not None:
            self.client.delete(VOLUMES, volume.metadata.name)

    def _set_volume_phase(self, volume: Any, phase: str) -> Any:
        if volume.status.phase == phase:
            return volume
        status = volume.status.replace(phase=phase, lastPhaseTransitionTime=self.client.clock.timestamp())
        return self.client.update_status(volume.replace(status=status), VOLUMES)


def _reference(claim: Any) -> ObjectReference:
    meta = claim.metadata
    return ObjectReference(
        apiVersion="v1",
        kind="PersistentVolumeClaim",
        name=meta.name,
        namespace=meta.namespace,
        uid=meta.uid,
        resourceVersion=meta.resourceVersion,
    )


def volume_for(claim: Any, storage_class: Any, name: str, path: str, notes: dict[str, str]) -> PersistentVolume:
    """A host-path volume made for a claim."""
    spec: dict[str, Any] = {
        "capacity": FrozenMap({"storage": requested(claim)}),
        "accessModes": claim.spec.accessModes,
        "claimRef": _reference(claim),
        "persistentVolumeReclaimPolicy": storage_class.reclaimPolicy or "Delete",
        "storageClassName": storage_class.metadata.name,
        "volumeMode": "Filesystem",
        "hostPath": HostPathVolumeSource(path=path, type=""),
    }
    meta = ObjectMeta(name=name, annotations=FrozenMap(notes))
    return PersistentVolume.of({"metadata": meta, "spec": PersistentVolumeSpec.of(spec)})
