"""SPDY/3.1, as much of it as a port-forward needs: streams in both directions over one connection.

`kubectl port-forward` opens two streams for each connection, one for the data and one for errors, and tunnels their frames
through a WebSocket. Knows nothing of what the streams carry. Source: the SPDY protocol draft 3.1, KEP-4006, moby/spdystream.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Final, NamedTuple

#: what header compression begins with (draft, section 2.6.10.1): names and values with their lengths, then plain text
_WORDS: Final = """
    options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age
    allow authorization cache-control connection content-base content-encoding content-language content-length
    content-location content-md5 content-range content-type date etag expect expires from host if-match
    if-modified-since if-none-match if-range if-unmodified-since last-modified location max-forwards pragma
    proxy-authenticate proxy-authorization range referer retry-after server te trailer transfer-encoding upgrade
    user-agent vary via warning www-authenticate method get status 200+OK version HTTP/1.1 url public set-cookie
    keep-alive origin
"""
_TEXT: Final = (
    "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505203 Non-Authori"
    "tative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden404 Not "
    "Found500 Internal Server Error501 Not Implemented503 Service UnavailableJan Feb Mar Apr May Jun Jul Aug S"
    "ept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMTchunked,text/html,image/png,image/jpg,imag"
    "e/gif,application/xml,application/xhtml+xml,text/plain,text/javascript,publicprivatemax-age=gzip,deflate,"
    "sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0."
)
_DICTIONARY: Final = (
    b"".join(struct.pack(">I", len(word)) + word.replace("+", " ").encode() for word in _WORDS.split()) + _TEXT.encode()
)
_SYN_STREAM, _SYN_REPLY, _RST_STREAM, _SETTINGS, _PING, _GOAWAY, _HEADERS = 1, 2, 3, 4, 6, 7, 8
_FIN: Final = 1
_VERSION: Final = 3
#: bytes of one frame, and of the headers of one stream
_FRAME, _BLOCK = 1 << 20, 64 * 1024
#: bytes that one frame of ours carries
_PIECE: Final = 32 * 1024


class SpdyError(ValueError):
    """Bytes that are no frames."""


class Opened(NamedTuple):
    """The other side opened a stream."""

    stream: int
    headers: dict[str, str]
    fin: bool


class Received(NamedTuple):
    """Data on a stream; `fin` says that it was the last."""

    stream: int
    data: bytes
    fin: bool


class Reset(NamedTuple):
    """The other side gave a stream up."""

    stream: int


class Reply(NamedTuple):
    """Bytes that the protocol itself wants sent."""

    data: bytes


Event = Opened | Received | Reset | Reply


class Session:
    """One connection, the server's side."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._inflate = zlib.decompressobj(zdict=_DICTIONARY)
        self._deflate = zlib.compressobj(zdict=_DICTIONARY)
        self.closed = False

    def receive(self, data: bytes) -> Iterator[Event]:
        """What the bytes say, one by one. SpdyError."""
        self._buffer += data
        while len(self._buffer) >= 8 and not self.closed:
            length = int.from_bytes(self._buffer[5:8], "big")
            if length > _FRAME:
                raise SpdyError(f"a frame of {length} bytes")
            if len(self._buffer) < 8 + length:
                return
            head, payload = bytes(self._buffer[:8]), bytes(self._buffer[8 : 8 + length])
            del self._buffer[: 8 + length]
            event = self._event(head, payload)
            if event is not None:
                yield event

    def _event(self, head: bytes, payload: bytes) -> Event | None:
        first, flags = struct.unpack(">IB", head[:5])
        if not first >> 31:
            return Received(first, payload, bool(flags & _FIN))
        version, kind = first >> 16 & 0x7FFF, first & 0xFFFF
        if version != _VERSION:
            raise SpdyError(f"version {version}")
        if kind == _SYN_STREAM:
            return Opened(_stream(payload, 10), self._headers(payload[10:]), bool(flags & _FIN))
        if kind == _HEADERS:
            self._headers(payload[4:])  # the compression goes on through it
        elif kind == _RST_STREAM:
            return Reset(_stream(payload, 8))
        elif kind == _PING:
            return Reply(head + payload)
        elif kind == _GOAWAY:
            self.closed = True
        return None

    def _headers(self, block: bytes) -> dict[str, str]:
        try:
            data = self._inflate.decompress(block, _BLOCK)
        except zlib.error as error:
            raise SpdyError(str(error)) from None
        if self._inflate.unconsumed_tail:
            raise SpdyError("too many headers")
        texts, at = [], 4
        while at + 4 <= len(data):
            length = int.from_bytes(data[at : at + 4], "big")
            texts.append(data[at + 4 : at + 4 + length].decode("latin-1"))
            at += 4 + length
        return dict(zip(texts[::2], texts[1::2], strict=False))

    def accept(self, stream: int) -> bytes:
        """The answer to a stream that was opened."""
        block = self._deflate.compress(struct.pack(">I", 0)) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        return _control(_SYN_REPLY, struct.pack(">I", stream) + block)

    def send(self, stream: int, data: bytes, fin: bool = False) -> bytes:
        """Frames with data; `fin` ends our side of the stream."""
        pieces = [data[at : at + _PIECE] for at in range(0, len(data), _PIECE)]
        if not pieces and fin:
            pieces = [b""]
        frames = [_data(stream, piece, fin and index == len(pieces) - 1) for index, piece in enumerate(pieces)]
        return b"".join(frames)


def _stream(payload: bytes, least: int) -> int:
    if len(payload) < least:
        raise SpdyError("a short frame")
    return int.from_bytes(payload[:4], "big") & 0x7FFFFFFF


def _control(kind: int, payload: bytes) -> bytes:
    return struct.pack(">HHI", 0x8000 | _VERSION, kind, len(payload)) + payload


def _data(stream: int, data: bytes, fin: bool) -> bytes:
    return struct.pack(">IB", stream, _FIN if fin else 0) + len(data).to_bytes(3, "big") + data
