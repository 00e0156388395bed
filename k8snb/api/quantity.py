"""Resource quantities: `500m` of CPU, `256Mi` of memory.

A quantity is a fixed-point number with a suffix of one of three families: decimal SI (`n u m k M G T P E`), binary SI
(`Ki Mi Gi Ti Pi Ei`) or a decimal exponent (`1e3`). It is exact to a billionth; finer amounts are rounded away from zero.
Objects hold quantities as text in canonical form: no fraction, the largest suffix that loses nothing. Everything here takes
and gives such texts. Follows `k8s.io/apimachinery/pkg/api/resource`; simplification: powers beyond 10^4096 are refused.
"""

import re
from functools import lru_cache
from typing import Final, NamedTuple

DECIMAL_SI: Final = "DecimalSI"
BINARY_SI: Final = "BinarySI"
DECIMAL_EXPONENT: Final = "DecimalExponent"

_FORMAT_WRONG: Final = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
_SUFFIX_WRONG: Final = "unable to parse quantity's suffix"
_NUMBER_WRONG: Final = "unable to parse numeric part of quantity"

_SCAN: Final = re.compile(r"([+-]?)(0*)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)", re.ASCII)
_EXPONENT: Final = re.compile(r"[eE]([-+]?[0-9]+)", re.ASCII)
_DECIMAL: Final = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY: Final = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_DECIMAL_SUFFIX: Final = {power: suffix for suffix, power in _DECIMAL.items()}
_BINARY_SUFFIX: Final = {0: "", **{power: suffix for suffix, power in _BINARY.items()}}

_NANO: Final = 10**9
_BINARY_LIMIT: Final = ((1 << 63) - 1) * _NANO
_POWER_LIMIT: Final = 4096
_CACHE: Final = 8192


class QuantityError(ValueError):
    """A text that is no quantity; the message is upstream's."""


class Amount(NamedTuple):
    """A quantity taken apart: billionths, suffix family, and its text in canonical form."""

    nanos: int
    format: str
    text: str


@lru_cache(_CACHE)
def parse(quantity: str) -> Amount:
    """The amount that a text stands for; QuantityError if it stands for none."""
    scanned = _SCAN.fullmatch(quantity.strip())
    if scanned is None or not scanned.group():
        raise QuantityError(_FORMAT_WRONG)
    sign, zeros, whole, fraction, suffix = scanned.groups(default="")
    base, power, form = _interpret(suffix)
    digits = (whole or "0") + fraction
    scale = power - len(fraction) if base == 10 else -len(fraction)
    if not (zeros or whole or fraction) and scale < -9:
        raise QuantityError(_NUMBER_WRONG)
    nanos = _nanos(int(digits), scale, power if base == 2 else 0)
    # Upstream keeps the text of what looks canonical at a glance; so `1.500` and `+5` stay as they were written.
    if form == BINARY_SI:
        nanos = min(nanos, _BINARY_LIMIT)
        kept = not fraction and int(digits) & 7 != 0 and len(digits) + power * 3 // 10 <= 14
        if 0 < nanos < _NANO:
            form = DECIMAL_SI
    else:
        kept = scale % 3 == 0 and scale >= -9 and len(digits) <= 18 and digits[0] != "0" and not digits.endswith("000")
    if sign == "-":
        nanos = -nanos
    return Amount(nanos, form, scanned.group() if kept else _text(nanos, form))


def canonical(quantity: str | float) -> str:
    """The canonical text of a quantity as it may stand in a manifest (a number or a string)."""
    return parse(quantity if isinstance(quantity, str) else _number(quantity)).text


def value(quantity: str) -> int:
    """In whole units, rounded away from zero: `1500m` is 2."""
    return _divide(parse(quantity).nanos, _NANO)


def milli_value(quantity: str) -> int:
    """In thousandths, rounded away from zero: `1` is 1000."""
    return _divide(parse(quantity).nanos, 1_000_000)


def number(quantity: str) -> float:
    """As a float, for shares and percentages."""
    return parse(quantity).nanos / _NANO


def compare(left: str, right: str) -> int:
    """-1, 0 or 1."""
    a, b = parse(left).nanos, parse(right).nanos
    return (a > b) - (a < b)


def sign(quantity: str) -> int:
    """-1, 0 or 1."""
    nanos = parse(quantity).nanos
    return (nanos > 0) - (nanos < 0)


def is_zero(quantity: str) -> bool:
    """Whether it is nothing at all."""
    return parse(quantity).nanos == 0


def is_integer(quantity: str) -> bool:
    """Whether it has no fraction of a unit."""
    return parse(quantity).nanos % _NANO == 0


def add(left: str, right: str) -> str:
    """The sum, in the suffix family of `left` unless that is zero."""
    a, b = parse(left), parse(right)
    return _text(a.nanos + b.nanos, a.format if a.nanos else b.format)


def sub(left: str, right: str) -> str:
    """The difference, in the suffix family of `left` unless that is zero."""
    a, b = parse(left), parse(right)
    return _text(a.nanos - b.nanos, a.format if a.nanos else b.format)


def multiply(quantity: str, factor: int) -> str:
    """`factor` times the quantity, in its own suffix family."""
    amount = parse(quantity)
    return _text(amount.nanos * factor, amount.format)


def of(units: int, form: str = DECIMAL_SI) -> str:
    """The text of so many whole units: `of(1 << 30, BINARY_SI)` is `1Gi`."""
    return _text(units * _NANO, form)


def of_milli(thousandths: int, form: str = DECIMAL_SI) -> str:
    """The text of so many thousandths: `of_milli(1500)` is `1500m`."""
    return _text(thousandths * 1_000_000, form)


def _interpret(suffix: str) -> tuple[int, int, str]:
    if suffix in _DECIMAL:
        return 10, _DECIMAL[suffix], DECIMAL_SI
    if suffix in _BINARY:
        return 2, _BINARY[suffix], BINARY_SI
    exponent = _EXPONENT.fullmatch(suffix)
    if exponent is None:
        raise QuantityError(_SUFFIX_WRONG)
    power = int(exponent.group(1))
    if power > _POWER_LIMIT:
        raise QuantityError(_NUMBER_WRONG)
    return 10, max(power, -_POWER_LIMIT), DECIMAL_EXPONENT


def _nanos(digits: int, scale: int, shift: int) -> int:
    """Billionths of `digits` x 10^scale x 2^shift, rounded up."""
    digits <<= shift
    if scale >= -9:
        return digits * int(10 ** (scale + 9))
    return _divide(digits, int(10 ** (-9 - scale)))


@lru_cache(_CACHE)
def _text(nanos: int, form: str) -> str:
    if nanos == 0:
        return "0"
    if form == BINARY_SI and (-1024 * _NANO < nanos < 1024 * _NANO or nanos % _NANO):
        form = DECIMAL_SI
    if form == BINARY_SI:
        mantissa, power = _reduce(nanos // _NANO, 1024, 10, 0, 60)
        return f"{mantissa}{_BINARY_SUFFIX[power]}"
    mantissa, power = _reduce(nanos, 1000, 3, -9, 18 if form == DECIMAL_SI else _POWER_LIMIT)
    if form == DECIMAL_SI:
        return f"{mantissa}{_DECIMAL_SUFFIX[power]}"
    return f"{mantissa}e{power}" if power else str(mantissa)


def _reduce(mantissa: int, base: int, step: int, power: int, most: int) -> tuple[int, int]:
    while power < most and mantissa % base == 0:
        mantissa //= base
        power += step
    return mantissa, power


def _divide(amount: int, by: int) -> int:
    """Integer division rounding away from zero."""
    return -(-amount // by) if amount >= 0 else amount // by


def _number(plain: float) -> str:
    """A number as JSON writes it."""
    whole = int(plain)
    return str(whole) if whole == plain and abs(plain) < 1e21 else repr(plain)
