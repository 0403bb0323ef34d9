"""Terms and working days: when something is due, and which days were skipped on the way.

Pure arithmetic: local time in the Netherlands going in, aware UTC coming out. Nothing here reads the clock.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import assert_never
from zoneinfo import ZoneInfo

from holidays import country_holidays
from holidays.constants import OPTIONAL, PUBLIC

AMSTERDAM = ZoneInfo("Europe/Amsterdam")

#: outside these years the list of holidays is empty without a word, so there we refuse to answer
YEARS = range(1966, 2101)

#: days named by royal decree for statutory terms (Algemene termijnenwet, article 3)
DECREED_DAYS = frozenset({date(2026, 1, 2), date(2026, 5, 15), date(2027, 5, 7), date(2028, 4, 28), date(2028, 5, 26)})

GOOD_FRIDAY, DECREED = "Goede Vrijdag", "bij besluit aangewezen dag"
CLOSING_DAY, ON_HOLD, AFTER_CLOSING = "sluitingsdag", "opgeschort", "na sluitingstijd"
WEEKEND = {5: "zaterdag", 6: "zondag"}
MONTHS: tuple[str, ...] = ("januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus")
MONTHS += ("september", "oktober", "november", "december")

_DAYS_A_WEEK = 7
_DAY = timedelta(days=1)
_LONGEST_WALK = 20_000  # calendar days; 5000 working days fit in with room for holds and closing days
_LONGEST_LIST = 6  # weekend days that are still named one by one
_REMIND_AT = time(9)


class Unit(StrEnum):
    WORKING_DAYS = "working_days"  #: whole working days, until the house closes
    WORKING_HOURS = "working_hours"  #: only while the house is open
    CLOCK_HOURS = "clock_hours"  #: real hours, day and night
    CALENDAR_DAYS = "calendar_days"  #: all days, weekends and holidays too
    FIXED = "fixed"  #: a moment that was agreed; nothing moves it


#: what one budget may ask for: 5000 days, in each unit
_LIMITS = {Unit.WORKING_DAYS: 5_000, Unit.CALENDAR_DAYS: 5_000, Unit.FIXED: 0}
_LIMITS |= {Unit.WORKING_HOURS: 5_000 * 8, Unit.CLOCK_HOURS: 5_000 * 24}
_WORDS = {Unit.WORKING_DAYS: ("werkdag", "werkdagen"), Unit.CALENDAR_DAYS: ("dag", "dagen")}
_WORDS |= {Unit.WORKING_HOURS: ("werkuur", "werkuren"), Unit.CLOCK_HOURS: ("uur", "uur")}
_HOURS = frozenset({Unit.WORKING_HOURS, Unit.CLOCK_HOURS})


@dataclass(frozen=True, slots=True)
class Budget:
    """The time somebody gets. A negative amount counts backwards and is welcome in `shift` only."""

    unit: Unit
    amount: int
    at: datetime | None = None

    def __post_init__(self) -> None:
        if abs(self.amount) > _LIMITS[self.unit]:
            raise ValueError(f"a budget of {self.amount} {self.unit} is over the limit of {_LIMITS[self.unit]}")
        if (self.at is None) is (self.unit is Unit.FIXED):
            raise ValueError("a fixed budget has a moment, the others have none")
        if self.at is not None:
            _utc(self.at)


def working_days(n: int) -> Budget:
    return Budget(Unit.WORKING_DAYS, n)


def working_hours(n: int) -> Budget:
    return Budget(Unit.WORKING_HOURS, n)


def clock_hours(n: int) -> Budget:
    return Budget(Unit.CLOCK_HOURS, n)


def calendar_days(n: int) -> Budget:
    return Budget(Unit.CALENDAR_DAYS, n)


def fixed(moment: datetime) -> Budget:
    return Budget(Unit.FIXED, 0, moment)


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """The days and hours on which a house works.

    By default the calendar for terms between partners: the statutory list without Goede Vrijdag and decreed days,
    5 May off every year, and the house's own closing days. `statutory` is for terms that a law sets.
    """

    closing_days: frozenset[date] = frozenset()
    statutory: bool = False
    opens: time = time(9)
    closes: time = time(17)

    def __post_init__(self) -> None:
        if self.opens.tzinfo or self.closes.tzinfo or self.opens >= self.closes:
            raise ValueError("opening hours are local times, and a house opens before it closes")

    def is_working_day(self, day: date) -> bool:
        return self.why_not(day) is None

    def why_not(self, day: date) -> str | None:
        """Why nobody works on this day, in Dutch; None on a working day. A holiday is named before its weekend."""
        if isinstance(day, datetime):
            raise TypeError("a working day is a date: take the local date of the moment first")
        named = _statutory_days(day.year) if self.statutory else _agreed_days(day.year)
        if day in named:
            return named[day]
        return WEEKEND.get(day.weekday()) or (CLOSING_DAY if day in self.closing_days else None)

    def add_working_days(self, day: date, n: int) -> date:
        """The n-th working day after (or before) this day; for 0 the day itself, or else the next working day."""
        if abs(n) > _LIMITS[Unit.WORKING_DAYS]:
            raise ValueError(f"{n} working days is over the limit of {_LIMITS[Unit.WORKING_DAYS]}")
        step = -1 if n < 0 else 1
        first = day if n == 0 else day + step * _DAY
        return _count_days(first, max(abs(n), 1), self.why_not, step)[0]


@cache
def _statutory_days(year: int) -> dict[date, str]:
    if year not in YEARS:
        raise ValueError(f"the holidays of {year} are not known")
    listed = country_holidays("NL", years=year, categories=(PUBLIC, OPTIONAL), language="nl")
    days = {day: name.replace("Goede vrijdag", GOOD_FRIDAY).replace("; ", " en ") for day, name in listed.items()}
    return days | {day: DECREED for day in DECREED_DAYS if day.year == year}


@cache
def _agreed_days(year: int) -> dict[date, str]:
    return {day: why for day, why in _statutory_days(year).items() if why not in {GOOD_FRIDAY, DECREED}}


@dataclass(frozen=True, slots=True)
class Hold:
    """The clock stood still from `since` until `until`, which may lie ahead. Kept in UTC."""

    since: datetime
    until: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "since", _utc(self.since))
        object.__setattr__(self, "until", _utc(self.until))
        if self.since > self.until:
            raise ValueError("a hold ends after it began")

    def days(self) -> tuple[date, date]:
        """The local days that do not count, up to the day of resuming: that one counts again."""
        return _local(self.since).date(), _local(self.until).date()

    def covers(self, day: date) -> bool:
        since, until = self.days()
        return since <= day < until


@dataclass(frozen=True, slots=True)
class Skipped:
    day: date
    why: str


@dataclass(frozen=True, slots=True)
class Due:
    """The moment something is due, with what it takes to explain it."""

    moment: datetime
    skipped: tuple[Skipped, ...]
    anchor: datetime | None = None
    budget: Budget | None = None
    holds: tuple[Hold, ...] = ()  #: those between the anchor and the moment

    def explanation(self) -> str:
        """How the moment came about, for the person who has to meet it."""
        anchor = _local(self.anchor or self.moment)
        budget = self.budget or fixed(self.moment)
        days = [skip for skip in self.skipped if skip.why != ON_HOLD]
        parts = [_term(budget, anchor)]
        parts += [f"overgeslagen: {_skipped(days, anchor.year)}"] if days else []
        parts += [_hold(hold, anchor.year, budget.unit) for hold in self.holds]
        return "; ".join(parts)


def due(anchor: datetime, budget: Budget, calendar: WorkingCalendar, holds: Iterable[Hold] = ()) -> Due:
    """When a budget that starts at the anchor is used up.

    Working days: when the house closes on the n-th working day after the anchor's local day; 0 is the anchor's own
    working day, or the next one when it is none or is over. Calendar days: at closing time n days later, not moved to
    a working day. Time on hold does not count; days are held or not, hours to the second. A fixed moment stays.
    """
    if budget.amount < 0:
        raise ValueError("a term cannot be negative")
    start = _utc(anchor)
    ledger = sorted(holds, key=lambda hold: hold.since)
    match budget.unit:
        case Unit.WORKING_DAYS | Unit.CALENDAR_DAYS:
            moment, skipped = _days_later(start, budget, calendar, ledger)
            ledger = [hold for hold in ledger if any(hold.covers(skip.day) for skip in skipped if skip.why == ON_HOLD)]
        case Unit.WORKING_HOURS:
            moment, skipped = _working_hours_later(start, timedelta(hours=budget.amount), calendar, ledger)
        case Unit.CLOCK_HOURS:
            moment, skipped = _clock_hours_later(start, timedelta(hours=budget.amount), ledger), ()
        case Unit.FIXED:
            moment, skipped, ledger = shift(start, budget, calendar), (), []
        case never:
            assert_never(never)
    ledger = [hold for hold in ledger if start < hold.until and hold.since < moment]
    return Due(moment, skipped, start, budget, tuple(ledger))


def shift(moment: datetime, budget: Budget, calendar: WorkingCalendar) -> datetime:
    """Move a moment forwards or backwards; an amount of 0 leaves it where it is.

    Working days end in the morning: at 9:00 when counting back, at opening time when counting on. Calendar days keep
    the local time of day.
    """
    start = _utc(moment)
    if budget.amount == 0:
        return start if budget.at is None else _utc(budget.at)
    match budget.unit:
        case Unit.WORKING_DAYS:
            return _working_mornings(start, budget.amount, calendar)
        case Unit.WORKING_HOURS:
            return _working_hours_away(start, budget.amount, calendar)
        case Unit.CALENDAR_DAYS:
            return (_local(start) + timedelta(days=budget.amount)).astimezone(UTC)
        case Unit.CLOCK_HOURS | Unit.FIXED:
            return start + timedelta(hours=budget.amount)
        case never:
            assert_never(never)


def next_cutoff(anchor: datetime, weekday: int, at: time, calendar: WorkingCalendar) -> datetime:
    """The first weekly cut-off strictly after the anchor. Monday is 0; one on a day off comes a working day earlier."""
    if weekday not in range(_DAYS_A_WEEK) or at.tzinfo:
        raise ValueError("a cut-off has a weekday from 0 (Monday) to 6 and a local time")
    start = _utc(anchor)
    today = _local(start).date()
    first = today + timedelta(days=(weekday - today.weekday()) % _DAYS_A_WEEK)
    for weeks in range(_LONGEST_WALK // _DAYS_A_WEEK):
        day, _ = _count_days(first + timedelta(weeks=weeks), 1, calendar.why_not, -1)
        if (moment := _at(day, at)) > start:
            return moment
    raise ValueError("no weekly cut-off ahead: the house stays closed")


def within_office_hours(moment: datetime, calendar: WorkingCalendar) -> datetime:
    """The moment itself when the house is open, closing time included; else when it next opens."""
    start = _utc(moment)
    today = _local(start).date()
    if calendar.is_working_day(today) and start <= _at(today, calendar.closes):
        return max(start, _at(today, calendar.opens))
    return _at(calendar.add_working_days(today, 1), calendar.opens)


def _utc(moment: datetime) -> datetime:
    if moment.utcoffset() is None:
        raise ValueError("a moment needs a time zone")
    if moment.year not in YEARS:
        raise ValueError(f"the year {moment.year} is outside the calendar")
    return moment.astimezone(UTC)


def _local(moment: datetime) -> datetime:
    return moment.astimezone(AMSTERDAM)


def _at(day: date, local_time: time) -> datetime:
    return datetime.combine(day, local_time, AMSTERDAM).astimezone(UTC)


def _days(first: date, step: int = 1) -> Iterator[date]:
    for ordinal in range(first.toordinal(), first.toordinal() + step * _LONGEST_WALK, step):
        yield date.fromordinal(ordinal)
    raise ValueError(f"no end in sight within {_LONGEST_WALK} days of {first}")


def _count_days(
    first: date, needed: int, why_not: Callable[[date], str | None], step: int = 1
) -> tuple[date, tuple[Skipped, ...]]:
    """The day on which enough days have counted, the first one included, and the days that did not count."""
    skipped = []
    for day in _days(first, step):
        if (why := why_not(day)) is not None:
            skipped.append(Skipped(day, why))
        elif needed == 1:
            break
        else:
            needed -= 1
    return day, tuple(skipped)


def _days_later(
    start: datetime, budget: Budget, calendar: WorkingCalendar, holds: Sequence[Hold]
) -> tuple[datetime, tuple[Skipped, ...]]:
    today = _local(start).date()
    over, spans = start >= _at(today, calendar.closes), [hold.days() for hold in holds]

    def why_not(day: date) -> str | None:
        if budget.unit is Unit.WORKING_DAYS and (why := calendar.why_not(day)) is not None:
            return why
        if any(since <= day < until for since, until in spans):
            return ON_HOLD
        return AFTER_CLOSING if over and day == today else None

    first = today if budget.amount == 0 else today + _DAY
    day, skipped = _count_days(first, max(budget.amount, 1), why_not)
    return _at(day, calendar.closes), skipped


def _working_hours_later(
    start: datetime, hours: timedelta, calendar: WorkingCalendar, holds: Sequence[Hold]
) -> tuple[datetime, tuple[Skipped, ...]]:
    skipped: list[Skipped] = []
    days = _days(_local(start).date())
    while True:
        if (why := calendar.why_not(day := next(days))) is not None:
            skipped.append(Skipped(day, why))
            continue
        for since, until in _running(max(start, _at(day, calendar.opens)), _at(day, calendar.closes), holds):
            if until - since >= hours:
                return since + hours, tuple(skipped)
            hours -= until - since


def _working_hours_away(start: datetime, n: int, calendar: WorkingCalendar) -> datetime:
    hours, days = timedelta(hours=abs(n)), _days(_local(start).date(), -1)
    if n >= 0:
        return _working_hours_later(start, hours, calendar, ())[0]
    while True:
        if not calendar.is_working_day(day := next(days)):
            continue
        opens, closes = _at(day, calendar.opens), min(start, _at(day, calendar.closes))
        if closes - opens >= hours:
            return closes - hours
        hours -= max(closes - opens, timedelta())


def _working_mornings(start: datetime, n: int, calendar: WorkingCalendar) -> datetime:
    day = calendar.add_working_days(_local(start).date(), n)
    nine_is_open = calendar.opens <= _REMIND_AT < calendar.closes
    return _at(day, _REMIND_AT if n < 0 and nine_is_open else calendar.opens)


def _clock_hours_later(start: datetime, hours: timedelta, holds: Sequence[Hold]) -> datetime:
    moment = start + hours
    for hold in holds:
        if hold.since < moment:
            moment += max(hold.until - max(hold.since, start), timedelta())
            start = max(start, hold.until)
    return moment


def _running(opens: datetime, closes: datetime, holds: Sequence[Hold]) -> Iterator[tuple[datetime, datetime]]:
    """The stretches between opening and closing in which the clock runs. Holds come in order and may overlap."""
    for hold in holds:
        if opens < min(hold.since, closes):
            yield opens, min(hold.since, closes)
        opens = max(opens, hold.until)
    if opens < closes:
        yield opens, closes


def _term(budget: Budget, anchor: datetime) -> str:
    if budget.at is not None:
        return f"vast moment: {_on(_local(budget.at), timed=True)}"
    if budget == working_days(0):
        return f"eerste werkdag vanaf {_on(anchor)}"
    one, more = _WORDS[budget.unit]
    return f"{budget.amount} {one if budget.amount == 1 else more} na {_on(anchor, timed=budget.unit in _HOURS)}"


def _skipped(skips: Sequence[Skipped], year: int) -> str:
    """The days by name. Many weekend days are only counted, so that the holidays stand out."""
    weekend = sum(skip.why in WEEKEND.values() for skip in skips)
    many = weekend > _LONGEST_LIST
    named = [f"{_on(skip.day, year)} ({skip.why})" for skip in skips if not (many and skip.why in WEEKEND.values())]
    return ", ".join([*named, f"{weekend} weekenddagen"] if many else named)


def _hold(hold: Hold, year: int, unit: Unit) -> str:
    since, until = (_on(_local(edge), year, timed=unit in _HOURS) for edge in (hold.since, hold.until))
    return f"opgeschort van {since} tot {until}"


def _on(day: date, year: int | None = None, *, timed: bool = False) -> str:
    """12 mei 2026; without the year where that is plain, with the time of day where it counts."""
    spoken = f"{day.day} {MONTHS[day.month - 1]}" + ("" if day.year == year else f" {day.year}")
    return f"{spoken} {day:%H.%M} uur" if timed else spoken
