"""The bytes of protobuf: keys, varints, lengths, groups. Knows nothing of messages.

Wrong bytes are a `ProtobufError` in the words of the code that gogo/protobuf generates. Source: the protobuf encoding guide.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

VARINT, FIXED64, BYTES, GROUP, GROUP_END, FIXED32 = range(6)
_EOF: Final = "unexpected EOF"


class ProtobufError(ValueError):
    """Bytes that are no such message. `kind` is (apiVersion, kind) if the envelope could be read."""

    kind: tuple[str, str] | None = None


def values(message: str, data: bytes) -> Iterator[tuple[int, int, Any]]:
    """(field number, wire type, value) one by one: integers are unsigned, everything else is bytes; groups are skipped."""
    at, end = 0, len(data)
    while at < end:
        key, at = varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == GROUP_END:
            raise ProtobufError(f"proto: {message}: wiretype end group for non-group")
        if not 0 < number < 1 << 29:
            raise ProtobufError(f"proto: {message}: illegal tag {number} (wire type {wire})")
        start, at = _extent(data, at, wire)
        if wire == VARINT:
            yield number, wire, varint(data, start)[0]
        elif wire != GROUP:
            yield number, wire, data[start:at]


def _extent(data: bytes, at: int, wire: int) -> tuple[int, int]:
    """Where a value starts and where what follows it."""
    if wire == VARINT:
        start, at = at, varint(data, at)[1]
    elif wire == BYTES:
        length, start = varint(data, at)
        if length >= 1 << 63:
            raise ProtobufError("proto: negative length found during unmarshaling")
        at = start + length
    elif wire in (FIXED64, FIXED32):
        start, at = at, at + (8 if wire == FIXED64 else 4)
    elif wire == GROUP:
        start, at = at, _after_group(data, at)
    else:
        raise ProtobufError(f"proto: illegal wireType {wire}")
    if at > len(data):
        raise ProtobufError(_EOF)
    return start, at


def _after_group(data: bytes, at: int) -> int:
    level = 1
    while level:
        key, at = varint(data, at)
        wire = key & 7
        if wire == GROUP:
            level += 1
        elif wire == GROUP_END:
            level -= 1
        else:
            at = _extent(data, at, wire)[1]
    return at


def varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if shift >= 64:
            raise ProtobufError("proto: integer overflow")
        if at >= len(data):
            raise ProtobufError(_EOF)
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & (1 << 64) - 1, at
        shift += 7


def check(wire: int, wanted: int, name: str) -> None:
    if wire != wanted:
        raise ProtobufError(f"proto: wrong wireType = {wire} for field {name}")


def signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value


def tagged(number: int, data: bytes) -> bytes:
    return key_bytes(number, BYTES) + _varint_bytes(len(data)) + data


def integer(number: int, value: int) -> bytes:
    return key_bytes(number, VARINT) + _varint_bytes(value & (1 << 64) - 1)


def key_bytes(number: int, wire: int) -> bytes:
    return _varint_bytes(number << 3 | wire)


def _varint_bytes(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
