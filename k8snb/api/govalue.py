"""JSON data as Go's `fmt` prints it: `map[a:1 b:[x y]]` and the Go syntax of `%#v`.

Both forms leak out of kubectl: the first in custom columns and templates, the second in error messages.
"""

from collections.abc import Mapping
from typing import Any

from k8snb.api import jsontext
from k8snb.api.validation.field import quote


def plain(value: Any) -> str:
    """`%v`: text as it is, maps sorted by key, `<nil>` for null."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return "map[" + " ".join(f"{key}:{plain(value[key])}" for key in sorted(value)) + "]"
    if isinstance(value, list | tuple):
        return "[" + " ".join(plain(item) for item in value) + "]"
    return _scalar(value, "<nil>")


def syntax(value: Any, keys: str = "string", nil: str = "<nil>") -> str:
    """`%#v` of data decoded into `interface {}`, with maps of `keys` (`interface {}` for what go-yaml decodes)."""
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, Mapping):
        items = (f"{quote(key)}:{syntax(value[key], keys, 'interface {}(nil)')}" for key in sorted(value))
        return f"map[{keys}]interface {{}}{{" + ", ".join(items) + "}"
    if isinstance(value, list | tuple):
        return "[]interface {}{" + ", ".join(syntax(item, keys, "interface {}(nil)") for item in value) + "}"
    return _scalar(value, nil)


def _scalar(value: Any, nil: str) -> str:
    if value is None:
        return nil
    if isinstance(value, bool):
        return "true" if value else "false"
    return jsontext.format_float(value) if isinstance(value, float) else str(value)
