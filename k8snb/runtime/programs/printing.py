"""`echo` and `printf`, as programs and as what the shells' builtins print."""

from __future__ import annotations

import re

from k8snb.runtime.programs.program import Call, Failure, Outcome
from k8snb.runtime.shell.words import unescape


def echo_text(args: list[str], dialect: str = "bash") -> str:
    """What echo prints: dash always applies escapes, the others with `-e`."""
    newline, escapes = True, dialect == "dash"
    while args and re.fullmatch(r"-[neE]+", args[0]) and (dialect != "dash" or args[0] == "-n"):
        newline = newline and "n" not in args[0]
        escapes = (escapes or "e" in args[0]) and not args[0].endswith("E")
        args = args[1:]
    text = " ".join(args)
    if escapes:
        text, stop, _ = text.partition("\\c")
        newline = newline and not stop
        text = unescape(text, zero=True)
    return text + ("\n" if newline else "")


def echo(call: Call) -> Outcome:
    call.out(echo_text(call.args))
    return 0


_CONVERSION = re.compile(
    r"%(?:%|(?P<flags>[-+ #0]*)(?P<width>\*|\d+)?(?:\.(?P<precision>\*|\d*))?(?P<kind>[diouxXcsbeEfFgGq]))"
)


def printf_text(template: str, args: list[str]) -> tuple[str, list[str]]:
    """(text, complaints) of printf: the format is used again until the arguments are used up."""
    out: list[str] = []
    problems: list[str] = []
    rest = list(args)
    while True:
        before = len(rest)
        out.append(_format(template, rest, problems))
        if not rest or len(rest) == before:
            return "".join(out), problems


def _format(template: str, rest: list[str], problems: list[str]) -> str:
    out, at = [], 0
    for match in _CONVERSION.finditer(template):
        out.append(unescape(template[at : match.start()]))
        at = match.end()
        if match[0] == "%%":
            out.append("%")
            continue
        flags, width, precision, kind = match.group("flags", "width", "precision", "kind")
        width = rest.pop(0) if width == "*" and rest else width
        precision = rest.pop(0) if precision == "*" and rest else precision
        spec = "%" + flags + (width or "") + (f".{precision}" if precision is not None else "")
        value = rest.pop(0) if rest else ("0" if kind in "diouxXeEfFgG" else "")
        out.append(_convert(spec, kind, value, problems))
    return "".join(out) + unescape(template[at:])


def _convert(spec: str, kind: str, value: str, problems: list[str]) -> str:
    if kind in "sb":
        return (spec + "s") % (unescape(value, zero=True) if kind == "b" else value)
    if kind == "c":
        return (spec + "s") % value[:1]
    if kind == "q":
        return value if re.fullmatch(r"[\w./:=@%+-]+", value) else "'" + value.replace("'", "'\\''") + "'"
    number = _printf_number(value, problems)
    if kind in "eEfFgG":
        return (spec + kind) % float(number)
    whole = int(number)
    return (spec + ("d" if kind in "diu" else kind)) % (whole if whole >= 0 or kind in "di" else whole + (1 << 64))


def _printf_number(value: str, problems: list[str]) -> float:
    if value[:1] in ("'", '"') and len(value) > 1:
        return ord(value[1])
    try:
        return float(int(value, 0) if re.fullmatch(r"[-+]?0[xX][0-9a-fA-F]+", value) else value or 0)
    except ValueError:
        problems.append(f"invalid number '{value}'")
        match = re.match(r"[-+]?\d+", value)
        return float(match[0]) if match else 0.0


def printf(call: Call) -> Outcome:
    if not call.args:
        raise Failure("missing operand")
    text, problems = printf_text(call.args[0], call.args[1:])
    call.out(text)
    for problem in problems:
        call.complain(problem)
    return 1 if problems else 0
