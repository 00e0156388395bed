"""Builtins about processes and signals: wait, jobs, kill, trap."""

from __future__ import annotations

from k8snb.runtime.process import SIGNAL_NAMES, Wait, signal_number
from k8snb.runtime.programs.program import Blocked
from k8snb.runtime.shell.interpreter import Interpreter, Unwound


def wait(shell: Interpreter, args: list[str]) -> int:
    jobs = shell.shell.jobs
    wanted = [int(arg) for arg in args if arg.isdigit()] or list(jobs)
    status = 0
    for pid in wanted:
        if pid not in jobs:
            status = 127
            continue
        if jobs[pid] is None:
            raise Blocked(Wait("child", pid))
        status = jobs[pid] or 0
    shell.shell.jobs = {pid: value for pid, value in jobs.items() if pid not in wanted}
    return status if args else 0


def jobs(shell: Interpreter, args: list[str]) -> int:
    for index, (pid, status) in enumerate(shell.shell.jobs.items(), 1):
        if status is None:
            process = shell.machine.processes.get(pid)
            shell.out(f"[{index}]+  Running                 {' '.join(process.argv) if process else ''}\n")
    return 0


def kill(shell: Interpreter, args: list[str]) -> int:
    if args[:1] == ["-l"]:
        shell.out("\n".join(f"{number:2d}) {name}" for number, name in SIGNAL_NAMES.items()) + "\n")
        return 0
    signal: int | None = 15
    if args[:1] == ["-s"] and len(args) > 1:
        signal, args = signal_number(args[1]), args[2:]
    elif args and args[0].startswith("-") and len(args[0]) > 1:
        signal, args = signal_number(args[0][1:]), args[1:]
    if signal is None:
        shell.complain("kill: bad signal name")
        return 1
    return _send(shell, signal, args)


def _send(shell: Interpreter, signal: int, args: list[str]) -> int:
    status = 0
    for word in args:
        if word.startswith("%"):
            running = [pid for pid, code in shell.shell.jobs.items() if code is None]
            index = int(word[1:]) - 1 if word[1:].isdigit() else -1
            word = str(running[index]) if running and index < len(running) else word
        if not word.isdigit() or not shell.machine.kill(int(word), signal):
            problem = (
                f"can't kill pid {word}: No such process"
                if shell.shell.dialect == "ash"
                else f"({word}) - No such process"
            )
            shell.complain(f"kill: {problem}")
            status = 1
    if shell.process.status is not None or shell.process.pid not in shell.machine.processes:
        raise Unwound
    return status


def trap(shell: Interpreter, args: list[str]) -> int:
    args = args[1:] if args[:1] == ["--"] else args
    traps = dict(shell.shell.traps)
    if not args:
        for name, text in traps.items():
            shell.out(f"trap -- '{text}' {name}\n")
        return 0
    action, names = (args[0], args[1:]) if len(args) > 1 else ("-", args)
    for word in names:
        name = "EXIT" if word in ("0", "EXIT") else SIGNAL_NAMES.get(signal_number(word) or 0, "")
        if not name:
            shell.complain(f"trap: {word}: invalid signal specification")
            return 1
        if action == "-":
            traps.pop(name, None)
        else:
            traps[name] = action
    shell.shell.traps = traps
    return 0
