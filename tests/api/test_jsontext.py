"""JSON as Go writes it, and its complaints about what is not JSON."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8snb.api import jsontext
from k8snb.api.jsonsyntax import JSONError

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 63), (1 << 63) - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
    ),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        ("<&>", r'"\u003c\u0026\u003e"'),
        ('a\u2028b\x7f\x01\b\f\n\t\\"é😀', '"a\\u2028b\x7f\\u0001\\b\\f\\n\\t\\\\\\"é😀"'),
        (5, "5"),
        (5.0, "5"),
        (-0.0, "-0"),
        (0.1, "0.1"),
        (1e-5, "0.00001"),
        (1e-6, "0.000001"),
        (1e-7, "1e-7"),
        (1.5e-10, "1.5e-10"),
        (1234567.5, "1234567.5"),
        (1e20, "100000000000000000000"),
        (1e21, "1e+21"),
        (1.25e300, "1.25e+300"),
        (12345678901234567890, "12345678901234567000"),
        ({"b": [1, {}], "a": {"c": []}}, '{"a":{"c":[]},"b":[1,{}]}'),
    ],
)
def test_dumps(value: object, text: str) -> None:
    assert jsontext.dumps(value) == text


def test_dumps_with_indent() -> None:
    value = {"b": [1, {"x": None}], "a": {}, "c": []}
    assert jsontext.dumps(value, "    ") == (
        '{\n    "a": {},\n    "b": [\n        1,\n        {\n            "x": null\n        }\n    ],\n    "c": []\n}'
    )
    assert jsontext.dumps(value, sort_keys=False) == '{"b":[1,{"x":null}],"a":{},"c":[]}'
    assert jsontext.dumps({"<": "\u2028"}, escape_html=False) == '{"<":"\\u2028"}'


@given(VALUES)
def test_what_is_written_reads_back(value: object) -> None:
    text = jsontext.dumps(value)
    read = jsontext.loads(text)
    assert jsontext.dumps(read) == text
    assert jsontext.loads(jsontext.dumps(value, "  ")) == read
    if not any(mark in repr(value) for mark in "e."):  # floats may come back as the int that their digits spell
        assert read == value


@pytest.mark.parametrize(
    ("value", "bits", "text"),
    [
        (123456.5, 64, "123456.5"),
        (1234567.5, 64, "1.2345675e+06"),
        (1e20, 64, "1e+20"),
        (0.0001, 64, "0.0001"),
        (0.00001, 64, "1e-05"),
        (0.1, 32, "0.1"),
        (16777217.0, 32, "1.6777216e+07"),
        (1e300, 32, "+Inf"),
        (float("nan"), 64, "NaN"),
        (float("-inf"), 64, "-Inf"),
        (-0.0, 64, "-0"),
    ],
)
def test_format_float(value: float, bits: int, text: str) -> None:
    assert jsontext.format_float(value, bits) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (" {} \n", {}),
        ("1.0", 1),
        ("1e3", 1000),
        ("-0.5", -0.5),
        ("9223372036854775807", 9223372036854775807),
        ("9223372036854775808", 9223372036854775808.0),
        (r'"\ud83d\ude00\ud800"', "😀\ufffd"),
        ('{"a":1,"a":2}', {"a": 2}),
    ],
)
def test_loads(text: str, value: object) -> None:
    found = jsontext.loads(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "message", "offset"),
    [
        ("", "unexpected end of JSON input", 0),
        ('{"a', "unexpected end of JSON input", 3),
        ("{a}", "invalid character 'a' looking for beginning of object key string", 2),
        ('{"a" 1}', "invalid character '1' after object key", 6),
        ('{"a":1 "b"}', "invalid character '\"' after object key:value pair", 8),
        ('{"a":1,}', "invalid character '}' looking for beginning of object key string", 8),
        ("[1,]", "invalid character ']' looking for beginning of value", 4),
        ("[1 2]", "invalid character '2' after array element", 4),
        ("[01]", "invalid character '1' after array element", 3),
        ("1 x", "invalid character 'x' after top-level value", 3),
        ("tru ", "invalid character ' ' in literal true (expecting 'e')", 4),
        ("-x", "invalid character 'x' in numeric literal", 2),
        ("1.x", "invalid character 'x' after decimal point in numeric literal", 3),
        ("1e+x", "invalid character 'x' in exponent of numeric literal", 4),
        ('"a\nb"', "invalid character '\\n' in string literal", 3),
        (r'"\x"', "invalid character 'x' in string escape code", 3),
        (r'"\u12g4"', "invalid character 'g' in \\u hexadecimal character escape", 6),
        ("'a'", "invalid character '\\'' looking for beginning of value", 1),
        ("é", "invalid character 'Ã' looking for beginning of value", 1),
        ("NaN", "invalid character 'N' looking for beginning of value", 1),
        ("[é", "invalid character 'Ã' looking for beginning of value", 2),
        ("1e999", "json: cannot unmarshal number 1e999 into Go value of type float64", 0),
        ("[" * 400 + "]" * 400, "exceeded max depth", 800),
        ("[" * 100000, "exceeded max depth", 301),
    ],
)
def test_loads_refuses(text: str, message: str, offset: int) -> None:
    with pytest.raises(JSONError) as refused:
        jsontext.loads(text)
    assert (str(refused.value), refused.value.offset) == (message, offset)


@given(st.text('{}[]",:0123456789.eE+-tru\\n ', max_size=12))
def test_every_text_is_read_as_python_reads_it_or_refused(text: str) -> None:
    try:
        expected = json.loads(text)
    except ValueError:
        with pytest.raises(JSONError, match=r"invalid character|unexpected end"):
            jsontext.loads(text)
    else:
        assert jsontext.loads(text) == expected
