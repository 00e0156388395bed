"""A printed table as rows again: what `result.table()` gives.

kubectl's tables (and docker's, minikube's and custom columns) are columns aligned with spaces under a heading in capitals; two
spaces at least stand between two columns, and a cell may hold single ones (`2 (10s ago)`, `<none>`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib import import_module
from typing import Any

#: a heading: words with single spaces between them
_HEADING = re.compile(r"\S+(?: \S+)*")


class Rows(list[dict[str, str]]):
    """Rows of a table, each a dictionary by heading."""

    def to_pandas(self) -> Any:
        """The same as a pandas DataFrame. ModuleNotFoundError if pandas is not installed."""
        return import_module("pandas").DataFrame(list(self))

    def column(self, heading: str) -> list[str]:
        """One column. KeyError if there is none of this heading."""
        return [row[heading] for row in self if heading in row] if self else []

    def _repr_html_(self) -> str:
        headings = list(dict.fromkeys(heading for row in self for heading in row))
        lines = (_line("td", (row.get(heading, "") for heading in headings)) for row in self)
        return f"<table><thead>{_line('th', headings)}</thead><tbody>{''.join(lines)}</tbody></table>"


def _line(tag: str, cells: Iterable[str]) -> str:
    from html import escape

    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"


def rows(text: str) -> Rows:
    """The rows of a printed table, or of several with empty lines between them. ValueError if there is no heading."""
    found = Rows()
    lines = text.splitlines()
    for block in "\n".join(lines).split("\n\n"):
        heading, *body = [line for line in block.split("\n") if line.strip()] or [""]
        if not heading:
            continue
        found += _rows(heading, body)
    return found


def _rows(heading: str, body: list[str]) -> list[dict[str, str]]:
    columns = [(match[0], match.start()) for match in _HEADING.finditer(heading)]
    if any(name != name.upper() for name, _ in columns) or not heading[:1].isalpha():
        raise ValueError("this is no table with headings (is it JSON or YAML, or printed with --no-headers?)")
    ends = [start for _, start in columns[1:]] + [None]
    return [{name: line[start:end].strip() for (name, start), end in zip(columns, ends, strict=True)} for line in body]
