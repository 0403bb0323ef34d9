"""Voorkeuren through the interface: one's own, what they give, the weekly overview, and the words of the house."""

from typing import Any

import pytest
from sqlalchemy import text

from models.messages import ALWAYS
from models.transactions import unit_of_work
from models.words import Role
from tests import factories
from tests.conftest import Databases
from tests.doors import Door

CHOSEN = {
    "aankondigingen": "dagbundel", "herinneringen": "meteen", "overleggen": "niet", "uitkomsten": "niet",
    "eigenAanmelding": "meteen", "dagbundelOm": "16:00:00", "stilVan": "18:00:00", "stilTot": "08:00:00", "taal": "en",
}  # fmt: skip


def path(door: Door, key: str = "ggz") -> str:
    """Where somebody's preferences are."""
    return f"/personen/{door.house.person(key)}/voorkeuren"


async def put(door: Door, body: dict[str, Any], who: str = "ggz", of: str = "ggz") -> Any:
    """What comes of choosing."""
    return await door.call("PUT", path(door, of), who, json=body)


async def policy(door: Door, texts: list[dict[str, Any]], version: int = 0, **more: Any) -> Any:
    """What comes of setting texts in the policy."""
    headers = {"If-Match": f'"{version}"'}
    body = {"eigenTeksten": texts} | more
    return await door.call("PUT", f"/huizen/{door.house.id}/beleid", "beheerder", json=body, headers=headers)


async def test_who_chose_nothing_reads_the_defaults_and_what_always_comes(door: Door) -> None:
    read = await door.get("ggz", path(door))

    assert {read[name] for name in ("aankondigingen", "herinneringen", "overleggen", "uitkomsten")} == {"meteen"}
    assert (read["taal"], read["stilVan"], read["dagbundelOm"]) == ("nl", None, "09:00:00")
    assert [one["waarom"] for one in read["altijd"]] == list(ALWAYS.values())


async def test_what_one_chooses_is_kept_and_what_is_left_out_goes_back_to_its_default(door: Door) -> None:
    assert (await put(door, CHOSEN)).status_code == 204
    read = await door.get("ggz", path(door))
    assert {name: read[name] for name in CHOSEN} == CHOSEN

    assert (await put(door, {"taal": "en"})).status_code == 204

    read = await door.get("ggz", path(door))
    assert (read["taal"], read["uitkomsten"], read["stilVan"]) == ("en", "meteen", None)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"aankondigingen": "niet", "herinneringen": "niet"}, "herinneringen"), ({"stilVan": "18:00:00"}, "stilTot"),
        ({"stilVan": "18:00:00", "stilTot": "18:00:00"}, "stilTot"), ({"taal": "de"}, "taal"),
        ({"stilVan": "15:00:00", "stilTot": "17:00:00"}, "dagbundelOm"), ({"uitkomsten": "soms"}, "uitkomsten"),
        ({"alarm": "niet"}, "alarm"), ({"dagbundelOm": 9}, "dagbundelOm"),
    ],
)  # fmt: skip
async def test_what_cannot_be_chosen_is_refused_by_its_field_and_changes_nothing(
    door: Door, wrong: dict[str, Any], field: str
) -> None:
    problem = await door.refused("ggz", path(door), CHOSEN | {"stilVan": None, "stilTot": None} | wrong, 400, "PUT")

    assert field in str(problem["velden"])
    assert (await door.get("ggz", path(door)))["taal"] == "nl"


async def test_preferences_are_ones_own_and_who_keeps_the_people_only_looks(door: Door, db: Databases) -> None:
    await put(door, CHOSEN)

    assert (await door.get("beheerder", path(door)))["taal"] == "en"
    assert (await put(door, {"taal": "nl"}, who="beheerder")).status_code == 403
    for who in ("politie", "regisseur", "privacy"):
        assert (await door.call("GET", path(door), who)).status_code == 404
        assert (await put(door, {"taal": "nl"}, who=who)).status_code == 404
    async with unit_of_work(door.house.actors["politie"], db.web) as work:
        assert (await work.session.execute(text("SELECT * FROM preference"))).all() == []
        changed = await work.session.execute(text("UPDATE preference SET language = 'nl' RETURNING person_id"))
        assert changed.all() == []


async def test_the_database_lets_nobody_choose_for_another(door: Door, db: Databases) -> None:
    await put(door, CHOSEN)
    async with unit_of_work(door.house.actors["beheerder"], db.web) as work:
        seen = (await work.session.execute(text("SELECT language FROM preference WHERE house_id = :h"),
                                           {"h": door.house.id})).all()  # fmt: skip
        changed = await work.session.execute(text("UPDATE preference SET language = 'nl' RETURNING person_id"))
        assert (len(seen), changed.all()) == (1, [])


async def test_the_example_week_says_what_would_come_when(door: Door) -> None:
    await put(door, CHOSEN)

    mine = (await door.get("ggz", path(door) + "/voorbeeld"))["resultaten"]
    theirs = (await door.get("manager", path(door) + "/voorbeeld"))["resultaten"]

    assert mine == theirs
    kinds = {one["bericht"] for one in mine if one["komtOp"]}
    assert {"dagbundel", "alarm", "besluit_namens_u"} <= kinds
    assert {one["bericht"] for one in mine if one["komtOp"] is None} == {"uitnodiging", "uitkomst"}
    assert "Hendrik" not in str(mine)


async def test_a_contact_says_whether_their_organisation_wants_an_overview(door: Door, db: Databases) -> None:
    await factories.with_more_people(db.owner, door.house)
    where = f"/organisaties/{door.house.organisations['ggz']}/weekoverzicht"

    assert await door.get("politie", where) == {"aan": None, "volgensHuis": False}
    for who, status in (("ggz", 204), ("psychiater", 204), ("manager", 204), ("secretariaat", 403), ("politie", 403)):
        assert (await door.call("PUT", where, who, json={"aan": True})).status_code == status, who

    assert (await door.get("ggz", where))["aan"] is True
    async with unit_of_work(door.house.actors["ggz"], db.web) as work:
        wanted = await work.session.scalar(
            text("SELECT weekly_overview FROM organisation WHERE id = :id"), {"id": door.house.organisations["ggz"]}
        )
        other = await work.session.execute(
            text("UPDATE organisation SET weekly_overview = true WHERE kind <> 'private_deelnemer' RETURNING id")
        )
        assert (wanted, other.all()) == (True, [])


async def test_the_house_has_no_overview_of_its_own_and_a_third_party_neither(door: Door) -> None:
    for key in ("huis", "corporatie"):
        where = f"/organisaties/{door.house.organisations[key]}/weekoverzicht"
        assert (await door.call("PUT", where, "manager", json={"aan": True})).status_code == 404


# The words of the house


async def test_a_message_is_looked_at_with_other_words_before_they_are_kept(door: Door) -> None:
    closing = {"plaats": "afsluiting", "tekst": "Dank voor uw medewerking."}
    where = f"/huizen/{door.house.id}/beleid/berichten"

    now = await door.post("beheerder", where, {"bericht": "vraag"}, 200)
    tried = await door.post("beheerder", where, {"bericht": "vraag", "eigenTeksten": [closing]}, 200)
    again = await door.post("beheerder", where, {"bericht": "vraag"}, 200)

    assert "Dank voor" in tried["tekst"]
    assert "Dank voor" in tried["html"]
    assert now == again
    assert "Dank voor" not in now["tekst"]


async def test_the_words_are_policy_with_its_versions_and_are_in_the_messages_from_then(door: Door) -> None:
    closing = {"plaats": "afsluiting", "tekst": "Dank voor uw medewerking.", "bericht": "vraag", "taal": "nl"}

    assert (await policy(door, [closing])).status_code == 204

    kept = await door.get("beheerder", f"/huizen/{door.house.id}/beleid")
    assert kept["eigenTeksten"] == [closing]
    where = f"/huizen/{door.house.id}/beleid/berichten"
    shown = [await door.post("manager", where, {"bericht": kind}, 200) for kind in ("vraag", "herinnering")]
    assert ["Dank voor" in one["tekst"] for one in shown] == [True, False]
    assert (await policy(door, [])).status_code == 412, "somebody else changed it"


@pytest.mark.parametrize("sly", ["Kijk op https://elders.example", "{{ adres }}", "Het gaat om 999990044", "a" * 700])
async def test_words_that_will_not_do_are_refused_by_their_place_when_looked_at_and_when_kept(
    door: Door, sly: str
) -> None:
    texts = [{"plaats": "opening", "tekst": "Goedendag."}, {"plaats": "afsluiting", "tekst": sly}]

    kept = await policy(door, texts)
    looked = await door.call(
        "POST",
        f"/huizen/{door.house.id}/beleid/berichten",
        "beheerder",
        json={"bericht": "vraag", "eigenTeksten": texts},
    )

    for answer in (kept, looked):
        assert answer.status_code == 400
        assert "eigenTeksten[1].tekst" in answer.text
        assert sly not in answer.text


async def test_a_message_for_the_house_names_the_case_and_one_for_a_partner_does_not(door: Door) -> None:
    where = f"/huizen/{door.house.id}/beleid/berichten"
    shown = [
        (await door.post("manager", where, {"bericht": "herinnering", "vanHetHuis": one}, 200))["tekst"]
        for one in (True, False)
    ]

    assert ["ZVH-2026" in one for one in shown] == [True, False]


async def test_only_who_makes_policy_has_the_right_role(door: Door) -> None:
    assert {key for key, actor in door.house.actors.items() if actor.has(Role.MANAGER, Role.ADMINISTRATOR)} == {
        "manager", "beheerder",
    }  # fmt: skip
