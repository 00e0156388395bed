"""What is going away: namespaces and definitions take nothing new, and say why they are still there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from k8snb import Cluster
from tests.apiserver.face import CONFIGMAPS, Face
from tests.apiserver.test_groups import CRD

CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
WIDGETS = "/apis/example.com/v1/namespaces/default/widgets"
CLEANUP = "customresourcecleanup.apiextensions.k8s.io"
MERGE = "application/merge-patch+json"


def widget(name: str, *finalizers: str) -> dict[str, Any]:
    meta = {"name": name, **({"finalizers": list(finalizers)} if finalizers else {})}
    return {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": meta}


@pytest.fixture(scope="module")
def settled() -> Cluster:
    cluster = Cluster(profile="hollow")
    cluster.settle()
    Face(cluster).ok("POST", CRDS, CRD)
    cluster.settle(quiet=1, timeout=5)
    return cluster


@pytest.fixture
def face(settled: Cluster) -> Iterator[Face]:
    copy = settled.fork()
    yield Face(copy)
    copy.close()


def test_nothing_new_in_a_terminating_namespace(face: Face) -> None:
    face.ok("POST", "/api/v1/namespaces", {"metadata": {"name": "shop"}})
    held = {"metadata": {"name": "held", "finalizers": ["example.com/hold"]}}
    face.ok("POST", "/api/v1/namespaces/shop/configmaps", held)
    face.ok("DELETE", "/api/v1/namespaces/shop")
    answer = face.call("POST", "/api/v1/namespaces/shop/configmaps", {"metadata": {"name": "new"}})
    assert answer.code == 403
    assert answer.body["message"] == (
        'configmaps "new" is forbidden: unable to create new content in namespace shop because it is being terminated'
    )
    assert answer.body["details"]["causes"] == [
        {
            "reason": "NamespaceTerminating",
            "message": "namespace shop is being terminated",
            "field": "metadata.namespace",
        }
    ]
    assert face.call("POST", CONFIGMAPS, {"metadata": {"name": "new"}}).code == 201


def terminating(definition: dict[str, Any]) -> tuple[str, str, str]:
    found = [each for each in definition["status"]["conditions"] if each["type"] == "Terminating"]
    assert len(found) == 1
    return found[0]["status"], found[0]["reason"], found[0]["message"]


def test_a_definition_waits_for_its_objects(face: Face) -> None:
    name = f"{CRDS}/widgets.example.com"
    assert "finalizers" not in face.ok("GET", name)["metadata"]
    face.ok("POST", WIDGETS, widget("held", "example.com/hold"))
    face.ok("POST", WIDGETS, widget("free"))
    deleted = face.ok("DELETE", name)
    assert deleted["metadata"]["finalizers"] == [CLEANUP]
    assert deleted["metadata"]["generation"] == 1
    assert "deletionGracePeriodSeconds" not in deleted["metadata"]
    message = "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon"
    assert terminating(deleted) == ("True", "InstanceDeletionPending", message)

    assert face.refused("POST", WIDGETS, widget("new")) == (
        405,
        "MethodNotAllowed",
        "create not allowed while custom resource definition is terminating",
    )
    face.cluster.advance(20)
    going = face.ok("GET", name)
    assert terminating(going) == ("True", "InstanceDeletionInProgress", "CustomResource deletion is in progress")
    assert face.names(WIDGETS) == ["held"]
    assert terminating(face.ok("DELETE", name)) == terminating(going)

    face.ok("PATCH", f"{WIDGETS}/held", {"metadata": {"finalizers": None}}, kind=MERGE)
    face.cluster.advance(6)
    assert face.call("GET", name).code == 404
    assert face.call("GET", WIDGETS).code == 404


def test_a_definition_without_objects_goes_at_once(face: Face) -> None:
    face.ok("DELETE", f"{CRDS}/widgets.example.com")
    face.cluster.run_ready()
    assert face.call("GET", f"{CRDS}/widgets.example.com").code == 404


def test_other_finalizers_stay(face: Face) -> None:
    name = f"{CRDS}/widgets.example.com"
    face.ok("PATCH", name, {"metadata": {"finalizers": ["example.com/mine"]}}, kind=MERGE)
    assert face.ok("DELETE", name)["metadata"]["finalizers"] == ["example.com/mine", CLEANUP]
    face.cluster.advance(6)
    assert face.ok("GET", name)["metadata"]["finalizers"] == ["example.com/mine"]
