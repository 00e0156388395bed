"""PersistentVolumes."""

from __future__ import annotations

from collections.abc import Iterable

from k8snb.api.core.persistentvolume import PersistentVolume, VolumeNodeAffinity
from k8snb.kubectl.describe import metadata, scheduling
from k8snb.kubectl.describe.reader import Reader
from k8snb.kubectl.describe.times import since
from k8snb.kubectl.describe.volumes import source
from k8snb.kubectl.describe.writer import PrefixWriter

_CLASS = "volume.beta.kubernetes.io/storage-class"
_MODES = {
    "ReadWriteOnce": "RWO",
    "ReadOnlyMany": "ROX",
    "ReadWriteMany": "RWX",
    "ReadWriteOncePod": "RWOP",
}


def describe(w: PrefixWriter, obj: PersistentVolume, reader: Reader) -> None:
    """A PersistentVolume."""
    meta, spec = obj.metadata, obj.spec
    metadata.head(w, obj, namespaced=False)
    w.field(0, "Finalizers", metadata.listed(meta.finalizers))
    w.field(0, "StorageClass", meta.annotations.get(_CLASS, spec.storageClassName))
    gone = meta.deletionTimestamp
    w.field(0, "Status", obj.status.phase if gone is None else f"Terminating (lasts {since(gone, reader.now)})")
    claim = spec.claimRef
    w.field(0, "Claim", "" if claim is None else f"{claim.namespace}/{claim.name}")
    w.field(0, "Reclaim Policy", spec.persistentVolumeReclaimPolicy)
    w.field(0, "Access Modes", access_modes(spec.accessModes))
    if spec.volumeMode is not None:
        w.field(0, "VolumeMode", spec.volumeMode)
    w.field(0, "Capacity", spec.capacity.get("storage", "0"))
    _affinity(w, spec.nodeAffinity)
    w.field(0, "Message", obj.status.message)
    w.line(0, "Source:")
    source(w, spec, persistent=True)


def access_modes(modes: Iterable[str]) -> str:
    """`RWO,ROX`: each mode once, in a fixed order."""
    given = set(modes)
    return ",".join(short for mode, short in _MODES.items() if mode in given)


def _affinity(w: PrefixWriter, affinity: VolumeNodeAffinity | None) -> None:
    w.write(0, "Node Affinity:\t")
    if affinity is None or affinity.required is None:
        w.end("<none>")
        return
    w.end()
    terms = affinity.required.nodeSelectorTerms
    w.field(1, "Required Terms", "" if terms else "<none>")
    for number, term in enumerate(terms):
        scheduling.node_terms(w, 2, f"Term {number}", term.matchExpressions)
