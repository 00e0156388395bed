"""Custom resources: from the definition to an API that validates, fills in, prunes and goes away again."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from tests.apiserver.face import TABLE, Face

DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
WIDGETS = "/apis/shop.io/v1/namespaces/default/widgets"
W = f"{WIDGETS}/w"
MERGE = "application/merge-patch+json"
SCHEMA = {
    "type": "object",
    "properties": {
        "spec": {
            "type": "object",
            "required": ["size"],
            "properties": {
                "size": {"type": "integer", "minimum": 1, "maximum": 9},
                "replicas": {"type": "integer", "default": 1},
                "color": {"type": "string", "enum": ["red", "blue"]},
                "tags": {"type": "array", "maxItems": 2, "items": {"type": "string", "pattern": "^[a-z]+$"}},
                "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
                "port": {"x-kubernetes-int-or-string": True},
            },
        },
        "status": {"type": "object", "properties": {"replicas": {"type": "integer"}}},
    },
}
DEFINITION = {
    "metadata": {"name": "widgets.shop.io"},
    "spec": {
        "group": "shop.io",
        "scope": "Namespaced",
        "names": {"plural": "widgets", "singular": "widget", "kind": "Widget", "shortNames": ["wd"]},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "subresources": {
                    "status": {},
                    "scale": {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas"},
                },
                "additionalPrinterColumns": [{"name": "Size", "type": "integer", "jsonPath": ".spec.size"}],
                "schema": {"openAPIV3Schema": SCHEMA},
            }
        ],
    },
}


def widget(name: str = "w", **spec: Any) -> dict[str, Any]:
    return {"apiVersion": "shop.io/v1", "kind": "Widget", "metadata": {"name": name}, "spec": spec}


@pytest.fixture
def face() -> Face:
    """A cluster that serves widgets."""
    found = Face()
    found.ok("POST", DEFINITIONS, DEFINITION)
    found.cluster.settle()
    return found


def test_served_once_established() -> None:
    face = Face()
    assert face.call("GET", WIDGETS).code == 404
    face.ok("POST", DEFINITIONS, DEFINITION)
    assert face.call("GET", WIDGETS).code == 404
    face.cluster.run_ready()
    assert face.ok("GET", WIDGETS)["kind"] == "WidgetList"
    found = face.ok("GET", f"{DEFINITIONS}/widgets.shop.io")
    conditions = {each["type"]: each["status"] for each in found["status"]["conditions"]}
    assert conditions == {"NamesAccepted": "True", "Established": "True"}
    assert found["spec"]["names"]["listKind"] == "WidgetList"
    listed = face.ok("GET", "/apis/shop.io/v1")["resources"]
    assert {each["name"] for each in listed} == {"widgets", "widgets/status", "widgets/scale"}
    assert face.cluster.kubectl("get wd").stderr == "No resources found in default namespace.\n"


def test_defaults_and_pruning(face: Face) -> None:
    answer = face.call("POST", WIDGETS, widget(size=3, foo=1, free={"any": {"thing": True}}))
    assert (answer.code, answer.warnings) == (201, ('unknown field "spec.foo"',))
    assert answer.body["spec"] == {"size": 3, "replicas": 1, "free": {"any": {"thing": True}}}
    assert face.ok("GET", W)["spec"] == answer.body["spec"]
    message = 'Widget in version "v1" cannot be handled as a Widget: strict decoding error: unknown field "spec.foo"'
    strict = face.refused("POST", WIDGETS, widget("x", size=3, foo=1), {"fieldValidation": "Strict"})
    assert strict == (400, "BadRequest", message)


@pytest.mark.parametrize("port", [80, "http"])
def test_int_or_string(face: Face, port: int | str) -> None:
    assert face.ok("POST", WIDGETS, widget(size=1, port=port))["spec"]["port"] == port


INVALID: list[tuple[dict[str, Any], str]] = [
    ({}, "spec.size: Required value"),
    ({"size": "a"}, 'spec.size: Invalid value: "a": spec.size in body must be of type integer: "string"'),
    ({"size": 0}, "spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1"),
    ({"size": 10}, "spec.size: Invalid value: 10: spec.size in body should be less than or equal to 9"),
    ({"size": 1, "color": "green"}, 'spec.color: Unsupported value: "green": supported values: "red", "blue"'),
    ({"size": 1, "tags": ["A"]}, "spec.tags[0]: Invalid value: \"A\": spec.tags[0] in body should match '^[a-z]+$'"),
    ({"size": 1, "tags": ["a", "b", "c"]}, "spec.tags: Too many: 3: must have at most 2 items"),
]


@pytest.mark.parametrize(("spec", "problem"), INVALID)
def test_invalid_objects(face: Face, spec: dict[str, Any], problem: str) -> None:
    expected = (422, "Invalid", f'Widget.shop.io "x" is invalid: {problem}')
    assert face.refused("POST", WIDGETS, widget("x", **spec)) == expected


def test_status_is_written_apart(face: Face) -> None:
    face.ok("POST", WIDGETS, {**widget(size=3), "status": {"replicas": 9}})
    assert "status" not in face.ok("GET", W)
    both = {"spec": {"size": 4}, "status": {"replicas": 3}}
    found = face.ok("PATCH", W, both, kind=MERGE)
    assert (found["spec"]["size"], found.get("status"), found["metadata"]["generation"]) == (4, None, 2)
    found = face.ok("PATCH", f"{W}/status", {"spec": {"size": 5}, "status": {"replicas": 3}}, kind=MERGE)
    assert (found["spec"]["size"], found["status"], found["metadata"]["generation"]) == (4, {"replicas": 3}, 2)


def test_scale(face: Face) -> None:
    face.ok("POST", WIDGETS, widget(size=3))
    scale = face.ok("PATCH", f"{W}/scale", {"spec": {"replicas": 4}}, kind=MERGE)
    assert (scale["apiVersion"], scale["spec"]) == ("autoscaling/v1", {"replicas": 4})
    assert face.ok("GET", W)["spec"] == {"size": 3, "replicas": 4}


def test_without_subresources_there_are_none() -> None:
    face, plain = Face(), deepcopy(DEFINITION)
    del plain["spec"]["versions"][0]["subresources"]
    face.ok("POST", DEFINITIONS, plain)
    face.cluster.settle()
    face.ok("POST", WIDGETS, {**widget(size=3), "status": {"replicas": 9}})
    assert face.ok("GET", W)["status"] == {"replicas": 9}
    for name in ("status", "scale"):
        assert face.call("GET", f"{W}/{name}").code == 404


def test_columns(face: Face) -> None:
    face.ok("POST", WIDGETS, widget(size=3))
    found = face.ok("GET", WIDGETS, accept=TABLE)
    assert [each["name"] for each in found["columnDefinitions"]] == ["Name", "Size"]
    assert [row["cells"] for row in found["rows"]] == [["w", 3]]


def test_a_strategic_merge_patch_is_not_for_custom_resources(face: Face) -> None:
    face.ok("POST", WIDGETS, widget(size=3))
    kind = "application/strategic-merge-patch+json"
    assert face.refused("PATCH", W, {"spec": {"size": 4}}, kind=kind)[:2] == (415, "UnsupportedMediaType")


def test_deleting_the_definition_deletes_the_objects(face: Face) -> None:
    face.ok("POST", WIDGETS, widget(size=3))
    face.ok("DELETE", f"{DEFINITIONS}/widgets.shop.io")
    face.cluster.settle()
    assert face.call("GET", W).code == 404
    assert face.refused("GET", f"{DEFINITIONS}/widgets.shop.io")[0] == 404
    assert face.cluster.history("widgets.shop.io")[-1].type == "DELETED"
    face.ok("POST", DEFINITIONS, DEFINITION)
    face.cluster.settle()
    assert face.names(WIDGETS) == []


def test_a_finalizer_holds_the_definition(face: Face) -> None:
    held = widget(size=3)
    held["metadata"]["finalizers"] = ["shop.io/hold"]
    face.ok("POST", WIDGETS, held)
    face.ok("DELETE", f"{DEFINITIONS}/widgets.shop.io")
    face.cluster.settle()
    assert "deletionTimestamp" in face.ok("GET", f"{DEFINITIONS}/widgets.shop.io")["metadata"]
    assert face.ok("GET", W)["metadata"]["finalizers"] == ["shop.io/hold"]
    face.ok("PATCH", W, {"metadata": {"finalizers": None}}, kind=MERGE)
    face.cluster.settle()
    assert face.refused("GET", f"{DEFINITIONS}/widgets.shop.io")[0] == 404


def test_the_name_says_plural_and_group() -> None:
    wrong = {**DEFINITION, "metadata": {"name": "x.shop.io"}}
    code, _, message = Face().refused("POST", DEFINITIONS, wrong)
    assert code == 422
    assert 'metadata.name: Invalid value: "x.shop.io": must be spec.names.plural+"."+spec.group' in message
