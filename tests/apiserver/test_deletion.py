"""Deleting: what holds an object, what goes with it, what stays behind, and how a namespace empties."""

from __future__ import annotations

from typing import Any

import pytest

from tests.apiserver.face import CONFIGMAPS, DEPLOYMENTS, PODS, Face, configmap, deployment, pod

MERGE = "application/merge-patch+json"
SETS = "/apis/apps/v1/namespaces/default/replicasets"
A, WEB = f"{CONFIGMAPS}/a", f"{DEPLOYMENTS}/web"


@pytest.fixture
def face() -> Face:
    return Face()


def test_a_finalizer_holds_until_it_is_taken_off(face: Face) -> None:
    face.ok("POST", CONFIGMAPS, configmap("a", finalizers=["x.io/hold"]))
    held = face.ok("DELETE", A)
    assert held["kind"] == "ConfigMap"
    assert held["metadata"]["deletionTimestamp"] == "2026-01-01T00:00:00Z"
    face.cluster.settle()
    assert face.ok("GET", A)["metadata"]["finalizers"] == ["x.io/hold"]
    revision = face.revision
    face.ok("DELETE", A)
    assert face.revision == revision
    face.ok("PATCH", A, {"metadata": {"finalizers": None}}, kind=MERGE)
    assert face.refused("GET", A)[0] == 404


def test_no_new_finalizers_while_it_goes(face: Face) -> None:
    face.ok("POST", CONFIGMAPS, configmap("a", finalizers=["x.io/hold"]))
    face.ok("DELETE", A)
    code, reason, message = face.refused("PATCH", A, {"metadata": {"finalizers": ["x.io/hold", "x.io/b"]}}, kind=MERGE)
    assert (code, reason) == (422, "Invalid")
    assert "metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted" in message


@pytest.fixture
def running(face: Face) -> Face:
    """A Deployment of two running Pods."""
    face.ok("POST", DEPLOYMENTS, deployment())
    face.cluster.settle()
    assert (len(face.names(SETS)), len(face.names(PODS))) == (1, 2)
    return face


@pytest.mark.parametrize(("policy", "sets", "pods"), [("Background", 0, 0), ("Foreground", 0, 0), ("Orphan", 1, 2)])
def test_cascades(running: Face, policy: str, sets: int, pods: int) -> None:
    running.ok("DELETE", WEB, {"propagationPolicy": policy})
    running.cluster.settle()
    assert running.refused("GET", WEB)[0] == 404
    assert (len(running.names(SETS)), len(running.names(PODS))) == (sets, pods)
    left = running.ok("GET", SETS)["items"]
    assert all("ownerReferences" not in each["metadata"] for each in left)


def deletions(running: Face, policy: str) -> list[str]:
    """The kinds in the order in which they were gone after a delete of the Deployment."""
    since = running.revision
    running.ok("DELETE", WEB, {"propagationPolicy": policy})
    running.cluster.settle()
    found = [change.resource for change in running.cluster.history() if change.type == "DELETED"]
    wanted = ("pods", "replicasets.apps", "deployments.apps")
    assert running.revision > since
    return [resource for resource in found if resource in wanted]


def test_background_takes_the_owner_first(running: Face) -> None:
    assert deletions(running, "Background") == ["deployments.apps", "replicasets.apps", "pods", "pods"]


def test_foreground_takes_the_owner_last(running: Face) -> None:
    assert deletions(running, "Foreground") == ["pods", "pods", "replicasets.apps", "deployments.apps"]


def test_foreground_shows_a_finalizer_meanwhile(running: Face) -> None:
    held = running.ok("DELETE", WEB, {"propagationPolicy": "Foreground"})
    assert held["metadata"]["finalizers"] == ["foregroundDeletion"]
    assert running.ok("GET", WEB)["metadata"]["deletionTimestamp"]


def test_a_pod_goes_gracefully_or_at_once(face: Face) -> None:
    for name in ("slow", "fast"):
        face.ok("POST", PODS, pod(name))
    face.cluster.settle()
    dying = face.ok("DELETE", f"{PODS}/slow")
    assert dying["metadata"]["deletionGracePeriodSeconds"] == 30
    assert face.names(PODS) == ["fast", "slow"]
    face.ok("DELETE", f"{PODS}/fast", {"gracePeriodSeconds": 0})
    assert face.names(PODS) == ["slow"]
    face.cluster.advance(60)
    assert face.names(PODS) == []


def test_a_dependent_of_nobody_is_collected(face: Face) -> None:
    owner: Any = face.ok("POST", CONFIGMAPS, configmap("owner"))
    reference = {"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": owner["metadata"]["uid"]}
    face.ok("POST", CONFIGMAPS, configmap("child", ownerReferences=[reference]))
    face.ok("POST", CONFIGMAPS, configmap("stranger", ownerReferences=[{**reference, "uid": "another"}]))
    face.cluster.settle()
    assert face.names(CONFIGMAPS) == ["child", "kube-root-ca.crt", "owner"]
    face.ok("DELETE", f"{CONFIGMAPS}/owner")
    face.cluster.settle()
    assert face.names(CONFIGMAPS) == ["kube-root-ca.crt"]


def test_a_namespace_goes_with_everything_in_it(face: Face) -> None:
    team = "/api/v1/namespaces/team"
    face.ok("POST", "/api/v1/namespaces", {"metadata": {"name": "team"}})
    face.ok("POST", f"{team}/configmaps", configmap("held", finalizers=["x.io/hold"]))
    face.ok("POST", "/apis/apps/v1/namespaces/team/deployments", deployment())
    face.cluster.settle()
    dying = face.ok("DELETE", team)
    assert dying["status"]["phase"] == "Terminating"
    assert dying["spec"]["finalizers"] == ["kubernetes"]
    code, reason, message = face.refused("POST", f"{team}/configmaps", configmap("late"))
    assert (code, reason) == (403, "Forbidden")
    assert message == (
        'configmaps "late" is forbidden: unable to create new content in namespace team because it is being terminated'
    )
    face.cluster.settle()
    assert face.names(f"{team}/pods") == []
    conditions = {each["type"]: each["status"] for each in face.ok("GET", team)["status"]["conditions"]}
    assert conditions["NamespaceFinalizersRemaining"] == "True"
    assert conditions["NamespaceContentRemaining"] == "True"
    face.ok("PATCH", f"{team}/configmaps/held", {"metadata": {"finalizers": None}}, kind=MERGE)
    face.cluster.settle()
    assert face.refused("GET", team) == (404, "NotFound", 'namespaces "team" not found')
    leftovers = [change.key for change in face.cluster.history() if change.key.startswith("team/")]
    assert leftovers
    assert face.names("/api/v1/configmaps", fieldSelector="metadata.namespace=team") == []


@pytest.mark.parametrize("name", ["default", "kube-system", "kube-public"])
def test_the_first_namespaces_stay(face: Face, name: str) -> None:
    code, reason, message = face.refused("DELETE", f"/api/v1/namespaces/{name}")
    assert (code, reason) == (403, "Forbidden")
    assert message == f'namespaces "{name}" is forbidden: this namespace may not be deleted'
