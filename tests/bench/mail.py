"""Draining a full outbox through the loop of a worker, beside plain Apprise that sends one mail after the other; and
what a mail server that does not always say what it took makes of it."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import quote

from deployments.deliver import Post
from deployments.processes import leashed
from models import transactions
from tasks.mail import Relay
from tests import factories
from tests.bench.ground import Ground
from tests.bench.report import Row, at_most, compared, reported
from tests.conftest import Databases

PEOPLE = 500
_DROPS = 50  #: one in so many is taken without a word, also of what is sent again
_FILL = """
    INSERT INTO person SELECT (jsonb_populate_record(CAST(NULL AS person), to_jsonb(p) || jsonb_build_object(
        'id', gen_random_uuid(), 'email', 'persoon' || n || '@partner.example', 'name', 'Persoon ' || n))).*
      FROM generate_series(1, {people}) AS n, (SELECT * FROM person WHERE 'partnercontact' = ANY (roles) LIMIT 1) AS p;
    INSERT INTO outbox (id, house_id, key, recipient_id, template, case_ids, lines, created_at, next_try_at, tries)
      SELECT gen_random_uuid(), p.house_id, '{key}' || n, p.id, 'uitkomst', '{{}}',
        jsonb_build_array(jsonb_build_object('casus', 'ZVH-2026-' || lpad(n::text, 5, '0'))),
        now() - interval '1 day' + make_interval(secs => n), now() - interval '1 day', 0
      FROM generate_series(1, {most}) AS n
      JOIN (SELECT *, row_number() OVER (ORDER BY email) AS nth FROM person WHERE email LIKE 'persoon%') AS p
        ON p.nth = 1 + n % {people};
"""


@dataclass
class Sink:
    """A mail server in a process of its own."""

    process: asyncio.subprocess.Process
    port: int

    async def figures(self) -> dict[str, int]:
        """What it took."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(b"tell\n")
        found: dict[str, int] = json.loads(await self.process.stdout.readline())
        return found


@asynccontextmanager
async def sink(*arguments: str) -> AsyncIterator[Sink]:
    """One that takes all mail."""
    command = leashed((sys.executable, "-m", "tests.bench.sink", *arguments))
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        yield Sink(process, int(await process.stdout.readline()))
    finally:
        process.kill()
        await process.wait()


async def measure(ground: Ground) -> list[Row]:
    """The rows of this group."""
    most, few = ground.size(10_000, 300), ground.size(5_000, 200)
    async with ground.database("bench_mail") as (_stack, databases):
        await factories.a_house(databases.owner)
        transactions.use(databases.engine)
        try:
            rate = await _drained(ground, databases, most)
            doubled = await _unsure(ground, databases, few)
        finally:
            transactions.use(None)
    row = reported(f"{most:,} queued messages sent, each once, to {min(PEOPLE, most)} people", rate, "/s")
    plain = await _plainly(ground.size(500, 40))
    return [
        compared(row, f"Apprise's mailto, one after the other: {plain:.0f}/s", rate / plain, 3),
        at_most("doubled of 1,000 when one in 50 is taken without a word; none lost", doubled, "", 1000 / (_DROPS - 1)),
    ]


async def _fill(ground: Ground, databases: Databases, key: str, most: int) -> None:
    people = PEOPLE if key == "a" else 0
    fill = _FILL.format(key=key, most=most, people=PEOPLE)
    await ground.sql(databases.name, fill if people else fill.partition(";")[2])
    await ground.sql(databases.name, "VACUUM (ANALYZE)")


async def _drained(ground: Ground, databases: Databases, most: int) -> float:
    await _fill(ground, databases, "a", most)
    async with sink() as server:
        post = Post(Relay("127.0.0.1", server.port, "pols@huis.example"), "https://pols.example")
        began = time.perf_counter()
        while await post.deliver():
            pass
        took = time.perf_counter() - began
        await post.aclose()
        figures = await server.figures()
    _must(ground, "drained", figures == {"different": most, "all": most, "most": 1}, figures)
    return most / took


async def _unsure(ground: Ground, databases: Databases, most: int) -> float:
    """How many of a thousand messages somebody gets twice."""
    await _fill(ground, databases, "b", most)
    async with sink("--drop", str(_DROPS)) as server:
        post = Post(Relay("127.0.0.1", server.port, "pols@huis.example"), "https://pols.example")
        for _ in range(12):  # the retries come a minute later and later
            while await post.deliver():
                pass
            await databases.shift(3600)
        await post.aclose()
        figures = await server.figures()
    _must(ground, "unsure", figures["different"] == most, figures)
    return 1000 * (figures["all"] - most) / most


def _must(ground: Ground, what: str, holds: bool, figures: dict[str, int]) -> None:  # noqa: FBT001
    if not holds:
        ground.failures.append(f"mail {what}: lost or doubled, {figures}")


async def _plainly(count: int) -> float:
    """Apprise as anybody would use it: an address per recipient, a connection per mail."""
    from apprise import Apprise, AppriseAsset, NotifyFormat  # noqa: PLC0415

    text = "Er staat een taak voor u klaar. Open Pols: https://pols.example\n" * 4
    async with sink() as server:
        began = time.perf_counter()
        for nth in range(count):
            to = quote(f"persoon{nth}@partner.example", safe="")
            apprise = Apprise(asset=AppriseAsset(secure_logging=True))
            apprise.add(
                f"mailto://127.0.0.1:{server.port}?from=pols%40huis.example&to={to}&smtp=127.0.0.1&mode=insecure&format=text"
            )
            assert await apprise.async_notify(body=text, title="Pols", body_format=NotifyFormat.TEXT, timeout=30)
        return count / (time.perf_counter() - began)
