"""The policy of a house: defaults, what a house may set itself, and what is refused."""

from datetime import date, datetime, time

import pytest
from pydantic import ValidationError

from models import ladder
from models.clocks import AMSTERDAM, Budget, Unit, calendar_days, clock_hours, due, fixed, next_cutoff, working_days
from models.ladder import RungSpec, Step
from models.owed import DUTIES, MAY_LAPSE
from models.policy import CutOff, LadderStep, Policy, Term
from models.words import DutyKind as K

DEFAULT = Policy()


@pytest.mark.parametrize("kind", sorted(set(K) - {K.EVALUATION}))
def test_a_house_without_a_policy_has_the_default_terms(kind: K) -> None:
    spec = DUTIES[kind]

    assert DEFAULT.term(kind, urgent=False) == spec.term
    assert DEFAULT.term(kind, urgent=True) == (spec.urgent_term or spec.term)


def test_a_term_of_the_house_replaces_the_default_and_leaves_the_urgent_one() -> None:
    policy = Policy(terms={K.KNOWN: Term(unit=Unit.WORKING_DAYS, amount=2)})

    assert policy.term(K.KNOWN, urgent=False) == working_days(2)
    assert policy.term(K.KNOWN, urgent=True) == clock_hours(24)
    assert policy.term(K.ADMISSION, urgent=False) == working_days(5)


def test_an_urgent_term_of_the_house_counts_when_urgent_and_at_high_risk() -> None:
    policy = Policy(urgent_terms={K.KNOWN: Term(unit=Unit.CLOCK_HOURS, amount=6)})

    assert policy.term(K.KNOWN, urgent=True) == clock_hours(6)
    assert policy.term(K.KNOWN, urgent=False, high_risk=True) == clock_hours(6)
    assert policy.term(K.KNOWN, urgent=False) == working_days(3)


def test_an_incident_is_judged_the_same_day_and_within_four_hours_at_high_risk() -> None:
    assert DEFAULT.term(K.INCIDENT, urgent=False) == working_days(0)
    assert DEFAULT.term(K.INCIDENT, urgent=False, high_risk=True) == clock_hours(4)


def test_high_risk_alone_makes_nothing_else_urgent() -> None:
    assert DEFAULT.term(K.ADMISSION, urgent=False, high_risk=True) == working_days(5)


@pytest.mark.parametrize(
    ("urgent", "high_risk", "days"), [(False, False, 42), (True, False, 14), (False, True, 14), (True, True, 14)]
)
def test_an_evaluation_is_held_sooner_when_the_risk_is_high(urgent: bool, high_risk: bool, days: int) -> None:  # noqa: FBT001
    assert DEFAULT.term(K.EVALUATION, urgent=urgent, high_risk=high_risk) == calendar_days(days)


def test_a_house_sets_how_often_it_evaluates() -> None:
    policy = Policy(evaluation_days=56, evaluation_days_high_risk=28)

    assert policy.term(K.EVALUATION, urgent=False) == calendar_days(56)
    assert policy.term(K.EVALUATION, urgent=True) == calendar_days(28)


def test_ladders_are_by_the_day_or_urgently_by_the_hour() -> None:
    assert DEFAULT.ladder(K.KNOWN, urgent=False) == list(ladder.DEFAULT)
    assert DEFAULT.ladder(K.KNOWN, urgent=True) == list(ladder.URGENT)
    assert DEFAULT.ladder(K.SUPPLEMENT, urgent=True) == list(ladder.DEFAULT), "it has no urgent term"
    assert DEFAULT.ladder(K.EVALUATION, urgent=True) == list(ladder.DEFAULT), "two weeks are no hours"


def test_a_house_sets_its_own_ladder() -> None:
    policy = Policy(ladders={K.KNOWN: [LadderStep(step=Step.DUE, after=0), LadderStep(step=Step.MANAGER, after=1)]})

    assert policy.ladder(K.KNOWN, urgent=False) == [
        RungSpec(Step.DUE, working_days(0)), RungSpec(Step.MANAGER, working_days(1)),
    ]  # fmt: skip


def test_a_ladder_by_the_day_does_not_replace_the_hours_of_what_is_urgent() -> None:
    steps = [LadderStep(step=Step.DUE, after=0), LadderStep(step=Step.MANAGER, after=1)]
    hours = [LadderStep(step=Step.MANAGER, unit=Unit.CLOCK_HOURS, after=1)]

    assert Policy(ladders={K.KNOWN: steps}).ladder(K.KNOWN, urgent=True) == list(ladder.URGENT)
    assert Policy(urgent_ladders={K.KNOWN: hours}).ladder(K.KNOWN, urgent=True) == [
        RungSpec(Step.MANAGER, clock_hours(1))
    ]
    assert Policy(urgent_ladders={K.KNOWN: hours}).ladder(K.KNOWN, urgent=False) == list(ladder.DEFAULT)


def test_a_policy_says_which_rung_of_which_ladder_cannot_be() -> None:
    lapse = [LadderStep(step=Step.MANAGER, after=1), LadderStep(step=Step.LAPSE, after=2)]
    policy = Policy(ladders={K.KNOWN: lapse, K.ADMISSION: lapse}, urgent_ladders={K.INCIDENT: []})

    assert policy.ladder_faults() == [
        ("ladders", ".over_toelating_beslissen[1]", "deze taak vervalt niet vanzelf"),
        ("urgent_ladders", ".incident_beoordelen", "een ladder heeft ten minste één trede"),
    ]


def test_silence_may_end_what_holds_nothing_up_and_nothing_else() -> None:
    told = {kind for kind, spec in DUTIES.items() if not spec.silent}

    assert told & MAY_LAPSE == {K.KNOWN, K.KNOWN_ELSEWHERE, K.MORE_INFORMATION, K.INFORMATION, K.PROGRESS}


@pytest.mark.parametrize("kind", [kind for kind, spec in DUTIES.items() if spec.silent])
def test_what_lapses_by_itself_has_no_ladder_whatever_the_house_sets(kind: K) -> None:
    policy = Policy(ladders={kind: [LadderStep(step=Step.MANAGER, after=1)]})

    assert policy.ladder(kind, urgent=False) == list(ladder.SILENT)


def test_the_calendar_has_the_closing_days_and_hours_of_the_house() -> None:
    calendar = Policy(closing_days=frozenset({date(2026, 12, 24)}), opens=time(8), closes=time(16)).calendar()

    moment = due(datetime(2026, 12, 23, 9, tzinfo=AMSTERDAM), working_days(1), calendar).moment

    assert moment == datetime(2026, 12, 28, 16, tzinfo=AMSTERDAM)


def test_a_weekly_cut_off_is_a_weekday_and_a_time() -> None:
    cutoff = CutOff(weekday=0, at=time(12), triage_weekday=1)
    sunday = datetime(2026, 11, 22, 12, tzinfo=AMSTERDAM)

    closes = next_cutoff(sunday, cutoff.weekday, cutoff.at, DEFAULT.calendar())

    assert closes == datetime(2026, 11, 23, 12, tzinfo=AMSTERDAM)
    triage = next_cutoff(closes, cutoff.triage_weekday, time(17), DEFAULT.calendar())
    assert triage == datetime(2026, 11, 24, 17, tzinfo=AMSTERDAM)


def test_a_term_that_a_law_sets_is_counted_by_the_calendar_of_that_law() -> None:
    policy = Policy(closing_days=frozenset({date(2026, 12, 24)}), opens=time(8), closes=time(16))
    anchor = datetime(2026, 11, 24, 10, tzinfo=AMSTERDAM)

    assert {kind for kind, spec in DUTIES.items() if spec.statutory} == {K.INFORM_PERSON}
    assert policy.calendar(K.INFORM_PERSON) == policy.calendar().for_law()
    assert policy.calendar(K.EVALUATION) == policy.calendar()
    by_law = policy.due(K.INFORM_PERSON, anchor, calendar_days(30))
    agreed = policy.due(K.FOLLOW_UP_CALL, anchor, calendar_days(30))
    assert by_law.moment == datetime(2026, 12, 24, 16, tzinfo=AMSTERDAM)
    assert agreed.moment == datetime(2026, 12, 28, 16, tzinfo=AMSTERDAM)


def test_admission_at_a_weekly_triage_says_which_one_it_is() -> None:
    policy = Policy(weekly_cutoff=CutOff(weekday=0, at=time(12), triage_weekday=1))
    wednesday = datetime(2026, 12, 2, 10, tzinfo=AMSTERDAM)
    triage = policy.triage(wednesday)
    assert triage is not None

    told = policy.due(K.ADMISSION, wednesday, fixed(triage.moment))

    assert told.explanation() == "binnen vóór maandag 12.00 uur: triage van dinsdag 8 december"
    assert told.moment == triage.moment


@pytest.mark.parametrize("kind", [K.ADMISSION, K.HOLD_MEETING])
def test_a_moment_that_was_agreed_is_no_triage(kind: K) -> None:
    policy = Policy(weekly_cutoff=CutOff(weekday=0, at=time(12), triage_weekday=1))
    wednesday = datetime(2026, 12, 2, 10, tzinfo=AMSTERDAM)
    agreed = datetime(2026, 12, 8, 17 if kind is K.HOLD_MEETING else 16, tzinfo=AMSTERDAM)

    assert policy.due(kind, wednesday, fixed(agreed)).explanation().startswith("vast moment: 8 december 2026")
    assert DEFAULT.due(kind, wednesday, fixed(agreed)).explanation().startswith("vast moment: 8 december 2026")
    assert policy.due(kind, wednesday, working_days(1)).explanation() == "1 werkdag na 2 december 2026"


def test_a_house_without_a_weekly_cut_off_has_no_weekly_triage() -> None:
    assert DEFAULT.triage(datetime(2026, 12, 2, 10, tzinfo=AMSTERDAM)) is None


def test_a_closing_day_may_have_a_name() -> None:
    day = date(2026, 12, 24)
    policy = Policy.model_validate({"closing_days": ["2026-12-24"], "closing_names": {"2026-12-24": "kerstborrel"}})

    assert policy.calendar().why_not(day) == "kerstborrel"
    assert policy.calendar(K.INFORM_PERSON).why_not(day) is None
    assert Policy.model_validate(policy.model_dump(mode="json")) == policy


BAD: dict[str, dict[str, object]] = {
    "a negative term": {"terms": {"bekend_of_niet_bekend": {"unit": "working_days", "amount": -1}}},
    "a term without end": {"terms": {"bekend_of_niet_bekend": {"unit": "working_days", "amount": 5001}}},
    "a fixed term": {"terms": {"bekend_of_niet_bekend": {"unit": "fixed", "amount": 0}}},
    "a fixed urgent term": {"urgent_terms": {"bekend_of_niet_bekend": {"unit": "fixed", "amount": 0}}},
    "a fixed step": {"ladders": {"bekend_of_niet_bekend": [{"step": "due", "unit": "fixed", "after": 0}]}},
    "an unknown step": {"ladders": {"bekend_of_niet_bekend": [{"step": "fine", "after": 0}]}},
    "a step before time": {"ladders": {"bekend_of_niet_bekend": [{"step": "due", "after": -61}]}},
    "an unknown duty": {"terms": {"koffie_halen": {"unit": "working_days", "amount": 1}}},
    "an unknown field": {"terminen": {}},
    "closing before opening": {"opens": "17:00", "closes": "09:00"},
    "never open": {"opens": "09:00", "closes": "09:00"},
    "opening in another zone": {"opens": "09:00+02:00"},
    "an eighth day": {"weekly_cutoff": {"weekday": 7, "at": "12:00", "triage_weekday": 1}},
    "a name for a day that is no closing day": {"closing_names": {"2026-12-24": "kerstborrel"}},
    "a closing day with an empty name": {"closing_days": ["2026-12-24"], "closing_names": {"2026-12-24": ""}},
    "erasing at once": {"erase_after_days": 0},
    "keeping what must be erased": {"erase_after_days": 91},
    "an evaluation every day": {"evaluation_days": 6},
    "a high risk left for six weeks": {"evaluation_days_high_risk": 42},
    "a word nobody knows": {"meeting_word": "borrel"},
}


@pytest.mark.parametrize("data", list(BAD.values()), ids=list(BAD))
def test_bad_data_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Policy.model_validate(data)


def test_a_policy_survives_being_kept_as_data() -> None:
    policy = Policy(
        terms={K.KNOWN: Term(unit=Unit.CLOCK_HOURS, amount=48)}, closing_days=frozenset({date(2026, 12, 24)}),
        weekly_cutoff=CutOff(weekday=0, at=time(12), triage_weekday=1),
        ladders={K.KNOWN: [LadderStep(step=Step.DUE, after=0)]},
    )  # fmt: skip

    assert Policy.model_validate(policy.model_dump(mode="json")) == policy
    assert policy.term(K.KNOWN, urgent=False) == Budget(Unit.CLOCK_HOURS, 48)
