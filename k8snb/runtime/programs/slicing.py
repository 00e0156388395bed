"""Filters that give parts of their input: cat, head, tail, cut, fold, wc."""

from __future__ import annotations

import re
from typing import Any

from k8snb.runtime.filesystem import FileError
from k8snb.runtime.programs import filtering
from k8snb.runtime.programs.files import options
from k8snb.runtime.programs.filtering import Stop
from k8snb.runtime.programs.program import Call, Failure, Outcome, Pause, each_file

_HEADED = ("{name}: {words}", "cannot open '{name}' for reading: {words}")
_TAILED = ("can't open '{name}': {words}", "cannot open '{name}' for reading: {words}")


def cat(call: Call) -> Outcome:
    found, names = options(call, "nbsvteAuET")
    if "A" in found:
        found |= {"v": "", "E": "", "T": ""}
    if not set(found) - {"u"}:
        return filtering.chunks(call, names, lambda data, ended, own: call.out(data))
    numbered, ends = "n" in found and "b" not in found, "E" in found or "e" in found

    def show(data: bytes, ended: bool, own: tuple[int, bytes, bool]) -> tuple[int, bytes, bool]:
        number, rest, blank = own
        found_lines = (rest + data).split(b"\n")
        rest = found_lines.pop()
        whole = len(found_lines)
        for index, line in enumerate([*found_lines, *([rest] if ended and rest else [])]):
            if "s" in found and blank and not line:
                continue
            blank = not line
            if numbered or ("b" in found and line):
                number += 1
                call.out(f"{number:6d}\t")
            text = _visible(line, "T" in found or "t" in found) if {"v", "e", "t"} & set(found) else line
            call.out(text.replace(b"\t", b"^I") if "T" in found and "v" not in found else text)
            call.out((b"$" if ends else b"") + (b"\n" if index < whole else b""))
        return number, b"" if ended else rest, blank

    return filtering.chunks(call, names, show, (0, b"", False))


def _visible(line: bytes, tabs: bool) -> bytes:
    out = bytearray()
    for byte in line:
        prefix, low = (b"M-", byte - 128) if byte >= 128 else (b"", byte)
        if low == 9 and not tabs and not prefix:
            out.append(byte)
        elif low < 32:
            out += prefix + b"^" + bytes([low + 64])
        else:
            out += prefix + (b"^?" if low == 127 else bytes([low]))
    return bytes(out)


def _old_count(call: Call) -> None:
    """`head -5` is `head -n 5`."""
    for index, word in enumerate(call.argv[1:], 1):
        if re.fullmatch(r"-\d+", word) and call.argv[index - 1] not in ("-n", "-c", "-s"):
            call.argv = (*call.argv[:index], "-n", word[1:], *call.argv[index + 1 :])
            return


def amount(call: Call, text: str, what: str) -> int:
    """A count with its unit (`3`, `2k`, `1M`); Failure in the program's words."""
    match = re.fullmatch(r"([-+]?)(\d+)([bkKmMgG]?)B?", text)
    if match is None:
        raise Failure(f"invalid number '{text}'" if call.busybox else f"invalid number of {what}: '{text}'")
    unit = {"": 1, "b": 512, "k": 1024, "m": 1024**2, "g": 1024**3}[match[3].lower()]
    return (-1 if match[1] == "-" else 1) * int(match[2]) * unit


def head(call: Call) -> Outcome:
    _old_count(call)
    found, names = options(call, "qvz", "nc")
    in_bytes = "c" in found
    count = amount(call, found.get("c") or found.get("n") or "10", "bytes" if in_bytes else "lines")
    titled = (len(names) > 1 or "v" in found) and "q" not in found
    if count < 0:
        return _all_but(call, names, count, in_bytes, titled)

    def show(data: bytes, ended: bool, own: tuple[int, int]) -> tuple[int, int]:
        index, left = own
        if titled and left == count:
            call.out(f"{chr(10) if index else ''}==> {_title(names, index)} <==\n")
        if in_bytes:
            taken, left = data[:left], max(left - len(data), 0)
        else:
            pieces = data.split(b"\n", left)
            taken = data[: len(data) - len(pieces[-1])] if len(pieces) > left else data
            left -= taken.count(b"\n")
        call.out(taken)
        if not left and index + 1 >= len(names):
            raise Stop
        return (index + 1, count) if ended else (index, left)

    return filtering.chunks(call, names, show, (0, count), _HEADED)


def _title(names: list[str], index: int) -> str:
    return "standard input" if not names or names[index] == "-" else names[index]


def _all_but(call: Call, names: list[str], count: int, in_bytes: bool, titled: bool) -> Outcome:
    """`head -n -2`: all but the last."""
    status = [0]
    for index, (name, content) in enumerate(each_file(call, names, status)):
        if titled:
            call.out(f"{chr(10) if index else ''}==> {name} <==\n")
        pieces = content.splitlines(keepends=True)
        call.out(content[:count] if in_bytes else b"".join(pieces[:count]))
    return status[0]


def tail(call: Call) -> Outcome:
    _old_count(call)
    found, names = options(call, "fFqvz", "ncs")
    if call.state is not None:
        return _follow(call)
    status, raw = [0], found.get("c") or found.get("n") or "10"
    count = amount(call, raw, "bytes" if "c" in found else "lines")
    for index, (name, content) in enumerate(each_file(call, names, status, _TAILED)):
        if (len(names) > 1 or "v" in found) and "q" not in found:
            call.out(f"{chr(10) if index else ''}==> {'standard input' if name == '-' else name} <==\n")
        pieces: Any = content if "c" in found else content.splitlines(keepends=True)
        wanted = pieces[max(count - 1, 0) :] if raw.startswith("+") else pieces[-abs(count) :] if count else pieces[:0]
        call.out(wanted if "c" in found else b"".join(wanted))
    if ("f" in found or "F" in found) and names and status[0] == 0:
        path = call.path(names[-1])
        return Pause(1.0, (path, len(call.machine.fs.read(path))))
    return status[0]


def _follow(call: Call) -> Outcome:
    path, seen = call.state
    try:
        content = call.machine.fs.read(path)
    except FileError:
        content = b""
    if len(content) < seen:
        call.complain(f"{path}: file truncated")
        seen = 0
    if content[seen:]:
        call.out(content[seen:])
    return Pause(1.0, (path, len(content)))


def wc(call: Call) -> Outcome:
    found, names = options(call, "lwcmL")
    wanted = [letter for letter in "lwcmL" if letter in found] or list("lwc")

    def count(data: bytes, ended: bool, own: tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]) -> Any:
        (lines, words, size, longest, inside), rows = own
        words += len(data.split()) - (1 if inside and data and not data[:1].isspace() else 0)
        longest = max([longest, *(len(line.expandtabs()) for line in data.split(b"\n"))])
        lines, size = lines + data.count(b"\n"), size + len(data)
        inside = int(not data[-1:].isspace()) if data else inside
        now = (lines, words, size, longest, inside)
        if not ended:
            return now, rows
        rows = (*rows, now)
        if len(rows) == max(len(names), 1):
            _counted(call, names, wanted, rows)
        return (0, 0, 0, 0, 0), rows

    outcome = filtering.chunks(call, names, count, ((0, 0, 0, 0, 0), ()), filtering.PLAIN)
    if isinstance(outcome, int) and outcome and len(names) > 1 and call.state is not None:
        rows = call.state.own[1]
        if rows and len(rows) < len(names):
            _counted(call, names[: len(rows)], wanted, rows)
    return outcome


def _counted(call: Call, names: list[str], wanted: list[str], rows: tuple[tuple[int, ...], ...]) -> None:
    """The table of wc: GNU's columns are as wide as the largest number, busybox's nine."""
    order = {"l": 0, "w": 1, "c": 2, "m": 2, "L": 3}
    table = [
        ([row[order[letter]] for letter in wanted], names[index] if names else "") for index, row in enumerate(rows)
    ]
    if len(table) > 1:
        table.append(([sum(column) for column in zip(*(row for row, _ in table), strict=True)], "total"))
    single = len(wanted) == 1 and len(table) == 1
    width = (
        max((len(str(row[2])) for row in rows), default=1) if len(rows) == 1 else len(str(sum(row[2] for row in rows)))
    )
    if call.busybox:
        width = 9
    elif not names:
        width = 7
    for row, name in table:
        cells = [str(number) if single else f"{number:{width}d}" for number in row]
        call.out(" ".join(cells) + (f" {name}" if name else "") + "\n")


def ranges(text: str) -> list[tuple[int, int]]:
    """`1,3-5,7-` as pairs of first and last, counted from 1."""
    found = []
    for item in text.split(","):
        first, dash, last = item.partition("-")
        if not (first + last).isdigit():
            raise Failure(f"invalid range '{text}'")
        found.append((int(first or 1), int(last) if last else (1 << 31 if dash else int(first))))
    return found


def cut(call: Call) -> Outcome:
    found, names = options(call, "snCz", "dfcbO")
    listed = found.get("f") or found.get("c") or found.get("b")
    if not listed:
        raise Failure(
            f"{'expected a list' if call.busybox else 'you must specify a list'} of bytes, characters, or fields"
        )
    wanted, separator = ranges(listed), found.get("d", "\t") or "\t"
    joiner = found.get("O", separator if "f" in found else "")

    def keeps(index: int) -> bool:
        return any(first <= index <= last for first, last in wanted) != ("C" in found)

    def show(lines: list[str], own: None) -> None:
        for line in lines:
            if "f" not in found:
                data = line.encode("utf-8", "surrogateescape")
                call.out(bytes(byte for index, byte in enumerate(data, 1) if keeps(index)) + b"\n")
            elif separator in line:
                fields = line.split(separator)
                call.out(joiner.join(field for index, field in enumerate(fields, 1) if keeps(index)) + "\n")
            elif "s" not in found:
                call.out(line + "\n")

    return filtering.lines(call, names, show, missing=filtering.PLAIN)


def fold(call: Call) -> Outcome:
    found, names = options(call, "sb", "w")
    width = amount(call, found.get("w", "80"), "columns")
    if width <= 0:
        raise Failure(f"invalid number of columns: '{found.get('w')}'")

    def pieces(line: str) -> list[str]:
        """A line in parts that are not too long."""
        found_pieces, at = [], 0
        while len(line) - at > width:
            stop = line.rfind(" ", at, at + width) + 1 if "s" in found else 0
            stop = stop if stop > at else at + width
            found_pieces.append(line[at:stop])
            at = stop
        return [*found_pieces, line[at:]]

    def show(data: bytes, ended: bool, rest: str) -> str:
        *lines, rest = (rest + data.decode("utf-8", "surrogateescape")).split("\n")
        out = [piece for line in lines for piece in pieces(line)]
        *more, rest = pieces(rest)  # an endless line is folded, too
        call.out("".join(f"{piece}\n" for piece in [*out, *more]) + (rest if ended else ""))
        return "" if ended else rest

    return filtering.chunks(call, names, show, "")
