"""Which state a list shows: versions, matches, pages that fit together, and what is forgotten."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from k8snb.api.errors import StatusError
from k8snb.apiserver.listing import read_token, write_token
from tests.apiserver.face import CONFIGMAPS, Face, configmap

MERGE = "application/merge-patch+json"
ALL = "/api/v1/configmaps"
LIST = 'ListOptions.meta.k8s.io "" is invalid: '
ROOT_CA = "kube-root-ca.crt"


@pytest.fixture
def face() -> Face:
    found = Face()
    for name in "abcde":
        found.ok("POST", CONFIGMAPS, configmap(name))
    return found


def page(
    face: Face, limit: int, token: str = "", path: str = CONFIGMAPS, **query: str
) -> tuple[list[str], dict[str, Any]]:
    asked = {"limit": str(limit), **query, **({"continue": token} if token else {})}
    body = face.ok("GET", path, None, asked)
    return [item["metadata"]["name"] for item in body["items"]], body["metadata"]


def test_pages_show_the_state_of_the_first(face: Face) -> None:
    first, meta = page(face, 2)
    assert (first, meta["remainingItemCount"]) == (["a", "b"], 4)
    face.ok("DELETE", f"{CONFIGMAPS}/c")
    face.ok("POST", CONFIGMAPS, configmap("bb"))
    face.ok("PATCH", f"{CONFIGMAPS}/d", {"data": {"a": "2"}}, kind=MERGE)
    body = face.ok("GET", CONFIGMAPS, None, {"limit": "2", "continue": meta["continue"]})
    assert [(item["metadata"]["name"], item["data"]["a"]) for item in body["items"]] == [("c", "1"), ("d", "1")]
    assert body["metadata"]["resourceVersion"] == meta["resourceVersion"]
    last, end = page(face, 5, body["metadata"]["continue"])
    assert last == ["e", ROOT_CA]
    assert "continue" not in end
    assert page(face, 9)[0] == ["a", "b", "bb", "d", "e", ROOT_CA]


def test_pages_across_namespaces_are_in_the_order_of_whole_keys(face: Face) -> None:
    for space in ("z", "z-a"):
        face.ok("POST", "/api/v1/namespaces", {"metadata": {"name": space}})
        face.ok("POST", CONFIGMAPS.replace("default", space), configmap("x"))
    whole = [(item["metadata"]["namespace"], item["metadata"]["name"]) for item in face.ok("GET", ALL)["items"]]
    assert whole.index(("z-a", "x")) < whole.index(("z", "x"))
    found, token = [], ""
    while True:
        query = {"limit": "3", **({"continue": token} if token else {})}
        body = face.ok("GET", ALL, None, query)
        found += [(item["metadata"]["namespace"], item["metadata"]["name"]) for item in body["items"]]
        token = body["metadata"].get("continue", "")
        if not token:
            break
    assert found == whole


def test_a_token_outlives_the_log_only_as_a_fresh_start(face: Face) -> None:
    meta = page(face, 2)[1]
    for index in range(3):
        face.ok("PATCH", f"{CONFIGMAPS}/a", {"data": {"at": str(index)}}, kind=MERGE)
    face.ok("POST", CONFIGMAPS, configmap("cc"))
    face.cluster.store.compact(face.revision - 1)
    answer = face.call("GET", CONFIGMAPS, None, {"limit": "2", "continue": meta["continue"]})
    assert (answer.code, answer.body["reason"]) == (410, "Expired")
    assert answer.body["message"].startswith("The provided continue parameter is too old to display a consistent list")
    assert page(face, 2, answer.body["metadata"]["continue"])[0] == ["c", "cc"]


@pytest.mark.parametrize("limit", ["0", "-1", "99999999999999999999"])
def test_limits_that_are_none(face: Face, limit: str) -> None:
    assert len(face.names(CONFIGMAPS, limit=limit)) == 6


def test_remaining_items_are_not_counted_with_a_selector(face: Face) -> None:
    meta = page(face, 1, fieldSelector="metadata.name!=a")[1]
    assert meta["continue"]
    assert "remainingItemCount" not in meta


def test_exactly_one_state(face: Face) -> None:
    version = str(face.revision)
    face.ok("DELETE", f"{CONFIGMAPS}/a")
    face.ok("POST", CONFIGMAPS, configmap("f"))
    exact = {"resourceVersion": version, "resourceVersionMatch": "Exact"}
    body = face.ok("GET", CONFIGMAPS, None, exact)
    assert [item["metadata"]["name"] for item in body["items"]] == ["a", "b", "c", "d", "e", ROOT_CA]
    assert body["metadata"]["resourceVersion"] == version
    assert face.names(CONFIGMAPS, resourceVersion=version, limit="3") == ["a", "b", "c"]
    newer = ["b", "c", "d", "e", "f", ROOT_CA]
    assert face.names(CONFIGMAPS, resourceVersion=version) == newer
    assert face.names(CONFIGMAPS, resourceVersion=version, resourceVersionMatch="NotOlderThan") == newer
    assert face.names(CONFIGMAPS, resourceVersion="0", limit="1") == newer
    face.cluster.store.compact(face.revision - 1)
    code, reason, message = face.refused("GET", CONFIGMAPS, None, exact)
    assert (code, reason, message) == (410, "Expired", "The resourceVersion for the provided list is too old.")


MATCH = "resourceVersionMatch: Forbidden: resourceVersionMatch"
REFUSED = [
    ({"resourceVersionMatch": "Exact"}, 422, f"{LIST}{MATCH} is forbidden unless resourceVersion is provided"),
    (
        {"resourceVersionMatch": "Exact", "resourceVersion": "0"},
        422,
        f'{LIST}{MATCH} "exact" is forbidden for resourceVersion "0"',
    ),
    (
        {"resourceVersionMatch": "About", "resourceVersion": "5"},
        422,
        f'{LIST}resourceVersionMatch: Unsupported value: "About": supported values: "Exact", "NotOlderThan", ""',
    ),
    (
        {"sendInitialEvents": "true"},
        422,
        f"{LIST}sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list",
    ),
    (
        {"resourceVersion": "x"},
        400,
        'invalid resource version: resourceVersion: Invalid value: "x": strconv.ParseUint: ',
    ),
    ({"continue": "x"}, 400, "continue key is not valid: "),
    ({"continue": write_token(0, "a")}, 400, "continue key is not valid: incorrect encoded start resourceVersion"),
    (
        {"continue": write_token(5, "default/a"), "resourceVersion": "5"},
        400,
        "specifying resource version is not allowed when using continue",
    ),
    ({"watch": "true", "resourceVersionMatch": "NotOlderThan"}, 422, f"{LIST}{MATCH} is forbidden for watch unless"),
    (
        {"watch": "true", "sendInitialEvents": "true"},
        422,
        f"{LIST}resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
    ),
]


@pytest.mark.parametrize(("query", "code", "message"), REFUSED)
def test_what_does_not_go_together(face: Face, query: dict[str, str], code: int, message: str) -> None:
    found = face.refused("GET", CONFIGMAPS, None, query)
    assert found[0] == code
    assert found[2].startswith(message)


def test_a_state_that_is_to_come(face: Face) -> None:
    far = {"resourceVersion": str(face.revision + 5)}
    expected = (504, "Timeout", f"Timeout: Too large resource version: {face.revision + 5}, current: {face.revision}")
    assert face.refused("GET", CONFIGMAPS, None, far) == expected


@given(st.text(max_size=40) | st.binary(max_size=40).map(lambda data: base64.urlsafe_b64encode(data).decode()))
@settings(max_examples=200, derandomize=True)
def test_any_token_is_read_or_refused(token: str) -> None:
    found: StatusError | None = None
    try:
        read_token(token)
    except StatusError as error:
        found = error
    assert found is None or found.code == 400


def test_tokens_are_upstreams() -> None:
    token = write_token(7, "default/a")
    assert json.loads(base64.b64decode(token + "==="[: -len(token) % 4])) == {
        "v": "meta.k8s.io/v1",
        "rv": 7,
        "start": "default/a\0",
    }
    assert read_token(token) == (7, "default/a")


def test_a_watch_without_initial_events_begins_now(face: Face) -> None:
    query = {"sendInitialEvents": "false", "resourceVersionMatch": "NotOlderThan"}
    read = face.watch(CONFIGMAPS, **query)
    assert read() == []
    face.ok("POST", CONFIGMAPS, configmap("f"))
    assert read() == [("ADDED", "f")]


def test_a_bookmark_is_an_object_with_nothing_but_a_version(face: Face) -> None:
    stream = face.ok("GET", CONFIGMAPS, None, {"watch": "true", "resourceVersion": str(face.revision)})
    face.ok("POST", CONFIGMAPS, configmap("f"))
    assert stream.behind
    stream.poll()
    assert not stream.behind
    meta = {"resourceVersion": str(face.revision)}
    body = {"kind": "ConfigMap", "apiVersion": "v1", "metadata": meta}
    assert stream.bookmark() == {"type": "BOOKMARK", "object": body}


def test_a_watch_can_be_read_in_pieces(face: Face) -> None:
    stream = face.ok("GET", CONFIGMAPS, None, {"watch": "true", "resourceVersion": str(face.revision)})
    for index in range(5):
        face.ok("PATCH", f"{CONFIGMAPS}/a", {"data": {"at": str(index)}}, kind=MERGE)
    found = []
    while stream.behind:
        piece = stream.poll(2)
        assert len(piece) <= 2
        found += [event["object"]["data"]["at"] for event in piece]
    assert found == ["0", "1", "2", "3", "4"]
