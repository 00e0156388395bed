"""JSON Patch (RFC 6902), through the jsonpatch library, with the server's error texts."""

from __future__ import annotations

from typing import Any

from k8snb.api import errors

#: upstream's bound on the operations of one patch
MAX_OPERATIONS = 10_000


def apply_json_patch(data: dict[str, Any], patch: Any) -> dict[str, Any]:
    """The patched data. BadRequest for a malformed patch, Invalid (422) for one that does not fit the object."""
    if not isinstance(patch, list):
        kind = "object" if isinstance(patch, dict) else "string" if isinstance(patch, str) else "value"
        raise errors.bad_request(
            f"error decoding patch: json: cannot unmarshal {kind} into Go value of type []handlers.jsonPatchOp"
        )
    if len(patch) > MAX_OPERATIONS:
        raise errors.request_entity_too_large(
            f"The allowed maximum operations in a JSON patch is {MAX_OPERATIONS}, got {len(patch)}"
        )
    import jsonpatch  # few commands need it
    import jsonpointer

    try:
        result = jsonpatch.JsonPatch(patch).apply(data)
    except (jsonpatch.JsonPatchException, jsonpointer.JsonPointerException) as error:
        raise errors.generic_server_response(422, "", None, "", f"jsonpatch: {error}") from None
    if not isinstance(result, dict):
        raise errors.bad_request("json: cannot unmarshal into an object")
    return result
