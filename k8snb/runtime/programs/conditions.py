"""`test`, `[` and `[[`: conditions about files, texts and numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from k8snb.runtime.filesystem import Directory, Entry, File, FileError, Filesystem, Link, join
from k8snb.runtime.process import Process
from k8snb.runtime.programs.posixregex import RegexError, compile_regex
from k8snb.runtime.programs.program import Call, Failure, Outcome
from k8snb.runtime.shell import pattern

if TYPE_CHECKING:
    from k8snb.runtime.machine import Machine


class TestFailure(Exception):
    """An expression that `test` does not understand: `kind` is argument, number, operand, paren or regex, `word` what is wrong,
    `before` what stands before it."""

    __test__ = False

    def __init__(self, kind: str, word: str = "", before: str = "") -> None:
        super().__init__(kind)
        self.kind, self.word, self.before = kind, word, before

    def text(self, dialect: str) -> str:
        """The message of a shell's builtin, or of coreutils' program (`gnu`)."""
        return _WORDS[self.kind].get(dialect, _WORDS[self.kind]["ash"]).format(word=self.word, before=self.before)


_WORDS = {
    "argument": {"ash": "{word}: argument expected", "bash": "{before}: unary operator expected",
                 "gnu": "missing argument after '{word}'"},
    "number": {"ash": "{word}: bad number", "dash": "Illegal number: {word}",
               "bash": "{word}: integer expression expected", "gnu": "invalid integer '{word}'"},
    "operand": {"ash": "{word}: unknown operand", "dash": "{before}: unexpected operator",
                "bash": "{before}: unary operator expected", "gnu": "extra argument '{word}'"},
    "many": {"ash": "{word}: unknown operand", "dash": "{before}: unexpected operator",
             "bash": "too many arguments", "gnu": "extra argument '{word}'"},
    "paren": {"ash": "closing paren expected", "bash": "`)' expected", "gnu": "')' expected"},
    "regex": {"ash": "bad regex '{word}'", "bash": "syntax error in regular expression"},
}  # fmt: skip


def test(call: Call) -> Outcome:
    args = call.args
    if call.name == "[":
        if args[-1:] != ["]"]:
            raise Failure("missing ]", 2)
        args = args[:-1]
    try:
        return 0 if evaluate_test(args, call.machine, call.process) else 1
    except TestFailure as error:
        raise Failure(error.text("ash" if call.busybox else "gnu"), 2) from None


def evaluate_test(args: list[str], machine: Machine, process: Process, dialect: str = "bash") -> bool:
    """The truth of a `test` expression."""
    if not args:
        return False
    parser = _Test(args, machine.fs, process.cwd, process, words=False)
    if dialect == "dash":
        parser.binary = _BINARY - {"=="}
    value = parser.disjunction()
    if parser.at < len(args):
        raise TestFailure("operand" if len(args) < 3 else "many", args[parser.at], args[parser.at - 1])
    return value


def evaluate_double(args: list[str], machine: Machine, process: Process) -> bool:
    """The truth of what stands between `[[` and `]]`."""
    parser = _Test(args, machine.fs, process.cwd, process, words=True)
    value = parser.disjunction()
    if parser.at < len(args):
        raise TestFailure("operand", args[parser.at], args[parser.at - 1])
    return value


_UNARY: dict[str, Callable[[Entry], bool]] = {
    "-e": lambda entry: True,
    "-f": lambda entry: isinstance(entry, File) and not entry.device,
    "-d": lambda entry: isinstance(entry, Directory),
    "-s": lambda entry: isinstance(entry, Directory) or (isinstance(entry, File) and entry.length > 0),
    "-c": lambda entry: isinstance(entry, File) and bool(entry.device),
    "-b": lambda entry: False,
    "-p": lambda entry: False,
    "-S": lambda entry: False,
    "-x": lambda entry: isinstance(entry, Directory) or bool(entry.mode & 0o111),
    "-r": lambda entry: True,
    "-w": lambda entry: True,
    "-u": lambda entry: bool(entry.mode & 0o4000),
    "-g": lambda entry: bool(entry.mode & 0o2000),
    "-k": lambda entry: bool(entry.mode & 0o1000),
    "-O": lambda entry: True,
    "-G": lambda entry: True,
}


_NUMBERS: dict[str, Callable[[int, int], bool]] = {
    "-eq": lambda a, b: a == b,
    "-ne": lambda a, b: a != b,
    "-lt": lambda a, b: a < b,
    "-le": lambda a, b: a <= b,
    "-gt": lambda a, b: a > b,
    "-ge": lambda a, b: a >= b,
}


_BINARY = frozenset({"=", "==", "!=", "<", ">", "=~", "-nt", "-ot", "-ef", *_NUMBERS})


class _Test:
    def __init__(self, args: list[str], fs: Filesystem, cwd: str, process: Process, words: bool) -> None:
        self.args, self.fs, self.cwd, self.process, self.words = args, fs, cwd, process, words
        self.at, self.binary = 0, _BINARY

    def peek(self, ahead: int = 0) -> str | None:
        return self.args[self.at + ahead] if self.at + ahead < len(self.args) else None

    def take(self) -> str:
        if self.at >= len(self.args):
            raise TestFailure("argument", self.args[-1] if self.args else "", self.args[-1] if self.args else "")
        self.at += 1
        return self.args[self.at - 1]

    def disjunction(self) -> bool:
        value = self.conjunction()
        while self.peek() == ("||" if self.words else "-o"):
            self.at += 1
            value = self.conjunction() or value
        return value

    def conjunction(self) -> bool:
        value = self.negation()
        while self.peek() == ("&&" if self.words else "-a"):
            self.at += 1
            value = self.negation() and value
        return value

    def negation(self) -> bool:
        if self.peek() == "!" and len(self.args) - self.at > 1 and self.peek(1) not in self.binary:
            self.at += 1
            return not self.negation()
        return self.primary()

    def primary(self) -> bool:
        left = self.take()
        operator = self.peek()
        if operator in self.binary and self.peek(1) is None and left not in ("(", "!"):
            raise TestFailure("argument", operator or "", left)
        if operator in self.binary and self.peek(1) is not None:
            self.at += 1
            return self.compare(left, operator or "", self.take())
        if left == "(" and self.peek() is not None:
            value = self.disjunction()
            if self.take() != ")":
                raise TestFailure("paren")
            return value
        if self.peek() is not None and (left in _UNARY or left in ("-n", "-z", "-h", "-L", "-t", "-v")):
            return self.unary(left, self.take())
        return left != ""

    def unary(self, operator: str, operand: str) -> bool:
        if operator == "-n":
            return operand != ""
        if operator == "-z":
            return operand == ""
        if operator == "-t":
            return False
        if operator == "-v":
            return bool(self.process.shell and operand in self.process.shell.variables)
        try:
            entry = self.fs.lookup(join(self.cwd, operand), follow=operator not in ("-h", "-L")) if operand else None
        except FileError:
            return False
        if entry is None:
            return False
        return isinstance(entry, Link) if operator in ("-h", "-L") else _UNARY[operator](entry)

    def compare(self, left: str, operator: str, right: str) -> bool:
        if operator in _NUMBERS:
            return _NUMBERS[operator](_integer(left), _integer(right))
        if operator in ("-nt", "-ot", "-ef"):
            return self.newer(left, operator, right)
        if operator == "=~":
            return self.regex(left, right)
        if operator in ("<", ">"):
            return left < right if operator == "<" else left > right
        equal = pattern.matches(right, left) if self.words else left == right
        return equal != (operator == "!=")

    def regex(self, left: str, right: str) -> bool:
        try:
            found = compile_regex(right, extended=True).search(left)
        except RegexError:
            raise TestFailure("regex", right) from None
        return found is not None

    def newer(self, left: str, operator: str, right: str) -> bool:
        times = []
        for name in (left, right):
            try:
                times.append(self.fs.lookup(join(self.cwd, name)).mtime)
            except FileError:
                times.append(-1.0)
        if operator == "-ef":
            return join(self.cwd, left) == join(self.cwd, right)
        return times[0] > times[1] if operator == "-nt" else times[0] < times[1]


def _integer(text: str) -> int:
    try:
        return int(text.strip())
    except ValueError:
        raise TestFailure("number", text) from None
