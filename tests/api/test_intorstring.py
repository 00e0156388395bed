"""Numbers that may be percentages."""

import pytest

from k8snb.api import intorstring


@pytest.mark.parametrize(
    ("value", "total", "up", "down"),
    [(3, 10, 3, 3), ("25%", 10, 3, 2), ("0%", 10, 0, 0), ("100%", 7, 7, 7), ("150%", 3, 5, 4), ("1%", 0, 0, 0)],
)
def test_scaled_value(value: int | str, total: int, up: int, down: int) -> None:
    assert intorstring.scaled_value(value, total, round_up=True) == up
    assert intorstring.scaled_value(value, total, round_up=False) == down


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "nil value for IntOrString"),
        ("5", "invalid value for IntOrString: invalid type: string is not a percentage"),
        (
            "x%",
            'invalid value for IntOrString: invalid value "x%": strconv.Atoi: parsing "x": invalid syntax',
        ),
        (
            "99999999999999999999%",
            'invalid value for IntOrString: invalid value "99999999999999999999%": strconv.Atoi: '
            'parsing "99999999999999999999": value out of range',
        ),
    ],
)
def test_refused(value: str | None, message: str) -> None:
    with pytest.raises(intorstring.IntOrStringError) as raised:
        intorstring.scaled_value(value, 10, round_up=True)
    assert str(raised.value) == message


def test_parse_and_percentage() -> None:
    assert intorstring.parse("80") == 80
    assert intorstring.parse("http") == "http"
    assert intorstring.parse("-1") == -1
    assert intorstring.percentage("25%") == 25
    assert intorstring.percentage("25") is None
    assert intorstring.percentage(25) is None
