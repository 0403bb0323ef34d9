"""What is refused changes nothing, and of two people who act at once the second is told so."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from models.actors import ENGINE
from models.casebook import answers, decisions, setup, support
from models.commands.cases import AskSupport, GiveAnswer, TakeDecision
from models.policy import Policy
from models.refusals import (
    AlreadySettled,
    AnswerNotAccepted,
    GateOpen,
    InvalidFields,
    MayNotDecide,
    NotAllowed,
    NotFound,
    NotInThisPhase,
    NotPossible,
    Refusal,
)
from models.tables.base import new_id
from models.tables.cases import Decision, Visit
from models.tables.duties import Answer
from models.transactions import unit_of_work
from models.words import DecisionKind as D
from models.words import DutyKind, Phase
from tests.conftest import Databases
from tests.everything import contents, reveal
from tests.factories import AHouse, Story, a_case, a_house, a_report

Try = Callable[[Story], Awaitable[object]]


def deciding(who: str, kind: D, **fields: Any) -> Try:
    return lambda story: story.decide(who, kind, **fields)


def answering(who: str, kind: DutyKind, outcome: str, **fields: Any) -> Try:
    return lambda story: story.answer(who, kind, outcome, **fields)


async def _long_ago(story: Story) -> None:
    case = await story.facts()
    await story.decide("regisseur", D.HOLD, until=case.reported_at - timedelta(days=1))


async def _unknown_duty(story: Story) -> None:
    async with story.acting("regisseur") as work:
        await answers.answer(work, new_id(), GiveAnswer(outcome="gedaan"))


async def _unknown_decider(story: Story) -> None:
    await story.decide("triagist", D.SCALE_DOWN, deciders=(new_id(),))


async def _wrong_involved(story: Story) -> None:
    """Fails in the effect, after the decision and the end of what it closes were written."""
    await story.decide(
        "triagist", D.INVOLVE, organisations=story.organisations("corporatie"), deciders=(story.house.person("om"),)
    )


REFUSED: dict[str, tuple[type[Refusal], Try]] = {
    "a decision of another phase": (NotInThisPhase, deciding("triagist", D.COMPLETE)),
    "a decision of others": (MayNotDecide, deciding("ggz", D.HOLD, until=None)),
    "a decision by rule": (NotInThisPhase, deciding("regisseur", D.PLAN_COMPLETE)),
    "a decision without its fields": (InvalidFields, deciding("politie", D.ADJUST)),
    "a hold that ended": (InvalidFields, _long_ago),
    "a resume of what runs": (NotPossible, deciding("regisseur", D.RESUME)),
    "an unknown decider": (NotFound, _unknown_decider),
    "a third party to involve": (InvalidFields, _wrong_involved),
    "an answer to nothing": (NotFound, _unknown_duty),
    "an answer by another": (NotAllowed, answering("gemeente", DutyKind.COMMITMENT, "uitgevoerd")),
    "an answer nobody knows": (InvalidFields, answering("politie", DutyKind.INFORM_PERSON, "misschien")),
    "an answer to what is decided": (AnswerNotAccepted, answering("regisseur", DutyKind.EVALUATION, "gedaan")),
    "a date without a reason": (InvalidFields, answering("politie", DutyKind.INFORM_PERSON, "uitgesteld")),
    "closing at once": (NotInThisPhase, deciding("gemeente", D.CLOSE)),
    "a case of others": (NotFound, deciding("om", D.SCALE_DOWN)),
}


async def test_what_is_refused_changes_nothing_in_any_table(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.MONITORING)
    await reveal(db)
    before = await contents(db)
    assert before

    for what, (refusal, attempt) in REFUSED.items():
        with pytest.raises(refusal) as refused:
            await attempt(story)
        assert refused.type is refusal, what
        assert await contents(db) == before, what


async def test_a_gate_that_is_open_changes_nothing(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.CLOSING)
    await reveal(db)
    before = await contents(db)

    with pytest.raises(GateOpen):
        await story.decide("om", D.CLOSE)

    assert await contents(db) == before


async def test_a_case_of_another_house_is_not_there(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.MONITORING)
    other = Story(db.web, await a_house(db.owner), story.case_id)

    for who in ("triagist", "manager", "politie", "om"):
        with pytest.raises(NotFound, match="niet gevonden, of niet voor u toegankelijk"):
            await other.decide(who, D.INCIDENT)


async def test_a_duty_is_answered_once(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.MONITORING)
    owed = next(one for one in await story.duties(DutyKind.COMMITMENT))

    async with story.acting("politie") as work:
        await answers.answer(work, owed.id, GiveAnswer(outcome="gereed"))

    with pytest.raises(AlreadySettled, match="gereed"):
        async with story.acting("politie") as work:
            await answers.answer(work, owed.id, GiveAnswer(outcome="niet_gelukt", note="toch niet"))


async def at_once(*attempts: Awaitable[object]) -> list[Refusal]:
    """Let them act at the same moment; answer the refusals, and fail on anything else."""
    ended = await asyncio.gather(*attempts, return_exceptions=True)
    for one in ended:
        if isinstance(one, BaseException) and not isinstance(one, Refusal):
            raise one
    return [one for one in ended if isinstance(one, Refusal)]


async def test_of_two_people_who_admit_at_once_one_wins(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)
    await story.judge()

    refused = await at_once(*(story.decide(who, D.ADMIT) for who in ("om", "gemeente", "om", "gemeente")))

    assert [type(one) for one in refused] == [NotInThisPhase] * 3
    taken = [one.kind for one in await story.all(Decision, key="triagist")]
    assert taken.count(D.ADMIT) == 1
    assert [one.phase for one in await story.all(Visit, key="triagist") if one.left_at is None] == [Phase.REGIE]


async def test_of_two_different_decisions_at_once_one_wins(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)
    await story.judge()

    refused = await at_once(story.decide("om", D.ADMIT), story.decide("gemeente", D.REJECT))

    assert [type(one) for one in refused] in ([NotInThisPhase], [NotFound])
    assert len([one for one in await story.all(Visit, key="triagist") if one.left_at is None]) == 1


async def test_of_two_answers_at_once_one_counts(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.MONITORING)
    owed = await story.duty(DutyKind.INFORM_PERSON)

    async def say(outcome: str) -> None:
        async with story.acting("politie") as work:
            later = work.now + timedelta(days=9)
            await answers.answer(work, owed.id, GiveAnswer(outcome=outcome, note="gevaar", recheck_at=later))

    refused = await at_once(say("geinformeerd"), say("uitgesteld"), say("geinformeerd"))

    assert [type(one) for one in refused] == [AlreadySettled] * 2
    assert len([one for one in await story.all(Answer, key="politie") if one.duty_id == owed.id]) == 1


async def test_reports_that_come_in_at_once_get_numbers_of_their_own(db: Databases, house: AHouse) -> None:
    stories = await asyncio.gather(*(a_report(db.web, house) for _ in range(6)))

    numbers = {(await story.facts()).number for story in stories}

    assert len(numbers) == 6


# Support questions and policy


async def test_a_support_question_is_advised_once_and_adopted_once(db: Databases, house: AHouse) -> None:
    command = AskSupport(
        asker_name="Juf Ank", asker_organisation="School", asker_email="ank@school.example", theme="stalking",
        question="Bij wie kan ik terecht met zorgen?",
    )  # fmt: skip
    async with unit_of_work(house.actors["triagist"], db.web) as work:
        question = support.ask(work, house.id, command)
    with pytest.raises(NotAllowed):
        async with unit_of_work(house.actors["politie"], db.web) as work:
            await support.advise(work, question.id, "bel het wijkteam")
    async with unit_of_work(house.actors["triagist"], db.web) as work:
        await support.advise(work, question.id, "bel het wijkteam")
    async with unit_of_work(house.actors["gemeente"], db.web) as work:
        draft = await support.adopt(work, question.id)

    assert (draft.reporter_organisation_id, draft.reason) == (house.organisations["gemeente"], command.question)
    with pytest.raises(AlreadySettled):
        async with unit_of_work(house.actors["triagist"], db.web) as work:
            await support.advise(work, question.id, "nog iets")
    with pytest.raises(AlreadySettled):
        async with unit_of_work(house.actors["politie"], db.web) as work:
            await support.adopt(work, question.id)


async def test_the_policy_is_set_by_the_manager_or_the_administrator(db: Databases, house: AHouse) -> None:
    with pytest.raises(NotAllowed, match="beleid"):
        async with unit_of_work(house.actors["triagist"], db.web) as work:
            setup.set_policy(work, house.id, 1, Policy())

    for version, who in enumerate(("manager", "beheerder"), start=1):
        async with unit_of_work(house.actors[who], db.web) as work:
            setup.set_policy(work, house.id, version, Policy(erase_after_days=version))


async def test_the_engine_decides_nothing_for_a_person(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)
    with pytest.raises(MayNotDecide):
        async with unit_of_work(ENGINE, db.engine) as work:
            await decisions.decide(work, story.case_id, TakeDecision(kind=D.REJECT, reason="omdat"))


async def test_of_ten_who_adopt_a_support_question_at_once_one_does(db: Databases, house: AHouse) -> None:
    command = AskSupport(
        asker_name="Juf Ank", asker_organisation="School", asker_email="ank@school.example", theme="stalking",
        question="Bij wie kan ik terecht met zorgen?",
    )  # fmt: skip
    async with unit_of_work(house.actors["triagist"], db.web) as work:
        question = support.ask(work, house.id, command)

    async def adopt(key: str) -> None:
        async with unit_of_work(house.actors[key], db.web) as work:
            await support.adopt(work, question.id)

    async def advise() -> None:
        async with unit_of_work(house.actors["triagist"], db.web) as work:
            await support.advise(work, question.id, "bel het wijkteam")

    adopted = await asyncio.gather(*(adopt(key) for key in ("politie", "gemeente") * 5), return_exceptions=True)
    advised = await asyncio.gather(*(advise() for _ in range(10)), return_exceptions=True)

    for clicks in (adopted, advised):
        assert clicks.count(None) == 1
        assert {type(one) for one in clicks if one is not None} == {AlreadySettled}
