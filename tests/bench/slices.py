"""A burst of woken cases: how many slices of case flows one worker conducts in a second, and who spends what on it."""

import time

from sqlalchemy import text

from deployments.stack import Stack
from models.words import DecisionKind
from tests import factories
from tests.bench import cpu
from tests.bench.ground import Ground, until_done
from tests.bench.report import Row, at_least, reported
from tests.conftest import Databases


async def measure(ground: Ground) -> list[Row]:
    """The rows of this group."""
    await ground.engine()
    cases = ground.size(60, 6)
    async with ground.database("bench_slices") as (stack, databases):
        house = await factories.a_house(databases.owner)
        stories = [await factories.a_report(databases.web, house) for _ in range(cases)]
        await stack.start_worker()
        await until_done(databases)  # every case has its run now
        await _at_rest(databases)
        before, began = _spent(ground, stack), time.perf_counter()
        for story in stories:
            await story.decide("triagist", DecisionKind.COMPLETE)
        decided = time.process_time()
        await until_done(databases)
        await _at_rest(databases)
        rate = cases / (time.perf_counter() - began)  # one slice each; a second one, for nothing, does not count
        after = _spent(ground, stack) | {"its decision": decided}  # not our looking whether all is done
    return [
        at_least(f"slices in a burst of {cases} woken cases", rate, "/s", 2),  # why not 5: docs/decisions/0007
        *(reported(f"CPU of a slice: {who}", (after[who] - before[who]) / cases * 1000, "ms") for who in after),
    ]


def _spent(ground: Ground, stack: Stack) -> dict[str, float]:
    """CPU seconds until now of everything that works in a burst."""
    assert ground.stack.prefect is not None
    engine = ground.stack.prefect.pid
    found = {
        "worker": cpu.spent(one.pid for one in stack.workers if one.pid), "Prefect server": 0.0,
        "PostgreSQL for Prefect": 0.0, "PostgreSQL for the cases": 0.0, "its decision": time.process_time(),
    }  # fmt: skip
    if engine is not None:
        found["Prefect server"] = cpu.spent([engine, *cpu.children(engine)])
    for pid, command in cpu.children(stack.server.pid).items():
        owner = "Prefect" if "pols_prefect" in command else "the cases"
        found[f"PostgreSQL for {owner}"] += cpu.spent([pid])
    return found


async def _at_rest(databases: Databases) -> None:
    async with databases.engine.engine.connect() as connection:
        quiet = await connection.execution_options(isolation_level="AUTOCOMMIT")
        held = text("SELECT EXISTS (SELECT FROM lease WHERE holder IS NOT NULL) FROM pg_sleep(0.01)")
        while await quiet.scalar(held):
            pass
