"""Shell patterns: `*`, `?`, `[…]` as regular expressions, and globbing in a container's files."""

from __future__ import annotations

import re
from functools import lru_cache

from k8snb.runtime.filesystem import FileError, Filesystem, join

_CLASSES = {
    "alpha": "a-zA-Z",
    "digit": "0-9",
    "alnum": "a-zA-Z0-9",
    "upper": "A-Z",
    "lower": "a-z",
    "space": r" \t\n\r\f\v",
    "blank": r" \t",
    "punct": r"!-/:-@\[-`{-~",
    "xdigit": "0-9A-Fa-f",
    "cntrl": r"\x00-\x1f\x7f",
    "print": r" -~",
    "graph": r"!-~",
}
#: A pattern's characters with whether each was quoted.
Runs = tuple[tuple[str, bool], ...]


def expand_classes(bracket: str) -> str:
    """`[:alpha:]` and its like inside a bracket expression, in Python's terms."""
    return re.sub(r"\[:(\w+):\]", lambda match: _CLASSES.get(match[1], ""), bracket)


def quote(text: str) -> str:
    """A pattern that matches just this text."""
    return re.sub(r"([*?\[\]\\])", r"\\\1", text)


def has_magic(pattern: str) -> bool:
    """Does the pattern have an unescaped special character?"""
    return re.search(r"(?<!\\)(?:\\\\)*[*?\[]", pattern) is not None


@lru_cache(maxsize=1024)
def regex(pattern: str, greedy: bool = True) -> re.Pattern[str]:
    """The regular expression of a pattern; a backslash quotes."""
    return re.compile(translate(pattern, greedy), re.DOTALL)


def translate(pattern: str, greedy: bool = True, slash: bool = True) -> str:
    """Source of the regular expression; without `slash` the wildcards stop at `/`."""
    out, at = [], 0
    any_char = "." if slash else "[^/]"
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if char == "*":
            out.append(any_char + ("*" if greedy else "*?"))
        elif char == "?":
            out.append(any_char)
        elif char == "\\" and at < len(pattern):
            out.append(re.escape(pattern[at]))
            at += 1
        elif char == "[" and (end := _bracket_end(pattern, at)) is not None:
            inner = pattern[at:end]
            negated = inner[:1] in ("!", "^")
            inner = (
                expand_classes(inner[1:] if negated else inner).replace("\\", "\\\\")
                if "[:" not in inner
                else (expand_classes(inner[1:] if negated else inner))
            )
            out.append(f"[{'^' if negated else ''}{inner.replace('[', chr(92) + '[') if '[:' not in inner else inner}]")
            at = end + 1
        else:
            out.append(re.escape(char))
    return "".join(out)


def _bracket_end(pattern: str, at: int) -> int | None:
    """The index of the `]` that closes a bracket expression."""
    stop = at + 1 if pattern[at : at + 1] in ("!", "^") else at
    stop += pattern[stop : stop + 1] == "]"
    while stop < len(pattern) and pattern[stop] != "]":
        if pattern.startswith("[:", stop):
            close = pattern.find(":]", stop)
            stop = close + 1 if close > 0 else stop
        stop += 1
    return stop if stop < len(pattern) else None


def matches(pattern: str, text: str) -> bool:
    return regex(pattern).fullmatch(text) is not None


def glob(files: Filesystem, cwd: str, pattern: str) -> list[str]:
    """Paths that match, sorted, spelled as the pattern is; empty if there are none."""
    absolute = pattern.startswith("/")
    steps = [step for step in pattern.split("/") if step]
    found = ["/" if absolute else ""]
    for depth, step in enumerate(steps):
        found = [path for base in found for path in _children(files, cwd, base, step, depth + 1 < len(steps))]
        if not found:
            return []
    return sorted(found)


def _children(files: Filesystem, cwd: str, base: str, step: str, inner: bool) -> list[str]:
    prefix = base if not base or base.endswith("/") else base + "/"
    if not has_magic(step):
        path = prefix + re.sub(r"\\(.)", r"\1", step)
        return [path] if files.exists(join(cwd, path), follow=False) else []
    try:
        names = files.listdir(join(cwd, base or "."))
    except FileError:
        return []
    names = [name for name in names if (name[0] != "." or step.startswith(".")) and matches(step, name)]
    paths = [prefix + name for name in names]
    return [path for path in paths if files.is_dir(join(cwd, path))] if inner else paths
