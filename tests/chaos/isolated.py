"""A whole stack in a place without a network, through a small case; run by `test_egress.py` under `unshare --net`.

Prints what the kernel counted: how often anybody here tried to reach an address to which there is no road.
"""

import asyncio
import contextlib
import fcntl
import json
import socket
import struct
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import text

from deployments.stack import Stack
from models.words import Phase
from tests import factories
from tests.conftest import connected

SIOCGIFFLAGS, SIOCSIFFLAGS, UP = 0x8913, 0x8914, 0x1
OWED = "EXISTS (SELECT FROM journal_entry WHERE done_at IS NULL)"
UNSENT = "EXISTS (SELECT FROM outbox WHERE sent_at IS NULL)"


def lo_up() -> None:
    """Loopback is down in a new place."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh", b"lo", 0)
        flags = struct.unpack("16sh", fcntl.ioctl(any_socket, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh", b"lo", flags | UP))


def interfaces() -> list[str]:
    """Every network interface that there is here."""
    return [line.split(":")[0].strip() for line in Path("/proc/net/dev").read_text().splitlines()[2:]]


def without_road() -> int:
    """How often a connection or a packet to elsewhere was tried, by the kernel's own count (IPv4 and IPv6)."""
    names, values = [line.split() for line in Path("/proc/net/snmp").read_text().splitlines() if line[:3] == "Ip:"]
    count = int(values[names.index("OutNoRoutes")])
    six = Path("/proc/net/snmp6")
    lines = [line.split() for line in six.read_text().splitlines()] if six.exists() else []
    return count + sum(int(value) for name, value in lines if name == "Ip6OutNoRoutes")


def try_to_leave() -> None:
    """What telemetry would do: a look at a name server and a connection; the count must see it."""
    for kind, place in ((socket.SOCK_STREAM, ("192.0.2.1", 443)), (socket.SOCK_DGRAM, ("192.0.2.53", 53))):
        with socket.socket(socket.AF_INET, kind) as out, contextlib.suppress(OSError):
            out.connect(place)


async def through_a_case(state: Path) -> dict[str, Any]:
    """Start everything, take a case from report to regie, let its mail be sent, stop."""
    stack = await Stack.begin(state, durable=False)
    try:
        await stack.catch_mail()
        await stack.serve()
        await stack.start_engine()
        databases = connected(stack.server, stack.database)
        house = await factories.a_house(databases.owner)
        await stack.start_worker(POLS_TICK_SECONDS="0.5")
        await factories.a_case(databases.web, house, Phase.REGIE)
        async with asyncio.timeout(120):
            while await _owes(databases):
                pass
        await databases.close()
        return _looked_at(stack)
    finally:
        await stack.stop()


def _looked_at(stack: Stack) -> dict[str, Any]:
    """What the processes of the stack were told, and what came of it."""
    assert stack.mail is not None
    assert stack.api is not None
    assert stack.prefect is not None
    env = Path(f"/proc/{stack.api.pid}/environ").read_bytes()
    pids = [stack.api.pid, stack.prefect.pid, *(one.pid for one in stack.workers)]
    lines = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in pids]
    return {
        "mails": len(stack.mail.messages),
        "prefect in the api": b"PREFECT_" in env or b"pols_prefect" in env,
        "addresses on command lines": sum(b"postgresql" in line for line in lines),
    }


async def _owes(databases: Any) -> bool:
    async with databases.engine.engine.connect() as connection:
        return bool(await connection.scalar(text(f"SELECT {OWED} OR {UNSENT} FROM pg_sleep(0.2)")))


def main() -> None:
    """Run the case and print what came of it."""
    lo_up()
    before = without_road()
    found = asyncio.run(through_a_case(Path(sys.argv[1])))
    found |= {"interfaces": interfaces(), "tried": without_road() - before}
    try_to_leave()
    print(json.dumps(found | {"seen when tried": without_road() - before - found["tried"]}))  # noqa: T201


if __name__ == "__main__":
    main()
