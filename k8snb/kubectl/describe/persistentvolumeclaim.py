"""PersistentVolumeClaims, and who uses them."""

from __future__ import annotations

from k8snb.api.core.persistentvolumeclaim import PersistentVolumeClaim
from k8snb.api.core.volume import PersistentVolumeClaimSpec
from k8snb.api.meta import ObjectMeta
from k8snb.kubectl.describe import conditions, metadata
from k8snb.kubectl.describe.persistentvolume import access_modes
from k8snb.kubectl.describe.reader import Json, Reader
from k8snb.kubectl.describe.times import since
from k8snb.kubectl.describe.writer import PrefixWriter

_CLASS = "volume.beta.kubernetes.io/storage-class"


def describe(w: PrefixWriter, obj: PersistentVolumeClaim, reader: Reader) -> None:
    """A PersistentVolumeClaim."""
    users = sorted(pod["metadata"]["name"] for pod in _users(obj, reader))
    claim(w, obj.metadata, obj.spec, obj, reader.now)
    w.write(0, "Used By:\t")
    if not users:
        w.end("<none>")
    for position, name in enumerate(users):
        w.write(0, f"\t{name}\n" if position else f"{name}\n")
    conditions.probed(w, obj.status.conditions)


def claim(
    w: PrefixWriter,
    meta: ObjectMeta,
    spec: PersistentVolumeClaimSpec,
    full: PersistentVolumeClaim | None = None,
    now: float = 0.0,
) -> None:
    """A claim, or the template of one, which has neither name nor state."""
    if full is not None:
        w.field(0, "Name", meta.name)
        w.field(0, "Namespace", meta.namespace)
    w.field(0, "StorageClass", storage_class(meta, spec))
    if full is not None:
        gone = meta.deletionTimestamp
        w.field(0, "Status", full.status.phase if gone is None else f"Terminating (lasts {since(gone, now)})")
    w.field(0, "Volume", spec.volumeName)
    metadata.labels(w, "Labels", meta.labels)
    metadata.annotations(w, "Annotations", meta.annotations)
    if full is not None:
        w.field(0, "Finalizers", metadata.listed(meta.finalizers))
    capacity, modes = "", ""
    if spec.volumeName:
        modes = access_modes(full.status.accessModes) if full is not None else ""
        capacity = full.status.capacity.get("storage", "0") if full is not None else "0"
    w.field(0, "Capacity", capacity)
    w.field(0, "Access Modes", modes)
    if spec.volumeMode is not None:
        w.field(0, "VolumeMode", spec.volumeMode)
    if spec.dataSource is not None:
        w.line(0, "DataSource:")
        if spec.dataSource.apiGroup is not None:
            w.field(1, "APIGroup", spec.dataSource.apiGroup)
        w.field(1, "Kind", spec.dataSource.kind)
        w.field(1, "Name", spec.dataSource.name)


def storage_class(meta: ObjectMeta, spec: PersistentVolumeClaimSpec) -> str:
    """The class a claim asks for; an old annotation goes before the field."""
    return meta.annotations.get(_CLASS, spec.storageClassName or "")


def _users(obj: PersistentVolumeClaim, reader: Reader) -> list[Json]:
    """Pods that mount the claim, once for each mention, and Pods that own it."""
    pods = reader.list("pods", obj.metadata.namespace)
    name = obj.metadata.name
    found = [
        pod
        for pod in pods
        for volume in pod["spec"].get("volumes") or []
        if (volume.get("persistentVolumeClaim") or {}).get("claimName") == name
    ]
    owners = {owner.uid for owner in obj.metadata.ownerReferences if owner.kind == "Pod"}
    known = {pod["metadata"]["uid"] for pod in found}
    return found + [pod for pod in pods if pod["metadata"]["uid"] in owners - known]
