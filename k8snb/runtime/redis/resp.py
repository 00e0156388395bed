"""RESP, the protocol of Redis: commands as arrays of byte strings, and answers.

Source: https://redis.io/docs/latest/develop/reference/protocol-spec/ (version 2, which redis-cli speaks unless told otherwise).
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias


class Status(str):
    """A simple string: `OK`, `PONG`, `QUEUED`."""


class Error(NamedTuple):
    """An error: `ERR unknown command …`."""

    text: str


#: an answer: None is nil, bytes a string, a tuple an array
Reply: TypeAlias = "int | bytes | Status | Error | tuple[Reply, ...] | None"


class ProtocolError(ValueError):
    """Bytes that are no RESP."""


def encode(reply: Reply) -> bytes:
    """An answer as it goes over the wire."""
    if reply is None:
        return b"$-1\r\n"
    if isinstance(reply, Status):
        return f"+{reply}\r\n".encode()
    if isinstance(reply, Error):
        return b"-" + reply.text.encode("utf-8", "surrogateescape") + b"\r\n"
    if isinstance(reply, int):
        return b":%d\r\n" % reply
    if isinstance(reply, bytes):
        return b"$%d\r\n%s\r\n" % (len(reply), reply)
    return b"*%d\r\n" % len(reply) + b"".join(encode(item) for item in reply)


def command(words: list[bytes]) -> bytes:
    """A command as redis-cli sends it."""
    return encode(tuple(words))


def commands(data: bytes) -> list[list[bytes]]:
    """The commands in what a client sent: arrays, or lines of words (`PING`). ProtocolError for anything else."""
    found: list[list[bytes]] = []
    at = 0
    while at < len(data):
        if data[at : at + 1] == b"*":
            reply, at = _decode(data, at)
            if not isinstance(reply, tuple) or not all(isinstance(item, bytes) for item in reply):
                raise ProtocolError("expected '$'")
            found.append([item for item in reply if isinstance(item, bytes)])
            continue
        line, _, _ = data[at:].partition(b"\n")
        at += len(line) + 1
        words = line.split()
        if words:
            found.append(words)
    return found


def replies(data: bytes) -> list[Reply]:
    """The answers in what a server sent."""
    found: list[Reply] = []
    at = 0
    while at < len(data):
        reply, at = _decode(data, at)
        found.append(reply)
    return found


def _decode(data: bytes, at: int) -> tuple[Reply, int]:
    end = data.find(b"\r\n", at)
    if end < 0:
        raise ProtocolError("unexpected end")
    kind, text, after = data[at : at + 1], data[at + 1 : end], end + 2
    if kind == b"+":
        return Status(text.decode("utf-8", "replace")), after
    if kind == b"-":
        return Error(text.decode("utf-8", "surrogateescape")), after
    try:
        number = int(text)
    except ValueError:
        raise ProtocolError("invalid length") from None
    if kind == b":":
        return number, after
    if number < 0:
        return None, after
    if kind == b"$":
        if number > len(data) - after:
            raise ProtocolError("invalid bulk length")
        return data[after : after + number], after + number + 2
    if kind != b"*" or number > len(data):
        raise ProtocolError("invalid multibulk length")
    items: list[Reply] = []
    for _ in range(number):
        item, after = _decode(data, after)
        items.append(item)
    return tuple(items), after
