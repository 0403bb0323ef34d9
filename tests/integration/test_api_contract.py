"""The rules of the interface itself: versions, headers, problems, sizes and the committed document."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import exc

from api.app import create_app, create_v1
from api.middleware import HEADERS
from api.openapi import COMMITTED, document, written
from api.problems import STATUS, explain_problems
from api.wire import BASE
from models.refusals import Refusal
from models.transactions import Database
from tests.conftest import Databases
from tests.doors import Door


def _refusals(kind: type[Refusal] = Refusal) -> set[type[Refusal]]:
    return {found for one in kind.__subclasses__() for found in {one} | _refusals(one)}


def test_every_refusal_has_a_status() -> None:
    assert _refusals() == set(STATUS)


def test_the_committed_document_is_the_one_we_serve() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == written(create_v1()), "run: python -m api.openapi"


def _answers() -> list[tuple[str, str, dict[str, Any]]]:
    paths = document(create_v1())["paths"]
    return [
        (f"{verb} {path}", status, answer)
        for path, verbs in paths.items() for verb, operation in verbs.items()
        for status, answer in operation["responses"].items()
    ]  # fmt: skip


def test_the_document_promises_problems_and_versions_and_no_422() -> None:
    assert _answers(), "no answers found: this test would guard nothing"
    for name, status, answer in _answers():
        assert status != "422", name
        if status < "400":
            assert "API-Version" in answer["headers"], name
        else:
            assert list(answer["content"]) == ["application/problem+json"], name
    schemas = document(create_v1())["components"]["schemas"]
    assert not {"HTTPValidationError", "ValidationError"} & schemas.keys()
    assert {"status", "title", "detail"} <= set(schemas["Foutmelding"]["required"])


def test_the_document_declares_the_headers_that_are_sent_when_there_is_reason_to() -> None:
    operations = [one for verbs in document(create_v1())["paths"].values() for one in verbs.items()]
    assert operations, "no operations found: this test would guard nothing"
    for verb, operation in operations:
        names = {one["name"] for one in operation.get("parameters", [])}
        sent = set[str]().union(*(one.get("headers", {}) for one in operation["responses"].values()))
        assert ("na" in names) == ("Link" in sent), operation["operationId"]
        assert ("Idempotency-Key" in names) == ("Idempotency-Replayed" in sent), operation["operationId"]
        assert "Idempotency-Key" not in names or verb == "post", operation["operationId"]


def test_where_a_post_takes_no_key_the_document_says_why() -> None:
    posts = [verbs["post"] for verbs in document(create_v1())["paths"].values() if "post" in verbs]
    without = [one for one in posts if "Idempotency-Key" not in {each["name"] for each in one.get("parameters", [])}]

    assert {one["operationId"] for one in without} == {"askSupport", "drawUp"}
    assert all("Idempotency-Key" in one["description"] for one in without)


def test_names_on_the_wire_are_camel_case_without_underscores() -> None:
    made = document(create_v1())
    fields = {name for schema in made["components"]["schemas"].values() for name in schema.get("properties", {})}
    queries = {
        parameter["name"] for verbs in made["paths"].values() for operation in verbs.values()
        for parameter in operation.get("parameters", []) if parameter["in"] == "query"
    }  # fmt: skip

    assert {name for name in fields | queries if "_" in name or name[0].isupper()} == set()
    assert queries == {
        "fase", "procesregisseur", "gemeente", "thema", "spoed", "paginaGrootte", "na", "afgedaan", "soort", "casus",
        "teLaat", "voor", "status", "beantwoord", "oorzaak", "naam", "vanaf", "aantal", "recht",
        "doel", "tot", "persoon", "handeling", "geweigerd", "organisatie", "rol", "minimaleLeeftijd", "voorbij",
        "staat", "kenmerk", "deel", "van", "onderdeel", "leefgebied", "versie",
    }  # fmt: skip


async def test_the_document_is_open_to_everybody(door: Door) -> None:
    answer = await door.call("GET", "/openapi.json")

    assert answer.json() == json.loads(COMMITTED.read_text(encoding="utf-8"))
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    ("verb", "path", "status"),
    [
        ("GET", "/mij", 200), ("GET", "/nergens", 404), ("PATCH", "/mij", 405), ("GET", "/casussen/x", 400),
        ("GET", "/openapi.json", 200), ("GET", "/casussen/", 404), ("POST", "/aanmeldingen/", 404), ("GET", "/", 404),
    ],
)  # fmt: skip
async def test_every_answer_is_versioned_and_safe(door: Door, verb: str, path: str, status: int) -> None:
    answer = await door.call(verb, path, "politie")

    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert status == 200 or answer.headers["content-type"] == "application/problem+json"


async def test_a_body_of_more_than_a_megabyte_is_refused(door: Door) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b" " * 100_000

    known = await door.call("POST", "/aanmeldingen", "politie", json={"reden": "x" * 1_000_001})
    unknown = await door.call(
        "POST", "/aanmeldingen", "politie", content=parts(), headers={"Content-Type": "application/json"}
    )

    assert (known.status_code, unknown.status_code) == (413, 413)
    assert known.json()["detail"] == "Het bericht is groter dan 1 MB."
    assert known.headers["api-version"] == "1.0.0"


@pytest.mark.parametrize(
    ("body", "kind", "fields"),
    [
        (b"{", "application/json", ["bericht"]), (b"[]", "application/json", ["bericht"]),
        (b"{}", "text/plain", ["bericht"]), (b"", "application/json", ["bericht"]),
    ],
)  # fmt: skip
async def test_what_is_no_json_object_is_named(door: Door, body: bytes, kind: str, fields: list[str]) -> None:
    answer = await door.call("POST", "/aanmeldingen", "politie", content=body, headers={"Content-Type": kind})

    assert answer.status_code == 400
    assert [one["veld"] for one in answer.json()["velden"]] == fields


async def test_a_text_that_cannot_be_kept_is_refused_without_the_words_of_the_database(door: Door) -> None:
    answer = await door.call("POST", "/aanmeldingen", "politie", json={"reden": "nul\u0000teken"})

    assert answer.status_code == 400
    assert "teken" in answer.json()["detail"]
    assert "UTF8" not in answer.text


async def test_a_moment_that_no_calendar_reaches_is_refused(door: Door) -> None:
    question = {"soort": "spoed_geven", "toelichting": "x", "datum": "9999-12-31T23:59:59-14:00"}

    answer = await door.call("POST", "/casussen/0198d2c5-0000-7000-8000-000000000000/besluiten", "om", json=question)

    assert answer.status_code in {400, 404}


class _Cause(Exception):
    sqlstate = "40P01"


@pytest.mark.parametrize(
    ("error", "status", "retry"),
    [
        (exc.IntegrityError("INSERT INTO subject", {"bsn": "999990044"}, ValueError("(999990044)")), 409, None),
        (exc.TimeoutError("QueuePool limit"), 503, "5"), (exc.DBAPIError("UPDATE", {}, _Cause("deadlock")), 503, "5"),
        (ConnectionRefusedError("10.0.0.1"), 503, "5"),
        (exc.DBAPIError("SELECT", {}, ValueError("999990044")), 500, None),
        (RuntimeError("Hendrik B. 999990044"), 500, None),
    ],
)  # fmt: skip
async def test_no_error_shows_rows_queries_or_code(
    error: Exception, status: int, retry: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail() -> None:
        raise error

    app = FastAPI()
    explain_problems(app)
    app.add_api_route("/fout", fail)
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="https://pols.example") as client:
        answer = await client.get("/fout")

    assert (answer.status_code, answer.headers.get("retry-after")) == (status, retry)
    for secret in ("999990044", "Hendrik", "INSERT", "SELECT", "UPDATE", "QueuePool", "10.0.0.1", "Error"):
        assert secret not in answer.text
    assert "999990044" not in caplog.text
    assert status != 500 or type(error).__name__ in caplog.text


async def test_we_are_well_when_the_database_answers(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/gezondheid")

    assert (answer.status_code, answer.json()) == (200, {"status": "gezond"})


async def test_we_are_not_well_without_a_database(tmp_path: Any) -> None:
    nowhere = Database(f"postgresql+asyncpg://pols_web@/pols?host={tmp_path}&port=1", pool_size=1)
    transport = httpx2.ASGITransport(app=create_app(nowhere, workplace=False))
    async with httpx2.AsyncClient(transport=transport, base_url="https://pols.example") as client:
        answers = [
            await client.get("/gezondheid"),
            await client.get(f"{BASE}/mij", headers={"Authorization": "Bearer pols_x"}),
        ]
    await nowhere.close()

    assert [one.status_code for one in answers] == [503, 503]
    assert answers[1].headers["api-version"] == "1.0.0"


async def test_the_web_acts_under_its_own_role(db: Databases) -> None:
    assert db.web.engine.url.username == "pols_web"
