"""Runs an awk program: its variables, its record, its loops; what it prints and writes is a list of effects."""

from __future__ import annotations

import math
from typing import Any

from k8snb.runtime.programs.awkinput import Effect, Reader
from k8snb.runtime.programs.awknodes import ACTIONS, ARITHMETIC, COMPARISONS, SPECIAL, VALUES, Jump
from k8snb.runtime.programs.awksyntax import Node, Program
from k8snb.runtime.programs.awkvalues import (
    FUNCTIONS,
    LEAST,
    Input,
    bounded,
    looks_numeric,
    number,
    regex,
    text,
    truth,
    whole,
)
from k8snb.runtime.programs.posixregex import Regex
from k8snb.runtime.programs.program import Call, Failure
from k8snb.runtime.shell.words import unescape

#: steps of one run
_STEPS = 1_000_000
_FIELDS = 50_000
_CALLS = 60


class Interpreter(Reader):
    """One run of a program."""

    def __init__(self, call: Call, program: Program, variables: dict[str, str], operands: list[str]) -> None:
        super().__init__(operands)
        self.call, self.program, self.steps = call, program, 0
        self.globals: dict[str, Any] = {
            "FS": " ", "OFS": " ", "ORS": "\n", "RS": "\n", "SUBSEP": "\x1c", "NR": 0.0, "NF": 0.0, "FNR": 0.0,
            "RSTART": 0.0, "RLENGTH": -1.0, "CONVFMT": "%.6g", "OFMT": "%.6g", "FILENAME": "",
            "ARGC": float(len(operands) + 1),
            "ARGV": {str(index): Input(word) for index, word in enumerate(["awk", *operands])},
            "ENVIRON": {name: Input(value) for name, value in call.env.items()},
        }  # fmt: skip
        self.globals.update({name: Input(unescape(value)) for name, value in variables.items()})
        self.locals: list[dict[str, Any]] = []
        self.record, self.fields = "", list[str]()
        self.seed, self.seed_given = 1, 0.0
        self.status = 0

    # -- the whole program -------------------------------------------------------------------------------------

    def go(self) -> int:
        """BEGIN, the records, END; the exit status. Needed, if a command must run first."""
        rules = self.program.rules
        try:
            self._rules("BEGIN")
            if any(pattern != ("BEGIN",) for pattern, _ in rules):
                self._records()
        except Jump as jump:
            self._exit(jump)
        try:
            self._rules("END")
        except Jump as jump:
            self._exit(jump)
        for command in list(self.pipes):
            self.close(command)
        return self.status

    def _exit(self, jump: Jump) -> None:
        if jump.kind == "exit":
            self.status = self.status if jump.value is None else whole(jump.value) & 0xFF
        elif jump.kind not in ("next", "nextfile", "break", "continue", "return"):
            raise jump

    def _rules(self, kind: str) -> None:
        for pattern, action in self.program.rules:
            if pattern == (kind,):
                self.do(action)

    def _records(self) -> None:
        rules = [rule for rule in self.program.rules if rule[0] not in (("BEGIN",), ("END",))]
        ranges = [False] * len(rules)
        while (record := self.next_record()) is not None:
            self.set_record(record)
            try:
                for index, (pattern, action) in enumerate(rules):
                    if self._selected(pattern, ranges, index):
                        self.do(action)
            except Jump as jump:
                if jump.kind == "nextfile":
                    self.main = None
                elif jump.kind != "next":
                    raise

    def _selected(self, pattern: Node, ranges: list[bool], index: int) -> bool:
        if pattern == ("always",):
            return True
        if pattern[0] != "range":
            return truth(self.value(pattern))
        selected = ranges[index] or truth(self.value(pattern[1]))
        if selected:
            ranges[index] = not truth(self.value(pattern[2]))
        return selected

    # -- values ------------------------------------------------------------------------------------------------

    def text(self, value: Any) -> str:
        return text(value, self.call.busybox)

    def get(self, name: str) -> Any:
        if self.locals and name in self.locals[-1]:
            return self.locals[-1][name]
        return self.globals.get(name)

    def set(self, name: str, value: Any) -> None:
        if self.locals and name in self.locals[-1]:
            self.locals[-1][name] = value
            return
        self.globals[name] = value
        if name == "NF":
            count = min(max(whole(value), 0), _FIELDS)
            self.fields = (self.fields + [""] * (count - len(self.fields)))[:count]
            self._rebuild()

    def set_record(self, record: str) -> None:
        self.record = record
        self.fields = self.split(record, self.text(self.globals["FS"]))
        self.globals["NF"] = float(len(self.fields))

    def split(self, subject: str, separator: str | Regex) -> list[str]:
        if separator == " ":
            return subject.split()
        if not subject:
            return []
        if isinstance(separator, str):
            if separator == "":
                return list(subject)
            if len(separator) == 1 and separator != "\\":
                pieces = subject.split(separator)
                return [part for piece in pieces for part in piece.split("\n")] if self.globals["RS"] == "" else pieces
            separator = regex(separator)
        parts, at = [], 0
        for found in separator.all(subject):
            if found.end > found.start:
                parts.append(subject[at : found.start])
                at = found.end
        return [*parts, subject[at:]]

    def field(self, index: int) -> Input:
        if index < 0:
            raise Failure(f"attempt to access field {index}", 2)
        if index == 0:
            return Input(self.record)
        return Input(self.fields[index - 1]) if index <= len(self.fields) else Input("")

    def set_field(self, index: int, value: str) -> None:
        if index == 0:
            self.set_record(value)
            return
        if index < 0 or index > _FIELDS:
            raise Failure(f"attempt to access field {index}" if index < 0 else "out of memory", 2)
        self.fields += [""] * (index - len(self.fields))
        self.fields[index - 1] = value
        self._rebuild()

    def _rebuild(self) -> None:
        self.globals["NF"] = float(len(self.fields))
        self.record = bounded(self.text(self.globals["OFS"]).join(self.fields))

    def step(self) -> None:
        self.steps += 1
        if self.steps > _STEPS:
            raise Failure("killed: used up its CPU without ever waiting for anything", 137)

    def value(self, node: Node) -> Any:
        self.step()
        return VALUES[node[0]](self, node)

    def array(self, name: str) -> dict[str, Any]:
        found = self.get(name)
        if found is None:
            found = {}
            self.set(name, found)
        if not isinstance(found, dict):
            raise Failure(f"{name} is not an array" if not self.call.busybox else "Not an array", 2)
        return found

    def key(self, nodes: Node) -> str:
        return self.text(self.globals["SUBSEP"]).join(self.text(self.value(node)) for node in nodes)

    def assign(self, target: Node, value: Any) -> Any:
        if target[0] == "field":
            self.set_field(whole(self.value(target[1])), self.text(value))
        elif target[0] == "element":
            self.array(target[1])[self.key(target[2])] = value
        else:
            if isinstance(self.get(target[1]), dict):
                raise Failure(f"attempt to use array `{target[1]}' in a scalar context", 2)
            self.set(target[1], value)
        return value

    def matcher(self, node: Node) -> Regex:
        return regex(node[1] if node[0] == "regex" else self.text(self.value(node)))

    def compare(self, node: Node) -> float:
        left, right = self.value(node[2]), self.value(node[3])
        if looks_numeric(left) and looks_numeric(right):
            order = number(left) - number(right)
        else:
            a, b = self.text(left), self.text(right)
            order = float((a > b) - (a < b))
        return float(COMPARISONS[node[1]](order))

    def arithmetic(self, operator: str, a: float, b: float) -> float:
        if operator in "/%" and b == 0:
            raise Failure("division by zero" if not self.call.busybox else "Division by zero", 2)
        try:
            return ARITHMETIC[operator](a, b)
        except (OverflowError, ValueError):
            return math.inf if operator == "^" else math.nan

    # -- functions ---------------------------------------------------------------------------------------------

    def invoke(self, node: Node) -> Any:
        """Call a function of the program's own: values are copied, arrays are shared."""
        function = self.program.functions[node[1]]
        if len(node[2]) > len(function.parameters) or len(self.locals) >= _CALLS:
            many = f"function {node[1]} called with too many args"
            raise Failure(many if len(self.locals) < _CALLS else "function calls nested too deeply", 2)
        frame: dict[str, Any] = dict.fromkeys(function.parameters)
        unknown: list[tuple[str, str]] = []
        for parameter, argument in zip(function.parameters, node[2], strict=False):
            if argument[0] == "name":
                frame[parameter] = self.get(argument[1])
                if frame[parameter] is None:
                    unknown.append((parameter, argument[1]))
            else:
                frame[parameter] = self.value(argument)
        self.locals.append(frame)
        try:
            self.do(function.body)
            result = None
        except Jump as jump:
            if jump.kind != "return":
                raise
            result = jump.value
        finally:
            self.locals.pop()
        for parameter, name in unknown:  # what was nothing before, and has become an array in there
            if isinstance(frame[parameter], dict):
                self.set(name, frame[parameter])
        return result

    def call_function(self, node: Node) -> Any:
        name, nodes = node[1], node[2]
        if len(nodes) < LEAST.get(name, 0):
            raise Failure(
                f"line 1: not enough arguments to {name}" if not self.call.busybox else "Too few arguments", 2
            )
        special = SPECIAL.get(name)
        return (
            special(self, nodes) if special is not None else FUNCTIONS[name](self, [self.value(item) for item in nodes])
        )

    # -- statements --------------------------------------------------------------------------------------------

    def do(self, node: Node) -> None:
        self.step()
        ACTIONS[node[0]](self, node)

    def emit(self, printed: str, target: Node | None) -> None:
        data = printed.encode("utf-8", "surrogateescape")
        self.call.machine.work(self.call.process, len(data))
        if target is None:
            self.effects.append(Effect("out", "", data))
            return
        name = self.text(self.value(target[1]))
        if target[0] == "|":
            self.pipes.setdefault(name, []).append(printed)
        elif name in ("/dev/stderr", "/dev/stdout", "-"):
            self.effects.append(Effect("err" if name.endswith("err") else "out", "", data))
        else:
            append = target[0] == ">>" or name in self.written
            self.effects.append(Effect("append" if append else "write", name, data))
            self.written.setdefault(name, []).append(printed)
