"""Structural schemas: what an `openAPIV3Schema` of a CustomResourceDefinition must be for fields to be known and pruned.

Every level has a type; logical junctors (`anyOf`, …) only add value validation, never structure. Works on plain JSON data.
Errors of structure come sorted by their text, as upstream sorts them. Follows
`k8s.io/apiextensions-apiserver/pkg/apiserver/schema` and `.../apis/apiextensions/validation` v1.36.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from k8snb.api.validation.field import FieldError, forbidden, invalid, not_supported, required

Schema = Mapping[str, Any]

_TYPES: Final = ("array", "boolean", "integer", "number", "object", "string")
_INT_OR_STRING: Final = [{"type": "integer"}, {"type": "string"}]
_PRESERVE: Final = "x-kubernetes-preserve-unknown-fields"
_MIXED: Final = "x-kubernetes-int-or-string"
_EMBEDDED: Final = "x-kubernetes-embedded-resource"
_LIST_TYPE: Final = "x-kubernetes-list-type"
_LIST_KEYS: Final = "x-kubernetes-list-map-keys"
_JUNCTORS: Final = ("anyOf", "allOf", "oneOf")
#: what makes a schema useless inside a junctor -> the words
_STRUCTURE: Final = (
    ("type", "must be empty to be structural"),
    ("additionalProperties", "must be undefined to be structural"),
    ("default", "must be undefined to be structural"),
    ("title", "must be empty to be structural"),
    ("description", "must be empty to be structural"),
    ("nullable", "must be false to be structural"),
    (_PRESERVE, "must be false to be structural"),
    (_EMBEDDED, "must be false to be structural"),
    (_MIXED, "must be false to be structural"),
    (_LIST_KEYS, "must be empty to be structural"),
    (_LIST_TYPE, "must be undefined to be structural"),
    ("x-kubernetes-map-type", "must be undefined to be structural"),
    ("x-kubernetes-validations", "must be empty to be structural"),
)
_UNSUPPORTED: Final = ("definitions", "dependencies", "id", "additionalItems", "patternProperties", "$ref")
_EMPTY_TYPE: Final = {
    "root": "must not be empty at the root",
    "item": "must not be empty for specified array items",
    "field": "must not be empty for specified object fields",
}


def validate_structural_schema(schema: Schema, path: str, status: bool) -> list[FieldError]:
    """The schema of a version; `status` if it has the status subresource."""
    errors: list[FieldError] = []
    if status and schema.get("type", "object") != "object":
        detail = 'only "object" is allowed as the type at the root of the schema if the status subresource is enabled'
        errors.append(invalid(f"{path}.type", schema["type"], detail))
    if schema.get("nullable"):
        errors.append(forbidden(f"{path}.nullable", "nullable cannot be true at the root"))
    structure = [*_invariants(schema, "root", path), *_incomplete(schema, schema, path, path)]
    return errors + sorted(structure, key=str) + list(_openapi(schema, path))


def _invariants(schema: Schema, level: str, path: str) -> Iterator[FieldError]:
    kind, items, extra = schema.get("type", ""), schema.get("items"), schema.get("additionalProperties")
    if kind == "array" and items is None:
        yield required(f"{path}.items", "must be specified")
    if isinstance(items, Mapping):
        yield from _invariants(items, "item", f"{path}.items")
    for name, child in (schema.get("properties") or {}).items():
        yield from _invariants(child, "field", f"{path}.properties[{name}]")
    if extra is not None and extra is not False:
        if level == "root":
            yield forbidden(f"{path}.additionalProperties", "must not be used at the root")
        if isinstance(extra, Mapping):
            yield from _invariants(extra, "field", f"{path}.additionalProperties")
    if schema.get(_MIXED):
        for name in (_PRESERVE, _EMBEDDED):
            if schema.get(name):
                yield invalid(f"{path}.{name}", True, "must be false if x-kubernetes-int-or-string is true")
    yield from _junctors(schema, path)
    yield from _typed(schema, level, path)
    yield from _metadata(schema, level, path)


def _typed(schema: Schema, level: str, path: str) -> Iterator[FieldError]:
    kind = schema.get("type", "")
    if schema.get(_EMBEDDED) and kind != "object":
        detail = f"must be object if {_EMBEDDED} is true"
        yield invalid(f"{path}.type", kind, detail) if kind else required(f"{path}.type", detail)
    elif not kind and not schema.get(_MIXED) and not schema.get(_PRESERVE):
        yield required(f"{path}.type", _EMPTY_TYPE[level])
    if level == "root" and kind and kind != "object":
        yield invalid(f"{path}.type", kind, "must be object at the root")


def _metadata(schema: Schema, level: str, path: str) -> Iterator[FieldError]:
    properties, whole = schema.get("properties") or {}, level == "root" or bool(schema.get(_EMBEDDED))
    for name, kind in (("kind", "string"), ("apiVersion", "string"), ("metadata", "object")):
        if whole and name in properties and properties[name].get("type", "") != kind:
            found = properties[name].get("type", "")
            yield invalid(f"{path}.properties[{name}].type", found, f"must be {kind}")
    metadata = properties.get("metadata")
    if level != "root" or metadata is None:
        return
    allowed = set(metadata.get("properties") or {}) <= {"name", "generateName"}
    if not allowed or set(metadata) - {"type", "properties", "default"}:
        detail = "must not specify anything other than name and generateName, but metadata is implicitly specified"
        yield forbidden(f"{path}.properties[metadata]", detail)


def _junctors(schema: Schema, path: str) -> Iterator[FieldError]:
    for name in _JUNCTORS:
        branches = schema.get(name) or ()
        if name == "anyOf" and list(branches) == _INT_OR_STRING:
            continue
        for i, branch in enumerate(branches):
            mixed = name == "allOf" and i == 0 and list(branch.get("anyOf") or ()) == _INT_OR_STRING
            yield from _nested(branch, f"{path}.{name}[{i}]", skip_any_of=mixed)
    if schema.get("not") is not None:
        yield from _nested(schema["not"], f"{path}.not")
    pattern = schema.get("pattern")
    if pattern:
        try:
            re.compile(pattern)
        except re.error as error:
            detail = f"must be a valid regular expression, but isn't: error parsing regexp: {error}"
            yield invalid(f"{path}.pattern", pattern, detail)


def _nested(schema: Schema, path: str, *, skip_any_of: bool = False) -> Iterator[FieldError]:
    inner = {name: value for name, value in schema.items() if not (skip_any_of and name == "anyOf")}
    yield from _junctors(inner, path)
    if isinstance(schema.get("items"), Mapping):
        yield from _nested(schema["items"], f"{path}.items")
    for name, child in (schema.get("properties") or {}).items():
        yield from _nested(child, f"{path}.properties[{name}]")
    for name, words in _STRUCTURE:
        if schema.get(name) or (name == "default" and name in schema):
            yield forbidden(f"{path}.{name}", words)
    if "metadata" in (schema.get("properties") or {}):
        yield forbidden(f"{path}.properties[metadata]", "must not be specified in a nested context")


def _incomplete(schema: Schema, branch: Schema, path: str, at: str) -> Iterator[FieldError]:
    """Fields that a junctor speaks of and the structure does not have."""
    for name in _JUNCTORS:
        for i, inner in enumerate(branch.get(name) or ()):
            yield from _missing(schema, inner, path, f"{at}.{name}[{i}]")
    if branch.get("not") is not None:
        yield from _missing(schema, branch["not"], path, f"{at}.not")
    if branch is not schema:
        return
    for name, child in (schema.get("properties") or {}).items():
        yield from _incomplete(child, child, f"{path}.properties[{name}]", f"{at}.properties[{name}]")
    for name in ("items", "additionalProperties"):
        if isinstance(schema.get(name), Mapping):
            yield from _incomplete(schema[name], schema[name], f"{path}.{name}", f"{at}.{name}")


def _missing(schema: Schema, branch: Schema, path: str, at: str) -> Iterator[FieldError]:
    properties, items = schema.get("properties") or {}, schema.get("items")
    for name, child in (branch.get("properties") or {}).items():
        if name in properties:
            yield from _missing(properties[name], child, f"{path}.properties[{name}]", f"{at}.properties[{name}]")
        else:
            yield required(f"{path}.properties[{name}]", f"because it is defined in {at}.properties[{name}]")
    if isinstance(branch.get("items"), Mapping):
        if isinstance(items, Mapping):
            yield from _missing(items, branch["items"], f"{path}.items", f"{at}.items")
        else:
            yield required(f"{path}.items", f"because it is defined in {at}.items")
    yield from _incomplete(schema, branch, path, at)


def _openapi(schema: Schema, path: str) -> Iterator[FieldError]:
    """What OpenAPI v3 knows and Kubernetes does not take, and lists that are maps or sets."""
    kind, items, extra = schema.get("type", ""), schema.get("items"), schema.get("additionalProperties")
    for name in _UNSUPPORTED:
        if schema.get(name):
            yield forbidden(f"{path}.{name}", f"{name} is not supported")
    if kind == "null":
        yield forbidden(f"{path}.type", "type cannot be set to null, use nullable as an alternative")
    elif kind and kind not in _TYPES:
        yield not_supported(f"{path}.type", kind, _TYPES)
    if isinstance(items, list | tuple):
        yield forbidden(f"{path}.items", "items must be a schema object and not an array")
    if schema.get("uniqueItems"):
        detail = "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"
        yield forbidden(f"{path}.uniqueItems", detail)
    if schema.get("properties") and (extra is False or isinstance(extra, Mapping)):
        detail = "additionalProperties and properties are mutual exclusive"
        yield forbidden(f"{path}.additionalProperties", detail)
    for name, child in sorted((schema.get("properties") or {}).items()):
        yield from _openapi(child, f"{path}.properties[{name}]")
    for name, child in (("additionalProperties", extra), ("items", items)):
        if isinstance(child, Mapping):
            yield from _openapi(child, f"{path}.{name}")
    if schema.get(_PRESERVE) is False:
        yield invalid(f"{path}.{_PRESERVE}", False, "must be true or undefined")
    yield from _list_type(schema, path)


def _list_type(schema: Schema, path: str) -> Iterator[FieldError]:
    kind, wanted, keys = schema.get("type", ""), schema.get(_LIST_TYPE), schema.get(_LIST_KEYS) or ()
    if wanted is not None and kind != "array":
        detail = f"must be array if {_LIST_TYPE} is specified"
        yield invalid(f"{path}.type", kind, detail) if kind else required(f"{path}.type", detail)
    if wanted not in (None, "atomic", "set", "map"):
        yield not_supported(f"{path}.{_LIST_TYPE}", wanted, ("atomic", "set", "map"))
    if keys and wanted != "map":
        detail = f"must be map if {_LIST_KEYS} is non-empty"
        at = f"{path}.{_LIST_TYPE}"
        yield required(at, detail) if wanted is None else invalid(at, wanted, detail)
    if wanted == "map":
        yield from _map_keys(schema.get("items"), list(keys), path)


def _map_keys(items: Any, keys: list[str], path: str) -> Iterator[FieldError]:
    at = f"{path}.{_LIST_KEYS}"
    if not keys:
        yield required(at, f"must not be empty if {_LIST_TYPE} is map")
    if items is None:
        yield required(f"{path}.items", f"must have a schema if {_LIST_TYPE} is map")
        return
    if not isinstance(items, Mapping) or items.get("type", "") != "object":
        found = items.get("type", "") if isinstance(items, Mapping) else ""
        detail = f"must be object if parent array's {_LIST_TYPE} is map"
        yield invalid(f"{path}.items.type", found, detail)
        return
    properties, needed = items.get("properties") or {}, items.get("required") or ()
    for key in keys:
        if key not in properties:
            yield invalid(at, keys, "entries must all be names of item properties")
            continue
        if properties[key].get("type") in ("array", "object"):
            detail = f"must be a scalar type if parent array's {_LIST_TYPE} is map"
            yield invalid(f"{path}.items.properties[{key}].type", items["type"], detail)
        if key not in needed and "default" not in properties[key]:
            detail = (
                "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property"
            )
            yield required(f"{path}.items.properties[{key}].default", detail)
    if len(set(keys)) != len(keys):
        yield invalid(at, keys, "must not contain duplicate entries")
