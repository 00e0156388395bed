"""awk's grammar: a program as a list of (pattern, action), nested tuples whose first element names the construct."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from k8snb.runtime.shell.words import unescape

Node = tuple[Any, ...]
_TOKEN = re.compile(
    r"(?P<space>[ \t\r]+|\\\n|\#[^\n]*)|(?P<newline>\n)|(?P<number>\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+)"
    r"|(?P<string>\"(?:\\.|[^\"\\])*\")|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<op>>>|\+\+|--|\+=|-=|\*=|/=|%=|\^=|\*\*|==|<=|>=|!=|!~|&&|\|\||[-+*/%^!<>=?:~$(){}\[\];,|])"
)
_FUNCTIONS = frozenset(
    [
        "length",
        "split",
        "sub",
        "gsub",
        "match",
        "substr",
        "index",
        "tolower",
        "toupper",
        "int",
        "sqrt",
        "exp",
        "log",
        "sin",
        "cos",
        "rand",
        "srand",
        "systime",
        "sprintf",
        "atan2",
        "close",
        "system",
        "fflush",
    ]
)
_ALWAYS: Node = ("always",)
#: names that are no variables
_WORDS = frozenset(
    {
        *("BEGIN", "END", "function", "func", "if", "else", "while", "do", "for", "in", "print", "printf", "delete"),
        *("exit", "return", "next", "nextfile", "break", "continue", "getline"),
    }
)
_STARTS_VALUE = frozenset({"number", "string", "name", "$", "!", "-", "+", "(", "++", "--", "/"})
#: how deep expressions and blocks may nest
_DEPTH = 60


class AwkSyntaxError(Exception):
    """The program is none: what is wrong (`token`, `end`, or words), at which token and line."""

    def __init__(self, kind: str, token: str = "", line: int = 1) -> None:
        super().__init__(kind)
        self.kind, self.token, self.line = kind, token, line


class Function(NamedTuple):
    """A function of the program's own."""

    parameters: tuple[str, ...]
    body: Node


class Program(NamedTuple):
    """The rules of a program in order, and its functions."""

    rules: tuple[tuple[Node, Node], ...]
    functions: Mapping[str, Function]


@lru_cache(maxsize=64)
def parse(program: str) -> Program:
    """A whole program. AwkSyntaxError."""
    parser = _Parser(program)
    rules = parser.program()
    for name, line in parser.called:
        if name not in parser.functions:
            raise AwkSyntaxError(f"function {name} never defined", name, line)
    return Program(tuple(rules), parser.functions)


class _Parser:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.kind, self.token = "", ""
        self.plain = False  # inside `print`: `>` writes to a file
        self.depth = 0
        self.functions: dict[str, Function] = {}
        self.called: list[tuple[str, int]] = []
        self.advance(regex=True)

    def fail(self) -> AwkSyntaxError:
        """The token here is unexpected."""
        line = self.text.count("\n", 0, self.at) + 1
        return AwkSyntaxError("token" if self.kind != "end" else "end", self.token, line)

    def advance(self, regex: bool = False) -> str:
        """Go to the next token; where a value may begin, `/` begins a regular expression."""
        taken = self.token
        while True:
            if self.at >= len(self.text):
                self.kind, self.token = "end", ""
                return taken
            if regex and self.text[self.at] == "/":
                stop = self.at + 1
                while stop < len(self.text) and self.text[stop] != "/":
                    stop += 2 if self.text[stop] == "\\" else 1
                self.kind, self.token = "regex", self.text[self.at + 1 : stop]
                self.at = stop + 1
                return taken
            match = _TOKEN.match(self.text, self.at)
            if match is None:
                self.token = self.text[self.at : self.at + 1]
                raise self.fail()
            self.at = match.end()
            if match.lastgroup != "space":
                self.kind, self.token = match.lastgroup or "", match[0]
                if self.kind == "op":
                    self.kind = self.token
                return taken

    def take(self, *tokens: str, regex: bool = True) -> str:
        if self.kind in tokens or (self.kind == "name" and self.token in tokens):
            return self.advance(regex)
        return ""

    def expect(self, token: str) -> None:
        if not self.take(token):
            raise self.fail()

    def skip(self) -> None:
        while self.take("newline", ";"):
            pass

    # -- rules and statements --------------------------------------------------------------------------------

    def program(self) -> list[tuple[Node, Node]]:
        rules = []
        self.skip()
        while self.kind != "end":
            if self.kind == "name" and self.token in ("function", "func"):
                self.function()
                self.skip()
                continue
            if self.kind == "name" and self.token in ("BEGIN", "END"):
                pattern: Node = (self.advance(),)
            elif self.kind == "{":
                pattern = _ALWAYS
            else:
                pattern = self.expression()
                if self.take(","):
                    pattern = ("range", pattern, self.expression())
            action = self.block() if self.kind == "{" else ("print", (), None)
            rules.append((pattern, action))
            self.skip()
        return rules

    def function(self) -> None:
        """`function name(a, b) { … }`."""
        self.advance()
        name = self.advance()
        self.expect("(")
        parameters = []
        while self.kind == "name":
            parameters.append(self.advance(regex=True))
            if not self.take(","):
                break
            self.skip_newlines()
        self.expect(")")
        self.skip_newlines()
        self.functions[name] = Function(tuple(parameters), self.block())

    def block(self) -> Node:
        self.expect("{")
        items = []
        self.skip()
        while self.kind != "}":
            if self.kind == "end":
                raise self.fail()
            items.append(self.statement())
            self.skip()
        self.advance(regex=True)
        return ("block", tuple(items))

    def statement(self) -> Node:
        if self.kind == "{":
            return self.block()
        if self.kind == "name":
            reader = {
                "if": self.conditional,
                "while": self.loop,
                "do": self.do_loop,
                "for": self.iteration,
                "print": self.output,
                "printf": self.output,
                "delete": self.delete,
                "exit": self.leave,
                "return": self.leave,
            }.get(self.token)
            if reader is not None:
                return reader(self.advance(regex=True))
            if self.token in ("next", "nextfile", "break", "continue"):
                return (self.advance(),)
        return ("expression", self.expression())

    def body(self) -> Node:
        while self.take("newline"):
            pass
        return ("block", ()) if self.take(";") else self.statement()

    def conditional(self, _: str) -> Node:
        self.expect("(")
        test = self.expression()
        self.expect(")")
        yes = self.body()
        mark = (self.at, self.kind, self.token)
        self.skip()
        if self.take("else"):
            return ("if", test, yes, self.body())
        self.at, self.kind, self.token = mark
        return ("if", test, yes, None)

    def loop(self, _: str) -> Node:
        self.expect("(")
        test = self.expression()
        self.expect(")")
        return ("while", test, self.body())

    def do_loop(self, _: str) -> Node:
        body = self.body()
        self.skip()
        self.expect("while")
        self.expect("(")
        test = self.expression()
        self.expect(")")
        return ("do", body, test)

    def iteration(self, _: str) -> Node:
        self.expect("(")
        start = None if self.kind == ";" else self.statement()
        if start is not None and start[0] == "expression" and start[1][0] == "in" and self.kind == ")":
            self.advance(regex=True)
            return ("forin", start[1][1][0][1], start[1][2], self.body())
        self.expect(";")
        test = None if self.kind == ";" else self.expression()
        self.expect(";")
        step = None if self.kind == ")" else self.statement()
        self.expect(")")
        return ("for", start, test, step, self.body())

    def output(self, name: str) -> Node:
        self.plain = True
        parenthesised = self.kind == "("
        values: list[Node] = []
        if self.kind not in (";", "newline", "}", "end", ">", ">>", "|"):
            values = self.arguments()
        self.plain = False
        if parenthesised and len(values) == 1 and values[0][0] == "group":
            values = list(values[0][1])
        target = None
        if self.kind in (">", ">>"):
            operator = self.advance(regex=True)
            target = (operator, self.postfix())
        elif self.kind == "|":
            self.advance(regex=True)
            target = ("|", self.concatenation())
        return (name, tuple(values), target)

    def arguments(self) -> list[Node]:
        values = [self.expression()]
        while self.take(","):
            while self.take("newline"):
                pass
            values.append(self.expression())
        return values

    def delete(self, _: str) -> Node:
        name = self.advance()
        if not self.take("["):
            return ("delete", name, None)
        keys = tuple(self.arguments())
        self.expect("]")
        return ("delete", name, keys)

    def leave(self, name: str) -> Node:
        ends = self.kind in (";", "newline", "}", "end")
        return (name, None if ends else self.expression())

    # -- expressions, loosest first --------------------------------------------------------------------------

    def expression(self) -> Node:
        self.depth += 1
        if self.depth > _DEPTH:
            raise AwkSyntaxError("expression too complex", self.token)
        try:
            return self.assignment()
        finally:
            self.depth -= 1

    def assignment(self) -> Node:
        left = self.choice()
        if self.kind in ("=", "+=", "-=", "*=", "/=", "%=", "^=") and left[0] in ("name", "field", "element"):
            operator = self.advance(regex=True)
            return ("assign", operator, left, self.expression())
        return left

    def choice(self) -> Node:
        test = self.disjunction()
        if not self.take("?"):
            return test
        yes = self.expression()
        self.expect(":")
        return ("choose", test, yes, self.expression())

    def disjunction(self) -> Node:
        left = self.conjunction()
        while self.take("||"):
            self.skip_newlines()
            left = ("or", left, self.conjunction())
        return left

    def conjunction(self) -> Node:
        left = self.membership()
        while self.take("&&"):
            self.skip_newlines()
            left = ("and", left, self.membership())
        return left

    def skip_newlines(self) -> None:
        while self.take("newline"):
            pass

    def membership(self) -> Node:
        left = self.matching()
        while self.kind == "name" and self.token == "in":
            self.advance()
            keys = left[1] if left[0] == "group" else (left,)
            left = ("in", keys, self.advance())
        return left

    def matching(self) -> Node:
        left = self.comparison()
        while self.kind in ("~", "!~"):
            operator = self.advance(regex=True)
            left = ("match", operator, left, self.comparison())
        return left

    def input(self) -> Node:
        """A value, or `command | getline [variable]`."""
        left = self.concatenation()
        while self.kind == "|" and re.match(r"\s*getline\b", self.text[self.at :]):
            self.advance()
            self.advance(regex=True)
            left = ("getline", "|", left, self.lvalue())
        return left

    def lvalue(self) -> Node | None:
        """The variable behind `getline`, if one is named."""
        if self.kind == "$" or (self.kind == "name" and self.token not in _FUNCTIONS and self.token not in _WORDS):
            return self.primary()
        return None

    def comparison(self) -> Node:
        left = self.input()
        if self.kind in ("<", "<=", "==", "!=", ">=") or (self.kind == ">" and not self.plain):
            operator = self.advance(regex=True)
            return ("compare", operator, left, self.concatenation())
        return left

    def concatenation(self) -> Node:
        left = self.sum()
        while self.kind in _STARTS_VALUE - {"/", "+", "-"} and not (self.kind == "name" and self.token == "in"):
            left = ("concat", left, self.sum())
        return left

    def sum(self) -> Node:
        left = self.product()
        while self.kind in ("+", "-"):
            operator = self.advance(regex=True)
            left = ("arithmetic", operator, left, self.product())
        return left

    def product(self) -> Node:
        left = self.unary()
        while self.kind in ("*", "/", "%"):
            operator = self.advance(regex=True)
            left = ("arithmetic", operator, left, self.unary())
        return left

    def unary(self) -> Node:
        if self.take("!"):
            return ("not", self.unary())
        if self.take("-"):
            return ("negate", self.unary())
        if self.take("+"):
            return ("plus", self.unary())
        return self.power()

    def power(self) -> Node:
        left = self.postfix()
        if self.kind in ("^", "**"):
            self.advance(regex=True)
            return ("arithmetic", "^", left, self.unary())
        return left

    def postfix(self) -> Node:
        if self.kind in ("++", "--"):
            operator = self.advance(regex=True)
            return ("pre", self.primary(), operator)
        node = self.primary()
        if self.kind in ("++", "--") and node[0] in ("name", "field", "element"):
            return ("post", node, self.advance())
        return node

    def primary(self) -> Node:
        kind = self.kind
        if kind == "number":
            return ("number", float(self.advance()))
        if kind == "string":
            return ("string", unescape(self.advance()[1:-1].replace("\\/", "/")))
        if kind == "regex":
            return ("regex", self.advance())
        if kind == "$":
            self.advance(regex=True)
            return ("field", self.postfix() if self.kind in ("++", "--") else self.primary())
        if kind == "(":
            return self.group()
        if kind == "name":
            return self.named()
        raise AwkSyntaxError("unexpected token" if kind != "end" else "unexpected end of string")

    def group(self) -> Node:
        self.advance(regex=True)
        plain, self.plain = self.plain, False
        values = self.arguments()
        self.plain = plain
        self.expect_plain(")")
        if len(values) > 1:
            return ("group", tuple(values))
        return values[0]

    def expect_plain(self, token: str) -> None:
        """As `expect`, where an operator follows: a `/` after it divides."""
        if not self.take(token, regex=False):
            raise self.fail()

    def named(self) -> Node:
        if self.token == "getline":
            self.advance(regex=True)
            variable = self.lvalue()
            return ("getline", "<", self.postfix(), variable) if self.take("<") else ("getline", "", None, variable)
        line, start = self.text.count("\n", 0, self.at) + 1, self.at
        name = self.advance()
        if name in _FUNCTIONS:
            values = []
            if self.take("("):
                if self.kind != ")":
                    values = self.arguments()
                self.expect_plain(")")
            return ("call", name, tuple(values))
        if self.kind == "(" and self.text[start : start + 1] == "(":
            self.advance(regex=True)
            self.called.append((name, line))
            values = [] if self.kind == ")" else self.arguments()
            self.expect_plain(")")
            return ("invoke", name, tuple(values))
        if self.kind == "[":
            self.advance(regex=True)
            keys = tuple(self.arguments())
            self.expect_plain("]")
            return ("element", name, keys)
        if name in _WORDS:
            raise AwkSyntaxError("token", name, line)
        return ("name", name)
