"""JSON Patch (RFC 6902), through the jsonpatch library, with the server's error texts."""

from __future__ import annotations

from typing import Any

import jsonpatch
import jsonpointer

from k8snb.api import errors
from k8snb.api.errors import GroupResource

#: upstream's bound on the operations of one patch
MAX_OPERATIONS = 10_000


def apply_json_patch(data: dict[str, Any], patch: Any, resource: GroupResource) -> dict[str, Any]:
    """The patched data. BadRequest for a malformed patch, Invalid (422) for one that does not fit the object."""
    if not isinstance(patch, list):
        raise errors.bad_request("json: cannot unmarshal object into Go value of type jsonpatch.Patch")
    if len(patch) > MAX_OPERATIONS:
        raise errors.request_entity_too_large(
            f"The allowed maximum operations in a JSON patch is {MAX_OPERATIONS}, got {len(patch)}"
        )
    try:
        result = jsonpatch.JsonPatch(patch).apply(data)
    except (jsonpatch.JsonPatchException, jsonpointer.JsonPointerException) as error:
        raise errors.generic_server_response(422, "PATCH", resource, "", _go_text(error, patch, data)) from None
    if not isinstance(result, dict):
        raise errors.bad_request("json: cannot unmarshal into an object")
    return result


def _go_text(error: Exception, patch: list[Any], data: dict[str, Any]) -> str:
    return f"jsonpatch: {error}"
