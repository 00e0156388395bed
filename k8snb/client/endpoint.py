"""Where an API server is and how to get a connection there: TLS with the cluster's own authority, a proxy on the way.

Source: client-go `rest/config.go`, `transport/transport.go`; the words of failures are those of Go's `net` and `crypto/tls`.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from k8snb.client.credentials import Identity, basic

#: seconds that client-go waits for a connection
_DIAL: Final = 30.0
_UNKNOWN_AUTHORITY: Final = (18, 19, 20, 21)
_EXPIRED: Final = (9, 10)


@dataclass(frozen=True)
class Endpoint:
    """One API server. `authority` is a PEM bundle; without one the system's authorities count."""

    server: str
    authority: bytes = b""
    insecure: bool = False
    #: the name that the server's certificate must bear, if it is not the host of the URL
    name: str = ""
    proxy: str = ""
    #: seconds that one request may take, None for as long as it likes
    patience: float | None = None

    @property
    def prefix(self) -> str:
        """The path below which the API is."""
        return urlsplit(self.server).path.rstrip("/")

    def open(self, identity: Identity) -> http.client.HTTPConnection:
        """A connection that opens with the first request: OSError then, if nobody takes it."""
        parts = urlsplit(self.server)
        context = self._context(identity) if parts.scheme == "https" else None
        host, port = parts.hostname or "", parts.port or (443 if context else 80)
        return _Connection(host, port, context, self.name or host, self._proxy(parts.scheme, host), self.patience)

    def _context(self, identity: Identity) -> ssl.SSLContext:
        context = ssl.create_default_context(cadata=self.authority.decode("utf-8", "replace") or None)
        context.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)  # Go asks for less
        if self.insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if identity.certificate:
            with tempfile.TemporaryDirectory(prefix="k8snb-") as folder:
                certificate, key = Path(folder, "tls.crt"), Path(folder, "tls.key")
                for path, data in ((certificate, identity.certificate), (key, identity.key)):
                    path.touch(mode=0o600)
                    path.write_bytes(data)
                context.load_cert_chain(certificate, key)
        return context

    def _proxy(self, scheme: str, host: str) -> str:
        if self.proxy:
            return self.proxy
        if host in ("localhost", "::1") or host.startswith("127.") or proxy_bypass(host):
            return ""
        return getproxies().get(scheme, "")


class _Connection(http.client.HTTPConnection):
    """HTTP over TLS (or without), perhaps through a proxy."""

    def __init__(
        self, host: str, port: int, context: ssl.SSLContext | None, name: str, proxy: str, patience: float | None
    ) -> None:
        dial = _DIAL if patience is None else min(_DIAL, patience)
        through = urlsplit(proxy if "://" in proxy else f"http://{proxy}") if proxy else None
        if through is not None:
            super().__init__(through.hostname or "", through.port or 80, timeout=dial)
            headers = {}
            if through.username:
                headers["Proxy-Authorization"] = basic(through.username, through.password or "")
            self.set_tunnel(host, port, headers)
        else:
            super().__init__(host, port, timeout=dial)
        self._context, self._name, self._patience = context, name, patience

    def connect(self) -> None:
        super().connect()
        if self._context is not None:
            self.sock = self._context.wrap_socket(self.sock, server_hostname=self._name)
        self.sock.settimeout(self._patience)


def problem(error: Exception, server: str, patience: float | None = None) -> str:
    """What went wrong with a connection, in Go's words."""
    parts = urlsplit(server)
    where = f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"tls: failed to verify certificate: x509: {_distrust(error)}"
    if isinstance(error, ssl.SSLError) and error.reason == "WRONG_VERSION_NUMBER":
        return "http: server gave HTTP response to HTTPS client"
    if isinstance(error, ssl.SSLError):
        return f"remote error: tls: {(error.reason or str(error)).lower().replace('_', ' ')}"
    if isinstance(error, socket.gaierror):
        return f"dial tcp: lookup {parts.hostname}: no such host"
    if isinstance(error, ConnectionRefusedError):
        return f"dial tcp {where}: connect: connection refused"
    if isinstance(error, TimeoutError):
        if patience is None:
            return f"dial tcp {where}: i/o timeout"
        return "net/http: request canceled (Client.Timeout exceeded while awaiting headers)"
    if isinstance(error, http.client.RemoteDisconnected | EOFError):
        return "EOF"
    if isinstance(error, http.client.BadStatusLine):
        return f"net/http: HTTP/1.x transport connection broken: malformed HTTP response {str(error)!r}"
    if isinstance(error, ConnectionResetError):
        return f"read tcp {where}: read: connection reset by peer"
    if isinstance(error, OSError) and error.strerror:
        return f"dial tcp {where}: connect: {error.strerror.lower()}"
    return str(error)


def _distrust(error: ssl.SSLCertVerificationError) -> str:
    if error.verify_code in _UNKNOWN_AUTHORITY:
        return "certificate signed by unknown authority"
    if error.verify_code in _EXPIRED:
        return "certificate has expired or is not yet valid"
    message = error.verify_message or str(error)
    return message[:1].lower() + message[1:].rstrip(".")
