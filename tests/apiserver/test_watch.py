"""Watches: what is read from a revision on is exactly what happened after it."""

from __future__ import annotations

from typing import Any

from tests.apiserver.face import CONFIGMAPS, TABLE, Face, configmap

MERGE = "application/merge-patch+json"


def change(face: Face) -> None:
    """a comes, changes and goes; b comes."""
    face.ok("POST", CONFIGMAPS, configmap("a"))
    face.ok("PATCH", f"{CONFIGMAPS}/a", {"data": {"a": "2"}}, kind=MERGE)
    face.ok("POST", CONFIGMAPS, configmap("b"))
    face.ok("DELETE", f"{CONFIGMAPS}/a")


HAPPENED = [("ADDED", "a"), ("MODIFIED", "a"), ("ADDED", "b"), ("DELETED", "a")]


def test_replay_and_live_are_the_same() -> None:
    face = Face()
    start = str(face.revision)
    live = face.watch(CONFIGMAPS, resourceVersion=start)
    assert live() == []
    change(face)
    replay = face.watch(CONFIGMAPS, resourceVersion=start)
    assert replay() == HAPPENED
    assert live() == HAPPENED
    assert live() == []


def test_every_revision_is_a_place_to_start_from() -> None:
    face = Face()
    start = face.revision
    change(face)
    for index in range(5):
        assert face.watch(CONFIGMAPS, resourceVersion=str(start + index))() == HAPPENED[index:]


def test_events_carry_the_object_of_their_moment() -> None:
    face = Face()
    start = str(face.revision)
    change(face)
    stream = face.ok("GET", CONFIGMAPS, None, {"watch": "true", "resourceVersion": start})
    objects: list[dict[str, Any]] = [event["object"] for event in stream.poll()]
    assert [each["data"]["a"] for each in objects] == ["1", "2", "1", "2"]
    versions = [int(each["metadata"]["resourceVersion"]) for each in objects]
    assert versions == list(range(int(start) + 1, int(start) + 5))


def test_without_a_version_it_begins_with_what_there_is() -> None:
    face = Face()
    change(face)
    for query in ({}, {"resourceVersion": "0"}):
        read = face.watch(CONFIGMAPS, **query)
        assert read() == [("ADDED", "b"), ("ADDED", "kube-root-ca.crt")]
        face.ok("PATCH", f"{CONFIGMAPS}/b", {"data": {"at": str(face.revision)}}, kind=MERGE)
        assert read() == [("MODIFIED", "b")]


def test_a_streaming_list_ends_with_a_bookmark() -> None:
    face = Face()
    query = {
        "watch": "true",
        "sendInitialEvents": "true",
        "allowWatchBookmarks": "true",
        "resourceVersionMatch": "NotOlderThan",
    }
    events = face.ok("GET", CONFIGMAPS, None, query).poll()
    assert [event["type"] for event in events] == ["ADDED", "BOOKMARK"]
    meta = events[-1]["object"]["metadata"]
    assert meta["resourceVersion"] == str(face.revision)
    assert meta["annotations"] == {"k8s.io/initial-events-end": "true"}


def test_a_selector_turns_changes_into_coming_and_going() -> None:
    face = Face()
    start = str(face.revision)
    read = face.watch(CONFIGMAPS, resourceVersion=start, labelSelector="color=red")
    face.ok("POST", CONFIGMAPS, configmap("a", labels={"color": "blue"}))
    face.ok("POST", CONFIGMAPS, configmap("b", labels={"color": "red"}))
    for color in ("red", "red", "blue"):
        patch = {"metadata": {"labels": {"color": color}}, "data": {"at": str(face.revision)}}
        face.ok("PATCH", f"{CONFIGMAPS}/a", patch, kind=MERGE)
    face.ok("DELETE", f"{CONFIGMAPS}/a")
    assert read() == [("ADDED", "b"), ("ADDED", "a"), ("MODIFIED", "a"), ("DELETED", "a")]


def test_field_selectors_names_and_namespaces() -> None:
    face = Face()
    start = str(face.revision)
    change(face)
    face.ok("POST", CONFIGMAPS.replace("default", "kube-system"), configmap("c"))
    of_b = [("ADDED", "b")]
    assert face.watch(CONFIGMAPS, resourceVersion=start, fieldSelector="metadata.name=b")() == of_b
    assert face.watch(f"{CONFIGMAPS}/b", resourceVersion=start)() == of_b
    assert face.watch(CONFIGMAPS, resourceVersion=start)() == HAPPENED
    assert face.watch("/api/v1/configmaps", resourceVersion=start)() == [*HAPPENED, ("ADDED", "c")]


def test_a_version_that_is_to_come_or_is_none() -> None:
    face = Face()
    revision = face.revision
    far = {"watch": "true", "resourceVersion": str(revision + 100)}
    expected = (504, "Timeout", f"Timeout: Too large resource version: {revision + 100}, current: {revision}")
    assert face.refused("GET", CONFIGMAPS, None, far) == expected
    assert face.refused("GET", CONFIGMAPS, None, {"watch": "true", "resourceVersion": "x"})[:2] == (400, "BadRequest")


def test_a_version_that_is_forgotten() -> None:
    face = Face()
    start = face.revision
    face.ok("POST", CONFIGMAPS, configmap("a"))
    old = face.ok("GET", f"{CONFIGMAPS}/a")
    live = face.ok("GET", CONFIGMAPS, None, {"watch": "true", "resourceVersion": str(start)})
    for index in range(5):
        face.ok("PATCH", f"{CONFIGMAPS}/a", {"data": {"at": str(index)}}, kind=MERGE)
    face.cluster.store.compact(face.revision - 2)
    version = old["metadata"]["resourceVersion"]
    code, reason, message = face.refused("GET", CONFIGMAPS, None, {"watch": "true", "resourceVersion": version})
    assert (code, reason) == (410, "Expired")
    assert message.startswith(f"too old resource version: {version} (")
    events = live.poll()
    assert [(event["type"], event["object"]["code"]) for event in events] == [("ERROR", 410)]
    assert face.watch(CONFIGMAPS, resourceVersion=str(face.revision))() == []


def test_a_watch_as_table_sends_its_columns_once() -> None:
    face = Face()
    query = {"watch": "true", "resourceVersion": str(face.revision)}
    stream = face.ok("GET", CONFIGMAPS, None, query, accept=TABLE)
    change(face)
    events = stream.poll()
    assert [event["type"] for event in events] == [kind for kind, _ in HAPPENED]
    assert [bool(event["object"]["columnDefinitions"]) for event in events] == [True, False, False, False]
    assert [event["object"]["rows"][0]["cells"][0] for event in events] == ["a", "a", "b", "a"]
