"""Label and field selectors: syntax, errors, canonical text, matching."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8snb.api import selector
from k8snb.api.meta import LabelSelector, LabelSelectorRequirement

KEY_RULE = (
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
    "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
    "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
)
OPERATORS = "in, notin, =, ==, !=, gt, lt"


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("", ""),
        ("a=b", "a=b"),
        ("a==b", "a==b"),
        (" b = c , a != d ", "a!=d,b=c"),
        ("x in (foo,,baz),y,z notin ()", "x in (,baz,foo),y,z notin ()"),
        ("!gone", "!gone"),
        ("n>1,m<5", "m<5,n>1"),
        ("a=", "a="),
        ("a=,b", "a=,b"),
        ("in in (notin,in)", "in in (in,notin)"),
        ("app.kubernetes.io/name in (a)", "app.kubernetes.io/name in (a)"),
    ],
)
def test_canonical_text(text: str, canonical: str) -> None:
    assert str(selector.parse(text)) == canonical


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a=b=c", "found '=', expected: ',' or 'end of string'"),
        ("=a", "found '=', expected: !, identifier, or 'end of string'"),
        ("a,", "found '', expected: identifier after ','"),
        ("a b", f"unable to parse requirement: found 'b', expected: {OPERATORS}"),
        ("!", "unable to parse requirement: found '', expected: identifier"),
        ("!a=b", "found '=', expected: ',' or 'end of string'"),
        ("a in b", "unable to parse requirement: found 'b' expected: '('"),
        ("a in (b", "unable to parse requirement: found '', expected: ',' or ')'"),
        ("a in (b c)", "unable to parse requirement: found 'c', expected: ',' or ')'"),
        ("a in (=)", "unable to parse requirement: found '=', expected: ',', ')' or identifier"),
        ("a=(", "unable to parse requirement: found '(', expected: identifier"),
        ("-a=b", f'unable to parse requirement: <nil>: Invalid value: "-a": {KEY_RULE}'),
        (
            "n>x",
            "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, "
            "the value must be an integer",
        ),
    ],
)
def test_refused(text: str, message: str) -> None:
    with pytest.raises(selector.SelectorError) as raised:
        selector.parse(text)
    assert str(raised.value) == message


def test_bad_value_names_the_key() -> None:
    with pytest.raises(selector.SelectorError) as raised:
        selector.parse("a=-b")
    assert str(raised.value).startswith('unable to parse requirement: values[0][a]: Invalid value: "-b": a valid label')


@pytest.mark.parametrize(
    ("text", "labels", "matches"),
    [
        ("", {}, True),
        ("a=b", {"a": "b"}, True),
        ("a=b", {"a": "c"}, False),
        ("a=b", {}, False),
        ("a!=b", {}, True),
        ("a!=b", {"a": "b"}, False),
        ("a in (b,c)", {"a": "c"}, True),
        ("a in (b,c)", {}, False),
        ("a notin (b,c)", {"a": "c"}, False),
        ("a notin (b,c)", {}, True),
        ("a", {"a": ""}, True),
        ("a", {}, False),
        ("!a", {}, True),
        ("!a", {"a": "x"}, False),
        ("a>1", {"a": "2"}, True),
        ("a>1", {"a": "x"}, False),
        ("a<1", {"a": "0"}, True),
        ("a=,b", {"a": "", "b": "x"}, True),
        ("a=b,c=d", {"a": "b", "c": "d"}, True),
        ("a=b,c=d", {"a": "b", "c": "e"}, False),
    ],
)
def test_matching(text: str, labels: dict[str, str], matches: bool) -> None:
    assert selector.parse(text).matches(labels) is matches


def test_everything_and_nothing() -> None:
    assert selector.everything().matches({})
    assert selector.everything().empty
    assert not selector.nothing().matches({})
    assert not selector.nothing().empty
    assert str(selector.nothing()) == ""
    assert selector.everything() != selector.nothing()


def test_label_selector_objects() -> None:
    as_object = LabelSelector(
        matchLabels={"app": "web"},
        matchExpressions=(LabelSelectorRequirement(key="tier", operator="In", values=("b", "a")),),
    )
    as_data = {
        "matchLabels": {"app": "web"},
        "matchExpressions": [{"key": "tier", "operator": "In", "values": ["b", "a"]}],
    }
    compiled = selector.from_label_selector(as_object)
    assert compiled == selector.from_label_selector(as_data)
    assert str(compiled) == "app=web,tier in (a,b)"
    assert compiled.exact == (("app", "web"),)
    assert selector.from_label_selector(as_data) is selector.from_label_selector(as_object)
    assert selector.from_label_selector(None) is selector.nothing()
    assert selector.from_label_selector({}) is selector.everything()
    assert selector.from_labels({}) is selector.everything()


def test_bad_label_selector_objects() -> None:
    with pytest.raises(selector.SelectorError, match='"Has" is not a valid label selector operator'):
        selector.from_label_selector({"matchExpressions": [{"key": "a", "operator": "Has"}]})
    with pytest.raises(selector.SelectorError) as raised:
        selector.from_label_selector({"matchExpressions": [{"key": "a", "operator": "In"}]})
    assert str(raised.value) == "values: Invalid value: null: for 'in', 'notin' operators, values set can't be empty"
    assert selector.format_label_selector({"matchExpressions": [{"key": "a", "operator": "Has"}]}) == "<error>"
    assert selector.format_label_selector({}) == "<none>"
    assert selector.format_label_selector({"matchLabels": {"b": "2", "a": "1"}}) == "a=1,b=2"


words = st.text("abcxyz019", min_size=1, max_size=4)
requirements = st.one_of(
    st.builds("{}={}".format, words, words),
    st.builds("{}!={}".format, words, words),
    st.builds(lambda key, values: f"{key} in ({','.join(values)})", words, st.lists(words, min_size=1, max_size=3)),
    st.builds(lambda key, values: f"{key} notin ({','.join(values)})", words, st.lists(words, min_size=1, max_size=3)),
    words.filter(lambda word: word not in ("in", "notin")),
    st.builds("!{}".format, words),
)


@given(st.lists(requirements, max_size=4), st.dictionaries(words, words, max_size=4))
def test_canonical_text_means_the_same(parts: list[str], labels: dict[str, str]) -> None:
    compiled = selector.parse(",".join(parts))
    again = selector.parse(str(compiled))
    assert str(again) == str(compiled)
    assert again.matches(labels) == compiled.matches(labels)
    assert compiled.matches(labels) == all(selector.parse(part).matches(labels) for part in parts)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("", ""),
        ("status.phase=Running,metadata.name!=x", "metadata.name!=x,status.phase=Running"),
        ("a==b", "a=b"),
        ("a=", "a="),
        (",a=b,", "a=b"),
        (r"a=b\,c\=d\\", r"a=b\,c\=d\\"),
    ],
)
def test_fields(text: str, canonical: str) -> None:
    assert str(selector.parse_fields(text)) == canonical


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a", "invalid selector: 'a'; can't understand 'a'"),
        ("b=c,a", "invalid selector: 'b=c,a'; can't understand 'a'"),
        ("a=b=c", "invalid field selector: unescaped character in value: 61"),
        (r"a=b\c", r"invalid field selector: invalid escape sequence: \c"),
    ],
)
def test_fields_refused(text: str, message: str) -> None:
    with pytest.raises(selector.SelectorError) as raised:
        selector.parse_fields(text)
    assert str(raised.value) == message


def test_field_matching() -> None:
    fields = {"metadata.name": "web", "status.phase": "Running"}
    chosen = selector.parse_fields("status.phase=Running,metadata.name!=x")
    assert chosen.matches(fields)
    assert not selector.parse_fields("status.phase!=Running").matches(fields)
    assert selector.parse_fields("spec.nodeName=").matches(fields)
    assert chosen.exact("status.phase") == "Running"
    assert chosen.exact("metadata.name") is None
    assert selector.parse_fields("").empty


def test_unknown_fields() -> None:
    chosen = selector.parse_fields("spec.replicas=3")
    with pytest.raises(selector.SelectorError, match=r"field label not supported: spec\.replicas"):
        selector.check_fields(chosen, ("metadata.name",))
    with pytest.raises(selector.SelectorError) as raised:
        selector.check_metadata_fields(chosen)
    assert str(raised.value) == (
        '"spec.replicas" is not a known field selector: only "metadata.name", "metadata.namespace"'
    )
    selector.check_metadata_fields(selector.parse_fields("metadata.name=x"))
