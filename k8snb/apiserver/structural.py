"""Structural schemas of custom resources: pruning, defaulting and validation of plain JSON data.

The schema is JSON data as in `openAPIV3Schema`. Source: `k8s.io/apiextensions-apiserver/pkg/apiserver/{schema,validation}`.
CEL rules (`x-kubernetes-validations`) are not evaluated: whoever writes a definition that has some is told so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from k8snb.api.duration import parse_time
from k8snb.api.validation.field import (
    FieldError,
    invalid,
    not_supported,
    quote,
    required,
    too_long,
    too_many,
    type_invalid,
)
from k8snb.api.validation.field import duplicate as duplicated
from k8snb.api.validation.names import address, cidr

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
    """Everything about the value that the schema does not allow, in kube-openapi's words and order."""
    if value is None:
        return [] if schema.get("nullable") or not path else [_type_error(path, value, schema)]
    if not _has_type(value, schema):
        return [_type_error(path, value, schema)]
    errors = _validate_combined(value, schema, path) + _validate_scalar(value, schema, path)
    if isinstance(value, Mapping):
        errors += _validate_object(value, schema, path)
    elif isinstance(value, list | tuple):
        errors += _validate_list(value, schema, path)
    return errors


def _has_type(value: Any, schema: Schema) -> bool:
    if schema.get(_INT_OR_STRING):
        return isinstance(value, int | str) and not isinstance(value, bool)
    kind = schema.get("type")
    if not kind:
        return True
    found = _json_type(value)
    whole = found == "integer" or (isinstance(value, float) and value.is_integer())
    return bool(found == kind or (kind == "number" and found == "integer") or (kind == "integer" and whole))


def _json_type(value: Any) -> str:
    """The type of a JSON value, as schemas call it."""
    for name, kinds in (
        ("boolean", bool),
        ("object", Mapping),
        ("array", list | tuple),
        ("string", str),
        ("integer", int),
        ("number", float),
    ):
        if isinstance(value, kinds):
            return name
    return "null"


def _type_error(path: str, value: Any, schema: Schema) -> FieldError:
    """It is the type of the value that is shown, not the value."""
    wanted = "integer,string" if schema.get(_INT_OR_STRING) else schema.get("type", "")
    found = _json_type(value)
    return type_invalid(path or "<nil>", found, f'{path} in body must be of type {wanted}: "{found}"'.lstrip())


def _validate_scalar(value: Any, schema: Schema, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    if isinstance(value, str):
        errors += _validate_text(value, schema, path)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        errors += _validate_number(value, schema, path)
    if schema.get("enum") and value not in schema["enum"]:
        shown = [item if isinstance(item, str) else json.dumps(item) for item in schema["enum"]]
        errors.append(not_supported(path, value, shown))
    return errors


def _validate_text(value: str, schema: Schema, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    low, high, pattern = schema.get("minLength"), schema.get("maxLength"), schema.get("pattern")
    if high is not None and len(value) > high:
        errors.append(too_long(path, high))
    if low is not None and len(value) < low:
        errors.append(invalid(path, value, f"{path} in body should be at least {low} chars long"))
    if pattern and not re.search(pattern, value):
        errors.append(invalid(path, value, f"{path} in body should match '{pattern}'"))
    fits = _FORMATS.get(schema.get("format", ""))
    if fits is not None and not fits(value):
        errors.append(type_invalid(path, value, f"{path} in body must be of type {schema['format']}: {quote(value)}"))
    return errors


def _validate_number(value: float, schema: Schema, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    low, high, step = schema.get("minimum"), schema.get("maximum"), schema.get("multipleOf")
    if step and (value / step) % 1:
        errors.append(invalid(path, value, f"{path} in body should be a multiple of {step:g}"))
    if high is not None and (value >= high if schema.get("exclusiveMaximum") else value > high):
        than = "less than" if schema.get("exclusiveMaximum") else "less than or equal to"
        errors.append(invalid(path, value, f"{path} in body should be {than} {high:g}"))
    if low is not None and (value <= low if schema.get("exclusiveMinimum") else value < low):
        than = "greater than" if schema.get("exclusiveMinimum") else "greater than or equal to"
        errors.append(invalid(path, value, f"{path} in body should be {than} {low:g}"))
    return errors


def _validate_object(value: Mapping[str, Any], schema: Schema, path: str) -> list[FieldError]:
    low, high = schema.get("minProperties"), schema.get("maxProperties")
    if low is not None and len(value) < low:
        return [invalid(path, len(value), f"{path} in body should have at least {low} properties")]
    if high is not None and len(value) > high:
        return [too_many(path, len(value), high)]
    errors: list[FieldError] = []
    properties, extra = schema.get("properties") or {}, schema.get("additionalProperties")
    for name, item in value.items():
        below = f"{path}.{name}" if path else str(name)
        if not path and name in _ROOT:
            continue
        if name in properties:
            errors += validate(item, properties[name], below)
        elif isinstance(extra, Mapping):
            errors += validate(item, extra, below)
    for name in schema.get("required") or ():
        if name not in value:
            errors.append(required(f"{path}.{name}" if path else name))
    return errors


def _validate_list(value: list[Any] | tuple[Any, ...], schema: Schema, path: str) -> list[FieldError]:
    errors: list[FieldError] = []
    low, high, items = schema.get("minItems"), schema.get("maxItems"), schema.get("items")
    if isinstance(items, Mapping):
        for index, item in enumerate(value):
            errors += validate(item, items, f"{path}[{index}]")
    if low is not None and len(value) < low:
        errors.append(invalid(path, len(value), f"{path} in body should have at least {low} items"))
    if high is not None and len(value) > high:
        errors.append(too_many(path, len(value), high))
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
    """What the junctors say. They name no field of their own, but what is wrong with the best of the alternatives does."""
    errors: list[FieldError] = []
    if schema.get("anyOf") and not schema.get(_INT_OR_STRING):
        problems = [validate(value, part, path) for part in schema["anyOf"]]
        if all(problems):
            errors += [_whole(f"{quote(path)} must validate at least one schema (anyOf)"), *_best(problems)]
    if schema.get("oneOf"):
        problems = [validate(value, part, path) for part in schema["oneOf"]]
        fitting = sum(not found for found in problems)
        if fitting != 1:
            why = f"Found {fitting} valid alternatives" if fitting else "Found none valid"
            errors.append(_whole(f"{quote(path)} must validate one and only one schema (oneOf). {why}"))
            errors += [] if fitting else _best(problems)
    if schema.get("allOf") and not schema.get(_INT_OR_STRING):
        problems = [validate(value, part, path) for part in schema["allOf"]]
        errors += [error for found in problems for error in found]
        if any(problems):
            none = ". None validated" if all(problems) else ""
            errors.append(_whole(f"{quote(path)} must validate all the schemas (allOf){none}"))
    if schema.get("not") and not validate(value, schema["not"], path):
        errors.append(_whole(f"{quote(path)} must not validate the schema (not)"))
    return errors


def _best(problems: list[list[FieldError]]) -> list[FieldError]:
    """Of what is wrong with several alternatives, the shortest list."""
    return min(problems, key=lambda found: len(found))


def _whole(text: str) -> FieldError:
    """An error that upstream hangs on no field."""
    return invalid("<nil>", "", text)


def _is_time(value: str) -> bool:
    try:
        parse_time(value)
    except ValueError:
        return False
    return True


#: formats of text that are looked at, of those upstream knows
_FORMATS: Mapping[str, Callable[[str], Any]] = {
    "date-time": _is_time,
    "date": lambda value: re.fullmatch(r"\d{4}-\d{2}-\d{2}", value) and _is_time(f"{value}T00:00:00Z"),
    "ipv4": lambda value: getattr(address(value), "version", 0) == 4,
    "ipv6": lambda value: getattr(address(value), "version", 0) == 6,
    "cidr": lambda value: "must be a valid" not in "".join(cidr(value)),
    "uuid": re.compile(r"(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}").fullmatch,
}
