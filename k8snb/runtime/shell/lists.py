"""Lists, pipelines and what the shell waits for: one step of each at a time.

`a; b`, `a && b`, `a | b`, `a &`, and the frames that wait for a command in the foreground, for all stages of a pipeline, or for
what a command substitution prints.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8snb.runtime.process import Fd, Frame, Wait
from k8snb.runtime.shell.complaints import killed_message
from k8snb.runtime.shell.syntax import AndOr, Group, Pipeline, Sequence, Simple

if TYPE_CHECKING:
    from k8snb.runtime.shell.interpreter import Interpreter


def sequence(shell: Interpreter, frame: Frame) -> None:
    node: Sequence = frame.node
    if frame.at >= len(node.items) or ("n" in shell.shell.options and not shell.interactive):
        shell.pop()
        if node.broken is not None:
            shell.refuse(node.broken, frame.data or "")
        return
    item = node.items[frame.at]
    shell.advance(frame.at + 1, frame.data)
    if item.background:
        background(shell, item)
    elif len(item.pipelines) == 1:
        pipeline_of(shell, item.pipelines[0], check=True)
    else:
        shell.push("andor", item, 0, -1)


def background(shell: Interpreter, item: AndOr) -> None:
    child = shell.machine.fork(shell.process)
    child.fds = {**child.fds, 0: Fd("null")}
    shell.subshell(child, Sequence((AndOr(item.pipelines, item.operators),)))
    shell.shell.background = child.pid
    shell.shell.jobs = {**shell.shell.jobs, child.pid: None}
    shell.status = 0


def andor(shell: Interpreter, frame: Frame) -> None:
    node: AndOr = frame.node
    at = frame.at
    while 0 < at < len(node.pipelines) and (shell.status == 0) != (node.operators[at - 1] == "&&"):
        at += 1
    if at >= len(node.pipelines):
        shell.pop()
        return
    shell.advance(at + 1, at)
    last = at == len(node.pipelines) - 1
    if not last:
        shell.push("guard")
    pipeline_of(shell, node.pipelines[at], check=last)


def guard(shell: Interpreter, frame: Frame) -> None:
    shell.pop()


def pipeline_of(shell: Interpreter, node: Pipeline, check: bool) -> None:
    if node.timed:
        shell.push("time", node.timed, 0, shell.machine.now)
    if node.negated:
        shell.push("not")
        shell.push("guard")
    elif check and "e" in shell.shell.options:
        command = node.commands[-1]
        if len(node.commands) > 1 or isinstance(command, Simple) or (isinstance(command, Group) and command.subshell):
            shell.push("errexit")
    if len(node.commands) == 1:
        shell.command(node.commands[0])
    else:
        connect(shell, node)


def timed(shell: Interpreter, frame: Frame) -> None:
    """bash's `time`: what passed on the clock; computing takes none here."""
    shell.pop()
    minutes, seconds = divmod(shell.machine.now - frame.data, 60)
    if frame.node == "posix":
        shell.err(f"real {shell.machine.now - frame.data:.2f}\nuser 0.00\nsys 0.00\n")
    else:
        shell.err(f"\nreal\t{int(minutes)}m{seconds:.3f}s\nuser\t0m0.000s\nsys\t0m0.000s\n")


def negation(shell: Interpreter, frame: Frame) -> None:
    shell.pop()
    shell.status = 0 if shell.status else 1


def errexit(shell: Interpreter, frame: Frame) -> None:
    shell.pop()
    if shell.status and not shell.guarded():
        shell.leave(shell.status)


def connect(shell: Interpreter, node: Pipeline) -> None:
    """Start every stage of a pipeline in a process of its own."""
    source: Fd | None = None
    pids = []
    for index, command in enumerate(node.commands):
        child = shell.machine.fork(shell.process)
        fds = dict(child.fds)
        if source is not None:
            fds[0] = source
        if index + 1 < len(node.commands):
            source, fds[1] = shell.machine.pipe()
        child.fds = fds
        shell.subshell(child, command)
        pids.append(child.pid)
    shell.push("pipe", None, 0, tuple(pids))


def pipe(shell: Interpreter, frame: Frame) -> None:
    """Wait for all stages; the last one's status counts, or with pipefail the last that failed."""
    statuses = []
    for pid in frame.data:
        child = shell.machine.processes.get(pid)
        if child is not None and child.status is None:
            shell.process.wait = Wait("child", pid)
            return
        statuses.append(child.status if child is not None else 0)
    for pid in frame.data:
        shell.machine.reap(pid)
    shell.pop()
    failed = [status for status in statuses if status]
    shell.status = (failed[-1] if failed and "pipefail" in shell.shell.options else statuses[-1]) or 0


def wait(shell: Interpreter, frame: Frame) -> None:
    child = shell.machine.processes.get(frame.at)
    if child is not None and child.status is None:
        shell.process.wait = Wait("child", frame.at)
        return
    shell.pop()
    shell.status = shell.machine.reap(frame.at) or 0
    if child is not None and child.signal:
        shell.err(killed_message(shell.shell, child))


def capture(shell: Interpreter, frame: Frame) -> None:
    """A command substitution has ended: its text goes to the frame that asked for it."""
    child = shell.machine.processes.get(frame.data[0])
    if child is not None and child.status is None:
        shell.process.wait = Wait("child", frame.data[0])
        return
    shell.pop()
    shell.status = shell.machine.reap(frame.data[0]) or 0
    text = shell.machine.pipes.pop(frame.at, b"").decode("utf-8", "surrogateescape").replace("\0", "").rstrip("\n")
    asked = shell.frames[-1]
    shell.frames[-1] = asked._replace(data=(*(asked.data or ()), text))
