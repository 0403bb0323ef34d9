"""Measure the real stack: decisions over HTTP, and how long until the outside work of a decision is done.

Prints one table and writes `build/bench.json`. `--quick` uses fewer cases.
"""

import argparse
import asyncio
import json
import statistics
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx2
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from deployments.stack import Stack
from tests import factories
from tests.conftest import Databases, connected
from tests.factories import AHouse
from tests.state import fresh_state

OUTCOME = Path("build/bench.json")


@dataclass(frozen=True)
class Row:
    """One figure. `against` and `ratio` name another system of the same run, when there is one."""

    work: str
    value: float
    unit: str
    against: str | None = None
    ratio: float | None = None
    bar: float | None = None
    holds: bool | None = None


def at_least(work: str, value: float, unit: str, bar: float) -> Row:
    """A figure that should be high."""
    return Row(work, round(value, 3), unit, bar=bar, holds=value >= bar)


def at_most(work: str, value: float, unit: str, bar: float) -> Row:
    """A figure that should be low."""
    return Row(work, round(value, 3), unit, bar=bar, holds=value <= bar)


async def measure(cases: int) -> list[Row]:
    """Start a stack of its own and measure it."""
    with fresh_state() as state:
        stack = await Stack.begin(state)
        try:
            await stack.catch_mail()
            await stack.serve()
            databases = connected(stack.server, stack.database)
            house = await factories.a_house(databases.owner)
            rows = await _decisions(stack, databases, house, cases)
            await stack.start_engine()
            await stack.start_worker(POLS_TICK_SECONDS="5")
            rows += await _wakes(stack, databases, house, max(20, cases // 10))
            await databases.close()
            return rows
        finally:
            await stack.stop()


async def _decisions(stack: Stack, databases: Databases, house: AHouse, cases: int) -> list[Row]:
    rows: list[Row] = []
    for clients in (1, 8):
        stories = [await factories.a_report(databases.web, house) for _ in range(cases)]
        began = time.perf_counter()
        took = await _decide_all(stack, house, [str(one.case_id) for one in stories], clients)
        rows.append(
            Row(f"decisions over HTTP, {clients} client(s)", round(cases / (time.perf_counter() - began), 1), "/s")
        )
        p95 = statistics.quantiles(took, n=20)[-1] * 1000
        rows.append(at_most(f"decision over HTTP, {clients} client(s), p95", p95, "ms", 60))
    return rows


async def _decide_all(stack: Stack, house: AHouse, case_ids: list[str], clients: int) -> list[float]:
    waiting = list(case_ids)
    took: list[float] = []

    async def one_client() -> None:
        async with _client(stack, house) as client:
            while waiting:
                began = time.perf_counter()
                await _complete(client, waiting.pop())
                took.append(time.perf_counter() - began)

    await asyncio.gather(*(one_client() for _ in range(clients)))
    return took


def _client(stack: Stack, house: AHouse) -> httpx2.AsyncClient:
    headers = {"Authorization": f"Bearer {house.tokens['triagist']}"}
    return httpx2.AsyncClient(base_url=f"{stack.base_url}/v1", headers=headers, timeout=60, trust_env=False)


async def _complete(client: httpx2.AsyncClient, case_id: str) -> None:
    answer = await client.post(f"/casussen/{case_id}/besluiten", json={"soort": "compleet_verklaren"})
    answer.raise_for_status()


async def _wakes(stack: Stack, databases: Databases, house: AHouse, cases: int) -> list[Row]:
    """From the answer to a decision until its journal is empty, one case at a time on a quiet worker."""
    took: list[float] = []
    async with _client(stack, house) as client, databases.engine.engine.connect() as connection:
        quiet = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await _until_done(quiet, None)
        for _ in range(cases):
            story = await factories.a_report(databases.web, house)
            await _until_done(quiet, story.case_id)
            began = time.perf_counter()
            await _complete(client, str(story.case_id))
            await _until_done(quiet, story.case_id)
            took.append(time.perf_counter() - began)
    return [
        at_most("decision -> outside work done, p50", statistics.median(took), "s", 0.8),
        at_most("decision -> outside work done, p95", statistics.quantiles(took, n=20)[-1], "s", 2.0),
    ]


async def _until_done(connection: AsyncConnection, case_id: object) -> None:
    owed = text(
        "SELECT EXISTS (SELECT FROM journal_entry WHERE done_at IS NULL"
        " AND (CAST(:case AS uuid) IS NULL OR case_id = CAST(:case AS uuid))) FROM pg_sleep(0.005)"
    )
    while await connection.scalar(owed, {"case": None if case_id is None else str(case_id)}):
        pass


def show(rows: list[Row]) -> None:
    """Print the table and keep the figures."""
    OUTCOME.parent.mkdir(exist_ok=True)
    OUTCOME.write_text(json.dumps([asdict(row) for row in rows], indent=2), encoding="utf-8")
    for row in rows:
        bar = "" if row.bar is None else f"bar {row.bar:g}: {'holds' if row.holds else 'NOT REACHED'}"
        print(f"{row.work:<48} {row.value:>10g} {row.unit:<4} {bar}")  # noqa: T201


def main() -> None:
    """Measure and show."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer cases")
    show(asyncio.run(measure(60 if parser.parse_args().quick else 400)))


if __name__ == "__main__":
    main()
