"""The verbs of the REST face: what they answer, what they refuse, what they leave alone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.apiserver.face import CONFIGMAPS, Face, configmap

NAME_RULE = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end "
    "with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
HANDLED = 'ConfigMap in version "v1" cannot be handled as a ConfigMap'
A = f"{CONFIGMAPS}/a"


@pytest.fixture
def face() -> Face:
    """A cluster with the ConfigMaps a (red), b (blue) and c (blue)."""
    found = Face()
    for name, color in (("a", "red"), ("b", "blue"), ("c", "blue")):
        found.ok("POST", CONFIGMAPS, configmap(name, labels={"color": color}))
    return found


def test_an_object_through_its_life(face: Face) -> None:
    created = face.call("POST", CONFIGMAPS, configmap("life"))
    assert created.code == 201
    meta = created.body["metadata"]
    assert (meta["namespace"], meta["creationTimestamp"]) == ("default", "2026-01-01T00:00:00Z")
    assert meta["resourceVersion"] == str(face.revision)
    path = f"{CONFIGMAPS}/life"
    assert face.ok("GET", path) == created.body
    updated = face.ok("PUT", path, {**created.body, "data": {"a": "2"}})
    assert updated["data"] == {"a": "2"}
    assert int(updated["metadata"]["resourceVersion"]) > int(meta["resourceVersion"])
    assert updated["metadata"]["uid"] == meta["uid"]
    gone = face.ok("DELETE", path)
    assert gone["status"] == "Success"
    assert gone["details"] == {"name": "life", "kind": "configmaps", "uid": meta["uid"]}
    assert face.refused("GET", path) == (404, "NotFound", 'configmaps "life" not found')


def test_generated_names_differ(face: Face) -> None:
    names = {face.ok("POST", CONFIGMAPS, {"metadata": {"generateName": "gen-"}})["metadata"]["name"] for _ in range(20)}
    assert len(names) == 20
    assert all(name.startswith("gen-") and len(name) == 9 for name in names)


def test_an_update_that_changes_nothing_keeps_the_version(face: Face) -> None:
    live, revision = face.ok("GET", A), face.revision
    assert face.ok("PUT", A, live)["metadata"]["resourceVersion"] == live["metadata"]["resourceVersion"]
    assert face.revision == revision


REFUSALS: list[tuple[str, str, Any, dict[str, str], tuple[int, str, str]]] = [
    ("POST", CONFIGMAPS, configmap("a"), {}, (409, "AlreadyExists", 'configmaps "a" already exists')),
    (
        "PUT",
        A,
        configmap("a", {"a": "9"}, resourceVersion="1"),
        {},
        (
            409,
            "Conflict",
            'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to '
            "the latest version and try again",
        ),
    ),
    (
        "PUT",
        A,
        configmap("b"),
        {},
        (400, "BadRequest", "the name of the object (b) does not match the name on the URL (a)"),
    ),
    ("PUT", f"{CONFIGMAPS}/zz", configmap("zz"), {}, (404, "NotFound", 'configmaps "zz" not found')),
    (
        "POST",
        CONFIGMAPS,
        configmap("n", namespace="kube-system"),
        {},
        (400, "BadRequest", "the namespace of the provided object does not match the namespace sent on the request"),
    ),
    (
        "POST",
        "/api/v1/namespaces/none/configmaps",
        configmap("n"),
        {},
        (404, "NotFound", 'namespaces "none" not found'),
    ),
    (
        "POST",
        CONFIGMAPS,
        {"metadata": {}},
        {},
        (422, "Invalid", 'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required'),
    ),
    (
        "POST",
        CONFIGMAPS,
        configmap("A_"),
        {},
        (422, "Invalid", f'ConfigMap "A_" is invalid: metadata.name: Invalid value: "A_": {NAME_RULE}'),
    ),
    (
        "POST",
        CONFIGMAPS,
        {"metadata": {"name": "n", "foo": 1}, "bar": 2},
        {"fieldValidation": "Strict"},
        (400, "BadRequest", f'{HANDLED}: strict decoding error: unknown field "metadata.foo", unknown field "bar"'),
    ),
    (
        "POST",
        CONFIGMAPS,
        {"metadata": {"name": "n"}, "data": {"x": 1}},
        {},
        (
            400,
            "BadRequest",
            f"{HANDLED}: json: cannot unmarshal number into Go struct field ConfigMap.data of type string",
        ),
    ),
    (
        "DELETE",
        A,
        {"preconditions": {"resourceVersion": "1"}},
        {},
        (
            409,
            "Conflict",
            'Operation cannot be fulfilled on configmaps "a": Precondition failed: ResourceVersion in precondition: 1, '
            "ResourceVersion in object meta: {version}",
        ),
    ),
    ("DELETE", f"{CONFIGMAPS}/zz", None, {}, (404, "NotFound", 'configmaps "zz" not found')),
    (
        "GET",
        CONFIGMAPS,
        None,
        {"labelSelector": "!!"},
        (400, "BadRequest", "unable to parse requirement: found '!', expected: identifier"),
    ),
    (
        "GET",
        CONFIGMAPS,
        None,
        {"fieldSelector": "data.a=1"},
        (400, "BadRequest", '"data.a" is not a known field selector: only "metadata.name", "metadata.namespace"'),
    ),
]


@pytest.mark.parametrize(("method", "path", "body", "query", "expected"), REFUSALS)
def test_refusals(
    face: Face, method: str, path: str, body: Any, query: dict[str, str], expected: tuple[int, str, str]
) -> None:
    code, reason, message = expected
    version = face.ok("GET", A)["metadata"]["resourceVersion"]
    wanted = (code, reason, message.replace("{version}", version))
    assert face.refused(method, path, body, query) == wanted


def test_unknown_paths_are_not_found(face: Face) -> None:
    expected = (404, "NotFound", "the server could not find the requested resource")
    assert face.refused("GET", "/api/v1/namespaces/default/nothings") == expected
    answer = face.call("GET", "/apis/nothing.example/v1/nothings")
    assert (answer.code, answer.body) == (404, "404 page not found\n")


@pytest.mark.parametrize(
    ("validation", "warnings"),
    [("Warn", ('unknown field "metadata.foo"', 'unknown field "bar"')), ("", None), ("Ignore", ())],
)
def test_field_validation_warns_or_ignores(face: Face, validation: str, warnings: tuple[str, ...] | None) -> None:
    body = {"metadata": {"name": "n", "foo": 1}, "data": {"k": "v"}, "bar": 2}
    answer = face.call("POST", CONFIGMAPS, body, {"fieldValidation": validation})
    assert answer.code == 201
    assert "bar" not in answer.body
    expected = ('unknown field "metadata.foo"', 'unknown field "bar"') if warnings is None else warnings
    assert answer.warnings == expected


SELECTIONS = [
    ({"labelSelector": "color=blue"}, "bc"),
    ({"labelSelector": "color!=blue,color"}, "a"),
    ({"labelSelector": "color in (red, green)"}, "a"),
    ({"labelSelector": "color notin (red),color"}, "bc"),
    ({"fieldSelector": "metadata.name=b"}, "b"),
    ({"labelSelector": "color=red", "fieldSelector": "metadata.name=b"}, ""),
    ({"fieldSelector": "metadata.name!=kube-root-ca.crt"}, "abc"),
]


@pytest.mark.parametrize(("query", "expected"), SELECTIONS)
def test_lists_with_selectors(face: Face, query: dict[str, str], expected: str) -> None:
    assert face.names(CONFIGMAPS, **query) == list(expected)
