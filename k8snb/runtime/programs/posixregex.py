"""POSIX regular expressions, basic and extended, with GNU's escapes: leftmost and longest, in time linear in the text.

Most expressions mean the same to Python's own engine and run on it. One whose alternatives make the longest match another than
the first, or whose repetitions could make Python try without end, runs on a machine of its own (Pike's: all alternatives side
by side, one pass over the text). Back-references exist only for Python's engine.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from k8snb.runtime.shell.pattern import expand_classes

Node = tuple[Any, ...]
_MAX_REPEAT = 1000
#: unbounded repetitions that Python's engine is trusted with in one expression
_TRUSTED = 3
#: instructions of one expression on the machine
_PROGRAM = 20_000


class RegexError(ValueError):
    """No regular expression; the message is the C library's."""


class Found(NamedTuple):
    """A match: where, and its groups as texts (None for one that took no part)."""

    start: int
    end: int
    groups: tuple[str | None, ...]


class Regex:
    """A compiled expression."""

    def __init__(self, node: Node, groups: int, facts: _Facts, ignore_case: bool) -> None:
        self.groups = groups
        source = _source(node)
        flags = (re.IGNORECASE if ignore_case else 0) | re.DOTALL
        self._risky = facts.nested or facts.unbounded > _TRUSTED
        on_machine = (self._risky or facts.alternatives) and not facts.references
        self._python = re.compile(source, flags)
        self._machine = _Machine(node, groups, ignore_case) if on_machine else None

    def search(self, text: str, start: int = 0) -> Found | None:
        """The leftmost match from a place on, the longest of those that begin there."""
        if self._machine is not None:
            return self._machine.search(text, start)
        match = self._python.search(text, start)
        return Found(match.start(), match.end(), match.groups()) if match is not None else None

    def matches(self, text: str) -> bool:
        """Is there a match anywhere?"""
        if self._machine is not None and self._risky:
            return self._machine.search(text, 0) is not None
        return self._python.search(text) is not None

    def all(self, text: str) -> Iterator[Found]:
        """Every match from left to right; an empty one never touches the end of the match before it."""
        at, last = 0, -1
        while at <= len(text) and (found := self.search(text, at)) is not None:
            if found.end > found.start or found.start != last:
                yield found
                last = found.end
            at = found.end if found.end > found.start else found.end + 1


@lru_cache(maxsize=512)
def compile_regex(text: str, extended: bool = False, ignore_case: bool = False) -> Regex:
    """An expression ready for use. RegexError."""
    parser = _Parser(text, extended)
    node = parser.alternatives(0)
    if parser.at < len(text):
        raise RegexError("Unmatched ) or \\)")
    return Regex(node, parser.groups, parser.facts, ignore_case)


class _Facts:
    """What has been seen that Python's engine may not be good at."""

    def __init__(self) -> None:
        self.alternatives = self.references = self.nested = False
        self.unbounded = 0


class _Parser:
    """Text to nested tuples whose first element names what they match."""

    def __init__(self, text: str, extended: bool) -> None:
        self.text, self.extended, self.at, self.groups, self.facts = text, extended, 0, 0, _Facts()

    def _operator(self, char: str) -> bool:
        """Does this operator stand here, written as the dialect wants it?"""
        if char in "*.[^$":
            return self.text.startswith(char, self.at)
        return self.text.startswith(char if self.extended else "\\" + char, self.at)

    def _take(self, char: str) -> bool:
        if self._operator(char):
            self.at += 1 if self.extended or char in "*.[^$" else 2
            return True
        return False

    def alternatives(self, depth: int) -> Node:
        if depth > 50:
            raise RegexError("Regular expression too big")
        branches = [self.sequence(depth)]
        while self._take("|"):
            self.facts.alternatives = True
            branches.append(self.sequence(depth))
        return branches[0] if len(branches) == 1 else ("or", *branches)

    def sequence(self, depth: int) -> Node:
        parts: list[Node] = []
        while self.at < len(self.text) and not self._operator("|") and not (self._operator(")") and depth):
            if self._operator(")") and not depth and not self.extended:
                break
            parts.append(self._repeated(self._atom(parts, depth), depth))
        return ("and", *parts)

    def _atom(self, before: list[Node], depth: int) -> Node:
        text, char = self.text, self.text[self.at]
        if self._take("("):
            self.groups += 1
            number = self.groups
            inner = self.alternatives(depth + 1)
            if not self._take(")"):
                raise RegexError("Unmatched ( or \\(")
            return ("group", number, inner)
        if char == "\\":
            return self._escape()
        if char == "[":
            return self._bracket()
        self.at += 1
        if char == ".":
            return ("any",)
        if char == "^" and (self.extended or not before):
            return ("start",)
        if char == "$" and (self.extended or self.at == len(text) or self._operator(")") or self._operator("|")):
            return ("end",)
        return ("char", char)  # a `*` or `+` with nothing before it stands for itself

    def _escape(self) -> Node:
        follower = self.text[self.at + 1 : self.at + 2]
        self.at += 2
        if not follower:
            raise RegexError("Trailing backslash")
        if follower in "123456789":
            if int(follower) > self.groups:
                raise RegexError("Invalid back reference")
            self.facts.references = True
            return ("back", int(follower))
        if follower in "wWsSbB<>`'":
            return ("escape", follower)
        return ("char", {"n": "\n", "t": "\t"}.get(follower, follower))

    def _bracket(self) -> Node:
        text, stop = self.text, self.at + 1
        stop += text[stop : stop + 1] == "^"
        stop += text[stop : stop + 1] == "]"
        while stop < len(text) and text[stop] != "]":
            inner = text[stop : stop + 2]
            close = text.find(inner[1] + "]", stop + 2) if inner in ("[:", "[.", "[=") else -1
            stop = close + 2 if close > 0 else stop + 1
        if stop >= len(text):
            raise RegexError("Unmatched [, [^, [:, [., or [=")
        inner = text[self.at + 1 : stop]
        self.at = stop + 1
        negated = inner.startswith("^")
        inner = inner[1:] if negated else inner
        parts = re.split(r"(\[:\w+:\])", inner)
        body = "".join(expand_classes(part) if part.startswith("[:") else _members(part) for part in parts)
        return ("set", f"[{'^' if negated else ''}{body}]")

    def _repeated(self, node: Node, depth: int) -> Node:
        while True:
            if self._take("*"):
                least, most = 0, None
            elif self._take("+"):
                least, most = 1, None
            elif self._take("?"):
                least, most = 0, 1
            elif self._operator("{") and (bounds := self._interval()) is not None:
                least, most = bounds
            else:
                return node
            if node[0] in ("start", "end"):
                return node
            self.facts.unbounded += most is None
            if most is None or most > 1:
                self.facts.nested = self.facts.nested or _repeats(node)
            node = ("repeat", node, least, most)

    def _interval(self) -> tuple[int, int | None] | None:
        close = r"\}" if self.extended else r"\\\}"
        match = re.compile(r"(\d*)(,?)(\d*)" + close).match(self.text, self.at + (1 if self.extended else 2))
        if match is None or not (match[1] or match[3]):
            if self.extended:
                return None
            raise RegexError("Invalid content of \\{\\}")
        self.at = match.end()
        least = int(match[1] or 0)
        most = least if not match[2] else int(match[3]) if match[3] else None
        if least > _MAX_REPEAT or (most or 0) > _MAX_REPEAT:
            raise RegexError("Regular expression too big")
        if most is not None and most < least:
            raise RegexError("Invalid content of \\{\\}")
        return least, most


def _members(text: str) -> str:
    """The inside of a bracket expression in Python's terms; a backslash stands for itself, but for `\\n` and `\\t`."""
    text = re.sub(r"\\(?![nt])", r"\\\\", text)
    return re.sub(r"([\[\]&~|])", r"\\\1", text) if not text.startswith("]") else "\\]" + _members(text[1:])


def _repeats(node: Node) -> bool:
    """Is there a repetition, or a choice, inside?"""
    if node[0] in ("repeat", "or"):
        return True
    return any(_repeats(child) for child in node[1:] if isinstance(child, tuple))


_ESCAPES: dict[str, str] = {
    "w": r"\w", "W": r"\W", "s": r"\s", "S": r"\S", "b": r"\b", "B": r"\B",
    "<": r"\b(?=\w)", ">": r"\b(?<=\w)", "`": r"\A", "'": r"\Z",
}  # fmt: skip


_FIXED = {"any": ".", "start": r"\A", "end": r"\Z"}


def _source(node: Node) -> str:
    """The expression in Python's syntax."""
    kind = node[0]
    if kind == "and":
        return "".join(_source(child) for child in node[1:])
    if kind == "or":
        return "(?:" + "|".join(_source(child) for child in node[1:]) + ")"
    if kind == "group":
        return f"({_source(node[2])})"
    if kind == "repeat":
        _, inner, least, most = node
        bounds: str | None = {(0, None): "*", (1, None): "+", (0, 1): "?"}.get((least, most))
        return f"(?:{_source(inner)})" + (bounds or f"{{{least},{'' if most is None else most}}}")
    if kind == "char":
        return re.escape(str(node[1]))
    if kind == "back":
        return f"(?:\\{node[1]})"
    text = _ESCAPES[node[1]] if kind == "escape" else _FIXED.get(kind, node[-1])
    return str(text)


#: one instruction: its kind and its arguments
_Step = tuple[str, Any, Any]


class _Machine:
    """Pike's machine: threads that each carry the places of their groups, the preferred ones first."""

    def __init__(self, node: Node, groups: int, ignore_case: bool) -> None:
        self.steps: list[_Step] = []
        self.slots = 2 * groups + 2
        self._fold = ignore_case
        self._emit(node)
        self.steps.append(("match", None, None))

    def _add(self, kind: str, first: Any = None, second: Any = None) -> int:
        if len(self.steps) > _PROGRAM:
            raise RegexError("Regular expression too big")
        self.steps.append((kind, first, second))
        return len(self.steps) - 1

    def _emit(self, node: Node) -> None:
        kind = node[0]
        if kind == "and":
            for child in node[1:]:
                self._emit(child)
        elif kind == "or":
            ends = []
            for child in node[1:-1]:
                split = self._add("split")
                self._emit(child)
                ends.append(self._add("jump"))
                self.steps[split] = ("split", split + 1, len(self.steps))
            self._emit(node[-1])
            for end in ends:
                self.steps[end] = ("jump", len(self.steps), None)
        elif kind == "group":
            self._add("save", 2 * node[1])
            self._emit(node[2])
            self._add("save", 2 * node[1] + 1)
        elif kind == "repeat":
            self._repeat(node[1], node[2], node[3])
        elif kind in ("char", "any", "set"):
            self._add("take", self._taker(node))
        else:
            self._add("check", self._checker(node))

    def _repeat(self, inner: Node, least: int, most: int | None) -> None:
        for _ in range(least):
            self._emit(inner)
        if most is None:
            split = self._add("split")
            self._emit(inner)
            self._add("jump", split)
            self.steps[split] = ("split", split + 1, len(self.steps))
            return
        splits = []
        for _ in range(most - least):
            splits.append(self._add("split"))
            self._emit(inner)
        for split in splits:
            self.steps[split] = ("split", split + 1, len(self.steps))

    def _taker(self, node: Node) -> Callable[[str], object]:
        if node[0] == "any":
            return lambda char: True
        if node[0] == "char" and not self._fold:
            wanted = node[1]
            return lambda char: char == wanted
        source = re.escape(node[1]) if node[0] == "char" else node[1]
        return re.compile(source, re.IGNORECASE if self._fold else 0).match

    def _checker(self, node: Node) -> Callable[[str, int], object]:
        return re.compile(_source(node)).match

    def search(self, text: str, start: int) -> Found | None:
        """Walk over the text once; new threads begin at every place until one has matched."""
        current: list[tuple[int, tuple[int, ...]]] = []
        empty = (-1,) * self.slots
        best: tuple[int, ...] | None = None
        for at in range(start, len(text) + 1):
            threads: list[tuple[int, tuple[int, ...]]] = []
            seen: set[int] = set()
            for step, saved in current:
                self._follow(step, saved, text, at, threads, seen)
            if best is None:
                self._follow(0, (at, *empty[1:]), text, at, threads, seen)
            current = []
            for step, saved in threads:
                kind, taker, _ = self.steps[step]
                if kind == "match":
                    if best is None or saved[0] < best[0] or (saved[0] == best[0] and at > best[1]):
                        best = (saved[0], at, *saved[2:])
                elif at < len(text) and (best is None or saved[0] <= best[0]) and taker(text[at]):
                    current.append((step + 1, saved))
            if best is not None and not current:
                break
        if best is None:
            return None
        places = zip(best[2::2], best[3::2], strict=True)
        return Found(best[0], best[1], tuple(text[a:b] if b >= 0 else None for a, b in places))

    def _follow(
        self,
        step: int,
        saved: tuple[int, ...],
        text: str,
        at: int,
        threads: list[tuple[int, tuple[int, ...]]],
        seen: set[int],
    ) -> None:
        """Add a thread, and what it can reach without a character."""
        todo = [(step, saved)]
        while todo:
            step, saved = todo.pop()
            if step in seen:
                continue
            seen.add(step)
            kind, first, second = self.steps[step]
            if kind == "split":
                todo += [(second, saved), (first, saved)]
            elif kind == "jump":
                todo.append((first, saved))
            elif kind == "save":
                todo.append((step + 1, (*saved[:first], at, *saved[first + 1 :])))
            elif kind == "check":
                if first(text, at) is not None:
                    todo.append((step + 1, saved))
            else:
                threads.append((step, saved))
