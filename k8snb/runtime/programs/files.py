"""Programs about files: cat, ls, cp, mv, rm, mkdir, chmod, stat, df, … with busybox's and GNU's wording."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from k8snb.runtime.filesystem import Directory, Entry, File, FileError, Link, join
from k8snb.runtime.programs.program import Call, Failure, Outcome, UsageFailure


def options(call: Call, known: str, with_value: str = "") -> tuple[dict[str, str], list[str]]:
    """(letters given -> value or ``, the other arguments); long options count by their first letter."""
    found: dict[str, str] = {}
    rest: list[str] = []
    args = call.args
    while args:
        word = args.pop(0)
        if word == "--":
            rest += args
            break
        if word.startswith("--"):
            name, _, value = word[2:].partition("=")
            found[_LONG.get(name, name)] = value
            continue
        if not word.startswith("-") or word == "-":
            rest.append(word)
            continue
        letters = word[1:]
        while letters:
            letter, letters = letters[0], letters[1:]
            if letter in with_value:
                found[letter] = letters or (args.pop(0) if args else "")
                break
            if letter not in known:
                prefix = "unrecognized option: " if call.busybox else "invalid option -- "
                raise UsageFailure(f"{prefix}{letter}" if call.busybox else f"{prefix}'{letter}'", 1)
            found[letter] = ""
    return found, rest


_LONG = {
    "all": "a", "almost-all": "A", "recursive": "r", "force": "f", "parents": "p", "verbose": "v", "lines": "n", "bytes": "c",
    "follow": "f", "human-readable": "h", "directory": "d", "reverse": "r", "numeric-sort": "n", "unique": "u", "key": "k",
    "field-separator": "t", "ignore-case": "i", "count": "c", "quiet": "q", "invert-match": "v", "line-number": "n",
    "word-regexp": "w", "delimiter": "d", "fields": "f", "characters": "c", "decode": "d", "wrap": "w", "symbolic": "s",
    "append": "a", "repeated": "d", "mode": "m", "size": "s", "only-matching": "o", "extended-regexp": "E",
    "fixed-strings": "F", "files-with-matches": "l", "no-filename": "h", "null": "0", "summarize": "s", "canonicalize": "f",
    "number": "n", "max-args": "n", "complement": "C", "output-delimiter": "O",
    "check": "c", "delete": "d", "squeeze-repeats": "s", "archive": "a", "words": "w",
    "chars": "m", "reference": "R", "no-create": "c",
}  # fmt: skip


def _complain(call: Call, status: list[int], text: str) -> None:
    status[0] = 1
    call.complain(text)


def mode_text(entry: Entry) -> str:
    """`-rw-r--r--`."""
    kind = "d" if isinstance(entry, Directory) else "l" if isinstance(entry, Link) else "c" if entry.device else "-"
    bits = "".join("rwx"[index % 3] if entry.mode >> (8 - index) & 1 else "-" for index in range(9))
    for flag, at, letter in ((0o4000, 2, "s"), (0o2000, 5, "s"), (0o1000, 8, "t")):
        if entry.mode & flag:
            bits = bits[:at] + (letter if bits[at] == "x" else letter.upper()) + bits[at + 1 :]
    return kind + bits


def human(size: float) -> str:
    """1.5K, 20M: as `-h` prints sizes."""
    for unit in ("", "K", "M", "G"):
        if size < 1024 or unit == "G":
            return f"{size:.1f}{unit}" if unit and size < 10 else f"{size:.0f}{unit}"
        size /= 1024
    raise AssertionError


def _accounts(call: Call, path: str) -> dict[int, str]:
    try:
        text = call.machine.fs.read(path).decode("utf-8", "replace")
    except FileError:
        return {}
    rows = [line.split(":") for line in text.splitlines()]
    return {int(row[2]): row[0] for row in rows if len(row) > 2 and row[2].isdigit()}


def user_name(call: Call, uid: int, numeric: bool = False) -> str:
    return str(uid) if numeric else _accounts(call, "/etc/passwd").get(uid, str(uid))


def group_name(call: Call, gid: int, numeric: bool = False) -> str:
    return str(gid) if numeric else _accounts(call, "/etc/group").get(gid, str(gid))


def _guard(call: Call, status: list[int], action: Callable[[], None], text: str) -> bool:
    """Do something with files; a failure becomes a complaint with the errno's words behind `text`."""
    try:
        action()
    except FileError as error:
        _complain(call, status, f"{text}: {error.words}")
        return False
    return True


def mkdir(call: Call) -> Outcome:
    found, names = options(call, "pv", "m")
    if not names:
        raise UsageFailure("missing operand")
    status = [0]
    mode = int(found["m"], 8) if found.get("m", "").isdigit() else 0o777 & ~call.process.umask
    for name in names:
        text = f"can't create directory '{name}'" if call.busybox else f"cannot create directory '{name}'"
        path = call.path(name)
        _guard(call, status, lambda path=path: call.machine.fs.mkdir(path, mode, "p" in found), text)  # type: ignore[misc]
    return status[0]


def rmdir(call: Call) -> Outcome:
    _, names = options(call, "pv")
    status = [0]
    for name in names:
        path = call.path(name)
        text = f"'{name}'" if call.busybox else f"failed to remove '{name}'"
        try:
            if not isinstance(call.machine.fs.lookup(path, follow=False), Directory):
                raise FileError("ENOTDIR", path)
            call.machine.fs.remove(path)
        except FileError as error:
            _complain(call, status, f"{text}: {error.words}")
    return status[0]


def touch(call: Call) -> Outcome:
    found, names = options(call, "acmh", "dtr")
    status = [0]
    fs, when = call.machine.fs, call.now
    if "r" in found:
        when = fs.lookup(call.path(found["r"])).mtime
    elif "d" in found or "t" in found:
        when = _moment(call, found.get("d", ""), found.get("t", ""))
    for name in names:
        path = call.path(name)

        def update(path: str = path) -> None:
            if fs.exists(path):
                fs.utime(path, when)
            elif "c" not in found:
                fs.write(path, b"", mode=0o666 & ~call.process.umask)
                fs.utime(path, when)

        _guard(call, status, update, name if call.busybox else f"cannot touch '{name}'")
    return status[0]


def _moment(call: Call, date: str, stamp: str) -> float:
    """`-d DATE` or `-t [[CC]YY]MMDDhhmm[.ss]`."""
    from k8snb.runtime.programs.basic import moment

    if not stamp:
        return moment(call, date)
    match = re.fullmatch(r"((?:\d\d)?\d\d)?(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d\d))?", stamp)
    if match is None:
        raise Failure(f"invalid date format '{stamp}'")
    year = (match[1] or "2026") if len(match[1] or "2026") == 4 else "20" + match[1]
    return moment(call, f"{year}-{match[2]}-{match[3]} {match[4]}:{match[5]}:{match[6] or '00'}")


def rm(call: Call) -> Outcome:
    found, names = options(call, "rRfivd")
    recursive, force, status = "r" in found or "R" in found, "f" in found, [0]
    if not names and not force:
        raise UsageFailure("missing operand")
    for name in names:
        path = call.path(name)
        try:
            entry = call.machine.fs.lookup(path, follow=False)
            if isinstance(entry, Directory) and not recursive:
                words = f"'{name}' is a directory" if call.busybox else f"cannot remove '{name}': Is a directory"
                _complain(call, status, words)
                continue
            call.machine.fs.remove(path, recursive)
        except FileError as error:
            if error.name == "ENOENT" and force:
                continue
            _complain(
                call,
                status,
                f"can't remove '{name}': {error.words}" if call.busybox else f"cannot remove '{name}': {error.words}",
            )
    return status[0]


def _copies(call: Call, names: list[str]) -> list[tuple[str, str]]:
    """(source, target path) pairs of cp and mv."""
    if len(names) < 2:
        only = f"missing destination file operand after '{names[0]}'" if names else "missing file operand"
        raise UsageFailure(only if not call.busybox else "missing operand")
    *sources, last = names
    target = call.path(last)
    if call.machine.fs.is_dir(target):
        return [(name, join(target, name.rstrip("/").rpartition("/")[2])) for name in sources]
    if len(sources) > 1 and not call.busybox:
        words = "Not a directory" if call.machine.fs.exists(target) else "No such file or directory"
        raise Failure(f"target '{last}': {words}")
    if len(sources) > 1:
        return [(name, join(target, name.rstrip("/").rpartition("/")[2])) for name in sources]
    return [(sources[0], target)]


def cp(call: Call) -> Outcome:
    found, names = options(call, "rRafpvduLPT")
    deep, status, fs = bool({"r", "R", "a"} & set(found)), [0], call.machine.fs
    for name, target in _copies(call, names):
        try:
            entry = fs.lookup(call.path(name), follow=not ("a" in found or "d" in found or "P" in found))
            if isinstance(entry, Directory) and not deep:
                words = (
                    f"omitting directory '{name}'" if call.busybox else f"-r not specified; omitting directory '{name}'"
                )
                _complain(call, status, words)
                continue
            _copy(call, call.path(name), entry, target, keep="a" in found or "p" in found)
        except FileError as error:
            words = f"can't stat '{name}'" if call.busybox else f"cannot stat '{name}'"
            _complain(call, status, f"{words if error.name == 'ENOENT' else name}: {error.words}")
    return status[0]


def _copy(call: Call, path: str, entry: Entry, target: str, keep: bool) -> None:
    fs = call.machine.fs
    owner = {} if keep else {"uid": call.process.uid, "gid": call.process.gid, "mtime": call.now}
    if isinstance(entry, Directory):
        if not fs.is_dir(target):
            fs.mkdir(target, entry.mode)
        for name in fs.listdir(path):
            inner = join(path, name)
            _copy(call, inner, fs.lookup(inner, follow=False), join(target, name), keep)
        return
    if isinstance(entry, File) and fs.exists(target) and not fs.is_dir(target):
        old = fs.lookup(target)
        fs.write(target, entry.content)
        if isinstance(old, File) and not old.device:
            fs.put(fs.realpath(target), replace(entry, uid=old.uid, gid=old.gid, mode=old.mode, mtime=call.now))
        return
    fs.put(target, replace(entry, **owner))  # type: ignore[arg-type]


def mv(call: Call) -> Outcome:
    _, names = options(call, "fivnT")
    status, fs = [0], call.machine.fs
    for name, target in _copies(call, names):
        try:
            fs.rename(call.path(name), target)
        except FileError as error:
            gone = not fs.exists(call.path(name), follow=False)
            gnu = f"cannot stat '{name}'" if gone else f"cannot move '{name}' to '{names[-1]}'"
            words = f"can't rename '{name}'" if call.busybox else gnu
            _complain(call, status, f"{words}: {error.words}")
    return status[0]


def ln(call: Call) -> Outcome:
    found, names = options(call, "sfnvT")
    status, fs = [0], call.machine.fs
    if len(names) == 1:
        names = [names[0], names[0].rpartition("/")[2]]
    for name, target in _copies(call, names):
        if "f" in found and fs.exists(target, follow=False):
            fs.remove(target)
        if "s" in found:
            text = names[-1] if call.busybox else f"failed to create symbolic link '{names[-1]}'"
            _guard(call, status, lambda name=name, target=target: fs.symlink(name, target), text)  # type: ignore[misc]
        else:  # a hard link: files are values here, so a copy looks the same until one of them is written
            path = call.path(name)
            if fs.exists(target, follow=False):
                words = (
                    f"{names[-1]}: File exists"
                    if call.busybox
                    else f"failed to create hard link '{names[-1]}': File exists"
                )
                _complain(call, status, words)
                continue
            _guard(call, status, lambda path=path, target=target: fs.put(target, fs.lookup(path)), names[-1])  # type: ignore[misc]
    return status[0]


def chmod(call: Call) -> Outcome:
    found, names = _mode_options(call)
    if len(names) < 2:
        raise UsageFailure("missing operand")
    status = [0]
    for name in names[1:]:
        for path in _below(call, call.path(name), found):

            def change(path: str = path) -> None:
                call.machine.fs.chmod(path, new_mode(names[0], call.machine.fs.lookup(path)))

            _guard(call, status, change, name if call.busybox else f"cannot access '{name}'")
    return status[0]


def _mode_options(call: Call) -> tuple[bool, list[str]]:
    """chmod's first argument may begin with a dash (`-x`)."""
    args = call.args
    recursive = any(arg in ("-R", "-Rf", "-fR", "-Rv", "--recursive") for arg in args)
    return recursive, [
        arg for arg in args if arg not in ("-R", "-Rf", "-fR", "-Rv", "-f", "-v", "-c", "--recursive", "--")
    ]


def _below(call: Call, path: str, recursive: bool) -> list[str]:
    """A path, and everything under it if `recursive`."""
    fs, found = call.machine.fs, [path]
    if recursive and fs.is_dir(path) and not isinstance(fs.lookup(path, follow=False), Link):
        for name in fs.listdir(path):
            found += _below(call, join(path, name), True)
    return found


def new_mode(text: str, entry: Entry) -> int:
    """The mode that `755` or `u+x,go-w` makes of an entry's."""
    if text.isdigit():
        return int(text, 8)
    mode = entry.mode
    for clause in text.split(","):
        at = next((index for index, char in enumerate(clause) if char in "+-="), -1)
        if at < 0:
            raise Failure(f"invalid mode: '{text}'")
        who, operator, what = clause[:at] or "a", clause[at], clause[at + 1 :]
        bits = sum({"r": 4, "w": 2, "x": 1}.get(char, 0) for char in set(what))
        if "X" in what and (isinstance(entry, Directory) or mode & 0o111):
            bits |= 1
        for scope, shift in (("u", 6), ("g", 3), ("o", 0)):
            if scope in who or "a" in who:
                kept = mode & ~(7 << shift) if operator == "=" else mode
                mode = kept & ~(bits << shift) if operator == "-" else kept | bits << shift
        if "t" in what:
            mode = mode & ~0o1000 if operator == "-" else mode | 0o1000
    return mode


def chown(call: Call) -> Outcome:
    found, names = options(call, "RfvhcHLP")
    if len(names) < 2:
        raise UsageFailure("missing operand")
    owner, colon, group = names[0].partition(":")
    if call.name == "chgrp":
        owner, group = "", names[0]
    uid, gid = _number(call, "/etc/passwd", owner, "user"), _number(call, "/etc/group", group, "group")
    if colon and not group and uid is not None:
        gid = uid
    status = [0]
    for name in names[1:]:
        for path in _below(call, call.path(name), "R" in found):
            text = name if call.busybox else f"changing ownership of '{name}'"
            _guard(call, status, lambda path=path: call.machine.fs.chown(path, uid, gid), text)  # type: ignore[misc]
    return status[0]


def _number(call: Call, table: str, name: str, what: str) -> int | None:
    if not name:
        return None
    if name.isdigit():
        return int(name)
    for number, known in _accounts(call, table).items():
        if known == name:
            return number
    raise Failure(f"unknown {what} {name}" if call.busybox else f"invalid {what}: '{name}'")


def readlink(call: Call) -> Outcome:
    found, names = options(call, "femnqsvz")
    for name in names:
        path = call.path(name)
        if "f" in found or "e" in found:
            call.out(call.machine.fs.realpath(path) if call.machine.fs.exists(path) else path)
        else:
            try:
                entry = call.machine.fs.lookup(path, follow=False)
            except FileError:
                return 1
            if not isinstance(entry, Link):
                return 1
            call.out(entry.target)
        call.out("" if "n" in found else "\n")
    return 0


def realpath(call: Call) -> Outcome:
    _, names = options(call, "emqsz")
    for name in names:
        call.out(call.machine.fs.realpath(call.path(name)) + "\n")
    return 0


def mktemp(call: Call) -> Outcome:
    found, names = options(call, "duqt", "p")
    machine = call.machine
    machine.seed = (machine.seed * 6364136223846793005 + 1442695040888963407) % (1 << 64)
    letters, value = "", machine.seed >> 16
    for _ in range(6):
        value, index = divmod(value, 52)
        letters += "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"[index]
    template = names[0] if names else f"{found.get('p') or '/tmp'}/tmp.XXXXXX"
    path = template.rstrip("X") + letters
    if "d" in found:
        machine.fs.mkdir(call.path(path), 0o700)
    else:
        machine.fs.write(call.path(path), b"", mode=0o600)
    call.out(path + "\n")
    return 0
