"""dd and truncate: files by blocks."""

from __future__ import annotations

import re
from typing import NamedTuple

from k8snb.runtime import limits
from k8snb.runtime.filesystem import File, FileError
from k8snb.runtime.process import Wait
from k8snb.runtime.programs.files import options
from k8snb.runtime.programs.program import ENDLESS, Blocked, Call, Failure, Outcome, Pause, UsageFailure

_CHUNK = 1 << 20
#: bytes a second that are copied, for what dd says of its own speed
_SPEED = 1.5e9


def size_of(text: str) -> int:
    """Bytes of `512`, `4k`, `1M`, `2x512`. Failure."""
    total = 1
    for factor in text.split("x"):
        match = re.fullmatch(r"(\d{1,15})(c|w|b|kB|k|K|KiB|MB|M|MiB|GB|G|GiB|T)?", factor)
        if match is None:
            raise Failure(f"invalid number '{text}'")
        unit = match[2] or "c"
        named = {"c": 1, "w": 2, "b": 512, "kB": 1000, "MB": 10**6, "GB": 10**9}
        total *= int(match[1]) * (named.get(unit) or 1024 ** ("KMGT".index(unit[0].upper()) + 1))
    return total


class _Place(NamedTuple):
    """How much has been read and written; or that all is done, and dd only reports after its time."""

    copied: int = 0
    over: bool = False


def dd(call: Call) -> Outcome:
    """`dd [if=] [of=] [bs=] [count=] [skip=] [seek=] [conv=] [status=]`; what does not fit the disk ends with its error."""
    words = dict(arg.partition("=")[::2] for arg in call.args)
    unknown = set(words) - {"if", "of", "bs", "ibs", "obs", "count", "skip", "seek", "conv", "status", "iflag", "oflag"}
    if unknown:
        raise UsageFailure(f"unrecognized operand '{min(unknown)}'")
    block = size_of(words.get("bs") or words.get("ibs") or "512")
    if not block:
        raise Failure(f"invalid number: '{words.get('bs')}'")
    place: _Place = call.state or _Place()
    if place.over:
        return _report(call, words, place.copied, block)
    limit = block * size_of(words["count"]) if "count" in words else None
    device = _device(call, words.get("if", ""))
    if device and _device(call, words.get("of", "")) == "null" and limit is not None:
        return Pause(max(limit / _SPEED, 1e-6), _Place(limit, True))
    skip = block * size_of(words.get("skip", "0"))
    try:
        data, ended = _read(call, words.get("if"), device, place.copied, skip, limit)
        call.machine.work(call.process, len(data))
        _write(call, words, data, place.copied, block)
    except FileError as error:
        if not words.get("if") or call.machine.fs.exists(call.path(words["if"])):
            call.complain(f"error writing '{words.get('of', 'standard output')}': {error.words}")
            _report(call, words, place.copied, block)
            return 1
        opened = f"can't open '{words['if']}'" if call.busybox else f"failed to open '{words['if']}'"
        raise Failure(f"{opened}: {error.words}") from None
    copied = place.copied + len(data)
    if ended or (limit is not None and copied >= limit):
        return Pause(max(copied / _SPEED, 1e-6), _Place(copied, True))
    return Pause(0.0, _Place(copied))


def _device(call: Call, name: str) -> str:
    try:
        entry = call.machine.fs.lookup(call.path(name)) if name else None
    except FileError:
        return ""
    return entry.device if isinstance(entry, File) else ""


def _read(call: Call, name: str | None, device: str, copied: int, skip: int, limit: int | None) -> tuple[bytes, bool]:
    """(the next bytes, whether those were the last)."""
    room = _CHUNK if limit is None else min(_CHUNK, limit - copied)
    if device in ENDLESS:
        return call.machine.device(device)[:room], False
    if name:
        content = call.machine.fs.read(call.path(name))
        at = skip + copied
        return content[at : at + room], at + room >= len(content)
    data, ended = call.machine.available(call.process, 0)
    if not data and not ended:
        raise Blocked(Wait("input", 0, 0))
    if not copied and skip:
        if len(data) < skip and not ended:
            raise Blocked(Wait("input", 0, len(data)))
        call.machine.consume(call.process, 0, min(skip, len(data)))
        data = data[skip:]
    taken = data[:room]
    call.machine.consume(call.process, 0, len(taken))
    return taken, ended and len(taken) == len(data)


def _write(call: Call, words: dict[str, str], data: bytes, copied: int, block: int) -> None:
    if "ucase" in words.get("conv", "") or "lcase" in words.get("conv", ""):
        data = data.upper() if "ucase" in words["conv"] else data.lower()
    if "of" not in words:
        call.machine.write(call.process, 1, data)
        return
    fs, path = call.machine.fs, call.path(words["of"])
    seek = block * size_of(words.get("seek", "0"))
    if copied or not (seek or "notrunc" in words.get("conv", "")):
        if copied and "notrunc" not in words.get("conv", ""):
            fs.write(path, data, append=True)
            return
        if not copied:
            fs.write(path, data, mode=0o666 & ~call.process.umask)
            return
    at = seek + copied
    if at + len(data) > limits.TREE_BYTES:
        raise FileError("ENOSPC", path)
    old = fs.read(path) if fs.exists(path) else b""
    kept = old[at + len(data) :] if "notrunc" in words.get("conv", "") else b""
    fs.write(path, old[:at].ljust(at, b"\0") + data + kept)


def _report(call: Call, words: dict[str, str], copied: int, block: int) -> int:
    if words.get("status") == "none":
        return 0
    full, part = divmod(copied, block)
    counts = f"{full}+{int(part > 0)}"
    call.err(f"{counts} records in\n{counts} records out\n")
    if words.get("status") == "noxfer":
        return 0
    seconds = max(copied / _SPEED, 1e-6)
    if call.busybox:
        size, speed = _scaled(copied, 1024, ""), _scaled(copied / seconds, 1024, "")
        call.err(f"{copied} bytes ({size}) copied, {seconds:f} seconds, {speed}/s\n")
        return 0
    sizes = [f"{_scaled(copied, 1000, ' ')}"] if copied >= 1000 else []
    sizes += [f"{_scaled(copied, 1024, ' i')}"] if copied >= 1024 else []
    shown = f" ({', '.join(sizes)})" if sizes else ""
    call.err(f"{copied} bytes{shown} copied, {seconds:.6g} s, {_scaled(copied / seconds, 1000, ' ')}/s\n")
    return 0


def _scaled(value: float, base: int, style: str) -> str:
    """1.5 MB, 1.4 MiB or busybox's 1.4MB."""
    units = ("", "k", "M", "G", "T") if base == 1000 else ("", "K", "M", "G", "T")
    index = 0
    while value >= base and index < 4:
        value, index = value / base, index + 1
    binary = "i" if style == " i" and index else ""
    if style:
        return (
            f"{value:.1f} {units[index]}{binary}B" if value < 10 and index else f"{value:.0f} {units[index]}{binary}B"
        )
    return f"{value:.1f}{units[index]}B"


def truncate(call: Call) -> Outcome:
    found, names = options(call, "c", "sr")
    if "s" not in found:
        raise UsageFailure("you must specify either '--size' or '--reference'")
    sign, text = (found["s"][:1], found["s"][1:]) if found["s"][:1] in ("+", "-") else ("", found["s"])
    for name in names:
        path, fs = call.path(name), call.machine.fs
        content = fs.read(path) if fs.exists(path) else b""
        if not fs.exists(path) and "c" in found:
            continue
        size = size_of(text)
        size = len(content) + size if sign == "+" else max(len(content) - size, 0) if sign == "-" else size
        if size > limits.TREE_BYTES:
            raise Failure(
                f"failed to truncate '{name}' at {size} bytes: File too large"
                if not call.busybox
                else f"{name}: File too large"
            )
        fs.write(path, content[:size].ljust(size, b"\0"))
    return 0
