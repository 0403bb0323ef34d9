"""What very many resting cases cost: the CPU of every process over an idle while, above a Prefect server alone."""

import asyncio
import os
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

import asyncpg

from deployments.stack import ENGINE_DATABASE, Stack
from tests.bench.ground import Ground, until_done
from tests.bench.report import Row, at_most, reported
from tests.bench.seed import Cases, seed
from tests.conftest import Databases

TICKS = os.sysconf("SC_CLK_TCK")
#: what a worker is told in production; the stack's own environment is in more of a hurry
AS_IN_PRODUCTION = {"POLS_TICK_SECONDS": "5", "POLS_BUNDLE_SECONDS": "60"}
#: a run of Prefect's that rests, copied under the id of each case
_RUNS = """
    INSERT INTO {table} SELECT copy.* FROM {table} AS made, unnest($1::uuid[]) AS wanted,
      LATERAL jsonb_populate_record(made, replace(replace(replace(to_jsonb(made)::text,
        $2, wanted::text), $3, wanted::text), $4, wanted::text)::jsonb) AS copy
    WHERE made.id::text = $5
"""
_CONDUCTED = """
    INSERT INTO engine_run (case_id, epoch, house_id, flow_run_id, made_at)
    SELECT id, 1, house_id, id, now() FROM cases WHERE id NOT IN (SELECT case_id FROM engine_run) RETURNING case_id
"""
_NOT_NOW = """
    UPDATE rung SET fire_at = fire_at + interval '2 hours'
    WHERE fired_at IS NULL AND dropped_at IS NULL AND fire_at < now() + interval '1 hour'
"""


async def measure(ground: Ground) -> list[Row]:
    """The rows of this group."""
    await ground.engine()
    seconds, count = ground.size(60, 10), ground.size(50_000, 1_000)
    prefect = ground.stack.prefect
    assert prefect is not None
    alone = await _percent(seconds, [ground.stack.server.pid, prefect.pid])
    async with ground.database("bench_rest") as (stack, databases):
        await seed(databases, Cases(count, count, all_ladders=True))
        await ground.sql(databases.name, _NOT_NOW)
        await stack.serve()
        worker = await stack.start_worker(**AS_IN_PRODUCTION)
        await until_done(databases)
        await _conducted(stack, databases)
        for name in (databases.name, ENGINE_DATABASE):
            await ground.sql(name, "VACUUM (ANALYZE)", "CHECKPOINT")
        assert stack.api is not None
        busy = await _percent(seconds, [ground.stack.server.pid, prefect.pid, worker.pid, stack.api.pid])
    return [
        reported("idle Prefect server and its PostgreSQL", alone, "% of a core"),
        at_most(f"{count:,} open cases at rest with their ladders, above that", busy - alone, "% of a core", 5),
    ]


async def _conducted(stack: Stack, databases: Databases) -> None:
    """Give every case a flow run at rest, as if a worker had conducted each of them once."""
    cases = await stack.server.connect(database=databases.name)
    prefect = await stack.server.connect(database=ENGINE_DATABASE)
    try:
        made = await cases.fetchrow(
            "SELECT r.case_id, r.flow_run_id FROM engine_run r JOIN cases c ON c.id = r.case_id"
            " WHERE c.closed_at IS NULL ORDER BY r.made_at LIMIT 1"  # that of a closed case has ended
        )
        await _until_rested(prefect, made["flow_run_id"])
        state = await prefect.fetchval("SELECT state_id FROM flow_run WHERE id = $1", made["flow_run_id"])
        wanted = [row["case_id"] for row in await cases.fetch(_CONDUCTED)]
        await prefect.execute("SET session_replication_role = replica")
        ids = [str(made["flow_run_id"]), str(state), str(made["case_id"])]
        await prefect.execute(_RUNS.format(table="flow_run"), wanted, *ids, ids[0])
        await prefect.execute(_RUNS.format(table="flow_run_state"), wanted, *ids, ids[1])
    finally:
        await cases.close()
        await prefect.close()


async def _until_rested(prefect: "asyncpg.Connection", run_id: UUID) -> None:
    async with asyncio.timeout(60):
        while await prefect.fetchval("SELECT state_type FROM flow_run WHERE id = $1", run_id) != "PAUSED":  # noqa: ASYNC110
            await asyncio.sleep(0.2)


async def _percent(seconds: int, roots: list[int | None]) -> float:
    """Of one core, by all of these processes and what they started."""
    pids = [pid for pid in roots if pid is not None]
    await asyncio.sleep(max(5, seconds / 4))  # what went before has settled
    before = _used(pids)
    await asyncio.sleep(seconds)
    return (_used(pids) - before) / seconds * 100


def _used(roots: Iterable[int]) -> float:
    """CPU seconds, those of children that have ended included."""
    children: dict[int, list[int]] = {}
    ticks: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it ended just now
            continue
        pid = int(stat.parent.name)
        children.setdefault(int(fields[1]), []).append(pid)
        ticks[pid] = sum(map(int, fields[11:15]))
    total, left = 0, list(roots)
    while left:
        pid = left.pop()
        total += ticks.get(pid, 0)
        left += children.get(pid, [])
    return total / TICKS
