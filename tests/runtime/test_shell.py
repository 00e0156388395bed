"""The containers' shell where no recording helps: ash's own words, signals, the virtual clock, forks of a running script."""

from __future__ import annotations

import pytest

from k8snb.runtime.machine import Machine
from tests.runtime.box import Box

ASH = (
    ("nosuch", "", "sh: nosuch: not found\n", 127),
    ("/etc/passwd", "", "sh: /etc/passwd: Permission denied\n", 126),
    ("cat /none", "", "cat: can't open '/none': No such file or directory\n", 1),
    ("ls /none", "", "ls: /none: No such file or directory\n", 1),
    ("rm /none", "", "rm: can't remove '/none': No such file or directory\n", 1),
    ("cd /none", "", "sh: cd: line 0: can't cd to /none: No such file or directory\n", 2),
    ("echo x > /none/x", "", "sh: can't create /none/x: nonexistent directory\n", 1),
    ("cat < /none", "", "sh: can't open /none: no such file\n", 1),
    ("done", "", 'sh: syntax error: unexpected "done"\n', 2),
    ("echo $((1/0))", "", "sh: divide by zero\n", 2),
    ("set -u; echo $nope", "", "sh: nope: parameter not set\n", 2),
    ("mkdir /etc", "", "mkdir: can't create directory '/etc': File exists\n", 1),
    ("curl http://x", "", "sh: curl: not found\n", 127),
)


@pytest.mark.parametrize(("script", "stdout", "stderr", "status"), ASH, ids=[row[0] for row in ASH])
def test_ash_has_its_own_words(script: str, stdout: str, stderr: str, status: int) -> None:
    assert Box("alpine").run(script) == (stdout, stderr, status)


def test_sleep_and_date_run_on_the_virtual_clock() -> None:
    box = Box(argv=("sh", "-c", "while true; do date +%s; sleep 5; done"))
    box.advance(12)
    assert [int(line) - 1_767_225_600 for line in box.log.split()] == [0, 5, 10]


def test_background_jobs_run_beside_the_script() -> None:
    out, _, status = Box().run("(sleep 3; echo late) & echo first; sleep 1; echo second; wait; echo end")
    assert (out, status) == ("first\nsecond\nlate\nend\n", 0)


def test_a_pipeline_streams() -> None:
    box = Box(argv=("sh", "-c", "while true; do echo tick; sleep 1; done | while read x; do echo got $x; done"))
    box.advance(2)
    assert box.log == "got tick\n" * 3


def test_a_trap_runs_when_the_command_in_the_foreground_has_ended() -> None:
    box = Box(argv=("sh", "-c", "trap 'echo bye; exit 7' TERM; while true; do sleep 10; done"))
    box.advance(3)
    box.act(lambda machine: (machine.kill(1, 15, outside=True), machine.run()))
    assert box.container.running
    box.advance(10)
    assert (box.log, box.container.phase, box.container.exit_code) == ("bye\n", "exited", 7)


def test_process_1_without_a_handler_ignores_sigterm_but_not_sigkill() -> None:
    box = Box(argv=("sleep", "3600"))
    box.act(Machine.kill, 1, 15, True)
    assert box.container.running
    box.act(Machine.kill, 1, 9, True)
    assert (box.container.exit_code, box.container.signal) == (137, 9)


def test_wait_is_interrupted_by_a_trapped_signal() -> None:
    box = Box(argv=("sh", "-c", "trap 'echo caught' USR1; sleep 100 & wait; echo status $?"))
    box.act(lambda machine: (machine.kill(1, 10, outside=True), machine.run()))
    assert box.log == "caught\nstatus 138\n"


RUNAWAY = (
    "while :; do :; done",
    "f() { f; }; f",
    "f() { f | f & }; f; wait",
    "yes > /dev/null",
    "x=a; while :; do x=$x$x; done",
)


@pytest.mark.parametrize("script", RUNAWAY)
def test_a_runaway_ends_as_the_containers_own_failure(script: str) -> None:
    box = Box(argv=("sh", "-c", script))
    box.advance(1)
    assert box.container.phase == "exited" or not box.container.processes
    box = Box(argv=("sleep", "100000"))
    box.run("echo still here")


def test_a_file_that_is_too_large_does_not_fit() -> None:
    out, err, _ = Box().run("dd if=/dev/zero of=/big bs=1M count=1024; yes > /w/more; echo $?")
    assert "dd: error writing '/big': No space left on device" in err
    assert "No space left on device" in err.splitlines()[-1]
    assert out == "1\n"


def test_yes_is_stopped_by_its_broken_pipe() -> None:
    assert Box().run("yes | head -2; echo ${?}") == ("y\ny\n0\n", "", 0)


def test_two_copies_of_a_running_script_go_on_alike() -> None:
    script = (
        "i=0; while [ $i -lt 5 ]; do i=$((i+1)); x=$(sleep 1; echo v$i); echo $x $RANDOM; done | tee /w/out; cat /w/out"
    )
    whole = Box("nginx", ("/bin/bash", "-c", script))
    whole.advance(20)
    for pause in (0.5, 2.5, 4.0):
        first = Box("nginx", ("/bin/bash", "-c", script))
        first.advance(pause)
        kept, now = first.container, first.now
        first.advance(20)
        assert first.log == whole.log
        first.container, first.now = kept, now  # go back, and on again
        first.advance(20)
        assert first.log == whole.log
        assert first.container.root == whole.container.root


def test_an_interactive_shell_keeps_its_state_between_inputs() -> None:
    box = Box()
    session = box.act(lambda machine: machine.execute(("sh",), tty=True, more=True))
    box.act(lambda machine: machine.feed(session, b"cd /etc; X=5\nfor i in 1 2\n"))
    box.act(lambda machine: machine.feed(session, b"do echo $i; done\necho $PWD $X\n"))
    output, status = box.act(lambda machine: machine.collect(session))  # type: ignore[misc]
    assert b"".join(data for _, data in output) == b"1\n2\n/etc 5\n"
    assert status is None
    box.act(lambda machine: machine.feed(session, b"exit 4\n"))
    assert box.act(lambda machine: machine.collect(session)) == ([], 4)


def test_without_a_terminal_a_shell_ends_at_once() -> None:
    box = Box("alpine", ())
    assert (box.container.phase, box.container.exit_code, box.container.reason) == ("exited", 0, "Completed")


def test_with_an_open_standard_input_a_shell_waits() -> None:
    box = Box("alpine", ("sh",), stdin=True, tty=True)
    assert box.container.running
    box.act(lambda machine: machine.feed(0, b"echo hello\nexit 2\n"))
    assert (box.log, box.container.exit_code) == ("hello\n", 2)


UNSUPPORTED = (
    "arr=(a b c)",
    "echo ${arr[1]}",
    "echo ${#arr[@]}",
    "declare -A m",
    "mapfile -t lines",
    "read -a words <<< 'a b'",
    "cat <(echo a)",
    "coproc cat",
    "select x in a b; do echo $x; done",
)


@pytest.mark.parametrize("script", UNSUPPORTED)
def test_what_bash_has_and_ours_has_not_is_refused_by_name(script: str) -> None:
    out, err, status = Box("nginx").run(script, shell="bash")
    assert (out, status) == ("", 2)
    assert err.startswith("# k8snb: bash: ")
    assert "not simulated" in err


def test_times_and_numbers_of_the_shell_itself() -> None:
    box = Box("nginx")
    assert box.run("time sleep 1.5", shell="bash")[1] == "\nreal\t0m1.500s\nuser\t0m0.000s\nsys\t0m0.000s\n"
    assert box.run("echo $SECONDS\nsleep 2\necho $SECONDS $LINENO", shell="bash")[0] == "0\n2 3\n"
    assert box.run("x=y; y=z; echo ${!x}; printf -v n %03d 7; echo $n", shell="bash")[0] == "z\n007\n"
