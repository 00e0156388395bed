"""What the API's protobuf messages look like: for each message its fields by number, with JSON name and type.

The facts stand in `messages.txt`, one message a line: `core.v1.Probe 1=handler:<ProbeHandler 2=initialDelaySeconds:i …`.
Types: `s` string, `b` bool, `i` integer, `d` double, `y` bytes, else a message (of the same group and version if it has no
dot); `*` repeated, `%` a map from string, `<` a message whose fields JSON has inline. Source: `generated.proto` of k8s.io/api,
apimachinery, apiextensions-apiserver and metrics, v1.36, as it stands in the descriptors that programs built from them carry
(`tests/apiserver/test_http_protobuf.py` compares).
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import NamedTuple

#: kinds that belong to every group and version
_META = "meta.v1"


class MessageField(NamedTuple):
    """One field: its JSON name, `type` as in the file without its marks, and what the marks say."""

    number: int
    name: str
    type: str
    repeated: bool = False
    mapped: bool = False
    inline: bool = False


@cache
def fields(message: str) -> dict[int, MessageField]:
    """The fields of a message (`core.v1.Pod`) by number. KeyError if there is no such message."""
    package = message.rpartition(".")[0]
    return {found.number: found for found in (_field(package, text) for text in _lines()[message].split())}


def message_of(api_version: str, kind: str) -> str | None:
    """The message of a kind; None for one that has none (custom resources, tables)."""
    group, _, version = api_version.rpartition("/")
    for name in (f"{group.partition('.')[0] or 'core'}.{version}.{kind}", f"{_META}.{kind}"):
        if name in _lines():
            return name
    return None


def _field(package: str, text: str) -> MessageField:
    number, _, described = text.partition("=")
    name, _, mark = described.partition(":")
    kind = mark.lstrip("*%<")
    if len(kind) > 1 and "." not in kind:
        kind = f"{package}.{kind}"
    return MessageField(int(number), name, kind, "*" in mark, "%" in mark, "<" in mark)


@cache
def _lines() -> dict[str, str]:
    text = resources.files(__package__).joinpath("messages.txt").read_text(encoding="utf-8")
    return {message: described for message, _, described in (line.partition(" ") for line in text.splitlines())}
