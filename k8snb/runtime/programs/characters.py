"""Programs about single characters and bytes: tr, rev, tac, nl, od, hexdump, xxd, base64, checksums, strings, expand."""

from __future__ import annotations

import base64 as codec
import hashlib
import re

from k8snb.runtime.filesystem import FileError
from k8snb.runtime.programs import filtering
from k8snb.runtime.programs.files import options
from k8snb.runtime.programs.program import Call, Failure, Outcome, Pause, UsageFailure, each_file
from k8snb.runtime.programs.slicing import amount
from k8snb.runtime.shell.pattern import expand_classes
from k8snb.runtime.shell.words import unescape


def _set(text: str) -> str:
    """The characters that a set of tr names, as bytes."""
    text = unescape(re.sub(r"\[:\w+:\]", _class, text))
    text = text.encode("utf-8", "surrogateescape").decode("latin-1")
    out, at = [], 0
    while at < len(text):
        if text[at + 1 : at + 2] == "-" and at + 2 < len(text):
            out += [chr(code) for code in range(ord(text[at]), ord(text[at + 2]) + 1)]
            at += 3
        else:
            out.append(text[at])
            at += 1
    return "".join(out)


def _class(match: re.Match[str]) -> str:
    """`[:upper:]` in a tr set, spelled out as ranges."""
    return expand_classes(match[0]).replace(r"\t\n\r\f\v", "\t\n\r\f\v").replace(" \\t", " \t")


def tr(call: Call) -> Outcome:
    found, sets = options(call, "dscCt")
    if not sets:
        raise Failure("missing operand")
    first, second = _set(sets[0]), _set(sets[1]) if len(sets) > 1 else ""
    if not second and "d" not in found and "s" not in found:
        raise Failure(f"missing operand after '{sets[0]}'")
    if "c" in found or "C" in found:
        first = "".join(chr(code) for code in range(256) if chr(code) not in first)
    delete = first if "d" in found else ""
    table: dict[int, str | None] = {}
    if second and not delete:
        last = second[-1]
        kept = first[: len(second)] if "t" in found else first
        table = {ord(char): second[index] if index < len(second) else last for index, char in enumerate(kept)}
    table |= {ord(char): None for char in delete}
    squeezed = set(second or first) if "s" in found else set()

    def show(data: bytes, ended: bool, before: str) -> str:
        text = data.decode("latin-1").translate(table)
        if squeezed:
            out = []
            for char in text:
                if char != before or char not in squeezed:
                    out.append(char)
                before = char
            text = "".join(out)
        call.out(text.encode("latin-1"))
        return before

    return filtering.chunks(call, [], show, "")


def rev(call: Call) -> Outcome:
    return filtering.lines(call, call.args, lambda lines, own: call.out("".join(f"{line[::-1]}\n" for line in lines)))


def tac(call: Call) -> Outcome:
    status = [0]
    for _, content in each_file(
        call, call.args, status, ("{name}: {words}", "failed to open '{name}' for reading: {words}")
    ):
        call.out(b"".join(reversed(content.splitlines(keepends=True))))
    return status[0]


def nl(call: Call) -> Outcome:
    found, names = options(call, "", "bnswvi")
    width, separator = amount(call, found.get("w", "6"), "columns"), found.get("s", "\t")

    def show(lines: list[str], number: int) -> int:
        for line in lines:
            if line or found.get("b") == "a":
                number += 1
                call.out(f"{number:{width}d}{separator}{line}\n")
            else:
                call.out(" " * (width + len(separator)) + "\n")
        return number

    return filtering.lines(call, names, show, amount(call, found.get("v", "1"), "lines") - 1)


def expand(call: Call) -> Outcome:
    found, names = options(call, "iU", "t")
    size = amount(call, found.get("t", "8"), "columns")
    return filtering.lines(
        call, names, lambda lines, own: call.out("".join(f"{line.expandtabs(size)}\n" for line in lines))
    )


def unexpand(call: Call) -> Outcome:
    found, names = options(call, "af", "t")
    size = amount(call, found.get("t", "8"), "columns")

    def show(lines: list[str], own: None) -> None:
        for line in lines:
            blanks = len(line) - len(line.lstrip(" \t"))
            head = line[:blanks].expandtabs(size)
            call.out("\t" * (len(head) // size) + " " * (len(head) % size) + line[blanks:] + "\n")

    return filtering.lines(call, names, show)


def base64(call: Call) -> Outcome:
    found, names = options(call, "di", "w")
    width = amount(call, found.get("w", "76"), "columns")
    if "d" in found:
        return _decoded(call, names)

    def show(data: bytes, ended: bool, own: tuple[bytes, str]) -> tuple[bytes, str]:
        rest, line = own
        data = rest + data
        whole = len(data) if ended else len(data) // 3 * 3
        line += codec.b64encode(data[:whole]).decode()
        if not width:
            call.out(line)
            return data[whole:], ""
        at = 0
        while len(line) - at >= width:
            call.out(line[at : at + width] + "\n")
            at += width
        line = line[at:]
        if ended and line:
            call.out(line + "\n")
        return data[whole:], line

    return filtering.chunks(call, names[:1], show, (b"", ""))


def _decoded(call: Call, names: list[str]) -> Outcome:
    data = b"".join((call.read(names[0]) if names else call.stdin()).split())
    good = re.match(rb"[A-Za-z0-9+/]*={0,2}", data)
    assert good is not None
    usable = good[0].rstrip(b"=")
    usable = usable[: len(usable) - (len(usable) % 4 == 1)]
    call.out(codec.b64decode(usable + b"=" * (-len(usable) % 4)))
    if good.end() != len(data) or len(data) % 4:
        if call.busybox:
            if good.end() == len(data):
                raise Failure("truncated input")
            return 0
        raise Failure("invalid input")
    return 0


def checksum(call: Call) -> Outcome:
    found, names = options(call, "bctsw")
    algorithm = call.name.removesuffix("sum")
    if "c" in found:
        return _checked(call, names, algorithm, "s" in found)
    status = [0]
    for name, content in each_file(call, names, status):
        call.out(f"{hashlib.new(algorithm, content, usedforsecurity=False).hexdigest()}  {name}\n")
    return status[0]


def _checked(call: Call, names: list[str], algorithm: str, quiet: bool) -> int:
    """`-c`: are the files still what a list of checksums says?"""
    failed = missing = 0
    for name in names or ["-"]:
        for line in call.read(name).decode("utf-8", "replace").splitlines():
            wanted, _, file = line.partition("  ")
            try:
                content = call.read(file)
            except FileError as error:
                call.complain(f"{file}: {error.words}")
                call.out("" if quiet else f"{file}: FAILED open or read\n")
                missing += 1
                continue
            good = hashlib.new(algorithm, content, usedforsecurity=False).hexdigest() == wanted
            failed += not good
            call.out("" if quiet else f"{file}: {'OK' if good else 'FAILED'}\n")
    for count, words in ((missing, "listed file could not be read"), (failed, "computed checksum did NOT match")):
        if count and call.busybox:
            call.complain(f"WARNING: {count} of {count} computed checksums did NOT match")
        elif count:
            plural = words.replace("file", "files").replace("checksum", "checksums") if count > 1 else words
            call.complain(f"WARNING: {count} {plural}")
    return 1 if failed or missing else 0


_SIZES = {"C": 1, "S": 2, "I": 4, "L": 8}


def od(call: Call) -> Outcome:
    found, names = options(call, "cbxvdo", "AtNj")
    kind = found.get(
        "t", "c" if "c" in found else "x2" if "x" in found else "u2" if "d" in found else "o1" if "b" in found else "o2"
    )
    limit = amount(call, found["N"], "bytes") if "N" in found else None
    data = call.machine.device("urandom")[:limit] if names == ["/dev/urandom"] and limit else b""
    data = data or b"".join(content for _, content in each_file(call, names, [0]))
    data = data[amount(call, found.get("j", "0"), "bytes") :][:limit]
    letter, size = (
        kind[:1],
        _SIZES.get(kind[1:2]) or int(kind[1:2] if kind[1:2].isdigit() else "4" if kind[:1] in "oxud" else "1"),
    )
    if letter not in "acdoux" or size not in (1, 2, 4, 8):
        raise Failure(f"invalid type string '{kind}'")
    last: bytes | None = None
    starred = False
    for at in range(0, len(data), 16):
        chunk = data[at : at + 16]
        if chunk == last and len(chunk) == 16 and "v" not in found:
            call.out("" if starred else "*\n")
            starred = True
            continue
        last, starred = chunk, False
        call.out(_address(at, found.get("A", "o")) + _dumped(chunk, letter, 1 if letter in "ac" else size) + "\n")
    if found.get("A") != "n":
        call.out(_address(len(data), found.get("A", "o")) + "\n")
    return 0


def _address(at: int, radix: str) -> str:
    return {"n": "", "d": f"{at:07d}", "x": f"{at:06x}"}.get(radix, f"{at:07o}")


_OCTAL_WIDTH = {1: 3, 2: 6, 4: 11, 8: 22}
_DECIMAL_WIDTH = {1: 3, 2: 5, 4: 10, 8: 20}


def _dumped(chunk: bytes, letter: str, size: int) -> str:
    if letter in "ac":
        return "".join(_character(byte) for byte in chunk)
    out = []
    for at in range(0, len(chunk), size):
        value = int.from_bytes(chunk[at : at + size], "little")
        if letter == "d":
            value -= (value >> (8 * size - 1)) << (8 * size)
        width = {"x": 2 * size, "o": _OCTAL_WIDTH[size]}.get(letter, _DECIMAL_WIDTH[size] + (letter == "d"))
        out.append(" " + (f"{value:>{width}d}" if letter in "du" else f"{value:0{width}{letter}}"))
    return "".join(out)


def _character(byte: int) -> str:
    named = {0: "\\0", 7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r"}
    return f"{named.get(byte) or (chr(byte) if 32 <= byte < 127 else f'{byte:03o}'):>4}"


def hexdump(call: Call) -> Outcome:
    """`hexdump -C`, and its plain form: pairs of bytes as numbers."""
    found, names = options(call, "Cbcdovx", "nsef")
    data = b"".join(content for _, content in each_file(call, names, [0]))
    data = data[amount(call, found.get("s", "0"), "bytes") :]
    data = data[: amount(call, found["n"], "bytes")] if "n" in found else data
    for at in range(0, len(data), 16):
        chunk = data[at : at + 16]
        if "C" in found:
            cells = [f"{byte:02x}" for byte in chunk] + ["  "] * (16 - len(chunk))
            text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in chunk)
            call.out(f"{at:08x}  {' '.join(cells[:8])}  {' '.join(cells[8:])}  |{text}|\n")
        else:
            pairs = [f"{int.from_bytes(chunk[i : i + 2], 'little'):04x}" for i in range(0, len(chunk), 2)]
            call.out(f"{at:07x} {' '.join(pairs):<39}\n" if not call.busybox else f"{at:07x} {' '.join(pairs)}\n")
    if data:
        call.out(f"{len(data):08x}\n" if "C" in found else f"{len(data):07x}\n")
    return 0


def xxd(call: Call) -> Outcome:
    found, names = options(call, "prui", "lscgo")
    data = b"".join(content for _, content in each_file(call, names[:1], [0]))
    if "r" in found:
        call.out(bytes.fromhex("".join(re.findall(r"[0-9a-fA-F]{2}", data.decode("latin-1")))))
        return 0
    data = data[: amount(call, found["l"], "bytes")] if "l" in found else data
    if "p" in found:
        text = data.hex()
        call.out("".join(text[at : at + 60] + "\n" for at in range(0, len(text), 60)))
        return 0
    for at in range(0, len(data), 16):
        chunk = data[at : at + 16]
        pairs = " ".join(chunk[i : i + 2].hex() for i in range(0, len(chunk), 2))
        call.out(f"{at:08x}: {pairs:<39}  {''.join(chr(b) if 32 <= b < 127 else '.' for b in chunk)}\n")
    return 0


def strings(call: Call) -> Outcome:
    found, names = options(call, "afo", "nt")
    least, status = amount(call, found.get("n", "4"), "bytes"), [0]
    for _, content in each_file(call, names, status):
        call.out("".join(run.decode() + "\n" for run in re.findall(rb"[\x20-\x7e\t]{%d,}" % least, content)))
    return status[0]


def yes(call: Call) -> Outcome:
    """Writes for ever: as much as its reader takes."""
    line = (" ".join(call.args) or "y").encode("utf-8", "surrogateescape") + b"\n"
    fd = call.process.fds.get(1)
    size = 1 << 20 if fd is not None and fd.kind == "file" else 8192
    call.machine.write(call.process, 1, line * (size // len(line) + 1))
    return Pause(0.0, True)


def seq(call: Call) -> Outcome:
    found, numbers = _seq_options(call.args)
    values: list[float] = []
    for number in numbers:
        try:
            values.append(float(number))
        except ValueError:
            words = "invalid number '{}'" if call.busybox else "invalid floating point argument: '{}'"
            raise UsageFailure(words.format(number)) from None
    if not 1 <= len(values) <= 3:
        raise UsageFailure("missing operand")
    first, step, last = {1: (1.0, 1.0, values[0]), 2: (values[0], 1.0, values[-1])}.get(
        len(values), (*values, 0.0, 0.0)[:3]
    )
    if step == 0:
        raise Failure("increment must not be zero" if call.busybox else f"invalid Zero increment value: '{numbers[1]}'")
    places = max(len(number.partition(".")[2]) for number in numbers[:2]) if len(numbers) > 1 else 0
    count = int((last - first) / step + 1e-9) + 1 if (last - first) * step >= 0 else 0
    start: int = call.state or 0
    call.machine.work(call.process, 10_000 * 128 if count > 10_000 else 0)
    texts = [f"{first + step * index:.{places}f}" for index in range(start, min(count, start + 10_000))]
    if "w" in found:
        width = max(len(f"{end:.{places}f}") for end in (first, first + step * max(count - 1, 0)))
        texts = [text.zfill(width) for text in texts]
    if "f" in found:
        texts = [_formatted(found["f"], float(text)) for text in texts]
    if not texts:
        return 0
    separator = found.get("s", "\n")
    more = start + 10_000 < count
    call.out(separator.join(texts) + (separator if more else "\n"))
    return Pause(0.0, start + 10_000) if more else 0


def _formatted(template: str, value: float) -> str:
    match = re.fullmatch(r"(.*?)%([-+ 0#]*\d{0,3}(?:\.\d{1,3})?[eEfFgG])(.*)", template, re.DOTALL)
    if match is None:
        raise Failure(f"format '{template}' has no % directive")
    return f"{match[1]}{'%' + match[2]}{match[3]}" % value


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
