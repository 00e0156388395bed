"""Our kubectl over HTTP, through a kubeconfig: what it can do, as whom, and what it says when something is missing."""

from __future__ import annotations

import base64
import copy
import json
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from k8snb.api import yaml
from k8snb.cli import main
from k8snb.client import download
from k8snb.cluster import Cluster
from k8snb.kubectl import remote
from k8snb.kubectl.cli import Result, run

Kubectl = Callable[..., Result]
Json = dict[str, Any]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("remote")


@pytest.fixture(scope="module")
def cluster(folder: Path) -> Iterator[Cluster]:
    found = Cluster(pace="live", rate=30)
    found.serve().write_kubeconfig(folder / "config")
    found.kubectl("run web --image=nginx")
    found.kubectl("wait --for=condition=Ready pod/web")
    yield found
    found.close()


@pytest.fixture(scope="module")
def config(cluster: Cluster, folder: Path) -> Json:
    return dict(yaml.load((folder / "config").read_text()))


@pytest.fixture
def kubectl(cluster: Cluster, folder: Path) -> Kubectl:
    def call(*words: str, stdin: str = "", name: str = "config") -> Result:
        return run(["--kubeconfig", name, *words], remote.session(folder), stdin)

    return call


def test_reading_and_writing(kubectl: Kubectl) -> None:
    assert kubectl("create", "cm", "one", "--from-literal=a=b").stdout == "configmap/one created\n"
    assert kubectl("get", "cm", "one", "-o", "jsonpath={.data}").stdout == '{"a":"b"}'
    manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\ndata: {a: c}\n"
    assert kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=manifest).exit_code == 0
    assert kubectl("patch", "cm", "one", "-p", '{"data":{"x":"ü"}}').stdout == "configmap/one patched\n"
    assert kubectl("get", "cm/one", "-o", "go-template={{.data.a}}{{.data.x}}").stdout == "cü"
    missing = kubectl("get", "cm", "two")
    assert (missing.exit_code, missing.stderr) == (1, 'Error from server (NotFound): configmaps "two" not found\n')
    assert kubectl("delete", "cm", "one").stdout == 'configmap "one" deleted from default namespace\n'


def test_warnings_of_the_server(kubectl: Kubectl) -> None:
    manifest = "apiVersion: v1\nkind: Endpoints\nmetadata: {name: old}\n"
    assert kubectl("create", "-f", "-", stdin=manifest).stderr == (
        "Warning: v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice\n"
    )


def test_watching_ends_with_its_time(kubectl: Kubectl) -> None:
    timer = threading.Timer(0.3, lambda: kubectl("create", "cm", "seen"))
    timer.start()
    watched = kubectl("get", "cm", "-w", "-o", "name", "--request-timeout=2s")
    timer.join()
    assert watched.stdout.splitlines() == ["configmap/kube-root-ca.crt", "configmap/seen"]


def test_waiting(kubectl: Kubectl) -> None:
    timed_out = kubectl("wait", "--for=condition=Nope", "pod/web", "--timeout=1s")
    assert (timed_out.exit_code, timed_out.stderr) == (
        1,
        "error: timed out waiting for the condition on pods/web\n",
    )
    assert kubectl("wait", "--for=create", "cm/late", "--timeout=0").exit_code == 1


def test_commands_in_containers(kubectl: Kubectl) -> None:
    ran = kubectl("exec", "web", "--", "sh", "-c", "echo out; echo err >&2; exit 3")
    assert (ran.stdout, ran.stderr) == ("out\n", "err\ncommand terminated with exit code 3\n")
    assert ran.exit_code == 3
    assert kubectl("exec", "-i", "web", "--", "cat", stdin="ä\n" * 20000).stdout == "ä\n" * 20000
    assert kubectl("exec", "nope", "--", "ls").stderr == 'Error from server (NotFound): pods "nope" not found\n'
    assert kubectl("logs", "web", "--tail=1").stdout.count("\n") == 1


def test_copying(kubectl: Kubectl, folder: Path) -> None:
    (folder / "a.bin").write_bytes(bytes(range(256)))
    assert kubectl("cp", "a.bin", "web:/tmp/a.bin").exit_code == 0
    assert kubectl("cp", "web:/tmp/a.bin", "b.bin").exit_code == 0
    assert (folder / "b.bin").read_bytes() == bytes(range(256))


def test_impersonation(kubectl: Kubectl) -> None:
    refused = kubectl("get", "pods", "--as=jane", "--as-group=dev")
    assert refused.stderr.startswith('Error from server (Forbidden): pods is forbidden: User "jane" cannot list')


def test_what_needs_a_cluster_of_its_own_says_so(kubectl: Kubectl) -> None:
    for words in (("port-forward", "web", "80"), ("proxy",)):
        assert kubectl(*words).stderr.startswith(f"error: {words[0]} needs a cluster of this process")


def test_the_program(folder: Path, cluster: Cluster, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kubectl", "get", "ns", "default", "-o", "name", "--kubeconfig", str(folder / "config")]) == 0
    assert capsys.readouterr().out == "namespace/default\n"


# -- kubeconfigs ---------------------------------------------------------------------------------------------------

_PLUGIN = {"apiVersion": "client.authentication.k8s.io/v1", "command": sys.executable, "interactiveMode": "Never"}


def _plugin(program: str, **more: object) -> Json:
    return {"exec": {**_PLUGIN, "args": ["-c", program], **more}}


def _says(token: str) -> str:
    return (
        "import os, json; spec = json.loads(os.environ['KUBERNETES_EXEC_INFO'])['spec']; assert not spec['interactive']; "
        f"print(json.dumps(dict(apiVersion={_PLUGIN['apiVersion']!r}, kind='ExecCredential', "
        f"status=dict(token={token!r}))))"
    )


def _without(entry: Json, *names: str) -> Json:
    return {name: value for name, value in entry.items() if name not in names}


@pytest.fixture
def written(config: Json, folder: Path) -> Callable[[str, Json, Json], None]:
    def write(name: str, cluster: Json, user: Json) -> None:
        found = copy.deepcopy(config)
        found["clusters"][0]["cluster"], found["users"][0]["user"] = cluster, user
        (folder / name).write_text(yaml.dump(found))

    return write


def test_ways_to_say_who_one_is(
    written: Callable[[str, Json, Json], None], config: Json, folder: Path, kubectl: Kubectl
) -> None:
    place, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
    token = (folder / "config.token").read_text()
    (folder / "token").write_text(f"{token}\n")
    for field in ("client-certificate", "client-key"):
        (folder / field).write_bytes(base64.b64decode(user[f"{field}-data"]))
    users = [
        {"token": token},
        {"tokenFile": "token"},
        {"client-certificate": "client-certificate", "client-key": "client-key"},
        _plugin(_says(token)),
    ]
    for one in users:
        written("who", place, one)
        assert kubectl("auth", "whoami", "-o", "name", name="who").exit_code == 0, one
    written("who", place, {})
    assert kubectl("auth", "whoami", "--token", token, name="who").exit_code == 0
    assert kubectl("get", "pods", name="who").exit_code == 1
    written("who", _without(place, "certificate-authority-data") | {"insecure-skip-tls-verify": True}, {"token": token})
    assert kubectl("get", "ns", name="who").exit_code == 0
    written("who", place | {"tls-server-name": "kubernetes"}, {"token": token})
    assert kubectl("get", "ns", name="who").exit_code == 0
    written("who", place, {"token": token, "as": "jane"})
    assert 'User "jane" cannot list' in kubectl("get", "ns", name="who").stderr


_CERT = {"client-certificate-data": base64.b64encode(b"-----BEGIN X").decode()}
_UNREACHED = "Unable to connect to the server: getting credentials: "


@pytest.mark.parametrize(
    ("place", "user", "error"),
    [
        ({}, {"token": "xyz"}, "error: You must be logged in to the server (Unauthorized)"),
        (
            {"certificate-authority-data": ""},
            {},
            "Unable to connect to the server: tls: failed to verify certificate: x509: certificate signed by unknown "
            "authority",
        ),
        (
            {"certificate-authority-data": "aGVsbG8="},
            {},
            "error: unable to load root certificates: unable to parse bytes as PEM block",
        ),
        (
            {"certificate-authority-data": "###"},
            {},
            'error: error loading config file "odd": illegal base64 data at input byte 0',
        ),
        (
            {"insecure-skip-tls-verify": True},
            {},
            "error: specifying a root certificates file with the insecure flag is not allowed",
        ),
        (
            {"certificate-authority-data": "", "certificate-authority": "/nope"},
            {},
            "error: unable to read certificate-authority /nope for k8snb due to open /nope: no such file or directory",
        ),
        (
            {},
            {"client-certificate": "/nope"},
            "error: unable to read client-cert /nope for k8snb due to open /nope: no such file or directory",
        ),
        (
            {},
            _CERT,
            "error: client-key-data or client-key must be specified for k8snb to use the clientCert authentication method.",
        ),
        (
            {},
            {"client-certificate-data": "aGVsbG8=", "client-key-data": "aGVsbG8="},
            "error: tls: failed to find any PEM data in certificate input",
        ),
        ({}, {"tokenFile": "/nope"}, "error: open /nope: no such file or directory"),
        (
            {},
            {"token": "x", "username": "a"},
            "error: more than one authentication method found for k8snb; found [token basicAuth], only one is allowed",
        ),
        ({}, {"auth-provider": {"name": "foo"}}, 'error: no Auth Provider found for name "foo"'),
        (
            {"proxy-url": "ftp://x"},
            {},
            "error: invalid 'proxy-url' \"ftp://x\" for cluster \"k8snb\": unsupported scheme \"ftp\", must be http, https, "
            "or socks5",
        ),
        ({"server": "https://[::1"}, {}, 'error: host must be a URL or a host:port pair: "https://[::1"'),
        (
            {"server": ""},
            {},
            "The connection to the server localhost:8080 was refused - did you specify the right host or port?",
        ),
        ({}, _plugin("", command=""), "error: command must be specified for k8snb to use exec authentication plugin"),
        ({}, _plugin("", apiVersion=""), "error: apiVersion must be specified for k8snb to use exec authentication plugin"),
        ({}, _plugin("", apiVersion="a/v1alpha1"), 'error: exec plugin: invalid apiVersion "a/v1alpha1"'),
        (
            {},
            _plugin("", interactiveMode=""),
            "error: interactiveMode must be specified for k8snb to use exec authentication plugin",
        ),
        ({}, _plugin("", interactiveMode="Foo"), 'error: invalid interactiveMode for k8snb: "Foo"'),
        ({}, _plugin("exit(3)"), f"{_UNREACHED}exec: executable {sys.executable} failed with exit code 3"),
        (
            {},
            _plugin("print()"),
            f"{_UNREACHED}exec plugin is configured to use API version client.authentication.k8s.io/v1, plugin returned "
            "version client.authentication.k8s.io/__internal",
        ),
        (
            {},
            _plugin(f"print({json.dumps(json.dumps({'apiVersion': _PLUGIN['apiVersion'], 'status': {}}))})"),
            f"{_UNREACHED}exec plugin didn't return a token or cert/key pair",
        ),
    ],
)  # fmt: skip
def test_what_a_kubeconfig_lacks(
    place: Json,
    user: Json,
    error: str,
    written: Callable[[str, Json, Json], None],
    config: Json,
    kubectl: Kubectl,
) -> None:
    changed = {name: value for name, value in (config["clusters"][0]["cluster"] | place).items() if value != ""}
    written("odd", changed, user)
    assert kubectl("get", "--raw", "/api/v1/pods", name="odd").stderr == f"{error}\n"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("a: [", "yaml: line 1: did not find expected node content"),
        ("apiVersion: v1\nkind: Pod\n", 'no kind "Pod" is registered for version "v1" in scheme '),
        (
            "- a\n",
            "couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value of type struct",
        ),
        (
            "clusters: x\n",
            "json: cannot unmarshal string into Go struct field Config.clusters of type []v1.NamedCluster\n",
        ),
        (
            "clusters: [{name: a, cluster: 1}]\n",
            "json: cannot unmarshal number into Go struct field NamedCluster.clusters.cluster of type v1.Cluster\n",
        ),
        (
            "users: [{name: a, user: {exec: {args: x}}}]\n",
            "json: cannot unmarshal string into Go struct field ExecConfig.users.user.exec.args of type []string\n",
        ),
        (
            "users: [{name: a, user: {client-key-data: x}}]\n",
            "illegal base64 data at input byte 0\n",
        ),
    ],
)
def test_files_that_are_no_kubeconfig(text: str, error: str, folder: Path, kubectl: Kubectl) -> None:
    (folder / "odd").write_text(text)
    for words in (("get", "ns"), ("config", "view")):
        assert kubectl(*words, name="odd").stderr.startswith(f'error: error loading config file "odd": {error}')
    assert kubectl("get", "ns", name="nowhere").stderr == "error: stat nowhere: no such file or directory\n"


def test_a_server_that_says_nothing(written: Callable[[str, Json, Json], None], config: Json, kubectl: Kubectl) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        written("odd", {"server": f"http://127.0.0.1:{silent.getsockname()[1]}"}, {})
        told = kubectl("get", "--raw", "/version", "--request-timeout=1s", name="odd").stderr
    assert told == (
        "Unable to connect to the server: net/http: request canceled (Client.Timeout exceeded while awaiting headers)\n"
    )


class _Site(BaseHTTPRequestHandler):
    """A page, a manifest, and a server that is broken."""

    def do_GET(self) -> None:
        self.send_response({"/web.yaml": 200, "/broken": 503}.get(self.path, 404))
        self.end_headers()
        self.wfile.write(b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n")

    def log_message(self, format: str, *args: object) -> None:
        """Nothing to be told."""


def test_a_manifest_from_the_web(kubectl: Kubectl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "_PAUSE", 0.0)
    with ThreadingHTTPServer(("127.0.0.1", 0), _Site) as server:
        threading.Thread(target=server.serve_forever).start()
        base = f"http://127.0.0.1:{server.server_port}"
        apply = ("apply", "--dry-run=client", "-f")
        assert kubectl(*apply, f"{base}/web.yaml").stdout == "configmap/web created (dry run)\n"
        for path, status in (("nope", "404 Not Found"), ("broken", "503 Service Unavailable")):
            assert kubectl(*apply, f"{base}/{path}").stderr == (
                f'error: unable to read URL "{base}/{path}", server reported {status}, status code={status[:3]}\n'
            )
        assert kubectl(*apply, f"https{base[4:]}/web.yaml").stderr == (
            "Unable to connect to the server: http: server gave HTTP response to HTTPS client\n"
        )
        server.shutdown()
    refused = f"The connection to the server {base[7:]} was refused - did you specify the right host or port?\n"
    assert kubectl(*apply, f"{base}/web.yaml").stderr == refused
