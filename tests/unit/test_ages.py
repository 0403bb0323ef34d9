"""Ages in working days: the moment behind an age is the same as counting day by day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import ages
from models.clocks import AMSTERDAM, WorkingCalendar

CALENDAR = WorkingCalendar(closing_days=frozenset({date(2026, 12, 28)}))
NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)  # a Tuesday

MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 1)).map(lambda one: one.replace(tzinfo=UTC))


@settings(deadline=None, database=None)
@given(now=MOMENTS, back=st.integers(0, 100 * 24 * 60), days=st.integers(0, 30))
def test_what_began_before_the_moment_of_an_age_has_that_age(now: datetime, back: int, days: int) -> None:
    since = now - timedelta(minutes=back)

    assert (since < ages.before(days, now, CALENDAR)) == (ages.age(since, now, CALENDAR) >= days)


@pytest.mark.parametrize(
    ("since", "days"),
    [
        (NOW, 0),
        (NOW - timedelta(days=1), 1),
        (datetime(2026, 11, 20, 8, tzinfo=UTC), 2),  # friday: the weekend does not count
        (datetime(2026, 11, 21, 8, tzinfo=UTC), 2),
        (datetime(2026, 11, 10, 8, tzinfo=UTC), 10),
    ],
)
def test_an_age_counts_working_days(since: datetime, days: int) -> None:
    assert ages.age(since, NOW, CALENDAR) == days


def test_the_classes_join_without_a_gap_and_the_thresholds_lie_between_them() -> None:
    assert ages.CLASSES[0].since == 0
    assert ages.CLASSES[-1].until is None
    assert [one.until for one in ages.CLASSES[:-1]] == [one.since for one in ages.CLASSES[1:]]
    found = list(ages.thresholds(NOW, CALENDAR))
    assert found == sorted(found)
    assert all(one.astimezone(AMSTERDAM).hour == 0 for one in found)
