"""One embedded PostgreSQL for the whole run; databases are copies of a migrated template."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from deployments import embedded
from deployments.embedded import EmbeddedServer
from deployments.prefect_server import PrefectServer
from models import transactions
from models.migrations import migrate
from models.tables.base import new_id
from models.transactions import Database
from tests import factories
from tests.factories import AHouse
from tests.state import fresh_state

TEMPLATE = "pols_template"


@dataclass
class Databases:
    """One case database, as each of its roles."""

    name: str
    server: EmbeddedServer
    owner: Database
    web: Database
    engine: Database

    async def run(self, statement: str, **facts: Any) -> None:
        """Change something behind everybody's back, as the owner of the database."""
        async with self.owner.engine.begin() as connection:
            await connection.execute(text(statement), facts)

    async def shift(self, seconds: float) -> None:
        """Move the process clock of this database, as an operator of a test would."""
        await self.run("UPDATE clock SET shift_seconds = shift_seconds + :s", s=int(seconds))

    async def close(self) -> None:
        """Give all connections back."""
        for one in (self.owner, self.web, self.engine):
            await one.close()


def connected(server: EmbeddedServer, name: str) -> Databases:
    """The three roles on a database of this server."""
    owner, web, engine = (Database(server.url(r, name), pool_size=8) for r in ("pols_owner", "pols_web", "pols_engine"))
    return Databases(name, server, owner, web, engine)


@pytest.fixture(scope="session")
def state() -> Iterator[Path]:
    """A directory of this run, where also root may keep a database."""
    with fresh_state() as directory:
        yield directory


@pytest.fixture(scope="session")
async def server(state: Path) -> AsyncIterator[EmbeddedServer]:
    """The PostgreSQL of this run, with a migrated template to copy from."""
    running = EmbeddedServer.start(state / "pg", durable=False)
    try:
        await embedded.prepare(running)
        await embedded.create_from_template(running, TEMPLATE, "pols")
        await migrate(running.url("pols_owner", TEMPLATE))
        yield running
    finally:
        running.stop()


async def _copy(server: EmbeddedServer) -> AsyncIterator[Databases]:
    name = f"t_{new_id().hex[-12:]}"
    await embedded.create_from_template(server, name, TEMPLATE)
    made = connected(server, name)
    yield made
    await made.close()
    await embedded.drop_database(server, name)


@pytest.fixture(scope="session")
async def db(server: EmbeddedServer) -> AsyncIterator[Databases]:
    """A database that tests share; each founds its own house in it. Nobody moves its clock."""
    async for made in _copy(server):
        yield made


class Roving:
    """Three pools that go from database to database, one test at a time.

    A pool keeps what SQLAlchemy compiled for it: with pools of its own, each test would compile every statement again.
    """

    def __init__(self, server: EmbeddedServer) -> None:
        self.server, self.target = server, TEMPLATE
        self.databases = connected(server, TEMPLATE)
        for pool in (self.databases.owner, self.databases.web, self.databases.engine):
            event.listen(pool.engine.sync_engine, "do_connect", self._follow)

    def _follow(self, _dialect: Any, _record: Any, _args: Any, wanted: dict[str, Any]) -> None:
        wanted["database"] = self.target

    @asynccontextmanager
    async def copy_of(self, template: str) -> AsyncIterator[Databases]:
        """A fresh copy, dropped afterwards."""
        self.target = f"t_{new_id().hex[-12:]}"
        await embedded.create_from_template(self.server, self.target, template)
        try:
            yield replace(self.databases, name=self.target)
        finally:
            await self.databases.close()
            await embedded.drop_database(self.server, self.target)


@pytest.fixture(scope="session")
def roving(server: EmbeddedServer) -> Roving:
    """The pools of tests that have a database of their own."""
    return Roving(server)


@pytest.fixture
async def own_db(roving: Roving) -> AsyncIterator[Databases]:
    """A database for one test: to move its clock, or to count everything in it."""
    async with roving.copy_of(TEMPLATE) as made:
        yield made


@pytest.fixture
async def house(db: Databases) -> AHouse:
    """A house with everybody in it."""
    return await factories.a_house(db.owner)


@pytest.fixture
def engine_database(db: Databases) -> Iterator[Database]:
    """Tasks find the engine's database, as in a worker."""
    transactions.use(db.engine)
    yield db.engine
    transactions.use(None)


@pytest.fixture(scope="session")
async def prefect(server: EmbeddedServer, state: Path) -> AsyncIterator[PrefectServer]:
    """The Prefect server of this run."""
    running = await PrefectServer.start(database_url=server.url("pols_prefect", "pols_prefect"), home=state / "prefect")
    yield running
    await running.kill()  # quicker than winding down
    await running.stop()
