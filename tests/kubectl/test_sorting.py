"""Go's sort, and the order of values under --sort-by."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8snb import Cluster
from k8snb.kubectl.gosort import go_sort
from k8snb.kubectl.sorting import UnsortableError, is_less, natural_key


@given(st.lists(st.integers(0, 40), max_size=400))
def test_go_sort_sorts(values: list[int]) -> None:
    found = list(values)
    go_sort(found, lambda one, other: one < other)
    assert found == sorted(values)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers()), max_size=12))
def test_short_lists_are_sorted_stably(values: list[tuple[int, int]]) -> None:
    found = list(values)
    go_sort(found, lambda one, other: one[0] < other[0])
    assert found == sorted(values, key=lambda pair: pair[0])


def test_long_lists_are_not() -> None:
    values = [(index % 2, index) for index in range(30)]
    found = list(values)
    go_sort(found, lambda one, other: one[0] < other[0])
    assert [key for key, _ in found] == sorted(key for key, _ in values)
    assert found != sorted(values, key=lambda pair: pair[0])


@pytest.mark.parametrize(
    "pattern",
    [range(200), range(200, 0, -1), [0] * 200, [*range(100), *range(100)], [i % 7 for i in range(300)]],
)
def test_patterns(pattern: list[int]) -> None:
    found = list(pattern)
    go_sort(found, lambda one, other: one < other)
    assert found == sorted(pattern)


@pytest.mark.parametrize(
    ("less", "more"),
    [
        (1, 2),
        (1.5, 2.5),
        ("a2", "a10"),
        ("100m", "1"),
        ("900Mi", "1Gi"),
        ("1", "a"),
        ("a", "b"),
        ("a01", "a001"),
        ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"),
        (None, 1),
    ],
)
def test_order_of_values(less: object, more: object) -> None:
    assert is_less(less, more)
    assert not is_less(more, less)


@pytest.mark.parametrize(("value", "text"), [(True, "bool"), ([], "[]interface {}"), ({}, "map[string]interface {}")])
def test_values_without_order(value: object, text: str) -> None:
    with pytest.raises(UnsortableError, match="unsortable type") as found:
        is_less(value, value)
    assert text in str(found.value)


@given(st.text("a0123 é", max_size=8), st.text("a0123 é", max_size=8))
def test_natural_order_is_total(one: str, other: str) -> None:
    assert (natural_key(one) < natural_key(other)) + (natural_key(other) < natural_key(one)) + (
        natural_key(one) == natural_key(other)
    ) == 1


def test_sort_by_in_tables_and_lists() -> None:
    cluster = Cluster(profile="hollow")
    for name, text in (("a", "10"), ("b", "9"), ("c", "x")):
        cluster.kubectl(f"create configmap {name} --from-literal=n={text}")
    names = ["--no-headers", "-o", "custom-columns=N:.metadata.name"]
    found = cluster.kubectl(["get", "cm", "--sort-by=.data.n", *names]).stdout.split()
    assert found == ["kube-root-ca.crt", "b", "a", "c"]
    rows = cluster.kubectl("get cm --sort-by={.data.n} --no-headers").stdout.splitlines()
    assert [row.split()[0] for row in rows] == found
    assert cluster.kubectl("get cm --sort-by=.nope").stderr == "No resources found in default namespace.\n"
    assert cluster.kubectl("get cm --sort-by=.nope -o name").stderr == (
        'error: couldn\'t find any field with path "{.nope}" in the list of objects\n'
    )
    assert cluster.kubectl("get cm --sort-by=.metadata").exit_code == 1
