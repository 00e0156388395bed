"""dump.rdb: the file that Redis saves its data to, in Redis' own format (version 9, the plain encodings, no checksum).

Source: https://rdb.fnordig.de/file_format.html. What a newer or a compressed encoding holds is refused as a bad file.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import NamedTuple, cast


class Sorted(NamedTuple):
    """A sorted set: member -> score."""

    scores: Mapping[bytes, float]


#: a value: string, list, set, hash, sorted set
Value = bytes | tuple[bytes, ...] | frozenset[bytes] | Mapping[bytes, bytes] | Sorted


class Item(NamedTuple):
    """One key's value; `expires` is Unix seconds, or None."""

    value: Value
    expires: float | None = None


#: number of a database -> its keys
Data = Mapping[int, Mapping[bytes, Item]]


class BadFile(ValueError):
    """A file that is no dump, or one in an encoding that is not read here."""


def dump(data: Data, version: str) -> bytes:
    """The file for all databases."""
    out = [b"REDIS0009", b"\xfa", _text(b"redis-ver"), _text(version.encode())]
    for number in sorted(data):
        if not data[number]:
            continue
        out += [b"\xfe", _length(number), b"\xfb", _length(len(data[number]))]
        out.append(_length(sum(item.expires is not None for item in data[number].values())))
        for key, item in data[number].items():
            if item.expires is not None:
                out.append(b"\xfc" + struct.pack("<Q", int(item.expires * 1000)))
            out.append(_item(key, item.value))
    return b"".join([*out, b"\xff", b"\0" * 8])


def _item(key: bytes, value: Value) -> bytes:
    if isinstance(value, bytes):
        return b"\0" + _text(key) + _text(value)
    if isinstance(value, Sorted):
        pairs = b"".join(_text(member) + _score(score) for member, score in value.scores.items())
        return b"\3" + _text(key) + _length(len(value.scores)) + pairs
    if isinstance(value, tuple):
        parts = cast("tuple[bytes, ...]", value)
        return b"\1" + _text(key) + _length(len(parts)) + b"".join(_text(part) for part in parts)
    if isinstance(value, frozenset):
        return b"\2" + _text(key) + _length(len(value)) + b"".join(map(_text, sorted(value)))
    pairs = b"".join(_text(name) + _text(content) for name, content in value.items())
    return b"\4" + _text(key) + _length(len(value)) + pairs


def _length(number: int) -> bytes:
    if number < 64:
        return bytes([number])
    if number < 16384:
        return bytes([0x40 | number >> 8, number & 0xFF])
    return b"\x80" + struct.pack(">I", number)


def _text(text: bytes) -> bytes:
    return _length(len(text)) + text


def _score(score: float) -> bytes:
    text = repr(score).encode()
    return bytes([len(text)]) + text


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 9

    def take(self, count: int) -> bytes:
        if self.at + count > len(self.data):
            raise BadFile("Short read or OOM loading DB. Unrecoverable error, aborting now.")
        self.at += count
        return self.data[self.at - count : self.at]

    def length(self) -> int:
        first = self.take(1)[0]
        if first >> 6 == 0:
            return first
        if first >> 6 == 1:
            return (first & 0x3F) << 8 | self.take(1)[0]
        if first == 0x80:
            return int(struct.unpack(">I", self.take(4))[0])
        raise BadFile("an encoding that is not read here")

    def text(self) -> bytes:
        return self.take(self.length())

    def value(self, kind: int) -> Value:
        if kind == 0:
            return self.text()
        if kind in (1, 2):
            items = tuple(self.text() for _ in range(self.length()))
            return items if kind == 1 else frozenset(items)
        if kind == 3:
            return Sorted({self.text(): float(self.take(self.take(1)[0])) for _ in range(self.length())})
        if kind == 4:
            return {self.text(): self.text() for _ in range(self.length())}
        raise BadFile(f"Unknown RDB encoding type {kind}")


def load(content: bytes) -> dict[int, dict[bytes, Item]]:
    """What a file holds. BadFile."""
    if content[:5] != b"REDIS" or not content[5:9].isdigit():
        raise BadFile("Wrong signature trying to load DB from file")
    reader, found = _Reader(content), dict[int, dict[bytes, Item]]()
    number, expires = 0, None
    while (kind := reader.take(1)[0]) != 0xFF:
        if kind == 0xFA:
            reader.text(), reader.text()
        elif kind == 0xFE:
            number = reader.length()
        elif kind == 0xFB:
            reader.length(), reader.length()
        elif kind == 0xFC:
            expires = struct.unpack("<Q", reader.take(8))[0] / 1000
        else:
            key = reader.text()
            found.setdefault(number, {})[key] = Item(reader.value(kind), expires)
            expires = None
    return found
