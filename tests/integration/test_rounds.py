"""Rounds of monitoring: progress side by side, incidents since last time, and a next date that is never empty."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from models.casebook.frame import open_frame
from models.refusals import InvalidFields, NotPossible
from models.words import DecisionKind as D
from models.words import DutyKind, Phase
from tests.conftest import Databases
from tests.doors import Door
from tests.factories import Story, a_case, onward
from tests.integration.test_workplace import signed_in

NECESSARY: dict[str, Any] = {"criteria_met": True, "necessity": "zonder regie valt de zorg weg"}


@pytest.fixture
async def story(door: Door, db: Databases) -> Story:
    """A case in execution: the police watches, the ggz treats."""
    return await a_case(db.web, door.house, Phase.MONITORING)


async def commitment(door: Door, story: Story, key: str) -> str:
    listed = (await door.get(key, f"/casussen/{story.case_id}/afspraken"))["resultaten"]
    return str(next(o["id"] for o in listed if o["organisatie"]["id"] == str(door.house.organisations[key])))


async def rounds(door: Door, story: Story, key: str = "regisseur") -> list[dict[str, Any]]:
    found = await door.get(key, f"/casussen/{story.case_id}/rondes")
    return list(found["resultaten"])


async def test_what_was_said_last_stands_beside_what_was_said_in_the_round_before(door: Door, story: Story) -> None:
    police = await commitment(door, story, "politie")
    for state, note in (("op_schema", ""), ("vertraagd", "te weinig mensen")):
        await door.post("politie", f"/afspraken/{police}/voortgang", {"stand": state, "toelichting": note})
    await story.decide("ggz", D.CONTINUE, **NECESSARY)
    await door.post("politie", f"/afspraken/{police}/voortgang", {"stand": "op_schema"})

    first, second = await rounds(door, story)

    said = {one["organisatie"]["naam"]: one for one in second["voortgang"]}
    assert said["Politie"]["vorigeStand"]["toelichting"] == "te weinig mensen"
    assert (said["Politie"]["vorigeStand"]["stand"], said["Politie"]["stand"]["stand"]) == ("vertraagd", "op_schema")
    assert (said["GGZ Westerveen"]["vorigeStand"], said["GGZ Westerveen"]["stand"]) == (None, None)
    assert [one["naam"] for one in first["nietsGemeld"]] == ["GGZ Westerveen"]
    assert (first["nummer"], first["uitkomst"]["soort"], second["uitkomst"]) == (1, "doorgaan", None)
    assert first["uitkomst"]["noodzaak"] == NECESSARY["necessity"]
    assert await door.get("ggz", f"/casussen/{story.case_id}/rondes/2") == second


async def test_an_incident_belongs_to_the_round_in_which_it_was_reported(door: Door, story: Story) -> None:
    await story.decide("gemeente", D.INCIDENT, reason="ruit ingegooid")
    await story.decide("ggz", D.CONTINUE, **NECESSARY)
    await story.decide("gemeente", D.INCIDENT, reason="bedreiging op straat")

    first, second = await rounds(door, story)

    assert [one["toelichting"] for one in first["incidenten"]] == ["ruit ingegooid"]
    assert [one["toelichting"] for one in second["incidenten"]] == ["bedreiging op straat"]


@pytest.mark.parametrize("kind", [D.CONTINUE, D.ADJUST, D.SCALE_DOWN])
async def test_after_every_outcome_there_is_a_next_date(door: Door, story: Story, kind: D) -> None:
    await story.decide("politie", kind, **(NECESSARY if kind is not D.SCALE_DOWN else {}))

    found = (await rounds(door, story))[0]

    waits = {D.CONTINUE: "evalueren", D.ADJUST: "overleg_houden", D.SCALE_DOWN: "over_afsluiten_beslissen"}
    assert (found["daarna"], found["volgendeOp"] > found["geeindigdOp"]) == (waits[kind], True)


async def test_the_next_evaluation_is_on_the_day_that_was_agreed_else_after_the_term_of_the_house(
    story: Story,
) -> None:
    async with story.acting("regisseur") as work:
        agreed = work.now + timedelta(days=20)
    await story.decide("ggz", D.CONTINUE, until=agreed, **NECESSARY)
    assert (await story.duty(DutyKind.EVALUATION)).due_at == agreed
    assert (await story.open_kinds()).count(DutyKind.EVALUATION) == 1

    await story.decide("politie", D.CONTINUE, **NECESSARY)

    again = await story.duty(DutyKind.EVALUATION)
    assert timedelta(days=41) < again.due_at - again.opened_at < timedelta(days=47)


async def test_no_case_is_left_alone_for_longer_than_half_a_year(story: Story) -> None:
    async with story.acting("regisseur") as work:
        late, gone = work.now + timedelta(days=200), work.now - timedelta(days=1)

    for until in (late, gone):
        with pytest.raises(InvalidFields, match="datum"):
            await story.decide("ggz", D.CONTINUE, until=until, **NECESSARY)


@pytest.mark.parametrize("how", ["answered_at", "withdrawn_at"])
async def test_the_database_refuses_a_round_without_a_next_evaluation(story: Story, how: str) -> None:
    evaluation = await story.duty(DutyKind.EVALUATION)

    with pytest.raises(IntegrityError, match="without a next evaluation"):
        async with story.acting("regisseur") as work:
            await open_frame(work, story.case_id)
            statement = text(f"UPDATE duty SET {how} = :at WHERE id = :id")
            await work.session.execute(statement, {"at": work.now, "id": evaluation.id})


@pytest.mark.parametrize("kind", [D.CONTINUE, D.ADJUST])
async def test_who_no_longer_meets_the_criteria_is_not_followed_any_longer(story: Story, kind: D) -> None:
    with pytest.raises(NotPossible, match="Schaal de casus af"):
        await story.decide("ggz", kind, criteria_met=False, necessity="gewoonte")


async def test_informing_that_was_postponed_is_asked_again_at_every_evaluation(story: Story) -> None:
    async with story.acting("regisseur") as work:
        recheck = work.now + timedelta(days=60)
    await story.answer("ggz", DutyKind.INFORM_GROUND, "grond", note="gevaar voor de behandelaar")
    await story.answer("politie", DutyKind.INFORM_GROUND, "geen_grond")
    await story.answer("politie", DutyKind.INFORM_PERSON, "uitgesteld", note="veiligheid", recheck_at=recheck)

    await story.decide("ggz", D.CONTINUE, **NECESSARY)

    again = [one for one in await story.duties(DutyKind.INFORM_GROUND) if one.ended_as is None]
    assert story.house.organisations["ggz"] in {one.owner_organisation_id for one in again}
    assert story.house.organisations["politie"] not in {one.owner_organisation_id for one in again}
    assert (await story.duty(DutyKind.RECHECK_INFORMING)).due_at < recheck - timedelta(days=40)


async def test_texts_are_for_who_reads_the_case_and_the_course_of_it_for_the_house(door: Door, story: Story) -> None:
    police = await commitment(door, story, "politie")
    await door.post("politie", f"/afspraken/{police}/voortgang", {"stand": "vertraagd", "toelichting": "geheim"})
    await story.decide("gemeente", D.INCIDENT, reason="ruit ingegooid")

    seen = (await rounds(door, story, "triagist"))[0]

    assert (seen["voortgang"], [one["toelichting"] for one in seen["incidenten"]]) == ([], [None])
    for key in ("om", "reclassering"):
        assert (await door.call("GET", f"/casussen/{story.case_id}/rondes", key)).status_code == 404
    await onward(story, Phase.MONITORING, Phase.CLOSED)
    shielded = (await rounds(door, story))[0]
    assert (shielded["voortgang"], shielded["uitkomst"]["toelichting"]) == ([], None)


async def test_the_page_lays_the_rounds_side_by_side(door: Door, story: Story, db: Databases) -> None:
    police = await commitment(door, story, "politie")
    await door.post("politie", f"/afspraken/{police}/voortgang", {"stand": "vertraagd", "toelichting": "wachtlijst"})
    await story.decide("ggz", D.CONTINUE, **NECESSARY)

    async with signed_in(db, door.house, "regisseur") as client:
        shown = (await client.get(f"/casussen/{story.case_id}/rondes")).text

    assert "Ronde 2" in shown
    assert "Vertraagd: wachtlijst" in shown
    assert "geen voortgang gemeld" in shown
    assert "Geen voortgang gemeld: GGZ Westerveen" in shown
