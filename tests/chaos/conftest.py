"""A whole stack that tests may break: its own PostgreSQL, Prefect server, mail catcher and workers."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from deployments.processes import Child
from deployments.stack import Stack
from models.clocks import WorkingCalendar, within_office_hours
from models.transactions import Database
from tests import factories
from tests.conftest import Databases, connected
from tests.factories import AHouse
from tests.state import fresh_state

FAST = {"POLS_LEASE_SECONDS": "2", "POLS_TICK_SECONDS": "0.5"}


#: a duty that ended and would still be chased
ENDED_AND_ARMED = (
    "SELECT d.kind FROM duty d JOIN rung r ON r.duty_id = d.id WHERE r.fired_at IS NULL AND r.dropped_at IS NULL"
    " AND num_nonnulls(d.answered_at, d.lapsed_at, d.withdrawn_at) > 0"
)


@dataclass
class Broken:
    """A stack to break, with one house in it."""

    stack: Stack
    databases: Databases
    house: AHouse
    workers: list[Child] = field(default_factory=list)
    before: int = 0

    def begin(self) -> None:
        """From here on nothing may arrive twice."""
        assert self.stack.mail is not None
        self.before = len(self.stack.mail.messages)

    @property
    def web(self) -> Database:
        """The database as people reach it."""
        return self.databases.web

    async def worker(self, **more: str) -> Child:
        """Start a worker; with POLS_FAULT it kills itself at that place and is not started again."""
        return await self.stack.start_worker(**FAST | more)

    async def rows(self, statement: str, **facts: Any) -> list[Any]:
        """Ask the database what is there."""
        async with self.databases.engine.engine.connect() as connection:
            return list(await connection.execute(text(statement), facts))

    async def until(self, statement: str, *, within: int = 60, **facts: Any) -> None:
        """Wait until a question is answered with true; the database does the waiting."""
        for _ in range(within * 10):
            try:
                if (await self.rows(f"SELECT ({statement}) FROM pg_sleep(0.1)", **facts))[0][0]:
                    return
            except Exception:  # noqa: BLE001, S112 - the database may be the thing that was broken
                continue
        raise AssertionError(f"not within {within} s: {statement}; {await self.left()}")

    async def days_later(self, days: int) -> None:
        """Let days pass, until the house is open: reminders wait for that."""
        (row,) = await self.rows("SELECT pols_now() AS now")
        open_at = within_office_hours(row.now + timedelta(days=days), WorkingCalendar())
        await self.databases.shift((open_at - row.now).total_seconds() + 1)

    async def at_rest(self, *, within: int = 60) -> None:
        """Wait until no work is owed, nothing is unsent and nobody holds a case."""
        await self.until(
            "NOT EXISTS (SELECT FROM journal_entry WHERE done_at IS NULL) AND NOT EXISTS (SELECT FROM outbox WHERE "
            "sent_at IS NULL) AND NOT EXISTS (SELECT FROM lease WHERE expires_at > clock_timestamp())", within=within,
        )  # fmt: skip

    async def left(self) -> list[Any]:
        """What is still owed, by codes."""
        return await self.rows("SELECT kind, tries, code FROM journal_entry WHERE done_at IS NULL")

    async def nothing_twice(self, *, kills: int = 0, erased: bool = False) -> None:
        """The invariants: no work twice, no message twice in the outbox; in the mailbox at most one per kill.

        A worker that dies between the relay's yes and our note of it sends again, under the same X-Pols-Bericht.
        """
        doubled = await self.rows(
            "SELECT case_id, visit_id, key FROM journal_entry GROUP BY 1, 2, 3 HAVING count(*) > 1"
            " UNION ALL SELECT NULL, NULL, key FROM outbox GROUP BY key HAVING count(*) > 1"
        )
        assert doubled == []
        assert await self.rows(ENDED_AND_ARMED) == []
        assert self.stack.mail is not None
        ids = [one.message["X-Pols-Bericht"] for one in self.stack.mail.messages]
        new = ids[self.before :]
        assert new, "no mail arrived: this would prove nothing"
        assert len(new) - len(set(new)) <= kills
        outbox = {str(one.id) for one in await self.rows("SELECT id FROM outbox WHERE sent_at IS NOT NULL")}
        assert outbox <= set(ids)
        assert erased or outbox == set(ids)  # with a report its messages are erased


@pytest.fixture(scope="module")
async def broken() -> AsyncIterator[Broken]:
    """One stack per file; its tests leave it whole."""
    with fresh_state() as state:
        stack = await Stack.begin(state, durable=False)
        try:
            await stack.catch_mail()
            await stack.start_engine()
            databases = connected(stack.server, stack.database)
            yield Broken(stack, databases, await factories.a_house(databases.owner))
            await databases.close()
        finally:
            if stack.prefect is not None:
                await stack.prefect.kill()  # quicker than winding down
            await stack.stop()
