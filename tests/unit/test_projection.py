"""What a changed policy moves, and what it leaves alone: pure, at one moment."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import clocks, projection
from models.clocks import Hold, Unit, WorkingCalendar
from models.ladder import Step
from models.lights import working_days_between
from models.policy import CutOff, LadderStep, Policy, Term
from models.projection import Move, Owed, Projection
from models.refusals import InvalidFields, NotPossible
from models.words import DutyKind, TermChange

MONDAY = datetime(2026, 9, 7, 8, 0, tzinfo=UTC)  # 10:00 in Amsterdam, and no holiday for months
NOW = MONDAY + timedelta(days=1)


def owed(policy: Policy, kind: DutyKind = DutyKind.KNOWN, anchor: datetime = MONDAY, **facts: Any) -> Owed:
    """A duty that was opened under this policy."""
    urgent, high_risk = facts.get("urgent", False), facts.get("high_risk", False)
    given_ = projection.term_of(policy, kind, anchor, urgent=urgent, high_risk=high_risk)
    term = facts.pop("term", projection.Term(given_.unit, given_.amount, 0, given_.at))
    due = clocks.due(anchor, term.budget(), policy.calendar(kind), facts.get("holds", ()))
    complete = {
        "id": uuid4(), "case_id": uuid4(), "kind": kind, "anchor": anchor, "term": term, "due_at": due.moment,
        "due_version": 1, "opened_at": anchor,
    }  # fmt: skip
    return Owed(**complete | facts)


def moved(duty: Owed, old: Policy, new: Policy, now: datetime = NOW) -> Move | None:
    return Projection(old, new, now).of(duty)


def days(amount: int, kind: DutyKind = DutyKind.KNOWN) -> Policy:
    return Policy(terms={kind: Term(unit=Unit.WORKING_DAYS, amount=amount)})


def test_the_same_policy_moves_nothing() -> None:
    moves = [moved(owed(Policy(), kind), Policy(), Policy(evaluation_days=42)) for kind in DutyKind]

    assert [one for one in moves if one is not None] == []


def test_a_term_of_the_policy_becomes_the_new_term_from_the_same_anchor() -> None:
    duty = owed(Policy())

    move = moved(duty, Policy(), days(5))

    assert move is not None
    assert move.becomes == clocks.due(MONDAY, clocks.working_days(5), Policy().calendar()).moment
    assert (move.why, move.term.amount, move.version) == (TermChange.POLICY, 5, 2)
    assert move.explanation.endswith("(het beleid is gewijzigd)")
    assert next(rung.step for rung in move.armed or ()) is Step.REMIND


def test_what_no_policy_of_the_house_gave_stays_as_it_is() -> None:
    named = owed(Policy(), term=projection.Term(Unit.WORKING_DAYS, 11))
    agreed = owed(Policy(), term=projection.Term(Unit.FIXED, 0, 0, MONDAY + timedelta(days=9)))

    assert moved(named, Policy(), days(5)) is None
    assert moved(agreed, Policy(), days(5)) is None


def test_an_extension_stays_on_top() -> None:
    duty = owed(Policy(), term=projection.Term(Unit.WORKING_DAYS, 3, 2))

    move = moved(duty, Policy(), days(5))

    assert move is not None
    assert (move.term.amount, move.term.extra) == (5, 2)
    assert move.becomes == clocks.due(MONDAY, clocks.working_days(7), Policy().calendar()).moment
    assert "waarvan 2 werkdagen verlenging" in move.explanation


@pytest.mark.parametrize(("unit", "extra"), [(Unit.CLOCK_HOURS, 16), (Unit.WORKING_HOURS, 16), (Unit.CALENDAR_DAYS, 2)])
def test_an_extension_is_worth_as_much_in_another_unit(unit: Unit, extra: int) -> None:
    duty = owed(Policy(), term=projection.Term(Unit.WORKING_DAYS, 3, 2))

    move = moved(duty, Policy(), Policy(terms={DutyKind.KNOWN: Term(unit=unit, amount=30)}))

    assert move is not None
    assert (move.term.unit, move.term.extra) == (unit, extra)
    assert projection.converted(extra, unit, Unit.WORKING_DAYS) == 2


def test_an_urgent_duty_follows_the_urgent_terms_only() -> None:
    duty = owed(Policy(), urgent=True)
    hours = Policy(urgent_terms={DutyKind.KNOWN: Term(unit=Unit.CLOCK_HOURS, amount=12)})

    assert moved(duty, Policy(), days(9)) is None
    move = moved(duty, Policy(), hours)
    assert move is not None
    assert move.becomes == MONDAY + timedelta(hours=12)


def test_an_evaluation_follows_the_days_of_its_own_risk() -> None:
    usual, risky = (owed(Policy(), DutyKind.EVALUATION, high_risk=risk) for risk in (False, True))
    before = owed(Policy(), DutyKind.EVALUATION)  # opened before the case was at high risk

    assert moved(risky, Policy(), Policy(evaluation_days=56)) is None
    found = (
        moved(usual, Policy(), Policy(evaluation_days=56)),
        moved(replace(before, high_risk=True), Policy(), Policy(evaluation_days=56)),
    )
    assert [move and move.term.amount for move in found] == [56, 56]


def test_a_closing_day_moves_what_counts_it_and_says_so() -> None:
    closed = Policy(closing_days=frozenset({date(2026, 9, 9)}))

    move = moved(owed(Policy()), Policy(), closed)
    calendar_days = moved(owed(Policy(), DutyKind.INFORM_PERSON), Policy(), closed)

    assert move is not None
    assert (move.why, "9 september (sluitingsdag)" in move.explanation) == (TermChange.CALENDAR, True)
    assert calendar_days is None or not calendar_days.moved


def test_other_closing_hours_move_the_moment_on_its_day() -> None:
    duty = owed(Policy())

    move = moved(duty, Policy(), Policy(closes=time(16)))

    assert move is not None
    assert (move.becomes, move.why) == (duty.due_at - timedelta(hours=1), TermChange.CALENDAR)


def test_a_triage_follows_the_weekly_cut_off() -> None:
    tuesday = Policy(weekly_cutoff=CutOff(weekday=0, at=time(12), triage_weekday=1))
    thursday = Policy(weekly_cutoff=CutOff(weekday=0, at=time(12), triage_weekday=3))
    closed = Policy(weekly_cutoff=tuesday.weekly_cutoff, closing_days=frozenset({date(2026, 9, 8)}))
    duty = owed(tuesday, DutyKind.ADMISSION)

    found = [moved(duty, tuesday, one, MONDAY) for one in (thursday, closed, Policy())]

    assert [move and move.why for move in found] == [TermChange.POLICY, TermChange.CALENDAR, TermChange.POLICY]
    assert [move and move.becomes.day for move in found] == [10, 7, 14], (
        "a triage on a day off comes a working day earlier"
    )
    assert [move and move.term.unit for move in found] == [Unit.FIXED, Unit.FIXED, Unit.WORKING_DAYS]


def test_a_hold_counts_and_nothing_is_armed_while_the_clock_stands_still() -> None:
    hold = Hold(MONDAY + timedelta(days=1), MONDAY + timedelta(days=8))
    duty = owed(Policy(), holds=(hold,), stands_still=True)

    move = moved(duty, Policy(), days(5))

    assert move is not None
    assert move.becomes == clocks.due(MONDAY, clocks.working_days(5), Policy().calendar(), [hold]).moment
    assert move.armed == ()


def test_a_hold_of_one_duty_has_no_end_until_it_ends() -> None:
    hold = Hold(MONDAY, MONDAY + timedelta(days=366))

    assert projection.counting(DutyKind.ADMISSION, [(True, hold, False)], NOW) == ([], True)
    assert projection.counting(DutyKind.ADMISSION, [(True, hold, True)], NOW) == ([hold], False)
    assert projection.counting(DutyKind.ADMISSION, [(False, hold, False)], NOW) == ([hold], False)
    assert projection.counting(DutyKind.INFORM_PERSON, [(False, hold, False)], NOW) == ([], False)


def ladder(*steps: tuple[Step, int]) -> Policy:
    return Policy(ladders={DutyKind.KNOWN: [LadderStep(step=step, after=after) for step, after in steps]})


def test_another_ladder_leaves_the_moment_and_arms_what_is_to_come() -> None:
    duty = owed(Policy())

    move = moved(duty, Policy(), ladder((Step.DUE, 0), (Step.MANAGER, 1)))

    assert move is not None
    assert (move.moved, move.version) == (False, 1)
    assert [rung.step for rung in move.armed or ()] == [Step.DUE, Step.MANAGER]


def test_a_step_that_went_by_is_not_made_up_for() -> None:
    old, new = ladder((Step.MANAGER, 9)), ladder((Step.OVERDUE, 1), (Step.MANAGER, 9), (Step.DIRECTOR, 10))
    duty = owed(old)
    late = duty.due_at + timedelta(days=4)

    move = moved(duty, old, new, late)

    assert move is not None
    assert [rung.step for rung in move.armed or ()] == [Step.MANAGER, Step.DIRECTOR]


def test_a_step_that_was_to_come_and_comes_sooner_is_due_at_once() -> None:
    old, new = ladder((Step.MANAGER, 9)), ladder((Step.MANAGER, 1))
    duty = owed(old)
    late = duty.due_at + timedelta(days=5)

    move = moved(duty, old, new, late)

    assert move is not None
    assert [rung.fire_at < late for rung in move.armed or ()] == [True]


def test_when_the_whole_ladder_has_gone_by_the_owner_hears_first_and_the_rest_follows_as_the_ladder_has_it() -> None:
    duty = owed(days(90))
    later = MONDAY + timedelta(days=60)

    move = moved(duty, days(90), days(3), later)

    assert move is not None
    armed = move.armed or ()
    assert [rung.step for rung in armed] == [
        Step.OVERDUE, Step.DEPUTY, Step.DIRECTOR, Step.PARTNER_MANAGER, Step.MANAGER,
    ]  # fmt: skip
    assert armed[0].fire_at == later
    days_between = [working_days_between(one.fire_at.date(), other.fire_at.date(), WorkingCalendar())
                    for one, other in pairwise(armed)]  # fmt: skip
    assert days_between == [1, 2, 1, 2]


def test_a_calendar_that_leaves_nothing_open_is_refused_by_name() -> None:
    start = NOW.date()
    shut = frozenset(start + timedelta(days=n) for n in range(400))
    minute = Policy(opens=time(9), closes=time(9, 1), terms={
        DutyKind.KNOWN: Term(unit=Unit.WORKING_HOURS, amount=1500)})  # fmt: skip

    with pytest.raises(InvalidFields, match="sluitingsdagen") as closed:
        projection.must_work(Policy(closing_days=shut), NOW)
    with pytest.raises(InvalidFields, match="termijnen"):
        projection.must_work(minute, NOW)
    with pytest.raises(NotPossible, match="niet te berekenen"):
        moved(owed(Policy()), Policy(), minute)
    assert "van 8 september 2026 tot" in closed.value.errors[0].message


def test_a_summer_closure_and_the_defaults_work() -> None:
    summer = frozenset(date(2026, 7, 20) + timedelta(days=n) for n in range(35))

    projection.must_work(Policy(), NOW)
    projection.must_work(Policy(closing_days=summer), datetime(2026, 7, 1, tzinfo=UTC))


#: a week off, other hours, other terms: whatever a house may change
policies = st.builds(
    Policy,
    terms=st.dictionaries(
        st.sampled_from(DutyKind),
        st.builds(Term, unit=st.sampled_from([Unit.WORKING_DAYS, Unit.CLOCK_HOURS, Unit.WORKING_HOURS]),
                  amount=st.integers(0, 30)), max_size=5),
    closing_days=st.frozensets(st.dates(date(2026, 9, 1), date(2026, 10, 30)), max_size=9),
    opens=st.sampled_from([time(8), time(9)]), closes=st.sampled_from([time(16), time(17)]),
    evaluation_days=st.integers(7, 60),
)  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(old=policies, new=policies, kind=st.sampled_from(DutyKind), hours=st.integers(0, 400), urgent=st.booleans())
def test_a_duty_lands_where_it_would_be_if_it_had_opened_under_the_new_policy(
    *, old: Policy, new: Policy, kind: DutyKind, hours: int, urgent: bool
) -> None:
    anchor = MONDAY - timedelta(hours=hours)
    duty = owed(old, kind, anchor, urgent=urgent)

    move = moved(duty, old, new)

    fresh = owed(new, kind, anchor, urgent=urgent)
    assert (move.becomes if move else duty.due_at) == fresh.due_at
    assert moved(replace(fresh, due_version=2), new, new) is None
