"""The fields a kustomization may have, and the complaint about the first that has another type.

Go reads the file as JSON with sorted keys, so of several faults the alphabetically first is named; field names are taken
in any case. Source: kustomize `api/types`, Go `encoding/json` decode.go.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from k8snb.kubectl.errors import CommandError


@dataclass(frozen=True)
class _Type:
    """A Go type: a plain one (`string`, `bool`, `int64`), a list or map of `item`, or a struct with `fields`."""

    name: str
    item: _Type | None = None
    fields: Mapping[str, _Type] = field(default_factory=dict)
    #: the embedded struct that a field is in, as the path of an error shows it
    within: Mapping[str, str] = field(default_factory=dict)


_TEXT, _BOOL, _INT = _Type("string"), _Type("bool"), _Type("int64")
_MAP = _Type("map[string]string", _TEXT)


def _texts(*names: str) -> dict[str, _Type]:
    return dict.fromkeys(names, _TEXT)


def _struct(struct: str, /, **fields: _Type) -> _Type:
    return _Type(f"types.{struct}", None, fields)


def _embedding(struct: _Type, **within: str) -> _Type:
    """The struct, with the names of what it embeds and the fields that belong to it."""
    return replace(struct, within={name: inner for inner, names in within.items() for name in names.split()})


def _list(item: _Type) -> _Type:
    return _Type(f"[]{item.name}", item)


_GVK = _texts("group", "version", "kind")
_SELECTOR = _embedding(
    _struct("Selector", **_GVK, **_texts("name", "namespace", "annotationSelector", "labelSelector")),
    **{"ResId.Gvk": "group version kind", "ResId": "name namespace"},
)
_PATCH = _struct("Patch", **_texts("path", "patch"), target=_SELECTOR, options=_Type("map[string]bool", _BOOL))
_OPTIONS = _struct("GeneratorOptions", labels=_MAP, annotations=_MAP, disableNameSuffixHash=_BOOL, immutable=_BOOL)
_LEGACY = _struct("LegacySortOptions", orderFirst=_list(_TEXT), orderLast=_list(_TEXT))
_SPEC = _embedding(_struct("FieldSpec", **_GVK, path=_TEXT, create=_BOOL), Gvk="group version kind")
_IMAGE = _struct("Image", **_texts("name", "newName", "tagSuffix", "newTag", "digest"))


def _arguments(struct: str, **more: _Type) -> _Type:
    lists = dict.fromkeys(("literals", "files", "envs"), _list(_TEXT))
    fields = {**_texts("namespace", "name", "behavior", "env"), **lists, "options": _OPTIONS, **more}
    return _embedding(
        _struct(struct, **fields),
        **{
            "GeneratorArgs.KvPairSources": "literals files envs env",
            "GeneratorArgs": "namespace name behavior options",
        },
    )


_ANY = _Type("")
_KUSTOMIZATION = _struct(
    "Kustomization",
    **_texts("apiVersion", "kind", "namePrefix", "nameSuffix", "namespace"),
    **dict.fromkeys(("openapi", "commonLabels", "commonAnnotations"), _MAP),
    **dict.fromkeys(("resources", "components", "crds", "bases", "configurations"), _list(_TEXT)),
    **dict.fromkeys(("generators", "transformers", "validators", "buildMetadata"), _list(_TEXT)),
    **dict.fromkeys(("images", "imageTags"), _list(_IMAGE)),
    **dict.fromkeys(("patches", "patchesJson6902"), _list(_PATCH)),
    **dict.fromkeys(("replacements", "vars", "helmGlobals", "helmCharts", "helmChartInflationGenerator"), _ANY),
    metadata=_struct("ObjectMeta", **_texts("name", "namespace"), labels=_MAP, annotations=_MAP),
    labels=_list(_struct("Label", pairs=_MAP, includeSelectors=_BOOL, includeTemplates=_BOOL, fields=_list(_SPEC))),
    patchesStrategicMerge=_list(_Type("types.PatchStrategicMerge", _TEXT)),
    replicas=_list(_struct("Replica", name=_TEXT, count=_INT)),
    sortOptions=_struct("SortOptions", order=_TEXT, legacySortOptions=_LEGACY),
    configMapGenerator=_list(_arguments("ConfigMapArgs")),
    secretGenerator=_list(_arguments("SecretArgs", type=_TEXT)),
    generatorOptions=_OPTIONS,
)
_FILE = _embedding(_KUSTOMIZATION, TypeMeta="kind apiVersion")


def checked(data: Any) -> dict[str, Any]:
    """The kustomization with its fields in upstream's spelling and without nulls. CommandError for a wrong field."""
    result: dict[str, Any] = _checked(data, _FILE, "", ())
    return result


def _checked(value: Any, wanted: _Type, struct: str, path: tuple[str, ...]) -> Any:
    if value is None or not wanted.name:
        return value
    if wanted.fields:
        if not isinstance(value, dict):
            raise _wrong(value, wanted, struct, path)
        return _struct_checked(value, wanted, path)
    if wanted.name.startswith("[]"):
        if not isinstance(value, list):
            raise _wrong(value, wanted, struct, path)
        item = wanted.item or _ANY
        return [_empty(item) if one is None else _checked(one, item, struct, path) for one in value]
    if wanted.name.startswith("map"):
        if not isinstance(value, dict):
            raise _wrong(value, wanted, struct, path)
        return {key: _checked(value[key], wanted.item or _ANY, struct, path) for key in sorted(value)}
    fits = {"bool": isinstance(value, bool), "int64": isinstance(value, int) and not isinstance(value, bool)}
    if not fits.get(wanted.name, isinstance(value, str)):
        raise _wrong(value, wanted, struct, path)
    return value


def _empty(item: _Type) -> Any:
    return {} if item.fields else ""


def _struct_checked(value: dict[str, Any], wanted: _Type, path: tuple[str, ...]) -> dict[str, Any]:
    spellings = {name.lower(): name for name in wanted.fields}
    result = {}
    for key in sorted(value):
        name = key if key in wanted.fields else spellings.get(key.lower(), "")
        if not name:
            raise CommandError(f'invalid Kustomization: json: unknown field "{key}"')
        place = (*path, *wanted.within.get(name, "").split("."), name)
        found = _checked(value[key], wanted.fields[name], wanted.name.removeprefix("types."), place)
        if found is not None:
            result[name] = found
    return result


def _wrong(value: Any, wanted: _Type, struct: str, path: tuple[str, ...]) -> CommandError:
    kinds = {bool: "bool", str: "string", list: "array", dict: "object"}
    kind = kinds.get(type(value), "number")
    if kind == "number" and wanted.name == "int64":
        kind = f"number {value}"
    where = ".".join(part for part in (struct, *path) if part)
    place = f"Go struct field {where} of" if where else "Go value of"
    return CommandError(f"invalid Kustomization: json: cannot unmarshal {kind} into {place} type {wanted.name}")
