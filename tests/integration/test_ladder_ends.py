"""However a duty ends, its ladder ends with it: no rung stays armed for what is done, lapsed or withdrawn."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import text

from models.actors import ENGINE
from models.casebook import follow_up, journal, snooze
from models.tables.duties import Duty
from models.transactions import unit_of_work
from models.words import DecisionKind as D
from models.words import DutyKind, Phase
from tests.conftest import Databases
from tests.factories import AHouse, Story, a_case, a_house, an_eventful_case, onward

_LEFT = text("""
    SELECT d.kind, r.step FROM rung r JOIN duty d ON d.id = r.duty_id
    WHERE r.fired_at IS NULL AND r.dropped_at IS NULL AND num_nonnulls(d.answered_at, d.lapsed_at, d.withdrawn_at) > 0
""")
Act = Callable[[Databases, Story], Awaitable[None]]


@dataclass(frozen=True)
class End:
    """One way in which a duty of a kind ends in a phase."""

    phase: Phase
    kind: DutyKind
    act: Act
    ended_as: str


async def _answered(_db: Databases, story: Story) -> None:
    await story.answer("om", DutyKind.KNOWN, "niet_bekend")


async def _by_phone(_db: Databases, story: Story) -> None:
    async with story.acting("triagist") as work:
        called = {"spoke_to": "de wijkagent", "spoke_at": work.now}
    await story.answer("triagist", DutyKind.KNOWN, "niet_bekend", **called)


async def _decided(_db: Databases, story: Story) -> None:
    await story.judge()
    await story.decide("om", D.ADMIT)


async def _rejected(_db: Databases, story: Story) -> None:
    await story.decide("om", D.REJECT)


async def _withdrawn(_db: Databases, story: Story) -> None:
    await story.decide("politie", D.WITHDRAW)


async def _lapsed(db: Databases, _story: Story) -> None:
    await db.shift(86400 * 20)
    async with unit_of_work(ENGINE, db.engine) as work:
        while (found := await follow_up.next_lapse(work)) is not None:
            await follow_up.lapse(work, found)


async def _done_by_flow(db: Databases, story: Story) -> None:
    async with unit_of_work(ENGINE, db.engine) as work:
        await journal.close_duty(work, story.case_id, DutyKind.CONFIRM_RECEIPT)


async def _let_go(_db: Databases, story: Story) -> None:
    await story.decide("politie", D.RELEASE, organisations=story.organisations("ggz"))


async def _regie_ended(_db: Databases, story: Story) -> None:
    await story.decide("politie", D.END_REGIE)


async def _closed(_db: Databases, story: Story) -> None:
    await onward(story, Phase.CLOSING, Phase.CLOSED)


async def _new_round(_db: Databases, story: Story) -> None:
    await story.decide("politie", D.CONTINUE, criteria_met=True, necessity="nog nodig")


ENDS: dict[str, End] = {
    "an answer": End(Phase.SCREENING, DutyKind.KNOWN, _answered, "niet_bekend"),
    "an answer by phone": End(Phase.SCREENING, DutyKind.KNOWN, _by_phone, "niet_bekend"),
    "the decision that was owed": End(Phase.SCREENING, DutyKind.ADMISSION, _decided, "besloten"),
    "the phase is left without an answer": End(Phase.SCREENING, DutyKind.KNOWN, _decided, "geen_antwoord"),
    "the report is rejected": End(Phase.SCREENING, DutyKind.JUDGE_CRITERIA, _rejected, "vervalt"),
    "the report is withdrawn": End(Phase.SCREENING, DutyKind.ADMISSION, _withdrawn, "vervalt"),
    "its time is over": End(Phase.MONITORING, DutyKind.CORRECT_MINUTES, _lapsed, "termijn voorbij"),
    "the flow did it": End(Phase.INTAKE, DutyKind.CONFIRM_RECEIPT, _done_by_flow, "uitgevoerd"),
    "the organisation leaves": End(Phase.MONITORING, DutyKind.COMMITMENT, _let_go, "deelnemer vertrokken"),
    "the regie is ended": End(Phase.MONITORING, DutyKind.EVALUATION, _regie_ended, "besloten"),
    "a new round": End(Phase.MONITORING, DutyKind.PROGRESS, _new_round, "geen_antwoord"),
    "the case is closed": End(Phase.CLOSING, DutyKind.COMMITMENT, _closed, "vervallen"),
}


@pytest.fixture
async def db(own_db: Databases) -> Databases:
    """Its clock is moved, and everything in it is looked at."""
    return own_db


async def _left(db: Databases) -> list[tuple[str, str]]:
    async with db.engine.engine.connect() as connection:
        return [(row.kind, row.step) for row in await connection.execute(_LEFT)]


@pytest.mark.parametrize("end", list(ENDS.values()), ids=list(ENDS))
async def test_no_rung_stays_armed_for_a_duty_that_ended(db: Databases, house: AHouse, end: End) -> None:
    story = await a_case(db.web, house, end.phase)

    await end.act(db, story)

    ended = [one.ended_as for one in await story.duties(end.kind, key="manager")]
    assert end.ended_as in ended
    assert await _left(db) == []


async def test_what_somebody_put_off_ends_with_the_duty_whoever_ends_it(db: Databases, house: AHouse) -> None:
    story = await a_case(db.web, house, Phase.SCREENING)
    for key, kind in (("om", DutyKind.KNOWN), ("om", DutyKind.ADMISSION), ("triagist", DutyKind.JUDGE_CRITERIA)):
        async with story.acting(key) as work:
            opened = await _one_of(story, key, kind)
            await snooze.snooze(work, opened.id, work.now.replace(microsecond=0) + (opened.due_at - work.now) / 2)

    await story.decide("politie", D.REJECT)

    assert await _left(db) == []


async def _one_of(story: Story, key: str, kind: DutyKind) -> Duty:
    found, mine = await story.duties(kind), story.house.actors[key].organisation_id
    return next((one for one in found if one.owner_organisation_id == mine), found[0])


async def test_a_whole_case_leaves_no_rung_behind(db: Databases, house: AHouse) -> None:
    story = await an_eventful_case(db.web, house)

    assert (await story.facts("manager")).phase is Phase.CLOSED
    assert await _left(db) == []


@pytest.fixture
async def house(db: Databases) -> AHouse:
    """On the database of the test."""
    return await a_house(db.owner)
