"""What every group of rows stands on: one embedded server, fresh databases on it, clients, and other systems."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import text
from sqlalchemy.engine import make_url

from deployments import embedded
from deployments.processes import leashed
from deployments.stack import Stack
from tests.conftest import Databases, connected
from tests.factories import AHouse

TEMPLATE = "bench_template"
RIVALS = Path(__file__).parent / "rivals"


@dataclass
class Ground:
    """The stack that all groups share. Without a Python that has the other systems, Pols is measured alone.

    `failures`: what may never be, whatever the figures are; a run that has any fails.
    """

    stack: Stack
    quick: bool
    rivals: str | None = os.environ.get("POLS_BENCH_PYTHON")
    failures: list[str] = field(default_factory=list)

    def size(self, full: int, quick: int) -> int:
        """How many of something."""
        return quick if self.quick else full

    @asynccontextmanager
    async def database(self, name: str) -> AsyncIterator[tuple[Stack, Databases]]:
        """A case database of its own with room for an api and workers; they end with the block, the server stays."""
        await embedded.create_from_template(self.stack.server, name, TEMPLATE)
        own = Stack(self.stack.state, self.stack.server, name, self.stack.mail, self.stack.prefect)
        databases = connected(own.server, name)
        try:
            yield own, databases
        finally:
            for child in (*own.workers, own.api):
                if child is not None:
                    await child.stop()
            await databases.close()
            await embedded.drop_database(own.server, name)

    async def engine(self) -> None:
        """Start the Prefect server, the first time that a group needs it. Ask before `database`."""
        if self.stack.prefect is None:
            await self.stack.start_engine()

    @asynccontextmanager
    async def empty_database(self, name: str) -> AsyncIterator[str]:
        """A database for another system, on the same server; gives its address."""
        await self.sql("postgres", f'CREATE DATABASE "{name}"')
        try:
            url = make_url(self.stack.server.admin_url(name))
            yield url.set(drivername="postgresql").render_as_string(hide_password=False)
        finally:
            await embedded.drop_database(self.stack.server, name)

    async def sql(self, database: str, *statements: str) -> None:
        """Run statements as the superuser of the embedded server, each by itself."""
        connection = await self.stack.server.connect(database=database)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    async def rival(self, script: str, *arguments: object) -> dict[str, float] | None:
        """Run another system and give its figures; nothing when it is not installed."""
        if self.rivals is None:
            return None
        said = await run(self.rivals, str(RIVALS / script), *map(str, arguments))
        figures: dict[str, float] = json.loads(said.splitlines()[-1])
        return figures


async def run(*command: str, env: Mapping[str, str] | None = None) -> str:
    """Run a program to its end and give what it printed. Raises RuntimeError with its complaints."""
    process = await asyncio.create_subprocess_exec(
        *leashed(command), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=env
    )
    try:
        said, complaints = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    if process.returncode:
        raise RuntimeError(f"{command[1]}: {complaints.decode(errors='replace')[-2000:]}")
    return said.decode()


def client(stack: Stack, house: AHouse, who: str) -> httpx2.AsyncClient:
    """Somebody at the REST door, on loopback: reading the certificates of the world would only cost time."""
    headers = {"Authorization": f"Bearer {house.tokens[who]}"}
    base_url = f"{stack.base_url}/v1"
    return httpx2.AsyncClient(base_url=base_url, headers=headers, timeout=60, trust_env=False, verify=False)


#: the decision that is measured: a report is complete
COMPLETE = {"soort": "compleet_verklaren"}


async def complete(door: httpx2.AsyncClient, case_id: str) -> None:
    """Take the decision that is measured: a report is complete."""
    answer = await door.post(f"/casussen/{case_id}/besluiten", json=COMPLETE)
    answer.raise_for_status()


async def until_done(databases: Databases, case_id: object = None, within: float = 300) -> None:
    """Wait until no outside work is owed, for one case or for all."""
    owed = text(
        "SELECT EXISTS (SELECT FROM journal_entry WHERE done_at IS NULL"
        " AND (CAST(:case AS uuid) IS NULL OR case_id = CAST(:case AS uuid))) FROM pg_sleep(0.005)"
    )
    facts: dict[str, Any] = {"case": None if case_id is None else str(case_id)}
    async with asyncio.timeout(within), databases.engine.engine.connect() as connection:
        quiet = await connection.execution_options(isolation_level="AUTOCOMMIT")
        while await quiet.scalar(owed, facts):
            pass
