"""Patches of a kustomization: strategic merge patches and JSON patches, for targets by kind and name.

Lists that are merged by key begin with the patch's elements, as kustomize has it. Source: kustomize
`api/internal/builtins/Patch*Transformer.go`, `kyaml/yaml/merge2`.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from types import NoneType
from typing import Any, Final

from k8snb.api import jsontext, yaml
from k8snb.api import selector as selectors
from k8snb.api.jsonsyntax import JSONError
from k8snb.api.model import Struct
from k8snb.api.resources import RESOURCES
from k8snb.apiserver.patch.schema import FieldSchema, field_schema
from k8snb.kubectl.errors import CommandError, quoted
from k8snb.kubectl.goregexp import GoRegexpError, compile_go
from k8snb.kubectl.kustomize import manifests, operations
from k8snb.kubectl.kustomize.loader import Loader
from k8snb.kubectl.kustomize.resource import Json, Resource

_DIRECTIVE: Final = "$patch"
#: types as Go's JSON names them
_KINDS: Final = {
    dict: "object",
    list: "array",
    str: "string",
    bool: "bool",
    int: "number",
    float: "number",
    NoneType: "null",
}
_MODELS: Final = {(row.group, row.version, row.kind): row.model for row in RESOURCES}


# -- the three fields that hold patches ---------------------------------------------------------------------------------


def apply_entry(resources: list[Resource], loader: Loader, entry: Json) -> None:
    """One entry of `patches`: a strategic merge patch or a JSON patch, written down or in a file."""
    text, path = str(entry.get("patch") or "").strip(), str(entry.get("path") or "")
    target, options = entry.get("target"), entry.get("options") or {}
    with _Configuring("PatchTransformer", {key: value for key, value in entry.items() if value}) as config:
        if not text and not path:
            raise CommandError(f"must specify one of patch and path in\n{config}")
        if text and path:
            raise CommandError(f"patch and path can't be set at the same time\n{config}")
        source = f"[patch: {quoted(text)}]" if text else f"[path: {quoted(path)}]"
        text = text or _from_path(loader, path)
        todo, _ = _operations(text)
        merges = [] if todo is not None else _merges(text, source)
    if todo is not None:
        if target is None:
            raise CommandError(f"must specify a target for JSON patch {source}")
        for resource in select(resources, target):
            resource.object = operations.apply(resource.object, todo)
        return
    if target is not None and len(merges) > 1:
        raise CommandError(
            "Multiple Strategic-Merge Patches in one `patches` entry is not allowed to set `patches.target` field: "
            f"{source}"
        )
    for patch in merges:
        if target is not None:
            for resource in select(resources, target):
                _merge(resources, resource, patch.object, options, keep_id=True)
            continue
        try:
            found = _target(resources, patch)
        except CommandError as error:
            raise CommandError(
                f"no resource matches strategic merge patch {quoted(patch.id)}: {error.message}"
            ) from None
        _merge(resources, found, patch.object, options, keep_id=False)


def apply_merges(resources: list[Resource], loader: Loader, entries: Sequence[str]) -> None:
    """`patchesStrategicMerge`: each entry is a file, or the patch itself."""
    found = []
    with _Configuring("PatchStrategicMergeTransformer", {"paths": list(entries)}):
        for entry in entries:
            try:
                text, file = loader.read(entry).decode("utf-8"), entry
            except CommandError as error:
                if "\n" not in entry.strip():
                    raise error from None
                text, file = entry, ""
            found += manifests.resources(text, file)
    for patch in found:
        _merge(resources, _target(resources, patch), patch.object, {}, keep_id=False)


def apply_operations(resources: list[Resource], loader: Loader, entry: Json) -> None:
    """One entry of `patchesJson6902`."""
    target, text, path = entry.get("target") or {}, str(entry.get("patch") or ""), str(entry.get("path") or "")
    shown = {"jsonOp": text, "path": path, "target": target}
    with _Configuring("PatchJson6902Transformer", {key: value for key, value in shown.items() if value}):
        if not target.get("name"):
            raise CommandError("must specify the target name")
        if not text and not path:
            raise CommandError("empty file path and empty jsonOp")
        if text and path:
            raise CommandError("must specify a file path or jsonOp, not both")
        text = text or loader.read(path).decode("utf-8")
        todo, problem = _operations(text)
        if todo is None:
            raise CommandError(problem)
    for resource in select(resources, target):
        resource.object = operations.apply(resource.object, todo)


class _Configuring:
    """Errors within say which transformer could not be set up, and with what."""

    def __init__(self, transformer: str, config: Json) -> None:
        self._transformer, self._config = transformer, yaml.dump(config)

    def __enter__(self) -> str:
        return self._config

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, CommandError):
            raise CommandError(
                f"trouble configuring builtin {self._transformer} with config: `\n{self._config}`: {error.message}"
            ) from None


def _from_path(loader: Loader, path: str) -> str:
    try:
        return loader.read(path).decode("utf-8")
    except CommandError as error:
        raise CommandError(f"failed to get the patch file from path({path}): {error.message}") from None


def _operations(text: str) -> tuple[list[Json] | None, str]:
    """The operations of a JSON patch, or None and why it is none. What begins with a bracket must be JSON, not YAML."""
    try:
        value = jsontext.loads(text) if text.startswith("[") else yaml.load(text)
    except (JSONError, yaml.YAMLError) as error:
        return None, f"decoding {text}: {error}"
    shown = text if text.startswith("[") else jsontext.dumps(value)
    if not isinstance(value, list):
        return None, _not_a_patch(shown, value, "Patch")
    for one in value:
        if one is not None and not isinstance(one, dict):
            return None, _not_a_patch(shown, one, "Operation")
    return [one or {} for one in value], ""


def _not_a_patch(shown: str, found: Any, goal: str) -> str:
    return f"decoding {shown}: json: cannot unmarshal {_KINDS[type(found)]} into Go value of type jsonpatch.{goal}"


def _merges(text: str, source: str) -> list[Resource]:
    try:
        return manifests.resources(text)
    except CommandError:
        raise CommandError(f"unable to parse SM or JSON patch from {source}") from None


# -- targets ------------------------------------------------------------------------------------------------------------


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
        if not all(not wanted or any(_matches(wanted, text) for text in given) for wanted, given in texts):
            continue
        pairs = (("labelSelector", "labels"), ("annotationSelector", "annotations"))
        if all(not target.get(name) or _selected(target[name], meta.get(field)) for name, field in pairs):
            found.append(resource)
    return found


def _matches(wanted: str, text: str) -> bool:
    try:
        return bool(compile_go(f"^(?:{wanted})$").search(text))
    except GoRegexpError as error:
        raise CommandError(str(error)) from None


def _selected(wanted: str, labels: Json | None) -> bool:
    try:
        return selectors.parse(wanted).matches(labels or {})
    except ValueError as error:
        raise CommandError(str(error)) from None


def _target(resources: Sequence[Resource], patch: Resource) -> Resource:
    found = [one for one in resources if one.gvk == patch.gvk and patch.name in one.names]
    found = [one for one in found if patch.namespace in ("", one.namespace)]
    if len(found) == 1:
        return found[0]
    matches = "no matches" if not found else "multiple matches"
    raise CommandError(f"{matches} for Id {patch.id}; failed to find unique target for patch {patch.id}")


# -- merging ------------------------------------------------------------------------------------------------------------


def _merge(resources: list[Resource], resource: Resource, patch: Json, options: Json, *, keep_id: bool) -> None:
    if patch.get(_DIRECTIVE) == "delete":
        resources.remove(resource)
        return
    patch = copy.deepcopy(patch)
    if keep_id or not options.get("allowNameChange"):
        patch["metadata"] = {**patch["metadata"], "name": resource.name}
    if keep_id or not options.get("allowKindChange"):
        patch["apiVersion"], patch["kind"] = resource.object["apiVersion"], resource.kind
    if not keep_id and resource.namespace:
        patch["metadata"]["namespace"] = resource.namespace
    before = resource.name
    model = _MODELS.get((resource.group, resource.version, resource.kind))
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
