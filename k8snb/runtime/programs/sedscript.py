"""sed's language: a script as a flat list of commands, each with its addresses; blocks and labels become places in the list."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from k8snb.runtime.programs.posixregex import Regex, RegexError, compile_regex


class SedError(Exception):
    """The script is none: GNU's words and busybox's, and at which character."""

    def __init__(self, gnu: str, busybox: str, at: int) -> None:
        super().__init__(gnu)
        self.gnu, self.busybox, self.at = gnu, busybox, at


class Address(NamedTuple):
    """`line` (a number, 0 for `$`), `step` (first~step), `regex`, or how a range ends: `plus` lines, `multiple` of."""

    kind: str
    number: int = 0
    step: int = 0
    regex: Regex | None = None


class Substitution(NamedTuple):
    """`s`: its expression (None for the last one used), replacement parts, and flags."""

    regex: Regex | None
    parts: tuple[Any, ...]
    every: bool
    number: int
    prints: bool
    file: str


class Command(NamedTuple):
    """One command. `argument` is its text, label, file, substitution or table, or where its block ends."""

    name: str
    first: Address | None = None
    last: Address | None = None
    negated: bool = False
    argument: Any = None
    place: int = 0


_PLAIN = "=dDgGhHlnNpPxzF"


def parse(script: str, extended: bool) -> tuple[Command, ...]:
    """The commands of a script. SedError."""
    return _Parser(script, extended).commands()


class _Parser:
    def __init__(self, text: str, extended: bool) -> None:
        self.text, self.extended, self.at = text, extended, 0
        self.found: list[Command] = []
        self.blocks: list[int] = []

    def fail(self, gnu: str, busybox: str = "") -> SedError:
        return SedError(gnu, busybox or gnu, self.at)

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def blanks(self, more: str = "") -> None:
        while self.peek() and self.peek() in " \t" + more:
            self.at += 1

    def commands(self) -> tuple[Command, ...]:
        while True:
            self.blanks("\n;")
            if not self.peek():
                break
            if self.peek() == "#":
                self.line()
                continue
            self.command()
        if self.blocks:
            raise SedError("unmatched `{'", "unmatched '{'", 0)
        labels = {command.argument: command.place for command in self.found if command.name == ":"}
        for command in self.found:
            if command.name in "btT" and command.argument and command.argument not in labels:
                raise SedError(f"can't find label for jump to `{command.argument}'",
                               f"can't find label for jump to '{command.argument}'", -1)  # fmt: skip
        return tuple(
            command._replace(argument=labels.get(command.argument, len(self.found)))
            if command.name in "btT"
            else command
            for command in self.found
        )

    def line(self) -> str:
        """The rest of the line, taken."""
        end = self.text.find("\n", self.at)
        end = len(self.text) if end < 0 else end
        taken, self.at = self.text[self.at : end], end
        return taken

    def command(self) -> None:
        first = self.address()
        last = None
        self.blanks()
        if first is not None and self.peek() == ",":
            self.at += 1
            self.blanks()
            last = self.address(ending=True)
            if last is None:
                raise self.fail("unexpected `,'", "no address after comma")
        self.blanks()
        negated = False
        while self.peek() == "!":
            self.at += 1
            negated = True
            self.blanks()
        name = self.peek()
        if not name:
            raise self.fail("missing command")
        self.at += 1
        if name == "}":
            self.close()
            return
        index = len(self.found)
        self.found.append(Command(name, first, last, negated, None, index))
        self.found[index] = self.found[index]._replace(argument=self.argument(name))

    def close(self) -> None:
        if not self.blocks:
            raise self.fail("unexpected `}'", "unexpected '}'")
        opened = self.blocks.pop()
        self.found[opened] = self.found[opened]._replace(argument=len(self.found))
        self.ending()

    def ending(self) -> None:
        """Nothing but the end of a command may stand here."""
        self.blanks()
        if self.peek() not in ("", "\n", ";", "}", "#"):
            self.at += 1
            raise self.fail("extra characters after command", f"unsupported command {self.text[self.at - 1]}")

    def argument(self, name: str) -> Any:
        if name == "{":
            self.blocks.append(len(self.found) - 1)
            return None
        if name == "s":
            return self.substitution()
        if name == "y":
            return self.table()
        if name in "aic":
            return self.lines()
        if name in "btT:":
            self.blanks()
            match = re.compile(r"[^;\n}\s]*" if name != ":" else r"[^\n;]*").match(self.text, self.at)
            assert match is not None
            self.at = match.end()
            return match[0].strip()
        if name in "rRwW":
            self.blanks()
            return self.line().strip()
        if name in "qQlL":
            self.blanks()
            match = re.compile(r"\d*").match(self.text, self.at)
            assert match is not None
            self.at = match.end()
            self.ending()
            return int(match[0] or 0)
        if name not in _PLAIN:
            raise self.fail(f"unknown command: `{name}'", f"unsupported command {name}")
        self.ending()
        return None

    def address(self, ending: bool = False) -> Address | None:
        char = self.peek()
        if char.isdigit():
            number = self.number()
            if self.peek() == "~":
                self.at += 1
                return Address("step", number, self.number())
            return Address("line", number)
        if char == "$":
            self.at += 1
            return Address("end")
        if char in ("/", "\\") and char:
            if char == "\\":
                self.at += 1
            source = self.until(self.peek(), True, "unterminated address regex")
            fold = self.peek() == "I"
            self.at += fold
            return Address("regex", regex=self.regex(source, fold))
        if ending and char in ("+", "~") and char:
            self.at += 1
            return Address("plus" if char == "+" else "multiple", self.number())
        return None

    def number(self) -> int:
        start = self.at
        while self.peek().isdigit():
            self.at += 1
        return int(self.text[start : self.at] or 0)

    def regex(self, source: str, fold: bool = False) -> Regex | None:
        if not source:
            return None
        try:
            return compile_regex(source, self.extended, fold)
        except RegexError as error:
            raise self.fail(str(error), f"bad regex '{source}': {error}") from None

    def until(self, mark: str, regex: bool, problem: str) -> str:
        """The text up to an unescaped delimiter; the delimiter itself loses its backslash."""
        self.at += 1
        out, inside = [], False
        while True:
            char = self.peek()
            if not char or (char == "\n" and regex):
                raise SedError(problem, f"unmatched '{mark}'", len(self.text))
            self.at += 1
            if char == "\\":
                follower = self.peek()
                self.at += 1
                out.append(follower if follower == mark else "\n" if follower == "n" and regex and not inside else
                           "\\" + follower)  # fmt: skip
                continue
            if regex and char == "[" and not inside:
                inside = True
                rest = re.compile(r"\^?\]?").match(self.text, self.at)
                assert rest is not None
                out.append(char + rest[0])
                self.at = rest.end()
                continue
            if inside and char == "]":
                inside = False
            elif char == mark and not inside:
                return "".join(out)
            out.append(char)

    def substitution(self) -> Substitution:
        mark = self.peek()
        problem = "unterminated `s' command"
        source = self.until(mark, True, problem)
        self.at -= 1
        replacement = self.until(mark, False, problem)
        every = prints = fold = False
        number, file = 1, ""
        while (char := self.peek()) and char not in ";\n}# \t":
            if char.isdigit():
                number = self.number()
                continue
            self.at += 1
            if char == "g":
                every = True
            elif char == "p":
                prints = True
            elif char in "iI":
                fold = True
            elif char == "w":
                self.blanks()
                file = self.line().strip()
            elif char not in "mMe":
                raise self.fail("unknown option to `s'", "bad option in substitution expression")
        self.ending()
        return Substitution(self.regex(source, fold), tuple(_parts(replacement)), every, number, prints, file)

    def table(self) -> dict[str, str]:
        mark = self.peek()
        problem = "unterminated `y' command"
        source = _plain(self.until(mark, False, problem))
        self.at -= 1
        target = _plain(self.until(mark, False, problem))
        if len(source) != len(target):
            raise self.fail("strings for `y' command are different lengths", "bad 'y' command")
        self.ending()
        return dict(zip(source, target, strict=True))

    def lines(self) -> str:
        """The text of `a`, `i` and `c`: behind a backslash and a newline, or on the same line."""
        self.blanks()
        if self.peek() == "\\":
            self.at += 1
            self.blanks()
            if self.peek() == "\n":
                self.at += 1
        out = []
        while (char := self.peek()) and char != "\n":
            self.at += 1
            if char == "\\":
                char = self.peek()
                self.at += 1
            out.append(char)
        if not out:
            raise self.fail("expected \\ after `a', `c' or `i'", "expected \\ after a, c or i")
        return "".join(out) + "\n"


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: {"n": "\n", "t": "\t"}.get(match[1], match[1]), text)


def _parts(text: str) -> list[Any]:
    """A replacement: texts, group numbers (0 for `&`), and GNU's changes of case (`\\U` …)."""
    parts: list[Any] = []
    for match in re.finditer(r"\\(.|\n)|&|[^\\&]+", text, re.DOTALL):
        escaped = match[1]
        if match[0] == "&":
            parts.append(0)
        elif escaped is None:
            parts.append(match[0])
        elif escaped.isdigit():
            parts.append(int(escaped))
        elif escaped in "ULEul":
            parts.append(("case", escaped))
        else:
            parts.append({"n": "\n", "t": "\t", "r": "\r"}.get(escaped, escaped))
    return parts
