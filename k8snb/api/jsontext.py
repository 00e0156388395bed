"""JSON text as Go's `encoding/json` reads and writes it.

Everything that leaves the API server or `kubectl -o json` went through that package, and its habits are visible: map
keys sorted, `<`, `>` and `&` escaped, floats without a needless `.0`, and its own wording for a syntax error. Values
are plain JSON data (dict, list, str, int, float, bool, None). Upstream: Go's encoding/json and strconv;
`k8s.io/apimachinery/pkg/util/json` for how numbers are typed (int64 where it fits, else float64).
"""

import json
import math
import re
import struct
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from k8snb.api.jsonsyntax import (
    MAX_DEPTH,
    JSONEndError,
    JSONError,
    byte_offset,
    explain,
    quote_char,
    skip_blank,
)

_INT64: Final = range(-(1 << 63), 1 << 63)
_UNSAFE: Final = re.compile("[<>&\u2028\u2029]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def loads(text: str) -> Any:
    """The one value of `text`. JSONError with the words of `json.Unmarshal`."""
    try:
        value, end = decode_at(text, 0)
    except JSONEndError as error:
        raise JSONError("unexpected end of JSON input", error.offset) from None
    end = skip_blank(text, end)
    if end < len(text):
        raise JSONError(f"invalid character {quote_char(text[end])} after top-level value", byte_offset(text, end + 1))
    return value


def decode_at(text: str, start: int) -> tuple[Any, int]:
    """The first value at or after `start` and the index behind it, as a step of Go's `json.Decoder`; JSONError."""
    at = skip_blank(text, start)
    try:
        value, end = _DECODER.raw_decode(text, at)
    except JSONError:
        raise
    except (ValueError, RecursionError):
        # Python's reader refused with its own words; a second reading finds Go's.
        explain(text, at)
        raise JSONError("invalid JSON", byte_offset(text, at)) from None
    if text[end : end + 1] in (".", "e", "E") and text[end - 1].isdigit():
        explain(text, at)  # a number that goes wrong after its first digits
    if text.count("[", at, end) + text.count("{", at, end) > MAX_DEPTH and depth(value) > MAX_DEPTH:
        raise JSONError("exceeded max depth", byte_offset(text, end))
    return (_without_surrogates(value) if "\\u" in text else value), end


def depth(value: Any) -> int:
    """How deeply arrays and objects nest: 0 for a scalar."""
    level, layer = 0, [value]
    while layer := [item for item in layer if isinstance(item, dict | list)]:
        level += 1
        layer = [child for item in layer for child in (item.values() if isinstance(item, dict) else item)]
    return level


def dumps(value: Any, indent: str = "", *, escape_html: bool = True, sort_keys: bool = True) -> str:
    """`json.Marshal`, or `json.MarshalIndent` with `indent` a level. Keys are sorted unless the caller's order
    stands."""
    return "".join(_Writer(indent, escape_html, sort_keys).parts(value, "\n"))


def quote(text: str, *, escape_html: bool = True) -> str:
    """A JSON string literal."""
    literal = json.dumps(_SURROGATE.sub("\ufffd", text), ensure_ascii=False)
    if not escape_html:
        return literal.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return _UNSAFE.sub(lambda found: f"\\u{ord(found.group()):04x}", literal)


def number(value: float) -> int | float:
    """A number as it is after a trip through JSON: an int where it reads like one and fits int64, else a float."""
    if isinstance(value, float):
        if not value.is_integer() or abs(value) >= 1e21 or (value == 0 and math.copysign(1, value) < 0):
            return value
        value = int(Decimal(repr(value)))  # what its digits say, which is not what the float holds beyond 2**53
    return value if value in _INT64 else float(value)


def format_number(value: float) -> str:
    """`encoding/json`: integers in full, floats in the fewest digits, an exponent only below 1e-6 and from 1e21 on."""
    if isinstance(value, int):
        return str(value) if value in _INT64 else format_number(float(value))
    if value == 0:
        return "-0" if math.copysign(1, value) < 0 else "0"
    if 1e-6 <= abs(value) < 1e21:
        return _positional(value)
    return re.sub(r"e-0(\d)$", r"e-\1", _scientific(value))


def format_float(value: float, bits: int = 64) -> str:
    """`strconv.FormatFloat(value, 'g', -1, bits)`, which is also `%v`: the fewest digits that read back as the same
    float.

    An exponent is written below 1e-4 and from 1e6 on: `123456.5`, `1.2345675e+06`.
    """
    if bits == 32:
        value = _shortest32(value)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    if value == 0:
        return "-0" if math.copysign(1, value) < 0 else "0"
    return _positional(value) if -4 <= Decimal(repr(value)).adjusted() < 6 else _scientific(value)


def _positional(value: float) -> str:
    text = format(Decimal(repr(value)), "f")
    return text.removesuffix(".0")


def _scientific(value: float) -> str:
    sign, digits, _ = Decimal(repr(value)).normalize().as_tuple()
    exponent = Decimal(repr(value)).adjusted()
    fraction = "".join(map(str, digits[1:]))
    mantissa = f"{digits[0]}.{fraction}" if fraction else str(digits[0])
    return f"{'-' if sign else ''}{mantissa}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def _shortest32(value: float) -> float:
    """The float whose decimal digits are the fewest that name the same 32-bit float; infinite if it has none."""
    try:
        narrow = struct.unpack("<f", struct.pack("<f", value))[0]
    except OverflowError:
        return math.copysign(math.inf, value)
    for precision in range(1, 10):
        candidate = float(f"{narrow:.{precision}g}")
        if struct.pack("<f", candidate) == struct.pack("<f", narrow):
            return candidate
    return float(narrow)


class _Writer:
    """Writes one value; a class only to carry the options."""

    def __init__(self, indent: str, escape_html: bool, sort_keys: bool) -> None:
        self.indent, self.escape_html, self.sort_keys = indent, escape_html, sort_keys

    def parts(self, value: Any, newline: str) -> Iterator[str]:
        if value is None or isinstance(value, bool):
            yield {None: "null", True: "true", False: "false"}[value]
        elif isinstance(value, str):
            yield quote(value, escape_html=self.escape_html)
        elif isinstance(value, int | float):
            yield format_number(value)
        elif isinstance(value, Mapping):
            keys = sorted(value) if self.sort_keys else list(value)
            colon = ": " if self.indent else ":"
            yield from self._block("{}", [(self._name(key) + colon, value[key]) for key in keys], newline)
        else:
            yield from self._block("[]", [("", item) for item in value], newline)

    def _name(self, key: str) -> str:
        return quote(key, escape_html=self.escape_html)

    def _block(self, brackets: str, items: list[tuple[str, Any]], newline: str) -> Iterator[str]:
        yield brackets[0]
        inner = newline + self.indent if self.indent else ""
        for index, (name, item) in enumerate(items):
            yield f"{',' if index else ''}{inner}{name}"
            yield from self.parts(item, inner)
        if items and self.indent:
            yield newline
        yield brackets[1]


def _integer(text: str) -> int | float:
    if text == "-0":
        return -0.0  # Go reads it as a float, whose zero has a sign
    return number(int(text)) if len(text) <= 20 else _float(text)


def _float(text: str) -> int | float:
    value = float(text)
    if math.isinf(value):
        raise JSONError(f"json: cannot unmarshal number {text} into Go value of type float64", 0)
    return number(value)


def _no_constant(name: str) -> Any:
    raise ValueError(name)  # NaN and Infinity, which Python reads and JSON does not know


def _without_surrogates(value: Any) -> Any:
    """The value with every half of a surrogate pair replaced, as Go does; JSON's escapes can spell one."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(item) for key, item in value.items()}
    return value


_DECODER: Final = json.JSONDecoder(parse_int=_integer, parse_float=_float, parse_constant=_no_constant)
