"""The casusoverleg: adjourned, held, recorded, and what follows from it."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from models.actors import ENGINE
from models.casebook import meetings
from models.commands.meetings import RecordMeeting
from models.lookups import meetings as meeting_lookup
from models.lookups import whereabouts
from models.minutes import LineKind, Section
from models.refusals import GateOpen, InvalidFields, NotAllowed, NotInThisPhase, NotPossible
from models.tables.cases import Visit
from models.tables.engine import JournalEntry, Message
from models.tables.items import InfoItem
from models.tables.meetings import Commitment, Meeting, MeetingInvitee
from models.tables.minutes import MinuteLine
from models.transactions import unit_of_work
from models.words import CommitmentState, DutyKind, Phase, WorkKind
from models.words import DecisionKind as D
from tasks import messages
from tests.conftest import Databases
from tests.factories import AHouse, Story, a_case, an_item


@pytest.fixture
async def story(db: Databases, house: AHouse) -> Story:
    """A case whose conference is set for next week."""
    return await a_case(db.web, house, Phase.FOCUSOVERLEG)


async def planned(story: Story) -> list[Meeting]:
    return await story.all(Meeting)


async def test_everybody_involved_is_asked_for_information_before_the_meeting(story: Story) -> None:
    meeting = (await planned(story))[0]

    owed = await story.duties(DutyKind.INFORMATION)

    assert {one.owner_organisation_id for one in owed} == set(story.organisations("politie", "gemeente", "ggz"))
    assert all(one.due_at <= meeting.starts_at for one in owed)


async def test_an_adjourned_meeting_gets_another_date_and_the_same_guests_in_the_same_visit(story: Story) -> None:
    before = (await planned(story))[0]
    visits = len(await story.all(Visit))
    later = before.starts_at + timedelta(days=14)

    await story.decide("regisseur", D.ADJOURN, until=later)

    old, new = await planned(story)
    assert (old.moved_at is not None, new.starts_at) == (True, later)
    async with story.acting("regisseur") as work:
        assert set((await whereabouts.places(work, [old.id, new.id])).values()) == {"Stadhuis"}
    assert len(await story.all(Visit)) == visits
    hold = await story.duty(DutyKind.HOLD_MEETING)
    assert (hold.about_id, hold.due_at, hold.due_version) == (new.id, later, 3)
    async with story.acting("regisseur") as work:
        guests = list(await work.session.scalars(select(MeetingInvitee).where(MeetingInvitee.meeting_id == new.id)))
    assert {one.organisation_id for one in guests} == set(story.organisations("politie", "gemeente", "ggz"))
    work_left = {(one.kind, one.about_id) for one in await story.all(JournalEntry)}
    assert {(WorkKind.CANCEL, old.id), (WorkKind.INVITE, new.id)} <= work_left


async def test_a_meeting_is_not_adjourned_to_the_past(story: Story) -> None:
    async with story.acting("regisseur") as work:
        yesterday = work.now - timedelta(days=1)

    with pytest.raises(InvalidFields, match="begintOp"):
        await story.decide("regisseur", D.ADJOURN, until=yesterday)

    assert len(await planned(story)) == 1


async def test_who_was_present_pledges_and_who_was_absent_is_asked(story: Story) -> None:
    await story.record(("politie", "toezicht"), ("ggz", "intake"), present=("politie", "gemeente"))

    states = {one.organisation_id: one.state for one in await story.all(Commitment)}
    assert states == {
        story.house.organisations["politie"]: CommitmentState.PLEDGED,
        story.house.organisations["ggz"]: CommitmentState.PROPOSED,
    }
    kinds = await story.open_kinds()
    assert DutyKind.COMMITMENT not in kinds
    assert DutyKind.ACCEPT_COMMITMENT not in kinds, "asked when the plan is adopted"


async def test_a_recorded_meeting_asks_to_publish_to_write_minutes_and_to_adopt(story: Story) -> None:
    await story.record(("politie", "toezicht"))

    kinds = set(await story.open_kinds())
    assert {DutyKind.PUBLISH_OUTCOME, DutyKind.MINUTES, DutyKind.ADOPT_PLAN} <= kinds
    assert DutyKind.HOLD_MEETING not in kinds
    (line,) = await story.all(MinuteLine)
    assert (line.section, line.kind) == (Section.DECISION, LineKind.STRATEGY)
    (item,) = await story.all(InfoItem)
    assert (item.body, item.supplier_id) == ("één plan", story.house.organisations["politie"]), "of the sponsor"


async def test_a_meeting_is_recorded_once(story: Story) -> None:
    meeting = await story.record(("politie", "toezicht"))

    with pytest.raises(NotPossible, match="al gehouden"):
        async with story.acting("regisseur") as work:
            await meetings.record(work, meeting.id, RecordMeeting(outcome="nog eens"))


async def test_only_its_regisseur_records_a_meeting_that_was_held(story: Story) -> None:
    meeting = (await planned(story))[0]

    for who, refusal in (("regisseur2", NotAllowed), ("politie", NotAllowed)):
        with pytest.raises(refusal):
            async with story.acting(who) as work:
                await meetings.record(work, meeting.id, RecordMeeting(outcome="één plan"))
    with pytest.raises(InvalidFields, match="gehoudenOp"):
        async with story.acting("regisseur") as work:
            tomorrow = work.now + timedelta(days=1)
            await meetings.record(work, meeting.id, RecordMeeting(outcome="één plan", held_at=tomorrow))


async def test_a_meeting_is_not_recorded_before_the_case_is_prepared(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.REGIE)
    await story.decide("manager", D.ASSIGN_DIRECTOR, person_id=house.person("regisseur"))
    await story.decide("om", D.CHOOSE_INVOLVED, organisations=story.organisations("politie"))
    await story.convene()

    with pytest.raises(NotInThisPhase, match="voorbereid"):
        await story.record(("politie", "toezicht"), present=("politie",))


@pytest.mark.parametrize(
    ("pledge", "field"),
    [
        (("corporatie", {}), "organisatie"), (("huis", {}), "organisatie"), (("reclassering", {}), "organisatie"),
        (("politie", {"domain": "zorgelijk"}), "domein"),
    ],
    ids=["a third party", "the house", "a participant who is not involved", "no domain of the law"],
)  # fmt: skip
async def test_a_pledge_is_made_by_who_is_involved_in_a_known_domain(
    story: Story, pledge: tuple[str, dict[str, str]], field: str
) -> None:
    meeting = (await planned(story))[0]
    key, facts = pledge

    with pytest.raises(InvalidFields, match=field):
        async with story.acting("regisseur") as work:
            command = RecordMeeting(outcome="één plan", commitments=(story.pledge(work, key, "iets", **facts),))
            await meetings.record(work, meeting.id, command)

    assert await story.all(Commitment) == []


async def test_only_guests_were_there(story: Story) -> None:
    with pytest.raises(InvalidFields, match="aanwezigen"):
        await story.record(("politie", "toezicht"), present=("reclassering",))


async def test_minutes_go_to_who_was_there_for_correction_and_silence_changes_nothing(story: Story) -> None:
    await story.record(("politie", "toezicht"), present=("politie", "gemeente"))
    with pytest.raises(InvalidFields, match="toelichting"):
        await story.answer("regisseur", DutyKind.MINUTES, "gedaan")

    await story.answer("regisseur", DutyKind.MINUTES, "gedaan", note="verslag van het overleg")

    asked = await story.duties(DutyKind.CORRECT_MINUTES)
    assert {one.owner_organisation_id for one in asked} == set(story.organisations("politie", "gemeente"))
    assert [one.body for one in await story.all(InfoItem)] == ["één plan", "verslag van het overleg"]
    assert [rung.step for rung in await story.armed(asked[0])] == ["lapse"]


async def test_the_plan_is_adopted_after_the_meeting_the_minutes_and_the_casusregisseur(story: Story) -> None:
    with pytest.raises(GateOpen, match="overleg houden"):
        await story.decide("regisseur", D.ADOPT_PLAN)
    await story.record(("politie", "toezicht"))
    with pytest.raises(GateOpen, match="casusregisseur aanwijzen"):
        await story.decide("regisseur", D.ADOPT_PLAN)

    await story.adopt()

    case = await story.facts()
    assert (case.plan_version, case.case_director_id) == (1, story.house.person("gemeente"))


async def test_the_casusregisseur_comes_from_who_is_involved(story: Story) -> None:
    for who in ("regisseur", "reclassering"):
        with pytest.raises(InvalidFields, match="persoon"):
            await story.decide("gemeente", D.APPOINT_CASE_DIRECTOR, person_id=story.house.person(who))


async def test_who_did_not_deliver_before_the_plan_is_recorded_as_no_answer(story: Story) -> None:
    async with story.acting("ggz") as work:
        an_item(work, story, "ggz", body="alleen de huisarts")
    await story.answer("ggz", DutyKind.INFORMATION, "deels")
    await story.record(("politie", "toezicht"))

    await story.adopt()

    ended = {one.owner_organisation_id: one.ended_as for one in await story.duties(DutyKind.INFORMATION)}
    assert ended[story.house.organisations["ggz"]] == "deels"
    assert ended[story.house.organisations["politie"]] == "geen_antwoord"


# Who is asked to come, when who is involved changes


async def guests(story: Story, meeting: Meeting) -> set[UUID]:
    async with story.acting("regisseur") as work:
        return {one.organisation_id for one in await meeting_lookup.invitees(work, [meeting.id])}


async def let_go(story: Story, key: str) -> None:
    leaving = story.organisations(key)
    await story.decide("triagist", D.RELEASE, organisations=leaving, deciders=(story.house.person("om"),))


async def test_a_meeting_without_anybody_to_invite_is_not_planned(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.REGIE)
    await story.decide("manager", D.ASSIGN_DIRECTOR, person_id=house.person("regisseur"))

    with pytest.raises(NotPossible, match="Kies eerst de betrokken deelnemers"):
        await story.convene()

    assert await planned(story) == []


async def test_who_leaves_is_not_expected_at_the_meeting_nor_at_the_next_one(story: Story) -> None:
    before = (await planned(story))[0]

    await let_go(story, "ggz")
    assert await guests(story, before) == set(story.organisations("politie", "gemeente"))
    await story.decide("regisseur", D.ADJOURN, until=before.starts_at + timedelta(days=14))

    assert await guests(story, (await planned(story))[-1]) == set(story.organisations("politie", "gemeente"))


async def test_when_nobody_who_was_invited_is_left_everybody_involved_is_invited(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.REGIE)
    await story.decide("manager", D.ASSIGN_DIRECTOR, person_id=house.person("regisseur"))
    await story.decide("om", D.CHOOSE_INVOLVED, organisations=story.organisations("politie", "gemeente", "ggz"))
    meeting = await story.convene("ggz")
    await let_go(story, "ggz")

    await story.decide("regisseur", D.ADJOURN, until=meeting.starts_at + timedelta(days=1))

    assert await guests(story, (await planned(story))[-1]) == set(story.organisations("politie", "gemeente"))


@pytest.mark.parametrize("phase", [Phase.REGIE, Phase.FOCUSOVERLEG, Phase.MONITORING])
async def test_a_meeting_is_adjourned_wherever_it_can_be_planned(db: Databases, house: AHouse, phase: Phase) -> None:
    story = await a_case(db.web, house, phase)
    if phase is Phase.REGIE:
        await story.decide("manager", D.ASSIGN_DIRECTOR, person_id=house.person("regisseur"))
        await story.decide("om", D.CHOOSE_INVOLVED, organisations=story.organisations("politie", "ggz"))
    if phase is not Phase.FOCUSOVERLEG:
        await story.convene()
    before = (await planned(story))[-1]

    await story.decide("regisseur", D.ADJOURN, until=before.starts_at + timedelta(days=7))

    old, new = (await planned(story))[-2:]
    assert (old.id, old.moved_at is not None, new.starts_at - old.starts_at) == (before.id, True, timedelta(days=7))
    assert (await story.facts()).phase is phase
    assert await guests(story, new) == await guests(story, old)


@pytest.mark.usefixtures("engine_database")
@pytest.mark.parametrize("kind", [D.CHOOSE_INVOLVED, D.INVOLVE])
async def test_who_joins_while_a_meeting_is_planned_is_invited_and_nobody_is_invited_twice(
    db: Databases, house: AHouse, kind: D
) -> None:
    story = await a_case(db.web, house, Phase.REGIE)
    await story.decide("manager", D.ASSIGN_DIRECTOR, person_id=house.person("regisseur"))
    await story.decide("om", D.CHOOSE_INVOLVED, organisations=story.organisations("politie", "ggz"))
    meeting = await story.convene()
    await invitations_done(db, story)

    await story.decide("om", kind, organisations=story.organisations("politie", "reclassering"))
    await story.decide("om", D.INVOLVE, organisations=story.organisations("gemeente"))

    joined = ("politie", "ggz", "reclassering", "gemeente")
    assert await guests(story, meeting) == set(story.organisations(*joined))
    assert await invitations_done(db, story) == 2
    async with unit_of_work(ENGINE, db.engine) as work:
        told = list(await work.session.scalars(select(Message.recipient_id).where(Message.template == "uitnodiging")))
    assert sorted(told) == sorted(house.person(key) for key in joined)


async def test_who_was_left_out_of_a_meeting_is_not_invited_by_choosing_again(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.REGIE)
    await story.decide("manager", D.ASSIGN_DIRECTOR, person_id=house.person("regisseur"))
    await story.decide("om", D.CHOOSE_INVOLVED, organisations=story.organisations("politie", "ggz"))
    meeting = await story.convene("politie")

    await story.decide("om", D.CHOOSE_INVOLVED, organisations=story.organisations("politie", "ggz"), reason="weer")

    assert await guests(story, meeting) == set(story.organisations("politie"))


async def invitations_done(db: Databases, story: Story) -> int:
    """Do the invitations that are owed as the flow does; answers how many there were."""
    owed = select(JournalEntry.id).where(JournalEntry.case_id == story.case_id, JournalEntry.done_at.is_(None))
    async with unit_of_work(ENGINE, db.engine) as work:
        entries = list(await work.session.scalars(owed.where(JournalEntry.kind == WorkKind.INVITE)))
    for entry_id in entries:
        await messages.invite.fn(entry_id)
    async with unit_of_work(ENGINE, db.engine) as work:
        assert list(await work.session.scalars(owed.where(JournalEntry.kind == WorkKind.INVITE))) == []
    return len(entries)
