"""The house through the interface: its policy with versions, its organisations and people, and who you are."""

import asyncio
from datetime import date
from uuid import uuid4

from models.lookups import cases
from models.transactions import unit_of_work
from models.words import DutyKind, Phase
from tests.conftest import Databases
from tests.doors import Door
from tests.factories import a_case


async def test_the_policy_is_read_and_set_in_dutch(door: Door, db: Databases) -> None:
    path = f"/huizen/{door.house.id}/beleid"
    answer = await door.call("GET", path, "ggz")
    policy = answer.json() | {
        "termijnen": {"bekend_of_niet_bekend": {"eenheid": "werkdagen", "aantal": 2}},
        "ladders": {"nabellen": [
            {"trede": "herinneren", "eenheid": "werkdagen", "na": -1},
            {"trede": "manager", "eenheid": "werkdagen", "na": 2},
        ]},
        "opentOm": "08:30:00",
        "sluitingsdagen": ["2026-12-24"],
        "namenVanSluitingsdagen": {"2026-12-24": "kerstborrel"},
    }  # fmt: skip

    put = await door.call("PUT", path, "beheerder", json=policy, headers={"If-Match": answer.headers["etag"]})

    read = await door.call("GET", path, "ggz")
    assert (answer.headers["etag"], put.status_code, put.headers["etag"]) == ('"0"', 204, '"1"')
    assert (read.headers["etag"], read.json()) == ('"1"', policy)
    async with unit_of_work(door.house.actors["beheerder"], db.web) as work:
        _version, kept = await cases.house_policy(work, door.house.id)
    assert kept.terms[DutyKind.KNOWN].amount == 2
    assert kept.opens.hour == 8
    assert kept.calendar().why_not(date(2026, 12, 24)) == "kerstborrel"


async def test_a_policy_that_was_changed_meanwhile_is_not_overwritten(door: Door) -> None:
    path = f"/huizen/{door.house.id}/beleid"
    first = await door.call("PUT", path, "manager", json={"evaluatieDagen": 30}, headers={"If-Match": '"0"'})
    second = await door.call("PUT", path, "manager", json={"evaluatieDagen": 60}, headers={"If-Match": '"0"'})

    assert (first.status_code, second.status_code) == (204, 412)
    assert (await door.get("manager", path))["evaluatieDagen"] == 30


async def test_of_two_who_set_the_policy_at_once_one_is_told(door: Door) -> None:
    path = f"/huizen/{door.house.id}/beleid"

    answers = await asyncio.gather(
        *(door.call("PUT", path, "manager", json={"evaluatieDagen": 30}, headers={"If-Match": '"0"'}) for _ in range(4))
    )

    statuses = sorted(one.status_code for one in answers)
    assert statuses[0] == 204
    assert set(statuses[1:]) <= {409, 412}


async def test_a_policy_with_mistakes_names_them_all(door: Door) -> None:
    wrong = {
        "evaluatieDagen": 1, "termijnen": {"evalueren": {"eenheid": "maanden", "aantal": -1}}, "woordVoorOverleg": "x",
    }  # fmt: skip
    path = f"/huizen/{door.house.id}/beleid"

    answer = await door.call("PUT", path, "manager", json=wrong, headers={"If-Match": '"0"'})
    blind = await door.call("PUT", path, "manager", json={})
    backwards = await door.call(
        "PUT", path, "manager", json={"opentOm": "18:00", "sluitOm": "09:00"}, headers={"If-Match": '"0"'}
    )

    assert {one["veld"] for one in answer.json()["velden"]} == {
        "evaluatieDagen", "termijnen.evalueren.eenheid", "termijnen.evalueren.aantal", "woordVoorOverleg",
    }  # fmt: skip
    assert [one["veld"] for one in blind.json()["velden"]] == ["If-Match"]
    assert "gaat open voordat het sluit" in backwards.json()["velden"][0]["melding"]
    nameless = await door.call(
        "PUT", path, "manager", json={"namenVanSluitingsdagen": {"2026-12-24": "x"}}, headers={"If-Match": '"0"'}
    )
    assert "alleen een sluitingsdag krijgt een naam" in nameless.json()["velden"][0]["melding"]


async def test_a_ladder_that_cannot_be_is_refused_at_its_rung(door: Door, db: Databases) -> None:
    path = f"/huizen/{door.house.id}/beleid"
    ladders = {
        "bekend_of_niet_bekend": [
            {"trede": "te_laat", "na": 3}, {"trede": "herinneren", "na": 1}, {"trede": "leidinggevende", "na": 9},
        ],
        "over_toelating_beslissen": [{"trede": "manager", "na": 1}, {"trede": "vervalt", "na": 2}],
    }  # fmt: skip
    body = {"ladders": ladders, "spoedladders": {"incident_beoordelen": []}}

    answer = await door.call("PUT", path, "manager", json=body, headers={"If-Match": '"0"'})

    assert answer.status_code == 400
    assert {(one["veld"], one["melding"]) for one in answer.json()["velden"]} == {
        ("ladders.bekend_of_niet_bekend[1]", "vooraf herinneren gebeurt vóór de termijn: een negatief aantal"),
        ("ladders.bekend_of_niet_bekend[1]", "de treden staan op volgorde, de vroegste eerst"),
        ("ladders.bekend_of_niet_bekend",
         "het laatste bericht gaat naar de procesregisseur of de manager: niets eindigt ongezien"),
        ("ladders.over_toelating_beslissen[1]", "deze taak vervalt niet vanzelf"),
        ("spoedladders.incident_beoordelen", "een ladder heeft ten minste één trede"),
    }  # fmt: skip
    async with unit_of_work(door.house.actors["beheerder"], db.web) as work:
        version, _kept = await cases.house_policy(work, door.house.id)
    assert version == 0


async def test_a_house_reminds_twice_beforehand_when_its_ladder_says_so(door: Door, db: Databases) -> None:
    path = f"/huizen/{door.house.id}/beleid"
    ladder = [{"trede": "herinneren", "na": -2}, {"trede": "herinneren", "na": -1}, {"trede": "manager", "na": 1}]
    body = {"ladders": {"over_toelating_beslissen": ladder}}
    put = await door.call("PUT", path, "manager", json=body, headers={"If-Match": '"0"'})
    story = await a_case(db.web, door.house, Phase.SCREENING)

    armed = await story.armed(await story.duty(DutyKind.ADMISSION))

    assert put.status_code == 204
    assert sorted((one.step.value, one.nth) for one in armed) == [("manager", 1), ("remind", 1), ("remind", 2)]


async def test_the_policy_of_another_house_is_not_found(door: Door) -> None:
    for verb in ("GET", "PUT"):
        answer = await door.call(
            verb, f"/huizen/{uuid4()}/beleid", "manager", json={} if verb == "PUT" else None, headers={"If-Match": "x"}
        )
        assert answer.status_code == 404


async def test_people_and_organisations_are_listed_for_choosing_without_addresses(door: Door) -> None:
    people = await door.get("ggz", "/personen")
    organisations = await door.get("ggz", "/organisaties")

    names = [one["naam"] for one in people["resultaten"]]
    assert names == sorted(names)
    assert people["resultaten"][0].keys() == {"id", "naam", "organisatie", "rollen"}
    assert "@" not in str(people)
    assert {one["soort"] for one in organisations["resultaten"]} == {
        "huis", "publieke_deelnemer", "private_deelnemer", "incidentele_derde",
    }  # fmt: skip


async def test_you_are_who_your_token_says(door: Door) -> None:
    me = await door.get("ggz", "/mij")

    assert me["persoon"] == {"id": str(door.house.person("ggz")), "naam": "Ggz Fictief"}
    assert me["organisatie"]["soort"] == "private_deelnemer"
    assert me["huis"]["id"] == str(door.house.id)
    assert me["rollen"] == ["partnercontact"]


async def test_nothing_is_stalled_in_a_house_without_cases(door: Door) -> None:
    found = await door.get("manager", "/stagnaties")

    assert (found["stilgevallen"], found["teLaat"]) == ([], [])
    assert (found["aantallen"]["stilgevallen"], found["aantallen"]["teLaat"]) == (0, 0)
