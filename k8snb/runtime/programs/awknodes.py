"""What each construct of awk does: expressions give a value, statements do something. The tables are by the node's name."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from k8snb.runtime.programs.awksyntax import Node
from k8snb.runtime.programs.awkvalues import Input, bounded, expand, formatted, number, truth, whole
from k8snb.runtime.programs.posixregex import Regex

if TYPE_CHECKING:
    from k8snb.runtime.programs.awkrun import Interpreter


class Jump(Exception):
    """next, nextfile, break, continue, exit or return, on its way to what it ends."""

    def __init__(self, kind: str, value: Any = None) -> None:
        super().__init__(kind)
        self.kind, self.value = kind, value


COMPARISONS: dict[str, Callable[[float], bool]] = {
    "==": lambda x: x == 0,
    "!=": lambda x: x != 0,
    "<": lambda x: x < 0,
    "<=": lambda x: x <= 0,
    ">": lambda x: x > 0,
    ">=": lambda x: x >= 0,
}
ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "%": math.fmod,
    "^": math.pow,
}


def _increment(run: Interpreter, node: Node) -> float:
    before = number(run.value(node[1]))
    after = before + (1 if node[2] == "++" else -1)
    run.assign(node[1], after)
    return before if node[0] == "post" else after


def _assignment(run: Interpreter, node: Node) -> Any:
    value = run.value(node[3])
    if node[1] != "=":
        value = run.arithmetic(node[1][0], number(run.value(node[2])), number(value))
    return run.assign(node[2], value)


def _length(run: Interpreter, nodes: Node) -> float:
    if not nodes:
        return float(len(run.record))
    if nodes[0][0] == "name" and isinstance(found := run.get(nodes[0][1]), dict):
        return float(len(found))
    return float(len(run.text(run.value(nodes[0]))))


def _split(run: Interpreter, nodes: Node) -> float:
    subject = run.text(run.value(nodes[0]))
    separator: str | Regex = run.text(run.globals["FS"])
    if len(nodes) > 2:
        separator = run.matcher(nodes[2]) if nodes[2][0] == "regex" else run.text(run.value(nodes[2]))
    parts = run.split(subject, separator)
    target = run.array(nodes[1][1])
    target.clear()
    target.update({str(index): Input(part) for index, part in enumerate(parts, 1)})
    return float(len(parts))


def _substitute(every: bool) -> Callable[[Interpreter, Node], float]:
    def replace(run: Interpreter, nodes: Node) -> float:
        target = nodes[2] if len(nodes) > 2 else ("field", ("number", 0.0))
        template = run.text(run.value(nodes[1]))
        subject = run.text(run.value(target))
        out, at, made = [], 0, 0
        for found in run.matcher(nodes[0]).all(subject):
            out += [subject[at : found.start], expand(template, found, subject)]
            at, made = found.end, made + 1
            if not every:
                break
        if made:
            run.assign(target, bounded("".join(out) + subject[at:]))
        return float(made)

    return replace


def _match(run: Interpreter, nodes: Node) -> float:
    found = run.matcher(nodes[1]).search(run.text(run.value(nodes[0])))
    run.globals["RSTART"] = float(found.start + 1 if found else 0)
    run.globals["RLENGTH"] = float(found.end - found.start if found else -1)
    return float(run.globals["RSTART"])


SPECIAL: dict[str, Callable[[Interpreter, Node], Any]] = {
    "length": _length,
    "split": _split,
    "sub": _substitute(False),
    "gsub": _substitute(True),
    "match": _match,
}
VALUES: dict[str, Callable[[Interpreter, Node], Any]] = {
    "number": lambda run, node: node[1],
    "string": lambda run, node: node[1],
    "regex": lambda run, node: float(run.matcher(node).matches(run.text(run.field(0)))),
    "name": lambda run, node: run.get(node[1]),
    "field": lambda run, node: run.field(whole(run.value(node[1]))),
    "element": lambda run, node: run.array(node[1]).setdefault(run.key(node[2]), None),
    "in": lambda run, node: float(run.key(node[1]) in run.array(node[2])),
    "match": lambda run, node: float(run.matcher(node[3]).matches(run.text(run.value(node[2]))) == (node[1] == "~")),
    "compare": lambda run, node: run.compare(node),
    "arithmetic": lambda run, node: run.arithmetic(node[1], number(run.value(node[2])), number(run.value(node[3]))),
    "concat": lambda run, node: bounded(run.text(run.value(node[1])) + run.text(run.value(node[2]))),
    "and": lambda run, node: float(truth(run.value(node[1])) and truth(run.value(node[2]))),
    "or": lambda run, node: float(truth(run.value(node[1])) or truth(run.value(node[2]))),
    "not": lambda run, node: float(not truth(run.value(node[1]))),
    "negate": lambda run, node: -number(run.value(node[1])),
    "plus": lambda run, node: number(run.value(node[1])),
    "choose": lambda run, node: run.value(node[2] if truth(run.value(node[1])) else node[3]),
    "group": lambda run, node: run.key(node[1]),
    "pre": _increment,
    "post": _increment,
    "assign": _assignment,
    "call": lambda run, node: run.call_function(node),
    "invoke": lambda run, node: run.invoke(node),
    "getline": lambda run, node: run.getline(node[1], node[2], node[3]),
}


def _print(run: Interpreter, node: Node) -> None:
    values = [run.text(run.value(item)) for item in node[1]] if node[1] else [run.record]
    run.emit(run.text(run.globals["OFS"]).join(values) + run.text(run.globals["ORS"]), node[2])


def _printf(run: Interpreter, node: Node) -> None:
    values = [run.value(item) for item in node[1]]
    run.emit(formatted(run.text(values[0]) if values else "", values[1:], run.call.busybox), node[2])


def _loop(run: Interpreter, test: Node | None, step: Node | None, body: Node, first: bool = False) -> None:
    while first or test is None or truth(run.value(test)):
        first = False
        run.step()
        try:
            run.do(body)
        except Jump as jump:
            if jump.kind == "break":
                return
            if jump.kind != "continue":
                raise
        if step is not None:
            run.do(step)


def _for(run: Interpreter, node: Node) -> None:
    if node[1] is not None:
        run.do(node[1])
    _loop(run, node[2], node[3], node[4])


def _for_in(run: Interpreter, node: Node) -> None:
    for key in list(run.array(node[2])):
        run.set(node[1], Input(key))
        try:
            run.do(node[3])
        except Jump as jump:
            if jump.kind == "break":
                return
            if jump.kind != "continue":
                raise


def _if(run: Interpreter, node: Node) -> None:
    if truth(run.value(node[1])):
        run.do(node[2])
    elif node[3] is not None:
        run.do(node[3])


def _block(run: Interpreter, node: Node) -> None:
    for item in node[1]:
        run.do(item)


def _delete(run: Interpreter, node: Node) -> None:
    if node[2] is None:
        run.array(node[1]).clear()
    else:
        run.array(node[1]).pop(run.key(node[2]), None)


def _jump(run: Interpreter, node: Node) -> None:
    raise Jump(node[0], run.value(node[1]) if len(node) > 1 and node[1] is not None else None)


ACTIONS: dict[str, Callable[[Interpreter, Node], None]] = {
    "block": _block,
    "print": _print,
    "printf": _printf,
    "if": _if,
    "while": lambda run, node: _loop(run, node[1], None, node[2]),
    "do": lambda run, node: _loop(run, node[2], None, node[1], first=True),
    "for": _for,
    "forin": _for_in,
    "delete": _delete,
    **dict.fromkeys(("exit", "return", "next", "nextfile", "break", "continue"), _jump),
    "expression": lambda run, node: run.value(node[1]) and None,
}
