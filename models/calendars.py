"""The calendar of a house: local days, the days off by their names, and the hours in which it is open.

Pure arithmetic: local time in the Netherlands going in, aware UTC coming out. Nothing here reads the clock.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from holidays import country_holidays
from holidays.constants import OPTIONAL, PUBLIC

AMSTERDAM = ZoneInfo("Europe/Amsterdam")

#: outside these years the list of holidays is empty without a word, so there we refuse to answer
YEARS = range(1966, 2101)

#: days named by royal decree for statutory terms (Algemene termijnenwet, article 3); for other years none is known
DECREED_DAYS = frozenset({
    date(2023, 4, 28), date(2023, 5, 19), date(2024, 5, 10), date(2024, 12, 27), date(2025, 5, 30),
    date(2026, 1, 2), date(2026, 5, 15), date(2027, 5, 7), date(2028, 4, 28), date(2028, 5, 26),
})  # fmt: skip

GOOD_FRIDAY, DECREED, CLOSING_DAY = "Goede Vrijdag", "bij besluit aangewezen dag", "sluitingsdag"
WEEKDAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
WEEKEND = {5: WEEKDAYS[5], 6: WEEKDAYS[6]}
MONTHS: tuple[str, ...] = ("januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus")
MONTHS += ("september", "oktober", "november", "december")

MOST_WORKING_DAYS = 5_000
_LONGEST_WALK = 20_000  # calendar days; 5000 working days fit in with room for holds and closing days
DAY = timedelta(days=1)

#: why a day does not count; None when it does
WhyNot = Callable[[date], str | None]


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """The days and hours on which a house works.

    By default the calendar for terms between partners: the statutory list without Goede Vrijdag and decreed days,
    5 May off every year, and the house's own closing days, by name where they have one. `statutory` is for terms that
    a law sets: the days off of the Algemene termijnenwet, all of them and no others.
    """

    closing_days: frozenset[date] = frozenset()
    statutory: bool = False
    opens: time = time(9)
    closes: time = time(17)
    closing_names: frozenset[tuple[date, str]] = frozenset()

    def __post_init__(self) -> None:
        if self.opens.tzinfo or self.closes.tzinfo or self.opens >= self.closes:
            raise ValueError("opening hours are local times, and a house opens before it closes")

    def for_law(self) -> "WorkingCalendar":
        """The same house, for a term that a law sets: no closing day of its own extends that one."""
        return replace(self, statutory=True, closing_days=frozenset(), closing_names=frozenset())

    def is_working_day(self, day: date) -> bool:
        return self.why_not(day) is None

    def why_not(self, day: date) -> str | None:
        """Why nobody works on this day, in Dutch; None on a working day. A holiday is named before its weekend."""
        return _days_off(self)[day]

    def looked_up(self) -> WhyNot:
        """`why_not` for who asks about many days in a row."""
        return _days_off(self).__getitem__

    def add_working_days(self, day: date, n: int) -> date:
        """The n-th working day after (or before) this day; for 0 the day itself, or else the next working day."""
        if abs(n) > MOST_WORKING_DAYS:
            raise ValueError(f"{n} working days is over the limit of {MOST_WORKING_DAYS}")
        step = -1 if n < 0 else 1
        first = day if n == 0 else day + step * DAY
        return count_days(first, max(abs(n), 1), self.looked_up(), step)[0]


class _DaysOff(dict[date, str | None]):
    """What a calendar says of a day, worked out once for each day that is asked about."""

    def __init__(self, calendar: WorkingCalendar) -> None:
        super().__init__()
        self.statutory = calendar.statutory
        self.closing = dict.fromkeys(calendar.closing_days, CLOSING_DAY) | dict(calendar.closing_names)

    def __missing__(self, day: date) -> str | None:
        if isinstance(day, datetime):
            raise TypeError("a working day is a date: take the local date of the moment first")
        named = _statutory_days(day.year) if self.statutory else _agreed_days(day.year)
        why = named.get(day) or WEEKEND.get(day.weekday())
        why = self[day] = why or (None if self.statutory else self.closing.get(day))
        return why


@lru_cache(maxsize=256)
def _days_off(calendar: WorkingCalendar) -> _DaysOff:
    return _DaysOff(calendar)


@cache
def _statutory_days(year: int) -> dict[date, str]:
    if year not in YEARS:
        raise ValueError(f"the holidays of {year} are not known")
    listed = country_holidays("NL", years=year, categories=(PUBLIC, OPTIONAL), language="nl")
    days = {day: name.replace("Goede vrijdag", GOOD_FRIDAY).replace("; ", " en ") for day, name in listed.items()}
    return {day: DECREED for day in DECREED_DAYS if day.year == year} | days


@cache
def _agreed_days(year: int) -> dict[date, str]:
    return {day: why for day, why in _statutory_days(year).items() if why not in {GOOD_FRIDAY, DECREED}}


@dataclass(frozen=True, slots=True)
class Skipped:
    day: date
    why: str


def utc(moment: datetime) -> datetime:
    """The moment in UTC. Raises ValueError when it has no zone, or lies where no calendar reaches."""
    if moment.utcoffset() is None:
        raise ValueError("a moment needs a time zone")
    if moment.year not in YEARS:
        raise ValueError(f"the year {moment.year} is outside the calendar")
    return moment.astimezone(UTC)


def local(moment: datetime) -> datetime:
    """The moment by the clock on the wall."""
    return moment.astimezone(AMSTERDAM)


@lru_cache(maxsize=8192)
def at(day: date, local_time: time) -> datetime:
    """The moment at which the clock on the wall says this, in UTC."""
    return datetime.combine(day, local_time, AMSTERDAM).astimezone(UTC)


def days_from(first: date, step: int = 1) -> Iterator[date]:
    """This day and those after it (or before it). Raises ValueError when nobody stops in time."""
    for ordinal in range(first.toordinal(), first.toordinal() + step * _LONGEST_WALK, step):
        yield date.fromordinal(ordinal)
    raise ValueError(f"no end in sight within {_LONGEST_WALK} days of {first}")


def count_days(first: date, needed: int, why_not: WhyNot, step: int = 1) -> tuple[date, tuple[Skipped, ...]]:
    """The day on which enough days have counted, the first one included, and the days that did not count."""
    skipped = []
    for day in days_from(first, step):
        if (why := why_not(day)) is not None:
            skipped.append(Skipped(day, why))
        elif needed == 1:
            break
        else:
            needed -= 1
    return day, tuple(skipped)


def within_office_hours(moment: datetime, calendar: WorkingCalendar) -> datetime:
    """The moment itself when the house is open, closing time included; else when it next opens."""
    start = utc(moment)
    today = local(start).date()
    if calendar.is_working_day(today) and start <= at(today, calendar.closes):
        return max(start, at(today, calendar.opens))
    return at(calendar.add_working_days(today, 1), calendar.opens)
