"""Idempotency keys: a request that is sent again is done once and answered alike."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from models.actors import ENGINE
from models.casebook import once
from models.transactions import unit_of_work
from tests.conftest import Databases
from tests.doors import Door, rows
from tests.integration.test_api_referrals import SUBMITTED, a_draft

KEY = {"Idempotency-Key": "7c0f6a3e-2f7d-4d53-8a5c-0f9d5f1c1b2a"}


async def send(door: Door, path: str, who: str = "politie", **options: Any) -> Any:
    return await door.call("POST", path, who, **{"headers": KEY} | options)


async def test_a_request_that_is_sent_again_is_done_once_and_answered_alike(door: Door, db: Databases) -> None:
    first = await send(door, "/aanmeldingen", json=SUBMITTED)
    between = await rows(db, door.house)

    again = await send(door, "/aanmeldingen", json=SUBMITTED)

    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert again.headers["location"] == first.headers["location"]
    assert (first.headers.get("idempotency-replayed"), again.headers["idempotency-replayed"]) == (None, "true")
    assert await rows(db, door.house) == between
    assert len((await door.get("politie", "/aanmeldingen"))["resultaten"]) == 1


async def test_of_many_at_once_one_is_done_and_all_get_its_answer(door: Door) -> None:
    answers = await asyncio.gather(*(send(door, "/aanmeldingen", json=SUBMITTED) for _ in range(5)))

    assert {one.status_code for one in answers} == {201}
    assert len({one.json()["id"] for one in answers}) == 1
    assert len((await door.get("politie", "/aanmeldingen"))["resultaten"]) == 1


async def test_a_key_means_one_request(door: Door) -> None:
    await send(door, "/aanmeldingen", json=SUBMITTED)

    other_body = await send(door, "/aanmeldingen", json=SUBMITTED | {"reden": "iets anders"})
    other_path = await send(door, "/meldingen", json=SUBMITTED)

    assert other_body.status_code == 409
    assert "kies een nieuwe" in other_body.json()["detail"]
    assert other_path.status_code in {400, 409}
    assert len((await door.get("politie", "/aanmeldingen"))["resultaten"]) == 1


async def test_a_key_is_of_one_person(door: Door) -> None:
    mine = await send(door, "/aanmeldingen", json=SUBMITTED)
    theirs = await send(door, "/aanmeldingen", "ggz", json=SUBMITTED)

    assert mine.json()["id"] != theirs.json()["id"]


async def test_what_was_refused_may_be_sent_again_with_the_same_key(door: Door) -> None:
    draft_id = await a_draft(door, reden="")
    refused = await send(door, f"/aanmeldingen/{draft_id}/indieningen")
    await door.call("PUT", f"/aanmeldingen/{draft_id}", "politie", json=SUBMITTED)

    submitted = await send(door, f"/aanmeldingen/{draft_id}/indieningen")

    assert (refused.status_code, submitted.status_code) == (400, 201)


@pytest.mark.parametrize("key", ["kort", "x" * 201, "met spatie erin"])
async def test_a_key_that_is_none_is_refused(door: Door, key: str) -> None:
    answer = await send(door, "/aanmeldingen", json=SUBMITTED, headers={"Idempotency-Key": key})

    assert answer.status_code == 400
    assert [one["veld"] for one in answer.json()["velden"]] == ["Idempotency-Key"]


async def test_an_answer_without_content_is_repeated_without_content(door: Door) -> None:
    series = {"soort": "triageoverleg", "titel": "Triage", "weekdag": 1, "tijd": "09:30:00", "vanaf": "2026-11-02"}
    made = await door.post("triagist", "/overlegreeksen", series)
    path = f"/overlegreeksen/{made['id']}/beeindigingen"

    answers = [await send(door, path, "triagist", json={"tot": "2027-01-01"}) for _ in range(2)]

    assert [(one.status_code, one.content) for one in answers] == [(204, b"")] * 2


async def test_after_a_day_a_key_is_free_again_and_its_answer_is_gone(door: Door, db: Databases) -> None:
    first = await send(door, "/aanmeldingen", json=SUBMITTED)
    async with unit_of_work(ENGINE, db.engine) as work:
        await once.forget(work, work.now + timedelta(hours=25))

    later = await send(door, "/aanmeldingen", json=SUBMITTED)

    assert later.json()["id"] != first.json()["id"]
