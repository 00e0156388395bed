"""Builtins about processes and signals: wait, jobs, kill, trap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8snb.runtime.process import SIGNAL_NAMES, Wait, signal_number
from k8snb.runtime.programs.program import Blocked
from k8snb.runtime.shell.complaints import killed_words

if TYPE_CHECKING:
    from k8snb.runtime.shell.interpreter import Interpreter


def wait(shell: Interpreter, args: list[str]) -> int:
    jobs = shell.shell.jobs
    wanted = [int(arg) for arg in args if arg.isdigit()] or list(jobs)
    status = 0
    for pid in wanted:
        if pid not in jobs:
            if shell.shell.dialect == "bash":
                shell.complain(f"pid {pid} is not a child of this shell", "wait")
            status = 127
            continue
        if jobs[pid] is None:
            raise Blocked(Wait("child", pid))
        status = jobs[pid] or 0
        if status < 0:  # killed by a signal
            if args and shell.shell.dialect != "bash":
                shell.err(killed_words(shell.shell, -status))
            status = 128 - status
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
        return _signals(shell, args[1:])
    signal: int | None = 15
    shown = ""
    if args[:1] == ["-s"] and len(args) > 1:
        shown, args = args[1], args[2:]
        signal = signal_number(shown)
    elif args and args[0].startswith("-") and len(args[0]) > 1:
        shown, args = args[0][1:], args[1:]
        signal = signal_number(shown)
    if signal is None:
        words = {"ash": f"bad signal name '{shown}'", "dash": f"Illegal option -{shown[:1]}"}
        shell.complain(words.get(shell.shell.dialect, f"{shown}: invalid signal specification"), "kill")
        return 2 if shell.shell.dialect == "dash" else 1
    return _send(shell, signal, args)


def _signals(shell: Interpreter, args: list[str]) -> int:
    """`kill -l`: all signals, or the name of one that ended a command."""
    if args and args[0].isdigit():
        shell.out(SIGNAL_NAMES.get(int(args[0]) & 0x7F, args[0]) + "\n")
        return 0
    shell.out("\n".join(f"{number:2d}) {name}" for number, name in SIGNAL_NAMES.items()) + "\n")
    return 0


def _send(shell: Interpreter, signal: int, args: list[str]) -> int:
    status, dialect = 0, shell.shell.dialect
    for word in args:
        pid = word
        if word.startswith("%"):
            running = [pid for pid, code in shell.shell.jobs.items() if code is None]
            index = int(word[1:]) - 1 if word[1:].isdigit() else -1
            pid = str(running[index]) if running and index < len(running) else word
        if not pid.isdigit() or not shell.machine.kill(int(pid), signal):
            words = {"ash": f"can't kill pid {word}: No such process", "dash": "No such process\n"}
            shell.complain(words.get(dialect, f"({word}) - No such process"), "kill")
            status = 1
    if shell.process.status is not None or shell.process.pid not in shell.machine.processes:
        from k8snb.runtime.shell.interpreter import Unwound

        raise Unwound
    return status


def trap(shell: Interpreter, args: list[str]) -> int:
    args = args[1:] if args[:1] == ["--"] else args
    traps, dialect = dict(shell.shell.traps), shell.shell.dialect
    if not args:
        for name, text in traps.items():
            shell.out(f"trap -- '{text}' {'SIG' if dialect == 'bash' and name != 'EXIT' else ''}{name}\n")
        return 0
    action, names = (args[0], args[1:]) if len(args) > 1 else ("-", args)
    for word in names:
        name = "EXIT" if word in ("0", "EXIT") else SIGNAL_NAMES.get(signal_number(word) or 0, "")
        if not name:
            shell.complain(f"{word}: {'bad trap' if dialect == 'dash' else 'invalid signal specification'}", "trap")
            return 1
        if action == "-":
            traps.pop(name, None)
        else:
            traps[name] = action
    shell.shell.traps = traps
    return 0
