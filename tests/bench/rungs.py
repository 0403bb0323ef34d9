"""Many reminders in the same minute among very many that are armed, followed by two at once, beside a queue of jobs."""

import asyncio
import time
from dataclasses import dataclass

import asyncpg

from models import transactions
from models.actors import ENGINE
from models.casebook.follow_up import remind
from models.transactions import Database, unit_of_work
from tests.bench.ground import Ground
from tests.bench.report import Row, compared, reported
from tests.bench.seed import Cases, seed
from tests.conftest import Databases

FOLLOWERS = 2
JOBS_AT_ONCE = 30  # what procrastinate's manual starts a worker with
#: Every duty has its whole ladder. Exactly so many steps are armed: what is missing is armed again, ladder by ladder,
#: for a later term of the same duty. Then the first step of so many duties is due in the same minute, the rest ahead.
_ARM = """
    DELETE FROM rung WHERE id IN (
      SELECT id FROM rung WHERE fired_at IS NULL AND dropped_at IS NULL ORDER BY fire_at DESC OFFSET {armed});
    INSERT INTO rung (id, house_id, case_id, duty_id, step, due_version, fire_at)
      SELECT gen_random_uuid(), house_id, case_id, duty_id, step, due_version + 1000 + again,
             fire_at + interval '1 year'
      FROM generate_series(1, 1000) AS again, rung WHERE fired_at IS NULL AND dropped_at IS NULL
      LIMIT {armed} - (SELECT count(*) FROM rung WHERE fired_at IS NULL AND dropped_at IS NULL);
    UPDATE rung SET fire_at = date_trunc('minute', now()) - interval '1 minute' WHERE id IN (
      SELECT DISTINCT ON (duty_id) id FROM rung r
      WHERE fired_at IS NULL AND dropped_at IS NULL AND duty_id IN (
        SELECT duty_id FROM rung WHERE fired_at IS NULL AND dropped_at IS NULL AND due_version < 1000
        GROUP BY duty_id HAVING count(*) >= 5)
      ORDER BY duty_id, fire_at LIMIT {due});
"""
_ARMED = "SELECT count(*) FROM rung WHERE fired_at IS NULL AND dropped_at IS NULL"
_FIRED = "SELECT count(*) FROM rung WHERE fired_at >= $1"
#: a line in the history for each that fired, and never two for one
_SAID = """
    SELECT coalesce(sum(times), 0), coalesce(max(times), 0) FROM (
      SELECT count(*) AS times FROM history
      WHERE what IN ('herinnering', 'overgeslagen') AND at >= $1 GROUP BY facts->>'taak', facts->>'stap') AS said
"""
#: how many messages, to how many people, and about how many duties
_TOLD = """
    SELECT count(DISTINCT o.id), count(DISTINCT o.recipient_id), count(DISTINCT line->>'taak')
    FROM outbox o, jsonb_array_elements(o.lines) AS line WHERE o.created_at >= $1
"""


@dataclass(frozen=True)
class Told:
    """What a burst of reminders came to."""

    rate: float
    messages: int
    people: int


async def measure(ground: Ground) -> list[Row]:
    """The rows of this group."""
    armed, due = ground.size(1_000_000, 20_000), ground.size(10_000, 500)
    open_ = ground.size(20_000, 500)
    async with ground.database("bench_rungs") as (_stack, databases):
        await seed(databases, Cases(open_, open_, all_ladders=True))
        await ground.sql(databases.name, "SET session_replication_role = replica;" + _ARM.format(armed=armed, due=due))
        await ground.sql(databases.name, "VACUUM (ANALYZE)")
        told = await _fire(ground, databases, armed, due)
    row = reported(
        f"{due:,} rungs due among {armed:,} armed in whole ladders, {FOLLOWERS} followers, each fired once:"
        f" {told.messages:,} messages to {told.people:,} people", told.rate, "/s",
    )  # fmt: skip
    async with ground.empty_database("bench_procrastinate") as url:
        figures = await ground.rival("procrastinate_jobs.py", url, due, JOBS_AT_ONCE)
    if figures is None:
        return [row]
    return [compared(row, f"procrastinate: {figures['rate']:.0f} jobs/s", told.rate / figures["rate"], 10)]


async def _fire(ground: Ground, databases: Databases, armed: int, due: int) -> Told:
    connection = await ground.stack.server.connect(database=databases.name)
    try:
        since = await connection.fetchval("SELECT clock_timestamp()")
        assert await connection.fetchval(_ARMED) == armed
        transactions.use(databases.engine)
        rate = await _follow_all(databases.engine, due)
        await _each_once(connection, since, armed, due)
        messages, people, duties = await connection.fetchrow(_TOLD, since)
        assert 0 < duties <= due
    finally:
        transactions.use(None)
        await connection.close()
    return Told(rate, messages, people)


async def _each_once(connection: "asyncpg.Connection", since: object, armed: int, due: int) -> None:
    assert await connection.fetchval(_FIRED, since) == due
    assert await connection.fetchval(_ARMED) == armed - due
    assert tuple(await connection.fetchrow(_SAID, since)) == (due, 1)


async def _follow_all(database: Database, due: int) -> float:
    """So many followers at once, until there is nothing left."""
    began = time.perf_counter()
    fired = await asyncio.gather(*(_follow(database) for _ in range(FOLLOWERS)))
    took = time.perf_counter() - began
    assert sum(fired) == due, fired
    return due / took


async def _follow(database: Database) -> int:
    fired, last = 0, 1
    while last:
        async with unit_of_work(ENGINE, database) as work:
            last = await remind(work)
        fired += last
    return fired
