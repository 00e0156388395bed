"""Request bodies: bytes and a content type to JSON data, as the API server's serializers read them.

Objects come as JSON, YAML or protobuf; patches each have a type of their own. What cannot be read is no error yet: who sent
it may not be allowed to ask at all, so it travels on as `Unreadable`. Source: `apimachinery/pkg/runtime/serializer`,
`apiserver/pkg/endpoints/handlers/{create,patch}.go`.
"""

from __future__ import annotations

import json
from typing import Any, Final, NamedTuple

from k8snb.api import errors, jsontext, yaml
from k8snb.apiserver.patch import APPLY_PATCH, STRATEGIC_MERGE_PATCH, SUPPORTED
from k8snb.apiserver.request import Unreadable

JSON: Final = "application/json"
YAML: Final = "application/yaml"
PROTOBUF: Final = "application/vnd.kubernetes.protobuf"
#: what custom resources are read and written in, and what built-in ones
CUSTOM: Final = (JSON, YAML)
BUILTIN: Final = (JSON, YAML, PROTOBUF)
#: characters of a body that an error shows
_SHOWN: Final = 30
_TYPE_META: Final = (
    'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'
)


class Body(NamedTuple):
    """JSON data (or `Unreadable`), and what a strict reader holds against the text it came from."""

    data: Any
    problems: tuple[str, ...] = ()


NOTHING: Final = Body(None)


def media_type(header: str) -> str:
    """`application/json` of `application/json; charset=utf-8`; JSON without a header."""
    return header.partition(";")[0].strip().lower() if header else JSON


def read_object(data: bytes, header: str, offered: tuple[str, ...], default: tuple[str, str]) -> Body:
    """The object in a body; `default` (apiVersion, kind) holds where it names none. StatusError UnsupportedMediaType."""
    kind = media_type(header)
    if kind not in offered:
        raise errors.unsupported_media_type(offered)
    if kind == PROTOBUF:
        return Body(_read_protobuf(data, default))
    if kind == YAML:
        return _read_yaml(data)
    return _read_json(data)


def read_patch(data: bytes, header: str) -> Body:
    """The patch in a body, whatever its dialect; a dialect that is unknown is for the handler to refuse."""
    kind = media_type(header)
    if kind not in SUPPORTED:
        return NOTHING
    text = data.decode("utf-8", "replace")
    if kind == APPLY_PATCH:
        try:
            return Body(yaml.load(text))
        except yaml.YAMLError as error:
            return Body(Unreadable(f"error decoding YAML: {error}"))
    try:
        return Body(jsontext.loads(text))
    except ValueError as error:
        words = str(error)
        return Body(Unreadable(words if kind == STRATEGIC_MERGE_PATCH else f"error decoding patch: {words}"))


def _read_json(data: bytes) -> Body:
    text = data.decode("utf-8", "replace")
    try:
        value = jsontext.loads(text)
    except ValueError as error:
        return Body(_unreadable(f"couldn't get version/kind; json parse error: {error}", data))
    if problem := _wrong_head(value):
        return Body(_unreadable(f"couldn't get version/kind; json parse error: json: cannot unmarshal {problem}", data))
    return Body({} if value is None else value, _repeated(text))


def _wrong_head(value: Any) -> str:
    """What is wrong with `apiVersion` and `kind`, which are read before anything else."""
    if value is None:
        return ""
    if not isinstance(value, dict):
        return f"{_json_kind(value)} into Go value of type {_TYPE_META}"
    for name in ("apiVersion", "kind"):
        if not isinstance(value.get(name, ""), str | None):
            return f"{_json_kind(value[name])} into Go struct field .{name} of type string"
    return ""


def _json_kind(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "number"
    return "string" if isinstance(value, str) else "object" if isinstance(value, dict) else "array"


def _read_yaml(data: bytes) -> Body:
    text = data.decode("utf-8", "replace")
    try:
        value = jsontext.loads(jsontext.dumps(yaml.load(text)))  # upstream reads the JSON it makes of it, keys in order
    except yaml.YAMLError as error:
        return Body(_unreadable(str(error).removeprefix("error converting YAML to JSON: "), data))
    if problem := _wrong_head(value):
        return Body(_unreadable(f"couldn't get version/kind; json parse error: json: cannot unmarshal {problem}", data))
    try:
        yaml.load(text, strict=True)
    except yaml.YAMLError as error:
        return Body(value, (str(error).removeprefix("error converting YAML to JSON: "),))
    return Body({} if value is None else value)


def _read_protobuf(data: bytes, default: tuple[str, str]) -> Any:
    from k8snb.apiserver.http import protobuf
    from k8snb.apiserver.http.wireformat import ProtobufError

    try:
        return protobuf.decode(data, default)
    except ProtobufError as error:
        version, kind = error.kind or ("", "")
        return _unreadable(str(error), data, version, kind)


def _unreadable(problem: str, data: bytes, version: str = "", kind: str = "") -> Unreadable:
    if not data:
        return Unreadable(problem, "<empty>")
    start = data[:_SHOWN]
    shown = start.decode("utf-8", "replace") if data.startswith(b"{") else start.hex()
    return Unreadable(problem, shown + (" ..." if len(data) > _SHOWN else ""), version, kind)


# -- keys that come twice --------------------------------------------------------------------------------------------------


class _Pairs(list[tuple[str, Any]]):
    """A JSON object as it was written."""


def _repeated(text: str) -> tuple[str, ...]:
    """`duplicate field "spec.replicas"` for every key that an object has twice, in order."""
    found = False

    def look(pairs: list[tuple[str, Any]]) -> None:
        nonlocal found
        found = found or len(dict(pairs)) != len(pairs)

    json.loads(text, object_pairs_hook=look)
    if not found:
        return ()
    problems: list[str] = []
    _walk(json.loads(text, object_pairs_hook=_Pairs), "", problems)
    return tuple(problems)


def _walk(value: Any, path: str, problems: list[str]) -> None:
    if isinstance(value, _Pairs):
        seen: set[str] = set()
        for name, item in value:
            inner = f"{path}.{name}" if path else name
            if name in seen:
                problems.append(f'duplicate field "{inner}"')
            seen.add(name)
            _walk(item, inner, problems)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _walk(item, f"{path}[{index}]", problems)
