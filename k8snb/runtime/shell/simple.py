"""The simple command: expand its words, open its redirections, then run a builtin, a function or a program.

A frame of a simple command is first at 0 (its words are being expanded; `data` holds what substitutions gave) and then at 1
(`data` holds fields, assignments and targets), so that a command that waits is not expanded twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8snb.runtime.filesystem import FileError
from k8snb.runtime.process import Frame
from k8snb.runtime.processtable import NoSuchProgram
from k8snb.runtime.programs.program import Blocked
from k8snb.runtime.shell.builtins import BUILTINS, SPECIAL
from k8snb.runtime.shell.calls import return_variables
from k8snb.runtime.shell.complaints import not_found, quoted, redirect_message
from k8snb.runtime.shell.expansion import Expander
from k8snb.runtime.shell.redirections import redirect, targets_of
from k8snb.runtime.shell.syntax import Simple
from k8snb.runtime.shell.variables import assign

if TYPE_CHECKING:
    from k8snb.runtime.shell.interpreter import Interpreter


def run_simple(shell: Interpreter, frame: Frame) -> None:
    """One step of a simple command."""
    node: Simple = frame.node
    if frame.at == 0:
        shell.shell.line = node.line
        argv, assignments, targets = shell.expand(frame, lambda expander: _expand(expander, node))
        if "x" in shell.shell.options:
            _trace(shell, argv, assignments)
        shell.advance(1, (argv, assignments, targets, bool(frame.data)))
        frame = shell.frames[-1]
    argv, assignments, targets, substituted = frame.data
    saved = shell.process.fds
    try:
        redirect(shell, node.redirects, targets)
    except FileError as error:
        shell.process.fds = saved
        shell.complain(redirect_message(shell.shell, error))
        shell.pop()
        shell.status = 2 if shell.shell.dialect == "dash" else 1
        if argv and argv[0] in SPECIAL and shell.shell.dialect != "bash":
            shell.leave(2)
        return
    if not argv:
        shell.process.fds = saved
        shell.pop()
        for name, value in assignments:
            assign(shell, name, value)
        if not substituted:
            shell.status = 0
        return
    _dispatch(shell, argv, assignments, saved)


def _trace(shell: Interpreter, argv: list[str], assignments: list[tuple[str, str]]) -> None:
    """`set -x`: what is run, on standard error."""
    quote = str if shell.shell.dialect == "dash" else quoted
    first = [f"{name}={quote(value)}" for name, value in assignments]
    if shell.shell.dialect == "bash":
        for each in first:
            shell.err(f"+ {each}\n")
        first = []
    words = first + [quote(word) for word in argv]
    if words:
        shell.err(f"+ {' '.join(words)}\n")


def _expand(expander: Expander, node: Simple) -> tuple[list[str], list[tuple[str, str]], list[str]]:
    argv = expander.fields(node.words)
    assignments = []
    for name, word in node.assignments:
        value = expander.text(word)
        if name.endswith("+"):
            name = name[:-1]
            value = expander.variables.get(name, "") + value
        assignments.append((name, value))
        if not argv:
            expander.variables[name] = value
    return argv, assignments, targets_of(expander, node.redirects)


def _dispatch(shell: Interpreter, argv: list[str], assignments: list[tuple[str, str]], saved: object) -> None:
    name, dialect = argv[0], shell.shell.dialect
    shell.machine.work(shell.process, sum(map(len, argv)))
    function = shell.shell.functions.get(name)
    if function is not None and (name not in SPECIAL or dialect == "bash"):
        shell.pop()
        _call(shell, argv, assignments, saved)
        return
    builtin = BUILTINS.get(name)
    if builtin is not None and name not in MISSING.get(dialect, ()):
        _run_builtin(shell, argv, assignments, saved)
        return
    shell.pop()
    if not run_program(shell, argv, assignments):
        shell.process.fds = saved  # type: ignore[assignment]


#: builtins that a shell does not have
MISSING = {
    "ash": frozenset({"declare", "typeset", "shopt", "mapfile", "readarray"}),
    "dash": frozenset({"declare", "typeset", "shopt", "mapfile", "readarray", "[[", "source", "let"}),
}


def _call(shell: Interpreter, argv: list[str], assignments: list[tuple[str, str]], saved: object) -> None:
    """Call a function: its redirections and parameters hold until it returns."""
    if saved is not shell.process.fds:
        shell.push("restore", None, 0, saved)
    hidden = {name: shell.shell.variables.get(name) for name, _ in assignments}
    shell.push("call", None, 0, (shell.shell.params, hidden))
    for name, value in assignments:
        assign(shell, name, value)
    shell.shell.params = tuple(argv[1:])
    shell.command(shell.shell.functions[argv[0]])


def _run_builtin(shell: Interpreter, argv: list[str], assignments: list[tuple[str, str]], saved: object) -> None:
    """Run a builtin in the shell itself; its redirections are undone afterwards, except those of a bare `exec`."""
    name, variables = argv[0], shell.shell.variables
    keeps = name in SPECIAL and shell.shell.dialect != "bash"
    hidden = {} if keeps else {key: variables.get(key) for key, _ in assignments}
    for key, value in assignments:
        assign(shell, key, value)
    frame, depth, fds = shell.frames[-1], len(shell.frames), shell.process.fds
    permanent = name == "exec" and len(argv) == 1
    redirected = saved is not fds
    shell.frames.pop()
    try:
        if name == "exec" and not permanent:
            run_program(shell, argv[1:], assignments, replace=True)
            status = None
        else:
            status = BUILTINS[name](shell, argv[1:])
    except Blocked:
        shell.frames.append(frame)
        if redirected:
            shell.process.fds = saved  # type: ignore[assignment]
        raise
    finally:
        return_variables(shell, hidden)
    if shell.process.status is not None or shell.process.pid not in shell.machine.processes:
        return
    goes_on = (
        len(shell.frames) >= depth
    )  # `eval` and `.` have frames of their own: what was set up holds until they are done
    if hidden and status is None and goes_on:
        shell.shell.variables.update(assignments)
        shell.frames.insert(depth - 1, Frame("call", None, 0, (shell.shell.params, hidden)))
    if status is not None:
        shell.status = status
    if redirected and not permanent and shell.process.fds is fds:
        if goes_on:
            shell.frames.insert(depth - 1, Frame("restore", None, 0, saved))
        else:
            shell.process.fds = saved  # type: ignore[assignment]
            shell.machine.sweep()


def exported(shell: Interpreter, assignments: list[tuple[str, str]]) -> dict[str, str]:
    """The environment that a program gets."""
    variables = shell.shell.variables
    env = {name: variables[name] for name in variables if name in shell.shell.exported}
    env.update(assignments)
    return env


def run_program(shell: Interpreter, argv: list[str], assignments: list[tuple[str, str]], replace: bool = False) -> bool:
    """Start a program and wait for it, or with `replace` become it (`exec`). True if the process is now that program."""
    process, machine = shell.process, shell.machine
    env = exported(shell, assignments)
    alone = shell.shell.subshell or shell.shell.dialect == "bash"
    last = replace or (alone and not shell.shell.traps and not shell.shell.source and _nothing_follows(shell))
    try:
        if last:
            _become(shell, argv, env)
            return True
        child = machine.spawn(
            process.pid,
            tuple(argv),
            env,
            process.cwd,
            process.fds,
            process.session,
            process.uid,
            process.gid,
            process.umask,
        )
    except NoSuchProgram as missing:
        shell.err(not_found(shell.shell, argv[0], missing, "exec" if replace else ""))
        shell.status = missing.status
        if replace:
            shell.leave(missing.status)
        return False
    shell.push("wait", None, child.pid)
    return False


def _become(shell: Interpreter, argv: list[str], env: dict[str, str]) -> None:
    process = shell.process
    kept, process.env = process.env, env
    try:
        shell.machine.load(process, tuple(argv))
    except NoSuchProgram:
        process.env = kept
        raise
    process.wait = None


def _nothing_follows(shell: Interpreter) -> bool:
    """Is this the last thing the shell does, so that it may become the program?"""
    return all(
        frame.kind == "guard"
        or (frame.kind == "sequence" and frame.at >= len(frame.node.items) and frame.node.broken is None)
        for frame in shell.frames
    )
