"""A process with more connections than it serves says so in our own words: over a real line, as `pols api` serves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import uvicorn

from api.app import create_app
from api.middleware import HEADERS, NOT_A_PAGE, VERSION
from api.ways import Ways
from deployments.serving import served
from deployments.settings import Settings
from tests.conftest import Databases

MOST = 10


@asynccontextmanager
async def crowded(db: Databases) -> AsyncIterator[tuple[httpx2.AsyncClient, list[asyncio.StreamWriter]]]:
    """Somebody at the door of a server whose every connection is taken by who asks nothing."""
    told = served(Settings(production=False, connections=MOST)) | {"log_level": "critical"}
    server = uvicorn.Server(uvicorn.Config(create_app(db.web, Ways(token_form=True)), port=0, **told))
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - a turn of this loop is what it waits for
        await asyncio.sleep(0)
    port = server.servers[0].sockets[0].getsockname()[1]
    idle = [(await asyncio.open_connection("127.0.0.1", port))[1] for _ in range(MOST)]
    async with asyncio.timeout(10):
        while len(server.server_state.connections) < MOST:  # noqa: ASYNC110 - it takes them one turn at a time
            await asyncio.sleep(0)
    try:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            yield client, idle
    finally:
        for writer in idle:
            writer.close()
        server.should_exit = True
        await running


async def test_one_connection_too_many_hears_a_problem_and_when_to_come_back(db: Databases) -> None:
    async with crowded(db) as (client, _):
        answer = await client.get("/v1/casussen")

    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["api-version"] == VERSION
    assert int(answer.headers["retry-after"]) > 0
    assert answer.headers["connection"] == "close"
    assert answer.json()["instance"] == "/v1/casussen"
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS


async def test_who_looks_with_a_browser_reads_a_sentence(db: Databases) -> None:
    async with crowded(db) as (client, _):
        page = await client.get("/", headers={"Accept": "text/html,*/*"})
        health = await client.get("/gezondheid")

    assert page.status_code == 503
    assert page.headers["content-type"].startswith("text/plain")
    assert "Probeer het zo opnieuw" in page.text
    assert {name: page.headers[name] for name in NOT_A_PAGE} == NOT_A_PAGE
    assert "api-version" not in page.headers
    assert health.headers["content-type"] == "application/problem+json"


async def test_as_soon_as_others_have_left_everybody_is_served_again(db: Databases) -> None:
    async with crowded(db) as (client, idle):
        before = await client.get("/gezondheid")
        for writer in idle:
            writer.close()
        async with asyncio.timeout(10):
            while (after := await client.get("/gezondheid")).status_code != 200:  # noqa: ASYNC110
                await asyncio.sleep(0)

    assert before.status_code == 503
    assert after.json() == {"status": "gezond"}
