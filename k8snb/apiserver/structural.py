"""Structural schemas of custom resources: pruning, defaulting and validation of plain JSON data.

The schema is JSON data as in `openAPIV3Schema`. Source: `k8s.io/apiextensions-apiserver/pkg/apiserver/{schema,validation}`.
CEL rules (`x-kubernetes-validations`) are not evaluated; a definition that has them is served with a warning.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from k8snb.api.validation.field import FieldError, invalid, not_supported, required, too_few, too_many
from k8snb.api.validation.field import duplicate as duplicated

Schema = Mapping[str, Any]
_PRESERVE = "x-kubernetes-preserve-unknown-fields"
_INT_OR_STRING = "x-kubernetes-int-or-string"
_EMBEDDED = "x-kubernetes-embedded-resource"
_ROOT = ("apiVersion", "kind", "metadata")


def prune(value: Any, schema: Schema, path: str = "", *, root: bool = True) -> tuple[Any, list[str]]:
    """The value without fields that the schema does not name, and their paths."""
    unknown: list[str] = []
    return _prune(value, schema, path, unknown, root), sorted(unknown)


def _prune(value: Any, schema: Schema, path: str, unknown: list[str], root: bool) -> Any:
    if isinstance(value, Mapping):
        properties, extra = schema.get("properties") or {}, schema.get("additionalProperties")
        kept = {}
        for name, item in value.items():
            below = f"{path}.{name}" if path else str(name)
            if (root or schema.get(_EMBEDDED)) and name in _ROOT:
                kept[name] = item
            elif name in properties:
                kept[name] = _prune(item, properties[name], below, unknown, False)
            elif isinstance(extra, Mapping):
                kept[name] = _prune(item, extra, below, unknown, False)
            elif extra or schema.get(_PRESERVE):
                kept[name] = item
            else:
                unknown.append(below)
        return kept
    if isinstance(value, list | tuple):
        items = schema.get("items")
        if not isinstance(items, Mapping):
            return list(value)
        return [_prune(item, items, f"{path}[{index}]", unknown, False) for index, item in enumerate(value)]
    return value


def with_defaults(value: Any, schema: Schema) -> Any:
    """The value with the schema's defaults where it leaves something open."""
    if isinstance(value, Mapping):
        filled = dict(value)
        for name, part in (schema.get("properties") or {}).items():
            if (name not in filled and "default" in part) or (
                filled.get(name, 0) is None and "default" in part and not part.get("nullable")
            ):
                filled[name] = part["default"]
            if name in filled:
                filled[name] = with_defaults(filled[name], part)
        extra = schema.get("additionalProperties")
        if isinstance(extra, Mapping):
            for name in filled.keys() - (schema.get("properties") or {}).keys():
                filled[name] = with_defaults(filled[name], extra)
        return filled
    if isinstance(value, list | tuple):
        items = schema.get("items")
        return [with_defaults(item, items) for item in value] if isinstance(items, Mapping) else list(value)
    return value


def validate(value: Any, schema: Schema, path: str = "") -> list[FieldError]:
    """Everything about the value that the schema does not allow."""
    if value is None:
        return [] if schema.get("nullable") or not path else [_type_error(path, value, schema)]
    if not _has_type(value, schema):
        return [_type_error(path, value, schema)]
    errors = _validate_scalar(value, schema, path)
    if isinstance(value, Mapping):
        errors += _validate_object(value, schema, path)
    elif isinstance(value, list | tuple):
        errors += _validate_list(value, schema, path)
    return errors + _validate_combined(value, schema, path)


def _has_type(value: Any, schema: Schema) -> bool:
    if schema.get(_INT_OR_STRING):
        return isinstance(value, int | str) and not isinstance(value, bool)
    kind = schema.get("type")
    if not kind:
        return True
    if isinstance(value, bool):
        return bool(kind == "boolean")
    return {
        "object": isinstance(value, Mapping),
        "array": isinstance(value, list | tuple),
        "string": isinstance(value, str),
        "integer": isinstance(value, int) or (isinstance(value, float) and value.is_integer()),
        "number": isinstance(value, int | float),
        "boolean": False,
    }.get(str(kind), True)


def _type_error(path: str, value: Any, schema: Schema) -> FieldError:
    wanted = "integer,string" if schema.get(_INT_OR_STRING) else schema.get("type", "")
    found = "null"
    for name, kinds in (
        ("boolean", bool),
        ("object", Mapping),
        ("array", list | tuple),
        ("string", str),
        ("integer", int),
    ):
        if isinstance(value, kinds):
            found = name
            break
    else:
        found = "number" if isinstance(value, float) else "null"
    shown = found if found in ("object", "array") else value
    return invalid(path or "<nil>", shown, f'{path or ""} in body must be of type {wanted}: "{found}"'.lstrip())


def _validate_scalar(value: Any, schema: Schema, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    if schema.get("enum") and value not in schema["enum"]:
        errors.append(not_supported(path, value, [str(item) for item in schema["enum"]]))
    if isinstance(value, str):
        low, high, pattern = schema.get("minLength"), schema.get("maxLength"), schema.get("pattern")
        if low is not None and len(value) < low:
            errors.append(invalid(path, value, f"{path} in body should be at least {low} chars long"))
        if high is not None and len(value) > high:
            errors.append(invalid(path, value, f"{path} in body should be at most {high} chars long"))
        if pattern and not re.search(pattern, value):
            errors.append(invalid(path, value, f"{path} in body should match '{pattern}'"))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        errors += _validate_number(value, schema, path)
    return errors


def _validate_number(value: float, schema: Schema, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    low, high, step = schema.get("minimum"), schema.get("maximum"), schema.get("multipleOf")
    if low is not None and (value <= low if schema.get("exclusiveMinimum") else value < low):
        than = "greater than" if schema.get("exclusiveMinimum") else "greater than or equal to"
        errors.append(invalid(path, value, f"{path} in body should be {than} {low:g}"))
    if high is not None and (value >= high if schema.get("exclusiveMaximum") else value > high):
        than = "less than" if schema.get("exclusiveMaximum") else "less than or equal to"
        errors.append(invalid(path, value, f"{path} in body should be {than} {high:g}"))
    if step and (value / step) % 1:
        errors.append(invalid(path, value, f"{path} in body should be a multiple of {step:g}"))
    return errors


def _validate_object(value: Mapping[str, Any], schema: Schema, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    for name in schema.get("required") or ():
        if name not in value:
            errors.append(required(f"{path}.{name}" if path else name))
    properties, extra = schema.get("properties") or {}, schema.get("additionalProperties")
    for name, item in value.items():
        below = f"{path}.{name}" if path else str(name)
        if not path and name in _ROOT:
            continue
        if name in properties:
            errors += validate(item, properties[name], below)
        elif isinstance(extra, Mapping):
            errors += validate(item, extra, below)
    low, high = schema.get("minProperties"), schema.get("maxProperties")
    if low is not None and len(value) < low:
        errors.append(invalid(path, len(value), f"{path} in body should have at least {low} properties"))
    if high is not None and len(value) > high:
        errors.append(too_many(path, len(value), high))
    return errors


def _validate_list(value: list[Any] | tuple[Any, ...], schema: Schema, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    low, high, items = schema.get("minItems"), schema.get("maxItems"), schema.get("items")
    if low is not None and len(value) < low:
        errors.append(too_few(path, len(value), low))
    if high is not None and len(value) > high:
        errors.append(too_many(path, len(value), high))
    if isinstance(items, Mapping):
        for index, item in enumerate(value):
            errors += validate(item, items, f"{path}[{index}]")
    kind, seen = schema.get("x-kubernetes-list-type"), list[Any]()
    for index, item in enumerate(value):
        key = item
        if kind == "map" and isinstance(item, Mapping):
            key = {name: item.get(name) for name in schema.get("x-kubernetes-list-map-keys") or ()}
        if kind in ("map", "set"):
            if key in seen:
                errors.append(duplicated(f"{path}[{index}]", key))
            seen.append(key)
    return errors


def _validate_combined(value: Any, schema: Schema, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    for part in schema.get("allOf") or ():
        errors += validate(value, part, path)
    if (
        schema.get("anyOf")
        and not schema.get(_INT_OR_STRING)
        and all(validate(value, p, path) for p in schema["anyOf"])
    ):
        errors.append(invalid(path, value, f"{path} in body must validate at least one schema (anyOf)"))
    if schema.get("oneOf"):
        fitting = sum(not validate(value, part, path) for part in schema["oneOf"])
        if fitting != 1:
            errors.append(invalid(path, value, f"{path} in body must validate one and only one schema (oneOf)"))
    if schema.get("not") and not validate(value, schema["not"], path):
        errors.append(invalid(path, value, f"{path} in body must not validate the schema (not)"))
    return errors
