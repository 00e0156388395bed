"""The three-way merge of client-side apply: a patch from the live object to the manifest.

What the last manifest had and the new one has not is deleted; what the new one has and the live object has not, or has
otherwise, is set; everything else stays, whoever made it. Source: apimachinery `pkg/util/strategicpatch/patch.go`
(CreateThreeWayMergePatch), `pkg/util/jsonmergepatch`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from k8snb.api import yaml
from k8snb.api.model import Struct
from k8snb.apiserver.patch.schema import field_schema
from k8snb.apiserver.patch.strategic import DELETE_FROM, ELEMENT_ORDER, PATCH, RETAIN_KEYS
from k8snb.kubectl.differences import MERGE, STRATEGIC, Options, merge_difference, same, strategic_difference
from k8snb.kubectl.errors import CommandError

Json = dict[str, Any]


class Patch(NamedTuple):
    """A patch and its content type."""

    body: Json
    content_type: str


def three_way(
    original: Json, modified: Json, current: Json, cls: type[Struct] | None, *, overwrite: bool = True
) -> Patch:
    """The patch that apply sends: a strategic one for built-in types (`cls`), a merge patch for all others.

    CommandError if apiVersion, kind or name would change, or, without `overwrite`, if others have changed the same field.
    """
    if cls is None:
        changes = without_nulls(merge_difference(current, modified))
        body = _merged_plainly(only_nulls(merge_difference(original, modified)), changes)
        content_type = MERGE
    else:
        changes = strategic_difference(current, modified, cls, Options(deletions=False))
        deletions = strategic_difference(original, modified, cls, Options(changes=False))
        body, content_type = _merged(deletions, changes, cls), STRATEGIC
        if not overwrite:
            _check_conflicts(body, strategic_difference(original, current, cls, Options(element_order=False)), cls)
    for name in ("apiVersion", "kind"):
        if name in body:
            raise CommandError(f"At least one of apiVersion, kind and name was changed: {body}")
    if "name" in (body.get("metadata") or {}):
        raise CommandError("At least one of apiVersion, kind and name was changed")
    return Patch(body, content_type)


def without_nulls(patch: Json) -> Json:
    """What a merge patch adds and changes."""
    found: Json = {}
    for name, value in patch.items():
        if isinstance(value, dict):
            inner = without_nulls(value)
            if inner or not value:
                found[name] = inner
        elif value is not None:
            found[name] = value
    return found


def only_nulls(patch: Json) -> Json:
    """What a merge patch removes."""
    found: Json = {}
    for name, value in patch.items():
        if value is None:
            found[name] = None
        elif isinstance(value, dict):
            inner = only_nulls(value)
            if inner:
                found[name] = inner
    return found


def _merged_plainly(first: Json, second: Json) -> Json:
    merged = dict(first)
    for name, value in second.items():
        before = merged.get(name)
        both = isinstance(before, dict) and isinstance(value, dict)
        merged[name] = _merged_plainly(before, value) if both and before is not None else value
    return merged


def _merged(deletions: Json, changes: Json, cls: type[Struct] | None) -> Json:
    """One patch of two, both of which speak of the same manifest."""
    merged = dict(deletions)
    for name, value in changes.items():
        if name.startswith((ELEMENT_ORDER, DELETE_FROM)) or name == RETAIN_KEYS:
            merged[name] = value
            continue
        before, schema = merged.get(name), field_schema(cls, name)
        if isinstance(before, dict) and isinstance(value, dict):
            inner = schema.cls if schema is not None and not schema.is_map else None
            merged[name] = _merged(before, value, inner)
        elif isinstance(before, list) and isinstance(value, list) and schema is not None and schema.merges:
            merged[name] = _merged_list(before, value, schema.meta.merge_key, schema.cls)
        else:
            merged[name] = value
    for name in [name for name in merged if name.startswith(ELEMENT_ORDER)]:
        field = name.removeprefix(ELEMENT_ORDER)
        schema = field_schema(cls, field)
        if schema is not None and schema.meta.merge_key and isinstance(merged.get(field), list):
            merged[field] = _in_order(merged[field], merged[name], schema.meta.merge_key)
    return merged


def _merged_list(before: list[Any], value: list[Any], key: str, cls: type[Struct] | None) -> list[Any]:
    if not key:
        return before + [item for item in value if item not in before]
    merged = list(before)
    for item in value:
        place = next((i for i, old in enumerate(merged) if PATCH not in old and old.get(key) == item.get(key)), None)
        if place is None:
            merged.append(item)
        else:
            merged[place] = _merged(merged[place], item, cls)
    return merged


def _in_order(items: list[Any], order: list[Any], key: str) -> list[Any]:
    """Elements as the manifest has them, then those that are to be deleted."""
    places = {item.get(key): index for index, item in enumerate(order)}
    known = sorted((item for item in items if item.get(key) in places), key=lambda item: places[item.get(key)])
    return known + [item for item in items if item.get(key) not in places]


def _check_conflicts(patch: Json, changed: Json, cls: type[Struct] | None) -> None:
    if _conflict(patch, changed, cls):
        shown = (
            f"patch:\n{yaml.dump(patch)}\nconflicts with changes made from original to current:\n{yaml.dump(changed)}\n"
        )
        raise CommandError(shown)


def _conflict(one: Any, other: Any, cls: type[Struct] | None, merge_key: str = "") -> bool:
    """Whether two patches set the same field to different values."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in one.keys() & other.keys():
            schema = field_schema(cls, name)
            inner = schema.cls if schema is not None and not schema.is_map else None
            key = schema.meta.merge_key if schema is not None else ""
            if not name.startswith(ELEMENT_ORDER) and _conflict(one[name], other[name], inner, key):
                return True
        return False
    if isinstance(one, list) and isinstance(other, list) and merge_key:
        pairs = [(a, b) for a in one for b in other if a.get(merge_key) == b.get(merge_key)]
        return any(_conflict(a, b, cls) for a, b in pairs)
    return not same(one, other)
