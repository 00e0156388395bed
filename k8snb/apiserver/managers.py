"""Field managers: who owns which field of each object (`metadata.managedFields`).

Upstream works this out on every write. Here a write only notes who wrote, and between which two versions; the ownership is
worked out when somebody looks at it, which is when an object is shown in full or applied. Writes of the same manager in a
row count as one. Source: apimachinery `pkg/util/managedfields`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from k8snb.api.meta import ManagedFieldsEntry
from k8snb.api.model import Struct
from k8snb.api.object import CustomResource, Object
from k8snb.api.validation.metadata import validate_managed_fields
from k8snb.apiserver.fieldset import NO_FIELDS, FieldSet, Path, compare, from_fields_v1, root_shape, to_fields_v1
from k8snb.apiserver.patch.declared import root_of
from k8snb.sim.clock import Clock


class Manager(NamedTuple):
    """Whose entry it is. `operation` is Apply or Update."""

    name: str
    operation: str
    api_version: str
    subresource: str = ""


@lru_cache(maxsize=512)
def _updater(name: str, api_version: str, subresource: str) -> Manager:
    return Manager(name, "Update", api_version, subresource)


class Owned(NamedTuple):
    """The fields of one manager and when it last changed them."""

    fields: FieldSet
    time: str


class Write(NamedTuple):
    """A write whose ownership has not been worked out yet."""

    manager: Manager
    old: Object | None
    new: Object
    time: float


Ownership = dict[Manager, Owned]

#: fields that nobody owns
_STRIPPED: FieldSet = frozenset(
    {("f:apiVersion",), ("f:kind",), ("f:metadata",)}
    | {
        ("f:metadata", f"f:{name}")
        for name in (
            "name",
            "namespace",
            "creationTimestamp",
            "selfLink",
            "uid",
            "generation",
            "managedFields",
            "resourceVersion",
            "deletionTimestamp",
            "deletionGracePeriodSeconds",
        )
    }
)


class FieldManagers:
    """The owners of all objects' fields, by UID."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[str, Ownership] = {}
        self._pending: dict[str, tuple[Write, ...]] = {}
        #: the last object that was only tried (dry run), and who would own its fields
        self._tried: tuple[Object, Ownership] | None = None

    def wrote(self, manager: str, subresource: str, old: Object | None, new: Object) -> None:
        """Note a create, update or patch."""
        who, uid = _updater(manager, new.apiVersion, subresource), new.metadata.uid
        if old is None:
            self._pending[uid] = (Write(who, None, new, self._clock.now),)
            return
        pending = self._pending.get(uid, ())
        if pending and pending[-1].manager == who and pending[-1].new is old:
            write = Write(who, pending[-1].old, new, self._clock.now)
            self._pending[uid] = (*pending[:-1], write)
        else:
            self._pending[uid] = (*pending, Write(who, old, new, self._clock.now))

    def tried(self, manager: str, subresource: str, old: Object | None, new: Object) -> None:
        """As `wrote`, for a write that is not kept: for as long as its answer takes."""
        write = Write(_updater(manager, new.apiVersion, subresource), old, new, self._clock.now)
        self._tried = new, self._folded(self.of(new.metadata.uid), write)

    def forget(self, uid: str) -> None:
        """An object is gone."""
        self._known.pop(uid, None)
        self._pending.pop(uid, None)

    def of(self, uid: str) -> Ownership:
        """Who owns what of an object."""
        pending = self._pending.pop(uid, ())
        if pending:
            owners = self._known.get(uid, {})
            for write in pending:
                owners = self._folded(owners, write)
            self._known[uid] = owners
        return self._known.get(uid, {})

    def put(self, obj: Object, owners: Ownership, dry_run: bool) -> None:
        """Replace the ownership of an object (server-side apply)."""
        if dry_run:
            self._tried = obj, owners
        else:
            self._put(obj.metadata.uid, owners)

    def _put(self, uid: str, owners: Ownership) -> None:
        self._pending.pop(uid, None)
        self._known[uid] = owners

    def replace(self, uid: str, entries: Sequence[ManagedFieldsEntry]) -> None:
        """Take over `metadata.managedFields` as a client has written them. None, and ones that make no sense, change
        nothing; a single empty one clears the ownership."""
        rows = [entry for entry in entries if entry.to_dict()]
        if not entries or validate_managed_fields(rows, ""):
            return
        owners: Ownership = {}
        for row in rows:
            fields = frozenset(from_fields_v1(row.fieldsV1 or {}))
            manager = Manager(row.manager, row.operation, row.apiVersion, row.subresource)
            owners[manager] = Owned(fields, row.time or self._clock.timestamp())
        self._put(uid, owners)

    def _folded(self, owners: Ownership, write: Write) -> Ownership:
        shape = root_shape(schema_class(type(write.new)))
        before = _data(write.old) if write.old is not None else {}
        difference = compare(before, _data(write.new), shape)
        touched = (difference.added | difference.modified) - _STRIPPED
        removed = difference.removed
        result: Ownership = {}
        for manager, owned in owners.items():
            if manager == write.manager:
                continue
            left = owned.fields - touched - removed
            if left:
                result[manager] = Owned(left, owned.time)
        mine = owners.get(write.manager, Owned(NO_FIELDS, ""))
        fields = (mine.fields - removed) | touched
        if fields:
            changed = touched or removed & mine.fields
            result[write.manager] = Owned(fields, self._clock.at(write.time) if changed else mine.time)
        return result

    def owners(self, obj: Object) -> Ownership:
        """Who owns what of an object, or would if it was only tried. The same ownership is the same dict."""
        tried = self._tried
        return tried[1] if tried is not None and tried[0] is obj else self.of(obj.metadata.uid)

    def entries(self, obj: Object) -> list[dict[str, Any]]:
        """`metadata.managedFields` as JSON data."""
        rows = []
        for manager, owned in self.owners(obj).items():
            row: dict[str, Any] = {
                "manager": manager.name,
                "operation": manager.operation,
                "apiVersion": manager.api_version,
                "time": owned.time,
                "fieldsType": "FieldsV1",
                "fieldsV1": to_fields_v1(owned.fields),
            }
            if manager.subresource:
                row["subresource"] = manager.subresource
            rows.append(row)
        rows.sort(key=lambda row: (row["operation"], row["time"], row["manager"], row.get("subresource", "")))
        return rows

    def dump(self) -> tuple[dict[str, Ownership], dict[str, tuple[Write, ...]]]:
        return dict(self._known), dict(self._pending)

    def load(self, state: tuple[dict[str, Ownership], dict[str, tuple[Write, ...]]]) -> None:
        self._known, self._pending = dict(state[0]), dict(state[1])


def schema_class(cls: type[Object]) -> type[Struct] | None:
    """The class whose fields say how to take an object apart, or what stands in for it."""
    return cls if not issubclass(cls, CustomResource) else _declared(cls)


@lru_cache(maxsize=128)
def _declared(cls: type[CustomResource]) -> type[Struct]:
    return root_of(cls.openapi)


def _data(obj: Object) -> dict[str, Any]:
    return obj.to_dict()


def strip(paths: set[Path]) -> FieldSet:
    """Without the fields that nobody owns."""
    return frozenset(paths - _STRIPPED)
