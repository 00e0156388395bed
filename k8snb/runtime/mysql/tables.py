"""How the `mysql` client prints a result: a table at a terminal, lines with tabs for a program, one column a line for `\\G`."""

from __future__ import annotations

import unicodedata
from typing import Any

from k8snb.runtime.mysql.result import Result


def shown(value: Any) -> str:
    """A value as text."""
    if value is None:
        return "NULL"
    if isinstance(value, float):
        return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
    return str(value)


def width(text: str) -> int:
    """Columns that a text takes at a terminal."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def boxed(result: Result) -> str:
    """`+----+` around columns; numbers to the right."""
    columns = list(zip(*result.rows, strict=True)) if result.rows else [() for _ in result.columns]
    right = [
        bool(c) and all(isinstance(v, int | float) or v is None for v in c) and any(v is not None for v in c)
        for c in columns
    ]
    cells = [[shown(value) for value in row] for row in result.rows]
    widths = [max([width(name), *(width(row[at]) for row in cells)]) for at, name in enumerate(result.columns)]
    rule = "+" + "+".join("-" * (size + 2) for size in widths) + "+\n"

    def line(row: list[str], numbers: bool) -> str:
        parts = []
        for text, size, to_right in zip(row, widths, right, strict=True):
            space = " " * (size - width(text))
            parts.append(f" {space}{text} " if to_right and numbers else f" {text}{space} ")
        return "|" + "|".join(parts) + "|\n"

    return rule + line(list(result.columns), False) + rule + "".join(line(row, True) for row in cells) + rule


def plain(result: Result, heads: bool = True, raw: bool = False) -> str:
    """Tabs between columns, as in a pipe."""

    def cell(value: Any) -> str:
        text = shown(value)
        return text if raw else text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")

    lines = ["\t".join(result.columns)] if heads else []
    return "".join(f"{line}\n" for line in [*lines, *("\t".join(map(cell, row)) for row in result.rows)])


def vertical(result: Result) -> str:
    """One column a line."""
    size = max((width(name) for name in result.columns), default=0)
    out = []
    for number, row in enumerate(result.rows, 1):
        stars = "*" * 27
        out.append(f"{stars} {number}. row {stars}\n")
        out += [
            f"{' ' * (size - width(name))}{name}: {shown(value)}\n"
            for name, value in zip(result.columns, row, strict=True)
        ]
    return "".join(out)


def tail(result: Result, seconds: float) -> str:
    """What an interactive client says after a statement."""
    took = f"({seconds:.2f} sec)"
    if result.columns:
        count = len(result.rows)
        return f"{count} row{'' if count == 1 else 's'} in set {took}\n\n" if count else f"Empty set {took}\n\n"
    if result.changed:
        return "Database changed\n"
    count = result.affected
    return f"Query OK, {count} row{'' if count == 1 else 's'} affected {took}\n\n"
