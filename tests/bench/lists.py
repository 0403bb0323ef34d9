"""The lists and the dashboard of a house of 50,000 cases, 2,000 of them open, beside 950,000 of others; security on.

Over HTTP, for who sees much and who little. The largest houses of the country take on about a thousand cases a year.
"""

import time

import httpx2

from deployments.stack import Stack
from tests.bench import plans
from tests.bench.ground import Ground, client
from tests.bench.report import Row, at_most, p95
from tests.bench.seed import Cases, seed
from tests.factories import AHouse

BAR = 100.0
FEWEST, PATIENCE = 8, 10.0  # a page that is very slow is not asked for sixty times
PEOPLE = ("regisseur", "manager", "politie", "ggz")
STAFF = ("regisseur", "manager")


async def measure(ground: Ground) -> list[Row]:
    """The rows of this group."""
    others = Cases(ground.size(950_000, 9_500), ground.size(38_000, 475))
    cases = Cases(ground.size(50_000, 500), ground.size(2_000, 25))
    together = others.total + cases.total
    async with ground.database("bench_lists") as (stack, databases):
        await seed(databases, others)
        house = await seed(databases, cases)
        await stack.serve()
        rows: list[Row] = []
        for who in PEOPLE:
            async with client(stack, house, who) as door:
                rows.append(await _row(ground, f"case list, {together:,} cases, {who}", door, "/casussen"))
                if who in STAFF:
                    rows.append(await _row(ground, f"stalled list, {who}", door, "/stagnaties/casussen"))
            async with _visitor(stack) as visitor:
                await _sign_in(visitor, house, who)
                rows.append(await _row(ground, f"dashboard, {who}", visitor, "/"))
        if not ground.quick:
            whole = await plans.write(databases, house, total=cases.total, opened=cases.open)
            ground.failures += [f"reads a large table from end to end: {one}" for one in whole]
        return rows


def _visitor(stack: Stack) -> httpx2.AsyncClient:
    """Somebody with a browser."""
    headers = {"Origin": stack.base_url, "Accept": "text/html"}
    return httpx2.AsyncClient(base_url=stack.base_url, headers=headers, timeout=60, trust_env=False)


async def _sign_in(visitor: httpx2.AsyncClient, house: AHouse, who: str) -> None:
    answer = await visitor.post("/aanmelden", data={"token": house.tokens[who]})
    assert answer.status_code == httpx2.codes.SEE_OTHER


async def _row(ground: Ground, work: str, door: httpx2.AsyncClient, path: str) -> Row:
    for _ in range(3):  # every plan and every page once
        (await door.get(path)).raise_for_status()
    took: list[float] = []
    until = time.perf_counter() + PATIENCE
    while len(took) < ground.size(60, 20) and (len(took) < FEWEST or time.perf_counter() < until):
        began = time.perf_counter()
        answer = await door.get(path)
        took.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == httpx2.codes.OK
    return at_most(f"{work}, p95", p95(took), "ms", BAR)
