"""`--sort-by`: rows and objects in the order of one of their fields.

Numbers by value, quantities by amount, other text with its numbers counted (`a2` before `a10`); an object without the field
comes first. Source: `k8s.io/kubectl/pkg/cmd/get/sorter.go`, fvbommel/sortorder.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from k8snb.api import quantity
from k8snb.api.jsonpath import JSONPath, relaxed
from k8snb.api.jsonpathparser import JSONPathError
from k8snb.kubectl.command import Invocation
from k8snb.kubectl.errors import CommandError, Exit, quoted
from k8snb.kubectl.gosort import go_sort

_PARTS = re.compile(rb"(0*)([0-9]*)|.", re.DOTALL)
_MISSING: Any = object()


class UnsortableError(Exception):
    """Values that have no order; the text is kubectl's."""


def sorted_objects(invocation: Invocation, objects: Sequence[dict[str, Any]], expression: str) -> list[dict[str, Any]]:
    """The objects in order. CommandError if none of them has the field, or the expression cannot be read."""
    try:
        field = relaxed(expression)
        path = JSONPath(field)
        rows = [(_value(path, obj), obj) for obj in objects]
    except JSONPathError as error:
        raise CommandError(str(error)) from None
    if rows and all(value is _MISSING for value, _ in rows):
        raise CommandError(f"couldn't find any field with path {quoted(field)} in the list of objects")
    return _sorted(invocation, rows, field, "*unstructured.Unstructured")


def sorted_table(invocation: Invocation, table: dict[str, Any], expression: str) -> dict[str, Any] | None:
    """The table with its rows in order; None if they cannot be sorted: kubectl then prints nothing of it."""
    rows = table.get("rows") or []
    try:
        field = relaxed(expression)
    except JSONPathError:
        field = expression
    try:
        path = JSONPath(field)
        found = [(_value(path, row.get("object") or {}), row) for row in rows]
    except JSONPathError:
        return None
    if rows and all(value is _MISSING for value, _ in found):
        return None
    return {**table, "rows": _sorted(invocation, found, field, "[][][]reflect.Value")}


def _value(path: JSONPath, obj: dict[str, Any]) -> Any:
    found = path.find(obj)
    return found[0][0] if found and found[0] else _MISSING


def _sorted(invocation: Invocation, rows: list[tuple[Any, Any]], field: str, go_type: str) -> list[Any]:
    def less(one: tuple[Any, Any], other: tuple[Any, Any]) -> bool:
        if one[0] is _MISSING:
            return True
        return other[0] is not _MISSING and is_less(one[0], other[0])

    try:
        go_sort(rows, less)
    except UnsortableError as error:
        text = f"Field {field} in {go_type} is an unsortable type: interface, err: {error}"
        invocation.klog("F", "sorter.go:375", text)
        raise Exit(1) from None
    return [row for _, row in rows]


def is_less(one: Any, other: Any) -> bool:
    """Whether a value comes before another one. UnsortableError for lists, maps, booleans, and values of two types."""
    if one is None or other is None:
        return one is None and other is not None
    if isinstance(one, str) and isinstance(other, str):
        return _text_is_less(one, other)
    if type(one) is type(other) and isinstance(one, int | float) and not isinstance(one, bool):
        return bool(one < other)
    if isinstance(one, str | int | float) and not isinstance(one, bool):
        raise UnsortableError("unsortable interface: interface")
    go = {bool: "bool", list: "[]interface {}", dict: "map[string]interface {}"}[type(one)]
    raise UnsortableError(f"unsortable type: {go}")


def _text_is_less(one: str, other: str) -> bool:
    if _is_quantity(one) and _is_quantity(other):
        return quantity.compare(one, other) < 0
    return natural_key(one) < natural_key(other)


@lru_cache(4096)
def _is_quantity(text: str) -> bool:
    try:
        quantity.parse(text)
    except ValueError:
        return False
    return True


@lru_cache(4096)
def natural_key(text: str) -> list[tuple[int, int, bytes, int]]:
    """Numbers in the text count by value, and come before other characters; of equal ones that with fewer zeros."""
    key: list[tuple[int, int, bytes, int]] = []
    for match in _PARTS.finditer(text.encode("utf-8", "surrogatepass")):
        if match[0] and match[0][:1].isdigit():
            key.append((0, len(match[2]), match[2], len(match[1])))
        elif match[0]:
            key.append((1, 0, match[0], 0))
    return key
