"""The garbage collector: objects go when their owners have gone, and owners wait for their dependents if asked to.

The store's owner index is the dependency graph. A key names one owner (resource, namespace, name, UID), because
everything that can change concerns some owner: it is gone, it waits in the foreground, or it wants to orphan its
dependents. Source: `pkg/controller/garbagecollector/garbagecollector.go`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, NamedTuple

from k8snb.api.errors import StatusError
from k8snb.api.meta import OwnerReference
from k8snb.api.object import Object
from k8snb.apiserver.deletion import FOREGROUND, ORPHAN
from k8snb.apiserver.store import Change
from k8snb.client.client import Client
from k8snb.client.events import EventRecorder
from k8snb.engine import After, Watch


class Identity(NamedTuple):
    """Which object an owner reference means."""

    resource: str
    namespace: str
    name: str
    uid: str

    def __str__(self) -> str:
        return "|".join(self)


class GarbageCollector:
    """Reconciles owners."""

    name: ClassVar[str] = "garbage-collector-controller"

    def __init__(self, client: Client, events: EventRecorder) -> None:
        self.client, self.events = client, events
        self.watches = (Watch("*", self._owners),)

    # -- who is concerned ---------------------------------------------------------------------------------------------

    def _owners(self, change: Change) -> Iterable[str]:
        obj, old, meta = change.object, change.old, change.object.metadata
        if change.type == "DELETED":
            keys = [str(each) for each in self._identities(obj)]
            if next(self.client.dependents(meta.uid), None) is not None:
                keys.append(str(Identity(change.resource, meta.namespace, meta.name, meta.uid)))
            return keys
        if meta.deletionTimestamp is not None and (FOREGROUND in meta.finalizers or ORPHAN in meta.finalizers):
            return (str(Identity(change.resource, meta.namespace, meta.name, meta.uid)),)
        if old is None:
            return [str(each) for each in self._identities(obj)] if meta.ownerReferences else ()
        if old.metadata.ownerReferences is meta.ownerReferences:
            return ()
        return [str(each) for each in (*self._identities(old), *self._identities(obj))]

    def _identities(self, obj: Object) -> Iterator[Identity]:
        for reference in obj.metadata.ownerReferences:
            identity = self._identity(obj, reference)
            if identity is not None:
                yield identity

    def _identity(self, obj: Object, reference: OwnerReference) -> Identity | None:
        """None for a kind that the server does not know: nobody can tell whether such an owner exists."""
        group, _, version = reference.apiVersion.rpartition("/")
        row = self.client.server.catalogue.of_kind(group, version, reference.kind)
        if row is None:
            return None
        namespace = obj.metadata.namespace if row.namespaced else ""
        return Identity(row.group_resource, namespace, reference.name, reference.uid)

    # -- reconcile ----------------------------------------------------------------------------------------------------

    def reconcile(self, key: str) -> After | None:
        identity = Identity(*key.split("|"))
        owner = self._find(identity)
        if owner is not None:
            finalizers = owner.metadata.finalizers if owner.metadata.deletionTimestamp is not None else ()
            if ORPHAN in finalizers:
                self._orphan(identity, owner)
                return None
            if FOREGROUND not in finalizers:
                return None
            blocking = [obj for _, obj in self.client.dependents(identity.uid) if _blocks(obj, identity.uid)]
            if not blocking:
                self._drop_finalizer(identity.resource, owner, FOREGROUND)
                return None
        for resource, dependent in list(self.client.dependents(identity.uid)):
            self._collect(resource, dependent)
        return None

    def _find(self, identity: Identity) -> Any | None:
        found = self.client.find(identity.resource, identity.name, identity.namespace)
        return found if found is not None and found.metadata.uid == identity.uid else None

    def _collect(self, resource: str, obj: Any) -> None:
        """Delete an object that no owner wants any more; where one still does, take off the references to the others."""
        meta = obj.metadata
        if meta.deletionTimestamp is not None and FOREGROUND not in meta.finalizers:
            return
        solid: list[OwnerReference] = []
        waiting = False
        for reference in meta.ownerReferences:
            identity = self._identity(obj, reference)
            owner = self._find(identity) if identity is not None else None
            if identity is None:
                solid.append(reference)
            elif owner is not None:
                deleting = owner.metadata.deletionTimestamp is not None and FOREGROUND in owner.metadata.finalizers
                if deleting:
                    waiting = True
                else:
                    solid.append(reference)
        if solid:
            if len(solid) < len(meta.ownerReferences):
                self.client.update(obj.with_metadata(ownerReferences=tuple(solid)), resource)
            return
        has_dependents = next(self.client.dependents(meta.uid), None) is not None
        self._delete(resource, obj, "Foreground" if waiting and has_dependents else _own_policy(obj))

    def _delete(self, resource: str, obj: Any, policy: str) -> None:
        meta = obj.metadata
        try:
            self.client.delete(resource, meta.name, meta.namespace, propagation=policy, uid=meta.uid)
        except StatusError as error:
            if error.code != 404:
                raise

    def _orphan(self, identity: Identity, owner: Any) -> None:
        """Set the dependents free, then let the owner go."""
        for resource, obj in list(self.client.dependents(identity.uid)):
            kept = tuple(r for r in obj.metadata.ownerReferences if r.uid != identity.uid)
            self.client.update(obj.with_metadata(ownerReferences=kept or None), resource)
        self._drop_finalizer(identity.resource, owner, ORPHAN)

    def _drop_finalizer(self, resource: str, owner: Any, finalizer: str) -> None:
        kept = tuple(name for name in owner.metadata.finalizers if name != finalizer)
        self.client.update(owner.with_metadata(finalizers=kept or None), resource)


def _blocks(obj: Object, uid: str) -> bool:
    return any(r.uid == uid and r.blockOwnerDeletion for r in obj.metadata.ownerReferences)


def _own_policy(obj: Object) -> str:
    """The policy an object has asked for itself, by its finalizers."""
    if ORPHAN in obj.metadata.finalizers:
        return "Orphan"
    return "Foreground" if FOREGROUND in obj.metadata.finalizers else "Background"
