"""`echo` and `printf`, as programs and as what the shells' builtins print."""

from __future__ import annotations

import re

from k8snb.runtime.limits import SHELL_TEXT
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
        text = unescape(text.replace("\\x", "\\\\x") if dialect == "dash" else text, zero=True)
    return text + ("\n" if newline else "")


def echo(call: Call) -> Outcome:
    call.out(echo_text(call.args))
    return 0


_CONVERSION = re.compile(
    r"%(?:%|(?P<flags>[-+ #0]*)(?P<width>\*|\d+)?(?:\.(?P<precision>\*|\d*))?(?P<kind>[diouxXcsbeEfFgGq]))"
)


def printf_text(template: str, args: list[str], dialect: str = "gnu") -> tuple[str, list[str]]:
    """(text, complaints) of printf: the format is used again until the arguments are used up. `dialect`: a shell's, or gnu."""
    out: list[str] = []
    problems: list[str] = []
    rest = list(args)
    while True:
        before, size = len(rest), sum(map(len, out))
        if size > SHELL_TEXT:
            return "".join(out), ["out of memory"]
        out.append(_format(template, rest, problems, dialect))
        if not rest or len(rest) == before or (problems and "directive" in problems[-1]):
            return "".join(out), problems


def _format(template: str, rest: list[str], problems: list[str], dialect: str) -> str:
    out, at = [], 0

    def plain(text: str) -> str:
        return unescape(text) if dialect != "dash" else unescape(text.replace("\\x", "\\\\x"))

    for match in _CONVERSION.finditer(template):
        out.append(plain(template[at : match.start()]))
        at = match.end()
        if match[0] == "%%":
            out.append("%")
            continue
        flags, width, precision, kind = match.group("flags", "width", "precision", "kind")
        if kind == "q" and dialect in ("ash", "dash"):
            problems.append(
                "%q: invalid directive" if dialect == "dash" else f"{template[match.start() :]}: invalid format"
            )
            return "".join(out)
        width = rest.pop(0) if width == "*" and rest else width
        precision = rest.pop(0) if precision == "*" and rest else precision
        if any(re.fullmatch(r"-?\d{1,5}|", size or "") is None for size in (width, precision)):
            problems.append("out of memory")
            return "".join(out)
        spec = "%" + flags + (width or "") + (f".{precision}" if precision is not None else "")
        value = rest.pop(0) if rest else ("0" if kind in "diouxXeEfFgG" and dialect != "ash" else "")
        out.append(_convert(spec, kind, value, problems, dialect))
    return "".join(out) + plain(template[at:])


def _convert(spec: str, kind: str, value: str, problems: list[str], dialect: str) -> str:
    if kind in "sb":
        return (spec + "s") % (unescape(value, zero=True) if kind == "b" else value)
    if kind == "c":
        return (spec + "s") % value[:1]
    if kind == "q":
        return value if re.fullmatch(r"[\w./:=@%+-]+", value) else _quoted(value)
    number = _printf_number(value, problems, dialect)
    if kind in "eEfFgG":
        return (spec + kind) % float(number)
    whole = int(number)
    if kind == "o" and "#" in spec:
        return (spec.replace("#", "") + "s") % ("0" + format(whole, "o") if whole else "0")
    return (spec + ("d" if kind in "diu" and not (kind == "u" and whole < 0) else kind if kind != "u" else "d")) % (
        whole if whole >= 0 or kind in "di" else whole + (1 << 64)
    )


def _quoted(value: str) -> str:
    """bash's %q: what is special gets a backslash."""
    if not value:
        return "''"
    if re.search(r"[\x00-\x1f]", value):
        return "$'" + value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\t", "\\t") + "'"
    return re.sub(r"([^\w./:=@%+-])", r"\\\1", value)


_NO_NUMBER = {
    "ash": "invalid number '{}'",
    "dash": "{}: expected numeric value",
    "bash": "{}: invalid number",
    "gnu": "'{}': expected a numeric value",
}


def _printf_number(value: str, problems: list[str], dialect: str) -> float:
    if value[:1] in ("'", '"') and len(value) > 1:
        return ord(value[1])
    if re.fullmatch(r"[-+]?0[xX][0-9a-fA-F]+", value):
        return int(value, 16)
    if re.fullmatch(r"[-+]?0[0-7]+", value):
        return int(value, 8)
    if re.fullmatch(r"[-+]?\d+", value):
        return int(value)
    try:
        return float(value or ("x" if dialect == "ash" else 0))
    except ValueError:
        problems.append(_NO_NUMBER.get(dialect, _NO_NUMBER["gnu"]).format(value))
        match = re.match(r"[-+]?\d+", value)
        return float(match[0]) if match else 0.0


def printf(call: Call) -> Outcome:
    args = call.args[1:] if call.args[:1] == ["--"] else call.args
    if not args:
        raise Failure("missing operand")
    text, problems = printf_text(args[0], args[1:], "ash" if call.busybox else "gnu")
    call.out(text)
    for problem in problems:
        call.complain(problem)
    return 1 if problems else 0
