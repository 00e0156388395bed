"""What comes through a port-forward: bytes of a connection, cut into HTTP requests, and the Pod's answers as bytes.

The simulated network carries whole requests, so other protocols than HTTP/1 end at once. Source: the CRI's PortForward.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import h11

from k8snb.runtime.net import HttpRequest, HttpResponse, NetError

#: one request at a port: who asks does it under the cluster's lock
Exchange = Callable[[HttpRequest], HttpResponse | NetError]
#: headers that belong to one connection
_HOP: Final = frozenset(("connection", "content-length", "date", "keep-alive", "server", "transfer-encoding"))
#: bytes of a request's body
_LONGEST: Final = 16 * 1024 * 1024


class Connection:
    """One connection to one port of a Pod."""

    def __init__(self, port: int, exchange: Exchange) -> None:
        self._port, self._exchange = port, exchange
        self._http = h11.Connection(h11.SERVER)
        self._request: h11.Request | None = None
        self._body = bytearray()
        #: nothing more comes from the Pod
        self.over = False
        #: what the kubelet would report of the connection
        self.error = ""

    def feed(self, data: bytes) -> bytes:
        """What the Pod answers to some more bytes; none of them means that the client has nothing more to say."""
        out: list[bytes] = []
        try:
            self._http.receive_data(data)
            while not self.over:
                event = self._http.next_event()
                if event is h11.NEED_DATA or event is h11.PAUSED:
                    break
                out.append(self._step(event))
        except h11.RemoteProtocolError:
            self.over = True
        if not data:
            self.over = True
        return b"".join(out)

    def _step(self, event: Any) -> bytes:
        if isinstance(event, h11.Request):
            self._request = event
            self._body.clear()
        elif isinstance(event, h11.Data):
            self._body += event.data
            self.over = len(self._body) > _LONGEST
        elif isinstance(event, h11.EndOfMessage):
            return self._answer()
        elif isinstance(event, h11.ConnectionClosed):
            self.over = True
        return b""

    def _answer(self) -> bytes:
        request = self._request
        assert request is not None
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in request.headers}
        method, target = request.method.decode("latin-1"), request.target.decode("latin-1")
        answer = self._exchange(HttpRequest(method, target, headers, bytes(self._body)))
        if isinstance(answer, NetError):
            self.over, self.error = True, self._why(answer)
            return b""
        kept = [(name, value) for name, value in answer.headers.items() if name.lower() not in _HOP]
        found = [(name.encode("latin-1", "replace"), value.encode("latin-1", "replace")) for name, value in kept]
        found.append((b"content-length", str(len(answer.body)).encode()))
        events: list[Any] = [h11.Response(status_code=answer.status, headers=found, reason=answer.reason.encode())]
        if method != "HEAD" and answer.body:
            events.append(h11.Data(data=answer.body))
        out = b"".join(self._http.send(each) or b"" for each in (*events, h11.EndOfMessage()))
        if self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
            self._http.start_next_cycle()
        else:
            self.over = True
        return out

    def _why(self, error: NetError) -> str:
        where = f"localhost:{self._port} inside namespace"
        why = "connection refused" if error.kind == "refused" else error.message or error.kind
        return f"failed to connect to {where}, IPv4: dial tcp4 127.0.0.1:{self._port}: connect: {why}"
