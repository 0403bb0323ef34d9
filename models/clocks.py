"""Terms: when something is due, and which days were skipped on the way.

Pure arithmetic: local time in the Netherlands going in, aware UTC coming out. Nothing here reads the clock.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import assert_never

from models.calendars import (
    AMSTERDAM,
    DAY,
    MONTHS,
    MOST_WORKING_DAYS,
    WEEKDAYS,
    WEEKEND,
    YEARS,
    Skipped,
    WhyNot,
    WorkingCalendar,
    at,
    count_days,
    days_from,
    local,
    utc,
    within_office_hours,
)

ON_HOLD, AFTER_CLOSING = "opgeschort", "na sluitingstijd"

_DAYS_A_WEEK = 7
_LONGEST_LIST = 6  # weekend days that are still named one by one
_REMIND_AT = time(9)
_NEVER = datetime.max.replace(tzinfo=UTC)

#: in days: a term set by law from the first on has two working days (Algemene termijnenwet, article 2); one over the
#: second ends where it ends (article 4)
_LAW_FROM, _LAW_UP_TO = 3, 90


class Unit(StrEnum):
    WORKING_DAYS = "working_days"  #: whole working days, until the house closes
    WORKING_HOURS = "working_hours"  #: only while the house is open
    CLOCK_HOURS = "clock_hours"  #: real hours, day and night
    CALENDAR_DAYS = "calendar_days"  #: all days count, but the last one is a working day
    FIXED = "fixed"  #: a moment that was agreed; nothing moves it


#: what one budget may ask for: 5000 days, in each unit
_LIMITS = {Unit.WORKING_DAYS: MOST_WORKING_DAYS, Unit.CALENDAR_DAYS: 5_000, Unit.FIXED: 0}
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
            utc(self.at)


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
class Hold:
    """The clock stood still from `since` until `until`, which may lie ahead. Kept in UTC."""

    since: datetime
    until: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "since", utc(self.since))
        object.__setattr__(self, "until", utc(self.until))
        if self.since > self.until:
            raise ValueError("a hold ends after it began")

    def covers(self, moment: datetime) -> bool:
        """Whether the clock stood still right up to this moment: one that is when the hold begins, it leaves alone."""
        return self.since < moment <= self.until


@dataclass(frozen=True, slots=True)
class Due:
    """The moment something is due, with what it takes to explain it."""

    moment: datetime
    skipped: tuple[Skipped, ...]
    anchor: datetime | None = None
    budget: Budget | None = None
    holds: tuple[Hold, ...] = ()  #: those between the anchor and the moment
    told: str = ""  #: said instead of the budget

    def explanation(self) -> str:
        """How the moment came about, for the person who has to meet it."""
        anchor = local(self.anchor or self.moment)
        budget = self.budget or fixed(self.moment)
        days = [skip for skip in self.skipped if skip.why != ON_HOLD]
        parts = [self.told or _term(budget, anchor)]
        parts += [f"overgeslagen: {_skipped(days, anchor.year)}"] if days else []
        parts += [_hold(hold, anchor.year, budget.unit) for hold in self.holds]
        return "; ".join(parts)


def due(anchor: datetime, budget: Budget, calendar: WorkingCalendar, holds: Iterable[Hold] = ()) -> Due:
    """When a budget that starts at the anchor is used up.

    Working days: when the house closes on the n-th working day after the anchor's local day; 0 is the anchor's own
    working day, or the next one when it is none or is over. Calendar days: at closing time n days later, or else on the
    next working day. Time on hold does not count; a day is held when it closes on hold, hours are to the second. A
    fixed moment stays.
    """
    if budget.amount < 0:
        raise ValueError("a term cannot be negative")
    start = utc(anchor)
    ledger = sorted(holds, key=lambda hold: (hold.since, hold.until))
    match budget.unit:
        case Unit.WORKING_DAYS | Unit.CALENDAR_DAYS:
            moment, skipped = _days_later(start, budget, calendar, ledger)
            stood_still = [at(skip.day, calendar.closes) for skip in skipped if skip.why == ON_HOLD]
            ledger = [hold for hold in ledger if any(hold.covers(moment) for moment in stood_still)]
        case Unit.WORKING_HOURS:
            moment, skipped = _working_hours_later(start, timedelta(hours=budget.amount), calendar, ledger)
        case Unit.CLOCK_HOURS:
            moment, skipped = _clock_hours_later(start, timedelta(hours=budget.amount), ledger), ()
        case Unit.FIXED:
            moment, skipped, ledger = shift(start, budget, calendar), (), []
        case never:
            assert_never(never)
    ledger = [hold for hold in ledger if start < hold.until and hold.since < min(moment, hold.until)]
    return Due(moment, skipped, start, budget, tuple(ledger))


def shift(moment: datetime, budget: Budget, calendar: WorkingCalendar) -> datetime:
    """Move a moment forwards or backwards; an amount of 0 leaves it where it is.

    Working days end in the morning: at 9:00 when counting back, at opening time when counting on. Calendar days keep
    the local time of day.
    """
    start = utc(moment)
    if budget.amount == 0:
        return start if budget.at is None else utc(budget.at)
    match budget.unit:
        case Unit.WORKING_DAYS:
            return _working_morning(local(start).date(), budget.amount, calendar)
        case Unit.WORKING_HOURS:
            return _working_hours_away(start, budget.amount, calendar)
        case Unit.CALENDAR_DAYS:
            return (local(start) + timedelta(days=budget.amount)).astimezone(UTC)
        case Unit.CLOCK_HOURS | Unit.FIXED:
            return start + timedelta(hours=budget.amount)
        case never:
            assert_never(never)


def next_cutoff(anchor: datetime, weekday: int, clock: time, calendar: WorkingCalendar) -> datetime:
    """The first weekly cut-off strictly after the anchor. Monday is 0; one on a day off comes a working day earlier."""
    return _next_cutoff(utc(anchor), weekday, clock, calendar)[1]


def next_triage(anchor: datetime, weekday: int, clock: time, triage_weekday: int, calendar: WorkingCalendar) -> Due:
    """The weekly triage that deals with what came in at the anchor: the one of the first cut-off after it.

    Due when the house closes on that day. A triage on a day off is held a working day earlier, like the cut-off; when
    that would be before the cut-off, a working day later.
    """
    start = utc(anchor)
    meant, cutoff, moved = _next_cutoff(start, weekday, clock, calendar)
    same_day = clock < calendar.closes
    meant += timedelta(days=(triage_weekday - weekday) % _DAYS_A_WEEK or (0 if same_day else _DAYS_A_WEEK))
    day, skipped = count_days(meant, 1, calendar.looked_up(), -1)
    if at(day, calendar.closes) <= cutoff:
        day, skipped = count_days(meant, 1, calendar.looked_up())
    moment = at(day, calendar.closes)
    named = tuple(sorted({*moved, *skipped}, key=lambda skip: skip.day))
    return Due(moment, named, start, fixed(moment), told=_triage(cutoff, day, local(start).year))


def _next_cutoff(
    start: datetime, weekday: int, clock: time, calendar: WorkingCalendar
) -> tuple[date, datetime, tuple[Skipped, ...]]:
    """The day on which the cut-off belongs, when it is, and the days off that came between."""
    if weekday not in range(_DAYS_A_WEEK) or clock.tzinfo:
        raise ValueError("a cut-off has a weekday from 0 (Monday) to 6 and a local time")
    today = local(start).date()
    first = today + timedelta(days=(weekday - today.weekday()) % _DAYS_A_WEEK)
    for meant in days_from(first, _DAYS_A_WEEK):
        day, skipped = count_days(meant, 1, calendar.looked_up(), -1)
        if (moment := at(day, clock)) > start:
            break
    return meant, moment, skipped


def _days_later(
    start: datetime, budget: Budget, calendar: WorkingCalendar, holds: Sequence[Hold]
) -> tuple[datetime, tuple[Skipped, ...]]:
    today, needed = local(start).date(), max(budget.amount, 1)
    over = start >= at(today, calendar.closes)

    def stood_still(day: date) -> str | None:
        if over and day == today:
            return AFTER_CLOSING
        return ON_HOLD if holds and any(hold.covers(at(day, calendar.closes)) for hold in holds) else None

    first = today if budget.amount == 0 else today + DAY
    day, skipped = _count(first, needed, _must_work(budget, calendar), calendar.looked_up(), stood_still)
    return at(day, calendar.closes), skipped


def _must_work(budget: Budget, calendar: WorkingCalendar) -> int:
    """How many of the days that count are working days at least; if any, then the last one is."""
    if budget.unit is Unit.WORKING_DAYS:
        return max(budget.amount, 1)
    if calendar.statutory and budget.amount > _LAW_UP_TO:
        return 0
    return 2 if calendar.statutory and budget.amount >= _LAW_FROM else 1


def _count(
    first: date, needed: int, must_work: int, why_not: WhyNot, stood_still: WhyNot
) -> tuple[date, tuple[Skipped, ...]]:
    """The day on which enough days have counted; a day off counts as long as enough working days can still follow."""
    skipped, worked = [], 0
    for day in days_from(first):
        off = why_not(day)
        narrow = must_work > 0 and (needed == 1 or needed <= must_work - worked)
        if (why := (off if narrow else None) or stood_still(day)) is not None:
            skipped.append(Skipped(day, why))
            continue
        worked += off is None
        needed -= 1
        if needed == 0:
            break
    return day, tuple(skipped)


def _working_hours_later(
    start: datetime, hours: timedelta, calendar: WorkingCalendar, holds: Sequence[Hold]
) -> tuple[datetime, tuple[Skipped, ...]]:
    skipped: list[Skipped] = []
    days = days_from(local(start).date())
    while True:
        if (why := calendar.why_not(day := next(days))) is not None:
            skipped.append(Skipped(day, why))
            continue
        for since, until in _running(max(start, at(day, calendar.opens)), at(day, calendar.closes), holds):
            if until - since >= hours:
                return since + hours, tuple(skipped)
            hours -= until - since


def _working_hours_away(start: datetime, n: int, calendar: WorkingCalendar) -> datetime:
    hours, days = timedelta(hours=abs(n)), days_from(local(start).date(), -1)
    if n >= 0:
        return _working_hours_later(start, hours, calendar, ())[0]
    while True:
        if not calendar.is_working_day(day := next(days)):
            continue
        opens, closes = at(day, calendar.opens), min(start, at(day, calendar.closes))
        if closes - opens >= hours:
            return closes - hours
        hours -= max(closes - opens, timedelta())


@lru_cache(maxsize=4096)  # a ladder asks it for every step, and many duties are due on the same day
def _working_morning(day: date, n: int, calendar: WorkingCalendar) -> datetime:
    nine_is_open = calendar.opens <= _REMIND_AT < calendar.closes
    return at(calendar.add_working_days(day, n), _REMIND_AT if n < 0 and nine_is_open else calendar.opens)


def _clock_hours_later(start: datetime, hours: timedelta, holds: Sequence[Hold]) -> datetime:
    stretches = _running(start, _NEVER, holds)
    since, until = next(stretches)
    while until - since < hours:
        hours -= until - since
        since, until = next(stretches)
    return since + hours


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
        return f"vast moment: {_on(local(budget.at), timed=True)}"
    if budget.amount == 0 and budget.unit not in _HOURS:
        return f"eerste werkdag vanaf {_on(anchor)}"
    one, more = _WORDS[budget.unit]
    return f"{budget.amount} {one if budget.amount == 1 else more} na {_on(anchor, timed=budget.unit in _HOURS)}"


def _triage(cutoff: datetime, day: date, year: int) -> str:
    """In before Monday 12:00: triage of Tuesday 8 December. The cut-off with its date too when that is longer ago."""
    before, of = local(cutoff), f"{WEEKDAYS[day.weekday()]} {_on(day, year)}"
    dated = f" {_on(before, year)}" if day - before.date() >= timedelta(days=_DAYS_A_WEEK) else ""
    return f"binnen vóór {WEEKDAYS[before.weekday()]}{dated} {before:%H.%M} uur: triage van {of}"


def _skipped(skips: Sequence[Skipped], year: int) -> str:
    """The days by name. Many weekend days are only counted, so that the holidays stand out."""
    weekend = sum(skip.why in WEEKEND.values() for skip in skips)
    many = weekend > _LONGEST_LIST
    named = [f"{_on(skip.day, year)} ({skip.why})" for skip in skips if not (many and skip.why in WEEKEND.values())]
    return ", ".join([*named, f"{weekend} weekenddagen"] if many else named)


def _hold(hold: Hold, year: int, unit: Unit) -> str:
    since, until = (_on(local(edge), year, timed=unit in _HOURS) for edge in (hold.since, hold.until))
    return f"opgeschort van {since} tot {until}"


def _on(day: date, year: int | None = None, *, timed: bool = False) -> str:
    """12 mei 2026; without the year where that is plain, with the time of day where it counts."""
    spoken = f"{day.day} {MONTHS[day.month - 1]}" + ("" if day.year == year else f" {day.year}")
    return f"{spoken} {day:%H.%M} uur" if timed else spoken


__all__ = [
    "AFTER_CLOSING", "AMSTERDAM", "MONTHS", "ON_HOLD", "WEEKDAYS", "WEEKEND", "YEARS", "Budget", "Due", "Hold",
    "Skipped", "Unit", "WorkingCalendar", "calendar_days", "clock_hours", "due", "fixed", "next_cutoff", "next_triage",
    "shift", "within_office_hours", "working_days", "working_hours",
]  # fmt: skip
