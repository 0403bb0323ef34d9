"""Incidental third parties, and what may be seen where all look on: R13, R15, BGS 2.21, WGS 2.31(9) and (10)."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from models.casebook.frame import open_frame
from models.items import needs_consent
from models.itemwords import Category, Regime
from models.tables.base import new_id
from models.tables.guests import HandedItem
from models.tables.meetings import Meeting
from models.words import Phase
from tests.conftest import Databases
from tests.doors import Door
from tests.factories import Story, a_case
from tests.integration.test_items import SECRET

PLAIN = {"categorie": "huisvesting", "tekst": "overlast op de galerij", "leefgebied": "wonen"}
GUEST = {
    "naam": "K. de Boer", "functie": "woonconsulent", "deskundigheid": "weet welke woning vrijkomt",
    "publiekeFunctie": "toegelaten instelling, Woningwet 19",
}  # fmt: skip


@pytest.fixture
async def story(door: Door, db: Databases) -> Story:
    """A case with a planned meeting to which everybody involved is invited."""
    return await a_case(db.web, door.house, Phase.FOCUSOVERLEG)


@pytest.fixture
async def meeting(story: Story) -> str:
    return str((await story.all(Meeting))[-1].id)


async def item(door: Door, story: Story, **facts: Any) -> str:
    path = f"/casussen/{story.case_id}/informatie"
    return str((await door.post("ggz", path, PLAIN | facts))["id"])


async def a_guest(door: Door, meeting: str, *, signed: bool = True, invited: bool = True) -> str:
    body = GUEST | {"organisatie": str(door.house.organisations["corporatie"])}
    made = str((await door.post("regisseur", f"/overleggen/{meeting}/derden", body))["id"])
    if signed:
        path = f"/derden/{made}/geheimhoudingsverklaringen"
        await door.post("regisseur", path, {"getekendOp": "2026-01-05"}, status=204)
    if signed and invited:
        await door.post("regisseur", f"/derden/{made}/uitnodigingen", status=204)
    return made


def handing(door: Door, *items: str, **facts: Any) -> dict[str, Any]:
    said = {"informatie": list(items), "doel": "een woning zoeken", "beslisser": str(door.house.person("gemeente"))}
    return said | facts


async def screen(door: Door, meeting: str, part: str = "deelnemers") -> set[str]:
    found = await door.get("regisseur", f"/overleggen/{meeting}/scherm", deel=part)
    return {one["tekst"] for one in found["resultaten"]}


async def present(door: Door, meeting: str, *keys: str, guests: tuple[str, ...] = ()) -> None:
    there = [str(door.house.organisations[key]) for key in keys]
    body = {"organisaties": there, "derden": list(guests)}
    await door.post("regisseur", f"/overleggen/{meeting}/aanwezigen", body, status=204)


async def test_a_third_party_is_invited_only_after_signing(door: Door, meeting: str) -> None:
    guest = await a_guest(door, meeting, signed=False)

    told = await door.refused("regisseur", f"/derden/{guest}/uitnodigingen", None, 409)
    assert "geheimhoudingsverklaring" in told["detail"]

    path = f"/derden/{guest}/geheimhoudingsverklaringen"
    await door.refused("regisseur", path, {"getekendOp": "2089-01-01"}, 400)
    await door.post("regisseur", path, {"getekendOp": "2026-01-05"}, status=204)
    await door.post("regisseur", f"/derden/{guest}/uitnodigingen", status=204)

    (read,) = (await door.get("politie", f"/overleggen/{meeting}/derden"))["resultaten"]
    assert (read["naam"], read["getekendOp"], read["aanwezig"]) == ("K. de Boer", "2026-01-05", None)
    assert read["uitgenodigdOp"] is not None


async def test_a_participant_is_no_third_party(door: Door, meeting: str) -> None:
    body = GUEST | {"organisatie": str(door.house.organisations["ggz"])}

    told = await door.refused("regisseur", f"/overleggen/{meeting}/derden", body, 400)

    assert told["velden"][0]["veld"] == "organisatie"


@pytest.mark.parametrize("who", ["politie", "ggz", "manager"])
async def test_only_who_leads_the_case_brings_a_third_party_in(door: Door, meeting: str, who: str) -> None:
    body = GUEST | {"organisatie": str(door.house.organisations["corporatie"])}

    answer = await door.call("POST", f"/overleggen/{meeting}/derden", who, json=body)

    assert answer.status_code in {403, 404}


async def test_a_third_party_hears_nothing_from_pols(door: Door, story: Story, meeting: str) -> None:
    guest = await a_guest(door, meeting)
    await door.post("regisseur", f"/derden/{guest}/verstrekkingen", handing(door, await item(door, story)), status=204)

    async with story.acting("regisseur") as work:
        told = await work.session.scalar(
            text("SELECT count(*) FROM outbox o JOIN person p ON p.id = o.recipient_id JOIN organisation g"
                 " ON g.id = p.organisation_id WHERE g.kind = 'incidentele_derde' OR o::text LIKE '%de Boer%'")
        )  # fmt: skip
    assert told == 0


async def test_each_item_is_handed_over_by_itself_with_a_reason_and_a_decision(
    door: Door, story: Story, meeting: str
) -> None:
    guest, one, other = (
        await a_guest(door, meeting),
        await item(door, story),
        await item(door, story, tekst="huurschuld"),
    )

    await door.post("regisseur", f"/derden/{guest}/verstrekkingen", handing(door, one), status=204)
    await door.post("regisseur", f"/derden/{guest}/verstrekkingen", handing(door, one, other), status=204)

    given = (await door.get("politie", f"/derden/{guest}/verstrekkingen"))["resultaten"]
    assert [row["informatie"] for row in given] == [one, other]
    assert {row["beslisser"] for row in given} == {str(door.house.person("gemeente"))}
    timeline = await door.get("politie", f"/casussen/{story.case_id}/tijdlijn")
    said = [row["tekst"] for row in timeline["resultaten"] if "verstrekt" in row["tekst"]]
    assert said == ["Informatie verstrekt aan een incidentele derde (Woningcorporatie De Brug)"] * 2


async def test_nothing_is_handed_over_before_the_declaration(door: Door, story: Story, meeting: str) -> None:
    guest = await a_guest(door, meeting, signed=False)

    told = await door.refused(
        "regisseur", f"/derden/{guest}/verstrekkingen", handing(door, await item(door, story)), 409
    )

    assert "geheimhoudingsverklaring" in told["detail"]


@pytest.mark.parametrize(
    "facts",
    [
        {"voorwaarden": ["niet_aan_derden"]},
        {"nietVoor": ["corporatie"]},
        {"alleenVoor": ["huis", "politie", "gemeente"]},
    ],
)
async def test_what_the_supplier_keeps_inside_stays_inside(
    door: Door, story: Story, meeting: str, facts: dict[str, list[str]]
) -> None:
    named = {name: [str(door.house.organisations.get(one, one)) for one in values] for name, values in facts.items()}
    guest, kept, plain = await a_guest(door, meeting), await item(door, story, **named), await item(door, story)

    told = await door.refused("regisseur", f"/derden/{guest}/verstrekkingen", handing(door, plain, kept), 400)

    assert "staat de leverancier niet toe" in str(told["velden"])
    assert (await door.get("regisseur", f"/derden/{guest}/verstrekkingen"))["resultaten"] == []


async def test_delicate_information_goes_outside_only_when_its_supplier_agrees(
    door: Door, story: Story, meeting: str
) -> None:
    free = {name: value for name, value in SECRET.items() if name != "voorwaarden"}
    guest, delicate = await a_guest(door, meeting), await item(door, story, **free)
    path = f"/derden/{guest}/verstrekkingen"

    def agreed(who: str) -> dict[str, Any]:
        consent = {"informatie": delicate, "persoon": str(door.house.person(who)), "op": "2026-01-05"}
        return handing(door, delicate, instemmingen=[consent])

    await door.refused("regisseur", path, handing(door, delicate), 400)
    await door.refused("regisseur", path, agreed("politie"), 400)
    await door.post("regisseur", path, agreed("ggz"), status=204)

    (given,) = (await door.get("ggz", path))["resultaten"]
    assert given["instemmingVan"] == str(door.house.person("ggz"))


@pytest.mark.parametrize("who", ["ggz", "regisseur", "buren"])
async def test_only_an_involved_public_participant_decides_that_a_third_party_is_given_something(
    door: Door, story: Story, meeting: str, who: str
) -> None:
    guest, one = await a_guest(door, meeting), await item(door, story)
    body = handing(door, one, beslisser=str(door.house.actors[who].person_id if who in door.house.actors else new_id()))

    answer = await door.call("POST", f"/derden/{guest}/verstrekkingen", "regisseur", json=body)

    assert answer.status_code in {400, 404}


async def test_hidden_information_is_in_no_list_of_what_was_handed_over(door: Door, story: Story, meeting: str) -> None:
    politie = str(door.house.organisations["politie"])
    guest, hidden, plain = (
        await a_guest(door, meeting),
        await item(door, story, nietVoor=[politie]),
        await item(door, story),
    )
    path = f"/derden/{guest}/verstrekkingen"
    await door.post("regisseur", path, handing(door, hidden, plain), status=204)

    assert [one["informatie"] for one in (await door.get("politie", path))["resultaten"]] == [plain]
    assert len((await door.get("ggz", path))["resultaten"]) == 2
    timeline = await door.get("politie", f"/casussen/{story.case_id}/tijdlijn")
    assert sum("verstrekt" in row["tekst"] for row in timeline["resultaten"]) == 1


async def test_the_screen_shows_what_all_who_are_there_may_see(door: Door, story: Story, meeting: str) -> None:
    politie, gemeente = (str(door.house.organisations[key]) for key in ("politie", "gemeente"))
    await item(door, story, tekst="voor iedereen")
    await item(door, story, tekst="niet voor de politie", nietVoor=[politie])
    await item(door, story, tekst="alleen gemeente en huis",
               alleenVoor=[gemeente, str(door.house.organisations["huis"])])  # fmt: skip
    await door.refused("regisseur", f"/overleggen/{meeting}/scherm", None, 409, verb="GET")

    await present(door, meeting, "ggz", "gemeente")
    assert await screen(door, meeting) == {"voor iedereen", "niet voor de politie", "alleen gemeente en huis"}
    await present(door, meeting, "ggz", "gemeente", "politie")
    assert await screen(door, meeting) == {"voor iedereen"}
    await present(door, meeting, "politie")
    assert await screen(door, meeting) == {"voor iedereen"}


async def test_with_a_third_party_in_the_room_only_what_all_of_them_were_given_is_shown(
    door: Door, story: Story, meeting: str
) -> None:
    given, _other = await item(door, story, tekst="over de woning"), await item(door, story, tekst="over schulden")
    guest = await a_guest(door, meeting)
    await door.post("regisseur", f"/derden/{guest}/verstrekkingen", handing(door, given), status=204)

    await present(door, meeting, "ggz", "gemeente")
    assert await screen(door, meeting) == {"over de woning", "over schulden"}
    assert await screen(door, meeting, "derden") == set()
    await present(door, meeting, "ggz", "gemeente", guests=(guest,))
    assert await screen(door, meeting) == {"over de woning"}
    assert await screen(door, meeting, "derden") == {"over de woning"}


async def test_who_did_not_sign_is_not_present(door: Door, meeting: str) -> None:
    guest = await a_guest(door, meeting, signed=False)

    told = await door.refused(
        "regisseur", f"/overleggen/{meeting}/aanwezigen", {"organisaties": [], "derden": [guest]}, 400
    )

    assert told["velden"][0]["veld"] == "derden"


@pytest.mark.parametrize("who", ["politie", "ggz"])
async def test_a_partner_has_no_screen_of_the_room(door: Door, meeting: str, who: str) -> None:
    answer = await door.call("GET", f"/overleggen/{meeting}/scherm", who)

    assert answer.status_code == 403


async def test_the_database_hands_nothing_to_who_did_not_sign(door: Door, story: Story, meeting: str) -> None:
    guest, one = await a_guest(door, meeting, signed=False), await item(door, story)

    with pytest.raises(IntegrityError, match="signs before anything is handed over"):
        async with story.acting("regisseur") as work:
            await work.session.execute(
                text("SELECT set_config('pols.acting', :case, true)"), {"case": str(story.case_id)}
            )
            person = door.house.person("regisseur")
            work.session.add(
                HandedItem(guest_id=UUID(guest), item_id=UUID(one), house_id=door.house.id, case_id=story.case_id,
                           handed_at=work.now, handed_by=person, decided_by=person, purpose="zomaar")
            )  # fmt: skip
            await work.session.flush()


async def test_the_database_invites_nobody_who_did_not_sign(door: Door, story: Story, meeting: str) -> None:
    guest = await a_guest(door, meeting, signed=False)

    with pytest.raises(IntegrityError, match="invited_after_signing"):
        async with story.acting("regisseur") as work:
            await open_frame(work, story.case_id)
            await work.session.execute(text("UPDATE guest SET invited_at = now() WHERE id = :id"), {"id": UUID(guest)})


async def test_a_partner_cannot_change_what_was_handed_over(door: Door, story: Story, meeting: str) -> None:
    guest, one = await a_guest(door, meeting), await item(door, story)
    await door.post("regisseur", f"/derden/{guest}/verstrekkingen", handing(door, one), status=204)

    with pytest.raises(ProgrammingError, match="permission denied"):
        async with story.acting("ggz") as work:
            await work.session.execute(text("DELETE FROM handed_item"))


@pytest.mark.parametrize(
    ("category", "regime", "asked"),
    [
        (Category.HOUSING, Regime.AVG, False), (Category.CARE, Regime.AVG, False), (Category.HEALTH, Regime.AVG, True),
        (Category.POLICE, Regime.AVG, True), (Category.JUSTICE, Regime.AVG, True), (Category.HOUSING, Regime.WPG, True),
        (Category.FINANCIAL, Regime.WJSG, True), (Category.CARE, Regime.MEDICAL, True),
        (Category.CARE, Regime.YOUTH, True),
    ],
)  # fmt: skip
def test_which_information_needs_the_consent_of_its_supplier(
    category: Category, regime: Regime, *, asked: bool
) -> None:
    assert needs_consent(category, regime) is asked
