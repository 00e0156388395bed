"""The store: what etcd is to Kubernetes. Every object of the cluster, every version of it for a while, one counter.

Objects are frozen, so the store keeps references and a copy of the store is a copy of its tables. The log of changes is the
watch: reading it from a revision on gives every change since, and replaying it from the beginning rebuilds the store.
Indexes (by owner, by node, …) are derived here once, so that controllers need no caches of their own.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from k8snb.api import errors
from k8snb.api.object import Object
from k8snb.sim.limits import STORE_HISTORY

Table = dict[str, dict[str, Object]]  # namespace -> name -> object


class Change(NamedTuple):
    """One entry of the log: revision, ADDED, MODIFIED or DELETED, the object now (or as it last was) and before."""

    revision: int
    type: str
    resource: str
    object: Object
    old: Object | None
    time: float = 0.0

    @property
    def key(self) -> str:
        """`namespace/name` of the object."""
        meta = self.object.metadata
        return f"{meta.namespace}/{meta.name}" if meta.namespace else meta.name


#: Which values of an index an object stands under.
IndexBy = Callable[[Object], Iterable[str]]


class StoreState(NamedTuple):
    """Everything a store is at an instant."""

    revision: int
    base: int
    log: tuple[Change, ...]
    tables: dict[str, Table]
    indexes: dict[tuple[str, str], dict[str, dict[str, Object]]]
    touched: dict[str, int]


def owner_uids(obj: Object) -> Iterable[str]:
    """UIDs of all owners: what the garbage collector follows."""
    return [owner.uid for owner in obj.metadata.ownerReferences]


class Store:
    """Tables of objects by resource (`pods`, `deployments.apps`), namespace and name."""

    def __init__(self) -> None:
        self.revision = 0
        self._base = 0
        self._log: list[Change] = []
        self._tables: dict[str, Table] = {}
        self._indexers: dict[str, list[tuple[str, IndexBy]]] = {}
        self._indexes: dict[tuple[str, str], dict[str, dict[str, Object]]] = {("*", "owner"): {}}
        self._sorted: dict[tuple[str, str], list[str]] = {}
        self._touched: dict[str, int] = {}
        #: how often the past has been rewritten by `load`: whoever reads the log from a place in it has lost that place
        self.rewritten = 0

    def touched(self, resource: str) -> int:
        """The revision of the latest change to any object of a resource: what caches are compared with."""
        return self._touched.get(resource, 0)

    def add_index(self, resource: str, name: str, by: IndexBy) -> None:
        """Keep the objects of a resource findable by what `by` says of them."""
        self._indexers.setdefault(resource, []).append((name, by))
        self._indexes[resource, name] = {}
        for obj in self.list(resource):
            self._index(resource, obj, None)

    # -- reading ----------------------------------------------------------------------------------------------------

    def get(self, resource: str, namespace: str, name: str) -> Object | None:
        table = self._tables.get(resource)
        space = table.get(namespace) if table else None
        return space.get(name) if space else None

    def list(self, resource: str, namespace: str = "") -> builtins.list[Object]:
        """All objects, ordered by namespace and name as etcd orders keys."""
        table = self._tables.get(resource)
        if not table:
            return []
        if namespace:
            return self._in_namespace(resource, table, namespace)
        if len(table) == 1:
            return self._in_namespace(resource, table, next(iter(table)))
        spaces = sorted(table, key=lambda space: f"{space}/")  # the order of whole keys
        return [obj for space in spaces for obj in self._in_namespace(resource, table, space)]

    def _in_namespace(self, resource: str, table: Table, namespace: str) -> builtins.list[Object]:
        objects = table.get(namespace)
        if not objects:
            return []
        names = self._sorted.get((resource, namespace))
        if names is None:
            names = self._sorted[resource, namespace] = sorted(objects)
        return [objects[name] for name in names]

    def indexed(self, resource: str, index: str, value: str) -> builtins.list[Object]:
        """The objects that stand under this value, in order of their keys."""
        found = self._indexes[resource, index].get(value)
        return [found[key] for key in sorted(found)] if found else []

    def count(self, resource: str, index: str, value: str) -> int:
        """How many objects stand under this value."""
        return len(self._indexes[resource, index].get(value, ()))

    def dependents(self, uid: str) -> Iterator[tuple[str, Object]]:
        """(resource, object) of everything that names this UID as an owner."""
        found = self._indexes["*", "owner"].get(uid, {})
        for key in sorted(found):
            yield key.partition(" ")[0], found[key]

    def resources(self) -> builtins.list[str]:
        """Resources that hold at least one object."""
        return sorted(name for name, table in self._tables.items() if table)

    def changes_since(self, cursor: int) -> tuple[builtins.list[Change], int]:
        """What was written after revision `cursor`, and the new cursor. 410 Gone if that is no longer known."""
        if cursor == self.revision:
            return [], cursor
        if cursor < self._base:
            raise errors.expired(f"too old resource version: {cursor} ({self._base + 1})")
        return self._log[cursor - self._base :], self.revision

    def history(self, resource: str = "") -> builtins.list[Change]:
        """The changes still known, oldest first, of one resource or of all."""
        return [change for change in self._log if not resource or change.resource == resource]

    # -- writing ----------------------------------------------------------------------------------------------------

    def put(self, resource: str, obj: Object, time: float) -> Object:
        """Write an object under the next revision and return it as stored. The caller has checked everything."""
        meta = obj.metadata
        namespace, name = meta.namespace, meta.name
        self.revision += 1
        obj = obj.replace(metadata=meta.replace(resourceVersion=str(self.revision)))
        table = self._tables.get(resource)
        if table is None:
            table = self._tables[resource] = {}
        space = table.get(namespace)
        if space is None:
            space = table[namespace] = {}
        old = space.get(name)
        space[name] = obj
        if old is None:
            self._sorted.pop((resource, namespace), None)
        self._index(resource, obj, old)
        self._append(Change(self.revision, "MODIFIED" if old else "ADDED", resource, obj, old, time))
        return obj

    def remove(self, resource: str, obj: Object, time: float) -> Object:
        """Take an object out; its last form carries the revision of the deletion."""
        meta = obj.metadata
        self.revision += 1
        last = obj.replace(metadata=meta.replace(resourceVersion=str(self.revision)))
        table = self._tables[resource]
        old = table[meta.namespace].pop(meta.name)
        if not table[meta.namespace]:
            del table[meta.namespace]
        self._sorted.pop((resource, meta.namespace), None)
        self._index(resource, None, old)
        self._append(Change(self.revision, "DELETED", resource, last, old, time))
        return last

    def _append(self, change: Change) -> None:
        self._log.append(change)
        self._touched[change.resource] = change.revision
        if len(self._log) > 2 * STORE_HISTORY:
            self.compact(self.revision - STORE_HISTORY)

    def compact(self, revision: int) -> None:
        """Forget the changes up to `revision`."""
        if revision > self._base:
            del self._log[: revision - self._base]
            self._base = revision

    def _index(self, resource: str, new: Object | None, old: Object | None) -> None:
        either = old if new is None else new
        assert either is not None
        meta = either.metadata
        if meta.ownerReferences or (old is not None and old.metadata.ownerReferences):
            key = f"{resource} {meta.namespace}/{meta.name}"
            self._move(self._indexes["*", "owner"], key, new, old, owner_uids)
        indexers = self._indexers.get(resource)
        if indexers:
            key = f"{meta.namespace}/{meta.name}"
            for name, by in indexers:
                self._move(self._indexes[resource, name], key, new, old, by)

    @staticmethod
    def _move(
        index: dict[str, dict[str, Object]], key: str, new: Object | None, old: Object | None, by: IndexBy
    ) -> None:
        after = by(new) if new is not None else ()
        before = by(old) if old is not None else ()
        if before != after:
            for value in before:
                if value not in after:
                    bucket = index[value]
                    del bucket[key]
                    if not bucket:
                        del index[value]
        if new is not None:
            for value in after:
                held = index.get(value)
                if held is None:
                    held = index[value] = {}
                held[key] = new

    # -- state ------------------------------------------------------------------------------------------------------

    def dump(self) -> StoreState:
        tables = {resource: {ns: dict(objects) for ns, objects in t.items()} for resource, t in self._tables.items()}
        indexes = {which: {value: dict(b) for value, b in index.items()} for which, index in self._indexes.items()}
        return StoreState(self.revision, self._base, tuple(self._log), tables, indexes, dict(self._touched))

    def load(self, state: StoreState) -> None:
        self.revision, self._base, self._log = state.revision, state.base, list(state.log)
        self._tables = {r: {ns: dict(objects) for ns, objects in t.items()} for r, t in state.tables.items()}
        self._indexes = {which: {v: dict(b) for v, b in index.items()} for which, index in state.indexes.items()}
        self._sorted, self._touched = {}, dict(state.touched)
        self.rewritten += 1
