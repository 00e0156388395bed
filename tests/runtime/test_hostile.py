"""Programs that would take everything end as their own failure, at once; and no program has a way to the host."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from k8snb.runtime import limits
from k8snb.runtime.filesystem import weigh
from k8snb.runtime.machine import Machine
from k8snb.runtime.programs import PROGRAMS
from k8snb.runtime.userland import executable
from tests.runtime.box import Box


@pytest.fixture
def poor(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth of the means, so that using them up takes a tenth of the time."""
    monkeypatch.setattr(limits, "BURST_STEPS", limits.BURST_STEPS // 10)


#: what never ends, or would need more than there is
ENDLESS = (
    "while :; do :; done",
    "yes",
    "cat /dev/zero",
    "cat /dev/urandom | base64",
    "f() { f | f & }; f",
    "f() { f; f; }; f",
    "f() { f & f & }; f; wait",
    "while true; do sh -c : & done",
    "while true; do (:); done",
    "while true; do x=$(echo a); done",
    "yes > /dev/null",
    "tr a b < /dev/zero > /dev/null",
    "dd if=/dev/zero of=/dev/null",
    "cat /dev/zero | sort",
    "x=$(cat /dev/zero)",
    "sort /dev/zero",
    "wc -c < /dev/zero",
    "md5sum /dev/urandom",
    "awk 'BEGIN { while (1) {} }'",
    "awk 'function f(n) { return f(n + 1) } BEGIN { f(1) }'",
    "sed ':a;s/^/x/;ba' /etc/passwd",
    "grep -f /dev/zero /etc/passwd",
    "yes | while read x; do :; done",
    "yes | sed p > /dev/null",
    "while :; do echo x; done | cat > /dev/null",
    "ln -s . l; while :; do cd l; done",
    "trap ':' USR1; while :; do kill -USR1 $$; done",
    "printf '#!./s\\n' > s; chmod +x s; ./s; while ./s; do :; done; while :; do ./s; done",
    "seq 1000000000 > /dev/null",
    "find / -exec sh -c 'while :; do :; done' \\;",
    "echo 'while :; do :; done' | sh",
    "exec 3<> f; while :; do echo x >&3; done",
)


@pytest.mark.usefixtures("poor")
@pytest.mark.parametrize("script", ENDLESS)
def test_it_ends_and_only_its_exec_does(script: str) -> None:
    box, began = Box("nginx", ("sleep", "1000000")), time.monotonic()
    out, err, status = box.run(script, seconds=0.0)
    assert status not in (0, None) or "fork" in err or "&" in script
    assert time.monotonic() - began < 40
    assert len(out) + len(err) <= limits.EXEC_BYTES + 200_000
    assert box.container.running
    assert list(box.container.processes) == [1]
    assert box.run("echo alive") == ("alive\n", "", 0)


@pytest.mark.usefixtures("poor")
@pytest.mark.parametrize("script", ENDLESS)
def test_as_process_1_it_is_the_containers_failure(script: str) -> None:
    box, began = Box("nginx", ("sh", "-c", script)), time.monotonic()
    assert time.monotonic() - began < 40
    assert box.container.phase == "exited"
    assert box.container.processes == {}
    assert box.container.exit_code != 0 or "&" in script or "/dev/null" in script


def test_an_exec_that_is_killed_says_why() -> None:
    box = Box()
    assert box.run("while :; do :; done")[1:] == (
        "# k8snb: killed: used up its CPU without ever waiting for anything\n",
        137,
    )
    out, err, status = box.run("cat /dev/zero")
    assert (len(out), err, status) == (
        limits.EXEC_BYTES,
        "# k8snb: killed: printed more than 8 MiB without a pause\n",
        137,
    )


def test_one_exec_does_not_end_another() -> None:
    box = Box()
    session = box.act(lambda machine: machine.execute(("sh", "-c", "sleep 5; echo fine")))
    assert box.run("while :; do :; done", 0.0)[2] == 137
    box.advance(10)
    assert box.act(Machine.collect, session) == ([("stdout", b"fine\n")], 0)


#: what is too large: script, its exit code, what it says
TOO_LARGE = (
    ("dd if=/dev/zero of=/big bs=1M count=1024", 1, "No space left on device"),
    ("yes > /big", 1, "No space left on device"),
    ("head -c 1000000000 /dev/zero > /big", 1, "No space left on device"),
    ("while cat /etc/passwd >> /big; do :; done", 137, "killed"),
    ("seq 100000000 > /big", 137, "killed"),
    ("truncate -s 1G /big", 1, "File too large"),
    ("cp /dev/zero /big; echo $?", 0, ""),
    ("x=a; while :; do x=$x$x; done", 2, "out of memory"),
    (
        'x=a; for i in $(seq 21); do x=$x$x; done; i=0; while :; do i=$((i+1)); eval "y$i=$x$i"; done',
        2,
        "out of memory",
    ),
    ("set -- a; while :; do set -- $@ $@; done", 2, "out of memory"),
    ("awk 'BEGIN { x = \"a\"; while (1) x = x x }'", 2, "out of memory"),
    ("awk 'BEGIN { $100000000 = 1 }'", 2, "out of memory"),
    ("printf '%1000000000d' 1", 1, "out of memory"),
    ("echo a | sed ':a;s/a/aa/g;ba'", 137, "out of memory"),
    ("seq 3 | sort -o /dev/full", 1, "No space left on device"),
    ("echo {1..9999}{1..9999}{1..9999}", 2, "out of memory"),
    ("echo $(yes)", 2, ""),
    ("expr 9 : '\\(\\(.*\\)*\\)*\\(\\(.*\\)*\\)*$'; echo ok", 0, ""),
    ("echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa! | grep -E '^(a+)+$'", 1, ""),
    ("x=$(seq 2000); case $x in *1*2*3*4*5*6*7*8*9*0*z*) ;; esac; echo ${x%%1*2*3*4*zz} | wc -c", 0, ""),
)


@pytest.mark.parametrize(("script", "status", "message"), TOO_LARGE)
def test_what_is_too_large_fails_by_itself(script: str, status: int, message: str) -> None:
    box, began = Box("nginx", ("sleep", "1000000")), time.monotonic()
    _, err, code = box.run(script, shell="bash", seconds=5)
    assert time.monotonic() - began < 40
    assert message in err
    assert code == status or (status == 2 and code in (1, 137))
    assert box.container.running
    assert weigh(box.container.root) < 2 * limits.TREE_BYTES


#: arguments that no program expects
ODD: tuple[tuple[str, ...], ...] = (
    (), ("-",), ("--",), ("-x",), ("--nonsense",), ("-n",), ("-n", "x"), ("-c",), ("-e",), ("",), ("a",),
    ("a", "b", "c"), ("-1",), ("/",), ("/none",), ("/etc/passwd",), ("/etc/passwd", "/etc"), ("-f", "/none"),
    ("\udcff",), ("-o", "/"), ("-k", "0"), ("-d", "x"), ("-s", "x", "y"), ("0",), ("-t", "x"), ("1", "2"), ("*",),
    ("[",), ("(",), ("-i", "p", "/etc/passwd"), ("-w", "a"), ("-r", "/etc"), ("{",), ("9999999999",),
    ("-u", "999999"), ("s/(/x/",), ("-A", "x", "y"), ("if=/none",),
)  # fmt: skip


def _all_ways(name: str, image: str, odd: tuple[tuple[str, ...], ...] = ODD) -> None:
    """Run a program with every odd argument, with and without input."""
    box = Box(image)
    box.act(lambda machine: machine.fs.put(f"/usr/local/bin/{name}", executable(name)))
    for index, args in enumerate(odd):
        if index % 2:
            _, _, status = box.exec((name, *args), 3.0)
            assert status is None or 0 <= status <= 255
            continue
        session = box.act(lambda machine, args=args: machine.execute((name, *args), b"1 2\nx: y\n\xff\n"))
        box.advance(3.0)
        box.act(Machine.close, session)
        assert box.container.running, args


@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_no_arguments_make_a_program_fall_over(name: str) -> None:
    _all_ways(name, "nginx", ODD)
    _all_ways(name, "alpine", ODD[1:])


#: what a program might do to reach the host: Python's audit events
_HOST = ("open", "os.", "socket.", "subprocess.", "shutil.", "tempfile.", "glob.", "ctypes.", "exec", "signal.")
_watching: list[list[tuple[str, object]]] = []


def _hook(event: str, args: tuple[object, ...]) -> None:
    if _watching and event.startswith(_HOST):
        _watching[-1].append((event, args[:1]))


sys.addaudithook(_hook)

SCRIPT = """
cat /etc/passwd /etc/shadow /proc/1/environ /proc/self/environ ~/.ssh/id_rsa ~/.kube/config; ls -la / /root /home /tmp /work
env; set; export; echo $HOME $USER $PATH
awk 'BEGIN { for (k in ENVIRON) print k, ENVIRON[k]; system("id"); "date" | getline x }'
ps; ps -ef; kill -9 2 99 9999; kill 0; id; uname -a; hostname; df; mount; free; uptime; top -n 1; which python3; python3 -c 1
curl -s http://127.0.0.1; wget -qO- http://localhost; nc -z 127.0.0.1 22
ping -c 1 127.0.0.1; nslookup localhost; getent hosts x
echo x > /tmp/k8snb-was-here; mkdir -p /work/k8snb; touch /etc/k8snb; find / -name '*.py'
tar cf - / | wc -c; dd if=/dev/sda count=1
exec 3<> /dev/tcp/127.0.0.1/22; . /etc/profile; echo $(< /etc/hostname)
read x < /proc/cpuinfo; sed -i s/a/b/ /etc/hosts; jq -n env
"""


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_no_program_has_a_way_to_the_host(shell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("K8SNB_SECRET", "of-the-host")
    image = "nginx" if shell == "bash" else "alpine"
    for watched in (False, True):  # what is imported when it first runs has been by the second time
        box = Box(image)
        for name in PROGRAMS:
            box.act(lambda machine, name=name: machine.fs.put(f"/usr/local/bin/{name}", executable(name)))
        seen: list[tuple[str, object]] = []
        if watched:
            _watching.append(seen)
        try:
            out, err, _ = box.run(SCRIPT, 60, shell)
            for name in PROGRAMS:
                box.exec((name, "/etc/passwd"), 2.0)
        finally:
            _watching.clear()
        assert seen == []
    assert "of-the-host" not in out + err
    assert "uid=0(root)" in out
    assert not Path("/tmp/k8snb-was-here").exists()
    assert not Path("/etc/k8snb").exists()
