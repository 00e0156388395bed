"""Objects that are written once: the text is what writing them anew would give, whatever has happened in between."""

from __future__ import annotations

import json
from typing import Any

import pytest

from k8snb import Cluster
from k8snb.apiserver.http.fragments import Fragments
from k8snb.apiserver.http.responses import event_line, to_json
from k8snb.apiserver.request import Request
from tests.apiserver.face import CONFIGMAPS, PODS, Face, configmap, deployment

APPLY = "application/apply-patch+yaml"


@pytest.fixture(scope="module")
def cluster() -> Cluster:
    found = Cluster()
    Face(found).ok("POST", "/apis/apps/v1/namespaces/default/deployments", deployment())
    found.settle()
    return found


class Twice:
    """The same request in JSON data and in fragments."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster, self.fragments = cluster, Fragments(cluster.rest)

    def get(self, path: str, **query: str) -> Any:
        plain = self.cluster.rest.handle(Request("GET", path, query))
        written = self.cluster.rest.handle(Request("GET", path, query, render=self.fragments.write))
        assert plain.code == written.code == 200
        assert json.loads(to_json(written.body)) == json.loads(to_json(plain.body))
        return plain.body


@pytest.fixture
def twice(cluster: Cluster) -> Twice:
    return Twice(cluster)


def test_lists_and_objects_of_every_kind(cluster: Cluster, twice: Twice) -> None:
    seen = 0
    for resource in cluster.server.catalogue:
        if "list" not in resource.verbs or resource.group == "metrics.k8s.io":
            continue
        prefix = f"/apis/{resource.api_version}" if resource.group else "/api/v1"
        for _ in range(2):  # written, then remembered
            items = twice.get(f"{prefix}/{resource.plural}")["items"]
        for item in items[:3]:
            space = item["metadata"].get("namespace")
            where = f"{prefix}/namespaces/{space}" if space else prefix
            twice.get(f"{where}/{resource.plural}/{item['metadata']['name']}")
            seen += 1
    assert seen > 30


def test_custom_resources(cluster: Cluster, twice: Twice) -> None:
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    names = {"plural": "things", "singular": "thing", "kind": "Thing"}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    spec = {"group": "acme.example", "names": names, "scope": "Namespaced", "versions": [version]}
    face = Face(cluster)
    path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    face.ok("POST", path, {"metadata": {"name": "things.acme.example"}, "spec": spec})
    cluster.settle()
    things = "/apis/acme.example/v1/namespaces/default/things"
    body = {"apiVersion": "acme.example/v1", "kind": "Thing", "metadata": {"name": "a"}, "size": {"<&>": 1}}
    face.ok("POST", things, body)
    for _ in range(2):
        assert twice.get(things)["items"][0]["kind"] == "Thing"
        twice.get(f"{things}/a")
    face.ok("DELETE", f"{path}/things.acme.example")
    cluster.settle()


def test_watches_of_all_sorts_see_the_same(cluster: Cluster) -> None:
    fragments, face = Fragments(cluster.rest), Face(cluster)
    query = {"watch": "true", "resourceVersion": str(cluster.store.revision)}
    plain = cluster.rest.handle(Request("GET", CONFIGMAPS, query)).body
    written = [cluster.rest.handle(Request("GET", CONFIGMAPS, query, render=fragments.write)).body for _ in range(2)]
    face.ok("POST", CONFIGMAPS, configmap("seen", {"a": "<&>\u2028"}))
    face.ok("PATCH", f"{CONFIGMAPS}/seen", {"data": {"a": "2"}}, kind="application/merge-patch+json")
    face.ok("DELETE", f"{CONFIGMAPS}/seen")
    expected = [json.loads(event_line(event)) for event in plain.poll()]
    assert [event["type"] for event in expected] == ["ADDED", "MODIFIED", "DELETED"]
    for stream in written:
        assert [json.loads(event_line(event)) for event in stream.poll()] == expected


def test_owners_may_change_when_nothing_else_does(cluster: Cluster, twice: Twice) -> None:
    face, path = Face(cluster), f"{CONFIGMAPS}/owned"
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "owned"}, "data": {"a": "1"}}
    owners = []
    for manager in ("ann", "bob"):
        face.call("PATCH", path, body, {"fieldManager": manager}, kind=APPLY)
        owners.append([entry["manager"] for entry in twice.get(path)["metadata"]["managedFields"]])
    assert owners == [["ann"], ["ann", "bob"]]
    face.ok("DELETE", path)


def test_what_was_only_tried_is_not_remembered(cluster: Cluster, twice: Twice) -> None:
    face, path = Face(cluster), f"{CONFIGMAPS}/tried"
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "tried"}, "data": {"a": "1"}}
    face.call("PATCH", path, body, {"fieldManager": "ann"}, kind=APPLY)
    before = twice.get(path)
    query = {"fieldManager": "bob", "dryRun": "All", "force": "true"}
    for value in ("1", "2"):
        tried = Request("PATCH", path, query, {**body, "data": {"a": value}}, APPLY, render=twice.fragments.write)
        answer = json.loads(cluster.rest.handle(tried).body)
        assert answer["data"] == {"a": value}
    face.call("POST", CONFIGMAPS, configmap("another"), {"dryRun": "All"})  # the trial is over
    assert twice.get(path) == before
    face.ok("DELETE", path)


def test_a_restored_snapshot(cluster: Cluster, twice: Twice) -> None:
    face, path = Face(cluster), f"{CONFIGMAPS}/again"
    snapshot = cluster.snapshot()
    for value in ("1", "2"):
        face.ok("POST", CONFIGMAPS, configmap("again", {"a": value}))
        assert twice.get(path)["data"] == {"a": value}
        cluster.restore(snapshot)
    assert twice.get(PODS)["items"]
