"""A terminal on the wire: what somebody sees who types into `kubectl exec -it`."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from k8snb import Cluster
from k8snb.apiserver.http.terminal import Terminal
from k8snb.kubelet.access import execute
from tests.apiserver.face import PODS, Face


@pytest.fixture(scope="module")
def cluster() -> Cluster:
    found = Cluster()
    for name, image in (("deb", "nginx"), ("box", "busybox")):
        spec = {
            "containers": [{"name": "c", "image": image, **({"command": ["sleep", "9999"]} if name == "box" else {})}]
        }
        Face(found).ok("POST", PODS, {"metadata": {"name": name}, "spec": spec})
    path = "-o jsonpath={.items[*].status.phase}"
    assert found.wait(lambda: found.kubectl(f"get pods {path}").stdout == "Running Running", 120)
    return found


class Screen:
    """A terminal with somebody in front of it."""

    def __init__(self, cluster: Cluster, pod: str, *argv: str) -> None:
        self._cluster = cluster
        self.stream = execute(cluster.kubelet, "default", pod, "c", list(argv), stdin=b"", more=True, tty=True)
        self.terminal = Terminal(self.stream)

    def read(self) -> str:
        self._cluster.engine.run_instant()
        return b"".join(data for name, data in self.terminal.poll() if name == "stdout").decode()

    def type(self, keys: str) -> str:
        """Press keys, and what is shown then."""
        self.terminal.write(keys.encode())
        return self.read()


Open = Callable[..., Screen]


@pytest.fixture
def screen(cluster: Cluster) -> Open:
    return lambda pod, *argv: Screen(cluster, pod, *argv)


@pytest.mark.parametrize(
    ("pod", "shell", "prompts"),
    [
        ("deb", "bash", ["root@deb:/# ", "root@deb:/etc# ", "root@deb:~# "]),
        ("deb", "sh", ["# ", "# ", "# "]),
        ("box", "sh", ["/ # ", "/etc # ", "~ # "]),
    ],
)
def test_prompts(screen: Open, pod: str, shell: str, prompts: list[str]) -> None:
    shown = screen(pod, shell)
    assert shown.read() == prompts[0]
    assert shown.read() == ""  # it stands there already
    assert shown.type("cd /etc\r") == f"cd /etc\r\n{prompts[1]}"
    assert shown.type("cd\r") == f"cd\r\n{prompts[2]}"
    assert shown.type("\r") == f"\r\n{prompts[2]}"


def test_keys_are_echoed_and_lines_are_whole(screen: Open) -> None:
    shown = screen("deb", "sh")
    shown.read()
    assert shown.type("ec") == "ec"
    assert shown.type("ho one") == "ho one"
    assert shown.type("\r") == "\r\none\r\n# "
    assert shown.type("echo a\recho b\r") == "echo a\r\na\r\necho b\r\nb\r\n# "  # pasted


def test_a_command_of_several_lines(screen: Open) -> None:
    shown = screen("deb", "sh")
    shown.read()
    assert shown.type("for i in 1 2; do\r") == "for i in 1 2; do\r\n> "
    assert shown.type("echo $i; done\r") == "echo $i; done\r\n1\r\n2\r\n# "


def test_corrections(screen: Open) -> None:
    shown = screen("deb", "sh")
    shown.read()
    assert shown.type("xé\x7f\x08") == "xé\b \b\b \b"
    assert shown.type("\x7f") == ""  # there is nothing before the prompt to take back
    assert shown.type("rm -rf /\x15") == "rm -rf /" + "\b \b" * 8
    assert shown.type("echo ok\r") == "echo ok\r\nok\r\n# "
    assert shown.type("\x1b[A") == "^[[A"


def test_ctrl_c(screen: Open) -> None:
    shown = screen("deb", "sh")
    shown.read()
    assert shown.type("half a line\x03") == "half a line^C\r\n# "
    assert shown.type("sleep 100\r") == "sleep 100\r\n"
    assert shown.type("\x03") == "^C\r\n# "
    assert shown.type("echo $?\r") == "echo $?\r\n130\r\n# "
    sleeping = screen("box", "sleep", "100")
    assert sleeping.read() == ""
    assert sleeping.type("\x03") == "^C\r\n"
    assert (sleeping.terminal.done, sleeping.terminal.status) == (True, 130)


def test_a_script_does_not_survive_ctrl_c(screen: Open) -> None:
    shown = screen("deb", "sh", "-c", "sleep 100; echo never")
    assert shown.type("\x03") == "^C\r\n"
    assert (shown.terminal.done, shown.terminal.status) == (True, 130)


def test_ctrl_d(screen: Open) -> None:
    shown = screen("deb", "sh")
    shown.read()
    assert shown.type("false\r") == "false\r\n# "
    shown.type("\x04")
    assert (shown.terminal.done, shown.terminal.status) == (True, 1)
    writing = screen("deb", "sh")
    writing.read()
    assert writing.type("cat > /tmp/new; wc -l /tmp/new\r") == "cat > /tmp/new; wc -l /tmp/new\r\n"
    assert writing.type("one\rtwo\r") == "one\r\ntwo\r\n"
    assert writing.type("\x04") == "2 /tmp/new\r\n# "  # the end for cat, not for the shell
    assert writing.type("echo here\r") == "echo here\r\nhere\r\n# "
    reading = screen("deb", "cat")
    assert reading.type("no newline\x04") == "no newlineno newline"
    reading.type("\x04")
    assert (reading.terminal.done, reading.terminal.status) == (True, 0)


def test_what_is_typed_into_a_line_is_bounded(screen: Open) -> None:
    shown = screen("deb", "sh")
    shown.read()
    assert len(shown.type("x" * 100_000)) == 4095
    assert shown.type("\x15").count("\b \b") == 4095


def test_hanging_up_ends_the_shell(screen: Open, cluster: Cluster) -> None:
    def shells() -> int:
        return sum(line.endswith(" sh") for line in cluster.kubectl("exec box -- ps").stdout.splitlines())

    before = shells()
    shown = screen("box", "sh")
    assert shells() == before + 1
    shown.terminal.close()
    assert shown.terminal.done
    assert shells() == before
