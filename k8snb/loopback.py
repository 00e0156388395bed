"""Port-forwards on the real loopback: what `kubectl port-forward` has opened in the lab can be reached with a browser, too.

Only in live pace, where a person may look. Each request is sent through the cluster's own network, under its lock; this is
the edge of the simulation, so there are sockets and threads here. Nothing but 127.0.0.1 is ever listened on.
"""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from k8snb.cluster import Cluster

HOST = "127.0.0.1"
#: bytes of a request's body
LONGEST = 1024 * 1024


class Loopback:
    """The listeners of one cluster's port-forwards."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._listeners: dict[int, ThreadingHTTPServer] = {}
        self._refused: set[int] = set()

    def sync(self) -> list[str]:
        """Listen on what has been opened, stop what has been closed; returns what to tell (ports that are taken)."""
        wanted = set(self._cluster.network.fabric.forwards)
        for port in set(self._listeners) - wanted:
            self._stop(port)
        self._refused &= wanted
        problems = []
        for port in sorted(wanted - set(self._listeners) - self._refused):
            try:
                self._listen(port)
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

    def _listen(self, port: int) -> None:
        server = ThreadingHTTPServer((HOST, port), _handler(self._cluster, port))
        server.daemon_threads = True
        self._listeners[port] = server
        threading.Thread(target=server.serve_forever, name=f"k8snb-forward-{port}", daemon=True).start()

    def _stop(self, port: int) -> None:
        server = self._listeners.pop(port)
        server.shutdown()
        server.server_close()


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
