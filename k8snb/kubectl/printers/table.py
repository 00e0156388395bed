"""kubectl's tables: the rows that the API server computed (`meta.k8s.io/v1 Table`), decorated and aligned.

The server decides columns and cells; kubectl adds the namespace, labels and kind, hides the columns that are only for
`-o wide`, and cuts cells at a line break. A `TablePrinter` stays alive over a watch: it prints headers once and keeps
the columns aligned. Upstream: `k8s.io/cli-runtime/pkg/printers/tableprinter.go`, `k8s.io/kubectl/pkg/cmd/get/get.go`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from k8snb.api import govalue
from k8snb.kubectl.printers import terminal
from k8snb.kubectl.printers.tabwriter import TabWriter

Table = Mapping[str, Any]

_BREAK: Final = re.compile(r"[\f\n\r]")


@dataclass(frozen=True)
class TableOptions:
    """What the flags of `get` change: `--no-headers`, `-o wide`, `-A`, `--show-labels`, `-L`.

    `kind` goes before each name (`deployment.apps/`), "" for none.
    """

    no_headers: bool = False
    wide: bool = False
    with_namespace: bool = False
    show_labels: bool = False
    label_columns: tuple[str, ...] = ()
    kind: str = ""


class TablePrinter:
    """Prints tables of one kind as they come."""

    def __init__(self, options: TableOptions, writer: TabWriter | None = None) -> None:
        self.options = options
        self.writer = writer or TabWriter()
        self.columns: Sequence[Mapping[str, Any]] = ()
        self.has_headers = False

    def print(self, table: Table, event: str = "") -> str:
        """The lines of a table; `event` (ADDED, …) adds the EVENT column of `--output-watch-events`."""
        self.write(table, event)
        return self.writer.flush()

    def write(self, table: Table, event: str = "") -> None:
        """Like `print`, but leaves the lines in the writer."""
        columns = table.get("columnDefinitions") or ()
        headers = not self.options.no_headers
        if self.has_headers and (not columns or columns == self.columns):
            headers = False
        if columns and columns != self.columns:
            self.columns, self.has_headers = columns, False
        rows = table.get("rows") or ()
        if not rows:
            return
        self.has_headers = True
        if headers:
            self.writer.write("\t".join(self._headers(event)) + "\n")
        for row in rows:
            self.writer.write("\t".join(self._cells(row, event)) + "\n")

    def _headers(self, event: str) -> Iterable[str]:
        options = self.options
        if event:
            yield "EVENT"
        if options.with_namespace:
            yield "NAMESPACE"
        for column in self.columns:
            if options.wide or not column.get("priority"):
                yield str(column["name"]).upper()
        for label in options.label_columns:
            yield label.rpartition("/")[2].upper()
        if options.show_labels:
            yield "LABELS"

    def _cells(self, row: Mapping[str, Any], event: str) -> Iterable[str]:
        options = self.options
        # Without metadata (a table of no objects) the added columns stay empty.
        metadata: Mapping[str, Any] | None = (row.get("object") or {}).get("metadata")
        labels: Mapping[str, str] = (metadata or {}).get("labels") or {}
        if event:
            yield event.ljust(8)
        if options.with_namespace:
            yield _cell((metadata or {}).get("namespace"))
        named = False
        for column, value in zip(self.columns, row["cells"], strict=False):
            is_name = not named and column.get("format") == "name" and column.get("type") == "string"
            named = named or is_name
            if options.wide or not column.get("priority"):
                yield _cell(f"{options.kind}/{value}" if is_name and options.kind else value)
        for key in options.label_columns:
            yield _cell(labels.get(key, ""))
        if options.show_labels:
            yield _cell(format_labels(labels) if metadata is not None else None)


def print_tables(kinds: Iterable[tuple[Iterable[Table], TableOptions]]) -> str:
    """The tables of several kinds with a blank line between; those of one kind share their headers and columns."""
    text = ""
    for tables, options in kinds:
        printer = TablePrinter(options)
        for table in tables:
            printer.write(table)
        block = printer.writer.flush()
        separate = text and block and not options.no_headers
        text += f"\n{block}" if separate else block
    return text


def format_labels(labels: Mapping[str, str]) -> str:
    """`a=b,c=d` by key, `<none>` for none at all."""
    return ",".join(f"{key}={labels[key]}" for key in sorted(labels)) or "<none>"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        return govalue.plain(value)
    found = _BREAK.search(value)
    return terminal.escape(value) if found is None else terminal.escape(value[: found.start()]) + "..."
