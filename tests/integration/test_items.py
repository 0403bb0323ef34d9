"""Informatie in full: what it says, who may say it, correcting it, taking it back, and who hears of that."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from models.casebook import minutes
from models.casebook.frame import open_frame
from models.commands.referrals import DescribeSubject
from models.itemwords import Category, Condition, Regime, SecrecyRoute
from models.lookups import meetings as meeting_lookup
from models.refusals import InvalidFields
from models.tables.base import new_id
from models.tables.engine import Message
from models.tables.items import InfoItem, InfoItemVersion
from models.texts.rendering import message
from models.words import DecisionKind as D
from models.words import Phase
from tests.conftest import Databases
from tests.doors import Door
from tests.factories import Story, a_case, an_item
from tests.integration.test_workplace import signed_in

SECRET = {
    "categorie": "gezondheid", "tekst": "opname in mei op eigen verzoek", "leefgebied": "geestelijke gezondheid",
    "regime": "medisch", "doorbrekingsgrond": "goed_hulpverlenerschap", "motiveringDoorbreking": "acuut gevaar",
    "bron": "behandelaar", "betrouwbaarheid": "vastgesteld", "voorwaarden": ["niet_aan_derden", "niet_in_verslag"],
    "toelichtingVoorwaarden": "alleen risico-informatie",
}  # fmt: skip


@pytest.fixture
async def story(door: Door, db: Databases) -> Story:
    return await a_case(db.web, door.house, Phase.FOCUSOVERLEG)


def where(story: Story, item: str = "") -> str:
    return f"/casussen/{story.case_id}/informatie" + (f"/{item}" if item else "")


async def supplied(door: Door, story: Story, who: str = "ggz", **facts: Any) -> str:
    made = await door.post(who, where(story), SECRET | facts)
    return str(made["id"])


async def outbox(story: Story) -> dict[str, set[str]]:
    """Who is told about changed information, by template."""
    people = {one.person_id: key for key, one in story.house.actors.items()}
    found: dict[str, set[str]] = {}
    async with story.acting("manager") as work:
        for one in await work.session.scalars(select(Message).where(Message.template == "gecorrigeerd")):
            if story.case_id in one.case_ids:
                found.setdefault(one.template, set()).add(people[one.recipient_id])
    return found


async def test_an_item_says_everything_the_law_asks_of_it(door: Door, story: Story) -> None:
    item = await supplied(door, story)

    read = await door.get("politie", where(story, item))

    assert {name: read[name] for name in SECRET if name != "toelichtingVoorwaarden"} == {
        name: value for name, value in SECRET.items() if name != "toelichtingVoorwaarden"
    }
    assert read["leverancier"]["naam"] == "GGZ Westerveen"
    assert read["vastgelegdDoor"] == str(door.house.person("ggz"))
    assert read["grondslag"] == "WGS 2.29, tweede lid"
    assert read["persoon"] == (await door.get("politie", f"/casussen/{story.case_id}"))["betrokkenen"][0]["id"]
    assert (read["versie"], read["ingetrokkenOp"], read["gecorrigeerdOp"]) == (1, None, None)


async def test_for_whom_an_item_is_not_is_told_to_its_supplier_and_who_leads_only(door: Door, story: Story) -> None:
    om = str(door.house.organisations["om"])
    item = await supplied(door, story, nietVoor=[om])
    fields = ("nietVoor", "alleenVoor", "toelichtingVoorwaarden")

    for who, known in {"ggz": True, "regisseur": True, "politie": False, "gemeente": False}.items():
        read = await door.get(who, where(story, item))
        listed = (await door.get(who, where(story)))["resultaten"][0]
        assert read == listed
        assert [read[name] for name in fields] == ([[om], [], "alleen risico-informatie"] if known else [None] * 3)
        assert read["voorwaarden"] == ["niet_aan_derden", "niet_in_verslag"], (
            "how to deal with it every reader must know"
        )


async def test_only_the_named_read_what_is_for_them_alone(door: Door, story: Story) -> None:
    item = await supplied(door, story, alleenVoor=[str(door.house.organisations["gemeente"])])

    found = {
        who: (await door.call("GET", where(story, item), who)).status_code
        for who in ("ggz", "gemeente", "politie", "regisseur")
    }

    assert found == {"ggz": 200, "gemeente": 200, "politie": 404, "regisseur": 404}


@pytest.mark.parametrize(
    ("facts", "fields"),
    [
        ({"doorbrekingsgrond": None}, ["doorbrekingsgrond"]),
        ({"motiveringDoorbreking": " "}, ["motiveringDoorbreking"]),
        ({"regime": "AVG"}, ["doorbrekingsgrond"]),
        ({"categorie": "stemming"}, ["categorie"]),
        ({"categorie": "aanmelding"}, ["categorie"]),
        ({"leefgebied": "sterrenbeeld"}, ["leefgebied"]),
        ({"beroepskracht": "S. de Wit"}, ["categorie"]),
        ({"voorwaarden": ["niet_hardop"]}, ["voorwaarden[0]"]),
        ({"persoon": str(new_id())}, ["persoon"]),
    ],
)
async def test_an_item_that_may_not_be_kept_is_refused_by_name(
    door: Door, story: Story, facts: dict[str, Any], fields: list[str]
) -> None:
    problem = await door.refused("ggz", where(story), SECRET | facts, 400)

    assert [one["veld"] for one in problem["velden"]] == fields
    assert await story.all(InfoItem, key="ggz") == []


async def test_of_a_professional_name_and_contact_are_kept(door: Door, story: Story) -> None:
    body = {"categorie": "identificerend_en_contact", "beroepskracht": "S. de Wit", "tekst": "wijkteam, 0880 123456"}

    made = await door.post("ggz", where(story), body)

    read = await door.get("politie", where(story, made["id"]))
    assert (read["beroepskracht"], read["persoon"]) == ("S. de Wit", None)


async def test_somebody_of_the_circle_is_written_about_and_somebody_of_another_case_is_not(
    door: Door, db: Databases
) -> None:
    people = (
        DescribeSubject(name="Kevin D."), DescribeSubject(name="Moeder D.", standing="directe_kring"),
        DescribeSubject(name="Monique D."),
    )  # fmt: skip
    story = await a_case(db.web, door.house, Phase.SCREENING, subjects=people)
    report = (await door.get("politie", f"/casussen/{story.case_id}"))["aanmelding"]
    ids = {one["naam"]: one["id"] for one in (await door.get("politie", f"/aanmeldingen/{report}"))["personen"]}
    await story.judge(others=(UUID(ids["Monique D."]),))
    await story.decide("om", D.ADMIT, subjects=(ids["Monique D."],))
    await story.decide("om", D.CHOOSE_INVOLVED, organisations=story.organisations("politie", "ggz"))
    said = {"categorie": "relaties", "tekst": "komt er dagelijks"}

    await door.post("politie", where(story), said | {"persoon": ids["Moeder D."]})
    await door.refused("politie", where(story), said | {"persoon": ids["Monique D."]}, 400)


async def test_what_no_field_is_for_is_warned_about_and_holds_nothing_up(door: Door, story: Story) -> None:
    body = {"categorie": "begeleiding_en_hulp", "tekst": "is sinds kort moslim en lid van de moskee"}

    made = await door.post("ggz", where(story), body)

    assert [one["soort"] for one in made["waarschuwingen"]] == ["godsdienst"]
    assert "moslim" not in str(made), "the answer is kept for a day, and says nothing about a person"
    assert (await door.get("politie", where(story, made["id"])))["tekst"] == body["tekst"]


async def test_a_correction_replaces_what_everybody_reads_and_keeps_since_when(door: Door, story: Story) -> None:
    item = await supplied(door, story)
    before = await door.get("politie", where(story, item))
    etag = (await door.call("GET", where(story, item), "ggz")).headers["etag"]
    better = SECRET | {"tekst": "opname in juni"}

    answer = await door.call("PUT", where(story, item), "ggz", json=better, headers={"If-Match": etag})
    late = await door.call("PUT", where(story, item), "ggz", json=better, headers={"If-Match": etag})

    after = await door.get("politie", where(story, item))
    assert (answer.status_code, answer.headers["etag"], late.status_code) == (200, '"2"', 412)
    assert (after["tekst"], after["versie"], after["vastgelegdOp"]) == ("opname in juni", 2, before["vastgelegdOp"])
    assert after["gecorrigeerdOp"]
    assert len((await door.get("politie", where(story)))["resultaten"]) == 1


async def test_what_it_said_before_is_for_its_supplier_and_for_nobody_who_does_not_supervise(
    door: Door, story: Story
) -> None:
    item = await supplied(door, story)
    await door.call("PUT", where(story, item), "ggz", json=SECRET | {"tekst": "opname in juni"})

    path = where(story, item) + "/versies"
    found = {
        who: await door.call("GET", path, who) for who in ("ggz", "privacy", "politie", "regisseur", "reclassering")
    }

    assert {who: one.status_code for who, one in found.items()} == {
        "ggz": 200, "privacy": 404, "politie": 404, "regisseur": 403, "reclassering": 404,
    }  # fmt: skip
    (version,) = found["ggz"].json()["resultaten"]
    assert (version["versie"], version["inhoud"]["tekst"]) == (1, SECRET["tekst"])
    for who, seen in {"ggz": 1, "privacy": 0, "politie": 0, "regisseur": 0, "manager": 0}.items():
        async with story.acting(who) as work:
            rows = await work.session.scalars(
                select(InfoItemVersion.version).where(InfoItemVersion.case_id == story.case_id)
            )
            assert len(rows.all()) == seen, who


async def test_who_supplied_takes_it_back_and_why_stays_with_them(door: Door, story: Story) -> None:
    item = await supplied(door, story)

    await door.post("ggz", where(story, item) + "/intrekkingen", {"toelichting": "bleek een ander"}, 204)

    assert (await door.get("politie", where(story)))["resultaten"] == []
    assert (await door.call("GET", where(story, item), "politie")).status_code == 404
    own = await door.get("ggz", where(story, item))
    assert (own["tekst"], own["ingetrokkenOp"] is not None) == ("", True)
    (version,) = (await door.get("ggz", where(story, item) + "/versies"))["resultaten"]
    assert (version["toelichting"], version["inhoud"]["tekst"]) == ("bleek een ander", SECRET["tekst"])
    async with story.acting("politie") as work:
        row = (
            await work.session.execute(text("SELECT t::text FROM info_item t WHERE id = :id"), {"id": item})
        ).scalar_one()
    assert "opname" not in row
    assert "acuut gevaar" not in row
    await door.refused("ggz", where(story, item) + "/intrekkingen", {"toelichting": "nog eens"}, 409)
    assert (await door.call("PUT", where(story, item), "ggz", json=SECRET)).status_code == 409


async def test_only_who_supplied_changes_it(door: Door, story: Story) -> None:
    item = await supplied(door, story)

    for who, status in {"politie": 403, "regisseur": 403, "manager": 404, "reclassering": 404}.items():
        assert (await door.call("PUT", where(story, item), who, json=SECRET)).status_code == status, who
        await door.refused(who, where(story, item) + "/intrekkingen", {"toelichting": "weg"}, status)


@pytest.mark.parametrize("act", ["correct", "withdraw"])
async def test_who_could_read_it_hears_that_something_changed_and_nobody_else(
    door: Door, story: Story, act: str
) -> None:
    item = await supplied(door, story, nietVoor=[str(door.house.organisations["politie"])])

    if act == "correct":
        await door.call("PUT", where(story, item), "ggz", json=SECRET | {"tekst": "opname in juni"})
    else:
        await door.post("ggz", where(story, item) + "/intrekkingen", {"toelichting": "onjuist"}, 204)

    assert await outbox(story) == {"gecorrigeerd": {"gemeente", "regisseur"}}
    async with story.acting("manager") as work:
        rows = list(await work.session.scalars(select(Message).where(Message.template == "gecorrigeerd")))
    mine = [one for one in rows if story.case_id in one.case_ids]
    said = [message(one.template, one.lines, house="Huis", base_url="https://pols.example") for one in mine]
    for words in ("opname", item, "GGZ", "Hendrik", "onjuist"):
        assert words not in f"{said} {[(one.key, one.lines) for one in mine]}"


async def lines(door: Door, story: Story, who: str) -> list[str]:
    found = (await door.get(who, f"/casussen/{story.case_id}/tijdlijn", paginaGrootte=100))["resultaten"]
    return [one["tekst"] for one in found if one["tekst"].startswith("Informatie ")]


async def test_the_history_says_that_something_was_corrected_to_who_reads_it(door: Door, story: Story) -> None:
    item = await supplied(door, story, nietVoor=[str(door.house.organisations["politie"])])
    await door.call(
        "PUT", where(story, item), "ggz", json=SECRET | {"nietVoor": [str(door.house.organisations["politie"])]}
    )
    await door.post("ggz", where(story, item) + "/intrekkingen", {"toelichting": "onjuist"}, 204)

    told = [f"Informatie {what} door GGZ Westerveen" for what in ("ingetrokken", "gecorrigeerd", "aangeleverd")]

    for who in ("ggz", "gemeente", "regisseur"):
        assert await lines(door, story, who) == told
    for who in ("politie", "manager", "triagist"):
        assert await lines(door, story, who) == []
        async with story.acting(who) as work:
            counted = text("SELECT count(*) FROM history WHERE case_id = :case AND what LIKE 'informatie%'")
            assert await work.session.scalar(counted, {"case": story.case_id}) == 0, "and the second fence"


async def test_what_the_regisseur_writes_for_a_supplier_is_theirs_and_says_namens(door: Door, story: Story) -> None:
    item = await supplied(door, story, "regisseur", leverancier=str(door.house.organisations["ggz"]))

    read = await door.get("ggz", where(story, item))
    told = (await door.get("ggz", f"/casussen/{story.case_id}/tijdlijn"))["resultaten"][0]
    assert (read["leverancier"]["naam"], read["vastgelegdDoor"]) == (
        "GGZ Westerveen",
        str(door.house.person("regisseur")),
    )
    assert (told["tekst"], told["wie"], told["namens"]) == (
        "Informatie aangeleverd door GGZ Westerveen", "Regisseur Fictief", "GGZ Westerveen",
    )  # fmt: skip
    assert (await door.call("PUT", where(story, item), "ggz", json=SECRET)).status_code == 200


async def test_who_left_keeps_what_they_supplied_and_loses_what_others_did(door: Door, story: Story) -> None:
    mine, theirs = await supplied(door, story), await supplied(door, story, "politie")
    await story.decide(
        "triagist", D.RELEASE, organisations=story.organisations("ggz"), deciders=(door.house.person("om"),)
    )

    assert [one["id"] for one in (await door.get("ggz", where(story)))["resultaten"]] == [mine]
    assert (await door.get("ggz", where(story, mine)))["tekst"] == SECRET["tekst"]
    assert (await door.call("GET", where(story, theirs), "ggz")).status_code == 404
    assert (await door.call("PUT", where(story, mine), "ggz", json=SECRET | {"tekst": "in juni"})).status_code == 200
    await door.post("ggz", where(story, mine) + "/intrekkingen", {"toelichting": "onjuist"}, 204)
    for path in ("", "/tijdlijn", "/besluiten", "/taken"):
        assert (await door.call("GET", f"/casussen/{story.case_id}{path}", "ggz")).status_code == 404
    await door.refused("ggz", where(story), SECRET, 404)


async def test_minutes_and_outcome_take_nothing_over_that_not_everybody_may_read(door: Door, story: Story) -> None:
    await supplied(door, story, voorwaarden=[], nietVoor=[str(door.house.organisations["politie"])])
    await supplied(door, story, tekst="betaalt de huur niet meer", voorwaarden=[])
    async with story.acting("regisseur") as work:
        meeting = await meeting_lookup.coming(work, story.case_id)
    assert meeting is not None
    path = f"/overleggen/{meeting.id}/uitkomsten"

    problem = await door.refused("regisseur", path, {"uitkomst": "Besproken: Opname in mei  op eigen verzoek."}, 400)
    await door.post("regisseur", path, {"uitkomst": "Besproken: betaalt de huur niet meer."})

    assert [one["veld"] for one in problem["velden"]] == ["uitkomst"]
    with pytest.raises(InvalidFields, match="toelichting"):
        async with story.acting("regisseur") as work:
            frame = await open_frame(work, story.case_id)
            await minutes.answered(frame, meeting.id, "opname in mei op eigen verzoek")


async def test_the_page_of_a_case_shows_what_may_be_read_and_for_whom_not_to_its_supplier(
    door: Door, db: Databases, story: Story
) -> None:
    await supplied(door, story, nietVoor=[str(door.house.organisations["om"])], voorwaarden=["niet_aan_betrokkene"])
    await supplied(door, story, tekst="betaalt de huur niet meer", nietVoor=[str(door.house.organisations["gemeente"])])

    pages = {}
    for who in ("ggz", "gemeente", "manager"):
        async with signed_in(db, door.house, who) as client:
            pages[who] = (await client.get(f"/casussen/{story.case_id}")).text

    assert "Niet voor: Openbaar Ministerie" in pages["ggz"]
    assert "betaalt de huur niet meer" in pages["ggz"]
    for words in (SECRET["tekst"], "Gezondheid", "GGZ Westerveen", "Niet aan betrokkene"):
        assert str(words) in pages["gemeente"]
    assert "Niet voor" not in pages["gemeente"]
    assert "betaalt de huur niet meer" not in pages["gemeente"]
    assert 'id="informatie"' not in pages["manager"]


# The rules that are also in the table


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("secrecy_has_a_route", {"regime": Regime.MEDICAL}),
        ("secrecy_has_a_route", {"regime": Regime.YOUTH}),
        ("good_care_is_reasoned", {"regime": Regime.MEDICAL, "route": SecrecyRoute.GOOD_CARE}),
        ("professional_by_name_and_contact", {"professional": "S. de Wit", "category": Category.HEALTH}),
        ("conditions_are_known", {"conditions": ["niet_hardop"]}),
        ("ground_is_named", {"ground": ""}),
        ("withdrawn_is_empty", {"body": ""}),
    ],
)
async def test_the_table_refuses_it_too(story: Story, name: str, facts: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match=name):
        async with story.acting("ggz") as work:
            an_item(work, story, "ggz", **facts)


async def test_nobody_supplies_in_anothers_name_past_the_rules(story: Story) -> None:
    with pytest.raises(DBAPIError, match="row-level security"):
        async with story.acting("politie") as work:
            an_item(work, story, "ggz")


@pytest.mark.parametrize("column", ["first_processed_at", "supplier_id", "case_id", "house_id", "written_by"])
async def test_since_when_and_from_whom_cannot_be_changed_by_any_act(story: Story, column: str) -> None:
    async with story.acting("ggz") as work:
        item = an_item(work, story, "ggz", conditions=[Condition.NO_MINUTES])

    with pytest.raises(ProgrammingError, match="permission denied"):
        async with story.acting("ggz") as work:
            await work.session.execute(
                text(f"UPDATE info_item SET {column} = {column} WHERE id = :id"), {"id": item.id}
            )
