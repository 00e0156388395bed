"""PATCH in its three classic forms."""

from __future__ import annotations

from typing import Any

import pytest

from tests.apiserver.face import CONFIGMAPS, DEPLOYMENTS, Face, configmap, deployment

JSON, MERGE, STRATEGIC = (f"application/{name}+json" for name in ("json-patch", "merge-patch", "strategic-merge-patch"))
A = f"{CONFIGMAPS}/a"
WEB = f"{DEPLOYMENTS}/web"


@pytest.fixture
def face() -> Face:
    found = Face()
    found.cluster.stop_component("controller-manager")
    found.ok("POST", CONFIGMAPS, configmap("a", {"one": "1", "two": "2"}))
    web = deployment()
    web["spec"]["template"]["spec"] = {
        "containers": [
            {
                "name": "main",
                "image": "nginx:1",
                "ports": [{"containerPort": 80, "name": "http"}],
                "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
                "command": ["run", "fast"],
            },
            {"name": "side", "image": "busybox"},
        ],
        "nodeSelector": {"disk": "ssd"},
    }
    found.ok("POST", DEPLOYMENTS, web)
    return found


DATA: list[tuple[str, Any, dict[str, str] | None]] = [
    (JSON, [{"op": "add", "path": "/data/three", "value": "3"}], {"one": "1", "two": "2", "three": "3"}),
    (JSON, [{"op": "remove", "path": "/data/one"}], {"two": "2"}),
    (JSON, [{"op": "replace", "path": "/data/one", "value": "x"}], {"one": "x", "two": "2"}),
    (JSON, [{"op": "move", "from": "/data/one", "path": "/data/uno"}], {"two": "2", "uno": "1"}),
    (JSON, [{"op": "copy", "from": "/data/one", "path": "/data/a~1b"}], {"one": "1", "two": "2", "a/b": "1"}),
    (JSON, [{"op": "test", "path": "/data/one", "value": "1"}], {"one": "1", "two": "2"}),
    (MERGE, {"data": {"one": None, "three": "3"}}, {"two": "2", "three": "3"}),
    (MERGE, {"data": None}, None),
    (MERGE, {}, {"one": "1", "two": "2"}),
    (STRATEGIC, {"data": {"one": None, "three": "3"}}, {"two": "2", "three": "3"}),
    (STRATEGIC, {"data": {"$patch": "replace", "x": "y"}}, {"x": "y"}),
    (STRATEGIC, {"data": {"$patch": "delete"}}, None),
]


@pytest.mark.parametrize(("kind", "patch", "expected"), DATA)
def test_patches_of_a_map(face: Face, kind: str, patch: Any, expected: dict[str, str] | None) -> None:
    if kind == JSON and expected is not None and "a/b" in expected:  # not a valid key: only to see the escape
        code, _, message = face.refused("PATCH", A, patch, kind=kind)
        assert (code, "data[a/b]" in message) == (422, True)
        return
    assert face.ok("PATCH", A, patch, kind=kind).get("data") == expected
    assert face.ok("GET", A).get("data") == expected


def containers(face: Face, patch: Any) -> list[dict[str, Any]]:
    spec = {"template": {"spec": {"containers": patch}}}
    found = face.ok("PATCH", WEB, {"spec": spec}, kind=STRATEGIC)
    listed: list[dict[str, Any]] = found["spec"]["template"]["spec"]["containers"]
    return listed


def test_lists_merge_by_their_key(face: Face) -> None:
    found = containers(face, [{"name": "side", "image": "alpine"}, {"name": "new", "image": "redis"}])
    images = {each["name"]: each["image"] for each in found}
    assert images == {"main": "nginx:1", "side": "alpine", "new": "redis"}
    env = [{"name": "B", "value": "two"}, {"name": "C", "value": "3"}]
    found = containers(face, [{"name": "main", "env": env}])
    main = next(each for each in found if each["name"] == "main")
    assert {each["name"]: each["value"] for each in main["env"]} == {"A": "1", "B": "two", "C": "3"}
    found = containers(face, [{"name": "main", "ports": [{"containerPort": 80, "name": "web"}]}])
    main = next(each for each in found if each["name"] == "main")
    assert main["ports"] == [{"containerPort": 80, "name": "web", "protocol": "TCP"}]


def test_directives(face: Face) -> None:
    assert [each["name"] for each in containers(face, [{"name": "side", "$patch": "delete"}])] == ["main"]
    order = [{"name": "late"}, {"name": "main"}]
    found = face.ok(
        "PATCH",
        WEB,
        {
            "spec": {
                "template": {
                    "spec": {"$setElementOrder/containers": order, "containers": [{"name": "late", "image": "busybox"}]}
                }
            }
        },
        kind=STRATEGIC,
    )
    assert [each["name"] for each in found["spec"]["template"]["spec"]["containers"]] == ["late", "main"]
    found_list = containers(face, [{"$patch": "replace"}, {"name": "only", "image": "busybox"}])
    assert [each["name"] for each in found_list] == ["only"]
    patch = {"spec": {"template": {"spec": {"nodeSelector": {"$retainKeys": ["zone"], "zone": "b"}}}}}
    keep = face.ok("PATCH", WEB, patch, kind=STRATEGIC)
    assert keep["spec"]["template"]["spec"]["nodeSelector"] == {"zone": "b"}


def test_plain_lists_are_replaced(face: Face) -> None:
    main = containers(face, [{"name": "main", "command": ["walk"]}])[0]
    assert main["command"] == ["walk"]


def test_a_merge_patch_replaces_every_list(face: Face) -> None:
    spec = {"template": {"spec": {"containers": [{"name": "only", "image": "busybox"}]}}}
    found = face.ok("PATCH", WEB, {"spec": spec}, kind=MERGE)
    assert [each["name"] for each in found["spec"]["template"]["spec"]["containers"]] == ["only"]


def test_finalizers_are_a_set(face: Face) -> None:
    for name in ("x.io/one", "x.io/two"):
        face.ok("PATCH", A, {"metadata": {"finalizers": [name]}}, kind=STRATEGIC)
    patch = {"metadata": {"$deleteFromPrimitiveList/finalizers": ["x.io/one"]}}
    assert sorted(face.ok("GET", A)["metadata"]["finalizers"]) == ["x.io/one", "x.io/two"]
    assert face.ok("PATCH", A, patch, kind=STRATEGIC)["metadata"]["finalizers"] == ["x.io/two"]


REFUSED: list[tuple[str, Any, int, str]] = [
    ("application/json", {}, 415, "the body of the request was in an unknown format - accepted media types include: "),
    ("text/plain", {}, 415, "the body of the request was in an unknown format - accepted media types include: "),
    (JSON, [{"op": "remove", "path": "/data/none"}], 422, "the server rejected our request due to an error"),
    (JSON, [{"op": "test", "path": "/data/one", "value": "9"}], 422, "the server rejected our request due to an error"),
    (MERGE, {"metadata": {"name": "b"}}, 400, "the name of the object (b) does not match the name on the URL (a)"),
    (MERGE, {"metadata": {"resourceVersion": "1"}}, 409, 'Operation cannot be fulfilled on configmaps "a": the object'),
    (MERGE, {"metadata": {"uid": "else"}}, 409, 'Operation cannot be fulfilled on configmaps "a": Precondition failed'),
    (MERGE, {"data": {"one": 1}}, 400, 'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unm'),
    (MERGE, [], 400, "error decoding patch: json: cannot unmarshal"),
    (STRATEGIC, {"data": {"$patch": "explode"}}, 400, ""),
]


@pytest.mark.parametrize(("kind", "patch", "code", "message"), REFUSED)
def test_refusals(face: Face, kind: str, patch: Any, code: int, message: str) -> None:
    found = face.refused("PATCH", A, patch, kind=kind)
    assert found[0] == code
    assert found[2].startswith(message)


def test_a_patch_that_changes_nothing_keeps_the_version(face: Face) -> None:
    revision = face.revision
    for kind, patch in ((JSON, []), (MERGE, {"data": {"one": "1"}}), (STRATEGIC, {"data": {"two": "2"}})):
        face.ok("PATCH", A, patch, kind=kind)
    assert face.revision == revision
