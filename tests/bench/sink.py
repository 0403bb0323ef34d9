"""A mail server of its own process that takes all mail and keeps only the ids: `python -m tests.bench.sink`.

It prints its port. With `--drop n` it takes one message in n and hangs up without saying so. A line `tell` on its input
makes it print how many different ids it took, how many it took in all, and how often it took the same one at most.
"""

import argparse
import asyncio
import json
import re
import sys
from collections import Counter

from aiosmtpd.smtp import SMTP, Envelope, Session

_ID = re.compile(rb"^X-Pols-Bericht: (\S+)", re.MULTILINE | re.IGNORECASE)


class Sink:
    """What aiosmtpd calls."""

    def __init__(self, drop: int) -> None:
        self.taken: Counter[bytes] = Counter()
        self._drop, self._count = drop, 0

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - theirs
        """Take it; and say so, or not."""
        found = _ID.search(envelope.original_content or b"")
        self._count += 1
        self.taken[found[1] if found else b"without"] += 1
        if self._drop and self._count % self._drop == 0 and isinstance(server.transport, asyncio.Transport):
            server.transport.abort()
        return "250 OK"

    def told(self) -> str:
        """The figures."""
        counts = self.taken.values()
        return json.dumps({"different": len(counts), "all": sum(counts), "most": max(counts, default=0)})


async def serve(drop: int) -> None:
    """Until the input ends."""
    sink, loop = Sink(drop), asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(sink, hostname="sink.invalid", loop=loop), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while await reader.readline():
        print(sink.told(), flush=True)  # noqa: T201
    server.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--drop", type=int, default=0)
    asyncio.run(serve(parser.parse_args().drop))
