"""awk's values: numbers, texts, and texts from input, which count as numbers where they look like one; and its functions."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from k8snb.runtime.limits import SHELL_TEXT
from k8snb.runtime.programs.posixregex import Found, Regex, RegexError, compile_regex
from k8snb.runtime.programs.printing import printf_text
from k8snb.runtime.programs.program import Failure

if TYPE_CHECKING:
    from k8snb.runtime.programs.awkrun import Interpreter

_NUMBER = re.compile(r"\s*[-+]?(\d+\.?\d*([eE][-+]?\d+)?|\.\d+([eE][-+]?\d+)?)")


class Input(str):
    """Text that came from input: it compares as a number if it looks like one."""

    __slots__ = ()


def number(value: Any) -> float:
    if isinstance(value, float):
        return value
    match = _NUMBER.match(value or "") if not isinstance(value, dict) else None
    return float(match[0]) if match else 0.0


def whole(value: Any, limit: int = 1 << 53) -> int:
    """A number cut to an integer within bounds."""
    amount = number(value)
    return int(max(min(amount, limit), -limit)) if amount == amount else 0


def text(value: Any, busybox: bool = False) -> str:
    """A value as it is printed: whole numbers without a point, others with six digits."""
    if isinstance(value, float):
        if not math.isfinite(value):
            return ("-" if value < 0 else "") + ("inf" if value == value else "nan")
        small = abs(value) < (1e16 if busybox else 2147483648)
        return str(int(value)) if value.is_integer() and small else f"{value:.6g}"
    if isinstance(value, dict):
        raise Failure("attempt to use array in a scalar context", 2)
    return value or ""


def looks_numeric(value: Any) -> bool:
    """Does a value compare as a number?"""
    if value is None or isinstance(value, float):
        return True
    return isinstance(value, Input) and _NUMBER.fullmatch(value.strip()) is not None


def truth(value: Any) -> bool:
    if isinstance(value, float):
        return value != 0
    if isinstance(value, Input) and looks_numeric(value):
        return number(value) != 0
    return bool(value)


def regex(source: str) -> Regex:
    """An extended regular expression with awk's escapes. Failure."""
    try:
        return compile_regex(_unescaped(source), extended=True)
    except RegexError as error:
        raise Failure(f"regular expression compile failed ({error})\n{source}", 2) from None


def _unescaped(source: str) -> str:
    """`\\/` and `\\"` are the characters themselves, `\\t` and its like what they are in texts."""
    names = {"/": "/", '"': '"', "n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a"}
    return re.sub(r"\\(.)", lambda match: names.get(match[1], match[0]), source, flags=re.DOTALL)


def bounded(value: str) -> str:
    """A text that was made; Failure if it is more than awk can hold."""
    if len(value) > SHELL_TEXT:
        raise Failure("out of memory", 2)
    return value


def formatted(template: str, values: list[Any], busybox: bool) -> str:
    """printf: awk uses its format once, however many values there are; `%c` of a number is that character."""
    kinds = re.findall(r"%[-+ #0]*(\*|\d+)?(?:\.(\*|\d+)?)?([a-zA-Z])", template.replace("%%", ""))
    texts, at = [], 0
    for width, precision, kind in kinds:
        for star in (width, precision):
            if star == "*" and at < len(values):
                texts.append(str(whole(values[at], 10_000)))
                at += 1
        value = values[at] if at < len(values) else ""
        at += 1
        if kind == "c":
            texts.append(chr(whole(value) & 0x10FFFF) if isinstance(value, float) else text(value)[:1])
        elif kind in "diouxX":
            texts.append(str(whole(value)))
        else:
            texts.append(f"{number(value)!r}" if kind in "eEfFgG" else text(value, busybox))
    return bounded(printf_text(template.replace("%i", "%d"), texts)[0] if texts else printf_text(template, [])[0])


# -- functions of values -------------------------------------------------------------------------------------------------


def _substr(run: Interpreter, values: list[Any]) -> str:
    subject, start = run.text(values[0]), round(min(max(number(values[1]), -1e9), 1e9))
    if len(values) < 3:
        return subject[max(start, 1) - 1 :]
    length = whole(float(round(min(max(number(values[2]), -1e9), 1e9))))
    if start < 1:
        length = length if run.call.busybox or start == 0 else length + start - 1
        start = 1
    return subject[start - 1 : start - 1 + max(length, 0)]


def _rand(run: Interpreter, values: list[Any]) -> float:
    run.seed = (run.seed * 6364136223846793005 + 1442695040888963407) % (1 << 64)
    return (run.seed >> 11) / (1 << 53)


def _srand(run: Interpreter, values: list[Any]) -> float:
    before, run.seed_given = run.seed_given, number(values[0]) if values else float(int(run.call.now))
    run.seed = int(run.seed_given) & ((1 << 64) - 1)
    return before


def _log(value: float) -> float:
    return math.log(value) if value > 0 else (-math.inf if value == 0 else math.nan)


def _exp(value: float) -> float:
    return math.exp(value) if value < 700 else math.inf


def _int(value: Any) -> float:
    amount = number(value)
    return float(int(amount)) if math.isfinite(amount) else amount


FUNCTIONS: dict[str, Callable[[Interpreter, list[Any]], Any]] = {
    "substr": _substr,
    "index": lambda run, v: float(run.text(v[0]).find(run.text(v[1])) + 1),
    "tolower": lambda run, v: run.text(v[0]).lower(),
    "toupper": lambda run, v: run.text(v[0]).upper(),
    "int": lambda run, v: _int(v[0]),
    "sqrt": lambda run, v: math.sqrt(number(v[0])) if number(v[0]) >= 0 else math.nan,
    "exp": lambda run, v: _exp(number(v[0])),
    "log": lambda run, v: _log(number(v[0])),
    "sin": lambda run, v: math.sin(number(v[0])) if math.isfinite(number(v[0])) else math.nan,
    "cos": lambda run, v: math.cos(number(v[0])) if math.isfinite(number(v[0])) else math.nan,
    "atan2": lambda run, v: math.atan2(number(v[0]), number(v[1])),
    "rand": _rand,
    "srand": _srand,
    "systime": lambda run, v: float(int(run.call.now)),
    "sprintf": lambda run, v: formatted(run.text(v[0]), v[1:], run.call.busybox),
    "close": lambda run, v: run.close(run.text(v[0])),
    "system": lambda run, v: float(run.command(run.text(v[0]), "status")),
    "fflush": lambda run, v: 0.0,
}
#: how many arguments each function needs at the least
LEAST = {"substr": 2, "index": 2, "atan2": 2, "split": 2, "sub": 2, "gsub": 2, "match": 2} | dict.fromkeys(
    ("tolower", "toupper", "int", "sqrt", "exp", "log", "sin", "cos", "sprintf", "close", "system"), 1
)


def expand(template: str, found: Found, subject: str) -> str:
    """The replacement of sub and gsub: `&` is what matched, `\\&` an ampersand."""
    return re.sub(
        r"\\&|\\\\|&",
        lambda mark: {"\\&": "&", "\\\\": "\\"}.get(mark[0], subject[found.start : found.end]),
        template,
    )
