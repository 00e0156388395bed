"""Where a text stops being YAML, as a person would say it: the line to change, and what is wrong with it.

The reader notices a mistake where it can go on no longer, which is often behind it: an open quotation ends at the next quote,
a key without its colon swallows the line below. The last thing that was read tells where it began. Reads only the text.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from yaml.error import MarkedYAMLError
from yaml.events import (
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from yaml.reader import ReaderError

from k8snb.api import yaml
from k8snb.api.yamlproblem import Parser


class Fault(NamedTuple):
    """A place in a text, counted from 1, and what is to be done about it."""

    line: int
    column: int
    hint: str = ""


def fault_in(text: str) -> Fault | None:
    """The first mistake in a stream of YAML documents; None if there is none."""
    parser, last = Parser(text), None
    try:
        while not isinstance(event := parser.get_event(), StreamEndEvent):
            last = event
    except MarkedYAMLError as error:
        return _explained(text.splitlines(), error, last)
    except ReaderError as error:
        before = text[: max(error.position, 0)]
        column = len(before) - before.rfind("\n")
        return Fault(before.count("\n") + 1, column, "a character that YAML does not allow")
    try:
        yaml.load_all(text)
    except yaml.YAMLError as error:
        return Fault(error.line, error.column or 1) if error.line is not None else None
    return None


def _explained(lines: list[str], error: MarkedYAMLError, last: Any) -> Fault:
    problem, mark, context = str(error.problem), error.problem_mark or error.context_mark, error.context_mark
    assert mark is not None
    here = Fault(mark.line + 1, mark.column + 1)
    line = lines[mark.line] if mark.line < len(lines) else ""
    if "\t" in line[: mark.column + 1] and not line[: mark.column].strip():
        return Fault(here.line, line.index("\t") + 1, "a tab: YAML is indented with spaces")
    scalar: Any = last if isinstance(last, ScalarEvent) else None
    if scalar is not None and scalar.style in ("'", '"') and scalar.start_mark.line < scalar.end_mark.line:
        return _at(scalar.start_mark, f"this quotation ends only in line {scalar.end_mark.line + 1}")
    if context is not None and "quoted scalar" in str(error.context) and "unexpected" in problem:
        return _at(context, "this quotation is never closed")
    if context is not None and ("flow sequence" in str(error.context) or "flow mapping" in str(error.context)):
        return _at(context, f"this {lines[context.line][context.column]} is never closed")
    if "expected ':'" in problem and context is not None and context.line < len(lines):
        return _keyless(lines, context.line, context.column)
    if "mapping values are not allowed" in problem:
        return _swallowed(lines, here, scalar)
    if "cannot start any token" in problem:
        return here._replace(hint=f"a value that begins with {line[mark.column]} must be quoted")
    if "did not find expected key" in problem or "did not find expected '-' indicator" in problem:
        return here._replace(hint=_misplaced(lines, mark.line, mark.column))
    return here


def _at(mark: Any, hint: str) -> Fault:
    return Fault(mark.line + 1, mark.column + 1, hint)


def _swallowed(lines: list[str], here: Fault, scalar: Any) -> Fault:
    """A colon in what is read as one long text: which line should have ended it, or not have begun there."""
    if scalar is None:
        return here
    start, first = scalar.start_mark, lines[scalar.start_mark.line]
    if start.line == here.line - 1:
        return here._replace(hint="a value with a colon and a space in it must be quoted")
    if first[: start.column].strip(" -"):  # it began as the value of a key
        line = lines[here.line - 1]
        column = len(line) - len(line.lstrip()) + 1
        return Fault(here.line, column, f"indented deeper than the key in line {start.line + 1}, which has a value")
    return _keyless(lines, start.line, start.column)


def _keyless(lines: list[str], number: int, column: int) -> Fault:
    """A line that should be a key or a list item, and has not the sign of either."""
    word = lines[number][column:].rstrip()
    if word.startswith("-") and not word.startswith("- "):
        return Fault(number + 1, column + 1, "a space belongs behind the dash")
    if ":" in word:
        return Fault(number + 1, column + word.index(":") + 1, "a space belongs behind the colon")
    return Fault(number + 1, column + len(word.partition(" ")[0]) + 1, "a colon is missing here")


def _misplaced(lines: list[str], number: int, column: int) -> str:
    """Why a line fits nowhere: its indentation, or what it is."""
    above = [len(line) - len(line.lstrip(" ")) for line in lines[:number] if line.strip() and not line.startswith("#")]
    inner = [
        len(line) - len(line.lstrip(" -")) for line in lines[:number] if line.lstrip().startswith("- ") and line.strip()
    ]
    if column not in (*above, *inner):
        return f"indented by {column} space{'' if column == 1 else 's'}, which fits no line above"
    if lines[number][column:].startswith("-"):
        return "a list item among keys"
    return "a key among list items, or at the indentation of a block that has ended"


def repeated_keys(text: str) -> Iterator[tuple[str, Fault]]:
    """Keys that stand twice in one mapping, each time with the place of the later one. Only texts without a fault."""
    parser = Parser(text)
    #: for every open mapping the lines of its keys, for every open list nothing; and whether a key comes next
    levels: list[dict[str, int] | None] = []
    expects: list[bool] = []

    def value_read() -> None:
        if levels and levels[-1] is not None:
            expects[-1] = True

    event: Any = None
    while not isinstance(event := parser.get_event(), StreamEndEvent):
        keys = levels[-1] if levels else None
        if isinstance(event, MappingStartEvent | SequenceStartEvent):
            levels.append({} if isinstance(event, MappingStartEvent) else None)
            expects.append(isinstance(event, MappingStartEvent))
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            levels.pop(), expects.pop()
            value_read()
        elif keys is not None and expects[-1] and isinstance(event, ScalarEvent):
            expects[-1] = False
            if event.value in keys and event.value != "<<":
                yield event.value, _at(event.start_mark, f"it stands in line {keys[event.value]}, too")
            mark: Any = event.start_mark
            keys[event.value] = mark.line + 1
        elif keys is not None and hasattr(event, "anchor"):
            expects[-1] = not expects[-1]
