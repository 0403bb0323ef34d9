"""A burst of woken cases: how many slices of case flows one worker conducts in a second."""

import time

from sqlalchemy import text

from models.words import DecisionKind
from tests import factories
from tests.bench.ground import Ground, until_done
from tests.bench.report import Row, at_least
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
        began = time.perf_counter()
        for story in stories:
            await story.decide("triagist", DecisionKind.COMPLETE)
        await until_done(databases)
        await _at_rest(databases)
        rate = cases / (time.perf_counter() - began)  # one slice each; a second one, for nothing, does not count
    return [at_least(f"slices in a burst of {cases} woken cases", rate, "/s", 2)]  # why not 5: docs/decisions/0007


async def _at_rest(databases: Databases) -> None:
    async with databases.engine.engine.connect() as connection:
        quiet = await connection.execution_options(isolation_level="AUTOCOMMIT")
        held = text("SELECT EXISTS (SELECT FROM lease WHERE holder IS NOT NULL) FROM pg_sleep(0.01)")
        while await quiet.scalar(held):
            pass
