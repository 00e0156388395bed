"""`kubernetes.stream.stream()` on a cluster of this process: exec and attach, with the library's own `WSClient` interface.

The library opens a websocket from a configuration. One that leads to a cluster of this process gets a console that talks to
the container directly; every other goes to the network as before. Timeouts are virtual seconds. Port-forward hands out real
sockets, which only a real server can fill: it is refused, with the way around.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from http.client import responses
from typing import Any
from urllib.parse import urlsplit

from kubernetes.stream import ws_client
from websocket import WebSocketBadStatusException

from k8snb.apiclient.link import Link
from k8snb.apiserver.http.channels import exit_status

_STDIN, _STDOUT, _STDERR, _ERROR, _CLOSE = 0, 1, 2, 3, 255


@cache
def connect_streams(module: Any) -> None:
    """Let the library's streams find clusters of this process, by the configuration they are opened with."""
    network, plain = module.create_websocket, module.WSClient

    def create_websocket(configuration: Any, url: str, headers: Any = None) -> Any:
        link = getattr(configuration, "k8snb_link", None)
        return network(configuration, url, headers) if link is None else open_line(link, url, headers or {})

    def new(cls: Any, configuration: Any = None, *arguments: Any, **options: Any) -> Any:
        inside = cls is plain and getattr(configuration, "k8snb_link", None) is not None
        return object.__new__(Console if inside else cls)

    module.create_websocket, plain.__new__ = create_websocket, new


def open_line(link: Link, url: str, headers: dict[str, str]) -> Line:
    """Start what the URL asks for. WebSocketBadStatusException with the server's Status; NotImplementedError: port-forward."""
    if urlsplit(url).path.endswith("/portforward"):
        raise NotImplementedError(
            "port-forward hands out sockets, and this client has none: connect to cluster.serve(),"
            " or send requests with cluster.http(url, source=...)"
        )
    answer = link.open(url, headers.items())
    if answer.code != 101:
        body: bytes = answer.body
        phrase = responses.get(answer.code, "")
        text = f"Handshake status {answer.code} {phrase} -+-+- {{}} -+-+- {body!r}"
        raise WebSocketBadStatusException(text, answer.code, phrase, {}, body)
    return Line(link, answer.body, f"POST {urlsplit(url).path}")


class Line:
    """One running command, as far as `WSClient` looks at its websocket."""

    subprotocol = ws_client.V5_CHANNEL_PROTOCOL if hasattr(ws_client, "V5_CHANNEL_PROTOCOL") else "v4.channel.k8s.io"

    def __init__(self, link: Link, stream: Any, subject: str) -> None:
        self._link, self._stream = link, stream
        self._reader = link.reader(stream, subject)
        self.connected = True
        #: pieces that have come so far
        self.received = 0

    def now(self) -> float:
        """Virtual seconds."""
        return self._link.cluster.clock.now

    def getheaders(self) -> dict[str, str]:
        return {"sec-websocket-protocol": self.subprotocol}

    def receive(self, timeout: float | None) -> list[tuple[int, bytes]]:
        """(channel, data) of what has come within `timeout` virtual seconds; the exit status is the last."""
        found = [(_STDERR if name == "stderr" else _STDOUT, data) for name, data in self._reader.read(timeout)]
        if self._reader.ended and self.connected:
            self.connected = False
            found.append((_ERROR, json.dumps(exit_status(self._stream.status)).encode()))
        self.received += len(found)
        return found

    def send(self, payload: str | bytes, opcode: int = 0) -> int:
        """Input, the end of input, or a new window size (which changes nothing here)."""
        data = payload.encode() if isinstance(payload, str) else payload
        if data[0] == _STDIN:
            self._link.act(lambda: self._stream.write(data[1:], more=True))
        elif data[0] == _CLOSE and data[1:2] == bytes([_STDIN]):
            self._link.act(lambda: self._stream.write(b"", more=False))
        return len(data)

    def close(self, **options: Any) -> None:
        """Hang up: a command that still runs is killed."""
        self.connected = False
        self._reader.close()


class Console(ws_client.WSClient):
    """`WSClient` whose waiting is virtual."""

    sock: Line

    def is_open(self) -> bool:
        """Does the command still run, as far as has been read?"""
        return bool(self._connected)

    def update(self, timeout: float | None = 0) -> None:
        """Take in what comes within `timeout` virtual seconds (None: however long it takes)."""
        if not self.is_open():
            return
        if not self.sock.connected:
            self._connected = False
            return
        for channel, data in self.sock.receive(None if timeout == float("inf") else timeout):
            piece: Any = data if self.binary else data.decode("utf-8", "replace")
            if channel in (_STDOUT, _STDERR):
                self._all.write(piece)
            self._channels[channel] = self._channels[channel] + piece if channel in self._channels else piece
        self._connected = self.sock.connected

    def run_forever(self, timeout: float | None = None) -> None:
        """Wait until the command has ended, or `timeout` virtual seconds are over."""
        self._until(lambda: False, timeout)

    def readline_channel(self, channel: int, timeout: float | None = None) -> Any:
        """The next whole line of a channel; at the end what is left, empty if no line comes in time."""
        newline = b"\n" if self.binary else "\n"
        self._until(lambda: newline in self._channels.get(channel, newline[:0]), timeout)
        data = self._channels.get(channel, newline[:0])
        if newline not in data and self.is_open():
            return newline[:0]
        line, _, rest = data.partition(newline)
        self._channels.pop(channel, None)
        if rest:
            self._channels[channel] = rest
        return line

    def _until(self, holds: Callable[[], bool], timeout: float | None) -> None:
        now = self.sock.now
        end = None if timeout is None or timeout == float("inf") else now() + timeout
        while self.is_open() and not holds():
            left = None if end is None else max(end - now(), 0.0)
            received = self.sock.received
            self.update(left)
            if self.sock.received == received:
                return  # the time is up
