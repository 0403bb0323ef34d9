"""Hearing that work was left: LISTEN on one connection, mended when it breaks. A missed wake costs one tick."""

import asyncio
import contextlib
import logging

import asyncpg
from sqlalchemy.engine import make_url

log = logging.getLogger("pols.wakes")


class Wakes:
    """Sets events: `left` when a transaction left work, and those of `moved` too when the clock was moved."""

    def __init__(self, url: str, *, left: list[asyncio.Event], moved: list[asyncio.Event]) -> None:
        self._url = make_url(url)
        self._left, self._moved = left, moved
        self._lost = asyncio.Event()

    async def listen(self) -> None:
        """Listen until cancelled; reconnect after a second when the database went away."""
        while True:
            with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await self._listen_once()
            log.warning("not listening for wakes; trying again")
            self._hear_all()
            await asyncio.sleep(1)

    async def _listen_once(self) -> None:
        url = self._url
        connection = await asyncpg.connect(
            user=url.username, password=url.password, database=url.database, host=url.query.get("host") or url.host,
            port=int(str(url.query.get("port") or url.port or 5432)),
        )  # fmt: skip
        try:
            self._lost.clear()
            connection.add_termination_listener(lambda _connection: self._lost.set())
            await connection.add_listener("pols_wake", lambda *_: _set(self._left))
            await connection.add_listener("pols_clock", lambda *_: self._hear_all())
            self._hear_all()
            await self._lost.wait()
        finally:
            connection.terminate()

    def _hear_all(self) -> None:
        _set([*self._left, *self._moved])


def _set(events: list[asyncio.Event]) -> None:
    for event in events:
        event.set()
