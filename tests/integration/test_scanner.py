"""Files are scanned before they are kept: against a scanner that speaks the protocol of clamd, and without one."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.app import create_app
from deployments.scanner import Scanner
from models.refusals import NotScanned
from tests.conftest import Databases
from tests.doors import Door, rows
from tests.factories import AHouse
from tests.integration.test_api_attachments import RAW
from tests.integration.test_api_referrals import a_draft

#: the test string of EICAR, in parts so that no scanner takes this file for one
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}" + b"$EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"
Answer = Callable[[bytes], bytes | None]


def looks(content: bytes) -> bytes:
    return b"stream: Eicar-Test-Signature FOUND\0" if b"EICAR" in content else b"stream: OK\0"


class Clamd:
    """A scanner on a socket: remembers the sizes of what it was sent. An answer of None is no answer at all."""

    def __init__(self, answer: Answer) -> None:
        self.answer, self.sizes = answer, list[int]()
        self.busy: set[asyncio.Task[Any]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One file of one client."""
        task = asyncio.current_task()
        assert task is not None
        self.busy.add(task)
        try:
            told = self.answer(await self.file(reader))
            if told is None:
                await asyncio.Event().wait()
            writer.write(told or b"")
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def file(self, reader: asyncio.StreamReader) -> bytes:
        """What came in, in parts with their length, until a part without any."""
        assert await reader.readexactly(10) == b"zINSTREAM\0"
        content = b""
        while length := int.from_bytes(await reader.readexactly(4), "big"):
            content += await reader.readexactly(length)
        self.sizes.append(len(content))
        return content


@asynccontextmanager
async def clamd(path: Path, answer: Answer = looks) -> AsyncIterator[list[int]]:
    """Runs a scanner; gives the sizes of what it was sent."""
    scanner = Clamd(answer)
    server = await asyncio.start_unix_server(scanner.serve, path)
    try:
        yield scanner.sizes
    finally:
        for task in scanner.busy:
            task.cancel()
        await asyncio.gather(*scanner.busy, return_exceptions=True)
        server.close()
        await server.wait_closed()


@asynccontextmanager
async def scanning(db: Databases, house: AHouse, scanner: Scanner | None) -> AsyncIterator[Door]:
    transport = httpx2.ASGITransport(app=create_app(db.web, workplace=False, scan=scanner))
    async with httpx2.AsyncClient(transport=transport, base_url="https://pols.example") as client:
        yield Door(client, house)


async def sent(door: Door, draft_id: str, content: bytes) -> httpx2.Response:
    path = f"/aanmeldingen/{draft_id}/bijlagen"
    return await door.call("POST", path, "politie", params={"naam": "brief.txt"}, content=content, headers=RAW)


async def test_what_the_scanner_finds_is_not_kept_and_what_is_clean_is(
    db: Databases, house: AHouse, tmp_path: Path
) -> None:
    async with clamd(tmp_path / "s") as sizes, scanning(db, house, Scanner(f"unix:{tmp_path}/s")) as door:
        draft_id = await a_draft(door)
        infected = await sent(door, draft_id, EICAR)
        clean = await sent(door, draft_id, b"een brief " * 100_000)
        listed = (await door.get("politie", f"/aanmeldingen/{draft_id}/bijlagen"))["resultaten"]

    assert (infected.status_code, clean.status_code) == (400, 201)
    assert "schadelijk" in infected.json()["velden"][0]["melding"]
    assert "Eicar" not in infected.text
    assert sizes == [len(EICAR), 1_000_000]
    assert len(listed) == 1


@pytest.mark.parametrize(
    "told", [b"INSTREAM size limit exceeded. ERROR\0", b"", b"stream: OK", b"\0", b"x" * 10_000, None],
    ids=["limit", "hangs up", "half", "nothing", "endless", "silent"],
)  # fmt: skip
async def test_without_a_verdict_nothing_is_kept(
    db: Databases, house: AHouse, tmp_path: Path, told: bytes | None
) -> None:
    scanner = Scanner(f"unix:{tmp_path}/s", seconds=0.5)
    async with clamd(tmp_path / "s", lambda _content: told), scanning(db, house, scanner) as door:
        draft_id = await a_draft(door)
        before = await rows(db, house)
        answer = await sent(door, draft_id, b"een brief")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "virusscanner" in answer.json()["detail"]
    assert await rows(db, house) == before


@pytest.mark.parametrize("address", ["unix:/nergens/clamd.ctl", "tcp://127.0.0.1:1"])
async def test_a_scanner_that_is_down_lets_nothing_in(address: str) -> None:
    with pytest.raises(NotScanned):
        await Scanner(address)(b"een brief")


async def test_who_has_no_scanner_is_not_stopped(db: Databases, house: AHouse) -> None:
    async with scanning(db, house, None) as door:
        assert (await sent(door, await a_draft(door), EICAR)).status_code == 201


@pytest.mark.parametrize("address", ["clamd", "http://127.0.0.1:3310", "tcp://127.0.0.1", "tcp://:3310"])
def test_an_address_of_something_else_is_a_mistake_at_the_start(address: str) -> None:
    with pytest.raises(ValueError, match="scanner"):
        Scanner(address)
