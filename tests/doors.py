"""Callers of the interface: somebody of a house with their token, and cases that came far enough."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from sqlalchemy import event, text

from api.app import create_app
from api.ways import Ways
from models.credentials import Seal
from tests.conftest import Databases
from tests.factories import AHouse


@dataclass
class Door:
    """Knocks at `/v1` as people of one house."""

    client: httpx2.AsyncClient
    house: AHouse

    async def call(self, verb: str, path: str, who: str | None = None, **options: Any) -> httpx2.Response:
        """One request as somebody; without a name as nobody."""
        headers = dict(options.pop("headers", {}))
        if who is not None:
            headers["Authorization"] = f"Bearer {self.house.tokens[who]}"
        return await self.client.request(verb, f"/v1{path}", headers=headers, **options)

    async def get(self, who: str, path: str, **query: Any) -> Any:
        """What somebody reads; it must be there."""
        answer = await self.call("GET", path, who, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, who: str, path: str, body: Any = None, status: int = 201) -> Any:
        """What comes of sending something."""
        answer = await self.call("POST", path, who, json=body)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    async def refused(self, who: str, path: str, body: Any, status: int, verb: str = "POST") -> Any:
        """The problem that comes of sending something that cannot be."""
        answer = await self.call(verb, path, who, json=body)
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert {"type", "title", "status", "detail", "instance"} <= answer.json().keys()
        return answer.json()

    async def task(self, who: str, case_id: object, kind: str) -> dict[str, Any]:
        """The open task of this kind in a case, as somebody sees it in their own list."""
        found = (await self.get(who, "/taken"))["resultaten"]
        return next(one for one in found if one["soort"] == kind and one["casus"]["id"] == str(case_id))


#: keeps the secrets of subscribed systems, as the key of an operator would
EVENT_KEY = Seal.new_key()
EVENT_SEAL = Seal(EVENT_KEY)


@asynccontextmanager
async def own_client(databases: Databases) -> AsyncIterator[httpx2.AsyncClient]:
    """The application of the doors on these databases, without a network and without the workplace.

    As where Pols is tried out: a token is good for everything its person may do.
    """
    transport = httpx2.ASGITransport(
        app=create_app(databases.web, Ways(token_form=True), workplace=False, event_seal=EVENT_SEAL)
    )
    async with httpx2.AsyncClient(transport=transport, base_url="https://pols.example") as made:
        yield made


WRITTEN = (
    "cases", "visit", "decision", "decision_decider", "duty", "rung", "answer", "involvement", "meeting",
    "meeting_invitee", "commitment", "journal_entry", "outbox", "history", "audit_line",
)  # fmt: skip


async def rows(databases: Databases, house: AHouse) -> dict[str, int]:
    """How many rows of a house there are in what a verb writes, as the engine counts them; refusals are no act."""
    act = {"audit_line": " AND result = 'ok'"}
    async with databases.engine.engine.connect() as connection:
        return {
            table: await connection.scalar(
                text(f"SELECT count(*) FROM {table} WHERE house_id = :house{act.get(table, '')}"), {"house": house.id}
            ) or 0
            for table in WRITTEN
        }  # fmt: skip


@asynccontextmanager
async def counted(databases: Databases) -> AsyncIterator[list[str]]:
    """The statements that the web sends meanwhile."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    engine = databases.web.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
