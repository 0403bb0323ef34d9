"""Reporting: submitted, supplemented, not completed, withdrawn; and the sector's own message."""

from datetime import timedelta

import pytest

from models.casebook import answers, referrals
from models.commands.cases import GiveAnswer
from models.commands.referrals import MotivateCriteria
from models.lookups import referrals as lookup
from models.refusals import GateOpen, InvalidFields, MayNotDecide, NotAllowed, NotFound, NotInThisPhase, NotPossible
from models.tables.engine import JournalEntry
from models.tables.referrals import Referral, Subject
from models.tables.trail import History
from models.transactions import unit_of_work
from models.words import DecisionKind as D
from models.words import DutyKind, Outcome, Phase, WorkKind
from tests.conftest import Databases
from tests.factories import AHouse, Story, a_report, described, onward


async def a_message(db: Databases, house: AHouse, message_id: str = "melding-1") -> Story:
    """The sector's own message: about somebody, without the criteria."""
    bare = described(criteria=MotivateCriteria(), quality_statement=False)
    async with unit_of_work(house.actors["politie"], db.web) as work:
        _, case = await referrals.receive_message(work, bare, message_id)
        return Story(db.web, house, case.id)


async def test_a_report_becomes_a_case_whose_receipt_is_confirmed_and_completeness_is_owed(
    db: Databases, house: AHouse
) -> None:
    story = await a_report(db.web, house)

    case = await story.facts()
    assert (case.phase, case.reporter_organisation_id) == (Phase.INTAKE, house.organisations["politie"])
    assert case.sponsor_organisation_id == house.organisations["politie"]
    assert set(await story.open_kinds()) == {DutyKind.CONFIRM_RECEIPT, DutyKind.CHECK_COMPLETENESS}
    assert [one.kind for one in await story.all(JournalEntry, key="triagist")] == [
        WorkKind.ANNOUNCE, WorkKind.CONFIRM_RECEIPT,
    ]  # fmt: skip
    assert [line.what for line in await story.all(History, key="triagist")] == ["gemeld"]


async def test_cases_of_a_house_are_numbered_one_after_the_other(db: Databases, house: AHouse) -> None:
    stories = [await a_report(db.web, house) for _ in range(3)]

    numbers = [(await story.facts()).number for story in stories]

    first, *others = [int(number.rsplit("-", 1)[1]) for number in numbers]
    assert others == [first + 1, first + 2]


@pytest.mark.parametrize("who", ["triagist", "beheerder", "manager"])
async def test_only_a_participant_reports(db: Databases, house: AHouse, who: str) -> None:
    async with unit_of_work(house.actors[who], db.web) as work:
        with pytest.raises(NotAllowed, match="Alleen een deelnemer"):
            await referrals.draft(work, described())


async def test_a_submission_names_everything_that_is_missing_at_once(db: Databases, house: AHouse) -> None:
    async with unit_of_work(house.actors["ggz"], db.web) as work:
        draft = await referrals.draft(
            work,
            described(
                criteria=MotivateCriteria(a="x", b="x", c=" ", d="x"), quality_statement=False, goal="", subjects=()
            ),
        )

        with pytest.raises(InvalidFields) as refused:
            await referrals.submit(work, draft.id)

    named = {error.field for error in refused.value.errors}
    assert named == {"criteria.c", "kwaliteitsverklaring", "doel", "personen"}


async def test_why_it_was_not_discussed_with_the_person_is_asked(db: Databases, house: AHouse) -> None:
    async with unit_of_work(house.actors["ggz"], db.web) as work:
        draft = await referrals.draft(work, described(discussed=False, discussed_reason=""))

        with pytest.raises(InvalidFields, match="redenNietBesproken"):
            await referrals.submit(work, draft.id)


async def test_a_draft_is_its_own_organisations_until_it_is_submitted(db: Databases, house: AHouse) -> None:
    async with unit_of_work(house.actors["politie"], db.web) as work:
        draft = await referrals.draft(work, described())

    for other in ("om", "triagist", "manager"):
        async with unit_of_work(house.actors[other], db.web) as work:
            with pytest.raises(NotFound):
                await lookup.referral(work, draft.id)


async def test_a_draft_can_be_thrown_away_and_a_submitted_report_cannot(db: Databases, house: AHouse) -> None:
    async with unit_of_work(house.actors["politie"], db.web) as work:
        draft = await referrals.draft(work, described())
    async with unit_of_work(house.actors["politie"], db.web) as work:
        await referrals.withdraw_draft(work, draft.id)
    story = await a_report(db.web, house)
    submitted = (await story.facts()).referral_id
    assert submitted is not None

    async with unit_of_work(house.actors["politie"], db.web) as work:
        assert await work.session.get(Referral, draft.id) is None
        with pytest.raises(NotPossible, match="is ingediend"):
            await referrals.withdraw_draft(work, submitted)


async def test_a_supplement_is_asked_of_the_reporter_and_holds_completeness_up(db: Databases, house: AHouse) -> None:
    story = await a_report(db.web, house)

    await story.decide("triagist", D.REQUEST_SUPPLEMENT, reason="wie is de huisarts?")

    assert set(await story.open_kinds()) == {DutyKind.CONFIRM_RECEIPT, DutyKind.SUPPLEMENT}
    owed = await story.duty(DutyKind.SUPPLEMENT)
    assert owed.owner_person_id == house.person("politie")
    with pytest.raises(GateOpen, match="aanmelding aanvullen"):
        await story.decide("triagist", D.COMPLETE)


async def test_after_the_supplement_the_triage_officer_looks_again(db: Databases, house: AHouse) -> None:
    story = await a_report(db.web, house)
    await story.decide("triagist", D.REQUEST_SUPPLEMENT)
    referral_id = (await story.facts()).referral_id
    assert referral_id is not None

    async with story.acting("politie") as work:
        await referrals.describe(work, referral_id, described(situation="de huisarts is bekend", municipality="Oost"))
        await referrals.submit(work, referral_id)

    assert DutyKind.CHECK_COMPLETENESS in await story.open_kinds()
    assert (await story.facts()).municipality == "Oost"
    about = await story.all(Subject, key="triagist")
    assert [one.name for one in about] == ["Hendrik B."]
    await story.decide("triagist", D.COMPLETE)


async def test_a_report_is_corrected_until_it_is_decided_on_and_handed_in_once(db: Databases, house: AHouse) -> None:
    story = await a_report(db.web, house)
    referral_id = (await story.facts()).referral_id
    assert referral_id is not None

    async with story.acting("politie") as work:
        corrected = await referrals.describe(work, referral_id, described(goal="iets anders"))
        with pytest.raises(NotPossible, match="al ingediend"):
            await referrals.submit(work, referral_id)
    await onward(story, Phase.INTAKE, Phase.REGIE)

    assert (corrected.goal, corrected.version) == ("iets anders", 2)
    async with story.acting("politie") as work:
        with pytest.raises(NotPossible, match="als informatie"):
            await referrals.describe(work, referral_id, described())


async def test_a_report_is_not_completed_by_the_triage_officer_after_a_call_and_never_by_a_timer(
    db: Databases, house: AHouse
) -> None:
    story = await a_report(db.web, house)
    await story.decide("triagist", D.REQUEST_SUPPLEMENT)
    await db.shift(60 * 86400)
    assert (await story.facts()).phase is Phase.INTAKE

    with pytest.raises(InvalidFields, match="gebeldOp"):
        await story.decide("triagist", D.NOT_COMPLETED)
    case = await story.facts()
    await story.decide("triagist", D.NOT_COMPLETED, called_at=case.reported_at)

    case = await story.facts()
    assert (case.phase, case.outcome) == (Phase.CLOSED, Outcome.INCOMPLETE)
    assert case.erase_at is not None
    assert case.closed_at is not None
    assert case.erase_at - case.closed_at == timedelta(days=30)
    assert await story.open_kinds() == [DutyKind.CONFIRM_RECEIPT, DutyKind.FEEDBACK]


async def test_the_reporter_withdraws_until_admission_and_afterwards_cannot(db: Databases, house: AHouse) -> None:
    story = await a_report(db.web, house)
    with pytest.raises(MayNotDecide, match="alleen de melder"):
        await story.decide("triagist", D.WITHDRAW)

    await story.decide("politie", D.WITHDRAW)

    assert (await story.facts()).outcome is Outcome.WITHDRAWN
    with pytest.raises(NotInThisPhase, match="intrekken"):
        await story.decide("politie", D.WITHDRAW)


async def test_the_sectors_message_is_one_report_however_often_it_comes(db: Databases, house: AHouse) -> None:
    first = await a_message(db, house, "melding-7")
    again = await a_message(db, house, "melding-7")

    assert first.case_id == again.case_id
    assert set(await first.open_kinds()) == {DutyKind.CONFIRM_RECEIPT, DutyKind.SUPPLEMENT}


async def test_the_sectors_message_is_not_complete_before_it_carries_the_criteria(db: Databases, house: AHouse) -> None:
    story = await a_message(db, house)
    owed = await story.duty(DutyKind.SUPPLEMENT)

    with pytest.raises(GateOpen):
        await story.decide("triagist", D.COMPLETE)
    with pytest.raises(NotPossible, match="dien haar in"):
        await story.answer("politie", DutyKind.SUPPLEMENT, "aangevuld")
    spoken = GiveAnswer(outcome="aangevuld", spoke_to="brigadier", spoke_at=owed.opened_at)
    with pytest.raises(NotPossible, match="dien haar in"):
        async with story.acting("triagist") as work:
            await answers.answer(work, owed.id, spoken)
    referral_id = (await story.facts()).referral_id
    assert referral_id is not None
    async with story.acting("politie") as work:
        await referrals.describe(work, referral_id, described())
        await referrals.submit(work, referral_id)
    await story.decide("triagist", D.COMPLETE)

    assert (await story.facts()).phase is Phase.SCREENING
