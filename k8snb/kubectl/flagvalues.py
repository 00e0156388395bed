"""The values of command-line flags as Go's `strconv` and `encoding/csv` read them, with their complaints."""

import math
import re
from collections.abc import Iterable
from typing import Final

from k8snb.api.validation.field import quote

_TRUE: Final = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_FALSE: Final = frozenset({"0", "f", "F", "FALSE", "false", "False"})
_BASES: Final = (
    (16, re.compile(r"0[xX]((?:_?[0-9a-fA-F])+)")),
    (2, re.compile(r"0[bB]((?:_?[01])+)")),
    (8, re.compile(r"0[oO]?((?:_?[0-7])+)")),
    (10, re.compile(r"(0|[1-9](?:_?[0-9])*)")),
)
_FLOAT: Final = re.compile(r"[-+]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|inf|infinity|nan)", re.IGNORECASE)
_NEEDS_QUOTES: Final = re.compile(r'[,"\r\n]|\A\s|\A\\\.\Z')


class ValueRefusedError(ValueError):
    """A text that is no value of the flag's type; the message is Go's."""


def parse_bool(text: str) -> bool:
    """`strconv.ParseBool`."""
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise ValueRefusedError(f"strconv.ParseBool: parsing {quote(text)}: invalid syntax")


def parse_int(text: str, bits: int) -> int:
    """`strconv.ParseInt(text, 0, bits)`: decimal, or with a prefix hexadecimal, octal or binary."""
    sign = text[:1] if text[:1] in ("-", "+") else ""
    value = _digits("ParseInt", text, text[len(sign) :])
    value = -value if sign == "-" else value
    if not -(1 << (bits - 1)) <= value < 1 << (bits - 1):
        raise ValueRefusedError(f"strconv.ParseInt: parsing {quote(text)}: value out of range")
    return value


def parse_uint(text: str) -> int:
    """`strconv.ParseUint(text, 0, 64)`."""
    value = _digits("ParseUint", text, text)
    if value >= 1 << 64:
        raise ValueRefusedError(f"strconv.ParseUint: parsing {quote(text)}: value out of range")
    return value


def parse_float(text: str) -> float:
    """`strconv.ParseFloat(text, 64)`; hexadecimal floats are left out."""
    if not _FLOAT.fullmatch(text):
        raise ValueRefusedError(f"strconv.ParseFloat: parsing {quote(text)}: invalid syntax")
    value = float(text)
    if math.isinf(value) and text[-1].isdigit():
        raise ValueRefusedError(f"strconv.ParseFloat: parsing {quote(text)}: value out of range")
    return value


def parse_csv(text: str) -> tuple[str, ...]:
    """The fields of the first record: separated by commas, quoted where they contain one. Nothing is no field."""
    if not text:
        return ()
    start = len(text) - len(text.lstrip("\n"))
    if start == len(text):
        raise ValueRefusedError("EOF")
    fields: list[str] = []
    while True:
        quoted = text.startswith('"', start)
        value, start = _quoted_field(text, start) if quoted else _bare_field(text, start)
        fields.append(value)
        if text[start : start + 1] != ",":
            return tuple(fields)
        start += 1


def format_csv(fields: Iterable[str]) -> str:
    """One record, as `encoding/csv` writes it."""
    return ",".join('"' + item.replace('"', '""') + '"' if _NEEDS_QUOTES.search(item) else item for item in fields)


def quote_byte(char: str) -> str:
    """The first byte of a character as Go's `%q` shows a rune of that number."""
    byte = chr(char.encode("utf-8", "surrogatepass")[0])
    if byte == "'":
        return r"'\''"
    return "'\"'" if byte == '"' else f"'{quote(byte)[1:-1]}'"


def _digits(function: str, text: str, digits: str) -> int:
    for base, pattern in _BASES:
        found = pattern.fullmatch(digits)
        if found:
            plain = found[1].replace("_", "")
            # More digits than any range allows are as good as any number out of it.
            return int(plain, base) if len(plain) <= 70 else 1 << 70
    raise ValueRefusedError(f"strconv.{function}: parsing {quote(text)}: invalid syntax")


def _bare_field(text: str, start: int) -> tuple[str, int]:
    end = next((at for at in range(start, len(text)) if text[at] in ",\n"), len(text))
    mark = text.find('"', start, end)
    if mark >= 0:
        raise _csv_error(text, mark, mark, 'bare " in non-quoted-field')
    return text[start:end].removesuffix("\r") if text[end : end + 1] == "\n" else text[start:end], end


def _quoted_field(text: str, start: int) -> tuple[str, int]:
    value, at = "", start + 1
    while True:
        mark = text.find('"', at)
        if mark < 0:
            raise _csv_error(text, start, len(text), 'extraneous or missing " in quoted-field')
        value += text[at:mark]
        after = text[mark + 1 : mark + 2]
        if after in ("", ",", "\n"):
            return value, mark + 1
        if after != '"':
            raise _csv_error(text, start, mark, 'extraneous or missing " in quoted-field')
        value += '"'
        at = mark + 2


def _csv_error(text: str, start: int, at: int, problem: str) -> ValueRefusedError:
    first, line = text.count("\n", 0, start) + 1, text.count("\n", 0, at) + 1
    column = len(text[text.rfind("\n", 0, at) + 1 : at].encode("utf-8", "surrogatepass")) + 1
    record = "" if first == line else f"record on line {first}; "
    return ValueRefusedError(f"{record}parse error on line {line}, column {column}: {problem}")
