"""Reminders come together: at most one message a working day for everybody, in office hours, of what is still true."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text

from models.actors import ENGINE
from models.casebook import follow_up, outbox, setup
from models.clocks import AMSTERDAM, WorkingCalendar, within_office_hours
from models.policy import Policy
from models.tables.engine import Message
from models.transactions import unit_of_work
from models.words import DecisionKind as D
from models.words import DutyKind, Phase
from tests.conftest import Databases
from tests.factories import AHouse, Story, a_case, a_house

MONDAY = datetime(2027, 2, 1, 10, tzinfo=AMSTERDAM)
CALENDAR = WorkingCalendar()
_NEXT = text("""
    SELECT least((SELECT min(fire_at) FROM rung WHERE fired_at IS NULL AND dropped_at IS NULL AND step <> 'lapse'),
                 (SELECT min(next_try_at) FROM outbox WHERE sent_at IS NULL AND gave_up_at IS NULL))
""")


@dataclass(frozen=True)
class Sent:
    """A message as somebody got it."""

    at: datetime
    who: str
    template: str
    steps: frozenset[tuple[str, str]]

    @property
    def day(self) -> date:
        """The day on which it was sent."""
        return self.at.astimezone(AMSTERDAM).date()


@dataclass
class Days:
    """A house in which time passes: what is due fires, and the post goes out."""

    db: Databases
    house: AHouse

    async def now(self) -> datetime:
        async with self.db.engine.engine.connect() as connection:
            return (await connection.scalar(text("SELECT pols_now()"))).astimezone(AMSTERDAM)  # type: ignore[no-any-return]

    async def at(self, moment: datetime) -> None:
        """Set the clock."""
        await self.db.shift((moment - await self.now()).total_seconds())

    async def remind(self, most: int = 5000) -> int:
        """Fire what is due."""
        async with unit_of_work(ENGINE, self.db.engine) as work:
            return await follow_up.remind(work, most)

    async def post(self) -> list[Sent]:
        """Send what is due."""
        names = {self.house.person(key): key for key in self.house.actors}
        found = []
        async with unit_of_work(ENGINE, self.db.engine) as work:
            while taken := await outbox.claim(work, 8):
                for one in taken:
                    await outbox.sent(work, one.id)
                    steps = frozenset((line["soort"], line["stap"]) for line in one.lines)
                    found.append(Sent(work.now, names[one.recipient_id], one.template, steps))
        return found

    async def live(self, until: datetime) -> list[Sent]:
        """Let time pass, stopping at everything on the way."""
        sent: list[Sent] = []
        while True:
            async with self.db.engine.engine.connect() as connection:
                coming = await connection.scalar(_NEXT)
            if coming is None or coming > until:
                await self.at(until)
                return sent
            await self.at(max(coming, await self.now()) + timedelta(seconds=1))
            while await self.remind():
                pass
            sent += await self.post()

    async def waiting(self) -> list[Message]:
        """What was not sent yet."""
        async with unit_of_work(ENGINE, self.db.engine) as work:
            return list(await work.session.scalars(select(Message).where(Message.sent_at.is_(None))))


@pytest.fixture
async def days(own_db: Databases) -> Days:
    made = Days(own_db, await a_house(own_db.owner))
    await made.at(MONDAY)
    return made


async def screened(days: Days) -> Story:
    return await a_case(days.db.web, days.house, Phase.SCREENING)


async def test_everybody_gets_at_most_one_reminder_a_working_day_and_in_office_hours(days: Days) -> None:
    for _ in range(3):
        await screened(days)
        await days.live(await days.now() + timedelta(days=1))

    sent = [one for one in await days.live(MONDAY + timedelta(days=35)) if one.template == "herinnering"]

    assert len(sent) > 30
    assert max(Counter((one.who, one.day) for one in sent).values()) == 1
    assert all(CALENDAR.is_working_day(one.day) for one in sent)
    assert all(within_office_hours(one.at - timedelta(minutes=1), CALENDAR) <= one.at for one in sent)


async def test_what_is_due_later_on_a_day_comes_the_next_working_morning_with_what_is_due_then(days: Days) -> None:
    """The table is reminded of the admission when the police was told of something else that morning."""
    await screened(days)

    sent = [one for one in await days.live(datetime(2027, 2, 9, 12, tzinfo=AMSTERDAM)) if one.who == "om"]

    assert [(str(one.day), sorted(one.steps)) for one in sent] == [
        ("2027-02-03", [("bekend_of_niet_bekend", "remind")]),
        ("2027-02-04", [("bekend_of_niet_bekend", "due")]),
        ("2027-02-05", [("over_toelating_beslissen", "remind")]),
        ("2027-02-08", [("bekend_of_niet_bekend", "overdue")]),  # the admission is due at 17:00 that day
        ("2027-02-09", [("bekend_of_niet_bekend", "deputy"), ("over_toelating_beslissen", "due")]),
    ]
    assert sent[-1].at.astimezone(AMSTERDAM).strftime("%H:%M") == "09:05"


async def test_what_a_sender_took_is_not_added_to(days: Days) -> None:
    story = await screened(days)
    await days.at(datetime(2027, 2, 8, 9, 1, tzinfo=AMSTERDAM))
    await days.remind()
    await days.at(datetime(2027, 2, 8, 9, 2, tzinfo=AMSTERDAM))
    async with unit_of_work(ENGINE, days.db.engine) as work:
        taken = {one.id: one.lines for one in await outbox.claim(work, 50)}

    await days.at(datetime(2027, 2, 8, 17, 1, tzinfo=AMSTERDAM))
    await days.remind()

    waiting = await days.waiting()
    assert {one.id: one.lines for one in waiting if one.id in taken} == taken
    later = [one for one in waiting if one.id not in taken]
    assert {one.recipient_id for one in later} == {days.house.person(key) for key in ("om", "politie", "gemeente")}
    assert {line["casus"] for one in later for line in one.lines} == {(await story.facts()).number}


async def test_a_message_that_is_being_taken_keeps_its_lines_and_what_fires_meanwhile_is_not_lost(days: Days) -> None:
    await screened(days)
    await days.at(datetime(2027, 2, 8, 9, 1, tzinfo=AMSTERDAM))
    await days.remind()
    await days.at(datetime(2027, 2, 8, 17, 1, tzinfo=AMSTERDAM))
    async with unit_of_work(ENGINE, days.db.engine) as work:
        taken = await outbox.claim(work, 50)
        firing = asyncio.create_task(days.remind())
        await _blocked(days.db)
        assert not firing.done()
    await firing

    waiting, om = await days.waiting(), days.house.person("om")
    said = Counter((one.recipient_id, line["soort"], line["stap"]) for one in waiting for line in one.lines)
    assert said[(om, "bekend_of_niet_bekend", "overdue")] == said[(om, "over_toelating_beslissen", "due")] == 1
    assert ("over_toelating_beslissen", "due") not in {
        (line["soort"], line["stap"]) for one in taken for line in one.lines
    }


async def _blocked(db: Databases) -> None:
    """Wait until somebody waits for a lock."""
    statement = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    async with asyncio.timeout(10):
        while True:
            async with db.owner.engine.connect() as connection:
                if await connection.scalar(statement):
                    return
                await connection.execute(text("SELECT pg_sleep(0.02)"))


async def test_two_followers_at_once_lose_nothing_and_say_nothing_twice(days: Days) -> None:
    for _ in range(4):
        await screened(days)
    await days.at(datetime(2027, 2, 4, 17, 1, tzinfo=AMSTERDAM))

    await asyncio.gather(*(days.remind(most=7) for _ in range(6)))
    while await days.remind():
        pass

    said = Counter((one.recipient_id, line["taak"]) for one in await days.waiting() for line in one.lines)
    assert set(said.values()) == {1}
    async with days.db.engine.engine.connect() as connection:
        fired = await connection.scalar(text("SELECT count(DISTINCT duty_id) FROM rung WHERE fired_at IS NOT NULL"))
    assert len(said) == fired, "each of these duties has one owner"


async def test_what_was_answered_meanwhile_is_left_out(days: Days) -> None:
    stories = [await screened(days) for _ in range(2)]
    await days.at(datetime(2027, 2, 4, 17, 1, tzinfo=AMSTERDAM))
    await days.remind()

    await stories[0].answer("om", DutyKind.KNOWN, "niet_bekend")
    await days.at(datetime(2027, 2, 4, 17, 2, tzinfo=AMSTERDAM))
    async with unit_of_work(ENGINE, days.db.engine) as work:
        mine = [one for one in await outbox.claim(work, 50) if one.recipient_id == days.house.person("om")]

    assert [line["casus"] for one in mine for line in one.lines] == [(await stories[1].facts()).number]


async def test_a_message_about_nothing_any_more_does_not_go_out_and_holds_up_no_other(days: Days) -> None:
    story = await screened(days)
    await days.at(datetime(2027, 2, 4, 17, 1, tzinfo=AMSTERDAM))
    await days.remind()

    await story.answer("om", DutyKind.KNOWN, "niet_bekend")
    await days.at(datetime(2027, 2, 4, 17, 2, tzinfo=AMSTERDAM))
    async with unit_of_work(ENGINE, days.db.engine) as work:
        first = [row.recipient_id for _ in range(9) for row in await outbox.claim(work, 1)]

    assert set(first) == {days.house.person("gemeente"), days.house.person("triagist")}
    assert days.house.person("om") not in {one.recipient_id for one in await days.waiting()}


async def test_a_reminder_about_a_term_that_was_moved_or_stopped_does_not_go_out(days: Days) -> None:
    story = await screened(days)
    await days.at(datetime(2027, 2, 8, 9, 1, tzinfo=AMSTERDAM))
    await days.remind()
    await days.at(datetime(2027, 2, 8, 9, 2, tzinfo=AMSTERDAM))

    await story.decide("triagist", D.HOLD, until=await days.now() + timedelta(days=3))

    assert await days.post() == []


async def test_reminders_of_a_weekend_or_a_closing_day_wait_for_the_house_to_open(days: Days) -> None:
    await screened(days)
    closed = frozenset({date(2027, 2, 8)})
    async with unit_of_work(ENGINE, days.db.owner) as work:
        setup.set_policy(work, days.house.id, 1, Policy(closing_days=closed))
    await days.at(datetime(2027, 2, 6, 12, tzinfo=AMSTERDAM))  # a Saturday, after an outage

    await days.remind()
    sent = await days.live(datetime(2027, 2, 9, 9, 30, tzinfo=AMSTERDAM))

    assert {one.at.astimezone(AMSTERDAM).strftime("%m-%d %H:%M") for one in sent} <= {"02-09 09:00", "02-09 09:05"}
    assert max(Counter(one.who for one in sent).values()) == 1


async def test_what_hurries_is_told_at_once_day_and_night_beside_the_message_of_the_day(days: Days) -> None:
    urgent = await a_case(days.db.web, days.house, Phase.SCREENING, urgent=True)
    await screened(days)

    sent = [one for one in await days.live(MONDAY + timedelta(days=3)) if one.who == "om"]

    hurried = [one for one in sent if any(kind == "bekend_of_niet_bekend" for kind, _ in one.steps)]
    owed = next(
        one for one in await urgent.duties(DutyKind.KNOWN)
        if one.owner_organisation_id == days.house.organisations["om"]
    )  # fmt: skip
    nights = [one for one in hurried if not 9 <= one.at.astimezone(AMSTERDAM).hour < 17]
    assert nights, "the night went by without a word"
    assert max(Counter(one.day for one in hurried).values()) > 1
    assert owed.urgent


async def test_a_person_is_told_once_of_a_duty_whose_steps_fire_together(days: Days) -> None:
    await screened(days)
    await days.at(MONDAY + timedelta(days=60))
    while await days.remind():
        pass

    said = Counter((one.recipient_id, UUID(line["taak"])) for one in await days.waiting() for line in one.lines)
    assert set(said.values()) == {1}
