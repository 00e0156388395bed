"""One YAML document to JSON data, with go-yaml's semantics and its errors.

Events of PyYAML's parser become a small tree, and the tree becomes values: aliases are expanded (within bounds), `<<`
merged, keys turned into strings. An error names the line that go-yaml names, which is not always the line at fault;
`YAMLError.line` is the place in the whole stream. Upstream: go.yaml.in/yaml/v2 (decode.go), sigs.k8s.io/yaml
(yaml.go). Nesting is bounded at 300 instead of 10,000.
"""

import math
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from yaml.error import MarkedYAMLError
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from yaml.reader import ReaderError
from yaml.scanner import ScannerError

from k8snb.api import govalue, jsontext
from k8snb.api.jsonsyntax import MAX_DEPTH
from k8snb.api.validation.field import quote
from k8snb.api.yamlproblem import Parser, go_words
from k8snb.api.yamlscalar import MERGE, TAG, ScalarError, resolve, resolve_tagged

#: go-yaml's bounds: how much of a document may come from aliases, at how many values decoded
_ALIAS_GRACE: Final = 1000
_ALIAS_LOW: Final = 400_000
_ALIAS_HIGH: Final = 4_000_000
_PREFIX: Final = "error converting YAML to JSON: "


class YAMLError(ValueError):
    """A manifest that cannot be read. The message is kubectl's; `line` and `column` (from 1) point into it, if
    known."""

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.line, self.column = line, column


class Mark(NamedTuple):
    """Where a value starts, and its key (for a list item: the item again). Lines and columns count from 1."""

    line: int
    column: int
    key_line: int
    key_column: int


class _Node:
    """A scalar (`kind` s), mapping (m: keys and values in turn), sequence (q) or alias (a: `children` is its
    target)."""

    __slots__ = ("children", "column", "kind", "line", "plain", "tag", "value")

    def __init__(self, kind: str, event: Any) -> None:
        self.kind = kind
        self.line: int = event.start_mark.line
        self.column: int = event.start_mark.column
        self.tag: str = getattr(event, "tag", None) or ""
        self.plain = bool(kind == "s" and event.implicit[0] and self.tag != "!")
        self.value: str = event.value if kind == "s" else event.anchor or ""
        self.children: list[_Node] = []


class _ContentError(Exception):
    """The document is well-formed YAML, but no JSON data; carries the place at fault."""

    def __init__(self, message: str, node: _Node) -> None:
        super().__init__(message)
        self.node = node


def read(text: str, *, strict: bool = False, first_line: int = 0) -> Any:
    """The JSON data of the first document in `text`; None if it is empty. YAMLError, its line offset by
    `first_line`."""
    root = _compose(text, first_line)
    if root is None:
        return None
    try:
        return _Decoder(strict).document(root)
    except _ContentError as error:
        line, column = error.node.line + first_line + 1, error.node.column + 1
        raise YAMLError(f"{_PREFIX}{error}", line, column) from None


def marks(text: str, first_line: int = 0) -> dict[tuple[str | int, ...], Mark]:
    """The place of every value in the first document of `text`, by path; what an alias stands for is not entered."""
    root = _compose(text, first_line)
    return {
        path: Mark(node.line + first_line + 1, node.column + 1, key.line + first_line + 1, key.column + 1)
        for path, key, node in (_walk((), root, root) if root else ())
    }


def _walk(path: tuple[str | int, ...], key: _Node, node: _Node) -> Iterator[tuple[tuple[str | int, ...], _Node, _Node]]:
    yield path, key, node
    if node.kind == "q":
        for index, item in enumerate(node.children):
            yield from _walk((*path, index), item, item)
    elif node.kind == "m":
        for name, value in zip(node.children[::2], node.children[1::2], strict=True):
            if name.kind == "s" and not _is_merge(name):
                yield from _walk((*path, _key_text(name, _scalar(name))), name, value)


def _compose(text: str, first_line: int) -> _Node | None:
    try:
        return _Composer(text).document()
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line if mark else 0
        # go-yaml counts from 0 here, and adds the one only for errors of the scanner.
        named = line + 1 if line and isinstance(error, ScannerError) else line
        where = f"line {named}: " if named else ""
        column = mark.column + 1 if mark else None
        raise YAMLError(f"{_PREFIX}yaml: {where}{go_words(error)}", line + first_line + 1, column) from None
    except ReaderError as error:
        at = error.position
        place = (text.count("\n", 0, at) + first_line + 1, at - text.rfind("\n", 0, at)) if at >= 0 else (None, None)
        raise YAMLError(f"{_PREFIX}yaml: control characters are not allowed", *place) from None
    except UnicodeEncodeError:
        raise YAMLError(f"{_PREFIX}yaml: invalid leading UTF-8 octet") from None
    except _ContentError as error:
        line, column = error.node.line + first_line + 1, error.node.column + 1
        raise YAMLError(f"{_PREFIX}{error}", line, column) from None


class _Composer:
    """Builds the tree of the first document."""

    def __init__(self, text: str) -> None:
        self.parser = Parser(text)
        self.anchors: dict[str, _Node] = {}

    def document(self) -> _Node | None:
        self.parser.get_event()  # the start of the stream
        if isinstance(self.parser.get_event(), StreamEndEvent):
            return None
        root = self.node(self.parser.get_event(), 0)
        end = self.parser.get_event()
        assert isinstance(end, DocumentEndEvent)
        return root

    def node(self, event: Any, level: int) -> _Node:
        if isinstance(event, ScalarEvent):
            return self.anchored(_Node("s", event), event)
        if isinstance(event, AliasEvent):
            alias = _Node("a", event)
            if event.anchor not in self.anchors:
                raise _ContentError(f"yaml: unknown anchor '{event.anchor}' referenced", alias)
            alias.children = [self.anchors[event.anchor]]
            return alias
        node = self.anchored(_Node("m" if isinstance(event, MappingStartEvent) else "q", event), event)
        assert isinstance(event, MappingStartEvent | SequenceStartEvent)
        if level >= MAX_DEPTH:
            raise _ContentError(f"yaml: exceeded max depth of {MAX_DEPTH}", node)
        while not isinstance(event := self.parser.get_event(), MappingEndEvent | SequenceEndEvent):
            node.children.append(self.node(event, level + 1))
        return node

    def anchored(self, node: _Node, event: Any) -> _Node:
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        return node


class _Decoder:
    """Turns the tree into values; counts them to refuse a document that is mostly made of aliases of aliases."""

    def __init__(self, strict: bool) -> None:
        self.strict = strict
        self.repeated: list[str] = []
        self.open_aliases: list[_Node] = []
        self.decoded = self.from_aliases = 0

    def document(self, root: _Node) -> Any:
        value = self.value(root)
        if self.repeated:
            raise _ContentError("yaml: unmarshal errors:\n  " + "\n  ".join(self.repeated), root)
        return value

    def value(self, node: _Node) -> Any:
        self.decoded += 1
        self.from_aliases += bool(self.open_aliases)
        if self.decoded > _ALIAS_GRACE and self.from_aliases > 100:
            self.check_aliases(node)
        if node.kind == "s":
            value = _scalar(node)
            if isinstance(value, int | float) and not isinstance(value, bool):
                return _number(value, node)
            return value
        if node.kind == "q":
            return [self.value(item) for item in node.children]
        if node.kind == "m":
            return self.mapping(node)
        if node in self.open_aliases:
            raise _ContentError(f"yaml: anchor '{node.value}' value contains itself", node)
        if len(self.open_aliases) >= MAX_DEPTH:
            raise _ContentError(f"yaml: exceeded max depth of {MAX_DEPTH}", node)
        self.open_aliases.append(node)
        value = self.value(node.children[0])
        self.open_aliases.pop()
        return value

    def check_aliases(self, node: _Node) -> None:
        share = min(max((self.decoded - _ALIAS_LOW) / (_ALIAS_HIGH - _ALIAS_LOW), 0), 1)
        if self.from_aliases / self.decoded > 0.99 - 0.89 * share:
            raise _ContentError("yaml: document contains excessive aliasing", node)

    def mapping(self, node: _Node) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key, item in zip(node.children[::2], node.children[1::2], strict=True):
            if _is_merge(key):
                self.merge(item, result)
                continue
            target = key.children[0] if key.kind == "a" else key
            if target.kind != "s":
                raise _ContentError(f"yaml: invalid map key: {govalue.syntax(self.value(key), 'interface {}')}", key)
            self.decoded += 1
            typed = _scalar(target)
            name = _key_text(key, typed, item, self)
            self.put(result, name, typed, item)
        return result

    def put(self, result: dict[str, Any], name: str, typed: Any, item: _Node) -> None:
        value = self.value(item)
        if self.strict and name in result:
            self.repeated.append(f"line {item.line + 1}: key {govalue.syntax(typed)} already set in map")
        else:
            result[name] = value

    def merge(self, node: _Node, result: dict[str, Any]) -> None:
        sources = node.children[::-1] if node.kind == "q" else [node]
        for source in sources:
            target = source.children[0] if source.kind == "a" else source
            if target.kind != "m":
                raise _ContentError("yaml: map merge requires map or sequence of maps as the value", source)
            for name, value in self.value(source).items():
                if self.strict and name in result:
                    self.repeated.append(f"line {source.line + 1}: key {quote(name)} already set in map")
                else:
                    result[name] = value


def _is_merge(node: _Node) -> bool:
    return node.kind == "s" and node.value == "<<" and (node.plain or node.tag == TAG + MERGE)


def _scalar(node: _Node) -> Any:
    if not node.tag or node.tag == "!":
        return resolve(node.value)[1] if node.plain else node.value
    try:
        return resolve_tagged(node.tag, node.value)
    except ScalarError as error:
        raise _ContentError(f"yaml: {error}", node) from None


def _number(value: float, node: _Node) -> int | float:
    if not math.isfinite(value):
        raise _ContentError(f"json: unsupported value: {jsontext.format_float(value)}", node)
    return jsontext.number(value)


def _key_text(node: _Node, typed: Any, item: _Node | None = None, decoder: _Decoder | None = None) -> str:
    if isinstance(typed, str):
        return typed
    if isinstance(typed, bool):
        return "true" if typed else "false"
    if isinstance(typed, int) and typed < 1 << 63:
        return str(typed)
    if isinstance(typed, float):
        text = jsontext.format_float(typed, 32)
        return {"+Inf": ".inf", "-Inf": "-.inf", "NaN": ".nan"}.get(text, text)
    name = "%!s(<nil>)" if typed is None else "uint64"
    value = govalue.syntax(decoder.value(item), "interface {}") if item and decoder else ""
    key = "<nil>" if typed is None else f"0x{typed:x}"
    raise _ContentError(f"unsupported map key of type: {name}, key: {key}, value: {value}", node)
