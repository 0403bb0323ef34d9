"""Scaling down, closing, the shield that comes with it, and lifting it."""

from datetime import timedelta

import pytest

from models.lookups import referrals
from models.refusals import GateOpen, InvalidFields, MayNotDecide, NotAllowed, NotFound, NotInThisPhase, NotPossible
from models.tables.cases import CriterionJudgement, Decision
from models.tables.engine import JournalEntry
from models.tables.items import InfoItem
from models.tables.meetings import Commitment
from models.tables.referrals import Subject
from models.words import DecisionKind as D
from models.words import DutyKind, Phase, WorkKind
from tests.conftest import Databases
from tests.factories import AHouse, Story, a_case

DAY = 86400
DONE = (
    ("regisseur", DutyKind.FINAL_EVALUATION, "gedaan"), ("regisseur", DutyKind.REREFERRAL_CRITERIA, "gedaan"),
    ("regisseur", DutyKind.HANDOVER, "niet_nodig"), ("regisseur", DutyKind.CLOSING_LETTER, "verzonden"),
    ("politie", DutyKind.INFORM_PERSON, "geinformeerd"),
)  # fmt: skip


async def finish(story: Story, *, without: DutyKind | None = None) -> None:
    for who, kind, outcome in DONE:
        if kind is not without:
            await story.answer(who, kind, outcome, note="vastgelegd")


@pytest.mark.parametrize("missing", [kind for _, kind, _ in DONE])
async def test_closing_waits_for_everything_that_must_be_done(db: Databases, house: AHouse, missing: DutyKind) -> None:
    story = await a_case(db.web, house, Phase.CLOSING)
    await finish(story, without=missing)

    with pytest.raises(GateOpen, match=missing.replace("_", " ")):
        await story.decide("om", D.CLOSE)


async def test_a_watch_keeps_the_case_open_until_its_end(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.CLOSING)
    until = (await story.facts()).last_event_at + timedelta(days=60)

    await story.decide("om", D.START_WATCH, until=until)

    watch = await story.duty(DutyKind.WATCH)
    assert (watch.due_at, watch.owner_person_id) == (until, house.person("regisseur"))
    await finish(story)
    with pytest.raises(GateOpen, match="waakvlam"):
        await story.decide("om", D.CLOSE)
    await db.shift(60 * DAY)
    await story.answer("regisseur", DutyKind.WATCH, "gedaan")
    await story.decide("om", D.CLOSE)
    assert (await story.facts()).phase is Phase.CLOSED


async def test_a_watch_ends_in_the_future(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.CLOSING)

    with pytest.raises(InvalidFields, match="datum"):
        await story.decide("om", D.START_WATCH, until=(await story.facts()).reported_at)


@pytest.mark.parametrize("who", ["regisseur", "ggz", "manager"])
async def test_only_public_participants_close(db: Databases, house: AHouse, who: str) -> None:
    story = await a_case(db.web, house, Phase.CLOSING)
    await finish(story)

    with pytest.raises(MayNotDecide):
        await story.decide(who, D.CLOSE)


async def test_closing_withdraws_what_was_owed_but_not_what_outlives_it(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.CLOSED)

    case = await story.facts()
    assert (case.outcome, case.erase_at) == ("in_procesregie", None)
    assert set(await story.open_kinds()) <= {
        DutyKind.CONFIRM_RECEIPT, DutyKind.FEEDBACK, DutyKind.CLOSING_FEEDBACK, DutyKind.CORRECT_MINUTES,
    }  # fmt: skip
    assert (await story.duty(DutyKind.COMMITMENT)).ended_as == "vervallen"
    assert DutyKind.CLOSING_FEEDBACK in await story.open_kinds()


async def test_the_closing_letter_is_left_to_the_flow_in_the_name_of_the_regisseur(
    db: Databases, house: AHouse
) -> None:
    story = await a_case(db.web, house, Phase.CLOSING)

    letters = [one for one in await story.all(JournalEntry) if one.kind is WorkKind.LETTER]

    assert [one.actor_person_id for one in letters] == [house.person("regisseur")]


CONTENT = (Subject, CriterionJudgement, Commitment, InfoItem)


async def read(story: Story, who: str) -> dict[str, int]:
    return {table.__tablename__: len(await story.all(table, key=who)) for table in CONTENT}


async def test_closed_is_shielded_for_everybody_but_the_report_for_who_made_it(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.CLOSED)

    for who in house.actors:
        report = 1 if who == "politie" else 0
        shown = await read(story, who)
        assert shown == {"subject": report, "criterion_judgement": 0, "commitment": 0, "info_item": 0}, who


async def test_a_closed_case_is_opened_again_for_a_while_by_public_participants(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.CLOSED)
    until = (await story.facts()).last_event_at + timedelta(days=10)
    with pytest.raises(MayNotDecide):
        await story.decide("regisseur", D.UNSHIELD, until=until)

    await story.decide("gemeente", D.UNSHIELD, until=until)

    shown = {"subject": 1, "criterion_judgement": 4, "commitment": 2, "info_item": 2}
    assert await read(story, "regisseur") == await read(story, "ggz") == shown
    assert (await read(story, "triagist"))["subject"] == 0
    await db.shift(11 * DAY)
    assert (await read(story, "regisseur")).keys() == shown.keys()
    assert set((await read(story, "regisseur")).values()) == {0}


async def test_a_report_that_was_not_taken_on_is_never_opened_again(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)
    until = (await story.facts()).last_event_at + timedelta(days=10)
    await story.decide("om", D.REJECT)

    with pytest.raises(NotPossible, match="gewist"):
        await story.decide("triagist", D.UNSHIELD, until=until, deciders=(house.person("om"),))


async def test_nothing_is_decided_about_a_closed_case_but_what_the_table_says(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.CLOSED)

    for kind in set(D) - {D.UNSHIELD, D.RECONSIDER, D.CORRECT}:
        with pytest.raises(NotInThisPhase):
            await story.decide("triagist", kind)


async def test_a_mistake_is_corrected_by_a_new_decision_and_a_correction_is_not(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.MONITORING)
    wrong = (await story.all(Decision))[0]
    await story.decide("regisseur", D.CORRECT, corrects=wrong.id)
    correction = (await story.all(Decision))[-1]

    assert (correction.kind, correction.corrects_id) == (D.CORRECT, wrong.id)
    with pytest.raises(NotAllowed, match="niet zelf hersteld"):
        await story.decide("regisseur", D.CORRECT, corrects=correction.id)
    other = await a_case(db.web, house, Phase.MONITORING)
    with pytest.raises(NotFound):
        await other.decide("regisseur", D.CORRECT, corrects=wrong.id)


async def test_a_subject_is_not_found_once_the_case_is_closed(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.CLOSED)

    async with story.acting("regisseur") as work:
        assert await referrals.subjects_of_case(work, story.case_id) == []
