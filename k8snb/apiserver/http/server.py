"""Serving a cluster on 127.0.0.1: uvicorn in a thread of its own, TLS, and the kubeconfig that leads there.

What listens is bound to the loopback address and nothing else; who may come in is for `authentication` and RBAC to say.
"""

from __future__ import annotations

import asyncio
import base64
import datetime
import secrets
import socket
import ssl
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Protocol

import uvicorn

from k8snb.api import yaml
from k8snb.apiserver.auth.tokens import user_of_token
from k8snb.apiserver.http.app import Face
from k8snb.apiserver.http.authentication import Authenticator
from k8snb.apiserver.http.certificates import Authority, Pair, write_private
from k8snb.apiserver.http.connection import HttpConnection, WebSocketConnection
from k8snb.apiserver.http.fragments import Fragments
from k8snb.apiserver.request import ADMIN, Request, Response, Target

HOST = "127.0.0.1"
_NAMES = (
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
    "localhost",
)


class Served(Protocol):
    """What the wire needs of a cluster."""

    lock: threading.RLock
    rest: Any
    engine: Any
    store: Any
    clock: Any
    pacer: Any


#: connections at once
_CONNECTIONS: Final = 2000
#: bytes of a WebSocket's message
_MESSAGE: Final = 4 * 1024 * 1024
#: wall seconds, and how many of them an answer under way gets when the server stops
_MOMENT, _MOMENTS = 0.02, 25


class _Uvicorn(uvicorn.Server):
    """Ends quickly: streams first, then answers under way get a moment, then every connection is cut.

    Left alone it waits for each client to agree to the end of TLS, which idle ones do not.
    """

    def __init__(self, config: uvicorn.Config, face: Face) -> None:
        super().__init__(config)
        self._face = face

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._face.streams.stop()
        for _ in range(_MOMENTS):
            if not self.server_state.tasks:
                break
            await asyncio.sleep(_MOMENT)
        for connection in list(self.server_state.connections):
            connection.transport.close()
        await asyncio.sleep(_MOMENT)
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        self.force_exit = True  # nothing is left to wait for
        await super().shutdown(sockets)


class ClusterBackend:
    """A cluster as the wire sees it."""

    def __init__(self, cluster: Served) -> None:
        self._cluster = cluster

    def serve(self, request: Request) -> Response:
        with self._cluster.lock:
            answer: Response = self._cluster.rest.handle(request)
            self._proceed(request.method != "GET")
            return answer

    def locked(self, work: Callable[[], Any]) -> Any:
        with self._cluster.lock:
            return work()

    def act(self, work: Callable[[], Any]) -> Any:
        with self._cluster.lock:
            result = work()
            self._proceed(True)
            return result

    def target(self, path: str) -> Target:
        with self._cluster.lock:
            found: Target = self._cluster.rest.parse(path)
            return found

    def revision(self) -> int:
        return int(self._cluster.store.revision)

    def now(self) -> float:
        return float(self._cluster.clock.now)

    def _proceed(self, wrote: bool) -> None:
        """A write is worked on at once; otherwise time decides (the pacer, or whoever jumps)."""
        if wrote:
            self._cluster.engine.run_instant()


class Server:
    """One cluster on one port, until `stop`."""

    def __init__(self, cluster: Served, port: int = 0) -> None:
        self._cluster = cluster
        now = datetime.datetime.now(datetime.UTC)
        self._authority = Authority("k8snb", now)
        self.admin: Pair = self._authority.client(ADMIN.name, ("kubeadm:cluster-admins", "system:masters"))
        self.token = secrets.token_urlsafe(24)
        # asyncio sends small packets at once (TCP_NODELAY) only where a socket says that it is TCP
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((HOST, port))
        self.port: int = self._socket.getsockname()[1]
        self._uvicorn = _Uvicorn(self._config(), self.face)
        self._thread = threading.Thread(target=self._run, name="k8snb-http", daemon=True)

    @property
    def url(self) -> str:
        return f"https://{HOST}:{self.port}"

    def _config(self) -> uvicorn.Config:
        store, clock = self._cluster.store, self._cluster.clock
        authenticator = Authenticator(ADMIN, self.token, lambda token: user_of_token(store, token, clock.unix))
        fragments = Fragments(self._cluster.rest)
        self.face = Face(ClusterBackend(self._cluster), authenticator, self._cluster.lock, fragments)
        config = uvicorn.Config(
            self.face,
            log_level="warning",
            access_log=False,
            lifespan="off",
            http=HttpConnection,
            ws=WebSocketConnection,
            ws_max_size=_MESSAGE,
            server_header=False,
            limit_concurrency=_CONNECTIONS,
            timeout_graceful_shutdown=1,
            timeout_keep_alive=60,
        )
        config.load()
        config.ssl = self._tls()
        return config

    def _tls(self) -> ssl.SSLContext:
        pair = self._authority.server(_NAMES, (HOST, "10.96.0.1"))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.TemporaryDirectory() as folder:
            certificate, key = Path(folder, "tls.crt"), Path(folder, "tls.key")
            write_private(certificate, pair.certificate)
            write_private(key, pair.key)
            context.load_cert_chain(certificate, key)
        context.load_verify_locations(cadata=self._authority.pem.decode())
        context.verify_mode = ssl.CERT_OPTIONAL
        return context

    def start(self) -> None:
        """Serve; returns when connections are taken."""
        self._socket.listen(128)
        self._thread.start()

    def stop(self) -> None:
        """End all connections, open watches first, and the thread."""
        self._uvicorn.should_exit = True
        self._thread.join(timeout=5)
        self._socket.close()

    def _run(self) -> None:
        self._uvicorn.run(sockets=[self._socket])

    def write_kubeconfig(self, path: Path) -> None:
        """Write the kubeconfig, and beside it the admin's bearer token."""
        write_private(path, self.kubeconfig().encode())
        write_private(path.with_name(f"{path.name}.token"), self.token.encode())

    def kubeconfig(self, name: str = "k8snb") -> str:
        """A kubeconfig for this server, its certificates inside."""
        return yaml.dump(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "preferences": {},
                "current-context": name,
                "clusters": [
                    {
                        "name": name,
                        "cluster": {"server": self.url, "certificate-authority-data": _base64(self._authority.pem)},
                    }
                ],
                "contexts": [{"name": name, "context": {"cluster": name, "user": name, "namespace": "default"}}],
                "users": [
                    {
                        "name": name,
                        "user": {
                            "client-certificate-data": _base64(self.admin.certificate),
                            "client-key-data": _base64(self.admin.key),
                        },
                    }
                ],
            }
        )


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
