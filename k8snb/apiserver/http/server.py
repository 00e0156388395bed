"""Serving a cluster on 127.0.0.1: uvicorn in a thread of its own, TLS, and the kubeconfig that leads there.

uvicorn does not tell an application which certificate a client showed; the protocol subclass below adds it to the scope.
"""

from __future__ import annotations

import base64
import datetime
import secrets
import socket
import ssl
import tempfile
import threading
from pathlib import Path
from typing import Any, Protocol

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from k8snb.api import yaml
from k8snb.apiserver.auth.tokens import user_of_token
from k8snb.apiserver.http.app import build_app
from k8snb.apiserver.http.authentication import Authenticator
from k8snb.apiserver.http.certificates import Authority, Pair, write_private
from k8snb.apiserver.request import ADMIN
from k8snb.apiserver.rest import Request, Response

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


class _Protocol(HttpToolsProtocol):
    """Adds the client's certificate to every request of a connection."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        tls = transport.get_extra_info("ssl_object")
        self._client_certificate = tls.getpeercert(binary_form=True) if tls is not None else None

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["k8snb.client_certificate"] = self._client_certificate  # type: ignore[typeddict-unknown-key]


class _Backend:
    def __init__(self, cluster: Served) -> None:
        self._cluster = cluster

    def serve(self, request: Request) -> Response:
        with self._cluster.lock:
            answer: Response = self._cluster.rest.handle(request)
            self._proceed(request.method != "GET")
            return answer

    def poll(self, stream: Any) -> list[dict[str, Any]]:
        with self._cluster.lock:
            found: list[dict[str, Any]] = stream.poll()
            return found

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
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((HOST, port))
        self.port: int = self._socket.getsockname()[1]
        self._uvicorn = uvicorn.Server(self._config())
        self._thread = threading.Thread(target=self._run, name="k8snb-http", daemon=True)

    @property
    def url(self) -> str:
        return f"https://{HOST}:{self.port}"

    def _config(self) -> uvicorn.Config:
        store, clock = self._cluster.store, self._cluster.clock
        authenticator = Authenticator(ADMIN, self.token, lambda token: user_of_token(store, token, clock.unix))
        app = build_app(_Backend(self._cluster), authenticator)
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            lifespan="off",
            http=_Protocol,
            ws="wsproto",
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
        """End all connections and the thread."""
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
