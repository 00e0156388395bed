"""Kubernetes' protobuf: what typed Go clients send instead of JSON, turned into the same JSON data and back.

A body is the four bytes `k8s\\0` and a `runtime.Unknown` that names the kind and holds the object's own message. Fields that
the table does not know are skipped, as protobuf asks. Wrong bytes are a `ProtobufError` in the words of the generated Go
code. Source: `k8s.io/apimachinery/pkg/runtime/serializer/protobuf` and gogo/protobuf; the messages are in `messages.py`.
"""

from __future__ import annotations

import base64
import json
import math
import struct
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from k8snb.api import duration
from k8snb.apiserver.http.messages import MessageField, fields, message_of
from k8snb.apiserver.http.wireformat import (
    BYTES,
    FIXED64,
    VARINT,
    ProtobufError,
    check,
    integer,
    key_bytes,
    signed,
    tagged,
    values,
    varint,
)

PREFIX: Final = b"k8s\x00"
#: nesting of messages that is read; only a schema can nest at all
_DEPTH: Final = 150
_WIRE: Final = {"s": BYTES, "y": BYTES, "b": VARINT, "i": VARINT, "d": FIXED64}


class Envelope(NamedTuple):
    """A `runtime.Unknown`: whose message `raw` is."""

    api_version: str
    kind: str
    raw: bytes


def decode(data: bytes, default: tuple[str, str] = ("", "")) -> dict[str, Any]:
    """The JSON data of a body; `default` (apiVersion, kind) is assumed where it names none. ProtobufError."""
    envelope = _open(data)
    version, kind = envelope.api_version or default[0], envelope.kind or default[1]
    message = message_of(version, kind)
    try:
        if message is None:
            raise ProtobufError(f'no kind "{kind}" is registered for version "{version}"')
        return {"kind": kind, "apiVersion": version, **_read(message, envelope.raw, 0)}
    except ProtobufError as error:
        error.kind = (version, kind)
        raise


def encode(body: dict[str, Any]) -> bytes:
    """The bytes of JSON data with `apiVersion` and `kind`. ProtobufError if that kind has no message."""
    version, kind = str(body.get("apiVersion", "")), str(body.get("kind", ""))
    message = message_of(version, kind)
    if message is None:
        raise ProtobufError(f"object {version}, Kind={kind} does not implement the protobuf marshalling interface")
    about = tagged(1, version.encode()) + tagged(2, kind.encode())
    empty = tagged(3, b"") + tagged(4, b"")
    return PREFIX + tagged(1, about) + tagged(2, _written(message, body)) + empty


def encode_event(event: dict[str, Any]) -> bytes:
    """One frame of a watch: four bytes of length, then a `meta.v1.WatchEvent` around the encoded object."""
    raw = tagged(1, encode(event["object"]))
    data = tagged(1, event["type"].encode()) + tagged(2, raw)
    return struct.pack(">I", len(data)) + data


def _open(data: bytes) -> Envelope:
    if not data.startswith(PREFIX):
        raise ProtobufError(
            "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]"
            if data
            else "empty data"
        )
    if len(data) == len(PREFIX):
        raise ProtobufError("empty body")
    about, raw = b"", b""
    for number, wire, value in values("Unknown", data[len(PREFIX) :]):
        if number in (1, 2):
            check(wire, BYTES, "TypeMeta" if number == 1 else "Raw")
            about, raw = (value, raw) if number == 1 else (about, value)
    names = {1: "", 2: ""}
    for number, wire, value in values("TypeMeta", about):
        if number in names:
            check(wire, BYTES, "APIVersion" if number == 1 else "Kind")
            names[number] = value.decode("utf-8", "replace")
    return Envelope(names[1], names[2], raw)


# -- reading ------------------------------------------------------------------------------------------------------------


def _read(message: str, data: bytes, level: int) -> dict[str, Any]:
    """The JSON data of a message of our table."""
    if level > _DEPTH:
        raise ProtobufError("exceeded max depth")
    known = fields(message)
    found: dict[str, Any] = {}
    for number, wire, value in values(message.rpartition(".")[2], data):
        field = known.get(number)
        if field is None:
            continue
        if field.mapped:
            key, item = _read_entry(field, wire, value, level)
            found.setdefault(field.name, {})[key] = item
        elif field.repeated:
            found.setdefault(field.name, []).extend(_read_items(field, wire, value, level))
        else:
            item = _read_one(field, wire, value, level)
            if field.inline:
                found.update(item)
            elif item is not None:
                found[field.name] = item
    return found


def _read_items(field: MessageField, wire: int, value: Any, level: int) -> list[Any]:
    if wire == BYTES and _WIRE.get(field.type) == VARINT:  # packed
        items, at = [], 0
        while at < len(value):
            one, at = varint(value, at)
            items.append(_read_one(field, VARINT, one, level))
        return items
    return [_read_one(field, wire, value, level)]


def _read_entry(field: MessageField, wire: int, data: Any, level: int) -> tuple[str, Any]:
    """One entry of a map: a message of key (1) and value (2)."""
    check(wire, BYTES, _go_name(field))
    key, item, given = "", None, False
    for number, inner, value in values(field.name, data):
        if number == 1:
            check(inner, BYTES, _go_name(field))
            key = value.decode("utf-8", "replace")
        elif number == 2:
            item, given = _read_one(field, inner, value, level), True
    return key, item if given else _read_one(field, *_ZERO.get(field.type, (BYTES, b"")), level)


_ZERO: Final[dict[str, tuple[int, Any]]] = {"b": (VARINT, 0), "i": (VARINT, 0), "d": (FIXED64, bytes(8))}


def _read_one(field: MessageField, wire: int, value: Any, level: int) -> Any:
    kind = field.type
    check(wire, _WIRE.get(kind, BYTES), _go_name(field))
    if kind == "s":
        return value.decode("utf-8", "replace")
    if kind == "i":
        return signed(value)
    if kind == "b":
        return value != 0
    if kind == "y":
        return base64.b64encode(value).decode()
    if kind == "d":
        return _read_double(value)
    special = _SPECIAL.get(kind)
    if special is not None:
        return special.read(_numbered(kind, value, level))
    return _read(kind, value, level + 1)


def _read_double(value: bytes) -> int | float:
    number: float = struct.unpack("<d", value)[0]
    if not math.isfinite(number):
        raise ProtobufError(f"json: unsupported value: {number}")
    return int(number) if number.is_integer() else number


def _go_name(field: MessageField) -> str:
    return field.name[:1].upper() + field.name[1:]


# -- messages that JSON writes in a form of their own ----------------------------------------------------------------------


class _Form(NamedTuple):
    """Fields by number <-> the JSON value."""

    read: Callable[[dict[int, Any]], Any]
    write: Callable[[Any], bytes]


def _numbered(kind: str, data: bytes, level: int) -> dict[int, Any]:
    """The fields of a special message by number: integers signed, strings as bytes, schemas as JSON data."""
    found: dict[int, Any] = {}
    for number, wire, value in values(kind.rpartition(".")[2], data):
        shape = _SHAPES[kind].get(number, "")
        if not shape:
            continue
        check(wire, VARINT if shape == "i" else BYTES, kind.rpartition(".")[2])
        if shape == "i":
            found[number] = signed(value)
        elif shape == "y":
            found[number] = value
        elif shape == "*y":
            found.setdefault(number, []).append(value.decode("utf-8", "replace"))
        elif shape == "schema":
            found[number] = _read(_SCHEMA, value, level + 1)
        else:
            found.setdefault(number, []).append(_read(_SCHEMA, value, level + 1))
    return found


_SCHEMA: Final = "apiextensions.v1.JSONSchemaProps"
_SHAPES: Final[dict[str, dict[int, str]]] = {
    "meta.v1.Time": {1: "i", 2: "i"},
    "meta.v1.MicroTime": {1: "i", 2: "i"},
    "meta.v1.Duration": {1: "i"},
    "resource.Quantity": {1: "y"},
    "intstr.IntOrString": {1: "i", 2: "i", 3: "y"},
    "runtime.RawExtension": {1: "y"},
    "meta.v1.FieldsV1": {1: "y"},
    "apiextensions.v1.JSON": {1: "y"},
    "authentication.v1.ExtraValue": {1: "*y"},
    "authorization.v1.ExtraValue": {1: "*y"},
    "certificates.v1.ExtraValue": {1: "*y"},
    "meta.v1.Verbs": {1: "*y"},
    "apiextensions.v1.JSONSchemaPropsOrArray": {1: "schema", 2: "*schema"},
    "apiextensions.v1.JSONSchemaPropsOrBool": {1: "i", 2: "schema"},
    "apiextensions.v1.JSONSchemaPropsOrStringArray": {1: "schema", 2: "*y"},
}


#: seconds of 0001-01-01 and 9999-12-31, what RFC 3339 can write
_TIMES: Final = range(-62_135_596_800, 253_402_300_800)


def _read_time(found: dict[int, Any]) -> str | None:
    return duration.format_time(_seconds(found)) if found else None


def _read_micro_time(found: dict[int, Any]) -> str | None:
    return duration.format_micro_time(_seconds(found) + found.get(2, 0) // 1000 / 1e6) if found else None


def _seconds(found: dict[int, Any]) -> float:
    seconds: int = found.get(1, 0)
    if seconds not in _TIMES:
        raise ProtobufError("Time.MarshalJSON: year outside of range [0,9999]")
    return seconds


def _write_time(text: str) -> bytes:
    return integer(1, int(duration.parse_time(text) // 1))


def _write_micro_time(text: str) -> bytes:
    seconds, micro = divmod(round(duration.parse_time(text) * 1e6), 1_000_000)
    return integer(1, seconds) + integer(2, micro * 1000)


def _read_json(found: dict[int, Any]) -> Any:
    raw = found.get(1, b"")
    if not raw:
        return None
    if raw.startswith(PREFIX):
        return decode(raw)
    try:
        return json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise ProtobufError(str(error)) from None


def _write_json(value: Any) -> bytes:
    return tagged(1, json.dumps(value, separators=(",", ":")).encode())


def _read_int_or_string(found: dict[int, Any]) -> int | str:
    text: bytes = found.get(3, b"")
    return text.decode("utf-8", "replace") if found.get(1) else int(found.get(2, 0))


def _write_int_or_string(value: int | str) -> bytes:
    if isinstance(value, str):
        return integer(1, 1) + tagged(3, value.encode())
    return integer(1, 0) + integer(2, value)


def _write_schemas(number: int, schemas: list[dict[str, Any]]) -> bytes:
    return b"".join(tagged(number, _written(_SCHEMA, schema)) for schema in schemas)


def _write_schema_or_array(value: Any) -> bytes:
    return _write_schemas(2, value) if isinstance(value, list) else _write_schemas(1, [value])


def _write_schema_or_bool(value: Any) -> bytes:
    if isinstance(value, bool):
        return integer(1, int(value))
    return integer(1, 1) + _write_schemas(2, [value])


def _write_schema_or_strings(value: Any) -> bytes:
    return _strings(2, value) if isinstance(value, list) else _write_schemas(1, [value])


def _strings(number: int, texts: list[str]) -> bytes:
    return b"".join(tagged(number, text.encode()) for text in texts)


def _list_form() -> _Form:
    return _Form(lambda found: found.get(1, []), lambda texts: _strings(1, texts))


_SPECIAL: Final[dict[str, _Form]] = {
    "meta.v1.Time": _Form(_read_time, _write_time),
    "meta.v1.MicroTime": _Form(_read_micro_time, _write_micro_time),
    "meta.v1.Duration": _Form(
        lambda found: duration.format_duration(found.get(1, 0)),
        lambda text: integer(1, duration.parse_duration(text)),
    ),
    "resource.Quantity": _Form(
        lambda found: found.get(1, b"").decode("utf-8", "replace"), lambda text: tagged(1, str(text).encode())
    ),
    "intstr.IntOrString": _Form(_read_int_or_string, _write_int_or_string),
    "runtime.RawExtension": _Form(_read_json, _write_json),
    "meta.v1.FieldsV1": _Form(_read_json, _write_json),
    "apiextensions.v1.JSON": _Form(_read_json, _write_json),
    "authentication.v1.ExtraValue": _list_form(),
    "authorization.v1.ExtraValue": _list_form(),
    "certificates.v1.ExtraValue": _list_form(),
    "meta.v1.Verbs": _list_form(),
    "apiextensions.v1.JSONSchemaPropsOrArray": _Form(
        lambda found: found.get(2) or found.get(1, {}), _write_schema_or_array
    ),
    "apiextensions.v1.JSONSchemaPropsOrBool": _Form(
        lambda found: found.get(2, bool(found.get(1, 0))), _write_schema_or_bool
    ),
    "apiextensions.v1.JSONSchemaPropsOrStringArray": _Form(
        lambda found: found.get(2) or found.get(1, {}), _write_schema_or_strings
    ),
}


# -- writing ------------------------------------------------------------------------------------------------------------


def _written(message: str, body: dict[str, Any]) -> bytes:
    """The bytes of JSON data as a message of our table; what the message does not know is left out."""
    parts = []
    for field in fields(message).values():
        if field.inline:
            inner = _written(field.type, body)
            parts.append(tagged(field.number, inner) if inner else b"")
            continue
        value = body.get(field.name)
        if value is None:
            continue
        if field.mapped:
            parts += [
                tagged(field.number, tagged(1, key.encode()) + _write_one(field, 2, item))
                for key, item in sorted(value.items())
            ]
        elif field.repeated:
            parts += [_write_one(field, field.number, item) for item in value]
        else:
            parts.append(_write_one(field, field.number, value))
    return b"".join(parts)


def _write_one(field: MessageField, number: int, value: Any) -> bytes:
    kind = field.type
    if kind == "s":
        return tagged(number, str(value).encode())
    if kind in ("i", "b"):
        return integer(number, int(value))
    if kind == "y":
        return tagged(number, base64.b64decode(value))
    if kind == "d":
        return key_bytes(number, FIXED64) + struct.pack("<d", value)
    special = _SPECIAL.get(kind)
    return tagged(number, special.write(value) if special is not None else _written(kind, value))
