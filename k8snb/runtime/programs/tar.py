"""tar: pack files into an archive, list it, take it apart; also through pipes, which `kubectl cp` lives on.

Wording is GNU's or busybox's, as the image has it. Source: https://www.gnu.org/software/tar/manual/, busybox
`archival/tar.c`.
"""

from __future__ import annotations

import io
import stat
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from k8snb.runtime.filesystem import Directory, Entry, File, FileError, Link, join
from k8snb.runtime.programs.program import Call, Outcome

_FLAGS = "ctxvzmpoOhk"
_VALUED = "fCX"
_LONG = {
    "create": "c",
    "list": "t",
    "extract": "x",
    "get": "x",
    "verbose": "v",
    "gzip": "z",
    "touch": "m",
    "preserve-permissions": "p",
    "same-permissions": "p",
    "no-same-owner": "o",
    "to-stdout": "O",
    "dereference": "h",
    "file": "f",
    "directory": "C",
}
_IGNORED = ("overwrite", "numeric-owner")
_BY_UMASK = "no-same-permissions"
_HINT = "Try 'tar --help' or 'tar --usage' for more information."
_TYPES = {tarfile.DIRTYPE: "d", tarfile.SYMTYPE: "l", tarfile.CHRTYPE: "c", tarfile.LNKTYPE: "h"}


class _Fatal(Exception):
    """Ends tar at once; the lines are complete."""

    def __init__(self, *lines: str, status: int = 2) -> None:
        super().__init__(*lines)
        self.lines, self.status = lines, status


@dataclass
class _Options:
    flags: dict[str, str] = field(default_factory=dict)
    #: (folder to be in, name)
    names: list[tuple[str, str]] = field(default_factory=list)
    folder: str = ""
    strip: int = 0


def tar(call: Call) -> Outcome:
    """Pack, list or unpack."""
    try:
        options = _options(call)
        modes = [letter for letter in "ctx" if letter in options.flags]
        if len(modes) != 1:
            raise _Fatal("You must specify one of the '-Acdtrux', '--delete' or '--test-label' options", _HINT)
        if modes[0] == "c":
            return _create(call, options)
        return _read(call, options, extract=modes[0] == "x")
    except _Fatal as error:
        for line in error.lines:
            call.err(f"{line}\n" if line == _HINT else f"tar: {line}\n")
        return 1 if call.busybox else error.status


def _options(call: Call) -> _Options:
    options, args = _Options(), call.args
    if args and not args[0].startswith("-"):
        # the old way: letters, then their values in turn
        letters = args.pop(0)
        for letter in letters:
            if letter in _VALUED and not args:
                raise _Fatal(f"Old option '{letter}' requires an argument.", _HINT)
            _set(options, letter, args.pop(0) if letter in _VALUED else "")
    while args:
        word = args.pop(0)
        if word == "--":
            options.names += [(options.folder, name) for name in args]
            break
        if word.startswith("--"):
            _long(options, word[2:], args)
        elif word.startswith("-") and word != "-":
            _short(options, word[1:], args)
        else:
            options.names.append((options.folder, word))
    return options


def _set(options: _Options, letter: str, value: str) -> None:
    if letter not in _FLAGS + _VALUED:
        raise _Fatal(f"invalid option -- '{letter}'", _HINT, status=64)
    if letter == "C":
        options.folder = join(options.folder or "/", value) if options.folder else value
    options.flags[letter] = value


def _short(options: _Options, letters: str, args: list[str]) -> None:
    while letters:
        letter, letters = letters[0], letters[1:]
        if letter in _VALUED:
            if not letters and not args:
                raise _Fatal(f"option requires an argument -- '{letter}'", _HINT, status=64)
            _set(options, letter, letters or args.pop(0))
            return
        _set(options, letter, "")


def _long(options: _Options, word: str, args: list[str]) -> None:
    name, equals, value = word.partition("=")
    if name == _BY_UMASK:
        options.flags[name] = ""
    if name == _BY_UMASK or name in _IGNORED:
        return
    if name == "strip-components":
        options.strip = int(value or args.pop(0))
        return
    letter = _LONG.get(name)
    if letter is None:
        raise _Fatal(f"unrecognized option '--{name}'", _HINT, status=64)
    _set(options, letter, (value if equals else args.pop(0)) if letter in _VALUED else "")


# -- packing ------------------------------------------------------------------------------------------------------------


def _create(call: Call, options: _Options) -> int:
    if not options.names:
        raise _Fatal("Cowardly refusing to create an empty archive", _HINT)
    target = options.flags.get("f", "-")
    buffer, missing, cut = io.BytesIO(), False, False
    with tarfile.open(
        fileobj=buffer, mode="w:gz" if "z" in options.flags else "w", format=tarfile.GNU_FORMAT
    ) as archive:
        for folder, name in options.names:
            path = join(call.path(folder) if folder else call.process.cwd, name)
            try:
                found = list(_walk(call, path, name, "h" in options.flags))
            except FileError as error:
                missing = True
                what = "" if call.busybox else "Cannot stat: "
                call.complain(f"{name}: {what}{error.words}")
                continue
            leading, _ = _split(found[0][0])
            if leading and not cut:
                cut = True
                removing = "removing leading '{}'" if call.busybox else "Removing leading `{}'"
                call.complain(f"{removing.format(leading)} from member names")
            for shown, entry in found:
                inside = _split(shown)[1] or "./"
                _pack(archive, inside, entry)
                if "v" in options.flags:
                    line = f"{inside if call.busybox else shown}\n"
                    call.err(line) if target == "-" else call.out(line)
    if target == "-":
        call.out(buffer.getvalue())
    else:
        _write(call, call.path(target), buffer.getvalue(), target)
    return _end(call, missing)


def _split(name: str) -> tuple[str, str]:
    """What is not kept of a name (`/`, all up to the last `..`), and the rest."""
    parts = name.split("/")
    above = max((at for at, part in enumerate(parts) if part == ".."), default=-1) + 1
    rest = "/".join(parts[above:]).lstrip("/")
    return name[: len(name) - len(rest)], rest


def _end(call: Call, failed: bool) -> int:
    if failed:
        delayed = "error exit delayed from previous errors"
        call.complain(delayed if call.busybox else "Exiting with failure status due to previous errors")
    return (1 if call.busybox else 2) if failed else 0


def _write(call: Call, path: str, data: bytes, shown: str) -> None:
    try:
        call.machine.fs.write(path, data)
    except FileError as error:
        raise _Fatal(f"{shown}: Cannot open: {error.words}", "Error is not recoverable: exiting now") from None


def _walk(call: Call, path: str, shown: str, follow: bool) -> Iterator[tuple[str, Entry]]:
    """(name in the archive, entry) of a path and all below it."""
    files = call.machine.fs
    entry = files.lookup(path, follow)
    if not isinstance(entry, Directory):
        if isinstance(entry, File) and not entry.device:
            entry = File(files.read(path), entry.mode, entry.uid, entry.gid, entry.mtime)
        yield shown, entry
        return
    yield shown.rstrip("/") + "/", entry
    for name in files.listdir(path):
        yield from _walk(call, join(path, name), f"{shown.rstrip('/')}/{name}", follow)


def _pack(archive: tarfile.TarFile, name: str, entry: Entry) -> None:
    info = tarfile.TarInfo(name)
    info.mode, info.uid, info.gid, info.mtime = entry.mode, entry.uid, entry.gid, int(entry.mtime)
    info.uname = info.gname = "root" if entry.uid == 0 else ""
    content = b""
    if isinstance(entry, Directory):
        info.type = tarfile.DIRTYPE
    elif isinstance(entry, Link):
        info.type, info.linkname = tarfile.SYMTYPE, entry.target
    elif entry.device:
        info.type = tarfile.CHRTYPE
    else:
        content = entry.content
        info.size = len(content)
    archive.addfile(info, io.BytesIO(content))


# -- reading ------------------------------------------------------------------------------------------------------------


def _read(call: Call, options: _Options, *, extract: bool) -> int:
    archive = _open(call, options.flags.get("f", "-"))
    base = call.process.cwd
    if options.folder:
        base = call.path(options.folder)
        if not call.machine.fs.is_dir(base):
            error = "No such file or directory" if not call.machine.fs.exists(base) else "Not a directory"
            if call.busybox:
                raise _Fatal(f"can't change directory to '{options.folder}': {error}")
            raise _Fatal(f"{options.folder}: Cannot open: {error}", "Error is not recoverable: exiting now")
    wanted = {name.rstrip("/") for _, name in options.names}
    seen: set[str] = set()
    failed = False
    for info in archive:
        name = info.name + ("/" if info.isdir() else "")
        if wanted:
            hits = {one for one in wanted if info.name == one or info.name.startswith(f"{one}/")}
            seen |= hits
            if not hits:
                continue
        if not extract:
            call.out(f"{_listed(info, name, call) if 'v' in options.flags else name}\n")
        elif not _extract(call, options, archive, info, base):
            failed = True
    for one in sorted(wanted - seen):
        failed = True
        call.complain(f"{one}: not found in archive" if call.busybox else f"{one}: Not found in archive")
    return _end(call, failed)


def _open(call: Call, name: str) -> tarfile.TarFile:
    try:
        data = call.read(name)
    except FileError as error:
        if call.busybox:
            raise _Fatal(f"can't open '{name}': {error.words}") from None
        raise _Fatal(f"{name}: Cannot open: {error.words}", "Error is not recoverable: exiting now") from None
    try:
        return tarfile.open(fileobj=io.BytesIO(data), mode="r:gz" if data[:2] == b"\x1f\x8b" else "r:")
    except tarfile.TarError:
        if call.busybox:
            raise _Fatal("short read" if len(data) < tarfile.BLOCKSIZE else "invalid tar magic") from None
        raise _Fatal(
            "This does not look like a tar archive", "Exiting with failure status due to previous errors"
        ) from None


def _listed(info: tarfile.TarInfo, name: str, call: Call) -> str:
    kind = _TYPES.get(info.type, "-")
    mode = kind + stat.filemode(info.mode)[1:]
    owner = f"{info.uname or info.uid}/{info.gname or info.gid}"
    when = datetime.fromtimestamp(info.mtime, UTC)
    day = f"{when:%Y-%m-%d %H:%M:%S}" if call.busybox else f"{when:%Y-%m-%d %H:%M}"
    size = str(info.size)
    arrow = f" -> {info.linkname}" if info.issym() else ""
    return f"{mode} {owner}{size.rjust(max(18 - len(owner), len(size) + 1))} {day} {name}{arrow}"


def _extract(call: Call, options: _Options, archive: tarfile.TarFile, info: tarfile.TarInfo, base: str) -> bool:
    """Put one member into the files; whether that worked."""
    parts = [part for part in info.name.split("/") if part not in ("", ".", "..")][options.strip :]
    if not parts:
        return True
    files, path = call.machine.fs, join(base, "/".join(parts))
    source = archive.extractfile(info) if info.isreg() else None
    content = source.read() if source is not None else b""
    if "v" in options.flags:
        call.out(f"{info.name}{'/' if info.isdir() else ''}\n")
    if "O" in options.flags:
        call.out(content)
        return True
    try:
        above = path.rpartition("/")[0]
        if above:
            files.mkdir(above, parents=True)
        if info.isdir():
            files.mkdir(path, info.mode, parents=True)
        elif info.issym():
            if files.exists(path, follow=False):
                files.remove(path)
            files.symlink(info.linkname, path)
        else:
            if files.exists(path, follow=False):
                files.remove(path)
            exact = "p" in options.flags or (not files.uid and _BY_UMASK not in options.flags)
            files.write(path, content, mode=info.mode if exact else info.mode & ~0o022)
        if not files.uid and "o" not in options.flags:
            files.chown(path, info.uid, info.gid, follow=False)
        if "m" not in options.flags and not info.issym():
            files.utime(path, float(info.mtime))
    except FileError as error:
        what = "can't open" if call.busybox else "Cannot open"
        call.complain(f"{what} '{info.name}': {error.words}" if call.busybox else f"{info.name}: {what}: {error.words}")
        return False
    return True
