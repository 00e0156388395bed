"""`-o custom-columns=NAME:.metadata.name,…`: a table of the user's own columns, each a JSONPath.

Upstream: `k8s.io/kubectl/pkg/cmd/get/customcolumn.go`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from k8snb.api import govalue
from k8snb.api.jsonpath import JSONPath, relaxed
from k8snb.api.jsonpathparser import JSONPathError
from k8snb.kubectl.printers import terminal
from k8snb.kubectl.printers.errors import PrinterError
from k8snb.kubectl.printers.tabwriter import TabWriter

_FORMAT = "Expected format is one line of space separated headers, one line of space separated column specs."


@dataclass(frozen=True)
class Column:
    """One column: its header and the JSONPath of its cells."""

    header: str
    template: str


def parse_spec(spec: str) -> list[Column]:
    """The columns of `-o custom-columns=SPEC`; PrinterError."""
    if not spec:
        raise PrinterError("custom-columns format specified but no custom columns given")
    columns = []
    for part in spec.split(","):
        header, colon, expression = part.partition(":")
        if not colon:
            raise PrinterError(f"unexpected custom-columns spec: {part}, expected <header>:<json-path-expr>")
        columns.append(_column(header, expression))
    return columns


def parse_file(text: str) -> list[Column]:
    """The columns of a `-o custom-columns-file`: a line of headers and a line of paths; PrinterError."""
    lines = text.split("\n")
    if not text:
        raise PrinterError(f"invalid template, missing header line. {_FORMAT}")
    if len(lines) < 2 or lines[1:] == [""]:
        raise PrinterError(f"invalid template, missing spec line. {_FORMAT}")
    headers, specs = lines[0].split(), lines[1].split()
    if len(headers) != len(specs):
        raise PrinterError(f"number of headers ({len(headers)}) and field specifications ({len(specs)}) don't match")
    return [_column(header, spec) for header, spec in zip(headers, specs, strict=True)]


class CustomColumnsPrinter:
    """Prints objects as rows; headers once, columns aligned with what was printed before."""

    def __init__(self, columns: Sequence[Column], *, no_headers: bool = False) -> None:
        self.columns, self.no_headers = columns, no_headers
        self.writer = TabWriter()

    def print(self, objects: Iterable[Any]) -> str:
        """The rows of some objects. PrinterError, whose `output` holds the rows before the one that failed."""
        if not self.no_headers:
            self.writer.write("\t".join(column.header for column in self.columns) + "\n")
            self.no_headers = True
        try:
            paths = [JSONPath(column.template) for column in self.columns]
            for item in objects:
                self.writer.write("\t".join(_cell(path, item) for path in paths) + "\n")
        except JSONPathError as error:
            raise PrinterError(str(error), self.writer.flush()) from None
        return self.writer.flush()


def _column(header: str, expression: str) -> Column:
    try:
        return Column(header, relaxed(expression))
    except JSONPathError as error:
        raise PrinterError(str(error)) from None


def _cell(path: JSONPath, item: Any) -> str:
    groups = path.find(item)
    values = [terminal.escape(govalue.plain(value)) for group in groups for value in group]
    return ",".join(values if groups and groups[0] else ["<none>", *values])
