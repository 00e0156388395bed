"""Connections that a client upgrades to SPDY/3.1 without a WebSocket: client-go until v1.30, and whoever is built on it.

To the application such a connection is a WebSocket whose messages are the connection's bytes; its subprotocol is SPDY with
what the client offers in `X-Stream-Protocol-Version`. Source: `apimachinery/pkg/util/httpstream/spdy/upgrade.go`.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any, Final, cast

from k8snb.apiserver.http.call import Message, Scope
from k8snb.apiserver.http.channels import SPDY

UPGRADE: Final = b"spdy/3.1"
_VERSION: Final = b"x-stream-protocol-version"
#: messages that wait to be read before the client is made to wait
_WAITING: Final = 16


class SpdyProtocol(asyncio.Protocol):
    """One connection, from its upgrade on."""

    def __init__(self, app: Any, scope: Scope, state: Any) -> None:
        self._app, self._state = app, state
        versions = [value.decode("latin-1") for name, value in scope["headers"] if name == _VERSION]
        offered = [SPDY + word.strip() for version in versions for word in version.split(",")]
        self._scope = {**scope, "type": "websocket", "subprotocols": offered}
        self._queue: asyncio.Queue[Message] = asyncio.Queue()
        self._writable = asyncio.Event()
        self._writable.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self._state.connections.add(self)
        task = asyncio.get_running_loop().create_task(self._run())
        self._state.tasks.add(task)
        task.add_done_callback(self._state.tasks.discard)

    def data_received(self, data: bytes) -> None:
        self._queue.put_nowait({"type": "websocket.receive", "bytes": data})
        if self._queue.qsize() > _WAITING:
            self.transport.pause_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        self._state.connections.discard(self)
        self._writable.set()
        self._queue.put_nowait({"type": "websocket.disconnect", "code": 1005})

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def shutdown(self) -> None:
        """The server stops."""
        self.transport.close()

    async def _run(self) -> None:
        try:
            await self._app(self._scope, self._receive, self._send)
        finally:
            self.transport.close()

    async def _receive(self) -> Message:
        message = await self._queue.get()
        if self._queue.qsize() <= _WAITING and not self.transport.is_closing():
            self.transport.resume_reading()
        return message

    async def _send(self, message: Message) -> None:
        await self._writable.wait()
        kind = message["type"]
        if kind == "websocket.accept":
            version = str(message.get("subprotocol") or "").removeprefix(SPDY)
            head = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n"
            self.transport.write(f"{head}X-Stream-Protocol-Version: {version}\r\n\r\n".encode("latin-1"))
        elif kind == "websocket.send":
            self.transport.write(message["bytes"])
        elif kind == "websocket.http.response.start":
            status = HTTPStatus(int(message["status"]))
            lines = [b"HTTP/1.1 %d %s" % (status.value, status.phrase.encode())]
            lines += [b"%s: %s" % header for header in message["headers"]]
            self.transport.write(b"\r\n".join([*lines, b"Connection: close"]) + b"\r\n")
        elif kind == "websocket.http.response.body":
            body = message.get("body", b"")
            self.transport.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
