"""From the outbox to a mail server and back: nothing lost, nothing twice, in order, and no storm after an outage."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from deployments.deliver import AT_ONCE, Post
from models import delivery, transactions
from models.actors import ENGINE
from models.casebook import outbox
from models.casebook.outbox import Tried
from models.delivery import Failure
from models.transactions import unit_of_work
from models.words import DutyKind, Phase
from tasks.mail import Relay
from tests.conftest import Databases
from tests.factories import AHouse, Story, a_case, a_house
from tests.following import put
from tests.relays import DROP, OddRelay, odd_relay

LINES = [{"casus": "ZVH-2026-0001"}]
PEOPLE = ("politie", "om", "gemeente", "reclassering", "ggz")


@pytest.fixture
async def db(own_db: Databases) -> AsyncIterator[Databases]:
    """Nothing else is sent from it."""
    transactions.use(own_db.engine)
    yield own_db
    transactions.use(None)


@pytest.fixture
async def house(db: Databases) -> AHouse:
    return await a_house(db.owner)


PostTo = Callable[..., Post]


@pytest.fixture
async def post_to() -> AsyncIterator[PostTo]:
    """A sender to a relay; it hangs up when the test is over."""
    made: list[Post] = []

    def to(relay: OddRelay, **more: Any) -> Post:
        known = Relay("127.0.0.1", relay.port, "pols@huis.example")
        made.append(Post(known, "https://pols.example", **more))
        return made[-1]

    yield to
    for one in made:
        await one.aclose()


async def left(db: Databases, house: AHouse, *keys: str, template: str = "uitkomst", **line: Any) -> None:
    """A message for each of these people."""
    async with unit_of_work(ENGINE, db.engine) as work:
        await outbox.post(
            work, [house.person(key) for key in keys], house_id=house.id, template=template,
            key=f"{template}:{work.now.isoformat()}:{line}", case_id=None, lines=[LINES[0] | line],
        )  # fmt: skip


async def many(db: Databases, house: AHouse, count: int) -> None:
    """So many messages, in turn to each of PEOPLE, a second apart."""
    await put(
        db, "INSERT INTO outbox (id, house_id, key, recipient_id, template, case_ids, lines, created_at, next_try_at,"
        "   tries) SELECT gen_random_uuid(), :house, 'm' || n, (CAST(:people AS uuid[]))[1 + n % :how_many],"
        "   'uitkomst', '{}', jsonb_build_array(jsonb_build_object('casus', 'ZVH-2026-' || lpad(n::text, 4, '0'))),"
        "   pols_now() + make_interval(secs => n), pols_now(), 0"
        " FROM generate_series(0, :most - 1) AS n",
        house=house.id, people=[house.person(key) for key in PEOPLE], how_many=len(PEOPLE), most=count,
    )  # fmt: skip


async def rows(db: Databases) -> list[Any]:
    async with db.engine.engine.connect() as connection:
        return list(await connection.execute(text("SELECT * FROM outbox ORDER BY created_at, id")))


async def drained(post: Post) -> None:
    while await post.deliver():
        pass


async def test_all_that_is_due_goes_out_once_over_few_connections(
    db: Databases, house: AHouse, post_to: PostTo
) -> None:
    await many(db, house, 150)
    async with odd_relay() as relay:
        post = post_to(relay)

        await drained(post)

        assert Counter(relay.ids) == Counter(str(one.id) for one in await rows(db))
        assert relay.calls <= len(PEOPLE)
    assert {(one.tries, one.code) for one in await rows(db)} == {(1, None)}


async def test_what_one_person_gets_comes_in_its_order(db: Databases, house: AHouse, post_to: PostTo) -> None:
    await many(db, house, 60)
    async with odd_relay() as relay:
        post = post_to(relay)
        await drained(post)

        assert await _in_order(db, relay)


async def _in_order(db: Databases, relay: OddRelay) -> bool:
    place = {str(one.id): nth for nth, one in enumerate(await rows(db))}
    per_person: dict[str, list[int]] = defaultdict(list)
    for one in relay.messages:
        per_person[str(one["To"])].append(place[str(one["X-Pols-Bericht"])])
    return len(per_person) == len(PEOPLE) and all(found == sorted(found) for found in per_person.values())


async def test_a_message_that_is_put_off_keeps_its_place_before_the_next_to_the_same_person(
    db: Databases, house: AHouse, post_to: PostTo
) -> None:
    await left(db, house, "ggz")
    await db.shift(1)
    await left(db, house, "ggz", "om")
    async with odd_relay() as relay:
        post = post_to(relay)
        relay.does("RCPT", "450 4.2.0 greylisted", times=1, only="ggz@")

        await drained(post)
        assert [str(one["To"]) for one in relay.messages] == [f"om@{house.slug}.example"]

        await db.shift(61)
        await drained(post)
        assert [str(one["To"]).split("@")[0] for one in relay.messages] == ["om", "ggz", "ggz"]
        assert await _ids(db, "ggz", house) == [one for one in relay.ids if one in await _ids(db, "ggz", house)]


async def _ids(db: Databases, key: str, house: AHouse) -> list[str]:
    return [str(one.id) for one in await rows(db) if one.recipient_id == house.person(key)]


async def test_what_hurries_goes_first_and_waits_for_nobody(db: Databases, house: AHouse, post_to: PostTo) -> None:
    await left(db, house, "ggz")
    await db.shift(1)
    async with odd_relay() as relay:
        post = post_to(relay)
        relay.does("RCPT", "450 4.2.0 greylisted", times=1, only="ggz@")
        await drained(post)
        await left(db, house, "ggz", template="alarm", uiterlijk="2026-11-27T12:00:00+00:00")

        await drained(post)

        assert [str(one["Subject"]) for one in relay.messages] == ["Pols: Vandaag uw aandacht gevraagd"]


async def test_a_refusal_for_good_is_given_up_at_once_and_holds_up_nobody(
    db: Databases, house: AHouse, post_to: PostTo
) -> None:
    await left(db, house, "ggz", "om")
    async with odd_relay() as relay:
        post = post_to(relay)
        relay.does("RCPT", "550 5.1.1 unknown", only="ggz@")

        await drained(post)

    gave_up = [one for one in await rows(db) if one.gave_up_at is not None]
    assert [(one.code, one.tries, one.sent_at) for one in gave_up] == [(Failure.REFUSED, 1, None)]
    assert len(relay.taken) == 1


async def test_a_line_that_breaks_after_the_message_gives_one_duplicate_at_most_with_the_same_id(
    db: Databases, house: AHouse, post_to: PostTo
) -> None:
    await many(db, house, 50)
    async with odd_relay() as relay:
        post = post_to(relay)
        relay.does("TEXT", DROP, times=4)

        await drained(post)
        await db.shift(61)
        await drained(post)

        times = Counter(relay.ids)
        assert set(times) == {str(one.id) for one in await rows(db)}
        assert sorted(times.values())[-5:] == [1, 2, 2, 2, 2]
        assert len({str(one["Message-ID"]) for one in relay.messages}) == 50
    assert all(one.sent_at for one in await rows(db))


async def test_a_mail_server_that_is_down_for_a_day_loses_nothing_repeats_nothing_and_meets_no_storm(
    db: Databases, house: AHouse, post_to: PostTo
) -> None:
    async with odd_relay() as gone:
        pass
    await many(db, house, 300)
    await db.shift(301)
    post = post_to(gone, per_minute=100)
    for _ in range(2 * 24 * 4):  # two days, every quarter of an hour, and new work all the time
        await post.deliver()
        await db.shift(900)
    await left(db, house, "manager", template="alarm", uiterlijk="2026-11-27T12:00:00+00:00")
    waiting = await rows(db)
    assert {(one.tries, one.sent_at, one.gave_up_at) for one in waiting} == {(0, None, None)}
    assert {one.code for one in waiting} == {Failure.UNREACHABLE, None}

    async with odd_relay(port=gone.port) as relay:
        while any(one.sent_at is None for one in await rows(db)):
            await drained(post)
            await db.shift(7)

        assert Counter(relay.ids) == Counter(str(one.id) for one in await rows(db))
        assert str(relay.messages[0]["To"]).startswith("manager@")
        del relay.taken[0]
        assert await _in_order(db, relay)
    assert _most_in_a_minute([one.sent_at for one in await rows(db)]) <= 100
    assert {one.tries for one in await rows(db)} == {1}


def _most_in_a_minute(moments: list[datetime]) -> int:
    return max(sum(one <= other < one + timedelta(minutes=1) for other in moments) for one in moments)


async def test_while_the_relay_is_away_one_message_is_the_probe_and_only_now_and_then(
    db: Databases, house: AHouse, post_to: PostTo
) -> None:
    await many(db, house, 40)
    async with odd_relay() as relay:
        relay.does("GREETING", "421 busy")
        post = post_to(relay)
        await post.deliver()
        first = relay.calls
        for _ in range(20):
            await post.deliver()
        assert relay.calls == first <= len(PEOPLE)

        await db.shift(6)
        for _ in range(20):
            await post.deliver()

        assert relay.calls == first + 1


async def test_a_message_that_went_out_is_noted_also_when_the_database_was_away_for_a_moment(
    db: Databases, house: AHouse, post_to: PostTo, monkeypatch: pytest.MonkeyPatch
) -> None:
    await left(db, house, "ggz")
    failures = [OSError("gone"), OSError("gone")]
    kept = outbox.record

    async def sometimes(*given: Any) -> None:
        if failures:
            raise failures.pop()
        await kept(*given)

    monkeypatch.setattr(outbox, "record", sometimes)
    async with odd_relay() as relay:
        post = post_to(relay)
        await drained(post)

    assert [(one.sent_at is not None, one.tries) for one in await rows(db)] == [(True, 1)]
    assert len(relay.taken) == 1


async def test_two_senders_together_keep_the_order_of_a_person_and_the_limit(
    db: Databases, house: AHouse, post_to: PostTo
) -> None:
    await many(db, house, 120)
    async with odd_relay() as relay:
        posts = [post_to(relay, per_minute=90) for _ in range(2)]

        await asyncio.gather(*(drained(one) for one in posts))
        assert len(relay.taken) == 90
        await db.shift(61)
        await asyncio.gather(*(drained(one) for one in posts))

        assert len(relay.taken) == len(set(relay.ids)) == 120
        assert await _in_order(db, relay)


# What a claim takes, and a late word about one


async def claim(db: Databases, most: int = AT_ONCE, **more: int) -> list[Any]:
    async with unit_of_work(ENGINE, db.engine) as work:
        return await outbox.claim(work, most, **more)


async def record(db: Databases, *found: Tried) -> None:
    async with unit_of_work(ENGINE, db.engine) as work:
        await outbox.record(work, found)


async def test_a_late_word_about_a_claim_that_ran_out_changes_nothing_but_that_it_was_sent(
    db: Databases, house: AHouse
) -> None:
    await left(db, house, "ggz", "om")
    first = await claim(db)
    await db.shift(121)
    await claim(db)

    await record(db, *(Tried(one.id, one.tries, Failure.REFUSED, lasting=True) for one in first))
    assert {(one.gave_up_at, one.tries) for one in await rows(db)} == {(None, 2)}

    await record(db, *(Tried(one.id, one.tries) for one in first))
    assert all(one.sent_at for one in await rows(db))


async def test_what_somebody_gave_up_while_it_was_on_its_way_counts_as_sent(db: Databases, house: AHouse) -> None:
    await left(db, house, "ggz")
    [taken] = await claim(db)
    await put(db, "UPDATE outbox SET gave_up_at = pols_now(), code = 'anders'")

    await record(db, Tried(taken.id, taken.tries))

    [row] = await rows(db)
    assert (row.sent_at is not None, row.gave_up_at, row.code) == (True, None, None)


@pytest.mark.parametrize("code", sorted(delivery.OF_RELAY))
async def test_a_relay_that_is_not_there_burns_no_try(db: Databases, house: AHouse, code: str) -> None:
    await left(db, house, "ggz")
    for _ in range(30):
        [taken] = await claim(db)
        await record(db, Tried(taken.id, taken.tries, code))

    [row] = await rows(db)
    assert (row.tries, row.gave_up_at, row.code) == (0, None, code)


async def test_a_later_message_waits_for_an_earlier_one_only_while_that_is_likely_to_go(
    db: Databases, house: AHouse
) -> None:
    await left(db, house, "ggz")
    await db.shift(1)
    await left(db, house, "ggz")
    for tries in range(1, delivery.PATIENCE + 2):
        first = (await rows(db))[0]
        await put(db, "UPDATE outbox SET tries = :n, next_try_at = pols_now() + interval '1 hour' WHERE id = :id",
                  n=tries, id=first.id)  # fmt: skip
        assert len(await claim(db)) == (tries > delivery.PATIENCE)


# What was overtaken while nothing could be sent


@pytest.fixture
async def story(db: Databases, house: AHouse) -> Story:
    return await a_case(db.web, house, Phase.SCREENING)


async def announced(db: Databases, story: Story) -> UUID:
    owed = next(
        one for one in await story.duties(DutyKind.KNOWN)
        if one.owner_organisation_id == story.house.organisations["om"]
    )  # fmt: skip
    async with unit_of_work(ENGINE, db.engine) as work:
        await outbox.tell_about_duties(work, [(owed.id, "opened")], template="vraag", key="vraag")
    return owed.id


async def test_a_question_that_was_answered_meanwhile_is_not_put_any_more_when_it_waited_long(
    db: Databases, story: Story
) -> None:
    await announced(db, story)
    await story.answer("om", DutyKind.KNOWN, "niet_bekend")

    await db.shift(3700)

    assert await claim(db) == []
    assert await rows(db) == []


async def test_a_question_that_was_just_put_goes_out_and_so_does_one_that_is_still_open(
    db: Databases, story: Story
) -> None:
    await announced(db, story)
    await db.shift(3700)
    assert [one.template for one in await claim(db)] == ["vraag"]

    await db.shift(121)
    await put(db, "UPDATE outbox SET created_at = pols_now()")
    await story.answer("om", DutyKind.KNOWN, "niet_bekend")

    assert [one.template for one in await claim(db)] == ["vraag"]


def test_a_relay_is_kept_as_it_was_given() -> None:
    relay = Relay("h", 25, "pols@huis.example", bounces="terug+{}@huis.example")

    assert relay.envelope_sender("x") == "terug+x@huis.example"
    assert replace(relay, bounces="").envelope_sender("x") == "pols@huis.example"
