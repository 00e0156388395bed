"""Logs, exec, attach and port-forward, and the errors of each; forks of a cluster with containers in mid-run."""

from __future__ import annotations

import pytest

from k8snb.api.core.container import Container
from k8snb.api.errors import StatusError
from k8snb.cluster import Cluster
from k8snb.kubelet import access
from k8snb.kubelet.access import ExecStream
from k8snb.kubelet.shellsession import ShellSession
from k8snb.runtime.net import HttpRequest, HttpResponse
from tests.kubelet.rig import make_cluster, make_pod, run, status


@pytest.fixture
def cluster() -> Cluster:
    return make_cluster()


def test_the_demo_image_as_the_notes_describe_it(cluster: Cluster) -> None:
    make_pod(cluster, "my-pod", "zxcvbnius/docker-demo")
    make_pod(cluster, "v2", "zxcvbnius/docker-demo:v2.0.0")
    cluster.advance(40)
    assert run(cluster, "my-pod", "ls", "/app") == ("Dockerfile\nindex.js\nnode_modules\npackage.json\n", "", 0)
    bodies = []
    for name, path in (("my-pod", "/"), ("v2", "/"), ("my-pod", "/x")):
        answer = access.port_forward(cluster.kubelet, "default", name, 3000, HttpRequest("GET", path))
        assert isinstance(answer, HttpResponse)
        bodies.append((answer.status, answer.text))
    assert bodies == [(200, "Hello World!"), (200, "Hello World! v2"), (404, "Cannot GET /x\n")]
    log = access.logs(cluster.kubelet, "default", "my-pod")
    assert isinstance(log, str)
    assert log.startswith("npm info it worked if it ends with ok\nnpm info using npm@3.9.5\n")
    assert log.endswith("> node index.js\n\nExample app listening at 'http://:::3000'\n")


def test_logs_with_their_options(cluster: Cluster) -> None:
    command = ("sh", "-c", "for i in 1 2 3; do echo line $i; sleep 10; done; exit 1")
    make_pod(cluster, "task", "busybox:1.36", imagePullPolicy="IfNotPresent", command=command)
    cluster.wait(lambda: "default/task" in cluster.kubelet.pods and status(cluster, "task").restartCount == 1, 120)
    cluster.advance(1)
    kubelet = cluster.kubelet
    assert access.logs(kubelet, "default", "task") == "line 1\n"
    assert access.logs(kubelet, "default", "task", previous=True, tail=2) == "line 2\nline 3\n"
    stamped = access.logs(kubelet, "default", "task", timestamps=True)
    assert isinstance(stamped, str)
    stamp, _, text = stamped.partition(" ")
    assert text == "line 1\n"
    assert len(stamp) == len("2026-01-01T00:00:00.000000000Z")
    stream = access.logs(kubelet, "default", "task", follow=True)
    assert isinstance(stream, access.LogStream)
    assert stream.poll() == ["line 1\n"]
    cluster.advance(10)
    assert (stream.poll(), stream.done) == (["line 2\n"], False)


def test_refusals_in_the_kubelets_words(cluster: Cluster) -> None:
    kubelet = cluster.kubelet
    make_pod(cluster, "bad", "nginx:nope")
    make_pod(cluster, "two", containers=(Container(name="a", image="nginx"), Container(name="b", image="redis:nope")))
    cluster.advance(8)
    expected = {
        'container "c" in pod "bad" is waiting to start: trying and failing to pull image': ("bad", ""),
        "a container name must be specified for pod two, choose one of: [a b]": ("two", ""),
        "container x is not valid for pod two": ("two", "x"),
        'pods "none" not found': ("none", ""),
    }
    for message, (name, container) in expected.items():
        with pytest.raises(StatusError) as refusal:
            access.logs(kubelet, "default", name, container)
        assert refusal.value.message == message
    with pytest.raises(StatusError, match='previous terminated container "a" in pod "two" not found'):
        access.logs(kubelet, "default", "two", "a", previous=True)
    with pytest.raises(StatusError, match=r'container not found \("b"\)'):
        access.execute(kubelet, "default", "two", "b", ["ls"])


EXEC = (
    (("ls", "/none"), "", "ls: cannot access '/none': No such file or directory\n", 2),
    (("sh", "-c", "exit 9"), "", "", 9),
    (
        ("foo",),
        "",
        'OCI runtime exec failed: exec failed: unable to start container process: exec: "foo": '
        "executable file not found in $PATH: unknown\n",
        126,
    ),
    (("sh", "-c", "echo out; echo err >&2"), "out\n", "err\n", 0),
)


@pytest.mark.parametrize(("argv", "out", "err", "code"), EXEC, ids=[row[0][0] + str(row[3]) for row in EXEC])
def test_exec(cluster: Cluster, argv: tuple[str, ...], out: str, err: str, code: int) -> None:
    make_pod(cluster, "web")
    cluster.advance(30)
    assert run(cluster, "web", *argv) == (out, err, code)


def test_an_interactive_session_and_attach(cluster: Cluster) -> None:
    make_pod(cluster, "alpine", "alpine", args=("sh",), stdin=True, tty=True, restartPolicy="Never")
    cluster.advance(30)
    stream = access.attach(cluster.kubelet, "default", "alpine", "")
    stream.write(b"cd /tmp\npwd\n")
    assert b"".join(data for _, data in stream.poll()) == b"/tmp\n"
    shell = access.execute(cluster.kubelet, "default", "alpine", "", ["sh"], tty=True, more=True)
    assert shell.waits_for_input
    shell.write(b"curl http://x\napk add --no-cache curl\n")
    cluster.advance(5)
    text = b"".join(data for _, data in shell.poll()).decode()
    assert text.startswith("sh: curl: not found\n")
    assert "ERROR: unable to select packages" in text or "OK: " in text
    stream.write(b"exit 3\n")
    cluster.advance(2)
    assert (stream.poll(), stream.status) == ([], 3)
    assert status(cluster, "alpine").state.terminated.exitCode == 3


def test_a_fork_in_mid_run_prints_the_same_bytes(cluster: Cluster) -> None:
    script = "i=0; while true; do i=$((i+1)); x=$(sleep 1; echo $i $RANDOM); echo $x | tee -a /tmp/log; done"
    make_pod(cluster, "loop", "busybox", command=("sh", "-c", script))
    cluster.advance(17.4)
    twin = cluster.fork()
    kept = cluster.snapshot()
    cluster.advance(20)
    twin.advance(20)
    first = access.logs(cluster.kubelet, "default", "loop")
    assert isinstance(first, str)
    assert first.count("\n") > 20
    assert access.logs(twin.kubelet, "default", "loop") == first
    cluster.restore(kept)
    cluster.advance(20)
    assert access.logs(cluster.kubelet, "default", "loop") == first
    assert run(cluster, "loop", "cat", "/tmp/log") == run(twin, "loop", "cat", "/tmp/log")


def test_a_stopped_kubelet_leaves_containers_running(cluster: Cluster) -> None:
    make_pod(cluster, "web")
    cluster.advance(30)
    kubelet = cluster.kubelet
    kubelet.stop_node("minikube")
    stopped = cluster.clock.unix
    cluster.advance(10)
    assert kubelet.heartbeat("minikube") == stopped
    with pytest.raises(StatusError, match="connection refused"):
        access.execute(kubelet, "default", "web", "", ["ls"])
    answer = access.port_forward(kubelet, "default", "web", 80, HttpRequest("GET", "/"))
    assert isinstance(answer, HttpResponse)
    assert answer.status == 200
    kubelet.start_node("minikube")
    cluster.advance(5)
    assert run(cluster, "web", "true")[2] == 0


def test_after_a_power_cut_containers_start_anew(cluster: Cluster) -> None:
    make_pod(cluster, "web")
    cluster.advance(30)
    run(cluster, "web", "touch", "/tmp/kept")
    cluster.kubelet.stop_node("minikube", power=False)
    cluster.advance(10)
    cluster.kubelet.start_node("minikube")
    cluster.advance(60)
    found = status(cluster, "web")
    assert (found.restartCount, found.ready) == (1, True)
    assert (found.lastState.terminated.exitCode, found.lastState.terminated.reason) == (255, "Unknown")
    assert run(cluster, "web", "ls", "/tmp/kept")[2] == 2


def test_a_shell_session_keeps_its_state(cluster: Cluster) -> None:
    make_pod(cluster, "web")
    make_pod(cluster, "alpine", "alpine", args=("sh",), stdin=True, tty=True, restartPolicy="Never")
    cluster.advance(30)
    shell = ShellSession.open(cluster.kubelet, cluster.wait, "default", "web", argv=("bash",))
    assert shell.run("cd /etc; x=5\nf() { echo f$1; }") == ("", "", 0)
    assert shell.run("pwd; f $x; ls nothing") == (
        "/etc\nf5\n",
        "ls: cannot access 'nothing': No such file or directory\n",
        2,
    )
    began = cluster.now
    assert shell.run("sleep 3; echo slept") == ("slept\n", "", 0)
    assert cluster.now == pytest.approx(began + 3)
    assert shell.run("if true; then") == ("", "bash: syntax error: unexpected end of file\n", 2)
    twin = cluster.fork()
    copy = ShellSession(twin.kubelet, twin.wait, ExecStream.like(shell.stream, twin.kubelet))
    assert copy.run("x=6; f $x") == ("f6\n", "", 0)
    assert shell.run("f $x") == ("f5\n", "", 0)
    assert shell.run("while true; do sleep 1; done", timeout=5)[2] is None
    shell.interrupt()
    assert shell.run("echo $?") == ("130\n", "", 0)
    assert shell.run("exit 7")[2] == 7
    assert shell.done
    attached = ShellSession.attach(cluster.kubelet, cluster.wait, "default", "alpine")
    assert attached.run("cd /tmp && pwd") == ("/tmp\n", "", 0)
