"""Reminders and escalation: which step fires when."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.clocks import (
    AMSTERDAM,
    Budget,
    Unit,
    WorkingCalendar,
    clock_hours,
    fixed,
    shift,
    within_office_hours,
    working_days,
    working_hours,
)
from models.ladder import DEFAULT, SILENT, URGENT, PlannedRung, RungSpec, Step, explain, faults, posts, rungs, set_back

HOUSE = WorkingCalendar()


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


def told(planned: list[PlannedRung]) -> list[tuple[str, str]]:
    return [(rung.step.value, f"{rung.fire_at.astimezone(AMSTERDAM):%Y-%m-%d %H:%M}") for rung in planned]


def test_the_default_ladder_reminds_then_climbs_over_weekends_and_holidays() -> None:
    planned = rungs(local("2026-05-13 17:00"), local("2026-05-06 10:00"), DEFAULT, HOUSE)

    assert told(planned) == [
        ("remind", "2026-05-12 09:00"),
        ("due", "2026-05-13 17:00"),
        ("overdue", "2026-05-18 09:00"),  # Hemelvaart and a weekend in between
        ("deputy", "2026-05-19 09:00"),
        ("director", "2026-05-21 09:00"),
        ("partner_manager", "2026-05-22 09:00"),
        ("manager", "2026-05-27 09:00"),  # Tweede Pinksterdag
    ]


def test_the_urgent_ladder_climbs_day_and_night() -> None:
    planned = rungs(local("2026-05-16 20:00"), local("2026-05-14 20:00"), URGENT, HOUSE, office_hours=False)

    assert told(planned) == [
        ("remind", "2026-05-16 16:00"),
        ("due", "2026-05-16 20:00"),
        ("overdue", "2026-05-17 00:00"),
        ("deputy", "2026-05-17 04:00"),
        ("director", "2026-05-17 08:00"),
        ("partner_manager", "2026-05-17 14:00"),
        ("manager", "2026-05-17 20:00"),
    ]


def test_the_urgent_ladder_counts_real_hours_in_the_night_the_clocks_change() -> None:
    planned = rungs(local("2026-03-28 23:00"), local("2026-03-27 23:00"), URGENT, HOUSE, office_hours=False)

    assert ("overdue", "2026-03-29 04:00") in told(planned)


def test_the_silent_ladder_only_lapses_exactly_when_due() -> None:
    on_a_saturday_night = local("2026-05-16 23:30")

    assert rungs(on_a_saturday_night, local("2026-05-01 10:00"), SILENT, HOUSE) == [
        PlannedRung(Step.LAPSE, on_a_saturday_night)
    ]


def test_a_reminder_from_before_the_opening_is_left_out() -> None:
    planned = rungs(local("2026-05-13 17:00"), local("2026-05-12 09:01"), DEFAULT, HOUSE)

    assert planned[0] == PlannedRung(Step.DUE, local("2026-05-13 17:00"))


def test_a_reminder_at_the_moment_of_opening_is_sent() -> None:
    planned = rungs(local("2026-05-13 17:00"), local("2026-05-12 09:00"), DEFAULT, HOUSE)

    assert planned[0] == PlannedRung(Step.REMIND, local("2026-05-12 09:00"))


def test_a_reminder_that_would_wait_until_after_the_due_moment_is_left_out() -> None:
    on_saturday = rungs(local("2026-05-16 12:00"), local("2026-05-11 10:00"), URGENT, HOUSE)
    at_opening = rungs(local("2026-05-18 09:00"), local("2026-05-11 10:00"), URGENT, HOUSE)

    assert told(on_saturday)[0] == told(at_opening)[0] == ("due", "2026-05-18 09:00")


def test_messages_wait_for_the_house_to_open() -> None:
    specs = [RungSpec(Step.DUE, clock_hours(0)), RungSpec(Step.OVERDUE, clock_hours(30))]
    planned = rungs(local("2026-05-15 18:00"), local("2026-05-11 10:00"), specs, HOUSE)

    assert told(planned) == [("due", "2026-05-18 09:00"), ("overdue", "2026-05-18 09:00")]


def test_the_message_that_something_is_due_goes_out_at_closing_time() -> None:
    planned = rungs(local("2026-05-12 17:00"), local("2026-05-11 10:00"), DEFAULT, HOUSE)

    assert ("due", "2026-05-12 17:00") in told(planned)


def test_a_duty_that_is_opened_after_its_due_moment_starts_climbing_at_once() -> None:
    specs = [RungSpec(Step.REMIND, clock_hours(-4)), *DEFAULT[1:3]]
    planned = rungs(local("2026-05-11 12:00"), local("2026-05-20 10:00"), specs, HOUSE)

    assert told(planned) == [("due", "2026-05-20 10:00"), ("overdue", "2026-05-20 10:00")]


def test_a_later_step_never_overtakes_an_earlier_one() -> None:
    specs = [RungSpec(Step.OVERDUE, working_days(3)), RungSpec(Step.DEPUTY, clock_hours(2))]
    planned = rungs(local("2026-05-11 12:00"), local("2026-05-11 10:00"), specs, HOUSE)

    assert told(planned) == [("overdue", "2026-05-15 09:00"), ("deputy", "2026-05-15 09:00")]


def test_nothing_fires_after_a_lapse() -> None:
    specs = [*DEFAULT, RungSpec(Step.LAPSE, working_days(3))]
    planned = rungs(local("2026-05-11 17:00"), local("2026-05-01 10:00"), specs, HOUSE)

    assert [rung.step for rung in planned] == [Step.REMIND, Step.DUE, Step.OVERDUE, Step.DEPUTY, Step.LAPSE]


def test_a_lapse_in_the_weekend_does_not_wait_for_monday_and_takes_the_message_with_it() -> None:
    specs = [RungSpec(Step.DUE, clock_hours(0)), RungSpec(Step.LAPSE, clock_hours(0))]

    assert told(rungs(local("2026-05-16 12:00"), local("2026-05-11 10:00"), specs, HOUSE)) == [
        ("lapse", "2026-05-16 12:00")
    ]


def test_a_duty_lapses_once_and_not_before_it_is_opened() -> None:
    specs = [RungSpec(Step.LAPSE, clock_hours(5)), RungSpec(Step.LAPSE, clock_hours(-5))]

    assert told(rungs(local("2026-05-11 12:00"), local("2026-05-11 10:00"), specs, HOUSE)) == [
        ("lapse", "2026-05-11 10:00")
    ]


def test_a_step_may_have_a_moment_of_its_own() -> None:
    specs = [RungSpec(Step.MANAGER, fixed(local("2026-06-01 10:00")))]

    assert told(rungs(local("2026-05-11 12:00"), local("2026-05-11 10:00"), specs, HOUSE)) == [
        ("manager", "2026-06-01 10:00")
    ]


def test_a_ladder_without_steps_plans_nothing() -> None:
    assert rungs(local("2026-05-11 12:00"), local("2026-05-11 10:00"), [], HOUSE) == []


def test_a_ladder_may_remind_more_than_once_and_counts_them() -> None:
    specs = [RungSpec(Step.REMIND, working_days(-3)), RungSpec(Step.REMIND, working_days(-1)), *DEFAULT[1:2]]
    planned = rungs(local("2026-05-20 17:00"), local("2026-05-11 10:00"), specs, HOUSE)

    assert [(rung.step, rung.nth) for rung in planned] == [(Step.REMIND, 1), (Step.REMIND, 2), (Step.DUE, 1)]


def test_a_reminder_that_comes_too_late_keeps_its_number() -> None:
    specs = [RungSpec(Step.REMIND, working_days(-3)), RungSpec(Step.REMIND, working_days(-1))]
    planned = rungs(local("2026-05-20 17:00"), local("2026-05-18 10:00"), specs, HOUSE)

    assert [(rung.step, rung.nth) for rung in planned] == [(Step.REMIND, 2)]


ENDS_SEEN = RungSpec(Step.MANAGER, working_days(9))
WRONG: dict[str, tuple[list[RungSpec], int | None, str]] = {
    "nothing at all": ([], None, "ten minste één trede"),
    "thirteen": ([*(RungSpec(Step.REMIND, working_days(n)) for n in range(-12, 0)), ENDS_SEEN], None, "12 treden"),
    "a reminder after the term": ([RungSpec(Step.REMIND, working_days(1)), ENDS_SEEN], 0, "vóór de termijn"),
    "due on another day": ([RungSpec(Step.DUE, working_days(1)), ENDS_SEEN], 0, "is 0"),
    "too late before it is": ([RungSpec(Step.OVERDUE, working_days(-1)), ENDS_SEEN], 0, "na de termijn"),
    "the deputy before the term": ([RungSpec(Step.DEPUTY, working_days(0)), ENDS_SEEN], 0, "na de termijn"),
    "who leads before the term": ([RungSpec(Step.PARTNER_MANAGER, clock_hours(-2)), ENDS_SEEN], 0, "na de termijn"),
    "out of order": ([RungSpec(Step.DEPUTY, working_days(3)), RungSpec(Step.MANAGER, working_days(2))], 1, "volgorde"),
    "out of order in other units": (
        [RungSpec(Step.DEPUTY, working_days(3)), RungSpec(Step.MANAGER, clock_hours(24))], 1, "volgorde",
    ),
    "twice the same": ([RungSpec(Step.REMIND, working_days(-1))] * 2 + [ENDS_SEEN], 1, "staat er al"),
    "an end that nobody sees": ([RungSpec(Step.DUE, working_days(0))], None, "laatste bericht"),
    "an end at the partner": ([RungSpec(Step.PARTNER_MANAGER, working_days(1))], None, "laatste bericht"),
    "a step of one person": ([RungSpec(Step.SNOOZED, working_days(1)), ENDS_SEEN], 0, "geen trede"),
    "something after the end": (
        [RungSpec(Step.LAPSE, working_days(1)), RungSpec(Step.MANAGER, working_days(2))], 1, "na het vervallen",
    ),
    "an end before the term": ([RungSpec(Step.LAPSE, working_days(-1))], 0, "vervalt niet voordat"),
}  # fmt: skip


@pytest.mark.parametrize(("specs", "place", "why"), list(WRONG.values()), ids=list(WRONG))
def test_a_ladder_that_cannot_be_is_told_where_and_why(specs: list[RungSpec], place: int | None, why: str) -> None:
    found = faults(specs, may_lapse=True)

    assert [one for one in found if one[0] == place and why in one[1]], found


@pytest.mark.parametrize("specs", [DEFAULT, URGENT, SILENT])
def test_the_ladders_of_the_house_itself_have_no_faults(specs: tuple[RungSpec, ...]) -> None:
    assert faults(specs, may_lapse=True) == []


def test_only_what_may_lapse_lapses() -> None:
    assert faults(SILENT, may_lapse=False) == [(0, "deze taak vervalt niet vanzelf")]


def test_a_long_ladder_in_mixed_units_is_welcome() -> None:
    specs = [
        RungSpec(Step.REMIND, working_days(-5)), RungSpec(Step.REMIND, working_days(-1)),
        RungSpec(Step.REMIND, clock_hours(-2)), RungSpec(Step.DUE, clock_hours(0)),
        RungSpec(Step.OVERDUE, working_hours(4)), RungSpec(Step.OVERDUE, working_days(2)),
        RungSpec(Step.DIRECTOR, working_days(3)), RungSpec(Step.LAPSE, working_days(4)),
    ]  # fmt: skip

    assert faults(specs, may_lapse=True) == []


@pytest.mark.parametrize(
    ("now", "goes_at", "next_at"),
    [
        ("2026-05-12 11:00:00", "2026-05-12 11:00:05", "2026-05-13 09:05:00"),
        ("2026-05-12 09:00:00", "2026-05-12 09:00:05", "2026-05-13 09:05:00"),
        ("2026-05-12 17:00:20", "2026-05-12 17:00:25", "2026-05-13 09:05:00"),  # what was due at closing time
        ("2026-05-12 18:00:00", "2026-05-13 09:05:00", "2026-05-15 09:05:00"),  # Hemelvaart is skipped
        ("2026-05-16 12:00:00", "2026-05-18 09:05:00", "2026-05-19 09:05:00"),  # a Saturday
        ("2026-05-12 03:00:00", "2026-05-12 09:05:00", "2026-05-13 09:05:00"),
    ],
)
def test_reminders_go_out_at_once_in_office_hours_and_else_when_the_house_has_opened(
    now: str, goes_at: str, next_at: str
) -> None:
    found = posts(local(now), HOUSE)

    assert (found.goes_at, found.next_at) == (local(goes_at), local(next_at))
    assert found.day == local(goes_at).date()
    assert found.next_day == local(next_at).date()


def test_no_reminder_goes_out_on_a_closing_day_of_the_house() -> None:
    closed = WorkingCalendar(closing_days=frozenset({date(2026, 5, 12)}))

    assert posts(local("2026-05-12 11:00"), closed).goes_at == local("2026-05-13 09:05")


@pytest.mark.parametrize("naive", ["due", "opened"])
def test_naive_moments_are_refused(naive: str) -> None:
    aware, without_zone = local("2026-05-11 12:00"), datetime(2026, 5, 11, 12)

    with pytest.raises(ValueError, match="time zone"):
        rungs(without_zone if naive == "due" else aware, aware if naive == "due" else without_zone, [], HOUSE)


@pytest.mark.parametrize("step", Step)
def test_every_step_explains_itself_in_dutch(step: Step) -> None:
    assert explain(step)[0].isupper()
    assert any(word in explain(step) for word in ("termijn", "laat", "vervalt"))


def test_no_two_steps_have_the_same_explanation() -> None:
    assert len({explain(step) for step in Step}) == len(Step)


@pytest.mark.parametrize("specs", [DEFAULT, URGENT])
def test_the_ladders_of_the_house_climb_through_every_message_in_order(specs: tuple[RungSpec, ...]) -> None:
    assert [spec.step for spec in specs] == [step for step in Step if step not in {Step.LAPSE, Step.SNOOZED}]
    assert all(lower.after.amount < higher.after.amount for lower, higher in pairwise(specs))
    assert len({spec.after.unit for spec in specs}) == 1


# Properties

quick = settings(max_examples=25, deadline=None, database=None)
moments = st.datetimes(datetime(2024, 1, 1), datetime(2034, 6, 30)).map(lambda naive: naive.replace(tzinfo=UTC))
opened_before = st.timedeltas(timedelta(days=-3), timedelta(days=30))
after = st.one_of(
    st.integers(-10, 20).map(working_days),
    st.integers(-40, 80).map(clock_hours),
    st.integers(-40, 80).map(working_hours),
    st.integers(-10, 20).map(lambda n: Budget(Unit.CALENDAR_DAYS, n)),
)
ladders = st.lists(st.builds(RungSpec, st.sampled_from(Step), after), max_size=8)


@quick
@given(due_at=moments, before=opened_before, specs=ladders, office_hours=st.booleans())
def test_rungs_are_sorted_and_never_fire_before_the_opening(
    *, due_at: datetime, before: timedelta, specs: list[RungSpec], office_hours: bool
) -> None:
    opened_at = due_at - before
    planned = rungs(due_at, opened_at, specs, HOUSE, office_hours=office_hours)
    fire_at = [rung.fire_at for rung in planned]

    assert fire_at == sorted(fire_at)
    assert all(moment >= opened_at and moment.tzinfo is UTC for moment in fire_at)


@quick
@given(moments, opened_before, ladders)
def test_only_a_lapse_fires_outside_office_hours(due_at: datetime, before: timedelta, specs: list[RungSpec]) -> None:
    for rung in rungs(due_at, due_at - before, specs, HOUSE):
        assert rung.step is Step.LAPSE or within_office_hours(rung.fire_at, HOUSE) == rung.fire_at


@quick
@given(due_at=moments, before=opened_before, specs=ladders, office_hours=st.booleans())
def test_the_steps_keep_the_order_of_the_ladder(
    *, due_at: datetime, before: timedelta, specs: list[RungSpec], office_hours: bool
) -> None:
    planned = rungs(due_at, due_at - before, specs, HOUSE, office_hours=office_hours)
    remaining = iter([spec.step for spec in specs if spec.step is not Step.LAPSE])

    assert all(rung.step in remaining for rung in planned if rung.step is not Step.LAPSE)
    assert Step.LAPSE not in [rung.step for rung in planned[:-1]]


@quick
@given(due_at=moments, before=opened_before, specs=ladders, office_hours=st.booleans())
def test_no_message_fires_before_its_own_moment(
    *, due_at: datetime, before: timedelta, specs: list[RungSpec], office_hours: bool
) -> None:
    earliest = {spec.step: due_at + timedelta(days=1000) for spec in specs}
    for spec in specs:
        earliest[spec.step] = min(earliest[spec.step], shift(due_at, spec.after, HOUSE))

    for rung in rungs(due_at, due_at - before, specs, HOUSE, office_hours=office_hours):
        assert rung.fire_at >= earliest[rung.step]


@quick
@given(moments, opened_before, ladders, st.integers(-14, 14))
def test_the_zone_in_which_a_moment_is_written_does_not_matter(
    due_at: datetime, before: timedelta, specs: list[RungSpec], hours: int
) -> None:
    from_abroad = AMSTERDAM if hours == 0 else datetime.strptime(f"{hours:+03d}00", "%z").tzinfo

    abroad = rungs(due_at.astimezone(from_abroad), (due_at - before).astimezone(from_abroad), specs, HOUSE)

    assert abroad == rungs(due_at, due_at - before, specs, HOUSE)


@quick
@given(moments, st.integers(0, 30))
def test_the_default_ladder_has_all_its_steps_after_the_due_moment_and_at_most_one_before(
    due_at: datetime, days: int
) -> None:
    opened_at = due_at - timedelta(days=days)
    planned = rungs(due_at, opened_at, DEFAULT, HOUSE)

    assert [rung.step for rung in planned if rung.step is not Step.REMIND] == [spec.step for spec in DEFAULT[1:]]
    assert all(opened_at <= rung.fire_at < due_at for rung in planned if rung.step is Step.REMIND)


def test_a_ladder_that_stood_still_goes_on_with_the_same_working_days_in_between() -> None:
    overdue, deputy, director, manager = map(
        local, ("2026-05-18 09:00", "2026-05-19 09:00", "2026-05-21 09:00", "2026-05-27 09:00")
    )

    moved = set_back([deputy, director, manager], [], overdue, local("2026-06-12 14:20"), HOUSE)  # a Friday

    assert moved == [local("2026-06-15 09:00"), local("2026-06-17 09:00"), local("2026-06-22 09:00")]


def test_what_is_still_ahead_keeps_its_moment_unless_it_would_overtake() -> None:
    overdue, deputy, director = map(local, ("2026-05-18 09:00", "2026-05-19 09:00", "2026-05-21 09:00"))
    now = local("2026-05-22 09:30")

    assert set_back([deputy, director], [local("2026-05-27 09:00")], overdue, now, HOUSE) == [
        local("2026-05-26 09:00"), local("2026-05-28 09:00"), local("2026-05-28 09:00")
    ]  # fmt: skip
    assert set_back([deputy], [local("2026-05-29 09:00")], overdue, now, HOUSE)[1] == local("2026-05-29 09:00")


@given(
    st.lists(st.integers(0, 400), min_size=1, max_size=5), st.lists(st.integers(1, 400), max_size=3),
    st.integers(400, 3000),
)  # fmt: skip
def test_set_back_never_turns_the_order_round_and_never_looks_back(
    passed: list[int], ahead: list[int], away: int
) -> None:
    told_at = local("2026-05-04 09:00")
    now = told_at + timedelta(hours=away)
    waiting = [told_at + timedelta(hours=one) for one in sorted(passed)]
    coming = [now + timedelta(hours=one) for one in sorted(ahead)]

    moved = set_back(waiting, coming, told_at, now, HOUSE)

    assert moved == sorted(moved)
    assert all(moment >= now for moment in moved)
    assert all(within_office_hours(moment, HOUSE) == moment for moment in moved[: len(passed)])
    assert all(one >= planned for one, planned in zip(moved[len(passed) :], coming, strict=True))
