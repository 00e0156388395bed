"""gzip, gunzip, zcat: real gzip data, without a name or a time in it, so that the same file always gives the same bytes."""

from __future__ import annotations

import zlib

from k8snb.runtime import limits
from k8snb.runtime.filesystem import File, FileError
from k8snb.runtime.programs.files import options
from k8snb.runtime.programs.program import Call, Failure, Outcome

_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"


def packed(data: bytes, level: int = 6) -> bytes:
    """A gzip file of some data."""
    packer = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    tail = (zlib.crc32(data) & 0xFFFFFFFF).to_bytes(4, "little") + (len(data) & 0xFFFFFFFF).to_bytes(4, "little")
    return _HEAD + packer.compress(data) + packer.flush() + tail


def unpacked(data: bytes) -> bytes:
    """The data of a gzip file, or of several in a row. ValueError if it is none; Failure if there is no room for it."""
    out: list[bytes] = []
    room = limits.TREE_BYTES
    while data:
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            piece = unpacker.decompress(data, room)
        except zlib.error as error:
            if out:
                break  # bytes behind the last member are ignored
            raise ValueError(str(error)) from None
        if not unpacker.eof:
            if unpacker.unconsumed_tail:
                raise Failure("out of memory", 137)
            raise ValueError("unexpected end of file")
        out.append(piece)
        room -= len(piece)
        data = unpacker.unused_data
    return b"".join(out)


def gzip(call: Call) -> Outcome:
    """`gzip [-cdfkntv19] [file …]`; gunzip is `gzip -d`, zcat `gzip -dc`."""
    found, names = options(call, "cdfkntvqlrN123456789", "S")
    back = "d" in found or call.name in ("gunzip", "zcat")
    kept = "c" in found or call.name == "zcat"
    level = next((int(letter) for letter in "123456789" if letter in found), 6)
    status = 0
    for name in names or ["-"]:
        try:
            status = max(status, _one(call, name, back, kept, level, set(found)))
        except FileError as error:
            call.complain(f"{name}: {error.words}")
            status = 1
    return status


def _one(call: Call, name: str, back: bool, kept: bool, level: int, flags: set[str]) -> int:
    fs = call.machine.fs
    if name != "-" and fs.is_dir(call.path(name)):
        call.complain(f"{name} is a directory -- ignored" if not call.busybox else f"{name}: Is a directory")
        return 2 if not call.busybox else 1
    if back and name != "-" and not kept and not name.endswith((".gz", ".tgz")):
        if not fs.exists(call.path(name)) and fs.exists(call.path(name + ".gz")):
            name += ".gz"
        else:
            fs.read(call.path(name))  # one that is missing is told first
            call.complain(f"{name}: unknown suffix -- ignored")
            return 2 if not call.busybox else 1
    content = call.stdin() if name == "-" else call.read(name)
    try:
        result = unpacked(content) if back else packed(content, level)
    except ValueError as error:
        shown = "stdin" if name == "-" else name
        words = str(error) if "unexpected end" in str(error) else "not in gzip format"
        words = words if not call.busybox else "invalid magic" if "not in" in words else words
        call.err(f"\n{call.name}: {shown}: {words}\n" if not call.busybox else f"{call.name}: {words}\n")
        return 1
    if "t" in flags:
        return 0
    if kept or name == "-":
        call.out(result)
        return 0
    target = (name.removesuffix(".gz") if name.endswith(".gz") else name[:-3] + "tar") if back else name + ".gz"
    if fs.exists(call.path(target)) and "f" not in flags:
        call.complain(f"{target} already exists;\tnot overwritten" if not call.busybox else f"{target}: File exists")
        return 2 if not call.busybox else 1
    entry = fs.lookup(call.path(name))
    fs.write(call.path(target), result)
    fs.chmod(call.path(target), entry.mode)
    assert isinstance(entry, File)
    if "k" not in flags:
        fs.remove(call.path(name))
    return 0
