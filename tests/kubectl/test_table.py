"""Tables as kubectl prints them. The expected texts are answers of the real kubectl to the same Table objects."""

from typing import Any

import pytest

from k8snb.kubectl.printers.customcolumns import CustomColumnsPrinter, parse_file, parse_spec
from k8snb.kubectl.printers.errors import PrinterError
from k8snb.kubectl.printers.table import TableOptions, TablePrinter, print_tables
from k8snb.kubectl.printers.tabwriter import TabWriter, align

COLUMNS = [
    {"name": "Name", "type": "string", "format": "name", "priority": 0},
    {"name": "Ready", "type": "string", "priority": 0},
    {"name": "Count", "type": "integer", "priority": 0},
    {"name": "Extra", "type": "string", "priority": 1},
]
METADATA: list[dict[str, Any]] = [
    {"name": "one", "namespace": "default", "labels": {"tier": "x", "app": "web"}},
    {"name": "two", "namespace": "kube-system"},
    {"name": "a-longer-name", "namespace": "default", "labels": {"ex.io/app": "q"}},
]
CELLS = [
    ["one", "multi\nline é", 0, None],
    ["two", "1/1", 1, "extra text\x1b[0m"],
    ["a-longer-name", "1/1", 21, "extra text\r\n"],
]


def table(*names: str, columns: list[dict[str, Any]] = COLUMNS) -> dict[str, Any]:
    rows = [
        {"cells": cells[: len(columns)], "object": {"kind": "PartialObjectMetadata", "metadata": metadata}}
        for cells, metadata in zip(CELLS, METADATA, strict=True)
        if not names or metadata["name"] in names
    ]
    return {"kind": "Table", "apiVersion": "meta.k8s.io/v1", "columnDefinitions": columns, "rows": rows}


def test_a_table() -> None:
    assert print_tables([([table()], TableOptions())]) == (
        "NAME            READY      COUNT\n"
        "one             multi...   0\n"
        "two             1/1        1\n"
        "a-longer-name   1/1        21\n"
    )


def test_everything_at_once() -> None:
    options = TableOptions(wide=True, show_labels=True, label_columns=("app", "ex.io/app"), with_namespace=True)
    assert print_tables([([table()], options)]) == (
        "NAMESPACE     NAME            READY      COUNT   EXTRA             APP   APP   LABELS\n"
        "default       one             multi...   0                         web         app=web,tier=x\n"
        "kube-system   two             1/1        1       extra text^[[0m               <none>\n"
        "default       a-longer-name   1/1        21      extra text...           q     ex.io/app=q\n"
    )


def test_tables_of_one_kind_share_headers_and_columns() -> None:
    assert print_tables([([table("one"), table("a-longer-name")], TableOptions(label_columns=("app",)))]) == (
        "NAME            READY      COUNT   APP\n"
        "one             multi...   0       web\n"
        "a-longer-name   1/1        21      \n"
    )


def test_tables_of_several_kinds() -> None:
    first = ([table("two")], TableOptions(kind="bar.ex.io"))
    none = ([table("nobody")], TableOptions(kind="none"))
    second = ([table("one", columns=COLUMNS[:2])], TableOptions(kind="foo"))
    assert print_tables([none, first, none, second]) == (
        "NAME            READY   COUNT\nbar.ex.io/two   1/1     1\n\nNAME      READY\nfoo/one   multi...\n"
    )


def test_without_headers() -> None:
    options = TableOptions(no_headers=True)
    assert print_tables([([table("one")], options), ([table("two")], options)]) == (
        "one   multi...   0\ntwo   1/1   1\n"
    )


def test_nothing_to_show_is_no_header_either() -> None:
    assert print_tables([([table("nobody")], TableOptions())]) == ""


def test_a_watch_prints_headers_once_and_keeps_the_columns() -> None:
    printer = TablePrinter(TableOptions())
    assert printer.print(table("a-longer-name")) == "NAME            READY   COUNT\na-longer-name   1/1     21\n"
    # Later events come without column definitions.
    assert printer.print({**table("two"), "columnDefinitions": []}) == "two             1/1     1\n"
    assert printer.print(table("one")) == "one             multi...   0\n"
    assert printer.print(table("two")) == "two             1/1        1\n"


def test_watch_events() -> None:
    printer = TablePrinter(TableOptions(with_namespace=True))
    assert printer.print(table("two"), "ADDED") == (
        "EVENT      NAMESPACE     NAME   READY   COUNT\nADDED      kube-system   two    1/1     1\n"
    )
    assert printer.print(table("two"), "MODIFIED") == "MODIFIED   kube-system   two    1/1     1\n"


def test_rows_without_an_object() -> None:
    bare = {**table("two"), "rows": [{"cells": ["two", "1/1", 1.5, None]}]}
    options = TableOptions(with_namespace=True, label_columns=("app",), show_labels=True)
    assert print_tables([([bare], options)]) == (
        "NAMESPACE   NAME   READY   COUNT   APP   LABELS\n            two    1/1     1.5           \n"
    )


@pytest.mark.parametrize(
    ("text", "aligned"),
    [
        ("", ""),
        ("plain\n", "plain\n"),
        ("a\tb\n", "a  b\n"),
        ("a\tb\nlonger\tc\n", "a       b\nlonger  c\n"),
        ("é\tb\nab\tc\n", "é   b\nab  c\n"),
        ("a\tb\n\nlonger\tc\n", "a  b\n\nlonger  c\n"),
        ("a\tb\tc\nd\te\nf\tg\th\n", "a  b  c\nd  e\nf  g  h\n"),
        ("a\tbbb\tc\nd\te\t\nf\tg\n", "a  bbb  c\nd  e    \nf  g\n"),
        ("Name:\tx\nLabels:\ta=b\n\tc=d\n", "Name:    x\nLabels:  a=b\n         c=d\n"),
        ("  Type\tReason\n  ----\t------\nx", "  Type  Reason\n  ----  ------\nx"),
    ],
)
def test_align(text: str, aligned: str) -> None:
    assert align(text, 0, 2) == aligned


def test_a_tabwriter_remembers_widths_until_told_to_forget() -> None:
    writer = TabWriter()
    writer.write("A\tB\n")
    assert writer.flush() == "A     B\n"
    writer.write("longer\tx\n")
    assert writer.flush() == "longer   x\n"
    writer.write("y\tz\n")
    assert writer.flush() == "y        z\n"
    writer.forget()
    writer.write("y\tz\n")
    assert writer.flush() == "y     z\n"
    assert writer.flush() == ""


ITEMS: list[dict[str, Any]] = [
    {
        "metadata": {"name": "one", "labels": {"ex.io/app": "q"}},
        "spec": {"a": 1, "s": "text\x1b[31m", "l": [1, "x", None], "m": {"b": 1, "a": [True]}, "nul": None, "f": 1.5},
    },
    {"metadata": {"name": "a-longer-name"}, "spec": {"a": 1e21, "t": True, "e": [], "em": {}}},
]


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        ("N:.metadata.name", "N\none\na-longer-name\n"),
        (
            "N:metadata.name,A:{.spec.a},T:{spec.t}",
            "N               A       T\none             1       <none>\na-longer-name   1e+21   true\n",
        ),
        (
            "L:.spec.l,LS:.spec.l[*],M:.spec.m,NUL:.spec.nul",
            "L             LS          M                   NUL\n"
            "[1 x <nil>]   1,x,<nil>   map[a:[true] b:1]   <nil>\n"
            "<none>        <none>      <none>              <none>\n",
        ),
        (
            "E:.spec.e,EM:.spec.em,S:.spec.s",
            "E        EM       S\n<none>   <none>   text^[[31m\n[]       map[]    <none>\n",
        ),
        (r"N:.metadata.labels.ex\.io/app", "N\nq\n<none>\n"),
        ("N:", "N\n<none>\n<none>\n"),
        (":metadata.name", "\none\na-longer-name\n"),
    ],
)
def test_custom_columns(spec: str, text: str) -> None:
    assert CustomColumnsPrinter(parse_spec(spec)).print(ITEMS) == text


def test_custom_columns_of_a_watch() -> None:
    printer = CustomColumnsPrinter(parse_spec("N:.metadata.name,A:.spec.a"))
    assert printer.print(ITEMS[1:]) == "N               A\na-longer-name   1e+21\n"
    assert printer.print(ITEMS[:1]) == "one             1\n"


def test_custom_columns_without_headers() -> None:
    assert CustomColumnsPrinter(parse_spec("N:.metadata.name"), no_headers=True).print(ITEMS) == "one\na-longer-name\n"


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("", "custom-columns format specified but no custom columns given"),
        ("N", "unexpected custom-columns spec: N, expected <header>:<json-path-expr>"),
        (
            "N:{{.a}}",
            "unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'",
        ),
    ],
)
def test_custom_columns_that_make_no_sense(spec: str, message: str) -> None:
    with pytest.raises(PrinterError) as refused:
        parse_spec(spec)
    assert str(refused.value) == message


def test_headers_and_rows_before_an_error_are_printed() -> None:
    with pytest.raises(PrinterError) as refused:
        CustomColumnsPrinter(parse_spec("N:.spec.l[0")).print(ITEMS)
    assert (str(refused.value), refused.value.output) == ("unterminated array", "N\n")
    with pytest.raises(PrinterError) as refused:
        CustomColumnsPrinter(parse_spec("N:.metadata.name,X:.spec.e[7]")).print(ITEMS)
    assert str(refused.value) == "array index out of bounds: index 7, length 0"
    assert refused.value.output == "N     X\none   <none>\n"


_EXPECTED = "Expected format is one line of space separated headers, one line of space separated column specs."


def test_columns_from_a_file() -> None:
    columns = parse_file("NAME   A\n.metadata.name   {spec.a}\nrest\n")
    assert CustomColumnsPrinter(columns).print(ITEMS[:1]) == "NAME   A\none    1\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", f"invalid template, missing header line. {_EXPECTED}"),
        ("NAME A", f"invalid template, missing spec line. {_EXPECTED}"),
        ("NAME A\n", f"invalid template, missing spec line. {_EXPECTED}"),
        ("NAME A\n.a\n", "number of headers (2) and field specifications (1) don't match"),
    ],
)
def test_column_files_that_make_no_sense(text: str, message: str) -> None:
    with pytest.raises(PrinterError) as refused:
        parse_file(text)
    assert str(refused.value) == message
