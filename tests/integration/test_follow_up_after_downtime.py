"""After a time in which nobody followed up: who is told, once, and what is not told any more (decision 0013)."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text

from models.actors import ENGINE
from models.clocks import AMSTERDAM, WorkingCalendar, within_office_hours
from models.ladder import Step
from models.lookups import timeline
from models.tables.duties import Duty, Rung
from models.tables.engine import Message
from models.transactions import unit_of_work
from models.words import DecisionKind as D
from models.words import DutyKind, Phase
from tests.conftest import Databases
from tests.factories import AHouse, Story, a_case, a_house
from tests.following import chase, days_pass, put

DAY = 86400


@dataclass
class Asleep:
    """A house whose followers can be away."""

    db: Databases
    house: AHouse

    async def case(self, phase: Phase = Phase.SCREENING) -> Story:
        return await a_case(self.db.web, self.house, phase)

    async def rungs(self, duty: Duty) -> dict[Step, Rung]:
        """The newest ladder of a duty."""
        async with unit_of_work(ENGINE, self.db.engine) as work:
            found = select(Rung).where(Rung.duty_id == duty.id).order_by(Rung.due_version, Rung.fire_at)
            return {one.step: one for one in await work.session.scalars(found)}

    async def until(self, duty: Duty, step: Step, later: timedelta = timedelta(minutes=1), **away: bool) -> None:
        """Let time pass until this step of the ladder, and no further; perhaps with the followers away."""
        async with unit_of_work(ENGINE, self.db.engine) as work:
            seconds = ((await self.rungs(duty))[step].fire_at + later - work.now).total_seconds()
        await (self.db.shift(seconds) if away else days_pass(self.db, seconds / DAY))

    async def at_work(self) -> None:
        """Let time pass until ten in the morning of the next working day."""
        async with unit_of_work(ENGINE, self.db.engine) as work:
            now = work.now.astimezone(AMSTERDAM)
        then = now.replace(hour=10, minute=0, second=0, microsecond=0) + timedelta(days=1)
        while not WorkingCalendar().is_working_day(then.date()):
            then += timedelta(days=1)
        await self.db.shift((then - now).total_seconds())

    async def messages(self) -> list[Message]:
        async with unit_of_work(ENGINE, self.db.engine) as work:
            return list(await work.session.scalars(select(Message).order_by(Message.created_at, Message.id)))

    async def told(self, duty: Duty) -> list[tuple[str, str]]:
        """Who was told which steps of a duty, in order."""
        names = {self.house.person(key): key for key in self.house.actors}
        return [
            (names[message.recipient_id], line["stap"])
            for message in await self.messages()
            for line in message.lines if line["taak"] == str(duty.id)
        ]  # fmt: skip


def working_days_between(since: datetime, until: datetime) -> int:
    """Counted one by one."""
    first, last = since.astimezone(AMSTERDAM).toordinal(), until.astimezone(AMSTERDAM).toordinal()
    return sum(WorkingCalendar().is_working_day(date.fromordinal(day)) for day in range(first + 1, last + 1))


@pytest.fixture
async def asleep(own_db: Databases) -> Asleep:
    """In the morning of a working day, whatever the day on which the tests run."""
    found = Asleep(own_db, await a_house(own_db.owner))
    await found.at_work()
    return found


@pytest.mark.parametrize("days", [1, 7, 40])
async def test_nobody_gets_more_than_one_message_after_downtime(asleep: Asleep, days: int) -> None:
    for phase in (Phase.REGIE, Phase.MONITORING, Phase.SCREENING, Phase.MONITORING, Phase.SCREENING):
        story = await asleep.case(phase)
    await asleep.until(await story.duty(DutyKind.KNOWN), Step.REMIND, -timedelta(hours=1))
    before = len(await asleep.messages())
    await asleep.db.shift(days * DAY)

    await chase(asleep.db)

    messages = (await asleep.messages())[before:]
    assert messages
    assert max(Counter(one.recipient_id for one in messages).values()) == 1
    told = Counter((one.recipient_id, line["taak"]) for one in messages for line in one.lines)
    assert max(told.values()) == 1, "a duty is named once to each who hears of it"
    assert await chase(asleep.db) == 0


async def test_the_owner_is_told_how_far_it_came_and_what_lies_before_is_marked_as_passed(asleep: Asleep) -> None:
    story = await asleep.case()
    known = (await story.duties(DutyKind.KNOWN))[0]
    owner = next(key for key in ("om", "gemeente") if asleep.house.organisations[key] == known.owner_organisation_id)
    await asleep.until(known, Step.OVERDUE, away=True)

    await chase(asleep.db)

    rungs = await asleep.rungs(known)
    assert await asleep.told(known) == [(owner, "overdue")]
    assert [step for step, one in rungs.items() if one.passed_at] == [Step.REMIND, Step.DUE]
    assert all(one.fired_at == one.passed_at for one in rungs.values() if one.passed_at)
    async with story.acting("triagist") as work:
        sentences = [line.sentence for line in await timeline.timeline(work, story.case_id)]
    name = {"om": "Openbaar Ministerie", "gemeente": "Gemeente Westerveen"}[owner]
    for left_out in ("de termijn loopt nu af: bericht aan de eigenaar", "herinnering aan de eigenaar, voordat de"):
        passed = f"Overgeslagen, want te laat om nog te versturen: {left_out}"
        assert [one for one in sentences if one.startswith(passed) and one.endswith(f"({name})")]
    sent = [one for one in sentences if one.startswith(("De termijn loopt nu af", "Herinnering aan de eigenaar"))]
    assert [one for one in sent if f"bekend of niet bekend ({name})" in one] == []


async def test_a_reminder_from_before_the_term_is_passed_when_the_term_is_over(asleep: Asleep) -> None:
    story = await asleep.case()
    known = (await story.duties(DutyKind.KNOWN))[0]
    await put(asleep.db, "UPDATE rung SET dropped_at = pols_now() WHERE duty_id = :d AND step = 'due'", d=known.id)
    await asleep.until(known, Step.DUE, away=True)

    await chase(asleep.db)

    rungs = await asleep.rungs(known)
    assert rungs[Step.REMIND].passed_at is not None
    assert rungs[Step.OVERDUE].fired_at is None
    assert await asleep.told(known) == []


async def test_nobody_is_told_over_the_head_of_an_owner_who_never_heard(asleep: Asleep) -> None:
    """Escalation comes as long after the owner's reminder as the house decided, in office hours."""
    story = await asleep.case()
    admission = await story.duty(DutyKind.ADMISSION)
    planned = {step: one.fire_at for step, one in (await asleep.rungs(admission)).items()}
    await asleep.until(admission, Step.MANAGER, timedelta(days=4, hours=7), away=True)

    await chase(asleep.db)

    assert {step for _, step in await asleep.told(admission)} == {"overdue"}
    rungs, calendar = await asleep.rungs(admission), WorkingCalendar()
    moved = rungs[Step.OVERDUE].fired_at
    assert moved is not None
    for step, days in ((Step.DEPUTY, 1), (Step.DIRECTOR, 3), (Step.MANAGER, 6)):
        assert working_days_between(planned[Step.OVERDUE], planned[step]) == days
        assert working_days_between(moved, rungs[step].fire_at) == days
        assert within_office_hours(rungs[step].fire_at, calendar) == rungs[step].fire_at
    owed = await story.duty(DutyKind.ADMISSION)
    assert owed.exhausted_at is None
    assert owed.due_at == admission.due_at, "the term itself does not move"
    async with story.acting("triagist") as work:
        sentences = [line.sentence for line in await timeline.timeline(work, story.case_id)]
    moved_why = "Escalatie verzet: er was een tijd niet herinnerd, en de eigenaar hoort het eerst"
    assert [one for one in sentences if one.startswith(f"{moved_why}: over toelating beslissen")]


async def test_then_the_ladder_climbs_step_by_step_to_its_end(asleep: Asleep) -> None:
    story = await asleep.case()
    admission = await story.duty(DutyKind.ADMISSION)
    await asleep.until(admission, Step.MANAGER, timedelta(days=30), away=True)
    await asleep.at_work()
    await chase(asleep.db)

    await days_pass(asleep.db, 20)

    steps = list(dict.fromkeys(step for _, step in await asleep.told(admission)))
    assert steps == ["overdue", "deputy", "director", "manager"]
    assert (await story.duty(DutyKind.ADMISSION)).exhausted_at is not None


async def test_who_is_next_is_told_when_the_owner_heard_in_time(asleep: Asleep) -> None:
    story = await asleep.case()
    known = (await story.duties(DutyKind.KNOWN))[0]
    await asleep.until(known, Step.OVERDUE)
    await asleep.until(known, Step.MANAGER, timedelta(days=10), away=True)

    await chase(asleep.db)

    steps = list(dict.fromkeys(step for _, step in await asleep.told(known)))
    assert steps == ["remind", "due", "overdue", "deputy"]


async def test_a_step_that_is_still_ahead_keeps_its_moment_unless_it_would_overtake(asleep: Asleep) -> None:
    story = await asleep.case()
    known = (await story.duties(DutyKind.KNOWN))[0]
    before = await asleep.rungs(known)
    await asleep.until(known, Step.DIRECTOR, away=True)

    await chase(asleep.db)

    after = await asleep.rungs(known)
    assert after[Step.MANAGER].fire_at == max(before[Step.MANAGER].fire_at, after[Step.DIRECTOR].fire_at)
    assert after[Step.DEPUTY].fire_at < after[Step.DIRECTOR].fire_at <= after[Step.MANAGER].fire_at


async def test_of_an_urgent_duty_the_owner_and_the_furthest_above_them_hear_at_once(asleep: Asleep) -> None:
    story = await asleep.case()
    await story.decide("triagist", D.MARK_URGENT)
    admission = await story.duty(DutyKind.ADMISSION)
    assert admission.urgent
    await asleep.db.shift(5 * DAY)

    await chase(asleep.db)

    told = await asleep.told(admission)
    assert {step for _, step in told} == {"overdue", "manager"}
    rungs = await asleep.rungs(admission)
    assert {step for step, one in rungs.items() if one.passed_at} == {
        Step.REMIND, Step.DUE, Step.DEPUTY, Step.DIRECTOR
    } & set(rungs)  # fmt: skip
    assert (await story.duty(DutyKind.ADMISSION)).exhausted_at is not None


async def test_what_somebody_put_off_for_themselves_comes_to_them_alone_and_is_no_step_of_the_ladder(
    asleep: Asleep,
) -> None:
    story = await asleep.case()
    known = next(
        one for one in await story.duties(DutyKind.KNOWN)
        if one.owner_organisation_id == asleep.house.organisations["om"]
    )  # fmt: skip
    await _puts_off(asleep, known, "politie")
    await asleep.db.shift(60)

    await chase(asleep.db)

    assert await asleep.told(known) == [("politie", "snoozed")]
    async with story.acting("triagist") as work:
        sentences = [line.sentence for line in await timeline.timeline(work, story.case_id)]
    assert [one for one in sentences if "bekend of niet bekend" in one and "herinnering" in one.lower()] == []
    await days_pass(asleep.db, 40)
    assert (await story.duties(DutyKind.KNOWN))[0].exhausted_at is not None


async def _puts_off(asleep: Asleep, duty: Duty, key: str) -> UUID:
    await put(
        asleep.db,
        "INSERT INTO rung (id, house_id, case_id, duty_id, step, due_version, fire_at, person_id)"
        " VALUES (gen_random_uuid(), :house, :case, :duty, 'snoozed', 1, pols_now(), :person)",
        house=duty.house_id, case=duty.case_id, duty=duty.id, person=asleep.house.person(key),
    )  # fmt: skip
    async with unit_of_work(ENGINE, asleep.db.engine) as work:
        found = await work.session.scalar(
            text("SELECT id FROM rung WHERE duty_id = :duty AND person_id IS NOT NULL"), {"duty": duty.id}
        )
    assert isinstance(found, UUID)
    return found
