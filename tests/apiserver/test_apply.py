"""Server-side apply: who owns what, what happens when two want the same, and what a manager lets go of."""

from __future__ import annotations

from typing import Any

import pytest

from tests.apiserver.face import CONFIGMAPS, DEPLOYMENTS, Face, deployment

A = f"{CONFIGMAPS}/a"
WEB = f"{DEPLOYMENTS}/web"
APPLY, MERGE = "application/apply-patch+yaml", "application/merge-patch+json"


@pytest.fixture
def face() -> Face:
    found = Face()
    found.cluster.stop_component("controller-manager")
    return found


def apply(face: Face, manager: str, data: dict[str, str], **query: str) -> Any:
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": data}
    return face.ok("PATCH", A, body, {"fieldManager": manager, **query}, kind=APPLY)


def refused(face: Face, manager: str, data: dict[str, str]) -> tuple[int, str, str]:
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": data}
    return face.refused("PATCH", A, body, {"fieldManager": manager}, kind=APPLY)


def owners(obj: Any) -> dict[tuple[str, str], list[str]]:
    """(manager, operation) -> the keys of `data` it owns."""
    return {
        (entry["manager"], entry["operation"]): sorted(
            key[2:] for key in entry["fieldsV1"].get("f:data", {}) if key != "."
        )
        for entry in obj["metadata"]["managedFields"]
    }


def test_the_first_apply_creates_and_owns(face: Face) -> None:
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"x": "1"}}
    answer = face.call("PATCH", A, body, {"fieldManager": "ann"}, kind=APPLY)
    assert answer.code == 201
    assert answer.body["metadata"]["managedFields"] == [
        {
            "manager": "ann",
            "operation": "Apply",
            "apiVersion": "v1",
            "time": "2026-01-01T00:00:00Z",
            "fieldsType": "FieldsV1",
            "fieldsV1": {"f:data": {"f:x": {}}},
        }
    ]
    assert face.call("PATCH", A, body, {"fieldManager": "ann"}, kind=APPLY).code == 200


def test_applying_the_same_again_writes_nothing(face: Face) -> None:
    first = apply(face, "ann", {"x": "1"})
    revision = face.revision
    face.cluster.advance(5)
    assert apply(face, "ann", {"x": "1"}) == first
    assert face.revision == revision


def test_managers_share_what_they_agree_on(face: Face) -> None:
    apply(face, "ann", {"x": "1", "y": "1"})
    found = apply(face, "bob", {"y": "1", "z": "1"})
    assert found["data"] == {"x": "1", "y": "1", "z": "1"}
    assert owners(found) == {("ann", "Apply"): ["x", "y"], ("bob", "Apply"): ["y", "z"]}


def test_given_up_fields_go_when_nobody_else_wants_them(face: Face) -> None:
    apply(face, "ann", {"x": "1", "y": "1"})
    apply(face, "bob", {"y": "1", "z": "1"})
    found = apply(face, "ann", {})
    assert found["data"] == {"y": "1", "z": "1"}
    assert owners(found)[("bob", "Apply")] == ["y", "z"]
    assert apply(face, "bob", {"z": "1"})["data"] == {"z": "1"}


def test_conflicts(face: Face) -> None:
    apply(face, "ann", {"x": "1", "y": "1"})
    assert refused(face, "bob", {"x": "2"}) == (
        409,
        "Conflict",
        'Apply failed with 1 conflict: conflict with "ann": .data.x',
    )
    assert refused(face, "bob", {"x": "2", "y": "2"}) == (
        409,
        "Conflict",
        'Apply failed with 2 conflicts: conflicts with "ann":\n- .data.x\n- .data.y',
    )
    assert face.ok("GET", A)["data"] == {"x": "1", "y": "1"}


def test_a_conflict_with_an_update_names_its_version(face: Face) -> None:
    apply(face, "ann", {"x": "1"})
    found = face.ok("PATCH", A, {"data": {"x": "2"}}, {"fieldManager": "hand"}, kind=MERGE)
    assert owners(found) == {("hand", "Update"): ["x"]}
    message = 'Apply failed with 1 conflict: conflict with "hand" using v1: .data.x'
    assert refused(face, "ann", {"x": "1"}) == (409, "Conflict", message)


def test_force_takes_ownership(face: Face) -> None:
    apply(face, "ann", {"x": "1", "y": "1"})
    found = apply(face, "bob", {"x": "2"}, force="true")
    assert found["data"] == {"x": "2", "y": "1"}
    assert owners(found) == {("ann", "Apply"): ["y"], ("bob", "Apply"): ["x"]}
    assert apply(face, "ann", {"y": "1"})["data"] == {"x": "2", "y": "1"}


def test_a_dry_run_apply_leaves_values_and_owners(face: Face) -> None:
    before = apply(face, "ann", {"x": "1"})
    assert apply(face, "bob", {"x": "2"}, force="true", dryRun="All")["data"] == {"x": "2"}
    assert face.ok("GET", A) == before


def test_lists_are_owned_item_by_item(face: Face) -> None:
    face.ok("PATCH", WEB, deployment(), {"fieldManager": "ann"}, kind=APPLY)
    body = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {"template": {"spec": {"containers": [{"name": "side", "image": "busybox"}]}}},
    }
    found = face.ok("PATCH", WEB, body, {"fieldManager": "bob"}, kind=APPLY)
    assert [each["name"] for each in found["spec"]["template"]["spec"]["containers"]] == ["main", "side"]
    bob = next(entry for entry in found["metadata"]["managedFields"] if entry["manager"] == "bob")
    assert bob["fieldsV1"]["f:spec"]["f:template"]["f:spec"]["f:containers"] == {
        'k:{"name":"side"}': {".": {}, "f:image": {}, "f:name": {}}
    }
    clash = {**body, "spec": {"template": {"spec": {"containers": [{"name": "main", "image": "redis"}]}}}}
    message = 'Apply failed with 1 conflict: conflict with "ann": .spec.template.spec.containers[name="main"].image'
    assert face.refused("PATCH", WEB, clash, {"fieldManager": "bob"}, kind=APPLY) == (409, "Conflict", message)
    empty = {**body, "spec": {}}
    left = face.ok("PATCH", WEB, empty, {"fieldManager": "bob"}, kind=APPLY)
    assert [each["name"] for each in left["spec"]["template"]["spec"]["containers"]] == ["main"]


def test_replicas_may_be_handed_over(face: Face) -> None:
    face.ok("PATCH", WEB, deployment(), {"fieldManager": "ann"}, kind=APPLY)
    scale = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {"replicas": 2}}
    face.ok("PATCH", WEB, scale, {"fieldManager": "scaler"}, kind=APPLY)
    face.ok("PATCH", WEB, deployment(replicas=None), {"fieldManager": "ann"}, kind=APPLY)
    found = face.ok("PATCH", WEB, {**scale, "spec": {"replicas": 7}}, {"fieldManager": "scaler"}, kind=APPLY)
    assert found["spec"]["replicas"] == 7


@pytest.mark.parametrize(
    ("body", "query", "message"),
    [
        ({"metadata": {"name": "a"}}, {}, "fieldManager: Required value: is required for apply patch"),
        (
            {"metadata": {"name": "a", "managedFields": []}},
            {"fieldManager": "ann"},
            "metadata.managedFields must be nil",
        ),
        (
            {"metadata": {"name": "b"}},
            {"fieldManager": "ann"},
            "the name of the object (b) does not match the name on the URL (a)",
        ),
    ],
)
def test_refusals(face: Face, body: dict[str, Any], query: dict[str, str], message: str) -> None:
    code, _, found = face.refused("PATCH", A, {"apiVersion": "v1", "kind": "ConfigMap", **body}, query, kind=APPLY)
    assert code in (400, 422)
    assert found.endswith(message)
