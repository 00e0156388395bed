"""What a YAML scalar means to Kubernetes: which plain words are booleans, numbers, nothing, or just text.

The rules are go-yaml v2's, which sigs.k8s.io/yaml uses: YAML 1.1 with the surprises a learner meets (`yes`, `on` and
`y` are booleans, `0777` is octal), but without sexagesimal numbers, and with timestamps left as text. The reader asks
for the value, the writer asks whether a string would be misread without quotes. Upstream: go.yaml.in/yaml/v2
resolve.go.
"""

import base64
import binascii
import math
import re
from typing import Any, Final

TAG: Final = "tag:yaml.org,2002:"
STR: Final = "str"
BINARY: Final = "binary"
MERGE: Final = "merge"
TIMESTAMP: Final = "timestamp"

_WORDS: Final[dict[str, tuple[str, Any]]] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), ("bool", True)),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), ("bool", False)),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), ("null", None)),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), ("float", math.nan)),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), ("float", math.inf)),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), ("float", -math.inf)),
}
_RESOLVABLE: Final = frozenset({STR, "bool", "int", "float", "null", TIMESTAMP})
_NUMERIC_START: Final = frozenset("+-0123456789")
_POINT_FLOAT: Final = re.compile(r"\.[0-9]+(_[0-9]+)*([eE][-+]?[0-9]+(_[0-9]+)*)?")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INTEGER: Final = re.compile(
    r"(?P<sign>[-+]?)(?:0[xX](?P<hex>[0-9a-fA-F]+)|0[bB](?P<bin>[01]+)|0[oO]?(?P<oct>[0-7]+)|(?P<dec>0|[1-9][0-9]*))"
)
_SIGNED_BINARY: Final = re.compile(r"0b([-+][01]+)")
_TIMESTAMP: Final = re.compile(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})"
    r"(?:(?P<gap>[Tt ])(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{1,2}):(?P<second>[0-9]{1,2})(?:[.,][0-9]+)?"
    r"(?P<zone>Z|[-+][0-9]{2}:[0-9]{2})?)?"
)


class ScalarError(ValueError):
    """A scalar that contradicts its tag; the message is go-yaml's."""


def resolve(text: str) -> tuple[str, Any]:
    """The type and the value of a plain scalar without a tag. Types: str bool int float null timestamp."""
    known = _WORDS.get(text)
    if known is not None:
        return known
    first = text[0]
    if first == ".":
        value = float(text) if _POINT_FLOAT.fullmatch(text) else math.inf
        return (STR, text) if math.isinf(value) else ("float", value)
    if first not in _NUMERIC_START:
        return STR, text
    if _is_timestamp(text):
        return TIMESTAMP, text
    number = _number(text.replace("_", ""))
    if number is None:
        return STR, text
    return ("int" if isinstance(number, int) else "float"), number


def resolve_tagged(tag: str, text: str) -> Any:
    """The value of a scalar with an explicit tag (`!!int` given as its full URI). ScalarError if the two do not
    agree."""
    name = tag.removeprefix(TAG) if tag.startswith(TAG) else ""
    if name == BINARY:
        return _decode_binary(text)
    if name not in _RESOLVABLE or name == STR:
        return text
    found, value = resolve(text)
    if found == name:
        return value
    if name == "float" and found == "int":
        return float(value)
    raise ScalarError(f"cannot decode !!{found} `{text}` as a !!{name}")


def _number(plain: str) -> int | float | None:
    whole = _INTEGER.fullmatch(plain)
    if whole:
        # int64, or uint64 without a sign; beyond that only decimal digits are still a number, a float.
        base, digits = next((b, whole[b]) for b in ("hex", "bin", "oct", "dec") if whole[b] is not None)
        if len(digits) <= 64:
            value = int(digits, {"hex": 16, "bin": 2, "oct": 8, "dec": 10}[base])
            if (
                value < 1 << 63
                or (whole["sign"] == "-" and value == 1 << 63)
                or (not whole["sign"] and value < 1 << 64)
            ):
                return -value if whole["sign"] == "-" else value
    if _FLOAT.fullmatch(plain):
        value_float = float(plain)
        return None if math.isinf(value_float) else value_float
    odd = _SIGNED_BINARY.fullmatch(plain)
    return int(odd[1], 2) if odd and len(odd[1]) <= 64 else None


def _is_timestamp(text: str) -> bool:
    found = _TIMESTAMP.fullmatch(text)
    if found is None or (found["gap"] in ("T", "t")) != (found["zone"] is not None):
        return False
    year, month, day = int(found["year"]), int(found["month"]), int(found["day"])
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    longest = {2: 29 if leap else 28, 4: 30, 6: 30, 9: 30, 11: 30}.get(month, 31)
    if not (1 <= month <= 12 and 1 <= day <= longest):
        return False
    return found["gap"] is None or (int(found["hour"]) < 24 and int(found["minute"]) < 60 and int(found["second"]) < 60)


def _decode_binary(text: str) -> str:
    try:
        return base64.b64decode(text.replace("\n", "").replace("\r", ""), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        raise ScalarError("!!binary value contains invalid base64 data") from None
