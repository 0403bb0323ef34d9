"""Carrying out and following: rounds, progress, incidents, and leaving monitoring."""

from datetime import timedelta

import pytest

from models.refusals import InvalidFields, MayNotDecide, NotPossible
from models.tables.cases import Visit
from models.tables.engine import JournalEntry
from models.tables.meetings import Commitment
from models.words import CommitmentState, DutyKind, Phase, WorkKind
from models.words import DecisionKind as D
from tests.conftest import Databases
from tests.factories import AHouse, Story, a_case

NECESSARY = {"criteria_met": True, "necessity": "zonder regie valt de zorg weg"}


@pytest.fixture
async def story(db: Databases, house: AHouse) -> Story:
    """A case in execution: the police watches, the ggz treats."""
    return await a_case(db.web, house, Phase.MONITORING)


async def test_progress_is_owed_once_by_each_organisation_that_pledged(story: Story) -> None:
    owed = await story.duties(DutyKind.PROGRESS)

    assert sorted(one.owner_organisation_id for one in owed) == sorted(story.organisations("politie", "ggz"))


async def test_going_on_is_a_new_round_with_its_own_progress_and_evaluation(story: Story) -> None:
    evaluation = await story.duty(DutyKind.EVALUATION)
    await story.answer("politie", DutyKind.PROGRESS, "op_schema")

    await story.decide("ggz", D.CONTINUE, **NECESSARY)

    visits = [(one.phase, one.round, one.left_at is None) for one in await story.all(Visit)]
    assert visits[-2:] == [(Phase.MONITORING, 1, False), (Phase.MONITORING, 2, True)]
    rounds = [(one.owner_organisation_id, one.ended_as) for one in await story.duties(DutyKind.PROGRESS)]
    police, ggz = story.organisations("politie", "ggz")
    assert dict(rounds[:2]) == {police: "op_schema", ggz: "geen_antwoord"}
    assert dict(rounds[2:]) == {police: None, ggz: None}
    again = await story.duty(DutyKind.EVALUATION)
    assert (again.id != evaluation.id, again.answered_at) == (True, None)
    assert again.due_at - again.opened_at > timedelta(days=41)


async def test_going_on_says_that_it_is_still_necessary(story: Story) -> None:
    with pytest.raises(InvalidFields) as refused:
        await story.decide("ggz", D.CONTINUE)

    assert {error.field for error in refused.value.errors} == {"criteriaVoldaan", "noodzaak"}


async def test_who_is_not_involved_does_not_decide_to_go_on(story: Story) -> None:
    with pytest.raises(MayNotDecide):
        await story.decide("regisseur", D.CONTINUE, **NECESSARY)
    with pytest.raises(MayNotDecide):
        await story.decide("regisseur", D.CONTINUE, deciders=(story.house.person("om"),), **NECESSARY)


@pytest.mark.parametrize("who", ["regisseur", "triagist", "manager"])
async def test_the_house_registers_what_involved_participants_decided_and_all_follows(story: Story, who: str) -> None:
    named = (story.house.person("politie"), story.house.person("ggz"))

    await story.decide(who, D.CONTINUE, deciders=named, **NECESSARY)

    assert (await story.facts()).round == 2
    assert (await story.open_kinds()).count(DutyKind.PROGRESS) == 2


async def test_a_commitment_is_done_or_fails_with_a_reason(story: Story) -> None:
    with pytest.raises(InvalidFields, match="toelichting"):
        await story.answer("politie", DutyKind.COMMITMENT, "niet_gelukt")
    await story.answer("politie", DutyKind.COMMITMENT, "gereed")
    await story.answer("ggz", DutyKind.COMMITMENT, "niet_gelukt", note="kwam niet")

    states = {one.organisation_id: (one.state, one.ended_at is None) for one in await story.all(Commitment)}

    police, ggz = story.organisations("politie", "ggz")
    assert states == {police: (CommitmentState.DONE, False), ggz: (CommitmentState.FAILED, False)}
    assert DutyKind.COMMITMENT not in await story.open_kinds()


async def test_who_has_nothing_left_to_do_owes_no_progress_in_the_next_round(story: Story) -> None:
    await story.answer("politie", DutyKind.COMMITMENT, "gereed")

    await story.decide("ggz", D.CONTINUE, **NECESSARY)

    open_ = [one for one in await story.duties(DutyKind.PROGRESS) if one.ended_as is None]
    assert [one.owner_organisation_id for one in open_] == list(story.organisations("ggz"))


async def test_what_is_done_is_not_changed_any_more(story: Story) -> None:
    await story.answer("politie", DutyKind.COMMITMENT, "gereed")
    done = next(one for one in await story.all(Commitment) if one.ended_at is not None)

    with pytest.raises(NotPossible, match="al beëindigd"):
        await story.decide("regisseur", D.SMALL_CHANGE, commitment_id=done.id, organisations=story.organisations("ggz"))


async def test_a_small_change_moves_the_date_of_a_commitment_without_a_meeting(story: Story) -> None:
    made = next(one for one in await story.all(Commitment) if one.state is CommitmentState.PLEDGED)
    later = made.due_on + timedelta(days=14)

    await story.decide("regisseur", D.SMALL_CHANGE, commitment_id=made.id, due_on=later)

    owed = [one for one in await story.duties(DutyKind.COMMITMENT) if one.about_id == made.id]
    assert [one.ended_as for one in owed] == ["gewijzigd", None]
    assert owed[-1].due_at.date() == later
    case = await story.facts()
    assert (case.plan_version, case.phase) == (2, Phase.MONITORING)


async def test_adjusting_is_a_new_visit_of_the_conference_and_commitments_run_on(story: Story) -> None:
    await story.decide("politie", D.ADJUST, **NECESSARY)

    assert [one.phase for one in await story.all(Visit)].count(Phase.FOCUSOVERLEG) == 2
    kinds = await story.open_kinds()
    assert {DutyKind.COMMITMENT, DutyKind.HOLD_MEETING, DutyKind.INFORMATION} <= set(kinds)
    assert DutyKind.EVALUATION not in kinds
    assert DutyKind.PROGRESS not in kinds


async def test_the_next_plan_is_the_next_version(story: Story) -> None:
    await story.decide("politie", D.ADJUST, **NECESSARY)
    await story.convene()
    await story.record(("gemeente", "woning"), present=("gemeente",))
    await story.adopt()

    case = await story.facts()
    assert (case.phase, case.plan_version) == (Phase.MONITORING, 2)


async def test_scaling_down_ends_the_following_and_asks_for_the_handover(story: Story) -> None:
    await story.decide("politie", D.SCALE_DOWN)

    kinds = set(await story.open_kinds())
    assert {
        DutyKind.FINAL_EVALUATION, DutyKind.REREFERRAL_CRITERIA, DutyKind.HANDOVER, DutyKind.CLOSURE,
        DutyKind.CLOSING_LETTER, DutyKind.COMMITMENT,
    } <= kinds  # fmt: skip
    assert kinds & {DutyKind.EVALUATION, DutyKind.PROGRESS} == set()


async def test_an_incident_is_told_at_once_and_other_duties_run_on(story: Story) -> None:
    before = set(await story.open_kinds())

    await story.decide("gemeente", D.INCIDENT, reason="ruit ingegooid")

    assert set(await story.open_kinds()) == before | {DutyKind.INCIDENT}
    owed = await story.duty(DutyKind.INCIDENT)
    assert (owed.owner_person_id, owed.amount) == (story.house.person("regisseur"), 0)
    assert [one.kind for one in await story.all(JournalEntry)].count(WorkKind.ALERT) == 1


async def test_an_incident_at_high_risk_is_judged_within_four_hours(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)
    await story.judge()
    await story.decide("om", D.ADMIT, high_risk=True)

    await story.decide("triagist", D.INCIDENT, reason="bedreiging")

    owed = await story.duty(DutyKind.INCIDENT)
    assert owed.due_at - owed.opened_at == timedelta(hours=4)


async def test_an_incident_may_ask_for_an_extra_meeting_that_is_owed_once(story: Story) -> None:
    for reason in ("ruit ingegooid", "nog een ruit ingegooid"):
        await story.decide("gemeente", D.INCIDENT, reason=reason)
        await story.answer("regisseur", DutyKind.INCIDENT, "extra_overleg")
    assert (await story.open_kinds()).count(DutyKind.HOLD_MEETING) == 1

    meeting = await story.convene(days=2)
    await story.record(("gemeente", "nieuwe ruit"), present=("gemeente",))

    assert (await story.duty(DutyKind.HOLD_MEETING)).about_id == meeting.id
    assert (await story.facts()).phase is Phase.MONITORING
    owed = [one for one in await story.duties(DutyKind.COMMITMENT) if one.ended_as is None]
    assert story.house.organisations["gemeente"] in {one.owner_organisation_id for one in owed}
    assert DutyKind.ADOPT_PLAN not in await story.open_kinds()


async def test_evaluations_follow_sooner_at_high_risk(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)
    await story.judge()
    await story.decide("om", D.SHORT_TRACK, organisations=story.organisations("politie"), high_risk=True)

    owed = await story.duty(DutyKind.EVALUATION)

    assert timedelta(days=13) < owed.due_at - owed.opened_at < timedelta(days=15)
