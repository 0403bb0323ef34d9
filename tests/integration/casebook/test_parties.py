"""Who leads, who brought it, who leaves: transfers, releases, and objections of who was named."""

from datetime import timedelta

import pytest

from models.casebook import answers
from models.commands.cases import GiveAnswer
from models.lookups import cases
from models.refusals import AlreadySettled, InvalidFields, MayNotDecide, NotFound
from models.tables.cases import Case, Decision
from models.tables.duties import Answer
from models.tables.engine import JournalEntry
from models.tables.items import InfoItem
from models.tables.meetings import Commitment
from models.words import CommitmentState, DutyKind, Phase, WorkKind
from models.words import DecisionKind as D
from tests.conftest import Databases
from tests.factories import AHouse, Story, a_case, a_report, an_item


@pytest.fixture
async def story(db: Databases, house: AHouse) -> Story:
    """A case in execution, led by the regisseur, reported by the police."""
    return await a_case(db.web, house, Phase.MONITORING)


# Transfers


async def test_another_regisseur_leads_only_after_accepting(story: Story) -> None:
    other = story.house.person("regisseur2")
    await story.decide("regisseur", D.TRANSFER_DIRECTOR, person_id=other)
    assert (await story.facts()).director_id == story.house.person("regisseur")

    await story.answer("regisseur2", DutyKind.ACCEPT_TRANSFER, "aanvaard")

    assert (await story.facts()).director_id == other
    assert (await story.duty(DutyKind.EVALUATION)).owner_person_id == other
    await story.decide("regisseur2", D.HOLD, until=(await story.facts()).last_event_at + timedelta(days=9))
    with pytest.raises(MayNotDecide):
        await story.decide("regisseur", D.RESUME)


async def test_a_transfer_that_is_refused_changes_nothing(story: Story) -> None:
    await story.decide("regisseur", D.TRANSFER_DIRECTOR, person_id=story.house.person("regisseur2"))
    with pytest.raises(InvalidFields, match="toelichting"):
        await story.answer("regisseur2", DutyKind.ACCEPT_TRANSFER, "geweigerd")

    await story.answer("regisseur2", DutyKind.ACCEPT_TRANSFER, "geweigerd", note="geen ruimte")

    assert (await story.facts()).director_id == story.house.person("regisseur")


@pytest.mark.parametrize("who", ["regisseur", "manager", "politie"])
async def test_the_lead_goes_to_another_regisseur_of_the_house(story: Story, who: str) -> None:
    with pytest.raises(InvalidFields, match="persoon"):
        await story.decide("regisseur", D.TRANSFER_DIRECTOR, person_id=story.house.person(who))


async def test_another_participant_becomes_the_sponsor_after_accepting(story: Story) -> None:
    await story.decide("regisseur", D.TRANSFER_SPONSOR, organisations=story.organisations("gemeente"))
    assert (await story.facts()).sponsor_organisation_id == story.house.organisations["politie"]

    await story.answer("gemeente", DutyKind.ACCEPT_TRANSFER, "aanvaard")

    case = await story.facts()
    assert case.sponsor_organisation_id == story.house.organisations["gemeente"]
    assert case.reporter_organisation_id == story.house.organisations["politie"]


@pytest.mark.parametrize("who", [("reclassering",), ("corporatie",), ("gemeente", "ggz")], ids=" and ".join)
async def test_the_sponsor_is_one_involved_participant(story: Story, who: tuple[str, ...]) -> None:
    with pytest.raises(InvalidFields, match="organisaties"):
        await story.decide("regisseur", D.TRANSFER_SPONSOR, organisations=story.organisations(*who))


async def test_a_decision_is_taken_namens_the_sponsor(story: Story) -> None:
    await story.decide("regisseur", D.TRANSFER_SPONSOR, organisations=story.organisations("gemeente"))
    await story.answer("gemeente", DutyKind.ACCEPT_TRANSFER, "aanvaard")

    await story.decide("politie", D.SCALE_DOWN)

    last = (await story.all(Decision))[-1]
    assert (last.kind, last.on_behalf_of) == (D.SCALE_DOWN, story.house.organisations["gemeente"])


# Leaving


async def release(story: Story, *keys: str) -> None:
    """Public participants let an organisation go; the triage officer registers it."""
    await story.decide(
        "triagist", D.RELEASE, organisations=story.organisations(*keys), deciders=(story.house.person("om"),)
    )


async def test_leaving_ends_access_at_once(story: Story) -> None:
    async with story.acting("ggz") as work:
        assert await work.session.get(Case, story.case_id) is not None

    await release(story, "ggz")

    async with story.acting("ggz") as work:
        with pytest.raises(NotFound):
            await cases.case(work, story.case_id)
    with pytest.raises(NotFound):
        await story.decide("ggz", D.INCIDENT)
    assert await story.open_kinds("ggz") == []


async def test_leaving_withdraws_what_was_owed_and_what_was_pledged(story: Story) -> None:
    await release(story, "ggz")

    ggz = story.house.organisations["ggz"]
    theirs = [one for one in await story.duties(*DutyKind) if one.owner_organisation_id == ggz]
    assert theirs
    assert [one.kind for one in theirs if one.ended_as is None] == []
    pledged = [one.state for one in await story.all(Commitment) if one.organisation_id == ggz]
    assert pledged == [CommitmentState.DROPPED]
    await story.decide("politie", D.CONTINUE, criteria_met=True, necessity="nodig")
    assert [one.ended_as for one in await story.duties(DutyKind.PROGRESS) if one.owner_organisation_id == ggz] == [
        "deelnemer vertrokken"
    ]


async def test_informing_the_person_is_not_forgotten_when_the_reporter_leaves(story: Story) -> None:
    await story.decide("regisseur", D.TRANSFER_SPONSOR, organisations=story.organisations("gemeente"))
    await story.answer("gemeente", DutyKind.ACCEPT_TRANSFER, "aanvaard")

    await release(story, "politie")

    assert DutyKind.INFORM_PERSON in await story.open_kinds()
    await story.answer("politie", DutyKind.INFORM_PERSON, "geinformeerd")
    assert (await story.duty(DutyKind.INFORM_PERSON)).ended_as == "geinformeerd"


async def test_who_left_and_comes_back_stands_to_the_case_again(story: Story) -> None:
    await release(story, "ggz")

    await story.decide(
        "triagist", D.INVOLVE, organisations=story.organisations("ggz"), deciders=(story.house.person("om"),)
    )

    assert (await story.facts("ggz")).id == story.case_id


async def test_an_item_of_who_left_stays_theirs_and_with_the_case_and_the_items_of_others_are_gone_for_them(
    story: Story,
) -> None:
    for supplier in ("ggz", "politie"):
        async with story.acting(supplier) as work:
            an_item(work, story, supplier, body=f"van {supplier}")

    await release(story, "ggz")

    assert {one.body for one in await story.all(InfoItem, key="politie")} >= {"van ggz", "van politie"}
    assert [one.body for one in await story.all(InfoItem, key="ggz")] == ["van ggz"]


# Named by another


async def test_who_was_named_gets_two_working_days_to_object_and_silence_lets_it_stand(story: Story) -> None:
    await release(story, "ggz")

    owed = await story.duty(DutyKind.OBJECTION)

    assert (owed.owner_person_id, owed.amount) == (story.house.person("om"), 2)
    assert [rung.step for rung in await story.armed(owed)] == ["lapse"]


async def test_who_decided_in_person_has_nothing_to_object_to(story: Story) -> None:
    await story.decide("politie", D.SCALE_DOWN)

    assert await story.duties(DutyKind.OBJECTION) == []


async def test_an_objection_is_recorded_with_its_reason(story: Story) -> None:
    await release(story, "ggz")
    with pytest.raises(InvalidFields, match="toelichting"):
        await story.answer("om", DutyKind.OBJECTION, "bezwaar")

    await story.answer("om", DutyKind.OBJECTION, "bezwaar", note="ik was er niet bij")

    assert (await story.duty(DutyKind.OBJECTION)).ended_as == "bezwaar"
    assert (await story.facts()).phase is Phase.MONITORING, "it is in force until it is corrected"


async def test_who_was_named_in_a_rejection_can_still_object_and_sees_no_more_than_that(
    db: Databases, house: AHouse
) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)
    await story.decide("triagist", D.REJECT, deciders=(house.person("om"),))
    async with story.acting("om") as work:
        found = await cases.case(work, story.case_id)
        assert (await cases.case_facts(work, found)).may_object

    await story.answer("om", DutyKind.OBJECTION, "bezwaar", note="wij wilden hem wel bespreken")

    async with story.acting("om") as work:
        with pytest.raises(NotFound):
            await cases.case(work, story.case_id)


async def test_a_colleague_does_not_object_in_anothers_place_after_the_table_is_done(
    db: Databases, house: AHouse
) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)
    await story.decide("triagist", D.REJECT, deciders=(house.person("om"),))

    assert await story.open_kinds("gemeente") == []


# By phone


async def test_the_regisseur_records_what_a_partner_said_by_phone_and_the_partner_gets_a_copy(story: Story) -> None:
    owed = next(
        one for one in await story.duties(DutyKind.PROGRESS)
        if one.owner_organisation_id == story.house.organisations["ggz"]
    )  # fmt: skip
    spoken = {"spoke_to": "dr. De Vries", "spoke_at": owed.opened_at}

    async with story.acting("regisseur") as work:
        await answers.answer(work, owed.id, GiveAnswer(outcome="op_schema", **spoken))

    given = next(one for one in await story.all(Answer) if one.duty_id == owed.id)
    assert (given.organisation_id, given.registered_by) == (
        story.house.organisations["ggz"], story.house.person("regisseur"),
    )  # fmt: skip
    assert (given.spoke_to, given.spoke_at) == ("dr. De Vries", owed.opened_at)
    copies = [one.about_id for one in await story.all(JournalEntry) if one.kind is WorkKind.COPY]
    assert copies == [owed.id]
    assert await story.armed(owed) == []
    assert given.id in {one.id for one in await story.all(Answer, key="ggz")}


async def test_by_phone_says_who_and_when_and_not_in_the_future(story: Story) -> None:
    owed = (await story.duties(DutyKind.PROGRESS))[0]
    tomorrow = owed.opened_at + timedelta(days=1)

    for spoken in ({}, {"spoke_to": "x", "spoke_at": tomorrow}):
        with pytest.raises(InvalidFields, match="gesprokenOp"):
            async with story.acting("regisseur") as work:
                await answers.answer(work, owed.id, GiveAnswer(outcome="op_schema", **spoken))


async def test_a_duty_is_handed_on_to_a_colleague_of_the_same_organisation(db: Databases, house: AHouse) -> None:
    story = await a_report(db.web, house)
    check = await story.duty(DutyKind.CHECK_COMPLETENESS)

    with pytest.raises(InvalidFields, match="persoon"):
        async with story.acting("triagist") as work:
            await answers.hand_on(work, check.id, house.person("politie"))
    async with story.acting("triagist") as work:
        await answers.hand_on(work, check.id, house.person("manager"))

    handed = await story.duty(DutyKind.CHECK_COMPLETENESS)
    assert (handed.owner_person_id, handed.due_at) == (house.person("manager"), check.due_at)
    await story.decide("triagist", D.COMPLETE)
    with pytest.raises(AlreadySettled):
        async with story.acting("manager") as work:
            await answers.hand_on(work, check.id, house.person("triagist"))


# Who may leave, and what they leave behind


async def test_only_who_is_involved_is_released(story: Story) -> None:
    with pytest.raises(InvalidFields, match="organisaties"):
        await release(story, "reclassering")


async def test_the_sponsor_hands_over_before_leaving(story: Story) -> None:
    with pytest.raises(InvalidFields, match="organisaties") as refused:
        await release(story, "politie")

    assert "draag eerst het aanbrengerschap over" in refused.value.errors[0].message


async def test_the_casusregisseur_leaves_with_their_organisation(story: Story) -> None:
    assert (await story.facts()).case_director_id == story.house.person("gemeente")

    await release(story, "ggz")
    assert (await story.facts()).case_director_id == story.house.person("gemeente")
    await release(story, "gemeente")

    assert (await story.facts()).case_director_id is None


async def test_before_the_plan_another_casusregisseur_is_asked_for(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.FOCUSOVERLEG)
    await story.decide("gemeente", D.APPOINT_CASE_DIRECTOR, person_id=house.person("gemeente"))
    assert DutyKind.APPOINT_CASE_DIRECTOR not in await story.open_kinds()

    await release(story, "gemeente")

    assert DutyKind.APPOINT_CASE_DIRECTOR in await story.open_kinds()


async def test_the_plan_is_complete_when_the_only_one_still_to_answer_leaves(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.PLAN)

    await release(story, "ggz")

    assert (await story.facts()).phase is Phase.MONITORING
    assert [one.triggered_by for one in await story.all(Decision) if one.kind is D.PLAN_COMPLETE] == [
        "wie nog moest aanvaarden is vertrokken"
    ]
    assert DutyKind.OBJECTION in await story.open_kinds()


async def test_the_plan_stays_open_when_somebody_leaves_while_others_must_answer(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.PLAN)

    await release(story, "gemeente")

    assert (await story.facts()).phase is Phase.PLAN
