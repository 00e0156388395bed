"""Strategic merge patch: a merge patch that knows Kubernetes' lists.

Lists with a merge key are merged element by element; directives steer the rest: `$patch: replace|delete|merge`,
`$deleteFromPrimitiveList/x`, `$setElementOrder/x`, `$retainKeys`. Source: apimachinery
`pkg/util/strategicpatch/patch.go` and the SIG API machinery document on strategic merge patch.
"""

from __future__ import annotations

from typing import Any

from k8snb.api import errors
from k8snb.api.model import Struct
from k8snb.apiserver.patch.schema import FieldSchema, field_schema

PATCH = "$patch"
RETAIN_KEYS = "$retainKeys"
DELETE_FROM = "$deleteFromPrimitiveList/"
ELEMENT_ORDER = "$setElementOrder/"


def strategic_merge(original: dict[str, Any], patch: dict[str, Any], cls: type[Struct] | None) -> dict[str, Any]:
    """The merged object; neither input is changed. BadRequest for directives that make no sense."""
    patch = dict(patch)
    directive = patch.pop(PATCH, None)
    if directive == "replace":
        kept: dict[str, Any] = _without_directives(patch)
        return kept
    if directive == "delete":
        return {}
    if directive not in (None, "merge"):
        raise errors.bad_request(f"Unknown patch type: {directive}")
    merged = dict(original)
    if RETAIN_KEYS in patch:
        retained = patch.pop(RETAIN_KEYS)
        merged = {key: value for key, value in merged.items() if key in retained}
    for key, value in patch.items():
        if not key.startswith((DELETE_FROM, ELEMENT_ORDER)):
            _merge_field(merged, key, value, field_schema(cls, key))
    _lists_of_directives(merged, original, patch, cls)
    return merged


def _merge_field(merged: dict[str, Any], key: str, value: Any, schema: FieldSchema | None) -> None:
    if value is None:
        merged.pop(key, None)
        return
    before = merged.get(key)
    if isinstance(value, dict):
        start = before if isinstance(before, dict) else {}
        cls = schema.cls if schema is not None and not schema.is_map else None
        merged[key] = strategic_merge(start, value, cls)
    elif isinstance(value, list) and schema is not None and schema.merges:
        merged[key] = _merge_list(before if isinstance(before, list) else [], value, schema)
    else:
        merged[key] = _strip_list(value)


def _merge_list(original: list[Any], patch: list[Any], schema: FieldSchema) -> list[Any]:
    key = schema.meta.merge_key
    if not key:
        both = original + [item for item in patch if item not in original]
        return _ordered(both, patch, "", original)
    if any(isinstance(item, dict) and item.get(PATCH) == "replace" for item in patch):
        return [item for item in patch if not (isinstance(item, dict) and item.get(PATCH) == "replace")]
    merged = list(original)
    for item in patch:
        if not isinstance(item, dict) or key not in item:
            raise errors.bad_request(f"map: {go_map(item)} does not contain declared merge key: {key}")
        place = next((i for i, old in enumerate(merged) if isinstance(old, dict) and old.get(key) == item[key]), None)
        if item.get(PATCH) == "delete":
            if place is not None:
                merged = [old for old in merged if old.get(key) != item[key]]
        elif place is None:
            merged.append(_without_directives({name: value for name, value in item.items() if name != PATCH}))
        else:
            merged[place] = strategic_merge(merged[place], item, schema.cls)
    return _ordered(merged, patch, key, original)


def _lists_of_directives(
    merged: dict[str, Any], original: dict[str, Any], patch: dict[str, Any], cls: type[Struct] | None
) -> None:
    for key, value in patch.items():
        if key.startswith(DELETE_FROM):
            name = key.removeprefix(DELETE_FROM)
            kept = [item for item in merged.get(name, []) if item not in value]
            merged[name] = kept
            if not kept:
                del merged[name]
    for key, value in patch.items():
        if key.startswith(ELEMENT_ORDER):
            name = key.removeprefix(ELEMENT_ORDER)
            schema = field_schema(cls, name)
            if isinstance(merged.get(name), list):
                before = original.get(name)
                server = before if isinstance(before, list) else []
                merged[name] = _ordered(merged[name], value, schema.meta.merge_key if schema else "", server)
            if merged.get(name) == [] and name not in patch:
                del merged[name]


def _ordered(items: list[Any], order: list[Any], merge_key: str, server: list[Any]) -> list[Any]:
    """Items that the patch names in its order; the others in the server's, before those they stood before (upstream
    normalizeElementOrder and mergeSortedSlice)."""

    def name(item: Any) -> Any:
        return item.get(merge_key) if merge_key and isinstance(item, dict) else item

    wanted, places = [name(item) for item in order], [name(item) for item in server]
    listed = sorted((item for item in items if name(item) in wanted), key=lambda item: wanted.index(name(item)))
    others = [item for item in items if name(item) not in wanted]
    result: list[Any] = []
    while listed and others:
        left, right = name(others[0]), name(listed[0])
        first = left in places and right in places and places.index(left) < places.index(right)
        result.append((others if first else listed).pop(0))
    return result + listed + others


def _without_directives(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _without_directives(item)
            for key, item in value.items()
            if key not in (PATCH, RETAIN_KEYS) and not key.startswith((DELETE_FROM, ELEMENT_ORDER)) and item is not None
        }
    return _strip_list(value)


def _strip_list(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_directives(item) for item in value if not (isinstance(item, dict) and PATCH in item)]
    return value


def go_map(item: Any) -> str:
    """A value as Go prints it with %v."""
    if isinstance(item, dict):
        return "map[" + " ".join(f"{key}:{go_map(item[key])}" for key in sorted(item)) + "]"
    if isinstance(item, list):
        return "[" + " ".join(go_map(part) for part in item) + "]"
    if isinstance(item, bool):
        return str(item).lower()
    return "<nil>" if item is None else str(item)
