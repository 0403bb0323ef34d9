"""No answer and no line of a log says how we are made: whatever is sent, and whatever goes wrong."""

import logging
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import exc
from starlette.routing import Mount

from api.app import create_app
from api.ways import Ways
from models.tables import Base
from models.transactions import Database
from tests.conftest import Databases
from tests.factories import AHouse
from tests.integration.test_headers import knocking, routes

CANARY = "Kanarievogel 999990093"
STATEMENT = "SELECT person.name FROM person WHERE person.bsn = '999990093'"
TABLES = "|".join(sorted(name for name in Base.metadata.tables if "_" in name))
INSIDE = re.compile(
    r"Traceback|File \"|\bline \d+\b|\bSELECT\b|\bINSERT\b|/var/|/usr/|/home/|\b[A-Z]\w+Error\b"
    rf"|(?i:asyncpg|sqlalchemy|pydantic|starlette|fastapi|\.py\b|row-level|permission denied|sqlstate|{CANARY})"
    rf"|\b({TABLES})\b"
)


class _Cause(Exception):
    sqlstate = "42P01"


FAULTS = {
    "a mistake": RuntimeError(f"/usr/lib/x.py line 3: {CANARY}"),
    "a key": KeyError(CANARY),
    "a value": ValueError(CANARY),
    "a lookup": AttributeError(f"{CANARY} has no attribute"),
    "a statement": exc.ProgrammingError(STATEMENT, {"bsn": CANARY}, _Cause(f'relation "person" {CANARY}')),
    "a clash": exc.IntegrityError(STATEMENT, {}, _Cause(f"DETAIL: Key (bsn)=({CANARY})")),
    "the network": ConnectionRefusedError(111, f"/var/run/{CANARY}"),
    "the pool": exc.TimeoutError(f"QueuePool limit {CANARY}"),
    "depth": RecursionError(CANARY),
    "memory": MemoryError(CANARY),
    "a text": UnicodeDecodeError("utf-8", CANARY.encode(), 0, 1, CANARY),
    "a moment": OverflowError(CANARY),
}
BODIES: dict[str, bytes] = {
    "nothing": b"", "half": b'{"reden": "', "deep": b"[" * 5_000, "digits": b"9" * 5_000,
    "nul": b'{"reden": "\\u0000"}',
    "no utf-8": b'{"reden": "\xff\xfe"}',
    "a half character": b'{"reden": "\\ud800"}',
    "a list": b"[1,2,3]",
    "names": b"{" + b",".join(b'"%d":1' % one for one in range(500)) + b"}",
    "a name": f'{{"{CANARY}": 1}}'.encode(),
    "a template": b'{"reden": "{{7*7}}${7*7}<%= 7*7 %>"}', "not a number": b'{"aantal": NaN}',
}  # fmt: skip


class Faulty(Database):
    """A database that fails in one way, wherever it is asked for something."""

    def __init__(self, fault: Exception) -> None:
        self.fault = fault

    @property
    def engine(self) -> Any:  # type: ignore[override]  # that is the fault
        raise self.fault


def applications(app: Any) -> Iterator[Any]:
    """An application and those that are mounted in it."""
    yield app
    for one in app.routes:
        inner: Any = one.app if isinstance(one, Mount) else None
        while inner is not None and not hasattr(inner, "state"):
            inner = inner.app
        if inner is not None:
            yield inner


@asynccontextmanager
async def failing(db: Databases, fault: Exception) -> AsyncIterator[httpx2.AsyncClient]:
    """The doors on a pool that fails; what is raised past them fails the test."""
    app = create_app(db.web, Ways(token_form=True))
    for one in applications(app):
        one.state.database = Faulty(fault)
    async with knocking(app) as client:
        yield client


def told(answer: httpx2.Response) -> list[str]:
    """What an answer says about our insides; what was sent may come back in the name of a field or a path."""
    said = answer.text + "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
    return [one[0] for one in INSIDE.finditer(said)]


@pytest.mark.parametrize("fault", FAULTS)
async def test_whatever_goes_wrong_nobody_reads_how(
    db: Databases, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "pols")
    statuses = set()
    async with failing(db, FAULTS[fault]) as client:
        client.cookies.set("pols_sessie", "x" * 43)
        for verb, path in sorted(set(routes(create_app(db.web, Ways(token_form=True))))):
            answer = await client.request(verb, path, headers={"Authorization": "Bearer pols_x"})
            statuses.add(answer.status_code)
            assert path.startswith("/stijl/") or told(answer) == [], (verb, path)  # what is vendored says nothing of us

    assert statuses & {500, 503, 400, 409}
    lines = [one.getMessage() for one in caplog.records if one.name.startswith(("pols", "uvicorn"))]
    assert [one for one in lines if CANARY in one or STATEMENT in one] == []
    assert [one for one in caplog.records if one.exc_info and one.name.startswith(("pols", "uvicorn"))] == []


@pytest.mark.parametrize("body", BODIES)
async def test_whatever_is_sent_nobody_reads_how_it_went_wrong(db: Databases, house: AHouse, body: str) -> None:
    statuses = set()
    headers = {"Authorization": f"Bearer {house.tokens['politie']}", "Content-Type": "application/json"}
    async with knocking(create_app(db.web, workplace=False)) as client:
        for verb, path in sorted(set(routes(create_app(db.web, workplace=False)))):
            if verb not in {"POST", "PUT"}:
                continue
            answer = await client.request(verb, path, headers=headers, content=BODIES[body])
            statuses.add(answer.status_code)
            assert answer.status_code < 500, (verb, path, answer.text)
            found = [one for one in told(answer) if one.lower() != CANARY.lower()]
            assert found == [], (verb, path, answer.text)

    assert 400 in statuses


@pytest.mark.parametrize(
    "path",
    [
        "/v1/casussen/' OR 1=1--", "/v1/casussen/%00", "/v1/casussen/..%2f..%2fetc%2fpasswd", "/v1/casussen?na=%00",
        "/v1/casussen?paginaGrootte=99999999999999999999", "/v1/%ff", "/casussen/%00", "/casussen?na=' OR 1--", "/%ff",
        "/casussen?fase=%00", "/?gezegd={{'xy'*4}}", "/stijl/..%2f..%2fapp.py", "/v1/taken?soort[]=x", "/v1//mij",
    ],
)  # fmt: skip
async def test_whatever_is_asked_for_nobody_reads_how_it_went_wrong(db: Databases, house: AHouse, path: str) -> None:
    key = {"Authorization": f"Bearer {house.tokens['regisseur']}"}
    async with knocking(create_app(db.web, Ways(token_form=True))) as client:
        await client.post("/aanmelden", data={"token": house.tokens["regisseur"]})
        answer = await client.get(path, headers=key)

    assert answer.status_code < 500
    assert told(answer) == []
    assert "xyxyxyxy" not in answer.text


async def test_a_line_about_access_has_no_query_and_no_name_and_cannot_be_forged(
    db: Databases, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "pols.access")
    case = uuid4()
    async with knocking(create_app(db.web, Ways(token_form=True))) as client:
        await client.get("/v1/mij?token=geheim")
        await client.get("/nergens%0a2026 GET /v1/mij 200")
        await client.get(f"/v1/casussen/{case}")
        await client.get("/v1/casussen/Hendrik B.?toon=alles")
        await client.get("/stijl/pols.css")

    lines = [one.getMessage() for one in caplog.records if one.name == "pols.access"]
    assert lines == [
        "GET /v1/mij 401", "GET /*/v1/* 404", f"GET /v1/casussen/{case} 401", "GET /v1/casussen/* 401",
        "GET /stijl/pols.css 200",
    ]  # fmt: skip
