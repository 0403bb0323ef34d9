"""Terms, working days, holds and cut-offs, by the Dutch calendar of 2024 to 2034."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from models.clocks import (
    AMSTERDAM,
    YEARS,
    Budget,
    Due,
    Hold,
    Skipped,
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

PLAIN = WorkingCalendar()
STATUTORY = WorkingCalendar(statutory=True)
DAY = timedelta(days=1)
MONDAY, THURSDAY, SUNDAY = 0, 3, 6

#: Goede Vrijdag, Tweede Paasdag, Koningsdag, Hemelvaart, Tweede Pinksterdag; copied from printed calendars
MOVABLE = {
    2024: ("03-29", "04-01", "04-27", "05-09", "05-20"),
    2025: ("04-18", "04-21", "04-26", "05-29", "06-09"),
    2026: ("04-03", "04-06", "04-27", "05-14", "05-25"),
    2027: ("03-26", "03-29", "04-27", "05-06", "05-17"),
    2028: ("04-14", "04-17", "04-27", "05-25", "06-05"),
    2029: ("03-30", "04-02", "04-27", "05-10", "05-21"),
    2030: ("04-19", "04-22", "04-27", "05-30", "06-10"),
    2031: ("04-11", "04-14", "04-26", "05-22", "06-02"),
    2032: ("03-26", "03-29", "04-27", "05-06", "05-17"),
    2033: ("04-15", "04-18", "04-27", "05-26", "06-06"),
    2034: ("04-07", "04-10", "04-27", "05-18", "05-29"),
}
ALWAYS = ("01-01", "05-05", "12-25", "12-26")
DECREED: tuple[str, ...] = ("2024-05-10", "2024-12-27", "2025-05-30")
DECREED += ("2026-01-02", "2026-05-15", "2027-05-07", "2028-04-28", "2028-05-26")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


def days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + n * DAY for n in range((date(year + 1, 1, 1) - first).days)]


def off(year: int, *month_days: str) -> set[date]:
    return {date.fromisoformat(f"{year}-{month_day}") for month_day in month_days}


def weekdays_off(calendar: WorkingCalendar, year: int) -> set[date]:
    return {day for day in days_of(year) if day.weekday() < 5 and not calendar.is_working_day(day)}


def on_weekdays(days: set[date]) -> set[date]:
    return {day for day in days if day.weekday() < 5}


# The calendar


@pytest.mark.parametrize("year", MOVABLE)
def test_the_working_calendar_has_exactly_the_dutch_days_without_goede_vrijdag(year: int) -> None:
    assert weekdays_off(PLAIN, year) == on_weekdays(off(year, *ALWAYS, *MOVABLE[year][1:]))


@pytest.mark.parametrize("year", MOVABLE)
def test_the_statutory_calendar_adds_goede_vrijdag_and_the_decreed_days(year: int) -> None:
    extra = {date.fromisoformat(day) for day in DECREED if day.startswith(str(year))}
    assert weekdays_off(STATUTORY, year) == on_weekdays(off(year, *ALWAYS, *MOVABLE[year])) | extra


@pytest.mark.parametrize("year", MOVABLE)
def test_nobody_works_on_saturday_or_sunday(year: int) -> None:
    assert not any(PLAIN.is_working_day(day) for day in days_of(year) if day.weekday() >= 5)


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2026-05-12", None),
        ("2026-05-16", "zaterdag"),
        ("2026-05-17", "zondag"),
        ("2026-01-01", "Nieuwjaarsdag"),
        ("2026-04-03", None),
        ("2026-04-06", "Tweede paasdag"),
        ("2026-04-27", "Koningsdag"),
        ("2025-04-26", "Koningsdag"),  # the 27th is a Sunday
        ("2025-04-27", "zondag"),
        ("2031-04-26", "Koningsdag"),
        ("2031-04-27", "zondag"),
        ("2025-04-28", None),
        ("2025-05-05", "Bevrijdingsdag"),  # lustrum
        ("2026-05-05", "Bevrijdingsdag"),  # no lustrum
        ("2016-05-05", "Bevrijdingsdag en Hemelvaartsdag"),
        ("2026-05-14", "Hemelvaartsdag"),
        ("2026-05-15", None),
        ("2026-05-25", "Tweede pinksterdag"),
        ("2026-12-25", "Eerste kerstdag"),
        ("2028-02-29", None),
        ("2026-12-24", "sluitingsdag"),
        ("2026-12-26", "Tweede kerstdag"),  # a closing day too, and a Saturday
        ("2026-12-27", "zondag"),  # a closing day too
    ],
)
def test_a_day_off_says_why(day: str, why: str | None) -> None:
    calendar = WorkingCalendar(closing_days=frozenset({date(2026, 12, 24), date(2026, 12, 26), date(2026, 12, 27)}))

    assert calendar.why_not(date.fromisoformat(day)) == why
    assert calendar.is_working_day(date.fromisoformat(day)) is (why is None)


@pytest.mark.parametrize("year", range(2029, 2035))
def test_no_day_is_called_decreed_in_a_year_without_a_decree(year: int) -> None:
    days = days_of(year)
    half_a_year = due(datetime(year, 1, 1, 10, tzinfo=AMSTERDAM), working_days(120), STATUTORY)

    assert "bij besluit aangewezen dag" not in {STATUTORY.why_not(day) for day in days}
    assert "besluit" not in half_a_year.explanation()


def test_a_term_that_a_law_sets_does_not_know_the_closing_days_of_the_house() -> None:
    closed = frozenset({date(2026, 12, 24), date(2026, 12, 28)})
    house = WorkingCalendar(
        closed, opens=time(8), closes=time(16), closing_names=frozenset({(date(2026, 12, 24), "x")})
    )
    law = house.for_law()

    assert (law.opens, law.closes, law.statutory) == (time(8), time(16), True)
    assert [law.why_not(day) for day in sorted(closed)] == [None, None]
    assert WorkingCalendar(closed, statutory=True).why_not(date(2026, 12, 24)) is None
    assert due(local("2026-11-24 10:00"), calendar_days(30), law).moment == local("2026-12-24 16:00")
    assert due(local("2026-11-24 10:00"), calendar_days(30), house).moment == local("2026-12-29 16:00")


def test_a_closing_day_with_a_name_is_called_by_it() -> None:
    day = date(2026, 12, 24)
    house = WorkingCalendar(frozenset({day}), closing_names=frozenset({(day, "kerstborrel")}))

    assert due(local("2026-12-23 10:00"), working_days(1), house).explanation() == (
        "1 werkdag na 23 december 2026; overgeslagen: 24 december (kerstborrel), 25 december (Eerste kerstdag), "
        "26 december (Tweede kerstdag), 27 december (zondag)"
    )


def test_the_statutory_calendar_names_its_extra_days() -> None:
    assert STATUTORY.why_not(date(2026, 4, 3)) == "Goede Vrijdag"
    assert {STATUTORY.why_not(date.fromisoformat(day)) for day in DECREED} == {"bij besluit aangewezen dag"}


@pytest.mark.parametrize(
    ("ends", "moves_to"),
    [
        ("2026-05-14", "2026-05-18"),
        ("2026-04-03", "2026-04-07"),
        ("2026-05-05", "2026-05-06"),
        ("2026-12-25", "2026-12-28"),
        ("2026-05-13", "2026-05-13"),
    ],
)
def test_a_statutory_term_that_ends_on_a_day_off_moves_on(ends: str, moves_to: str) -> None:
    assert STATUTORY.add_working_days(date.fromisoformat(ends), 0) == date.fromisoformat(moves_to)


@pytest.mark.parametrize(
    ("start", "n", "end"),
    [
        ("2026-05-12", 1, "2026-05-13"),
        ("2026-05-12", 5, "2026-05-20"),
        ("2026-05-16", 1, "2026-05-18"),
        ("2026-05-16", 0, "2026-05-18"),
        ("2026-05-18", -1, "2026-05-15"),
        ("2026-05-16", -1, "2026-05-15"),
        ("2026-05-20", -5, "2026-05-12"),
        ("2028-02-28", 1, "2028-02-29"),
        ("2027-02-26", 1, "2027-03-01"),
        ("2025-04-25", 1, "2025-04-28"),
        ("2027-05-04", 1, "2027-05-07"),  # 5 May, then Hemelvaart on the 6th
        ("2032-05-04", 1, "2032-05-07"),
        ("2026-12-24", 1, "2026-12-28"),
        ("2026-12-31", 1, "2027-01-04"),
    ],
)
def test_working_days_are_counted_over_weekends_and_holidays(start: str, n: int, end: str) -> None:
    assert PLAIN.add_working_days(date.fromisoformat(start), n) == date.fromisoformat(end)


def test_the_calendar_wants_a_day_and_not_a_moment() -> None:
    with pytest.raises(TypeError, match="local date"):
        PLAIN.is_working_day(local("2026-04-27 10:00"))


@pytest.mark.parametrize("year", [1965, 2101])
def test_years_without_known_holidays_are_refused_instead_of_counted_as_working_days(year: int) -> None:
    with pytest.raises(ValueError, match="holidays"):
        PLAIN.is_working_day(date(year, 12, 25))


def test_every_year_within_reach_has_its_holidays() -> None:
    assert all(PLAIN.why_not(date(year, 12, 25)) == "Eerste kerstdag" for year in YEARS)
    assert all(PLAIN.why_not(date(year, 5, 5)) for year in range(1990, 2101))


@pytest.mark.parametrize(
    ("opens", "closes"), [(time(17), time(9)), (time(9), time(9)), (time(9, tzinfo=UTC), time(17))]
)
def test_a_house_opens_before_it_closes_in_local_time(opens: time, closes: time) -> None:
    with pytest.raises(ValueError, match="opens before it closes"):
        WorkingCalendar(opens=opens, closes=closes)


def test_a_house_that_never_opens_is_refused_instead_of_counted_forever() -> None:
    first = date(2026, 1, 1)
    closed = WorkingCalendar(closing_days=frozenset(first + n * DAY for n in range(25_000)))

    with pytest.raises(ValueError, match="no end in sight"):
        due(local("2026-01-05 10:00"), working_days(1), closed)
    with pytest.raises(ValueError, match="no end in sight"):
        due(local("2026-01-05 10:00"), working_hours(1), closed)
    with pytest.raises(ValueError, match="no end in sight"):
        within_office_hours(local("2026-01-05 10:00"), closed)


# Budgets and holds


@pytest.mark.parametrize(
    ("unit", "limit"),
    [
        (Unit.WORKING_DAYS, 5_000),
        (Unit.CALENDAR_DAYS, 5_000),
        (Unit.WORKING_HOURS, 40_000),
        (Unit.CLOCK_HOURS, 120_000),
    ],
)
def test_a_budget_of_more_than_five_thousand_days_is_refused(unit: Unit, limit: int) -> None:
    assert due(local("2026-05-12 10:00"), Budget(unit, limit), PLAIN).moment > local("2039-01-01")
    for amount in (limit + 1, -limit - 1):
        with pytest.raises(ValueError, match="over the limit"):
            Budget(unit, amount)


def test_more_than_five_thousand_working_days_are_refused_by_the_calendar_too() -> None:
    with pytest.raises(ValueError, match="over the limit"):
        PLAIN.add_working_days(date(2026, 5, 12), 5_001)


def test_a_fixed_budget_has_a_moment_and_the_others_have_none() -> None:
    with pytest.raises(ValueError, match="has a moment"):
        Budget(Unit.FIXED, 0)
    with pytest.raises(ValueError, match="has a moment"):
        Budget(Unit.WORKING_DAYS, 1, local("2026-05-12 10:00"))


@pytest.mark.parametrize("unit", [unit for unit in Unit if unit is not Unit.FIXED])
def test_a_term_cannot_be_negative(unit: Unit) -> None:
    with pytest.raises(ValueError, match="cannot be negative"):
        due(local("2026-05-12 10:00"), Budget(unit, -1), PLAIN)


def test_naive_moments_are_refused_everywhere() -> None:
    naive = datetime(2026, 5, 12, 10)
    aware = local("2026-05-12 10:00")
    for refused in (
        lambda: due(naive, working_days(1), PLAIN),
        lambda: shift(naive, working_days(1), PLAIN),
        lambda: fixed(naive),
        lambda: Hold(naive, aware),
        lambda: Hold(aware, naive),
        lambda: next_cutoff(naive, MONDAY, time(12), PLAIN),
        lambda: within_office_hours(naive, PLAIN),
    ):
        with pytest.raises(ValueError, match="time zone"):
            refused()


def test_moments_outside_the_calendar_are_refused() -> None:
    for year in (1, 1965, 2101, 9999):
        with pytest.raises(ValueError, match="outside the calendar"):
            due(datetime(year, 6, 1, tzinfo=UTC), clock_hours(1), PLAIN)


def test_a_hold_ends_after_it_began() -> None:
    with pytest.raises(ValueError, match="after it began"):
        Hold(local("2026-05-13 10:00"), local("2026-05-12 10:00"))


# Due


@pytest.mark.parametrize(
    ("anchor", "n", "ends"),
    [
        ("2026-05-11 09:00", 1, "2026-05-12 17:00"),
        ("2026-05-11 23:59", 1, "2026-05-12 17:00"),
        ("2026-05-12 10:00", 5, "2026-05-20 17:00"),
        ("2026-05-16 10:00", 1, "2026-05-18 17:00"),
        ("2026-04-24 10:00", 1, "2026-04-28 17:00"),  # over Koningsdag
        ("2028-02-28 10:00", 1, "2028-02-29 17:00"),  # leap day
        ("2026-05-11 10:00", 0, "2026-05-11 17:00"),
        ("2026-05-11 06:00", 0, "2026-05-11 17:00"),
        ("2026-05-16 10:00", 0, "2026-05-18 17:00"),
        ("2026-05-11 16:59", 0, "2026-05-11 17:00"),
        ("2026-05-11 17:00", 0, "2026-05-12 17:00"),  # the day is over: never due before it was asked
        ("2026-05-15 22:00", 0, "2026-05-18 17:00"),
    ],
)
def test_working_days_end_when_the_house_closes(anchor: str, n: int, ends: str) -> None:
    assert due(local(anchor), working_days(n), PLAIN).moment == local(ends)


def test_the_day_of_the_anchor_is_the_local_one() -> None:
    just_after_midnight_on_tuesday = datetime(2026, 5, 11, 22, 30, tzinfo=UTC)

    assert due(just_after_midnight_on_tuesday, working_days(1), PLAIN).moment == local("2026-05-13 17:00")


@pytest.mark.parametrize(
    ("anchor", "n", "ends"),
    [
        ("2026-05-11 10:00", 4, "2026-05-11 14:00"),
        ("2026-05-11 15:00", 4, "2026-05-12 11:00"),
        ("2026-05-11 09:00", 8, "2026-05-11 17:00"),
        ("2026-05-11 06:00", 1, "2026-05-11 10:00"),
        ("2026-05-11 20:00", 1, "2026-05-12 10:00"),
        ("2026-05-15 16:00", 2, "2026-05-18 10:00"),
        ("2026-05-13 16:30", 1, "2026-05-15 09:30"),  # over Hemelvaart
        ("2026-05-16 12:00", 0, "2026-05-18 09:00"),
        ("2026-05-11 12:00", 0, "2026-05-11 12:00"),
        ("2026-05-11 17:00", 0, "2026-05-12 09:00"),  # no time left at closing time
    ],
)
def test_working_hours_count_only_while_the_house_is_open(anchor: str, n: int, ends: str) -> None:
    assert due(local(anchor), working_hours(n), PLAIN).moment == local(ends)


@pytest.mark.parametrize(
    ("anchor", "n", "ends"),
    [
        ("2026-05-15 16:00", 48, "2026-05-17 16:00"),
        ("2026-03-28 12:00", 24, "2026-03-29 13:00"),  # the night that loses an hour
        ("2026-10-24 12:00", 24, "2026-10-25 11:00"),  # the night that gains one
        ("2028-02-28 12:00", 24, "2028-02-29 12:00"),
        ("2026-05-15 16:00", 0, "2026-05-15 16:00"),
    ],
)
def test_clock_hours_are_real_hours_also_when_the_clocks_change(anchor: str, n: int, ends: str) -> None:
    assert due(local(anchor), clock_hours(n), PLAIN).moment == local(ends)


def test_the_hour_that_comes_twice_is_told_apart() -> None:
    first, second = (datetime(2026, 10, 25, 2, 30, tzinfo=AMSTERDAM, fold=fold) for fold in (0, 1))

    assert due(second, clock_hours(1), PLAIN).moment - due(first, clock_hours(1), PLAIN).moment == timedelta(hours=1)
    assert due(first, clock_hours(4), PLAIN, [Hold(first, second)]).moment == second.astimezone(UTC) + timedelta(
        hours=4
    )


@pytest.mark.parametrize(("anchor", "utc_hour"), [("2026-03-27 10:00", 15), ("2026-10-23 10:00", 16)])
def test_the_house_closes_by_the_local_clock_after_the_clocks_change(anchor: str, utc_hour: int) -> None:
    assert due(local(anchor), working_days(1), PLAIN).moment.hour == utc_hour


@pytest.mark.parametrize(
    ("anchor", "n", "ends"),
    [
        ("2026-05-12 10:00", 42, "2026-06-23 17:00"),
        ("2026-05-12 10:00", 4, "2026-05-18 17:00"),  # a Saturday
        ("2026-05-12 10:00", 2, "2026-05-15 17:00"),  # Hemelvaart
        ("2026-03-06 10:00", 28, "2026-04-03 17:00"),  # Goede Vrijdag is a working day between partners
        ("2026-03-06 10:00", 30, "2026-04-07 17:00"),  # Eerste paasdag
        ("2028-02-28 10:00", 2, "2028-03-01 17:00"),
        ("2026-03-28 10:00", 1, "2026-03-30 17:00"),  # the Sunday on which the clocks change
        ("2026-10-24 10:00", 1, "2026-10-26 17:00"),
        ("2026-05-16 10:00", 0, "2026-05-18 17:00"),
        ("2026-05-15 18:00", 0, "2026-05-18 17:00"),
    ],
)
def test_calendar_days_end_at_closing_time_and_on_a_working_day(anchor: str, n: int, ends: str) -> None:
    assert due(local(anchor), calendar_days(n), PLAIN).moment == local(ends)


@pytest.mark.parametrize(
    ("anchor", "n", "ends"),
    [
        ("2026-03-06 10:00", 28, "2026-04-07 17:00"),  # Goede Vrijdag counts as a holiday for the law
        ("2026-04-15 10:00", 30, "2026-05-18 17:00"),  # the decreed Friday after Hemelvaart
        ("2026-12-24 10:00", 2, "2026-12-28 17:00"),
        ("2026-12-24 10:00", 3, "2026-12-29 17:00"),  # at least three days: two of them working days
        ("2026-12-24 10:00", 5, "2026-12-29 17:00"),
        ("2026-01-05 10:00", 90, "2026-04-07 17:00"),  # Eerste paasdag
        ("2026-01-05 10:00", 89, "2026-04-07 17:00"),
        ("2026-01-04 10:00", 91, "2026-04-05 17:00"),  # over ninety days: it ends where it ends
    ],
)
def test_a_term_that_a_law_sets_is_extended_as_that_law_says(anchor: str, n: int, ends: str) -> None:
    assert due(local(anchor), calendar_days(n), STATUTORY).moment == local(ends)


def test_a_house_keeps_its_own_opening_hours_and_closing_days() -> None:
    house = WorkingCalendar(closing_days=frozenset({date(2026, 5, 15)}), opens=time(8, 30), closes=time(16, 30))

    assert due(local("2026-05-13 15:30"), working_days(1), house).moment == local("2026-05-18 16:30")
    assert due(local("2026-05-13 15:30"), working_hours(2), house).moment == local("2026-05-18 09:30")


# Holds


@pytest.mark.parametrize(
    ("since", "until", "ends"),
    [
        ("2026-05-18 09:00", "2026-05-20 09:00", "2026-05-22 17:00"),  # two working days
        ("2026-05-18 09:00", "2026-05-18 16:00", "2026-05-20 17:00"),  # resumed the same day: it counts
        ("2026-05-18 23:59", "2026-05-19 00:01", "2026-05-20 17:00"),  # while the house was closed
        ("2026-05-18 17:00", "2026-05-19 16:59", "2026-05-20 17:00"),  # stopped when the day was over
        ("2026-05-18 16:59", "2026-05-18 17:00", "2026-05-21 17:00"),  # the day ended on hold
        ("2026-05-18 09:00", "2026-05-20 18:00", "2026-05-26 17:00"),  # never due before it was resumed
        ("2026-05-20 17:01", "2026-05-22 09:00", "2026-05-20 17:00"),  # began when it was late already
        ("2026-05-16 09:00", "2026-05-18 09:00", "2026-05-20 17:00"),  # a weekend
        ("2026-05-01 09:00", "2026-05-08 09:00", "2026-05-20 17:00"),  # over before it began
        ("2026-05-01 09:00", "2026-05-14 09:00", "2026-05-21 17:00"),  # began on hold
        ("2026-05-21 09:00", "2026-06-21 09:00", "2026-05-20 17:00"),  # after the end
        ("2026-05-20 16:00", "2026-05-21 09:00", "2026-05-21 17:00"),  # on the last day
        ("2026-05-18 09:00", "2026-05-18 09:00", "2026-05-20 17:00"),  # nothing at all
    ],
)
def test_days_that_end_on_hold_do_not_count(since: str, until: str, ends: str) -> None:
    holds = [Hold(local(since), local(until))]

    assert due(local("2026-05-12 10:00"), working_days(5), PLAIN, holds).moment == local(ends)


def test_zero_working_days_wait_for_the_hold_to_end() -> None:
    holds = [Hold(local("2026-05-11 09:00"), local("2026-05-13 09:00"))]

    assert due(local("2026-05-11 10:00"), working_days(0), PLAIN, holds).moment == local("2026-05-13 17:00")


@pytest.mark.parametrize(
    ("since", "until", "ends"),
    [
        ("2026-05-11 12:00", "2026-05-11 13:00", "2026-05-11 15:00"),
        ("2026-05-11 13:00", "2026-05-12 10:00", "2026-05-12 11:00"),
        ("2026-05-11 18:00", "2026-05-12 08:00", "2026-05-11 14:00"),  # at night
        ("2026-05-11 08:00", "2026-05-11 11:00", "2026-05-11 15:00"),
        ("2026-05-11 14:00", "2026-05-12 10:00", "2026-05-11 14:00"),  # used up just before
    ],
)
def test_working_hours_on_hold_do_not_count(since: str, until: str, ends: str) -> None:
    holds = [Hold(local(since), local(until))]

    assert due(local("2026-05-11 10:00"), working_hours(4), PLAIN, holds).moment == local(ends)


@pytest.mark.parametrize(
    ("since", "until", "ends"),
    [
        ("2026-05-11 12:00", "2026-05-11 15:00", "2026-05-11 17:00"),
        ("2026-05-11 08:00", "2026-05-11 11:00", "2026-05-11 15:00"),
        ("2026-05-11 14:00", "2026-05-11 20:00", "2026-05-11 14:00"),
        ("2026-05-11 13:59", "2026-05-11 20:00", "2026-05-11 20:01"),
    ],
)
def test_clock_hours_on_hold_do_not_count(since: str, until: str, ends: str) -> None:
    holds = [Hold(local(since), local(until))]

    assert due(local("2026-05-11 10:00"), clock_hours(4), PLAIN, holds).moment == local(ends)


def test_a_hold_over_a_night_that_gains_an_hour_lasts_that_hour_longer() -> None:
    holds = [Hold(local("2026-10-24 12:00"), local("2026-10-25 12:00"))]

    assert due(local("2026-10-24 12:00"), clock_hours(1), PLAIN, holds).moment == local("2026-10-25 13:00")


@pytest.mark.parametrize("budget", [working_days(5), working_hours(20), clock_hours(20), calendar_days(5)])
def test_holds_that_overlap_are_counted_once_in_any_order(budget: Budget) -> None:
    anchor = local("2026-05-18 09:30")
    long = Hold(local("2026-05-18 10:00"), local("2026-05-20 12:00"))
    inside = Hold(local("2026-05-18 11:00"), local("2026-05-19 12:00"))
    across = Hold(local("2026-05-20 11:00"), local("2026-05-21 12:00"))
    whole = Hold(local("2026-05-18 10:00"), local("2026-05-21 12:00"))

    expected = due(anchor, budget, PLAIN, [whole]).moment

    assert due(anchor, budget, PLAIN, [across, inside, long]).moment == expected
    assert due(anchor, budget, PLAIN, iter([long, across, inside])).moment == expected


def test_a_hold_that_is_reached_only_because_of_another_hold_counts_too() -> None:
    holds = [
        Hold(local("2026-05-11 11:00"), local("2026-05-11 13:00")),
        Hold(local("2026-05-11 13:30"), local("2026-05-11 14:30")),
    ]

    assert due(local("2026-05-11 10:00"), clock_hours(2), PLAIN, holds).moment == local("2026-05-11 15:00")


def test_calendar_days_on_hold_do_not_count() -> None:
    holds = [Hold(local("2026-05-15 09:00"), local("2026-05-18 09:00"))]

    assert due(local("2026-05-12 10:00"), calendar_days(7), PLAIN, holds).moment == local("2026-05-22 17:00")


def test_a_fixed_moment_stays_whatever_the_holds() -> None:
    moment = local("2026-05-23 20:00")
    result = due(local("2026-05-12 10:00"), fixed(moment), PLAIN, [Hold(local("2026-05-12 11:00"), moment + DAY)])

    assert result.moment == moment
    assert result.moment.tzinfo is UTC
    assert (result.skipped, result.holds) == ((), ())


def test_a_term_without_hours_waits_for_the_hold_to_end_however_it_is_written_down() -> None:
    start, between, end = local("2026-05-12 10:00"), local("2026-05-12 11:00"), local("2026-05-12 12:00")

    for holds in ([Hold(start, end)], [Hold(start - DAY, end)], [Hold(start - DAY, start), Hold(start, end)],
                  [Hold(start, between), Hold(between, end)]):  # fmt: skip
        assert due(start, clock_hours(0), PLAIN, holds).moment == end
        assert due(start, working_hours(0), PLAIN, holds).moment == end


def test_a_hold_of_no_length_is_not_given_as_a_reason() -> None:
    never = Hold(local("2026-05-12 12:00"), local("2026-05-12 12:00"))

    for budget in (clock_hours(8), working_hours(8), working_days(2)):
        assert due(local("2026-05-12 10:00"), budget, PLAIN, [never]).holds == ()


def test_a_hold_without_end_in_sight_is_refused_instead_of_walked() -> None:
    forever = Hold(local("2026-05-12 11:00"), local("2100-12-01 09:00"))

    for budget in (working_days(1), working_hours(20), calendar_days(1)):
        with pytest.raises(ValueError, match="no end in sight"):
            due(local("2026-05-12 10:00"), budget, PLAIN, [forever])


# Explanations


ANCHOR = "2026-05-12 10:00"


@pytest.mark.parametrize(
    ("anchor", "budget", "sentence"),
    [
        (
            ANCHOR,
            working_days(5),
            "5 werkdagen na 12 mei 2026; overgeslagen: 14 mei (Hemelvaartsdag), 16 mei (zaterdag), 17 mei (zondag)",
        ),
        (ANCHOR, working_days(1), "1 werkdag na 12 mei 2026"),
        (ANCHOR, working_days(0), "eerste werkdag vanaf 12 mei 2026"),
        (
            "2026-05-15 18:00",
            working_days(0),
            (
                "eerste werkdag vanaf 15 mei 2026; "
                "overgeslagen: 15 mei (na sluitingstijd), 16 mei (zaterdag), 17 mei (zondag)"
            ),
        ),
        (
            "2026-12-31 10:00",
            working_days(1),
            (
                "1 werkdag na 31 december 2026; "
                "overgeslagen: 1 januari 2027 (Nieuwjaarsdag), 2 januari 2027 (zaterdag), 3 januari 2027 (zondag)"
            ),
        ),
        (
            ANCHOR,
            working_days(30),
            (
                "30 werkdagen na 12 mei 2026; overgeslagen: 14 mei (Hemelvaartsdag), 24 mei (Eerste pinksterdag), "
                "25 mei (Tweede pinksterdag), 11 weekenddagen"
            ),
        ),
        ("2026-05-12 14:30", working_hours(1), "1 werkuur na 12 mei 2026 14.30 uur"),
        (
            "2026-05-13 16:30",
            working_hours(2),
            "2 werkuren na 13 mei 2026 16.30 uur; overgeslagen: 14 mei (Hemelvaartsdag)",
        ),
        (ANCHOR, clock_hours(48), "48 uur na 12 mei 2026 10.00 uur"),
        (ANCHOR, calendar_days(1), "1 dag na 12 mei 2026"),
        (ANCHOR, calendar_days(42), "42 dagen na 12 mei 2026"),
        (ANCHOR, calendar_days(4), "4 dagen na 12 mei 2026; overgeslagen: 16 mei (zaterdag), 17 mei (zondag)"),
        (
            "2026-05-16 10:00",
            calendar_days(0),
            ("eerste werkdag vanaf 16 mei 2026; overgeslagen: 16 mei (zaterdag), 17 mei (zondag)"),
        ),
        (ANCHOR, fixed(local("2026-06-02 13:30")), "vast moment: 2 juni 2026 13.30 uur"),
    ],
)
def test_a_due_moment_explains_itself_in_dutch(anchor: str, budget: Budget, sentence: str) -> None:
    assert due(local(anchor), budget, PLAIN).explanation() == sentence


@pytest.mark.parametrize(
    ("budget", "ending"),
    [
        (working_days(5), "17 mei (zondag); opgeschort van 18 mei tot 20 mei"),
        (clock_hours(240), "10.00 uur; opgeschort van 18 mei 09.00 uur tot 20 mei 09.00 uur"),
        (working_days(1), "1 werkdag na 12 mei 2026"),
        (fixed(local("2026-06-02 13:30")), "vast moment: 2 juni 2026 13.30 uur"),
    ],
)
def test_the_explanation_names_the_holds_that_mattered(budget: Budget, ending: str) -> None:
    holds = [Hold(local("2026-05-18 09:00"), local("2026-05-20 09:00"))]

    assert due(local(ANCHOR), budget, PLAIN, holds).explanation().endswith(ending)


def test_a_hold_within_one_day_is_not_given_as_a_reason() -> None:
    holds = [Hold(local("2026-05-13 09:00"), local("2026-05-13 16:00"))]

    assert due(local(ANCHOR), working_days(1), PLAIN, holds).explanation() == "1 werkdag na 12 mei 2026"


def test_a_hold_that_ends_on_a_day_held_by_another_is_not_given_as_a_reason() -> None:
    holds = [
        Hold(local("2026-05-18 09:00"), local("2026-05-18 10:00")),
        Hold(local("2026-05-18 11:00"), local("2026-05-19 09:00")),
    ]

    assert due(local(ANCHOR), working_days(5), PLAIN, holds).holds == (holds[1],)


def test_two_holds_are_both_named() -> None:
    holds = [
        Hold(local("2026-05-20 09:00"), local("2026-05-21 09:00")),
        Hold(local("2026-05-18 09:00"), local("2026-05-19 09:00")),
    ]
    sentence = due(local(ANCHOR), working_days(5), PLAIN, holds).explanation()

    assert sentence.endswith("; opgeschort van 18 mei tot 19 mei; opgeschort van 20 mei tot 21 mei")


def test_the_skipped_days_come_with_their_reasons() -> None:
    holds = [Hold(local("2026-05-18 09:00"), local("2026-05-19 09:00"))]
    result = due(local(ANCHOR), working_days(4), PLAIN, holds)

    assert result.skipped == (
        Skipped(date(2026, 5, 14), "Hemelvaartsdag"),
        Skipped(date(2026, 5, 16), "zaterdag"),
        Skipped(date(2026, 5, 17), "zondag"),
        Skipped(date(2026, 5, 18), "opgeschort"),
    )


def test_a_due_moment_without_its_history_still_has_an_explanation() -> None:
    assert Due(local(ANCHOR), ()).explanation() == "vast moment: 12 mei 2026 10.00 uur"


# Shift


@pytest.mark.parametrize(
    ("moment", "budget", "moved"),
    [
        ("2026-05-20 17:00", working_days(-1), "2026-05-19 09:00"),
        ("2026-05-18 17:00", working_days(-1), "2026-05-15 09:00"),
        ("2026-05-15 17:00", working_days(-1), "2026-05-13 09:00"),
        ("2026-05-16 12:00", working_days(-1), "2026-05-15 09:00"),
        ("2026-05-20 17:00", working_days(2), "2026-05-22 09:00"),
        ("2026-05-22 17:00", working_days(1), "2026-05-26 09:00"),
        ("2026-05-16 12:00", working_days(0), "2026-05-16 12:00"),
        ("2026-05-18 10:00", working_hours(-2), "2026-05-15 16:00"),
        ("2026-05-18 10:00", working_hours(-1), "2026-05-18 09:00"),
        ("2026-05-16 12:00", working_hours(-8), "2026-05-15 09:00"),
        ("2026-05-15 07:00", working_hours(-1), "2026-05-13 16:00"),
        ("2026-05-15 16:00", working_hours(2), "2026-05-18 10:00"),
        ("2026-05-16 12:00", working_hours(0), "2026-05-16 12:00"),
        ("2026-03-29 12:00", clock_hours(-24), "2026-03-28 11:00"),
        ("2026-10-24 12:00", clock_hours(24), "2026-10-25 11:00"),
        ("2026-03-28 12:00", calendar_days(1), "2026-03-29 12:00"),
        ("2028-03-01 12:00", calendar_days(-1), "2028-02-29 12:00"),
        ("2026-05-16 12:00", calendar_days(0), "2026-05-16 12:00"),
        ("2026-05-16 12:00", fixed(local("2026-05-01 08:00")), "2026-05-01 08:00"),
    ],
)
def test_a_moment_is_moved_either_way(moment: str, budget: Budget, moved: str) -> None:
    assert shift(local(moment), budget, PLAIN) == local(moved)


@pytest.mark.parametrize(
    ("opens", "closes", "back", "on"),
    [
        (time(8), time(16), "2026-05-19 09:00", "2026-05-21 08:00"),
        (time(10), time(16), "2026-05-19 10:00", "2026-05-21 10:00"),
        (time(7), time(9), "2026-05-19 07:00", "2026-05-21 07:00"),
    ],
)
def test_counting_back_ends_at_nine_if_the_house_is_open_then(opens: time, closes: time, back: str, on: str) -> None:
    house = WorkingCalendar(opens=opens, closes=closes)

    assert shift(local("2026-05-20 12:00"), working_days(-1), house) == local(back)
    assert shift(local("2026-05-20 12:00"), working_days(1), house) == local(on)


# Weekly cut-offs and office hours


@pytest.mark.parametrize(
    ("anchor", "cutoff"),
    [
        ("2026-05-12 10:00", "2026-05-18 12:00"),
        ("2026-05-18 11:59", "2026-05-18 12:00"),
        ("2026-05-18 12:00", "2026-05-22 12:00"),  # strictly after; the next Monday is Tweede Pinksterdag
        ("2026-05-22 12:00", "2026-06-01 12:00"),  # the moved one has passed
        ("2026-05-23 10:00", "2026-06-01 12:00"),
        ("2026-04-26 10:00", "2026-05-04 12:00"),  # Koningsdag on a Monday
        ("2026-03-28 10:00", "2026-03-30 12:00"),
    ],
)
def test_the_monday_cutoff_moves_to_the_working_day_before(anchor: str, cutoff: str) -> None:
    assert next_cutoff(local(anchor), MONDAY, time(12), PLAIN) == local(cutoff)


def test_a_cutoff_over_hemelvaart_and_one_on_a_sunday_come_earlier() -> None:
    assert next_cutoff(local("2026-05-12 10:00"), THURSDAY, time(9), PLAIN) == local("2026-05-13 09:00")
    assert next_cutoff(local("2026-05-12 10:00"), SUNDAY, time(9), PLAIN) == local("2026-05-15 09:00")


TUESDAYS = (MONDAY, time(12), 1)


@pytest.mark.parametrize(
    ("anchor", "rhythm", "held", "sentence"),
    [
        (
            "2026-12-02 10:00", TUESDAYS, "2026-12-08 17:00",
            "binnen vóór maandag 12.00 uur: triage van dinsdag 8 december",
        ),
        (
            "2026-12-07 12:00", TUESDAYS, "2026-12-15 17:00",
            "binnen vóór maandag 12.00 uur: triage van dinsdag 15 december",
        ),
        (  # the cut-off falls on Tweede Paasdag
            "2026-03-31 10:00", TUESDAYS, "2026-04-07 17:00",
            ("binnen vóór vrijdag 12.00 uur: triage van dinsdag 7 april; overgeslagen: 4 april (zaterdag), "
             "5 april (Eerste paasdag), 6 april (Tweede paasdag)"),
        ),
        (  # the triage falls on Koningsdag: earlier, and still after the cut-off
            "2027-04-22 10:00", TUESDAYS, "2027-04-26 17:00",
            "binnen vóór maandag 12.00 uur: triage van maandag 26 april; overgeslagen: 27 april (Koningsdag)",
        ),
        (  # earlier would be before the cut-off: later
            "2027-04-22 10:00", (MONDAY, time(20), 1), "2027-04-28 17:00",
            "binnen vóór maandag 20.00 uur: triage van woensdag 28 april; overgeslagen: 27 april (Koningsdag)",
        ),
        (  # both days of Christmas
            "2028-12-21 10:00", TUESDAYS, "2028-12-22 17:00",
            ("binnen vóór vrijdag 12.00 uur: triage van vrijdag 22 december; overgeslagen: 23 december (zaterdag), "
             "24 december (zondag), 25 december (Eerste kerstdag), 26 december (Tweede kerstdag)"),
        ),
        (  # the cut-off moved to the day of last week's triage: it still is for this week's
            "2026-03-31 10:00", (MONDAY, time(12), 4), "2026-04-10 17:00",
            ("binnen vóór vrijdag 3 april 12.00 uur: triage van vrijdag 10 april; overgeslagen: 4 april (zaterdag), "
             "5 april (Eerste paasdag), 6 april (Tweede paasdag)"),
        ),
        (
            "2026-12-02 10:00", (MONDAY, time(9), MONDAY), "2026-12-07 17:00",
            "binnen vóór maandag 09.00 uur: triage van maandag 7 december",
        ),
        (
            "2026-12-29 10:00", (MONDAY, time(18), MONDAY), "2027-01-11 17:00",
            "binnen vóór maandag 4 januari 2027 18.00 uur: triage van maandag 11 januari 2027",
        ),
        (
            "2026-03-26 10:00", TUESDAYS, "2026-03-31 17:00",  # the clocks change on the Sunday between
            "binnen vóór maandag 12.00 uur: triage van dinsdag 31 maart",
        ),
        (
            "2026-10-22 10:00", TUESDAYS, "2026-10-27 17:00",
            "binnen vóór maandag 12.00 uur: triage van dinsdag 27 oktober",
        ),
    ],
)  # fmt: skip
def test_what_is_in_before_the_cutoff_goes_to_the_triage_of_that_week(
    anchor: str, rhythm: tuple[int, time, int], held: str, sentence: str
) -> None:
    result = next_triage(local(anchor), *rhythm, PLAIN)

    assert result.moment == local(held)
    assert result.explanation() == sentence
    assert result.budget == fixed(local(held))


@pytest.mark.parametrize(("weekday", "at"), [(-1, time(12)), (7, time(12)), (0, time(12, tzinfo=UTC))])
def test_a_cutoff_needs_a_weekday_and_a_local_time(weekday: int, at: time) -> None:
    with pytest.raises(ValueError, match="weekday"):
        next_cutoff(local("2026-05-12 10:00"), weekday, at, PLAIN)


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        ("2026-05-12 10:00", "2026-05-12 10:00"),
        ("2026-05-12 09:00", "2026-05-12 09:00"),
        ("2026-05-12 17:00", "2026-05-12 17:00"),
        ("2026-05-12 17:01", "2026-05-13 09:00"),
        ("2026-05-12 03:00", "2026-05-12 09:00"),
        ("2026-05-13 20:00", "2026-05-15 09:00"),
        ("2026-05-16 12:00", "2026-05-18 09:00"),
        ("2026-03-29 02:30", "2026-03-30 09:00"),
    ],
)
def test_outside_office_hours_means_the_next_opening(moment: str, opening: str) -> None:
    assert within_office_hours(local(moment), PLAIN) == local(opening)
