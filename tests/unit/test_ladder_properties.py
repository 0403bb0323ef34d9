"""Ladders for any due moment, calendar and steps: in order, in office hours, and never used up by a closed house."""

from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from models.clocks import AMSTERDAM, Budget, Unit, WorkingCalendar, clock_hours, due, working_days, working_hours
from models.ladder import DEFAULT, SILENT, URGENT, RungSpec, Step, rungs
from tests.unit import naive_clock
from tests.unit.test_clock_properties import anchors, office_calendars

quick = settings(max_examples=60, deadline=None, database=None)
HOUR = timedelta(hours=1)

opened_before = st.integers(-3 * 24, 30 * 24).map(lambda n: n * HOUR)
after = st.one_of(
    st.integers(-10, 20).map(working_days),
    st.integers(-40, 80).map(clock_hours),
    st.integers(-40, 80).map(working_hours),
    st.integers(-10, 20).map(lambda n: Budget(Unit.CALENDAR_DAYS, n)),
)
ladders = st.lists(st.builds(RungSpec, st.sampled_from(Step), after), max_size=8)
#: what a house would set: a reminder or two, the moment itself, and steps of whole working days after it
climbs = st.lists(st.integers(-5, 15), min_size=1, max_size=8, unique=True).map(
    lambda days: [RungSpec(Step.OVERDUE if n > 0 else Step.REMIND, working_days(n)) for n in sorted({0, *days})]
)


def is_open(moment: datetime, calendar: WorkingCalendar) -> bool:
    here = moment.astimezone(AMSTERDAM)
    return not naive_clock.is_off(here.date(), calendar) and calendar.opens <= here.time() <= calendar.closes


@quick
@given(due_at=anchors, before=opened_before, specs=ladders, calendar=office_calendars, office_hours=st.booleans())
def test_rungs_come_in_order_and_none_before_the_opening(
    *, due_at: datetime, before: timedelta, specs: list[RungSpec], calendar: WorkingCalendar, office_hours: bool
) -> None:
    planned = rungs(due_at, due_at - before, specs, calendar, office_hours=office_hours)
    fire_at = [rung.fire_at for rung in planned]

    assert fire_at == sorted(fire_at)
    assert all(moment >= due_at - before for moment in fire_at)


@quick
@given(anchors, opened_before, ladders, office_calendars)
def test_no_message_leaves_a_closed_house(
    due_at: datetime, before: timedelta, specs: list[RungSpec], calendar: WorkingCalendar
) -> None:
    for rung in rungs(due_at, due_at - before, specs, calendar):
        assert rung.step is Step.LAPSE or is_open(rung.fire_at, calendar)


@quick
@given(due_at=anchors, before=opened_before, specs=ladders, calendar=office_calendars, office_hours=st.booleans())
def test_a_lapse_comes_once_and_last(
    *, due_at: datetime, before: timedelta, specs: list[RungSpec], calendar: WorkingCalendar, office_hours: bool
) -> None:
    steps = [rung.step for rung in rungs(due_at, due_at - before, specs, calendar, office_hours=office_hours)]

    assert steps.count(Step.LAPSE) == any(spec.step is Step.LAPSE for spec in specs)
    assert Step.LAPSE not in steps[:-1]


@quick
@given(anchors, st.integers(0, 20), climbs, office_calendars)
def test_a_weekend_or_a_closed_fortnight_never_uses_up_the_ladder(
    anchor: datetime, n: int, specs: list[RungSpec], calendar: WorkingCalendar
) -> None:
    due_at = due(anchor, working_days(n), calendar).moment
    assume(anchor <= due_at)
    last = due_at.astimezone(AMSTERDAM).date()

    late = [rung for rung in rungs(due_at, anchor, specs, calendar) if rung.fire_at > due_at]

    days = [rung.fire_at.astimezone(AMSTERDAM).date() for rung in late]
    assert all(one < other for one, other in pairwise(days)), "one step a day at most"
    walked = [
        sum(not naive_clock.is_off(last + m * naive_clock.DAY, calendar) for m in range(1, (day - last).days + 1))
        for day in days
    ]
    assert walked == [spec.after.amount for spec in specs if spec.after.amount > 0]


@quick
@given(anchors, st.integers(0, 30 * 24), office_calendars)
def test_the_default_ladder_leaves_nothing_out_after_the_due_moment(
    due_at: datetime, before: int, calendar: WorkingCalendar
) -> None:
    planned = rungs(due_at, due_at - before * HOUR, DEFAULT, calendar)
    late = [rung for rung in planned if rung.step not in {Step.REMIND, Step.DUE}]

    assert [rung.step for rung in planned if rung.step is not Step.REMIND] == [spec.step for spec in DEFAULT[1:]]
    assert len({rung.fire_at.astimezone(AMSTERDAM).date() for rung in late}) == len(late)


@quick
@given(anchors, st.integers(0, 72), office_calendars)
def test_an_urgent_ladder_climbs_by_the_hour_whatever_the_calendar(
    due_at: datetime, before: int, calendar: WorkingCalendar
) -> None:
    planned = rungs(due_at, due_at - before * HOUR, URGENT, calendar, office_hours=False)

    expected = [(spec.step, due_at + spec.after.amount * HOUR) for spec in URGENT if spec.after.amount >= -before]
    assert [(rung.step, rung.fire_at) for rung in planned] == expected


@quick
@given(anchors, st.integers(0, 72), office_calendars)
def test_what_lapses_silently_does_so_at_its_moment(due_at: datetime, before: int, calendar: WorkingCalendar) -> None:
    planned = rungs(due_at, due_at - before * HOUR, SILENT, calendar)

    assert [(rung.step, rung.fire_at) for rung in planned] == [(Step.LAPSE, due_at)]
