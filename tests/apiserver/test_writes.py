"""Dry runs, pages, tables, collections and status: what a write may touch and how a list is shown."""

from __future__ import annotations

from typing import Any

import pytest

from tests.apiserver.face import CONFIGMAPS, DEPLOYMENTS, PODS, TABLE, Face, configmap, deployment, pod

A = f"{CONFIGMAPS}/a"
MERGE = "application/merge-patch+json"


@pytest.fixture
def face() -> Face:
    found = Face()
    for name in "abcde":
        found.ok("POST", CONFIGMAPS, configmap(name, labels={"set": "ours"}))
    return found


DRY_RUNS: list[tuple[str, str, Any, str]] = [
    ("POST", CONFIGMAPS, configmap("new"), "application/json"),
    ("PUT", A, configmap("a", {"a": "2"}), "application/json"),
    ("PATCH", A, {"data": {"a": "2"}}, MERGE),
    ("DELETE", A, None, "application/json"),
    ("DELETE", A, {"dryRun": ["All"]}, "application/json"),
    ("DELETE", CONFIGMAPS, None, "application/json"),
]


@pytest.mark.parametrize(("method", "path", "body", "kind"), DRY_RUNS)
def test_dry_runs_change_nothing(face: Face, method: str, path: str, body: Any, kind: str) -> None:
    before, revision = face.ok("GET", CONFIGMAPS), face.revision
    query = {} if isinstance(body, dict) and "dryRun" in body else {"dryRun": "All"}
    face.ok(method, path, body, query, kind=kind)
    assert (face.ok("GET", CONFIGMAPS), face.revision) == (before, revision)
    face.ok(method, path, {} if query == {} else body, kind=kind)
    assert face.revision > revision


def test_a_dry_run_shows_what_would_be(face: Face) -> None:
    assert face.ok("PATCH", A, {"data": {"a": "2"}}, {"dryRun": "All"}, kind=MERGE)["data"] == {"a": "2"}
    assert face.refused("POST", CONFIGMAPS, configmap("a"), {"dryRun": "All"})[:2] == (409, "AlreadyExists")


BAD_OPTIONS = [
    ("GET", CONFIGMAPS, None, {"limit": "many"}, 400),
    ("GET", CONFIGMAPS, None, {"continue": "no token"}, 400),
    ("DELETE", A, None, {"gracePeriodSeconds": "soon"}, 400),
    ("POST", CONFIGMAPS, configmap("new"), {"dryRun": "Some"}, 422),
    ("DELETE", A, None, {"dryRun": "Some"}, 422),
    ("POST", CONFIGMAPS, configmap("new"), {"fieldValidation": "Harsh"}, 422),
    ("DELETE", A, None, {"propagationPolicy": "Sideways"}, 422),
]


@pytest.mark.parametrize(("method", "path", "body", "query", "code"), BAD_OPTIONS)
def test_bad_options_are_refused(
    face: Face, method: str, path: str, body: Any, query: dict[str, str], code: int
) -> None:
    assert face.refused(method, path, body, query)[0] == code


def test_a_list_in_pages(face: Face) -> None:
    seen, token, remaining = [], "", []
    while True:
        query = {"limit": "2", **({"continue": token} if token else {})}
        page = face.ok("GET", CONFIGMAPS, None, query)
        seen.append([item["metadata"]["name"] for item in page["items"]])
        remaining.append(page["metadata"].get("remainingItemCount"))
        token = page["metadata"].get("continue", "")
        if not token:
            break
    assert seen == [["a", "b"], ["c", "d"], ["e", "kube-root-ca.crt"]]
    assert remaining == [4, 2, None]


def test_a_page_of_a_selection_does_not_count_the_rest(face: Face) -> None:
    page = face.ok("GET", CONFIGMAPS, None, {"limit": "2", "labelSelector": "set=ours"})
    assert "continue" in page["metadata"]
    assert "remainingItemCount" not in page["metadata"]


def test_delete_collection_takes_what_is_selected(face: Face) -> None:
    face.ok("POST", CONFIGMAPS, configmap("other"))
    deleted = face.ok("DELETE", CONFIGMAPS, None, {"labelSelector": "set=ours"})
    assert [item["metadata"]["name"] for item in deleted["items"]] == list("abcde")
    assert face.names(CONFIGMAPS) == ["kube-root-ca.crt", "other"]


def test_tables(face: Face) -> None:
    face.cluster.advance(90)
    found = face.ok("GET", CONFIGMAPS, None, {"labelSelector": "set=ours"}, accept=TABLE)
    assert found["kind"] == "Table"
    assert [column["name"] for column in found["columnDefinitions"]] == ["Name", "Data", "Age"]
    assert [row["cells"] for row in found["rows"]] == [[name, "1", "90s"] for name in "abcde"]
    assert found["rows"][0]["object"]["kind"] == "PartialObjectMetadata"
    none = face.ok("GET", A, None, {"includeObject": "None"}, accept=TABLE)
    assert [(row["cells"], row.get("object")) for row in none["rows"]] == [(["a", "1", "90s"], None)]
    whole = face.ok("GET", A, None, {"includeObject": "Object"}, accept=TABLE)
    assert whole["rows"][0]["object"]["data"] == {"a": "1"}


def test_metadata_only(face: Face) -> None:
    partial = face.ok("GET", A, accept="application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io")
    assert (partial["kind"], "data" in partial, partial["metadata"]["name"]) == ("PartialObjectMetadata", False, "a")


def test_status_and_spec_are_written_apart(face: Face) -> None:
    face.cluster.stop_component("controller-manager")
    web = f"{DEPLOYMENTS}/web"
    created = face.ok("POST", DEPLOYMENTS, {**deployment(), "status": {"replicas": 7}})
    assert created.get("status", {}) == {}
    patch = {"spec": {"replicas": 5}, "status": {"replicas": 3}, "metadata": {"labels": {"x": "y"}}}
    after = face.ok("PATCH", f"{web}/status", patch, kind=MERGE)
    assert (after["spec"]["replicas"], after["status"]["replicas"]) == (2, 3)
    assert after["metadata"]["generation"] == 1
    after = face.ok("PATCH", web, {"spec": {"replicas": 5}, "status": {"replicas": 9}}, kind=MERGE)
    assert (after["spec"]["replicas"], after["status"]["replicas"]) == (5, 3)
    assert after["metadata"]["generation"] == 2
    assert face.ok("GET", f"{web}/status") == face.ok("GET", web)


def test_scale_changes_replicas_alone(face: Face) -> None:
    face.ok("POST", DEPLOYMENTS, deployment())
    scale = face.ok("PATCH", f"{DEPLOYMENTS}/web/scale", {"spec": {"replicas": 4}}, kind=MERGE)
    assert (scale["kind"], scale["spec"], scale["status"]["selector"]) == ("Scale", {"replicas": 4}, "app=web")
    assert face.ok("GET", f"{DEPLOYMENTS}/web")["spec"]["replicas"] == 4


def test_a_pod_is_bound_once(face: Face) -> None:
    face.cluster.stop_component("scheduler")
    face.ok("POST", PODS, pod("p"))
    nodes = [node.metadata.name for node in face.cluster.nodes]
    bind = [{"metadata": {"name": "p"}, "target": {"kind": "Node", "name": name}} for name in nodes[:2]]
    face.ok("POST", f"{PODS}/p/binding", bind[0])
    assert face.ok("GET", f"{PODS}/p")["spec"]["nodeName"] == nodes[0]
    code, reason, message = face.refused("POST", f"{PODS}/p/binding", bind[1])
    assert (code, reason) == (409, "Conflict")
    assert message.endswith(f'pod p is already assigned to node "{nodes[0]}"')
