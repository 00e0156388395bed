"""`-o`: choosing a printer, and the printers of whole objects. The texts of errors are the real kubectl's."""

import errno
import os
from typing import Any

import pytest

from k8snb.api import yaml
from k8snb.kubectl.printers.errors import PrinterError
from k8snb.kubectl.printers.kyaml import print_kyaml
from k8snb.kubectl.printers.name import print_name
from k8snb.kubectl.printers.output import (
    GET_FORMATS,
    OBJECT_FORMATS,
    ObjectPrinter,
    Output,
    parse_output,
    without_managed_fields,
)

POD: dict[str, Any] = {"kind": "Pod", "apiVersion": "v1", "metadata": {"name": "web"}, "spec": {"a": "<&>"}}
LIST: dict[str, Any] = {"kind": "List", "apiVersion": "v1", "items": [POD, {**POD, "metadata": {"name": "db"}}]}
FILES = {
    "columns.txt": "NAME  KIND\n.metadata.name  .kind\n",
    "name.jsonpath": "{.metadata.name}!\n",
    "name.tmpl": "{{.metadata.name}}?\n",
}


def read(path: str) -> str:
    if path not in FILES:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
    return FILES[path]


@pytest.mark.parametrize(
    ("output", "template", "parsed"),
    [
        ("", "", Output("")),
        ("json", "", Output("json")),
        ("JSON", "", Output("json")),
        ("yaml", "ignored", Output("yaml")),
        ("wide", "", Output("wide")),
        ("jsonpath={.a}=b", "", Output("jsonpath", "{.a}=b")),
        ("jsonpath", "{.a}", Output("jsonpath", "{.a}")),
        ("", "{{.a}}", Output("go-template", "{{.a}}")),
        ("template=x", "", Output("template", "x")),
        ("custom-columns=A:.b", "", Output("custom-columns", "A:.b")),
        ("custom-columns", "A:.b", Output("custom-columns", "A:.b")),
    ],
)
def test_parse_output(output: str, template: str, parsed: Output) -> None:
    assert parse_output(output, template, formats=GET_FORMATS) == parsed


@pytest.mark.parametrize(
    ("output", "template"),
    [("foo", ""), ("json=x", ""), ("WIDE", ""), ("jsonpath={.a}", "{.b}"), ("custom-columns=A:.b", "x")],
)
def test_parse_output_refuses(output: str, template: str) -> None:
    with pytest.raises(PrinterError) as refused:
        parse_output(output, template, formats=GET_FORMATS)
    assert str(refused.value) == (
        f'unable to match a printer suitable for the output format "{output}", allowed formats are: '
        "custom-columns,custom-columns-file,go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,"
        "kyaml,name,template,templatefile,wide,yaml"
    )


def test_not_every_command_has_every_format() -> None:
    with pytest.raises(PrinterError) as refused:
        parse_output("wide")
    # From auth/whoami of the parity transcripts.
    assert str(refused.value) == (
        'unable to match a printer suitable for the output format "wide", allowed formats are: go-template,'
        "go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,kyaml,name,template,templatefile,yaml"
    )


@pytest.mark.parametrize(
    ("output", "text"),
    [
        ("name", "pod/web\n"),
        ("yaml", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  a: <&>\n"),
        (
            "kyaml",
            '---\n{\n  apiVersion: "v1",\n  kind: "Pod",\n  metadata: {\n    name: "web",\n  },\n'
            '  spec: {\n    a: "<&>",\n  },\n}\n',
        ),
        ("jsonpath={.metadata.name}", "web"),
        ("jsonpath-as-json={.metadata.name}", '[\n    "web"\n]\n'),
        ("jsonpath-file=name.jsonpath", "web!\n"),
        ("go-template={{.kind}}", "Pod"),
        ("templatefile=name.tmpl", "web?\n"),
        ("custom-columns=N:.metadata.name", "N\nweb\n"),
        ("custom-columns-file=columns.txt", "NAME   KIND\nweb    Pod\n"),
    ],
)
def test_print(output: str, text: str) -> None:
    assert ObjectPrinter(parse_output(output, formats=GET_FORMATS), read).print(POD) == text


def test_json_sorts_keys_unless_they_are_kubectls_own() -> None:
    spec = '    "spec": {\n        "a": "\\u003c\\u0026\\u003e"\n    }\n}\n'
    metadata = '    "metadata": {\n        "name": "web"\n    },\n'
    assert ObjectPrinter(Output("json"), read).print(POD) == (
        f'{{\n    "apiVersion": "v1",\n    "kind": "Pod",\n{metadata}{spec}'
    )
    assert ObjectPrinter(Output("json"), read, sort_keys=False).print(POD) == (
        f'{{\n    "kind": "Pod",\n    "apiVersion": "v1",\n{metadata}{spec}'
    )


def test_objects_one_after_the_other() -> None:
    printer = ObjectPrinter(Output("yaml"), read)
    assert printer.print({"a": 1}) + printer.print({"b": 2}) == "a: 1\n---\nb: 2\n"
    columns = ObjectPrinter(Output("custom-columns", "N:.metadata.name"), read)
    assert columns.print(LIST) + columns.print(POD) == "N\nweb\ndb\nweb\n"
    quiet = ObjectPrinter(Output("custom-columns", "N:.metadata.name"), read, no_headers=True)
    assert quiet.print(LIST) == "web\ndb\n"
    from_file = ObjectPrinter(Output("custom-columns-file", "columns.txt"), read, no_headers=True)
    assert from_file.print(POD).startswith("NAME")


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("go-template", "template format specified but no template given"),
        ("go-template-file", "template format specified but no template given"),
        ("jsonpath=", "template format specified but no template given"),
        ("jsonpath-file", "template format specified but no template given"),
        ("custom-columns", "custom-columns format specified but no custom columns given"),
        ("custom-columns-file", "custom-columns format specified but no custom columns given"),
        ("jsonpath-file=nope", "error reading --template nope, open nope: no such file or directory"),
        ("go-template-file=nope", "error reading --template nope, open nope: no such file or directory"),
        ("custom-columns-file=nope", "error reading template nope, open nope: no such file or directory"),
        ("jsonpath={.items[0}", "error parsing jsonpath {.items[0}, unterminated array"),
    ],
)
def test_arguments_are_checked_before_anything_is_printed(output: str, message: str) -> None:
    with pytest.raises(PrinterError) as refused:
        ObjectPrinter(parse_output(output, formats=GET_FORMATS), read)
    assert str(refused.value) == message


def test_every_format_has_a_printer() -> None:
    arguments = {"jsonpath-file": "name.jsonpath", "go-template-file": "name.tmpl", "templatefile": "name.tmpl"}
    for name in OBJECT_FORMATS:
        assert ObjectPrinter(Output(name, arguments.get(name, "x")), read).print(POD)


def test_names() -> None:
    deployment = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}}
    assert print_name(deployment) == "deployment.apps/web\n"
    assert print_name(deployment, "created (dry run)") == "deployment.apps/web created (dry run)\n"
    assert print_name(LIST) == "pod/web\npod/db\n"
    assert print_name({"kind": "Pod", "apiVersion": "v1", "metadata": {}}) == "pod/<unknown>\n"


def test_managed_fields_are_left_out_of_a_copy() -> None:
    value = {"metadata": {"name": "a", "managedFields": [1]}}
    assert without_managed_fields(value) == {"metadata": {"name": "a"}}
    assert without_managed_fields({"items": [value]}) == {"items": [{"metadata": {"name": "a"}}]}
    assert value["metadata"]["managedFields"] == [1]
    assert without_managed_fields(POD) is POD


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({}, "{}"),
        ([], "[]"),
        ([1, "a", []], '[\n  1,\n  "a",\n  [],\n]'),
        ([{"a": 1}, {}], "[{\n  a: 1,\n}, {}]"),
        (
            {"no": 1, "y": 2, "a b": 3, "1": 4, "a.b/c-d": 5, "_x": 6, "-x": 7, "1.5": 8, "0x1f": 9, "": 10},
            (
                '{\n  "": 10,\n  "-x": 7,\n  "0x1f": 9,\n  "1": 4,\n  "1.5": 8,\n  _x: 6,\n  "a b": 3,\n  a.b/c-d: 5,\n'
                '  "no": 1,\n  "y": 2,\n}'
            ),
        ),
        ({"a": [None, True, 1.5, 1e21]}, "{\n  a: [\n    null,\n    true,\n    1.5,\n    1e+21,\n  ],\n}"),
        ({"a": 'say "hi"\\ \t\x01\u2028'}, '{\n  a: "say \\"hi\\"\\\\ \\t\\x01\\L",\n}'),
        ({"a": "one\n  two\n\n"}, '{\n  a: "\\\n     one\\n\\\n    \\  two\\n\\\n     \\n\\\n    ",\n}'),
        ({"a": "one\ntwo"}, '{\n  a: "\\\n     one\\n\\\n     two\\\n    ",\n}'),
        ({"a\nb": "2001-01-01"}, '{\n  "a\\nb": "2001-01-01",\n}'),
    ],
)
def test_kyaml(value: Any, text: str) -> None:
    assert print_kyaml(value) == f"---\n{text}\n"


def test_kyaml_is_yaml() -> None:
    value = {"a": "one\n  two\n\tthree\n\nfour ", "b": [{"c": 'x"\\'}, [], [[1]]], "on": {"d": "\x1b\x85\xa0é"}}
    assert yaml.load(print_kyaml(value)) == value
