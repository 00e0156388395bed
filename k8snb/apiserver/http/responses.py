"""Answers as bytes: JSON as Go writes it, YAML, protobuf; compressed when large; warnings as headers.

Source: `apiserver/pkg/endpoints/handlers/responsewriters/writers.go`, `apimachinery/pkg/runtime/serializer/json`,
`apiserver/pkg/endpoints/filters/warning.go`.
"""

from __future__ import annotations

import gzip
import json
import re
from typing import Any, Final, NamedTuple

from k8snb.api import yaml
from k8snb.apiserver.http.body import JSON, PROTOBUF, YAML
from k8snb.apiserver.http.negotiation import Accepted

#: bytes from which on an answer is compressed for those who accept it, and how hard (upstream's numbers)
_GZIP_FROM: Final = 128 * 1024
_GZIP_LEVEL: Final = 1
#: characters of all warnings together; if there are more, each is cut to the second number
_WARNINGS, _WARNING = 4 * 1024, 256
_ESCAPES: Final = tuple((letter, f"\\u{ord(letter):04x}") for letter in "<>&\u2028\u2029")
_COMPACT: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_PRETTY: Final = json.JSONEncoder(ensure_ascii=False, indent=2)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")

Headers = list[tuple[bytes, bytes]]
PLAIN: Final = Accepted(JSON, JSON)
_DISCOVERY: Final = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


class Fragment(bytes):
    """An object that is JSON text already."""


class Written(NamedTuple):
    """The bytes of an answer and their media type."""

    data: bytes
    content_type: str


def write(body: Any, accepted: Accepted = PLAIN) -> Written:
    """A body in the format that was agreed on. ProtobufError if its kind has no protobuf."""
    if accepted.format == PROTOBUF:
        from k8snb.apiserver.http.protobuf import encode

        return Written(encode(body), PROTOBUF)
    if accepted.format == YAML:
        return Written(yaml.dump(body).encode("utf-8", "replace"), YAML)
    kind = _DISCOVERY if isinstance(body, dict) and body.get("kind") == "APIGroupDiscoveryList" else JSON
    return Written(to_json(body, pretty=accepted.pretty) + b"\n", kind)


def to_json(body: Any, *, pretty: bool = False) -> bytes:
    """JSON with Go's escapes: `<`, `>` and `&` never stand in it as they are. Fragments are put in as they are."""
    if isinstance(body, Fragment):
        return body
    if isinstance(body, dict):
        if next(iter(body), "") == "apiVersion":
            body = {"kind": body.get("kind"), **body}  # the order of Go's TypeMeta
        items = body.get("items")
        if items and isinstance(items, list) and isinstance(items[0], Fragment):
            return _list_of(body, items)
    text = _PRETTY.encode(body) if pretty else _COMPACT.encode(body)
    for letter, escaped in _ESCAPES:
        if letter in text:
            text = text.replace(letter, escaped)
    return text.encode("utf-8", "replace")


def _list_of(body: dict[str, Any], items: list[Fragment]) -> bytes:
    head = to_json({name: value for name, value in body.items() if name != "items"})
    return b'%b,"items":[%b]}' % (head[:-1], b",".join(items))


def event_line(event: dict[str, Any]) -> bytes:
    """One event of a watch, as a line."""
    shown = event["object"]
    if isinstance(shown, Fragment):
        return b'{"type":"%b","object":%b}\n' % (event["type"].encode(), shown)
    return to_json(event) + b"\n"


def compressed(data: bytes, accept_encoding: str) -> bytes | None:
    """The data gzipped, if that is worth it and the client can read it."""
    if len(data) <= _GZIP_FROM or "gzip" not in accept_encoding:
        return None
    return gzip.compress(data, _GZIP_LEVEL, mtime=0)


def warning_headers(texts: tuple[str, ...]) -> Headers:
    """One `Warning` header a text, as `299 - "…"`; control characters are left out."""
    most = _WARNING if sum(map(len, texts)) > _WARNINGS else _WARNINGS
    headers: Headers = []
    left = _WARNINGS
    for text in texts:
        shown = _CONTROL.sub("", text)[: min(most, left)]
        if not shown:
            break
        left -= len(shown)
        quoted = shown.replace("\\", "\\\\").replace('"', '\\"')
        headers.append((b"warning", f'299 - "{quoted}"'.encode("utf-8", "replace")))
    return headers
