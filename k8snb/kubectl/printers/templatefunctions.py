"""Functions of kubectl's go-templates: its own two, and Go's built-ins where their behaviour on JSON data shows.

Upstream: `k8s.io/cli-runtime/pkg/printers/template.go`, Go's text/template (funcs.go).
"""

import base64
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from k8snb.api import govalue

_ALPHABET: Final = re.compile(r"[A-Za-z0-9+/\r\n]*")


class FunctionError(ValueError):
    """A function cannot work on its arguments; the message is Go's."""


def exists(item: Any, *indices: Any) -> bool:
    """Whether there is something at the end of this path of keys and indexes."""
    for index in indices:
        if isinstance(item, Mapping):
            item = item.get(index) if isinstance(index, str) else None
        elif isinstance(item, list | str) and isinstance(index, int) and 0 <= index < len(item):
            item = item[index]
        else:
            return False
    return not _is_nil(item)


def base64decode(text: Any) -> str:
    """The text behind a Secret's value."""
    if not isinstance(text, str):
        raise FunctionError("invalid value; expected string")
    plain = text.replace("\r", "").replace("\n", "")
    try:
        return base64.b64decode(plain, validate=True).decode("utf-8", "replace")
    except ValueError:
        found = _ALPHABET.match(text)
        at = found.end() if found else 0
        at = len(plain) // 4 * 4 if at == len(text) else at  # nothing wrong but the length: the group that is cut short
        raise FunctionError(f"base64 decode failed: illegal base64 data at input byte {at}") from None


def index(item: Any, *indices: Any) -> Any:
    """`index .items 0 "name"`."""
    for at, key in enumerate(indices):
        if _is_nil(item):
            raise FunctionError("index of nil pointer" if at else "index of untyped nil")
        if isinstance(item, Mapping):
            if not isinstance(key, str):
                raise FunctionError(f"value has type {_type(key)}; should be string")
            item = item.get(key)
        elif isinstance(item, list | str):
            item = _element(item, key)
        else:
            raise FunctionError(f"can't index item of type {_data_type(item)}")
    return item


def length(item: Any) -> int:
    """`len`: of text the bytes."""
    if _is_missing(item):
        raise FunctionError("reflect: call of reflect.Value.Type on zero Value")
    if _is_nil(item):
        raise FunctionError("len of nil pointer")
    if isinstance(item, str):
        return len(item.encode())
    if isinstance(item, list | Mapping):
        return len(item)
    raise FunctionError(f"len of type {_data_type(item)}")


def equal(first: Any, *others: Any) -> bool:
    """`eq`: whether the first is one of the others."""
    if not others:
        raise FunctionError("missing argument for comparison")
    return any(_same(first, other) for other in others)


def not_equal(first: Any, other: Any) -> bool:
    """`ne`."""
    return not _same(first, other)


def less(first: Any, other: Any) -> bool:
    """`lt`."""
    kinds = [_kind(value) for value in (first, other)]
    if any(kind not in ("int", "float64", "string", "bool") for kind in kinds):
        raise FunctionError("invalid type for comparison")
    if kinds[0] != kinds[1]:
        raise FunctionError("incompatible types for comparison")
    if kinds[0] == "bool":
        raise FunctionError("invalid type for comparison")
    return bool(first < other)


def less_or_equal(first: Any, other: Any) -> bool:
    """`le`."""
    return less(first, other) or _same(first, other)


FUNCTIONS: Final[Mapping[str, Callable[..., object]]] = {
    "exists": exists,
    "base64decode": base64decode,
    "index": index,
    "len": length,
    "eq": equal,
    "ne": not_equal,
    "lt": less,
    "le": less_or_equal,
    "gt": lambda first, other: not less_or_equal(first, other),
    "ge": lambda first, other: not less(first, other),
}


def _element(item: list[Any] | str, key: Any) -> Any:
    if _is_nil(key):
        raise FunctionError("cannot index slice/array with nil")
    if isinstance(key, bool) or not isinstance(key, int):
        raise FunctionError(f"cannot index slice/array with type {_type(key)}")
    data = item.encode() if isinstance(item, str) else item
    if not 0 <= key < len(data):
        raise FunctionError(f"index out of range: {key}")
    return data[key]


def _same(first: Any, other: Any) -> bool:
    if _is_nil(first) or _is_nil(other):
        return _is_nil(first) and _is_nil(other)
    if _kind(first) != _kind(other):
        raise FunctionError("incompatible types for comparison")
    if isinstance(first, list | Mapping):
        raise FunctionError(f"non-comparable type {govalue.plain(first)}: {_type(first)}")
    return bool(first == other)


def _is_nil(value: Any) -> bool:
    from gotpl.runtime.values import INVALID, UNTYPED_NIL

    return value is None or value is INVALID or value is UNTYPED_NIL


def _is_missing(value: Any) -> bool:
    """Whether nothing is there at all (a map without the key), which to Go is not the same as a null."""
    from gotpl.runtime.values import INVALID

    return value is INVALID


def _kind(value: Any) -> str:
    return "int" if isinstance(value, int) and not isinstance(value, bool) else _type(value)


def _data_type(value: Any) -> str:
    # An integer of the data is an int64, one written in the template an int.
    return "int64" if _kind(value) == "int" else _type(value)


def _type(value: Any) -> str:
    if isinstance(value, Mapping):
        return "map[string]interface {}"
    if isinstance(value, list):
        return "[]interface {}"
    return {bool: "bool", int: "int", float: "float64", str: "string"}.get(type(value), "nil")
