"""What strangers and careless clients can cost: who may ask, how much may be sent, how long one may take."""

from __future__ import annotations

import base64
import contextlib
import datetime
import http.client
import json
import socket
import ssl
import stat
import struct
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import NameOID

from k8snb import Cluster
from k8snb.api import yaml
from k8snb.apiserver.auth import authority
from k8snb.apiserver.http import call, connection
from k8snb.apiserver.http.certificates import Authority, Pair
from k8snb.apiserver.http.negotiation import negotiate
from k8snb.apiserver.http.server import Server
from tests.apiserver.face import CONFIGMAPS, PODS, Face, configmap
from tests.apiserver.test_http_semantics import Wire

MIB = 1024 * 1024
REQUESTS = "/apis/certificates.k8s.io/v1/certificatesigningrequests"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    found = Cluster(profile="hollow")
    found.serve()
    yield found
    found.close()


@pytest.fixture
def server(cluster: Cluster) -> Server:
    return cluster.serve()


@pytest.fixture
def wire(server: Server) -> Wire:
    return Wire(server)


@contextlib.contextmanager
def line(wire: Wire, context: ssl.SSLContext | None = None) -> Iterator[ssl.SSLSocket]:
    """A connection on which nothing has been said yet."""
    with (
        socket.create_connection(("127.0.0.1", wire.port), timeout=10) as plain,
        (context or wire.context).wrap_socket(plain, server_hostname="127.0.0.1") as secure,
    ):
        yield secure


def rest_of(secure: ssl.SSLSocket) -> bytes:
    """What comes until the server hangs up."""
    found = b""
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        while data := secure.recv(65536):
            found += data
    return found


def head(method: str, path: str, wire: Wire, *lines: str, token: bool = True) -> bytes:
    given = [f"Authorization: Bearer {wire.token}"] if token else []
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: x", *given, *lines, "", ""]).encode()


def eventually(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


# -- who may ask -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/api", "/apis", "/openapi/v3", "/metrics", "/version/extra", "/logs", "/debug/pprof/"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_strangers_may_not(wire: Wire, method: str, path: str) -> None:
    assert wire.call(method, path, Authorization="").code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Remote-User": "kubernetes-admin", "X-Remote-Group": "system:masters"},  # nobody is a front proxy here
        {"Impersonate-User": "kubernetes-admin", "Impersonate-Group": "system:masters"},
        {"Authorization": "Basic YWRtaW46YWRtaW4="},
        {"Authorization": "Bearer"},
        {"X-Forwarded-For": "127.0.0.1"},
    ],
)
def test_headers_that_make_nobody_of_a_stranger(wire: Wire, headers: dict[str, str]) -> None:
    answer = wire.call("GET", PODS, **{"Authorization": "", **headers})
    assert answer.code in (401, 403)
    assert "system:anonymous" in answer.json["message"] or answer.json["message"] == "Unauthorized"


def test_a_strangers_body_is_not_waited_for(wire: Wire) -> None:
    with line(wire) as secure:
        secure.sendall(head("POST", CONFIGMAPS, wire, "Content-Length: 3000000", token=False))
        answer = rest_of(secure)
    assert answer.startswith(b"HTTP/1.1 403 ")
    assert b"connection: close" in answer
    assert b'cannot create resource \\"configmaps\\"' in answer


def test_neither_is_that_of_a_wrong_token(wire: Wire) -> None:
    with line(wire) as secure:
        lines = ("Authorization: Bearer wrong", "Content-Length: 3000000")
        secure.sendall(head("POST", CONFIGMAPS, wire, *lines, token=False))
        assert rest_of(secure).startswith(b"HTTP/1.1 401 ")


def test_what_somebody_refused_has_sent_is_read_so_that_the_connection_stays(wire: Wire) -> None:
    open_line = wire.connect()
    for _ in range(2):
        open_line.request("POST", CONFIGMAPS, json.dumps(configmap("x")), {"Content-Type": "application/json"})
        response = open_line.getresponse()
        assert (response.status, response.headers["Connection"]) == (403, None)
        response.read()
    open_line.close()


def test_the_kubeconfig_is_for_its_owner(server: Server, tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.touch(mode=0o644)
    path.chmod(0o644)
    server.write_kubeconfig(path)
    for written in (path, tmp_path / "config.token"):
        assert stat.S_IMODE(written.stat().st_mode) == 0o600


# -- TLS -------------------------------------------------------------------------------------------------------------


def with_certificate(wire: Wire, folder: Path, pair: Any) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    (folder / "crt").write_bytes(pair.certificate)
    (folder / "key").write_bytes(pair.key)
    context.load_cert_chain(folder / "crt", folder / "key")
    return context


def answered(wire: Wire, context: ssl.SSLContext) -> bytes:
    try:
        with line(wire, context) as secure:
            secure.sendall(head("GET", PODS, wire, "Connection: close", token=False))
            return rest_of(secure)
    except (ssl.SSLError, ConnectionError):
        return b""


def test_a_certificate_of_another_authority_opens_nothing(wire: Wire, tmp_path: Path) -> None:
    other = Authority("k8snb", datetime.datetime.now(datetime.UTC))
    assert (
        answered(wire, with_certificate(wire, tmp_path, other.client("kubernetes-admin", ("system:masters",)))) == b""
    )


def test_the_admins_certificate_does_and_one_for_servers_does_not(server: Server, wire: Wire, tmp_path: Path) -> None:
    assert answered(wire, with_certificate(wire, tmp_path, server.admin)).startswith(b"HTTP/1.1 200 ")
    pair = server._authority.server(("system:masters",), ("127.0.0.1",))
    assert answered(wire, with_certificate(wire, tmp_path, pair)) == b""


def key_pair(name: str, *groups: str) -> tuple[ec.EllipticCurvePrivateKey, x509.CertificateSigningRequest]:
    key = ec.generate_private_key(ec.SECP256R1())
    parts = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in groups]
    subject = x509.Name([*parts, x509.NameAttribute(NameOID.COMMON_NAME, name)])
    return key, x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())


def pair_of(key: ec.EllipticCurvePrivateKey, certificate: bytes) -> Pair:
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return Pair(certificate, key.private_bytes(encoding, form, serialization.NoEncryption()))


def test_a_certificate_that_the_cluster_has_signed_lets_its_owner_in(
    cluster: Cluster, wire: Wire, tmp_path: Path
) -> None:
    key, request = key_pair("ann", "dev")
    text = base64.b64encode(request.public_bytes(serialization.Encoding.PEM)).decode()
    signer = "kubernetes.io/kube-apiserver-client"
    spec = {"request": text, "signerName": signer, "usages": ["client auth"], "expirationSeconds": 10 * 365 * 86400}
    assert wire.call("POST", REQUESTS, {"metadata": {"name": "ann"}, "spec": spec}).code == 201
    assert cluster.kubectl("certificate approve ann").exit_code == 0
    cluster.run_ready()
    given = base64.b64decode(wire.call("GET", f"{REQUESTS}/ann").json["status"]["certificate"])
    context = with_certificate(wire, tmp_path, pair_of(key, given))
    answer = answered(wire, context)
    assert answer.startswith(b"HTTP/1.1 403 ")
    assert b'User \\"ann\\" cannot list resource' in answer
    assert wire.call("DELETE", f"{REQUESTS}/ann").code == 200  # as happens after an hour
    assert b'User \\"ann\\"' in answered(wire, context)


def forged(name: str, group: str) -> tuple[Pair, bytes]:
    """What anybody can make with the key that stands in the package, and the request that it would have been for."""
    key, request = key_pair(name, group)
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(request.subject)
        .issuer_name(x509.load_pem_x509_certificate(authority.CERTIFICATE.encode()).subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(Ed25519PrivateKey.from_private_bytes(authority.KEY), None)
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    return pair_of(key, pem), pem


def test_one_that_somebody_has_forged_does_not(cluster: Cluster, wire: Wire, tmp_path: Path) -> None:
    pair, pem = forged("kubernetes-admin", "system:masters")
    context = with_certificate(wire, tmp_path, pair)
    assert answered(wire, context).startswith(b"HTTP/1.1 401 ")
    # not even if it gets into the status of a request for something else
    _, harmless = key_pair("ann", "dev")
    text = base64.b64encode(harmless.public_bytes(serialization.Encoding.PEM)).decode()
    spec = {"request": text, "signerName": "kubernetes.io/kube-apiserver-client", "usages": ["client auth"]}
    cluster.stop_component("certificate-controller")
    try:
        made = wire.call("POST", REQUESTS, {"metadata": {"name": "forged"}, "spec": spec}).json
        assert cluster.kubectl("certificate approve forged").exit_code == 0
        made = wire.call("GET", f"{REQUESTS}/forged").json
        made["status"]["certificate"] = base64.b64encode(pem).decode()
        assert wire.call("PUT", f"{REQUESTS}/forged/status", made).code == 200
        assert answered(wire, context).startswith(b"HTTP/1.1 401 ")
    finally:
        cluster.start_component("certificate-controller")
        wire.call("DELETE", f"{REQUESTS}/forged")


def test_an_expired_certificate_opens_nothing(server: Server, wire: Wire, tmp_path: Path) -> None:
    long_ago = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1000)
    own = server._authority
    now, own._now = own._now, long_ago
    try:
        pair = own.client("kubernetes-admin", ("system:masters",))
    finally:
        own._now = now
    assert answered(wire, with_certificate(wire, tmp_path, pair)) == b""


def test_old_tls_and_no_tls_at_all(wire: Wire) -> None:
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    assert answered(wire, old) == b""
    with socket.create_connection(("127.0.0.1", wire.port), timeout=10) as plain:
        plain.sendall(head("GET", "/version", wire))
        with contextlib.suppress(ConnectionError):
            assert b"gitVersion" not in plain.recv(65536)
    assert wire.call("GET", "/version").code == 200


# -- how much --------------------------------------------------------------------------------------------------------


def test_the_longest_path_and_one_that_is_longer(wire: Wire) -> None:
    selector = "a in (" + ",".join(f"b{number}" for number in range(9000)) + ")"
    assert wire.call("GET", f"{PODS}?labelSelector={selector.replace(' ', '+')}").code == 200
    answer = wire.call("GET", f"{PODS}?labelSelector={'a' * 70_000}")
    assert (answer.code, answer.data) == (414, b"414 URI Too Long")
    assert wire.call("GET", "/version").code == 200


def test_what_is_no_request(wire: Wire) -> None:
    with line(wire) as secure:
        secure.sendall(b"\x16\x03\x01\x02\x00 nonsense\r\n\r\n")
        answer = rest_of(secure)
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert answer.endswith(b"\r\n\r\n400 Bad Request")


def test_a_quarter_of_a_megabyte_of_annotations(wire: Wire) -> None:
    """The sum of keys and values counts."""
    fitting = wire.call("POST", f"{CONFIGMAPS}?dryRun=All", configmap("a", annotations={"a": "x" * (256 * 1024 - 1)}))
    assert fitting.code == 201
    answer = wire.call("POST", f"{CONFIGMAPS}?dryRun=All", configmap("a", annotations={"a": "x" * (256 * 1024)}))
    words = "metadata.annotations: Too long: may not be more than 262144 bytes"
    assert (answer.code, answer.json["message"]) == (422, f'ConfigMap "a" is invalid: {words}')


def test_three_megabytes_of_body_and_a_byte_more(wire: Wire) -> None:
    frame = len(json.dumps(configmap("a", {"a": ""})))
    for surplus in (0, 1):  # the first is read, and too much for a ConfigMap
        body = configmap("a", {"a": "x" * (3 * MIB - frame + surplus)})
        answer = wire.call("POST", f"{CONFIGMAPS}?dryRun=All", body)
        assert (answer.code == 413) == bool(surplus), answer.data[:300]
    assert answer.json["message"] == "Request entity too large: limit is 3145728"


DEEP = 100_000
BOMB = b"a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + b"".join(
    b"a%d: &a%d [%b]\n" % (n, n, b",".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 10)
)


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (b"[" * DEEP, "application/json", "exceeded max depth"),
        (b'{"a":' * DEEP, "application/json", "exceeded max depth"),
        (b"[" * DEEP, "application/yaml", "exceeded max depth"),
        (b"- " * DEEP, "application/yaml", "exceeded max depth"),
        (BOMB, "application/yaml", "document contains excessive aliasing"),
        (b"a: &a {b: *a}\n", "application/yaml", "contains itself"),
        (b'{"metadata":{"generation":%b}}' % (b"9" * DEEP), "application/json", "cannot unmarshal number"),
        (b"\x1f\x8b\x08", "application/json", "invalid character"),
    ],
)
def test_bodies_that_are_larger_than_they_look(wire: Wire, body: bytes, kind: str, words: str) -> None:
    answer = wire.call("POST", CONFIGMAPS, body, Content_Type=kind)
    assert answer.code == 400
    assert words in answer.json["message"]


@pytest.mark.parametrize(
    "kind", ["merge-patch+json", "strategic-merge-patch+json", "json-patch+json", "apply-patch+yaml"]
)
def test_deep_patches(wire: Wire, kind: str) -> None:
    path = f"{CONFIGMAPS}/kube-root-ca.crt?fieldManager=me"
    assert wire.call("PATCH", path, b'{"a":' * DEEP, Content_Type=f"application/{kind}").code == 400


def test_an_accept_header_is_neither_read_nor_remembered_without_end() -> None:
    long = ",".join(["a/b;q=0.1"] * 100_000)
    assert negotiate(long + ",application/json", ("application/json",)) is None
    assert negotiate("application/json," + long, ("application/json",)) is not None


# -- how long --------------------------------------------------------------------------------------------------------


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.2)
    monkeypatch.setattr(call, "BODY_SECONDS", 0.2)
    monkeypatch.setattr(call, "_DISCARD_SECONDS", 0.1)


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("said", [b"", b"G", b"GET /version HTTP/1.1\r\nHost: x\r\nX-A: "])
def test_a_head_that_does_not_come(wire: Wire, said: bytes) -> None:
    with line(wire) as secure:
        secure.sendall(said)
        assert rest_of(secure) == b""


@pytest.mark.usefixtures("hurried")
def test_a_second_head_that_does_not_come(wire: Wire) -> None:
    with line(wire) as secure:
        secure.sendall(head("GET", "/version", wire) + b"GET /ver")
        assert rest_of(secure).count(b"HTTP/1.1 200 ") == 1


@pytest.mark.usefixtures("hurried")
def test_those_who_have_asked_may_be_silent(wire: Wire) -> None:
    open_line = wire.connect()
    for _ in range(2):
        open_line.request("GET", "/version")
        assert open_line.getresponse().read()
        time.sleep(0.5)
    open_line.close()


@pytest.mark.usefixtures("hurried")
def test_a_body_that_does_not_come(wire: Wire) -> None:
    with line(wire) as secure:
        secure.sendall(head("POST", CONFIGMAPS, wire, "Content-Length: 100") + b'{"metadata":')
        answer = rest_of(secure)
    top, _, body = answer.partition(b"\r\n\r\n")
    assert top.startswith(b"HTTP/1.1 504 ")
    status = json.loads(body)
    message = "Timeout: request did not complete within the allotted timeout"
    assert (status["reason"], status["message"]) == ("Timeout", message)


def test_watches_that_are_abandoned_are_not_kept(wire: Wire, server: Server, cluster: Cluster) -> None:
    before = server.face.streams.open
    lines = []
    for _ in range(20):
        plain = socket.create_connection(("127.0.0.1", wire.port), timeout=10)
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # hang up without a word
        secure = wire.context.wrap_socket(plain, server_hostname="127.0.0.1")
        secure.sendall(head("GET", f"{CONFIGMAPS}?watch=true", wire))
        lines.append(secure)
    assert eventually(lambda: server.face.streams.open == before + 20)
    for secure in lines:
        secure.close()
    assert eventually(lambda: server.face.streams.open == before)
    assert eventually(lambda: not server._uvicorn.server_state.tasks)


def test_slow_watchers_of_much_cost_a_buffer_each(wire: Wire, server: Server, cluster: Cluster) -> None:
    """What waits for a client that does not read is bounded, and the texts of objects are shared."""
    face = Face(cluster)
    with cluster.lock:
        for number in range(150):
            face.ok("POST", CONFIGMAPS, configmap(f"bulk-{number}", {"a": "x" * 20_000}))
    with contextlib.ExitStack() as stack:
        lines = [stack.enter_context(line(wire)) for _ in range(10)]
        for secure in lines:
            secure.sendall(head("GET", f"{CONFIGMAPS}?watch=true&resourceVersion=0", wire))
        assert eventually(lambda: server.face.streams.open >= 10)
        time.sleep(0.5)
        buffers = [each.transport.get_write_buffer_size() for each in server._uvicorn.server_state.connections]
        assert max(buffers) < 300_000
        fragments = server.face._fragments
        assert fragments is not None
        assert fragments._size < 9 * MIB
        received = 0
        while received < 150 * 20_000:  # nothing is lost for those who read after all
            received += len(lines[0].recv(65536))
    with cluster.lock:
        face.ok("DELETE", CONFIGMAPS)


def test_what_is_kept_of_texts_is_bounded(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    from k8snb.apiserver.http import fragments as module
    from k8snb.apiserver.request import Request

    monkeypatch.setattr(module, "_KEPT", 10_000)
    kept = module.Fragments(cluster.rest)
    answer = cluster.rest.handle(Request("GET", "/apis/rbac.authorization.k8s.io/v1/clusterroles", render=kept.write))
    assert sum(len(item) for item in answer.body["items"]) > 10_000
    assert kept._size == sum(len(text) for _, text in kept._texts.values()) <= 10_000


# -- off the loopback --------------------------------------------------------------------------------------------------


def test_the_port_is_bound_to_the_loopback_address_alone(server: Server) -> None:
    for listening in server._uvicorn.servers:
        assert {each.getsockname()[0] for each in listening.sockets} == {"127.0.0.1"}


def test_who_comes_back_after_all_of_this_is_served(wire: Wire) -> None:
    open_line: http.client.HTTPSConnection = wire.connect()
    open_line.request("GET", PODS, headers={"Authorization": f"Bearer {wire.token}"})
    assert open_line.getresponse().status == 200
    open_line.close()


def test_authorities_of_two_clusters_are_strangers(server: Server) -> None:
    other = Cluster(profile="hollow")
    try:
        theirs: Any = yaml.load(other.serve().kubeconfig())
        text = base64.b64decode(theirs["clusters"][0]["cluster"]["certificate-authority-data"]).decode()
        context = ssl.create_default_context(cadata=text)
        with socket.create_connection(("127.0.0.1", server.port)) as plain, pytest.raises(ssl.SSLError):
            context.wrap_socket(plain, server_hostname="127.0.0.1")
        wire = Wire(other.serve())
        assert wire.call("GET", PODS, Authorization=f"Bearer {server.token}").code == 401
    finally:
        other.close()
