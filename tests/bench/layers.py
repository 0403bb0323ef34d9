"""Where the time of a decision goes: per layer, per statement and per process. `--only profile`; no part of a full run.

CPU is what counts: of a machine that others use too, the time that passes says little. It is told per decision.
"""

import asyncio
import json
import os
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg

from deployments.prefect_server import free_port
from deployments.processes import Child
from deployments.stack import Stack, answers
from tests import factories
from tests.bench import cpu
from tests.bench.decisions import CLIENTS, PROCESSES, decide_all
from tests.bench.ground import Ground
from tests.bench.report import Row, reported
from tests.bench.stopwatch import kind_of
from tests.conftest import Databases

OUTCOME = Path("build/bench-profile.json")
ROOT = Path(__file__).parents[2]
_LOADED = "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'"
_SPENT = (
    "SELECT query, calls, total_plan_time + total_exec_time AS took, plans FROM pg_stat_statements"
    " JOIN pg_roles r ON r.oid = userid WHERE rolname = 'pols_web' AND query NOT ILIKE '%pg_stat%'"
)
_WAITING = (
    "SELECT CASE WHEN state <> 'active' THEN 'for the doors' WHEN wait_event IS NULL THEN 'nothing: at work'"
    " ELSE wait_event_type || ': ' || wait_event END FROM pg_stat_activity"
    " WHERE usename = 'pols_web' AND state <> 'idle'"
)


async def measure(ground: Ground) -> list[Row]:
    """The rows of this group: CPU per decision. The whole of it is printed and kept."""
    cases = ground.size(400, 40)
    kept: dict[str, Any] = {}
    rows: list[Row] = []
    async with _with_statistics(ground), ground.database("bench_profile") as (stack, databases):
        await ground.sql(databases.name, "CREATE EXTENSION pg_stat_statements")
        folder = stack.state / "stopwatch"
        folder.mkdir()
        await _serve(stack, folder)
        house = await factories.a_house(databases.owner)
        for clients in (1, CLIENTS):
            stories = [await factories.a_report(databases.web, house) for _ in range(cases + 40)]
            case_ids = [str(one.case_id) for one in stories]
            await ground.sql(databases.name, "VACUUM (ANALYZE)")
            await decide_all(stack, house, case_ids[cases:], clients)
            found = await _watched(stack, databases, folder, decide_all(stack, house, case_ids[:cases], clients))
            kept[f"{clients} client(s)"] = found
            _show(found, clients)
            for name, value in found["CPU per decision, ms"].items():
                rows.append(reported(f"CPU of a decision, {clients} client(s): {name}", value, "ms"))
    OUTCOME.parent.mkdir(exist_ok=True)
    OUTCOME.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
    return rows


@asynccontextmanager
async def _with_statistics(ground: Ground) -> AsyncIterator[None]:
    """The server counts its statements meanwhile."""
    await ground.sql("postgres", _LOADED)
    ground.stack.server.restart("fast")
    try:
        yield
    finally:
        await ground.sql("postgres", "ALTER SYSTEM RESET shared_preload_libraries")
        ground.stack.server.restart("fast")


async def _serve(stack: Stack, folder: Path) -> None:
    """As `Stack.serve`, with a stopwatch in the doors."""
    stack.port = free_port()
    command = [sys.executable, "-m", "tests.bench.stopwatch", str(stack.port), str(PROCESSES), str(folder)]
    stack.api = Child("doors", command, env=stack.environment(), log=stack.state / "doors.log", cwd=ROOT)
    await stack.api.start()
    await answers(f"{stack.base_url}/gezondheid", within=120)


async def _watched(stack: Stack, databases: Databases, folder: Path, work: Any) -> dict[str, Any]:
    """What is spent while this is done."""
    connection = await databases.server.connect(database=databases.name)
    try:
        await connection.execute("SELECT pg_stat_statements_reset()")
        await _told(folder)  # and begin anew
        database, client, began = _of_database(stack), time.process_time(), time.perf_counter()
        sampling = asyncio.create_task(_sampled(connection))
        took = await work
        passed = time.perf_counter() - began
        client, database = time.process_time() - client, _difference(database, _of_database(stack))
        sampling.cancel()
        waits: Counter[str] = Counter()
        with suppress(asyncio.CancelledError):
            waits = await sampling
        doors = await _told(folder)
        statements = await connection.fetch(_SPENT)
    finally:
        await connection.close()
    assert doors["requests"] == len(took)
    spent = {"PostgreSQL, backends of the doors": database["backends"], "PostgreSQL, its others": database["others"]}
    found = _reckoned(doors, statements, waits, spent | {"client": client})
    return {"per second": round(len(took) / passed, 1)} | found


async def _sampled(connection: "asyncpg.Connection") -> Counter[str]:
    """What the backends of the doors wait for, looked at twenty times a second."""
    found: Counter[str] = Counter()
    with suppress(asyncio.CancelledError):
        while True:
            found.update(row[0] for row in await connection.fetch(_WAITING))
            await asyncio.sleep(0.05)
    return found


async def _told(folder: Path) -> dict[str, Any]:
    """What the doors counted since the last time, all processes together."""
    pids = [int(one.stem) for one in folder.glob("*.pid")]
    together: dict[str, Any] = {"cpu": defaultdict(float), "waited": defaultdict(float), "statements": {}}
    for pid in pids:
        os.kill(pid, signal.SIGUSR1)
    for pid in pids:
        path = folder / f"{pid}.json"
        async with asyncio.timeout(10):
            while not path.exists():  # noqa: ASYNC110 - another process writes it
                await asyncio.sleep(0.01)
        _add(together, json.loads(path.read_text(encoding="utf-8")))
        path.unlink()
    return together


def _add(together: dict[str, Any], counted: dict[str, Any]) -> None:
    for plain in ("requests", "took", "process"):
        together[plain] = together.get(plain, 0) + counted[plain]
    for kind in ("cpu", "waited"):
        for name, value in counted[kind].items():
            together[kind][name] += value
    for name, (calls, waited) in counted["statements"].items():
        known = together["statements"].setdefault(name, [0, 0.0])
        known[0] += calls
        known[1] += waited


def _of_database(stack: Stack) -> dict[str, float]:
    """CPU of the server until now: the backends of the doors, and its others."""
    found = {"backends": 0.0, "others": 0.0}
    for pid, command in cpu.children(stack.server.pid).items():
        found["backends" if "pols_web" in command else "others"] += cpu.spent([pid])
    return found


def _difference(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    return {name: after[name] - before[name] for name in after}


def _reckoned(
    doors: dict[str, Any], statements: Any, waits: Counter[str], others: dict[str, float]
) -> dict[str, Any]:  # fmt: skip
    """Everything per decision, in milliseconds."""
    count, looked = int(doors["requests"]), waits.total() or 1

    def each(seconds: float) -> float:
        return round(seconds * 1000 / count, 3)

    loop = doors["process"] - sum(doors["cpu"].values())
    names = sorted(doors["cpu"] | doors["waited"], key=lambda name: -doors["cpu"].get(name, 0))
    server: dict[str, float] = defaultdict(float)
    for one in statements:
        server[kind_of(one["query"])] += one["took"] / count
    asked = sorted(doors["statements"].items(), key=lambda one: -one[1][1])
    return {
        "decisions": count,
        "passed, ms": each(doors["took"]),
        "CPU per decision, ms": {"doors": each(doors["process"])} | {name: each(one) for name, one in others.items()},
        "layers of the doors (CPU, waited), ms": {
            name: [each(doors["cpu"].get(name, 0)), each(doors["waited"].get(name, 0))] for name in names
        } | {"loop: sockets, HTTP, answers coming in": [each(loop), 0]},
        "statements (calls, waited for, in the server), ms": {
            name: [calls / count, each(waited), round(server.get(name, 0), 3)] for name, (calls, waited) in asked
        },
        "other in the server, ms": {n: round(v, 3) for n, v in server.items() if n not in doors["statements"]},
        "backends wait for, %": {name: round(100 * seen / looked, 1) for name, seen in waits.most_common()},
    }  # fmt: skip


def _show(found: dict[str, Any], clients: int) -> None:
    print(f"\n{clients} client(s): where the time of a decision goes")  # noqa: T201
    for title, value in found.items():
        if not isinstance(value, dict):
            print(f"{title}: {value}")  # noqa: T201
            continue
        print(f"{title}")  # noqa: T201
        for name, one in value.items():
            cells = one if isinstance(one, list) else [one]
            print(f"  {name:<48}" + "".join(f"{cell:>10.2f}" for cell in cells))  # noqa: T201
