"""Sets of fields, as server-side apply counts them: which paths of an object somebody set, and what changed between two.

A path is a tuple of elements spelled as in `FieldsV1`: `f:spec`, `k:{"name":"web"}` for an element of a keyed list,
`v:"x"` for one of a set. What a list or map is follows from the typed models. Source: sigs.k8s.io/structured-merge-diff.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, NamedTuple

from k8snb.api.model import Struct
from k8snb.apiserver.patch.schema import FieldSchema, schema_of

Path = tuple[str, ...]
FieldSet = frozenset[Path]

NO_FIELDS: FieldSet = frozenset()


class Shape(NamedTuple):
    """How a value is to be taken apart: as a struct, an open map, a keyed list, a set, or as a whole (`atomic`)."""

    kind: str
    cls: type[Struct] | None = None
    keys: tuple[str, ...] = ()
    defaults: tuple[tuple[str, Any], ...] = ()


ATOMIC = Shape("atomic")
OPEN = Shape("open")  # data without a schema: maps are taken apart, lists are not


def shape_of(schema: FieldSchema | None) -> Shape:
    """The shape of a field."""
    if schema is None:
        return OPEN
    meta = schema.meta
    if schema.is_list:
        if meta.list_type == "map":
            return Shape("keyed", schema.cls, meta.list_keys, _key_defaults(schema))
        return Shape("set") if meta.list_type == "set" else ATOMIC
    if schema.is_map:
        return ATOMIC if meta.map_type == "atomic" else Shape("map", schema.cls)
    if schema.cls is not None:
        atomic = meta.map_type == "atomic" or getattr(schema.cls, "map_type", "") == "atomic"
        return ATOMIC if atomic else Shape("struct", schema.cls)
    return OPEN if meta.go in ("runtime.RawExtension", "any") else ATOMIC


def _key_defaults(schema: FieldSchema) -> tuple[tuple[str, Any], ...]:
    """Keys that may be left out have a default (`protocol: TCP`)."""
    if schema.cls is None:
        return ()
    fields = schema_of(schema.cls)
    return tuple((k, fields[k].meta.default) for k in schema.meta.list_keys if k in fields and fields[k].meta.default)


def root_shape(cls: type[Struct] | None) -> Shape:
    """The shape of a whole object; custom resources have only metadata in common."""
    return Shape("struct", cls) if cls is not None else OPEN


def children(value: Any, shape: Shape) -> list[tuple[str, Any, Shape]] | None:
    """(element, value, shape) of each part; None if the value counts as a whole."""
    if isinstance(value, dict) and shape.kind in ("struct", "open", "map"):
        fields = schema_of(shape.cls) if shape.cls is not None and shape.kind == "struct" else None
        found = []
        for name, item in value.items():
            if shape.kind == "map":
                inner = Shape("struct", shape.cls) if shape.cls is not None else ATOMIC
            elif fields is not None and name in fields:
                inner = shape_of(fields[name])
            else:
                inner = OPEN
            found.append((f"f:{name}", item, inner))
        return found
    if isinstance(value, list) and shape.kind == "keyed":
        return [(element_key(item, shape), item, Shape("struct", shape.cls)) for item in value]
    if isinstance(value, list) and shape.kind == "set":
        return [(f"v:{json.dumps(item)}", item, ATOMIC) for item in value]
    return None


def element_key(item: Any, shape: Shape) -> str:
    """`k:{…}` of an element of a keyed list."""
    defaults = dict(shape.defaults)
    keys = {key: item.get(key, defaults.get(key)) for key in shape.keys if isinstance(item, dict)}
    keys = {key: value for key, value in keys.items() if value is not None}
    return "k:" + json.dumps(keys, sort_keys=True, separators=(",", ":"))


def fields_of(value: Any, shape: Shape, path: Path = ()) -> set[Path]:
    """Every field that a value sets: leaves, empty containers, and the elements of keyed lists themselves."""
    parts = children(value, shape)
    if parts is None or (not parts and path):
        return {path}
    found: set[Path] = set()
    for element, item, inner in parts:
        below = (*path, element)
        if shape.kind == "keyed":
            found.add(below)
        found |= fields_of(item, inner, below)
    return found


class Difference(NamedTuple):
    """What is new, changed and gone between two values."""

    added: set[Path]
    modified: set[Path]
    removed: set[Path]

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.modified or self.removed)


def compare(old: Any, new: Any, shape: Shape) -> Difference:
    """The fields in which two values differ."""
    difference = Difference(set(), set(), set())
    _compare(old, new, shape, (), difference)
    return difference


def _compare(old: Any, new: Any, shape: Shape, path: Path, out: Difference) -> None:
    if old == new:
        return
    before, after = children(old, shape), children(new, shape)
    if before is None or after is None:
        if old is None:
            out.added.update(_with_containers(new, shape, path))
        elif new is None:
            out.removed.update(_with_containers(old, shape, path))
        else:
            out.modified.add(path)
        return
    gone = {element: (item, inner) for element, item, inner in before}
    for element, item, inner in after:
        below = (*path, element)
        if element in gone:
            _compare(gone.pop(element)[0], item, inner, below, out)
        else:
            out.added.update(_with_containers(item, inner, below))
    for element, (item, inner) in gone.items():
        out.removed.update(_with_containers(item, inner, (*path, element)))


def _with_containers(value: Any, shape: Shape, path: Path) -> set[Path]:
    """All fields of a value that comes or goes, open maps and list elements themselves included."""
    parts = children(value, shape)
    if parts is None:
        return {path}
    found = {path} if path and (not parts or shape.kind != "struct" or path[-1][0] == "k") else set()
    for element, item, inner in parts:
        found |= _with_containers(item, inner, (*path, element))
    return found


@lru_cache(maxsize=256)
def to_fields_v1(members: FieldSet) -> dict[str, Any]:
    """The nested form of `managedFields[].fieldsV1`; shared by all objects of a shape, so not to be changed."""
    root: dict[str, Any] = {}
    for path in sorted(members):
        node = root
        for depth, element in enumerate(path):
            node = node.setdefault(element, {})
            if path[: depth + 1] in members and depth + 1 < len(path):
                node.setdefault(".", {})
    return root


def from_fields_v1(data: dict[str, Any], path: Path = ()) -> set[Path]:
    """The paths of the nested form."""
    found: set[Path] = set()
    for element, below in data.items():
        if element == ".":
            found.add(path)
        elif not below:
            found.add((*path, element))
        else:
            found |= from_fields_v1(below, (*path, element))
    return found


def format_path(path: Path) -> str:
    """A path as conflicts show it: `.spec.containers[name="web"].image`."""
    text = ""
    for element in path:
        kind, _, rest = element.partition(":")
        if kind == "f":
            text += f".{rest}"
        elif kind == "k":
            keys = json.loads(rest)
            text += "[" + ",".join(f"{key}={json.dumps(keys[key])}" for key in sorted(keys)) + "]"
        elif kind == "i":
            text += f"[{rest}]"
        else:
            text += f"[={rest}]"
    return text
