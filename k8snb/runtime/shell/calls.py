"""Frames that end something: a function call, a sourced file, a trap, the shell itself; and the definition of a function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8snb.runtime.process import Frame
from k8snb.runtime.shell.syntax import Fault, Function
from k8snb.runtime.shell.words import is_name

if TYPE_CHECKING:
    from k8snb.runtime.shell.interpreter import Interpreter


def definition(shell: Interpreter, frame: Frame) -> None:
    shell.pop()
    node: Function = frame.node
    if shell.shell.dialect != "bash" and not is_name(node.name):
        shell.refuse(Fault(words="bad function name", line=node.line))
        return
    shell.shell.functions = {**shell.shell.functions, node.name: node.body}
    shell.status = 0


def trapped(shell: Interpreter, frame: Frame) -> None:
    shell.pop()
    shell.status = frame.at


def exit_trap(shell: Interpreter, frame: Frame) -> None:
    shell.machine.exit(shell.process, frame.at)


def called(shell: Interpreter, frame: Frame) -> None:
    shell.pop()
    return_from(shell, frame)


def return_from(shell: Interpreter, frame: Frame) -> None:
    """Give back what a function call had hidden: positional parameters and local variables."""
    shell.shell.params, saved = frame.data
    return_variables(shell, saved)


def return_variables(shell: Interpreter, saved: dict[str, str | None]) -> None:
    """Variables get their old values back; None stands for none."""
    for name, value in saved.items():
        if value is None:
            shell.shell.variables.pop(name, None)
        else:
            shell.shell.variables[name] = value


def sourced(shell: Interpreter, frame: Frame) -> None:
    shell.pop()
