"""The clock arithmetic for any anchor, budget, calendar and hold of ten years, beside a naive clock that walks."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from models.clocks import (
    AFTER_CLOSING,
    AMSTERDAM,
    MONTHS,
    ON_HOLD,
    WEEKEND,
    Budget,
    Due,
    Hold,
    Unit,
    WorkingCalendar,
    calendar_days,
    clock_hours,
    due,
    fixed,
    next_cutoff,
    next_triage,
    shift,
    within_office_hours,
    working_days,
    working_hours,
)
from tests.unit import naive_clock

PLAIN = WorkingCalendar()
DAY, QUARTER, MOMENT = timedelta(days=1), timedelta(minutes=15), timedelta(microseconds=1)
MONDAY = 0

quick = settings(max_examples=30, deadline=None, database=None)
walked = settings(quick, max_examples=100)

FIRST, LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2034, 6, 30, tzinfo=UTC)
moments = st.datetimes(datetime(2024, 1, 1), datetime(2034, 6, 30)).map(lambda naive: naive.replace(tzinfo=UTC))
quarters = st.integers(0, (LAST - FIRST) // QUARTER).map(lambda n: FIRST + n * QUARTER)
#: near where it gets difficult: the changes of the clocks, and the holidays that come together
EDGES = (
    "2024-03-30", "2024-10-26", "2025-04-17", "2025-12-24", "2026-03-28", "2026-05-13", "2026-12-23", "2027-04-26",
    "2028-03-25", "2028-10-28", "2030-04-18", "2033-10-29",
)  # fmt: skip
edges = st.builds(
    lambda day, n: datetime.fromisoformat(day).replace(tzinfo=UTC) + n * QUARTER,
    st.sampled_from(EDGES), st.integers(-2 * 96, 3 * 96),
)  # fmt: skip
anchors = quarters | edges
#: where the law draws its lines, and terms that people know
AMOUNTS = (0, 1, 2, 3, 4, 14, 30, 42, 89, 90, 91)
amounts = st.sampled_from(AMOUNTS) | st.integers(0, 95)
day_budgets = st.one_of(st.integers(0, 60).map(working_days), amounts.map(calendar_days))
budgets = st.one_of(
    day_budgets,
    st.integers(0, 80).map(working_hours),
    st.integers(0, 300).map(clock_hours),
    moments.map(fixed),
)
shifts = st.one_of(
    st.integers(-40, 40).map(working_days),
    st.integers(-80, 80).map(working_hours),
    st.integers(-300, 300).map(clock_hours),
    st.integers(-90, 90).map(calendar_days),
)
clocks = st.integers(0, 95).map(lambda n: time(n // 4, 15 * (n % 4)))
hours = st.tuples(clocks, clocks).filter(lambda pair: pair[0] < pair[1])
usual_hours = st.sampled_from([(time(9), time(17)), (time(8, 30), time(16, 45)), (time(10), time(22))])


@st.composite
def closed_days(draw: st.DrawFn) -> frozenset[date]:
    """A few closing days and a closed fortnight, near the edges as well."""
    some = draw(st.frozensets(st.dates(date(2024, 1, 1), date(2034, 12, 31)), max_size=12))
    first = draw(st.sampled_from(EDGES).map(date.fromisoformat) | st.dates(date(2024, 1, 1), date(2034, 12, 1)))
    return some | {first + n * DAY for n in range(draw(st.integers(0, 14)))}


calendars = st.builds(
    lambda closed, statutory, open_hours: WorkingCalendar(closed, statutory, *open_hours),
    closed_days(), st.booleans(), hours | usual_hours,
)  # fmt: skip
office_calendars = st.builds(
    lambda closed, statutory, open_hours: WorkingCalendar(closed, statutory, *open_hours),
    closed_days(), st.booleans(), usual_hours,
)  # fmt: skip
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@st.composite
def ledgers(draw: st.DrawFn, anchor: datetime, calendar: WorkingCalendar, size: int = 3) -> list[Hold]:
    """Holds around an anchor: also empty ones, some that touch or overlap, some to the minute of closing."""
    closing = st.integers(-10, 60).map(lambda n: naive_clock.wall(here(anchor).date() + n * DAY, calendar.closes))
    edge = st.integers(-10 * 96, 60 * 96).map(lambda n: anchor + n * QUARTER) | closing
    pairs = draw(st.lists(st.tuples(edge, edge | st.none()), max_size=size))
    whole = [(since, since + draw(st.integers(0, 20)) * DAY if until is None else until) for since, until in pairs]
    return [Hold(*sorted(both)) for both in whole]


def here(moment: datetime) -> datetime:
    return moment.astimezone(AMSTERDAM)


def bare(result: Due) -> tuple[object, ...]:
    return result.moment, result.skipped


# Equal to the naive clock


@walked
@given(anchors, budgets, calendars, st.data())
def test_a_due_moment_is_the_one_that_a_walk_ends_at(
    anchor: datetime, budget: Budget, calendar: WorkingCalendar, data: st.DataObject
) -> None:
    holds = data.draw(ledgers(anchor, calendar))

    assert due(anchor, budget, calendar, holds).moment == naive_clock.due(anchor, budget, calendar, holds)


def test_every_day_of_ten_years_is_on_or_off_as_the_almanac_says() -> None:
    for calendar in (PLAIN, PLAIN.for_law()):
        for day in (date(2024, 1, 1) + n * DAY for n in range(4018)):
            assert calendar.is_working_day(day) is not naive_clock.is_off(day, calendar), day
            word = naive_clock.holidays(day.year, law=calendar.statutory).get(day)
            assert word is None or word in (calendar.why_not(day) or ""), day


def test_every_day_of_ten_years_has_the_due_moment_that_a_walk_ends_at() -> None:
    closed = frozenset(date(year, 12, 27) + n * DAY for year in range(2024, 2035) for n in range(5))
    house = WorkingCalendar(closed)
    for n in range(3653):
        anchor = datetime(2024, 1, 1, 7 + n % 12, tzinfo=UTC) + n * DAY
        budget = working_days(n % 7) if n % 2 else calendar_days(AMOUNTS[n // 4 % len(AMOUNTS)])
        calendar = house if n % 4 < 2 else house.for_law()
        assert due(anchor, budget, calendar).moment == naive_clock.due(anchor, budget, calendar, ()), anchor


@quick
@given(anchors, shifts, office_calendars)
def test_a_moment_moves_to_where_a_walk_ends(moment: datetime, budget: Budget, calendar: WorkingCalendar) -> None:
    assert shift(moment, budget, calendar) == naive_clock.shift(moment, budget, calendar)


@quick
@given(anchors | moments, calendars)
def test_a_house_next_opens_when_a_walk_finds_it_open(moment: datetime, calendar: WorkingCalendar) -> None:
    assert within_office_hours(moment, calendar) == naive_clock.within_office_hours(moment, calendar)


@quick
@given(anchors, st.integers(0, 6), clocks, st.integers(0, 1) | st.integers(0, 6), calendars)
def test_a_cutoff_and_its_triage_are_where_a_walk_finds_them(
    anchor: datetime, weekday: int, clock: time, days_later: int, calendar: WorkingCalendar
) -> None:
    triage_weekday = (weekday + days_later) % 7
    _, cutoff = next(naive_clock.cutoffs(anchor, weekday, clock, calendar))
    assert cutoff > anchor

    for moment in (anchor, cutoff):  # what comes in at the cut-off itself is for the next one
        _, closes = next(naive_clock.cutoffs(moment, weekday, clock, calendar))
        held = naive_clock.next_triage(moment, weekday, clock, triage_weekday, calendar)
        assert next_cutoff(moment, weekday, clock, calendar) == closes
        assert next_triage(moment, weekday, clock, triage_weekday, calendar).moment == held > closes


# Monotone


@quick
@given(anchors, budgets, calendars, st.data())
def test_a_bigger_budget_is_never_due_earlier(
    anchor: datetime, budget: Budget, calendar: WorkingCalendar, data: st.DataObject
) -> None:
    holds = data.draw(ledgers(anchor, calendar))
    most = 90 - budget.amount if calendar.statutory and budget.unit is Unit.CALENDAR_DAYS else 5  # over 90: unextended
    bigger = (
        budget if budget.at else Budget(budget.unit, budget.amount + data.draw(st.integers(0, max(0, min(most, 5)))))
    )

    assert due(anchor, budget, calendar, holds).moment <= due(anchor, bigger, calendar, holds).moment


@quick
@given(anchors, st.integers(0, 40 * 96), budgets, calendars, st.data())
def test_a_later_anchor_is_never_due_earlier(
    anchor: datetime, later: int, budget: Budget, calendar: WorkingCalendar, data: st.DataObject
) -> None:
    holds = data.draw(ledgers(anchor, calendar))
    after = anchor + later * QUARTER

    assert due(anchor, budget, calendar, holds).moment <= due(after, budget, calendar, holds).moment


@quick
@given(anchors, budgets, calendars, st.data())
def test_one_more_closing_day_is_never_due_earlier(
    anchor: datetime, budget: Budget, calendar: WorkingCalendar, data: st.DataObject
) -> None:
    holds = data.draw(ledgers(anchor, calendar))
    before = due(anchor, budget, calendar, holds)
    extra = here(anchor).date() + data.draw(st.integers(0, max((before.moment - anchor).days, 0) + 1)) * DAY
    closed = WorkingCalendar(calendar.closing_days | {extra}, calendar.statutory, calendar.opens, calendar.closes)

    after = due(anchor, budget, closed, holds)

    assert before.moment <= after.moment
    assert before.moment == after.moment or not (calendar.statutory or budget.unit is Unit.CLOCK_HOURS)


@quick
@given(anchors, st.integers(0, 40 * 96), st.tuples(st.integers(0, 6), clocks, st.integers(0, 6)), calendars)
def test_what_comes_in_later_never_goes_to_an_earlier_triage(
    anchor: datetime, later: int, rhythm: tuple[int, time, int], calendar: WorkingCalendar
) -> None:
    first, second = (next_triage(one, *rhythm, calendar) for one in (anchor, anchor + later * QUARTER))

    assert first.moment <= second.moment


@quick
@given(anchors, budgets, calendars, st.data())
def test_nothing_is_due_before_it_was_asked(
    anchor: datetime, budget: Budget, calendar: WorkingCalendar, data: st.DataObject
) -> None:
    result = due(anchor, budget, calendar, data.draw(ledgers(anchor, calendar)))

    assert budget.unit is Unit.FIXED or result.moment >= anchor
    assert result.moment.tzinfo is UTC


# Holds


@quick
@given(anchors, budgets, calendars, st.data())
def test_a_hold_only_ever_pushes_later(
    anchor: datetime, budget: Budget, calendar: WorkingCalendar, data: st.DataObject
) -> None:
    holds = data.draw(ledgers(anchor, calendar))
    by_holds = [due(anchor, budget, calendar, holds[:n]).moment for n in range(len(holds) + 1)]

    assert by_holds == sorted(by_holds)


@quick
@given(anchors, budgets, calendars, st.data())
def test_a_hold_outside_the_term_changes_nothing(
    anchor: datetime, budget: Budget, calendar: WorkingCalendar, data: st.DataObject
) -> None:
    holds = data.draw(ledgers(anchor, calendar, size=2))
    usual = due(anchor, budget, calendar, holds)
    length = data.draw(st.integers(0, 20 * 96)) * QUARTER
    at_once = [timedelta()] if budget.amount else []  # what has no hours to use up waits for a hold that begins then
    gap = data.draw(st.sampled_from([*at_once, MOMENT, QUARTER, 4 * QUARTER, DAY]))
    before = Hold(anchor - length, anchor)
    after = Hold(usual.moment + gap, usual.moment + gap + length)

    assert due(anchor, budget, calendar, [*holds, before]) == usual
    assert due(anchor, budget, calendar, [*holds, after]) == usual


@walked
@given(anchors, budgets, calendars, st.data())
def test_a_hold_of_no_length_changes_nothing(
    anchor: datetime, budget: Budget, calendar: WorkingCalendar, data: st.DataObject
) -> None:
    holds = data.draw(ledgers(anchor, calendar, size=2))
    usual = due(anchor, budget, calendar, holds)
    places = [anchor, usual.moment, usual.moment - QUARTER, *(hold.until for hold in holds)]

    for place in [*places, anchor + data.draw(st.integers(0, 30 * 96)) * QUARTER]:
        assert due(anchor, budget, calendar, [*holds, Hold(place, place)]) == usual


@walked
@given(anchors, budgets, calendars, st.data())
def test_a_hold_may_be_written_down_in_two_pieces(
    anchor: datetime, budget: Budget, calendar: WorkingCalendar, data: st.DataObject
) -> None:
    holds = data.draw(ledgers(anchor, calendar, size=2))
    since = anchor + data.draw(st.integers(-96, 30 * 96)) * QUARTER
    parts = [data.draw(st.integers(0, 10 * 96)) * QUARTER for _ in range(2)]
    whole = Hold(since, since + sum(parts, timedelta()))
    pieces = [Hold(since, since + parts[0]), Hold(since + parts[0], whole.until)]

    assert bare(due(anchor, budget, calendar, [*holds, whole])) == bare(
        due(anchor, budget, calendar, [*holds, *pieces])
    )


@quick
@given(anchors, budgets, calendars, st.data())
def test_the_order_of_the_holds_does_not_matter(
    anchor: datetime, budget: Budget, calendar: WorkingCalendar, data: st.DataObject
) -> None:
    holds = data.draw(ledgers(anchor, calendar))

    assert len({due(anchor, budget, calendar, order) for order in permutations(holds)}) == 1


@quick
@given(anchors, st.integers(0, 300), st.data())
def test_clock_hours_run_exactly_while_no_hold_does(anchor: datetime, n: int, data: st.DataObject) -> None:
    holds = data.draw(ledgers(anchor, PLAIN, size=1))
    moment = due(anchor, clock_hours(n), PLAIN, holds).moment
    stood = sum((max(min(h.until, moment) - max(h.since, anchor), timedelta()) for h in holds), timedelta())

    assert moment - anchor == timedelta(hours=n) + stood


@quick
@given(anchors, st.integers(0, 100), st.integers(0, 100), calendars, st.data())
def test_working_hours_may_be_spent_in_two_goes(
    anchor: datetime, one: int, other: int, calendar: WorkingCalendar, data: st.DataObject
) -> None:
    holds = data.draw(ledgers(anchor, calendar))
    halfway = due(anchor, working_hours(one), calendar, holds).moment

    at_once = due(anchor, working_hours(one + other), calendar, holds).moment
    in_two = due(halfway, working_hours(other), calendar, holds).moment

    assert at_once == in_two or other == 0


# By the clock on the wall


def changes(year: int) -> list[datetime]:
    """When the clocks change: at 01:00 UTC on the last Sunday of March and of October."""
    last = [date(year, month, 31) for month in (3, 10)]
    sundays = [day - ((day.weekday() + 1) % 7) * DAY for day in last]
    return [datetime(day.year, day.month, day.day, 1, tzinfo=UTC) for day in sundays]


def ahead(moment: datetime) -> timedelta:
    """How far the clock on the wall is ahead of UTC."""
    spring, autumn = changes(moment.year)
    return timedelta(hours=2 if spring <= moment < autumn else 1)


@quick
@given(st.integers(2024, 2034), st.integers(0, 1), st.integers(-6 * 96, 96), st.integers(0, 12), calendars)
def test_a_term_in_days_ends_at_the_local_closing_time_on_both_sides_of_a_change(
    year: int, which: int, since: int, n: int, calendar: WorkingCalendar
) -> None:
    anchor = changes(year)[which] + since * QUARTER

    for budget in (working_days(n), calendar_days(n)):
        moment = due(anchor, budget, calendar).moment
        on_the_wall = moment + ahead(moment)
        assert on_the_wall.time() == calendar.closes
        assert not naive_clock.is_off(on_the_wall.date(), calendar)


@quick
@given(st.integers(2024, 2034), st.integers(0, 1), st.integers(-3 * 96, 96), st.integers(0, 100))
def test_clock_hours_are_real_hours_over_a_change(year: int, which: int, since: int, n: int) -> None:
    anchor = changes(year)[which] + since * QUARTER

    assert due(here(anchor), clock_hours(n), PLAIN).moment - anchor == n * timedelta(hours=1)
    assert shift(shift(anchor, clock_hours(n), PLAIN), clock_hours(-n), PLAIN) == anchor


@quick
@given(st.integers(2024, 2034), st.integers(0, 1), st.integers(-3 * 96, 96), st.integers(0, 40), office_calendars)
def test_working_hours_are_hours_that_the_house_was_open_over_a_change(
    year: int, which: int, since: int, n: int, calendar: WorkingCalendar
) -> None:
    anchor = changes(year)[which] + since * QUARTER
    start = due(anchor, working_hours(0), calendar).moment
    ends = due(anchor, working_hours(n), calendar).moment

    assert naive_clock._hours_back(ends, n, calendar) == start or n == 0
    assert calendar.opens <= (ends + ahead(ends)).time() <= calendar.closes


@quick
@given(anchors, budgets, calendars, offsets, st.data())
def test_the_zone_in_which_a_moment_is_written_does_not_matter(
    anchor: datetime, budget: Budget, calendar: WorkingCalendar, zone: timezone, data: st.DataObject
) -> None:
    holds = data.draw(ledgers(anchor, calendar))
    abroad = anchor.astimezone(zone)
    elsewhere = [Hold(h.since.astimezone(zone), h.until.astimezone(zone)) for h in holds]

    assert due(abroad, budget, calendar, elsewhere) == due(anchor, budget, calendar, holds)
    assert due(abroad, budget, calendar).explanation() == due(anchor, budget, calendar).explanation()
    assert shift(abroad, budget, calendar) == shift(anchor, budget, calendar)
    assert within_office_hours(abroad, calendar) == within_office_hours(anchor, calendar)
    assert next_cutoff(abroad, MONDAY, time(12), calendar) == next_cutoff(anchor, MONDAY, time(12), calendar)


@quick
@given(anchors, budgets, calendars)
def test_a_due_moment_survives_being_written_by_the_clock_on_the_wall(
    anchor: datetime, budget: Budget, calendar: WorkingCalendar
) -> None:
    moment = due(anchor, budget, calendar).moment

    assert datetime.fromisoformat(here(moment).isoformat()).astimezone(UTC) == moment
    assert here(moment).utcoffset() == ahead(moment)


# Explanations


def explained_days(result: Due) -> list[tuple[date, str]]:
    return [(skip.day, skip.why) for skip in result.skipped if skip.why not in {ON_HOLD, *WEEKEND.values()}]


@quick
@given(anchors, budgets, calendars, st.data())
def test_an_explanation_names_every_holiday_and_closing_day_that_was_skipped(
    anchor: datetime, budget: Budget, calendar: WorkingCalendar, data: st.DataObject
) -> None:
    result = due(anchor, budget, calendar, data.draw(ledgers(anchor, calendar)))
    sentence = result.explanation()

    for day, why in explained_days(result):
        year = "" if day.year == here(anchor).year else f" {day.year}"
        assert f"{day.day} {MONTHS[day.month - 1]}{year} ({why})" in sentence
    assert all(naive_clock.is_off(day, calendar) or why == AFTER_CLOSING for day, why in explained_days(result))
    assert ("overgeslagen" in sentence) is any(skip.why != ON_HOLD for skip in result.skipped)
    assert sentence.count("opgeschort van") == len(result.holds)
    weekend = sum(skip.why in WEEKEND.values() for skip in result.skipped)
    assert (f"{weekend} weekenddagen" in sentence) is (weekend > 6)


@quick
@given(anchors, day_budgets, calendars, st.data())
def test_the_days_that_counted_and_the_days_that_were_skipped_are_all_the_days(
    anchor: datetime, budget: Budget, calendar: WorkingCalendar, data: st.DataObject
) -> None:
    result = due(anchor, budget, calendar, data.draw(ledgers(anchor, calendar)))
    last, first = here(result.moment).date(), here(anchor).date() + (DAY if budget.amount else 0 * DAY)
    days = [first + n * DAY for n in range((last - first).days + 1)]
    skipped = [skip.day for skip in result.skipped]

    assert len(days) == max(budget.amount, 1) + len(skipped)
    assert skipped == sorted(set(skipped) & set(days))
    assert last not in skipped


@quick
@given(anchors, st.integers(1, 60), calendars, st.data())
def test_a_hold_pushes_later_by_exactly_the_held_working_days(
    anchor: datetime, n: int, calendar: WorkingCalendar, data: st.DataObject
) -> None:
    holds = data.draw(ledgers(anchor, calendar))
    result = due(anchor, working_days(n), calendar, holds)
    first, last = here(anchor).date(), here(result.moment).date()
    days = [first + m * DAY for m in range(1, (last - first).days + 1)]
    held = [skip.day for skip in result.skipped if skip.why == ON_HOLD]

    assert len([day for day in days if calendar.is_working_day(day)]) == n + len(held)
    assert all(_stood_still(day, calendar, holds) for day in held)


def _stood_still(day: date, calendar: WorkingCalendar, holds: Sequence[Hold]) -> bool:
    closes = datetime.combine(day, calendar.closes, AMSTERDAM).astimezone(UTC)
    return any(hold.since < closes <= hold.until for hold in holds)


# There and back


@quick
@given(st.dates(date(2024, 1, 1), date(2034, 6, 30)), st.integers(-200, 200), calendars)
def test_working_days_there_and_back_come_home(day: date, n: int, calendar: WorkingCalendar) -> None:
    start = calendar.add_working_days(day, 0)

    assert calendar.add_working_days(calendar.add_working_days(start, n), -n) == start


@quick
@given(moments, st.integers(-500, 500))
def test_clock_hours_there_and_back_come_home(moment: datetime, n: int) -> None:
    assert shift(shift(moment, clock_hours(n), PLAIN), clock_hours(-n), PLAIN) == moment


@quick
@given(moments, st.integers(0, 200), calendars)
def test_working_hours_there_and_back_come_home(moment: datetime, n: int, calendar: WorkingCalendar) -> None:
    start = due(moment, working_hours(0), calendar).moment  # open, and not just about to close

    assert shift(shift(start, working_hours(n), calendar), working_hours(-n), calendar) == start


@quick
@given(moments, st.integers(1, 60), calendars)
def test_shifted_working_days_land_in_the_morning_of_a_working_day(
    moment: datetime, n: int, calendar: WorkingCalendar
) -> None:
    back, on = (shift(moment, working_days(amount), calendar).astimezone(AMSTERDAM) for amount in (-n, n))

    assert back < moment < on
    assert (back.time(), on.time()) == (
        time(9) if calendar.opens <= time(9) < calendar.closes else calendar.opens,
        calendar.opens,
    )
    assert calendar.is_working_day(back.date())
    assert calendar.is_working_day(on.date())


@quick
@given(moments, st.integers(1, 200), calendars, st.data())
def test_working_hours_never_end_outside_office_hours(
    anchor: datetime, n: int, calendar: WorkingCalendar, data: st.DataObject
) -> None:
    ends = due(anchor, working_hours(n), calendar, data.draw(ledgers(anchor, calendar))).moment

    assert within_office_hours(ends, calendar) == ends


@quick
@given(moments, moments, calendars)
def test_office_hours_keep_the_order_of_moments(one: datetime, other: datetime, calendar: WorkingCalendar) -> None:
    early, late = sorted((one, other))

    assert within_office_hours(early, calendar) <= within_office_hours(late, calendar)
    assert within_office_hours(early, calendar) >= early
