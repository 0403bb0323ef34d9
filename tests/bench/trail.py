"""What the log costs: the same decisions with and without its lines and records, turn by turn in one process.

And how quickly a log is checked. Only here the log can be left out, and only of this process.
"""

import json
import tempfile
import time
from pathlib import Path

import httpx2

from deployments import oversight
from models import sealing
from models.actors import ENGINE
from models.casebook import sealer, trail
from models.tables.base import new_id
from models.transactions import unit_of_work
from tests import factories
from tests.bench.ground import Ground
from tests.bench.report import Row, at_most, p95, reported
from tests.conftest import Databases
from tests.doors import own_client
from tests.factories import AHouse


async def measure(ground: Ground) -> list[Row]:
    """The rows of this group."""
    return await _decisions(ground) + _checking(ground.size(200_000, 20_000))


async def _decisions(ground: Ground) -> list[Row]:
    cases = ground.size(600, 120)
    async with ground.database("bench_trail") as (_, databases):
        house = await factories.a_house(databases.owner)
        case_ids = [str((await factories.a_report(databases.web, house)).case_id) for _ in range(2 * cases + 20)]
        took: dict[bool, list[float]] = {True: [], False: []}
        async with own_client(databases) as client:
            for number, case_id in enumerate(case_ids):
                logged = number // 2 % 2 == number % 2  # with, without, without, with: neither always comes first
                spent = await _decide(client, house, case_id, logged=logged)
                if number >= 20:  # every statement once
                    took[logged].append(spent)
        sealing_rows = await _sealing(databases)
    with_, without = p95(took[True]) * 1000, p95(took[False]) * 1000
    middle = sorted(took[True])[cases // 2] / sorted(took[False])[cases // 2]
    return [
        reported("decision in process with the log, p95", with_, "ms"),
        reported("decision in process without the log, p95", without, "ms"),
        at_most("what the log adds to a decision, p95", (with_ / without - 1) * 100, "%", 10),
        reported("what the log adds to a decision, median", (middle - 1) * 100, "%"),
        *sealing_rows,
    ]


async def _sealing(databases: Databases) -> list[Row]:
    """Sealing all that waits, and checking it where it is."""
    began, lines, sealed = time.perf_counter(), 0, 1
    while sealed:
        async with unit_of_work(ENGINE, databases.engine) as work:
            sealed = await sealer.seal_lines(work)
        lines += sealed
    spent, began = time.perf_counter() - began, time.perf_counter()
    found = await oversight.check_log(databases.server.url("pols_engine", databases.name))
    checked = time.perf_counter() - began
    assert sum(one.lines for one in found.values()) == lines
    assert not any(one.found for one in found.values())
    return [
        reported("lines of the log sealed", lines / spent, "/s"),
        reported("lines of the log checked in the database", lines / checked, "/s"),
    ]


async def _decide(client: httpx2.AsyncClient, house: AHouse, case_id: str, *, logged: bool) -> float:
    write = trail.write
    if not logged:
        trail.write = lambda *_args, **_kwargs: None
    try:
        began = time.perf_counter()
        answer = await client.post(
            f"/v1/casussen/{case_id}/besluiten", json={"soort": "compleet_verklaren"},
            headers={"Authorization": f"Bearer {house.tokens['triagist']}"},
        )  # fmt: skip
        spent = time.perf_counter() - began
    finally:
        trail.write = write
    answer.raise_for_status()
    return spent


def _checking(lines: int) -> list[Row]:
    """An exported log with so many lines, checked as an auditor does."""
    chain, previous, at = str(new_id()), sealing.START, "2026-11-22T08:00:00+00:00"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.jsonl"
        with sealing.opened(path, "xt") as file:
            file.write(json.dumps(sealing.header(chain, at)) + "\n")
            for seq in range(1, lines + 1):
                line = {name: str(new_id()) for name in sealing.FIELDS} | {"roles": ["procesregisseur"], "facts": {}}
                made = sealing.seal(previous, chain, seq, at, line)
                file.write(sealing.written(sealing.Sealed(chain, seq, previous, made, at, line)) + "\n")
                previous = made
        began = time.perf_counter()
        checked = sealing.check_file(path)
        spent = time.perf_counter() - began
    assert checked.lines == lines
    return [reported("lines of an exported log checked", lines / spent, "/s")]
