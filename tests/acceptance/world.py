"""A house that really runs: its own case database, web application, worker and mail; over HTTP, the clock moved."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import text

from deployments.mailcatcher import Mailcatcher
from deployments.prefect_server import PrefectServer
from deployments.processes import Child
from deployments.stack import Stack
from tests import factories
from tests.conftest import Databases
from tests.factories import AHouse

#: seconds that a world may take to come to rest
SETTLES = 60.0

_QUIET = text("""
    SELECT NOT EXISTS (SELECT FROM rung WHERE fired_at IS NULL AND dropped_at IS NULL AND fire_at <= pols_now())
       AND NOT EXISTS (SELECT FROM journal_entry WHERE done_at IS NULL AND gave_up_at IS NULL
                         AND next_try_at <= greatest(clock_timestamp(), pols_now()))
       AND NOT EXISTS (SELECT FROM outbox WHERE sent_at IS NULL AND gave_up_at IS NULL
                         AND (next_try_at <= pols_now() OR (tries > 0 AND code IS NULL)))
       AND NOT EXISTS (SELECT FROM lease WHERE expires_at > clock_timestamp())
       AND NOT EXISTS (SELECT FROM cases WHERE erase_at <= pols_now())
""")
_NEXT = text("""
    SELECT min(at) FROM (
      SELECT min(fire_at) AS at FROM rung WHERE fired_at IS NULL AND dropped_at IS NULL
      UNION ALL SELECT min(next_try_at) FROM outbox WHERE sent_at IS NULL AND gave_up_at IS NULL
      UNION ALL SELECT min(erase_at) FROM cases) AS moments
""")


@dataclass
class World:
    """One house in operation."""

    databases: Databases
    stack: Stack
    house: AHouse
    mail: Mailcatcher
    clients: dict[str, httpx2.AsyncClient] = field(default_factory=dict)
    calm: bool = False  #: rest after every act, so that what is announced does not depend on who is quicker

    @classmethod
    async def begin(cls, databases: Databases, prefect: PrefectServer, directory: Path) -> "World":
        """Found a house and start its processes."""
        house = await factories.a_house(databases.owner)
        directory.mkdir(parents=True, exist_ok=True)
        stack = Stack(directory, databases.server, databases.name)
        await stack.catch_mail()
        stack.prefect = prefect
        await stack.serve()
        await stack.start_worker(POLS_RECONCILE_SECONDS="1")
        assert stack.mail is not None
        return cls(databases, stack, house, stack.mail)

    async def end(self) -> None:
        """Stop what was started here; PostgreSQL and Prefect are shared."""
        for client in self.clients.values():
            await client.aclose()
        children: list[Child | None] = [*self.stack.workers, self.stack.api]
        for child in children:
            if child is not None:
                await child.stop()
        await self.mail.stop()

    def client(self, key: str) -> httpx2.AsyncClient:
        """Somebody of the house at the REST door."""
        if key not in self.clients:
            headers = {"Authorization": f"Bearer {self.house.tokens[key]}"} if key else {}
            self.clients[key] = httpx2.AsyncClient(
                base_url=f"{self.stack.base_url}/v1", headers=headers, timeout=30, trust_env=False
            )
        return self.clients[key]

    async def get(self, key: str, path: str, **params: Any) -> Any:
        """Read something as somebody."""
        answer = await self.client(key).get(path, params=params)
        assert answer.is_success, (path, answer.status_code, answer.text)
        return answer.json()

    async def post(self, key: str, path: str, body: dict[str, Any] | None = None, *, expect: int = 201) -> Any:
        """Do something as somebody."""
        answer = await self.client(key).post(path, json=body or {})
        assert answer.status_code == expect, (path, answer.status_code, answer.text)
        if self.calm:
            await self.settled()
        return answer.json() if answer.content else None

    async def decide(self, key: str, case_id: str, kind: str, *, expect: int = 201, **fields: Any) -> Any:
        """Take a decision as somebody."""
        body = {"soort": kind, "toelichting": "omdat het nodig is"} | fields
        return await self.post(key, f"/casussen/{case_id}/besluiten", body, expect=expect)

    async def answer(self, key: str, case_id: str, kind: str, outcome: str, *, expect: int = 201, **fields: Any) -> Any:
        """Answer the open duty of this kind that is one's own."""
        duty = await self.duty(key, case_id, kind)
        return await self.post(key, f"/taken/{duty['id']}/antwoorden", {"uitkomst": outcome} | fields, expect=expect)

    async def duty(self, key: str, case_id: str, kind: str) -> dict[str, Any]:
        """The open duty of this kind in a case, one's own first."""
        found = [one for one in await self.duties(key, case_id) if one["soort"] == kind]
        assert found, f"{kind} is not open"
        mine = str(self.house.actors[key].organisation_id)
        return next((one for one in found if one["organisatie"]["id"] == mine), found[0])

    async def duties(self, key: str, case_id: str) -> list[dict[str, Any]]:
        """What is open in a case."""
        listed: list[dict[str, Any]] = (await self.get(key, f"/casussen/{case_id}/taken"))["resultaten"]
        return listed

    async def phase(self, case_id: str, key: str = "triagist") -> str:
        """Where a case stands."""
        return str((await self.get(key, f"/casussen/{case_id}"))["fase"])

    async def settled(self) -> None:
        """Wait until nothing is due, owed or queued, and nobody holds a case. Raises TimeoutError with what is left."""
        try:
            async with asyncio.timeout(SETTLES):
                while not await self._scalar(_QUIET):
                    await self._next_sign()
        except TimeoutError:
            raise AssertionError(f"the world did not come to rest: {await self.left()}") from None

    async def _next_sign(self) -> None:
        """Give the processes a moment; the database waits, not we."""
        await self._scalar(text("SELECT pg_sleep(0.05)"))

    async def left(self) -> dict[str, Any]:
        """What is still open, by codes."""
        async with self.databases.engine.engine.connect() as connection:
            entries = await connection.execute(
                text("SELECT kind, tries, code FROM journal_entry WHERE done_at IS NULL AND gave_up_at IS NULL")
            )
            mail = await connection.execute(text("SELECT template, tries, code, sent_at FROM outbox"))
            return {"work": [tuple(row) for row in entries], "mail": [tuple(row) for row in mail]}

    async def now(self) -> datetime:
        """The process time."""
        moment: datetime = await self._scalar(text("SELECT pols_now()"))
        return moment.astimezone(UTC)

    async def move_to(self, moment: datetime) -> None:
        """Let time pass until a moment, stopping at everything that becomes due on the way."""
        await self.settled()
        while True:
            coming = await self._scalar(_NEXT)
            stop = moment if coming is None or coming > moment else coming
            await self._jump(stop)
            await self.settled()
            if stop == moment:
                return

    async def begin_at(self, moment: datetime) -> None:
        """Set the clock of an empty house, back or ahead, and take one step at a time from there."""
        self.calm = True
        await self.databases.shift(int((moment - await self.now()).total_seconds()))

    async def pass_days(self, days: float) -> None:
        """Let calendar days pass."""
        await self.move_to(await self.now() + timedelta(days=days))

    async def _jump(self, moment: datetime) -> None:
        ahead = (moment - await self.now()).total_seconds()
        if ahead > 0:
            await self.databases.shift(int(ahead) + 1)

    async def _scalar(self, statement: Any) -> Any:
        async with self.databases.engine.engine.connect() as connection:
            return await connection.scalar(statement)

    def mailed(self, key: str) -> list[str]:
        """The subjects of the mail that somebody received."""
        address = f"{key}@{self.house.slug}.example"
        return [one.subject.removeprefix("Pols: ") for one in self.mail.to(address)]

    async def rungs(self, duty_id: str) -> list[Any]:
        """The steps of a duty's ladder that fired, in order, with the moment planned and the moment fired."""
        return await self.rows(
            "SELECT step, fire_at, fired_at FROM rung WHERE duty_id = :duty AND fired_at IS NOT NULL ORDER BY fire_at",
            duty=duty_id,
        )

    async def told(self, key: str, duty_id: str) -> list[str]:
        """The steps about one duty that somebody was told of; each message really lies in their mailbox, once."""
        rows = await self.rows(
            "SELECT o.id, line->>'stap' AS step FROM outbox o, jsonb_array_elements(o.lines) AS line"
            " WHERE o.recipient_id = :person AND line->>'taak' = :duty AND o.template = 'herinnering'"
            " ORDER BY o.created_at",
            person=self.house.person(key), duty=duty_id,
        )  # fmt: skip
        address = f"{key}@{self.house.slug}.example"
        arrived = [one.message["X-Pols-Bericht"] for one in self.mail.to(address)]
        assert all(arrived.count(str(row.id)) == 1 for row in rows)
        return [str(row.step) for row in rows]

    async def rows(self, statement: str, *, as_operator: bool = False, **facts: Any) -> list[Any]:
        """Ask the case database, as the engine or as the operator."""
        source = self.databases.owner if as_operator else self.databases.engine
        async with source.engine.connect() as connection:
            return list(await connection.execute(text(statement), facts))
