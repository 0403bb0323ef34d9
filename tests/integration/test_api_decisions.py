"""Besluiten through the interface: who decides, who registers, what is refused, and that nothing is half done."""

from datetime import timedelta
from uuid import uuid4

from models.transactions import unit_of_work
from models.words import Phase
from tests.conftest import Databases
from tests.doors import Door, rows
from tests.factories import Story, a_case


async def ready_to_admit(door: Door, db: Databases) -> Story:
    """A screened case of which the criteria were judged."""
    story = await a_case(db.web, door.house, Phase.SCREENING)
    await story.judge()
    return story


def admitted(**facts: object) -> dict[str, object]:
    return {"soort": "in_procesregie_nemen", "toelichting": "samen nodig"} | facts


async def test_a_public_participant_admits_and_the_case_moves(door: Door, db: Databases) -> None:
    story = await ready_to_admit(door, db)

    answer = await door.call("POST", f"/casussen/{story.case_id}/besluiten", "om", json=admitted())

    taken = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/v1/casussen/{story.case_id}/besluiten/{taken['id']}"
    assert taken["casus"] == {"id": str(story.case_id), "fase": "regie"}
    assert (await door.get("om", answer.headers["location"].removeprefix("/v1")))["soort"] == "in_procesregie_nemen"


async def test_the_triage_officer_registers_in_the_name_of_who_decided(door: Door, db: Databases) -> None:
    story = await ready_to_admit(door, db)
    om = str(door.house.person("om"))

    taken = await door.post("triagist", f"/casussen/{story.case_id}/besluiten", admitted(beslissers=[om]))

    listed = (await door.get("triagist", f"/casussen/{story.case_id}/besluiten"))["resultaten"]
    read = next(one for one in listed if one["id"] == taken["id"])
    assert [one["persoon"]["id"] for one in read["beslissers"]] == [om]
    assert read["vastgelegdDoor"]["id"] == str(door.house.person("triagist"))
    assert (await door.task("om", story.case_id, "bezwaar_tegen_registratie"))["persoon"]["id"] == om


async def test_who_is_no_public_participant_never_admits(door: Door, db: Databases) -> None:
    story = await ready_to_admit(door, db)
    path = f"/casussen/{story.case_id}/besluiten"
    before = await rows(db, door.house)

    named = await door.refused("triagist", path, admitted(beslissers=[str(door.house.person("ggz"))]), 403)
    alone = await door.refused("politie", path, admitted(), 403)
    house = await door.refused("triagist", path, admitted(), 403)

    assert named["detail"] == house["detail"]
    assert "alleen publieke deelnemers" in named["detail"]
    assert "noem ook een andere publieke deelnemer" in alone["detail"]
    assert await rows(db, door.house) == before


async def test_an_unknown_decider_is_not_found_and_changes_nothing(door: Door, db: Databases) -> None:
    story = await ready_to_admit(door, db)
    before = await rows(db, door.house)

    body = admitted(beslissers=[str(uuid4())])
    await door.refused("triagist", f"/casussen/{story.case_id}/besluiten", body, 404)

    assert await rows(db, door.house) == before


async def test_what_is_still_open_is_named_when_it_stands_in_the_way(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.SCREENING)

    problem = await door.refused("om", f"/casussen/{story.case_id}/besluiten", admitted(), 409)

    assert problem["detail"] == "Eerst moet nog worden afgerond: criteria toetsen."


async def test_a_decision_of_another_phase_says_where_it_belongs(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.INTAKE)

    problem = await door.refused("om", f"/casussen/{story.case_id}/besluiten", admitted(), 409)

    assert problem["detail"] == "'in_procesregie_nemen' kan niet in de fase Aanmelding; wel in: Screening en triage."


async def test_every_field_that_a_decision_needs_is_named(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.SCREENING)

    for empty in ({}, {"toelichting": " ", "ontvanger": "\n"}):
        body = {"soort": "doorverwijzen"} | empty
        problem = await door.refused("om", f"/casussen/{story.case_id}/besluiten", body, 400)

        assert [one["veld"] for one in problem["velden"]] == ["toelichting", "ontvanger"]


async def test_every_field_with_a_wrong_shape_is_named(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.SCREENING)
    wrong = {"soort": "zomaar", "beslistOp": "2026-11-20T09:00:00", "organisaties": ["x"], "datum": "morgen"}

    problem = await door.refused("om", f"/casussen/{story.case_id}/besluiten", wrong, 400)

    said = {one["veld"]: one["melding"] for one in problem["velden"]}
    assert said.keys() == {"soort", "beslistOp", "organisaties[0]", "datum"}
    assert said["soort"].startswith("kies uit: compleet_verklaren, ")
    assert said["beslistOp"].startswith("heeft een tijdzone nodig")


async def test_a_day_holds_until_the_end_of_that_working_day(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.MONITORING)
    async with unit_of_work(door.house.actors["regisseur"], db.web) as work:
        day = (work.now + timedelta(days=40)).date()
    hold = {"soort": "opschorten", "toelichting": "opname", "datum": day.isoformat()}

    await door.post("regisseur", f"/casussen/{story.case_id}/besluiten", hold)

    until = (await story.facts("regisseur")).hold_until
    assert until is not None
    shown = (await door.get("regisseur", f"/casussen/{story.case_id}"))["opgeschortTot"]
    assert (until.date(), shown[-1]) == (day, "Z")
    listed = (await door.get("regisseur", f"/casussen/{story.case_id}/besluiten"))["resultaten"][0]
    assert listed["gegevens"].keys() == {"datum"}


async def test_the_list_says_what_can_be_decided_now_and_by_whom(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.SCREENING)

    possible = (await door.get("om", f"/casussen/{story.case_id}/besluiten"))["mogelijk"]

    kinds = {one["soort"]: one for one in possible}
    assert kinds["doorverwijzen"] == {
        "soort": "doorverwijzen", "wie": "publieke deelnemer", "velden": ["toelichting", "ontvanger"],
    }  # fmt: skip
    assert "doorverwijzing_aanvaard" not in kinds
    assert "afsluiten" not in kinds


async def test_why_is_for_who_may_read_it(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.MONITORING)
    path = f"/casussen/{story.case_id}/besluiten"

    async def reason(who: str) -> object:
        found = (await door.get(who, path))["resultaten"]
        return next(one["toelichting"] for one in found if one["soort"] == "betrokken_deelnemers_kiezen")

    assert await reason("ggz") == "omdat het nodig is"
    assert await reason("manager") is None


async def test_the_reporter_reads_why_a_report_was_rejected(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.SCREENING)
    await door.post(
        "om", f"/casussen/{story.case_id}/besluiten", {"soort": "afwijzen", "toelichting": "elders al hulp"}
    )

    found = (await door.get("politie", f"/casussen/{story.case_id}/besluiten"))["resultaten"]

    assert found[0]["toelichting"] == "elders al hulp"


async def test_a_decision_that_was_never_taken_is_not_found(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.SCREENING)

    problem = await door.refused("om", f"/casussen/{story.case_id}/besluiten/{uuid4()}", None, 404, "GET")

    assert problem["detail"] == "Dit besluit is niet gevonden, of niet voor u toegankelijk."
