"""Redirections: what `>`, `<`, `>>`, `<<` and `>&` make of a command's descriptors, and how they are undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8snb.runtime.filesystem import File, FileError, join
from k8snb.runtime.process import Fd, Frame
from k8snb.runtime.shell.complaints import redirect_message
from k8snb.runtime.shell.expansion import Expander
from k8snb.runtime.shell.syntax import Redirect

if TYPE_CHECKING:
    from k8snb.runtime.shell.interpreter import Interpreter


def redirected(shell: Interpreter, frame: Frame) -> None:
    targets = shell.expand(frame, lambda expander: targets_of(expander, frame.node.redirects))
    saved = shell.process.fds
    shell.pop()
    try:
        redirect(shell, frame.node.redirects, targets)
    except FileError as error:
        shell.process.fds = saved
        shell.complain(redirect_message(shell.shell, error))
        shell.status = 2 if shell.shell.dialect == "dash" else 1
        return
    shell.push("restore", None, 0, saved)
    shell.command(frame.node.command)


def restore(shell: Interpreter, frame: Frame) -> None:
    shell.process.fds = frame.data
    shell.pop()
    shell.machine.sweep()


def redirect(shell: Interpreter, redirects: tuple[Redirect, ...], targets: list[str]) -> None:
    """Open what the redirections name; FileError for the first that cannot be."""
    fds = dict(shell.process.fds)
    for redirect, target in zip(redirects, targets, strict=True):
        if redirect.op in ("<&", ">&") and (target == "-" or target.isdigit()):
            if target == "-":
                fds.pop(redirect.fd, None)
            elif int(target) in fds:
                fds[redirect.fd] = fds[int(target)]
            else:
                raise FileError("EBADF", target)
            continue
        if redirect.op in ("<<", "<<<"):
            reader, _ = shell.machine.pipe()
            text = target + "\n" if redirect.op == "<<<" else target
            shell.machine.pipes[reader.id] = text.encode("utf-8", "surrogateescape")
            fds[redirect.fd] = reader
            continue
        fds[redirect.fd] = opened = _opened(shell, redirect, target, fds)
        if redirect.op in ("&>", ">&"):
            fds[1] = fds[2] = opened
    shell.process.fds = fds


def _opened(shell: Interpreter, redirect: Redirect, target: str, fds: dict[int, Fd]) -> Fd:
    """The file that a redirection names; `fds` are the descriptors so far."""
    path = join(shell.process.cwd, target)
    if not target:
        raise FileError("ENOENT", target)
    flags = {"<": "r", ">>": "a", "<>": "+"}.get(redirect.op, "w")
    if redirect.op == ">" and "C" in shell.shell.options and _is_regular(shell, path):
        raise FileError("EEXIST", target, True)
    shell.process.fds, kept = fds, shell.process.fds
    try:
        return shell.machine.open(shell.process, path, flags)
    except FileError as error:
        raise FileError(error.name, target, flags != "r") from None
    finally:
        shell.process.fds = kept


def _is_regular(shell: Interpreter, path: str) -> bool:
    try:
        entry = shell.machine.fs.lookup(path)
    except FileError:
        return False
    return isinstance(entry, File) and not entry.device


def targets_of(expander: Expander, redirects: tuple[Redirect, ...]) -> list[str]:
    """What redirections name, expanded; of a here-document its text."""
    return [expander.text(item.heredoc.body if item.heredoc else item.word) for item in redirects]
