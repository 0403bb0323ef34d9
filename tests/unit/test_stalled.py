"""The one definition of late and stalled: a row for every cause, and for what is not one."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from models.absence import PersonFacts
from models.clocks import WorkingCalendar
from models.lights import Colour, light, working_days_between
from models.stalled import (
    WORDS,
    Act,
    CaseState,
    Cause,
    Crew,
    DutyFacts,
    EntryFacts,
    MessageFacts,
    Party,
    causes,
    late,
)
from models.words import DutyKind, OrganisationKind, Phase, Role

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)  # a Tuesday
AGO = NOW - timedelta(days=3)
SILENT_SINCE = NOW - timedelta(days=28)
HOUSE, PARTNER = UUID(int=1), UUID(int=2)
DIRECTOR, CONTACT, COLLEAGUE, MANAGER = (UUID(int=n) for n in range(11, 15))


def somebody(one: UUID = CONTACT, **facts: object) -> PersonFacts:
    contact = PersonFacts(one, PARTNER, OrganisationKind.LID2, frozenset({Role.CONTACT}))
    return replace(contact, **facts)  # type: ignore[arg-type]


STAFF = (
    PersonFacts(DIRECTOR, HOUSE, OrganisationKind.HOUSE, frozenset({Role.PROCESS_DIRECTOR})),
    PersonFacts(MANAGER, HOUSE, OrganisationKind.HOUSE, frozenset({Role.MANAGER})),
)
DIRECTS = Party(HOUSE, Role.PROCESS_DIRECTOR, DIRECTOR)
DUTY = DutyFacts(UUID(int=31), DutyKind.INFORMATION, Party(PARTNER), AGO, NOW + timedelta(days=2))


def a_state(*duties: DutyFacts, people: tuple[PersonFacts, ...] = (somebody(),), **facts: object) -> CaseState:
    """A case in execution that moves: one open duty of a partner, and an event of three days ago."""
    state = CaseState(Phase.MONITORING, HOUSE, DIRECTOR, AGO, Crew((*STAFF, *people)), duties=duties or (DUTY,))
    return replace(state, **facts)  # type: ignore[arg-type]


def found(state: CaseState) -> list[Cause]:
    return [stall.cause for stall in causes(state, NOW, SILENT_SINCE)]


def test_a_case_with_an_open_duty_of_somebody_who_is_there_moves() -> None:
    assert found(a_state()) == []


AWAY = somebody(absent_from=AGO)
BACK = somebody(absent_from=AGO, absent_until=NOW - timedelta(hours=1))
LEAVING = somebody(absent_from=NOW + timedelta(hours=1))
COVERED = somebody(absent_from=AGO, deputy_id=COLLEAGUE)
OTHER = somebody(COLLEAGUE, roles=frozenset())
OTHER_AWAY = replace(OTHER, absent_from=AGO)
NAMED = replace(DUTY, owner=Party(PARTNER, person_id=CONTACT))
BY_FLOW = replace(DUTY, kind=DutyKind.FEEDBACK, owner=Party(HOUSE, Role.TRIAGE_OFFICER))
EXHAUSTED = replace(DUTY, due_at=AGO, exhausted_at=AGO)
TABLE = replace(DUTY, kind=DutyKind.ADMISSION, owner=Party(HOUSE, Role.TRIAGE_MEMBER))
GONE = MessageFacts(Party(PARTNER, person_id=CONTACT), NOW - timedelta(days=1))
HELD: dict[str, Any] = {"hold_since": AGO, "hold_until": NOW + timedelta(days=9)}
HELD_TOO_LONG: dict[str, Any] = {"hold_since": AGO, "hold_until": NOW - timedelta(hours=1)}
LONG_AGO = SILENT_SINCE - timedelta(seconds=1)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        pytest.param(a_state(EXHAUSTED), [Cause.EXHAUSTED], id="the ladder has no step left"),
        pytest.param(a_state(replace(EXHAUSTED, case_on_hold=True)), [], id="a clock that stands still has no ladder"),
        pytest.param(a_state(replace(EXHAUSTED, held=True)), [], id="nor has a duty with a hold of its own"),
        pytest.param(
            a_state(replace(EXHAUSTED, kind=DutyKind.COMMITMENT, case_on_hold=True)),
            [Cause.EXHAUSTED], id="a commitment runs on during a hold",
        ),
        pytest.param(
            a_state(DUTY, replace(BY_FLOW, exhausted_at=AGO)), [Cause.ENGINE_BEHIND], id="the flow is long overdue",
        ),
        pytest.param(a_state(duties=()), [Cause.NOTHING_OPEN], id="nobody owes anything"),
        pytest.param(a_state(BY_FLOW), [Cause.NOTHING_OPEN], id="only the flow owes something"),
        pytest.param(a_state(people=()), [Cause.NOTHING_OPEN], id="the owner has nobody left"),
        pytest.param(a_state(people=(somebody(active=False),)), [Cause.NOTHING_OPEN], id="the contact left"),
        pytest.param(
            a_state(NAMED, people=(somebody(organisation_id=HOUSE),)), [Cause.NOTHING_OPEN], id="named, but moved on",
        ),
        pytest.param(a_state(TABLE), [Cause.NOTHING_OPEN], id="nobody sits at the triage table"),
        pytest.param(
            a_state(TABLE, people=(
                somebody(organisation_kind=OrganisationKind.LID1, roles=frozenset({Role.TRIAGE_MEMBER})),
            )),
            [], id="any public participant at the table will do",
        ),
        pytest.param(
            a_state(TABLE, people=(somebody(roles=frozenset({Role.TRIAGE_MEMBER})),)),
            [Cause.NOTHING_OPEN], id="a private participant never decides",
        ),
        pytest.param(a_state(**HELD), [], id="on hold"),
        pytest.param(a_state(**HELD_TOO_LONG), [Cause.HOLD_EXPIRED], id="the hold is over"),
        pytest.param(a_state(people=(AWAY,)), [Cause.OWNER_ABSENT], id="the only contact is away"),
        pytest.param(a_state(NAMED, people=(AWAY, OTHER)), [Cause.OWNER_ABSENT], id="the person named is away"),
        pytest.param(
            a_state(people=(AWAY, somebody(COLLEAGUE))), [], id="another contact of the organisation is there",
        ),
        pytest.param(a_state(people=(BACK,)), [], id="back again"),
        pytest.param(a_state(people=(LEAVING,)), [], id="not away yet"),
        pytest.param(a_state(NAMED, people=(COVERED, OTHER)), [], id="away, with a deputy"),
        pytest.param(a_state(NAMED, people=(COVERED, OTHER_AWAY)), [Cause.OWNER_ABSENT], id="the deputy is away too"),
        pytest.param(a_state(NAMED, people=(COVERED,)), [Cause.OWNER_ABSENT], id="the deputy has left"),
        pytest.param(a_state(replace(NAMED, case_on_hold=True), people=(AWAY,)), [], id="away during a hold"),
        pytest.param(a_state(messages=(GONE,)), [Cause.UNDELIVERABLE], id="a message did not arrive"),
        pytest.param(
            a_state(messages=(GONE,), last_event_at=NOW), [], id="something happened after the message was given up",
        ),
        pytest.param(
            a_state(messages=(replace(GONE, arrived_later_at=NOW),)), [], id="a later message did arrive",
        ),
        pytest.param(
            a_state(messages=(replace(GONE, arrived_later_at=AGO),)), [Cause.UNDELIVERABLE], id="an earlier one did",
        ),
        pytest.param(a_state(last_event_at=SILENT_SINCE), [Cause.SILENT], id="nothing happened for too long"),
        pytest.param(a_state(last_event_at=LONG_AGO, **HELD), [], id="a case on hold is not silent"),
        pytest.param(
            a_state(last_event_at=LONG_AGO, **HELD_TOO_LONG), [Cause.HOLD_EXPIRED, Cause.SILENT],
            id="silent again after the hold",
        ),
        pytest.param(a_state(last_event_at=LONG_AGO, phase=Phase.REGIE), [], id="silence counts in execution only"),
        pytest.param(
            a_state(entries=(EntryFacts(AGO, timedelta(minutes=11)),)), [Cause.ENGINE_BEHIND], id="work waits too long",
        ),
        pytest.param(a_state(entries=(EntryFacts(NOW, timedelta(minutes=9)),)), [], id="work waits a little"),
        pytest.param(
            a_state(entries=(EntryFacts(NOW, timedelta(), gave_up_at=AGO),)), [Cause.ENGINE_BEHIND], id="given up",
        ),
        pytest.param(a_state(EXHAUSTED, phase=Phase.CLOSED, duties=()), [], id="a closed case is never stalled"),
        pytest.param(
            a_state(EXHAUSTED, NAMED, people=(AWAY,)), [Cause.EXHAUSTED, Cause.OWNER_ABSENT, Cause.OWNER_ABSENT],
            id="several causes, the gravest first",
        ),
    ],
)  # fmt: skip
def test_a_case_is_stalled_for_the_causes_that_are_there(state: CaseState, expected: list[Cause]) -> None:
    assert found(state) == expected


def one_stall(state: CaseState) -> tuple[datetime, Party, Party]:
    (stall,) = causes(state, NOW, SILENT_SINCE)
    return stall.since, stall.waits_on, stall.can_act


def test_an_exhausted_ladder_waits_for_the_owner_and_the_regisseur_can_act() -> None:
    assert one_stall(a_state(EXHAUSTED)) == (AGO, Party(PARTNER), DIRECTS)


def test_the_manager_can_act_when_it_waits_for_the_regisseur() -> None:
    assert one_stall(a_state(replace(EXHAUSTED, owner=DIRECTS)))[2] == Party(HOUSE, Role.MANAGER)


def test_without_a_regisseur_the_triage_officers_can_act() -> None:
    assert one_stall(a_state(duties=(), director_id=None))[2] == Party(HOUSE, Role.TRIAGE_OFFICER)


def test_of_who_an_organisation_named_for_a_case_only_they_count_and_stand_in_for_each_other() -> None:
    there, other = somebody(COLLEAGUE), somebody(UUID(int=15))
    people, named = (AWAY, there, other), {PARTNER: frozenset({CONTACT})}

    assert found(a_state(people=people)) == []
    assert found(a_state(people=people, named=named)) == [Cause.OWNER_ABSENT]
    assert found(a_state(people=people, named={PARTNER: frozenset({CONTACT, COLLEAGUE})})) == []
    covered = replace(AWAY, deputy_id=COLLEAGUE)
    assert found(a_state(people=(covered, there), named=named)) == [Cause.OWNER_ABSENT], "the deputy cannot read it"
    assert found(a_state(EXHAUSTED, people=people, named=named))[0] is Cause.EXHAUSTED


def test_an_absent_partner_is_called_and_an_absent_regisseur_gets_a_deputy_from_the_manager() -> None:
    away_director = replace(STAFF[0], absent_from=NOW - timedelta(days=1))
    crew = Crew((away_director, STAFF[1]))

    assert one_stall(a_state(people=(AWAY,)))[2] == DIRECTS
    assert one_stall(a_state(replace(DUTY, owner=DIRECTS), crew=crew)) == (
        NOW - timedelta(days=1), DIRECTS, Party(HOUSE, Role.MANAGER),
    )  # fmt: skip


def test_absence_counts_from_when_the_last_one_left_and_never_from_before_the_duty_opened() -> None:
    long_away = somebody(absent_from=AGO - timedelta(days=30))
    last = somebody(COLLEAGUE, absent_from=NOW - timedelta(days=1))

    assert one_stall(a_state(people=(long_away,)))[0] == AGO
    assert one_stall(a_state(people=(long_away, last)))[0] == NOW - timedelta(days=1)


def test_an_undeliverable_message_waits_for_its_recipient() -> None:
    assert one_stall(a_state(messages=(GONE,))) == (GONE.gave_up_at, GONE.recipient, DIRECTS)


def test_the_administrator_can_act_when_the_engine_is_behind() -> None:
    state = a_state(entries=(EntryFacts(AGO, timedelta(hours=1)),))

    assert one_stall(state) == (AGO, Party(HOUSE), Party(HOUSE, Role.ADMINISTRATOR))


def test_every_cause_has_words_and_every_act_is_offered() -> None:
    assert set(WORDS) == set(Cause)
    assert {words.act for words in WORDS.values()} == set(Act)
    assert all(words.meaning.endswith(".") and words.offer.endswith(".") for words in WORDS.values())


@pytest.mark.parametrize(
    ("duty", "expected"),
    [
        pytest.param(replace(DUTY, due_at=NOW), True, id="due at this moment"),
        pytest.param(replace(DUTY, due_at=NOW + timedelta(seconds=1)), False, id="not yet due"),
        pytest.param(EXHAUSTED, False, id="exhausted is stalled, no longer just late"),
        pytest.param(replace(DUTY, due_at=AGO, case_on_hold=True), False, id="the case is on hold"),
        pytest.param(replace(DUTY, due_at=AGO, held=True), False, id="its own clock stands still"),
        pytest.param(
            replace(DUTY, due_at=AGO, kind=DutyKind.INFORM_PERSON, case_on_hold=True), True, id="informing runs on",
        ),
    ],
)  # fmt: skip
def test_late_is_past_due_while_the_ladder_runs(duty: DutyFacts, *, expected: bool) -> None:
    assert late(duty, NOW) is expected


@pytest.mark.parametrize(
    ("due_at", "colour", "words"),
    [
        (datetime(2026, 11, 27, 16, tzinfo=UTC), Colour.ON_TIME, "nog 3 werkdagen"),
        (datetime(2026, 11, 26, 16, tzinfo=UTC), Colour.SOON, "nog 2 werkdagen"),
        (datetime(2026, 11, 25, 16, tzinfo=UTC), Colour.SOON, "nog 1 werkdag"),
        (datetime(2026, 11, 24, 16, tzinfo=UTC), Colour.TODAY, "vandaag voor 17:00"),
        (datetime(2026, 11, 24, 9, tzinfo=UTC), Colour.LATE, "net te laat"),
        (datetime(2026, 11, 20, 16, tzinfo=UTC), Colour.LATE, "2 werkdagen te laat"),
        (datetime(2026, 11, 23, 16, tzinfo=UTC), Colour.LATE, "1 werkdag te laat"),
    ],
)
def test_a_traffic_light_says_in_words_how_long(due_at: datetime, colour: Colour, words: str) -> None:
    found_ = light(due_at, NOW, WorkingCalendar())

    assert (found_.colour, found_.words) == (colour, words)


def test_a_term_that_ends_before_the_next_working_day_says_so() -> None:
    friday, sunday = datetime(2026, 11, 27, 10, tzinfo=UTC), datetime(2026, 11, 29, 10, tzinfo=UTC)

    assert light(sunday, friday, WorkingCalendar()).words == "voor de volgende werkdag"


def test_a_clock_that_stands_still_is_neither_late_nor_on_time() -> None:
    assert light(AGO, NOW, WorkingCalendar(), stands_still=True).colour is Colour.STILL


def test_closing_days_and_weekends_are_no_working_days() -> None:
    calendar = WorkingCalendar(closing_days=frozenset({date(2026, 11, 25)}))

    assert working_days_between(date(2026, 11, 24), date(2026, 11, 30), calendar) == 3
