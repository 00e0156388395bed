"""The build context: a folder of the learner's machine, with files that only exist in the notebook laid over it.

This is the edge where real files are read: only below the folder that was named, plain files only, bounded in size. What
`.dockerignore` names is not sent. Patterns are Go's `filepath.Match` with `**`, as `moby/patternmatcher` has them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from k8snb.runtime.filesystem import Directory, Entry, File, tree
from k8snb.runtime.limits import TREE_BYTES

_FILES = 20_000


class ContextError(Exception):
    """A folder that cannot be sent: buildx's text."""


class Context:
    """The files of a context, before anything is left out."""

    def __init__(self, files: Mapping[str, File]) -> None:
        self.files = dict(files)

    def text(self, name: str) -> str | None:
        """The text of a file, or None."""
        file = self.files.get(str(PurePosixPath(name)))
        return file.content.decode("utf-8", "replace") if file is not None else None

    def sent(self, ignore: str = "", keep: tuple[str, ...] = ()) -> tuple[Directory, int]:
        """(the files that are sent, their bytes) after `.dockerignore`; `keep` is sent whatever it says."""
        rules = patterns(ignore)
        chosen = {name: file for name, file in self.files.items() if name in keep or not ignored(name, rules)}
        entries: dict[str, str | bytes | Entry] = dict(chosen)
        return tree(entries), sum(len(file.content) for file in chosen.values())


def read_context(folder: str, cwd: Path, kept: Mapping[str, str]) -> Context:
    """The files below a folder and the notebook's own (`kept`, by path). ContextError if there is no such folder."""
    place = os.path.normpath(os.path.join(cwd, folder))
    found: dict[str, File] = {}
    total = 0
    for name, text in kept.items():
        full = os.path.normpath(os.path.join(cwd, name))
        if full.startswith(place.rstrip(os.sep) + os.sep):
            found[Path(os.path.relpath(full, place)).as_posix()] = File(text.encode())
    if not os.path.isdir(place):
        if not found:
            raise ContextError(f"unable to prepare context: path {_quoted(folder)} not found")
        return Context(found)
    named = found.get(".dockerignore")
    listed = Path(place, ".dockerignore")
    text = named.content.decode() if named is not None else listed.read_text("utf-8") if listed.is_file() else ""
    rules, always = patterns(text), ("Dockerfile", ".dockerignore")
    for base, folders, names in os.walk(place):
        folders[:] = sorted(name for name in folders if name not in (".git", ".ipynb_checkpoints"))
        for name in sorted(names):
            path = Path(base, name)
            inside = path.relative_to(place).as_posix()
            left_out = inside not in always and ignored(inside, rules)
            if inside in found or left_out or path.is_symlink() or not path.is_file():
                continue
            total += path.stat().st_size
            if total > TREE_BYTES or len(found) > _FILES:
                raise ContextError(
                    f"the folder {folder} has more than {TREE_BYTES >> 20} MiB or {_FILES} files: build in a folder of its "
                    "own, with nothing in it but what belongs into the image"
                )
            found[inside] = File(path.read_bytes(), 0o755 if os.access(path, os.X_OK) else 0o644)
    return Context(dict(sorted(found.items())))


def _quoted(text: str) -> str:
    return f'"{text}"'


def patterns(text: str) -> list[tuple[bool, re.Pattern[str]]]:
    """The lines of a `.dockerignore`: (is it an exception, the pattern)."""
    found = []
    for line in text.splitlines():
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        exception = line.startswith("!")
        cleaned = os.path.normpath(line.lstrip("!").strip()).lstrip("/")
        found.append((exception, re.compile(_regex(cleaned) + r"(/.*)?", re.DOTALL)))
    return found


def _regex(pattern: str) -> str:
    out, index = "", 0
    while index < len(pattern):
        char = pattern[index]
        if pattern.startswith("**/", index):
            out, index = out + "(.*/)?", index + 3
        elif pattern.startswith("**", index):
            out, index = out + ".*", index + 2
        elif char == "*":
            out, index = out + "[^/]*", index + 1
        elif char == "?":
            out, index = out + "[^/]", index + 1
        elif char == "[" and "]" in pattern[index:]:
            end = pattern.index("]", index)
            out, index = out + pattern[index : end + 1], end + 1
        else:
            out, index = out + re.escape(char), index + 1
    return out


def ignored(name: str, rules: list[tuple[bool, re.Pattern[str]]]) -> bool:
    """Is a path left out? The last rule that matches counts."""
    out = False
    for exception, rule in rules:
        if rule.fullmatch(name):
            out = not exception
    return out


def matches(root: Directory, pattern: str) -> list[tuple[str, Entry]]:
    """Entries of a tree that a COPY source names: (path, entry), sorted."""
    cleaned = os.path.normpath("/" + pattern).lstrip("/")
    if cleaned in ("", "."):
        return [("", root)]
    found: list[tuple[str, Entry]] = [("", root)]
    for part in cleaned.split("/"):
        rule = re.compile(_regex(part), re.DOTALL)
        deeper: list[tuple[str, Entry]] = []
        for path, entry in found:
            if isinstance(entry, Directory):
                names = [part] if part in entry.entries else [n for n in sorted(entry.entries) if rule.fullmatch(n)]
                deeper += [(f"{path}/{name}".lstrip("/"), entry.entries[name]) for name in names]
        found = deeper
    return found
