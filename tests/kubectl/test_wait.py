"""wait and the waiting of delete: one deadline for all objects, and names that are needed."""

from __future__ import annotations

from pathlib import Path

import pytest

from k8snb.cluster import Cluster

STUCK = """apiVersion: v1
kind: ConfigMap
metadata: {{name: {name}, finalizers: [example.com/held]}}
"""
LATE = "client rate limiter Wait returned an error: context deadline exceeded"


@pytest.fixture(scope="module")
def cluster() -> Cluster:
    found = Cluster(profile="hollow")
    for name in ("a", "b"):
        found.kubectl("create -f -", stdin=STUCK.format(name=name))
    found.kubectl("create deploy web --image=nginx")
    found.kubectl("create job once --image=busybox -- true")
    found.kubectl("run web --image=nginx")
    found.kubectl("wait --for=condition=Ready pod/web")
    found.settle()
    return found


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("delete cm a b --timeout=1s", "error: timed out waiting for the condition on configmaps/a\n"),
        ("replace --force -f a.yaml --timeout=1s", "error: context deadline exceeded\n"),
        (
            "wait cm/a cm/b --for=delete --timeout=1s",
            f"timed out waiting for the condition on configmaps/a\n{LATE}\n",
        ),
        (
            "wait cm/a cm/b --for=delete --timeout=0",
            "condition not met for configmaps/a\ncondition not met for configmaps/b\n",
        ),
        ("wait --for=delete -f noname.yaml", "error: resource name must be provided\n"),
        ("wait --for=condition=Ready -f noname.yaml", "error: resource name must be provided\n"),
    ],
)
def test_deadlines_and_names(words: str, error: str, cluster: Cluster, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(STUCK.format(name="a"))
    (tmp_path / "noname.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {labels: {a: b}}\n")
    assert cluster.kubectl(words, cwd=tmp_path).stderr == error


def test_what_comes_after_the_deadline_is_too_late(cluster: Cluster) -> None:
    told = cluster.kubectl("wait pod --all --for=condition=Ready --timeout=1s")
    assert told.stdout == ""
    assert [line.partition("-")[0] for line in told.stderr.splitlines()] == [
        "timed out waiting for the condition on pods/once",
        "timed out waiting for the condition on pods/web",
        "timed out waiting for the condition on pods/web",
    ]


def test_filters_may_have_quotes_and_names_may_come_with_all(cluster: Cluster) -> None:
    ready = '--for=jsonpath={.status.conditions[?(@.type=="Ready")].status}=True'
    for words in (["wait", "pod/web", ready], ["wait", "pods", "web", "--all", "--for=condition=Ready"]):
        assert cluster.kubectl(words).stdout == "pod/web condition met\n"
