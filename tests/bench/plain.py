"""A client that costs next to nothing: on the machine that is measured, what a client spends is taken from the rest."""

import asyncio
import json
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

CREATED = 201


class PlainClient:
    """One kept connection to the REST door of somebody; knows only what the bench asks."""

    def __init__(self, base_url: str, token: str) -> None:
        self._where = urlsplit(base_url)
        self._head = (
            f"Host: {self._where.netloc}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        )
        self._lines: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def __aenter__(self) -> Self:
        self._lines = await asyncio.open_connection(self._where.hostname, self._where.port)
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._lines is not None:
            self._lines[1].close()

    async def post(self, path: str, body: object) -> None:
        """Send something and wait for the whole answer. Raises AssertionError unless it was made."""
        assert self._lines is not None, "use the client as `async with`"
        reader, writer = self._lines
        sent = json.dumps(body)
        writer.write(f"POST /v1{path} HTTP/1.1\r\n{self._head}Content-Length: {len(sent)}\r\n\r\n{sent}".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length:", 1)[1].split("\r\n", 1)[0])
        said = await reader.readexactly(length)
        assert int(head.split(" ", 2)[1]) == CREATED, said
