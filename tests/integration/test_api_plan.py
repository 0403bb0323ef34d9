"""Overleggen, afspraken, voortgang and informatie through the interface."""

from datetime import timedelta
from typing import Any

from models.tables.duties import Duty
from models.transactions import unit_of_work
from models.words import DutyKind, Phase
from tests.conftest import Databases
from tests.doors import Door, rows
from tests.factories import Story, a_case


async def in_days(story: Story, days: int) -> Any:
    """A moment, counted on the clock of the database."""
    async with unit_of_work(story.house.actors["regisseur"], story.database) as work:
        return work.now + timedelta(days=days)


async def pledge(story: Story, key: str, **facts: Any) -> dict[str, Any]:
    """A commitment of an organisation, within thirty days."""
    due = (await in_days(story, 30)).date().isoformat()
    made = {"organisatie": str(story.house.organisations[key]), "domein": "zorg", "tekst": "begeleiding"}
    return made | {"uiterlijk": due} | facts


async def commitment_of(door: Door, story: Story, key: str) -> dict[str, Any]:
    """The first commitment of an organisation."""
    found = (await door.get("regisseur", f"/casussen/{story.case_id}/afspraken"))["resultaten"]
    return next(one for one in found if one["organisatie"]["id"] == str(story.house.organisations[key]))


async def test_a_meeting_is_planned_held_and_written_down(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.FOCUSOVERLEG)
    meeting = (await door.get("ggz", f"/casussen/{story.case_id}/overleggen"))["resultaten"][0]
    present = [str(one) for one in story.organisations("politie", "gemeente")]
    outcome = {
        "uitkomst": "één plan", "aanwezigen": present,
        "afspraken": [await pledge(story, "politie"), await pledge(story, "ggz")],
    }  # fmt: skip

    await door.post("regisseur", f"/overleggen/{meeting['id']}/uitkomsten", outcome)

    read = await door.get("ggz", f"/overleggen/{meeting['id']}")
    assert read["uitkomst"] == "één plan"
    assert {one["organisatie"]["naam"]: one["aanwezig"] for one in read["genodigden"]} == {
        "Politie": True, "Gemeente Westerveen": True, "GGZ Westerveen": False,
    }  # fmt: skip
    assert (await commitment_of(door, story, "politie"))["status"] == "toegezegd"
    assert (await commitment_of(door, story, "ggz"))["status"] == "voorgesteld"
    assert (await door.get("manager", f"/overleggen/{meeting['id']}"))["uitkomst"] is None


async def test_a_wrong_commitment_is_named_by_its_place(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.FOCUSOVERLEG)
    meeting = (await door.get("ggz", f"/casussen/{story.case_id}/overleggen"))["resultaten"][0]
    wrong = [await pledge(story, "politie"), await pledge(story, "reclassering", domein="anders")]
    before = await rows(db, door.house)

    problem = await door.refused(
        "regisseur", f"/overleggen/{meeting['id']}/uitkomsten", {"uitkomst": "x", "afspraken": wrong}, 400
    )

    assert {one["veld"] for one in problem["velden"]} == {"afspraken[1].domein", "afspraken[1].organisatie"}
    assert await rows(db, door.house) == before


async def test_only_the_regisseur_plans_and_never_twice_or_in_the_past(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.MONITORING)
    path = f"/casussen/{story.case_id}/overleggen"
    later, past = await in_days(story, 7), await in_days(story, -1)

    await door.refused("ggz", path, {"begintOp": later.isoformat()}, 403)
    behind = await door.refused("regisseur", path, {"begintOp": past.isoformat()}, 400)
    made = await door.call("POST", path, "regisseur", json={"begintOp": later.isoformat(), "plaats": "Stadhuis"})
    twice = await door.refused("regisseur", path, {"begintOp": later.isoformat()}, 409)

    assert behind["velden"] == [{"veld": "begintOp", "melding": "ligt in de toekomst"}]
    assert made.headers["location"] == f"/v1/overleggen/{made.json()['id']}"
    assert twice["detail"] == "Er staat al een overleg gepland; verdaag dat."


async def test_the_regisseur_adds_to_the_plan_and_the_owner_is_asked(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.MONITORING)
    path = f"/casussen/{story.case_id}/afspraken"
    wanted = {"afspraken": [await pledge(story, "gemeente")]}

    await door.refused("ggz", path, wanted, 403)
    added = await door.post("regisseur", path, wanted)

    task = await door.task("gemeente", story.case_id, "afspraak_aanvaarden")
    assert [one["id"] for one in added["resultaten"]] == [task["onderwerp"]]
    await door.post("gemeente", f"/taken/{task['id']}/antwoorden", {"uitkomst": "aanvaard"})
    assert (await commitment_of(door, story, "gemeente"))["status"] == "toegezegd"


async def test_a_commitment_is_replaced_by_another(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.MONITORING)
    old = await commitment_of(door, story, "ggz")

    wanted = {"afspraken": [await pledge(story, "ggz", vervangt=old["id"])]}
    await door.post("regisseur", f"/casussen/{story.case_id}/afspraken", wanted)

    found = (await door.get("regisseur", f"/casussen/{story.case_id}/afspraken"))["resultaten"]
    assert next(one for one in found if one["id"] == old["id"])["status"] == "vervallen"


async def test_adding_commitments_belongs_to_a_plan_in_force(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.FOCUSOVERLEG)

    problem = await door.refused(
        "regisseur", f"/casussen/{story.case_id}/afspraken", {"afspraken": [await pledge(story, "ggz")]}, 409
    )
    empty = await door.refused("regisseur", f"/casussen/{story.case_id}/afspraken", {"afspraken": []}, 400)

    assert "tijdens monitoring" in problem["detail"]
    assert [one["veld"] for one in empty["velden"]] == ["afspraken"]


async def test_progress_on_everything_answers_the_question_with_the_worst(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.PLAN)
    extra = {"afspraken": [await pledge(story, "politie", tekst="gesprek")]}
    await door.post("regisseur", f"/casussen/{story.case_id}/afspraken", extra)
    for who in ("ggz", "politie"):
        task = await door.task(who, story.case_id, "afspraak_aanvaarden")
        await door.post(who, f"/taken/{task['id']}/antwoorden", {"uitkomst": "aanvaard"})
    found = (await door.get("politie", f"/casussen/{story.case_id}/afspraken"))["resultaten"]
    first, second = (one["id"] for one in found if one["organisatie"]["naam"] == "Politie")

    async def asked() -> list[Duty]:
        owed = await story.duties(DutyKind.PROGRESS, key="regisseur")
        return [one for one in owed if one.owner_organisation_id == door.house.organisations["politie"]]

    await door.post("politie", f"/afspraken/{first}/voortgang", {"stand": "vertraagd", "toelichting": "ziek"})
    assert [one.ended_as for one in await asked()] == [None]
    await door.post("politie", f"/afspraken/{second}/voortgang", {"stand": "op_schema"})

    assert [one.ended_as for one in await asked()] == ["vertraagd"]


async def test_a_commitment_that_is_done_ends_its_task_and_itself(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.MONITORING)
    mine = await commitment_of(door, story, "ggz")

    await door.post("ggz", f"/afspraken/{mine['id']}/voortgang", {"stand": "gereed"})

    done = await commitment_of(door, story, "ggz")
    assert (done["status"], done["voortgang"][0]["stand"]) == ("gereed", "gereed")
    assert "afspraak_uitvoeren" not in {one["soort"] for one in (await door.get("ggz", "/taken"))["resultaten"]}
    assert (await story.duty(DutyKind.PROGRESS, key="ggz")).ended_as is not None
    again = await door.refused("ggz", f"/afspraken/{mine['id']}/voortgang", {"stand": "op_schema"}, 409)
    assert "al beëindigd" in again["detail"]


async def test_progress_comes_from_the_owner_and_explains_what_goes_wrong(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.MONITORING)
    mine = await commitment_of(door, story, "ggz")
    path = f"/afspraken/{mine['id']}/voortgang"
    before = await rows(db, door.house)

    await door.refused("politie", path, {"stand": "op_schema"}, 403)
    await door.refused("reclassering", path, {"stand": "op_schema"}, 404)
    bare = await door.refused("ggz", path, {"stand": "vastgelopen"}, 400)
    wrong = await door.refused("ggz", path, {"stand": "goed"}, 400)

    assert [one["veld"] for one in bare["velden"]] == ["toelichting"]
    assert wrong["velden"][0]["melding"].startswith("kies uit: gereed, op_schema")
    assert await rows(db, door.house) == before


async def test_information_comes_with_its_supplier_and_conditions(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.FOCUSOVERLEG)
    path = f"/casussen/{story.case_id}/informatie"
    politie = str(door.house.organisations["politie"])
    secret = {
        "categorie": "gezondheid", "tekst": "opname in mei", "regime": "medisch", "nietVoor": [politie],
        "doorbrekingsgrond": "uitdrukkelijke_toestemming",
    }  # fmt: skip

    await door.post("ggz", path, secret)
    await door.post("politie", path, {"categorie": "politiegegevens", "tekst": "twee aangiften"})

    async def read(who: str) -> list[str]:
        return [one["tekst"] for one in (await door.get(who, path))["resultaten"]]

    assert await read("ggz") == ["opname in mei", "twee aangiften"]
    assert await read("politie") == ["twee aangiften"]
    assert await read("manager") == []
    await door.refused("reclassering", path, None, 404, "GET")


async def test_the_regisseur_names_who_supplied_and_others_speak_for_themselves(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.FOCUSOVERLEG)
    path = f"/casussen/{story.case_id}/informatie"
    item = {"categorie": "zorg", "tekst": "volgens de huisarts stabiel"}
    ggz, stranger = (str(door.house.organisations[one]) for one in ("ggz", "reclassering"))

    unnamed = await door.refused("regisseur", path, item, 400)
    await door.refused("regisseur", path, item | {"leverancier": stranger}, 400)
    await door.refused("politie", path, item | {"leverancier": ggz}, 403)
    await door.refused("manager", path, item, 403)
    await door.refused("regisseur", path, item | {"leverancier": ggz, "persoon": ggz}, 400)
    await door.post("regisseur", path, item | {"leverancier": ggz})

    assert [one["veld"] for one in unnamed["velden"]] == ["leverancier"]
    assert (await door.get("politie", path))["resultaten"][0]["leverancier"]["naam"] == "GGZ Westerveen"


async def test_nothing_is_added_to_a_closed_case(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.CLOSED)

    problem = await door.refused(
        "ggz", f"/casussen/{story.case_id}/informatie", {"categorie": "zorg", "tekst": "laat"}, 409
    )

    assert problem["detail"] == "Aan een afgesloten casus wordt geen informatie toegevoegd."
