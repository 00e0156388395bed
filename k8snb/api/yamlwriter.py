"""Writes YAML byte for byte as `kubectl get -o yaml` does.

The layout is that of sigs.k8s.io/yaml on go-yaml v2: keys in natural order, lists flush with their key, `|` blocks
for text of several lines, quotes only where the plain word would be misread, lines folded at a space behind column
80. Takes plain JSON data. Upstream: go.yaml.in/yaml/v2 (encode.go, sorter.go, emitterc.go). Simplification: text with
control characters, which that library writes but cannot read back, is written escaped.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cmp_to_key
from typing import Any, Final

from k8snb.api import jsontext
from k8snb.api.yamlscalar import STR, resolve

_WIDTH: Final = 80
_LONGEST_KEY: Final = 128
_BREAKS: Final = "\r\n\x85\u2028\u2029"
_BREAK: Final = re.compile(f"[{_BREAKS}]")
_SPECIAL: Final = re.compile("[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]")
_SIMPLE: Final = re.compile(r"[A-Za-z/][A-Za-z0-9_./-]*")
_INDICATOR: Final = re.compile(r"""[#,\[\]{}&*!|>'"%@`]|---|\.\.\.|[?:-](?=[ \t]|\Z)""")
_INNER_INDICATOR: Final = re.compile(r":(?=[ \t]|\Z)|(?<=[ \t\r\n\x85\u2028\u2029])#")
_BASE60: Final = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
_ESCAPES: Final = {
    "\0": "0",
    "\a": "a",
    "\b": "b",
    "\t": "t",
    "\n": "n",
    "\v": "v",
    "\f": "f",
    "\r": "r",
    "\x1b": "e",
    '"': '"',
    "\\": "\\",
    "\x85": "N",
    "\xa0": "_",
    "\u2028": "L",
    "\u2029": "P",
}


def dump(value: Any) -> str:
    """The YAML document of plain JSON data, ending in a newline."""
    writer = _Writer()
    writer.node(value, -1)
    writer.new_line(0)
    return "".join(writer.out)


def ordered(names: Iterable[str]) -> list[str]:
    """The keys of a mapping in go-yaml's natural order: letters behind everything else, digits by their number."""
    names = list(names)
    # Where there are only letters the order is that of the characters, and comparing in C is much faster.
    return sorted(names) if "".join(names).isalpha() else sorted(names, key=_SORT_KEY)


class _Writer:
    """The text so far and the column it stands at. `indent` is that of the enclosing block, -1 at the root."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.column = 0
        #: whether the last thing written allows a word to follow without a space
        self.gap = True
        #: whether only indentation and indicators stand on this line, so that a block may go on in it
        self.fresh = True

    def put(self, text: str) -> None:
        self.out.append(text)
        self.column += len(text)

    def new_line(self, indent: int) -> None:
        if not self.fresh or self.column > indent or (self.column == indent and not self.gap):
            self.out.append("\n")
            self.column = 0
        self.put(" " * (indent - self.column))
        self.gap = self.fresh = True

    def indicator(self, text: str, *, block: bool = False) -> None:
        self.put(text if self.gap else f" {text}")
        self.gap = False
        self.fresh = self.fresh and block

    def node(self, value: Any, indent: int, *, in_mapping: bool = False) -> None:
        if isinstance(value, Mapping) and value:
            self.mapping(value, indent + 2 if indent >= 0 else 0)
        elif isinstance(value, list | tuple) and value:
            flush = in_mapping and not self.fresh
            self.sequence(value, indent if flush else indent + 2 if indent >= 0 else 0)
        elif isinstance(value, str):
            self.string(value, indent + 2 if indent >= 0 else 2)
        else:
            self.indicator(_plain(value))

    def mapping(self, value: Mapping[str, Any], indent: int) -> None:
        for key in ordered(value):
            self.new_line(indent)
            if len(key.encode("utf-8", "surrogatepass")) <= _LONGEST_KEY and not _BREAK.search(key):
                self.string(key, indent + 2, is_key=True)
                self.put(":")
            else:
                self.indicator("?", block=True)
                self.string(key, indent + 2)
                self.new_line(indent)
                self.indicator(":", block=True)
            self.node(value[key], indent, in_mapping=True)

    def sequence(self, value: list[Any] | tuple[Any, ...], indent: int) -> None:
        for item in value:
            self.new_line(indent)
            self.indicator("-", block=True)
            self.node(item, indent)

    def string(self, text: str, indent: int, *, is_key: bool = False) -> None:
        if _SIMPLE.fullmatch(text) and resolve(text)[0] == STR:
            self.put(text if self.gap else f" {text}")
            self.gap = self.fresh = False
            return
        style = _style(text)
        if style == "|" and is_key:
            style = '"'
        if style == "|":
            self.literal(text, indent)
        elif style == '"':
            self.double_quoted(text, indent, fold=not is_key)
        else:
            self.flowing(text, indent, style, fold=not is_key)

    def literal(self, text: str, indent: int) -> None:
        hint = "2" if text[0] == " " or text[0] in _BREAKS else ""
        chomp = "-"
        if text[-1] in _BREAKS:
            chomp = "+" if len(text) == 1 or text[-2] in _BREAKS else ""
        self.indicator("|")
        self.put(f"{hint}{chomp}")
        self.out.append("\n")
        self.column, self.gap, self.fresh = 0, True, True
        for part in re.split(f"([{_BREAKS}])", text):
            if part and part in _BREAKS:
                self.out.append(part)
                self.column, self.fresh = 0, True
            elif part:
                self.new_line(indent)
                self.put(part)
                self.fresh = False

    def flowing(self, text: str, indent: int, mark: str, *, fold: bool) -> None:
        """A plain or single-quoted scalar; a single space between words may become a line break."""
        self.indicator(mark) if mark else self.put("" if self.gap else " ")
        after_space = after_break = False
        for index, char in enumerate(text):
            if char == " ":
                alone = not after_space and text[index + 1 : index + 2] != " "
                if fold and alone and self.column > _WIDTH and (not mark or 0 < index < len(text) - 1):
                    self.fresh = False
                    self.new_line(indent)
                else:
                    self.put(char)
                after_space = True
            elif char in _BREAKS:
                self.out.append(char)
                self.column, self.fresh, after_break = 0, True, True
            else:
                if after_break:
                    self.new_line(indent)
                self.put("''" if char == "'" and mark else char)
                self.fresh = after_space = after_break = False
        self.put(mark)
        self.gap = self.fresh = False

    def double_quoted(self, text: str, indent: int, *, fold: bool) -> None:
        self.indicator('"')
        # go-yaml looks for the byte order mark at the start only, and then takes every character for one.
        escape_all = text.startswith("\ufeff")
        after_space = False
        for index, char in enumerate(text):
            if escape_all or char in '"\\' or char in _BREAKS or _SPECIAL.match(char):
                self.put(_escape(char))
                after_space = False
            elif char == " ":
                if fold and not after_space and self.column > _WIDTH and 0 < index < len(text) - 1:
                    self.fresh = False
                    self.new_line(indent)
                    self.put("\\" if text[index + 1] == " " else "")
                else:
                    self.put(char)
                after_space = True
            else:
                self.put(char)
                after_space = False
        self.put('"')
        self.gap = self.fresh = False


def _plain(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, Mapping):
        return "{}"
    if isinstance(value, list | tuple):
        return "[]"
    # The number goes through JSON text on its way, and is read from that by the rules of YAML.
    kind, number = resolve(jsontext.format_number(value))
    return str(number) if kind == "int" else jsontext.format_float(number)


def _style(text: str) -> str:
    """How to write a string: `|`, double or single quote, or nothing for plain."""
    if not text:
        return '"'
    special = _SPECIAL.search(text) is not None or re.search(f" [{_BREAKS}]", text) is not None
    space_after_break = re.search(f"[{_BREAKS}] ", text) is not None
    if "\n" in text:
        return '"' if special or text[-1] == " " else "|"
    if resolve(text)[0] != STR or _BASE60.fullmatch(text):
        return '"'
    if special or space_after_break:
        return '"'
    edges = text[0] == " " or text[-1] == " "
    if edges or _BREAK.search(text) or _INDICATOR.match(text) or _INNER_INDICATOR.search(text, 1):
        return "'"
    return ""


def _escape(char: str) -> str:
    code = ord(char)
    if char in _ESCAPES:
        return "\\" + _ESCAPES[char]
    return f"\\x{code:02X}" if code <= 0xFF else f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


def _compare(left: str, right: str) -> int:
    for at in range(min(len(left), len(right))):
        if left[at] == right[at]:
            continue
        left_letter, right_letter = left[at].isalpha(), right[at].isalpha()
        if left_letter != right_letter:
            return 1 if left_letter else -1
        if left_letter:
            return -1 if left[at] < right[at] else 1
        return _compare_numbers(left, right, at)
    return len(left) - len(right)


def _compare_numbers(left: str, right: str, at: int) -> int:
    # Where a zero stands behind other digits the numbers have begun before it: 1 as a first digit keeps their order.
    before = re.search(r"[0-9]*\Z", left[:at])
    seen = "1" if "0" in (left[at], right[at]) and before and before.group().strip("0") else ""
    keys = []
    for text in (left, right):
        digits = re.match(r"[0-9]*", text[at:])
        run = digits.group() if digits else ""
        keys.append((int((seen + run)[:4000] or "0"), len(run), text[at]))
    return (keys[0] > keys[1]) - (keys[0] < keys[1])


_SORT_KEY: Final = cmp_to_key(_compare)
