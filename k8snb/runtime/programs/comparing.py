"""Programs over several files at once: diff, cmp, paste, tee."""

from __future__ import annotations

import difflib

from k8snb.runtime.filesystem import FileError
from k8snb.runtime.process import Wait
from k8snb.runtime.programs.files import options
from k8snb.runtime.programs.filtering import PLAIN
from k8snb.runtime.programs.ordering import all_lines
from k8snb.runtime.programs.program import Blocked, Call, Failure, Outcome


def tee(call: Call) -> Outcome:
    found, names = options(call, "ai")
    machine, process = call.machine, call.process
    data, ended = machine.available(process, 0)
    machine.consume(process, 0, len(data))
    status = 0
    for name in names:
        try:
            machine.fs.write(call.path(name), data, append="a" in found or call.state is not None)
        except FileError as error:
            if not call.state:
                call.complain(f"{name}: {error.words}")
            status = 1
    process.state = (call.state or 0) | 2 | status
    machine.write(process, 1, data)
    if not ended:
        raise Blocked(process.wait or Wait("input", 0))
    return int(process.state) & 1


def paste(call: Call) -> Outcome:
    found, names = options(call, "sz", "d")
    separators = found.get("d", "\t").replace("\\n", "\n").replace("\\t", "\t").replace("\\0", "") or ""
    status = [0]
    names = names or ["-"]
    read = {name: all_lines(call, [name], status, PLAIN) for name in dict.fromkeys(names)}
    streams = names.count("-")
    columns, seen = [], 0
    for name in names:
        if (
            name == "-" and streams > 1 and "s" not in found
        ):  # several times standard input: they take its lines in turn
            columns.append(read["-"][seen::streams])
            seen += 1
        else:
            columns.append(read[name])

    def joined(cells: list[str]) -> str:
        marks = [separators[index % len(separators)] if separators else "" for index in range(len(cells) - 1)]
        return "".join(cell + mark for cell, mark in zip(cells, [*marks, ""], strict=False)) + "\n"

    if "s" in found:
        call.out("".join(joined(column) for column in columns))
        return status[0]
    for index in range(max((len(column) for column in columns), default=0)):
        call.out(joined([column[index] if index < len(column) else "" for column in columns]))
    return status[0]


def diff(call: Call) -> Outcome:
    found, names = options(call, "uqrNbwiaBs", "U")
    if len(names) != 2:
        raise Failure("missing operand", 2)
    fs = call.machine.fs
    names = [
        f"{name.rstrip('/')}/{other.rpartition('/')[2]}"
        if name != "-" and fs.is_dir(call.path(name)) and "r" not in found
        else name
        for name, other in (tuple(names), tuple(names[::-1]))
    ]
    status = [0]
    left, right = (all_lines(call, [name], status, PLAIN) for name in names)
    if status[0]:
        return 2

    def measure(line: str) -> str:
        line = "".join(line.split()) if "w" in found else " ".join(line.split()) if "b" in found else line
        return line.lower() if "i" in found else line

    ours, theirs = [measure(line) for line in left], [measure(line) for line in right]
    if ours == theirs:
        if "s" in found:
            call.out(f"Files {names[0]} and {names[1]} are identical\n")
        return 0
    if len(ours) * len(theirs) > 25_000_000:
        raise Failure("memory exhausted", 2)
    if "q" in found:
        call.out(f"Files {names[0]} and {names[1]} differ\n")
        return 1
    if "u" in found or "U" in found or call.busybox:
        context = int(found["U"]) if found.get("U", "").isdigit() else 3
        lines = difflib.unified_diff(left, right, names[0], names[1], lineterm="", n=context)
        call.out("".join(line + "\n" for line in lines))
    else:
        call.out(_changes(left, right, ours, theirs))
    return 1


def _changes(left: list[str], right: list[str], ours: list[str], theirs: list[str]) -> str:
    """The plain form: what to change, delete and add."""
    out = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        letter = {"replace": "c", "delete": "d", "insert": "a"}[tag]
        out.append(f"{_span(a, b, tag == 'insert')}{letter}{_span(c, d, tag == 'delete')}\n")
        out += [f"< {line}\n" for line in left[a:b]]
        out += ["---\n"] if tag == "replace" else []
        out += [f"> {line}\n" for line in right[c:d]]
    return "".join(out)


def _span(start: int, stop: int, empty: bool) -> str:
    if empty:
        return str(start)
    return str(start + 1) if stop - start == 1 else f"{start + 1},{stop}"


def cmp(call: Call) -> Outcome:
    found, names = options(call, "slb", "n")
    if not names:
        raise Failure("missing operand", 2)
    names = [*names, "-"][:2]
    left, right = call.read(names[0]), call.read(names[1])
    if left == right:
        return 0
    at = next((i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), None)
    if "s" not in found:
        if at is None:
            short, size = (names[0], len(left)) if len(left) < len(right) else (names[1], len(right))
            where = (
                ""
                if call.busybox
                else f" after byte {size}, in line {(left if short == names[0] else right).count(10)}"
            )
            call.err(f"cmp: EOF on {short}{where}\n")
        else:
            call.out(f"{names[0]} {names[1]} differ: char {at + 1}, line {left[:at].count(10) + 1}\n")
    return 1
