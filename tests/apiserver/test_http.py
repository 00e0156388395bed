"""The wire: TLS on the loopback interface, who may come in and with what, streams, and Pods that call the API."""

from __future__ import annotations

import base64
import json
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from k8snb import Cluster
from k8snb.api import yaml
from k8snb.apiserver.http.server import Server
from tests.apiserver.face import CONFIGMAPS, PODS, Face, configmap

JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    found = Cluster(profile="hollow")
    found.serve()
    yield found
    found.close()


@pytest.fixture
def server(cluster: Cluster) -> Server:
    return cluster.serve()


class Visitor:
    """A client that knows the kubeconfig; with its certificate or without."""

    def __init__(self, server: Server, folder: Path, *, certificate: bool) -> None:
        config: Any = yaml.load(server.kubeconfig())
        entry, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        self.url = entry["server"]
        authority = base64.b64decode(entry["certificate-authority-data"]).decode()
        self.context = ssl.create_default_context(cadata=authority)
        if certificate:
            for name in ("certificate", "key"):
                folder.joinpath(name).write_bytes(base64.b64decode(user[f"client-{name}-data"]))
            self.context.load_cert_chain(folder / "certificate", folder / "key")

    def open(self, path: str, method: str = "GET", body: Any = None, token: str = "", **headers: str) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {**JSON, **headers}, method=method)
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        return urllib.request.urlopen(request, context=self.context, timeout=5)

    def call(
        self, path: str, method: str = "GET", body: Any = None, token: str = "", **headers: str
    ) -> tuple[int, Any]:
        try:
            with self.open(path, method, body, token, **headers) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            with closing(error):
                return error.code, json.loads(error.read())


@pytest.fixture
def admin(server: Server, tmp_path: Path) -> Visitor:
    return Visitor(server, tmp_path, certificate=True)


@pytest.fixture
def stranger(server: Server, tmp_path: Path) -> Visitor:
    return Visitor(server, tmp_path, certificate=False)


def test_the_certificate_is_the_clusters_own(stranger: Visitor) -> None:
    stranger.context = ssl.create_default_context()
    with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
        stranger.open("/version")


def test_without_credentials(stranger: Visitor) -> None:
    code, status = stranger.call(PODS)
    message = 'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group ""'
    assert (code, status["reason"]) == (403, "Forbidden")
    assert status["message"] == f'{message} in the namespace "default"'
    code, version = stranger.call("/version")
    assert (code, version["gitVersion"]) == (200, "v1.36.2")


@pytest.mark.parametrize("token", ["wrong", "a.b.c", "e30.e30.", "a.b.é"])
def test_a_bad_token(stranger: Visitor, token: str) -> None:
    assert stranger.call(PODS, token=token.encode().decode("latin-1"))[0] == 401


def test_a_client_certificate_is_the_admin(admin: Visitor) -> None:
    code, review = admin.call("/apis/authentication.k8s.io/v1/selfsubjectreviews", "POST", {})
    assert code == 201
    info = review["status"]["userInfo"]
    assert info["username"] == "kubernetes-admin"
    assert set(info["groups"]) == {"kubeadm:cluster-admins", "system:masters", "system:authenticated"}


def test_tokens(server: Server, admin: Visitor, stranger: Visitor) -> None:
    assert stranger.call(PODS, token=server.token)[0] == 200
    path = "/api/v1/namespaces/default/serviceaccounts/default/token"
    token = admin.call(path, "POST", {"spec": {"expirationSeconds": 600}})[1]["status"]["token"]
    code, status = stranger.call(PODS, token=token)
    assert (code, status["reason"]) == (403, "Forbidden")
    assert 'User "system:serviceaccount:default:default" cannot list resource "pods"' in status["message"]
    forged = token[:-4] + ("AAAA" if not token.endswith("AAAA") else "BBBB")
    assert stranger.call(PODS, token=forged)[0] == 401


def test_a_token_expires(cluster: Cluster, admin: Visitor, stranger: Visitor) -> None:
    path = "/api/v1/namespaces/default/serviceaccounts/default/token"
    token = admin.call(path, "POST", {"spec": {"expirationSeconds": 600}})[1]["status"]["token"]
    cluster.advance(599)
    assert stranger.call("/api", token=token)[0] == 200
    cluster.advance(2)
    assert stranger.call("/api", token=token)[0] == 401


def test_the_wire_and_the_cells_share_one_cluster(cluster: Cluster, admin: Visitor) -> None:
    code, created = admin.call(CONFIGMAPS, "POST", configmap("wire"))
    assert code == 201
    assert cluster.kubectl("get cm wire -o jsonpath={.metadata.uid}").stdout == created["metadata"]["uid"]
    assert admin.call(CONFIGMAPS, "POST", configmap("wire"))[0] == 409
    assert admin.call(f"{CONFIGMAPS}/wire", "DELETE")[0] == 200
    assert "NotFound" in cluster.kubectl("get cm wire").stderr


def test_warnings_and_impersonation_are_headers(admin: Visitor) -> None:
    body = {**configmap("warned"), "bar": 1}
    with admin.open(f"{CONFIGMAPS}?dryRun=All", "POST", body) as answer:
        assert answer.headers["Warning"] == '299 - "unknown field \\"bar\\""'
    headers = {"Impersonate-User": "ann"}
    code, status = admin.call(PODS, **headers)
    assert (code, 'User "ann" cannot list' in status["message"]) == (403, True)


@pytest.mark.parametrize("path", [f"{CONFIGMAPS}?limit=many", f"{CONFIGMAPS}?watch=true&timeoutSeconds=soon"])
def test_bad_numbers_are_bad_requests(admin: Visitor, path: str) -> None:
    assert admin.call(path)[0] == 400


def test_bad_json_is_a_bad_request(server: Server, admin: Visitor) -> None:
    request = urllib.request.Request(server.url + CONFIGMAPS, b"{", JSON)
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, context=admin.context, timeout=5)
    with closing(caught.value):
        assert caught.value.code == 400


def test_a_watch_streams(cluster: Cluster, admin: Visitor) -> None:
    query = f"?watch=true&resourceVersion={cluster.store.revision}&fieldSelector=metadata.name%3Dlive"
    face = Face(cluster)
    with admin.open(CONFIGMAPS + query) as stream:
        with cluster.lock:
            face.ok("POST", CONFIGMAPS, configmap("live"))
        first = json.loads(stream.readline())
        with cluster.lock:
            face.ok("DELETE", f"{CONFIGMAPS}/live")
        second = json.loads(stream.readline())
    assert (first["type"], first["object"]["metadata"]["name"]) == ("ADDED", "live")
    assert (second["type"], second["object"]["kind"]) == ("DELETED", "ConfigMap")


def test_a_watch_ends_when_its_time_is_up(admin: Visitor) -> None:
    with admin.open(f"{CONFIGMAPS}?watch=true&timeoutSeconds=1") as stream:
        kinds = [json.loads(line)["type"] for line in stream]
    assert set(kinds) == {"ADDED"}


def test_unserve_closes_the_port() -> None:
    cluster = Cluster(profile="hollow")
    port = cluster.serve().port
    with socket.create_connection(("127.0.0.1", port), timeout=2):
        pass
    cluster.unserve()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=2)
    cluster.close()
