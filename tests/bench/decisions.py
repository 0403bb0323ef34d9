"""Decisions over HTTP: how many, how long, and what another engine and a bare PostgreSQL do on the same server."""

import asyncio
import re
import time

from deployments.embedded import PORT, SUPERUSER, _programs
from deployments.stack import Stack
from tests import factories
from tests.bench.ground import COMPLETE, Ground, run
from tests.bench.plain import PlainClient
from tests.bench.report import Row, at_most, compared, p95, reported
from tests.factories import AHouse

CLIENTS = 8
PROCESSES = 2  # one for each core of the machine of the README


async def measure(ground: Ground) -> list[Row]:
    """The rows of this group."""
    cases = ground.size(400, 40)
    async with ground.database("bench_decisions") as (stack, databases):
        await stack.serve(processes=PROCESSES)
        house = await factories.a_house(databases.owner)
        rows: list[Row] = []
        for clients in (1, CLIENTS):
            stories = [await factories.a_report(databases.web, house) for _ in range(cases + 2 * clients)]
            case_ids = [str(one.case_id) for one in stories]
            await ground.sql(databases.name, "VACUUM (ANALYZE)")  # as the server does by itself, a minute later
            await decide_all(stack, house, case_ids[cases:], clients)  # every connection and statement once
            began = time.perf_counter()
            took = await decide_all(stack, house, case_ids[:cases], clients)
            rate = cases / (time.perf_counter() - began)
            rows.append(reported(f"decisions over HTTP, {clients} client(s)", rate, "/s"))
            name = f"decision over HTTP, {clients} client(s), p95"
            slow = p95(took) * 1000
            rows.append(at_most(name, slow, "ms", 60) if clients == CLIENTS else reported(name, slow, "ms"))
    return rows + await _beside_dbos(ground, rate) + await _beside_pgbench(ground, rate)


async def decide_all(stack: Stack, house: AHouse, case_ids: list[str], clients: int) -> list[float]:
    """So many clients decide, each one case after another; how long each decision took."""
    waiting = list(case_ids)
    took: list[float] = []

    async def one_client() -> None:
        async with PlainClient(stack.base_url, house.tokens["triagist"]) as door:
            while waiting:
                began = time.perf_counter()
                await door.post(f"/casussen/{waiting.pop()}/besluiten", COMPLETE)
                took.append(time.perf_counter() - began)

    await asyncio.gather(*(one_client() for _ in range(clients)))
    return took


async def _beside_dbos(ground: Ground, rate: float) -> list[Row]:
    async with ground.empty_database("bench_dbos") as url:
        figures = await ground.rival("dbos_send.py", url, ground.size(400, 40))
    if figures is None:
        return []
    best = max(figures, key=lambda way: figures[way])
    against = f"DBOS send -> step, {best}: {figures[best]:.0f}/s"
    return [compared(reported("decisions beside DBOS, 8 at a time", rate, "/s"), against, rate / figures[best], 3)]


async def _beside_pgbench(ground: Ground, rate: float) -> list[Row]:
    """The five statements of pgbench's own transaction: what this server does when nothing thinks."""
    program, sockets = str(_programs() / "pgbench"), str(ground.stack.server.sockets)
    where = ["-h", sockets, "-p", str(PORT), "-U", SUPERUSER]
    async with ground.empty_database("bench_pgbench"):
        await run(program, "-i", "-q", "-s", "10", *where, "bench_pgbench")
        seconds = str(ground.size(10, 2))
        said = await run(program, "-n", "-c", str(CLIENTS), "-j", "2", "-T", seconds, *where, "bench_pgbench")
    found = re.search(r"tps = ([0-9.]+)", said)
    assert found is not None
    limit = float(found[1])
    against = f"pgbench, five statements: {limit:.0f}/s"
    return [compared(reported("decisions beside the limit of PostgreSQL", rate, "/s"), against, rate / limit)]
