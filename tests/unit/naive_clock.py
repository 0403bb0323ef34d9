"""The clock arithmetic once more, as slow and plain as can be: day by day, quarter by quarter. To compare with.

Of the product only the values are used (budgets, holds, the fields of a calendar): no holiday list, no counting.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from models.clocks import Budget, Hold, Unit, WorkingCalendar

HERE = ZoneInfo("Europe/Amsterdam")
DAY, QUARTER = timedelta(days=1), timedelta(minutes=15)

#: Staatsblad, both decrees that touch these years
DECREED = {
    date(2024, 5, 10), date(2024, 12, 27), date(2025, 5, 30), date(2026, 1, 2), date(2026, 5, 15), date(2027, 5, 7),
    date(2028, 4, 28), date(2028, 5, 26),
}  # fmt: skip


def easter(year: int) -> date:
    """Gauss, as on the back of an almanac."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return date(year, f // 31, f % 31 + 1)


@cache
def holidays(year: int, *, law: bool) -> dict[date, str]:
    """The days off of a year, with a word that their name must hold."""
    sunday, kings_day = easter(year), date(year, 4, 27)
    found = {
        date(year, 1, 1): "Nieuwjaar", sunday: "paas", sunday + DAY: "paas", date(year, 5, 5): "Bevrijding",
        kings_day - DAY if kings_day.weekday() == 6 else kings_day: "Koning", sunday + 39 * DAY: "Hemelvaart",
        sunday + 49 * DAY: "pinkster", sunday + 50 * DAY: "pinkster",
        date(year, 12, 25): "kerst", date(year, 12, 26): "kerst",
    }  # fmt: skip
    if law:
        found[sunday - 2 * DAY] = "Goede Vrijdag"
        found |= {day: "besluit" for day in DECREED if day.year == year}
    return found


def is_off(day: date, calendar: WorkingCalendar) -> bool:
    if day.weekday() >= 5 or day in holidays(day.year, law=calendar.statutory):
        return True
    return day in calendar.closing_days and not calendar.statutory


def wall(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, HERE).astimezone(UTC)


def day_of(moment: datetime) -> date:
    return moment.astimezone(HERE).date()


def walk(first: date, step: int = 1) -> Iterator[date]:
    while True:
        yield first
        first += step * DAY


def next_day(first: date, counts: Callable[[date], bool], step: int = 1) -> date:
    return next(day for day in walk(first, step) if counts(day))


def due(anchor: datetime, budget: Budget, calendar: WorkingCalendar, holds: Sequence[Hold]) -> datetime:
    match budget.unit:
        case Unit.FIXED:
            assert budget.at is not None
            return budget.at
        case Unit.WORKING_DAYS | Unit.CALENDAR_DAYS:
            return wall(_last_day(anchor, budget, calendar, holds), calendar.closes)
        case _:
            return _hours(anchor, budget, calendar, holds)


def _last_day(anchor: datetime, budget: Budget, calendar: WorkingCalendar, holds: Sequence[Hold]) -> date:
    def runs(day: date) -> bool:
        closes = wall(day, calendar.closes)
        return closes > anchor and not any(hold.since < closes <= hold.until for hold in holds)

    def works(day: date) -> bool:
        return runs(day) and not is_off(day, calendar)

    first = day_of(anchor) + (DAY if budget.amount else 0 * DAY)
    by_law = calendar.statutory and budget.unit is Unit.CALENDAR_DAYS
    counts = works if budget.unit is Unit.WORKING_DAYS else runs
    term: list[date] = []
    while len(term) < max(budget.amount, 1):
        term.append(next_day(term[-1] + DAY if term else first, counts))
    if by_law and budget.amount > 90:
        return term[-1]
    if not works(term[-1]):
        term.append(next_day(term[-1], works))
    while by_law and budget.amount >= 3 and sum(works(day) for day in term) < 2:
        term.append(next_day(term[-1] + DAY, works))
    return term[-1]


def _runs(calendar: WorkingCalendar, unit: Unit, moment: datetime) -> bool:
    """Whether the quarter that begins at this moment counts, holds aside."""
    here = moment.astimezone(HERE)
    if unit is Unit.CLOCK_HOURS:
        return True
    return not is_off(here.date(), calendar) and calendar.opens <= here.time() < calendar.closes


def _hours(anchor: datetime, budget: Budget, calendar: WorkingCalendar, holds: Sequence[Hold]) -> datetime:
    left, moment = 4 * budget.amount, anchor
    while True:
        if _runs(calendar, budget.unit, moment) and not any(hold.since <= moment < hold.until for hold in holds):
            if left == 0:
                return moment
            left -= 1
            if left == 0:
                return moment + QUARTER
        moment += QUARTER


def shift(moment: datetime, budget: Budget, calendar: WorkingCalendar) -> datetime:
    n, step = abs(budget.amount), 1 if budget.amount > 0 else -1
    if n == 0 or budget.unit is Unit.CLOCK_HOURS:
        return moment + timedelta(hours=budget.amount)
    if budget.unit is Unit.CALENDAR_DAYS:
        here = moment.astimezone(HERE)
        return wall(here.date() + budget.amount * DAY, here.time())
    if budget.unit is Unit.WORKING_HOURS:
        return _hours(moment, budget, calendar, ()) if step > 0 else _hours_back(moment, n, calendar)
    day = day_of(moment)
    for _ in range(n):
        day = next_day(day + step * DAY, lambda one: not is_off(one, calendar), step)
    at_nine = step < 0 and calendar.opens <= time(9) < calendar.closes
    return wall(day, time(9) if at_nine else calendar.opens)


def _hours_back(moment: datetime, n: int, calendar: WorkingCalendar) -> datetime:
    left = 4 * n
    while left:
        moment -= QUARTER
        left -= _runs(calendar, Unit.WORKING_HOURS, moment)
    return moment


def within_office_hours(moment: datetime, calendar: WorkingCalendar) -> datetime:
    day = day_of(moment)
    if not is_off(day, calendar) and wall(day, calendar.opens) <= moment <= wall(day, calendar.closes):
        return moment
    return next(
        wall(one, calendar.opens) for one in walk(day)
        if not is_off(one, calendar) and wall(one, calendar.opens) >= moment
    )  # fmt: skip


def cutoffs(anchor: datetime, weekday: int, clock: time, calendar: WorkingCalendar) -> Iterator[tuple[date, datetime]]:
    """The weekly cut-offs after the anchor: the day on which each belongs, and when it is."""
    for meant in walk(day_of(anchor) - 14 * DAY):
        if meant.weekday() == weekday:
            day = next_day(meant, lambda one: not is_off(one, calendar), -1)
            if wall(day, clock) > anchor:
                yield meant, wall(day, clock)


def next_triage(
    anchor: datetime, weekday: int, clock: time, triage_weekday: int, calendar: WorkingCalendar
) -> datetime:
    meant, cutoff = next(cutoffs(anchor, weekday, clock, calendar))
    belongs = next(
        day
        for day in walk(meant)
        if day.weekday() == triage_weekday and wall(day, calendar.closes) > wall(meant, clock)
    )
    for step in (-1, 1):
        held = wall(next_day(belongs, lambda one: not is_off(one, calendar), step), calendar.closes)
        if held > cutoff:
            break
    return held
