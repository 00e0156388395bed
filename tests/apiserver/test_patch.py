"""PATCH in its three classic forms."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from k8snb.api.core.pod import PodSpec
from k8snb.api.errors import StatusError
from k8snb.api.meta import ObjectMeta
from k8snb.apiserver.patch.strategic import strategic_merge
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
]


@pytest.mark.parametrize(("kind", "patch", "code", "message"), REFUSED)
def test_refusals(face: Face, kind: str, patch: Any, code: int, message: str) -> None:
    found = face.refused("PATCH", A, patch, kind=kind)
    assert found[0] == code
    assert found[2].startswith(message)


def test_what_merging_stumbles_over_has_no_reason(face: Face) -> None:
    answer = face.call("PATCH", A, {"data": {"$patch": "explode"}}, kind=STRATEGIC)
    assert (answer.code, "reason" in answer.body) == (500, False)
    assert answer.body["message"] == "unknown patch type: explode in map: map[$patch:explode]"


def test_a_patch_that_changes_nothing_keeps_the_version(face: Face) -> None:
    revision = face.revision
    for kind, patch in ((JSON, []), (MERGE, {"data": {"one": "1"}}), (STRATEGIC, {"data": {"two": "2"}})):
        face.ok("PATCH", A, patch, kind=kind)
    assert face.revision == revision


def merged(original: Any, patch: Any, model: Any = PodSpec) -> Any:
    """What a patch makes of data of a kind; the inputs must stay as they are."""
    before = copy.deepcopy((original, patch))
    try:
        return strategic_merge(original, patch, model)
    finally:
        assert (original, patch) == before


def named(*names: str) -> list[dict[str, str]]:
    return [{"name": name} for name in names]


#: as upstream's own tests: what is there, the patch, what comes of it
MERGES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "null removes, also what is not there": ({"hostname": "a"}, {"hostname": None, "subdomain": None}, {}),
    "null inside what is new is dropped": (
        {},
        {"dnsConfig": {"searches": ["a"], "options": None}},
        {"dnsConfig": {"searches": ["a"]}},
    ),
    "another type replaces": ({"nodeSelector": "x"}, {"nodeSelector": {"a": "b"}}, {"nodeSelector": {"a": "b"}}),
    "delete a map": ({"nodeSelector": {"a": "b"}}, {"nodeSelector": {"$patch": "delete"}}, {"nodeSelector": {}}),
    "delete a map that is not there": ({}, {"nodeSelector": {"$patch": "delete"}}, {}),
    "replace a map that is not there": ({}, {"nodeSelector": {"$patch": "replace", "a": "b"}}, {}),
    "replace a map": (
        {"securityContext": {"runAsUser": 1, "fsGroup": 2}},
        {"securityContext": {"$patch": "replace", "runAsUser": 3}},
        {"securityContext": {"runAsUser": 3}},
    ),
    "new elements go first, unless they stood behind": (
        {"containers": named("1", "2")},
        {"containers": named("3")},
        {"containers": named("3", "1", "2")},
    ),
    "patched elements keep their place": (
        {"containers": named("1", "2", "3")},
        {"containers": [{"name": "2", "image": "x"}]},
        {"containers": [{"name": "1"}, {"name": "2", "image": "x"}, {"name": "3"}]},
    ),
    "delete an element, keep the order of the others": (
        {"containers": named("1", "2", "3")},
        {"containers": [{"name": "2", "$patch": "delete"}]},
        {"containers": named("1", "3")},
    ),
    "delete what is not there": (
        {"containers": named("1")},
        {"containers": [{"name": "9", "$patch": "delete"}]},
        {"containers": named("1")},
    ),
    "delete in a list that is not there": ({}, {"containers": [{"name": "1", "$patch": "delete"}]}, {"containers": []}),
    "replace a list by nothing": (
        {"containers": named("1")},
        {"containers": [{"$patch": "replace"}]},
        {"containers": []},
    ),
    "replace a list": (
        {"containers": named("1", "2")},
        {"containers": [{"name": "3"}, {"$patch": "replace"}, {"name": "1", "$patch": "delete"}]},
        {"containers": named("3")},
    ),
    "order": (
        {"containers": named("1", "2", "3")},
        {"$setElementOrder/containers": named("3", "2", "1")},
        {"containers": named("3", "2", "1")},
    ),
    "order, with elements only the server has": (
        {"containers": named("s1", "1", "s2", "2", "s3")},
        {"$setElementOrder/containers": named("2", "1")},
        {"containers": named("s1", "s2", "2", "1", "s3")},
    ),
    "order, with new, changed and deleted elements": (
        {"containers": named("1", "2", "3")},
        {
            "$setElementOrder/containers": named("4", "3", "1"),
            "containers": [{"name": "4"}, {"name": "3", "image": "x"}, {"name": "2", "$patch": "delete"}],
        },
        {"containers": [{"name": "4"}, {"name": "3", "image": "x"}, {"name": "1"}]},
    ),
    "order of a list that is not there": ({}, {"$setElementOrder/containers": named("1")}, {}),
    "inside elements": (
        {"containers": [{"name": "a", "env": [{"name": "X", "value": "1"}, {"name": "Y", "value": "2"}]}]},
        {
            "containers": [
                {
                    "name": "a",
                    "$setElementOrder/env": named("Y", "X"),
                    "env": [{"name": "X", "$patch": "delete"}, {"name": "Y", "value": None, "valueFrom": {}}],
                }
            ]
        },
        {"containers": [{"name": "a", "env": [{"name": "Y", "valueFrom": {}}]}]},
    ),
    "retained keys of a volume": (
        {"volumes": [{"name": "v", "emptyDir": {}}]},
        {"volumes": [{"name": "v", "$retainKeys": ["name", "hostPath"], "hostPath": {"path": "/"}}]},
        {"volumes": [{"name": "v", "hostPath": {"path": "/"}}]},
    ),
    "retained keys need not be brought": (
        {"securityContext": {"runAsUser": 1, "fsGroup": 2}},
        {"securityContext": {"$retainKeys": ["runAsUser"], "fsGroup": None}},
        {"securityContext": {"runAsUser": 1}},
    ),
    "tolerations are replaced": (
        {"tolerations": [{"key": "a"}]},
        {"tolerations": [{"key": "b"}]},
        {"tolerations": [{"key": "b"}]},
    ),
    "scalars": (
        {"hostAliases": [{"ip": "1", "hostnames": ["a", "b"]}]},
        {"hostAliases": [{"ip": "1", "hostnames": ["c"]}]},
        {"hostAliases": [{"ip": "1", "hostnames": ["c"]}]},
    ),
}


@pytest.mark.parametrize("name", MERGES)
def test_strategic_merges(name: str) -> None:
    original, patch, wanted = MERGES[name]
    assert merged(original, patch) == wanted


SCALARS: list[tuple[list[str], dict[str, Any], list[str] | None]] = [
    (["a", "b"], {"finalizers": ["c"]}, ["c", "a", "b"]),
    (["a", "b"], {"finalizers": ["b", "c"]}, ["a", "b", "c"]),
    (["a", "b", "a"], {"$deleteFromPrimitiveList/finalizers": ["a"]}, ["b"]),
    (["a"], {"$deleteFromPrimitiveList/finalizers": ["a"]}, []),
    (["a"], {"$deleteFromPrimitiveList/finalizers": ["x"]}, ["a"]),
    (
        ["a", "b"],
        {"$deleteFromPrimitiveList/finalizers": ["a"], "$setElementOrder/finalizers": ["c", "b"], "finalizers": ["c"]},
        ["c", "b"],
    ),
    (["a", "b", "c"], {"$setElementOrder/finalizers": ["c", "a"]}, ["b", "c", "a"]),
    (["a"], {"finalizers": None}, None),
]


@pytest.mark.parametrize(("before", "patch", "wanted"), SCALARS)
def test_sets_of_scalars(before: list[str], patch: dict[str, Any], wanted: list[str] | None) -> None:
    assert merged({"finalizers": before}, patch, ObjectMeta).get("finalizers") == wanted


#: (what is there, patch, code, reason, message)
NONSENSE: list[tuple[dict[str, Any], int, str]] = [
    ({"nodeSelector": {"$patch": "explode"}}, 500, "unknown patch type: explode in map: map[$patch:explode]"),
    ({"nodeSelector": {"$patch": "merge", "a": "b"}}, 500, "unknown patch type: merge in map: map[$patch:merge a:b]"),
    ({"containers": [{"image": "x"}]}, 500, "map: map[image:x] does not contain declared merge key: name"),
    ({"containers": [{"$patch": "delete"}]}, 500, "map: map[$patch:delete] does not contain declared merge key: name"),
    ({"containers": [{"name": "a", "$patch": "merge"}]}, 500, "merging lists cannot yet be specified in the patch"),
    (
        {"containers": [{"name": "a", "$patch": "x"}]},
        500,
        "unknown patch type: x in map: map[$patch:x name:a]",
    ),
    ({"containers": ["a"]}, 500, "list element types are not identical: [[map[image:nginx:1 name:main]] [a]]"),
    (
        {"containers": [["a"]], "nodeSelector": None},
        500,
        "list element types are not identical: [[map[image:nginx:1 name:main]] [[a]]]",
    ),
    ({"nodeSelector": {"$retainKeys": "a"}}, 400, "invalid patch format of retainKeys"),
    ({"nodeSelector": {"$retainKeys": ["a"], "b": "c"}}, 400, "invalid patch format of retainKeys"),
    (
        {"$setElementOrder/containers": "x"},
        500,
        "expected a []interface {}, but received a string",
    ),
    (
        {"$setElementOrder/containers": [{"name": "b"}, {"name": "a"}], "containers": [{"name": "a"}, {"name": "b"}]},
        500,
        "The order in patch list:\n[map[name:a] map[name:b]]\n doesn't match $setElementOrder list:\n"
        "[map[name:b] map[name:a]]\n",
    ),
]


@pytest.mark.parametrize(("patch", "code", "message"), NONSENSE)
def test_nonsense_is_refused(patch: dict[str, Any], code: int, message: str) -> None:
    original = {"containers": [{"name": "main", "image": "nginx:1"}], "nodeSelector": {"a": "1"}}
    with pytest.raises(StatusError) as refused:
        merged(original, patch)
    assert (refused.value.code, refused.value.status["message"]) == (code, message)
    assert refused.value.status.get("reason", "") == ("BadRequest" if code == 400 else "")
