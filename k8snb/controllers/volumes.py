"""Volumes and claims: which PersistentVolume suits a PersistentVolumeClaim.

Shared by the scheduler (which looks at nodes) and the volume controller (which binds). Source:
`k8s.io/component-helpers/storage/volume/pv_helpers.go`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from k8snb.api import quantity
from k8snb.api.selector import from_label_selector
from k8snb.client.client import Client

BETA_CLASS = "volume.beta.kubernetes.io/storage-class"
BIND_COMPLETED = "pv.kubernetes.io/bind-completed"
BOUND_BY_CONTROLLER = "pv.kubernetes.io/bound-by-controller"
SELECTED_NODE = "volume.kubernetes.io/selected-node"
NO_PROVISIONER = "kubernetes.io/no-provisioner"
CLASSES = "storageclasses.storage.k8s.io"


def class_of(obj: Any) -> str:
    """The name of a claim's or volume's storage class; "" for none."""
    return obj.metadata.annotations.get(BETA_CLASS) or obj.spec.storageClassName or ""


def waits_for_consumer(client: Client, claim: Any) -> bool:
    """Whether the claim is only bound once a Pod that uses it has a node."""
    found = client.find(CLASSES, class_of(claim)) if class_of(claim) else None
    return found is not None and found.volumeBindingMode == "WaitForFirstConsumer"


def is_bound(claim: Any) -> bool:
    """Whether the binding is complete on the claim's side."""
    return bool(claim.spec.volumeName) and BIND_COMPLETED in claim.metadata.annotations


def refers_to(volume: Any, claim: Any) -> bool:
    """Whether the volume is (pre-)bound to this claim."""
    reference = volume.spec.claimRef
    if reference is None:
        return False
    if (reference.name, reference.namespace) != (claim.metadata.name, claim.metadata.namespace):
        return False
    return not reference.uid or reference.uid == claim.metadata.uid


def requested(claim: Any) -> str:
    """The size that a claim asks for."""
    resources = claim.spec.resources
    return str(resources.requests.get("storage", "0")) if resources is not None else "0"


def reachable(volume: Any, name: str, labels: Mapping[str, str]) -> bool:
    """Whether the volume's node affinity admits a node."""
    from k8snb.scheduler.plugins.nodeaffinity import term_matches

    affinity = volume.spec.nodeAffinity
    if affinity is None or affinity.required is None:
        return True
    return any(term_matches(term, name, labels) for term in affinity.required.nodeSelectorTerms)


def find_volume(
    volumes: Iterable[Any],
    claim: Any,
    node: tuple[str, Mapping[str, str]] | None = None,
    taken: Collection[str] = (),
    delayed: bool = False,
) -> Any | None:
    """The volume for a claim: the one reserved for it, else the smallest free one that suits.

    `node` restricts the choice to volumes which that node (name, labels) can reach; a `delayed` claim without a node
    only gets a reserved one. Names in `taken` are left out.
    """
    best: Any | None = None
    for volume in volumes:
        if volume.metadata.name in taken or not _right_kind(volume, claim):
            continue
        if node is not None and not reachable(volume, *node):
            continue
        if refers_to(volume, claim):
            return volume if _large_enough(volume, claim) else None
        if (delayed and node is None) or volume.spec.claimRef is not None or volume.status.phase != "Available":
            continue
        if not _large_enough(volume, claim) or class_of(volume) != class_of(claim) or not _selected(volume, claim):
            continue
        if best is None or quantity.compare(_size(volume), _size(best)) < 0:
            best = volume
    return best


def _right_kind(volume: Any, claim: Any) -> bool:
    if volume.metadata.deletionTimestamp is not None:
        return False
    if (volume.spec.volumeMode or "Filesystem") != (claim.spec.volumeMode or "Filesystem"):
        return False
    return set(claim.spec.accessModes) <= set(volume.spec.accessModes)


def _large_enough(volume: Any, claim: Any) -> bool:
    return quantity.compare(_size(volume), requested(claim)) >= 0


def _size(volume: Any) -> str:
    return str(volume.spec.capacity.get("storage", "0"))


def _selected(volume: Any, claim: Any) -> bool:
    selector = claim.spec.selector
    return selector is None or from_label_selector(selector).matches(volume.metadata.labels)
