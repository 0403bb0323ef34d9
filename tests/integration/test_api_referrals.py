"""Aanmeldingen, meldingen and hulpvragen through the interface: to a case, and back for a supplement."""

import asyncio
from typing import Any

import pytest

from models.casebook import setup
from models.policy import Policy
from models.transactions import unit_of_work
from tests.conftest import Databases
from tests.doors import Door, rows

SUBMITTED = {
    "gemeente": "Westerveen", "themas": ["verward gedrag"], "reden": "veertien meldingen", "doel": "één plan",
    "situatie": "dreiging in de buurt", "eerderGeprobeerd": "wijkteam", "gevolgen": ["onveilig_voor_personen"],
    "leefgebieden": ["wonen"], "besprokenMetBetrokkene": False, "redenNietBesproken": "veiligheid van de melder",
    "criteria": {"a": "problemen", "b": "meer leefgebieden", "c": "bedreiging", "d": "samen nodig"},
    "kwaliteitsverklaring": True,
    "personen": [{"naam": "Hendrik B.", "bsn": "999990044", "geboortedatum": "1980-02-29"}],
}  # fmt: skip


def message(**facts: Any) -> dict[str, Any]:
    """A complete message of the sector about Hendrik B."""
    period = {"datumTijdBegin": "2026-09-01T10:00:00Z", "datumTijdEinde": "2026-09-01T11:00:00Z"}
    address = {"straatnaam": "Dorpsstraat", "huisnummer": 4, "postcode": "7981 AB", "plaats": "Westerveen"}
    return {
        "id": "melding-1", "soort": "ZVH", "datumTijd": "2026-09-02T12:00:00+02:00", "verzoek": "één plan",
        "terugkoppelingGewenst": True, "overigeInformatie": {"omschrijving": "geen", "url": "https://melder.example/1"},
        "zorgelijkeSituatie": {
            "situatieSchets": "dreiging", "nadereOmschrijving": "veertien meldingen",
            "vraagAntwoord": {"vraag": "Sinds wanneer?", "antwoord": "Juli."},
        },
        "contact": {"naam": "A. Agent", "emailAdres": "a@politie.example", "telefoonnummer": "0612345678"},
        "naarAanleidingVan": [
            {
                "id": "1", "datumTijd": "2026-09-01T10:00:00Z", "locatie": "Dorpsstraat", "omschrijving": "ruit stuk",
                "periodeVanTot": period,
            }
        ],
        "heeftBetrekkingOp": [
            {
                "burgerservicenummer": "999990044", "geslacht": "1", "adres": address,
                "naam": {"voornamen": "Hendrik", "voorvoegsel": "van der", "geslachtsnaam": "B."},
            }
        ],
    } | facts  # fmt: skip


#: what the long form asks besides what is required
IN_FULL = {
    "dienst": "procesregie", "functieMelder": "wijkagent", "contactMelder": "0880 123456",
    "feitenEnAanwijzingen": "drie aangiften, een steekwapen in beslag genomen",
    "gevolgen": ["ernstige_overlast", "onveilig_voor_personen"], "criminogeneFactoren": ["middelengebruik", "schulden"],
    "problemen": [{"leefgebied": "wonen", "omschrijving": "dreigende ontruiming"}],
    "incidenten": [
        {"omschrijving": "ruit ingegooid", "datumTijd": "2026-09-01T10:00:00Z", "tot": None, "locatie": "Dorpsstraat",
         "bron": "politie"},
    ],
    "partners": [{"organisatie": "wijkteam", "naam": "S. de Wit", "contact": "dewit@wijk.example", "domein": "zorg"}],
    "personen": [
        {"rol": "betrokkene", "naam": "Hendrik B.", "bsn": "999990044"},
        {"rol": "directe_kring", "naam": "Moeder B."},
        {"rol": "betrokkene", "naam": "Jan B."},
    ],
    "relaties": [
        {"van": 2, "met": 1, "soort": "ouder", "sinds": None, "tot": None},
        {"van": 1, "met": 3, "soort": "broer_of_zus", "sinds": "2001-05-04", "tot": None},
    ],
}  # fmt: skip


async def a_draft(door: Door, **facts: Any) -> str:
    """A draft of the police."""
    made = await door.post("politie", "/aanmeldingen", SUBMITTED | facts)
    return str(made["id"])


async def test_a_draft_is_handed_in_and_becomes_a_case(door: Door) -> None:
    answer = await door.call("POST", "/aanmeldingen", "politie", json=SUBMITTED)
    path = answer.headers["location"].removeprefix("/v1")

    submitted = await door.call("POST", f"{path}/indieningen", "politie")

    case = submitted.json()
    assert (answer.status_code, submitted.status_code) == (201, 201)
    assert submitted.headers["location"] == f"/v1/casussen/{case['id']}"
    assert case["fase"] == "aanmelding"
    assert case["nummer"].startswith("ZVH-")
    assert (await door.get("triagist", f"/casussen/{case['id']}"))["betrokkenen"][0]["naam"] == "Hendrik B."


async def test_a_draft_is_read_back_as_it_was_written(door: Door) -> None:
    draft_id = await a_draft(door)

    read = await door.get("politie", f"/aanmeldingen/{draft_id}")

    person = read.pop("personen")[0]
    assert {name: read[name] for name in SUBMITTED if name != "personen"} == {
        name: value for name, value in SUBMITTED.items() if name != "personen"
    }
    assert (person["naam"], person["bsn"], person["geboortedatum"]) == ("Hendrik B.", "999990044", "1980-02-29")
    assert read["casus"] is None


async def test_every_field_that_handing_in_needs_is_named_at_once(door: Door) -> None:
    made = await door.post("politie", "/aanmeldingen", {})

    problem = await door.refused("politie", f"/aanmeldingen/{made['id']}/indieningen", None, 400)

    assert {one["veld"] for one in problem["velden"]} == {
        "reden", "doel", "situatie", "gemeente", "criteria.a", "criteria.b", "criteria.c", "criteria.d",
        "kwaliteitsverklaring", "besprokenMetBetrokkene", "personen",
    }  # fmt: skip


async def test_every_wrong_field_is_named_by_its_place_on_the_wire(door: Door, db: Databases) -> None:
    wrong = {
        "onbekend": 1, "spoed": "soms", "criteria": {"a": 7},
        "personen": [{"naam": "", "bsn": "12"}, {"naam": "Anna", "geboortedatum": "31-12-1980"}],
    }  # fmt: skip
    before = await rows(db, door.house)

    problem = await door.refused("politie", "/aanmeldingen", wrong, 400)

    said = {one["veld"]: one["melding"] for one in problem["velden"]}
    assert said == {
        "onbekend": "is hier niet bekend; controleer de spelling", "spoed": "is true of false",
        "criteria.a": "is een tekst", "personen[0].naam": "is verplicht",
        "personen[0].bsn": "heeft niet de juiste vorm",
        "personen[1].geboortedatum": "is geen geldige datum, bijvoorbeeld 2026-11-24",
    }  # fmt: skip
    assert await rows(db, door.house) == before


async def test_a_draft_of_another_organisation_does_not_exist_for_you(door: Door) -> None:
    draft_id = await a_draft(door)

    for verb, body in (("GET", None), ("PUT", SUBMITTED), ("DELETE", None)):
        problem = await door.refused("gemeente", f"/aanmeldingen/{draft_id}", body, 404, verb)
        assert problem["detail"] == "Deze aanmelding is niet gevonden, of niet voor u toegankelijk."


async def test_a_draft_can_be_thrown_away_and_a_submitted_report_cannot(door: Door) -> None:
    draft_id, other_id = await a_draft(door), await a_draft(door)
    await door.post("politie", f"/aanmeldingen/{other_id}/indieningen")

    gone = await door.call("DELETE", f"/aanmeldingen/{draft_id}", "politie")

    assert gone.status_code == 204
    await door.refused("politie", f"/aanmeldingen/{draft_id}", None, 404, "GET")
    await door.refused("politie", f"/aanmeldingen/{other_id}", None, 409, "DELETE")


async def test_a_submitted_report_is_withdrawn_with_a_reason(door: Door) -> None:
    draft_id = await a_draft(door)
    await door.refused("politie", f"/aanmeldingen/{draft_id}/intrekkingen", {"toelichting": "opgelost"}, 409)
    await door.post("politie", f"/aanmeldingen/{draft_id}/indieningen")

    taken = await door.post("politie", f"/aanmeldingen/{draft_id}/intrekkingen", {"toelichting": "opgelost"})

    assert (taken["soort"], taken["casus"]["fase"]) == ("intrekken", "afgesloten")


async def test_a_report_is_supplemented_where_the_desk_asked_for_it(door: Door) -> None:
    draft_id = await a_draft(door)
    case = await door.post("politie", f"/aanmeldingen/{draft_id}/indieningen")
    await door.refused("politie", f"/aanmeldingen/{draft_id}/indieningen", None, 409)
    asked = {"soort": "aanvulling_vragen", "toelichting": "welk wijkteam?"}
    await door.post("triagist", f"/casussen/{case['id']}/besluiten", asked)

    changed = await door.call(
        "PUT", f"/aanmeldingen/{draft_id}", "politie", json=SUBMITTED | {"gemeente": "Oosterveen"}
    )
    again = await door.post("politie", f"/aanmeldingen/{draft_id}/indieningen")

    assert changed.status_code == 204
    assert again["id"] == case["id"]
    assert (await door.get("triagist", f"/casussen/{case['id']}"))["gemeente"] == "Oosterveen"
    assert (await door.task("triagist", case["id"], "compleetheid_toetsen"))["teLaat"] is False


async def test_the_list_holds_the_referrals_of_the_own_organisation_only(door: Door) -> None:
    draft_id = await a_draft(door)

    own = await door.get("politie", "/aanmeldingen")
    other = await door.get("ggz", "/aanmeldingen")

    assert [one["id"] for one in own["resultaten"]] == [draft_id]
    assert other["resultaten"] == []
    assert "Hendrik" not in str(own)


async def test_a_message_of_the_sector_becomes_a_referral_with_a_supplement_owed(door: Door) -> None:
    answer = await door.call("POST", "/meldingen", "politie", json=message())

    received = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/v1/aanmeldingen/{received['aanmelding']}"
    read = await door.get("politie", f"/aanmeldingen/{received['aanmelding']}")
    assert (read["reden"], read["doel"]) == ("veertien meldingen", "één plan")
    assert "Sinds wanneer? Juli." in read["situatie"]
    assert read["incidenten"][0]["omschrijving"] == "ruit stuk"
    assert read["personen"][0]["naam"] == "Hendrik van der B."
    assert read["personen"][0]["adres"] == "Dorpsstraat 4, 7981 AB Westerveen"
    assert (await door.task("politie", received["casus"]["id"], "aanmelding_aanvullen"))["id"]


async def test_the_same_message_twice_is_one_referral(door: Door, db: Databases) -> None:
    first = await door.call("POST", "/meldingen", "politie", json=message())
    between = await rows(db, door.house)
    second = await door.call("POST", "/meldingen", "politie", json=message())

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert await rows(db, door.house) == between


async def test_a_message_of_another_kind_is_refused_by_its_field(door: Door) -> None:
    for kind in ("VT", "NAZ"):
        problem = await door.refused("politie", "/meldingen", message(soort=kind), 400)
        assert [one["veld"] for one in problem["velden"]] == ["soort"]
        assert "alleen meldingen van soort ZVH" in problem["velden"][0]["melding"]


async def test_a_message_is_taken_where_the_sector_cannot_say_what_is_true(door: Door) -> None:
    person = message()["heeftBetrekkingOp"][0]
    person["burgerservicenummer"] = "012345672"
    person["naam"].pop("voorvoegsel")
    person["adres"]["postcode"] = "7981AB"

    received = await door.post("politie", "/meldingen", message(id="melding-2", heeftBetrekkingOp=[person]))

    read = (await door.get("politie", f"/aanmeldingen/{received['aanmelding']}"))["personen"][0]
    assert (read["bsn"], read["naam"], read["adres"]) == (
        "012345672", "Hendrik B.", "Dorpsstraat 4, 7981AB Westerveen",
    )  # fmt: skip


async def test_a_message_without_its_required_fields_names_them_all(door: Door) -> None:
    problem = await door.refused("politie", "/meldingen", {"soort": "ZVH", "id": ""}, 400)

    assert {one["veld"] for one in problem["velden"]} == {
        "id", "datumTijd", "verzoek", "terugkoppelingGewenst", "zorgelijkeSituatie", "contact", "overigeInformatie",
    }  # fmt: skip


async def test_a_message_comes_from_a_participant(door: Door) -> None:
    problem = await door.refused("triagist", "/meldingen", message(), 403)

    assert problem["detail"] == "Dit kunnen alleen deelnemers."


async def test_anybody_asks_and_a_participant_makes_it_a_referral(door: Door) -> None:
    question = {
        "huis": door.house.slug, "naam": "W. Wijk", "organisatie": "Wijkteam", "emailadres": "w@wijk.example",
        "thema": "verward gedrag", "vraag": "Hoe pakken wij dit aan met de buurt?",
    }  # fmt: skip
    asked = await door.call("POST", "/hulpvragen", json=question)
    path = f"/hulpvragen/{asked.json()['id']}"

    advised = await door.post("triagist", f"{path}/adviezen", {"tekst": "Bel de wijkagent."})
    adopted = await door.post("gemeente", f"{path}/aanmeldingen")

    assert (asked.status_code, advised["advies"]) == (201, "Bel de wijkagent.")
    assert (await door.get("gemeente", f"/aanmeldingen/{adopted['id']}"))["reden"] == question["vraag"]
    listed = await door.get("triagist", "/hulpvragen")
    assert [one["aanmelding"] for one in listed["resultaten"]] == [adopted["id"]]
    await door.refused("triagist", f"{path}/adviezen", {"tekst": "Nog eens."}, 409)
    await door.refused("politie", f"{path}/aanmeldingen", None, 409)


async def test_a_question_to_a_house_that_is_not_there_is_not_found(door: Door) -> None:
    question = {
        "huis": "nergens", "naam": "W.", "organisatie": "W.", "emailadres": "geen adres", "vraag": "kort",
    }  # fmt: skip
    wrong = await door.call("POST", "/hulpvragen", json=question)
    missing = await door.call(
        "POST", "/hulpvragen", json=question | {"emailadres": "w@wijk.example", "vraag": "lang genoeg zo"}
    )

    assert {one["veld"] for one in wrong.json()["velden"]} == {"emailadres", "vraag"}
    assert missing.status_code == 404


async def handed_in(door: Door) -> str:
    draft_id = await a_draft(door)
    await door.post("politie", f"/aanmeldingen/{draft_id}/indieningen")
    return draft_id


async def test_withdrawing_a_report_does_not_lock_it_before_its_case(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft_id = await handed_in(door)
    monkeypatch.delattr("models.lookups.referrals.own_for_update")

    answer = await door.post("politie", f"/aanmeldingen/{draft_id}/intrekkingen", {"toelichting": "opgelost"})

    assert answer["soort"] == "intrekken"


async def test_a_report_of_another_organisation_is_not_withdrawn(door: Door) -> None:
    draft_id = await handed_in(door)

    await door.refused("gemeente", f"/aanmeldingen/{draft_id}/intrekkingen", {"toelichting": "opgelost"}, 404)

    assert [one["ingetrokkenOp"] for one in (await door.get("politie", "/aanmeldingen"))["resultaten"]] == [None]


async def test_of_many_who_hand_in_at_once_one_makes_a_case(door: Door) -> None:
    draft_id = await a_draft(door)

    answers = await asyncio.gather(
        *(door.call("POST", f"/aanmeldingen/{draft_id}/indieningen", "politie") for _ in range(4))
    )

    assert sorted(one.status_code for one in answers) == [201, 409, 409, 409]
    assert len((await door.get("triagist", "/casussen"))["resultaten"]) == 1


async def test_everything_the_long_form_asks_is_read_back_as_it_was_told(door: Door) -> None:
    draft_id = await a_draft(door, **IN_FULL)

    read = await door.get("politie", f"/aanmeldingen/{draft_id}")

    told = {key: value for key, value in IN_FULL.items() if key != "personen"}
    assert {key: read[key] for key in told} == told
    assert [one["naam"] for one in read["personen"]] == ["Hendrik B.", "Moeder B.", "Jan B."]


async def test_whoever_is_of_the_direct_circle_has_a_relation_with_a_betrokkene(door: Door) -> None:
    """Nobody else is written about (R10, BGS 2.19): not somebody who only knows somebody of the circle."""
    people = [*IN_FULL["personen"], {"rol": "directe_kring", "naam": "Kennis van moeder"}]
    indirect = [*IN_FULL["relaties"], {"van": 4, "met": 2, "soort": "direct_sociaal_contact"}]
    path = f"/aanmeldingen/{await a_draft(door, **IN_FULL | {'personen': people, 'relaties': indirect})}"

    problem = await door.refused("politie", f"{path}/indieningen", None, 400)
    direct = [*IN_FULL["relaties"], {"van": 1, "met": 4, "soort": "direct_sociaal_contact"}]
    told = SUBMITTED | IN_FULL | {"personen": people, "relaties": direct}
    assert (await door.call("PUT", path, "politie", json=told)).status_code == 204
    await door.post("politie", f"{path}/indieningen")

    assert [one["veld"] for one in problem["velden"]] == ["personen[3]"]
    assert "relaties" in problem["velden"][0]["melding"]


@pytest.mark.parametrize(
    ("relations", "said"),
    [
        ([{"van": 1, "met": 4, "soort": "ouder"}], "relaties[0]"),
        ([{"van": 2, "met": 2, "soort": "partner"}], "relaties[0]"),
        ([{"van": 1, "met": 2, "soort": "kind"}] * 2, "relaties"),
        ([{"van": 1, "met": 2, "soort": "buurvrouw"}], "relaties[0].soort"),
        ([{"van": 1, "met": 2, "soort": "kind", "sinds": "2026-02-01", "tot": "2026-01-01"}], "relaties[0].tot"),
    ],
)
async def test_a_relation_is_of_a_known_kind_between_two_people_of_the_report(
    door: Door, db: Databases, relations: list[dict[str, Any]], said: str
) -> None:
    before = await rows(db, door.house)

    answer = await door.call("POST", "/aanmeldingen", "politie", json=SUBMITTED | IN_FULL | {"relaties": relations})

    assert answer.status_code == 400
    assert [one["veld"] for one in answer.json()["velden"]] == [said]
    assert await rows(db, door.house) == before


@pytest.mark.parametrize(("field", "value"), [("gemeente", "Nergenshuizen"), ("themas", ["iets anders"])])
async def test_only_a_municipality_and_a_theme_of_the_house_are_handed_in(
    door: Door, db: Databases, field: str, value: object
) -> None:
    async with unit_of_work(door.house.actors["manager"], db.web) as work:
        setup.set_policy(work, door.house.id, 1, Policy(municipalities=("Westerveen",)))
    draft_id = await a_draft(door, **{field: value})

    answer = await door.call("POST", f"/aanmeldingen/{draft_id}/indieningen", "politie")

    assert answer.status_code == 400
    assert [one["veld"] for one in answer.json()["velden"]] == [field]


async def test_a_text_that_belongs_in_an_attachment_is_refused(door: Door) -> None:
    answer = await door.call("POST", "/aanmeldingen", "politie", json=SUBMITTED | {"situatie": "x" * 50_001})

    assert answer.status_code == 400
    assert answer.json()["velden"][0]["veld"] == "situatie"
