"""Somebody who left or moves: out at once, and what they had open goes to a colleague, together and with a reason."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text, update

from models.actors import ENGINE
from models.tables.base import new_id
from models.tables.cases import Case
from models.transactions import unit_of_work
from models.words import DecisionKind as D
from models.words import DutyKind, Phase, Role
from tests.conftest import Databases
from tests.doors import Door, counted
from tests.entering import new_address
from tests.factories import Story, a_case

MOVES = {"reden": "gaat naar een ander huis"}


@pytest.fixture
async def story(db: Databases, door: Door) -> Story:
    """A case in execution, led by the regisseur."""
    return await a_case(db.web, door.house, Phase.MONITORING)


def of(door: Door, who: str, what: str) -> str:
    return f"/personen/{door.house.person(who)}/{what}"


async def hand_over(door: Door, who: str, to: str, status: int = 200, **more: Any) -> Any:
    body = MOVES | {"naar": str(door.house.person(to))} | more
    return await door.post("manager", of(door, who, "overdrachten"), body, status)


async def directors(db: Databases, *stories: Story) -> set[Any]:
    """Who leads these cases, and whose the duties of a regisseur in them are."""
    async with unit_of_work(ENGINE, db.engine) as work:
        ids = {"ids": [one.case_id for one in stories]}
        led = await work.session.scalars(text("SELECT director_id FROM cases WHERE id = ANY (:ids)"), ids)
        owed = await work.session.scalars(
            text("SELECT owner_person_id FROM duty WHERE case_id = ANY (:ids) AND ended_as IS NULL"
                 " AND owner_role = 'procesregisseur'"), ids,
        )  # fmt: skip
        return {*led, *owed}


# Leaving


async def test_who_left_is_out_with_the_next_request_and_has_no_session_left(door: Door, db: Databases) -> None:
    who = door.house.person("regisseur")
    await db.run(
        "INSERT INTO web_session (id, house_id, person_id, secret_hash, opened_at, last_seen_at, expires_at, how)"
        " VALUES (:id, :house, :who, :hash, pols_now(), pols_now(), pols_now() + interval '1 hour', 'token')",
        id=new_id(), house=door.house.id, who=who, hash=new_address().encode(),
    )  # fmt: skip

    await door.post("manager", of(door, "regisseur", "vertrek"), status=204)

    assert (await door.call("GET", "/mij", "regisseur")).status_code == 401
    async with db.owner.engine.begin() as connection:
        left = await connection.scalar(text("SELECT count(*) FROM web_session WHERE person_id = :who"), {"who": who})
    assert left == 0
    assert "Regisseur Fictief" not in (await door.call("GET", "/personen", "manager")).text
    await door.post("beheerder", of(door, "regisseur", "vertrek"), status=204)  # saying it again changes nothing


async def test_ones_own_departure_is_said_by_another(door: Door) -> None:
    await door.refused("manager", of(door, "manager", "vertrek"), None, 409)


@pytest.mark.parametrize("who", ["triagist", "politie", "privacy"])
async def test_only_who_keeps_the_people_of_the_house_says_that_somebody_left(door: Door, who: str) -> None:
    await door.refused(who, of(door, "ggz", "vertrek"), None, 403)


@pytest.mark.parametrize("who", ["ggz", "regisseur"])
async def test_the_database_lets_nobody_else_say_it_and_lets_nobody_come_back(
    door: Door, db: Databases, who: str
) -> None:
    for actor, change in ((who, "active = false"), ("manager", "active = true")):
        if change == "active = true":
            await db.run("UPDATE person SET active = false WHERE id = :id", id=door.house.person(who))
        with pytest.raises(Exception, match="the house says who left"):
            async with unit_of_work(door.house.actors[actor], db.web) as work:
                await work.session.execute(
                    text(f"UPDATE person SET {change} WHERE id = :id"), {"id": door.house.person(who)}
                )


async def test_what_who_left_had_open_is_listed_by_page_with_facts_of_the_process_only(
    door: Door, db: Databases, story: Story
) -> None:
    await a_case(db.web, door.house, Phase.FOCUSOVERLEG)
    own = [one["id"] for one in (await door.get("regisseur", "/taken"))["resultaten"]]
    await door.post("manager", of(door, "regisseur", "vertrek"), status=204)

    found, address = [], of(door, "regisseur", "taken")
    page = await door.get("manager", address, paginaGrootte=2)
    found += page["resultaten"]
    while page["volgende"]:
        page = await door.get("manager", address, paginaGrootte=2, na=page["volgende"])
        found += page["resultaten"]

    assert [one["id"] for one in found] == own
    assert found[0].keys() == {"id", "soort", "casus", "rol", "gevraagdOp", "uiterlijk", "spoed"}
    assert str(story.case_id) in {one["casus"]["id"] for one in found}


# Handing over


async def test_all_that_a_regisseur_had_goes_to_a_colleague_in_one_act(door: Door, db: Databases, story: Story) -> None:
    other = await a_case(db.web, door.house, Phase.FOCUSOVERLEG)
    own = (await door.get("regisseur", "/taken"))["resultaten"]
    await door.post("manager", of(door, "regisseur", "vertrek"), status=204)

    done = await hand_over(door, "regisseur", "regisseur2")

    assert done == {"taken": len(own), "casussen": 2, "achtergeblevenTaken": [], "achtergeblevenCasussen": []}
    assert await directors(db, story, other) == {door.house.person("regisseur2")}
    assert {one["id"] for one in (await door.get("regisseur2", "/taken"))["resultaten"]} >= {one["id"] for one in own}
    assert (await door.get("regisseur2", f"/casussen/{story.case_id}"))["betrokkenen"] is not None
    assert (await door.get("manager", of(door, "regisseur", "taken")))["resultaten"] == []


async def test_each_case_has_one_line_with_the_reason_for_who_reads_it(door: Door, story: Story) -> None:
    await hand_over(door, "regisseur", "regisseur2")

    for who, reason in (("regisseur2", MOVES["reden"]), ("triagist", "")):
        line = (await door.get(who, f"/casussen/{story.case_id}/tijdlijn"))["resultaten"][0]
        assert line["tekst"].startswith("De leiding en ")
        assert line["tekst"].endswith("van Regisseur Fictief overgedragen aan Regisseur2 Fictief")
        assert (line["wie"], line["toelichting"]) == ("Manager Fictief", reason)


async def test_the_receiver_gets_one_message_about_everything(door: Door, db: Databases, story: Story) -> None:
    other = await a_case(db.web, door.house, Phase.FOCUSOVERLEG)

    await hand_over(door, "regisseur", "regisseur2")

    async with unit_of_work(ENGINE, db.engine) as work:
        rows = (
            await work.session.execute(
                text("SELECT recipient_id, case_ids FROM outbox WHERE template = 'overgedragen' AND house_id = :house"),
                {"house": door.house.id},
            )
        ).all()
    assert [row.recipient_id for row in rows] == [door.house.person("regisseur2")]
    assert set(rows[0].case_ids) == {story.case_id, other.case_id}


async def test_the_number_of_statements_does_not_grow_with_the_cases(door: Door, db: Databases, story: Story) -> None:
    async with counted(db) as few:
        await hand_over(door, "regisseur", "regisseur2")
    for _ in range(4):
        await a_case(db.web, door.house, Phase.MONITORING)
    async with story.acting("manager") as work:
        again = update(Case).where(Case.id == story.case_id).values(director_id=door.house.person("regisseur"))
        await work.session.execute(again)

    async with counted(db) as many:
        assert (await hand_over(door, "regisseur", "regisseur2"))["casussen"] == 5

    assert len(many) == len(few)


async def test_some_duties_of_who_stays_go_and_the_cases_do_not(door: Door, story: Story) -> None:
    chosen = (await door.get("regisseur", "/taken"))["resultaten"][0]["id"]

    done = await hand_over(door, "regisseur", "regisseur2", taken=[chosen])

    assert (done["taken"], done["casussen"]) == (1, 0)
    assert (await door.get("regisseur2", "/taken"))["resultaten"][0]["id"] == chosen
    assert (await story.facts()).director_id == door.house.person("regisseur")
    assert (await door.call("GET", "/mij", "regisseur")).status_code == 200


async def test_what_a_colleague_may_not_have_stays_and_is_named(door: Door, story: Story) -> None:
    own = {one["id"] for one in (await door.get("regisseur", "/taken"))["resultaten"]}

    done = await hand_over(door, "regisseur", "manager")

    assert (done["taken"], done["casussen"], done["achtergeblevenCasussen"]) == (0, 0, [str(story.case_id)])
    assert {one["taak"] for one in done["achtergeblevenTaken"]} == own
    assert {one["waarom"] for one in done["achtergeblevenTaken"]} == {
        f"de ontvanger heeft niet de rol {Role.PROCESS_DIRECTOR} die deze taak vraagt"
    }


async def test_a_right_to_object_and_a_duty_of_the_whole_table_stay(door: Door, db: Databases, story: Story) -> None:
    house = door.house
    named = (house.person("om"),)
    await story.decide("triagist", D.RELEASE, organisations=story.organisations("ggz"), deciders=named)
    await db.run(
        "UPDATE person SET organisation_id = :org WHERE id = :id", org=house.organisations["om"],
        id=house.person("reclassering"),
    )  # fmt: skip

    done = await hand_over(door, "om", "reclassering")

    assert [one["waarom"] for one in done["achtergeblevenTaken"]] == [
        "bezwaar maakt alleen wie in het besluit is genoemd"
    ]
    assert (await story.duty(DutyKind.OBJECTION)).owner_person_id == house.person("om")


@pytest.mark.parametrize("to", ["politie", "regisseur"])
async def test_the_receiver_is_another_of_the_same_organisation(door: Door, story: Story, to: str) -> None:
    said = await hand_over(door, "regisseur", to, 400)

    assert "naar" in str(said)
    assert (await story.facts()).director_id == door.house.person("regisseur")


@pytest.mark.parametrize("lost", ["active = false", "screened_until = '2020-01-01'", "trained_until = NULL"])
async def test_the_receiver_is_designated_screened_and_trained(
    door: Door, db: Databases, story: Story, lost: str
) -> None:
    await db.run(f"UPDATE person SET {lost} WHERE id = :id", id=door.house.person("regisseur2"))

    assert "naar" in str(await hand_over(door, "regisseur", "regisseur2", 400))
    assert (await story.facts()).director_id == door.house.person("regisseur")


async def test_the_receiver_is_there_or_somebody_stands_in(door: Door, db: Databases, story: Story) -> None:
    receiver = door.house.person("regisseur2")
    await db.run("UPDATE person SET absent_from = pols_now() - interval '1 day' WHERE id = :id", id=receiver)

    assert "niemand vervangt" in str(await hand_over(door, "regisseur", "regisseur2", 400))
    assert (await story.facts()).director_id == door.house.person("regisseur")


async def test_a_duty_that_is_not_theirs_is_refused_and_a_reason_is_needed(door: Door, story: Story) -> None:
    other = (await story.duties(DutyKind.PROGRESS))[0].id

    assert "taken" in str(await hand_over(door, "regisseur", "regisseur2", 400, taken=[str(other)]))
    assert "reden" in str(await hand_over(door, "regisseur", "regisseur2", 400, reden=""))


async def test_a_receiver_who_is_away_is_replaced_in_the_message(door: Door, db: Databases, story: Story) -> None:
    await db.run(
        "UPDATE person SET roles = '{procesregisseur,manager}' WHERE id = :id", id=door.house.person("manager")
    )
    async with story.acting("manager") as work:
        body = {"van": (work.now - timedelta(days=1)).isoformat(), "vervanger": str(door.house.person("manager"))}
    await door.call("PUT", of(door, "regisseur2", "afwezigheid"), "manager", json=body)

    await hand_over(door, "regisseur", "regisseur2")

    async with unit_of_work(ENGINE, db.engine) as work:
        told = await work.session.scalars(
            text("SELECT recipient_id FROM outbox WHERE template = 'overgedragen' AND house_id = :house"),
            {"house": door.house.id},
        )
        assert list(told) == [door.house.person("manager")]
