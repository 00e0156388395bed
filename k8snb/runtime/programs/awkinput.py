"""What an awk program reads: the records of its input, of files, and of what commands print.

A command cannot be waited for in the middle of an expression: `Needed` says which one the program wants to know.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from k8snb.runtime import limits
from k8snb.runtime.filesystem import FileError
from k8snb.runtime.programs.awksyntax import Node
from k8snb.runtime.programs.awkvalues import Input, number, regex
from k8snb.runtime.programs.program import Call, Failure
from k8snb.runtime.shell.words import unescape


class Effect(NamedTuple):
    """`out` and `err`: bytes printed; `write` and `append`: to a file; `command`: input of a command."""

    kind: str
    name: str
    data: bytes


class Needed(Exception):
    """The program cannot go on before this command has run: its `text` or its `status` is wanted."""

    def __init__(self, command: str, wanted: str) -> None:
        super().__init__(command)
        self.command, self.wanted = command, wanted


class Source:
    """Records of a text: the input, a file, or what a command printed."""

    def __init__(self, content: str) -> None:
        self.content, self.at = content, 0

    def next(self, separator: str) -> str | None:
        """The next record, None at the end."""
        content = self.content
        if separator == "":
            while content.startswith("\n", self.at):
                self.at += 1
        if self.at >= len(content):
            return None
        if separator == "":
            found = regex("\n\n+").search(content, self.at)
            stop, after = (found.start, found.end) if found is not None else (len(content.rstrip("\n")), len(content))
        elif len(separator) == 1:
            stop = content.find(separator, self.at)
            stop, after = (stop, stop + 1) if stop >= 0 else (len(content), len(content))
        else:
            found = regex(separator).search(content, self.at)
            stop, after = (
                (found.start, found.end) if found is not None and found.end > found.start else (len(content),) * 2
            )
        record, self.at = content[self.at : stop], after
        return record


class Reader:
    """The part of a run that reads."""

    call: Call
    globals: dict[str, Any]
    status: int

    def __init__(self, operands: list[str]) -> None:
        self.operands = list(operands)
        self.effects: list[Effect] = []
        self.stdin: bytes | None = None
        #: what commands have given in earlier runs, in order; and how many were asked for in this one
        self.results: tuple[Any, ...] = ()
        self.asked = 0
        self.main: Source | None = None
        self.used_operand = False
        self.sources: dict[str, Source | None] = {}
        #: what has been printed to files and commands
        self.written: dict[str, list[str]] = {}
        self.pipes: dict[str, list[str]] = {}

    def text(self, value: Any) -> str:
        raise NotImplementedError

    def value(self, node: Node) -> Any:
        raise NotImplementedError

    def set_record(self, record: str) -> None:
        raise NotImplementedError

    def assign(self, target: Node, value: Any) -> Any:
        raise NotImplementedError

    def next_record(self) -> str | None:
        """The next record of the input; NR and FNR count it."""
        while True:
            if self.main is None and not self._next_input():
                return None
            assert self.main is not None
            record = self.main.next(self.text(self.globals["RS"]))
            if record is not None:
                self.globals["NR"], self.globals["FNR"] = (
                    number(self.globals["NR"]) + 1,
                    number(self.globals["FNR"]) + 1,
                )
                return record
            self.main = None

    def _next_input(self) -> bool:
        """Open the next file that is named; standard input if none is. False when all have been read."""
        while self.operands:
            word = self.operands.pop(0)
            name, equals, value = word.partition("=")
            if equals and name.isidentifier():
                self.globals[name] = Input(unescape(value))
            elif word:
                self.used_operand = True
                try:
                    content = self._read_stdin() if word == "-" else self.call.read(word)
                except FileError as error:
                    words = f"{word}: {error.words}" if self.call.busybox else f"cannot open {word} ({error.words})"
                    self.effects.append(Effect("err", "", f"{self.call.name}: {words}\n".encode()))
                    self.status = 2
                    continue
                self.globals["FILENAME"], self.globals["FNR"] = word, 0.0
                self.main = Source(self._decoded(content))
                return True
        if self.used_operand:
            return False
        self.used_operand = True
        self.main = Source(self._decoded(self._read_stdin()))
        return True

    def _read_stdin(self) -> bytes:
        if self.stdin is None:
            self.stdin = self.call.stdin()
        return self.stdin

    def _decoded(self, content: bytes) -> str:
        if len(content) > limits.PROGRAM_BYTES:
            raise Failure("out of memory", 2)
        return content.decode("utf-8", "surrogateescape")

    def getline(self, kind: str, source: Node | None, target: Node | None) -> float:
        """`getline [var] [< file]`, `command | getline [var]`: 1, 0 at the end, -1 if there is no such file."""
        if kind == "":
            record = self.next_record()
        else:
            assert source is not None
            opened = self._source(kind, self.text(self.value(source)))
            if opened is None:
                return -1.0
            record = opened.next(self.text(self.globals["RS"]))
            if record is not None and kind == "|":
                self.globals["NR"] = number(self.globals["NR"]) + 1
        if record is None:
            return 0.0
        if target is None:
            self.set_record(record)
        else:
            self.assign(target, Input(record))
        return 1.0

    def _source(self, kind: str, name: str) -> Source | None:
        key = kind + name
        if key not in self.sources:
            if kind == "|":
                self.sources[key] = Source(self.command(name, "text"))
            elif name in self.written:
                self.sources[key] = Source("".join(self.written[name]))
            else:
                try:
                    self.sources[key] = Source(
                        self._decoded(self._read_stdin() if name == "-" else self.call.read(name))
                    )
                except FileError:
                    self.sources[key] = None
        return self.sources[key]

    def command(self, command: str, wanted: str) -> Any:
        """What a command gives; Needed if it has not been run yet."""
        if self.asked == len(self.results):
            raise Needed(command, wanted)
        self.asked += 1
        return self.results[self.asked - 1]

    def close(self, name: str) -> float:
        """Close a file or a command; a command that was printed to runs now."""
        self.sources.pop("<" + name, None)
        self.sources.pop("|" + name, None)
        if name in self.pipes:
            data = "".join(self.pipes.pop(name)).encode("utf-8", "surrogateescape")
            self.effects.append(Effect("command", name, data))
        return 0.0
