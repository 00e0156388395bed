"""Custom resources: from the definition to an API that validates, fills in, prunes and goes away again."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from k8snb.apiserver.catalogue import version_order
from k8snb.apiserver.structural import validate
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
    ({"size": "a"}, 'spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"'),
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


def versioned() -> dict[str, Any]:
    """Widgets in two versions: v1 is stored and deprecated, v2 knows one more field."""
    definition = deepcopy(DEFINITION)
    first = definition["spec"]["versions"][0]
    first |= {"deprecated": True}
    second = deepcopy(first) | {"name": "v2", "storage": False, "deprecated": False}
    properties = second["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
    properties["note"] = {"type": "string", "default": "none"}
    properties["size"]["minimum"] = 2
    definition["spec"]["versions"].append(second)
    return definition


V2 = WIDGETS.replace("/v1/", "/v2/")


@pytest.fixture
def both() -> Face:
    found = Face()
    found.ok("POST", DEFINITIONS, versioned())
    found.cluster.settle()
    return found


def test_every_version_shows_every_object(both: Face) -> None:
    watch = both.ok("GET", V2, None, {"watch": "true", "resourceVersion": str(both.revision)})
    made = both.call("POST", WIDGETS, widget("a", size=3))
    assert made.warnings == ("shop.io/v1 Widget is deprecated; use shop.io/v2 Widget",)
    assert [event["object"]["apiVersion"] for event in watch.poll()] == ["shop.io/v2"]
    assert both.ok("GET", f"{V2}/a") == {**made.body, "apiVersion": "shop.io/v2"}
    assert [item["apiVersion"] for item in both.ok("GET", V2)["items"]] == ["shop.io/v2"]
    patched = both.ok("PATCH", f"{V2}/a", {"spec": {"size": 4}}, kind=MERGE)
    assert (patched["apiVersion"], patched["spec"]["size"]) == ("shop.io/v2", 4)
    put = both.ok("PUT", f"{V2}/a", {**patched, "spec": {"size": 5}})
    assert (put["apiVersion"], both.ok("GET", f"{WIDGETS}/a")["spec"]["size"]) == ("shop.io/v2", 5)
    assert both.call("DELETE", f"{V2}/a").code == 200
    assert both.names(WIDGETS) == []


def test_what_the_stored_version_does_not_know_is_lost(both: Face) -> None:
    body = {**widget("a", size=3, note="x"), "apiVersion": "shop.io/v2"}
    assert both.ok("POST", V2, body)["spec"] == {"size": 3, "replicas": 1}


def test_an_object_is_validated_by_the_version_it_comes_in(both: Face) -> None:
    body = {**widget("a", size=1), "apiVersion": "shop.io/v2"}
    problem = "spec.size: Invalid value: 1: spec.size in body should be greater than or equal to 2"
    assert both.refused("POST", V2, body) == (422, "Invalid", f'Widget.shop.io "a" is invalid: {problem}')
    assert both.call("POST", WIDGETS, widget("a", size=1)).code == 201


def test_the_stored_version_can_change(both: Face) -> None:
    both.ok("POST", WIDGETS, widget("old", size=3))
    path = f"{DEFINITIONS}/widgets.shop.io"
    definition = both.ok("GET", path)
    for version in definition["spec"]["versions"]:
        version["storage"] = version["name"] == "v2"
    both.ok("PUT", path, definition)
    both.cluster.settle()
    assert both.ok("GET", path)["status"]["storedVersions"] == ["v1", "v2"]
    both.ok("POST", V2, {**widget("new", size=3, note="x"), "apiVersion": "shop.io/v2"})
    for where, version in ((WIDGETS, "shop.io/v1"), (V2, "shop.io/v2")):
        items = both.ok("GET", where)["items"]
        assert [(item["metadata"]["name"], item["apiVersion"]) for item in items] == [
            ("new", version),
            ("old", version),
        ]
    assert "note" not in both.ok("GET", f"{WIDGETS}/new")["spec"]
    assert both.ok("GET", f"{V2}/new")["spec"]["note"] == "x"


def test_the_best_version_is_preferred(both: Face) -> None:
    group = both.ok("GET", "/apis/shop.io")
    assert [version["version"] for version in group["versions"]] == ["v2", "v1"]
    assert group["preferredVersion"]["version"] == "v2"


def test_versions_stand_in_kubernetes_order() -> None:
    names = ["foo10", "v1alpha1", "v2", "v1beta2", "v10", "foo1", "v1beta1", "v1", "v11alpha2"]
    ordered = ["v10", "v2", "v1", "v1beta2", "v1beta1", "v11alpha2", "v1alpha1", "foo1", "foo10"]
    assert sorted(names, key=version_order) == ordered


def test_an_update_that_changes_nothing_after_the_definition_changed_writes_nothing(face: Face) -> None:
    stored = face.ok("POST", WIDGETS, widget(size=3))
    path = f"{DEFINITIONS}/widgets.shop.io"
    face.ok("PATCH", path, {"metadata": {"labels": {"a": "b"}}}, kind=MERGE)
    face.cluster.settle()
    revision = face.revision
    assert face.ok("PUT", W, stored) == stored
    assert face.revision == revision


def test_a_conversion_webhook_is_not_made_up() -> None:
    face = Face()
    definition = versioned()
    client = {"service": {"name": "convert", "namespace": "shop", "path": "/c"}, "caBundle": "QQ=="}
    webhook = {"clientConfig": client, "conversionReviewVersions": ["v1"]}
    definition["spec"]["conversion"] = {"strategy": "Webhook", "webhook": webhook}
    made = face.call("POST", DEFINITIONS, definition)
    assert any("conversion webhooks are not called here" in text for text in made.warnings)
    face.cluster.settle()
    face.ok("POST", WIDGETS, widget("a", size=3))
    assert face.call("GET", f"{WIDGETS}/a").code == 200
    answer = face.call("GET", f"{V2}/a")
    assert answer.code == 500
    assert answer.body["message"] == (
        "conversion webhook for shop.io/v1, Kind=Widget failed: "
        'Post "https://convert.shop.svc:443/c?timeout=30s": conversion webhooks are not called in this cluster'
    )


def test_rules_that_nobody_evaluates_are_named() -> None:
    face = Face()
    definition = deepcopy(DEFINITION)
    spec = definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]
    spec["x-kubernetes-validations"] = [{"rule": "self.size > 1", "message": "too small"}]
    assert face.call("POST", DEFINITIONS, definition).warnings == (
        "spec.versions[0].schema.openAPIV3Schema: x-kubernetes-validations (CEL) are kept, but not evaluated here",
    )
    again = face.call("PATCH", f"{DEFINITIONS}/widgets.shop.io", {"metadata": {"labels": {"a": "b"}}}, kind=MERGE)
    assert again.warnings == ()


#: kube-openapi's words: (schema of spec.x, value, what is said)
WORDS: list[tuple[dict[str, Any], Any, list[str]]] = [
    ({"type": "string"}, 1, ['spec.x: Invalid value: "integer": spec.x in body must be of type string: "integer"']),
    ({"type": "boolean"}, "a", ['spec.x: Invalid value: "string": spec.x in body must be of type boolean: "string"']),
    (
        {"type": "array", "items": {"type": "string"}},
        {},
        ['spec.x: Invalid value: "object": spec.x in body must be of type array: "object"'],
    ),
    ({"type": "integer"}, 1.5, ['spec.x: Invalid value: "number": spec.x in body must be of type integer: "number"']),
    ({"type": "number"}, 1, []),
    ({"type": "string", "maxLength": 2}, "abc", ["spec.x: Too long: may not be more than 2 bytes"]),
    (
        {"type": "string", "minLength": 2},
        "a",
        ['spec.x: Invalid value: "a": spec.x in body should be at least 2 chars long'],
    ),
    (
        {"type": "integer", "exclusiveMinimum": True, "minimum": 0},
        0,
        ["spec.x: Invalid value: 0: spec.x in body should be greater than 0"],
    ),
    ({"type": "integer", "multipleOf": 3}, 4, ["spec.x: Invalid value: 4: spec.x in body should be a multiple of 3"]),
    (
        {"type": "array", "minItems": 1, "items": {"type": "string"}},
        [],
        ["spec.x: Invalid value: 0: spec.x in body should have at least 1 items"],
    ),
    (
        {"type": "object", "minProperties": 1, "additionalProperties": {"type": "string"}},
        {},
        ["spec.x: Invalid value: 0: spec.x in body should have at least 1 properties"],
    ),
    (
        {"type": "object", "maxProperties": 1, "additionalProperties": {"type": "string"}},
        {"a": "b", "c": "d"},
        ["spec.x: Too many: 2: must have at most 1 item"],
    ),
    ({"type": "integer", "enum": [1, 2]}, 3, ['spec.x: Unsupported value: 3: supported values: "1", "2"']),
    (
        {"type": "string", "format": "date-time"},
        "soon",
        ['spec.x: Invalid value: "soon": spec.x in body must be of type date-time: "soon"'],
    ),
    ({"type": "string", "format": "ipv4"}, "10.0.0.1", []),
    (
        {
            "type": "object",
            "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
            "oneOf": [{"required": ["a"]}, {"required": ["b"]}],
        },
        {},
        [
            '<nil>: Invalid value: "": "spec.x" must validate one and only one schema (oneOf). Found none valid',
            "spec.x.a: Required value",
        ],
    ),
    (
        {
            "type": "object",
            "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
            "oneOf": [{"required": ["a"]}, {"required": ["b"]}],
        },
        {"a": "1", "b": "2"},
        [
            '<nil>: Invalid value: "": "spec.x" must validate one and only one schema (oneOf). Found 2 valid alternatives'
        ],
    ),
    (
        {
            "type": "object",
            "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
            "anyOf": [{"required": ["a"]}, {"required": ["b"]}],
        },
        {},
        ['<nil>: Invalid value: "": "spec.x" must validate at least one schema (anyOf)', "spec.x.a: Required value"],
    ),
    (
        {"type": "integer", "not": {"enum": [1]}},
        1,
        ['<nil>: Invalid value: "": "spec.x" must not validate the schema (not)'],
    ),
    (
        {"type": "integer", "allOf": [{"minimum": 5}, {"maximum": 9}]},
        1,
        [
            "spec.x: Invalid value: 1: spec.x in body should be greater than or equal to 5",
            '<nil>: Invalid value: "": "spec.x" must validate all the schemas (allOf)',
        ],
    ),
]


@pytest.mark.parametrize(("schema", "value", "said"), WORDS)
def test_the_words_of_schemas(schema: dict[str, Any], value: Any, said: list[str]) -> None:
    whole = {"type": "object", "properties": {"spec": {"type": "object", "properties": {"x": schema}}}}
    assert [str(error) for error in validate({"spec": {"x": value}}, whole)] == said
