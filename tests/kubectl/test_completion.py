# ruff: noqa: E501 - tables of whole messages
"""Completion answers from the live cluster, at every place of a command line, and fast."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

import pytest

from k8snb.cluster import Cluster
from k8snb.kubectl.completion import complete


@pytest.fixture(scope="module")
def cluster() -> Cluster:
    c = Cluster(profile="hollow")
    c.kubectl("create deployment web --image=nginx --replicas=0 --port=80")
    c.kubectl("create deployment api --image=redis --replicas=0")
    c.kubectl("expose deployment web")
    c.kubectl("create namespace shop")
    c.kubectl("create configmap prices -n shop --from-literal=a=1")
    c.kubectl("create secret generic login --from-literal=a=1")
    for name in ("one", "two"):
        c.kubectl(f"run {name} --image=busybox --labels=app={name},tier=back")
    return c


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("desc", ["describe"]),
        ("ex", ["exec", "explain", "expose"]),
        ("nothing", []),
        ("nothing ", []),
        ("get deployments.a", []),
        ("get svc", ["svc"]),
        ("get servicea", ["serviceaccount", "serviceaccounts"]),
        ("get al", ["all"]),
        ("get deploy,svc", ["deploy,svc"]),
        ("get deployments ", ["api", "web"]),
        ("get deployments w", ["web"]),
        ("get deployments web ", ["api"]),
        ("get pod/", ["pod/one", "pod/two"]),
        ("get pod/one pod/", ["pod/two"]),
        ("get configmaps -n shop p", ["prices"]),
        ("get -n shop configmaps p", ["prices"]),
        ("get --namespace=shop configmaps p", ["prices"]),
        ("get configmaps -A p", ["prices"]),
        ("get pods -n s", ["shop"]),
        ("get pods -ns", ["-nshop"]),
        ("get pods --namespace=s", ["--namespace=shop"]),
        ("get pods --context ", ["hollow"]),
        ("get pods -o y", ["yaml"]),
        ("get pods -oy", ["-oyaml"]),
        ("get pods -o=y", ["-o=yaml"]),
        ("get pods -o w", ["wide"]),
        ("get pods -o jsonpath={.items[0].metadata.na", ["jsonpath={.items[0].metadata.name", "jsonpath={.items[0].metadata.namespace"]),
        ("get pods --sort-by=.spec.nodeN", ["--sort-by=.spec.nodeName"]),
        ("get pods --no-h", ["--no-headers"]),
        ("get pods -l ", ["app", "tier"]),
        ("get pods -l tier=back,app=", ["tier=back,app=one", "tier=back,app=two"]),
        ("get pods -L t", ["tier"]),
        ("logs ", ["one", "two"]),
        ("logs deploy/", ["deploy/api", "deploy/web"]),
        ("logs one -c ", ["one"]),
        ("exec -it one -- ", []),
        ("set image deployment/web ", ["nginx="]),
        ("set image deployment web ", ["nginx="]),
        ("set serviceaccount deployment web d", ["default"]),
        ("label pod one ", ["two", "app-", "app=", "tier-", "tier="]),
        ("port-forward svc/web ", ["80"]),
        ("rollout u", ["undo"]),
        ("rollout undo d", ["daemonset", "daemonsets", "deploy", "deployment", "deployments", "ds"]),
        ("scale deployment ", ["api", "web"]),
        ("patch deployment web --type=", ["--type=json", "--type=merge", "--type=strategic"]),
        ("expose deployment web --type=N", ["--type=NodePort"]),
        ("apply --dry-run=s", ["--dry-run=server"]),
        ("create sec", ["secret"]),
        ("create secret t", ["tls"]),
        ("create rolebinding x --clusterrole=cluster-a", ["--clusterrole=cluster-admin"]),
        ("set env deployment/web --from=secret/", ["--from=secret/login"]),
        ("config use", ["use-context"]),
        ("config use-context ", ["hollow"]),
        ("explain pods.spec.con", ["pods.spec.containers"]),
        ("explain pods.spec.containers.imageP", ["pods.spec.containers.imagePullPolicy"]),
        ("help rol", ["rollout"]),
        ("cordon node-", ["node-0", "node-1", "node-2"]),
        ("auth can-i get po", ["po", "pod", "poddisruptionbudget", "poddisruptionbudgets", "pods", "podtemplate", "podtemplates"]),
        ("delete pod one --casc", ["--cascade"]),
        ("delete pod one --cascade=o", ["--cascade=orphan"]),
        ("get  deployments  w", ["web"]),
    ],
)  # fmt: skip
def test_completion(cluster: Cluster, line: str, expected: list[str]) -> None:
    assert complete(cluster, line.split(" ")) == expected


def test_files_are_offered_where_files_go(cluster: Cluster, tmp_path: Path) -> None:
    for name in ("web.yaml", "notes.txt", "more/x.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    session = cluster.session()
    session.cwd, session.files = tmp_path, {"cell.yaml": ""}
    try:
        assert complete(cluster, ["apply", "-f", ""]) == ["cell.yaml", "more/", "web.yaml"]
        assert complete(cluster, ["apply", "-f", "more/"]) == ["more/x.json"]
    finally:
        session.cwd, session.files = Path.cwd(), {}


def test_custom_kinds_are_offered() -> None:
    c = Cluster(profile="hollow")
    crd = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: crontabs.stable.example.com}
spec:
  group: stable.example.com
  scope: Namespaced
  names: {plural: crontabs, singular: crontab, kind: CronTab, shortNames: [ct]}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
"""
    complete(c, ["get", "ct"])
    c.kubectl("create -f -", stdin=crd)
    c.settle(quiet=2, timeout=25)
    c.kubectl("create -f -", stdin="apiVersion: stable.example.com/v1\nkind: CronTab\nmetadata: {name: nightly}\n")
    assert complete(c, ["get", "ct", ""]) == ["nightly"]
    assert complete(c, ["get", "cront"]) == ["crontab", "crontabs"]


def test_completion_changes_nothing(cluster: Cluster) -> None:
    revision, now = cluster.store.revision, cluster.now
    for line in ("get ", "get pods ", "logs one -c ", "get pods -l "):
        complete(cluster, line.split(" "))
    assert (cluster.store.revision, cluster.now) == (revision, now)


def test_completion_is_quick(cluster: Cluster) -> None:
    lines = [
        "g",
        "get ",
        "get po",
        "get pods ",
        "get pods -n ",
        "get pods -l ",
        "logs one -c ",
        "describe deployment w",
    ] * 5
    for line in set(lines):
        complete(cluster, line.split(" "))
    taken = []
    for line in lines:
        start = perf_counter()
        complete(cluster, line.split(" "))
        taken.append(perf_counter() - start)
    assert sorted(taken)[int(len(taken) * 0.95) - 1] <= 0.05
