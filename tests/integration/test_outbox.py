"""The outbox: claimed by one, tried again later and later, and given up in the open."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from models import delivery
from models.actors import ENGINE
from models.casebook import outbox
from models.tables.engine import Message
from models.transactions import unit_of_work
from models.words import Phase
from tests.conftest import Databases
from tests.factories import AHouse, a_case, a_house


@pytest.fixture
async def db(own_db: Databases) -> Databases:
    """Nothing else is sent from it."""
    return own_db


@pytest.fixture
async def house(db: Databases) -> AHouse:
    """A house with three messages to send about one case."""
    made = await a_house(db.owner)
    story = await a_case(db.web, made, Phase.SCREENING)
    async with unit_of_work(ENGINE, db.engine) as work:
        people = [made.person(key) for key in ("om", "politie", "gemeente")]
        await outbox.post(work, people, house_id=made.id, template="t", key="x", case_id=story.case_id, lines=[])
    return made


async def claim(db: Databases, most: int = 10) -> list[Message]:
    async with unit_of_work(ENGINE, db.engine) as work:
        return await outbox.claim(work, most)


async def message(db: Databases) -> Message:
    async with unit_of_work(ENGINE, db.engine) as work:
        return (await work.session.scalars(select(Message).order_by(Message.id).limit(1))).one()


@pytest.mark.usefixtures("house")
async def test_two_senders_never_claim_the_same_message(db: Databases) -> None:
    claimed = await asyncio.gather(*(claim(db, 1) for _ in range(5)))

    ids = [one.id for some in claimed for one in some]
    assert len(ids) == len(set(ids)) == 3


async def test_a_claim_says_where_to_send_it_and_in_whose_name(db: Databases, house: AHouse) -> None:
    found = await claim(db)

    assert {one.email for one in found} == {f"{key}@{house.slug}.example" for key in ("om", "politie", "gemeente")}  # type: ignore[attr-defined]
    assert {one.house for one in found} == {f"Zorg- en Veiligheidshuis {house.slug}"}  # type: ignore[attr-defined]


@pytest.mark.usefixtures("house")
async def test_a_message_that_is_not_reported_back_comes_free_after_two_minutes(db: Databases) -> None:
    assert len(await claim(db)) == 3
    await db.shift(100)
    assert await claim(db) == []

    await db.shift(30)

    assert [one.tries for one in await claim(db)] == [2, 2, 2]


@pytest.mark.usefixtures("house")
async def test_a_message_that_was_sent_is_not_claimed_again(db: Databases) -> None:
    for one in await claim(db):
        async with unit_of_work(ENGINE, db.engine) as work:
            await outbox.sent(work, one.id)

    await db.shift(86400)

    assert await claim(db) == []


@pytest.mark.usefixtures("house")
async def test_a_message_that_fails_is_tried_later_and_later_and_then_given_up(db: Databases) -> None:
    waits: list[timedelta] = []
    first = (await message(db)).id
    while True:
        mine = next((one for one in await claim(db) if one.id == first), None)
        if mine is None:
            break
        async with unit_of_work(ENGINE, db.engine) as work:
            again = await outbox.failed(work, mine.id, mine.tries, "smtp-451")
            waits += [again - work.now] if again else []
        await db.shift((waits[-1] if again else timedelta(days=1)).total_seconds() + 1)

    assert waits == [delivery.wait(nth, first) for nth in range(1, len(delivery.BACK_OFF) + 1)]
    assert sum(waits, timedelta()) > timedelta(days=1)
    async with unit_of_work(ENGINE, db.engine) as work:
        ended = await work.session.get(Message, first)
        assert ended is not None
        assert (ended.gave_up_at is not None, ended.sent_at, ended.code) == (True, None, "smtp-451")


@pytest.mark.usefixtures("house")
async def test_one_that_bounces_does_not_hold_up_the_next(db: Databases) -> None:
    first, *others = await claim(db)
    async with unit_of_work(ENGINE, db.engine) as work:
        await outbox.failed(work, first.id, first.tries, "smtp-550")
        for one in others:
            await outbox.sent(work, one.id)

    await db.shift(61)

    assert [one.id for one in await claim(db)] == [first.id]
