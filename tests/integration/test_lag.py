"""How far behind the work is, as an operator sees it: `pols status`."""

import asyncio

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from deployments.cli import app
from models import transactions
from models.actors import ENGINE
from models.casebook import sealer
from models.lookups.lag import Queue, lags
from models.transactions import unit_of_work
from models.words import Phase
from tests.conftest import Databases
from tests.factories import AHouse, a_case, a_house
from tests.following import chase, put

DAY = 86400


@pytest.fixture
async def db(own_db: Databases) -> Databases:
    """Nothing else happens in it: everything in it may be counted."""
    return own_db


async def measured(db: Databases) -> dict[Queue, tuple[int, float, int]]:
    async with unit_of_work(ENGINE, db.engine) as work:
        return {one.queue: (one.waiting, one.oldest.total_seconds(), one.given_up) for one in await lags(work)}


async def test_in_an_empty_house_nothing_waits(db: Databases) -> None:
    assert set((await measured(db)).values()) == {(0, 0, 0)}


async def test_the_oldest_step_that_is_due_says_how_far_behind_the_followers_are(db: Databases, house: AHouse) -> None:
    await a_case(db.web, house, Phase.SCREENING)
    async with unit_of_work(ENGINE, db.engine) as work:
        first = await work.session.scalar(text("SELECT min(fire_at) FROM rung WHERE dropped_at IS NULL"))
        assert first is not None
        ahead = (first - work.now).total_seconds()
    assert (await measured(db))[Queue.RUNGS] == (0, 0, 0)

    await db.shift(ahead + 3600)

    waiting, oldest, _ = (await measured(db))[Queue.RUNGS]
    assert waiting > 0
    assert 3595 < oldest < 3660
    await put(db, "UPDATE rung SET fired_at = pols_now() WHERE step = 'lapse' AND fire_at <= pols_now()")
    await chase(db)
    assert (await measured(db))[Queue.RUNGS] == (0, 0, 0)
    await db.shift(DAY)  # reminders wait a little for others, and outside office hours for the house to open
    assert (await measured(db))[Queue.MESSAGES][0] > 0


async def test_what_was_given_up_is_counted_and_does_not_wait(db: Databases, house: AHouse) -> None:
    await a_case(db.web, house, Phase.SCREENING)
    given_up = "SET gave_up_at = pols_now(){} WHERE id = (SELECT id FROM {} WHERE gave_up_at IS NULL{} LIMIT 1)"
    await put(db, "UPDATE rung " + given_up.format(", dropped_at = pols_now()", "rung", " AND dropped_at IS NULL"))
    await put(db, "UPDATE journal_entry " + given_up.format("", "journal_entry", ""))

    found = await measured(db)

    assert found[Queue.RUNGS] == (0, 0, 1)
    assert found[Queue.ENTRIES][2] == 1


async def test_lines_without_a_seal_are_counted_until_they_have_one(db: Databases) -> None:
    await a_house(db.owner)
    await a_case(db.web, await a_house(db.owner), Phase.SCREENING)
    assert (await measured(db))[Queue.LINES][0] > 0
    transactions.use(db.engine)
    try:
        async with unit_of_work(ENGINE, db.engine) as work:
            while await sealer.seal_lines(work):
                pass
    finally:
        transactions.use(None)

    assert (await measured(db))[Queue.LINES] == (0, 0, 0)


async def test_the_command_tells_it_in_lines_and_with_its_exit_code(db: Databases, house: AHouse) -> None:
    await a_case(db.web, house, Phase.SCREENING)
    environment = {"POLS_DATABASE_ENGINE_URL": db.server.url("pols_engine", db.name)}

    async def asked(*argv: str) -> tuple[int, str]:
        done = await asyncio.to_thread(CliRunner().invoke, app, ["status", *argv], env=environment)
        return done.exit_code, done.output

    code, said = await asked()
    assert code == 0, said
    assert [line.split("  ")[0].strip() for line in said.splitlines()] == [str(one) for one in Queue]

    await db.shift(20 * DAY)

    code, said = await asked()
    assert code == 1
    assert "Fictief" not in said
    assert (await asked("--most", str(60 * DAY)))[0] == 0
