"""The patch that leads from one version of an object to another, as kubectl computes it before it sends one.

A merge patch (RFC 7386) says which members change; a strategic merge patch knows the lists of Kubernetes and speaks of
their elements (`$patch`, `$setElementOrder`, `$deleteFromPrimitiveList`, `$retainKeys`). Both work on JSON data.
Source: apimachinery `pkg/util/strategicpatch/patch.go` (diffMaps, diffLists), `evanphx/json-patch` (CreateMergePatch).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from k8snb.api.model import Struct
from k8snb.apiserver.patch.schema import FieldSchema, field_schema
from k8snb.apiserver.patch.strategic import DELETE_FROM, ELEMENT_ORDER, PATCH, RETAIN_KEYS

JSON: Final = "application/json-patch+json"
MERGE: Final = "application/merge-patch+json"
STRATEGIC: Final = "application/strategic-merge-patch+json"


def merge_difference(before: Any, after: Any) -> dict[str, Any]:
    """The merge patch from one map to another; empty if they are the same."""
    patch: dict[str, Any] = {name: None for name in before if name not in after}
    for name, value in after.items():
        old = before.get(name)
        if isinstance(old, dict) and isinstance(value, dict):
            inner = merge_difference(old, value)
            if inner:
                patch[name] = inner
        elif name not in before or not same(old, value):
            patch[name] = value
    return patch


@dataclass(frozen=True)
class Options:
    """Which half of the difference is wanted: three-way merges take changes and deletions from different pairs."""

    changes: bool = True
    deletions: bool = True
    element_order: bool = True
    retain_keys: bool = False


def strategic_difference(
    before: dict[str, Any], after: dict[str, Any], cls: type[Struct] | None, options: Options = Options()
) -> dict[str, Any]:
    """The strategic merge patch from one object to another; `cls` is the type of both (None: free-form data)."""
    patch: dict[str, Any] = {}
    for name, value in after.items():
        if name not in before:
            if options.changes:
                patch[name] = value
            continue
        old, schema = before[name], field_schema(cls, name)
        if isinstance(old, dict) and isinstance(value, dict):
            _map_difference(patch, name, old, value, schema, options)
        elif isinstance(old, list) and isinstance(value, list) and schema is not None and schema.merges:
            _list_difference(patch, name, old, value, schema, options)
        elif options.changes and not same(old, value):
            patch[name] = value
    if options.deletions:
        patch |= {name: None for name in before if name not in after}
    kept = sorted(name for name, value in after.items() if value is not None)
    if options.retain_keys and kept and (patch or any(name not in after for name in before)):
        patch[RETAIN_KEYS] = kept
    return patch


def _map_difference(
    patch: dict[str, Any], name: str, old: Any, new: Any, schema: FieldSchema | None, options: Options
) -> None:
    if schema is not None and "replace" in schema.meta.strategy.split(","):
        if options.changes:
            patch[name] = new
        return
    cls = schema.cls if schema is not None and not schema.is_map else None
    retain = schema is not None and schema.retains_keys
    inner = strategic_difference(old, new, cls, replace(options, retain_keys=retain))
    if inner:
        patch[name] = inner


def _list_difference(
    patch: dict[str, Any], name: str, old: list[Any], new: list[Any], schema: FieldSchema, options: Options
) -> None:
    if not old:
        if new and options.changes:
            patch[name] = new
        return
    key = schema.meta.merge_key
    if not key:
        _scalars(patch, name, old, new, options)
        return
    options = replace(options, retain_keys=schema.retains_keys)
    changes, deletions = _elements(old, new, schema, options)
    if changes or deletions:
        patch[name] = changes + deletions
    names = [item.get(key) for item in new]
    moved = options.changes and names != [item.get(key) for item in old]
    if options.element_order and (changes or deletions or moved):
        patch[ELEMENT_ORDER + name] = [{key: item} for item in names]


def _elements(
    old: list[Any], new: list[Any], schema: FieldSchema, options: Options
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(what is to be added and changed, what is to be deleted) in a list with a merge key."""
    key = schema.meta.merge_key
    before = {item.get(key): item for item in old}
    after = {item.get(key) for item in new}
    changes: list[dict[str, Any]] = []
    for item in new:
        known = before.get(item.get(key))
        if known is None:
            if options.changes:
                changes.append(item)
            continue
        inner = strategic_difference(known, item, schema.cls, options)
        if inner:
            changes.append({**inner, key: item[key]})
    gone = sorted((name for name in before if name not in after), key=str) if options.deletions else []
    return changes, [{PATCH: "delete", key: name} for name in gone]


def _scalars(patch: dict[str, Any], name: str, old: list[Any], new: list[Any], options: Options) -> None:
    added = [item for item in new if item not in old] if options.changes else []
    removed = [item for item in old if item not in new] if options.deletions else []
    if added:
        patch[name] = added
    if removed:
        patch[DELETE_FROM + name] = removed
    if options.element_order and (removed or (options.changes and old != new)):
        patch[ELEMENT_ORDER + name] = new


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal: unlike in Python, `true` is not 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(same(*pair) for pair in zip(one, other, strict=True))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)
