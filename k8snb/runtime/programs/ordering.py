"""Programs that need all lines before they can give one: sort, uniq, shuf."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from k8snb.runtime import limits
from k8snb.runtime.programs import filtering
from k8snb.runtime.programs.files import options
from k8snb.runtime.programs.filtering import Missing
from k8snb.runtime.programs.program import Call, Failure, Outcome, each_file
from k8snb.runtime.programs.slicing import amount

_SORTED: Missing = ("{name}: {words}", "cannot read: {name}: {words}")
_KINDS = "bdfghinMrV"


class Key(NamedTuple):
    """`-k F.C,F.C` with its letters; fields and characters count from 1, 0 is the end."""

    field: int
    char: int
    last_field: int
    last_char: int
    letters: str


def all_lines(call: Call, names: list[str], status: list[int], missing: Missing = filtering.OPENS) -> list[str]:
    """The lines of all inputs; Failure if they are more than a program can hold."""
    found: list[str] = []
    size = 0
    for _, content in each_file(call, names, status, missing):
        size += len(content)
        if size > limits.PROGRAM_BYTES:
            raise Failure("out of memory", 137)
        text = content.decode("utf-8", "surrogateescape")
        found += text.split("\n")[: None if text and not text.endswith("\n") else -1]
    return found


def sort(call: Call) -> Outcome:
    found, names = options(call, _KINDS + "ucCszm", "tkoTSR")
    keys = [
        _key(call, call.argv[i + 1] if word in ("-k", "--key") and i + 1 < len(call.argv) else word.removeprefix("--key=")[2:]
             if not word.startswith("--") else word.partition("=")[2])
        for i, word in enumerate(call.argv)
        if word.startswith(("-k", "--key"))
    ]  # fmt: skip
    letters = "".join(letter for letter in found if letter in _KINDS)
    separator = found.get("t")
    if separator is not None and len(separator.replace("\\t", "\t").replace("\\0", "\0")) != 1:
        raise Failure(f"multi-character tab '{separator}'", 2)
    status = [0]
    lines = all_lines(call, names, status, _SORTED)
    measures = [_measure(key, key.letters or letters, separator) for key in keys or [Key(1, 0, 0, 0, letters)]]
    backwards = ["r" in (key.letters or letters) for key in keys or [Key(1, 0, 0, 0, letters)]]
    if "c" in found or "C" in found:
        return _in_order(call, lines, measures, backwards, names)
    if "s" not in found and "u" not in found:
        lines.sort(reverse="r" in letters)
    for measure, backward in reversed(list(zip(measures, backwards, strict=True))):
        lines.sort(key=measure, reverse=backward)
    if "u" in found:
        lines = [
            line
            for index, line in enumerate(lines)
            if not index or any(measure(line) != measure(lines[index - 1]) for measure in measures)
        ]
    data = "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape")
    if "o" in found:
        call.machine.fs.write(call.path(found["o"]), data)
    else:
        call.out(data)
    return 2 if status[0] and not call.busybox else status[0]


def _in_order(
    call: Call, lines: list[str], measures: list[Callable[[str], Any]], backwards: list[bool], names: list[str]
) -> int:
    """`-c`: is it sorted already?"""
    for index in range(1, len(lines)):
        for measure, backward in zip(measures, backwards, strict=True):
            before, here = measure(lines[index - 1]), measure(lines[index])
            if before == here:
                continue
            if (before > here) != backward:
                where = f"{names[0] if names else '-'}:{index + 1}: disorder: {lines[index]}"
                call.err(f"Check line {index}\n" if call.busybox else f"sort: {where}\n")
                return 1
            break
    return 0


def _key(call: Call, text: str) -> Key:
    match = re.fullmatch(r"(\d+)(?:\.(\d+))?([a-zA-Z]*)(?:,(\d+)(?:\.(\d+))?([a-zA-Z]*))?", text)
    if match is None or match[1] == "0":
        gnu = f"invalid number at field start: invalid count at start of '{text}'"
        raise Failure(f"bad field specification '{text}'" if call.busybox else gnu, 2)
    return Key(int(match[1]), int(match[2] or 0), int(match[4] or 0), int(match[5] or 0), match[3] + (match[6] or ""))


def _measure(key: Key, letters: str, separator: str | None) -> Callable[[str], Any]:
    """What a key makes of a line, to be compared."""
    tab = separator.replace("\\t", "\t") if separator else None
    whole = key[:4] == (1, 0, 0, 0)

    def measure(line: str) -> Any:
        return _value(line if whole else _part(line, key, tab, "b" in letters), letters)

    return measure


def _part(line: str, key: Key, tab: str | None, blanks: bool) -> str:
    """The part of a line that a key names. Without a separator a field begins with the blanks before it."""
    if tab is not None:
        ends, at = [], -1
        while (at := line.find(tab, at + 1)) >= 0:
            ends.append(at)
        starts = [0, *(end + 1 for end in ends)]
        ends.append(len(line))
    else:
        spans = [match.span() for match in re.finditer(r"\s*\S+|\s+$", line)] or [(0, len(line))]
        starts, ends = [span[0] for span in spans], [span[1] for span in spans]
    if key.field > len(starts):
        return ""
    start = starts[key.field - 1]
    if blanks:
        start += len(line[start:]) - len(line[start:].lstrip(" \t"))
    start += max(key.char - 1, 0)
    if not key.last_field or key.last_field > len(starts):
        return line[start:]
    if not key.last_char:
        return line[start : ends[key.last_field - 1]]
    begin = starts[key.last_field - 1]
    if blanks:
        begin += len(line[begin:]) - len(line[begin:].lstrip(" \t"))
    return line[start : begin + key.last_char]


_NUMBER = re.compile(r"\s*(-?)(\d*(?:\.\d*)?)([KMGTPE]?)")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def _value(text: str, letters: str) -> Any:
    if "n" in letters or "h" in letters:
        match = _NUMBER.match(text)
        assert match is not None
        number = float(match[2]) if match[2] not in ("", ".") else 0.0
        scale = "KMGTPE".find(match[3]) + 1 if "h" in letters and match[3] else 0
        return (
            ((scale, number) if not match[1] else (-scale, -number))
            if "h" in letters
            else number * (-1 if match[1] else 1)
        )
    if "g" in letters:
        found = re.match(r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", text)
        return float(found[0]) if found else float("-inf")
    if "M" in letters:
        month = text.strip()[:3].upper()
        return _MONTHS.index(month) + 1 if month in _MONTHS else 0
    if "V" in letters:
        return [(1, int(part), "") if part.isdigit() else (0, 0, part) for part in re.split(r"(\d+)", text) if part]
    text = text.lstrip(" \t") if "b" in letters else text
    text = re.sub(r"[^\w\s]", "", text) if "d" in letters else text
    return text.upper() if "f" in letters else text


def uniq(call: Call) -> Outcome:
    found, names = options(call, "cdDuiz", "fsw")
    skip, drop = amount(call, found.get("f", "0"), "fields"), amount(call, found.get("s", "0"), "bytes")
    wide = amount(call, found["w"], "bytes") if "w" in found else None

    def measure(line: str) -> str:
        for _ in range(skip):
            line = re.sub(r"^\s*\S+", "", line)
        line = line[drop:][:wide]
        return line.lower() if "i" in found else line

    out: list[str] = []

    def give(line: str, count: int) -> None:
        if ("d" in found and count == 1) or ("u" in found and count > 1):
            return
        out.append(f"{count:7d} {line}\n" if "c" in found else f"{line}\n")

    def show(lines: list[str], held: tuple[str, int]) -> tuple[str, int]:
        first, count = held
        for line in lines:
            if count and measure(first) == measure(line):
                count += 1
                continue
            if count:
                give(first, count)
            first, count = line, 1
        call.out("".join(out))
        return first, count

    def finish(held: tuple[str, int]) -> int:
        out.clear()
        if held[1]:
            give(*held)
        call.out("".join(out))
        return 0

    if len(names) > 1:  # the second name is where it goes
        raise Failure(f"extra operand '{names[1]}'")
    return filtering.lines(call, names, show, ("", 0), finish)


def shuf(call: Call) -> Outcome:
    """A random order that follows from the container's own seed."""
    found, names = options(call, "ezr", "nio")
    status = [0]
    if "i" in found:
        match = re.fullmatch(r"(\d+)-(\d+)", found["i"])
        if match is None or int(match[2]) - int(match[1]) > 1_000_000:
            raise Failure(f"invalid input range: '{found['i']}'")
        lines = [str(number) for number in range(int(match[1]), int(match[2]) + 1)]
    else:
        lines = names if "e" in found else all_lines(call, names[:1], status)
    machine = call.machine
    for index in range(len(lines) - 1, 0, -1):
        machine.seed = (machine.seed * 6364136223846793005 + 1442695040888963407) % (1 << 64)
        other = (machine.seed >> 33) % (index + 1)
        lines[index], lines[other] = lines[other], lines[index]
    call.out("".join(f"{line}\n" for line in lines[: amount(call, found["n"], "lines") if "n" in found else None]))
    return status[0]
