"""The grammar of kubectl's JSONPath dialect: text with expressions in braces, to a list of nodes.

Not the JSONPath of RFC 9535: `range`/`end`, quoted text and escaped dots are kubectl's own, and so are the complaints.
Upstream: `k8s.io/client-go/util/jsonpath/parser.go`.
"""

import re
from dataclasses import dataclass
from typing import Final

_DICT_KEY: Final = re.compile(r"'([^']*)'")
_SLICE: Final = re.compile(r"(-?[0-9]*)(:-?[0-9]*)?(:-?[0-9]*)?")
_FILTER: Final = re.compile(r"([^!<>=]+)([!<>=]+)(.+)")
_NUMBER: Final = re.compile(r"[-+]?[0-9.]*")
_INTEGER: Final = re.compile(r"[-+]?[0-9]+")
_FLOAT: Final = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")
_TERMINATORS: Final = frozenset(" \t\r\n.,[]$@{}")
_ESCAPE: Final = re.compile(
    r"\\(?:([abfnrtv\\])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(['\"]))"
)
_SIMPLE_ESCAPES: Final = dict(zip("abfnrtv\\", "\a\b\f\n\r\t\v\\", strict=True))


class JSONPathError(ValueError):
    """A template that is malformed or does not fit the data; the message is kubectl's."""


@dataclass(frozen=True)
class Text:
    """Literal text, or a number or boolean to compare with."""

    value: str | int | float | bool


@dataclass(frozen=True)
class Field:
    """`.name`: a member of an object."""

    name: str


@dataclass(frozen=True)
class Wildcard:
    """`.*`: all members."""


@dataclass(frozen=True)
class Recursive:
    """`..`: a value and all that is in it."""


@dataclass(frozen=True)
class Identifier:
    """A bare word: `range`, `end`, or an error when it is met."""

    name: str


@dataclass(frozen=True)
class Slice:
    """`[start:end:step]`, None where left out; `single` for `[index]`, whose `end` is the index plus one."""

    start: int | None
    end: int | None
    step: int | None
    single: bool = False


@dataclass(frozen=True)
class Union:
    """`[a,b]`: the results of several selections."""

    branches: tuple["Path", ...]


@dataclass(frozen=True)
class Filter:
    """`[?(left operator right)]`; the operator `exists` has no right side."""

    left: "Path"
    right: "Path"
    operator: str


Node = Text | Field | Wildcard | Recursive | Identifier | Slice | Union | Filter
Path = tuple[Node, ...]


def parse(template: str) -> tuple[Text | Path, ...]:
    """The parts of a template in turn: text, and the steps of each expression in braces. JSONPathError."""
    parts: list[Text | Path] = []
    at = 0
    while at < len(template):
        brace = template.find("{", at)
        if brace < 0:
            brace = len(template)
        if brace > at:
            parts.append(Text(template[at:brace]))
        if brace == len(template):
            break
        action = _Action(template, brace + 1)
        parts.append(action.read())
        at = action.at
    return tuple(parts)


def _parse_action(text: str) -> Path:
    first = parse("{" + text + "}")[0]
    assert isinstance(first, tuple)  # a template that starts with a brace starts with an expression
    return first


class _Action:
    """Reads one expression from behind its brace; `at` is then behind the closing one."""

    def __init__(self, text: str, at: int) -> None:
        self.text, self.at = text, at
        self.nodes: list[Node] = []

    def read(self) -> Path:
        while not self.text.startswith("}", self.at):
            self.step()
        self.at += 1
        return tuple(self.nodes)

    def step(self) -> None:
        if self.text.startswith("[?(", self.at):
            return self.filter()
        if self.text.startswith("..", self.at):
            return self.recursive()
        char = self.text[self.at : self.at + 1]
        if char in ("", "\r", "\n"):
            raise JSONPathError("unclosed action")
        if char in " @$":
            self.at += 1
        elif char == "[":
            self.array()
        elif char in "\"'":
            self.quoted(char)
        elif char == ".":
            self.at += 1
            self.field()
        elif char in "+-" or char.isdigit():
            self.number()
        elif _is_word(char):
            self.identifier()
        else:
            shown = f" '{char}'" if char.isprintable() else ""
            raise JSONPathError(f"unrecognized character in action: U+{ord(char):04X}{shown}")
        return None

    def recursive(self) -> None:
        if self.nodes and isinstance(self.nodes[-1], Recursive):
            raise JSONPathError("invalid multiple recursive descent")
        self.at += 2
        self.nodes.append(Recursive())
        if _is_word(self.text[self.at : self.at + 1]):
            self.field()

    def field(self) -> None:
        start = self.at
        while self.at < len(self.text) and self.text[self.at] not in _TERMINATORS:
            self.at += 2 if self.text[self.at] == "\\" else 1
        self.at = min(self.at, len(self.text))
        name = self.text[start : self.at]
        self.nodes.append(Wildcard() if name == "*" else Field(name.replace("\\", "")))

    def identifier(self) -> None:
        start = self.at
        while self.at < len(self.text) and self.text[self.at] not in _TERMINATORS:
            self.at += 1
        word = self.text[start : self.at]
        self.nodes.append(Text(word == "true") if word in ("true", "false") else Identifier(word))

    def number(self) -> None:
        found = _NUMBER.match(self.text, self.at)
        word = found.group() if found else ""
        self.at += len(word)
        if _INTEGER.fullmatch(word):
            self.nodes.append(Text(int(word)))
        elif _FLOAT.fullmatch(word):
            self.nodes.append(Text(float(word)))
        else:
            raise JSONPathError(f"cannot parse number {word}")

    def quoted(self, mark: str) -> None:
        start = self.at
        self.at += 1
        while self.text[self.at : self.at + 1] != mark or self.text[self.at - 1] == "\\":
            if self.text[self.at : self.at + 1] in ("", "\n"):
                raise JSONPathError("unterminated quoted string")
            self.at += 1
        self.at += 1
        self.nodes.append(Text(_unquote(self.text[start : self.at])))

    def array(self) -> None:
        end = self.text.find("]", self.at)
        line = self.text.find("\n", self.at)
        if end < 0 or 0 <= line < end:
            raise JSONPathError("unterminated array")
        inside = self.text[self.at + 1 : end]
        self.at = end + 1
        inside = ":" if inside == "*" else inside
        if "," in inside:
            self.nodes.append(Union(tuple(_parse_action(f"[{part.strip(' ')}]") for part in inside.split(","))))
            return
        key = _DICT_KEY.fullmatch(inside)
        if key:
            self.nodes += _parse_action(f".{key[1]}")
            return
        found = _SLICE.fullmatch(inside)
        if found is None:
            raise JSONPathError(f"invalid array index {inside}")
        start = _index(found[1])
        if found[2] is None:
            self.nodes.append(Slice(start, (start or 0) + 1, None, single=True))
        else:
            self.nodes.append(Slice(start, _index(found[2][1:]), _index((found[3] or "")[1:])))

    def filter(self) -> None:
        start = self.at = self.at + 3
        mark, closed = "", False
        while True:
            char = self.text[self.at : self.at + 1]
            if char in ("", "\n"):
                raise JSONPathError("unterminated filter")
            self.at += 1
            if char in "\"'" and not mark:
                mark = char
            elif char == mark and self.text[self.at - 2] != "\\":
                closed = True
            elif char == ")" and bool(mark) == closed:
                break
        inside = self.text[start : self.at - 1]
        if self.text[self.at : self.at + 1] != "]":
            raise JSONPathError("unclosed array expect ]")
        self.at += 1
        found = _FILTER.fullmatch(inside)
        if found:
            self.nodes.append(Filter(_parse_action(found[1]), _parse_action(found[3]), found[2]))
        else:
            self.nodes.append(Filter(_parse_action(inside), (), "exists"))


def _index(text: str) -> int | None:
    if not text:
        return None
    if text == "-":
        raise JSONPathError("array index - is not a number")
    return int(text)


def _is_word(char: str) -> bool:
    return char == "_" or char.isalpha() or char.isdigit()


def _unquote(literal: str) -> str:
    mark, inside = literal[0], literal[1:-1]
    if "\\" not in inside:
        return inside
    result, at = "", 0
    while at < len(inside):
        if inside[at] != "\\":
            result += inside[at]
            at += 1
            continue
        found = _ESCAPE.match(inside, at)
        if found is None or found[6] not in (None, mark):
            raise JSONPathError(f"unquote string {literal} error invalid syntax")
        simple, two, four, eight, octal, quoted = found.groups()
        code = int(two or four or eight or "0", 16) if not octal else int(octal, 8)
        if code > 0x10FFFF or (octal and code > 255):
            raise JSONPathError(f"unquote string {literal} error invalid syntax")
        result += _SIMPLE_ESCAPES[simple] if simple else quoted or chr(code)
        at = found.end()
    return result
