"""`expr`: arithmetic, comparisons and matches from words."""

from __future__ import annotations

import re

from k8snb.runtime.programs.posixregex import RegexError, compile_regex
from k8snb.runtime.programs.program import Call, Failure, Outcome


def expr(call: Call) -> Outcome:
    args = call.args
    if not args:
        raise Failure("missing operand", 2)
    parser = _Expr(args, call.busybox)
    value = parser.level(0)
    if parser.at < len(args):
        raise Failure(
            f"syntax error: unexpected argument '{args[parser.at]}'" if not call.busybox else "syntax error", 2
        )
    call.out(f"{value}\n")
    return 1 if value in ("", "0") else 0


_EXPR_LEVELS = (("|",), ("&",), ("=", "==", "!=", "<", "<=", ">", ">="), ("+", "-"), ("*", "/", "%"), (":",))


class _Expr:
    def __init__(self, args: list[str], busybox: bool) -> None:
        self.args, self.at, self.busybox = args, 0, busybox

    def level(self, index: int) -> str:
        if index == len(_EXPR_LEVELS):
            return self.primary()
        left = self.level(index + 1)
        while self.at < len(self.args) and self.args[self.at] in _EXPR_LEVELS[index]:
            operator = self.args[self.at]
            self.at += 1
            left = self.apply(operator, left, self.level(index + 1))
        return left

    def primary(self) -> str:
        if self.at >= len(self.args):
            before = self.args[-1]
            raise Failure(f"syntax error: missing argument after '{before}'" if not self.busybox else "syntax error", 2)
        word = self.args[self.at]
        self.at += 1
        if word == "(":
            value = self.level(0)
            self.at += 1
            return value
        if word in ("length", "match", "substr", "index") and self.at < len(self.args):
            return self.function(word)
        return word

    def function(self, name: str) -> str:
        first = self.primary()
        if name == "length":
            return str(len(first))
        second = self.primary()
        if name == "match":
            return self.apply(":", first, second)
        if name == "index":
            return str(min((first.find(char) + 1 for char in second if char in first), default=0))
        length = self.primary()
        if not (second.isdigit() and length.isdigit()) or second == "0":
            return ""
        return first[int(second) - 1 :][: int(length)]

    def apply(self, operator: str, left: str, right: str) -> str:
        if operator == "|":
            return left if left not in ("", "0") else right
        if operator == "&":
            return left if left not in ("", "0") and right not in ("", "0") else "0"
        if operator == ":":
            try:
                regex = compile_regex("^" + right.removeprefix("^"))
            except RegexError as error:
                raise Failure(str(error), 2) from None
            match = regex.search(left)
            if regex.groups:
                return (match.groups[0] or "") if match is not None else ""
            return str(match.end) if match is not None else "0"
        numbers = all(re.fullmatch(r"-?\d+", word) for word in (left, right))
        if operator in "+-*/%":
            return self.compute(operator, left, right, numbers)
        order = int(left) - int(right) if numbers else (left > right) - (left < right)
        holds = {"=": order == 0, "==": order == 0, "!=": order != 0, "<": order < 0, "<=": order <= 0, ">": order > 0}
        return str(int(holds.get(operator, order >= 0)))

    def compute(self, operator: str, left: str, right: str, numbers: bool) -> str:
        if not numbers:
            raise Failure("non-integer argument", 2)
        if len(left) > 1000 or len(right) > 1000:
            raise Failure("out of memory", 3)
        a, b = int(left), int(right)
        if operator in "/%" and b == 0:
            raise Failure("division by zero", 2)
        if operator in "/%":
            quotient = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
            return str(quotient if operator == "/" else a - quotient * b)
        return str({"+": a + b, "-": a - b, "*": a * b}[operator])
