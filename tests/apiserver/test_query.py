"""Parameters of a query as the API server reads them."""

from __future__ import annotations

import pytest

from k8snb.apiserver.request import flag
from tests.apiserver.face import CONFIGMAPS, Face


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, False),
        ({"watch": "false"}, False),
        ({"watch": "False"}, False),
        ({"watch": "0"}, False),
        ({"watch": "1"}, True),
        ({"watch": "true"}, True),
        ({"watch": "True"}, True),
        ({"watch": "yes"}, True),
    ],
)
def test_a_flag_is_anything_but_false(query: dict[str, str], expected: bool) -> None:
    assert flag(query, "watch") is expected


@pytest.mark.parametrize("value", ["true", "True", "1"])
def test_a_watch_as_clients_spell_it(value: str) -> None:
    face = Face()
    stream = face.ok(
        "GET",
        CONFIGMAPS,
        query={
            "watch": value,
            "sendInitialEvents": value,
            "allowWatchBookmarks": value,
            "resourceVersionMatch": "NotOlderThan",
        },
    )
    assert [event["type"] for event in stream.poll()] == ["ADDED", "BOOKMARK"]
