"""Options of writes: which make no sense, and what a dry run shows."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from k8snb import Cluster
from tests.apiserver.face import CONFIGMAPS, Face
from tests.apiserver.test_groups import CRD

A = f"{CONFIGMAPS}/a"
BODY: dict[str, Any] = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"k": "v"}}
MERGE, APPLY = "application/merge-patch+json", "application/apply-patch+yaml"
VALIDATION = 'fieldValidation: Unsupported value: "Yes": supported values: "", "Ignore", "Strict", "Warn"'
DRY = 'dryRun: Unsupported value: ["yes"]: supported values: "All"'
PROPAGATION = 'propagationPolicy: Unsupported value: "X": supported values: "Foreground", "Background", "Orphan", "nil"'
BOTH = 'propagationPolicy: Invalid value: "Orphan": orphanDependents and deletionPropagation cannot be both set'
LONG = "fieldManager: Too long: may not be more than 128 bytes"


@pytest.fixture(scope="module")
def prototype() -> Cluster:
    cluster = Cluster(profile="hollow")
    Face(cluster).ok("POST", CONFIGMAPS, BODY)
    return cluster


@pytest.fixture
def face(prototype: Cluster) -> Iterator[Face]:
    copy = prototype.fork()
    yield Face(copy)
    copy.close()


@pytest.mark.parametrize(
    ("method", "path", "kind", "query", "body", "problem"),
    [
        ("POST", CONFIGMAPS, "", {"fieldValidation": "Yes"}, BODY, f"Create: {VALIDATION}"),
        ("POST", CONFIGMAPS, "", {"dryRun": "yes"}, BODY, f"Create: {DRY}"),
        ("POST", CONFIGMAPS, "", {"fieldManager": "m" * 129}, BODY, f"Create: {LONG}"),
        (
            "POST",
            CONFIGMAPS,
            "",
            {"fieldManager": "a\x07b"},
            BODY,
            'Create: fieldManager: Invalid value: "a\\ab": invalid character U+0007 (at position 1)',
        ),
        ("PUT", A, "", {"dryRun": "yes", "fieldValidation": "Yes"}, BODY, f"Update: [{DRY}, {VALIDATION}]"),
        ("PATCH", A, MERGE, {"dryRun": "yes"}, {}, f"Patch: {DRY}"),
        ("PATCH", A, MERGE, {"force": "true"}, {}, "Patch: force: Forbidden: may not be specified for non-apply patch"),
        ("PATCH", A, APPLY, {}, BODY, "Patch: fieldManager: Required value: is required for apply patch"),
        ("DELETE", A, "", {"propagationPolicy": "X"}, None, f"Delete: {PROPAGATION}"),
        ("DELETE", A, "", {}, {"dryRun": ["yes"]}, f"Delete: {DRY}"),
        ("DELETE", A, "", {}, {"orphanDependents": True, "propagationPolicy": "Orphan"}, f"Delete: {BOTH}"),
        ("DELETE", CONFIGMAPS, "", {"propagationPolicy": "X"}, None, f"Delete: {PROPAGATION}"),
    ],
)
def test_options_that_make_no_sense(
    face: Face, method: str, path: str, kind: str, query: dict[str, str], body: Any, problem: str
) -> None:
    what, _, detail = problem.partition(": ")
    more = {"kind": kind} if kind else {}
    message = f'{what}Options.meta.k8s.io "" is invalid: {detail}'
    assert face.refused(method, path, body, query, **more) == (422, "Invalid", message)


def managers(obj: dict[str, Any]) -> list[tuple[str, str, list[str]]]:
    return [
        (each["manager"], each["operation"], sorted(each["fieldsV1"]))
        for each in obj["metadata"].get("managedFields", ())
    ]


def test_a_dry_run_shows_who_would_own_what(face: Face) -> None:
    query = {"dryRun": "All", "fieldManager": "me"}
    before = face.ok("GET", A)
    tried = face.ok("POST", CONFIGMAPS, {**BODY, "metadata": {"name": "b"}}, query)
    assert managers(tried) == [("me", "Update", ["f:data"])]
    assert face.call("GET", f"{CONFIGMAPS}/b").code == 404

    tried = face.ok("PUT", A, {**BODY, "data": {"k": "w"}}, query)
    assert [each[0] for each in managers(tried)] == ["me", "unknown"]
    tried = face.ok("PATCH", A, {"data": {"n": "1"}}, query, kind=MERGE)
    assert [each[0] for each in managers(tried)] == ["me", "unknown"]
    tried = face.ok("PATCH", A, {**BODY, "data": {"n": "1"}}, query, kind=APPLY)
    assert [each[:2] for each in managers(tried)] == [("me", "Apply"), ("unknown", "Update")]
    tried = face.ok("PATCH", f"{CONFIGMAPS}/c", {**BODY, "metadata": {"name": "c"}}, query, kind=APPLY)
    assert managers(tried) == [("me", "Apply", ["f:data"])]
    assert face.ok("GET", A) == before


def test_unknown_fields_are_named_in_order(face: Face) -> None:
    body = {"kind": "ConfigMap", "apiVersion": "v1", "zoo": 1, "metadata": {"name": "b", "z": 1, "a": 2}, "bar": 2}
    heading = 'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: '
    as_sent = 'unknown field "zoo", unknown field "metadata.z", unknown field "metadata.a", unknown field "bar"'
    assert face.refused("POST", CONFIGMAPS, body, {"fieldValidation": "Strict"})[2] == heading + as_sent
    schema = {"type": "object", "properties": {"spec": {"type": "object", "properties": {"n": {"type": "integer"}}}}}
    definition = copy.deepcopy(CRD)
    definition["spec"]["versions"][0]["schema"] = {"openAPIV3Schema": schema}  # type: ignore[index]
    face.ok("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition)
    face.cluster.settle(quiet=1, timeout=5)
    head = {"apiVersion": "example.com/v1", "kind": "Widget"}
    widget = {**head, "zoo": 1, "spec": {"n": 1, "m": 2}, "bar": 2, "metadata": {"name": "w", "odd": 1}}
    path = "/apis/example.com/v1/namespaces/default/widgets"
    heading = 'Widget in version "v1" cannot be handled as a Widget: strict decoding error: '
    sorted_ = 'unknown field "metadata.odd", unknown field "bar", unknown field "spec.m", unknown field "zoo"'
    assert face.refused("POST", path, widget, {"fieldValidation": "Strict"})[2] == heading + sorted_
