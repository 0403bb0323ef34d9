"""Why somebody can see a case, or cannot: asked by who leads, by who oversees, and about oneself."""

from uuid import UUID

import pytest

from models.tables.base import new_id
from models.words import DecisionKind as D
from models.words import Phase
from tests.conftest import Databases
from tests.doors import Door
from tests.factories import Story, a_case, a_report


@pytest.fixture
async def story(db: Databases, door: Door) -> Story:
    return await a_case(db.web, door.house, Phase.MONITORING)


async def right(door: Door, asker: str, story: Story, about: str, code: str) -> dict[str, object]:
    found = await door.get(asker, f"/casussen/{story.case_id}/toegang/{door.house.person(about)}")
    return next(one for one in found["rechten"] if one["recht"] == code)


async def test_the_regisseur_sees_who_reads_her_case_and_why(door: Door, story: Story) -> None:
    found = (await door.get("regisseur", f"/casussen/{story.case_id}/toegang"))["resultaten"]

    names = {one["persoon"]["naam"]: one["omdat"] for one in found}
    assert names["Regisseur Fictief"] == ["als procesregisseur van deze casus"]
    assert names["Ggz Fictief"] == ["als betrokken deelnemer"]
    assert {"Reclassering Fictief", "Manager Fictief", "Beheerder Fictief"} & names.keys() == set()


async def test_the_privacy_officer_asks_it_of_every_case_without_reading_it(door: Door, story: Story) -> None:
    said = await right(door, "privacy", story, "reclassering", "inhoud")

    assert said["toegestaan"] is False
    assert said["omdat"] == ["staat in geen enkele hoedanigheid tot deze casus"]


async def test_a_partner_is_told_about_itself_and_about_nobody_else(door: Door, story: Story) -> None:
    assert (await right(door, "ggz", story, "ggz", "inhoud"))["toegestaan"] is True
    path = f"/casussen/{story.case_id}/toegang"
    assert (await door.call("GET", f"{path}/{door.house.person('politie')}", "ggz")).status_code == 403
    assert (await door.call("GET", path, "ggz")).status_code == 403


async def test_who_knows_of_no_case_is_told_what_anybody_hears_of_a_case_that_is_not_there(
    door: Door, story: Story
) -> None:
    own = door.house.person("reclassering")
    hidden = await door.call("GET", f"/casussen/{story.case_id}/toegang/{own}", "reclassering")
    absent = await door.call("GET", f"/casussen/{new_id()}/toegang/{own}", "reclassering")

    assert hidden.status_code == absent.status_code == 404
    assert hidden.json()["detail"] == absent.json()["detail"]


async def test_a_right_that_ends_is_gone_with_the_next_request(door: Door, story: Story) -> None:
    assert (await door.call("GET", f"/casussen/{story.case_id}/informatie", "gemeente")).status_code == 200

    await story.decide("triagist", D.RELEASE, organisations=story.organisations("gemeente"),
                       deciders=(door.house.person("om"),))  # fmt: skip

    said = await right(door, "regisseur", story, "gemeente", "inhoud")
    assert said["toegestaan"] is False
    assert (await door.call("GET", f"/casussen/{story.case_id}/afspraken", "gemeente")).status_code == 404


async def test_of_a_shielded_case_is_said_that_it_is_shielded(db: Databases, door: Door) -> None:
    closed = await a_case(db.web, door.house, Phase.CLOSED)

    said = await right(door, "regisseur", closed, "ggz", "inhoud")

    assert "afgeschermd" in str(said["omdat"])


async def test_while_it_is_only_a_report_the_triage_officer_explains(db: Databases, door: Door) -> None:
    reported: UUID = (await a_report(db.web, door.house)).case_id

    found = (await door.get("triagist", f"/casussen/{reported}/toegang"))["resultaten"]

    assert {one["omdat"][0] for one in found} >= {"als triagist", "als lid van het triageoverleg"}


# Who may not come in has no right, whatever they stand to the case as (R6)


async def changed(db: Databases, door: Door, who: str, assignment: str) -> None:
    await db.run(f"UPDATE person SET {assignment} WHERE id = :id", id=door.house.person(who))


@pytest.mark.parametrize(
    ("assignment", "reason"),
    [
        ("active = false", "account uitgeschakeld"),
        ("screened_until = '2020-02-29'", "screening verlopen op 29-02-2020"),
        ("trained_until = '2020-02-29'", "training verlopen op 29-02-2020"),
        ("screened_until = NULL", "geen screening vastgelegd"),
    ],
)
async def test_who_may_not_come_in_is_not_listed_and_is_told_why(
    db: Databases, door: Door, story: Story, assignment: str, reason: str
) -> None:
    await changed(db, door, "ggz", assignment)
    assert (await door.call("GET", "/mij", "ggz")).status_code == 401

    listed = (await door.get("regisseur", f"/casussen/{story.case_id}/toegang"))["resultaten"]
    found = await door.get("regisseur", f"/casussen/{story.case_id}/toegang/{door.house.person('ggz')}")

    assert "Ggz Fictief" not in {one["persoon"]["naam"] for one in listed}
    assert {one["toegestaan"] for one in found["rechten"]} == {False}
    assert {tuple(one["omdat"]) for one in found["rechten"]} == {(reason,)}


async def test_every_reason_to_keep_somebody_out_is_said(db: Databases, door: Door, story: Story) -> None:
    await changed(db, door, "ggz", "active = false, screened_until = '2020-02-29'")

    said = await right(door, "regisseur", story, "ggz", "inhoud")

    assert said["omdat"] == ["account uitgeschakeld", "screening verlopen op 29-02-2020"]


async def test_somebody_of_a_third_party_is_not_designated(db: Databases, door: Door, story: Story) -> None:
    third = door.house.organisations["corporatie"]
    await db.run("UPDATE person SET organisation_id = :third WHERE id = :id", third=third,
                 id=door.house.person("reclassering"))  # fmt: skip

    said = await right(door, "privacy", story, "reclassering", "inhoud")

    assert said["toegestaan"] is False
    assert "niet aangewezen" in str(said["omdat"])


async def test_a_reviewer_whose_screening_lapsed_is_no_reviewer_that_is_left(
    db: Databases, door: Door, story: Story
) -> None:
    await changed(db, door, "regisseur2", "roles = array_append(roles, 'manager')")
    await changed(db, door, "privacy", "screened_until = '2020-02-29'")
    asked = await door.post("manager", f"/casussen/{story.case_id}/noodtoegangen", {"reden": "Dreiging vanavond."})

    said = await door.refused("regisseur2", f"/noodtoegangen/{asked['id']}/bevestigingen", {}, 409)

    assert "niemand over" in said["detail"]
