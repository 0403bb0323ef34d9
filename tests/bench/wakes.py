"""From a decision until its outside work is done, and what Prefect's stock process worker needs for a trivial flow."""

import asyncio
import os
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import WorkPoolCreate

from deployments.prefect_server import PrefectServer, without_prefect
from deployments.processes import Child
from tests import factories
from tests.bench.ground import RIVALS, Ground, client, complete, until_done
from tests.bench.report import Row, at_most, compared, p95, reported

POOL = "bench"


async def measure(ground: Ground) -> list[Row]:
    """The rows of this group."""
    await ground.engine()
    took = await _wakes(ground, ground.size(40, 5))
    stock = await _stock(ground, ground.size(10, 2))
    ours, theirs = (statistics.median(took), p95(took)), (statistics.median(stock), p95(stock))
    return [
        at_most("decision -> outside work done, p50", ours[0], "s", 0.8),
        at_most("decision -> outside work done, p95", ours[1], "s", 2.0),
        *(_beside(name, one, other) for name, one, other in zip(("p50", "p95"), ours, theirs, strict=True)),
    ]


def _beside(name: str, ours: float, theirs: float) -> Row:
    """Ours beside a stock worker, which does less: its flow is empty."""
    against = f"Prefect's process worker, as it comes: {theirs:.1f} s"
    return compared(
        reported(f"decision -> outside work done, {name}, beside it", ours, "s"), against, theirs / ours, 10
    )


async def _wakes(ground: Ground, cases: int) -> list[float]:
    """One case at a time on a quiet worker; over HTTP, from before the decision until its journal is empty."""
    took: list[float] = []
    async with ground.database("bench_wakes") as (stack, databases):
        await stack.serve()
        await stack.start_worker(POLS_TICK_SECONDS="5")
        house = await factories.a_house(databases.owner)
        async with client(stack, house, "triagist") as door:
            for _ in range(cases + 1):
                story = await factories.a_report(databases.web, house)
                await until_done(databases, story.case_id)
                await asyncio.sleep(0.3)  # until the run of the report itself rests
                began = time.perf_counter()
                await complete(door, str(story.case_id))
                await until_done(databases, story.case_id)
                took.append(time.perf_counter() - began)
    return took[1:]


async def _stock(ground: Ground, runs: int) -> list[float]:
    """From creating a run until it has ended, one at a time, with a worker that has been polling for a while."""
    prefect = ground.stack.prefect
    assert prefect is not None
    took: list[float] = []
    api = PrefectClient(prefect.api_url, auth_string=_told(prefect)["PREFECT_API_AUTH_STRING"])
    async with api as asked, _process_worker(ground, prefect):
        await asked.create_work_pool(WorkPoolCreate(name=POOL, type="process"))
        flow_id = await asked.create_flow_from_name("trivial")
        deployment = await asked.create_deployment(
            flow_id, "trivial", work_pool_name=POOL, path=str(RIVALS), entrypoint="stock_flow.py:trivial"
        )
        for _ in range(runs + 1):
            began = time.perf_counter()
            run = await asked.create_flow_run_from_deployment(deployment)
            await asyncio.wait_for(_ended(asked, run.id), 180)
            took.append(time.perf_counter() - began)
    return took[1:]


async def _ended(asked: PrefectClient, run_id: UUID) -> None:
    while True:
        run = await asked.read_flow_run(run_id)
        if run.state is not None and run.state.is_final():
            assert run.state.is_completed(), run.state
            return
        await asyncio.sleep(0.1)


@asynccontextmanager
async def _process_worker(ground: Ground, prefect: PrefectServer) -> AsyncIterator[None]:
    command = [sys.executable, "-P", "-m", "prefect", "worker", "start", "--pool", POOL, "--type", "process"]
    env = without_prefect(os.environ) | _told(prefect)
    worker = Child("process worker", command, env=env, log=prefect.home / "process-worker.log", cwd=ground.stack.state)
    await worker.start()
    try:
        yield
    finally:
        await worker.stop()


def _told(prefect: PrefectServer) -> dict[str, str]:
    """Only where the server is: everything else as it comes."""
    needed = ("PREFECT_API_URL", "PREFECT_API_AUTH_STRING", "PREFECT_HOME", "DO_NOT_TRACK")
    told = prefect.client_env()
    return {name: told[name] for name in needed}
