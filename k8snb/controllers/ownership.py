"""Ownership: the controller reference, and how controllers adopt and release what their selector means.

A controller owns an object when the object's `ownerReferences` name it with `controller: true`. Orphans that match the
selector are adopted, owned objects that no longer match are released. Source:
`pkg/controller/controller_ref_manager.go`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from k8snb.api.errors import StatusError
from k8snb.api.meta import OwnerReference
from k8snb.api.object import Object
from k8snb.api.selector import Selector
from k8snb.client.client import Client


def controller_of(obj: Object) -> OwnerReference | None:
    """The reference to the one owner that manages the object, if there is one."""
    for owner in obj.metadata.ownerReferences:
        if owner.controller:
            return owner
    return None


def is_controlled_by(obj: Object, owner: Object) -> bool:
    """Whether `owner` manages the object."""
    reference = controller_of(obj)
    return reference is not None and reference.uid == owner.metadata.uid


def controller_reference(owner: Object) -> OwnerReference:
    """The reference that makes `owner` the manager (metav1.NewControllerRef)."""
    return OwnerReference.of(
        {
            "apiVersion": owner.apiVersion,
            "kind": owner.kind,
            "name": owner.metadata.name,
            "uid": owner.metadata.uid,
            "controller": True,
            "blockOwnerDeletion": True,
        }
    )


def claim(client: Client, resource: str, owner: Object, selector: Selector, found: Iterable[Any]) -> list[Any]:
    """Those of `found` that belong to `owner`: matching orphans are adopted on the way, owned misfits released."""
    claimed = []
    for obj in found:
        reference = controller_of(obj)
        if reference is not None:
            if reference.uid != owner.metadata.uid:
                continue
            if selector.matches(obj.metadata.labels):
                claimed.append(obj)
            elif owner.metadata.deletionTimestamp is None:
                _release(client, resource, owner, obj)
            continue
        free = owner.metadata.deletionTimestamp is None and obj.metadata.deletionTimestamp is None
        if free and selector.matches(obj.metadata.labels):
            adopted = _adopt(client, resource, owner, obj)
            if adopted is not None:
                claimed.append(adopted)
    return claimed


def _adopt(client: Client, resource: str, owner: Object, obj: Object) -> Any | None:
    references = (*obj.metadata.ownerReferences, controller_reference(owner))
    return _write(client, resource, obj.with_metadata(ownerReferences=references))


def _release(client: Client, resource: str, owner: Object, obj: Object) -> None:
    kept = tuple(r for r in obj.metadata.ownerReferences if r.uid != owner.metadata.uid)
    _write(client, resource, obj.with_metadata(ownerReferences=kept or None))


def _write(client: Client, resource: str, obj: Object) -> Any | None:
    try:
        return client.update(obj, resource)
    except StatusError as error:
        if error.code == 404:
            return None  # gone in the meantime: nothing to own
        raise
