"""Looking for viruses: a file is streamed to a scanner that speaks the protocol of clamd (INSTREAM)."""

import asyncio
import contextlib
import logging
from urllib.parse import urlsplit

from models.refusals import NotScanned

log = logging.getLogger("pols.scanner")
_PART = 65_536
_LONGEST_ANSWER = 4_096
_CLEAN = b"stream: OK"


class Scanner:
    """A scanner at `unix:/run/clamav/clamd.ctl` or `tcp://127.0.0.1:3310`; at most `at_once` files at a time."""

    def __init__(self, address: str, *, seconds: float = 20.0, at_once: int = 2) -> None:
        parts = urlsplit(address)
        if parts.scheme not in {"unix", "tcp"} or (parts.scheme == "tcp" and not (parts.hostname and parts.port)):
            msg = "the scanner is at unix:/path or tcp://host:port"
            raise ValueError(msg)
        self._path = parts.path if parts.scheme == "unix" else ""
        self._host, self._port = parts.hostname, parts.port
        self._seconds, self._slots = seconds, asyncio.Semaphore(at_once)

    async def __call__(self, content: bytes) -> bool:
        """Whether a file is clean. Raises NotScanned when the scanner does not say so in time."""
        try:
            async with asyncio.timeout(self._seconds), self._slots:
                answer = await self._ask(content)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            log.error("the scanner does not answer error=%s", type(error).__name__)  # noqa: TRY400 - no words in a log
            raise NotScanned from None
        if answer == _CLEAN:
            return True
        if answer.endswith(b" FOUND"):
            log.warning("the scanner refused a file")
            return False
        log.error("the scanner gave no verdict")  # a limit of its own, for instance
        raise NotScanned

    async def _ask(self, content: bytes) -> bytes:
        reader, writer = await self._connect()
        try:
            writer.write(b"zINSTREAM\0")
            for start in range(0, len(content), _PART):
                part = content[start : start + _PART]
                writer.write(len(part).to_bytes(4, "big") + part)
                await writer.drain()
            writer.write(bytes(4))
            await writer.drain()
            return (await reader.readuntil(b"\0")).rstrip(b"\0")
        finally:
            writer.transport.abort()  # it has answered, or it will not
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._path:
            return await asyncio.open_unix_connection(self._path, limit=_LONGEST_ANSWER)
        return await asyncio.open_connection(self._host, self._port, limit=_LONGEST_ANSWER)
