"""Changing a tree of files by a step of a build: COPY and ADD, directories made, what a command left behind.

Trees are persistent, so a step's result is a new root that shares everything it did not touch.
"""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Sequence
from dataclasses import replace

from k8snb.docker.build.context import matches
from k8snb.docker.build.dockerfile import BuildError
from k8snb.runtime.filesystem import Directory, Entry, File, FileError, Filesystem, Link, join, merge


def make_directory(root: Directory, path: str, now: float, uid: int = 0, gid: int = 0) -> Directory:
    """The tree with a directory at a path. BuildError if a file stands in the way."""
    fs = Filesystem(root)
    fs.now = now
    if fs.is_dir(path):
        return root
    try:
        fs.mkdir(path, parents=True)
    except FileError as error:
        raise BuildError(f"cannot mkdir {path}: {error.words.lower()}") from None
    if uid or gid:
        entry = fs.lookup(path)
        fs.put(path, replace(entry, uid=uid, gid=gid))
    return fs.root


def copy(
    root: Directory,
    sources: Sequence[tuple[str, Entry]],
    target: str,
    cwd: str,
    now: float,
    owner: tuple[int, int] = (0, 0),
    mode: int | None = None,
    unpack: bool = False,
) -> Directory:
    """The tree with entries copied into it: the content of directories, files under their own name or the target's."""
    into = target.endswith(("/", "/.", "/..")) or target in (".", "..")
    path = join(cwd or "/", target)
    fs = Filesystem(root)
    folder = into or len(sources) > 1 or fs.is_dir(path)
    for name, entry in sources:
        fresh = stamped(entry, now, owner, mode)
        archive = _unpacked(fresh, now) if unpack and isinstance(fresh, File) else None
        if archive is not None:
            fresh = archive
        if isinstance(fresh, Directory):
            root = _overlay(root, path, fresh, now)
        else:
            place = f"{path.rstrip('/')}/{name.rpartition('/')[2]}" if folder else path
            root = make_directory(root, place.rpartition("/")[0] or "/", now)
            fs = Filesystem(root)
            fs.now = now
            fs.put(place, fresh)
            root = fs.root
    return root


def _overlay(root: Directory, path: str, entry: Directory, now: float) -> Directory:
    if path == "/":
        return replace(merge(root, entry), mode=root.mode)
    root = make_directory(root, path, now)
    fs = Filesystem(root)
    fs.now = now
    below = fs.lookup(path)
    assert isinstance(below, Directory)
    fs.put(path, merge(below, entry))
    return fs.root


def stamped(entry: Entry, now: float, owner: tuple[int, int], mode: int | None) -> Entry:
    """A copy of an entry that belongs to somebody."""
    uid, gid = owner
    if isinstance(entry, Directory):
        inner = {name: stamped(child, now, owner, mode) for name, child in entry.entries.items()}
        return Directory(inner, 0o755 if mode is None else mode, uid, gid, now)
    if isinstance(entry, Link):
        return replace(entry, uid=uid, gid=gid)
    return replace(entry, uid=uid, gid=gid, mtime=now, mode=entry.mode if mode is None else mode)


def _unpacked(file: File, now: float) -> Directory | None:
    """What is in a local tar archive (ADD unpacks it), or None if it is none."""
    from k8snb.runtime.filesystem import tree

    try:
        with tarfile.open(fileobj=io.BytesIO(file.content)) as archive:
            entries: dict[str, str | bytes | Entry] = {}
            for member in archive.getmembers():
                reader = archive.extractfile(member) if member.isfile() else None
                if reader is not None:
                    entries["/" + member.name] = File(reader.read(), member.mode, mtime=now)
            return tree(entries, now)
    except (tarfile.TarError, EOFError, OSError):
        return None


def growth(old: Entry | None, new: Entry) -> int:
    """Bytes of what is new in a tree."""
    if new is old:
        return 0
    if isinstance(new, Directory):
        before = old.entries if isinstance(old, Directory) else {}
        return sum(growth(before.get(name), child) for name, child in new.entries.items())
    return new.length if isinstance(new, File) and new != old else 0


def fingerprint(entries: Sequence[tuple[str, Entry]]) -> str:
    """A digest of files: names, content, modes; times do not count."""
    seen = hashlib.sha256()

    def take(path: str, entry: Entry) -> None:
        if isinstance(entry, Directory):
            seen.update(f"d {path}\n".encode())
            for name in sorted(entry.entries):
                take(f"{path}/{name}", entry.entries[name])
        elif isinstance(entry, File):
            seen.update(f"f {path} {entry.mode:o} {entry.program} {entry.length}\n".encode() + entry.content)
        else:
            seen.update(f"l {path} {entry.target}\n".encode())

    for path, entry in entries:
        take(path, entry)
    return seen.hexdigest()


def select(root: Directory, sources: Sequence[str], reference: str) -> list[tuple[str, Entry]]:
    """What the sources of a COPY name. BuildError in BuildKit's words."""
    found: list[tuple[str, Entry]] = []
    for source in sources:
        hits = matches(root, source)
        if not hits and not any(char in source for char in "*?["):
            shown = join("/", source)
            raise BuildError(
                f'failed to compute cache key: failed to calculate checksum of ref {reference}: "{shown}": not found'
            )
        found += hits
    if not found and sources:
        raise BuildError(f"lstat {join('/', sources[0])}: no such file or directory")
    return found
