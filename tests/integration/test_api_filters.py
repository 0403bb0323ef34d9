"""Lists narrowed down by what people of the field ask for: when, by whom, of which kind. Always by page."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from models.words import Phase
from tests.conftest import Databases
from tests.doors import Door
from tests.factories import a_case
from tests.integration.test_api_plan import in_days, pledge

MOMENT = timedelta(microseconds=1)


async def every(door: Door, who: str, path: str, **query: Any) -> list[dict[str, Any]]:
    """Everything a list has, page after page of two."""
    found: list[dict[str, Any]] = []
    after: dict[str, Any] = {}
    while True:
        page = await door.get(who, path, paginaGrootte=2, **query, **after)
        found += page["resultaten"]
        if page["volgende"] is None:
            return found
        after = {"na": page["volgende"]}


async def test_meetings_are_found_by_when_they_begin(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.MONITORING)
    path = f"/casussen/{story.case_id}/overleggen"
    for days in (7, 14):
        made = await door.post("regisseur", path, {"begintOp": (await in_days(story, days)).isoformat()})
        await door.post("regisseur", f"/overleggen/{made['id']}/uitkomsten", {"uitkomst": "verder zo"})
    everything = await every(door, "regisseur", path)
    middle = sorted(one["begintOp"] for one in everything)[-2]

    since = await every(door, "regisseur", path, vanaf=middle)
    until = await every(door, "regisseur", path, tot=middle)
    only = await every(door, "regisseur", path, vanaf=middle, tot=str(datetime.fromisoformat(middle) + MOMENT))

    assert [one["begintOp"] for one in only] == [middle]
    assert {one["id"] for one in since} & {one["id"] for one in until} == set()
    assert {one["id"] for one in since + until} == {one["id"] for one in everything}


async def test_commitments_are_found_by_how_they_stand_and_whose_they_are(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.MONITORING)
    path = f"/casussen/{story.case_id}/afspraken"
    police, ggz = (str(one) for one in story.organisations("politie", "ggz"))
    await door.post("regisseur", path, {"afspraken": [await pledge(story, "politie"), await pledge(story, "ggz")]})
    everything = await every(door, "regisseur", path)

    of_police = await every(door, "regisseur", path, organisatie=police)
    proposed = await every(door, "regisseur", path, status="voorgesteld")
    both = await every(door, "regisseur", path, status=["voorgesteld", "toegezegd"], organisatie=ggz)

    assert of_police == [one for one in everything if one["organisatie"]["id"] == police]
    assert proposed == [one for one in everything if one["status"] == "voorgesteld"]
    assert both == [
        one for one in everything
        if one["organisatie"]["id"] == ggz and one["status"] in {"voorgesteld", "toegezegd"}
    ]  # fmt: skip
    assert of_police
    assert proposed
    assert len(proposed) < len(everything)


async def test_the_timeline_is_found_by_kind_and_by_when(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.PLAN)
    path = f"/casussen/{story.case_id}/tijdlijn"
    everything = await every(door, "regisseur", path)
    moment = everything[len(everything) // 2]["op"]

    decisions = await every(door, "regisseur", path, soort="besluit")
    two = await every(door, "regisseur", path, soort=["besluit", "fase"])
    since = await every(door, "regisseur", path, vanaf=moment)
    until = await every(door, "regisseur", path, tot=moment)

    assert decisions == [one for one in everything if one["soort"] == "besluit"]
    assert two == [one for one in everything if one["soort"] in {"besluit", "fase"}]
    assert since + until == everything
    assert all((decisions, until))
    assert len(decisions) < len(two) < len(everything)


async def test_people_are_found_by_organisation_and_role(door: Door) -> None:
    house = str(door.house.organisations["huis"])
    everybody = await every(door, "ggz", "/personen")

    of_house = await every(door, "ggz", "/personen", organisatie=house)
    directors = await every(door, "ggz", "/personen", rol="procesregisseur")

    assert of_house == [one for one in everybody if one["organisatie"]["id"] == house]
    assert directors == [one for one in everybody if "procesregisseur" in one["rollen"]]
    assert all((of_house, directors))
    assert len(of_house) < len(everybody)


async def test_organisations_are_found_by_kind(door: Door) -> None:
    everything = await every(door, "ggz", "/organisaties")

    public = await every(door, "ggz", "/organisaties", soort="publieke_deelnemer")
    ours = await every(door, "ggz", "/organisaties", soort=["publieke_deelnemer", "private_deelnemer"])

    assert public == [one for one in everything if one["soort"] == "publieke_deelnemer"]
    assert ours == [one for one in everything if one["soort"] in {"publieke_deelnemer", "private_deelnemer"}]
    assert public
    assert len(public) < len(ours) < len(everything)


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("/casussen/{id}/tijdlijn", {"soort": "verzonnen"}, "soort[0]"),
        ("/casussen/{id}/tijdlijn", {"vanaf": "gisteren"}, "vanaf"),
        ("/casussen/{id}/overleggen", {"tot": "2026-01-01"}, "tot"),
        ("/casussen/{id}/afspraken", {"status": "misschien"}, "status[0]"),
        ("/personen", {"rol": "baas"}, "rol"),
        ("/organisaties", {"soort": "bedrijf"}, "soort[0]"),
    ],
)
async def test_what_cannot_be_searched_for_is_refused_by_name(
    door: Door, db: Databases, path: str, query: dict[str, str], field: str
) -> None:
    story = await a_case(db.web, door.house, Phase.MONITORING)

    answer = await door.call("GET", path.format(id=story.case_id), "regisseur", params=query)

    assert answer.status_code == 400
    assert [one["veld"] for one in answer.json()["velden"]] == [field]
