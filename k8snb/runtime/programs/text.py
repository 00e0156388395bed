"""Programs that read text and write text: head, tail, wc, sort, uniq, cut, tr, seq, base64, checksums, diff, …"""

from __future__ import annotations

import base64 as codec
import difflib
import hashlib
import re
from functools import cmp_to_key

from k8snb.runtime.filesystem import FileError
from k8snb.runtime.process import Wait
from k8snb.runtime.programs.files import options
from k8snb.runtime.programs.program import Blocked, Call, Failure, Outcome, Pause, each_file
from k8snb.runtime.shell.pattern import expand_classes


def _text(content: bytes) -> str:
    return content.decode("utf-8", "surrogateescape")


def _lines(content: bytes) -> list[str]:
    """Lines without their newlines."""
    text = _text(content)
    lines = text.split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def _joined(call: Call, names: list[str], status: list[int]) -> list[str]:
    return [line for _, content in each_file(call, names, status) for line in _lines(content)]


def _old_count(call: Call) -> Call:
    """`head -5` is `head -n 5`."""
    for index, word in enumerate(call.argv[1:], 1):
        if re.fullmatch(r"-\d+", word):
            call.argv = (*call.argv[:index], "-n", word[1:], *call.argv[index + 1 :])
            break
    return call


def head(call: Call) -> Outcome:
    found, names = options(_old_count(call), "qv", "nc")
    count, status = int(found.get("n", "10")), [0]
    if not names and "c" not in found and count >= 0:
        return _head_of_stream(call, count)
    for index, (name, content) in enumerate(each_file(call, names, status)):
        if len(names) > 1 and "q" not in found:
            call.out(f"{chr(10) if index else ''}==> {name} <==\n")
        if "c" in found:
            call.out(content[: int(found["c"])])
        else:
            lines = content.splitlines(keepends=True)
            call.out(b"".join(lines[:count] if count >= 0 else lines[: len(lines) + count]))
    return status[0]


def _head_of_stream(call: Call, count: int) -> Outcome:
    """Ends as soon as enough lines are there, so that an endless writer is stopped by its broken pipe."""
    data, ended = call.machine.available(call.process, 0)
    lines = data.split(b"\n", count)
    if len(lines) <= count and not ended:
        raise Blocked(Wait("input", 0, len(data)))
    taken = data if len(lines) <= count else data[: len(data) - len(lines[-1])]
    call.machine.consume(call.process, 0, len(taken))
    call.out(taken)
    return 0


def tail(call: Call) -> Outcome:
    found, names = options(_old_count(call), "fFqv", "ncs")
    if call.state is not None:
        return _follow(call)
    status, raw = [0], found.get("n", "10")
    for index, (name, content) in enumerate(each_file(call, names, status)):
        if len(names) > 1 and "q" not in found:
            call.out(f"{chr(10) if index else ''}==> {name} <==\n")
        if "c" in found:
            call.out(content[-int(found["c"].lstrip("-")) :])
            continue
        lines = content.splitlines(keepends=True)
        number = int(raw.lstrip("+-") or 0)
        call.out(b"".join(lines[max(number - 1, 0) :] if raw.startswith("+") else lines[-number:] if number else []))
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
    seen = seen if len(content) >= seen else 0
    call.out(content[seen:])
    return Pause(1.0, (path, len(content)))


def wc(call: Call) -> Outcome:
    found, names = options(call, "lwcmL")
    wanted = [letter for letter in "lwcm" if letter in found] or list("lwc")
    status, rows = [0], []
    for name, content in each_file(call, names, status):
        counts = {"l": content.count(b"\n"), "w": len(content.split()), "c": len(content), "m": len(_text(content))}
        rows.append(([counts[letter] for letter in wanted], name if names else ""))
    if len(rows) > 1:
        rows.append(([sum(column) for column in zip(*(row for row, _ in rows), strict=True)], "total"))
    width = max((len(str(number)) for row, _ in rows for number in row), default=1)
    if call.busybox:
        width = 9 if len(wanted) > 1 else 0
    elif not names and len(wanted) > 1:
        width = 7
    for row, name in rows:
        single = len(row) == 1 and len(rows) == 1
        cells = [str(number) if single else f"{number:{width or 1}d}" for number in row]
        call.out(" ".join(cells) + (f" {name}" if name else "") + "\n")
    return status[0]


def sort(call: Call) -> Outcome:
    found, names = options(call, "nrufbdhiVszcg", "tko")
    keys = [call.argv[i + 1] if word == "-k" else word[2:] for i, word in enumerate(call.argv) if word.startswith("-k")]
    status = [0]
    lines = _joined(call, names, status)

    def order(line: str) -> tuple[object, ...]:
        parts = tuple(
            _sort_key(_field(line, key, found.get("t")), set(found) | set(re.sub(r"[\d.,]", "", key))) for key in keys
        )
        return parts or (_sort_key(line, set(found)),)

    def compare(a: str, b: str) -> int:
        for key in keys or [""]:
            letters = re.sub(r"[\d.,]", "", key)
            flags = set(letters) or set(found)
            left = _sort_key(_field(a, key, found.get("t")) if key else a, flags)
            right = _sort_key(_field(b, key, found.get("t")) if key else b, flags)
            if left != right:
                result = -1 if left < right else 1
                return -result if "r" in flags else result
        return 0

    if "u" in found:
        seen: dict[tuple[object, ...], str] = {}
        for line in lines:
            seen.setdefault(order(line), line)
        lines = list(seen.values())
    elif "s" not in found:
        lines.sort(reverse="r" in found)
    lines.sort(key=cmp_to_key(compare))
    text = "".join(f"{line}\n" for line in lines)
    if "o" in found:
        call.machine.fs.write(call.path(found["o"]), text.encode("utf-8", "surrogateescape"))
    else:
        call.out(text)
    return status[0]


def _field(line: str, key: str, separator: str | None) -> str:
    """The part of a line that `-k FROM[,TO]` names."""
    first, _, last = re.sub(r"[a-zA-Z]", "", key).partition(",")
    start = int(first.partition(".")[0] or 1) - 1
    fields = line.split(separator) if separator else re.findall(r"\s*\S+", line)
    stop = int(last.partition(".")[0]) if last else len(fields)
    joined = (separator or "").join(fields[start:stop])
    return joined if separator else joined.lstrip()


def _sort_key(text: str, flags: set[str]) -> tuple[float, str]:
    if "n" in flags or "g" in flags or "h" in flags:
        match = re.match(r"\s*(-?\d*\.?\d+)([KMGTP]?)", text)
        scale = 1024.0 ** "KMGTP".index(match[2]) * 1024 if match and match[2] and "h" in flags else 1.0
        return (float(match[1]) * scale if match else 0.0, "")
    if "V" in flags:
        return (0.0, re.sub(r"\d+", lambda digits: digits[0].zfill(12), text))
    text = text.lstrip() if "b" in flags else text
    return (0.0, text.upper() if "f" in flags else text)


def uniq(call: Call) -> Outcome:
    found, names = options(call, "cdui", "fs")
    status = [0]
    groups: list[tuple[str, int]] = []
    for line in _joined(call, names[:1], status):
        same = groups and (groups[-1][0].lower() == line.lower() if "i" in found else groups[-1][0] == line)
        if same:
            groups[-1] = (groups[-1][0], groups[-1][1] + 1)
        else:
            groups.append((line, 1))
    for line, count in groups:
        if ("d" in found and count == 1) or ("u" in found and count > 1):
            continue
        call.out(f"{count:7d} {line}\n" if "c" in found else f"{line}\n")
    return status[0]


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
    found, names = options(call, "snC", "dfcbO")
    listed = found.get("f") or found.get("c") or found.get("b")
    if not listed:
        raise Failure("you must specify a list of bytes, characters, or fields")
    wanted, separator, status = ranges(listed), found.get("d", "\t") or "\t", [0]

    def keeps(index: int) -> bool:
        return any(first <= index <= last for first, last in wanted) != ("C" in found)

    for line in _joined(call, names, status):
        if "f" not in found:
            call.out("".join(char for index, char in enumerate(line, 1) if keeps(index)) + "\n")
        elif separator in line:
            fields = line.split(separator)
            call.out(separator.join(field for index, field in enumerate(fields, 1) if keeps(index)) + "\n")
        elif "s" not in found:
            call.out(line + "\n")
    return status[0]


def _set(text: str) -> str:
    """The characters that a set of tr names."""
    from k8snb.runtime.shell.words import unescape

    text = unescape(expand_classes_in_set(text))
    out, at = [], 0
    while at < len(text):
        if text[at + 1 : at + 2] == "-" and at + 2 < len(text):
            out += [chr(code) for code in range(ord(text[at]), ord(text[at + 2]) + 1)]
            at += 3
        else:
            out.append(text[at])
            at += 1
    return "".join(out)


def expand_classes_in_set(text: str) -> str:
    """`[:upper:]` in a tr set, spelled out as ranges."""
    return re.sub(r"\[:\w+:\]", lambda match: expand_classes(match[0]).replace(r"\t\n\r\f\v", "\t\n\r\f\v"), text)


def tr(call: Call) -> Outcome:
    found, sets = options(call, "dscCt")
    if not sets:
        raise Failure("missing operand")
    first, second = _set(sets[0]), _set(sets[1]) if len(sets) > 1 else ""
    text = _text(call.stdin())
    inverted = "c" in found or "C" in found

    def member(char: str) -> bool:
        return (char in first) != inverted

    if "d" in found:
        text = "".join(char for char in text if not member(char))
    elif second:
        table = {} if inverted else {char: second[min(index, len(second) - 1)] for index, char in enumerate(first)}
        text = "".join(second[-1] if inverted and member(char) else table.get(char, char) for char in text)
    if "s" in found:
        squeezed = second or first
        inverted = inverted and not second
        text = re.sub(
            r"(.)\1+", lambda run: run[1] if (run[1] in squeezed) != inverted else run[0], text, flags=re.DOTALL
        )
    call.out(text)
    return 0


def tee(call: Call) -> Outcome:
    found, names = options(call, "ai")
    machine, process = call.machine, call.process
    data, ended = machine.available(process, 0)
    machine.consume(process, 0, len(data))
    for name in names:
        machine.fs.write(call.path(name), data, append="a" in found or call.state is not None)
    process.state = True
    if data:
        machine.write(process, 1, data)
    if not ended:
        raise Blocked(process.wait or Wait("input", 0))
    return 0


def rev(call: Call) -> Outcome:
    status = [0]
    call.out("".join(line[::-1] + "\n" for line in _joined(call, call.args, status)))
    return status[0]


def tac(call: Call) -> Outcome:
    status = [0]
    call.out("".join(line + "\n" for line in reversed(_joined(call, call.args, status))))
    return status[0]


def nl(call: Call) -> Outcome:
    found, names = options(call, "", "bnswv")
    status, number = [0], 0
    for line in _joined(call, names, status):
        if line or found.get("b") == "a":
            number += 1
            call.out(f"{number:6d}\t{line}\n")
        else:
            call.out("       \n")
    return status[0]


def seq(call: Call) -> Outcome:
    found, numbers = _seq_options(call.args)
    try:
        values = [float(number) for number in numbers]
    except ValueError:
        raise Failure(
            "invalid number" if call.busybox else f"invalid floating point argument: '{numbers[0]}'"
        ) from None
    if not 1 <= len(values) <= 3:
        raise Failure("missing operand")
    first, step, last = {1: (1.0, 1.0, values[0]), 2: (values[0], 1.0, values[-1])}.get(
        len(values), (*values, 0.0, 0.0)[:3]
    )
    if step == 0:
        raise Failure("increment must not be zero")
    places = max(len(number.partition(".")[2]) for number in numbers[:2]) if len(numbers) > 1 else 0
    count = int((last - first) / step + 1e-9) + 1 if (last - first) * step >= 0 else 0
    if count > 1_000_000:
        raise Failure("out of memory", 137)
    texts = [f"{first + step * index:.{places}f}" for index in range(max(count, 0))]
    if "w" in found:
        width = max((len(text) for text in texts), default=0)
        texts = [text.zfill(width) for text in texts]
    if texts:
        call.out(found.get("s", "\n").join(texts) + "\n")
    return 0


def _seq_options(args: list[str]) -> tuple[dict[str, str], list[str]]:
    """Negative numbers are no options."""
    found: dict[str, str] = {}
    while args and re.match(r"-[a-zA-Z]", args[0]):
        word = args.pop(0)
        if word[1] in "sf":
            found[word[1]] = word[2:] or (args.pop(0) if args else "")
        else:
            found[word[1]] = ""
    return found, args


def base64(call: Call) -> Outcome:
    found, names = options(call, "di", "w")
    data = call.read(names[0]) if names else call.stdin()
    if "d" in found:
        try:
            call.out(codec.b64decode(b"".join(data.split()), validate=True))
        except ValueError:
            raise Failure("truncated input" if call.busybox else "invalid input") from None
        return 0
    text = codec.b64encode(data).decode()
    width = int(found.get("w") or 76) if found.get("w") != "0" else 0
    call.out(text if not width else "".join(text[at : at + width] + "\n" for at in range(0, len(text), width)))
    return 0


def checksum(call: Call) -> Outcome:
    _, names = options(call, "bctsw")
    status = [0]
    algorithm = call.name.removesuffix("sum")
    for name, content in each_file(call, names, status):
        call.out(f"{hashlib.new(algorithm, content, usedforsecurity=False).hexdigest()}  {name}\n")
    return status[0]


def yes(call: Call) -> Outcome:
    """Writes for ever: as much as its reader takes."""
    line = (" ".join(call.args) or "y").encode() + b"\n"
    fd = call.process.fds.get(1)
    size = 1 << 20 if fd is not None and fd.kind == "file" else 8192
    call.machine.write(call.process, 1, line * (size // len(line) + 1))
    return Pause(0.0, True)


def od(call: Call) -> Outcome:
    found, names = options(call, "cbxvdo", "AtNj")
    data = b"".join(content for _, content in each_file(call, names, [0]))
    data = data[: int(found["N"])] if found.get("N", "").isdigit() else data
    shown = found.get("t", "c" if "c" in found else "o2")
    for at in range(0, len(data), 16):
        chunk = data[at : at + 16]
        address = f"{at:07o}" if found.get("A") != "n" else ""
        if shown.startswith("c"):
            cells = [_od_char(byte) for byte in chunk]
        elif shown.startswith("x"):
            cells = [f" {byte:02x}" for byte in chunk]
        else:
            cells = [f" {int.from_bytes(chunk[i : i + 2], 'little'):06o}" for i in range(0, len(chunk), 2)]
        call.out(address + "".join(cells) + "\n")
    if found.get("A") != "n":
        call.out(f"{len(data):07o}\n")
    return 0


def _od_char(byte: int) -> str:
    named = {0: "\\0", 7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r"}
    return f"{named.get(byte) or (chr(byte) if 32 <= byte < 127 else f'{byte:03o}'):>4}"


def fold(call: Call) -> Outcome:
    found, names = options(call, "sb", "w")
    width, status = int(found.get("w", "80")), [0]
    for line in _joined(call, names, status):
        call.out("".join(line[at : at + width] + "\n" for at in range(0, max(len(line), 1), width)))
    return status[0]


def paste(call: Call) -> Outcome:
    found, names = options(call, "s", "d")
    separator, status = found.get("d", "\t"), [0]
    columns = [_lines(content) for _, content in each_file(call, names, status)]
    if "s" in found:
        call.out("".join(separator.join(column) + "\n" for column in columns))
        return status[0]
    for index in range(max((len(column) for column in columns), default=0)):
        call.out(separator.join(column[index] if index < len(column) else "" for column in columns) + "\n")
    return status[0]


def strings(call: Call) -> Outcome:
    status = [0]
    for _, content in each_file(call, call.args, status):
        call.out("".join(run.decode() + "\n" for run in re.findall(rb"[\x20-\x7e\t]{4,}", content)))
    return status[0]


def diff(call: Call) -> Outcome:
    found, names = options(call, "uqrNbwiaB", "U")
    if len(names) != 2:
        raise Failure("missing operand", 2)
    left, right = (_lines(call.read(name)) for name in names)
    if left == right:
        return 0
    if "q" in found:
        call.out(f"Files {names[0]} and {names[1]} differ\n")
        return 1
    if "u" in found or "U" in found or call.busybox:
        lines = difflib.unified_diff(left, right, names[0], names[1], lineterm="", n=int(found.get("U") or 3))
        call.out("".join(line + "\n" for line in lines))
        return 1
    for tag, a, b, c, d in difflib.SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        letter = {"replace": "c", "delete": "d", "insert": "a"}[tag]
        call.out(f"{_span(a, b, tag == 'insert')}{letter}{_span(c, d, tag == 'delete')}\n")
        call.out("".join(f"< {line}\n" for line in left[a:b]))
        call.out("---\n" if tag == "replace" else "")
        call.out("".join(f"> {line}\n" for line in right[c:d]))
    return 1


def _span(start: int, stop: int, empty: bool) -> str:
    if empty:
        return str(start)
    return str(start + 1) if stop - start == 1 else f"{start + 1},{stop}"


def cmp(call: Call) -> Outcome:
    found, names = options(call, "sl")
    left, right = call.read(names[0]), call.read(names[1])
    if left == right:
        return 0
    at = next((i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), None)
    if "s" not in found:
        if at is None:
            short = names[0] if len(left) < len(right) else names[1]
            call.err(f"cmp: EOF on {short}\n")
        else:
            call.out(f"{names[0]} {names[1]} differ: byte {at + 1}, line {left[:at].count(10) + 1}\n")
    return 1
