"""sed: edits text line by line (POSIX, with GNU's extensions; busybox's wording on alpine).

All of the input is read before the first command runs; what is printed before `q` does not depend on what comes behind.
"""

from __future__ import annotations

from typing import Any

from k8snb.runtime import limits
from k8snb.runtime.filesystem import FileError
from k8snb.runtime.programs.posixregex import Found, Regex
from k8snb.runtime.programs.program import Call, Failure, Outcome
from k8snb.runtime.programs.sedscript import Address, Command, SedError, Substitution, parse

#: commands that one run may execute: an endless `:a;ba` ends
_STEPS = 1_000_000
#: characters of the pattern space and of the hold space
_SPACE = 512 * 1024


def sed(call: Call) -> Outcome:
    """`sed [-nEirsz] [-e script] [-f file] [script] [file …]`."""
    quiet = extended = separate = False
    scripts: list[str] = []
    suffix: str | None = None
    args, names = call.args, list[str]()
    while args:
        word = args.pop(0)
        if word == "--":
            names += args
            break
        if not word.startswith("-") or word == "-":
            names.append(word)
            continue
        word = _LONG.get(word.partition("=")[0], word.partition("=")[0]) + word[len(word.partition("=")[0]) :]
        letters = word[1:].lstrip("-")
        while letters:
            letter, letters = letters[0], letters[1:]
            if letter in "ef":
                value = letters.removeprefix("=") or (args.pop(0) if args else "")
                scripts.append(value if letter == "e" else call.read(value).decode("utf-8", "surrogateescape"))
                break
            if letter == "i":
                suffix, separate, letters = letters.removeprefix("="), True, ""
            elif letter in "nErsz":
                quiet, extended = quiet or letter == "n", extended or letter in "Er"
                separate = separate or letter == "s"
            elif letter != "u":
                raise Failure(f"unrecognized option '{word}'" if word[1] == "-" else f"invalid option -- '{letter}'", 1)
    if not scripts:
        if not names:
            raise Failure("no script specified", 1)
        scripts.append(names.pop(0))
    script = "\n".join(scripts)
    try:
        commands = parse(script.removeprefix("#n\n"), extended)
    except SedError as error:
        where = "" if error.at < 0 else f"-e expression #1, char {error.at}: "
        raise Failure(error.busybox if call.busybox else where + error.gnu, 1) from None
    return _Run(call, commands, quiet or script.startswith("#n\n")).files(names or ["-"], suffix, separate)


_LONG = {
    "--quiet": "-n", "--silent": "-n", "--regexp-extended": "-E", "--in-place": "-i", "--expression": "-e",
    "--file": "-f", "--separate": "-s", "--null-data": "-z", "--posix": "-u", "--unbuffered": "-u",
}  # fmt: skip


class _Quit(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class _Run:
    """One run over the input: the pattern space, the hold space, and what is to be printed after this line."""

    def __init__(self, call: Call, commands: tuple[Command, ...], quiet: bool) -> None:
        self.call, self.commands, self.quiet = call, commands, quiet
        self.lines: list[str] = []
        self.ended = True  # does the last line end in a newline?
        self.at = self.number = 0
        self.space = self.hold = ""
        self.after: list[str] = []
        self.out: list[str] = []
        #: ranges that are going on: command -> the line where they end, or None for an expression
        self.open: dict[int, int | None] = {}
        self.regex: Regex | None = None
        self.written: dict[str, list[str]] = {}
        self.name, self.steps, self.status = "-", 0, 0

    def files(self, names: list[str], suffix: str | None, separate: bool) -> int:
        groups = [[name] for name in names] if separate else [names]
        try:
            for group in groups:
                self._group(group, suffix)
        except _Quit as leave:
            self.status = leave.status
        for name, texts in self.written.items():
            if name in ("/dev/stdout", "/dev/stderr"):
                continue
            self.call.machine.fs.write(self.call.path(name), "".join(texts).encode("utf-8", "surrogateescape"))
        return self.status

    def _group(self, names: list[str], suffix: str | None) -> None:
        """One stream of lines: all files, or with -i and -s each on its own."""
        content = b"".join(self._content(name) for name in names)
        if len(content) > limits.PROGRAM_BYTES:
            raise Failure("out of memory", 137)
        text = content.decode("utf-8", "surrogateescape")
        self.lines, self.ended = text.split("\n"), text.endswith("\n") or not text
        if self.lines[-1] == "" and self.ended:
            self.lines.pop()
        self.at, self.out, self.name = 0, [], names[0]
        if suffix is not None:
            self.number = 0
        try:
            while self.at < len(self.lines):
                self._cycle()
        finally:
            printed = "".join(self.out)
            if suffix is None:
                self.call.out(printed)
            elif self.status == 0:
                self._keep(names[0], content, printed, suffix)

    def _content(self, name: str) -> bytes:
        try:
            if name != "-" and self.call.machine.fs.is_dir(self.call.path(name)):
                raise FileError("EISDIR", name)
            content = self.call.read(name)
        except FileError as error:
            directory = f"couldn't edit {name}: not a regular file" if error.name == "EISDIR" else ""
            words = f"{name}: {error.words}" if self.call.busybox else f"can't read {name}: {error.words}"
            self.call.complain(directory or words)
            self.status = 1 if self.call.busybox else 2
            return b""
        return content

    def _keep(self, name: str, before: bytes, text: str, suffix: str) -> None:
        fs, path = self.call.machine.fs, self.call.path(name)
        if suffix:
            copy = suffix.replace("*", name) if "*" in suffix else name + suffix
            fs.write(self.call.path(copy), before)
        fs.write(path, text.encode("utf-8", "surrogateescape"))

    # -- lines -----------------------------------------------------------------------------------------------------

    def _next(self) -> str:
        self.at += 1
        self.number += 1
        return self.lines[self.at - 1]

    def _emit(self, text: str, last: bool = False) -> None:
        """Print the pattern space: the last line of the input keeps its missing newline."""
        self.out.append(text + ("" if last and self.at == len(self.lines) and not self.ended else "\n"))

    def _cycle(self) -> None:
        self.space = self._next()
        while self._commands():
            pass
        self._end_of_cycle()

    def _end_of_cycle(self) -> None:
        if not self.quiet:
            self._emit(self.space, last=True)
        self._after()

    def _after(self) -> None:
        if self.after and self.out and not self.out[-1].endswith("\n"):
            self.out.append("\n")
        self.out += self.after
        self.after = []

    def _commands(self) -> bool:
        """Run the script over the pattern space; True to begin again without a new line (`D`)."""
        index = 0
        while index < len(self.commands):
            self.steps += 1 + len(self.space) // 100
            if self.steps > _STEPS or len(self.space) > _SPACE or len(self.hold) > _SPACE:
                raise Failure("out of memory", 137)
            command = self.commands[index]
            index += 1
            selected = self._selected(command) != command.negated
            if command.name == "{":
                index = index if selected else command.argument
            elif selected:
                action = _ACTIONS.get(command.name)
                place = action(self, command) if action is not None else None
                if place == -2:
                    return True
                if place == -1:
                    self.space, self.quiet, kept = "", True, self.quiet
                    self._end_of_cycle()
                    self.quiet = kept
                    if self.at >= len(self.lines):
                        raise _Quit(self.status)
                    self.space = self._next()
                    index = 0
                elif place is not None:
                    index = place
        return False

    # -- addresses -------------------------------------------------------------------------------------------------

    def _selected(self, command: Command) -> bool:
        if command.first is None:
            return True
        if command.last is None:
            return self._holds(command.first)
        if command.place in self.open:
            return self._goes_on(command)
        if not self._holds(command.first) and not (command.first == Address("line", 0) and self.number == 1):
            return False
        last = command.last
        if last.kind == "regex":
            self.open[command.place] = None
            if command.first == Address("line", 0):
                return self._goes_on(command)
        else:
            end = {
                "line": last.number,
                "end": len(self.lines) + self.number - self.at,
                "plus": self.number + last.number,
                "multiple": -(-self.number // max(last.number, 1)) * last.number,
            }[last.kind]
            if end > self.number:
                self.open[command.place] = end
        return True

    def _goes_on(self, command: Command) -> bool:
        end = self.open[command.place]
        assert command.last is not None
        over = self._holds(command.last) if end is None else self.number >= end
        if over:
            del self.open[command.place]
        return end is None or self.number <= end

    def _holds(self, address: Address) -> bool:
        if address.kind == "line":
            return self.number == address.number
        if address.kind == "end":
            return self.at == len(self.lines)
        if address.kind == "step":
            if address.step <= 0:
                return self.number == address.number
            return self.number >= address.number and (self.number - address.number) % address.step == 0
        return self.remembered(address.regex).matches(self.space)

    def remembered(self, regex: Regex | None) -> Regex:
        """The expression meant: an empty one is the last that was used."""
        if regex is None:
            if self.regex is None:
                raise Failure("no previous regular expression", 1)
            return self.regex
        self.regex = regex
        return regex

    # -- commands --------------------------------------------------------------------------------------------------

    replaced = False

    def substitute(self, command: Command) -> None:
        what: Substitution = command.argument
        out, last, count, made = [], 0, 0, False
        for found in self.remembered(what.regex).all(self.space):
            count += 1
            if count < what.number:
                continue
            made = True
            out += [self.space[last : found.start], _replacement(what, found, self.space)]
            last = found.end
            if not what.every:
                break
        if not made:
            return
        self.space, self.replaced = "".join(out) + self.space[last:], True
        if what.prints:
            self._emit(self.space)
        if what.file:
            self.write(what.file, self.space)

    def write(self, name: str, text: str) -> None:
        if name == "/dev/stdout":
            self._emit(text)
        elif name == "/dev/stderr":
            self.call.err(text + "\n")
        else:
            self.written.setdefault(name, []).append(text + "\n")

    def next_line(self, command: Command) -> int | None:
        """`n`: print, and go on with the next line in its place."""
        if self.at >= len(self.lines):
            if not self.quiet:
                self._emit(self.space, last=True)
            self._after()
            raise _Quit(self.status)
        if not self.quiet:
            self._emit(self.space)
        self._after()
        self.space = self._next()
        return None

    def append_line(self, command: Command) -> int | None:
        """`N`: add the next line; at the end GNU prints what there is."""
        if self.at >= len(self.lines):
            self._end_of_cycle()
            raise _Quit(self.status)
        self._after()
        self.space += "\n" + self._next()
        return None

    def change(self, command: Command) -> int:
        if command.last is None or command.negated or command.place not in self.open:
            self.out.append(command.argument)
        return -1

    def delete_first(self, command: Command) -> int:
        if "\n" not in self.space:
            return -1
        self.space = self.space.partition("\n")[2]
        self._after()
        return -2

    def quit(self, command: Command) -> None:
        if command.name == "q":
            self._end_of_cycle()
        raise _Quit(command.argument or self.status)

    def branch(self, command: Command) -> int | None:
        name, replaced = command.name, self.replaced
        if name != "b":
            self.replaced = False
            if replaced == (name == "T"):
                return None
        return int(command.argument)

    def read(self, command: Command) -> None:
        try:
            self.after.append(self.call.read(command.argument).decode("utf-8", "surrogateescape"))
        except FileError:
            return


def _replacement(what: Substitution, found: Found, space: str) -> str:
    out, mode, once = "", "", ""
    for part in what.parts:
        if isinstance(part, tuple):
            if part[1] in "ul":
                once = part[1]
            else:
                mode, once = ("" if part[1] == "E" else part[1]), ""
            continue
        if isinstance(part, int):
            if part > len(found.groups):
                raise Failure(f"invalid reference \\{part} on `s' command's RHS", 1)
            text = space[found.start : found.end] if part == 0 else found.groups[part - 1] or ""
        else:
            text = part
        text = text.upper() if mode == "U" else text.lower() if mode == "L" else text
        if once and text:
            text, once = (text[0].upper() if once == "u" else text[0].lower()) + text[1:], ""
        out += text
    return out


def _listed(text: str) -> str:
    names = {"\\": "\\\\", "\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}
    return "".join(
        names.get(char)
        or (
            char if " " <= char <= "~" else "".join(f"\\{byte:03o}" for byte in char.encode("utf-8", "surrogateescape"))
        )
        for char in text
    )


def _exchange(run: _Run, command: Command) -> None:
    run.space, run.hold = run.hold, run.space


def _copy_hold(run: _Run, command: Command) -> None:
    run.space = run.hold if command.name == "g" else f"{run.space}\n{run.hold}"


def _copy_space(run: _Run, command: Command) -> None:
    run.hold = run.space if command.name == "h" else f"{run.hold}\n{run.space}"


_ACTIONS: dict[str, Any] = {
    "s": _Run.substitute,
    "p": lambda run, command: run._emit(run.space),
    "P": lambda run, command: run._emit(run.space.partition("\n")[0]),
    "d": lambda run, command: -1,
    "D": _Run.delete_first,
    "n": _Run.next_line,
    "N": _Run.append_line,
    "g": _copy_hold,
    "G": _copy_hold,
    "h": _copy_space,
    "H": _copy_space,
    "x": _exchange,
    "=": lambda run, command: run.out.append(f"{run.number}\n"),
    "l": lambda run, command: run.out.append(_listed(run.space) + "$\n"),
    "F": lambda run, command: run.out.append(run.name + "\n"),
    "z": lambda run, command: setattr(run, "space", ""),
    "a": lambda run, command: run.after.append(command.argument),
    "i": lambda run, command: run.out.append(command.argument),
    "c": _Run.change,
    "y": lambda run, command: setattr(run, "space", run.space.translate(str.maketrans(command.argument))),
    "q": _Run.quit,
    "Q": _Run.quit,
    "b": _Run.branch,
    "t": _Run.branch,
    "T": _Run.branch,
    "r": _Run.read,
    "w": lambda run, command: run.write(command.argument, run.space),
}
