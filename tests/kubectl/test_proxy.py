"""kubectl proxy: what it serves to the learner's machine, what it filters, what it refuses; and kubectl completion."""

from __future__ import annotations

import json
import socket
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from k8snb.cluster import Cluster
from k8snb.kubectl.goregexp import GoRegexpError, compile_go
from k8snb.loopback import Loopback

_LISTING = '<pre>\n<a href="a%20b/">a b/</a>\n<a href="x.txt">x.txt</a>\n</pre>\n'


@pytest.fixture
def cluster() -> Cluster:
    return Cluster(profile="hollow")


def test_the_api_without_credentials(cluster: Cluster) -> None:
    assert cluster.kubectl("proxy").stdout == "Starting to serve on 127.0.0.1:8001\n"
    answer = cluster.http("http://localhost:8001/api/v1/namespaces/default").response
    assert answer is not None
    assert json.loads(answer.body)["metadata"]["name"] == "default"
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "web"}}
    trace = cluster.network.request(
        "host",
        "http://127.0.0.1:8001/api/v1/namespaces/default/configmaps",
        "POST",
        {"Content-Type": "application/json"},
        json.dumps(body).encode(),
    )
    assert trace.response is not None
    assert trace.response.status == 201
    assert cluster.kubectl("get cm web -o name").stdout == "configmap/web\n"


def test_whoever_opened_it_acts(cluster: Cluster) -> None:
    cluster.kubectl("proxy --as=jane --as-group=dev")
    answer = cluster.http("http://localhost:8001/api/v1/pods").response
    assert answer is not None
    assert answer.status == 403
    assert 'User "jane" cannot list resource "pods"' in json.loads(answer.body)["message"]


def test_a_port_is_taken_until_it_is_closed(cluster: Cluster) -> None:
    taken = (1, "error: listen tcp 127.0.0.1:8001: bind: address already in use\n")
    assert cluster.kubectl("proxy").exit_code == 0
    assert cluster.kubectl("proxy").exit_code == 0  # a cell that is run again
    other = cluster.kubectl("proxy --api-prefix=/x")
    assert (other.exit_code, other.stderr) == taken
    assert cluster.kubectl("proxy --port=0").stdout == "Starting to serve on 127.0.0.1:46000\n"
    cluster.network.fabric.unforward(8001)
    assert cluster.http("http://localhost:8001/version").response is None
    assert cluster.kubectl("proxy --api-prefix=/x").exit_code == 0


def test_in_live_pace_real_programs_get_there(cluster: Cluster) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    loopback = Loopback(cluster)
    try:
        cluster.kubectl(f"proxy --port={port}")
        assert loopback.sync() == []
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/namespaces/default", timeout=10) as answer:
            assert json.load(answer)["metadata"]["name"] == "default"
        watch = f"http://127.0.0.1:{port}/api/v1/namespaces/default/configmaps?watch=true"
        with urllib.request.urlopen(watch, timeout=10) as answer:
            cluster.kubectl("create configmap web")
            names = [json.loads(answer.readline())["object"]["metadata"]["name"] for _ in range(2)]
        assert names == ["kube-root-ca.crt", "web"]
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/namespaces/default/pods/web/exec", timeout=10)
        assert (refused.value.code, refused.value.read()) == (403, b"Forbidden\n")
        refused.value.close()
        cluster.network.fabric.unforward(port)
        loopback.sync()
        with pytest.raises(urllib.error.URLError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/version", timeout=10)
    finally:
        loopback.close()


def test_a_port_of_the_machine_that_is_taken_is_told(cluster: Cluster) -> None:
    loopback = Loopback(cluster)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        cluster.kubectl(f"proxy --port={port}")
        assert loopback.sync() == [
            f"port {port} of this machine cannot be listened on (Address already in use): only %curl gets there"
        ]
        loopback.close()


def test_snapshots_hold_open_proxies(cluster: Cluster) -> None:
    cluster.kubectl("proxy")
    other = cluster.fork()
    answer = other.http("http://localhost:8001/version").response
    assert answer is not None
    assert json.loads(answer.body)["gitVersion"] == "v1.36.2"


@pytest.mark.parametrize(
    ("flags", "path", "status", "text"),
    [
        ("", "/api/v1/namespaces/default/pods/web/exec?command=ls", 403, "Forbidden\n"),
        ("", "/api/v1/namespaces/default/pods/web/attach", 403, "Forbidden\n"),
        ("", "/healthz", 200, "ok"),
        ("--accept-paths=^/healthz", "/healthz", 200, "ok"),
        ("--accept-paths=^/api", "/healthz", 403, "Forbidden\n"),
        ("--reject-paths=^/healthz", "/healthz", 403, "Forbidden\n"),
        ("--reject-methods=GET", "/healthz", 403, "Forbidden\n"),
        ("--accept-hosts=example", "/healthz", 403, "Forbidden\n"),
        ("--accept-hosts=^*$", "/healthz", 200, "ok"),
        ("--accept-paths=x --disable-filter", "/healthz", 200, "ok"),
        ("--api-prefix=/k8s", "/k8s/healthz", 200, "ok"),
        ("--api-prefix=/k8s", "/k8s", 301, ""),
        ("--api-prefix=/k8s", "/healthz", 404, "404 page not found\n"),
        ("--www=site --api-prefix=/api/", "/static/", 200, _LISTING),
        ("--www=site", "/static/x.txt", 200, "X"),
        ("--www=site", "/static/a%20b", 301, ""),
        ("--www=site", "/static/a%20b/", 200, "<p>hello</p>"),
        ("--www=site --www-prefix=/files", "/files/x.txt", 200, "X"),
        ("--www=site", "/static/../secret", 404, "404 page not found\n"),
        ("--www=site", "/healthz", 200, "ok"),
    ],
)
def test_what_is_served(cluster: Cluster, flags: str, path: str, status: int, text: str, tmp_path: Path) -> None:
    (tmp_path / "site" / "a b").mkdir(parents=True)
    (tmp_path / "site" / "x.txt").write_text("X")
    (tmp_path / "site" / "a b" / "index.html").write_text("<p>hello</p>")
    (tmp_path / "secret").write_text("s")
    assert cluster.kubectl(f"proxy {flags}", cwd=str(tmp_path)).exit_code == 0
    answer = cluster.http(f"http://localhost:8001{path}").response
    assert answer is not None
    assert (answer.status, answer.text) == (status, text)


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("proxy --port=70000", "error: listen tcp: address 70000: invalid port\n"),
        ("proxy --port=-1", "error: listen tcp: address -1: invalid port\n"),
        ("proxy --address=::1", "error: listen tcp: address ::1:8001: too many colons in address\n"),
        ("proxy --unix-socket=s --port=80", "error: cannot set --unix-socket and --port at the same time\n"),
        (
            "proxy --address=0.0.0.0 --port=8002 --accept-hosts=^*$",
            "error: the lab's proxy only listens on 127.0.0.1, not on 0.0.0.0: whoever reached it there would be the "
            "cluster's administrator without a password\n",
        ),
        ("proxy --unix-socket=s", "error: the lab's proxy has no Unix sockets: it listens on a port of 127.0.0.1\n"),
        ("completion", "error: Shell not specified.\nSee 'kubectl completion -h' for help and examples\n"),
        (
            "completion csh",
            "error: Unsupported shell type \"csh\".\nSee 'kubectl completion -h' for help and examples\n",
        ),
        (
            "completion bash zsh",
            "error: Too many arguments. Expected only the shell type.\n"
            "See 'kubectl completion -h' for help and examples\n",
        ),
    ],
)
def test_what_is_refused(cluster: Cluster, line: str, error: str) -> None:
    answer = cluster.kubectl(line)
    assert (answer.exit_code, answer.stdout, answer.stderr) == (1, "", error)
    assert not cluster.network.fabric.forwards


def test_warnings_are_logged(cluster: Cluster) -> None:
    assert cluster.kubectl("proxy --www=/nowhere").stderr.endswith(
        " proxy.go:200] Failed to stat static file directory /nowhere: stat /nowhere: no such file or directory\n"
    )
    broken = cluster.kubectl("proxy --accept-paths=( --port=1")
    assert broken.exit_code == 255
    assert broken.stderr.startswith("F")
    assert broken.stderr.endswith("] Error compiling re: error parsing regexp: missing closing ): `(`\n")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[", "missing closing ]: `[`"),
        ("a)", "unexpected ): `a)`"),
        ("*a", "missing argument to repetition operator: `*`"),
        ("a**", "invalid nested repetition operator: `**`"),
        ("\\", "trailing backslash at end of expression: ``"),
        ("a{1001}", "invalid repeat count: `{1001}`"),
        ("a{2,1}", "invalid repeat count: `{2,1}`"),
        ("(?=a)", "invalid or unsupported Perl syntax: `(?=`"),
        ("[b-a]", "invalid character class range: `b-a`"),
        ("\\q", "invalid escape sequence: `\\q`"),
    ],
)
def test_expressions_that_go_refuses(text: str, problem: str) -> None:
    with pytest.raises(GoRegexpError) as caught:
        compile_go(text)
    assert str(caught.value) == f"error parsing regexp: {problem}"


@pytest.mark.parametrize("shell", ["bash", "fish", "powershell", "zsh"])
def test_completion_is_a_comment(cluster: Cluster, shell: str) -> None:
    answer = cluster.kubectl(f"completion {shell}")
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert all(line.startswith("#") for line in answer.stdout.splitlines())
    assert f"kubectl completion {shell}" in answer.stdout
