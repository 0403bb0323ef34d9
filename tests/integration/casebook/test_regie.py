"""Preparing the regie: what must be there before the conference, and who is told what."""

from datetime import timedelta

import pytest

from models.actors import ENGINE
from models.clocks import WorkingCalendar, calendar_days, due
from models.policy import Policy
from models.refusals import GateOpen, InvalidFields, MayNotDecide, NotAllowed, NotFound, NotPossible
from models.tables.cases import Case
from models.tables.engine import JournalEntry
from models.transactions import unit_of_work
from models.words import DecisionKind as D
from models.words import DutyKind, Phase, Standing, WorkKind
from tests.conftest import Databases
from tests.factories import AHouse, Story, a_case, a_house


@pytest.fixture
async def story(db: Databases, house: AHouse) -> Story:
    """A case that was just taken on."""
    return await a_case(db.web, house, Phase.REGIE)


async def involve(story: Story, *keys: str) -> None:
    await story.decide("om", D.CHOOSE_INVOLVED, organisations=story.organisations(*keys))


async def test_prepared_waits_for_a_regisseur_the_participants_and_a_date(story: Story) -> None:
    gates = "procesregisseur toewijzen|betrokken deelnemers kiezen|overleg plannen"
    with pytest.raises(GateOpen, match=gates):
        await story.decide("triagist", D.PREPARED)
    await story.decide("manager", D.ASSIGN_DIRECTOR, person_id=story.house.person("regisseur"))
    with pytest.raises(GateOpen, match="betrokken deelnemers kiezen"):
        await story.decide("regisseur", D.PREPARED)
    await involve(story, "politie", "ggz")
    with pytest.raises(GateOpen, match="overleg plannen"):
        await story.decide("regisseur", D.PREPARED)
    await story.convene()

    await story.decide("regisseur", D.PREPARED)

    assert (await story.facts()).phase is Phase.FOCUSOVERLEG


async def test_what_waited_for_a_regisseur_waits_for_the_one_who_is_assigned(story: Story) -> None:
    assert (await story.duty(DutyKind.SET_MEETING)).owner_person_id is None

    await story.decide("manager", D.ASSIGN_DIRECTOR, person_id=story.house.person("regisseur"))

    owed = await story.duties(DutyKind.SET_MEETING, DutyKind.HOLD_MEETING)
    assert {one.owner_person_id for one in owed} == {story.house.person("regisseur")}


@pytest.mark.parametrize("who", ["manager", "politie"])
async def test_only_a_regisseur_of_the_house_is_assigned(story: Story, who: str) -> None:
    with pytest.raises(InvalidFields, match="persoon"):
        await story.decide("manager", D.ASSIGN_DIRECTOR, person_id=story.house.person(who))


async def test_nobody_assigns_themselves(story: Story) -> None:
    with pytest.raises(MayNotDecide):
        await story.decide("regisseur", D.ASSIGN_DIRECTOR, person_id=story.house.person("regisseur"))


async def test_who_is_involved_gets_access_and_is_asked_whether_there_is_a_ground_against_informing(
    story: Story,
) -> None:
    with pytest.raises(NotFound):
        await story.decide("ggz", D.INCIDENT)

    await involve(story, "politie", "ggz")

    standing = [one for one in await story.all_involved() if one.standing is Standing.INVOLVED]
    assert {one.organisation_id for one in standing} == set(story.organisations("politie", "ggz"))
    for kind in (DutyKind.INFORM_GROUND, DutyKind.KNOWN):
        asked = {one.owner_organisation_id for one in await story.duties(kind) if one.answered_at is None}
        assert set(story.organisations("politie", "ggz")) <= asked
    assert (await story.facts("ggz")).id == story.case_id


async def test_the_person_is_informed_within_a_month_of_the_report_by_who_reported(story: Story) -> None:
    await involve(story, "politie", "ggz")

    owed = await story.duty(DutyKind.INFORM_PERSON)
    case = await story.facts()

    assert owed.owner_organisation_id == story.house.organisations["politie"]
    assert owed.anchor == case.reported_at
    by_law = due(case.reported_at, calendar_days(30), WorkingCalendar(statutory=True))
    assert owed.due_at == by_law.moment
    assert owed.explanation == by_law.explanation()


async def test_no_closing_day_of_the_house_gives_more_time_to_inform_the_person(db: Databases) -> None:
    async with unit_of_work(ENGINE, db.owner) as work:
        today = work.now.date()
    closed = frozenset(today + timedelta(days=n) for n in range(20, 60))
    story = await a_case(db.web, await a_house(db.owner, policy=Policy(closing_days=closed)), Phase.REGIE)
    await involve(story, "politie", "ggz")

    owed = await story.duty(DutyKind.INFORM_PERSON)

    by_law = due(owed.anchor, calendar_days(30), WorkingCalendar(statutory=True))
    assert (owed.due_at, owed.explanation) == (by_law.moment, by_law.explanation())
    assert owed.due_at < (await story.duty(DutyKind.HOLD_MEETING)).due_at, "between partners it does count"


async def test_informing_is_postponed_only_with_a_ground_and_a_date_and_then_looked_at_again(story: Story) -> None:
    await involve(story, "politie")
    with pytest.raises(InvalidFields) as refused:
        await story.answer("politie", DutyKind.INFORM_PERSON, "uitgesteld")
    assert {error.field for error in refused.value.errors} == {"toelichting", "hertoetsOp"}
    async with story.acting("politie") as work:
        later, before = work.now + timedelta(days=14), work.now - timedelta(days=1)
    with pytest.raises(InvalidFields, match="hertoetsOp"):
        await story.answer("politie", DutyKind.INFORM_PERSON, "uitgesteld", note="gevaar", recheck_at=before)

    await story.answer("politie", DutyKind.INFORM_PERSON, "uitgesteld", note="gevaar", recheck_at=later)

    again = await story.duty(DutyKind.RECHECK_INFORMING)
    assert (again.due_at, again.answered_at) == (later, None)


async def test_a_participant_can_join_later(story: Story) -> None:
    await involve(story, "politie")

    await story.decide("om", D.INVOLVE, organisations=story.organisations("reclassering"))

    grounds = await story.duties(DutyKind.INFORM_GROUND)
    assert grounds[-1].owner_organisation_id == story.house.organisations["reclassering"]
    assert len(await story.duties(DutyKind.INFORM_PERSON)) == 1


async def test_only_the_regisseur_of_the_case_convenes(story: Story) -> None:
    await story.decide("manager", D.ASSIGN_DIRECTOR, person_id=story.house.person("regisseur2"))

    with pytest.raises(NotAllowed, match="procesregisseur van deze casus"):
        await story.convene()


async def test_a_meeting_is_set_once_and_the_duty_to_hold_it_points_at_it(story: Story) -> None:
    await story.decide("manager", D.ASSIGN_DIRECTOR, person_id=story.house.person("regisseur"))
    await involve(story, "politie", "ggz")

    meeting = await story.convene(days=9)

    hold = await story.duty(DutyKind.HOLD_MEETING)
    assert (hold.about_id, hold.due_at, hold.fixed_at) == (meeting.id, meeting.starts_at, meeting.starts_at)
    assert (await story.duty(DutyKind.SET_MEETING)).ended_as == "gedaan"
    invite = [one for one in await story.all(JournalEntry) if one.kind is WorkKind.INVITE]
    assert [(one.about_id, one.actor_person_id) for one in invite] == [(meeting.id, story.house.person("regisseur"))]
    with pytest.raises(Exception, match="Er staat al een overleg gepland"):
        await story.convene()


async def test_a_date_is_set_by_planning_and_not_by_saying_so(story: Story) -> None:
    await story.decide("manager", D.ASSIGN_DIRECTOR, person_id=story.house.person("regisseur"))

    with pytest.raises(NotPossible, match="Plan het overleg"):
        await story.answer("regisseur", DutyKind.SET_MEETING, "gedaan")
    with pytest.raises(NotPossible, match="Leg de uitkomst"):
        await story.answer("regisseur", DutyKind.HOLD_MEETING, "gedaan")


async def test_choosing_participants_again_asks_only_who_was_not_asked(story: Story) -> None:
    await involve(story, "politie", "ggz")

    await involve(story, "politie", "ggz", "reclassering")

    for kind in (DutyKind.INFORM_GROUND, DutyKind.KNOWN):
        asked = [one.owner_organisation_id for one in await story.duties(kind) if not one.withdrawn_at]
        open_ = [one.owner_organisation_id for one in await story.duties(kind) if one.ended_as is None]
        assert sorted(open_) == sorted(story.organisations("politie", "ggz", "reclassering")), asked
    assert len(await story.duties(DutyKind.INFORM_PERSON)) == 1


async def test_a_meeting_invites_who_is_involved_and_nobody_else(story: Story) -> None:
    await story.decide("manager", D.ASSIGN_DIRECTOR, person_id=story.house.person("regisseur"))
    await involve(story, "politie", "ggz")

    with pytest.raises(InvalidFields, match="organisaties"):
        await story.convene("politie", "corporatie")
    with pytest.raises(InvalidFields, match="begintOp"):
        await story.convene(days=-1)


async def test_regie_can_end_before_it_began_and_calls_off_what_was_planned(story: Story) -> None:
    await story.decide("manager", D.ASSIGN_DIRECTOR, person_id=story.house.person("regisseur"))
    await involve(story, "politie", "ggz")
    meeting = await story.convene()

    await story.decide("om", D.END_REGIE)

    assert (await story.facts()).phase is Phase.CLOSING
    assert DutyKind.HOLD_MEETING not in await story.open_kinds()
    called_off = [one.about_id for one in await story.all(JournalEntry) if one.kind is WorkKind.CANCEL]
    assert called_off == [meeting.id]


async def test_every_duty_of_a_case_has_an_owner(story: Story) -> None:
    await involve(story, "politie", "ggz")

    owed = await story.duties(*DutyKind)

    assert {one.owner_organisation_id for one in owed} <= set(story.house.organisations.values())
    assert all(one.house_id == story.house.id for one in owed)
    async with story.acting("triagist") as work:
        assert await work.session.get(Case, story.case_id) is not None
