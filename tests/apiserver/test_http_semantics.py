"""HTTP as a Kubernetes API server speaks it: formats, methods, limits, headers, streams and their ends."""

from __future__ import annotations

import base64
import gzip
import http.client
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from k8snb import Cluster
from k8snb.api import yaml
from k8snb.apiserver.http.body import BUILTIN
from k8snb.apiserver.http.negotiation import negotiate
from k8snb.apiserver.http.protobuf import decode
from k8snb.apiserver.http.server import Server
from tests.apiserver.face import CONFIGMAPS, PODS, Face, configmap

JSON = "application/json"
PROTOBUF = "application/vnd.kubernetes.protobuf"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    found = Cluster(profile="hollow")
    found.serve()
    yield found
    found.close()


@pytest.fixture
def server(cluster: Cluster) -> Server:
    return cluster.serve()


class Answer:
    def __init__(self, response: http.client.HTTPResponse, data: bytes) -> None:
        self.code, self.data, self.headers = response.status, data, response.headers

    @property
    def json(self) -> Any:
        return json.loads(self.data)


class Wire:
    """Requests as they are written, with the admin's token."""

    def __init__(self, server: Server) -> None:
        config: Any = yaml.load(server.kubeconfig())
        authority = base64.b64decode(config["clusters"][0]["cluster"]["certificate-authority-data"]).decode()
        self.context = ssl.create_default_context(cadata=authority)
        self.port, self.token = server.port, server.token

    def connect(self) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=10, context=self.context)

    def open(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[http.client.HTTPSConnection, http.client.HTTPResponse]:
        connection = self.connect()
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        given = {"Authorization": f"Bearer {self.token}", "Content-Type": JSON}
        given.update({name.replace("_", "-"): value for name, value in headers.items()})
        connection.request(method, path, data, {name: value for name, value in given.items() if value})
        return connection, connection.getresponse()

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        connection, response = self.open(method, path, body, **headers)
        answer = Answer(response, response.read())
        connection.close()
        return answer


@pytest.fixture
def wire(server: Server) -> Wire:
    return Wire(server)


# -- what is accepted, and what is given -----------------------------------------------------------------------------------

TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"


@pytest.mark.parametrize(
    ("header", "clause"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (PROTOBUF, PROTOBUF),
        (f"{PROTOBUF},{JSON}", JSON),
        (f"{PROTOBUF}, */*", JSON),
        ("application/yaml", "application/yaml"),
        ("application/yaml;q=0.5, application/json;q=0.9", JSON),
        (f"{TABLE},{JSON}", "application/json;as=Table;g=meta.k8s.io;v=v1"),
        (f"application/json;as=Table;v=v9;g=meta.k8s.io,{JSON}", JSON),
        (f"{PROTOBUF};as=Table;v=v1;g=meta.k8s.io", None),
        ("text/html", None),
        ("text/html, */*;q=0.1", JSON),
        (";;=,,", None),
    ],
)
def test_negotiation(header: str, clause: str | None) -> None:
    accepted = negotiate(header, BUILTIN)
    assert (accepted.clause if accepted is not None else None) == clause


def test_nothing_that_is_offered_is_accepted(wire: Wire) -> None:
    answer = wire.call("GET", PODS, Accept="text/html")
    assert (answer.code, answer.json["reason"]) == (406, "NotAcceptable")
    assert answer.json["message"] == f"only the following media types are accepted: {', '.join(BUILTIN)}"
    assert wire.call("GET", "/version", Accept="text/html").code == 200


def test_yaml_protobuf_and_pretty_json(wire: Wire) -> None:
    path = "/api/v1/namespaces/default"
    plain = wire.call("GET", path)
    assert plain.data.startswith(b'{"kind":"Namespace","apiVersion":"v1","metadata":{')
    shown = wire.call("GET", path, Accept="application/yaml")
    assert shown.headers["Content-Type"] == "application/yaml"
    assert yaml.load(shown.data.decode()) == plain.json
    packed = wire.call("GET", path, Accept=PROTOBUF)
    assert packed.headers["Content-Type"] == PROTOBUF
    assert decode(packed.data)["metadata"]["uid"] == plain.json["metadata"]["uid"]
    for pretty in (wire.call("GET", f"{path}?pretty=true"), wire.call("GET", path, User_Agent="curl/8")):
        assert pretty.data.startswith(b'{\n  "kind": "Namespace",\n')
        assert pretty.json == plain.json


def test_markup_is_escaped_as_go_does(wire: Wire) -> None:
    body = {"metadata": {"name": "markup"}, "data": {"a": "<&>字\u2028"}}
    answer = wire.call("POST", f"{CONFIGMAPS}?dryRun=All", body)
    assert '"a":"\\u003c\\u0026\\u003e字\\u2028"'.encode() in answer.data


def test_bodies_in_yaml(wire: Wire) -> None:
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: yaml\ndata:\n  a: 'yes'\n"
    answer = wire.call("POST", f"{CONFIGMAPS}?dryRun=All", text.encode(), Content_Type="application/yaml")
    assert (answer.code, answer.json["data"]) == (201, {"a": "yes"})


WRONG = [
    (b"", JSON, "couldn't get version/kind; json parse error: unexpected end of JSON input (<empty>)"),
    (b"{", JSON, "couldn't get version/kind; json parse error: unexpected end of JSON input ({)"),
    (
        b"nonsense, and more than thirty characters of it",
        JSON,
        "couldn't get version/kind; json parse error: invalid character 'o' in literal null (expecting 'u') "
        "(6e6f6e73656e73652c20616e64206d6f7265207468616e20746869727479 ...)",
    ),
    (
        b'{"kind":1}',
        JSON,
        "couldn't get version/kind; json parse error: json: cannot unmarshal number into Go struct field .kind of type "
        'string ({"kind":1})',
    ),
    (b"[" * 100_000, JSON, "couldn't get version/kind; json parse error: "),
    (b"\xff\xfe", JSON, "couldn't get version/kind; json parse error: invalid character "),
    (b"a: [", "application/yaml", "yaml: line 1: did not find expected node content"),
    (b"k8s\x00\x0a", PROTOBUF, "unexpected EOF (6b3873000a)"),
]


@pytest.mark.parametrize(("data", "kind", "words"), WRONG)
def test_bodies_that_cannot_be_read(wire: Wire, data: bytes, kind: str, words: str) -> None:
    answer = wire.call("POST", CONFIGMAPS, data, Content_Type=kind)
    assert (answer.code, answer.json["reason"]) == (400, "BadRequest")
    expected = f"the object provided is unrecognized (must be of type ConfigMap): {words}"
    assert answer.json["message"].startswith(expected)


def test_bodies_of_unknown_types(wire: Wire) -> None:
    answer = wire.call("POST", CONFIGMAPS, b"a=b", Content_Type="application/x-www-form-urlencoded")
    assert (answer.code, answer.json["reason"]) == (415, "UnsupportedMediaType")
    types = ", ".join(BUILTIN)
    words = f"the body of the request was in an unknown format - accepted media types include: {types}"
    assert answer.json["message"] == words
    assert wire.call("PATCH", f"{CONFIGMAPS}/{'kube-root-ca.crt'}", {}, Content_Type=JSON).code == 415


def test_keys_that_come_twice(wire: Wire) -> None:
    text = b'{"metadata":{"name":"twice","name":"twice"},"data":{"a":"1"},"data":{"a":"2"},"x":1}'
    answer = wire.call("POST", f"{CONFIGMAPS}?dryRun=All", text)
    assert answer.headers.get_all("Warning") == [
        '299 - "duplicate field \\"metadata.name\\""',
        '299 - "duplicate field \\"data\\""',
        '299 - "unknown field \\"x\\""',
    ]
    strict = wire.call("POST", f"{CONFIGMAPS}?dryRun=All&fieldValidation=Strict", text)
    assert strict.json["message"] == (
        'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: '
        'duplicate field "metadata.name", duplicate field "data", unknown field "x"'
    )


def test_warnings_cannot_break_out_of_their_header(wire: Wire) -> None:
    body = {**configmap("warned"), "a\r\nX-Evil: 1": 1, "字": 2, "x" * 9000: 3}
    answer = wire.call("POST", f"{CONFIGMAPS}?dryRun=All", body)
    assert answer.code == 201
    assert answer.headers["X-Evil"] is None
    raw = [text.encode("latin-1").decode() for text in answer.headers.get_all("Warning")]
    assert raw[:2] == ['299 - "unknown field \\"aX-Evil: 1\\""', '299 - "unknown field \\"字\\""']
    assert sum(map(len, raw)) < 5000


# -- methods, headers, limits -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "BREW"])
def test_methods_that_no_route_has(wire: Wire, method: str) -> None:
    if method == "BREW":  # no method of HTTP at all
        with (
            socket.create_connection(("127.0.0.1", wire.port)) as plain,
            wire.context.wrap_socket(plain, server_hostname="127.0.0.1") as secure,
        ):
            secure.sendall(b"BREW /version HTTP/1.1\r\nHost: x\r\n\r\n")
            assert secure.recv(100).startswith(b"HTTP/1.1 400")
        return
    answer = wire.call(method, PODS)
    assert answer.code == 405
    if method != "HEAD":
        assert answer.json["message"] == "the server does not allow this method on the requested resource"


def test_head_and_wrong_methods_elsewhere(wire: Wire) -> None:
    answer = wire.call("HEAD", "/healthz")
    assert (answer.code, answer.data, answer.headers["Content-Length"]) == (200, b"", "2")
    assert wire.call("POST", "/version", {}).code == 405
    assert wire.call("POST", f"{CONFIGMAPS}/x", configmap("x")).code == 405


def test_paths_that_do_not_exist(wire: Wire) -> None:
    inside = wire.call("GET", "/api/v1/nothings")
    assert (inside.code, inside.json["message"]) == (404, "the server could not find the requested resource")
    assert wire.call("GET", f"{PODS}/x/nothing").json["reason"] == "NotFound"
    for path in ("/nothing", "/apis/nothing.example/v1/things", "/apis/apps/v9", "/livez/nothing"):
        outside = wire.call("GET", path)
        assert (outside.code, outside.data) == (404, b"404 page not found\n")
    assert wire.call("GET", "/api/v1/%6e%61mespaces/default").code == 200


def test_a_body_that_is_too_long(wire: Wire) -> None:
    body = configmap("big", {"a": "x" * (3 * 1024 * 1024)})
    answer = wire.call("POST", CONFIGMAPS, body)
    assert (answer.code, answer.json["reason"]) == (413, "RequestEntityTooLarge")
    assert answer.json["message"] == "Request entity too large: limit is 3145728"


def test_an_object_that_is_too_large_for_etcd(wire: Wire) -> None:
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    names = {"plural": "blobs", "singular": "blob", "kind": "Blob"}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    spec = {"group": "acme.example", "names": names, "scope": "Namespaced", "versions": [version]}
    definition = {"metadata": {"name": "blobs.acme.example"}, "spec": spec}
    path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    assert wire.call("POST", path, definition).code == 201
    blobs = "/apis/acme.example/v1/namespaces/default/blobs"
    blob = {"apiVersion": "acme.example/v1", "kind": "Blob", "metadata": {"name": "a"}, "data": "x" * 1_000_000}
    deadline = time.monotonic() + 10
    while (answer := wire.call("POST", blobs, blob)).code == 404 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert answer.code == 201
    patch = {"more": "x" * 1_000_000}
    answer = wire.call("PATCH", f"{blobs}/a", patch, Content_Type="application/merge-patch+json")
    assert (answer.code, answer.json["message"]) == (500, "etcdserver: request is too large")
    assert wire.call("DELETE", f"{path}/blobs.acme.example").code == 200


def test_a_head_without_end(wire: Wire) -> None:
    with (
        socket.create_connection(("127.0.0.1", wire.port)) as plain,
        wire.context.wrap_socket(plain, server_hostname="127.0.0.1") as secure,
    ):
        secure.sendall(b"GET /version HTTP/1.1\r\nHost: x\r\n")
        answer = b""
        try:
            for _ in range(600):
                secure.sendall(b"X-A: " + b"a" * 8000 + b"\r\n")
            answer = secure.recv(100)
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
            return
        assert answer.startswith(b"HTTP/1.1 431")


def test_many_requests_on_one_connection(wire: Wire) -> None:
    connection = wire.connect()
    for _ in range(3):
        connection.request("GET", "/version", headers={"X-Long": "a" * 60_000})
        assert json.loads(connection.getresponse().read())["gitVersion"] == "v1.36.2"
    connection.close()


def test_too_many_parameters(wire: Wire) -> None:
    assert wire.call("GET", "/version?" + "&".join(f"a{i}=1" for i in range(2000))).code == 400


def test_gzip_for_those_who_take_it(wire: Wire, cluster: Cluster) -> None:
    path = "/openapi/v3/apis/apps/v1"
    plain = wire.call("GET", path, Accept_Encoding="identity")
    packed = wire.call("GET", path, Accept_Encoding="gzip")
    assert plain.headers["Content-Encoding"] is None
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert wire.call("GET", "/version", Accept_Encoding="gzip").headers["Content-Encoding"] is None


def test_documents_have_tags(wire: Wire) -> None:
    first = wire.call("GET", "/openapi/v3")
    again = wire.call("GET", "/openapi/v3", If_None_Match=first.headers["ETag"])
    assert (again.code, again.data) == (304, b"")
    assert wire.call("GET", "/openapi/v3", If_None_Match='"x"').code == 200


def test_headers_of_every_answer(wire: Wire) -> None:
    answer = wire.call("GET", PODS)
    assert answer.headers["Cache-Control"] == "no-cache, private"
    assert re.fullmatch(r"[0-9a-f-]{36}", answer.headers["Audit-Id"])
    assert answer.headers["Server"] is None


# -- who ----------------------------------------------------------------------------------------------------------------------


def test_strangers_see_what_everybody_may(wire: Wire) -> None:
    for path in ("/healthz", "/livez?verbose", "/readyz", "/version", "/version/"):
        assert wire.call("GET", path, Authorization="").code == 200
    for path in ("/", "/api", "/apis", "/openapi/v2", "/metrics", "/livez/ping"):
        answer = wire.call("GET", path, Authorization="")
        assert answer.code == 403
        assert answer.json["message"] == f'forbidden: User "system:anonymous" cannot get path "{path}"'
    assert wire.call("GET", "/healthz", Authorization="Bearer wrong").code == 401


def test_acting_as_somebody(wire: Wire) -> None:
    path = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
    extra = {"Impersonate_Uid": "7", "Impersonate_Extra_Acme.example%2FRole": "dev"}
    answer = wire.call("POST", path, {}, Impersonate_User="ann", Impersonate_Group="team", **extra)
    info = answer.json["status"]["userInfo"]
    assert (info["username"], info["uid"]) == ("ann", "7")
    assert info["groups"] == ["team", "system:authenticated"]
    assert info["extra"] == {"acme.example/role": ["dev"]}
    alone = wire.call("GET", PODS, Impersonate_Group="team")
    assert alone.code == 500
    assert alone.data.decode().startswith(f'Internal Server Error: "{PODS}": requested ')


def test_only_those_who_may_act_as_others(wire: Wire, cluster: Cluster) -> None:
    face = Face(cluster)
    path = "/api/v1/namespaces/default/serviceaccounts/default/token"
    token = face.ok("POST", path, {"spec": {"expirationSeconds": 600}})["status"]["token"]
    answer = wire.call("GET", PODS, Authorization=f"Bearer {token}", Impersonate_User="ann")
    assert answer.code == 403
    assert 'cannot impersonate resource "users" in API group ""' in answer.json["message"]


# -- health and numbers ------------------------------------------------------------------------------------------------------


def test_health_in_words(wire: Wire) -> None:
    assert wire.call("GET", "/livez").data == b"ok"
    lines = wire.call("GET", "/readyz?verbose").data.decode().splitlines()
    assert lines[0] == "[+]ping ok"
    assert "[+]etcd ok" in lines
    assert lines[-1] == "readyz check passed"
    lines = wire.call("GET", "/livez?verbose&exclude=etcd&exclude=x").data.decode().splitlines()
    assert "[+]etcd excluded: ok" in lines
    assert 'warn: some health checks cannot be excluded: no matches for "x"' in lines
    assert wire.call("GET", "/livez/etcd").data == b"ok"
    assert wire.call("GET", "/livez/shutdown").code == 404
    paths = wire.call("GET", "/").json["paths"]
    assert {"/api/v1", "/apis/apps/v1", "/livez/ping", "/readyz/shutdown"} <= set(paths)


def test_a_check_that_fails(wire: Wire, cluster: Cluster) -> None:
    with cluster.lock:
        before = cluster.snapshot()
        space = cluster.store.get("namespaces", "", "kube-public")
        assert space is not None
        cluster.store.remove("namespaces", space, 0.0)
        answer = cluster.rest.handle(_get("/livez"))
        cluster.restore(before)
    assert answer.code == 500
    assert "[-]poststarthook/start-system-namespaces-controller failed: reason withheld\n" in answer.body
    assert answer.body.endswith("livez check failed\n")


def _get(path: str) -> Any:
    from k8snb.apiserver.request import Request

    return Request("GET", path)


def test_numbers(wire: Wire, cluster: Cluster) -> None:
    wire.call("GET", PODS)
    answer = wire.call("GET", "/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    values = dict(line.rsplit(" ", 1) for line in answer.data.decode().splitlines() if not line.startswith("#"))
    assert values['apiserver_storage_objects{resource="nodes"}'] == "3"
    assert int(values['apiserver_request_total{code="200",verb="GET"}']) >= 1
    assert 'kubernetes_build_info{git_version="v1.36.2",major="1",minor="36"}' in values


# -- streams ----------------------------------------------------------------------------------------------------


def events(response: http.client.HTTPResponse, most: int = 99) -> list[dict[str, Any]]:
    found = []
    for line in response:
        found.append(json.loads(line))
        if len(found) == most:
            break
    return found


def watch(wire: Wire, accept: str = JSON, **query: str) -> tuple[http.client.HTTPSConnection, http.client.HTTPResponse]:
    asked = "&".join(f"{name}={value}" for name, value in {"watch": "true", **query}.items())
    return wire.open("GET", f"{CONFIGMAPS}?{asked}", Accept=accept)


def test_a_bookmark_before_the_end(wire: Wire, cluster: Cluster) -> None:
    version = str(cluster.store.revision)
    marked = watch(wire, resourceVersion=version, allowWatchBookmarks="true", timeoutSeconds="1")
    silent = watch(wire, resourceVersion=version, timeoutSeconds="1")
    found = events(marked[1])
    assert found == [
        {
            "type": "BOOKMARK",
            "object": {"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"resourceVersion": version}},
        }
    ]
    assert events(silent[1]) == []
    for connection, _ in (marked, silent):
        connection.close()


def test_a_bookmark_a_minute(wire: Wire, cluster: Cluster) -> None:
    version = str(cluster.store.revision)
    connection, response = watch(wire, resourceVersion=version, allowWatchBookmarks="true", timeoutSeconds="60")
    time.sleep(0.2)
    cluster.advance(61)
    assert [event["type"] for event in events(response, 1)] == ["BOOKMARK"]
    connection.close()


def test_a_watch_in_protobuf(wire: Wire, cluster: Cluster) -> None:
    version = str(cluster.store.revision)
    connection, response = watch(wire, PROTOBUF, resourceVersion=version, timeoutSeconds="20")
    assert response.headers["Content-Type"] == f"{PROTOBUF};stream=watch"
    with cluster.lock:
        Face(cluster).ok("POST", CONFIGMAPS, configmap("packed"))
    length = int.from_bytes(response.read(4), "big")
    frame = response.read(length)
    assert b"ADDED" in frame
    assert decode(frame[frame.index(b"k8s\x00") :])["metadata"]["name"] == "packed"
    connection.close()
    Face(cluster).ok("DELETE", f"{CONFIGMAPS}/packed")


def test_a_streaming_list_over_the_wire(wire: Wire) -> None:
    query = {"sendInitialEvents": "true", "allowWatchBookmarks": "true", "resourceVersionMatch": "NotOlderThan"}
    accept = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
    connection, response = watch(wire, accept, **query)
    added, mark = events(response, 2)
    assert (added["type"], added["object"]["kind"]) == ("ADDED", "PartialObjectMetadata")
    assert (mark["type"], mark["object"]["kind"]) == ("BOOKMARK", "PartialObjectMetadata")
    assert mark["object"]["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}
    connection.close()


def test_a_watch_whose_place_is_forgotten_ends(wire: Wire, cluster: Cluster) -> None:
    version = str(cluster.store.revision)
    Face(cluster).ok("POST", CONFIGMAPS, configmap("gone"))
    Face(cluster).ok("DELETE", f"{CONFIGMAPS}/gone")
    cluster.run_ready()
    with cluster.lock:
        cluster.store.compact(cluster.store.revision)
    connection, response = watch(wire, resourceVersion=version)
    assert response.status == 410
    assert json.loads(response.read())["reason"] == "Expired"
    connection.close()


def test_watchers_hear_of_writes_at_once_and_cost_little(wire: Wire, cluster: Cluster) -> None:
    version = str(cluster.store.revision)
    watchers = [watch(wire, resourceVersion=version, timeoutSeconds="30") for _ in range(20)]
    start = time.monotonic()
    wire.call("POST", CONFIGMAPS, configmap("heard"))
    for connection, response in watchers:
        assert events(response, 1)[0]["object"]["metadata"]["name"] == "heard"
        connection.close()
    assert time.monotonic() - start < 2
    wire.call("DELETE", f"{CONFIGMAPS}/heard")
    deadline = time.monotonic() + 5
    face = cluster.serve().face
    while face.streams.open and time.monotonic() < deadline:
        time.sleep(0.05)
    assert face.streams.open == 0


def test_a_followed_log_ends_with_its_container(wire: Wire, cluster: Cluster) -> None:
    spec = {"containers": [{"name": "c", "image": "busybox", "command": ["sh", "-c", "echo one; sleep 3; echo two"]}]}
    body = {"metadata": {"name": "talker"}, "spec": {**spec, "restartPolicy": "Never"}}
    assert wire.call("POST", PODS, body).code == 201
    deadline = time.monotonic() + 20
    while wire.call("GET", f"{PODS}/talker").json["status"]["phase"] != "Running" and time.monotonic() < deadline:
        cluster.advance(0.5)
    connection, response = wire.open("GET", f"{PODS}/talker/log?follow=true")
    assert response.headers["Content-Type"] == "text/plain"
    cluster.advance(10)
    assert response.read().decode().splitlines()[-1:] in (["two"], [])
    connection.close()
    wire.call("DELETE", f"{PODS}/talker?gracePeriodSeconds=0")


# -- the process ----------------------------------------------------------------------------------------------------


def serve(folder: Path, *words: str) -> tuple[subprocess.Popen[str], str]:
    """A serving process that has said that it is ready, and what it said."""
    config = folder / "config"
    command = [sys.executable, "-m", "k8snb.cli", "serve", "--profile", "hollow", "--kubeconfig", str(config), *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, process.stdout.readline()


class Elsewhere(Wire):
    """The wire to another process, known by its kubeconfig."""

    def __init__(self, folder: Path) -> None:
        config: Any = yaml.load((folder / "config").read_text())
        entry = config["clusters"][0]["cluster"]
        authority = base64.b64decode(entry["certificate-authority-data"]).decode()
        self.context = ssl.create_default_context(cadata=authority)
        self.port, self.token = int(entry["server"].rpartition(":")[2]), (folder / "config.token").read_text()


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_at_once_with_watches_open(tmp_path: Path, sent: signal.Signals) -> None:
    process, ready = serve(tmp_path)
    assert re.fullmatch(r"serving Kubernetes v1\.36\.2 on https://127\.0\.0\.1:\d+ \(kubeconfig: .*\)\n", ready)
    wire = Elsewhere(tmp_path)
    streams = [watch(wire, timeoutSeconds="600") for _ in range(3)]
    for _, response in streams:
        events(response, 1)
    start = time.monotonic()
    os.kill(process.pid, sent)
    assert process.wait(timeout=10) == 0
    took = time.monotonic() - start
    assert events(streams[0][1]) == []  # a proper end, not a broken connection
    for connection, _ in streams:
        connection.close()
    out, errors = process.communicate()
    assert (out, errors) == ("", "")
    assert took < 2, took  # a second on a machine with nothing else to do


def test_jump_pace_waits_for_nothing(tmp_path: Path) -> None:
    process, _ = serve(tmp_path, "--pace", "jump")
    try:
        wire = Elsewhere(tmp_path)
        command = ["sh", "-c", "sleep 20; exit 0"]
        pods = {"restartPolicy": "Never", "containers": [{"name": "c", "image": "busybox", "command": command}]}
        body = {"metadata": {"name": "slow"}, "spec": {"template": {"spec": pods}}}
        start = time.monotonic()
        jobs = "/apis/batch/v1/namespaces/default/jobs"
        connection, response = wire.open("GET", f"{jobs}?watch=true&timeoutSeconds=20")
        assert wire.call("POST", jobs, body).code == 201
        for line in response:
            if json.loads(line)["object"]["status"].get("succeeded") == 1:
                break
        connection.close()
        assert time.monotonic() - start < 15
        status = wire.call("GET", f"{jobs}/slow").json["status"]
        assert status["completionTime"] > status["startTime"]
        after = json.loads(wire.call("GET", "/api/v1/namespaces/default/events?limit=1").data)
        time.sleep(0.5)
        later = json.loads(wire.call("GET", "/api/v1/namespaces/default/events?limit=1").data)
        assert after["metadata"]["resourceVersion"] == later["metadata"]["resourceVersion"]
    finally:
        process.terminate()
        process.communicate(timeout=10)


def test_only_the_loopback_is_listened_on(server: Server) -> None:
    addresses = {line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines()[1:]} if _linux() else set()
    ours = {address for address in addresses if int(address.rpartition(":")[2], 16) == server.port}
    assert all(address.startswith("0100007F") for address in ours)


def _linux() -> bool:
    return sys.platform == "linux"


def test_a_client_that_does_not_read_costs_a_buffer(wire: Wire, cluster: Cluster) -> None:
    face, server = Face(cluster), cluster.serve()
    version = str(cluster.store.revision)
    face.ok("POST", CONFIGMAPS, configmap("bulk"))
    connection, response = watch(wire, resourceVersion=version, timeoutSeconds="60")
    for index in range(600):
        patch = {"data": {"a": f"{index}" + "x" * 20_000}}
        with cluster.lock:
            face.ok("PATCH", f"{CONFIGMAPS}/bulk", patch, kind="application/merge-patch+json")
    time.sleep(0.5)
    buffers = [each.transport.get_write_buffer_size() for each in server._uvicorn.server_state.connections]
    assert max(buffers) < 2_000_000
    assert [event["object"]["data"]["a"][:3] for event in events(response, 400)][-1] == "398"  # nothing is lost
    connection.close()
    face.ok("DELETE", f"{CONFIGMAPS}/bulk")
