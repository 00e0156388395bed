"""What server-side apply asks of a configuration before it merges anything: that it fits the schema.

Undeclared fields, values of another type and elements that a keyed list holds twice or that lack a key are refused in
structured-merge-diff's words. Upstream hands them on as they are, with code 500 and no reason; kubectl and Helm know the
text. Source: `apimachinery/pkg/util/managedfields/internal/structuredmerge.go`,
`sigs.k8s.io/structured-merge-diff/v6/typed/{validate,helpers}.go`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from k8snb.api import errors
from k8snb.api.model import Struct
from k8snb.api.resources import Resource
from k8snb.apiserver.fieldset import Path, Shape, element_key, format_path, shape_of
from k8snb.apiserver.patch.schema import FieldSchema, schema_of
from k8snb.apiserver.patch.strategic import go_map

_KEYED = "associative list with keys"


def check_typed(resource: Resource, config: dict[str, Any], shape: Shape) -> None:
    """StatusError, as upstream's, for what does not fit the kind's schema."""
    if shape.cls is None:
        return
    problems = list(_struct(config, shape.cls, ()))
    if not problems:
        return
    meta = config["metadata"]
    what = f"{meta.get('namespace', '')}/{meta.get('name', '')}; {resource.group}/{resource.version}"
    listed = problems[0] if len(problems) == 1 else "errors:\n" + "\n".join(f"  {problem}" for problem in problems)
    raise errors.untyped(f"failed to create typed patch object ({what}, Kind={resource.kind}): {listed}")


def _struct(value: Any, cls: type[Struct], path: Path) -> Iterator[str]:
    if value is None:
        return
    if not isinstance(value, dict):
        yield _expected("map", value, path)
        return
    fields = schema_of(cls)
    for name, item in value.items():
        below = (*path, f"f:{name}")
        if name in fields:
            yield from _field(item, fields[name], below)
        elif not getattr(cls, "open", False) and (path or name not in ("apiVersion", "kind")):
            yield f"{format_path(below)}: field not declared in schema"


def _field(value: Any, schema: FieldSchema, path: Path) -> Iterator[str]:
    if value is None:
        return
    if schema.is_list:
        yield from _list(value, schema, path)
    elif schema.is_map:
        if not isinstance(value, dict):
            yield _expected("map", value, path)
            return
        for name, item in value.items():
            yield from _one(item, schema, (*path, f"f:{name}"))
    else:
        yield from _one(value, schema, path)


def _one(value: Any, schema: FieldSchema, path: Path) -> Iterator[str]:
    """A value that is no list or map of the schema's, or an element of one."""
    if schema.cls is not None:
        yield from _struct(value, schema.cls, path)
    elif value is not None:
        yield from _scalar(value, schema.scalar, path)


def _scalar(value: Any, wanted: str, path: Path) -> Iterator[str]:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if wanted == "string" and not isinstance(value, str):
        yield f"{format_path(path)}: expected string, got &value.valueUnstructured{{Value:{_go_syntax(value)}}}"
    elif wanted == "numeric" and not number:
        yield f"{format_path(path)}: expected numeric (int or float), got *value.valueUnstructured"
    elif wanted == "boolean" and not isinstance(value, bool):
        yield _expected("boolean", value, path)


def _list(items: Any, schema: FieldSchema, path: Path) -> Iterator[str]:
    if not isinstance(items, list):
        yield _expected("list", items, path)
        return
    shape = shape_of(schema)
    seen: set[str] = set()
    told: set[str] = set()
    for i, item in enumerate(items):
        element = f"i:{i}"
        if shape.kind == "keyed":
            problem = _without_key(item, shape)
            if problem:
                yield f"{format_path(path)}: element {i}: {problem}"
                continue
            element = element_key(item, shape)
        elif shape.kind == "set":
            element = f"v:{_json(item)}"
        if element in seen and element not in told:
            told.add(element)
            yield f"{format_path(path)}: duplicate entries for key {format_path((element,))}"
        seen.add(element)
        yield from _one(item, schema, (*path, element))


def _without_key(item: Any, shape: Shape) -> str:
    """What keeps an element from being named; empty if nothing does."""
    if item is None:
        return f"{_KEYED} may not have a null element"
    if not isinstance(item, dict):
        return f"{_KEYED} may not have non-map elements"
    defaults = dict(shape.defaults)
    missing = next((key for key in shape.keys if key not in item and key not in defaults), None)
    if missing is None:
        return ""
    return f'{_KEYED} has an element that omits key field "{missing}" (and doesn\'t have default value)'


def _expected(what: str, value: Any, path: Path) -> str:
    return f"{format_path(path)}: expected {what}, got &{{{go_map(value)}}}"


def _json(value: Any) -> str:
    return json.dumps(value)


def _go_syntax(value: Any) -> str:
    """A JSON value as Go prints it with %#v."""
    if isinstance(value, dict):
        members = ", ".join(f"{_json(key)}:{_go_syntax(value[key])}" for key in sorted(value))
        return f"map[string]interface {{}}{{{members}}}"
    if isinstance(value, list):
        return f"[]interface {{}}{{{', '.join(map(_go_syntax, value))}}}"
    return _json(value)
