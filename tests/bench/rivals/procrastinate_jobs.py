"""procrastinate: so many deferred jobs that do nothing, worked off by its own worker in one process.

Usage: python procrastinate_jobs.py ADDRESS JOBS CONCURRENCY. Timed from the start of the worker until none is left.
"""

import asyncio
import json
import logging
import sys
import time

from procrastinate import App, PsycopgConnector

BATCH = 1000


async def measure(conninfo: str, jobs: int, concurrency: int) -> dict[str, float]:
    """Jobs per second."""
    app = App(connector=PsycopgConnector(conninfo=conninfo, min_size=4, max_size=concurrency + 2))
    fired: list[int] = []

    async def fire(number: int) -> None:
        fired.append(number)

    task = app.task(name="fire")(fire)
    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        for first in range(0, jobs, BATCH):
            numbers = range(first, min(jobs, first + BATCH))
            await task.batch_defer_async(*({"number": number} for number in numbers))
        began = time.perf_counter()
        await app.run_worker_async(wait=False, concurrency=concurrency, install_signal_handlers=False)
        took = time.perf_counter() - began
    assert sorted(fired) == list(range(jobs))
    return {"rate": jobs / took}


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR)
    print(json.dumps(asyncio.run(measure(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))))  # noqa: T201
