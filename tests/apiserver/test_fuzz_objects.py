"""Made-up objects of every kind: what is accepted survives all that clients do with it; what is not gets a proper refusal."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from k8snb import Cluster
from k8snb.api.decode import decode_object
from k8snb.api.resources import Resource
from tests.apiserver.face import Face
from tests.apiserver.generation import attempts, body_of, kinds, path_of

#: what the server makes of a field is its own business
SERVERS = {"status", "managedFields", "generation", "resourceVersion", "uid", "creationTimestamp"}
#: taken in, never shown again; or (upstream's default) dropped without session affinity
WRITE_ONLY = {("secrets", "stringData"), ("services", "spec.sessionAffinityConfig")}
#: kinds whose name follows from what they say
NAMES = {"CustomResourceDefinition": "xs.example.com", "APIService": "v1.x.example.com", "IPAddress": "10.96.7.7"}
EXAMPLES = settings(
    max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], database=None
)


@pytest.fixture(scope="module")
def prototype() -> Cluster:
    cluster = Cluster(profile="hollow")
    cluster.settle()
    return cluster


@pytest.fixture
def face(prototype: Cluster) -> Face:
    return Face(prototype.fork())


def id_of(resource: Resource) -> str:
    return f"{resource.group_resource}/{resource.version}"


def proper(answer: Any) -> None:
    """A success, or a Status that says what is wrong."""
    typed = "failed to create typed patch object"  # upstream's own 500, word by word
    assert answer.code < 500 or typed in answer.body["message"], answer.body
    json.dumps(answer.body)
    if answer.code >= 300:
        status = answer.body
        assert (status["kind"], status["status"], status["code"]) == ("Status", "Failure", answer.code)
        assert status.get("reason") or typed in status["message"]
        assert status["message"]


def accepted(face: Face, resource: Resource, random: Random) -> dict[str, Any] | None:
    """A body that the server has stored, None if it would not take any. Refusals on the way must be proper."""
    name = NAMES.get(resource.kind, f"x{face.revision}")
    body: dict[str, Any] | None = body_of(resource, random, name)
    for sent, answer in attempts(resource, body or {}, random, lambda made: face.call("POST", path_of(resource), made)):
        proper(answer)
        if answer.code == 201:
            return sent
        if "this server does not" in answer.body["message"]:
            pytest.skip(answer.body["message"])
    return None


def lost(sent: Any, kept: Any, path: str = "") -> list[str]:
    """Paths of what was sent and is not there."""
    if isinstance(sent, dict):
        if not isinstance(kept, dict):
            return [path]
        return [
            each
            for name, item in sent.items()
            if name not in SERVERS and item is not None
            for each in lost(item, kept.get(name), f"{path}.{name}" if path else name)
        ]
    if isinstance(sent, list):
        if not isinstance(kept, list) or len(kept) < len(sent):
            return [path]
        return [each for i, item in enumerate(sent) for each in lost(item, kept[i], f"{path}[{i}]")]
    return [] if sent == kept else [path]


def normal(resource: Resource, body: dict[str, Any]) -> dict[str, Any]:
    """A body as the server reads it: no zero values, canonical quantities."""
    data = decode_object(resource.model, copy.deepcopy(body))[0].to_dict()
    if resource.kind == "Secret" and "stringData" in data:  # what is given as text wins
        data["data"] = {
            name: item for name, item in data.get("data", {}).items() if name not in data["stringData"]
        } or None
    if resource.kind == "CertificateSigningRequest":  # says itself who asks
        data["spec"] = {
            name: item for name, item in data["spec"].items() if name not in ("username", "groups", "extra")
        }
    return data


def bare(data: dict[str, Any]) -> dict[str, Any]:
    """Without the fields that say who wrote it."""
    meta = {name: item for name, item in data["metadata"].items() if name != "managedFields"}
    return {**data, "metadata": meta}


@pytest.mark.parametrize("resource", kinds(), ids=id_of)
def test_nothing_is_lost(face: Face, resource: Resource) -> None:
    taken = 0

    @EXAMPLES
    @given(st.integers(0, 2**32))
    def check(seed: int) -> None:
        nonlocal taken
        read = face.ok("GET", path_of(resource), query={"watch": "true", "resourceVersion": str(face.revision)})
        sent = accepted(face, resource, Random(seed))
        if sent is None:
            return
        taken += 1
        path = path_of(resource, sent["metadata"]["name"])
        stored = face.ok("GET", path)
        missing = lost(normal(resource, sent), stored)
        assert [each for each in missing if (resource.plural, each) not in WRITE_ONLY] == []
        events = read.poll()
        assert [event["type"] for event in events] == ["ADDED"]
        assert bare(events[0]["object"]) == bare(stored)
        round_trip(face, resource, path, sent, stored)
        read.poll()
        assert face.call("DELETE", path, {"propagationPolicy": "Background", "gracePeriodSeconds": 0}).code == 200
        drop_finalizers(face, path)
        assert read.poll()[-1]["type"] == "DELETED"

    check()
    assert taken, "no example was accepted"


def round_trip(face: Face, resource: Resource, path: str, sent: dict[str, Any], stored: dict[str, Any]) -> None:
    revision = face.revision
    assert bare(face.ok("PUT", path, stored)) == bare(stored)
    assert face.revision == revision, "a replace without a change was written"
    listed = face.ok("GET", path_of(resource), query={"fieldSelector": f"metadata.name={stored['metadata']['name']}"})
    assert [item["metadata"]["uid"] for item in listed["items"]] == [stored["metadata"]["uid"]]
    query = {"fieldManager": "fuzz", "force": "true"}
    kind = "application/apply-patch+yaml"
    answer = face.call("PATCH", path, sent, query, kind=kind)
    if answer.code == 500:
        assert "duplicate entries for key" in answer.body["message"]
        return
    applied = answer.body
    assert answer.code == 200, applied
    assert lost(bare(stored), applied) == []
    again = face.ok("PATCH", path, sent, query, kind=kind)
    assert again["metadata"]["resourceVersion"] == applied["metadata"]["resourceVersion"]
    managers = {entry["manager"] for entry in again["metadata"]["managedFields"]}
    assert "fuzz" in managers
    merged = face.ok("PATCH", path, {}, kind="application/merge-patch+json")
    assert bare(merged) == bare(again)


def drop_finalizers(face: Face, path: str) -> None:
    """Nobody here finishes what finalizers wait for."""
    answer = face.call("GET", path)
    if answer.code == 200:
        namespace = answer.body["kind"] == "Namespace"
        if answer.body["metadata"].get("finalizers"):
            patch = {"metadata": {"finalizers": None}}
            face.ok("PATCH", path, patch, kind="application/merge-patch+json")
        if namespace:
            body = {**face.ok("GET", path), "spec": {"finalizers": []}}
            face.ok("PUT", f"{path}/finalize", body)
    assert face.call("GET", path).code == 404


# -- what is not valid ---------------------------------------------------------------------------------------------------

JUNK: list[Callable[[Random], Any]] = [
    lambda random: None,
    lambda random: True,
    lambda random: -1,
    lambda random: 2**63,
    lambda random: 1.5,
    lambda random: float(10**300),
    lambda random: "",
    lambda random: "A_b/..\u0000\U0001f600" + "x" * random.choice((0, 300, 70_000)),
    lambda random: [],
    lambda random: [[]],
    lambda random: [None],
    lambda random: {},
    lambda random: {"": None},
    lambda random: {"a": {"b": [{}]}},
]


def spoil(random: Random, body: Any) -> None:
    """Put something wrong somewhere."""
    holders: list[Any] = []

    def collect(value: Any) -> None:
        if isinstance(value, dict | list) and value:
            holders.append(value)
            for item in value.values() if isinstance(value, dict) else value:
                collect(item)

    collect(body)
    holder = random.choice(holders)
    key = random.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
    holder[key] = random.choice(JUNK)(random)


@pytest.mark.parametrize("resource", kinds(), ids=id_of)
def test_what_is_wrong_is_refused_properly(face: Face, resource: Resource) -> None:
    @EXAMPLES
    @given(st.integers(0, 2**32))
    def check(seed: int) -> None:
        random = Random(seed)
        name = NAMES.get(resource.kind, f"y{seed}")
        body = body_of(resource, random, name, 0.5)
        for _ in range(random.choice((1, 3))):
            spoil(random, body)
        strict = {"fieldValidation": random.choice(("Strict", "Warn", "Ignore"))}
        revision = face.revision
        answer = face.call("POST", path_of(resource), body, strict)
        proper(answer)
        if answer.code >= 300:
            assert face.revision == revision
        for kind in ("application/apply-patch+yaml", "application/merge-patch+json"):
            changed = face.call("PATCH", path_of(resource, name), body, {"fieldManager": "fuzz"}, kind=kind)
            proper(changed)
        proper(face.call("PUT", path_of(resource, name), body, strict))

    check()
