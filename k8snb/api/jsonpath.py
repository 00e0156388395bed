"""JSONPath in Kubernetes' dialect, evaluated over JSON data: kubectl's output and columns, printer columns of custom kinds.

`find` gives the values of each part of a template. Members of an object are visited by name (upstream: in random order).
Upstream: `k8s.io/client-go/util/jsonpath/jsonpath.go`.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

from k8snb.api import govalue, jsonpathparser
from k8snb.api.jsonpathparser import (
    Field,
    Filter,
    Identifier,
    JSONPathError,
    Node,
    Path,
    Recursive,
    Slice,
    Text,
    Union,
    Wildcard,
)

_RELAXED: Final = re.compile(r"\{\.?([^{}]+)\}|\.?([^{}]+)")


class _Nothing:
    """What the body of a range over nothing is looked up in."""


_NOTHING: Final = _Nothing()


class JSONPath:
    """A parsed template. With `allow_missing_keys` a member that is not there gives no result instead of an error."""

    def __init__(self, template: str, *, allow_missing_keys: bool = True) -> None:
        self.parts = jsonpathparser.parse(template)
        self.allow_missing_keys = allow_missing_keys

    def find(self, data: Any) -> list[list[Any]]:
        """The values of every part of the template, in order; JSONPathError."""
        return _Search(self.parts, self.allow_missing_keys).results(data, 0)


def relaxed(expression: str) -> str:
    """A template from the short forms that --sort-by and custom columns allow: `a.b`, `.a.b`, `{a.b}`;
    JSONPathError."""
    found = _RELAXED.fullmatch(expression)
    if found:
        return f"{{.{found[1] or found[2]}}}"
    if not expression:
        return ""
    raise JSONPathError(
        "unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'"
    )


class _Search:
    """One evaluation: the counters with which `range` and `end` find each other belong to it."""

    def __init__(self, parts: Sequence[Text | Path], allow_missing_keys: bool) -> None:
        self.parts, self.allow_missing_keys = parts, allow_missing_keys
        self.opening = self.depth = self.closing = 0
        self.last_end = -1

    def results(self, data: Any, start: int) -> list[list[Any]]:
        groups: list[list[Any]] = []
        at = start
        while at < len(self.parts):
            part = self.parts[at]
            found = self.path([data], (part,) if isinstance(part, Text) else part)
            if 0 < self.closing <= self.depth:
                self.closing -= 1
                self.last_end = at
                break
            if self.opening:
                self.opening -= 1
                self.depth += 1
                for value in found:
                    groups += self.results(value, at + 1)
                if not found:  # the body is still walked, to learn where it ends
                    self.results(_NOTHING, at + 1)
                self.depth -= 1
                at = max(at, self.last_end)
            else:
                groups.append(found)
            at += 1
        return groups

    def path(self, values: list[Any], path: Path) -> list[Any]:
        for node in path:
            values = self.node(values, node)
        return values

    def node(self, values: list[Any], node: Node) -> list[Any]:
        match node:
            case Text():
                # Text stands once, a number to compare with once per value.
                return [node.value] if isinstance(node.value, str) else [node.value] * len(values)
            case Field():
                return self.field(values, node.name)
            case Slice():
                return _slice(values, node)
            case Wildcard():
                return [child for value in values for child in _children(value)]
            case Recursive():
                return [deep for value in values for deep in _descend(value)]
            case Union():
                return [value for branch in node.branches for value in self.path(values, branch)]
            case Filter():
                return [item for value in values for item in self.filtered(value, node)]
            case Identifier():
                return self.identifier(values, node.name)

    def field(self, values: list[Any], name: str) -> list[Any]:
        found = [value[name] for value in values if isinstance(value, dict) and name in value]
        if values and not found and not self.allow_missing_keys:
            raise JSONPathError(f"{name} is not found")
        return found

    def identifier(self, values: list[Any], name: str) -> list[Any]:
        if name == "range":
            self.opening += 1
            return values
        if name != "end":
            raise JSONPathError(f"unrecognized identifier {name}")
        if not self.depth:
            raise JSONPathError("not in range, nothing to end")
        self.closing += 1
        return []

    def filtered(self, value: Any, node: Filter) -> list[Any]:
        if not isinstance(value, list):
            shown = "<invalid reflect.Value>" if value is _NOTHING else govalue.plain(value)
            raise JSONPathError(f"{shown} is not array or slice and cannot be filtered")
        return [item for item in value if self.passes(item, node)]

    def passes(self, item: Any, node: Filter) -> bool:
        if node.operator == "exists":
            try:
                return bool(self.path([item], node.left))
            except JSONPathError:
                return False
        lefts = self.path([item], node.left)
        if not lefts:
            return False
        rights = self.path([item], node.right) if len(lefts) == 1 else []
        if len(lefts) > 1 or len(rights) > 1:
            raise JSONPathError("can only compare one element at a time")
        return bool(rights) and _compare(lefts[0], rights[0], node.operator)


def _slice(values: list[Any], node: Slice) -> list[Any]:
    found: list[Any] = []
    for value in values:
        if value is None or value is _NOTHING:
            continue
        if not isinstance(value, list):
            raise JSONPathError(f"{_go_type(value)} is not array or slice")
        length = len(value)
        start = node.start or 0
        start = start + length if start < 0 else start
        end = length if node.end is None else node.end
        end = end + length if end < 0 or (end == 0 and node.single) else end
        if start == end:
            return found
        if not 0 <= start < length:
            raise JSONPathError(f"array index out of bounds: index {start}, length {length}")
        if not 0 <= end <= length:
            raise JSONPathError(f"array index out of bounds: index {end - 1}, length {length}")
        if start > end:
            raise JSONPathError(f"starting index {start} is greater than ending index {end}")
        if node.step is not None and node.step <= 0:
            raise JSONPathError("step must be > 0")
        found += value[start : end : node.step or 1]
    return found


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [value[key] for key in sorted(value)]
    if isinstance(value, list):
        return value
    return list(value.encode()) if isinstance(value, str) else []


def _descend(value: Any) -> list[Any]:
    children = _children(value)
    if not children:
        return []
    # The bytes of a text have nothing in them, so that only the text itself counts.
    inner = [] if isinstance(value, str) else [deep for child in children for deep in _descend(child)]
    return [value, *inner]


def _compare(left: Any, right: Any, operator: str) -> bool:
    if operator not in ("<", ">", "==", "!=", "<=", ">="):
        raise JSONPathError(f"unrecognized filter operator {operator}")
    kinds = [_comparable(value) for value in (left, right)]
    if kinds[0] != kinds[1]:
        raise JSONPathError("incompatible types for comparison")
    if operator in ("==", "!="):
        return bool(left == right) == (operator == "==")
    if kinds[0] == "bool":
        raise JSONPathError("invalid type for comparison")
    return bool({"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}[operator])


def _comparable(value: Any) -> str:
    kind = _go_type(value)
    if kind not in ("bool", "int64", "float64", "string"):
        raise JSONPathError("invalid type for comparison")
    return kind


def _go_type(value: Any) -> str:
    if isinstance(value, dict):
        return "map[string]interface {}"
    if isinstance(value, list):
        return "[]interface {}"
    return {bool: "bool", int: "int64", float: "float64", str: "string"}.get(type(value), "<nil>")
