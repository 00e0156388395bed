"""exec and attach over a WebSocket: channels of one connection, told apart by the first byte of each message.

0 is standard input, 1 output, 2 errors, 3 how it ended; 255 closes a channel. Source: KEP-4006, client-go
`tools/remotecommand` (v4.go, v5.go, websocket.go).
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    Ping,
    RejectConnection,
    RejectData,
    Request,
    TextMessage,
)

PROTOCOLS: Final = ["v5.channel.k8s.io", "v4.channel.k8s.io"]
_NAMES: Final = {1: "stdout", 2: "stderr"}
_STDIN, _ERROR, _CLOSE = 0, 3, 255
#: seconds that the reader gets to end
_GOODBYE: Final = 1.0
_CHUNK: Final = 32 * 1024


class StreamError(Exception):
    """The command did not run to an end; the message is the server's or client-go's."""


class Refused(Exception):
    """The server does not speak WebSocket here: status code and body of its answer."""

    def __init__(self, code: int, body: bytes, kind: str) -> None:
        super().__init__(f"{code}")
        self.code, self.body, self.kind = code, body, kind


class Channels:
    """The streams of one command."""

    #: nobody can tell from here whether a program waits at its prompt
    waits_for_input = False

    def __init__(
        self, sock: socket.socket, host: str, target: str, headers: Sequence[tuple[str, str]], news: threading.Event
    ) -> None:
        self._socket, self._news = sock, news
        self._connection = WSConnection(ConnectionType.CLIENT)
        self._lock = threading.Lock()
        self._pieces: list[tuple[str, bytes]] = []
        self._end, self._over, self.closed = b"", False, False
        self._partial = b""
        extra = [(name.encode(), value.encode()) for name, value in headers]
        self._send(Request(host=host, target=target, subprotocols=PROTOCOLS, extra_headers=extra))
        self.protocol = self._shake_hands()
        self._reader = threading.Thread(target=self._read, name="k8snb-exec", daemon=True)
        self._reader.start()

    # -- as the streams of a cluster in this process ----------------------------------------------------------------------

    def poll(self) -> list[tuple[str, bytes]]:
        """What came since the last time: (`stdout` or `stderr`, bytes)."""
        with self._lock:
            found, self._pieces = self._pieces, []
            return found

    @property
    def done(self) -> bool:
        with self._lock:
            return self._over

    @property
    def status(self) -> int:
        """The exit code. StreamError if there is none."""
        return _exit_code(self._end)

    def write(self, data: bytes, *, more: bool = True) -> None:
        """Type something; without `more` the input ends."""
        for at in range(0, len(data), _CHUNK):
            self._send(BytesMessage(bytes([_STDIN]) + data[at : at + _CHUNK]))
        if not more and self.protocol == PROTOCOLS[0]:
            self._send(BytesMessage(bytes([_CLOSE, _STDIN])))

    def close(self) -> None:
        """Hang up."""
        self.closed = True
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._reader.join(_GOODBYE)

    # -- the wire -----------------------------------------------------------------------------------------------------------

    def _send(self, event: Event) -> None:
        with suppress(OSError):  # who has hung up takes nothing more; the reader finds out
            self._socket.sendall(self._connection.send(event))

    def _shake_hands(self) -> str:
        """The protocol agreed on. Refused if the server answers otherwise; ConnectionError if it does not."""
        refusal: RejectConnection | None = None
        body = b""
        while True:
            data = self._socket.recv(65536)
            if not data:
                raise ConnectionResetError("the server hung up")
            self._connection.receive_data(data)
            for event in self._connection.events():
                if isinstance(event, AcceptConnection):
                    return event.subprotocol or PROTOCOLS[1]
                if isinstance(event, RejectConnection):
                    refusal = event
                elif isinstance(event, RejectData):
                    body += event.data
                if refusal is not None and (not refusal.has_body or getattr(event, "body_finished", False)):
                    kind = dict(refusal.headers or ()).get(b"content-type", b"").decode()
                    raise Refused(refusal.status_code, body, kind)

    def _read(self) -> None:
        with suppress(OSError):
            while not self.closed and (data := self._socket.recv(65536)):
                self._connection.receive_data(data)
                for event in self._connection.events():
                    self._take(event)
        self._socket.close()
        with self._lock:
            self._over = True
        self._news.set()

    def _take(self, event: Event) -> None:
        if isinstance(event, Ping):
            self._send(event.response())
        elif isinstance(event, CloseConnection):
            self._send(event.response())
            self.closed = True
        elif isinstance(event, BytesMessage | TextMessage):
            data: Any = event.data
            self._partial += data.encode() if isinstance(data, str) else bytes(data)
            if event.message_finished:
                message, self._partial = self._partial, b""
                self._message(message)

    def _message(self, message: bytes) -> None:
        channel = message[0] if message else _CLOSE
        with self._lock:
            if channel in _NAMES and len(message) > 1:
                self._pieces.append((_NAMES[channel], message[1:]))
            elif channel == _ERROR:
                self._end += message[1:]
        self._news.set()


def _exit_code(end: bytes) -> int:
    if not end:
        raise StreamError(
            "error stream closed before receiving a status message: command execution may have been interrupted"
        )
    try:
        status = json.loads(end)
    except ValueError:
        raise StreamError(f'error stream protocol error: unexpected end of JSON input in "{end.decode()}"') from None
    if status.get("status") == "Success":
        return 0
    if status.get("status") != "Failure":
        raise StreamError("error stream protocol error: unknown error")
    if status.get("reason") != "NonZeroExitCode":
        raise StreamError(str(status.get("message") or ""))
    for cause in (status.get("details") or {}).get("causes") or ():
        if cause.get("reason") == "ExitCode":
            try:
                return int(cause.get("message") or "")
            except ValueError:
                problem = f'invalid exit code value "{cause.get("message") or ""}"'
                raise StreamError(f"error stream protocol error: {problem}") from None
    raise StreamError("error stream protocol error: no ExitCode cause given")
