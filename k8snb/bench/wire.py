"""What the wire promises, measured over TLS against a `k8snb serve` in a process of its own.

The client here is as cheap as one can be (requests written beforehand, answers read by their length), because it shares the
two cores with the server it measures. Wall clock and memory are read here and nowhere in the engine.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import re
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from k8snb.api import yaml
from k8snb.bench.measurement import Measurement

_PODS: Final = "/api/v1/namespaces/default/pods"
_DEPLOYMENTS: Final = "/apis/apps/v1/namespaces/default/deployments"
_TABLE: Final = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
_LENGTH: Final = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
#: connections that ask at the same time, and how many requests are measured
_CONNECTIONS: Final = 8
_GETS: Final = 3000
_CREATES: Final = 1000
_NODES: Final = 20
_PODS_COUNT: Final = 1000
_WATCHERS: Final = 100


class Connection:
    """One connection to the server, kept alive."""

    def __init__(self, address: tuple[str, int], context: ssl.SSLContext) -> None:
        import socket

        plain = socket.create_connection(address, timeout=60)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = context.wrap_socket(plain, server_hostname=address[0])
        self._left = b""

    def send(self, request: bytes) -> None:
        self.socket.sendall(request)

    def answer(self) -> tuple[int, bytes]:
        """Code and body of the next answer."""
        data = self._left
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._more()
        length = _LENGTH.search(data, 0, end)
        whole = end + 4 + (int(length[1]) if length else 0)
        parts, size = [data], len(data)
        while size < whole:
            parts.append(self._more())
            size += len(parts[-1])
        data = b"".join(parts)
        self._left = data[whole:]
        return int(data[9:12]), data[end + 4 : whole]

    def _more(self) -> bytes:
        data = self.socket.recv(1 << 18)
        if not data:
            raise ConnectionError("the server has hung up")
        return data


class Service:
    """A server process and what leads to it."""

    def __init__(self, process: subprocess.Popen[str], kubeconfig: Path) -> None:
        config: Any = yaml.load(kubeconfig.read_text(encoding="utf-8"))
        cluster = config["clusters"][0]["cluster"]
        host, _, port = cluster["server"].removeprefix("https://").partition(":")
        self.process, self.address = process, (host, int(port))
        self.token = kubeconfig.with_name(f"{kubeconfig.name}.token").read_text(encoding="ascii")
        self._connections: list[Connection] = []
        self._context = ssl.create_default_context(cadata=_decoded(cluster["certificate-authority-data"]))

    def connect(self) -> Connection:
        """One more connection, open until the service ends."""
        self._connections.append(Connection(self.address, self._context))
        return self._connections[-1]

    def close(self) -> None:
        """Hang up everywhere, and stop the server."""
        for connection in self._connections:
            connection.socket.close()
        self.process.terminate()

    def request(self, method: str, path: str, body: Any = None, accept: str = "application/json") -> bytes:
        """The bytes of a request."""
        data = b"" if body is None else json.dumps(body).encode()
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {self.address[0]}\r\nAuthorization: Bearer {self.token}\r\n"
            f"Accept: {accept}\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n"
            "User-Agent: bench/1\r\nAccept-Encoding: gzip\r\n\r\n"
        )
        return head.encode("ascii") + data

    def resident_mib(self) -> float:
        """Memory of the server."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024


def _decoded(text: str) -> str:
    import base64

    return base64.b64decode(text).decode("ascii")


@contextlib.contextmanager
def service(nodes: int = 3) -> Iterator[Service]:
    """A hollow cluster that is served, until the block ends."""
    with tempfile.TemporaryDirectory() as folder:
        kubeconfig = Path(folder, "config")
        words = ["serve", "--profile", "hollow", "--nodes", str(nodes), "--kubeconfig", str(kubeconfig)]
        command = [sys.executable, "-m", "k8snb.cli", *words]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            if not process.stdout.readline():
                raise RuntimeError("the server did not start")
            with contextlib.closing(Service(process, kubeconfig)) as found:
                yield found


def _pod(name: str) -> dict[str, Any]:
    container = {
        "name": "web",
        "image": "nginx:1.27",
        "ports": [{"containerPort": 80}],
        "resources": {"requests": {"cpu": "1m", "memory": "1Mi"}},
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app": "web"}},
        "spec": {"containers": [container]},
    }


def _rate(connections: Sequence[Connection], requests: Sequence[bytes], code: int) -> float:
    """Requests a second, one under way on each connection. RuntimeError for another code than `code`."""
    start = time.perf_counter()
    lines = list(zip(connections, (requests[n :: len(connections)] for n in range(len(connections))), strict=True))
    for turn in range(-(-len(requests) // len(connections)) + 1):
        for connection, own in lines:
            if 0 < turn <= len(own):
                found, body = connection.answer()
                if found != code:
                    raise RuntimeError(f"answered {found}: {body[:300]!r}")
            if turn < len(own):
                connection.send(own[turn])
    return len(requests) / (time.perf_counter() - start)


def _ask(connection: Connection, request: bytes) -> Any:
    connection.send(request)
    code, body = connection.answer()
    if code >= 300:
        raise RuntimeError(f"answered {code}: {body[:300]!r}")
    return json.loads(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body)


@contextlib.contextmanager
def _thousand() -> Iterator[tuple[Service, Connection]]:
    """A server whose cluster runs 1,000 Pods."""
    with service(_NODES) as found:
        connection = found.connect()
        labels = {"app": "web"}
        template = {key: value for key, value in _pod("").items() if key in ("metadata", "spec")}
        spec = {"replicas": _PODS_COUNT, "selector": {"matchLabels": labels}, "template": template}
        del template["metadata"]["name"]
        body = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec}
        _ask(connection, found.request("POST", _DEPLOYMENTS, body))
        end = time.monotonic() + 120
        while (
            _ask(connection, found.request("GET", f"{_DEPLOYMENTS}/web"))["status"].get("readyReplicas") != _PODS_COUNT
        ):
            if time.monotonic() > end:
                raise RuntimeError("the Pods did not become ready")
            time.sleep(0.2)
        yield found, connection


def gets() -> float:
    """GETs of a Pod a second."""
    with service() as found:
        connections = [found.connect() for _ in range(_CONNECTIONS)]
        _ask(connections[0], found.request("POST", _PODS, _pod("web")))
        one = found.request("GET", f"{_PODS}/web")
        _rate(connections, [one] * 200, 200)
        return max(_rate(connections, [one] * _GETS, 200) for _ in range(3))


def creates() -> float:
    """Pods created a second, scheduled and started as they come."""
    with service(_NODES) as found:
        connections = [found.connect() for _ in range(_CONNECTIONS)]
        _rate(connections, [found.request("POST", _PODS, _pod(f"warm-{n}")) for n in range(50)], 201)
        return _rate(connections, [found.request("POST", _PODS, _pod(f"web-{n}")) for n in range(_CREATES)], 201)


def table() -> float:
    """Milliseconds for the list of 1,000 Pods as a Table."""
    with _thousand() as (found, connection):
        request = found.request("GET", _PODS, accept=_TABLE)
        seconds = []
        for _ in range(7):
            start = time.perf_counter()
            connection.send(request)
            code, body = connection.answer()
            seconds.append(time.perf_counter() - start)
            assert code == 200
            assert body
        return 1000 * min(seconds)


def watchers() -> float:
    """Milliseconds from sending a change until the last of 100 watchers of 1,000 Pods has it."""
    with _thousand() as (found, connection):
        watches = _watches(found)
        pod = _ask(connection, found.request("GET", f"{_PODS}?limit=1"))["items"][0]["metadata"]["name"]
        seconds = []
        for turn in range(7):
            mark = f"turn-{turn}"
            request = found.request("PATCH", f"{_PODS}/{pod}", {"metadata": {"annotations": {"mark": mark}}})
            request = request.replace(b"application/json\r\nContent-L", b"application/merge-patch+json\r\nContent-L")
            start = time.perf_counter()
            connection.send(request)
            for watch in watches:
                watch.until(mark.encode())
            seconds.append(time.perf_counter() - start)
            if connection.answer()[0] != 200:
                raise RuntimeError("the change was refused")
        return 1000 * min(seconds)


def _watches(found: Service) -> list[_Watch]:
    """100 watches of the Pods that have read what there is."""
    request = found.request("GET", f"{_PODS}?watch=true&resourceVersion=0")
    watches = []
    for _ in range(_WATCHERS):
        watch = _Watch(found.connect())
        watch.connection.send(request)
        watches.append(watch)
    for watch in watches:
        watch.skip(_PODS_COUNT)
    return watches


class _Watch:
    """A watch that is read without looking at what is in it."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def skip(self, events: int) -> None:
        """Read so many events."""
        while events > 0:
            events -= self.connection.socket.recv(1 << 18).count(b'{"type":"')

    def until(self, mark: bytes) -> None:
        """Read until an event has the mark in it."""
        data = b""
        while mark not in data:
            data = data[-len(mark) :] + self.connection.socket.recv(1 << 18)


def ready() -> float:
    """Seconds from the start of the process to its line."""
    start = time.perf_counter()
    with service():
        return time.perf_counter() - start


def memory() -> float:
    """MiB of a server with 1,000 Pods that has been asked for them."""
    with _thousand() as (found, connection):
        for accept in (_TABLE, "application/json"):
            connection.send(found.request("GET", _PODS, accept=accept))
            connection.answer()
        return found.resident_mib()


def watched_memory() -> float:
    """The same with 100 watchers of them."""
    with _thousand() as (found, _):
        watches = _watches(found)
        return found.resident_mib() if watches else 0.0


ROWS: Final = (
    Measurement("wire-get", "GETs of a Pod over TLS", "/s", 1500, 0, gets, 2, at_least=True),
    Measurement("wire-create", "Pods created over TLS", "/s", 300, 0, creates, 2, at_least=True),
    Measurement("wire-table", "list of 1,000 Pods as a Table over TLS", "ms", 60, 0, table),
    Measurement("wire-watch", "an update at 100 watchers of 1,000 Pods", "ms", 100, 0, watchers),
    Measurement("serve-ready", "process start to `k8snb serve` ready", "s", 1.2, 0, ready, 3),
    Measurement("serve-memory", "memory of `k8snb serve` with 1,000 Pods", "MiB", 143, 0, memory),
    Measurement("serve-memory-watched", "the same with 100 watchers of them", "MiB", 178, 0, watched_memory),
)
