"""Many reminders in the same minute among very many that are armed, beside a queue of jobs."""

import time

from models import transactions
from models.actors import ENGINE
from models.casebook.follow_up import remind
from models.transactions import Database, unit_of_work
from tests.bench.ground import Ground
from tests.bench.report import Row, compared, reported
from tests.bench.seed import Cases, seed
from tests.conftest import Databases

JOBS_AT_ONCE = 30  # what procrastinate's manual starts a worker with
#: exactly so many armed: what is too many goes, what is missing is armed again, for a later term of the same duty
_ARM = """
    DELETE FROM rung WHERE id IN (
      SELECT id FROM rung WHERE fired_at IS NULL AND dropped_at IS NULL ORDER BY fire_at DESC OFFSET {armed});
    INSERT INTO rung (id, house_id, case_id, duty_id, step, due_version, fire_at)
      SELECT gen_random_uuid(), house_id, case_id, duty_id, step, due_version + 1000 + again,
             fire_at + interval '1 year'
      FROM rung, generate_series(1, 1000) AS again WHERE fired_at IS NULL AND dropped_at IS NULL
      LIMIT {armed} - (SELECT count(*) FROM rung WHERE fired_at IS NULL AND dropped_at IS NULL);
    UPDATE rung SET fire_at = date_trunc('minute', now()) - interval '1 minute' WHERE id IN (
      SELECT DISTINCT ON (duty_id) id FROM rung
      WHERE fired_at IS NULL AND dropped_at IS NULL AND step <> 'lapse' ORDER BY duty_id, fire_at LIMIT {due});
"""
_FIRED = "SELECT count(*) FROM rung WHERE fired_at >= $1"
_TOLD = "SELECT count(*) FROM history WHERE what = 'herinnering'"
_ARMED = "SELECT count(*) FROM rung WHERE fired_at IS NULL AND dropped_at IS NULL"


async def measure(ground: Ground) -> list[Row]:
    """The rows of this group."""
    armed, due = ground.size(1_000_000, 20_000), ground.size(10_000, 500)
    open_ = ground.size(20_000, 500)
    async with ground.database("bench_rungs") as (_stack, databases):
        await seed(databases, Cases(open_, open_))
        await ground.sql(databases.name, "SET session_replication_role = replica;" + _ARM.format(armed=armed, due=due))
        await ground.sql(databases.name, "VACUUM (ANALYZE)")
        rate = await _fire(ground, databases, armed, due)
    row = reported(f"{due:,} rungs due among {armed:,} armed, all fired once", rate, "/s")
    async with ground.empty_database("bench_procrastinate") as url:
        figures = await ground.rival("procrastinate_jobs.py", url, due, JOBS_AT_ONCE)
    if figures is None:
        return [row]
    return [compared(row, f"procrastinate: {figures['rate']:.0f} jobs/s", rate / figures["rate"], 10)]


async def _fire(ground: Ground, databases: Databases, armed: int, due: int) -> float:
    connection = await ground.stack.server.connect(database=databases.name)
    try:
        told = await connection.fetchval(_TOLD)
        since = await connection.fetchval("SELECT clock_timestamp()")
        transactions.use(databases.engine)
        rate = await _remind_all(databases.engine, due)
        assert await connection.fetchval(_FIRED, since) == due
        assert await connection.fetchval(_TOLD) - told == due
        assert await connection.fetchval(_ARMED) == armed - due
    finally:
        transactions.use(None)
        await connection.close()
    return rate


async def _remind_all(database: Database, due: int) -> float:
    fired, last, began = 0, 1, time.perf_counter()
    while last:
        async with unit_of_work(ENGINE, database) as work:
            last = await remind(work)
        fired += last
    assert fired == due
    return due / (time.perf_counter() - began)
