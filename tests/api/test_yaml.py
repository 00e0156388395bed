"""YAML as kubectl reads and writes it. The expected texts are answers of the real kubectl to the same input."""

import itertools
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8snb.api import yaml, yamlproblem, yamlreader
from k8snb.api.yaml import YAMLError

TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t :#-'\"&*!|>%@`,[]{}?0123456789.eyn~")
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 63), (1 << 63) - 1) | st.just(0.5) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("plain", "value"),
    [
        *((word, True) for word in ("y", "Y", "yes", "Yes", "true", "TRUE", "on", "ON")),
        *((word, False) for word in ("n", "no", "No", "false", "off", "OFF")),
        *((word, None) for word in ("", "~", "null", "Null", "NULL")),
        *(
            (word, word)
            for word in ("yEs", "tRue", "nil", "None", "=", "<<", "1:30", "190:20:30", "0x", "0o8", "-x", "+x")
        ),
        *(
            (word, word)
            for word in ("2024-01-01", "2024-01-01T10:00:00Z", "2001-1-2 3:4:5.6", ".", ".e5", "1e400", "1.2.3")
        ),
        ("0", 0),
        ("-0", 0),
        ("+5", 5),
        ("017", 15),
        ("0o17", 15),
        ("08", 8),
        ("0x1F", 31),
        ("-0b11", -3),
        ("0b-1", -1),
        ("1_000", 1000),
        ("1__0", 10),
        ("12e03", 12000),
        ("5.0", 5),
        ("1.5e3", 1500),
        ("1.", 1),
        (".5", 0.5),
        (".5_0", 0.5),
        ("+.5", 0.5),
        ("1.0e-7", 1e-7),
        ("1e18", 10**18),
        ("1e19", 1e19),
        ("9223372036854775807", (1 << 63) - 1),
        ("18446744073709551615", 18446744073709551615.0),
        ("-9223372036854775809", -9223372036854775809.0),
        ("0xffffffffffffffffff", "0xffffffffffffffffff"),
        ("123456789012345678.5", 123456789012345680),
        ("!!str 5", "5"),
        ("!!float 5", 5),
        ("!!bool yes", True),
        ("!!binary aGVsbG8=", "hello"),
        ("!foo bar", "bar"),
        ("! 5", "5"),
        ("!!set {a, b}", {"a": None, "b": None}),
        (
            "{1.5: a, 1e20: b, yes: c, 16777217.0: d, 3: e, .inf: f}",
            dict(zip(("1.5", "1e+20", "true", "1.6777216e+07", "3", ".inf"), "abcdef", strict=True)),
        ),
        (
            "[&x {b: 1, c: 2}, {<<: *x, c: 3}, {c: 5, <<: [*x, {z: 1}]}]",
            [{"b": 1, "c": 2}, {"b": 1, "c": 3}, {"b": 1, "c": 2, "z": 1}],
        ),
        ("{<<: {a: 1}, a: 2, <<: {a: 3}}", {"a": 3}),
        ("{a: 1, a: 2}", {"a": 2}),
    ],
)
def test_what_a_word_means(plain: str, value: object) -> None:
    found = yaml.load(f"v: {plain}\n")["v"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (".inf", "json: unsupported value: +Inf"),
        ("[.nan]", "json: unsupported value: NaN"),
        ("{~: 5}", "unsupported map key of type: %!s(<nil>), key: <nil>, value: 5"),
        ("{[a]: 5}", 'yaml: invalid map key: []interface {}{"a"}'),
        ("{{a: b}: 5}", 'yaml: invalid map key: map[interface {}]interface {}{"a":"b"}'),
        ("*foo", "yaml: unknown anchor 'foo' referenced"),
        ("&a {b: *a}", "yaml: anchor 'a' value contains itself"),
        ("{<<: 5}", "yaml: map merge requires map or sequence of maps as the value"),
        ("{<<: [5]}", "yaml: map merge requires map or sequence of maps as the value"),
        ("!!int x", "yaml: cannot decode !!str `x` as a !!int"),
        ("!!null foo", "yaml: cannot decode !!str `foo` as a !!null"),
        ("!!binary '%%'", "yaml: !!binary value contains invalid base64 data"),
        ("a\x01", "yaml: control characters are not allowed"),
        ("\ud800", "yaml: invalid leading UTF-8 octet"),
        ("[" * 2000 + "]" * 2000, "yaml: exceeded max depth of 300"),
    ],
)
def test_what_is_not_json_data(value: str, message: str) -> None:
    with pytest.raises(YAMLError) as refused:
        yaml.load(f"spec: {value}\n")
    assert str(refused.value) == f"error converting YAML to JSON: {message}"


@pytest.mark.parametrize("parser", [yamlproblem.Parser, yamlproblem.PythonParser])
@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("a: 1\nb:\n\tc: 2\n", "line 3: found character that cannot start any token", 3),
        ("a:\n  b: c\n   d: e\n", "line 3: mapping values are not allowed in this context", 3),
        ("a: b: c\n", "mapping values are not allowed in this context", 1),
        ("a: 1\nb: [1, 2\n", "line 2: did not find expected ',' or ']'", 3),
        ("a: 1\nb: {c: 1\n", "line 2: did not find expected ',' or '}'", 3),
        ("a:\n- b\nc\n", "line 4: could not find expected ':'", 4),
        ("a:\n  - b\n c: d\n", "line 2: did not find expected key", 3),
        ("a: - b\n", "block sequence entries are not allowed in this context", 1),
        ('a: 1\nb: "c\n', "line 3: found unexpected end of stream", 3),
        ("a: 1\nb: @c\n", "line 2: found character that cannot start any token", 2),
        ('a: 1\nb: "\\y"\n', "line 2: found unknown escape character", 2),
        ("%YAML 1.1\n", "line 1: did not find expected <document start>", 2),
        ("a: 1\nb: |x\n", "line 2: did not find expected comment or line break", 2),
        ("a: 1\nb: &\n", "line 2: did not find expected alphabetic or numeric character", 2),
    ],
)
def test_what_is_not_yaml(monkeypatch: pytest.MonkeyPatch, parser: object, text: str, message: str, line: int) -> None:
    monkeypatch.setattr(yamlreader, "Parser", parser)
    with pytest.raises(YAMLError) as refused:
        yaml.load_all(text)
    assert str(refused.value) == f"error converting YAML to JSON: yaml: {message}"
    assert refused.value.line == line


def test_billion_laughs_are_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [" + ", ".join([f"*a{i - 1}"] * 9) + "]" for i in range(1, 12)]
    with pytest.raises(YAMLError, match="document contains excessive aliasing"):
        yaml.load("\n".join(lines))


def test_aliases_make_copies() -> None:
    value = yaml.load("a: &x {l: [1]}\nb: *x\n")
    value["b"]["l"].append(2)
    assert value["a"] == {"l": [1]}


def test_strict_refuses_a_repeated_key() -> None:
    text = "metadata:\n  name: a\n  labels: {x: y, x: z}\n  name: b\n"
    assert yaml.load(text)["metadata"] == {"name": "b", "labels": {"x": "z"}}
    with pytest.raises(YAMLError) as refused:
        yaml.load(text, strict=True)
    assert str(refused.value) == (
        "error converting YAML to JSON: yaml: unmarshal errors:\n"
        '  line 3: key "x" already set in map\n'
        '  line 4: key "name" already set in map'
    )


@pytest.mark.parametrize(
    ("text", "values", "error"),
    [
        ("", [], None),
        ("\n# nothing\n", [], None),
        ("a: 1\n---\n---\n# c\n--- # d\nb: 2\n", [{"a": 1}, {"b": 2}], None),
        ("---\na: 1\n...\nb: 2\n", [{"a": 1}], None),
        ("a: 1\r\n---\r\nb: |\r\n  x\r\n  y\r\n", [{"a": 1}, {"b": "x\ny\n"}], None),
        ("text\n---\n- 1\n", ["text", [1]], None),
        ("a: 1\n--- x\n", [], "invalid Yaml document separator: x"),
        (
            "a: 1\n---\nb: 2\n  c: 3\n",
            [{"a": 1}],
            "error converting YAML to JSON: yaml: line 2: mapping values are not allowed in this context",
        ),
        ('{"a": 1}', [{"a": 1}], None),
        ('{"a": 1}{"b": 2}\n {"c": 3}\n', [{"a": 1}, {"b": 2}, {"c": 3}], None),
        ('{"a": 1}\n---\nb: 2\n---\n{"c": 3}', [{"a": 1}, {"b": 2}, {"c": 3}], None),
        ('{"a": 1}{"b": 2}\n---\nc: 3', [{"a": 1}, {"b": 2}], "invalid character '-' in numeric literal"),
        ('\n\n{"a": 1} {"b": }\n', [{"a": 1}, {"b": None}], None),
        ('{"a": 1,}', [{"a": 1}], None),
        ('{"a": 1} x: 2\n', [{"a": 1}, {"x": 2}], None),
        ("{a: 1}", [{"a": 1}], None),
        ('{"a": 1\n---\nx: 1', [], "json: offset 9: invalid character '-' after object key:value pair"),
        ("{a: [}", [], "json: offset 2: invalid character 'a' looking for beginning of object key string"),
        ('{"a', [], "unexpected EOF"),
    ],
)
def test_documents(text: str, values: list[object], error: str | None) -> None:
    found: list[object] = []
    message = None
    try:
        # kubectl acts on each document before it reads the next: what came before an error was there.
        for document in yaml.documents(text):
            found.append(document.value)
    except YAMLError as refused:
        message = str(refused)
    assert (found, message) == (values, error)


def test_the_line_of_an_error_counts_from_the_start_of_the_stream() -> None:
    with pytest.raises(YAMLError) as refused:
        yaml.load_all("a: 1\n---\nb: [\n")
    assert (refused.value.line, refused.value.column) == (4, 1)
    with pytest.raises(YAMLError) as refused:
        yaml.load_all('{\n "a" 1}')
    assert (refused.value.line, refused.value.column) == (2, 6)


def test_a_manifest_has_a_limit() -> None:
    with pytest.raises(YAMLError, match="more than 10 characters"):
        yaml.load_all("a: 1\n" * 5, limit=10)


def test_marks() -> None:
    text = "# one\na: 1\n---\nspec:\n  containers:\n  - name: web\n    ports: &p [80]\n  - ports: *p\n  5: x\n"
    first, second = yaml.load_all(text.replace("  5: x\n", "5: x\n"))
    assert (first.line, second.line) == (0, 3)
    assert first.marks == {(): yaml.Mark(2, 1, 2, 1), ("a",): yaml.Mark(2, 4, 2, 1)}
    assert second.marks[("spec", "containers", 0, "name")] == yaml.Mark(6, 11, 6, 5)
    assert second.marks[("spec", "containers", 0, "ports", 0)] == yaml.Mark(7, 16, 7, 16)
    assert second.marks[("spec", "containers", 1, "ports")] == yaml.Mark(8, 12, 8, 5)
    assert ("spec", "containers", 1, "ports", 0) not in second.marks
    assert second.marks[("5",)] == yaml.Mark(9, 4, 9, 1)
    (json_document,) = yaml.load_all('{\n "a": [1,\n  2]}')
    assert json_document.marks[("a", 1)] == yaml.Mark(3, 3, 3, 3)


WORDS = " ".join(["word"] * 16)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null\n"),
        ("a", "a\n"),
        ({}, "{}\n"),
        ([], "[]\n"),
        ("a\nb", "|-\n  a\n  b\n"),
        ([[1, [2]], {"a": {"b": []}}, {}], "- - 1\n  - - 2\n- a:\n    b: []\n- {}\n"),
        ({"a": [{"b": "c", "d": ["e"]}]}, "a:\n- b: c\n  d:\n  - e\n"),
        ({"a10": 1, "a9": 2, "A": 3, "_": 4, "": 5}, '"": 5\n_: 4\nA: 3\na9: 2\na10: 1\n'),
        ({"a.b/c": 1, "a-b": 2, "ab": 3, "a": 4}, "a: 4\na-b: 2\na.b/c: 1\nab: 3\n"),
        (
            [0.1, 5.0, 1e21, 1e20, 123456789.5, 1e-5, -0.0],
            "- 0.1\n- 5\n- 1e+21\n- 1e+20\n- 1.234567895e+08\n- 1e-05\n- 0\n",
        ),
        (12345678901234567890.0, "12345678901234567000\n"),
        ({"y": "y", "on": "On", "null": "Null", "1": "1"}, '"1": "1"\n"null": "Null"\n"on": "On"\n"y": "y"\n'),
        ({"k": "<<"}, "k: <<\n"),
        ({"k": "1:30"}, 'k: "1:30"\n'),
        ({"k": "a:"}, "k: 'a:'\n"),
        ({"k": "a #b"}, "k: 'a #b'\n"),
        ({"k": "it's 'q'"}, "k: it's 'q'\n"),
        ({"k": "'q"}, "k: '''q'\n"),
        ({"k": "- a"}, "k: '- a'\n"),
        ({"k": "a\tb"}, 'k: "a\\tb"\n'),
        ({"k": "😀"}, 'k: "\\U0001F600"\n'),
        ({"k": "é"}, "k: é\n"),
        ({"k": "\ufeffa"}, 'k: "\\uFEFF\\x61"\n'),
        ({"k": " a\nb"}, "k: |2-\n   a\n  b\n"),
        ({"k": "a\n\n"}, "k: |+\n  a\n\n"),
        ({"k": "\n"}, "k: |2+\n\n"),
        ({"k": "a \nb"}, 'k: "a \\nb"\n'),
        ({"k": "a\nb "}, 'k: "a\\nb "\n'),
        ({"k" * 129: ["v"]}, f"? {'k' * 129}\n: - v\n"),
        ({"é\nx": 9}, "? |-\n  é\n  x\n: 9\n"),
        ({"k": f"{WORDS} {WORDS}"}, f"k: {WORDS}\n  {WORDS}\n"),
        ({"k": f"{WORDS} {WORDS}\t"}, f'k: "{WORDS}\n  {WORDS}\\t"\n'),
        ({"k": f"{WORDS}: {WORDS}"}, f"k: '{WORDS}:\n  {WORDS}'\n"),
    ],
)
def test_dump(value: object, text: str) -> None:
    assert yaml.dump(value) == text


@given(VALUES)
def test_what_is_dumped_loads_again(value: object) -> None:
    text = yaml.dump(value)
    assert yaml.load(text) == value
    assert yaml.dump(yaml.load(text)) == text


CASES = Path(__file__).parents[3] / "shared" / "parity" / "cases"


def _printed_documents() -> list[Any]:
    """Every YAML document that the real kubectl printed in a parity transcript."""
    documents = []
    for path in sorted(CASES.rglob("*.console")):
        for step in re.split(r"^\$ ", path.read_text(), flags=re.MULTILINE)[1:]:
            command, _, answer = step.partition("\n")
            if " -o yaml" in command and "<<" not in command and ">" not in command:
                lines = itertools.takewhile(lambda line: line and line[0] not in "!#@[", answer.split("\n"))
                text = "".join(f"{line}\n" for line in lines)
                # The transcripts hide what differs between runs; quoting follows from what was there.
                text = text.replace('"<timestamp>"', '"2026-01-01T00:00:00Z"').replace('"<rv>"', '"15"')
                documents += [pytest.param(text, id=f"{path.parent.name}/{path.stem}")] if text else []
    return documents


@pytest.mark.parametrize("text", _printed_documents())
def test_what_kubectl_printed_is_dumped_the_same(text: str) -> None:
    chunks = [document.text for document in yaml.documents(text)]
    assert chunks
    for chunk in chunks:
        assert yaml.dump(yaml.load(chunk)) == chunk
