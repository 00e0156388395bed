"""Shell arithmetic: `$((…))`, `((…))`, `let`: 64-bit integers with C's operators."""

from __future__ import annotations

import re
from collections.abc import Callable, MutableMapping

_TOKEN = re.compile(
    r"\s*(?:(?P<number>0[xX][0-9a-fA-F]+|\d+(?:#\w+)?)|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<op><<=|>>=|\*\*|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[-+*/%<>=!~&|^?:(),]))"
)
_LEVELS: tuple[tuple[str, ...], ...] = (
    ("||",),
    ("&&",),
    ("|",),
    ("^",),
    ("&",),
    ("==", "!="),
    ("<", ">", "<=", ">="),
    ("<<", ">>"),
    ("+", "-"),
    ("*", "/", "%"),
)
_ASSIGNMENTS = ("=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=")
Variables = MutableMapping[str, str]


class ArithmeticFailure(ValueError):
    """An expression that cannot be computed: `kind` is syntax, zero, loop, exponent, number or variable; `token` is where."""

    def __init__(self, kind: str, token: str = "", expression: str = "") -> None:
        super().__init__(kind)
        self.kind, self.token, self.expression = kind, token, expression


def evaluate(expression: str, variables: Variables, dialect: str = "bash", depth: int = 0) -> int:
    """The value of an expression; assignments change `variables`. ArithmeticFailure."""
    if depth > 20:
        raise ArithmeticFailure("loop", expression, expression)
    try:
        parser = _Expression(_tokens(expression, dialect), variables, dialect, depth)
        if not parser.tokens:
            return 0
        value = parser.comma()
        if parser.tokens[parser.at :]:
            raise ArithmeticFailure("syntax", parser.peek())
    except ArithmeticFailure as failure:
        raise ArithmeticFailure(failure.kind, failure.token, failure.expression or expression.strip()) from None
    return value


def _tokens(expression: str, dialect: str) -> list[str]:
    tokens, at, text = [], 0, expression.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ArithmeticFailure("syntax", text[at:].strip())
        token = match[match.lastgroup or 0]
        # dash knows no powers and no increments: `++x` is two signs to it
        tokens += list(token) if dialect == "dash" and token in ("**", "++", "--") else [token]
        at = match.end()
    return tokens


def _wrap(value: int) -> int:
    return (value + (1 << 63)) % (1 << 64) - (1 << 63)


class _Expression:
    def __init__(self, tokens: list[str], variables: Variables, dialect: str, depth: int) -> None:
        self.tokens, self.at, self.variables, self.dialect, self.depth = tokens, 0, variables, dialect, depth
        #: inside the branch of `&&`, `||` or `?:` that is not taken: nothing is assigned, nothing divided
        self.idle = 0

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, *wanted: str) -> str:
        token = self.peek()
        if token and token in wanted:
            self.at += 1
            return token
        return ""

    def comma(self) -> int:
        value = self.assignment()
        while self.take(","):
            value = self.assignment()
        return value

    def assignment(self) -> int:
        name, operator = self.peek(), self.tokens[self.at + 1] if self.at + 1 < len(self.tokens) else ""
        if operator in _ASSIGNMENTS and (name[0].isalpha() or name[0] == "_"):
            self.at += 2
            value = self.assignment()
            if operator != "=":
                value = self.apply(operator[:-1], self.value(name), value)
            return self.store(name, value)
        return self.conditional()

    def store(self, name: str, value: int) -> int:
        if not self.idle:
            self.variables[name] = str(value)
        return value

    def conditional(self) -> int:
        test = self.binary(0)
        if not self.take("?"):
            return test
        yes = self.branch(self.assignment, bool(test))
        if not self.take(":"):
            raise ArithmeticFailure("syntax", self.peek() or self.tokens[-1])
        no = self.branch(self.conditional, not test)
        return yes if test else no

    def branch(self, read: Callable[[], int], taken: bool) -> int:
        self.idle += not taken
        value = read()
        self.idle -= not taken
        return value

    def binary(self, level: int) -> int:
        if level == len(_LEVELS):
            return self.power()
        value = self.binary(level + 1)
        while operator := self.take(*_LEVELS[level]):
            if operator in ("&&", "||"):
                right = self.branch(lambda: self.binary(level + 1), bool(value) == (operator == "&&"))
                value = int(bool(value and right) if operator == "&&" else bool(value or right))
            else:
                value = self.apply(operator, value, self.binary(level + 1))
        return value

    def power(self) -> int:
        value = self.unary()
        if self.take("**"):
            exponent = self.power()
            if exponent < 0:
                raise ArithmeticFailure("exponent", str(exponent))
            value = _wrap(pow(value, exponent, 1 << 64))
        return value

    def unary(self) -> int:
        operator = self.take("-", "+", "!", "~", "++", "--")
        if operator in ("++", "--"):
            name = self.peek()
            self.at += 1
            return self.store(name, self.value(name) + (1 if operator == "++" else -1))
        if operator:
            value = self.unary()
            return {"-": -value, "+": value, "!": int(not value), "~": ~value}[operator]
        return self.primary()

    def primary(self) -> int:
        token = self.peek()
        if not token:
            raise ArithmeticFailure("syntax", self.peek() or self.tokens[-1])
        self.at += 1
        if token == "(":
            value = self.comma()
            if not self.take(")"):
                raise ArithmeticFailure("syntax", self.peek() or self.tokens[-1])
            return value
        if token[0].isdigit():
            return _number(token)
        if not (token[0].isalpha() or token[0] == "_"):
            raise ArithmeticFailure("syntax", self.peek() or self.tokens[-1])
        value = self.value(token)
        if operator := self.take("++", "--"):
            self.store(token, value + (1 if operator == "++" else -1))
        return value

    def value(self, name: str) -> int:
        text = self.variables.get(name, "").strip()
        if not text:
            return 0
        if re.fullmatch(r"[-+]?(0[xX][0-9a-fA-F]+|\d+)", text):
            return -_number(text[1:]) if text[0] == "-" else _number(text.lstrip("+"))
        if self.dialect == "dash":
            raise ArithmeticFailure("variable", text, text)
        return evaluate(text, self.variables, self.dialect, self.depth + 1)

    def apply(self, operator: str, left: int, right: int) -> int:
        if operator in ("/", "%"):
            if right == 0:
                if self.idle:
                    return 0
                raise ArithmeticFailure("zero", str(right))
            quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
            return _wrap(quotient if operator == "/" else left - quotient * right)
        return _wrap(_OPERATIONS[operator](left, right))


_OPERATIONS: dict[str, Callable[[int, int], int]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "<<": lambda a, b: a << (b & 63),
    ">>": lambda a, b: a >> (b & 63),
    "&": lambda a, b: a & b,
    "|": lambda a, b: a | b,
    "^": lambda a, b: a ^ b,
    "==": lambda a, b: int(a == b),
    "!=": lambda a, b: int(a != b),
    "<": lambda a, b: int(a < b),
    ">": lambda a, b: int(a > b),
    "<=": lambda a, b: int(a <= b),
    ">=": lambda a, b: int(a >= b),
}


def _number(text: str) -> int:
    if "#" in text:
        base, _, digits = text.partition("#")
        try:
            return int(digits, int(base))
        except ValueError:
            raise ArithmeticFailure("number", text) from None
    if text[:2] in ("0x", "0X"):
        return int(text, 16)
    try:
        return int(text, 8) if len(text) > 1 and text[0] == "0" else int(text)
    except ValueError:
        raise ArithmeticFailure("number", text) from None
