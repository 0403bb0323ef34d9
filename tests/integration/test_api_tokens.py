"""Tokens: made and shown once, good for what they say, revoked from the next request; those of systems by the
functional administrator."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from models.casebook.setup import hashed
from models.tables.base import new_id
from models.transactions import unit_of_work
from tests import factories
from tests.conftest import Databases
from tests.doors import Door, own_client
from tests.factories import AHouse
from tests.integration.test_api_referrals import SUBMITTED, message


async def with_token(door: Door, verb: str, path: str, token: str, body: Any = None) -> httpx2.Response:
    return await door.call(verb, path, json=body, headers={"Authorization": f"Bearer {token}"})


async def a_token(door: Door, who: str, **fields: Any) -> dict[str, Any]:
    made: dict[str, Any] = await door.post(who, "/tokens", {"naam": "weeklijst"} | fields)
    return made


def system(door: Door, who: str = "politie") -> dict[str, Any]:
    return {"naam": "bronsysteem", "bereik": "melden", "persoon": str(door.house.person(who))}


async def test_a_token_is_shown_once_and_works_as_its_person(door: Door, db: Databases) -> None:
    made = await a_token(door, "ggz", bereik="alles", dagenGeldig=10)
    me = await with_token(door, "GET", "/mij", made["token"])
    listed = (await door.get("ggz", "/tokens"))["resultaten"]
    mine = next(one for one in listed if one["id"] == made["id"])
    async with db.owner.engine.begin() as connection:
        kept = str((await connection.execute(text("SELECT * FROM api_token WHERE id = :i"), {"i": made["id"]})).one())

    assert me.json()["persoon"]["naam"] == "Ggz Fictief"
    assert (mine["naam"], mine["bereik"]) == ("weeklijst", "alles")
    assert made["token"] not in kept + str(listed)
    assert made["token"].startswith("pols_")


async def test_a_request_that_is_sent_again_makes_no_second_token_and_does_not_tell_the_secret(
    door: Door, db: Databases
) -> None:
    key = {"Idempotency-Key": new_id().hex}
    first = await door.call("POST", "/tokens", "ggz", json={"naam": "eenmaal"}, headers=key)
    again = await door.call("POST", "/tokens", "ggz", json={"naam": "eenmaal"}, headers=key)
    async with unit_of_work(door.house.actors["ggz"], db.web) as work:
        kept = await work.session.scalar(text("SELECT body FROM idempotency_key"))

    assert (first.status_code, again.status_code) == (201, 201)
    assert (again.json()["id"], again.json()["token"]) == (first.json()["id"], None)
    assert first.json()["token"] not in str(kept)


async def test_a_token_that_reads_changes_nothing(door: Door) -> None:
    token = (await a_token(door, "politie", bereik="lezen"))["token"]
    looked = await with_token(door, "GET", "/taken", token)
    for verb, path, body in (
        ("POST", "/aanmeldingen", SUBMITTED), ("POST", "/tokens", {"naam": "x", "bereik": "alles"}),
        ("DELETE", f"/tokens/{new_id()}", None), ("POST", "/meldingen", message()),
    ):  # fmt: skip
        refused = await with_token(door, verb, path, token, body)
        assert (refused.status_code, "alleen lezen" in refused.json()["detail"]) == (403, True), path

    assert looked.status_code == 200


async def test_a_token_of_a_system_delivers_messages_and_does_nothing_else(door: Door) -> None:
    token = (await door.post("beheerder", "/tokens", system(door)))["token"]
    delivered = await with_token(door, "POST", "/meldingen", token, message())
    for verb, path, body in (
        ("GET", "/mij", None), ("GET", "/casussen", None), ("GET", "/tokens", None),
        ("POST", "/aanmeldingen", SUBMITTED), ("POST", "/tokens", {"naam": "x"}),
    ):  # fmt: skip
        refused = await with_token(door, verb, path, token, body)
        assert (refused.status_code, "meldingen" in refused.json()["detail"]) == (403, True), path

    assert delivered.status_code == 201


async def test_only_the_functional_administrator_gives_a_system_a_token_and_names_who_answers(door: Door) -> None:
    await door.refused("politie", "/tokens", system(door), 403)
    await door.refused("manager", "/tokens", system(door), 403)
    unnamed = await door.refused("beheerder", "/tokens", system(door) | {"persoon": None}, 400)
    of_house = await door.refused("beheerder", "/tokens", system(door, "triagist"), 400)
    await door.refused("beheerder", "/tokens", system(door) | {"persoon": str(new_id())}, 404)

    assert [one["veld"] for one in unnamed["velden"] + of_house["velden"]] == ["persoon", "persoon"]


async def test_nobody_makes_a_token_in_the_name_of_somebody_else(door: Door) -> None:
    await door.refused("beheerder", "/tokens", system(door) | {"bereik": "alles"}, 403)
    await door.refused("politie", "/tokens", system(door, "om") | {"bereik": "lezen"}, 403)


async def test_the_database_refuses_it_as_well(db: Databases, house: AHouse) -> None:
    insert = text(
        "INSERT INTO api_token (id, house_id, person_id, token_hash, name, scope, made_at, made_by, expires_at)"
        " VALUES (gen_random_uuid(), :h, :p, :t, '', :s, now(), :m, now() + interval '1 day')"
    )
    own = house.person("politie")
    for holder, maker, scope in (("om", own, "alles"), ("politie", house.person("om"), "alles"), ("om", own, "melden")):
        with pytest.raises(DBAPIError, match="row-level security"):
            async with unit_of_work(house.actors["politie"], db.web) as work:
                facts = {"h": house.id, "p": house.person(holder), "t": hashed(new_id().hex), "s": scope, "m": maker}
                await work.session.execute(insert, facts)


@pytest.mark.parametrize("days", [0, 366, -1])
async def test_a_token_lasts_a_year_at_most(door: Door, days: int) -> None:
    refused = await door.refused("ggz", "/tokens", {"naam": "lang", "dagenGeldig": days}, 400)

    assert [one["veld"] for one in refused["velden"]] == ["dagenGeldig"]


async def test_a_token_ends_on_its_day(own_db: Databases) -> None:
    house = await factories.a_house(own_db.owner)
    async with own_client(own_db) as client:
        door = Door(client, house)
        token = (await a_token(door, "ggz", dagenGeldig=1))["token"]
        before = await with_token(door, "GET", "/mij", token)
        await own_db.shift(timedelta(days=1).total_seconds())

        assert (before.status_code, (await with_token(door, "GET", "/mij", token)).status_code) == (200, 401)


async def test_a_revoked_token_is_good_for_nothing_from_the_next_request(door: Door) -> None:
    made = await a_token(door, "ggz")
    gone = await door.call("DELETE", f"/tokens/{made['id']}", "ggz")
    after = await with_token(door, "GET", "/mij", made["token"])
    again = await door.call("DELETE", f"/tokens/{made['id']}", "ggz")
    left = (await door.get("ggz", "/tokens"))["resultaten"]

    assert (gone.status_code, after.status_code, again.status_code) == (204, 401, 409)
    assert made["id"] not in {one["id"] for one in left}


async def test_who_sees_and_revokes_a_token(door: Door) -> None:
    own = (await a_token(door, "politie"))["id"]
    of_system = (await door.post("beheerder", "/tokens", system(door)))["id"]
    seen = {
        who: {one["id"] for one in (await door.get(who, "/tokens"))["resultaten"]} & {own, of_system}
        for who in ("politie", "om", "beheerder", "manager")
    }
    refused = [
        (await door.call("DELETE", f"/tokens/{token}", who)).status_code
        for who, token in (("om", own), ("beheerder", own), ("om", of_system))
    ]
    revoked = await door.call("DELETE", f"/tokens/{of_system}", "beheerder")

    assert seen == {"politie": {own, of_system}, "om": set(), "beheerder": {of_system}, "manager": set()}
    assert (refused, revoked.status_code) == ([404] * 3, 204)


async def test_when_a_token_was_last_used_is_written_once_a_day(own_db: Databases) -> None:
    house = await factories.a_house(own_db.owner)
    seen = []
    async with own_client(own_db) as client:
        door = Door(client, house)
        made = await a_token(door, "ggz", dagenGeldig=300)
        for days in (0, 0, 1):
            await own_db.shift(timedelta(days=days).total_seconds())
            await with_token(door, "GET", "/mij", made["token"])
            async with own_db.owner.engine.begin() as connection:
                row = await connection.execute(
                    text("SELECT last_used_on, xmin::text FROM api_token WHERE id = :i"), {"i": made["id"]}
                )
                seen.append(tuple(row.one()))

    assert seen[0] == seen[1] != seen[2]
    assert seen[2][0] - seen[0][0] == timedelta(days=1)


async def test_what_happens_to_tokens_is_in_the_log(door: Door, db: Databases) -> None:
    made = await door.post("beheerder", "/tokens", system(door))
    await door.call("DELETE", f"/tokens/{made['id']}", "beheerder")
    async with unit_of_work(door.house.actors["privacy"], db.web) as work:
        lines = await work.session.execute(
            text("SELECT action, person_id, facts->>'scope' FROM audit_line WHERE object_id = :i ORDER BY id"),
            {"i": made["id"]},
        )
        found = [tuple(row) for row in lines]

    admin = door.house.person("beheerder")
    assert found == [("token gemaakt", admin, "melden"), ("token ingetrokken", admin, None)]
