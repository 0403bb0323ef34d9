"""What cannot be fired does not hold up the rest: kept on its row, tried again later, then given up in the open."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from models import transactions
from models.actors import ENGINE
from models.casebook import follow_up
from models.casebook.follow_up import BACK_OFF, blames_a_row
from models.lookups import stalled
from models.lookups.stalled import StalledFilter
from models.lookups.work import nothing_due
from models.stalled import Cause, Stall
from models.tables.duties import Duty, Rung
from models.tables.engine import Message
from models.transactions import Work, unit_of_work
from models.words import DutyKind, Phase, Role
from tasks import clocks
from tests.conftest import Databases
from tests.factories import AHouse, Story, a_case, a_house
from tests.following import chase, put

DAY = 86400
#: a trigger that refuses what a test says
_REFUSES = """
    CREATE FUNCTION refuses() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'a text about Hendrik B. that belongs nowhere' USING ERRCODE = '{state}'; END $$;
    CREATE TRIGGER refuses BEFORE {what} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION refuses();
"""


@dataclass
class Poisoned:
    """A house in which something cannot be done."""

    db: Databases
    house: AHouse

    async def case(self, phase: Phase = Phase.SCREENING) -> Story:
        return await a_case(self.db.web, self.house, phase)

    async def refuses(self, what: str, when: str, state: str = "P0001") -> None:
        """From now on the database refuses this."""
        for statement in _REFUSES.format(what=what, when=when, state=state).split("\n    CREATE TRIGGER"):
            await self.db.run(statement if "FUNCTION refuses() RETURNS" in statement else f"CREATE TRIGGER{statement}")

    async def refuses_reminders_of(self, *duties: Duty) -> None:
        """The history of these duties takes no line."""
        listed = ", ".join(f"'{one.id}'" for one in duties)
        await self.refuses("INSERT ON history", f"new.facts->>'taak' IN ({listed})")

    async def cured(self, table: str = "history") -> None:
        await self.db.run(f"DROP TRIGGER refuses ON {table}")

    async def due_now(self, duty: Duty, step: str) -> Rung:
        async with unit_of_work(ENGINE, self.db.engine) as work:
            found = await work.session.scalars(select(Rung).where(Rung.duty_id == duty.id, Rung.step == step))
            return found.one()

    async def messages(self) -> list[Message]:
        async with unit_of_work(ENGINE, self.db.engine) as work:
            return list(await work.session.scalars(select(Message)))

    async def rungs(self, *conditions: str) -> int:
        async with unit_of_work(ENGINE, self.db.engine) as work:
            counted = f"SELECT count(*) FROM rung WHERE {' AND '.join(conditions)}"
            return int(await work.session.scalar(text(counted)) or 0)


@pytest.fixture
async def poisoned(own_db: Databases) -> Poisoned:
    return Poisoned(own_db, await a_house(own_db.owner))


@pytest.fixture
def as_worker(poisoned: Poisoned) -> Iterator[None]:
    """Tasks find the database, as in a worker."""
    transactions.use(poisoned.db.engine)
    yield
    transactions.use(None)


async def test_one_duty_that_fails_does_not_hold_up_the_others(poisoned: Poisoned) -> None:
    stories = [await poisoned.case() for _ in range(5)]
    bad = [await stories[1].duty(DutyKind.ADMISSION), (await stories[3].duties(DutyKind.KNOWN))[0]]
    await poisoned.refuses_reminders_of(*bad)
    await poisoned.db.shift(15 * DAY)

    await chase(poisoned.db)

    due = "fired_at IS NULL", "dropped_at IS NULL", "fire_at <= pols_now()", "step <> 'lapse'"
    named = ", ".join(f"'{one.id}'" for one in bad)
    assert await poisoned.rungs(*due, f"duty_id NOT IN ({named})") == 0
    assert await poisoned.rungs(*due, f"duty_id IN ({named})", "tries = 1") == await poisoned.rungs(
        *due, f"duty_id IN ({named})"
    )
    recipients = [one.recipient_id for one in await poisoned.messages()]
    assert recipients
    assert len(recipients) == len(set(recipients)), "looking for who is to blame costs nobody a second message"
    about = {line["taak"] for one in await poisoned.messages() for line in one.lines}
    assert about.isdisjoint({str(one.id) for one in bad})


async def test_the_row_keeps_the_class_of_what_went_wrong_and_never_its_words(poisoned: Poisoned) -> None:
    admission = await (await poisoned.case()).duty(DutyKind.ADMISSION)
    await poisoned.refuses_reminders_of(admission)
    await poisoned.db.shift(15 * DAY)
    await chase(poisoned.db)

    failed = await poisoned.due_now(admission, "remind")

    assert failed.code == "DBAPIError"
    assert failed.tries == 1
    assert failed.fired_at is None


async def test_it_is_tried_again_after_longer_and_longer_and_then_given_up_in_the_open(poisoned: Poisoned) -> None:
    story = await poisoned.case()
    admission = await story.duty(DutyKind.ADMISSION)
    remind = await poisoned.due_now(admission, "remind")
    await put(poisoned.db, "UPDATE rung SET dropped_at = pols_now() WHERE duty_id <> :duty", duty=admission.id)
    await poisoned.refuses_reminders_of(admission)
    await put(poisoned.db, "UPDATE rung SET fire_at = pols_now() WHERE id = :id", id=remind.id)
    for tries, wait in enumerate(BACK_OFF, start=1):
        await chase(poisoned.db)
        failed = await poisoned.due_now(admission, "remind")
        assert (failed.tries, failed.gave_up_at) == (tries, None)
        async with unit_of_work(ENGINE, poisoned.db.engine) as work:
            assert failed.retry_at is not None
            assert timedelta(0) <= failed.retry_at - (work.now + wait) + timedelta(seconds=30) < timedelta(seconds=31)
            assert await nothing_due(work), "what waits for its next try is not due"
        await poisoned.db.shift(wait.total_seconds() + 1)

    await chase(poisoned.db)

    given_up = await poisoned.due_now(admission, "remind")
    assert given_up.gave_up_at == given_up.dropped_at is not None
    assert (await poisoned.due_now(admission, "manager")).dropped_at is None, "the rest of the ladder goes on"
    async with story.acting("triagist") as work:
        (stall,) = [one for one in await _stalls(work, story) if one.cause is Cause.ENGINE_BEHIND]
        listed = await stalled.overview(work, StalledFilter(cause=Cause.ENGINE_BEHIND))
    assert (stall.since, stall.kind, stall.can_act.role) == (
        given_up.gave_up_at, DutyKind.ADMISSION, Role.ADMINISTRATOR
    )  # fmt: skip
    assert [row.case_id for row in listed] == [story.case_id]


async def test_what_is_cured_in_time_is_told_after_all_once(poisoned: Poisoned) -> None:
    admission = await (await poisoned.case()).duty(DutyKind.ADMISSION)
    await poisoned.refuses_reminders_of(admission)
    remind = await poisoned.due_now(admission, "remind")
    async with unit_of_work(ENGINE, poisoned.db.engine) as work:
        ahead = (remind.fire_at - work.now).total_seconds()
    await poisoned.db.shift(ahead + 1)
    await chase(poisoned.db)
    assert (await poisoned.due_now(admission, "remind")).fired_at is None
    await poisoned.cured()
    await poisoned.db.shift(61)

    await chase(poisoned.db)
    await chase(poisoned.db)

    assert (await poisoned.due_now(admission, "remind")).fired_at is not None
    told = [line for one in await poisoned.messages() for line in one.lines if line["taak"] == str(admission.id)]
    assert {line["stap"] for line in told} == {"remind"}
    assert len(told) == 3, "each at the triage table once"


async def test_a_step_that_was_overtaken_while_it_failed_is_passed(poisoned: Poisoned) -> None:
    admission = await (await poisoned.case()).duty(DutyKind.ADMISSION)
    first, second = await poisoned.due_now(admission, "due"), await poisoned.due_now(admission, "overdue")
    await put(
        poisoned.db, "UPDATE rung SET tries = 5, retry_at = :later WHERE id = :id",
        id=first.id, later=second.fire_at + timedelta(hours=1),
    )  # fmt: skip
    async with unit_of_work(ENGINE, poisoned.db.engine) as work:
        ahead = (second.fire_at - work.now).total_seconds()
    await poisoned.db.shift(ahead + 1)
    await chase(poisoned.db)
    await poisoned.db.shift(3700)

    await chase(poisoned.db)

    assert (await poisoned.due_now(admission, "overdue")).passed_at is None
    assert (await poisoned.due_now(admission, "due")).passed_at is not None


async def test_several_followers_at_once_count_a_failure_once(poisoned: Poisoned) -> None:
    stories = [await poisoned.case() for _ in range(4)]
    admission = await stories[2].duty(DutyKind.ADMISSION)
    await poisoned.refuses_reminders_of(admission)
    await poisoned.db.shift(15 * DAY)

    await asyncio.gather(*(chase(poisoned.db, most=17) for _ in range(5)))

    bad, others = f"duty_id = '{admission.id}'", f"duty_id <> '{admission.id}'"
    due = "fired_at IS NULL", "dropped_at IS NULL", "fire_at <= pols_now()", "step <> 'lapse'"
    assert await poisoned.rungs(bad, "tries > 1") == 0
    assert await poisoned.rungs(*due, bad, "tries = 1") > 0
    await chase(poisoned.db)
    assert await poisoned.rungs(*due, others) == 0


@pytest.mark.parametrize("sqlstate", ["40001", "40P01", "53100", "57014", "55P03"])
async def test_a_conflict_or_a_full_disk_is_no_fault_of_a_row(poisoned: Poisoned, sqlstate: str) -> None:
    admission = await (await poisoned.case()).duty(DutyKind.ADMISSION)
    await poisoned.refuses("INSERT ON history", f"new.facts->>'taak' = '{admission.id}'", sqlstate)
    await poisoned.db.shift(15 * DAY)

    with pytest.raises(DBAPIError) as raised:
        await chase(poisoned.db)

    assert not blames_a_row(raised.value)
    assert await poisoned.rungs("tries > 0") == 0


@pytest.mark.usefixtures("as_worker")
async def test_a_lapse_that_fails_waits_and_the_others_lapse(poisoned: Poisoned) -> None:
    story = await poisoned.case(Phase.MONITORING)
    bad, *others = await story.duties(DutyKind.CORRECT_MINUTES)
    assert others
    await poisoned.refuses("UPDATE ON duty", f"new.id = '{bad.id}' AND new.lapsed_at IS NOT NULL")
    await poisoned.db.shift(40 * DAY)

    while await clocks.lapse():
        pass

    now = {one.id: one for one in await story.duties(DutyKind.CORRECT_MINUTES)}
    assert now[bad.id].lapsed_at is None
    assert all(now[one.id].lapsed_at for one in others)
    failed = await poisoned.due_now(bad, "lapse")
    assert (failed.tries, failed.code, failed.fired_at) == (1, "DBAPIError", None)
    assert failed.fire_at < now[others[0].id].lapsed_at, "the moment that was planned stays"  # type: ignore[operator]


@pytest.mark.usefixtures("as_worker")
async def test_a_lapse_whose_decision_is_refused_ends_in_the_open(poisoned: Poisoned) -> None:
    story = await poisoned.case(Phase.PLAN)
    answers = await story.duty(DutyKind.PLAN_ANSWERS)
    await poisoned.refuses("INSERT ON decision", "new.kind = 'plan_rond'")
    await poisoned.db.shift(30 * DAY)
    for wait in (*BACK_OFF, timedelta(0)):
        assert await clocks.lapse()
        while await clocks.lapse():
            pass
        await poisoned.db.shift(wait.total_seconds() + 1)

    assert (await poisoned.due_now(answers, "lapse")).gave_up_at is not None
    assert (await story.duty(DutyKind.PLAN_ANSWERS)).lapsed_at is None, "all of it or nothing"
    assert (await story.facts()).phase is Phase.PLAN
    async with story.acting("triagist") as work:
        causes = {(one.cause, one.kind) for one in await _stalls(work, story)}
    assert (Cause.ENGINE_BEHIND, DutyKind.PLAN_ANSWERS) in causes


async def test_who_says_a_lapse_failed_leaves_alone_what_another_follower_did(poisoned: Poisoned) -> None:
    story = await poisoned.case(Phase.MONITORING)
    first, second = (await story.duties(DutyKind.CORRECT_MINUTES))[:2]
    await poisoned.db.shift(40 * DAY)
    async with unit_of_work(ENGINE, poisoned.db.engine) as other:
        await other.session.execute(
            text("SELECT FROM rung WHERE duty_id = :duty AND step = 'lapse' FOR UPDATE"), {"duty": first.id}
        )
        async with unit_of_work(ENGINE, poisoned.db.engine) as work:
            for duty in (first, second):
                await follow_up.postpone_lapse(work, duty.id, "SomethingElse")
    async with unit_of_work(ENGINE, poisoned.db.engine) as work:
        await follow_up.postpone_lapse(work, second.id, "SomethingElse")

    assert (await poisoned.due_now(first, "lapse")).tries == 0
    assert (await poisoned.due_now(second, "lapse")).tries == 1, "once: it is not due again yet"


async def _stalls(work: Work, story: Story) -> tuple[Stall, ...]:
    row = await stalled.of_case(work, story.case_id)
    return row.stalls if row is not None else ()
