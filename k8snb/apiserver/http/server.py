"""Serving a cluster on 127.0.0.1: uvicorn in a thread of its own, TLS, and the kubeconfig that leads there.

What listens is bound to the loopback address and nothing else; who may come in is for `authentication` and RBAC to say.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
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
from k8snb.apiserver.auth.authority import CERTIFICATE
from k8snb.apiserver.auth.tokens import user_of_token
from k8snb.apiserver.http.app import Face
from k8snb.apiserver.http.authentication import Authenticator
from k8snb.apiserver.http.certificates import Authority, Issued, Pair, write_private
from k8snb.apiserver.http.connection import HttpConnection
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

    def is_reachable(self) -> bool:
        """Whether the API server's machine is on."""


_REQUESTS: Final = "certificatesigningrequests.certificates.k8s.io"
#: connections at once
_CONNECTIONS: Final = 2000
#: bytes of a WebSocket's message
_MESSAGE: Final = 4 * 1024 * 1024
#: wall seconds, and how many of them an answer under way gets when the server stops
_MOMENT, _MOMENTS = 0.02, 25


class _Uvicorn(uvicorn.Server):
    """Ends quickly: streams first, then answers under way get a moment, then every connection is cut.

    Left alone it waits for each client to agree to the end of TLS, which idle ones do not. And while the control plane's
    machine is off (`minikube stop`), nobody listens on the port.
    """

    def __init__(
        self, config: uvicorn.Config, face: Face, cluster: Served, listen: Callable[[], socket.socket]
    ) -> None:
        super().__init__(config)
        self._face, self._cluster, self._listen = face, cluster, listen

    async def on_tick(self, counter: int) -> bool:
        if self._cluster.lock.acquire(blocking=False):
            try:
                reachable = self._cluster.is_reachable()
            finally:
                self._cluster.lock.release()
            if reachable != bool(self.servers):
                await (self._resume() if reachable else self._suspend())
        return await super().on_tick(counter)

    async def _suspend(self) -> None:
        for server in self.servers:
            server.close()
        self.servers = []
        await self._hang_up()

    async def _resume(self) -> None:
        with contextlib.suppress(OSError):  # the port is somebody else's just now: the next tick tries again
            await self.startup([self._listen()])

    async def _hang_up(self) -> None:
        """End every connection: streams properly, answers under way get a moment."""
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

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._hang_up()
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
        self._socket = _bound(port)
        self.port: int = self._socket.getsockname()[1]
        self._uvicorn = _Uvicorn(self._config(), self.face, cluster, lambda: _bound(self.port))
        self._thread = threading.Thread(target=self._run, name="k8snb-http", daemon=True)

    @property
    def url(self) -> str:
        return f"https://{HOST}:{self.port}"

    def _config(self) -> uvicorn.Config:
        store, clock = self._cluster.store, self._cluster.clock
        genuine = Issued(self._authority, lambda: self._locked(lambda: store.list(_REQUESTS)))
        authenticator = Authenticator(ADMIN, self.token, lambda token: user_of_token(store, token, clock.unix), genuine)
        fragments = Fragments(self._cluster.rest)
        self.face = Face(ClusterBackend(self._cluster), authenticator, self._cluster.lock, fragments)
        config = uvicorn.Config(
            self.face,
            log_level="error",
            access_log=False,
            lifespan="off",
            http=HttpConnection,
            ws="none",  # HttpConnection knows how
            ws_max_size=_MESSAGE,
            server_header=False,
            limit_concurrency=_CONNECTIONS,
            timeout_graceful_shutdown=1,
            timeout_keep_alive=60,
        )
        config.load()
        config.ssl = self._tls()
        return config

    def _locked(self, work: Callable[[], Any]) -> Any:
        with self._cluster.lock:
            return work()

    def _tls(self) -> ssl.SSLContext:
        pair = self._authority.server(_NAMES, (HOST, "10.96.0.1"))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.TemporaryDirectory() as folder:
            certificate, key = Path(folder, "tls.crt"), Path(folder, "tls.key")
            write_private(certificate, pair.certificate)
            write_private(key, pair.key)
            context.load_cert_chain(certificate, key)
        context.load_verify_locations(cadata=self._authority.pem.decode() + CERTIFICATE)
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


def _bound(port: int) -> socket.socket:
    """A socket on the loopback interface. OSError if the port is taken."""
    # asyncio sends small packets at once (TCP_NODELAY) only where a socket says that it is TCP
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((HOST, port))
    except OSError:
        found.close()
        raise
    return found


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
