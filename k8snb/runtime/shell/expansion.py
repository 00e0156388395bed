"""Word expansion: parameters, arithmetic, substitutions, field splitting, globbing, quote removal (POSIX 2.6).

Expansion is a pure function of the shell's variables and of what the command substitutions in the words gave. When it needs
one whose result is not there yet it raises `Needed`; the interpreter runs that script and starts the expansion again. The
variables it works on are a copy, kept only when all has been expanded, so starting again repeats nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence as Items

from k8snb.runtime.filesystem import Filesystem
from k8snb.runtime.limits import SHELL_TEXT
from k8snb.runtime.process import Process, Shell
from k8snb.runtime.shell import pattern
from k8snb.runtime.shell.arithmetic import evaluate
from k8snb.runtime.shell.syntax import Arithmetic, Literal, Parameter, Part, Sequence, Substitution, Word

#: One field under construction: runs of text with whether they were quoted.
Runs = list[tuple[str, bool]]


class Needed(Exception):
    """The expansion must know what this script prints."""

    def __init__(self, script: Sequence) -> None:
        super().__init__("command substitution")
        self.script = script


class ExpansionFailure(Exception):
    """An expansion that cannot be done; a script ends with it, with this status or the shell's usual one."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class Expander:
    """Expands the words of one command."""

    def __init__(self, shell: Shell, process: Process, files: Filesystem, results: Items[str], rand: int) -> None:
        self.shell, self.process, self.files = shell, process, files
        self.variables = dict(shell.variables)
        self._results, self._used, self._rand = results, 0, rand
        #: words that brace expansions have made
        self._made = 0

    # -- whole words -------------------------------------------------------------------------------------------------

    def fields(self, words: Items[Word]) -> list[str]:
        """The fields that words become: split, globbed, unquoted."""
        found: list[str] = []
        size = 0
        for word in words:
            for braced in self._braces(word):
                for runs in self._split(braced):
                    found.extend(self._glob(runs))
                    size += len(found[-1]) + 1 if found else 0
                    if size > SHELL_TEXT or len(found) > _FIELDS:
                        raise ExpansionFailure("out of memory")
        return found

    def text(self, word: Word) -> str:
        """One string: no splitting, no globbing (assignments, redirections, `case` subjects)."""
        out = "".join(text for text, _ in self._runs(self._tilde(word)))
        if len(out) > SHELL_TEXT:
            raise ExpansionFailure("out of memory")
        return out

    def pattern(self, word: Word) -> str:
        """A pattern in which what was quoted stands for itself."""
        return "".join(pattern.quote(text) if quoted else text for text, quoted in self._runs(word))

    def _runs(self, word: Word) -> Runs:
        return [run for part in word for run in self._joined(part)]

    def _joined(self, part: Part) -> Runs:
        if isinstance(part, Parameter) and part.name in "@*" and not part.op:
            separator = self._ifs()[:1] if part.name == "*" else " "
            return [(separator.join(self.shell.params), part.quoted)]
        return self._part(part)

    def _split(self, word: Word) -> list[Runs]:
        fields: list[Runs] = []
        current: Runs | None = None
        for part in self._tilde(word):
            if isinstance(part, Parameter) and part.name == "@" and part.quoted and not part.op:
                for index, value in enumerate(self.shell.params):
                    if index and current is not None:
                        fields.append(current)
                        current = None
                    current = [*(current or []), (value, True)]
                continue
            for text, quoted in self._part(part) if not _is_list(part) else self._listed(part):
                if quoted or isinstance(part, Literal):
                    current = [*(current or []), (text, quoted)]
                    continue
                pieces = self._pieces(text)
                for index, piece in enumerate(pieces):
                    if index and current is not None:
                        fields.append(current)
                        current = None
                    if piece is not None:
                        current = [*(current or []), (piece, False)]
        if current is not None:
            fields.append(current)
        return fields

    def _listed(self, part: Part) -> Runs:
        """`$@` and `$*` without quotes: joined by the separator that splits them again."""
        if isinstance(part, Parameter) and part.quoted:
            return self._joined(part)
        return [(" ".join(self.shell.params), False)]

    def _pieces(self, text: str) -> list[str | None]:
        """Unquoted text cut at IFS; None stands for an end or beginning that cuts without giving a field."""
        ifs = self._ifs()
        if not text:
            return []
        if not ifs:
            return [text]
        white = re.escape("".join(char for char in ifs if char in " \t\n"))
        hard = re.escape("".join(char for char in ifs if char not in " \t\n"))
        if not hard:
            pieces: list[str | None] = [piece or None for piece in re.split(f"[{white}]+", text)]
            return pieces
        space = f"[{white}]*" if white else ""
        cut = f"{space}[{hard}]{space}" + (f"|[{white}]+" if white else "")
        found: list[str | None] = list(re.split(cut, text.strip(" \t\n") if white else text))
        if found and found[-1] == "" and len(found) > 1:
            found[-1] = None
        return found

    def _ifs(self) -> str:
        return self.variables.get("IFS", " \t\n")

    def _glob(self, runs: Runs) -> list[str]:
        plain = "".join(text for text, _ in runs)
        if "f" in self.shell.options or not any(not quoted and re.search(r"[*?\[]", text) for text, quoted in runs):
            return [plain]
        shape = "".join(pattern.quote(text) if quoted else text for text, quoted in runs)
        return pattern.glob(self.files, self.process.cwd, shape) or [plain]

    def _tilde(self, word: Word) -> Word:
        first = word[0] if word else None
        if not isinstance(first, Literal) or first.quoted or not first.text.startswith("~"):
            return word
        user, slash, rest = first.text[1:].partition("/")
        if user and user != "root":
            return word
        home = "/root" if user else self.variables.get("HOME", "/")
        return (Literal(home, True), Literal(slash + rest), *word[1:])

    def _braces(self, word: Word) -> list[Word]:
        """bash's `{a,b}` and `{1..3}` in unquoted text."""
        if self.shell.dialect != "bash":
            return [word]
        for index, part in enumerate(word):
            if isinstance(part, Literal) and not part.quoted and (found := _brace(part.text)):
                before, choices, after = found
                self._made += len(choices)
                if self._made > _BRACES:
                    raise ExpansionFailure("out of memory")
                return [
                    expanded
                    for choice in choices
                    for expanded in self._braces((*word[:index], Literal(before + choice + after), *word[index + 1 :]))
                ]
        return [word]

    # -- parts ---------------------------------------------------------------------------------------------------------

    def _part(self, part: Part) -> Runs:
        if isinstance(part, Literal):
            return [(part.text, part.quoted)]
        if isinstance(part, Parameter):
            return self._parameter(part)
        if isinstance(part, Arithmetic):
            expression = "".join(text for text, _ in self._runs(part.expression))
            return [(str(evaluate(expression, self.variables, self.shell.dialect)), part.quoted)]
        return [(self._substitution(part), part.quoted)]

    def _substitution(self, part: Substitution) -> str:
        if self._used == len(self._results):
            raise Needed(part.script)
        self._used += 1
        return self._results[self._used - 1]

    def _parameter(self, part: Parameter) -> Runs:
        value = self.value(part.name)
        op, quoted = part.op, part.quoted
        if op in (":-", "-", ":=", "=", ":?", "?", ":+", "+"):
            return self._conditional(part, value)
        if value is None and "u" in self.shell.options and part.name not in "@*":
            bash = self.shell.dialect == "bash"
            raise ExpansionFailure(
                f"{part.name}: {'unbound variable' if bash else 'parameter not set'}", 127 if bash else 2
            )
        value = value or ""
        if op == "!":
            return [(self.value(value) or "" if value else "", quoted)]
        if op == "#len":
            return [(str(len(value) if part.name not in "@*" else len(self.shell.params)), quoted)]
        if op in ("#", "##", "%", "%%"):
            return [(_trim(value, op, self.pattern(part.word)), quoted)]
        if op.startswith("/"):
            return [(self._replaced(value, op, part.word), quoted)]
        if op == ":":
            return [(self._slice(value, part.word), quoted)]
        if op and op[0] in "^,":
            change = str.upper if op[0] == "^" else str.lower
            return [(change(value) if len(op) == 2 else change(value[:1]) + value[1:], quoted)]
        return [(value, quoted)]

    def _conditional(self, part: Parameter, value: str | None) -> Runs:
        missing = value is None or (part.op[0] == ":" and value == "")
        kind = part.op[-1]
        if kind == "+":
            return [("", True)] if missing and part.quoted else [] if missing else self._word(part)
        if not missing:
            return [(value or "", part.quoted)]
        if kind == "-":
            return self._word(part)
        text = self.text(part.word)
        if kind == "=":
            self.variables[part.name] = text
            return [(text, part.quoted)]
        null = self.shell.dialect == "bash" and part.op[0] == ":"
        unset = "parameter null or not set" if null else "parameter not set"
        raise ExpansionFailure(f"{part.name}: {text or unset}", 127 if self.shell.dialect == "bash" else 2)

    def _word(self, part: Parameter) -> Runs:
        return [(text, quoted or part.quoted) for text, quoted in self._runs(self._tilde(part.word))]

    def _replaced(self, value: str, op: str, word: Word) -> str:
        shape, _, replacement = self._split_at_slash(word)
        source = pattern.translate(shape)
        if op == "/#":
            source = r"\A(?:" + source + ")"
        elif op == "/%":
            source = "(?:" + source + r")\Z"
        return (
            re.sub(source, lambda _: replacement, value, count=0 if op == "//" else 1, flags=re.DOTALL)
            if shape
            else value
        )

    def _split_at_slash(self, word: Word) -> tuple[str, str, str]:
        """Pattern and replacement of `${x/pattern/replacement}`."""
        left: list[str] = []
        for index, part in enumerate(word):
            if isinstance(part, Literal) and not part.quoted and "/" in part.text:
                before, _, after = part.text.partition("/")
                return "".join(left) + before, "/", after + self.text(word[index + 1 :])
            left.append(self.pattern((part,)))
        return "".join(left), "", ""

    def _slice(self, value: str, word: Word) -> str:
        offset, colon, length = self.text(word).partition(":")
        start = evaluate(offset, self.variables)
        start = max(len(value) + start, 0) if start < 0 else start
        if not colon:
            return value[start:]
        count = evaluate(length, self.variables)
        return value[start : len(value) + count] if count < 0 else value[start : start + count]

    def value(self, name: str) -> str | None:
        """The value of a parameter or special parameter, None if it is unset."""
        shell = self.shell
        if name.isdigit():
            index = int(name)
            if index == 0:
                return shell.name
            return shell.params[index - 1] if index <= len(shell.params) else None
        if name in _SPECIAL:
            return {
                "?": lambda: str(shell.status),
                "$": lambda: shell.variables.get("$", str(self.process.pid)),
                "#": lambda: str(len(shell.params)),
                "!": lambda: str(shell.background) if shell.background else "",
                "-": lambda: "".join(sorted(shell.options)),
                "@": lambda: " ".join(shell.params),
                "*": lambda: self._ifs()[:1].join(shell.params),
            }[name]()
        if name == "RANDOM" and shell.dialect in ("bash", "ash"):
            self._rand = (self._rand * 6364136223846793005 + 1442695040888963407) % (1 << 64)
            return str(self._rand >> 49)
        if name == "LINENO":
            return str(shell.line)
        if name == "SECONDS" and shell.dialect == "bash":
            return str(int(self.files.now - shell.seconds_base))
        return self.variables.get(name)


#: words of one command
_FIELDS = 100_000
#: words of all brace expansions of one command
_BRACES = 100_000
_SPECIAL = frozenset("?$#!-@*")


def _is_list(part: Part) -> bool:
    return isinstance(part, Parameter) and part.name in "@*" and not part.op


def _trim(value: str, op: str, shape: str) -> str:
    """`#`, `##`, `%`, `%%`: remove the shortest or longest matching beginning or end."""
    count = pattern.prefix(shape, value if op[0] == "#" else value[::-1], len(op) == 2, op[0] == "%")
    if count is None:
        return value
    return value[count:] if op[0] == "#" else value[: len(value) - count]


def _brace(text: str) -> tuple[str, list[str], str] | None:
    """The first brace expression of a text: what is before, its choices, what is after."""
    for match in re.finditer(r"(?<!\$)\{([^{}]*)\}", text):
        inner = match[1]
        sequence = re.fullmatch(r"(-?\d+|[a-zA-Z])\.\.(-?\d+|[a-zA-Z])(?:\.\.(-?\d+))?", inner)
        if sequence and (choices := _sequence(*sequence.groups())):
            return text[: match.start()], choices, text[match.end() :]
        if "," in inner:
            return text[: match.start()], inner.split(","), text[match.end() :]
    return None


def _sequence(first: str, last: str, step: str | None) -> list[str]:
    numeric = first.lstrip("-").isdigit() and last.lstrip("-").isdigit()
    if not numeric and (first.lstrip("-").isdigit() or last.lstrip("-").isdigit()):
        return []
    start, stop = (int(first), int(last)) if numeric else (ord(first), ord(last))
    by = max(abs(int(step or 1)), 1)
    numbers = range(start, stop + 1, by) if start <= stop else range(start, stop - 1, -by)
    if len(numbers) > 10_000:
        return []
    width = max(len(first), len(last)) if numeric and (first.startswith("0") and len(first) > 1) else 0
    return [str(number).zfill(width) if numeric else chr(number) for number in numbers]
