"""Cron schedules: what they mean, when they are next due, and what is said of those that cannot be read."""

from datetime import UTC, datetime

import pytest

from k8snb.api import cron


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


DUE = [
    ("* * * * *", "2026-01-01T00:00:30", "2026-01-01T00:01:00"),
    ("* * * * *", "2026-01-01T00:01:00", "2026-01-01T00:02:00"),
    ("*/15 3 * * *", "2026-01-01T03:46:00", "2026-01-02T03:00:00"),
    ("0 0 29 2 *", "2026-01-01T00:00:00", "2028-02-29T00:00:00"),
    ("30 9 * * mon-fri", "2026-01-02T10:00:00", "2026-01-05T09:30:00"),
    ("0 0 13 * 5", "2026-01-01T00:00:00", "2026-01-02T00:00:00"),  # either day field matches
    ("0 12 1 JAN,jul ?", "2026-01-02T00:00:00", "2026-07-01T12:00:00"),
    ("5/20 * * * *", "2026-01-01T00:25:00", "2026-01-01T00:45:00"),
    ("@daily", "2026-03-01T08:00:00", "2026-03-02T00:00:00"),
    ("@hourly", "2026-03-01T08:00:00", "2026-03-01T09:00:00"),
    ("@weekly", "2026-03-02T00:00:00", "2026-03-08T00:00:00"),
    ("@yearly", "2026-03-02T00:00:00", "2027-01-01T00:00:00"),
    ("@every 1h30m", "2026-03-02T00:00:00", "2026-03-02T01:30:00"),
]


@pytest.mark.parametrize(("schedule", "after", "due"), DUE)
def test_next_due(schedule: str, after: str, due: str) -> None:
    assert cron.parse(schedule).next_after(at(after)) == at(due)


def test_a_day_that_never_comes() -> None:
    assert cron.parse("0 0 30 2 *").next_after(at("2026-01-01T00:00:00")) is None


def test_in_a_time_zone_with_summer_time() -> None:
    berlin = cron.time_zone("Europe/Berlin")
    daily = cron.parse("30 6 * * *")
    assert daily.next_after(at("2026-01-10T00:00:00"), berlin) == at("2026-01-10T05:30:00")
    assert daily.next_after(at("2026-07-10T00:00:00"), berlin) == at("2026-07-10T04:30:00")


def test_due_times_rise_through_a_clock_change() -> None:
    berlin, moment, hourly = cron.time_zone("Europe/Berlin"), at("2026-10-24T20:00:00"), cron.parse("0 * * * *")
    for _ in range(12):
        following = hourly.next_after(moment, berlin)
        assert following is not None
        assert following > moment
        moment = following


BAD = [
    ("", "empty spec string"),
    ("* * * *", "expected exactly 5 fields, found 4: [* * * *]"),
    ("* * * * * *", "expected exactly 5 fields, found 6: [* * * * * *]"),
    ("60 * * * *", "end of range (60) above maximum (59): 60"),
    ("* * 0 * *", "beginning of range (0) below minimum (1): 0"),
    ("* * * * 7", "end of range (7) above maximum (6): 7"),
    ("5-1 * * * *", "beginning of range (5) beyond end of range (1): 5-1"),
    ("*/0 * * * *", "step of range should be a positive number: */0"),
    ("1-2-3 * * * *", "too many hyphens: 1-2-3"),
    ("1/2/3 * * * *", "too many slashes: 1/2/3"),
    ("x * * * *", 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'),
    ("@sometimes", "unrecognized descriptor: @sometimes"),
    ("@every soon", 'failed to parse duration @every soon: time: invalid duration "soon"'),
    ("TZ=Mars/Base * * * * *", "provided bad location Mars/Base: unknown time zone Mars/Base"),
]


@pytest.mark.parametrize(("schedule", "text"), BAD)
def test_unreadable(schedule: str, text: str) -> None:
    with pytest.raises(cron.CronError) as error:
        cron.parse(schedule)
    assert str(error.value) == text
