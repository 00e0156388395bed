"""find and xargs: what is below a directory, and commands over many names.

The whole tree is walked at one instant; what is to be done with what was found is then done in order, one command at a time.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from k8snb.runtime.filesystem import Directory, Entry, File, FileError, Link, join
from k8snb.runtime.programs.files import human, mode_text, user_name
from k8snb.runtime.programs.program import Call, Failure, Outcome, Run
from k8snb.runtime.shell import pattern


class Seat(NamedTuple):
    """One thing that was found: as it is shown, where it is, what it is, how deep."""

    shown: str
    path: str
    entry: Entry
    depth: int


#: does a test hold for what was found?
Test = Callable[[Seat], bool]
#: what is still to be done: ("print", text), ("run", argv) or ("remove", shown, path)
Action = tuple[Any, ...]


class _Enough(Exception):
    """-quit."""


def find(call: Call) -> Outcome:
    if call.state is not None:
        return _proceed(call, *call.state)
    args, starts = call.args, list[str]()
    while args and args[0] in ("-H", "-L", "-P"):
        args.pop(0)
    while args and not args[0].startswith("-") and args[0] not in ("(", "!", ")", ","):
        starts.append(args.pop(0))
    expression = _Expression(call, args)
    status = 0
    try:
        for start in starts or ["."]:
            try:
                _descend(
                    call, Seat(start, call.path(start), call.machine.fs.lookup(call.path(start), False), 0), expression
                )
            except FileError as error:
                status = 1
                call.complain(f"{start}: {error.words}" if call.busybox else f"'{start}': {error.words}")
    except _Enough:
        pass
    actions = tuple(expression.actions)
    if expression.together and expression.gathered:
        argv = [path for word in expression.together for path in (expression.gathered if word == "{}" else [word])]
        actions = (*actions, ("run", tuple(argv)))
    return _proceed(call, actions, status)


def _proceed(call: Call, actions: tuple[Action, ...], status: int) -> Outcome:
    """Do what is to be done up to the next command."""
    if call.state is not None and call.process.child_status and "+" in call.argv:
        status = 1  # a command that fails counts only with `-exec … +`
    for index, action in enumerate(actions):
        if action[0] == "print":
            call.out(action[1])
        elif action[0] == "remove":
            try:
                call.machine.fs.remove(action[2])
            except FileError as error:
                status = 1
                call.complain(f"cannot delete '{action[1]}': {error.words}")
        else:
            return Run(action[1], (actions[index + 1 :], status))
    return status


def _descend(call: Call, seat: Seat, expression: _Expression) -> None:
    fs = call.machine.fs
    if seat.depth > 200:
        raise Failure("out of memory", 137)
    inside = True
    if seat.depth >= expression.least and not expression.depth_first:
        inside = expression.visit(seat)
    if inside and isinstance(seat.entry, Directory) and (expression.most is None or seat.depth < expression.most):
        for name in fs.listdir(seat.path):
            path = join(seat.path, name)
            below = Seat(f"{seat.shown.rstrip('/')}/{name}", path, fs.lookup(path, False), seat.depth + 1)
            _descend(call, below, expression)
    if seat.depth >= expression.least and expression.depth_first:
        expression.visit(seat)


class _Expression:
    """find's tests and actions, as functions of what was found."""

    def __init__(self, call: Call, words: list[str]) -> None:
        self.call, self.words, self.at = call, words, 0
        self.actions: list[Action] = []
        self.gathered: list[str] = []
        self.together: list[str] = []
        self.least = 0
        self.most: int | None = None
        self.acts = self._pruned = False
        self.depth_first = "-delete" in words or "-depth" in words
        self.test: Test = self._alternatives() if words else lambda seat: True
        if self.at < len(words):
            raise self._unknown(words[self.at])

    def visit(self, seat: Seat) -> bool:
        """Try the expression on something; False if its inside is not to be looked at."""
        self._pruned = False
        if self.test(seat) and not self.acts:
            self.actions.append(("print", seat.shown + "\n"))
        return not self._pruned

    def _unknown(self, word: str) -> Failure:
        return Failure(f"unrecognized: {word}" if self.call.busybox else f"unknown predicate `{word}'")

    def _take(self, *wanted: str) -> bool:
        if self.at < len(self.words) and self.words[self.at] in wanted:
            self.at += 1
            return True
        return False

    def _alternatives(self) -> Test:
        tests = [self._sequence()]
        while self._take("-o", "-or"):
            tests.append(self._sequence())
        return tests[0] if len(tests) == 1 else lambda seat: any(test(seat) for test in tests)

    def _sequence(self) -> Test:
        tests = [self._negation()]
        while self.at < len(self.words) and self.words[self.at] not in ("-o", "-or", ")"):
            self._take("-a", "-and")
            tests.append(self._negation())
        return tests[0] if len(tests) == 1 else lambda seat: all(test(seat) for test in tests)

    def _negation(self) -> Test:
        if self._take("!", "-not"):
            inner = self._negation()
            return lambda seat: not inner(seat)
        if self._take("("):
            inner = self._alternatives()
            if not self._take(")"):
                raise Failure(
                    "invalid expression; expected to find a ')' but didn't see one"
                    if not self.call.busybox
                    else "unpaired '('"
                )
            return inner
        return self._primary()

    def _argument(self, word: str) -> str:
        if self.at >= len(self.words):
            raise Failure(f"{word}: argument required" if self.call.busybox else f"missing argument to `{word}'")
        self.at += 1
        return self.words[self.at - 1]

    def _number(self, word: str) -> int:
        text = self._argument(word)
        if not text.isdigit():
            raise Failure(
                f"invalid number '{text}'"
                if self.call.busybox
                else f"Expected a positive decimal integer argument to {word}, but got `{text}'"
            )
        return int(text)

    def _primary(self) -> Test:
        if self.at >= len(self.words):
            raise Failure("expected an expression")
        word = self.words[self.at]
        self.at += 1
        if word in ("-maxdepth", "-mindepth"):
            number = self._number(word)
            self.most, self.least = (number, self.least) if word == "-maxdepth" else (self.most, number)
            return lambda seat: True
        if word in ("-depth", "-xdev", "-mount", "-true", "-noleaf"):
            return lambda seat: True
        action = self._action(word)
        if action is not None:
            return action
        if word == "-empty":
            return lambda seat: (
                not seat.entry.entries
                if isinstance(seat.entry, Directory)
                else isinstance(seat.entry, File) and seat.entry.length == 0
            )
        if word == "-newer":
            return self._newer(self._argument(word))
        if word not in _TESTS:
            raise self._unknown(word)
        argument, holds = self._argument(word), _TESTS[word]
        if word in ("-size", "-mtime", "-mmin", "-atime", "-ctime") and not re.fullmatch(
            r"[-+]?\d+[ckMGbw]?", argument
        ):
            raise Failure(
                f"invalid number '{argument}'" if self.call.busybox else f"invalid argument `{argument}' to `{word}'"
            )
        if word == "-perm" and not re.fullmatch(r"[-/+]?[0-7]+", argument):
            raise Failure(f"invalid mode '{argument}'")
        return lambda seat: holds(self.call, argument, seat)

    def _newer(self, name: str) -> Test:
        try:
            than = self.call.machine.fs.lookup(self.call.path(name)).mtime
        except FileError as error:
            shown = f"can't stat '{name}'" if self.call.busybox else f"'{name}'"
            raise Failure(f"{shown}: {error.words}") from None
        return lambda seat: seat.entry.mtime > than

    def _action(self, word: str) -> Test | None:
        """-print, -exec and the like: what they leave to be done; None for a mere test."""
        if word == "-prune":
            return self._prune
        if word not in ("-print", "-print0", "-ls", "-printf", "-delete", "-quit", "-exec", "-execdir", "-ok"):
            return None
        if word == "-quit":
            return self._quit
        self.acts = True
        if word in ("-exec", "-execdir", "-ok"):
            return self._command(word)
        template = self._argument(word) if word == "-printf" else ""

        def act(seat: Seat) -> bool:
            if word != "-delete":
                self.actions.append(("print", self._line(word, template, seat)))
            elif seat.shown != ".":
                self.actions.append(("remove", seat.shown, seat.path))
            return True

        return act

    def _prune(self, seat: Seat) -> bool:
        self._pruned = isinstance(seat.entry, Directory)
        return True

    def _quit(self, seat: Seat) -> bool:
        if not self.acts:
            self.actions.append(("print", seat.shown + "\n"))
        raise _Enough

    def _line(self, word: str, template: str, seat: Seat) -> str:
        """What an action prints."""
        if word == "-printf":
            return _formatted(self.call, template, seat)
        if word == "-ls":
            owner = user_name(self.call, seat.entry.uid)
            return f"{mode_text(seat.entry)} {owner} {_size(seat.entry):>8} {seat.shown}\n"
        return seat.shown + ("\0" if word == "-print0" else "\n")

    def _command(self, word: str) -> Test:
        argv: list[str] = []
        while self.at < len(self.words) and self.words[self.at] != ";" and not (
            self.words[self.at] == "+" and argv[-1:] == ["{}"]
        ):  # fmt: skip
            argv.append(self.words[self.at])
            self.at += 1
        if self.at >= len(self.words) or not argv:
            raise Failure(f"{word}: argument required" if self.call.busybox else f"missing argument to `{word}'")
        ending = self.words[self.at]
        self.at += 1

        def run(seat: Seat) -> bool:
            if ending == "+":
                self.together = argv
                self.gathered.append(seat.shown)
            else:
                self.actions.append(("run", tuple(part.replace("{}", seat.shown) for part in argv)))
            return True

        return run


def _size(entry: Entry) -> int:
    return entry.length if isinstance(entry, File) else len(entry.target) if isinstance(entry, Link) else 4096


def _formatted(call: Call, template: str, seat: Seat) -> str:
    name = seat.shown.rstrip("/").rpartition("/")[2]
    values = {
        "p": seat.shown, "f": name, "h": seat.shown.rpartition("/")[0] or ".", "s": str(_size(seat.entry)),
        "m": f"{seat.entry.mode & 0o7777:o}", "M": mode_text(seat.entry), "u": user_name(call, seat.entry.uid),
        "d": str(seat.depth), "y": _kind(seat.entry), "P": seat.shown.partition("/")[2], "%": "%",
        "T@": f"{seat.entry.mtime:.10f}", "k": str(-(-_size(seat.entry) // 1024)), "H": human(_size(seat.entry)),
    }  # fmt: skip
    text = re.sub(r"%(T@|.)", lambda match: values.get(match[1], match[0]), template)
    return text.replace("\\n", "\n").replace("\\t", "\t").replace("\\0", "\0")


def _kind(entry: Entry) -> str:
    if isinstance(entry, Directory):
        return "d"
    return "l" if isinstance(entry, Link) else "c" if entry.device else "f"


def _named(call: Call, argument: str, seat: Seat, fold: Callable[[str], str] = str) -> bool:
    name = seat.shown.rstrip("/").rpartition("/")[2] or seat.shown
    return pattern.matches(fold(argument), fold(name))


def _compared(value: float, argument: str, number: int) -> bool:
    return value > number if argument[0] == "+" else value < number if argument[0] == "-" else int(value) == number


def _sized(call: Call, argument: str, seat: Seat) -> bool:
    unit = {"c": 1, "w": 2, "k": 1024, "M": 1024**2, "G": 1024**3}.get(argument[-1], 512)
    return _compared(-(-_size(seat.entry) // unit), argument, int(argument.strip("+-ckMGbw")))


def _aged(seconds: int) -> Callable[[Call, str, Seat], bool]:
    def holds(call: Call, argument: str, seat: Seat) -> bool:
        return _compared(
            (call.now - seat.entry.mtime) // seconds, argument, int(argument.lstrip("+-").rstrip("ckMGbw"))
        )

    return holds


def _moded(call: Call, argument: str, seat: Seat) -> bool:
    mode, wanted = seat.entry.mode & 0o7777, int(argument.lstrip("-/+"), 8)
    return (
        mode & wanted == wanted
        if argument[0] == "-"
        else bool(mode & wanted)
        if argument[0] in "/+"
        else mode == wanted
    )


def _owned(call: Call, argument: str, seat: Seat) -> bool:
    return argument in (str(seat.entry.uid), user_name(call, seat.entry.uid))


_TESTS: dict[str, Callable[[Call, str, Seat], bool]] = {
    "-name": _named,
    "-iname": lambda call, argument, seat: _named(call, argument, seat, str.lower),
    "-path": lambda call, argument, seat: pattern.matches(argument, seat.shown),
    "-wholename": lambda call, argument, seat: pattern.matches(argument, seat.shown),
    "-type": lambda call, argument, seat: _kind(seat.entry) in argument.split(","),
    "-user": _owned,
    "-group": lambda call, argument, seat: (
        argument == str(seat.entry.gid) or (argument == "root" and not seat.entry.gid)
    ),
    "-perm": _moded,
    "-size": _sized,
    "-mtime": _aged(86400),
    "-atime": _aged(86400),
    "-ctime": _aged(86400),
    "-mmin": _aged(60),
}


def xargs(call: Call) -> Outcome:
    """Runs a command over the words of its input; state is (batches still to run, status so far)."""
    if call.state is not None:
        batches, status = call.state
        child = call.child_status
        if child in (126, 127):
            return child
        if child == 255:
            call.complain(f"{batches[0][0] if batches else 'command'}: exited with status 255; aborting")
            return 124
        status = (123 if not call.busybox or child else status) if child else status
    else:
        batches, status = _batches(call), 0
    if not batches:
        return int(status)
    return Run(batches[0], (batches[1:], status), stdin=b"")


def _batches(call: Call) -> tuple[tuple[str, ...], ...]:
    args, replace, size, by_lines, null, delimiter, run_empty = call.args, "", 0, 0, False, "", True
    while args and args[0].startswith("-") and len(args[0]) > 1:
        word = args.pop(0)
        letter = word[1]
        if letter in "InPLsda":
            value = word[2:] or (args.pop(0) if args else "")
            if letter in "nL" and not value.isdigit():
                raise Failure(
                    f"invalid number '{value}'" if call.busybox else f'invalid number "{value}" for -{letter} option'
                )
            replace = value if letter == "I" else replace
            size = int(value) if letter == "n" else size
            by_lines = int(value) if letter == "L" else by_lines
            delimiter = value if letter == "d" else delimiter
        elif letter == "0":
            null = True
        elif letter == "r" or word == "--no-run-if-empty":
            run_empty = False
        elif letter != "t" and word != "--":
            raise Failure(f"invalid option -- '{letter}'", 1)
    command = tuple(args) or ("echo",)
    text = call.stdin().decode("utf-8", "surrogateescape")
    if by_lines:
        lines = [_words(line) for line in text.split("\n") if line.strip()]
        return tuple(
            (*command, *(w for line in lines[at : at + by_lines] for w in line))
            for at in range(0, len(lines), by_lines)
        )
    if null or delimiter or replace:
        separator = "\0" if null else delimiter.replace("\\n", "\n").replace("\\t", "\t") or "\n"
        words = [word.strip() if replace else word.removesuffix("\n") for word in text.split(separator) if word.strip()]
    else:
        words = _words(text)
    if replace:
        return tuple(tuple(part.replace(replace, word) for part in command) for word in words)
    if not words:
        return (command,) if run_empty else ()
    step = size or 5000
    return tuple((*command, *words[at : at + step]) for at in range(0, len(words), step))


def _words(text: str) -> list[str]:
    """Words with the quotes of xargs: single, double, backslash."""
    found = []
    for match in re.finditer(r"(?:'[^']*'|\"[^\"]*\"|\\.|[^\s'\"\\])+|['\"]", text):
        if match[0] in ("'", '"'):
            raise Failure(f"unmatched {'single' if match[0] == chr(39) else 'double'} quote", 1)
        found.append(re.sub(r"'([^']*)'|\"([^\"]*)\"|\\(.)", lambda m: m[1] or m[2] or m[3] or "", match[0]))
    return found
