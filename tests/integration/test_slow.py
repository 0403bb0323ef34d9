"""Who sends slowly or without end holds nobody up: against a real server, over a real line, and in bounded memory."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
import uvicorn

from api.app import create_app
from api.middleware import MOST_BYTES_OF_FILE, SmallBodies
from api.ways import Ways
from deployments import patience
from deployments.patience import HEAD_BYTES, Patient
from models.actors import ANONYMOUS
from models.transactions import unit_of_work
from tests.conftest import Databases
from tests.factories import AHouse

MEGABYTE = b"x" * 1_000_000


@asynccontextmanager
async def serving(app: Any) -> AsyncIterator[int]:
    """The application as `pols api` serves it, on a port nobody else has."""
    config = uvicorn.Config(app, port=0, log_level="critical", lifespan="off", http=Patient, ws="none")
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - a turn of this loop is what it waits for
        await asyncio.sleep(0)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await running


async def test_many_who_never_finish_their_request_are_hung_up_on_and_others_are_served_meanwhile(
    db: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "HEAD_SECONDS", 2.0)
    async with serving(create_app(db.web, Ways(token_form=True))) as port:
        slow = [await asyncio.open_connection("127.0.0.1", port) for _ in range(200)]
        for _, writer in slow[:150]:
            writer.write(b"GET /gezondheid HTTP/1.1\r\nHost: pols\r\nX-")
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            served = [(await client.get("/gezondheid")).status_code for _ in range(20)]
        ends = await asyncio.gather(*(reader.read() for reader, _ in slow), return_exceptions=True)
        for _, writer in slow:
            writer.close()

    assert served == [200] * 20
    assert [one for one in ends if isinstance(one, bytes) and one] == []


async def test_the_second_request_on_a_line_has_no_more_time_than_the_first(
    db: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "HEAD_SECONDS", 0.3)
    async with serving(create_app(db.web, Ways(token_form=True))) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /gezondheid HTTP/1.1\r\nHost: pols\r\n\r\n")
        first = await reader.readuntil(b"gezond")
        writer.write(b"GET /gezondheid HTTP/1.1\r\nHost: ")
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await reader.readexactly(10_000)
        writer.close()

    assert first.startswith(b"HTTP/1.1 200")


async def test_a_head_without_end_is_hung_up_on(db: Databases) -> None:
    async with serving(create_app(db.web, Ways(token_form=True))) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\n")
        sent = 0
        with pytest.raises(ConnectionError):
            while sent < 50 * HEAD_BYTES:
                line = b"X-Meer: " + b"y" * 4_000 + b"\r\n"
                writer.write(line)
                await writer.drain()
                await asyncio.sleep(0)
                sent += len(line)
        writer.close()

    assert sent < 50 * HEAD_BYTES
    assert reader.at_eof() or reader.exception()


async def test_a_body_that_does_not_come_is_answered_and_holds_no_connection(db: Databases, house: AHouse) -> None:
    app = create_app(db.web, Ways(token_form=True))
    _find(app, SmallBodies).seconds = 0.2
    async with serving(app) as port:
        lines = [await asyncio.open_connection("127.0.0.1", port) for _ in range(30)]  # more than there are connections
        for _, writer in lines:
            writer.write(
                f"POST /v1/aanmeldingen HTTP/1.1\r\nHost: pols\r\nAuthorization: Bearer {house.tokens['politie']}\r\n"
                "Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{".encode()
            )
        async with unit_of_work(ANONYMOUS, db.web) as work:
            assert work.actor is ANONYMOUS
        answers = await asyncio.gather(*(reader.read() for reader, _ in lines))
        for _, writer in lines:
            writer.close()

    assert {one[:12] for one in answers} == {b"HTTP/1.1 408"}
    assert all(b"connection: close" in one.lower() and b"problem+json" in one for one in answers)


async def test_a_file_of_a_gigabyte_is_refused_in_little_memory(db: Databases, house: AHouse) -> None:
    parts = 0

    async def gigabyte() -> AsyncIterator[bytes]:
        nonlocal parts
        for _ in range(1_000):
            parts += 1
            yield MEGABYTE

    transport = _Streaming(create_app(db.web, workplace=False))
    tracemalloc.start()
    try:
        status = await transport.post(
            "/v1/aanmeldingen/0198d2c5-0000-7000-8000-000000000000/bijlagen", house, gigabyte()
        )
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert status == 413
    assert parts <= MOST_BYTES_OF_FILE // len(MEGABYTE) + 2
    assert peak < 4 * MOST_BYTES_OF_FILE


async def test_a_body_that_says_that_it_is_too_large_is_not_read_at_all(db: Databases, house: AHouse) -> None:
    async def never() -> AsyncIterator[bytes]:
        raise AssertionError("somebody read it")
        yield b""

    transport = _Streaming(create_app(db.web, workplace=False))

    assert await transport.post("/v1/aanmeldingen", house, never(), length=2_000_000_000) == 413


class _Streaming:
    """Calls an application with a body that comes part by part, as a server does."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def post(self, path: str, house: AHouse, body: AsyncIterator[bytes], length: int = 0) -> int:
        headers = {"authorization": f"Bearer {house.tokens['politie']}", "content-type": "application/octet-stream"}
        headers |= {"content-length": str(length)} if length else {}
        scope = {
            "type": "http", "http_version": "1.1", "method": "POST", "scheme": "https", "path": path, "root_path": "",
            "raw_path": path.encode(), "query_string": b"naam=x.txt", "client": ("192.0.2.1", 1),
            "server": ("pols", 443), "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "state": {},
        }  # fmt: skip
        statuses: list[int] = []

        async def receive() -> dict[str, Any]:
            async for part in body:
                return {"type": "http.request", "body": part, "more_body": True}
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            statuses.extend([message["status"]] if message["type"] == "http.response.start" else [])

        await self.app(scope, receive, send)
        return statuses[0]


def _find(app: Any, kind: type[Any]) -> Any:
    """The part of this kind, somewhere around the interface."""
    found = next(one.app for one in app.routes if getattr(one, "path", "") == "/v1")
    while not isinstance(found, kind):
        found = found.app
    return found
