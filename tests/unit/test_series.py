"""On which days a meeting that comes back is."""

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import series
from models.clocks import WorkingCalendar
from models.series import Rhythm

CALENDAR = WorkingCalendar()
TUESDAYS = Rhythm(1, 1, time(9, 30), date(2026, 11, 2))


def test_a_weekly_meeting_is_on_its_weekday_from_its_first_day() -> None:
    assert series.days(TUESDAYS, CALENDAR, since=date(2026, 1, 1), most=3) == [
        date(2026, 11, 3), date(2026, 11, 10), date(2026, 11, 17),
    ]  # fmt: skip


def test_a_day_on_which_the_house_is_closed_is_left_out() -> None:
    fridays = Rhythm(4, 1, time(9), date(2026, 12, 18))

    found = series.days(fridays, CALENDAR, since=date(2026, 12, 18), most=3)

    assert found == [date(2026, 12, 18), date(2027, 1, 8), date(2027, 1, 15)]  # Christmas and New Year are Fridays


def test_it_ends_after_its_last_day() -> None:
    short = Rhythm(1, 1, time(9), date(2026, 11, 2), date(2026, 11, 10))

    assert series.days(short, CALENDAR, since=date(2026, 11, 4), most=9) == [date(2026, 11, 10)]


def test_it_begins_at_the_local_time_in_winter_and_in_summer() -> None:
    assert series.begins(TUESDAYS, date(2027, 1, 5)) == datetime(2027, 1, 5, 8, 30, tzinfo=UTC)
    assert series.begins(TUESDAYS, date(2027, 7, 6)) == datetime(2027, 7, 6, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize("day", [date(2026, 11, 4), date(2026, 10, 27)])
def test_it_is_not_on_another_day_or_before_it_starts(day: date) -> None:
    assert not series.is_on(TUESDAYS, CALENDAR, day)


@given(
    st.integers(0, 6), st.integers(1, 12), st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.dates(date(2020, 1, 1), date(2031, 1, 1)),
)  # fmt: skip
def test_every_day_is_on_its_weekday_a_whole_number_of_rounds_from_the_first(
    weekday: int, every: int, starts_on: date, since: date
) -> None:
    rhythm = Rhythm(weekday, every, time(9), starts_on)

    found = series.days(rhythm, CALENDAR, since=since, most=20)

    assert found == sorted(set(found))
    assert all(one.weekday() == weekday and one >= max(since, starts_on) for one in found)
    assert all((one - found[0]).days % (7 * every) == 0 for one in found)
    assert all(series.is_on(rhythm, CALENDAR, one) for one in found)
