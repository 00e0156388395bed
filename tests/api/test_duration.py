"""Durations and instants: Go's grammar, Go's texts, kubectl's ages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8snb.api import duration
from k8snb.api.duration import HOUR, MILLISECOND, MINUTE, SECOND


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("0", 0),
        ("-0", 0),
        ("+5s", 5 * SECOND),
        ("5s", 5 * SECOND),
        ("1h30m", 90 * MINUTE),
        ("-1.5h", -90 * MINUTE),
        ("300ms", 300 * MILLISECOND),
        (".5s", 500 * MILLISECOND),
        ("5.s", 5 * SECOND),
        ("1us", 1000),
        ("1µs", 1000),
        ("1μs", 1000),
        ("3ns", 3),
        ("39h9m14.425s", 39 * HOUR + 9 * MINUTE + 14 * SECOND + 425 * MILLISECOND),
        ("10m5s5m", 15 * MINUTE + 5 * SECOND),
        ("0.3333333333333333333h", 20 * MINUTE),
        ("9223372036854775807ns", (1 << 63) - 1),
        ("-9223372036854775808ns", -(1 << 63)),
    ],
)
def test_parse_duration(text: str, nanoseconds: int) -> None:
    assert duration.parse_duration(text) == nanoseconds


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", 'time: invalid duration ""'),
        ("-", 'time: invalid duration "-"'),
        ("x", 'time: invalid duration "x"'),
        ("s", 'time: invalid duration "s"'),
        (".s", 'time: invalid duration ".s"'),
        ("5", 'time: missing unit in duration "5"'),
        ("1h5", 'time: missing unit in duration "1h5"'),
        ("1.5.s", 'time: missing unit in duration "1.5.s"'),
        ("5d", 'time: unknown unit "d" in duration "5d"'),
        ("5 s", 'time: unknown unit " s" in duration "5 s"'),
        ("5s-3s", 'time: unknown unit "s-" in duration "5s-3s"'),
        ('5"', 'time: unknown unit "\\"" in duration "5\\""'),
        ("5é", 'time: unknown unit "\\xc3\\xa9" in duration "5\\xc3\\xa9"'),
        ("9223372036854775808ns", 'time: invalid duration "9223372036854775808ns"'),
        ("3000000h", 'time: invalid duration "3000000h"'),
    ],
)
def test_parse_duration_refuses(text: str, message: str) -> None:
    with pytest.raises(duration.DurationError) as refused:
        duration.parse_duration(text)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0, "0s"),
        (1, "1ns"),
        (1100, "1.1µs"),
        (2_200_000, "2.2ms"),
        (3_300_000_000, "3.3s"),
        (60 * SECOND, "1m0s"),
        (4 * MINUTE + 5 * SECOND, "4m5s"),
        (4 * MINUTE + 5_001_000_000, "4m5.001s"),
        (5 * HOUR + 6 * MINUTE + 7_001_000_000, "5h6m7.001s"),
        (26 * HOUR, "26h0m0s"),
        (-90 * MINUTE, "-1h30m0s"),
        (8 * MINUTE + 1, "8m0.000000001s"),
        ((1 << 63) - 1, "2562047h47m16.854775807s"),
    ],
)
def test_format_duration(nanoseconds: int, text: str) -> None:
    assert duration.format_duration(nanoseconds) == text


@given(st.integers(min_value=-(1 << 52), max_value=1 << 52))
def test_durations_survive_their_text(nanoseconds: int) -> None:
    assert duration.parse_duration(duration.format_duration(nanoseconds)) == nanoseconds


def test_format_seconds() -> None:
    assert duration.format_seconds(300) == "5m0s"
    assert duration.format_seconds(0.1) == "100ms"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-2, "<invalid>"),
        (-1.5, "0s"),
        (-1, "0s"),
        (0, "0s"),
        (0.9, "0s"),
        (5, "5s"),
        (119, "119s"),
        (120, "2m"),
        (123, "2m3s"),
        (599, "9m59s"),
        (600, "10m"),
        (601, "10m"),
        (3 * 3600 - 1, "179m"),
        (3 * 3600, "3h"),
        (3 * 3600 + 4 * 60, "3h4m"),
        (8 * 3600 - 1, "7h59m"),
        (8 * 3600, "8h"),
        (47.9 * 3600, "47h"),
        (48 * 3600, "2d"),
        (5 * 86400 + 3600, "5d1h"),
        (8 * 86400 - 1, "7d23h"),
        (8 * 86400, "8d"),
        (729 * 86400, "729d"),
        (730 * 86400, "2y"),
        (733 * 86400, "2y3d"),
        (8 * 365 * 86400 - 1, "7y364d"),
        (8 * 365 * 86400 + 86400, "8y"),
        (1000 * 365 * 86400, "1000y"),
    ],
)
def test_human_duration(seconds: float, text: str) -> None:
    assert duration.human_duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "whole", "micro"),
    [
        (0, "1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000000Z"),
        (1.75, "1970-01-01T00:00:01Z", "1970-01-01T00:00:01.750000Z"),
        (-0.5, "1969-12-31T23:59:59Z", "1969-12-31T23:59:59.500000Z"),
        (1709210096.123456, "2024-02-29T12:34:56Z", "2024-02-29T12:34:56.123456Z"),
        (1767225599.9999999, "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000000Z"),
    ],
)
def test_format_time(seconds: float, whole: str, micro: str) -> None:
    assert duration.format_time(seconds) == whole
    assert duration.format_micro_time(seconds) == micro


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2024-02-29T12:34:56Z", 1709210096),
        ("2024-02-29T12:34:56.123456Z", 1709210096.123456),
        ("2024-02-29T12:34:56,5Z", 1709210096.5),
        ("2024-02-29T13:34:56+01:00", 1709210096),
        ("2024-02-29T07:04:56-05:30", 1709210096),
        ("2024-02-29T7:04:56-05:30", 1709210096),
        ("0001-01-01T00:00:00Z", -62135596800),
        ("0000-12-31T00:00:00Z", -62135596800 - 86400),
        ("0000-02-29T00:00:00Z", -62135596800 - 86400 * (366 - 59)),
    ],
)
def test_parse_time(text: str, seconds: float) -> None:
    assert duration.parse_time(text) == seconds


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", 'parsing time "" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "2006"'),
        ("x", 'parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"'),
        ("2024-01-01", 'parsing time "2024-01-01" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "T"'),
        ("2024-1-01", 'parsing time "2024-1-01" as "2006-01-02T15:04:05Z07:00": cannot parse "1-01" as "01"'),
        ("2024-01-01 1", 'parsing time "2024-01-01 1" as "2006-01-02T15:04:05Z07:00": cannot parse " 1" as "T"'),
        (
            "2024-01-01T00:00:00",
            'parsing time "2024-01-01T00:00:00" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "Z07:00"',
        ),
        ("2024-13-01T00:00:00Z", 'parsing time "2024-13-01T00:00:00Z": month out of range'),
        ("2023-02-29T00:00:00Z", 'parsing time "2023-02-29T00:00:00Z": day out of range'),
        ("2024-02-01T24:00:00Z", 'parsing time "2024-02-01T24:00:00Z": hour out of range'),
        ("2024-02-01T00:60:00Z", 'parsing time "2024-02-01T00:60:00Z": minute out of range'),
        ("2024-02-01T00:00:60Z", 'parsing time "2024-02-01T00:00:60Z": second out of range'),
        ("2024-02-01T00:00:00Zx", 'parsing time "2024-02-01T00:00:00Zx": extra text: "x"'),
    ],
)
def test_parse_time_refuses(text: str, message: str) -> None:
    with pytest.raises(duration.TimeError) as refused:
        duration.parse_time(text)
    assert str(refused.value) == message


@given(st.integers(min_value=-62135596800, max_value=253402300799))
def test_times_survive_their_text(seconds: int) -> None:
    assert duration.parse_time(duration.format_time(seconds)) == seconds
