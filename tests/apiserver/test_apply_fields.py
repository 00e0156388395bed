"""Server-side apply, field by field: lists of all sorts, subresources, custom kinds, and what does not fit a schema."""

from __future__ import annotations

from typing import Any

import pytest

from k8snb import Cluster
from tests.apiserver.face import CONFIGMAPS, DEPLOYMENTS, PODS, Face, deployment
from tests.apiserver.test_apply import APPLY, MERGE

CAKES = "/apis/example.com/v1/namespaces/default/cakes"
SERVICE = "/api/v1/namespaces/default/services/web"
WEB = f"{DEPLOYMENTS}/web"
ITEMS = {
    "type": "array",
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["id"],
    "items": {
        "type": "object",
        "required": ["id"],
        "properties": {"id": {"type": "string"}, "count": {"type": "integer", "default": 3}},
    },
}
SPEC = {
    "size": {"type": "integer"},
    "icing": {"type": "boolean"},
    "port": {"x-kubernetes-int-or-string": True},
    "items": ITEMS,
    "tags": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
    "steps": {"type": "array", "items": {"type": "string"}},
    "chosen": {"type": "object", "x-kubernetes-map-type": "atomic", "additionalProperties": {"type": "string"}},
    "notes": {"type": "object", "additionalProperties": {"type": "string"}},
    "more": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
}
DEFINITION = {
    "metadata": {"name": "cakes.example.com"},
    "spec": {
        "group": "example.com",
        "scope": "Namespaced",
        "names": {"plural": "cakes", "kind": "Cake"},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "subresources": {
                    "status": {},
                    "scale": {"specReplicasPath": ".spec.size", "statusReplicasPath": ".status.n"},
                },
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "properties": {
                            "spec": {"type": "object", "properties": SPEC},
                            "status": {"type": "object", "properties": {"n": {"type": "integer"}}},
                        },
                    }
                },
            }
        ],
    },
}


@pytest.fixture(scope="module")
def prototype() -> Cluster:
    face = Face()
    face.ok("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", DEFINITION)
    face.cluster.settle(quiet=1, timeout=10)
    face.cluster.stop_component("controller-manager")
    return face.cluster


@pytest.fixture
def face(prototype: Cluster) -> Face:
    return Face(prototype.fork())


def apply(face: Face, path: str, manager: str, body: dict[str, Any], **query: str) -> Any:
    return face.call("PATCH", path, body, {"fieldManager": manager, **query}, kind=APPLY)


def cake(**fields: Any) -> dict[str, Any]:
    return {"apiVersion": "example.com/v1", "kind": "Cake", "metadata": {"name": "a"}, **fields}


def service(*ports: dict[str, Any], **spec: Any) -> dict[str, Any]:
    more = {"ports": list(ports)} if ports else {}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": {**more, **spec}}


def owned(obj: Any, manager: str, operation: str = "Apply", subresource: str = "") -> Any:
    """The fields of one manager; None if it has no entry."""
    wanted = (manager, operation, subresource)
    for entry in obj["metadata"]["managedFields"]:
        if (entry["manager"], entry["operation"], entry.get("subresource", "")) == wanted:
            return entry["fieldsV1"]
    return None


def message(answer: Any) -> tuple[int, str]:
    return answer.code, answer.body["message"]


# -- keyed lists, sets, wholes ---------------------------------------------------------------------------------------


def test_keys_with_a_default_may_be_left_out(face: Face) -> None:
    made = apply(
        face, SERVICE, "ann", service({"name": "tcp", "port": 80}, {"name": "udp", "port": 80, "protocol": "UDP"})
    )
    assert owned(made.body, "ann")["f:spec"]["f:ports"] == {
        'k:{"port":80,"protocol":"TCP"}': {".": {}, "f:name": {}, "f:port": {}},
        'k:{"port":80,"protocol":"UDP"}': {".": {}, "f:name": {}, "f:port": {}, "f:protocol": {}},
    }
    other = apply(face, SERVICE, "bob", service({"name": "other", "port": 80, "protocol": "TCP"}))
    assert message(other) == (
        409,
        'Apply failed with 1 conflict: conflict with "ann": .spec.ports[port=80,protocol="TCP"].name',
    )
    same = apply(face, SERVICE, "bob", service({"name": "tcp", "port": 80, "protocol": "TCP"}))
    assert [port["name"] for port in same.body["spec"]["ports"]] == ["tcp", "udp"]
    left = apply(face, SERVICE, "ann", service({"name": "udp", "port": 80, "protocol": "UDP"}))
    assert [port["name"] for port in left.body["spec"]["ports"]] == ["tcp", "udp"]
    assert 'k:{"port":80,"protocol":"TCP"}' not in owned(left.body, "ann")["f:spec"]["f:ports"]


def test_a_whole_belongs_to_one(face: Face) -> None:
    apply(face, SERVICE, "ann", service({"port": 80}, selector={"app": "web"}))
    assert message(apply(face, SERVICE, "bob", service(selector={"tier": "front"}))) == (
        409,
        'Apply failed with 1 conflict: conflict with "ann": .spec.selector',
    )
    taken = apply(face, SERVICE, "bob", service(selector={"tier": "front"}), force="true").body
    assert taken["spec"]["selector"] == {"tier": "front"}
    assert "f:selector" not in owned(taken, "ann")["f:spec"]


def test_custom_kinds_are_merged_as_their_definition_says(face: Face) -> None:
    first = cake(
        spec={
            "size": 1,
            "items": [{"id": "a"}],
            "tags": ["x"],
            "steps": ["mix"],
            "chosen": {"a": "b"},
            "notes": {"n": "1"},
        }
    )
    made = apply(face, f"{CAKES}/a", "ann", first)
    assert made.code == 201, made.body
    assert owned(made.body, "ann")["f:spec"] == {
        "f:size": {},
        "f:items": {'k:{"id":"a"}': {".": {}, "f:id": {}}},
        "f:tags": {'v:"x"': {}},
        "f:steps": {},
        "f:chosen": {},
        "f:notes": {"f:n": {}},
    }
    second = cake(
        spec={"items": [{"id": "b", "count": 1}], "tags": ["y", "x"], "notes": {"m": "2"}, "more": {"deep": [1]}}
    )
    both = apply(face, f"{CAKES}/a", "bob", second).body
    assert both["spec"] == {
        "size": 1,
        "items": [{"id": "a", "count": 3}, {"id": "b", "count": 1}],
        "tags": ["x", "y"],
        "steps": ["mix"],
        "chosen": {"a": "b"},
        "notes": {"n": "1", "m": "2"},
        "more": {"deep": [1]},
    }
    for spec, field in (
        ({"steps": ["bake"]}, ".spec.steps"),
        ({"chosen": {"c": "d"}}, ".spec.chosen"),
        ({"notes": {"n": "9"}}, ".spec.notes.n"),
    ):
        answer = apply(face, f"{CAKES}/a", "bob", cake(spec=spec))
        assert message(answer) == (409, f'Apply failed with 1 conflict: conflict with "ann": {field}')
    left = apply(face, f"{CAKES}/a", "ann", cake(spec={"size": 1})).body
    assert left["spec"] == {
        "size": 1,
        "items": [{"id": "b", "count": 1}],
        "tags": ["x", "y"],
        "notes": {"m": "2"},
        "more": {"deep": [1]},
    }


def test_an_element_stays_as_long_as_somebody_has_a_part_of_it(face: Face) -> None:
    apply(face, f"{CAKES}/a", "ann", cake(spec={"items": [{"id": "a"}]}))
    apply(face, f"{CAKES}/a", "bob", cake(spec={"items": [{"id": "a", "count": 5}]}), force="true")
    left = apply(face, f"{CAKES}/a", "ann", cake(spec={})).body
    assert left["spec"]["items"] == [{"id": "a", "count": 5}]
    gone = apply(face, f"{CAKES}/a", "bob", cake()).body
    assert not gone.get("spec", {}).get("items")


# -- subresources and versions ---------------------------------------------------------------------------------------


def test_status_is_not_taken_with_the_rest(face: Face) -> None:
    body = {**deployment(), "status": {"replicas": 9}}
    made = apply(face, WEB, "ann", body)
    assert (made.code, made.body["status"]) == (201, {})
    assert "f:status" not in owned(made.body, "ann")
    status = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "status": {"replicas": 2}}
    told = apply(face, f"{WEB}/status", "watcher", {**status, "spec": {"replicas": 77}}).body
    assert (told["spec"]["replicas"], told["status"]["replicas"]) == (2, 2)
    assert owned(told, "watcher", subresource="status") == {"f:status": {"f:replicas": {}}}
    again = apply(face, f"{WEB}/status", "other", {**status, "status": {"replicas": 3}})
    assert message(again) == (
        409,
        'Apply failed with 1 conflict: conflict with "watcher" with subresource "status": .status.replicas',
    )


def test_who_scales_owns_the_number(face: Face) -> None:
    apply(face, WEB, "ann", deployment())
    face.ok("PATCH", f"{WEB}/scale", {"spec": {"replicas": 5}}, {"fieldManager": "scaler"}, kind=MERGE)
    found = face.ok("GET", WEB)
    assert owned(found, "scaler", "Update", "scale") == {"f:spec": {"f:replicas": {}}}
    assert "f:replicas" not in owned(found, "ann")["f:spec"]
    assert message(apply(face, WEB, "ann", deployment())) == (
        409,
        'Apply failed with 1 conflict: conflict with "scaler" with subresource "scale" using apps/v1: .spec.replicas',
    )
    assert apply(face, WEB, "ann", deployment(replicas=None)).body["spec"]["replicas"] == 5
    scale = {"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": {"name": "web"}, "spec": {"replicas": 7}}
    assert apply(face, f"{WEB}/scale", "bob", scale).code == 409
    forced = apply(face, f"{WEB}/scale", "bob", scale, force="true")
    assert forced.body["spec"] == {"replicas": 7}
    found = face.ok("GET", WEB)
    assert owned(found, "bob", "Apply", "scale") == {"f:spec": {"f:replicas": {}}}
    assert owned(found, "scaler", "Update", "scale") is None


def test_a_custom_kind_is_scaled_by_applying(face: Face) -> None:
    apply(face, f"{CAKES}/a", "ann", cake(spec={"icing": True}))
    scale = {"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": {"name": "a"}, "spec": {"replicas": 4}}
    assert apply(face, f"{CAKES}/a/scale", "bob", scale).body["spec"] == {"replicas": 4}
    assert face.ok("GET", f"{CAKES}/a")["spec"] == {"icing": True, "size": 4}


def test_an_applier_has_one_entry_whatever_version_it_applies() -> None:
    face = Face(Cluster(profile="hollow", kubernetes_version="v1.8.0"))
    face.cluster.stop_component("controller-manager")
    apply(face, WEB, "ann", deployment())
    old = WEB.replace("apps/v1", "extensions/v1beta1")
    found = apply(face, old, "ann", {**deployment(), "apiVersion": "extensions/v1beta1"}).body
    entries = [e["apiVersion"] for e in found["metadata"]["managedFields"] if e["operation"] == "Apply"]
    assert entries == ["extensions/v1beta1"]


# -- ownership -------------------------------------------------------------------------------------------------------


def config(**data: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": data}


A = f"{CONFIGMAPS}/a"


def test_conflicts_are_told_by_manager(face: Face) -> None:
    apply(face, A, "ann", config(x="1"))
    apply(face, A, "bob", config(y="1"))
    face.ok("PATCH", A, {"data": {"z": "1"}}, {"fieldManager": "hand"}, kind=MERGE)
    answer = apply(face, A, "eve", config(x="2", y="2", z="2"))
    assert message(answer) == (
        409,
        'Apply failed with 3 conflicts: conflicts with "ann":\n- .data.x\nconflicts with "bob":\n- .data.y\n'
        'conflicts with "hand" using v1:\n- .data.z',
    )
    assert answer.body["details"]["causes"][2] == {
        "reason": "FieldManagerConflict",
        "message": 'conflict with "hand" using v1',
        "field": ".data.z",
    }


def test_an_update_by_the_same_name_is_another_manager(face: Face) -> None:
    apply(face, A, "ann", config(x="1"))
    found = face.ok("PATCH", A, {"data": {"x": "2"}}, {"fieldManager": "ann"}, kind=MERGE)
    assert owned(found, "ann") is None
    assert owned(found, "ann", "Update") == {"f:data": {"f:x": {}}}
    assert message(apply(face, A, "ann", config(x="1"))) == (
        409,
        'Apply failed with 1 conflict: conflict with "ann" using v1: .data.x',
    )


def test_to_agree_is_to_share(face: Face) -> None:
    face.ok("POST", CONFIGMAPS, config(x="1"), {"fieldManager": "hand"})
    found = apply(face, A, "ann", config(x="1")).body
    assert owned(found, "ann")["f:data"] == {"f:x": {}}
    assert owned(found, "hand", "Update")["f:data"] == {".": {}, "f:x": {}}
    kept = apply(face, A, "ann", config()).body
    assert kept["data"] == {"x": "1"}


def test_a_field_that_an_update_removes_belongs_to_nobody(face: Face) -> None:
    apply(face, A, "ann", config(x="1", y="1"))
    found = face.ok("PATCH", A, {"data": {"x": None}}, {"fieldManager": "hand"}, kind=MERGE)
    assert owned(found, "ann")["f:data"] == {"f:y": {}}
    assert apply(face, A, "ann", config(x="1", y="1")).body["data"] == {"x": "1", "y": "1"}


def test_managed_fields_can_be_cleared(face: Face) -> None:
    apply(face, A, "ann", config(x="1"))
    cleared = face.ok("PATCH", A, {"metadata": {"managedFields": [{}]}}, {"fieldManager": "hand"}, kind=MERGE)
    assert "managedFields" not in cleared["metadata"]
    assert apply(face, A, "bob", config(x="2")).code == 200


def test_preconditions(face: Face) -> None:
    made = apply(face, A, "ann", config(x="1")).body
    stale = config(x="2")
    stale["metadata"]["resourceVersion"] = "1"
    assert apply(face, A, "ann", stale).code == 409
    stale["metadata"]["resourceVersion"] = made["metadata"]["resourceVersion"]
    assert apply(face, A, "ann", stale).code == 200
    other = config()
    other["metadata"]["uid"] = "x"
    assert apply(face, f"{CONFIGMAPS}/b", "ann", {**other, "metadata": {"name": "b", "uid": "x"}}).code in (404, 409)


# -- what does not fit -----------------------------------------------------------------------------------------------

GOT = "got &value.valueUnstructured{Value:"
POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}}
UNFIT: list[tuple[str, dict[str, Any], str]] = [
    (A, {**config(), "dat": {}}, ".dat: field not declared in schema"),
    (A, config(x=1), f".data.x: expected string, {GOT}1}}"),  # type: ignore[arg-type]
    (A, config(x=[1, "a"]), f'.data.x: expected string, {GOT}[]interface {{}}{{1, "a"}}}}'),  # type: ignore[arg-type]
    (A, {**config(), "data": "x"}, ".data: expected map, got &{x}"),
    (A, {**config(), "immutable": "yes"}, ".immutable: expected boolean, got &{yes}"),
    (
        f"{PODS}/p",
        {**POD, "spec": {"containers": {"name": "a"}}},
        ".spec.containers: expected list, got &{map[name:a]}",
    ),
    (f"{PODS}/p", {**POD, "spec": ["a"]}, ".spec: expected map, got &{[a]}"),
    (
        f"{PODS}/p",
        {**POD, "spec": {"activeDeadlineSeconds": "1"}},
        ".spec.activeDeadlineSeconds: expected numeric (int or float), got *value.valueUnstructured",
    ),
    (
        f"{PODS}/p",
        {**POD, "spec": {"containers": [{"name": "a", "env": [{"name": "A", "value": 1}]}]}},
        f'.spec.containers[name="a"].env[name="A"].value: expected string, {GOT}1}}',
    ),
    (
        f"{PODS}/p",
        {**POD, "spec": {"containers": [{"name": "a", "command": ["x", True]}]}},
        f'.spec.containers[name="a"].command[1]: expected string, {GOT}true}}',
    ),
    (
        f"{PODS}/p",
        {**POD, "spec": {"containers": [{"image": "x"}]}},
        '.spec.containers: element 0: associative list with keys has an element that omits key field "name" '
        "(and doesn't have default value)",
    ),
    (
        f"{PODS}/p",
        {**POD, "spec": {"containers": ["x", None]}},
        "errors:\n  .spec.containers: element 0: associative list with keys may not have non-map elements\n"
        "  .spec.containers: element 1: associative list with keys may not have a null element",
    ),
    (
        f"{PODS}/p",
        {**POD, "spec": {"containers": [{"name": "a"}, {"name": "a"}, {"name": "a"}]}},
        '.spec.containers: duplicate entries for key [name="a"]',
    ),
    (f"{CAKES}/a", cake(spec={"nope": 1}), ".spec.nope: field not declared in schema"),
    (f"{CAKES}/a", cake(spec={"tags": ["x", "x"]}), '.spec.tags: duplicate entries for key [="x"]'),
    (
        f"{CAKES}/a",
        cake(spec={"size": "big"}),
        ".spec.size: expected numeric (int or float), got *value.valueUnstructured",
    ),
]


@pytest.mark.parametrize(("path", "body", "problem"), UNFIT)
def test_what_does_not_fit_the_schema(face: Face, path: str, body: dict[str, Any], problem: str) -> None:
    answer = apply(face, path, "ann", body)
    group = "example.com/v1" if "cakes" in path else "/v1"
    name = path.rpartition("/")[2]
    assert message(answer) == (
        500,
        f"failed to create typed patch object (default/{name}; {group}, Kind={body['kind']}): {problem}",
    )


def test_quantities_and_ports_take_numbers_too(face: Face) -> None:
    limits = {"cpu": 1, "memory": "1Gi"}
    probe = {"httpGet": {"port": 80}}
    container = {"name": "a", "image": "x", "resources": {"limits": limits}, "livenessProbe": probe}
    assert apply(face, f"{PODS}/p", "ann", {**POD, "spec": {"containers": [container]}}).code == 201
    assert apply(face, f"{CAKES}/a", "ann", cake(spec={"port": "http"})).code == 201
    assert apply(face, f"{CAKES}/b", "ann", {**cake(spec={"port": 80}), "metadata": {"name": "b"}}).code == 201


@pytest.mark.parametrize("version", ["v2", "", None])
def test_the_version_must_be_that_of_the_path(face: Face, version: str | None) -> None:
    body = {**config(), "apiVersion": version}
    wanted = f"Incorrect version specified in apply patch. Specified patch version: {version or ''}, expected: v1"
    assert face.refused("PATCH", A, body, {"fieldManager": "ann"}, kind=APPLY) == (400, "BadRequest", wanted)
