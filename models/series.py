"""Meetings that come back: on which days they are. The dates follow from the rule and the calendar of the house."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

from models.clocks import AMSTERDAM, WorkingCalendar


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Every so many weeks on a weekday (0 is Monday), from and until a day; local time."""

    weekday: int
    every_weeks: int
    at: time
    starts_on: date
    ends_on: date | None = None


def days(rhythm: Rhythm, calendar: WorkingCalendar, *, since: date, most: int) -> list[date]:
    """The first days on or after `since`, at most so many. A day on which the house is closed is left out."""
    return list(islice(_days(rhythm, calendar, since), most))


def _days(rhythm: Rhythm, calendar: WorkingCalendar, since: date) -> Iterator[date]:
    step = timedelta(weeks=rhythm.every_weeks)
    day = _first(rhythm)
    if day < since:
        day += step * -((day - since) // step)
    last = min(rhythm.ends_on or date.max, since + timedelta(days=3 * 366))
    while day <= last:
        if calendar.is_working_day(day):
            yield day
        day += step


def _first(rhythm: Rhythm) -> date:
    return rhythm.starts_on + timedelta(days=(rhythm.weekday - rhythm.starts_on.weekday()) % 7)


def is_on(rhythm: Rhythm, calendar: WorkingCalendar, day: date) -> bool:
    """Whether the meeting is on this day."""
    return days(rhythm, calendar, since=day, most=1) == [day]


def begins(rhythm: Rhythm, day: date) -> datetime:
    """The moment it begins on this day, in UTC."""
    return datetime.combine(day, rhythm.at, tzinfo=AMSTERDAM).astimezone(UTC)
