"""kubectl's JSONPath. The expected texts are answers of the real kubectl to the same object."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8snb.api.jsonpath import JSONPath, relaxed
from k8snb.api.jsonpathparser import JSONPathError
from k8snb.kubectl.printers.errors import PrinterError
from k8snb.kubectl.printers.jsonpath import print_jsonpath

DATA = {
    "metadata": {"name": "x", "annotations": {"a.b/c": "d"}},
    "spec": {
        "num": 5,
        "f": 1.5,
        "s": "text",
        "t": True,
        "nul": None,
        "l": ["a", "b", "c", "d"],
        "empty": [],
        "em": {},
        "items": [
            {"name": "one", "v": 1, "ready": True, "f": 1.5},
            {"name": "two", "v": 2, "ready": False, "tags": ["x", "<y>"]},
            {"name": "three", "w": None},
        ],
        "deep": {"a": {"name": "p"}, "b": [{"name": "q"}]},
    },
}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        (".metadata.name", ".metadata.name"),
        ("{.metadata.name}", "x"),
        ("{$.metadata.name} {@.metadata.name}", "x x"),
        ("a{.spec.num}b{.spec.f}c", "a5b1.5c"),
        ("{.spec.nul}|{.spec.nope}|{.spec.s.x}|", "null|||"),
        ("{.spec.t}", "true"),
        ("{.spec.num}}", "5}"),
        ("{.spec .items[0] .name}", "one"),
        ("{.spec.l}", '["a","b","c","d"]'),
        ("{.spec.em}{.spec.empty}", "{}[]"),
        ("{.spec.items[1].tags}", '["x","\\u003cy\\u003e"]'),
        ("{.spec.l[*]}", "a b c d"),
        ("{.spec.l[1:3]}", "b c"),
        ("{.spec.l[:]}", "a b c d"),
        ("{.spec.l[::2]}", "a c"),
        ("{.spec.l[-1]}{.spec.l[-2]}", "dc"),
        ("{.spec.l[-2:]}", "c d"),
        ("{.spec.l[0,2]} {.spec.l[0, 2]}", "a c a c"),
        ("{.spec.l[2:2]}|", "|"),
        ("{.spec.l[]}", "a"),
        ("{.spec.nul[0]}{.spec.nul.a}|", "|"),
        ("{.spec.empty[*]}|{.spec.em.*}|", "||"),
        ("{.spec['num','s']}", "5 text"),
        ("{['spec']['num']}", "5"),
        (r"{.metadata.annotations.a\.b/c}", "d"),
        (r"{.metadata.annotations['a\.b/c']}", "d"),
        ("{.metadata.annotations['a.b/c']}|", "|"),
        ("{.spec.items[?(@.v==2)].name}", "two"),
        ("{.spec.items[?( @.v == 2 )].name}", "two"),
        ("{.spec.items[?(@.v>1)].name}", "two"),
        ("{.spec.items[?(@.v<=1)].name}", "one"),
        ('{.spec.items[?(@.name=="one")].v}', "1"),
        ("{.spec.items[?(@.name!='one')].name}", "two three"),
        ('{.spec.items[?(@.name>="two")].name}', "two"),
        ("{.spec.items[?(@.ready)].name}", "one two"),
        ("{.spec.items[?(@.w)].name}", "three"),
        ("{.spec.items[?(@.ready==true)].name}", "one"),
        ("{.spec.items[?(@.f==1.5)].name}", "one"),
        ('{.spec.items[?(@.tags[0]=="x")].name}', "two"),
        ("{.spec.items[?(@.name==@.name)].name}", "one two three"),
        ('{.spec.items[?(@.name=="t(w)o")].name}|', "|"),
        ("{..name}", "x p q one two three"),
        ("{.spec.deep..name}", "p q"),
        ("{.spec.l..}", '["a","b","c","d"] a b c d'),
        ("{.spec.s.*}", "116 101 120 116"),
        ('{.spec.items[*].name}{"\\n"}{.spec.items[*].v}', "one two three\n1 2"),
        ("{.spec.items[*]['name','v']}", "one two three 1 2"),
        ('{range .spec.items[*]}{.name}:{.v}{"\\t"}{end}done', "one:1\ttwo:2\tthree:\tdone"),
        ("{range .spec.items[*]}[{.name}{range .tags[*]}({@}){end}]{end}", "[one][two(x)(<y>)][three]"),
        ("{range .spec.nope[*]}x{range .a[*]}{.b}{end}z{end}y", "y"),
        ("{range .spec.items[*]}{.name}{end}{range .spec.l[*]}{@},{end}", "onetwothreea,b,c,d,"),
        ("{range .spec.items[*]}{.name}z", "oneztwozthreezz"),
        ("{'it''s'}", "s"),  # two pieces of text in one expression: the last one counts
        (r'{"a\"b\u00e9\x41\101\t"}', 'a"béAA\t'),
        (r"{'a\'b'}", "a'b"),
        ("{5}{-5.5}{+5}{true}", "5-5.55true"),
        ("{.}|", "|"),
        ("{range .spec}{.s}{end}", "text"),
    ],
)
def test_what_a_template_prints(template: str, text: str) -> None:
    assert print_jsonpath(template, DATA) == text


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("{.spec.num", "unclosed action"),
        ("{.spec.num}{\n}", "unclosed action"),
        ("{.items[0}", "unterminated array"),
        ("{.spec.l[a]}", "invalid array index a"),
        ('{.spec.l["a"]}', 'invalid array index "a"'),
        ("{.spec.l[-]}", "array index - is not a number"),
        ("{.spec.l[1:2:3:4]}", "invalid array index 1:2:3:4"),
        ('{.items[?(@.name=="one"]}', "unterminated filter"),
        ('{.items[?(@.name=="one")}', "unclosed array expect ]"),
        ('{.items[?(@.name=~"t")]}', "unrecognized character in action: U+007E '~'"),
        ('{.items[?(@.a=="1" && @.b==1)]}', "unrecognized character in action: U+0026 '&'"),
        ("{....name}", "invalid multiple recursive descent"),
        ("{#}", "unrecognized character in action: U+0023 '#'"),
        ("{.a,.b}", "unrecognized character in action: U+002C ','"),
        ("{1.2.3}", "cannot parse number 1.2.3"),
        ('{"a', "unterminated quoted string"),
        (r'{"a\q"}', r'unquote string "a\q" error invalid syntax'),
        (r'{"a\'"}', r"""unquote string "a\'" error invalid syntax"""),
    ],
)
def test_a_malformed_template(template: str, problem: str) -> None:
    with pytest.raises(PrinterError) as refused:
        print_jsonpath(template, DATA)
    assert str(refused.value) == f"error parsing jsonpath {template}, {problem}"


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("{.spec.l[9]}", "array index out of bounds: index 9, length 4"),
        ("{.spec.l[1:9]}", "array index out of bounds: index 8, length 4"),
        ("{.spec.empty[0]}", "array index out of bounds: index 0, length 0"),
        ("{.spec.l[3:1]}", "starting index 3 is greater than ending index 1"),
        ("{.spec.l[::0]}", "step must be > 0"),
        ("{.spec.s[0]}", "string is not array or slice"),
        ("{.spec.num[0]}", "int64 is not array or slice"),
        ("{.spec.em[0]}", "map[string]interface {} is not array or slice"),
        ("{.spec.deep[?(@.a)]}", "map[a:map[name:p] b:[map[name:q]]] is not array or slice and cannot be filtered"),
        ("{.spec.nul[?(@.a)]}", "<nil> is not array or slice and cannot be filtered"),
        ('{.spec.items[?(@.v=="2")]}', "incompatible types for comparison"),
        ("{.spec.items[?(@.v==1.0)]}", "incompatible types for comparison"),
        ("{.spec.items[?(@.w==1)]}", "invalid type for comparison"),
        ("{.spec.items[?(@.ready>false)]}", "invalid type for comparison"),
        ("{.spec.items[?(@.v===2)]}", "unrecognized filter operator ==="),
        ('{.spec.items[?(@.tags[*]=="x")]}', "can only compare one element at a time"),
        ("{metadata.name}", "unrecognized identifier metadata"),
        ("{end}", "not in range, nothing to end"),
    ],
)
def test_a_template_that_does_not_fit(template: str, problem: str) -> None:
    with pytest.raises(PrinterError) as refused:
        print_jsonpath(template, {"spec": DATA["spec"]})
    message = str(refused.value)
    assert message.startswith(f"error executing jsonpath {json.dumps(template)}: Error executing template: {problem}. ")


def test_the_report_of_an_error_shows_the_object() -> None:
    with pytest.raises(PrinterError) as refused:
        print_jsonpath("{.a[9]}", {"a": [1, "x", None, True], "b": {"c": 1.5}})
    assert str(refused.value) == (
        'error executing jsonpath "{.a[9]}": Error executing template: array index out of bounds: index 9, length 4. '
        "Printing more information for debugging the template:\n"
        "\ttemplate was:\n\t\t{.a[9]}\n"
        "\tobject given to jsonpath engine was:\n"
        '\t\tmap[string]interface {}{"a":[]interface {}{1, "x", interface {}(nil), true}, '
        '"b":map[string]interface {}{"c":1.5}}\n\n'
    )


def test_missing_keys_can_be_errors() -> None:
    with pytest.raises(PrinterError, match="nope is not found"):
        print_jsonpath("{.nope}", DATA, allow_missing_keys=False)
    assert JSONPath("{.spec.items[?(@.nope)]}", allow_missing_keys=False).find(DATA) == [[]]


def test_no_template() -> None:
    with pytest.raises(PrinterError, match="template format specified but no template given"):
        print_jsonpath("", DATA)


def test_results_as_json() -> None:
    assert print_jsonpath("{.spec.num}", DATA, as_json=True) == "[\n    5\n]\n"
    assert print_jsonpath("{.nope}x", DATA, as_json=True) == '[]\n[\n    "x"\n]\n'
    assert print_jsonpath("{.spec.deep.b}", DATA, as_json=True) == (
        '[\n    [\n        {\n            "name": "q"\n        }\n    ]\n]\n'
    )


def test_find_gives_values() -> None:
    assert JSONPath("{.spec.l[0:2]} {.spec.nul}").find(DATA) == [["a", "b"], [" "], [None]]


@pytest.mark.parametrize(
    ("expression", "template"),
    [("a.b", "{.a.b}"), (".a.b", "{.a.b}"), ("{a.b}", "{.a.b}"), ("{.a.b}", "{.a.b}"), (".", "{..}"), ("", "")],
)
def test_relaxed(expression: str, template: str) -> None:
    assert relaxed(expression) == template


@pytest.mark.parametrize("expression", ["{a", "{{a}}", "a}", "{}"])
def test_relaxed_refuses(expression: str) -> None:
    with pytest.raises(JSONPathError, match="unexpected path string, expected a 'name1"):
        relaxed(expression)


PIECES = [
    "{",
    "}",
    "[",
    "]",
    "[?(",
    ")]",
    "==",
    "..",
    ".a",
    ".spec",
    "[*]",
    "range ",
    "end",
    '"',
    "'",
    "@",
    "1",
    "-",
    ",",
]


@given(st.lists(st.sampled_from([*PIECES, " "]), max_size=12).map("".join))
def test_every_template_prints_or_is_refused(template: str) -> None:
    with contextlib.suppress(PrinterError):  # any other exception would be a traceback for the learner
        assert isinstance(print_jsonpath(template, DATA), str)
