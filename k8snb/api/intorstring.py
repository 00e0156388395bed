"""IntOrString: a field that takes a number or a text, mostly a count or a percentage (`maxSurge: 25%`).

In Python it is an `int` or a `str`. The texts of the errors are those of `k8s.io/apimachinery/pkg/util/intstr`.
"""

import re

IntOrString = int | str

_INTEGER = re.compile("[-+]?[0-9]+", re.ASCII)
_INT64 = range(-(1 << 63), 1 << 63)


class IntOrStringError(ValueError):
    """A text where a number or a percentage is needed."""


def scaled_value(value: IntOrString | None, total: int, round_up: bool) -> int:
    """The number, or the percentage of `total`; IntOrStringError for any other text."""
    if value is None:
        raise IntOrStringError("nil value for IntOrString")
    if isinstance(value, int):
        return value
    if not value.endswith("%"):
        raise IntOrStringError("invalid value for IntOrString: invalid type: string is not a percentage")
    share = _atoi(value[:-1], value) * total
    return -(-share // 100) if round_up else share // 100


def percentage(value: IntOrString | None) -> int | None:
    """The number in front of `%`, None if the value is no percentage."""
    if isinstance(value, str) and re.fullmatch("[0-9]+%", value, re.ASCII):
        return int(value[:-1])
    return None


def parse(text: str) -> IntOrString:
    """A number if the text is one, else the text itself (flags such as `--target-port`)."""
    return int(text) if _INTEGER.fullmatch(text) and int(text) in _INT64 else text


def _atoi(digits: str, written: str) -> int:
    if not _INTEGER.fullmatch(digits):
        raise IntOrStringError(
            f'invalid value for IntOrString: invalid value "{written}": strconv.Atoi: parsing "{digits}": invalid syntax'
        )
    if int(digits) not in _INT64:
        raise IntOrStringError(
            f'invalid value for IntOrString: invalid value "{written}": strconv.Atoi: parsing "{digits}": '
            "value out of range"
        )
    return int(digits)
