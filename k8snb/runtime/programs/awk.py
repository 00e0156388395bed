"""awk: pattern-action programs over records and fields (POSIX awk without user functions, getline and printf to pipes).

The program is parsed into nested tuples, which `_Run` evaluates; `awksyntax.py` does the parsing. Loops are bounded.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from k8snb.runtime.programs.awksyntax import AwkSyntaxError, Node, parse
from k8snb.runtime.programs.printing import printf_text
from k8snb.runtime.programs.program import Call, Failure, Outcome, each_file
from k8snb.runtime.programs.search import extended_regex

_STEPS = 200_000


def awk(call: Call) -> Outcome:
    """`awk [-F fs] [-v name=value] [-f file | program] [file …]`."""
    args, variables, program = call.args, dict[str, str](), None
    while args and args[0].startswith("-") and len(args[0]) > 1:
        word = args.pop(0)
        if word == "--":
            break
        letter, value = word[1], word[2:] or (args.pop(0) if args else "")
        if letter == "F":
            variables["FS"] = "\t" if value == "t" else value
        elif letter == "v":
            name, _, text = value.partition("=")
            variables[name] = text
        elif letter == "f":
            program = (program or "") + call.read(value).decode() + "\n"
        else:
            raise Failure(f"unknown option {word}", 2)
    if program is None:
        if not args:
            raise Failure("usage: awk [-F fs][-v var=value][prog | -f progfile][file ...]", 2)
        program = args.pop(0)
    try:
        rules = parse(program)
    except AwkSyntaxError as error:
        raise Failure(f"cmd. line:1: {error}" if call.busybox else f"line 1: {error}", 2) from None
    return _execute(call, rules, variables, args)


def _execute(call: Call, rules: list[tuple[Node, Node]], variables: dict[str, str], files: list[str]) -> int:
    reads = any(pattern != ("BEGIN",) for pattern, _ in rules)
    status = [0]
    text = (
        "".join(content.decode("utf-8", "surrogateescape") for _, content in each_file(call, files, status))
        if reads
        else ""
    )
    run = _Run(call, variables)
    try:
        for pattern, action in rules:
            if pattern == ("BEGIN",):
                run.do(action)
        if reads:
            _records(run, rules, text)
    except _Exit as leave:
        status[0] = leave.status
    try:
        for pattern, action in rules:
            if pattern == ("END",):
                run.do(action)
    except _Exit as leave:
        status[0] = leave.status
    return status[0]


def _records(run: _Run, rules: list[tuple[Node, Node]], text: str) -> None:
    separator = run.text(run.variables.get("RS", "\n"))
    records = re.split(r"\n\n+", text.strip("\n")) if separator == "" else text.split(separator)
    if records and records[-1] == "":
        records.pop()
    ranges = [False] * len(rules)
    for number, record in enumerate(records, 1):
        run.set_record(record)
        run.variables["NR"] = run.variables["FNR"] = float(number)
        try:
            for index, (pattern, action) in enumerate(rules):
                if pattern in (("BEGIN",), ("END",)):
                    continue
                if _selected(run, pattern, ranges, index):
                    run.do(action)
        except _Next:
            continue


def _selected(run: _Run, pattern: Node, ranges: list[bool], index: int) -> bool:
    if pattern == ("always",):
        return True
    if pattern[0] != "range":
        return run.truth(run.value(pattern))
    selected = ranges[index] or run.truth(run.value(pattern[1]))
    if selected:
        ranges[index] = not run.truth(run.value(pattern[2]))
    return selected


class _Exit(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class _Next(Exception):
    pass


class _Break(Exception):
    pass


class _Continue(Exception):
    pass


class _Input(str):
    """Text that came from input: it compares as a number if it looks like one."""

    __slots__ = ()


_NUMBER = re.compile(r"\s*[-+]?(\d+\.?\d*([eE][-+]?\d+)?|\.\d+([eE][-+]?\d+)?)")


class _Run:
    """One run of a program: its variables, its record, its steps."""

    def __init__(self, call: Call, variables: dict[str, str]) -> None:
        self.call, self.steps = call, 0
        self.variables: dict[str, Any] = {
            "FS": " ",
            "OFS": " ",
            "ORS": "\n",
            "RS": "\n",
            "SUBSEP": "\x1c",
            "NR": 0.0,
            "NF": 0.0,
        }
        self.variables.update({name: _Input(value) for name, value in variables.items()})
        self.variables["ENVIRON"] = {name: _Input(value) for name, value in call.env.items()}
        self.record, self.fields = "", list[str]()
        self.seed = 1

    # -- values ----------------------------------------------------------------------------------------------

    def number(self, value: Any) -> float:
        if isinstance(value, float):
            return value
        match = _NUMBER.match(value or "")
        return float(match[0]) if match else 0.0

    def text(self, value: Any) -> str:
        if isinstance(value, float):
            return str(int(value)) if value.is_integer() and abs(value) < 1e16 else f"{value:.6g}"
        return value or ""

    def truth(self, value: Any) -> bool:
        if isinstance(value, float):
            return value != 0
        if isinstance(value, _Input) and self._numeric(value):
            return self.number(value) != 0
        return bool(value)

    def _numeric(self, value: Any) -> bool:
        if value is None or isinstance(value, float):
            return True
        return isinstance(value, _Input) and _NUMBER.fullmatch(value.strip()) is not None

    # -- the record ------------------------------------------------------------------------------------------

    def set_record(self, record: str) -> None:
        self.record = record
        self.fields = self.split(record, self.text(self.variables["FS"]))
        self.variables["NF"] = float(len(self.fields))

    def split(self, text: str, separator: str) -> list[str]:
        if separator == " ":
            return text.split()
        if not text:
            return []
        return (
            list(text)
            if not separator
            else re.split(_regex(separator if len(separator) > 1 else re.escape(separator)), text)
        )

    def field(self, index: int) -> _Input:
        if index == 0:
            return _Input(self.record)
        return _Input(self.fields[index - 1]) if index <= len(self.fields) else _Input("")

    def set_field(self, index: int, value: str) -> None:
        if index == 0:
            self.set_record(value)
            return
        self.fields += [""] * (index - len(self.fields))
        self.fields[index - 1] = value
        self._rebuild()

    def _rebuild(self) -> None:
        self.variables["NF"] = float(len(self.fields))
        self.record = self.text(self.variables["OFS"]).join(self.fields)

    # -- expressions -----------------------------------------------------------------------------------------

    def value(self, node: Node) -> Any:
        self.steps += 1
        if self.steps > _STEPS:
            raise Failure("out of memory", 137)
        return _VALUES[node[0]](self, node)

    def array(self, name: str) -> dict[str, Any]:
        found = self.variables.setdefault(name, {})
        if not isinstance(found, dict):
            raise Failure(f"{name} is not an array", 2)
        return found

    def key(self, nodes: Node) -> str:
        return self.text(self.variables["SUBSEP"]).join(self.text(self.value(node)) for node in nodes)

    def assign(self, target: Node, value: Any) -> Any:
        if target[0] == "field":
            self.set_field(int(self.number(self.value(target[1]))), self.text(value))
        elif target[0] == "element":
            self.array(target[1])[self.key(target[2])] = value
        else:
            self.variables[target[1]] = value
            if target[1] == "NF":
                self.fields = (self.fields + [""] * int(self.number(value)))[: int(self.number(value))]
                self._rebuild()
        return value

    def matches(self, node: Node, subject: str) -> bool:
        return re.search(self.regex(node), subject) is not None

    def regex(self, node: Node) -> str:
        return _regex(node[1] if node[0] == "regex" else self.text(self.value(node)))

    def compare(self, node: Node) -> float:
        left, right = self.value(node[2]), self.value(node[3])
        if self._numeric(left) and self._numeric(right):
            order = self.number(left) - self.number(right)
        else:
            a, b = self.text(left), self.text(right)
            order = float((a > b) - (a < b))
        tests: dict[str, Callable[[float], bool]] = {
            "==": lambda x: x == 0,
            "!=": lambda x: x != 0,
            "<": lambda x: x < 0,
            "<=": lambda x: x <= 0,
            ">": lambda x: x > 0,
            ">=": lambda x: x >= 0,
        }
        return float(tests[node[1]](order))

    def arithmetic(self, operator: str, a: float, b: float) -> float:
        if operator in "/%" and b == 0:
            raise Failure("division by zero", 2)
        if operator == "^":
            return math.pow(a, b)
        return {"+": a + b, "-": a - b, "*": a * b, "/": a / b if b else 0.0, "%": math.fmod(a, b) if b else 0.0}[
            operator
        ]

    # -- statements ------------------------------------------------------------------------------------------

    def do(self, node: Node) -> None:
        self.steps += 1
        if self.steps > _STEPS:
            raise Failure("out of memory", 137)
        _ACTIONS[node[0]](self, node)

    def emit(self, text: str, target: Node | None) -> None:
        if target is None:
            self.call.out(text)
            return
        path = self.text(self.value(target[1]))
        if path in ("/dev/stderr", "/dev/stdout"):
            (self.call.err if path.endswith("err") else self.call.out)(text)
            return
        first = f"\0{path}" not in self.variables
        self.variables[f"\0{path}"] = True
        append = target[0] == ">>" or not first
        self.call.machine.fs.write(self.call.path(path), text.encode("utf-8", "surrogateescape"), append=append)


def _regex(text: str) -> str:
    return extended_regex(text.replace("\\/", "/"))


# -- evaluation tables ---------------------------------------------------------------------------------------


def _increment(run: _Run, node: Node) -> float:
    before = run.number(run.value(node[1]))
    after = before + (1 if node[2] == "++" else -1)
    run.assign(node[1], after)
    return before if node[0] == "post" else after


def _assignment(run: _Run, node: Node) -> Any:
    value = run.value(node[3])
    if node[1] != "=":
        value = run.arithmetic(node[1][0], run.number(run.value(node[2])), run.number(value))
    return run.assign(node[2], value)


def _function(run: _Run, node: Node) -> Any:
    name, nodes = node[1], node[2]
    special = _SPECIAL.get(name)
    if special is not None:
        return special(run, nodes)
    values = [run.value(item) for item in nodes]
    return _FUNCTIONS[name](run, values)


def _length(run: _Run, nodes: Node) -> float:
    if not nodes:
        return float(len(run.record))
    if nodes[0][0] == "name" and isinstance(run.variables.get(nodes[0][1]), dict):
        return float(len(run.variables[nodes[0][1]]))
    return float(len(run.text(run.value(nodes[0]))))


def _split(run: _Run, nodes: Node) -> float:
    text = run.text(run.value(nodes[0]))
    separator = run.text(run.variables["FS"])
    if len(nodes) > 2:
        separator = nodes[2][1] if nodes[2][0] == "regex" else run.text(run.value(nodes[2]))
        if nodes[2][0] == "regex":
            parts = re.split(_regex(separator), text) if text else []
            run.variables[nodes[1][1]] = {str(index): _Input(part) for index, part in enumerate(parts, 1)}
            return float(len(parts))
    parts = run.split(text, separator)
    run.variables[nodes[1][1]] = {str(index): _Input(part) for index, part in enumerate(parts, 1)}
    return float(len(parts))


def _substitute(count: int) -> Callable[[_Run, Node], float]:
    def replace(run: _Run, nodes: Node) -> float:
        target = nodes[2] if len(nodes) > 2 else ("field", ("number", 0.0))
        replacement = run.text(run.value(nodes[1]))

        def expand(match: re.Match[str]) -> str:
            return re.sub(r"\\&|&", lambda mark: "&" if mark[0] == "\\&" else match[0], replacement)

        text, made = re.subn(run.regex(nodes[0]), expand, run.text(run.value(target)), count=count)
        if made:
            run.assign(target, text)
        return float(made)

    return replace


def _match(run: _Run, nodes: Node) -> float:
    found = re.search(run.regex(nodes[1]), run.text(run.value(nodes[0])))
    run.variables["RSTART"] = float(found.start() + 1 if found else 0)
    run.variables["RLENGTH"] = float(found.end() - found.start() if found else -1)
    return float(run.variables["RSTART"])


def _substr(run: _Run, values: list[Any]) -> str:
    text, start = run.text(values[0]), round(run.number(values[1]))
    stop = start + round(run.number(values[2])) if len(values) > 2 else len(text) + 1
    return text[max(start, 1) - 1 : max(stop, 1) - 1]


def _rand(run: _Run, values: list[Any]) -> float:
    run.seed = (run.seed * 6364136223846793005 + 1442695040888963407) % (1 << 64)
    return (run.seed >> 11) / (1 << 53)


_SPECIAL: dict[str, Callable[[_Run, Node], Any]] = {
    "length": _length,
    "split": _split,
    "sub": _substitute(1),
    "gsub": _substitute(0),
    "match": _match,
}
_FUNCTIONS: dict[str, Callable[[_Run, list[Any]], Any]] = {
    "substr": _substr,
    "index": lambda run, v: float(run.text(v[0]).find(run.text(v[1])) + 1),
    "tolower": lambda run, v: run.text(v[0]).lower(),
    "toupper": lambda run, v: run.text(v[0]).upper(),
    "int": lambda run, v: float(int(run.number(v[0]))),
    "sqrt": lambda run, v: math.sqrt(run.number(v[0])),
    "exp": lambda run, v: math.exp(run.number(v[0])),
    "log": lambda run, v: math.log(run.number(v[0])),
    "sin": lambda run, v: math.sin(run.number(v[0])),
    "cos": lambda run, v: math.cos(run.number(v[0])),
    "rand": _rand,
    "srand": lambda run, v: 0.0,
    "systime": lambda run, v: float(int(run.call.now)),
    "sprintf": lambda run, v: printf_text(run.text(v[0]), [run.text(item) for item in v[1:]])[0],
}
_VALUES: dict[str, Callable[[_Run, Node], Any]] = {
    "number": lambda run, node: node[1],
    "string": lambda run, node: node[1],
    "regex": lambda run, node: float(run.matches(node, run.record)),
    "name": lambda run, node: run.variables.get(node[1]),
    "field": lambda run, node: run.field(int(run.number(run.value(node[1])))),
    "element": lambda run, node: run.array(node[1]).setdefault(run.key(node[2]), None),
    "in": lambda run, node: float(run.key(node[1]) in run.array(node[2])),
    "match": lambda run, node: float(run.matches(node[3], run.text(run.value(node[2]))) == (node[1] == "~")),
    "compare": lambda run, node: run.compare(node),
    "arithmetic": lambda run, node: run.arithmetic(
        node[1], run.number(run.value(node[2])), run.number(run.value(node[3]))
    ),
    "concat": lambda run, node: run.text(run.value(node[1])) + run.text(run.value(node[2])),
    "and": lambda run, node: float(run.truth(run.value(node[1])) and run.truth(run.value(node[2]))),
    "or": lambda run, node: float(run.truth(run.value(node[1])) or run.truth(run.value(node[2]))),
    "not": lambda run, node: float(not run.truth(run.value(node[1]))),
    "negate": lambda run, node: -run.number(run.value(node[1])),
    "plus": lambda run, node: run.number(run.value(node[1])),
    "choose": lambda run, node: run.value(node[2] if run.truth(run.value(node[1])) else node[3]),
    "pre": _increment,
    "post": _increment,
    "assign": _assignment,
    "call": _function,
}


def _print(run: _Run, node: Node) -> None:
    values = [run.text(run.value(item)) for item in node[1]] if node[1] else [run.record]
    run.emit(run.text(run.variables["OFS"]).join(values) + run.text(run.variables["ORS"]), node[2])


def _printf(run: _Run, node: Node) -> None:
    values = [run.text(run.value(item)) for item in node[1]]
    template = values[0] if values else ""
    # awk uses its format once, however many values there are
    count = len(re.findall(r"%(?!%)", template.replace("%%", "")))
    run.emit(printf_text(template, values[1 : count + 1])[0], node[2])


def _loop(run: _Run, test: Node | None, step: Node | None, body: Node, first: bool = False) -> None:
    while first or test is None or run.truth(run.value(test)):
        first = False
        try:
            run.do(body)
        except _Break:
            return
        except _Continue:
            pass
        if step is not None:
            run.do(step)


def _for(run: _Run, node: Node) -> None:
    if node[1] is not None:
        run.do(node[1])
    _loop(run, node[2], node[3], node[4])


def _for_in(run: _Run, node: Node) -> None:
    for key in list(run.array(node[2])):
        run.variables[node[1]] = _Input(key)
        try:
            run.do(node[3])
        except _Break:
            return
        except _Continue:
            continue


def _if(run: _Run, node: Node) -> None:
    if run.truth(run.value(node[1])):
        run.do(node[2])
    elif node[3] is not None:
        run.do(node[3])


def _block(run: _Run, node: Node) -> None:
    for item in node[1]:
        run.do(item)


def _delete(run: _Run, node: Node) -> None:
    if node[2] is None:
        run.array(node[1]).clear()
    else:
        run.array(node[1]).pop(run.key(node[2]), None)


def _leave(run: _Run, node: Node) -> None:
    raise {"next": _Next, "break": _Break, "continue": _Continue}[node[0]]


def _exit(run: _Run, node: Node) -> None:
    raise _Exit(int(run.number(run.value(node[1]))) & 0xFF if node[1] is not None else 0)


_ACTIONS: dict[str, Callable[[_Run, Node], None]] = {
    "block": _block,
    "print": _print,
    "printf": _printf,
    "if": _if,
    "while": lambda run, node: _loop(run, node[1], None, node[2]),
    "do": lambda run, node: _loop(run, node[2], None, node[1], first=True),
    "for": _for,
    "forin": _for_in,
    "delete": _delete,
    "exit": _exit,
    "next": _leave,
    "break": _leave,
    "continue": _leave,
    "expression": lambda run, node: run.value(node[1]) and None,
}
