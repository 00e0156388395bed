"""Patches of a kustomization: strategic merge patches and JSON patches, for targets by kind and name.

Lists that are merged by key begin with the patch's elements, as kustomize has it. Source: kustomize
`api/internal/builtins/Patch*Transformer.go`, `kyaml/yaml/merge2`.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from typing import Any

import jsonpatch
import jsonpointer

from k8snb.api import selector as selectors
from k8snb.api.model import Struct
from k8snb.api.resources import RESOURCES
from k8snb.apiserver.patch.schema import FieldSchema, field_schema
from k8snb.kubectl.errors import CommandError
from k8snb.kubectl.kustomize.resource import Json, Resource

_DIRECTIVE = "$patch"


def apply(resources: list[Resource], documents: Sequence[Any], target: Json | None, options: Json) -> None:
    """Apply one patch: a list of operations, or documents that are merged."""
    if len(documents) == 1 and isinstance(documents[0], list):
        if target is None:
            raise CommandError("must specify a target for JSON patch")
        for resource in select(resources, target):
            resource.object = _json_patched(resource, documents[0])
        return
    for document in documents:
        if not isinstance(document, dict):
            raise CommandError("unable to parse SM or JSON patch")
        if target is not None:
            for resource in select(resources, target):
                _merge(resources, resource, document, options, keep_id=True)
            continue
        patch = Resource(document)
        found = [one for one in resources if one.gvk == patch.gvk and patch.name in one.names]
        found = [one for one in found if patch.namespace in ("", one.namespace)]
        if len(found) != 1:
            raise CommandError(f"no matches for Id {patch.id}; failed to find unique target for patch {patch.id}")
        _merge(resources, found[0], document, options, keep_id=False)


def select(resources: Sequence[Resource], target: Json) -> list[Resource]:
    """The resources that a target means: regular expressions for kind, name and the like, selectors for labels."""
    found = []
    for resource in resources:
        meta = resource.object["metadata"]
        texts = (
            (target.get("group"), [resource.group]),
            (target.get("version"), [resource.version]),
            (target.get("kind"), [resource.kind]),
            (target.get("name"), resource.names),
            (target.get("namespace"), [resource.namespace]),
        )
        if not all(not wanted or any(re.fullmatch(wanted, text) for text in given) for wanted, given in texts):
            continue
        labels, notes = target.get("labelSelector"), target.get("annotationSelector")
        if labels and not selectors.parse(labels).matches(meta.get("labels") or {}):
            continue
        if notes and not selectors.parse(notes).matches(meta.get("annotations") or {}):
            continue
        found.append(resource)
    return found


def _json_patched(resource: Resource, operations: list[Any]) -> Json:
    try:
        patched: Json = jsonpatch.apply_patch(resource.object, operations)
        return patched
    except (jsonpatch.JsonPatchException, jsonpointer.JsonPointerException) as error:
        raise CommandError(f"error applying patch to {resource.id}: {error}") from None


def _merge(resources: list[Resource], resource: Resource, patch: Json, options: Json, *, keep_id: bool) -> None:
    if patch.get(_DIRECTIVE) == "delete":
        resources.remove(resource)
        return
    patch = copy.deepcopy(patch)
    if keep_id or not options.get("allowNameChange"):
        patch.setdefault("metadata", {})
        patch["metadata"] = {**patch["metadata"], "name": resource.name}
    if keep_id or not options.get("allowKindChange"):
        patch["apiVersion"], patch["kind"] = resource.object["apiVersion"], resource.kind
    if not keep_id and resource.namespace:
        patch["metadata"]["namespace"] = resource.namespace
    model = next(
        (
            r.model
            for r in RESOURCES
            if (r.group, r.version, r.kind) == (resource.group, resource.version, resource.kind)
        ),
        None,
    )
    before = resource.name
    resource.object = merged(resource.object, patch, model)
    if resource.name != before:
        resource.names.append(resource.name)


def merged(original: Json, patch: Json, cls: type[Struct] | None) -> Json:
    """A strategic merge; null and `$patch` take away."""
    patch = dict(patch)
    directive = patch.pop(_DIRECTIVE, None)
    if directive == "replace":
        return patch
    result = dict(original)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict):
            schema = field_schema(cls, key)
            inner = schema.cls if schema is not None and not schema.is_list else None
            before = result.get(key)
            if value.get(_DIRECTIVE) == "delete":
                result.pop(key, None)
            else:
                result[key] = merged(before if isinstance(before, dict) else {}, value, inner)
        elif isinstance(value, list):
            result[key] = _merged_list(result.get(key), value, field_schema(cls, key))
        else:
            result[key] = value
    return result


def _merged_list(before: Any, patch: list[Any], schema: FieldSchema | None) -> list[Any]:
    if any(isinstance(item, dict) and item.get(_DIRECTIVE) == "replace" for item in patch):
        return [item for item in patch if not (isinstance(item, dict) and _DIRECTIVE in item)]
    if schema is None or not schema.merges or not isinstance(before, list):
        return [_clean(item) for item in patch if not (isinstance(item, dict) and item.get(_DIRECTIVE) == "delete")]
    key = schema.meta.merge_key
    if not key:
        return [*patch, *(item for item in before if item not in patch)]
    rest = list(before)
    found = []
    for item in patch:
        old = next((one for one in rest if one.get(key) == item.get(key)), None)
        if old is not None:
            rest.remove(old)
        if item.get(_DIRECTIVE) != "delete":
            found.append(merged(old or {}, item, schema.cls))
    return [*found, *rest]


def _clean(item: Any) -> Any:
    return {key: value for key, value in item.items() if key != _DIRECTIVE} if isinstance(item, dict) else item
