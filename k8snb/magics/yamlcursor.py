"""Where in a manifest the cursor is: the document's kind, the path of fields by indentation, what is typed of a key or a value.

A manifest that is being written is rarely valid YAML, so this reads lines and their indentation, as an eye does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from k8snb.kubectl.fieldschema import ELEMENT

_KEY = re.compile(r"""(?P<quote>['"]?)(?P<key>[^\s'"#:{}\[\],][^'"#:{}\[\],]*?)(?P=quote)\s*:(?:\s+(?P<value>.*))?$""")
_DASHES = re.compile(r"-(?:\s+|$)")
_BLOCK = re.compile(r"[|>][+-]?\d*\s*$")


@dataclass
class Place:
    """Where the cursor is. `path` leads to the object whose field is typed, or to the field whose value is."""

    api_version: str = ""
    kind: str = ""
    path: list[str] = field(default_factory=list)
    #: what of a key, or of a value, stands before the cursor
    typed: str = ""
    is_value: bool = False
    #: fields that the object has already
    present: set[str] = field(default_factory=set)
    #: the column where the key begins, and whether it is behind a dash
    column: int = 0
    dashed: bool = False
    #: the key under the cursor, if it stands on one
    key: str = ""


@dataclass
class _Open:
    """A level that is open at some line: a key, or an element of a list."""

    name: str
    column: int
    keys: set[str] = field(default_factory=set)


class _Reader:
    """Lines, one after another."""

    def __init__(self) -> None:
        self.stack: list[_Open] = []
        self.top: dict[str, str] = {}
        self.root_keys: set[str] = set()
        self._block = -1

    def read(self, line: str) -> None:
        """A whole line."""
        content = line.lstrip(" ")
        column = len(line) - len(content)
        if not content.strip() or content.startswith("#"):
            return
        if self._block >= 0:
            if column > self._block:
                return
            self._block = -1
        column, content = self.dashes(column, content)
        match = _KEY.match(content.split(" #")[0].rstrip())
        if match is None:
            return
        self.close(column)
        self.keys().add(match["key"])
        if not self.stack:
            self.top[match["key"]] = (match["value"] or "").strip().strip("'\"")
        self.stack.append(_Open(match["key"], column))
        if _BLOCK.match(match["value"] or ""):
            self._block = column

    def dashes(self, column: int, content: str) -> tuple[int, str]:
        """Enter the elements that a line's dashes begin; where the rest of it stands."""
        while (dash := _DASHES.match(content)) is not None:
            while self.stack and (
                self.stack[-1].column > column or (self.stack[-1].column == column and self.stack[-1].name == ELEMENT)
            ):
                self.stack.pop()
            self.stack.append(_Open(ELEMENT, column))
            column, content = column + dash.end(), content[dash.end() :]
        return column, content

    def close(self, column: int) -> None:
        """Leave all levels that something at this column is not inside of."""
        while self.stack and self.stack[-1].column >= column:
            self.stack.pop()

    def keys(self) -> set[str]:
        """The keys of the object that is open."""
        return self.stack[-1].keys if self.stack else self.root_keys

    def path(self) -> list[str]:
        return [level.name for level in self.stack]

    @property
    def in_block(self) -> int:
        return self._block


def place(text: str, line: int, column: int) -> Place | None:
    """Where a cursor is in a text; None inside of block text, comments, or flow style."""
    lines = text.split("\n")
    start, end = _document(lines, line)
    reader = _Reader()
    for number in range(start, line):
        reader.read(lines[number])
    whole = lines[line]
    before = whole[:column]
    content = before.lstrip(" ")
    indent = len(before) - len(content)
    if content.startswith("#") or " #" in before:
        return None
    if reader.in_block >= 0 and (indent > reader.in_block or not content):
        return None
    found = Place()
    at, rest = reader.dashes(indent, content)
    found.dashed, found.column = at > indent, at
    reader.close(at)
    match = re.match(r"""(['"]?)([^\s'"#:{}\[\],][^'"#:{}\[\],]*?)\1\s*:\s+(.*)$""", rest)
    if match is not None and not match[3].startswith(("{", "[", "|", ">")):
        found.path, found.is_value, found.typed, found.key = [*reader.path(), match[2]], True, match[3], match[2]
    elif match is not None:
        return None
    else:
        found.path, found.typed = reader.path(), rest
        word = re.match(r"['\"]?([\w./-]*)", whole[len(before) - len(rest) :])
        found.key = word[1] if word else ""
    found.present = set(reader.keys())
    _read_on(reader, lines[line + 1 : end], at, found)
    top = _top(lines[start:end])
    found.api_version, found.kind = top.get("apiVersion", ""), top.get("kind", "")
    return found


def _document(lines: list[str], line: int) -> tuple[int, int]:
    """The first line of the document that a line is in, and the line behind its last."""
    start = next((at + 1 for at in range(line, -1, -1) if lines[at].startswith("---")), 0)
    return start, next((at for at in range(line + 1, len(lines)) if lines[at].startswith("---")), len(lines))


def _read_on(reader: _Reader, lines: list[str], column: int, found: Place) -> None:
    """Fields of the same object that stand below."""
    for line in lines:
        content = line.lstrip(" ")
        indent = len(line) - len(content)
        if not content.strip() or indent > column or (indent == column and content.startswith("-")):
            continue
        match = _KEY.match(content.split(" #")[0].rstrip())
        if indent < column or match is None:
            return
        found.present.add(match["key"])


def _top(lines: list[str]) -> dict[str, str]:
    """apiVersion and kind, wherever in the document they stand."""
    found: dict[str, str] = {}
    for line in lines:
        match = re.match(r"(apiVersion|kind):\s*['\"]?([\w./-]+)", line)
        if match is not None:
            found.setdefault(match[1], match[2])
    return found
