"""`/openapi/v2` as protobuf: the only form in which client-go's discovery client asks for it.

kubectl reads it when it does not know a kind, to see whether fields can be checked. Maps are lists of named values, what has
no type of its own is YAML text (JSON is YAML). Source: google/gnostic `openapiv2/OpenAPIv2.proto`.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any, Final

from k8snb.apiserver.http.wireformat import FIXED64, integer, key_bytes, tagged

Json = Mapping[str, Any]
MEDIA_TYPE: Final = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
#: the same as clients ask for it; `@` is none of the letters of a media type
_ASKED: Final = (MEDIA_TYPE, MEDIA_TYPE.replace("v2.v1", "v2@v1"))
#: scalar keywords of a schema -> number
_TEXTS: Final = {"$ref": 1, "format": 2, "title": 3, "description": 4, "pattern": 13}
_DOUBLES: Final = {"multipleOf": 6, "maximum": 7, "minimum": 9}
_INTEGERS: Final = {
    "exclusiveMaximum": 8,
    "exclusiveMinimum": 10,
    "maxLength": 11,
    "minLength": 12,
    "maxItems": 14,
    "minItems": 15,
    "uniqueItems": 16,
    "maxProperties": 17,
    "minProperties": 18,
}
_METHODS: Final = {"get": 2, "put": 3, "post": 4, "delete": 5, "options": 6, "head": 7, "patch": 8}


def accepts(header: str) -> bool:
    """Whether a client wants the document in this form."""
    return any(name in header for name in _ASKED)


def encode(swagger: Json) -> bytes:
    """The bytes of a Swagger 2 document."""
    info = swagger["info"]
    parts = [
        _text(1, swagger["swagger"]),
        tagged(2, _text(1, info["title"]) + _text(2, info["version"])),
        tagged(8, b"".join(tagged(2, _named(path, _path(item))) for path, item in swagger["paths"].items())),
        tagged(9, b"".join(tagged(1, _named(name, _schema(one))) for name, one in swagger["definitions"].items())),
    ]
    return b"".join(parts)


def _text(number: int, value: str) -> bytes:
    return tagged(number, value.encode("utf-8", "replace"))


def _named(name: str, value: bytes) -> bytes:
    return _text(1, name) + tagged(2, value)


def _any(value: Any) -> bytes:
    return _text(2, json.dumps(value, separators=(",", ":")))


def _extensions(number: int, data: Json) -> bytes:
    found = [(name, value) for name, value in data.items() if name.startswith("x-")]
    return b"".join(tagged(number, _named(name, _any(value))) for name, value in found)


def _path(item: Json) -> bytes:
    known = [(_METHODS[method], operation) for method, operation in item.items() if method in _METHODS]
    return b"".join(tagged(number, _operation(operation)) for number, operation in known)


def _operation(operation: Json) -> bytes:
    parameters = [tagged(8, tagged(1, tagged(2, tagged(3, _query(one))))) for one in operation.get("parameters", ())]
    responses = [
        tagged(1, _named(code, tagged(1, _text(1, one["description"])))) for code, one in operation["responses"].items()
    ]
    return b"".join(parameters) + tagged(9, b"".join(responses)) + _extensions(13, operation)


def _query(parameter: Json) -> bytes:
    return _text(2, parameter["in"]) + _text(4, parameter["name"]) + _text(6, parameter.get("type", "string"))


def _schema(schema: Json) -> bytes:
    parts = [_text(number, schema[name]) for name, number in _TEXTS.items() if name in schema]
    parts += [
        key_bytes(number, FIXED64) + struct.pack("<d", schema[name])
        for name, number in _DOUBLES.items()
        if name in schema
    ]
    parts += [integer(number, int(schema[name])) for name, number in _INTEGERS.items() if name in schema]
    if "default" in schema:
        parts.append(tagged(5, _any(schema["default"])))
    parts += [_text(19, name) for name in schema.get("required", ())]
    if "additionalProperties" in schema:
        more = schema["additionalProperties"]
        parts.append(tagged(21, integer(2, int(more)) if isinstance(more, bool) else tagged(1, _schema(more))))
    if "type" in schema:
        parts.append(tagged(22, _text(1, schema["type"])))
    if "items" in schema:
        parts.append(tagged(23, tagged(1, _schema(schema["items"]))))
    if "properties" in schema:
        named = [tagged(1, _named(name, _schema(one))) for name, one in schema["properties"].items()]
        parts.append(tagged(25, b"".join(named)))
    return b"".join(parts) + _extensions(31, schema)
