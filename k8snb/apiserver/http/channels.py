"""exec, attach and port-forward over WebSockets.

A message of exec begins with a byte that says which channel it is of: 0 standard input, 1 output, 2 errors, 3 how it ended,
4 the size of the terminal; in version 5 also 255, which closes one. A port-forward has two channels for each port (Python
clients), or is a SPDY connection (`tunnels.py`). Source: KEP-4006, `apimachinery/pkg/util/httpstream/wsstream`,
`kubelet/pkg/cri/streaming`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final

from k8snb.apiserver.http.call import Call
from k8snb.apiserver.http.terminal import Terminal
from k8snb.apiserver.request import Response, flag

V5, V4 = "v5.channel.k8s.io", "v4.channel.k8s.io"
#: SPDY in a WebSocket, or a connection that was upgraded to it
SPDY: Final = "SPDY/3.1+"
#: what each subresource speaks, best first
PROTOCOLS: Final = {
    "exec": (V5, V4, SPDY + V4),
    "attach": (V5, V4, SPDY + V4),
    "portforward": (f"{SPDY}portforward.k8s.io", V4),
}
_STDIN, _STDOUT, _STDERR, _ERROR, _RESIZE, _CLOSE = 0, 1, 2, 3, 4, 255
#: wall seconds between two looks at a command's output
SOON, _LATER = 0.01, 0.1

#: does something with the cluster, under its lock, and lets the engine go on from it
Act = Callable[[Callable[[], Any]], Any]


class Socket:
    """A WebSocket, or what stands for one: whole messages in both directions."""

    def __init__(self, call: Call, act: Act) -> None:
        self.call, self._act = call, act

    async def in_cluster(self, work: Callable[[], Any]) -> Any:
        """Do something with the cluster."""
        return await asyncio.to_thread(self._act, work)

    async def refuse(self, response: Response, headers: list[tuple[bytes, bytes]]) -> None:
        """Answer the handshake like any other request."""
        start = {"type": "websocket.http.response.start", "status": response.code, "headers": headers}
        await self.call.send(start)
        await self.call.send({"type": "websocket.http.response.body", "body": response.body})

    async def both(self, *parts: Coroutine[Any, Any, None]) -> None:
        """Run until one of them ends."""
        tasks = [asyncio.ensure_future(part) for part in parts]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            for result in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(result, Exception):
                    raise result

    async def receive(self) -> bytes | None:
        """The next message; None when the client is gone."""
        message = await self.call.receive()
        while message["type"] == "websocket.connect":
            message = await self.call.receive()
        if message["type"] != "websocket.receive":
            return None
        data = message.get("bytes")
        return data if data is not None else str(message.get("text") or "").encode()

    async def send(self, data: bytes) -> None:
        """Send one message."""
        await self.call.send({"type": "websocket.send", "bytes": data})

    async def end(self) -> None:
        """Nothing more comes."""
        await self.call.send({"type": "websocket.close", "code": 1000})


async def run(socket: Socket, subresource: str, protocol: str, stream: Any) -> None:
    """Accept, and pass on what comes until either side ends."""
    from k8snb.apiserver.http import tunnels

    await socket.call.send({"type": "websocket.accept", "subprotocol": protocol or None})
    if subresource != "portforward" and wanted(socket.call.query, "tty"):
        stream = Terminal(stream)
    try:
        if protocol.startswith(SPDY):
            await (tunnels.forward if subresource == "portforward" else tunnels.execute)(socket, subresource, stream)
        elif subresource == "portforward":
            await _ports(socket, stream)
        else:
            await socket.both(_input(socket, stream), _output(socket, stream, subresource))
    finally:
        with contextlib.suppress(RuntimeError):
            await socket.in_cluster(stream.close)


# -- exec and attach ----------------------------------------------------------------------------------------------


async def _input(socket: Socket, stream: Any) -> None:
    while (data := await socket.receive()) is not None:
        if data[:1] == bytes([_STDIN]) and len(data) > 1:
            await socket.in_cluster(lambda given=data[1:]: stream.write(given))  # type: ignore[misc]
        elif data == bytes([_CLOSE, _STDIN]):
            await socket.in_cluster(lambda: stream.write(b"", more=False))


async def _output(socket: Socket, stream: Any, subresource: str) -> None:
    query = socket.call.query
    tty = wanted(query, "tty")
    shown = {"stdout": _STDOUT, "stderr": _STDOUT if tty else _STDERR}
    first = _STDOUT if wanted(query, "stdout") else _STDERR if wanted(query, "stderr") else _ERROR
    await socket.send(bytes([first]))  # tells the client that it is connected
    pause = SOON
    while True:
        found = await socket.in_cluster(stream.poll)
        for name, data in found:
            if name == "stdout" or tty or wanted(query, "stderr"):
                await socket.send(bytes([shown[name]]) + data)
        if stream.done:
            break
        pause = later(pause, bool(found))
        await asyncio.sleep(pause)
    status = stream.status if subresource == "exec" else 0
    await socket.send(bytes([_ERROR]) + json.dumps(exit_status(status)).encode())
    await socket.end()


# -- port-forward -------------------------------------------------------------------------------------------------


async def _ports(socket: Socket, stream: Any) -> None:
    """Channels: 2n is the data of the n-th port, 2n+1 its errors; each begins with the port's number."""
    asked = socket.call.multi.get("ports", ())
    ports = [port_of(text) for texts in asked for text in texts.split(",")]
    forwards = [stream.connect(port) for port in ports]
    for index, port in enumerate(ports):
        for channel in (2 * index, 2 * index + 1):
            await socket.send(bytes([channel]) + port.to_bytes(2, "little"))
    while (data := await socket.receive()) is not None:
        index, is_error = divmod(data[0], 2) if data else (len(ports), 0)
        if is_error or index >= len(ports) or len(data) < 2:
            continue
        forward = forwards[index]
        answer = await socket.in_cluster(lambda given=data[1:], one=forward: one.feed(given))  # type: ignore[misc]
        if answer:
            await socket.send(bytes([2 * index]) + answer)
        if forward.over:
            if forward.error:
                await socket.send(bytes([2 * index + 1]) + failure(forward).encode())
            break
    await socket.end()


def later(pause: float, found: bool) -> float:
    """How long to wait before the next look, wall seconds."""
    return SOON if found else min(pause * 1.5, _LATER)


def wanted(query: Mapping[str, str], name: str) -> bool:
    """Whether a channel is asked for."""
    return flag(query, name)


def port_of(text: str) -> int:
    """A port number; 0, where nothing listens, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 and int(text) < 65536 else 0


def failure(forward: Any) -> str:
    """What the kubelet reports of a connection that came to nothing."""
    return f"error forwarding port: {forward.error}" if forward.error else ""


def exit_status(code: int | None) -> dict[str, Any]:
    """What the error channel says at the end."""
    if not code:
        return {"metadata": {}, "status": "Success"}
    return {
        "metadata": {},
        "status": "Failure",
        "message": f"command terminated with non-zero exit code: exit status {code}",
        "reason": "NonZeroExitCode",
        "details": {"causes": [{"reason": "ExitCode", "message": str(code)}]},
    }
