"""ApplySets: members are labelled, the parent keeps where to look, what has left the manifests is deleted."""

from __future__ import annotations

from pathlib import Path

import pytest

from k8snb import Cluster

_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {}}}\n"
_SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: c}\nspec: {ports: [{port: 80}]}\n"
APPLY = "apply -n default --prune --applyset=configmaps/parent -f"


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KUBECTL_APPLYSET", "true")
    for name, text in {
        "all.yaml": f"{_MAP.format('a')}---\n{_MAP.format('b')}---\n{_SERVICE}",
        "a.yaml": _MAP.format("a"),
    }.items():
        Path(name).write_text(text, encoding="utf-8")
    return Cluster(profile="hollow")


def said(cluster: Cluster, line: str) -> str:
    result = cluster.kubectl(line)
    return result.stdout + result.stderr


def test_what_has_left_the_manifests_is_pruned(cluster: Cluster) -> None:
    assert said(cluster, f"{APPLY} all.yaml") == "configmap/a created\nconfigmap/b created\nservice/c created\n"
    kinds = "jsonpath='{.metadata.annotations.applyset\\.kubernetes\\.io/contains-group-kinds}'"
    assert said(cluster, f"get cm parent -o {kinds}") == "ConfigMap,Service"
    assert said(cluster, f"{APPLY} a.yaml --dry-run=server").splitlines()[1:] == [
        "configmap/b pruned (server dry run)",
        "service/c pruned (server dry run)",
    ]
    assert said(cluster, f"{APPLY} a.yaml") == "configmap/a unchanged\nconfigmap/b pruned\nservice/c pruned\n"
    assert said(cluster, f"get cm parent -o {kinds}") == "ConfigMap"
    parent = said(cluster, "get cm parent -o jsonpath='{.metadata.labels.applyset\\.kubernetes\\.io/id}'")
    member = said(cluster, "get cm a -o jsonpath='{.metadata.labels.applyset\\.kubernetes\\.io/part-of}'")
    assert parent == member == "applyset-gER-88e-bGQpd1W1MaqV-KU1XYLjw_VtpQarrfsBrFI-v1"


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("apply -f a.yaml --applyset=x", "--applyset requires --prune"),
        ("apply -f a.yaml --applyset=x --prune", "namespace is required to use namespace-scoped ApplySet"),
        (f"{APPLY} a.yaml --all", "--all is incompatible with --applyset"),
        (f"{APPLY} a.yaml -l a=b", "--selector is incompatible with --applyset"),
        (f"{APPLY} a.yaml --force", "--force cannot be used with --prune"),
        (
            "apply -n default -f a.yaml --prune --applyset=nope/x",
            'invalid parent reference "nope/x": no matches for /, Resource=nope',
        ),
        ("apply -f a.yaml --prune --all --force", "--force cannot be used with --prune"),
        (
            "apply -n default -f a.yaml --prune --applyset=configmaps/kube-root-ca.crt",
            'ApplySet parent object "configmaps./kube-root-ca.crt" already exists and is missing required annotation '
            '"applyset.kubernetes.io/tooling"',
        ),
    ],
)
def test_refusals(cluster: Cluster, line: str, error: str) -> None:
    assert said(cluster, line) == f"error: {error}\n"


def test_the_flag_is_only_there_when_asked_for(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBECTL_APPLYSET")
    assert (
        said(cluster, f"{APPLY} a.yaml") == "error: unknown flag: --applyset\nSee 'kubectl apply --help' for usage.\n"
    )
