"""Selectors: which objects a query or a controller means.

Label selectors come as text (`app=web,tier in (front,back),!old`) or as a `LabelSelector` with matchLabels and
matchExpressions; field selectors as text only (`status.phase=Running,metadata.name!=x`). Both compile to immutable values
that match plain mappings; the same selector is compiled once. Texts, canonical order and errors follow
`k8s.io/apimachinery/pkg/labels`, `.../fields` and `metav1.LabelSelectorAsSelector`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from k8snb.api.validation import names
from k8snb.api.validation.field import (
    FieldError,
    aggregate,
    invalid,
    not_supported,
    quote,
)

IN: Final = "in"
NOT_IN: Final = "notin"
EQUALS: Final = "="
DOUBLE_EQUALS: Final = "=="
NOT_EQUALS: Final = "!="
GREATER_THAN: Final = "gt"
LESS_THAN: Final = "lt"
EXISTS: Final = "exists"
DOES_NOT_EXIST: Final = "!"

_BINARY: Final = (IN, NOT_IN, EQUALS, DOUBLE_EQUALS, NOT_EQUALS, GREATER_THAN, LESS_THAN)
_OPERATORS: Final = (*_BINARY, EXISTS, DOES_NOT_EXIST)
_ONE_OF: Final = frozenset({IN, EQUALS, DOUBLE_EQUALS})
_NONE_OF: Final = frozenset({NOT_IN, NOT_EQUALS})
_SIGNS: Final = {EQUALS: "=", DOUBLE_EQUALS: "==", NOT_EQUALS: "!=", GREATER_THAN: ">", LESS_THAN: "<"}
_EXPRESSIONS: Final = {"In": IN, "NotIn": NOT_IN, "Exists": EXISTS, "DoesNotExist": DOES_NOT_EXIST}
_INTEGER: Final = re.compile("[-+]?[0-9]+", re.ASCII)
_CACHE: Final = 4096


class SelectorError(ValueError):
    """A selector that cannot be understood; the message is upstream's."""


class Requirement(NamedTuple):
    """One condition on one label: key, operator (`in`, `=`, `!`, …) and values as they were given."""

    key: str
    operator: str
    values: tuple[str, ...]

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether these labels fulfil the condition."""
        value = labels.get(self.key)
        if self.operator in _ONE_OF:
            return value is not None and value in self.values
        if self.operator in _NONE_OF:
            return value is None or value not in self.values
        if self.operator == EXISTS:
            return value is not None
        if self.operator == DOES_NOT_EXIST:
            return value is None
        if value is None or not _is_integer(value):
            return False
        least = int(self.values[0])
        return int(value) > least if self.operator == GREATER_THAN else int(value) < least

    def __str__(self) -> str:
        if self.operator == EXISTS:
            return self.key
        if self.operator == DOES_NOT_EXIST:
            return f"!{self.key}"
        values = ",".join(sorted(self.values))
        if self.operator in (IN, NOT_IN):
            return f"{self.key} {self.operator} ({values})"
        return f"{self.key}{_SIGNS[self.operator]}{values}"

    def problems(self, path: str = "") -> list[FieldError]:
        """What is wrong with key, operator and values."""
        prefix = f"{path}." if path else ""
        found = []
        wrong = names.label_key(self.key)
        if wrong:
            found.append(invalid(f"{prefix}key", self.key, "; ".join(wrong)))
        found += self._shape(prefix)
        for i, value in enumerate(self.values):
            wrong = names.label_value(value)
            if wrong:
                found.append(invalid(f"{prefix}values[{i}][{self.key}]", value, "; ".join(wrong)))
        return found

    def _shape(self, prefix: str) -> list[FieldError]:
        path, count = f"{prefix}values", len(self.values)
        values = list(self.values) or None
        if self.operator in (IN, NOT_IN):
            return [] if count else [invalid(path, values, "for 'in', 'notin' operators, values set can't be empty")]
        if self.operator in (EQUALS, DOUBLE_EQUALS, NOT_EQUALS):
            single = "exact-match compatibility requires one single value"
            return [] if count == 1 else [invalid(path, values, single)]
        if self.operator in (EXISTS, DOES_NOT_EXIST):
            empty = "values set must be empty for exists and does not exist"
            return [invalid(path, values, empty)] if count else []
        if self.operator not in (GREATER_THAN, LESS_THAN):
            return [not_supported(f"{prefix}operator", self.operator, _OPERATORS)]
        found = []
        if count != 1:
            found.append(invalid(path, values, "for 'Gt', 'Lt' operators, exactly one value is required"))
        integer = "for 'Gt', 'Lt' operators, the value must be an integer"
        return found + [
            invalid(f"{path}[{i}]", value, integer) for i, value in enumerate(self.values) if not _is_integer(value)
        ]


class Selector:
    """A compiled label selector: requirements in canonical order, all of which must hold."""

    __slots__ = ("_exact", "_rest", "requirements", "selectable")

    def __init__(self, requirements: Iterable[Requirement] = (), selectable: bool = True) -> None:
        self.requirements = tuple(sorted(requirements, key=lambda requirement: requirement.key))
        #: False for the selector that matches nothing at all
        self.selectable = selectable
        exact, rest = [], []
        for requirement in self.requirements:
            if requirement.operator in _ONE_OF and len(requirement.values) == 1:
                exact.append((requirement.key, requirement.values[0]))
            else:
                rest.append(requirement)
        self._exact, self._rest = tuple(exact), tuple(rest)

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether these labels fulfil every requirement."""
        for key, value in self._exact:
            if labels.get(key) != value:
                return False
        for requirement in self._rest:
            if not requirement.matches(labels):
                return False
        return self.selectable

    @property
    def exact(self) -> tuple[tuple[str, str], ...]:
        """The (label, value) pairs that a matching object must carry: what an index can be asked for."""
        return self._exact

    @property
    def empty(self) -> bool:
        """Whether it restricts nothing."""
        return self.selectable and not self.requirements

    def __str__(self) -> str:
        return ",".join(str(requirement) for requirement in self.requirements)

    def __repr__(self) -> str:
        return f"Selector({str(self)!r})" if self.selectable else "Selector(nothing)"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Selector):
            return NotImplemented
        return (self.requirements, self.selectable) == (other.requirements, other.selectable)

    def __hash__(self) -> int:
        return hash((self.requirements, self.selectable))


_EVERYTHING: Final = Selector()
_NOTHING: Final = Selector(selectable=False)


def everything() -> Selector:
    """The selector that restricts nothing."""
    return _EVERYTHING


def nothing() -> Selector:
    """The selector that matches no object."""
    return _NOTHING


@lru_cache(_CACHE)
def parse(text: str) -> Selector:
    """A label selector from kubectl's syntax; SelectorError with upstream's words if it does not parse."""
    return Selector(_Parser(text).requirements())


@lru_cache(_CACHE)
def _from_pairs(pairs: tuple[tuple[str, str], ...]) -> Selector:
    return Selector(Requirement(key, EQUALS, (value,)) for key, value in pairs)


def from_labels(labels: Mapping[str, str]) -> Selector:
    """The selector for objects that carry all these labels; no labels select everything."""
    return _from_pairs(tuple(labels.items())) if labels else _EVERYTHING


def from_label_selector(selector: Any) -> Selector:
    """A compiled `LabelSelector`, given as JSON data or as an object: none selects nothing, an empty one everything.

    SelectorError if an expression is not valid.
    """
    if selector is None:
        return _NOTHING
    if isinstance(selector, Mapping):
        labels, expressions = selector.get("matchLabels") or {}, selector.get("matchExpressions") or ()
    else:
        labels, expressions = selector.matchLabels or {}, selector.matchExpressions or ()
    if not expressions:
        return from_labels(labels)
    return _from_parts(tuple(labels.items()), tuple(_expression(expression) for expression in expressions))


@lru_cache(_CACHE)
def _from_parts(
    pairs: tuple[tuple[str, str], ...], expressions: tuple[tuple[str, str, tuple[str, ...]], ...]
) -> Selector:
    requirements = [Requirement(key, EQUALS, (value,)) for key, value in pairs]
    for key, operator, values in expressions:
        if operator not in _EXPRESSIONS:
            raise SelectorError(f"{quote(operator)} is not a valid label selector operator")
        requirements.append(Requirement(key, _EXPRESSIONS[operator], values))
    for requirement in requirements:
        _refuse(requirement.problems())
    return Selector(requirements)


def _expression(expression: Any) -> tuple[str, str, tuple[str, ...]]:
    if isinstance(expression, Mapping):
        return expression.get("key", ""), expression.get("operator", ""), tuple(expression.get("values") or ())
    return expression.key, expression.operator, tuple(expression.values or ())


def format_label_selector(selector: Any) -> str:
    """A `LabelSelector` as kubectl prints it: `app=web`, `<none>` if it restricts nothing, `<error>` if it is broken."""
    try:
        return str(from_label_selector(selector)) or "<none>"
    except SelectorError:
        return "<error>"


def _refuse(problems: Sequence[FieldError]) -> None:
    if problems:
        raise SelectorError(aggregate(problems))


def _is_integer(text: str) -> bool:
    return _INTEGER.fullmatch(text) is not None and -(1 << 63) <= int(text) < 1 << 63


_TOKEN: Final = re.compile(r"[ \t\r\n]*(==|!=|[=!(),<>]|[^=!(),<> \t\r\n]+|\Z)")
_PUNCTUATION: Final = frozenset({"==", "!=", "=", "!", "(", ")", ",", "<", ">"})
_SPELLINGS: Final = {**{sign: operator for operator, sign in _SIGNS.items()}, IN: IN, NOT_IN: NOT_IN}


class _Parser:
    """Reads one label selector from left to right. The end of the text is the empty token."""

    def __init__(self, text: str) -> None:
        self.tokens: Iterator[str] = iter([found.group(1) for found in _TOKEN.finditer(text)])
        self.token = next(self.tokens)

    def take(self) -> str:
        taken, self.token = self.token, next(self.tokens, "")
        return taken

    def at_name(self) -> bool:
        return bool(self.token) and self.token not in _PUNCTUATION

    def requirements(self) -> Iterator[Requirement]:
        while self.token:
            if not self.at_name() and self.token != "!":
                raise SelectorError(f"found '{self.token}', expected: !, identifier, or 'end of string'")
            try:
                yield self.requirement()
            except SelectorError as error:
                raise SelectorError(f"unable to parse requirement: {error}") from None
            separator = self.take()
            if not separator:
                return
            if separator != ",":
                raise SelectorError(f"found '{separator}', expected: ',' or 'end of string'")
            if not self.at_name() and self.token != "!":
                raise SelectorError(f"found '{self.token}', expected: identifier after ','")

    def requirement(self) -> Requirement:
        absent = self.token == "!"
        if absent:
            self.take()
        if not self.at_name():
            raise SelectorError(f"found '{self.token}', expected: identifier")
        key = self.take()
        wrong = names.label_key(key)
        if wrong:
            # A path that does not exist prints as <nil>.
            raise SelectorError(str(invalid("<nil>", key, "; ".join(wrong))))
        if absent or self.token in ("", ","):
            return Requirement(key, DOES_NOT_EXIST if absent else EXISTS, ())
        spelling = self.take()
        if spelling not in _SPELLINGS:
            raise SelectorError(f"found '{spelling}', expected: {', '.join(_BINARY)}")
        operator = _SPELLINGS[spelling]
        values = self.value_set() if operator in (IN, NOT_IN) else (self.value(),)
        requirement = Requirement(key, operator, values)
        _refuse(requirement.problems())
        return requirement

    def value(self) -> str:
        if self.token in ("", ","):
            return ""
        if not self.at_name():
            raise SelectorError(f"found '{self.token}', expected: identifier")
        return self.take()

    def value_set(self) -> tuple[str, ...]:
        if self.token != "(":
            raise SelectorError(f"found '{self.token}' expected: '('")
        self.take()
        if not self.at_name() and self.token not in (",", ")"):
            raise SelectorError(f"found '{self.token}', expected: ',', ')' or identifier")
        values, named = set(), False
        while True:
            token = self.token
            if self.at_name():
                values.add(self.take())
                named = True
                if self.token not in (",", ")"):
                    raise SelectorError(f"found '{self.token}', expected: ',' or ')'")
            elif token in (",", ")"):
                # Nothing between two separators is the empty value.
                if not named:
                    values.add("")
                named = False
                self.take()
                if token == ")":
                    return tuple(sorted(values))
            else:
                raise SelectorError(f"found '{token}', expected: ',', or identifier")


class FieldRequirement(NamedTuple):
    """One condition on one field: path, `=` or `!=`, value."""

    field: str
    operator: str
    value: str

    def __str__(self) -> str:
        escaped = re.sub(r"([\\,=])", r"\\\1", self.value)
        return f"{self.field}{self.operator}{escaped}"


class FieldSelector(NamedTuple):
    """A compiled field selector: requirements in canonical order, all of which must hold."""

    requirements: tuple[FieldRequirement, ...] = ()

    def matches(self, fields: Mapping[str, str]) -> bool:
        """Whether an object with these selectable fields is meant; a missing field is empty."""
        for name, operator, value in self.requirements:
            if (fields.get(name, "") == value) is (operator == NOT_EQUALS):
                return False
        return True

    def exact(self, field: str) -> str | None:
        """The value that the field must have, None if the selector leaves that open."""
        for name, operator, value in self.requirements:
            if name == field and operator == EQUALS:
                return value
        return None

    @property
    def empty(self) -> bool:
        """Whether it restricts nothing."""
        return not self.requirements

    def __str__(self) -> str:
        return ",".join(str(requirement) for requirement in self.requirements)


_UNESCAPED_COMMA: Final = re.compile(r"((?:[^\\,]|\\.|\\\Z)*)(?:,|\Z)", re.DOTALL)
_FIELD_TERM: Final = re.compile(r"(.*?)(!=|==|=)(.*)", re.DOTALL)


@lru_cache(_CACHE)
def parse_fields(text: str) -> FieldSelector:
    """A field selector from kubectl's syntax; SelectorError with upstream's words if it does not parse."""
    requirements = []
    for part in sorted(found.group(1) for found in _UNESCAPED_COMMA.finditer(text)):
        if not part:
            continue
        term = _FIELD_TERM.fullmatch(part)
        if term is None:
            raise SelectorError(f"invalid selector: '{text}'; can't understand '{part}'")
        field, operator, value = term.groups()
        operator = NOT_EQUALS if operator == NOT_EQUALS else EQUALS
        requirements.append(FieldRequirement(field, operator, _unescape(value)))
    return FieldSelector(tuple(requirements))


def check_fields(selector: FieldSelector, supported: Iterable[str]) -> None:
    """SelectorError if a core kind cannot be selected by one of the fields."""
    for requirement in selector.requirements:
        if requirement.field not in supported:
            raise SelectorError(f"field label not supported: {requirement.field}")


def check_metadata_fields(selector: FieldSelector) -> None:
    """SelectorError if a kind that only knows name and namespace is selected by another field."""
    for requirement in selector.requirements:
        if requirement.field not in ("metadata.name", "metadata.namespace"):
            raise SelectorError(
                f'{quote(requirement.field)} is not a known field selector: only "metadata.name", "metadata.namespace"'
            )


def _unescape(value: str) -> str:
    if "\\" not in value and "=" not in value:
        return value
    text, at = "", 0
    while at < len(value):
        char = value[at]
        if char == "\\":
            escaped = value[at : at + 2]
            if escaped not in ("\\\\", "\\,", "\\="):
                raise SelectorError(f"invalid field selector: invalid escape sequence: {escaped}")
            text, at = text + escaped[1], at + 2
        elif char in ",=":
            raise SelectorError(f"invalid field selector: unescaped character in value: {ord(char)}")
        else:
            text, at = text + char, at + 1
    return text
