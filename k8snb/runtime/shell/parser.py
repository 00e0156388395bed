"""The shell's grammar: text to syntax trees, after POSIX (2.10), with bash's `[[`, `((` and `function`."""

from __future__ import annotations

from functools import lru_cache

from k8snb.runtime.shell.scanner import CLOSERS, Scanner
from k8snb.runtime.shell.syntax import (
    AndOr,
    ArithmeticCommand,
    ArithmeticFor,
    Case,
    Command,
    Fault,
    For,
    Function,
    Group,
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
from k8snb.runtime.shell.words import ENDS, Incomplete, SyntaxFailure, WordReader, is_name, unclosed, unsupported


@lru_cache(maxsize=512)
def parse(text: str, line: int = 1, whole: bool = True, dialect: str = "bash") -> Sequence:
    """A script; `line` is the number of its first line. A text that goes wrong is `broken` behind the lines before that.

    Without `whole` more text may follow: Incomplete if it ends in the middle of something. `dialect` is ash, dash or bash.
    """
    return _Parser(text, line, whole, dialect).script()


def parse_inner(text: str, line: int, dialect: str) -> Sequence:
    """What stands in a substitution: SyntaxFailure if that is no script, Incomplete if it merely stops too early."""
    script = parse(text, line, True, dialect)
    if script.broken is not None:
        raise SyntaxFailure(
            script.broken._replace(token=")") if script.broken.token == "end of file" else script.broken
        )
    return script


class _Parser(Scanner):
    """Recursive descent over the text itself: what a character means depends on where it stands."""

    def inner(self, text: str) -> Sequence:
        """A command substitution."""
        return parse_inner(text, self.line(), self.dialect)

    # -- lists -----------------------------------------------------------------------------------------------------------

    def script(self) -> Sequence:
        """Everything, line by line: what stands before a line that is wrong is kept."""
        items: list[AndOr] = []
        while True:
            try:
                self.newlines()
                if self.at >= len(self.text):
                    return Sequence(tuple(items))
                items += self._one_line()
            except Incomplete as failure:
                if not self.whole:
                    raise
                return Sequence(tuple(items), self._ended(failure.fault))
            except SyntaxFailure as failure:
                return Sequence(tuple(items), failure.fault)

    def _one_line(self) -> list[AndOr]:
        """The commands up to the next newline that is not inside of one."""
        items = []
        while True:
            if self.keyword() in CLOSERS:
                self.fail()
            item, operator = self._item()
            items.append(item)
            if operator == "\n" or self.at >= len(self.text):
                break
            if operator not in ("&", ";"):
                self.fail()
            if self.operator() == "\n":
                break
            if self.at >= len(self.text):
                break
        if self.pending and self.at >= len(self.text):
            self.heredocs()
        self.newlines()
        return items

    def _ended(self, fault: Fault) -> Fault:
        """A fault at the end of the text, with what the text is called there."""
        return fault if fault.text else fault._replace(text=self.text.rstrip("\n").rpartition("\n")[2])

    def _item(self) -> tuple[AndOr, str]:
        """One list up to `;`, `&` or a newline, and which of them it was."""
        item = self.and_or()
        operator = self.operator()
        if operator == "&":
            self.at += 1
            item = AndOr(item.pipelines, item.operators, True)
        elif operator == ";":
            self.at += 1
        return item, operator

    def sequence(self) -> Sequence:
        """Commands up to something that closes them."""
        items: list[AndOr] = []
        while True:
            self.newlines()
            if self.at >= len(self.text) or self.operator() in (")", ";;") or self.keyword() in CLOSERS:
                break
            item, operator = self._item()
            items.append(item)
            if operator not in ("&", ";", "\n"):
                break
        if self.pending and self.at >= len(self.text):
            self.heredocs()
        return Sequence(tuple(items))

    def body(self, closer: str = "") -> Sequence:
        """A list that may not be empty; `closer` is what ends it."""
        body = self.sequence()
        if not body.items:
            self.fail(closer if self.at >= len(self.text) else "")
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
        negated, timed = False, ""
        if self.dialect == "bash" and self.keyword() == "time":
            self.at += 4
            timed = "bash"
            if self.keyword() == "-p":
                self.at += 2
                timed = "posix"
        while self.keyword() == "!":
            self.at += 1
            negated = not negated
        commands = [self.command()]
        while self.operator() == "|":
            self.at += 1
            if self.text.startswith("&", self.at) and self.dialect == "bash":  # |& joins stderr as well
                self.at += 1
                commands[-1] = Redirected(commands[-1], (Redirect(2, ">&", (Literal("1"),)),))
            self.newlines()
            commands.append(self.command())
        return Pipeline(tuple(commands), negated, timed)

    # -- commands -------------------------------------------------------------------------------------------------------

    def command(self) -> Command:
        keyword = self.keyword()
        compound = self.compound(keyword)
        if compound is None:
            return self.simple()
        redirects = self.redirects()
        return Redirected(compound, redirects) if redirects else compound

    def compound(self, keyword: str) -> Command | None:
        if self.text.startswith("((", self.at) and self.dialect == "bash":
            return self.arithmetic()
        if self.operator() == "(":
            self.at += 1
            body = self.body()
            if not self.take(")"):
                self.fail(")")
            return Group(body, True)
        if keyword in ("select", "coproc") and self.dialect == "bash":
            raise unsupported(f"{keyword} is")
        if keyword == "function" and self.dialect == "dash":
            return None
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
            raise unclosed("$((")
        expression = WordReader(self.text[self.at + 2 : end], 0, self.inner, self.dialect).heredoc()
        self.at = end + 2
        return ArithmeticCommand(expression)

    def group(self, _: str) -> Command:
        body = self.body("}")
        self.expect("}")
        return Group(body)

    def conditional(self, _: str) -> Command:
        clauses, otherwise = [], None
        condition = self.body()
        self.expect("then")
        clauses.append((condition, self.body("fi")))
        while (keyword := self.keyword()) == "elif":
            self.at += 4
            condition = self.body()
            self.expect("then")
            clauses.append((condition, self.body("fi")))
        if keyword == "else":
            self.at += 4
            otherwise = self.body("fi")
        self.expect("fi")
        return If(tuple(clauses), otherwise)

    def loop(self, keyword: str) -> Command:
        condition = self.body()
        return While(condition, self.do_group(), keyword == "until")

    def do_group(self) -> Sequence:
        self.expect("do")
        body = self.body("done")
        self.expect("done")
        return body

    def iteration(self, _: str) -> Command:
        self.blanks()
        if self.text.startswith("((", self.at) and self.dialect == "bash":
            end = self.text.find("))", self.at)
            if end < 0:
                raise unclosed("$((")
            pieces = self.text[self.at + 2 : end].split(";")
            if len(pieces) != 3:
                self.refuse("arithmetic expression required")
            start, test, step = (WordReader(piece.strip(), 0, self.inner, self.dialect).heredoc() for piece in pieces)
            self.at = end + 2
            self.take(";")
            return ArithmeticFor(start, test, step, self.do_group())
        name = self.keyword()
        if not is_name(name):
            if self.at >= len(self.text):
                self.fail()
            self.refuse("bad for loop variable")
        self.at += len(name)
        self.newlines()
        words: tuple[Word, ...] | None = None
        if self.keyword() == "in":
            self.at += 2
            found = []
            while self.operator() not in (";", "\n") and self.at < len(self.text):
                found.append(self.word())
            words = tuple(found)
            if self.at >= len(self.text):
                self.fail()
        self.take(";")
        return For(name, words, self.do_group())

    def selection(self, _: str) -> Command:
        self.blanks()
        subject = self.word()
        self.expect("in")
        clauses = []
        self.newlines()
        while self.keyword() != "esac":
            if self.at >= len(self.text):
                self.fail(")")
            self.take("(")
            self.blanks()
            patterns = [self.word()]
            while self.take("|"):
                self.blanks()
                patterns.append(self.word())
            if not self.take(")"):
                self.fail(")")
            clauses.append((tuple(patterns), self.sequence()))
            self.newlines()
            if not self.take(";;") and self.keyword() != "esac":
                self.fail(";;")
            self.newlines()
        self.at += 4
        return Case(subject, tuple(clauses))

    def function(self, _: str) -> Command:
        name = self.keyword()
        self.at += len(name)
        if self.take("(") and not self.take(")"):
            self.fail(")")
        self.newlines()
        return Function(name, self.command(), self.line())

    def simple(self) -> Command:
        assignments: list[tuple[str, Word]] = []
        words: list[Word] = []
        redirects: list[Redirect] = []
        if self.keyword() in CLOSERS:
            self.fail()
        line = self.line()
        while True:
            redirect = self.redirect()
            if redirect is not None:
                redirects.append(redirect)
                continue
            operator = self.operator()
            if operator == "(" and len(words) == 1 and not assignments and (name := _plain(words[0])):
                self.at += 1
                if not self.take(")"):
                    self.fail(")")
                self.newlines()
                return Function(name, self.command(), line)
            if operator == "(" and self.dialect == "bash" and assignments and not words and not assignments[-1][1]:
                raise unsupported("arrays are")
            if operator or self.at >= len(self.text):
                break
            word = self.word()
            if not words and (assignment := _assignment(word)) is not None:
                assignments.append(assignment)
            else:
                words.append(word)
                if word == (Literal("[["),) and len(words) == 1 and self.dialect != "dash":
                    self.double_bracket(words)
        if not (assignments or words or redirects):
            self.fail()
        return Simple(tuple(assignments), tuple(words), tuple(redirects), line)

    def double_bracket(self, words: list[Word]) -> None:
        """Inside `[[ ]]` operators are words."""
        while words[-1] != (Literal("]]"),):
            self.newlines()
            operator = self.operator()
            if operator:
                self.at += len(operator)
                words.append((Literal(operator),))
            elif self.at >= len(self.text):
                self.fail("]]")
            else:
                reader = WordReader(self.text, self.at, self.inner, self.dialect)
                regex = len(words) > 1 and words[-1] == (Literal("=~"),)
                words.append(reader.word(ends=" \t\n" if regex else ENDS))
                self.at = reader.at


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
