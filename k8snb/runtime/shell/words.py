"""Reading one word of shell text: quotes, `$`, backquotes, and where the word ends."""

from __future__ import annotations

import re
from collections.abc import Callable

from k8snb.runtime.limits import MARK
from k8snb.runtime.shell.syntax import Arithmetic, Fault, Literal, Parameter, Part, Sequence, Substitution, Word

BLANKS = " \t"
ENDS = " \t\n;&|<>()"
_SPECIAL = "@*#?-$!0123456789"
_OPERATORS = ("##", "%%", ":-", ":=", ":?", ":+", "//", "/#", "/%", "^^", ",,")


#: how the operators begin that a shell does not have
_FOREIGN = {"bash": "", "ash": "^,", "dash": "^,:/"}


class SyntaxFailure(Exception):
    """The text is no shell script."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.words or f"unexpected {fault.token}")
        self.fault = fault


class Incomplete(SyntaxFailure):
    """The text ends in the middle of a command: more of it may come."""


def unsupported(what: str) -> SyntaxFailure:
    """Something that a real shell has and this one has not: the lab says so, in the place of a wrong result."""
    return SyntaxFailure(Fault(words=f"{MARK}bash: {what} not simulated; a POSIX script does without"))


def unclosed(opener: str) -> Incomplete:
    """A quotation or expansion that is never closed."""
    return Incomplete(Fault("end of file", opener=opener))


#: Parses a script that was found inside a word.
Parse = Callable[[str], Sequence]


#: characters that stand for themselves wherever a word is read
_PLAIN_RUN = re.compile(r"[\w./:=@%+,-]+")
_QUOTED_RUN = re.compile(r"[\w./:=@%+, \n\t;<>()\[\]*?&|-]+")


class WordReader:
    """Reads words from `text` starting at `at`."""

    def __init__(self, text: str, at: int, parse: Parse, dialect: str) -> None:
        self.text, self.at, self.parse, self.dialect = text, at, parse, dialect
        self.parts: list[Part] = []

    def word(self, ends: str = ENDS) -> Word:
        """The word at the current place, up to an unquoted character of `ends`."""
        text, self.parts = self.text, []
        while self.at < len(text) and text[self.at] not in ends:
            self._element(quoted=False)
        return tuple(self.parts)

    def _element(self, quoted: bool) -> None:
        """One character, quotation or expansion outside single quotes; or all plain characters up to the next of those."""
        text, char = self.text, self.text[self.at]
        run = (_QUOTED_RUN if quoted else _PLAIN_RUN).match(text, self.at)
        if run is not None:
            self._literal(run[0], quoted)
            self.at = run.end()
            return
        if char == "\\":
            self._escape(quoted)
        elif char == "'" and not quoted:
            self.parts.append(Literal(self._until("'", self.at + 1), True))
        elif char == '"' and not quoted:
            self._double()
        elif char == "$" and self.at + 1 < len(text):
            self._dollar(quoted)
        elif char == "`":
            self._backquote(quoted)
        else:
            self._literal(char, quoted)
            self.at += 1

    def _literal(self, text: str, quoted: bool) -> None:
        last = self.parts[-1] if self.parts else None
        if isinstance(last, Literal) and last.quoted == quoted:
            self.parts[-1] = Literal(last.text + text, quoted)
        else:
            self.parts.append(Literal(text, quoted))

    def _escape(self, quoted: bool) -> None:
        follower = self.text[self.at + 1 : self.at + 2]
        self.at += 2
        if follower == "\n":
            return
        if quoted and follower not in '$`"\\':
            self._literal("\\" + follower, True)
        else:
            self._literal(follower or "\\", True)

    def _until(self, end: str, start: int) -> str:
        stop = self.text.find(end, start)
        if stop < 0:
            raise unclosed("'")
        self.at = stop + len(end)
        return self.text[start:stop]

    def _double(self) -> None:
        self.at += 1
        count = len(self.parts)
        while self.at < len(self.text) and self.text[self.at] != '"':
            self._element(quoted=True)
        if self.at >= len(self.text):
            raise unclosed('"')
        self.at += 1
        if len(self.parts) == count:
            self.parts.append(Literal("", True))

    def heredoc(self) -> Word:
        """A here-document's body: like text in double quotes, except that `\"` is nothing special."""
        while self.at < len(self.text):
            self._element(quoted=True)
        return tuple(self.parts)

    def _backquote(self, quoted: bool) -> None:
        inner, at = [], self.at + 1
        while at < len(self.text) and self.text[at] != "`":
            if self.text[at] == "\\" and self.text[at + 1 : at + 2] in ("`", "\\", "$", *(('"',) if quoted else ())):
                at += 1
            inner.append(self.text[at])
            at += 1
        if at >= len(self.text):
            raise unclosed("`")
        self.at = at + 1
        self.parts.append(Substitution(self.parse("".join(inner)), quoted))

    def _dollar(self, quoted: bool) -> None:
        text, at = self.text, self.at
        if text.startswith("$((", at) and (stop := _closing(text, at + 3, "))")) is not None:
            self.parts.append(Arithmetic(self._inner(text[at + 3 : stop]), quoted))
            self.at = stop + 2
        elif text.startswith("$(", at):
            stop = closing_parenthesis(text, at + 2)
            self.parts.append(Substitution(self.parse(text[at + 2 : stop]), quoted))
            self.at = stop + 1
        elif text.startswith("${", at):
            self._braced(quoted)
        elif text.startswith("$'", at) and not quoted and self.dialect != "dash":
            self.at += 2
            self.parts.append(Literal(unescape(self._ansi()), True))
        elif text[at + 1] in _SPECIAL:
            self.parts.append(Parameter(text[at + 1], quoted=quoted))
            self.at += 2
        else:
            name = _name(text, at + 1)
            if name:
                self.parts.append(Parameter(name, quoted=quoted))
            else:
                self._literal("$", quoted)
            self.at += 1 + len(name)

    def _ansi(self) -> str:
        start = self.at
        while self.at < len(self.text) and self.text[self.at] != "'":
            self.at += 2 if self.text[self.at] == "\\" else 1
        if self.at >= len(self.text):
            raise unclosed("'")
        self.at += 1
        return self.text[start : self.at - 1]

    def _inner(self, text: str) -> Word:
        reader = WordReader(text, 0, self.parse, self.dialect)
        return reader.heredoc()

    def in_braces(self, quoted: bool, pattern: bool) -> Word:
        """The word behind an operator of `${…}`, up to the brace; double quotes inside double quotes quote patterns only."""
        text, self.parts = self.text, []
        while self.at < len(text) and text[self.at] != "}":
            if quoted and not pattern and text[self.at] == '"':
                self._double()
            else:
                self._element(quoted and not pattern)
        return tuple(self.parts)

    def _braced(self, quoted: bool) -> None:
        text, at = self.text, self.at + 2
        if text.startswith("#", at) and text[at + 1 : at + 2] not in ("}", ""):
            name = _name(text, at + 1) or text[at + 1]
            at += 1 + len(name)
            if self.dialect == "bash" and text.startswith("[", at):
                raise unsupported("arrays are")
            if text[at : at + 1] != "}":
                raise SyntaxFailure(Fault(words="bad substitution"))
            self.at = at + 1
            self.parts.append(Parameter(name, "#len", (), quoted))
            return
        if self.dialect == "bash" and text.startswith("!", at) and (name := _name(text, at + 1)):
            if not text.startswith("}", at + 1 + len(name)):
                raise unsupported("${!prefix*} and ${!name[…]} are")
            self.at = at + 2 + len(name)
            self.parts.append(Parameter(name, "!", (), quoted))
            return
        name = _name(text, at) or _digits(text, at) or text[at : at + 1]
        if self.dialect == "bash" and text.startswith("[", at + len(name)):
            raise unsupported("arrays are")
        at += len(name)
        op = next((op for op in _OPERATORS if text.startswith(op, at)), "")
        if not op and text[at : at + 1] in tuple("#%-=?+/:^,"):
            op = text[at]
        if op and op[0] in _FOREIGN[self.dialect] and op not in (":-", ":=", ":?", ":+"):
            raise SyntaxFailure(Fault(words="bad substitution"))
        reader = WordReader(text, at + len(op), self.parse, self.dialect)
        pattern = op in ("#", "##", "%", "%%", "/", "//", "/#", "/%")
        word = reader.in_braces(quoted, pattern)
        if reader.at >= len(text):
            raise unclosed("${")
        if not op and word:
            raise SyntaxFailure(Fault(words="bad substitution"))
        self.at = reader.at + 1
        self.parts.append(Parameter(name, op, word, quoted))


def _name(text: str, at: int) -> str:
    """The variable name at a place, or nothing."""
    if at >= len(text) or not (text[at] == "_" or (text[at].isascii() and text[at].isalpha())):
        return ""
    stop = at
    while stop < len(text) and (text[stop] == "_" or (text[stop].isascii() and text[stop].isalnum())):
        stop += 1
    return text[at:stop]


def _digits(text: str, at: int) -> str:
    stop = at
    while stop < len(text) and text[stop].isdigit():
        stop += 1
    return text[at:stop]


def is_name(text: str) -> bool:
    return bool(text) and _name(text, 0) == text


def _closing(text: str, at: int, end: str) -> int | None:
    """Where `))` closes an arithmetic expansion, or None if it is a command substitution after all."""
    depth = 0
    while at < len(text):
        if depth == 0 and text.startswith(end, at):
            return at
        if text[at] == "(":
            depth += 1
        elif text[at] == ")":
            depth -= 1
            if depth < 0:
                return None
        at += 1
    raise unclosed("$((")


def closing_parenthesis(text: str, at: int) -> int:
    """Where the `)` of a command substitution stands; quotes, comments and `case` patterns are passed over."""
    depth, cases = 1, 0
    while at < len(text):
        char = text[at]
        if char == "\\":
            at += 1
        elif char == "'":
            at = text.find("'", at + 1)
            if at < 0:
                break
        elif char == '"':
            at = _end_of_double(text, at + 1)
        elif char == "#" and (text[at - 1] in " \t\n;("):
            at = text.find("\n", at)
            if at < 0:
                break
        elif char == "(":
            depth += 1
        elif char == ")":
            if not (cases and depth == 1 and not _closes(text, at)):
                depth -= 1
            if depth == 0:
                return at
        elif text.startswith("case", at) and _apart(text, at, 4):
            cases += 1
        elif text.startswith("esac", at) and _apart(text, at, 4):
            cases -= 1
        at += 1
    raise unclosed("$(")


def _closes(text: str, at: int) -> bool:
    return text[:at].rstrip().endswith("esac")


def _apart(text: str, at: int, length: int) -> bool:
    before, after = text[at - 1 : at], text[at + length : at + length + 1]
    return not (before.isalnum() or before in ("_", "-", "/", ".")) and not (
        after.isalnum() or after in ("_", "-", "/", ".")
    )


def _end_of_double(text: str, at: int) -> int:
    """The index of the `"` that ends a quotation."""
    while at < len(text) and text[at] != '"':
        if text[at] == "\\":
            at += 2
        elif text.startswith("$(", at):
            at = closing_parenthesis(text, at + 2) + 1
        else:
            at += 1
    if at >= len(text):
        raise unclosed('"')
    return at


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "\\": "\\", "e": "\x1b"}


def unescape(text: str, zero: bool = False) -> str:
    """Text with C's backslash escapes applied; `zero` takes `\\0NNN` as octal too, as echo and %b do."""
    out, at = [], 0
    while at < len(text):
        char = text[at]
        follower = text[at + 1 : at + 2]
        if char != "\\" or not follower:
            out.append(char)
            at += 1
        elif follower in _ESCAPES:
            out.append(_ESCAPES[follower])
            at += 2
        elif follower == "x" and text[at + 2 : at + 3] and text[at + 2] in "0123456789abcdefABCDEF":
            digits = "".join(d for d in text[at + 2 : at + 4] if d in "0123456789abcdefABCDEF")
            out.append(chr(int(digits, 16)))
            at += 2 + len(digits)
        elif follower in "01234567":
            skip = 2 if zero and follower == "0" else 1
            digits = ""
            while (
                len(digits) < 3
                and (nxt := text[at + skip + len(digits) : at + skip + len(digits) + 1])
                and nxt in "01234567"
            ):
                digits += nxt
            out.append(chr(int(digits or "0", 8) & 0xFF))
            at += skip + len(digits)
        elif follower in "'\"":
            out.append(follower)
            at += 2
        else:
            out.append(char + follower)
            at += 2
    return "".join(out)
