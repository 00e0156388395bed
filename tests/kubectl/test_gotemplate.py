"""go-templates: kubectl's functions and error texts. The expected texts are the real kubectl's."""

import pytest

from k8snb.kubectl.printers.errors import PrinterError
from k8snb.kubectl.printers.gotemplate import TemplatePrinter

DATA = {
    "metadata": {"name": "x"},
    "spec": {
        "num": 5,
        "s": "text",
        "t": True,
        "nul": None,
        "l": ["a", "b", "c", "d"],
        "items": [{"name": "one", "v": 1}, {"name": "two"}],
    },
}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{.metadata.name}}", "x"),
        ("{{.spec.nope}}|{{.nope.x}}|{{.spec.nul}}", "<no value>|<no value>|<no value>"),
        ("{{.spec.items}}", "[map[name:one v:1] map[name:two]]"),
        ('{{range .spec.items}}{{.name}}:{{.v}}{{"\\n"}}{{end}}', "one:1\ntwo:<no value>\n"),
        ("{{range $i, $e := .spec.l}}{{if $i}},{{end}}{{$e}}{{end}}", "a,b,c,d"),
        ('{{exists . "spec" "l" 0}} {{exists .spec "nope"}} {{exists .spec.l 9}}', "true false false"),
        ('{{exists .spec "nul"}} {{exists .spec.l "a"}} {{exists .spec.num 1}}', "false false false"),
        ('{{base64decode "aGVsbG8="}}', "hello"),
        ('{{index .spec.l 1}} {{index .spec "s"}} {{index .spec.items 0 "name"}}', "b text one"),
        ('{{index .spec "zz"}}', "<no value>"),
        ('{{len .spec.l}} {{len "é"}} {{len .metadata}}', "4 2 1"),
        ("{{eq .spec.num 5}} {{ne .spec.num 5}} {{gt .spec.num 4}} {{le .spec.num 4}}", "true false true false"),
        ('{{eq .spec.nope "x"}} {{ne .spec.nul "x"}} {{eq .spec.s "a" "text"}}', "false true true"),
        ('{{lt "a" "b"}} {{ge 1.5 2.5}}', "true false"),
        ('{{printf "%05d %s %q" .spec.num .spec.s .spec.s}}', '00005 text "text"'),
        ('{{define "x"}}[{{.}}]{{end}}{{template "x" .spec.s}}', "[text]"),
        ('{{or .spec.nope "dflt"}}', "dflt"),
    ],
)
def test_what_a_template_prints(template: str, text: str) -> None:
    assert TemplatePrinter(template).print(DATA) == text


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("{{.a", "template: output:1: unclosed action"),
        ("\n{{foo}}", 'template: output:2: function "foo" not defined'),
        ("{{$x}}", 'template: output:1: undefined variable "$x"'),
        ("{{end}}", "template: output:1: unexpected {{end}}"),
        ("{{break}}", "template: output:1: {{break}} outside {{range}}"),
        ("{{if}}x{{end}}", "template: output:1: missing value for if"),
    ],
)
def test_a_malformed_template(template: str, problem: str) -> None:
    with pytest.raises(PrinterError) as refused:
        TemplatePrinter(template)
    assert str(refused.value) == f"error parsing template {template}, {problem}"


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("{{index .spec.l 9}}", "output:1:2: at <index .spec.l 9>: error calling index: index out of range: 9"),
        (
            '{{index .spec.l "a"}}',
            'output:1:2: at <index .spec.l "a">: error calling index: cannot index slice/array with type string',
        ),
        (
            "{{index .spec 1}}",
            "output:1:2: at <index .spec 1>: error calling index: value has type int; should be string",
        ),
        (
            "{{index .spec.num 1}}",
            "output:1:2: at <index .spec.num 1>: error calling index: can't index item of type int64",
        ),
        ("{{index .spec.nul 1}}", "output:1:2: at <index .spec.nul 1>: error calling index: index of untyped nil"),
        ("{{len .spec.num}}", "output:1:2: at <len .spec.num>: error calling len: len of type int64"),
        ("{{.spec.s.x}}", "output:1:7: at <.spec.s.x>: can't evaluate field x in type interface {}"),
        ("{{.spec.s.upper}}", "output:1:7: at <.spec.s.upper>: can't evaluate field upper in type interface {}"),
        ("{{.spec.l.name}}", "output:1:7: at <.spec.l.name>: can't evaluate field name in type interface {}"),
        ("\n  {{ .spec.s.x }}", "output:2:10: at <.spec.s.x>: can't evaluate field x in type interface {}"),
        (
            '{{if eq .spec.num "x"}}{{end}}',
            'output:1:5: at <eq .spec.num "x">: error calling eq: incompatible types for comparison',
        ),
        (
            '{{base64decode "%%"}}',
            'output:1:2: at <base64decode "%%">: error calling base64decode: base64 decode failed: '
            "illegal base64 data at input byte 0",
        ),
        ('{{template "nope"}}', 'output:1:11: at <{{template "nope"}}>: template "nope" not defined'),
        ("{{nil}}", "output:1:2: at <nil>: nil is not a command"),
        ("{{not}}", "output:1:2: at <not>: wrong number of args for not: want 1 got 0"),
    ],
)
def test_a_template_that_does_not_fit(template: str, problem: str) -> None:
    place, at, reason = problem.partition(": at ")
    message = f'template: {place}: executing "output"{at[1:]}{reason}'
    with pytest.raises(PrinterError) as refused:
        TemplatePrinter(template).print(DATA)
    quoted = template.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    assert str(refused.value) == f'error executing template "{quoted}": {message}'


def test_what_was_printed_before_an_error_is_followed_by_a_report() -> None:
    with pytest.raises(PrinterError) as refused:
        TemplatePrinter("{{.a}} {{index .b 9}}").print({"a": 1, "b": ["<"]})
    problem = 'template: output:1:9: executing "output" at <index .b 9>: error calling index: index out of range: 9'
    assert refused.value.output == (
        f"1 Error executing template: {problem}. Printing more information for debugging the template:\n"
        "\ttemplate was:\n\t\t{{.a}} {{index .b 9}}\n"
        '\traw data was:\n\t\t{"a":1,"b":["\\u003c"]}\n'
        "\tobject given to template engine was:\n\t\tmap[a:1 b:[<]]\n\n"
    )


def test_missing_keys_can_be_errors() -> None:
    with pytest.raises(PrinterError) as refused:
        TemplatePrinter("{{.spec.nope.x}}", allow_missing_keys=False).print(DATA)
    assert 'output:1:7: executing "output" at <.spec.nope.x>: map has no entry for key "nope"' in str(refused.value)


def test_no_template_runs_for_ever() -> None:
    with pytest.raises(PrinterError, match="executing"):
        TemplatePrinter("{{range 100000000}}{{end}}").print(DATA)
