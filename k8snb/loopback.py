"""Port-forwards and proxies on the real loopback: what `kubectl port-forward` and `kubectl proxy` have opened in the lab, and
what containers publish with `docker run -p`, can be reached with a browser, too.

Only in live pace, where a person may look. A forward sends each request through the cluster's own network, under its lock; a
proxy passes it to the wire of the API server, with the credentials of whoever opened it. This is the edge of the simulation,
so there are sockets and threads here. Nothing but 127.0.0.1 is ever listened on.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol

import uvicorn
from starlette.requests import Request as HttpRequest
from starlette.responses import Response as HttpResponse

from k8snb.apiserver.http.app import Face
from k8snb.apiserver.http.authentication import Authenticator
from k8snb.apiserver.http.server import ClusterBackend
from k8snb.apiserver.request import Request, Response, User
from k8snb.cluster import Cluster
from k8snb.network.apiproxy import ApiProxy

HOST = "127.0.0.1"
#: bytes of a request's body
LONGEST = 1024 * 1024


class Listener(Protocol):
    """Something that listens on a port until it is closed."""

    def close(self) -> None: ...


class Loopback:
    """The listeners of one cluster's port-forwards and proxies."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._listeners: dict[int, Listener] = {}
        #: what each listener was opened for
        self._targets: dict[int, ApiProxy | None] = {}
        self._refused: set[int] = set()

    def sync(self) -> list[str]:
        """Listen on what has been opened, stop what has been closed; returns what to tell (ports that are taken)."""
        fabric = self._cluster.network.fabric
        wanted: dict[int, ApiProxy | None] = dict.fromkeys(fabric.open_ports())
        wanted |= {port: forward.proxy for port, forward in fabric.forwards.items()}
        wanted |= dict.fromkeys(self._cluster.docker.published())
        for port in list(self._listeners):
            if port not in wanted or wanted[port] != self._targets[port]:
                self._stop(port)
        self._refused &= set(wanted)
        problems = []
        for port in sorted(set(wanted) - set(self._listeners) - self._refused):
            try:
                self._listen(port, wanted[port])
            except OSError as error:
                self._refused.add(port)
                problems.append(
                    f"port {port} of this machine cannot be listened on ({error.strerror}): only %curl gets there"
                )
        return problems

    def close(self) -> None:
        """Stop listening."""
        for port in list(self._listeners):
            self._stop(port)

    def _listen(self, port: int, proxy: ApiProxy | None) -> None:
        listener = _Forward(self._cluster, port) if proxy is None else _Proxy(self._cluster, port, proxy)
        self._listeners[port], self._targets[port] = listener, proxy

    def _stop(self, port: int) -> None:
        self._targets.pop(port)
        self._listeners.pop(port).close()


# -- port-forwards ------------------------------------------------------------------------------------------------------------


class _Forward:
    """One port that leads into the cluster's network."""

    def __init__(self, cluster: Cluster, port: int) -> None:
        self._server = ThreadingHTTPServer((HOST, port), _handler(cluster, port))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, name=f"k8snb-forward-{port}", daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(cluster: Cluster, port: int) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Passes one request on and its answer back; a connection that the Pod does not take is closed, as kubectl does."""

        protocol_version = "HTTP/1.1"

        def _pass_on(self) -> None:
            length = min(int(self.headers.get("Content-Length") or 0), LONGEST)
            body = self.rfile.read(length)
            with cluster.lock:
                cluster.engine.run_instant()
                url, headers = f"http://127.0.0.1:{port}{self.path}", dict(self.headers.items())
                trace = cluster.network.request("host", url, self.command, headers, body)
                cluster.engine.run_instant()
            answer = trace.response
            if answer is None:
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                if name.lower() not in ("content-length", "connection", "transfer-encoding", "date", "server"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _pass_on

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing: the cell belongs to the learner."""

    return Handler


# -- proxies ------------------------------------------------------------------------------------------------------------------


class _Proxy:
    """One port that leads to the API."""

    def __init__(self, cluster: Cluster, port: int, proxy: ApiProxy) -> None:
        self._socket = socket.socket(
            socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP
        )  # sends small packets at once
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._socket.bind((HOST, port))
            self._socket.listen(128)
        except OSError:
            self._socket.close()
            raise
        config = uvicorn.Config(
            _Gate(proxy, Face(_Behind(cluster, proxy), _Everyone(proxy.user))),
            log_level="warning",
            access_log=False,
            lifespan="off",
            ws="wsproto",
            timeout_graceful_shutdown=1,
        )
        self._uvicorn = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, name=f"k8snb-proxy-{port}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._uvicorn.should_exit = True
        self._thread.join(timeout=5)
        self._socket.close()

    def _run(self) -> None:
        self._uvicorn.run(sockets=[self._socket])


class _Everyone(Authenticator):
    """Nobody has to say who they are: whoever gets here acts as who opened the proxy."""

    def __init__(self, user: User) -> None:
        super().__init__(user, "", lambda token: None)
        self._user = user

    def user_of(self, authorization: str, scope: Any) -> User | None:
        return self._user


class _Behind(ClusterBackend):
    """The API server behind a proxy."""

    def __init__(self, cluster: Cluster, proxy: ApiProxy) -> None:
        super().__init__(cluster)
        self._proxy = proxy

    def serve(self, request: Request) -> Response:
        if request.impersonate is None:
            request = replace(request, impersonate=self._proxy.impersonate)
        return super().serve(request)


class _Gate:
    """An ASGI application: the proxy's own answers, and behind them the API."""

    def __init__(self, proxy: ApiProxy, api: Any) -> None:
        self._proxy, self._api = proxy, api

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        method = scope.get("method", "GET")
        host = HttpRequest({**scope, "type": "http", "method": method}).headers.get("host", "")
        found = await asyncio.to_thread(self._proxy.route, method, scope["path"], host)
        if isinstance(found, str):
            await self._api({**scope, "path": found, "raw_path": found.encode()}, receive, send)
        elif scope["type"] == "http":
            answer = HttpResponse(b"" if method == "HEAD" else found.body, found.status, dict(found.headers))
            await answer(scope, receive, send)
