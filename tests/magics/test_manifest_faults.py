"""`%%manifest` points at the line to change, whatever line the YAML reader named; and kubectl's own message stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8snb.kubectl.yamlfault import fault_in, repeated_keys

from .conftest import Notebook

HEAD = "apiVersion: v1\nkind: Pod\n"
#: text, line, column, what the hint says
FAULTS = (
    ("metadata:\n\tname: web\n", 4, 1, "a tab"),
    ("metadata:\n  name: web\n\tlabels:\n    a: b\n", 5, 1, "a tab"),
    ("metadata:\n  name: web\n  \tlabels: {}\n", 5, 3, "a tab"),
    ("metadata:\n  name: web\n   labels: x\n", 5, 4, "deeper than the key in line 4"),
    ("spec:\n  containers:\n  - name: web\n    image: nginx\n     ports: []\n", 7, 6, "deeper than the key in line 6"),
    ("spec:\n  containers:\n  - name: web\n    image: nginx\n   ports: []\n", 7, 4, "indented by 3 spaces"),
    ("metadata:\n    name: web\n  labels:\n    a: b\n", 5, 3, "indented by 2 spaces"),
    ("spec:\n  containers:\n    - name: a\n   - name: b\n", 6, 4, "indented by 3 spaces"),
    ("spec:\n  replicas: 1\n  - name: b\n", 5, 3, "a list item among keys"),
    ("spec:\n- a\nb: 1\n- c\n", 6, 1, "a list item among keys"),
    ("metadata:\n  name web\n  labels: {}\n", 4, 7, "a colon is missing"),
    ("spec:\n  containers\n  - name: a\n", 4, 13, "a colon is missing"),
    ("metadata\n", 3, 9, "a colon is missing"),
    ("metadata:\n  name:web\n  labels: {}\n", 4, 7, "a space belongs behind the colon"),
    ("spec:\n  args:\n  -x\n  -y: 1\n", 5, 3, "a space belongs behind the dash"),
    ("metadata:\n  name: web: 1\n", 4, 12, "must be quoted"),
    ('metadata:\n  name: "web\n  labels:\n    a: b\n', 4, 9, "never closed"),
    ('metadata:\n  name: "web\n  labels:\n    a: "b"\n', 4, 9, "ends only in line 6"),
    ("metadata:\n  name: 'web\n  labels:\n    a: 'b'\n", 4, 9, "ends only in line 6"),
    ("spec:\n  args: [a, b\n  image: x\n", 4, 9, "this [ is never closed"),
    ("spec:\n  args: [a, b\n", 4, 9, "this [ is never closed"),
    ("metadata: {name: web\nspec: {}\n", 3, 11, "this { is never closed"),
    ("spec:\n  args: ]\n", 4, 9, ""),
    ("metadata:\n  name: @web\n", 4, 9, "begins with @ must be quoted"),
    ("metadata:\n  name: `web`\n", 4, 9, "begins with ` must be quoted"),
    ("metadata:\n  name: %web\n", 4, 9, "begins with % must be quoted"),
    ("metadata:\n  name: *web\n", 4, 9, ""),
    ('metadata:\n  name: "\\q"\n', 4, 10, ""),
    ("metadata:\n  name: web\n---\nkind: Pod\nmetadata:\n  name: x\n   y: z\n", 9, 4, "deeper than the key in line 8"),
)


@pytest.mark.parametrize(("body", "line", "column", "hint"), FAULTS)
def test_a_mistake_is_found_where_it_is(body: str, line: int, column: int, hint: str) -> None:
    fault = fault_in(HEAD + body)
    assert fault is not None
    assert (fault.line, fault.column) == (line, column)
    assert hint in fault.hint


def test_good_yaml_has_no_fault() -> None:
    assert fault_in(HEAD + "metadata:\n  name: web\n---\n# nothing\n---\na: [1, {b: c}]\n") is None
    assert fault_in("") is None


@given(st.text(alphabet="ab:-[]{}\"'\n \t#&*!|>%@`?,", max_size=40))
def test_any_text_has_a_fault_inside_of_it_or_none(text: str) -> None:
    fault = fault_in(text)
    assert fault is None or (1 <= fault.line <= text.count("\n") + 2 and fault.column >= 1)
    if fault is None:
        list(repeated_keys(text))


def test_repeated_keys() -> None:
    text = "a: 1\nb:\n  c: 1\n  d: [1, {e: 1, e: 2}]\n  c: 2\nf: &x {g: 1}\nh: *x\na: 3\n---\na: 1\n"
    assert [(key, place.line, place.column) for key, place in repeated_keys(text)] == [
        ("e", 4, 17),
        ("c", 5, 3),
        ("a", 8, 1),
    ]


def test_the_cell_shows_kubectls_message_and_the_place(notebook: Notebook) -> None:
    said = notebook.bad("%%manifest\napiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  x:\n  - y: 1\n   z: 2")
    assert "error: error parsing STDIN: error converting YAML to JSON: yaml: line 7: did not find expected" in said
    assert "  line 8, column 4:\n       z: 2\n       ^ indented by 3 spaces, which fits no line above\n" in said


def test_a_repeated_key_is_told_and_the_last_one_counts(notebook: Notebook) -> None:
    ran = notebook("%%manifest\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata:\n  a: one\n  a: two")
    assert ran.ok
    assert "# k8snb: the key a stands twice, and the last one counts:\n  line 7, column 3:\n      a: two\n" in ran.err
    assert notebook.good("%kubectl get cm c -o jsonpath={.data.a}") == "two"
