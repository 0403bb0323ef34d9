"""The plan: complete by rule, refused, changed, taken back to the meeting, or gone on with when time is up."""

import pytest

from models.actors import ENGINE
from models.casebook import follow_up, meetings
from models.clocks import AMSTERDAM
from models.commands.meetings import RecordMeeting
from models.refusals import InvalidFields, MayNotDecide, NotPossible
from models.tables.cases import Decision
from models.tables.duties import Duty
from models.tables.meetings import Commitment
from models.transactions import unit_of_work
from models.words import CommitmentState, DutyKind, Phase
from models.words import DecisionKind as D
from tests.conftest import Databases
from tests.factories import AHouse, Story, a_case

DAY = 86400


async def proposed(story: Story, *keys: str) -> Story:
    """An adopted plan in which these organisations, who were absent, must still accept."""
    await story.record(*((key, f"iets van {key}") for key in keys), present=("politie",))
    await story.adopt()
    return story


async def rules(story: Story) -> list[str | None]:
    """Why the case went on by itself."""
    return [one.triggered_by for one in await story.all(Decision) if one.kind is D.PLAN_COMPLETE]


@pytest.fixture
async def story(db: Databases, house: AHouse) -> Story:
    """A conference that can be recorded."""
    return await a_case(db.web, house, Phase.FOCUSOVERLEG)


async def test_when_everybody_pledged_in_the_meeting_the_plan_is_complete_at_once(story: Story) -> None:
    await story.record(("politie", "toezicht"), present=("politie",))
    await story.adopt()

    assert (await story.facts()).phase is Phase.MONITORING
    assert await rules(story) == ["alle afspraken zijn in het overleg toegezegd"]
    owed = await story.duty(DutyKind.COMMITMENT)
    made = (await story.all(Commitment))[0]
    assert (owed.about_id, owed.due_at.astimezone(AMSTERDAM).date()) == (made.id, made.due_on)


async def test_the_plan_waits_for_everybody_who_was_absent(story: Story) -> None:
    await proposed(story, "gemeente", "ggz")

    await story.answer("ggz", DutyKind.ACCEPT_COMMITMENT, "aanvaard")
    assert (await story.facts()).phase is Phase.PLAN
    await story.answer("gemeente", DutyKind.ACCEPT_COMMITMENT, "aanvaard")

    assert (await story.facts()).phase is Phase.MONITORING
    assert await rules(story) == ["alle afspraken zijn aanvaard"]


@pytest.mark.parametrize("order", [("ggz", "gemeente"), ("gemeente", "ggz")], ids=["refused first", "refused last"])
async def test_a_refusal_keeps_the_plan_open_whoever_answers_last(story: Story, order: tuple[str, str]) -> None:
    await proposed(story, "gemeente", "ggz")

    for key in order:
        outcome = "geweigerd" if key == "ggz" else "aanvaard"
        await story.answer(key, DutyKind.ACCEPT_COMMITMENT, outcome, note="geen plaats" if key == "ggz" else "")

    assert (await story.facts()).phase is Phase.PLAN
    states = {one.organisation_id: one.state for one in await story.all(Commitment)}
    assert states[story.house.organisations["ggz"]] is CommitmentState.REFUSED
    assert DutyKind.PLAN_ANSWERS in await story.open_kinds()


async def test_a_refusal_is_put_to_the_regisseur_who_replaces_it_or_goes_on_without(story: Story) -> None:
    await proposed(story, "ggz", "gemeente")
    await story.answer("gemeente", DutyKind.ACCEPT_COMMITMENT, "aanvaard")
    await story.answer("ggz", DutyKind.ACCEPT_COMMITMENT, "geweigerd", note="geen plaats")
    assert DutyKind.REPLACE_COMMITMENT in await story.open_kinds("regisseur")

    await story.answer("regisseur", DutyKind.REPLACE_COMMITMENT, "vervalt", note="de gemeente neemt het mee")

    assert (await story.facts()).phase is Phase.MONITORING
    assert DutyKind.REPLACE_COMMITMENT not in await story.open_kinds("regisseur")


async def test_what_was_refused_and_then_changed_is_no_longer_asked_of_the_regisseur(story: Story) -> None:
    await proposed(story, "ggz")
    await story.answer("ggz", DutyKind.ACCEPT_COMMITMENT, "geweigerd", note="geen plaats")
    refused = (await story.all(Commitment))[0]

    await story.decide(
        "regisseur", D.SMALL_CHANGE, commitment_id=refused.id, organisations=story.organisations("gemeente")
    )

    assert DutyKind.REPLACE_COMMITMENT not in await story.open_kinds("regisseur")


async def test_a_refusal_says_why(story: Story) -> None:
    await proposed(story, "ggz")

    with pytest.raises(InvalidFields, match="toelichting"):
        await story.answer("ggz", DutyKind.ACCEPT_COMMITMENT, "geweigerd")


async def test_a_small_change_gives_what_was_refused_to_another_and_is_a_new_version(story: Story) -> None:
    await proposed(story, "ggz")
    await story.answer("ggz", DutyKind.ACCEPT_COMMITMENT, "geweigerd", note="geen plaats")
    refused = (await story.all(Commitment))[0]

    await story.decide(
        "regisseur", D.SMALL_CHANGE, commitment_id=refused.id, organisations=story.organisations("gemeente")
    )

    assert (await story.facts()).plan_version == 2
    await story.answer("gemeente", DutyKind.ACCEPT_COMMITMENT, "aanvaard")
    assert (await story.facts()).phase is Phase.MONITORING


async def test_a_small_change_needs_something_to_change_and_an_involved_owner(story: Story) -> None:
    await proposed(story, "ggz")
    made = (await story.all(Commitment))[0]

    with pytest.raises(InvalidFields, match="uiterlijk"):
        await story.decide("regisseur", D.SMALL_CHANGE, commitment_id=made.id)
    with pytest.raises(InvalidFields, match="organisaties"):
        await story.decide(
            "regisseur", D.SMALL_CHANGE, commitment_id=made.id, organisations=story.organisations("reclassering")
        )


async def test_a_commitment_of_another_case_is_not_changed(story: Story) -> None:
    other = await a_case(story.database, story.house, Phase.MONITORING)
    elsewhere = (await other.all(Commitment))[0]
    await proposed(story, "ggz")

    with pytest.raises(NotPossible, match="hoort niet bij"):
        await story.decide(
            "regisseur", D.SMALL_CHANGE, commitment_id=elsewhere.id, organisations=story.organisations("politie")
        )


async def test_the_plan_goes_back_to_the_meeting_and_what_was_refused_is_no_part_of_the_next(story: Story) -> None:
    await proposed(story, "gemeente", "ggz")
    await story.answer("ggz", DutyKind.ACCEPT_COMMITMENT, "geweigerd", note="geen plaats")

    await story.decide("regisseur", D.BACK_TO_MEETING)
    assert (await story.facts()).phase is Phase.FOCUSOVERLEG
    await story.convene()
    await story.record(("politie", "toezicht"), present=("politie", "ggz"))
    await story.adopt()
    await story.answer("gemeente", DutyKind.ACCEPT_COMMITMENT, "aanvaard")

    assert (await story.facts()).phase is Phase.MONITORING
    dropped = [one.organisation_id for one in await story.all(Commitment) if one.state is CommitmentState.DROPPED]
    assert dropped == [story.house.organisations["ggz"]]


async def test_a_replaced_commitment_is_no_longer_chased(story: Story) -> None:
    await proposed(story, "ggz")
    old = (await story.all(Commitment))[0]
    await story.decide("regisseur", D.BACK_TO_MEETING)
    meeting = await story.convene()

    async with story.acting("regisseur") as work:
        instead = story.pledge(work, "gemeente", "in plaats daarvan", replaces_id=old.id)
        present = story.organisations("gemeente")
        await meetings.record(
            work, meeting.id, RecordMeeting(outcome="anders", present=present, commitments=(instead,))
        )

    states = {one.id: one.state for one in await story.all(Commitment)}
    assert states[old.id] is CommitmentState.DROPPED
    assert (await story.duty(DutyKind.ACCEPT_COMMITMENT)).ended_as == "vervallen"


async def test_only_the_regisseur_takes_the_plan_back(story: Story) -> None:
    await proposed(story, "ggz")

    with pytest.raises(MayNotDecide):
        await story.decide("ggz", D.BACK_TO_MEETING)


async def test_after_five_working_days_the_case_goes_on_with_who_answered(db: Databases, house: AHouse) -> None:
    story = await proposed(await a_case(db.web, house, Phase.FOCUSOVERLEG), "gemeente", "ggz")
    await story.answer("gemeente", DutyKind.ACCEPT_COMMITMENT, "aanvaard")
    assert await lapsed(db, story) == []

    await db.shift(9 * DAY)
    kinds = await lapsed(db, story)

    assert kinds == [DutyKind.PLAN_ANSWERS, DutyKind.CORRECT_MINUTES]
    assert (await story.facts()).phase is Phase.MONITORING
    assert await rules(story) == ["de termijn om te antwoorden is voorbij"]
    assert {DutyKind.ACCEPT_COMMITMENT, DutyKind.COMMITMENT, DutyKind.PROGRESS} <= set(await story.open_kinds())
    assert [one.owner_organisation_id for one in await story.duties(DutyKind.PROGRESS)] == [
        house.organisations["gemeente"]
    ]


async def lapsed(db: Databases, story: Story) -> list[DutyKind]:
    """Let everything lapse whose time is over, as the engine does; what ended in this case, by name."""
    kinds: list[DutyKind] = []
    while True:
        async with unit_of_work(ENGINE, db.engine) as work:
            duty_id = await follow_up.next_lapse(work)
            if duty_id is None:
                return sorted(kinds)
            await follow_up.lapse(work, duty_id)
            ended = await work.session.get(Duty, duty_id)
            assert ended is not None
            kinds += [ended.kind] if ended.case_id == story.case_id else []


async def test_what_was_answered_in_time_does_not_lapse(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.MONITORING)
    owed = await story.duty(DutyKind.CORRECT_MINUTES)
    await story.answer("politie", DutyKind.CORRECT_MINUTES, "akkoord")
    await story.answer("gemeente", DutyKind.CORRECT_MINUTES, "correctie", note="de datum klopt niet")
    await db.shift(30 * DAY)

    assert await lapsed(db, story) == []
    async with unit_of_work(ENGINE, db.engine) as work:
        await follow_up.lapse(work, owed.id)
    assert (await story.duty(DutyKind.CORRECT_MINUTES)).lapsed_at is None
