"""exec, attach and port-forward over SPDY: what kubectl tunnels through a WebSocket, and what older clients speak alone.

A stream says in its headers what it is: `streamType` is error, data, stdin, stdout, stderr or resize. Source:
`kubelet/pkg/cri/streaming/{portforward,remotecommand}`, client-go `tools/{portforward,remotecommand}`.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any, Final

from k8snb.apiserver.http.channels import SOON, Socket, exit_status, failure, later, port_of, wanted
from k8snb.apiserver.http.spdy import Event, Opened, Received, Reply, Reset, Session, SpdyError

#: streams of one connection
_STREAMS: Final = 1000


class _Link:
    """A SPDY connection over a socket."""

    def __init__(self, socket: Socket) -> None:
        self.socket, self.session = socket, Session()

    async def events(self) -> list[Event] | None:
        """What the next message says; None at the end."""
        data = await self.socket.receive()
        if data is None or self.session.closed:
            return None
        found: list[Event] = []
        try:
            for event in self.session.receive(data):
                if isinstance(event, Reply):
                    await self.socket.send(event.data)
                else:
                    if isinstance(event, Opened):
                        await self.socket.send(self.session.accept(event.stream))
                    found.append(event)
        except SpdyError:
            return None
        return found

    async def send(self, stream: int, data: bytes, fin: bool = False) -> None:
        frames = self.session.send(stream, data, fin)
        if frames:
            await self.socket.send(frames)


class _Forwards:
    """The connections of one port-forward: each has a stream for data and one for what went wrong."""

    def __init__(self, link: _Link, stream: Any) -> None:
        self._link, self._stream = link, stream
        self._errors: dict[str, int] = {}
        self._open: dict[int, tuple[Any, str]] = {}

    async def take(self, event: Event) -> None:
        if isinstance(event, Opened) and len(self._open) + len(self._errors) < _STREAMS:
            request = event.headers.get("requestid", "")
            if event.headers.get("streamtype") == "error":
                self._errors[request] = event.stream
            else:
                port = port_of(event.headers.get("port", ""))
                self._open[event.stream] = self._stream.connect(port), request
        elif isinstance(event, Reset):
            self._open.pop(event.stream, None)
        elif isinstance(event, Received) and event.stream in self._open:
            await self._feed(event)

    async def _feed(self, event: Received) -> None:
        forward, request = self._open[event.stream]

        def work() -> bytes:
            out: bytes = forward.feed(event.data) if event.data else b""
            return out + (forward.feed(b"") if event.fin and not forward.over else b"")

        answer = await self._link.socket.in_cluster(work)
        await self._link.send(event.stream, answer, fin=forward.over)
        if forward.over:
            del self._open[event.stream]
            await self._link.send(self._errors.pop(request, 0), failure(forward).encode(), fin=True)


async def forward(socket: Socket, subresource: str, stream: Any) -> None:
    """Serve a port-forward until its client goes."""
    link = _Link(socket)
    forwards = _Forwards(link, stream)
    while (events := await link.events()) is not None:
        for event in events:
            await forwards.take(event)
    await socket.end()


async def execute(socket: Socket, subresource: str, stream: Any) -> None:
    """Serve a command, once its client has opened a stream for each of its channels."""
    link, streams = _Link(socket), dict[str, int]()
    query = socket.call.query
    expected = {"error", *(name for name in ("stdin", "stdout") if wanted(query, name))}
    if wanted(query, "stderr") and not wanted(query, "tty"):
        expected.add("stderr")
    early: list[Event] = []
    while not expected <= streams.keys():
        events = await link.events()
        if events is None:
            return
        streams.update(
            {event.headers.get("streamtype", ""): event.stream for event in events if isinstance(event, Opened)}
        )
        early += events
    await socket.both(_input(link, streams, stream, early), _output(link, streams, stream, subresource))


async def _input(link: _Link, streams: dict[str, int], stream: Any, early: list[Event]) -> None:
    events: list[Event] | None = early
    while events is not None:
        for event in events:
            if isinstance(event, Received) and event.stream == streams.get("stdin"):
                await link.socket.in_cluster(lambda given=event: stream.write(given.data, more=not given.fin))  # type: ignore[misc]
        events = await link.events()


async def _output(link: _Link, streams: dict[str, int], stream: Any, subresource: str) -> None:
    pause = SOON
    while True:
        found = await link.socket.in_cluster(stream.poll)
        for name, data in found:
            channel = streams.get("stdout" if name == "stderr" and "stderr" not in streams else name)
            if channel is not None:
                await link.send(channel, data)
        if stream.done:
            break
        pause = later(pause, bool(found))
        await asyncio.sleep(pause)
    for name in ("stdout", "stderr"):
        if name in streams:
            await link.send(streams[name], b"", fin=True)
    status = exit_status(stream.status if subresource == "exec" else 0)
    await link.send(streams["error"], json.dumps(status).encode(), fin=True)
    await link.socket.end()
