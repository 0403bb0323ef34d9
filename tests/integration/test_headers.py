"""Every answer of every address carries the whole set of headers: walked over the routes of both applications."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from api.app import create_app
from api.middleware import EVERYWHERE
from api.security_txt import SecurityContact
from api.ways import Ways
from api.workplace import files
from api.workplace.app import create_workplace
from models.words import Phase
from tests import factories
from tests.conftest import Databases
from tests.factories import AHouse

CONTACT = SecurityContact(("mailto:pols@pols.example",), datetime(2030, 1, 1, tzinfo=UTC), "https://pols.example/x")
DIRECTIVES = {
    "default-src": "'none'", "object-src": "'none'", "base-uri": "'none'", "frame-ancestors": "'none'",
}  # fmt: skip
PLACE = re.compile(r"\{[^}]*\}")
VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")


def lacking(answer: httpx2.Response) -> list[str]:
    """What an answer should carry and does not."""
    headers = answer.headers
    wrong = [name for name, value in EVERYWHERE.items() if headers.get(name) != value and name != "Cache-Control"]
    policy = dict(part.strip().partition(" ")[::2] for part in headers.get("content-security-policy", "").split(";"))
    wrong += [name for name, value in DIRECTIVES.items() if policy.get(name) != value]
    wrong += [name for name in ("script-src", "style-src") if "unsafe" in policy.get(name, "")]
    is_kept = headers.get("cache-control") == "public, max-age=31536000, immutable" and answer.url.path[:7] == "/stijl/"
    wrong += [] if is_kept or headers.get("cache-control") == "no-store" else ["Cache-Control"]
    opens = answer.url.path == "/v1/openapi.json" and answer.status_code == 200
    wrong += ["CORS"] if "access-control-allow-origin" in headers and not opens else []
    return wrong + (["Server"] if "server" in headers or "x-powered-by" in headers else [])


def routes(app: Any) -> Iterator[tuple[str, str]]:
    """Every address of an application with one verb that it knows, the mounted ones with it."""
    for one in app.routes:
        if isinstance(one, Mount):
            inner: Any = one.app
            while not isinstance(inner, FastAPI | Starlette):
                inner = inner.app
            yield from ((verb, one.path.rstrip("/") + path) for verb, path in routes(inner))
            published = getattr(inner.state, "document", {"paths": {}})["paths"]
            for path, verbs in published.items():
                yield from ((verb.upper(), one.path + PLACE.sub(str(uuid4()), path)) for verb in verbs)
        elif isinstance(one, Route):
            yield from ((verb, PLACE.sub(str(uuid4()), one.path)) for verb in sorted(one.methods or ()))


@asynccontextmanager
async def knocking(app: Any, **options: Any) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=app, **options)
    async with httpx2.AsyncClient(transport=transport, base_url="https://pols.example") as client:
        yield client


async def test_every_address_answers_everybody_with_the_whole_set(
    db: Databases, house: AHouse, record_property: Any
) -> None:
    app = create_app(db.web, Ways(token_form=True), contact=CONTACT)
    known = sorted(set(routes(app)))
    somebody = {"Authorization": f"Bearer {house.tokens['regisseur']}"}
    whole, seen = set(), dict[int, int]()
    async with knocking(app) as client:
        for verb, path in known:
            answers = [
                await client.request(verb, path),
                await client.request(verb, path, headers=somebody),
                await client.request(verb, path, headers=somebody | {"Content-Type": "application/json"}, content=b"{"),
                *[await client.request(other, path) for other in VERBS],
                await client.request(verb, path + "/nergens"),
            ]
            for one in answers:
                assert lacking(one) == [], (verb, path, one.status_code)
                seen[one.status_code] = seen.get(one.status_code, 0) + 1
            whole.add((verb, path))

    assert len(whole) > 70
    assert {200, 303, 400, 401, 404, 405} <= seen.keys()
    record_property("routes with the whole set", f"{len(whole)} of {len(known)}; answers {sum(seen.values())}: {seen}")


async def test_what_somebody_reads_carries_it_too(db: Databases, house: AHouse) -> None:
    story = await factories.a_case(db.web, house, Phase.MONITORING)
    app = create_app(db.web, Ways(token_form=True))
    async with knocking(app) as client:
        signed_in = await client.post("/aanmelden", data={"token": house.tokens["regisseur"]})
        pages = [await client.get(path) for path in ("/", "/casussen", f"/casussen/{story.case_id}")]
        key = {"Authorization": f"Bearer {house.tokens['regisseur']}"}
        read = [await client.get(f"/v1/casussen/{story.case_id}{more}", headers=key) for more in ("", "/tijdlijn")]

    assert [one.status_code for one in (signed_in, *pages, *read)] == [303, *[200] * 5]
    assert [lacking(one) for one in (signed_in, *pages, *read)] == [[]] * 6


class Broken:
    """A database that fails in words that nobody may see."""

    brake = None

    @property
    def engine(self) -> Any:
        raise RuntimeError("SELECT geheim FROM person")


@pytest.mark.parametrize("path", ["/v1/mij", "/gezondheid", "/"])
async def test_an_error_of_ours_carries_it_too_and_goes_no_further(path: str, caplog: pytest.LogCaptureFixture) -> None:
    app = create_app(Broken(), Ways(token_form=True))  # type: ignore[arg-type]  # that is the fault
    async with knocking(app, raise_app_exceptions=True) as client:
        client.cookies.set("pols_sessie", "x" * 43)
        answer = await client.get(path, headers={"Authorization": "Bearer pols_x"})

    if path != "/":  # the workplace asks what its database is before it asks anything of it
        assert answer.status_code == 500
    assert lacking(answer) == []
    assert "geheim" not in answer.text + caplog.text


async def test_a_body_that_is_too_large_or_json_that_is_too_deep_is_answered_with_it(
    db: Databases, house: AHouse
) -> None:
    key = {"Authorization": f"Bearer {house.tokens['politie']}", "Content-Type": "application/json"}
    async with knocking(create_app(db.web, Ways(token_form=True))) as client:
        answers = [
            await client.post("/v1/aanmeldingen", headers=key, content=b" " * 1_000_001),
            await client.post("/v1/aanmeldingen", headers=key, content=b"[" * 1_000),
            await client.post("/aanmelden", data={"token": "x" * 1_000_001}),
        ]

    assert [one.status_code for one in answers] == [413, 400, 413]
    assert [lacking(one) for one in answers] == [[]] * 3
    assert [one.headers.get("connection") for one in answers] == ["close", None, "close"]


async def test_each_page_has_a_nonce_of_its_own_and_no_style_or_script_within(db: Databases, house: AHouse) -> None:
    story = await factories.a_case(db.web, house, Phase.MONITORING)
    async with knocking(create_workplace(db.web, Ways(token_form=True))) as client:
        await client.post("/aanmelden", data={"token": house.tokens["regisseur"]})
        answers = [await client.get(path) for path in ("/", "/", f"/casussen/{story.case_id}", "/casussen", "/nergens")]

    nonces = {re.search(r"'nonce-([\w-]{20,})'", one.headers["content-security-policy"])[1] for one in answers}  # type: ignore[index]
    assert len(nonces) == len(answers)
    for one in answers:
        assert not re.search(r"\sstyle=|<style|<script(?! src=)|\son[a-z]+=|javascript:", one.text), one.url


async def test_a_style_sheet_is_kept_only_when_it_was_asked_for_by_what_it_holds(db: Databases) -> None:
    async with knocking(create_workplace(db.web, Ways(token_form=True))) as client:
        answers = [
            await client.get(path) for path in (files.address("pols.css"), "/stijl/pols.css", "/stijl/pols.css?v=0")
        ]
        page = (await client.get("/aanmelden")).text

    assert [one.headers["cache-control"] for one in answers] == [
        "public, max-age=31536000, immutable",
        *["no-store"] * 2,
    ]
    assert len({one.content for one in answers}) == 1
    assert files.address("pols.css") in page


async def test_nobody_from_elsewhere_is_let_in_but_to_the_document(db: Databases) -> None:
    elsewhere = {"Origin": "https://elders.example", "Access-Control-Request-Method": "GET"}
    async with knocking(create_app(db.web, Ways(token_form=True))) as client:
        found = {
            (verb, path)
            for verb, path in sorted(set(routes(create_app(db.web, Ways(token_form=True)))))
            for answer in (
                await client.request(verb, path, headers=elsewhere),
                await client.request("OPTIONS", path, headers=elsewhere),
            )
            if "access-control-allow-origin" in answer.headers
        }

    assert {path for _, path in found} == {"/v1/openapi.json"}
