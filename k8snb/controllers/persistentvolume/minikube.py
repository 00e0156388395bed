"""The minikube host-path provisioner: makes volumes for claims of class `standard` while its Pod runs.

In a real cluster it is the program in the Pod `kube-system/storage-provisioner`; here the Pod only has to be running.
Source: `kubernetes/minikube` cmd/storage-provisioner, `sigs.k8s.io/sig-storage-lib-external-provisioner`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from k8snb.apiserver.store import Change
from k8snb.client.client import Client
from k8snb.client.events import EventRecorder
from k8snb.controllers.persistentvolume.binder import CLAIMS, PROVISIONED_BY, VOLUMES, volume_for
from k8snb.controllers.volumes import BIND_COMPLETED, CLASSES, class_of
from k8snb.engine import After, Watch, split_key

PROVISIONER = "k8s.io/minikube-hostpath"
_POD = ("kube-system", "storage-provisioner")
_NOTE = "volume.kubernetes.io/storage-provisioner"


class MinikubeProvisioner:
    """Reconciles claims that were handed to it (`claim NAMESPACE/NAME`) and volumes it made (`volume NAME`)."""

    name: ClassVar[str] = PROVISIONER

    def __init__(self, client: Client, events: EventRecorder) -> None:
        self.client, self.events = client, events
        self.watches = (Watch(CLAIMS, _handed), Watch(VOLUMES, _released), Watch("pods", self._started))

    def _started(self, change: Change) -> Iterable[str]:
        """Everything that waits, when the provisioner's Pod starts."""
        pod: Any = change.object
        if (pod.metadata.namespace, pod.metadata.name) != _POD or pod.status.phase != "Running":
            return ()
        claims = [c for c in self.client.list(CLAIMS).items if c.metadata.annotations.get(_NOTE) == PROVISIONER]
        volumes = [
            v for v in self.client.list(VOLUMES).items if v.metadata.annotations.get(PROVISIONED_BY) == PROVISIONER
        ]
        keys = [f"claim {c.metadata.namespace}/{c.metadata.name}" for c in claims]
        return keys + [f"volume {volume.metadata.name}" for volume in volumes]

    def reconcile(self, key: str) -> After | None:
        pod = self.client.find("pods", _POD[1], _POD[0])
        if pod is None or pod.status.phase != "Running":
            return None
        what, _, name = key.partition(" ")
        if what == "claim":
            self._provision(*split_key(name))
        else:
            self._delete(name)
        return None

    def _provision(self, namespace: str, name: str) -> None:
        claim = self.client.find(CLAIMS, name, namespace)
        if (
            claim is None
            or BIND_COMPLETED in claim.metadata.annotations
            or claim.metadata.deletionTimestamp is not None
        ):
            return
        volume = f"pvc-{claim.metadata.uid}"
        found = self.client.find(CLASSES, class_of(claim))
        if found is None or self.client.find(VOLUMES, volume) is not None:
            return
        text = f'External provisioner is provisioning volume for claim "{namespace}/{name}"'
        self.events.event(claim, "Normal", "Provisioning", text)
        path = f"/tmp/hostpath-provisioner/{namespace}/{name}"
        notes = {"hostPathProvisionerIdentity": pod_identity(self.client), PROVISIONED_BY: PROVISIONER}
        self.client.create(volume_for(claim, found, volume, path, notes), VOLUMES)
        text = f"Successfully provisioned volume {volume}"
        self.events.event(claim, "Normal", "ProvisioningSucceeded", text)

    def _delete(self, name: str) -> None:
        volume = self.client.find(VOLUMES, name)
        if volume is None or volume.status.phase != "Released" or volume.metadata.deletionTimestamp is not None:
            return
        if volume.spec.persistentVolumeReclaimPolicy == "Delete":
            self.client.delete(VOLUMES, name)


def pod_identity(client: Client) -> str:
    """Who made a volume: one instance of the provisioner."""
    pod = client.get("pods", _POD[1], _POD[0])
    return str(pod.metadata.uid)


def _handed(change: Change) -> Iterable[str]:
    claim = change.object
    return (f"claim {change.key}",) if claim.metadata.annotations.get(_NOTE) == PROVISIONER else ()


def _released(change: Change) -> Iterable[str]:
    volume = change.object
    ours = volume.metadata.annotations.get(PROVISIONED_BY) == PROVISIONER
    return (f"volume {volume.metadata.name}",) if ours else ()
