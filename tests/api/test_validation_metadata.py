"""Metadata of every object: on creation and on update."""

from typing import Any

import pytest

from k8snb.api.decode import read
from k8snb.api.meta import Condition, LabelSelector, ObjectMeta
from k8snb.api.validation import metadata, names
from k8snb.api.validation.equality import equal

GOOD = {"name": "web", "namespace": "default", "resourceVersion": "1", "uid": "u"}
OWNER = {"apiVersion": "v1", "kind": "Pod", "name": "a", "uid": "1", "controller": True}


def meta(**fields: Any) -> Any:
    return read(ObjectMeta, {**GOOD, **fields})


def texts(errors: list[Any]) -> list[str]:
    return [str(error) for error in errors]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, []),
        ({"name": ""}, ["metadata.name: Required value: name or generateName is required"]),
        ({"namespace": ""}, ["metadata.namespace: Required value"]),
        ({"generation": -1}, ["metadata.generation: Invalid value: -1: must be greater than or equal to 0"]),
        ({"generateName": "web-"}, []),
        ({"annotations": {"Example.com/Key": "v"}}, []),
        ({"annotations": {"a": "x" * 262144}}, ["metadata.annotations: Too long: may not be more than 262144 bytes"]),
        ({"annotations": {"a": "x" * 262143}}, []),
        (
            {"ownerReferences": [{"apiVersion": "", "kind": "", "name": "", "uid": ""}]},
            [
                'metadata.ownerReferences.apiVersion: Invalid value: "": version must not be empty',
                'metadata.ownerReferences.kind: Invalid value: "": must not be empty',
                'metadata.ownerReferences.name: Invalid value: "": must not be empty',
                'metadata.ownerReferences.uid: Invalid value: "": must not be empty',
            ],
        ),
        (
            {"ownerReferences": [OWNER, {**OWNER, "name": "b"}]},
            [
                "metadata.ownerReferences: Invalid value: "
                '[{"apiVersion":"v1","kind":"Pod","name":"a","uid":"1","controller":true},'
                '{"apiVersion":"v1","kind":"Pod","name":"b","uid":"1","controller":true}]: '
                'Only one reference can have Controller set to true. Found "true" in references for Pod/a and Pod/b'
            ],
        ),
        (
            {"ownerReferences": [{"apiVersion": "v1", "kind": "Event", "name": "a", "uid": "1"}]},
            [
                "metadata.ownerReferences: Invalid value: "
                '{"apiVersion":"v1","kind":"Event","name":"a","uid":"1"}: '
                "/v1, Kind=Event is disallowed from being an owner"
            ],
        ),
        (
            {"finalizers": ["orphan", "foregroundDeletion", "example.com/x"]},
            [
                'metadata.finalizers: Invalid value: ["orphan","foregroundDeletion","example.com/x"]: '
                "finalizer orphan and foregroundDeletion cannot be both set"
            ],
        ),
        (
            {"managedFields": [{"manager": "kubectl", "operation": "Write", "fieldsType": "V2"}]},
            [
                'metadata.managedFields[0].operation: Invalid value: "Write": must be `Apply` or `Update`',
                'metadata.managedFields[0].fieldsType: Invalid value: "V2": must be `FieldsV1`',
            ],
        ),
    ],
)
def test_creation(fields: dict[str, Any], expected: list[str]) -> None:
    assert texts(metadata.validate_metadata(meta(**fields), namespaced=True)) == expected


def test_namespaces_of_cluster_objects() -> None:
    errors = metadata.validate_metadata(meta(), namespaced=False)
    assert texts(errors) == ["metadata.namespace: Forbidden: not allowed on this type"]


def test_labels_in_key_order() -> None:
    errors = metadata.validate_metadata(meta(labels={"z": "!", "a b": "ok"}), namespaced=True)
    assert [error.value for error in errors] == ["a b", "!"]
    assert {error.field for error in errors} == {"metadata.labels"}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({}, {}, []),
        (
            {},
            {"resourceVersion": ""},
            ['metadata.resourceVersion: Invalid value: "": must be specified for an update'],
        ),
        ({"generation": 2}, {"generation": 1}, ["metadata.generation: Invalid value: 1: must not be decremented"]),
        ({}, {"name": "x"}, ['metadata.name: Invalid value: "x": field is immutable']),
        ({}, {"uid": "x"}, ['metadata.uid: Invalid value: "x": field is immutable']),
        (
            {"creationTimestamp": "2026-01-01T00:00:00Z"},
            {},
            ["metadata.creationTimestamp: Invalid value: null: field is immutable"],
        ),
        (
            {"deletionTimestamp": "2026-01-01T00:00:00Z", "finalizers": ["a.b/c"]},
            {"deletionTimestamp": "2026-01-01T00:00:00Z", "finalizers": ["a.b/c", "x.y/z"]},
            [
                "metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, "
                'found new finalizers []string{"x.y/z"}'
            ],
        ),
    ],
)
def test_update(before: dict[str, Any], after: dict[str, Any], expected: list[str]) -> None:
    assert texts(metadata.validate_metadata_update(meta(**after), meta(**before))) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ({"key": "a", "operator": "In", "values": ["x"]}, []),
        (
            {"key": "a", "operator": "In"},
            ["s.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'"],
        ),
        (
            {"key": "a", "operator": "Exists", "values": ["x"]},
            [
                "s.matchExpressions[0].values: Forbidden: may not be specified when `operator` is 'Exists' or "
                "'DoesNotExist'"
            ],
        ),
        (
            {"key": "a", "operator": "Has"},
            ['s.matchExpressions[0].operator: Invalid value: "Has": not a valid selector operator'],
        ),
    ],
)
def test_label_selectors(expression: dict[str, Any], expected: list[str]) -> None:
    selector = read(LabelSelector, {"matchExpressions": [expression]})
    assert texts(metadata.validate_label_selector(selector, "s")) == expected


def test_conditions() -> None:
    good = {
        "type": "Ready",
        "status": "True",
        "reason": "Fine",
        "message": "",
        "lastTransitionTime": "2026-01-01T00:00:00Z",
    }
    bad = read(Condition, {**good, "status": "Yes", "reason": ""})
    errors = metadata.validate_conditions((read(Condition, good), bad), "c")
    assert texts(errors) == [
        'c[1].type: Duplicate value: "Ready"',
        'c[1].status: Unsupported value: "Yes": supported values: "False", "True", "Unknown"',
        "c[1].reason: Required value: must be set",
    ]


def test_field_managers() -> None:
    assert metadata.validate_field_manager("kubectl", "m") == []
    assert texts(metadata.validate_field_manager("a\nb", "m")) == [
        'm: Invalid value: "a\\nb": invalid character U+000A (at position 1)'
    ]
    assert texts(metadata.validate_field_manager("a" * 129, "m")) == ["m: Too long: may not be more than 128 bytes"]


def test_names_of_a_kind() -> None:
    errors = metadata.validate_metadata(meta(name="a.b"), namespaced=True, name=names.dns_label)
    assert texts(errors) == ['metadata.name: Invalid value: "a.b": must not contain dots']


def test_semantic_equality() -> None:
    assert equal(meta(labels={}), meta())
    assert equal(meta(finalizers=[]), meta())
    assert not equal(meta(labels={"a": "b"}), meta())
    assert equal(None, ())
    assert not equal(None, "")
    assert not equal((1,), (1, 2))


def test_a_finalizer_of_a_built_in_kind_is_standard_or_has_a_domain() -> None:
    assert texts(
        metadata.validate_standard_finalizers(["cleanup", "orphan", "example.com/x"], "metadata.finalizers")
    ) == [
        'metadata.finalizers[0]: Invalid value: "cleanup": '
        "name is neither a standard finalizer name nor is it fully qualified"
    ]
