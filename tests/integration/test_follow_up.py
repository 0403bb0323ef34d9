"""Reminders, escalation and lapsing: each rung once, one message per person, the right person, and then in the open."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from models.actors import ENGINE
from models.casebook import duties, follow_up
from models.casebook.duties import Because
from models.casebook.frame import open_frame
from models.ladder import TO_OWNER, Step
from models.lookups import duties as duty_lookup
from models.tables.duties import Duty, Rung
from models.tables.engine import Message
from models.tables.people import Person
from models.tables.trail import History
from models.transactions import unit_of_work
from models.words import DecisionKind as D
from models.words import DutyKind, Phase, TermChange
from tests.conftest import Databases
from tests.factories import AHouse, Story, a_case, a_house
from tests.following import days_pass

DAY = 86400


@dataclass
class Watch:
    """A house whose clock a test moves, and the engine that chases what is owed there."""

    db: Databases
    house: AHouse

    async def a_case(self, phase: Phase = Phase.SCREENING) -> Story:
        return await a_case(self.db.web, self.house, phase)

    async def remind(self, most: int = 5000) -> int:
        """One round of the follow-up, as the engine."""
        async with unit_of_work(ENGINE, self.db.engine) as work:
            return await follow_up.remind(work, most)

    async def until(self, story: Story, step: str, kind: DutyKind, organisation: str | None = None) -> Duty:
        """Move the clock to just after this step of a duty's ladder; an escalation comes after what is below it."""
        owner = self.house.organisations[organisation] if organisation else None
        owed = [one for one in await story.duties(kind) if owner in {None, one.owner_organisation_id}][-1]
        rung = next(one for one in await story.armed(owed) if one.step == step)
        async with story.acting("triagist") as work:
            ahead = (rung.fire_at - work.now).total_seconds()
        if step in TO_OWNER:
            await self.db.shift(ahead + 1)
            await self.remind()
        else:
            await days_pass(self.db, (ahead + 1) / DAY)
        return owed

    async def messages(self) -> list[Message]:
        async with unit_of_work(ENGINE, self.db.engine) as work:
            return list(await work.session.scalars(select(Message).order_by(Message.created_at, Message.id)))

    async def told(self, duty: Duty) -> set[tuple[str, str]]:
        """Who was told about a duty, and for which step."""
        names = {self.house.person(key): key for key in self.house.actors}
        return {
            (names[message.recipient_id], line["stap"])
            for message in await self.messages()
            for line in message.lines if line["taak"] == str(duty.id)
        }  # fmt: skip

    async def lines(self, what: str) -> Counter[tuple[str, str]]:
        """How often the history says this of a step of a duty."""
        async with unit_of_work(ENGINE, self.db.engine) as work:
            facts = list(await work.session.scalars(select(History.facts).where(History.what == what)))
        return Counter((one["taak"], one.get("stap", "")) for one in facts)

    async def armed_messages(self) -> int:
        async with unit_of_work(ENGINE, self.db.engine) as work:
            armed = "SELECT count(*) FROM rung WHERE fired_at IS NULL AND dropped_at IS NULL AND step <> 'lapse'"
            return int(await work.session.scalar(text(armed)) or 0)

    async def every_duty(self) -> list[Duty]:
        async with unit_of_work(ENGINE, self.db.engine) as work:
            return list(await work.session.scalars(select(Duty)))

    async def fired(self) -> list[Rung]:
        async with unit_of_work(ENGINE, self.db.engine) as work:
            return list(await work.session.scalars(select(Rung).where(Rung.fired_at.is_not(None))))


def key(rung: Rung) -> tuple[str, str]:
    return str(rung.duty_id), str(rung.step)


@pytest.fixture
async def db(own_db: Databases) -> Databases:
    """Nothing else happens in it: everything in it may be counted."""
    return own_db


@pytest.fixture
async def house(db: Databases) -> AHouse:
    return await a_house(db.owner)


@pytest.fixture
def watch(db: Databases, house: AHouse) -> Watch:
    return Watch(db, house)


async def absent(watch: Watch, key: str, deputy: str | None) -> None:
    """Somebody is away from now, and perhaps named who replaces them."""
    async with unit_of_work(watch.house.actors[key], watch.db.web) as work:
        away = {"absent_from": work.now, "deputy_id": watch.house.person(deputy) if deputy else None}
        await work.session.execute(update(Person).where(Person.id == watch.house.person(key)).values(**away))


async def test_before_anything_is_due_nobody_is_told(watch: Watch) -> None:
    await watch.a_case()

    assert await watch.remind() == 0
    assert await watch.messages() == []


@pytest.mark.parametrize("seed", range(4))
async def test_many_followers_at_once_fire_every_rung_exactly_once(watch: Watch, seed: int) -> None:
    random = Random(seed)  # noqa: S311 - the same batches in every run
    for _ in range(4):
        await watch.a_case()
    for _ in range(12):  # weeks in which steps come due, followed by several at once
        await watch.db.shift(random.choice((1, 3, 9)) * DAY)
        await asyncio.gather(*(watch.remind(most=random.randint(1, 40)) for _ in range(random.randint(2, 6))))
    await days_pass(watch.db, 40)

    fired = await watch.fired()
    assert await watch.armed_messages() == 0
    assert {one.step for one in fired} == set(TO_OWNER) | {
        Step.DEPUTY, Step.DIRECTOR, Step.PARTNER_MANAGER, Step.MANAGER,
    }  # fmt: skip
    assert await watch.lines("herinnering") == Counter(key(one) for one in fired if one.passed_at is None)
    assert await watch.lines("overgeslagen") == Counter(key(one) for one in fired if one.passed_at is not None)
    assert max((await watch.lines("herinnering")).values()) == 1
    exhausted = [one for one in await watch.every_duty() if one.exhausted_at]
    assert {one.id for one in exhausted} == {one.duty_id for one in fired}


async def test_a_person_gets_one_message_about_all_their_cases(watch: Watch) -> None:
    stories = [await watch.a_case() for _ in range(3)]
    await watch.db.shift(40 * DAY)

    await watch.remind()

    messages = await watch.messages()
    recipients = [one.recipient_id for one in messages]
    assert len(recipients) == len(set(recipients))
    gemeente = next(one for one in messages if one.recipient_id == watch.house.person("gemeente"))
    assert set(gemeente.case_ids) == {story.case_id for story in stories}
    numbers = {(await story.facts()).number for story in stories}
    assert {line["casus"] for line in gemeente.lines} == numbers


async def test_a_message_carries_ids_and_numbers_and_nothing_about_a_person(watch: Watch) -> None:
    await watch.a_case()
    await watch.db.shift(40 * DAY)
    await watch.remind()

    for message in await watch.messages():
        for line in message.lines:
            assert line.keys() == {"taak", "casus", "soort", "uiterlijk", "stap"}
            assert str(UUID(line["taak"])) == line["taak"]
            assert line["soort"] in set(DutyKind)


async def test_the_owner_is_told_first(watch: Watch) -> None:
    story = await watch.a_case()

    owed = await watch.until(story, "due", DutyKind.KNOWN, "gemeente")

    assert await watch.told(owed) == {("gemeente", "due")}


async def test_what_the_triage_table_owes_is_told_to_everybody_at_it(watch: Watch) -> None:
    story = await watch.a_case()

    owed = await watch.until(story, "due", DutyKind.ADMISSION)

    assert await watch.told(owed) == {("politie", "due"), ("om", "due"), ("gemeente", "due")}


async def test_an_absent_owner_is_replaced_by_the_deputy_they_named(watch: Watch) -> None:
    story = await watch.a_case(Phase.REGIE)
    await story.decide("manager", D.ASSIGN_DIRECTOR, person_id=watch.house.person("regisseur"))
    await absent(watch, "regisseur", "regisseur2")

    owed = await watch.until(story, "due", DutyKind.SET_MEETING)

    assert await watch.told(owed) == {("regisseur2", "due")}


async def test_without_a_deputy_the_message_stays_with_the_absent_owner(watch: Watch) -> None:
    story = await watch.a_case(Phase.REGIE)
    await story.decide("manager", D.ASSIGN_DIRECTOR, person_id=watch.house.person("regisseur"))
    await absent(watch, "regisseur", None)

    owed = await watch.until(story, "due", DutyKind.SET_MEETING)

    assert await watch.told(owed) == {("regisseur", "due")}


async def test_the_ladder_climbs_to_the_regisseur_and_the_manager_and_then_is_exhausted_in_the_open(
    watch: Watch,
) -> None:
    story = await watch.a_case(Phase.MONITORING)
    for step, reached in (("deputy", {"ggz"}), ("director", {"regisseur"})):
        owed = await watch.until(story, step, DutyKind.PROGRESS, "ggz")
        assert {who for who, at in await watch.told(owed) if at == step} == reached
        assert (await story.duties(DutyKind.PROGRESS))[0].exhausted_at is None

    owed = await watch.until(story, "manager", DutyKind.PROGRESS, "ggz")

    assert ("manager", "manager") in await watch.told(owed)
    exhausted = [one for one in await story.duties(DutyKind.PROGRESS) if one.id == owed.id]
    assert exhausted[0].exhausted_at is not None
    assert await story.armed(owed) == []


async def test_without_a_regisseur_the_triage_officer_is_told(watch: Watch) -> None:
    story = await watch.a_case()

    owed = await watch.until(story, "director", DutyKind.KNOWN, "om")

    assert ("triagist", "director") in await watch.told(owed)


async def test_an_answer_stops_the_ladder(watch: Watch) -> None:
    story = await watch.a_case()
    owed = await watch.until(story, "due", DutyKind.KNOWN, "om")

    await story.answer("om", DutyKind.KNOWN, "niet_bekend")
    await watch.db.shift(60 * DAY)
    await watch.remind()

    assert await watch.told(owed) == {("om", "due")}
    ended = [one for one in await story.duties(DutyKind.KNOWN) if one.id == owed.id]
    assert ended[0].exhausted_at is None


async def test_a_moved_due_moment_fires_again_and_never_twice_for_one_version(watch: Watch) -> None:
    story = await watch.a_case()
    owed = await watch.until(story, "due", DutyKind.ADMISSION)
    async with story.acting("triagist") as work:
        later = work.now + timedelta(days=30)
    await story.decide("triagist", D.HOLD, until=later)
    await watch.db.shift(14 * DAY)
    await story.decide("triagist", D.RESUME)

    await days_pass(watch.db, 40)
    await watch.remind()

    steps = Counter((one.step, one.due_version) for one in await watch.fired() if one.duty_id == owed.id)
    assert set(steps.values()) == {1}
    assert steps[("due", 1)] == 1  # type: ignore[index]
    assert steps[("manager", 3)] == 1, "on hold is the second moment, resumed the third"  # type: ignore[index]


async def test_what_lapses_sends_no_message(watch: Watch) -> None:
    story = await watch.a_case(Phase.MONITORING)
    await watch.db.shift(40 * DAY)
    await watch.remind()

    corrections = await story.duties(DutyKind.CORRECT_MINUTES)

    assert corrections
    for one in corrections:
        assert await watch.told(one) == set()


async def test_two_engines_lapse_a_duty_once(watch: Watch) -> None:
    story = await watch.a_case(Phase.MONITORING)
    await watch.db.shift(40 * DAY)

    async def lapse() -> UUID | None:
        async with unit_of_work(ENGINE, watch.db.engine) as work:
            found = await follow_up.next_lapse(work)
            if found is not None:
                await follow_up.lapse(work, found)
            return found

    taken = [one for one in await asyncio.gather(*(lapse() for _ in range(5))) if one is not None]
    while (last := await lapse()) is not None:
        taken.append(last)

    corrections = await story.duties(DutyKind.CORRECT_MINUTES)
    assert sorted(taken) == sorted(one.id for one in corrections)
    assert {one.ended_as for one in corrections} == {"termijn voorbij"}


async def test_nothing_is_left_open_without_a_ladder(watch: Watch) -> None:
    """Whatever waits for somebody is chased, except what the flow does itself."""
    for phase in (Phase.SCREENING, Phase.REGIE, Phase.PLAN, Phase.MONITORING, Phase.CLOSING):
        story = await watch.a_case(phase)
        async with story.acting("triagist") as work:
            waiting = await duty_lookup.open_in_case(work, story.case_id)
        for one in waiting:
            assert await story.armed(one), f"{one.kind} in {phase}"


async def test_a_term_that_moves_back_behind_its_whole_ladder_shows_as_exhausted(watch: Watch) -> None:
    """Nobody would be told any more: then the case must say so, since when it did before."""
    story = await watch.a_case()
    owed = await story.duty(DutyKind.ADMISSION)
    await days_pass(watch.db, 40)
    since = (await story.duty(DutyKind.ADMISSION)).exhausted_at
    async with unit_of_work(ENGINE, watch.db.engine) as work:
        frame = await open_frame(work, story.case_id)
        await duties.recompute(
            frame,
            await frame.still_open({DutyKind.ADMISSION, DutyKind.KNOWN}),
            Because(TermChange.CALENDAR, "sluitingsdag"),
        )

    moved = await story.duty(DutyKind.ADMISSION)
    assert moved.due_version == owed.due_version + 1
    assert await story.armed(moved) == []
    assert moved.exhausted_at == since


async def test_a_lapse_whose_moment_passed_while_its_term_moved_still_comes(watch: Watch) -> None:
    story = await watch.a_case(Phase.MONITORING)
    await watch.db.shift(40 * DAY)
    async with unit_of_work(ENGINE, watch.db.engine) as work:
        frame = await open_frame(work, story.case_id)
        await duties.recompute(
            frame, await frame.still_open({DutyKind.CORRECT_MINUTES}), Because(TermChange.CALENDAR, "sluitingsdag")
        )

    async with unit_of_work(ENGINE, watch.db.engine) as work:
        assert await follow_up.next_lapse(work) is not None
