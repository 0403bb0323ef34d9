"""A thousand requests of many people through five connections, some broken off: nobody sees another's rows."""

import asyncio
import random
from collections import Counter
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from api.app import create_app
from models.transactions import Database
from models.words import Phase
from tests import factories
from tests.conftest import Databases

REQUESTS, CONNECTIONS, AT_ONCE = 1_000, 5, 40
CONTEXT = ("person", "organisation", "kind", "house", "roles", "purpose", "behalf", "acting")
LEFT = text("SELECT " + ", ".join(f"nullif(current_setting('pols.{one}', true), '')" for one in CONTEXT))


class Crowd:
    """Everybody of two houses, what each of them may see, and what came of their requests."""

    def __init__(self, client: httpx2.AsyncClient, seed: int) -> None:
        self.client, self.luck = client, random.Random(seed)  # noqa: S311 - which request is broken off, no secret
        self.people: list[tuple[str, str, str, set[str]]] = []
        self.ended: Counter[str] = Counter()

    async def ask(self, number: int) -> None:
        """One request of somebody; whatever is answered is about them, and about their own cases only."""
        token, person, house, cases = self.people[number % len(self.people)]
        path = ("/v1/mij", "/v1/casussen?paginaGrootte=100", "/v1/taken")[number // len(self.people) % 3]
        answer = await self.client.get(path, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code in {200, 403}, answer.text
        found = answer.json()
        if path == "/v1/mij":
            assert (found["persoon"]["id"], found["huis"]["id"]) == (person, house)
        elif answer.status_code == 200:
            seen = {one["casus"]["id"] if "casus" in one else one["id"] for one in found["resultaten"]}
            assert seen <= cases, "somebody saw a case of another house"
        self.ended["answered"] += 1

    async def ask_or_leave(self, number: int, gate: asyncio.Semaphore) -> None:
        """A request that one in three breaks off somewhere on its way."""
        async with gate:
            task = asyncio.ensure_future(self.ask(number))
            if self.luck.random() < 1 / 3:
                for _ in range(self.luck.randrange(1, 120)):
                    await asyncio.sleep(0)
                task.cancel()
            try:
                await task
            except asyncio.CancelledError:
                self.ended["broken off"] += 1


@pytest.fixture
async def crowd(db: Databases) -> Any:
    small = Database(db.server.url("pols_web", db.name), pool_size=CONNECTIONS)
    transport = httpx2.ASGITransport(app=create_app(small, workplace=False))
    async with httpx2.AsyncClient(transport=transport, base_url="https://pols.example") as client:
        made = Crowd(client, seed=30)
        for _ in range(2):
            house = await factories.a_house(db.owner)
            stories = [await factories.a_case(db.web, house, phase) for phase in (Phase.SCREENING, Phase.REGIE)]
            cases = {str(one.case_id) for one in stories}
            for key, token in house.tokens.items():
                made.people.append((token, str(house.person(key)), str(house.id), cases))
        yield made, small
    await small.close()


async def test_a_thousand_requests_on_five_connections_never_mix(crowd: tuple[Crowd, Database]) -> None:
    people, small = crowd
    gate = asyncio.Semaphore(AT_ONCE)

    results = await asyncio.gather(
        *(people.ask_or_leave(number, gate) for number in range(REQUESTS)), return_exceptions=True
    )

    assert [one for one in results if one is not None] == []
    assert sum(people.ended.values()) == REQUESTS
    assert min(people.ended["answered"], people.ended["broken off"]) > REQUESTS // 10, people.ended
    assert await _left_behind(small) == [(None,) * len(CONTEXT)] * CONNECTIONS


async def _left_behind(small: Database) -> list[tuple[Any, ...]]:
    """What stands in the context of every connection of the pool, all taken at once: none is lost, none is in use."""
    pool: Any = small.engine.sync_engine.pool
    assert pool.checkedout() == 0
    connections = [await small.engine.connect() for _ in range(CONNECTIONS)]
    try:
        return [tuple((await one.execute(LEFT)).one()) for one in connections]
    finally:
        for one in connections:
            await one.close()
