"""PATCH: four ways to say what should change. Each works on JSON data; the result goes through the ordinary update."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from k8snb.api import errors
from k8snb.api.errors import GroupResource
from k8snb.api.object import Object
from k8snb.api.resources import Resource
from k8snb.apiserver.patch.json import apply_json_patch
from k8snb.apiserver.patch.merge import merge_patch
from k8snb.apiserver.patch.strategic import strategic_merge
from k8snb.apiserver.request import Options

if TYPE_CHECKING:
    from k8snb.apiserver.rest import Request, Rest, Target

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
    data = patch_data(kind, resource, old.to_dict(), request.body)
    if data.get("metadata", {}).get("name") != target.name:
        raise errors.bad_request("the name of the object does not match the name on the URL")
    obj = rest.decode(resource, data, options, warnings)
    updated = rest.server.update(request.user, resource, target.namespace, obj, target.subresource, options, warnings)
    return updated, False


def patch_data(kind: str, resource: Resource, data: dict[str, Any], patch: Any) -> dict[str, Any]:
    """The JSON data of an object with a JSON, merge or strategic merge patch applied."""
    if kind == JSON_PATCH:
        return apply_json_patch(data, patch, GroupResource(resource.group, resource.plural))
    if not isinstance(patch, dict):
        raise errors.bad_request(
            "error decoding patch: json: cannot unmarshal into Go value of type map[string]interface {}"
        )
    if kind == MERGE_PATCH:
        merged = merge_patch(data, patch)
        assert isinstance(merged, dict)
        return merged
    return strategic_merge(data, patch, resource.model)
