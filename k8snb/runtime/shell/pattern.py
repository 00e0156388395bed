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


def expand_classes(bracket: str) -> str:
    """`[:alpha:]` and its like inside a bracket expression, in Python's terms."""
    return re.sub(r"\[:(\w+):\]", lambda match: _CLASSES.get(match[1], ""), bracket)


def quote(text: str) -> str:
    """A pattern that matches just this text."""
    return re.sub(r"([*?\[\]\\])", r"\\\1", text)


def has_magic(pattern: str) -> bool:
    """Does the pattern have an unescaped special character?"""
    return re.search(r"(?<!\\)(?:\\\\)*[*?\[]", pattern) is not None


#: a run of any characters, among the tokens of a pattern
_STAR = "*"


@lru_cache(maxsize=1024)
def _tokens(pattern: str) -> tuple[str, ...]:
    """The pattern piece by piece: `*`, or the source of an expression for one character. A backslash quotes."""
    out, at = [], 0
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if char == "*":
            out.append(_STAR)
        elif char == "?":
            out.append("(?s:.)")
        elif char == "\\" and at < len(pattern):
            out.append(re.escape(pattern[at]))
            at += 1
        elif char == "[" and (end := _bracket_end(pattern, at)) is not None:
            out.append(_bracket(pattern[at:end]))
            at = end + 1
        else:
            out.append(re.escape(char))
    return tuple(out)


def _bracket(inner: str) -> str:
    negated = inner[:1] in ("!", "^")
    inner = inner[1:] if negated else inner
    parts = re.split(r"(\[:\w+:\])", inner)
    body = "".join(
        expand_classes(part) if part.startswith("[:") else re.sub(r"([\\\[\]&~|])", r"\\\1", part) for part in parts
    )
    return f"[{'^' if negated else ''}{body or chr(92) + 'Z'}]"


def translate(pattern: str) -> str:
    """Source of the regular expression that finds the pattern in a text, as long as can be."""
    return "".join("(?s:.*)" if token is _STAR else token for token in _tokens(pattern))


@lru_cache(maxsize=1024)
def _anchored(pattern: str, longest: bool, backwards: bool) -> re.Pattern[str]:
    """The expression for a beginning of a text. Between two stars the first place is as good as any, so that it is never
    tried again: matching takes time linear in the text."""
    tokens = _tokens(pattern)[:: -1 if backwards else 1]
    pieces: list[str] = [""]
    for token in tokens:
        if token is _STAR:
            pieces.append("")
        else:
            pieces[-1] += token
    *inner, last = pieces[1:] if len(pieces) > 1 else [""]
    source = pieces[0] + "".join(f"(?>(?s:.*?){piece})" for piece in inner)
    if len(pieces) > 1:
        source += f"(?s:.*{'' if longest else '?'}){last}"
    return re.compile(source)


def prefix(pattern: str, text: str, longest: bool, backwards: bool = False) -> int | None:
    """How many characters at the beginning of a text match, the most or the fewest; None if none do. `backwards` takes the
    pattern from its end, for a text that is the other way round."""
    match = _anchored(pattern, longest, backwards).match(text)
    return match.end() if match is not None else None


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
    """Does the whole text match?"""
    return _anchored(pattern, True, False).fullmatch(text) is not None


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
