"""Patches computed from two versions of an object lead from the one to the other."""

from __future__ import annotations

import subprocess
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8snb.api.apps.deployment import Deployment
from k8snb.apiserver.patch.merge import merge_patch
from k8snb.apiserver.patch.strategic import strategic_merge
from k8snb.kubectl.differences import merge_difference, same, strategic_difference
from k8snb.kubectl.unifieddiff import hunks

scalars = st.booleans() | st.integers(0, 3) | st.sampled_from(["a", "b", ""])
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(st.sampled_from("xyz"), values, max_size=3)


@given(objects, objects)
def test_a_merge_patch_leads_from_one_object_to_the_other(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert same(merge_patch(before, merge_difference(before, after)), after)
    assert merge_difference(after, after) == {}


containers = st.lists(
    st.fixed_dictionaries(
        {"name": st.sampled_from(["a", "b", "c", "d"]), "image": st.sampled_from(["x", "y"])},
        optional={
            "env": st.lists(
                st.fixed_dictionaries({"name": st.sampled_from("PQR"), "value": st.sampled_from("12")}),
                unique_by=lambda e: e["name"],
                min_size=1,
                max_size=3,
            )
        },
    ),
    unique_by=lambda item: item["name"],
    min_size=1,
    max_size=4,
)


def deployment(items: list[dict[str, Any]]) -> dict[str, Any]:
    return {"metadata": {"name": "web"}, "spec": {"template": {"spec": {"containers": items}}}}


@given(containers, containers)
def test_a_strategic_patch_leads_from_one_deployment_to_the_other(before: list[Any], after: list[Any]) -> None:
    patch = strategic_difference(deployment(before), deployment(after), Deployment)
    assert strategic_merge(deployment(before), patch, Deployment) == deployment(after)


def test_a_strategic_patch_speaks_of_what_has_changed_only() -> None:
    before = deployment([{"name": "a", "image": "x"}, {"name": "b", "image": "x"}])
    after = deployment([{"name": "a", "image": "y"}])
    patch = strategic_difference(before, after, Deployment)
    assert patch["spec"]["template"]["spec"] == {
        "containers": [{"name": "a", "image": "y"}, {"name": "b", "$patch": "delete"}],
        "$setElementOrder/containers": [{"name": "a"}],
    }


def test_a_strategy_is_replaced_by_what_is_retained() -> None:
    before = {"spec": {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}}}
    after = {"spec": {"strategy": {"type": "Recreate"}}}
    patch = strategic_difference(before, after, Deployment)
    assert patch == {"spec": {"strategy": {"type": "Recreate", "rollingUpdate": None, "$retainKeys": ["type"]}}}


@pytest.mark.parametrize(
    ("one", "other"), [(1, True), (0, False), ([1], [True]), ({"a": 0}, {"a": False}), ([1], [1, 2])]
)
def test_true_is_not_one(one: Any, other: Any) -> None:
    assert not same(one, other)
    assert same(one, one)


lines = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "d\n"]), max_size=24)


@pytest.mark.skipif(which("diff") is None, reason="compares with the diff program")
@given(lines, lines)
def test_hunks_are_those_of_the_diff_program(old: list[str], new: list[str]) -> None:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        for name, text in (("old", old), ("new", new)):
            Path(folder, name).write_text("".join(text))
        shown = subprocess.run(
            ["diff", "-u", "old", "new"], cwd=folder, capture_output=True, text=True, check=False
        ).stdout
    expected = "".join(shown.splitlines(True)[2:])
    assert "".join(hunks(old, new)) == expected
