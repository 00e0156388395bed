"""Reading shell text token by token: blanks, operators, keywords, words, redirections and here-documents.

What a character means depends on where it stands, so there is no list of tokens: the parser asks for what may come here.
"""

from __future__ import annotations

from typing import NoReturn

from k8snb.runtime.shell.syntax import Fault, Heredoc, Literal, Redirect, Sequence, Word
from k8snb.runtime.shell.words import BLANKS, ENDS, Incomplete, SyntaxFailure, WordReader, unsupported

CLOSERS = frozenset({"then", "else", "elif", "fi", "do", "done", "esac", "}"})
_KEYWORDS = CLOSERS | {"if", "for", "while", "until", "case", "in", "{", "!"}
_OPERATORS = (
    "&&",
    "||",
    ";;",
    "<<<",
    "<<-",
    "<<",
    ">>",
    "<&",
    ">&",
    "&>",
    "<>",
    ">|",
    "<",
    ">",
    "|",
    "&",
    ";",
    "(",
    ")",
)
REDIRECTS = frozenset({"<<<", "<<-", "<<", ">>", "<&", ">&", "&>", "<>", ">|", "<", ">"})


class Scanner:
    """A place in a text."""

    def __init__(self, text: str, line: int, whole: bool, dialect: str) -> None:
        self.text, self.at, self.whole, self.dialect = text, 0, whole, dialect
        #: a place in the text and the number of its line, from which later lines are counted
        self._known = (0, line)
        #: here-documents whose bodies begin after the next newline: (document, delimiter, strip tabs, literal)
        self.pending: list[tuple[Heredoc, str, bool, bool]] = []

    def line(self) -> int:
        """The number of the present line."""
        at, number = self._known
        if self.at > at:
            self._known = (self.at, number + self.text.count("\n", at, self.at))
        return self._known[1]

    def inner(self, text: str) -> Sequence:
        """A command substitution."""
        raise NotImplementedError

    def blanks(self) -> None:
        """Skip blanks, continued lines and comments."""
        text = self.text
        while self.at < len(text):
            if text[self.at] in BLANKS:
                self.at += 1
            elif text.startswith("\\\n", self.at):
                self.at += 2
            elif text[self.at] == "#":
                end = text.find("\n", self.at)
                self.at = len(text) if end < 0 else end
            else:
                return

    def newlines(self) -> None:
        """Skip newlines too, and read the here-documents that begin there."""
        self.blanks()
        while self.at < len(self.text) and self.text[self.at] == "\n":
            self.at += 1
            self.heredocs()
            self.blanks()

    def operator(self) -> str:
        """The operator at this place, not consumed; `` if there is none."""
        self.blanks()
        if self.text.startswith("\n", self.at):
            return "\n"
        found = next((op for op in _OPERATORS if self.text.startswith(op, self.at)), "")
        return "&" if found == "&>" and self.dialect == "dash" else found

    def take(self, operator: str) -> bool:
        if self.operator() == operator:
            self.at += len(operator)
            return True
        return False

    def keyword(self) -> str:
        """The unquoted word at this place, not consumed."""
        self.blanks()
        stop = self.at
        while stop < len(self.text) and self.text[stop] not in ENDS:
            if self.text[stop] in "'\"\\$`":
                return ""
            stop += 1
        return self.text[self.at : stop]

    def expect(self, word: str) -> None:
        self.newlines()
        if self.keyword() != word:
            self.fail(word)
        self.at += len(word)

    def fail(self, expecting: str = "") -> NoReturn:
        """The token here is unexpected."""
        operator, start = self.operator(), self.at
        line = self.line()
        if self.at >= len(self.text):
            raise Incomplete(Fault("end of file", expecting, line=line))
        near = operator or self.keyword() or self._quoted_word()
        if operator == "\n":
            token = near = "newline"
        elif operator in REDIRECTS:
            token = "redirection"
        else:
            token = near if operator or near in _KEYWORDS else "word"
        self.at = start
        raise SyntaxFailure(Fault(token, expecting, near, line=line, text=self._line_text()))

    def _quoted_word(self) -> str:
        start = self.at
        WordReader(self.text, start, self.inner, self.dialect).word()
        return self.text[start:].split()[0]

    def _line_text(self) -> str:
        start = self.text.rfind("\n", 0, self.at) + 1
        end = self.text.find("\n", self.at)
        return self.text[start : end if end >= 0 else len(self.text)]

    def refuse(self, words: str) -> NoReturn:
        """Something else is wrong here."""
        raise SyntaxFailure(Fault(words=words, line=self.line(), text=self._line_text()))

    def word(self) -> Word:
        reader = WordReader(self.text, self.at, self.inner, self.dialect)
        line = self.line()
        try:
            word = reader.word()
        except SyntaxFailure as failure:
            # lines inside of a word are counted from where it begins
            fault = failure.fault
            raise type(failure)(fault if fault.line > line else fault._replace(line=line)) from None
        if reader.at == self.at:
            self.fail()
        self.at = reader.at
        return word

    # -- redirections ---------------------------------------------------------------------------------------------------

    def redirects(self) -> tuple[Redirect, ...]:
        found = []
        while (redirect := self.redirect()) is not None:
            found.append(redirect)
        return tuple(found)

    def redirect(self) -> Redirect | None:
        self.blanks()
        stop = self.at
        while stop < len(self.text) and self.text[stop].isdigit():
            stop += 1
        start, number = self.at, self.text[self.at : stop]
        self.at = stop
        operator = self.operator() if stop < len(self.text) and self.text[stop] in "<>&" else ""
        if operator == "<<<" and self.dialect != "bash":
            self.at += 2
            self.fail()
        if operator not in REDIRECTS or (operator == "&>" and (number or self.dialect == "dash")):
            self.at = start
            return None
        self.at += len(operator)
        if operator in ("<", ">") and self.dialect == "bash" and self.text.startswith("(", self.at):
            raise unsupported("process substitutions are")
        self.blanks()
        fd = int(number) if number else (0 if operator[0] == "<" else 1)
        if operator in ("<<", "<<-"):
            return self.heredoc(fd, operator == "<<-")
        if self.at >= len(self.text) or self.operator() == "\n":
            token = "newline" if self.at < len(self.text) else "end of file"
            raise SyntaxFailure(Fault(token, "", "newline", line=self.line(), text=self._line_text()))
        return Redirect(fd, operator, self.word())

    def heredoc(self, fd: int, strip: bool) -> Redirect:
        """The redirection of a here-document; its body is filled in when the line ends."""
        delimiter = self.word()
        text = "".join(part.text for part in delimiter if isinstance(part, Literal))
        literal = any(isinstance(part, Literal) and part.quoted for part in delimiter)
        heredoc = Heredoc()
        self.pending.append((heredoc, text, strip, literal))
        return Redirect(fd, "<<", heredoc=heredoc)

    def heredocs(self) -> None:
        """Read the bodies that begin here; the last may end with the text."""
        for heredoc, delimiter, strip, literal in self.pending:
            lines, found = [], False
            while self.at < len(self.text) and not found:
                end = self.text.find("\n", self.at)
                end = len(self.text) if end < 0 else end
                line = self.text[self.at : end]
                newline = self.text[end : end + 1]
                self.at = min(end + 1, len(self.text))
                line = line.lstrip("\t") if strip else line
                found = line == delimiter
                if not found:
                    lines.append(line + newline)
            if not found and not self.whole:
                raise Incomplete(Fault("end of file", delimiter))
            body = "".join(lines)
            if self.dialect == "bash" and body and not body.endswith("\n"):
                body += "\n"
            heredoc.body = (
                (Literal(body, True),) if literal else WordReader(body, 0, self.inner, self.dialect).heredoc()
            )
        self.pending = []
