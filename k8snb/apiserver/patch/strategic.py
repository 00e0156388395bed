"""Strategic merge patch: a merge patch that knows Kubernetes' lists.

Lists with a merge key are merged element by element; directives steer the rest: `$patch: replace|delete`,
`$deleteFromPrimitiveList/x`, `$setElementOrder/x`, `$retainKeys`. What makes no sense is refused as upstream does: malformed
directives with 400, what only its merging stumbles over with 500 and no reason. Source: apimachinery
`pkg/util/strategicpatch/patch.go` v0.36 and the SIG API machinery document on strategic merge patch.
"""

from __future__ import annotations

from typing import Any, Final

from k8snb.api import errors
from k8snb.api.model import Struct
from k8snb.apiserver.patch.schema import FieldSchema, field_schema

PATCH: Final = "$patch"
RETAIN_KEYS: Final = "$retainKeys"
DELETE_FROM: Final = "$deleteFromPrimitiveList/"
ELEMENT_ORDER: Final = "$setElementOrder/"
_NOTHING: Final = object()


def strategic_merge(original: dict[str, Any], patch: dict[str, Any], cls: type[Struct] | None) -> dict[str, Any]:
    """The merged object; neither input is changed. BadRequest for directives that make no sense."""
    if PATCH in patch:
        return _directed(patch)
    merged = dict(original)
    if RETAIN_KEYS in patch:
        retained = _retained(patch)
        merged = {key: value for key, value in merged.items() if key in retained}
    for key, order in patch.items():
        if key.startswith(ELEMENT_ORDER):
            _merge_in_order(merged, key.removeprefix(ELEMENT_ORDER), order, patch, cls)
    for key, value in patch.items():
        if key.startswith(DELETE_FROM):
            _delete_from(merged, key.removeprefix(DELETE_FROM), value)
        elif not key.startswith("$") and f"{ELEMENT_ORDER}{key}" not in patch:
            _merge_field(merged, key, value, field_schema(cls, key))
    return merged


def _directed(patch: dict[str, Any]) -> dict[str, Any]:
    """What a patch of a map makes of it that says what to do with the whole map."""
    if patch[PATCH] == "replace":
        return {key: value for key, value in patch.items() if key != PATCH}
    if patch[PATCH] == "delete":
        return {}
    raise errors.untyped(f"unknown patch type: {go_map(patch[PATCH])} in map: {go_map(patch)}")


def _retained(patch: dict[str, Any]) -> list[Any]:
    """The keys that are to stay. BadRequest if the patch itself brings others."""
    retained = patch[RETAIN_KEYS]
    brought = [key for key, value in patch.items() if value is not None and not key.startswith("$")]
    if not isinstance(retained, list) or not all(key in retained for key in brought):
        raise errors.bad_request("invalid patch format of retainKeys")
    return retained


def _merge_field(merged: dict[str, Any], key: str, value: Any, schema: FieldSchema | None) -> None:
    if value is None:
        merged.pop(key, None)
        return
    before = merged.get(key, _NOTHING)
    if isinstance(value, dict) and isinstance(before, dict):
        if schema is not None and "replace" in schema.meta.strategy.split(","):
            merged[key] = value
        else:
            cls = schema.cls if schema is not None and not schema.is_map else None
            merged[key] = strategic_merge(before, value, cls)
    elif isinstance(value, list) and isinstance(before, list):
        merges = schema is not None and schema.merges
        merged[key] = _merge_list(before, value, schema) if merges and schema is not None else value
    else:
        kept = _without_directives(value)
        if kept is _NOTHING:
            merged.pop(key, None)
        else:
            merged[key] = kept


def _merge_in_order(
    merged: dict[str, Any], name: str, order: Any, patch: dict[str, Any], cls: type[Struct] | None
) -> None:
    """A list of which the patch says in what order its elements are to stand."""
    before, given = merged.get(name), patch.get(name)
    for each in (order, before, given):
        if each is not None and not isinstance(each, list):
            raise errors.untyped(f"expected a []interface {{}}, but received a {_go_type(each)}")
    schema = field_schema(cls, name)
    merge_key = schema.meta.merge_key if schema is not None else ""
    _check_order(given or [], order, merge_key)
    if name in merged and name in patch:
        whole = _merge_list(before or [], given or [], schema) if schema is not None and schema.merges else given
    elif name in merged or name in patch:
        whole = before if name in merged else given
    else:
        return
    for item in whole or ():
        if merge_key and isinstance(item, dict) and merge_key not in item:
            raise _no_merge_key(item, merge_key)
    if not before and not given:
        raise errors.untyped("no elements in any of the given slices")
    merged[name] = [_clean(item) for item in _ordered(whole or [], order, merge_key, before or [])]


def _check_order(given: list[Any], order: list[Any], merge_key: str) -> None:
    """Refuse a list whose elements the order does not name, or names in another order."""
    if not order or not given:
        return
    places = iter(_name(item, merge_key) for item in order)
    for item in given:
        if isinstance(item, dict) and PATCH in item:
            continue
        if not any(place == _name(item, merge_key) for place in places):
            raise errors.untyped(
                f"The order in patch list:\n{go_map(given)}\n doesn't match $setElementOrder list:\n{go_map(order)}\n"
            )


def _delete_from(merged: dict[str, Any], name: str, value: Any) -> None:
    before = merged.get(name)
    if value is None:
        merged.pop(name, None)
    elif isinstance(before, list) and isinstance(value, list):
        merged[name] = [item for item in before if item not in value]


def _merge_list(original: list[Any], patch: list[Any], schema: FieldSchema | None) -> list[Any]:
    if not original and not patch:
        return original
    _check_elements(original, patch)
    merge_key = schema.meta.merge_key if schema is not None else ""
    if not isinstance((original or patch)[0], dict):
        return _ordered(_unique([*original, *patch]), patch, "", original)
    if not merge_key or schema is None:
        raise errors.untyped("cannot merge lists without merge key for type struct")
    original, plain = _specials(original, patch, merge_key)
    merged = list(original)
    for item in plain:
        if merge_key not in item:
            raise _no_merge_key(item, merge_key)
        place = next((i for i, old in enumerate(merged) if _name(old, merge_key) == item[merge_key]), None)
        if place is None:
            merged.append(_clean(item))
        else:
            merged[place] = strategic_merge(merged[place], item, schema.cls)
    return _ordered(merged, plain, merge_key, original)


def _specials(
    original: list[Any], patch: list[Any], merge_key: str
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The list without the elements that the patch deletes, and the patch's elements that are no directives."""
    replaced = False
    plain = []
    for item in patch:
        directive = item.get(PATCH, _NOTHING)
        if directive is _NOTHING:
            plain.append(item)
        elif directive == "delete":
            if merge_key not in item:
                raise _no_merge_key(item, merge_key)
            original = [old for old in original if _name(old, merge_key) != item[merge_key]]
        elif directive == "replace":
            replaced = True
        elif directive == "merge":
            raise errors.untyped("merging lists cannot yet be specified in the patch")
        else:
            raise errors.untyped(f"unknown patch type: {go_map(directive)} in map: {go_map(item)}")
    return (plain, []) if replaced else (original, plain)


def _check_elements(*lists: list[Any]) -> None:
    """All elements are of one JSON type, and none is a list."""
    kinds = [_go_type(item) for items in lists for item in items]
    if kinds and kinds[0] == "[]interface {}":
        raise errors.generic_server_response(422, "", None, "", "lists of lists are not supported")
    if len(set(kinds)) > 1:
        raise errors.untyped(f"list element types are not identical: {go_map(list(lists))}")


def _ordered(items: list[Any], order: list[Any], merge_key: str, server: list[Any]) -> list[Any]:
    """Items that the patch names in its order; the others in the server's, before those they stood before (upstream
    normalizeElementOrder and mergeSortedSlice)."""
    wanted, places = [_name(item, merge_key) for item in order], [_name(item, merge_key) for item in server]
    listed = [item for item in items if _name(item, merge_key) in wanted]
    listed.sort(key=lambda item: wanted.index(_name(item, merge_key)))
    others = [item for item in items if _name(item, merge_key) not in wanted]
    result: list[Any] = []
    while listed and others:
        left, right = _name(others[0], merge_key), _name(listed[0], merge_key)
        first = left in places and right in places and places.index(left) < places.index(right)
        result.append((others if first else listed).pop(0))
    return result + listed + others


def _name(item: Any, merge_key: str) -> Any:
    """What tells an element from the others of its list."""
    return item.get(merge_key) if merge_key and isinstance(item, dict) else item


def _unique(items: list[Any]) -> list[Any]:
    found: list[Any] = []
    for item in items:
        if item not in found:
            found.append(item)
    return found


def _without_directives(value: Any) -> Any:
    """A value of a patch that has nothing to be merged into; `_NOTHING` if it only said what to do with what there is."""
    if isinstance(value, dict):
        if PATCH in value:
            return _NOTHING
        kept = {
            key: _without_directives(item)
            for key, item in value.items()
            if item is not None and not key.startswith((RETAIN_KEYS, DELETE_FROM, ELEMENT_ORDER))
        }
        return {key: item for key, item in kept.items() if item is not _NOTHING}
    if isinstance(value, list):
        return [kept for item in value if (kept := _without_directives(item)) is not _NOTHING]
    return value


def _clean(item: Any) -> Any:
    """An element that is new: what directives it has inside have nothing to act on."""
    return _without_directives(item) if isinstance(item, dict) else item


def _no_merge_key(item: dict[str, Any], merge_key: str) -> errors.StatusError:
    return errors.untyped(f"map: {go_map(item)} does not contain declared merge key: {merge_key}")


def _go_type(value: Any) -> str:
    """Go's type of a decoded JSON value."""
    if isinstance(value, dict):
        return "map[string]interface {}"
    if isinstance(value, list):
        return "[]interface {}"
    if isinstance(value, bool):
        return "bool"
    return "int64" if isinstance(value, int) else "float64" if isinstance(value, float) else "string"


def go_map(item: Any) -> str:
    """A value as Go prints it with %v."""
    if isinstance(item, dict):
        return "map[" + " ".join(f"{key}:{go_map(item[key])}" for key in sorted(item)) + "]"
    if isinstance(item, list):
        return "[" + " ".join(go_map(part) for part in item) + "]"
    if isinstance(item, bool):
        return str(item).lower()
    return "<nil>" if item is None else str(item)
