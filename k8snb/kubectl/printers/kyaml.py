"""`-o kyaml`: YAML in flow style, with braces, quoted strings and trailing commas, so that indentation means nothing.

Upstream: KEP-5295, `sigs.k8s.io/yaml/kyaml`.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from k8snb.api import jsontext
from k8snb.api.yamlscalar import STR, resolve

_WORDS: Final = frozenset({"null", "true", "y", "yes", "on", "false", "n", "no", "off"})
_BOOLEANS: Final = frozenset({"1", "t", "T", "0", "f", "F"})
_NOT_FINITE: Final = re.compile(r"[-+]?(inf|infinity|nan)", re.IGNORECASE)
_HEX_FLOAT: Final = re.compile(r"[-+]?0x([0-9a-f]+\.?[0-9a-f]*|\.[0-9a-f]+)p[-+]?[0-9]+", re.IGNORECASE)
_ESCAPES: Final = {
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    "\0": "\\0",
    "\x1b": "\\e",
    "\x85": "\\N",
    "\xa0": "\\_",
    "\u2028": "\\L",
    "\u2029": "\\P",
    '"': '\\"',
    "\\": "\\\\",
}


def print_kyaml(value: Any, *, sort_keys: bool = True) -> str:
    """One document with its `---` line. Objects that kubectl makes itself keep their own key order."""
    return f"---\n{_node(value, 0, sort_keys)}\n"


def _node(value: Any, indent: int, sort_keys: bool) -> str:
    if isinstance(value, Mapping):
        return _mapping(value, indent, sort_keys)
    if isinstance(value, list | tuple):
        return _sequence(value, indent, sort_keys)
    return _string(value, indent + 1) if isinstance(value, str) else jsontext.dumps(value)


def _mapping(value: Mapping[str, Any], indent: int, sort_keys: bool) -> str:
    if not value:
        return "{}"
    lines = ["{\n"]
    for key in sorted(value) if sort_keys else value:
        item = _node(value[key], indent + 1, sort_keys)
        lines.append(f"{'  ' * (indent + 1)}{_key(key)}: {item},\n")
    return "".join(lines) + "  " * indent + "}"


def _sequence(value: Sequence[Any], indent: int, sort_keys: bool) -> str:
    if not value:
        return "[]"
    if all(isinstance(item, Mapping | list | tuple) for item in value):
        return "[" + ", ".join(_node(item, indent, sort_keys) for item in value) + "]"
    lines = [f"{'  ' * (indent + 1)}{_node(item, indent + 1, sort_keys)},\n" for item in value]
    return "[\n" + "".join(lines) + "  " * indent + "]"


def _key(key: str) -> str:
    if _is_plain(key):
        return key
    return '"' + "".join("\\n" if char == "\n" else _escape(char) for char in key) + '"'


def _string(text: str, indent: int) -> str:
    if "\n" not in text:
        return '"' + "".join(_escape(char) for char in text) + '"'
    # One line of the text per line, folded with a backslash; what starts a line after the indentation is marked.
    margin = "  " * indent
    lines = text.split("\n")
    last = lines.pop()
    folded = [f"{margin}{_start(line)}\\n\\\n" for line in lines]
    if last:
        folded.append(f"{margin}{_start(last)}\\\n")
    return '"\\\n' + "".join(folded) + f'{margin}"'


def _start(line: str) -> str:
    # Upstream also puts the backslash before a tab, which is written as `\t` itself: that would not read back as a tab.
    mark = "\\" if line.startswith(" ") else " "
    return mark + "".join(_escape(char) for char in line)


def _escape(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x20 or code == 0x7F else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _is_plain(text: str) -> bool:
    edges = (0, len(text) - 1)
    for at, char in enumerate(text):
        if not (char.isalpha() or char.isnumeric() or char == "_" or (char in "-./" and at not in edges)):
            return False
    return bool(text) and not _is_misread(text)


def _is_misread(text: str) -> bool:
    bare = text.replace("_", "")
    if text.lower() in _WORDS or text in _BOOLEANS or resolve(text)[0] != STR:
        return True
    return bool(_NOT_FINITE.fullmatch(bare) or _HEX_FLOAT.fullmatch(bare)) or (bool(bare) and resolve(bare)[0] != STR)
