"""The shell's grammar: text to syntax trees, after POSIX (2.10), with bash's `[[`, `((` and `function`."""

from __future__ import annotations

from functools import lru_cache

from k8snb.runtime.shell.syntax import (
    AndOr,
    ArithmeticCommand,
    ArithmeticFor,
    Case,
    Command,
    For,
    Function,
    Group,
    Heredoc,
    If,
    Literal,
    Pipeline,
    Redirect,
    Redirected,
    Sequence,
    Simple,
    While,
    Word,
)
from k8snb.runtime.shell.words import BLANKS, ENDS, Incomplete, SyntaxFailure, WordReader, is_name

_CLOSERS = frozenset({"then", "else", "elif", "fi", "do", "done", "esac", "}"})
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
_REDIRECTS = frozenset({"<<<", "<<-", "<<", ">>", "<&", ">&", "&>", "<>", ">|", "<", ">"})


@lru_cache(maxsize=512)
def parse(text: str) -> Sequence:
    """A whole script; SyntaxFailure for text that is none, Incomplete if it merely stops too early."""
    return _Parser(text).script()


class _Parser:
    """Recursive descent over the text itself: what a character means depends on where it stands."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        #: here-documents whose bodies begin after the next newline: (document, delimiter, strip tabs, literal)
        self.pending: list[tuple[Heredoc, str, bool, bool]] = []

    # -- tokens --------------------------------------------------------------------------------------------------------

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
        return next((op for op in _OPERATORS if self.text.startswith(op, self.at)), "")

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
            self.fail()
        self.at += len(word)

    def fail(self) -> None:
        """The token here is unexpected."""
        token = self.operator() or self.keyword()
        if self.at >= len(self.text):
            raise Incomplete("end of file")
        raise SyntaxFailure("newline" if token == "\n" else token or self.text[self.at])

    def word(self) -> Word:
        reader = WordReader(self.text, self.at, parse)
        word = reader.word()
        if reader.at == self.at:
            self.fail()
        self.at = reader.at
        return word

    # -- lists -----------------------------------------------------------------------------------------------------------

    def script(self) -> Sequence:
        body = self.sequence()
        if self.at < len(self.text):
            self.fail()
        return body

    def sequence(self) -> Sequence:
        """Commands up to something that closes them."""
        items: list[AndOr] = []
        while True:
            self.newlines()
            if self.at >= len(self.text) or self.operator() in (")", ";;") or self.keyword() in _CLOSERS:
                break
            item = self.and_or()
            operator = self.operator()
            if operator == "&":
                self.at += 1
                item = AndOr(item.pipelines, item.operators, True)
            elif operator == ";":
                self.at += 1
            items.append(item)
            if operator not in ("&", ";", "\n"):
                break
        if self.pending and self.at >= len(self.text):
            self.heredocs()
        return Sequence(tuple(items))

    def body(self) -> Sequence:
        """A list that may not be empty."""
        body = self.sequence()
        if not body.items:
            self.fail()
        return body

    def and_or(self) -> AndOr:
        pipelines, operators = [self.pipeline()], []
        while (operator := self.operator()) in ("&&", "||"):
            self.at += 2
            operators.append(operator)
            self.newlines()
            pipelines.append(self.pipeline())
        return AndOr(tuple(pipelines), tuple(operators))

    def pipeline(self) -> Pipeline:
        negated = False
        while self.keyword() == "!":
            self.at += 1
            negated = not negated
        commands = [self.command()]
        while self.operator() == "|":
            self.at += 1
            if self.text.startswith("&", self.at):  # |& joins stderr as well
                self.at += 1
                commands[-1] = Redirected(commands[-1], (Redirect(2, ">&", (Literal("1"),)),))
            self.newlines()
            commands.append(self.command())
        return Pipeline(tuple(commands), negated)

    # -- commands -------------------------------------------------------------------------------------------------------

    def command(self) -> Command:
        keyword = self.keyword()
        compound = self.compound(keyword)
        if compound is None:
            return self.simple()
        redirects = self.redirects()
        return Redirected(compound, redirects) if redirects else compound

    def compound(self, keyword: str) -> Command | None:
        if self.text.startswith("((", self.at):
            return self.arithmetic()
        if self.operator() == "(":
            self.at += 1
            body = self.body()
            if not self.take(")"):
                self.fail()
            return Group(body, True)
        reader = {
            "{": self.group,
            "if": self.conditional,
            "while": self.loop,
            "until": self.loop,
            "for": self.iteration,
            "case": self.selection,
            "function": self.function,
        }.get(keyword)
        if reader is None:
            return None
        self.at += len(keyword)
        return reader(keyword)

    def arithmetic(self) -> Command:
        end = self.text.find("))", self.at)
        if end < 0:
            raise Incomplete("end of file")
        expression = WordReader(self.text[self.at + 2 : end], 0, parse).heredoc()
        self.at = end + 2
        return ArithmeticCommand(expression)

    def group(self, _: str) -> Command:
        body = self.body()
        self.expect("}")
        return Group(body)

    def conditional(self, _: str) -> Command:
        clauses, otherwise = [], None
        condition = self.body()
        self.expect("then")
        clauses.append((condition, self.body()))
        while (keyword := self.keyword()) == "elif":
            self.at += 4
            condition = self.body()
            self.expect("then")
            clauses.append((condition, self.body()))
        if keyword == "else":
            self.at += 4
            otherwise = self.body()
        self.expect("fi")
        return If(tuple(clauses), otherwise)

    def loop(self, keyword: str) -> Command:
        condition = self.body()
        return While(condition, self.do_group(), keyword == "until")

    def do_group(self) -> Sequence:
        self.expect("do")
        body = self.body()
        self.expect("done")
        return body

    def iteration(self, _: str) -> Command:
        self.blanks()
        if self.text.startswith("((", self.at):
            end = self.text.find("))", self.at)
            if end < 0:
                raise Incomplete("end of file")
            pieces = self.text[self.at + 2 : end].split(";")
            if len(pieces) != 3:
                raise SyntaxFailure("((")
            start, test, step = (WordReader(piece.strip(), 0, parse).heredoc() for piece in pieces)
            self.at = end + 2
            self.take(";")
            return ArithmeticFor(start, test, step, self.do_group())
        name = self.keyword()
        if not is_name(name):
            self.fail()
        self.at += len(name)
        self.newlines()
        words: tuple[Word, ...] | None = None
        if self.keyword() == "in":
            self.at += 2
            found = []
            while self.operator() not in (";", "\n") and self.at < len(self.text):
                found.append(self.word())
            words = tuple(found)
        self.take(";")
        return For(name, words, self.do_group())

    def selection(self, _: str) -> Command:
        self.blanks()
        subject = self.word()
        self.expect("in")
        clauses = []
        self.newlines()
        while self.keyword() != "esac":
            self.take("(")
            self.blanks()
            patterns = [self.word()]
            while self.take("|"):
                self.blanks()
                patterns.append(self.word())
            if not self.take(")"):
                self.fail()
            clauses.append((tuple(patterns), self.sequence()))
            self.newlines()
            if not self.take(";;") and self.keyword() != "esac":
                self.fail()
            self.newlines()
        self.at += 4
        return Case(subject, tuple(clauses))

    def function(self, _: str) -> Command:
        name = self.keyword()
        self.at += len(name)
        if self.take("(") and not self.take(")"):
            self.fail()
        self.newlines()
        return Function(name, self.command())

    def simple(self) -> Command:
        assignments: list[tuple[str, Word]] = []
        words: list[Word] = []
        redirects: list[Redirect] = []
        while True:
            redirect = self.redirect()
            if redirect is not None:
                redirects.append(redirect)
                continue
            operator = self.operator()
            if operator == "(" and len(words) == 1 and not assignments and (name := _plain(words[0])):
                self.at += 1
                if not self.take(")"):
                    self.fail()
                self.newlines()
                return Function(name, self.command())
            if operator or self.at >= len(self.text):
                break
            word = self.word()
            if not words and (assignment := _assignment(word)) is not None:
                assignments.append(assignment)
            else:
                words.append(word)
                if word == (Literal("[["),):
                    self.double_bracket(words)
        if not (assignments or words or redirects):
            self.fail()
        return Simple(tuple(assignments), tuple(words), tuple(redirects))

    def double_bracket(self, words: list[Word]) -> None:
        """Inside `[[ ]]` operators are words."""
        while words[-1] != (Literal("]]"),):
            self.newlines()
            operator = self.operator()
            if operator:
                self.at += len(operator)
                words.append((Literal(operator),))
            elif self.at >= len(self.text):
                raise Incomplete("end of file")
            else:
                reader = WordReader(self.text, self.at, parse)
                regex = len(words) > 1 and words[-1] == (Literal("=~"),)
                words.append(reader.word(ends=" \t\n" if regex else ENDS))
                self.at = reader.at

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
        if operator not in _REDIRECTS or (number and operator == "&>"):
            self.at = start
            return None
        self.at += len(operator)
        self.blanks()
        fd = int(number) if number else (0 if operator[0] == "<" else 1)
        if operator in ("<<", "<<-"):
            return self.heredoc(fd, operator == "<<-")
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
        """Read the bodies that begin here."""
        for heredoc, delimiter, strip, literal in self.pending:
            lines = []
            while self.at < len(self.text):
                end = self.text.find("\n", self.at)
                end = len(self.text) if end < 0 else end
                line = self.text[self.at : end]
                self.at = min(end + 1, len(self.text))
                line = line.lstrip("\t") if strip else line
                if line == delimiter:
                    break
                lines.append(line + "\n")
            body = "".join(lines)
            heredoc.body = (Literal(body, True),) if literal else WordReader(body, 0, parse).heredoc()
        self.pending = []


def _plain(word: Word) -> str:
    """The word's text if it is one unquoted literal."""
    return word[0].text if len(word) == 1 and isinstance(word[0], Literal) and not word[0].quoted else ""


def _assignment(word: Word) -> tuple[str, Word] | None:
    """(name, value) if the word is an assignment; `name+` for bash's `+=`."""
    first = word[0]
    if not isinstance(first, Literal) or first.quoted:
        return None
    name, equals, rest = first.text.partition("=")
    if not equals or not is_name(name.removesuffix("+")):
        return None
    return name, ((Literal(rest), *word[1:]) if rest else word[1:])
