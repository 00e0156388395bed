"""The shell's control constructs: if, while, until, for, case, and bash's arithmetic ones, one step of each at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8snb.runtime.process import Frame
from k8snb.runtime.shell import pattern
from k8snb.runtime.shell.arithmetic import evaluate
from k8snb.runtime.shell.expansion import Expander
from k8snb.runtime.shell.syntax import Sequence

if TYPE_CHECKING:
    from k8snb.runtime.shell.interpreter import Interpreter


def conditional(shell: Interpreter, frame: Frame) -> None:
    clauses, at = frame.node.clauses, frame.at
    if at % 2 and shell.status == 0:
        shell.pop()
        shell.push("sequence", clauses[at // 2][1])
        return
    at += at % 2
    if at // 2 < len(clauses):
        shell.advance(at + 1)
        shell.push("guard")
        shell.push("sequence", clauses[at // 2][0])
        return
    shell.pop()
    shell.status = 0
    if frame.node.otherwise is not None:
        shell.push("sequence", frame.node.otherwise)


def loop(shell: Interpreter, frame: Frame) -> None:
    """`at` is 0 before the condition and 1 after it; `data` keeps the status of the last body."""
    if frame.at == 0:
        shell.advance(1, shell.status if frame.data is not None else 0)
        shell.push("guard")
        shell.push("sequence", frame.node.condition)
    elif (shell.status == 0) == (not frame.node.negated):
        shell.advance(0, 0)
        shell.status = 0
        shell.push("sequence", frame.node.body)
    else:
        shell.pop()
        shell.status = frame.data or 0


def iteration(shell: Interpreter, frame: Frame) -> None:
    node = frame.node
    if frame.at < 0:
        words = (
            shell.shell.params
            if node.words is None
            else tuple(shell.expand(frame, lambda expander: expander.fields(node.words)))
        )
        shell.status = 0
        shell.advance(0, words)
        return
    if frame.at >= len(frame.data):
        shell.pop()
        return
    shell.advance(frame.at + 1, frame.data)
    shell.shell.variables[node.name] = frame.data[frame.at]
    shell.push("sequence", node.body)


def arithmetic_loop(shell: Interpreter, frame: Frame) -> None:
    node = frame.node
    part = node.start if frame.at < 0 else node.step if frame.at == 1 else node.test
    text = shell.expand(frame._replace(data=()), lambda expander: expander.text(part))
    value = evaluate(text, shell.shell.variables, shell.shell.dialect)
    if frame.at != 0:
        shell.advance(0)
    elif value or not node.test:
        shell.advance(1)
        shell.push("sequence", node.body)
    else:
        shell.pop()
        shell.status = 0


def arithmetic(shell: Interpreter, frame: Frame) -> None:
    text = shell.expand(frame, lambda expander: expander.text(frame.node.expression))
    shell.pop()
    shell.status = 0 if evaluate(text, shell.shell.variables, shell.shell.dialect) else 1


def selection(shell: Interpreter, frame: Frame) -> None:
    def choose(expander: Expander) -> Sequence | None:
        subject = expander.text(frame.node.word)
        for patterns, body in frame.node.clauses:
            if any(pattern.matches(expander.pattern(word), subject) for word in patterns):
                found: Sequence = body
                return found
        return None

    body = shell.expand(frame, choose)
    shell.pop()
    shell.status = 0
    if body is not None:
        shell.push("sequence", body)
