"""Several writers at once, in any order: nothing is lost, nothing is written twice, and everybody sees the same story."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from k8snb import Cluster
from tests.apiserver.face import CONFIGMAPS, DEPLOYMENTS, Face, configmap, deployment

MERGE, APPLY = "application/merge-patch+json", "application/apply-patch+yaml"
JSON_PATCH = "application/json-patch+json"


@pytest.fixture(scope="module")
def prototype() -> Cluster:
    cluster = Cluster(profile="hollow")
    cluster.settle()
    return cluster


@dataclass
class Writer:
    """A client that works with what it read some time ago."""

    face: Face
    name: str
    copy: dict[str, Any] = field(default_factory=dict)
    counted: int = 0

    def read(self, path: str) -> None:
        answer = self.face.call("GET", path)
        self.copy = answer.body if answer.code == 200 else {}

    def count(self, path: str) -> int:
        """Add one to the counter in its copy and write it back: the code of the answer."""
        if not self.copy:
            return 0
        value = int(self.copy["data"]["count"])
        body = {**self.copy, "data": {**self.copy["data"], "count": str(value + 1)}}
        answer = self.face.call("PUT", path, body)
        if answer.code == 200:
            self.counted += 1
            self.copy = answer.body
        return answer.code


#: (writer, what it does)
STEP = st.tuples(
    st.integers(0, 2),
    st.sampled_from(["read", "count", "merge", "json", "apply", "force", "touch", "recreate", "advance", "scale"]),
)


@settings(max_examples=25)
@given(st.lists(STEP, min_size=5, max_size=40))
def test_writers_in_any_order(prototype: Cluster, steps: list[tuple[int, str]]) -> None:
    cluster = prototype.fork()
    face = Face(cluster)
    path = f"{CONFIGMAPS}/shared"
    start = face.revision
    stream = face.ok("GET", CONFIGMAPS, query={"watch": "true", "fieldSelector": "metadata.name=shared"})
    face.ok("POST", CONFIGMAPS, configmap("shared", {"count": "0"}))
    face.ok("POST", DEPLOYMENTS, deployment("web", 1))
    writers = [Writer(face, f"writer-{number}") for number in range(3)]
    for index, action in steps:
        act(cluster, face, writers, writers[index], action, path)
    final = face.ok("GET", path)
    assert int(final["data"]["count"]) == sum(writer.counted for writer in writers)
    follow(stream, final)
    changes, _ = cluster.store.changes_since(start)
    revisions = [change.revision for change in changes]
    assert revisions == list(range(start + 1, face.revision + 1))
    assert all(int(change.object.metadata.resourceVersion) == change.revision for change in changes)
    cluster.settle()
    status = face.ok("GET", f"{DEPLOYMENTS}/web")
    assert status["status"].get("readyReplicas", 0) == status["spec"]["replicas"]
    assert status["status"]["observedGeneration"] == status["metadata"]["generation"]


def act(cluster: Cluster, face: Face, writers: list[Writer], me: Writer, action: str, path: str) -> None:
    revision = face.revision
    if action == "read":
        me.read(path)
        assert face.revision == revision
    elif action == "count":
        current = face.ok("GET", path)["metadata"]
        fresh = me.copy.get("metadata", {}).get("resourceVersion") == current["resourceVersion"]
        code = me.count(path)
        assert code == (0 if not me.copy else 200 if fresh else 409)
        assert (face.revision > revision) == (code == 200)
    elif action == "merge":
        face.ok("PATCH", path, {"metadata": {"labels": {me.name: str(revision)}}}, kind=MERGE)
    elif action == "json":
        test = [{"op": "test", "path": "/data/count", "value": "-1"}, {"op": "remove", "path": "/data"}]
        assert face.call("PATCH", path, test, kind=JSON_PATCH).code == 422
        assert face.revision == revision
    elif action in ("apply", "force"):
        body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"annotations": {"last": me.name}}}
        query = {"fieldManager": me.name, "force": str(action == "force").lower()}
        answer = face.call("PATCH", path, body, query, kind=APPLY)
        assert answer.code in ((200,) if action == "force" else (200, 409))
        assert action == "apply" or answer.body["metadata"]["annotations"]["last"] == me.name
    elif action == "touch":
        body = face.ok("GET", path)
        before = face.revision
        face.ok("PUT", path, body)
        assert face.revision == before
    elif action == "recreate":
        recreate(face, writers, path)
    elif action == "advance":
        cluster.advance(3)
    else:
        face.ok("PATCH", f"{DEPLOYMENTS}/web/scale", {"spec": {"replicas": revision % 4}}, kind=MERGE)


def recreate(face: Face, writers: list[Writer], path: str) -> None:
    """Delete it, but only as it is now, and make another of the same name: old copies must not come through."""
    body = face.ok("GET", path)
    stale = {"preconditions": {"uid": "00000000-0000-0000-0000-000000000000"}}
    assert face.call("DELETE", path, stale).code == 409
    face.ok("DELETE", path, {"preconditions": {"uid": body["metadata"]["uid"]}})
    for writer in writers:
        if writer.copy:
            assert writer.count(path) in (404, 409)
    face.ok("POST", CONFIGMAPS, configmap("shared", body["data"]))


def follow(stream: Any, final: dict[str, Any]) -> None:
    """What a watch told, step by step, leads to what is there."""
    known: dict[str, Any] | None = None
    version = 0
    for event in stream.poll():
        assert int(event["object"]["metadata"]["resourceVersion"]) > version
        version = int(event["object"]["metadata"]["resourceVersion"])
        if event["type"] == "ADDED":
            assert known is None
        else:
            assert known is not None
            assert known["metadata"]["uid"] == event["object"]["metadata"]["uid"]
        known = None if event["type"] == "DELETED" else event["object"]
    assert known is not None
    for name in ("data", "metadata"):
        left, right = dict(known[name]), dict(final[name])
        left.pop("managedFields", None)
        right.pop("managedFields", None)
        assert left == right
