"""One connection of a client: uvicorn's protocols, with what an API server needs beside them.

uvicorn does not tell an application which certificate a client showed; it is added to the scope here. Requests that are
answered without waiting never become a task. And a client that does not get on with its request is hung up on. Source:
`net/http` (Server.ReadHeaderTimeout, MaxHeaderBytes), `apiserver/pkg/server/secure_serving.go`.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final
from urllib.parse import unquote

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from k8snb.apiserver.http.app import Answer, Face
from k8snb.apiserver.http.upgrade import UPGRADE, SpdyProtocol

#: bytes of a request's head (Go's http.DefaultMaxHeaderBytes)
_HEAD_BYTES: Final = 1 << 20
_REFUSAL: Final = b"\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"
#: bytes of a path with its query; upstream bounds only the head, but our parser counts no further
_URL_BYTES: Final = (1 << 16) - 1
#: wall seconds that a head may take to arrive (upstream's ReadHeaderTimeout)
HEAD_SECONDS: Final = 32.0
#: bytes that wait to be sent before whoever writes is made to wait
_UNSENT: Final = 64 * 1024


#: bytes of TLS that are read at once
_RECEIVED: Final = 32 * 1024


def _keep_little(transport: Any) -> None:
    """asyncio keeps a quarter of a megabyte for each TLS connection to read into: hundreds of idle watches would cost more
    than the cluster."""
    tls = getattr(transport, "_ssl_protocol", None)
    if tls is not None and getattr(tls, "max_size", 0) > _RECEIVED:
        tls.max_size = _RECEIVED
        tls._ssl_buffer = bytearray(_RECEIVED)
        tls._ssl_buffer_view = memoryview(tls._ssl_buffer)


class HttpConnection(HttpToolsProtocol):
    """Requests and answers."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=_UNSENT)
        _keep_little(transport)
        tls = transport.get_extra_info("ssl_object")
        self._client_certificate = tls.getpeercert(binary_form=True) if tls is not None else None
        self._head: int | None = 0
        self._begun = True  # a head is awaited
        self._late: asyncio.TimerHandle | None = self._patience()

    def _patience(self) -> asyncio.TimerHandle:
        return self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        self._in_time()
        super().connection_lost(exc)

    def _in_time(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def data_received(self, data: bytes) -> None:
        if self._head is not None:
            self._head += len(data)
            if self._head > _HEAD_BYTES + len(data):
                self._refuse(b"431 Request Header Fields Too Large")
                return
        super().data_received(data)
        if self._begun and self._late is None:
            self._late = self._patience()

    def _refuse(self, status: bytes) -> None:
        """Answer something that is not understood as a request, as Go's `net/http` does."""
        if not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 %b%b%b" % (status, _REFUSAL, status))
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        self._refuse(b"400 Bad Request")

    def on_message_begin(self) -> None:
        self._begun = True
        super().on_message_begin()
        self.scope["k8snb.client_certificate"] = self._client_certificate  # type: ignore[typeddict-unknown-key]

    def on_headers_complete(self) -> None:
        self._head, self._begun = None, False
        self._in_time()
        if len(self.url) > _URL_BYTES:
            self._refuse(b"414 URI Too Long")
            raise ValueError("a path that is too long")  # the parser stops
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._head = 0
        super().on_message_complete()

    # -- answers that need no waiting -----------------------------------------------------------------------------------

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        face = self.config.app
        first = cycle is self.cycle and not self.pipeline and cycle.keep_alive  # and nothing waits to be sent
        if first and app is self.app and isinstance(face, Face) and not self.flow.write_paused:
            answer = face.at_once(cycle.scope)
            if answer is not None:
                self._write(cycle, answer)
                return
        super()._start_asgi_task(cycle, app)

    def _write(self, cycle: Any, answer: Answer) -> None:
        """Head and body as one packet."""
        parts = [STATUS_LINE[answer.code]]
        for name, value in (*cycle.default_headers, *answer.headers):
            parts += (name, b": ", value, b"\r\n")
        parts += (b"\r\n", answer.data)
        cycle.response_started = cycle.response_complete = True
        self.transport.write(b"".join(parts))
        self.on_response_complete()

    # -- other protocols ------------------------------------------------------------------------------------------------

    def _should_upgrade(self) -> bool:
        return self._get_upgrade() in (b"websocket", UPGRADE)

    def _unsupported_upgrade_warning(self) -> None:
        """Other upgrades are ignored, as HTTP says."""

    def handle_websocket_upgrade(self) -> None:
        if self._get_upgrade() != UPGRADE:
            from k8snb.apiserver.http.websocket import WebSocketConnection  # most servers never see one

            self.ws_protocol_class = WebSocketConnection
            super().handle_websocket_upgrade()
            return
        self.connections.discard(self)
        path, _, query = self.url.partition(b"?")
        scope = {**self.scope, "path": unquote(path.decode("latin-1")), "query_string": query}
        protocol = SpdyProtocol(self.app, scope, self.server_state)
        protocol.connection_made(self.transport)
        self.transport.set_protocol(protocol)
