"""exec, attach and port-forward on the wire: WebSocket channels, SPDY with and without a WebSocket, the real kubectl."""

from __future__ import annotations

import base64
import json
import shutil
import socket
import ssl
import struct
import subprocess
import time
import urllib.request
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, BytesMessage, CloseConnection, RejectConnection, RejectData, Request

from k8snb import Cluster
from k8snb.api import yaml
from k8snb.apiserver.http.server import Server
from k8snb.apiserver.http.spdy import _DICTIONARY, Opened, Received, Reply, Reset, Session, SpdyError
from tests.apiserver.face import PODS, Face

POD = f"{PODS}/web"
KUBECTL = shutil.which("kubectl")
with_kubectl = pytest.mark.skipif(KUBECTL is None, reason="no kubectl here")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    found = Cluster()
    spec = {"containers": [{"name": "nginx", "image": "nginx", "ports": [{"containerPort": 80}]}]}
    Face(found).ok("POST", PODS, {"metadata": {"name": "web"}, "spec": spec})
    assert found.wait(lambda: found.kubectl("get pod web -o jsonpath={.status.phase}").stdout == "Running", 120)
    found.set_pace("live")
    found.serve()
    yield found
    found.close()


@pytest.fixture
def server(cluster: Cluster) -> Server:
    return cluster.serve()


def secure(server: Server) -> ssl.SSLSocket:
    config: Any = yaml.load(server.kubeconfig())
    authority = base64.b64decode(config["clusters"][0]["cluster"]["certificate-authority-data"]).decode()
    context = ssl.create_default_context(cadata=authority)
    plain = socket.create_connection(("127.0.0.1", server.port), timeout=10)
    return context.wrap_socket(plain, server_hostname="127.0.0.1")


class WebSocket:
    """A client that knows nothing of Kubernetes."""

    def __init__(self, server: Server, path: str, protocols: list[str], token: str = "") -> None:
        self.stream, self._http = secure(server), WSConnection(ConnectionType.CLIENT)
        headers = [(b"authorization", f"Bearer {token or server.token}".encode())]
        self._write(Request("127.0.0.1", path, subprotocols=protocols, extra_headers=headers))
        self.protocol: str | None = None
        self.refused = 0
        self._messages: list[bytes] = []
        self._body = b""
        self.closed = False
        while self.protocol is None and not self.refused:
            self._read()
        while self.refused and not self.closed:
            self._read()

    def _write(self, event: Any) -> None:
        self.stream.sendall(self._http.send(event))

    def _read(self) -> None:
        data = self.stream.recv(65536)
        self._http.receive_data(data or None)
        for event in self._http.events():
            if isinstance(event, AcceptConnection):
                self.protocol = event.subprotocol or ""
            elif isinstance(event, RejectConnection):
                self.refused = event.status_code
            elif isinstance(event, RejectData):
                self._body += event.data
                self.closed = event.body_finished
            elif isinstance(event, BytesMessage):
                self._messages.append(bytes(event.data))
            elif isinstance(event, CloseConnection):
                self.closed = True
        self.closed = self.closed or not data

    @property
    def status(self) -> Any:
        return json.loads(self._body)

    def send(self, data: bytes) -> None:
        self._write(BytesMessage(data=data))

    def receive(self) -> bytes | None:
        while not self._messages and not self.closed:
            self._read()
        return self._messages.pop(0) if self._messages else None

    def channels(self) -> dict[int, bytes]:
        """Everything until the end, by channel."""
        found: dict[int, bytes] = {}
        while (message := self.receive()) is not None:
            found[message[0]] = found.get(message[0], b"") + message[1:]
        return found

    def close(self) -> None:
        self.stream.close()


def execute(server: Server, *words: str, version: str = "v5", **query: str) -> WebSocket:
    asked = {"stdout": "true", "stderr": "true", **query}
    parts = [f"{name}={value}" for name, value in asked.items()]
    parts += [f"command={urllib.request.quote(word)}" for word in words]  # type: ignore[attr-defined]
    return WebSocket(server, f"{POD}/exec?{'&'.join(parts)}", [f"{version}.channel.k8s.io"])


# -- channels ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["v4", "v5"])
def test_a_command_and_how_it_ends(server: Server, version: str) -> None:
    connection = execute(server, "sh", "-c", "echo out; echo err >&2; exit 3", version=version)
    assert connection.protocol == f"{version}.channel.k8s.io"
    found = connection.channels()
    connection.close()
    assert (found[1], found[2]) == (b"out\n", b"err\n")
    status = json.loads(found[3])
    assert (status["reason"], status["details"]["causes"]) == (
        "NonZeroExitCode",
        [{"reason": "ExitCode", "message": "3"}],
    )


def test_success_and_a_terminal(server: Server) -> None:
    connection = execute(server, "sh", "-c", "echo out; echo err >&2", tty="true", stderr="false")
    found = connection.channels()
    connection.close()
    assert b"out" in found[1]
    assert b"err" in found[1]
    assert 2 not in found
    assert json.loads(found[3]) == {"metadata": {}, "status": "Success"}


def test_input_and_its_end(server: Server) -> None:
    connection = execute(server, "cat", stdin="true")
    for part in (b"one\n", b"two\n"):
        connection.send(b"\0" + part)
    connection.send(b'\x04{"Width":80,"Height":24}')
    connection.send(b"\xff\0")
    found = connection.channels()
    connection.close()
    assert found[1] == b"one\ntwo\n"
    assert json.loads(found[3])["status"] == "Success"


def test_the_best_common_protocol(server: Server) -> None:
    path = f"{POD}/exec?command=true&stdout=true"
    both = WebSocket(server, path, ["v4.channel.k8s.io", "v5.channel.k8s.io"])
    assert both.protocol == "v5.channel.k8s.io"
    both.close()
    none = WebSocket(server, path, ["telepathy"])
    assert (none.refused, none.status["reason"]) == (400, "BadRequest")
    none.close()


@pytest.mark.parametrize(
    ("path", "code", "words"),
    [
        (f"{PODS}/nobody/exec?command=ls", 404, 'pods "nobody" not found'),
        (f"{POD}/exec?command=ls&container=x", 400, "container x is not valid for pod web"),
        (f"{POD}/exec", 400, "you must specify at least one command for the container"),
        (POD, 400, "the server does not stream this path"),
        ("/nothing", 400, "the server does not stream this path"),
    ],
)
def test_what_is_refused(server: Server, path: str, code: int, words: str) -> None:
    connection = WebSocket(server, path, ["v5.channel.k8s.io"])
    assert connection.refused == code
    assert words in connection.status["message"]
    connection.close()


def test_who_is_refused(server: Server, cluster: Cluster) -> None:
    path = f"{POD}/exec?command=ls"
    stranger = WebSocket(server, path, ["v5.channel.k8s.io"], "wrong")
    assert stranger.refused == 401
    stranger.close()
    with cluster.lock:
        made = Face(cluster).ok("POST", "/api/v1/namespaces/default/serviceaccounts/default/token", {})
    account = WebSocket(server, path, ["v5.channel.k8s.io"], made["status"]["token"])
    assert account.refused == 403
    assert 'cannot create resource "pods/exec"' in account.status["message"]
    account.close()


def test_a_client_that_goes_takes_its_stream_with_it(server: Server) -> None:
    connection = execute(server, "sleep", "600")
    connection.receive()
    connection.stream.shutdown(socket.SHUT_RDWR)
    connection.close()
    deadline = time.monotonic() + 5
    while server.face.streams.open and time.monotonic() < deadline:
        time.sleep(0.05)
    assert server.face.streams.open == 0


def test_ports_have_two_channels_each(server: Server) -> None:
    connection = WebSocket(server, f"{POD}/portforward?ports=80&ports=81", ["v4.channel.k8s.io"])
    first = [connection.receive() for _ in range(4)]
    assert first == [b"\0P\0", b"\1P\0", b"\2Q\0", b"\3Q\0"]
    connection.send(b"\0GET / HTTP/1.1\r\nHost: ")
    connection.send(b"\0x\r\n\r\n")
    answer = connection.receive() or b""
    assert answer.startswith(b"\0HTTP/1.1 200")
    connection.send(b"\2GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"connection refused" in (connection.receive() or b"")
    connection.close()


# -- SPDY ----------------------------------------------------------------------------------------------------------------


class Spdy:
    """The client's half of the protocol."""

    def __init__(self) -> None:
        self._deflate = zlib.compressobj(zdict=_DICTIONARY)
        self._next = 1

    def open(self, **headers: str) -> tuple[int, bytes]:
        stream, self._next = self._next, self._next + 2
        pairs = [text.encode() for pair in headers.items() for text in pair]
        block = struct.pack(">I", len(headers)) + b"".join(struct.pack(">I", len(one)) + one for one in pairs)
        packed = self._deflate.compress(block) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        return stream, self.control(1, struct.pack(">IIH", stream, 0, 0) + packed)

    @staticmethod
    def control(kind: int, payload: bytes, version: int = 3) -> bytes:
        return struct.pack(">HHI", 0x8000 | version, kind, len(payload)) + payload

    @staticmethod
    def data(stream: int, data: bytes, fin: bool = False) -> bytes:
        return struct.pack(">II", stream, (int(fin) << 24) | len(data)) + data


def frames(data: bytes) -> Iterator[tuple[int, int, int, bytes]]:
    """(kind or 0 for data, stream, flags, payload)."""
    while len(data) >= 8:
        first, second = struct.unpack(">II", data[:8])
        length, flags = second & 0xFFFFFF, second >> 24
        payload, data = data[8 : 8 + length], data[8 + length :]
        if first >> 31:
            yield first & 0xFFFF, int.from_bytes(payload[:4], "big"), flags, payload
        else:
            yield 0, first, flags, payload


def test_frames_are_read_however_they_are_cut() -> None:
    client, session = Spdy(), Session()
    stream, opened = client.open(streamtype="data", port="80")
    data = opened + client.data(stream, b"abc", fin=True) + client.control(6, b"\0\0\0\x01")
    data += client.control(3, struct.pack(">II", stream, 5)) + client.open(streamtype="error")[1]
    found = [event for index in range(len(data)) for event in session.receive(data[index : index + 1])]
    assert found == [
        Opened(1, {"streamtype": "data", "port": "80"}, False),
        Received(1, b"abc", True),
        Reply(client.control(6, b"\0\0\0\x01")),
        Reset(1),
        Opened(3, {"streamtype": "error"}, False),
    ]
    assert list(session.receive(client.control(7, bytes(8)))) == []
    assert session.closed


@pytest.mark.parametrize(
    "data",
    [
        Spdy.control(1, bytes(4)),
        Spdy.control(1, bytes(10) + b"no zlib"),
        Spdy.control(6, bytes(4), version=2),
        struct.pack(">II", 1, 0xFFFFFF),
    ],
)
def test_wrong_frames(data: bytes) -> None:
    with pytest.raises(SpdyError):
        list(Session().receive(data))


def test_headers_do_not_unfold_without_end() -> None:
    with pytest.raises(SpdyError, match="too many headers"):
        list(Session().receive(Spdy().open(a="x" * 1_000_000)[1]))


def test_a_port_forward_in_a_websocket(server: Server) -> None:
    connection, client = WebSocket(server, f"{POD}/portforward", ["SPDY/3.1+portforward.k8s.io"]), Spdy()
    error, opened = client.open(streamtype="error", port="80", requestid="0")
    stream, also = client.open(streamtype="data", port="80", requestid="0")
    connection.send(opened + client.data(error, b"", fin=True) + also)
    connection.send(client.data(stream, b"GET / HTTP/1.0\r\n\r\n", fin=True))
    found: list[tuple[int, int, int, bytes]] = []
    while not any(kind == 0 and of == error and flags for kind, of, flags, _ in found):
        found += frames(connection.receive() or b"")
    connection.close()
    assert [of for kind, of, _, _ in found if kind == 2] == [error, stream]
    body = b"".join(payload for kind, of, _, payload in found if kind == 0 and of == stream)
    assert body.startswith(b"HTTP/1.1 200")
    assert b"Welcome to nginx" in body
    assert [payload for kind, of, _, payload in found if kind == 0 and of == error] == [b""]


def test_a_command_over_spdy_alone(server: Server) -> None:
    stream, client = secure(server), Spdy()
    head = f"POST {POD}/exec?command=cat&stdin=true&stdout=true HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n"
    head += f"Authorization: Bearer {server.token}\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n"
    head += "X-Stream-Protocol-Version: v4.channel.k8s.io\r\nX-Stream-Protocol-Version: v3.channel.k8s.io\r\n\r\n"
    stream.sendall(head.encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += stream.recv(65536)
    assert answer.startswith(b"HTTP/1.1 101")
    assert b"X-Stream-Protocol-Version: v4.channel.k8s.io\r\n" in answer
    ids = {}
    for kind in ("error", "stdin", "stdout"):
        ids[kind], opened = client.open(streamtype=kind)
        stream.sendall(opened)
    stream.sendall(client.data(ids["stdin"], b"echo\n", fin=True))
    data = b""
    while piece := stream.recv(65536):
        data += piece
    stream.close()
    found = list(frames(data))
    assert b"".join(payload for kind, of, _, payload in found if kind == 0 and of == ids["stdout"]) == b"echo\n"
    ends = [payload for kind, of, _, payload in found if kind == 0 and of == ids["error"]]
    assert json.loads(b"".join(ends))["status"] == "Success"


def test_a_refusal_over_spdy_alone(server: Server) -> None:
    stream = secure(server)
    head = f"POST {PODS}/nobody/exec?command=ls HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.token}\r\n"
    stream.sendall(f"{head}Connection: Upgrade\r\nUpgrade: SPDY/3.1\r\nContent-Length: 0\r\n\r\n".encode())
    data = b""
    while piece := stream.recv(65536):
        data += piece
    stream.close()
    assert data.startswith(b"HTTP/1.1 404 Not Found\r\n")
    assert json.loads(data.partition(b"\r\n\r\n")[2])["message"] == 'pods "nobody" not found'


# -- the real thing ------------------------------------------------------------------------------------------------------


@pytest.fixture
def config(server: Server, tmp_path: Path) -> Path:
    server.write_kubeconfig(tmp_path / "config")
    return tmp_path / "config"


def kubectl(config: Path, *words: str, data: str = "") -> tuple[int, str, str]:
    command = [str(KUBECTL), "--kubeconfig", str(config), *words]
    done = subprocess.run(command, input=data, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


@with_kubectl
def test_the_real_kubectl_executes(config: Path, tmp_path: Path) -> None:
    code, out, errors = kubectl(config, "exec", "web", "--", "sh", "-c", "echo out; echo err >&2; exit 3")
    assert (code, out) == (3, "out\n")
    assert errors.splitlines() == ["err", "command terminated with exit code 3"]
    assert kubectl(config, "exec", "-i", "web", "--", "cat", data="hello\n")[:2] == (0, "hello\n")
    (tmp_path / "note").write_text("carried\n")
    assert kubectl(config, "cp", str(tmp_path / "note"), "web:/tmp/note")[0] == 0
    assert kubectl(config, "exec", "web", "--", "cat", "/tmp/note")[1] == "carried\n"
    refused = kubectl(config, "exec", "nobody", "--", "ls")
    assert refused == (1, "", 'Error from server (NotFound): pods "nobody" not found\n')


@with_kubectl
def test_the_real_kubectl_forwards_a_port(config: Path) -> None:
    command = [str(KUBECTL), "--kubeconfig", str(config), "port-forward", "web", ":80"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        port = process.stdout.readline().split(":")[1].split(" ")[0]
        for _ in range(2):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
                assert b"Welcome to nginx" in answer.read()
    finally:
        process.terminate()
        process.communicate(timeout=10)
