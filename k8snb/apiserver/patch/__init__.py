"""PATCH: four ways to say what should change. Each works on JSON data; the result goes through the ordinary update."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from k8snb.api import errors
from k8snb.api.decode import DecodeError, decode_object
from k8snb.api.object import Object
from k8snb.api.resources import Resource
from k8snb.api.validation.field import invalid
from k8snb.apiserver.conversion import from_stored
from k8snb.apiserver.patch.json import apply_json_patch
from k8snb.apiserver.patch.merge import merge_patch
from k8snb.apiserver.patch.strategic import go_map, strategic_merge
from k8snb.apiserver.request import Options, Request, Target

if TYPE_CHECKING:
    from k8snb.apiserver.rest import Rest

JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC_MERGE_PATCH = "application/strategic-merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"
SUPPORTED = (JSON_PATCH, MERGE_PATCH, STRATEGIC_MERGE_PATCH, APPLY_PATCH)


def patched(
    rest: Rest, request: Request, target: Target, resource: Resource, options: Options, warnings: list[str]
) -> tuple[Object, bool]:
    """Apply a patch request: (the object as stored, whether it was created). Upstream retries conflicts; here none occur."""
    kind = request.content_type.partition(";")[0].strip()
    if kind not in SUPPORTED or (resource.custom is not None and kind == STRATEGIC_MERGE_PATCH):
        raise errors.unsupported_media_type(SUPPORTED)
    if kind == APPLY_PATCH:
        from k8snb.apiserver.patch.apply import apply

        return apply(rest, request, target, resource, options, warnings)
    old = rest.server.get(request.user, resource, target.namespace, target.name)
    before, by_hand = from_stored(old, resource).to_dict(), _means_managers(request.body)
    if by_hand:
        before["metadata"]["managedFields"] = rest.server.managers.entries(old)
    data = patch_data(kind, resource, before, request.body)
    if kind == STRATEGIC_MERGE_PATCH:
        check_types(resource, data, request.body)
    obj = rest.decode(resource, data, options, warnings)
    name = obj.metadata.name
    if name != target.name:
        raise errors.bad_request(f"the name of the object ({name}) does not match the name on the URL ({target.name})")
    updated = rest.server.update(request.user, resource, target.namespace, obj, target.subresource, options, warnings)
    if by_hand and not options.dry_run:
        rest.server.managers.replace(updated.metadata.uid, obj.metadata.managedFields)
    return updated, False


def _means_managers(patch: Any) -> bool:
    """Whether a patch is about `metadata.managedFields`, which is not kept in the object."""
    if isinstance(patch, dict):
        metadata = patch.get("metadata")
        return isinstance(metadata, dict) and "managedFields" in metadata
    operations = patch if isinstance(patch, list) else ()
    return any(
        isinstance(one, dict) and str(one.get("path")).startswith("/metadata/managedFields") for one in operations
    )


def check_types(resource: Resource, data: dict[str, Any], patch: Any) -> None:
    """Invalid, in the words of upstream's converter, if a strategic merge patch brings values of a wrong type."""
    try:
        decode_object(resource.model, data)
    except DecodeError as error:
        if not error.go:
            return
        raise errors.invalid("", "", "", [invalid("patch", go_map(patch), _conversion(error))]) from None


_NUMBERS = frozenset({"int32", "int64", "float64"})


def _conversion(error: DecodeError) -> str:
    value, go = error.value, error.go
    if error.kind:
        # What Go converts by itself (a number to a rune's string, a fraction to a whole number) is refused by name.
        numbers = isinstance(value, int | float) and not isinstance(value, bool)
        whole = isinstance(value, int)
        known = numbers and (error.kind in _NUMBERS or (whole and error.kind == "string"))
        return f"cannot convert {_go_kind(value)} to {go}" if known else f"unrecognized type: {error.kind}"
    if go.startswith("[]"):
        return f"cannot restore slice from {_go_kind(value)}"
    if go.startswith("map["):
        return f"cannot restore map from {_go_kind(value)}"
    return f"cannot restore struct from: {_go_kind(value)}"


def _go_kind(value: Any) -> str:
    """Go's kind of a decoded JSON value."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int64"
    if isinstance(value, float):
        return "float64"
    return "string" if isinstance(value, str) else "map" if isinstance(value, dict) else "slice"


def patch_data(kind: str, resource: Resource, data: dict[str, Any], patch: Any) -> dict[str, Any]:
    """The JSON data of an object with a JSON, merge or strategic merge patch applied."""
    if kind == JSON_PATCH:
        return apply_json_patch(data, patch)
    if not isinstance(patch, dict):
        raise errors.bad_request(
            "error decoding patch: json: cannot unmarshal into Go value of type map[string]interface {}"
        )
    if kind == MERGE_PATCH:
        merged = merge_patch(data, patch)
        assert isinstance(merged, dict)
        return merged
    return strategic_merge(data, patch, resource.model)
