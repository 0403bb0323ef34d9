"""Answered by phone: the ladder stops at once, the partner sees what was noted and corrects it themselves."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from models.actors import ENGINE
from models.casebook import corrections
from models.lookups import work as lookup
from models.policy import Policy
from models.tables.duties import Answer
from models.tables.meetings import Commitment
from models.texts.rendering import message as rendered
from models.texts.vocabulary import DUTCH
from models.transactions import Database, unit_of_work
from models.words import DutyKind, Phase, WorkKind
from tasks import messages
from tests.conftest import Databases
from tests.doors import Door, rows
from tests.factories import Story, a_case

CALLED = {"gesprokenMet": "mw. Jansen", "gesprokenOp": "2026-01-01T10:00:00Z"}


async def of_ggz(story: Story, kind: DutyKind, key: str = "regisseur") -> UUID:
    """The newest duty of this kind that the ggz has."""
    found = await story.duties(kind, key=key)
    return next(one.id for one in reversed(found) if one.owner_organisation_id == story.house.organisations["ggz"])


async def phoned(door: Door, story: Story, kind: DutyKind, outcome: str, **more: Any) -> UUID:
    """The regisseur notes what the ggz answered by phone."""
    duty_id = await of_ggz(story, kind)
    await door.post("regisseur", f"/taken/{duty_id}/antwoorden", {"uitkomst": outcome} | CALLED | more)
    return duty_id


async def answers(db: Databases, door: Door, duty_id: UUID, who: str = "ggz") -> list[Answer]:
    """What was answered to a duty, the corrected answers too."""
    async with unit_of_work(door.house.actors[who], db.web) as work:
        return list(await work.session.scalars(select(Answer).where(Answer.duty_id == duty_id).order_by(Answer.at)))


async def told(db: Databases, story: Story) -> list[Any]:
    """The messages about a correction in a case."""
    async with db.engine.engine.connect() as connection:
        found = await connection.execute(
            text("SELECT recipient_id, lines FROM outbox WHERE template = 'antwoord_hersteld'"
                 " AND case_ids @> ARRAY[CAST(:case AS uuid)]"), {"case": story.case_id},
        )  # fmt: skip
        return list(found)


async def test_a_phone_answer_stops_the_ladder_at_once_and_leaves_a_copy_to_send(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.MONITORING)
    duty_id = await of_ggz(story, DutyKind.COMMITMENT)
    duty = next(one for one in await story.duties(DutyKind.COMMITMENT) if one.id == duty_id)
    assert await story.armed(duty)

    await phoned(door, story, DutyKind.COMMITMENT, "gereed")

    assert await story.armed(duty) == []
    given = (await answers(db, door, duty.id))[0]
    assert (given.spoke_to, given.spoke_at) == ("mw. Jansen", datetime(2026, 1, 1, 10, tzinfo=UTC))


async def test_the_triage_officer_notes_it_while_there_is_no_regisseur(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.SCREENING)
    task = await door.task("om", story.case_id, "bekend_of_niet_bekend")
    path = f"/taken/{task['id']}/antwoorden"

    await door.refused("regisseur", path, {"uitkomst": "bekend"} | CALLED, 403)
    await door.refused("triagist", path, {"uitkomst": "bekend"}, 400)
    await door.post("triagist", path, {"uitkomst": "bekend"} | CALLED)

    assert (await door.get("om", f"/taken/{task['id']}"))["afgedaanAls"] == "bekend"


async def test_the_copy_says_how_and_until_when_it_can_be_corrected(
    door: Door, db: Databases, engine_database: Database
) -> None:
    story = await a_case(db.web, door.house, Phase.MONITORING)
    duty_id = await phoned(door, story, DutyKind.COMMITMENT, "gereed")
    async with unit_of_work(ENGINE, engine_database) as work:
        visits = await lookup.visits_owing(work, story.case_id)
        entry = next(one for visit in visits for one in visit.take(WorkKind.COPY))

    await messages.send_copy.fn(entry)

    async with db.engine.engine.connect() as connection:
        found = await connection.execute(
            text("SELECT recipient_id, lines FROM outbox WHERE template = 'afschrift' AND lines @> CAST(:l AS jsonb)"),
            {"l": f'[{{"taak": "{duty_id}"}}]'},
        )
        message = found.one()
    given = (await answers(db, door, duty_id))[0]
    until = corrections.until(given.at, Policy())
    body = rendered("afschrift", message.lines, house="Huis", base_url="https://pols.example").text
    assert message.recipient_id == door.house.person("ggz")
    assert DUTCH.moment(until.isoformat()) in body
    assert f"https://pols.example/casussen/{story.case_id}" in body


async def test_the_partner_corrects_the_outcome_and_the_regisseur_hears_of_it(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.MONITORING)
    duty_id = await phoned(door, story, DutyKind.COMMITMENT, "gereed")

    body = {"uitkomst": "niet_gelukt", "toelichting": "cliënt was er niet"}
    await door.post("ggz", f"/taken/{duty_id}/correcties", body)

    old, new = await answers(db, door, duty_id)
    assert (old.outcome, old.corrected_at) == ("gereed", new.at)
    assert (new.outcome, new.registered_by, new.spoke_at) == ("niet_gelukt", door.house.person("ggz"), None)
    assert (await door.get("ggz", f"/taken/{duty_id}"))["afgedaanAls"] == "niet_gelukt"
    states = {one.state for one in await story.all(Commitment, Commitment.ended_at.is_not(None))}
    assert states == {"niet_gelukt"}
    again = await door.refused("ggz", f"/taken/{duty_id}/correcties", body, 409)
    assert "is al hersteld" in again["detail"]
    message = (await told(db, story))[0]
    assert message.recipient_id == door.house.person("regisseur")
    assert message.lines[0]["nakijken"] is False
    lines = (await door.get("regisseur", f"/casussen/{story.case_id}/tijdlijn"))["resultaten"]
    assert lines[0]["tekst"] == "GGZ Westerveen herstelde het telefonische antwoord op 'afspraak uitvoeren'"


async def test_a_refusal_that_was_an_acceptance_brings_what_the_plan_asks(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.PLAN)
    duty_id = await phoned(door, story, DutyKind.ACCEPT_COMMITMENT, "geweigerd", toelichting="geen plek")
    refused = await story.open_kinds("regisseur")

    await door.post("ggz", f"/taken/{duty_id}/correcties", {"uitkomst": "aanvaard"})

    after = await story.open_kinds("regisseur")
    assert DutyKind.REPLACE_COMMITMENT in refused
    assert DutyKind.REPLACE_COMMITMENT not in after
    assert await of_ggz(story, DutyKind.COMMITMENT) != duty_id


async def test_an_acceptance_that_was_a_refusal_asks_for_a_replacement(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.PLAN)
    duty_id = await phoned(door, story, DutyKind.ACCEPT_COMMITMENT, "aanvaard")
    before = (await story.facts("regisseur")).phase

    await door.post("ggz", f"/taken/{duty_id}/correcties", {"uitkomst": "geweigerd", "toelichting": "geen plek"})

    owed = await story.duties(DutyKind.COMMITMENT, key="regisseur")
    theirs = [one for one in owed if one.owner_organisation_id == door.house.organisations["ggz"]]
    assert before is Phase.MONITORING  # the plan was complete because of it: a decision that stands
    assert DutyKind.REPLACE_COMMITMENT in await story.open_kinds("regisseur")
    assert {one.ended_as for one in theirs} == {"antwoord hersteld"}
    assert (await told(db, story))[0].lines[0]["nakijken"] is True


async def test_a_postponement_that_was_none_takes_its_second_look_with_it(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.MONITORING)
    task = await door.task("politie", story.case_id, "betrokkene_informeren")
    path = f"/taken/{task['id']}"
    postponed = {"uitkomst": "uitgesteld", "toelichting": "gevaar", "hertoetsOp": "2089-12-30T09:00:00+01:00"}
    await door.post("regisseur", f"{path}/antwoorden", postponed | CALLED)
    between = await story.open_kinds("regisseur")

    moved = postponed | {"hertoetsOp": "2089-11-30T09:00:00+01:00"}
    await door.post("politie", f"{path}/correcties", {"uitkomst": "geinformeerd"})
    await door.refused("politie", f"{path}/correcties", moved, 409)

    assert DutyKind.RECHECK_INFORMING in between
    assert DutyKind.RECHECK_INFORMING not in await story.open_kinds("regisseur")
    lines = (await door.get("gemeente", f"/casussen/{story.case_id}/tijdlijn"))["resultaten"]
    assert not [one for one in lines if "herstelde" in one["tekst"]]


async def test_a_decision_on_the_old_answer_stands_and_is_to_be_looked_at(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.SCREENING)
    task = await door.task("om", story.case_id, "bekend_of_niet_bekend")
    await door.post("triagist", f"/taken/{task['id']}/antwoorden", {"uitkomst": "bekend"} | CALLED)
    body = {"soort": "spoed_geven", "toelichting": "dreiging"}
    await door.post("triagist", f"/casussen/{story.case_id}/besluiten", body)

    await door.post("om", f"/taken/{task['id']}/correcties", {"uitkomst": "niet_bekend"})

    message = (await told(db, story))[0]
    assert (message.recipient_id, message.lines[0]["nakijken"]) == (door.house.person("triagist"), True)
    mail = rendered("antwoord_hersteld", message.lines, house="Huis", base_url="https://pols.example").text
    assert "moet worden herzien" in mail


async def test_a_correction_that_cannot_be_is_refused_and_changes_nothing(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.MONITORING)
    duty_id = await phoned(door, story, DutyKind.COMMITMENT, "gereed")
    mine = await door.task("politie", story.case_id, "voortgang_melden")
    await door.post("politie", f"/taken/{mine['id']}/antwoorden", {"uitkomst": "op_schema"})
    path, body = f"/taken/{duty_id}/correcties", {"uitkomst": "niet_gelukt", "toelichting": "x"}
    before = await rows(db, door.house)

    other = await door.refused("politie", path, body, 403)
    house = await door.refused("regisseur", path, body, 403)
    written = await door.refused("politie", f"/taken/{mine['id']}/correcties", {"uitkomst": "op_schema"}, 409)
    await door.refused("ggz", path, {"uitkomst": "misschien"}, 400)
    await door.refused("ggz", path, {"uitkomst": "niet_gelukt"}, 400)
    await door.refused("reclassering", path, body, 404)

    assert await rows(db, door.house) == before
    assert "de organisatie die telefonisch antwoordde" in other["detail"]
    assert house["detail"] == other["detail"]
    assert "niet telefonisch beantwoord" in written["detail"]


async def test_after_the_term_of_the_policy_it_is_the_regisseur_who_can(roving_door: Door, own_db: Databases) -> None:
    story = await a_case(own_db.web, roving_door.house, Phase.MONITORING)
    duty_id = await phoned(roving_door, story, DutyKind.COMMITMENT, "gereed")
    path, body = f"/taken/{duty_id}/correcties", {"uitkomst": "gereed", "toelichting": "toch wel"}
    await own_db.shift(timedelta(days=16).total_seconds())

    late = await roving_door.refused("ggz", path, body, 409)

    assert "Herstellen kon tot en met" in late["detail"]
