"""`kubectl exec` of what goes wrong or never ends: the exec ends and says why, and the container does not notice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from k8snb import Cluster
from k8snb.kubectl.cli import Result


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    cluster = Cluster()
    cluster.kubectl("run web --image=nginx")
    cluster.kubectl("run clock --image=busybox -- sh -c 'while true; do date; sleep 60; done'")
    cluster.settle()
    yield cluster
    cluster.close()


def run(cluster: Cluster, *command: str) -> Result:
    return cluster.kubectl(["exec", "web", "--", *command])


def untouched(cluster: Cluster) -> bool:
    return cluster.kubectl("get pod web --no-headers").stdout.split()[1:4] == ["1/1", "Running", "0"]


#: command, what it says, its exit code
FAILING = (
    (("sh", "-c", "while :; do :; done"), "used up its CPU without ever waiting", 137),
    (("sh", "-c", "yes"), "printed more than 8 MiB", 137),
    (("cat", "/dev/zero"), "printed more than 8 MiB", 137),
    (("sh", "-c", "f() { f | f & }; f"), "used up its CPU", 137),
    (("bash", "-c", ":(){ :|:& };:"), "used up its CPU", 137),
    (("sort", "/dev/zero"), "out of memory", 137),
    (("sh", "-c", "nosuch"), "sh: 1: nosuch: not found", 127),
)


@pytest.mark.parametrize(("command", "message", "status"), FAILING)
def test_a_runaway_ends_its_exec_only(cluster: Cluster, command: tuple[str, ...], message: str, status: int) -> None:
    result = run(cluster, *command)
    assert result.exit_code == status
    assert message in result.stderr
    assert result.stderr.endswith(f"command terminated with exit code {status}\n")
    assert untouched(cluster)
    assert run(cluster, "echo", "alive").stdout == "alive\n"


@pytest.mark.parametrize(
    "command", ["sleep 1000000", "while true; do date; sleep 1; done", "tail -f /etc/passwd", "cat"]
)
def test_an_endless_exec_ends_by_itself_and_says_so(cluster: Cluster, command: str) -> None:
    began = cluster.now
    result = cluster.kubectl(["exec", "web", "-i", "--", "sh", "-c", command], stdin="x\n" if command == "cat" else "")
    if command == "cat":  # its input has an end
        assert (result.stdout, result.exit_code) == ("x\n", 0)
        return
    assert result.exit_code == 130
    assert result.stderr == (
        "# k8snb: the command would go on for ever: it was interrupted, as Ctrl-C does in a terminal\n"
    )
    assert cluster.now - began < 3 * 3600
    assert untouched(cluster)


def test_a_log_that_is_followed_for_ever_ends_in_jump_pace(cluster: Cluster) -> None:
    result = cluster.kubectl("logs -f --tail=1 clock")
    assert result.exit_code == 0
    assert 50 < len(result.stdout.splitlines()) < 200
    assert result.stderr.startswith("# k8snb: the log would go on for ever")


def test_a_runaway_of_the_containers_own_is_its_failure(cluster: Cluster) -> None:
    cluster.kubectl("run busy --image=busybox --restart=Never -- sh -c 'echo begins; while :; do :; done'")
    cluster.settle()
    shown = cluster.kubectl("get pod busy -o jsonpath={.status.containerStatuses[0].state.terminated}").stdout
    assert '"exitCode":137' in shown
    assert '"reason":"Error"' in shown
    log = cluster.kubectl("logs busy").stdout
    assert log == "begins\n# k8snb: killed: used up its CPU without ever waiting for anything\n"


def test_a_big_file_comes_out_whole_or_not_at_all(cluster: Cluster) -> None:
    run(cluster, "dd", "if=/dev/zero", "of=/small", "bs=1M", "count=3")
    assert len(run(cluster, "cat", "/small").stdout) == 3 * 1024 * 1024
    assert run(cluster, "head", "-c", "3000000", "/dev/zero").stdout == "\0" * 3_000_000
    result = run(cluster, "dd", "if=/dev/zero", "of=/big", "bs=1M", "count=1024")
    assert result.exit_code == 1
    assert "No space left on device" in result.stderr
    run(cluster, "rm", "/big", "/small")
    assert untouched(cluster)
