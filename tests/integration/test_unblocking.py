"""What gets a stalled case moving, through the door: who is offered what, what each act does, and what is refused."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from api.app import create_v1
from api.openapi import document
from models.ladder import Step
from models.transactions import unit_of_work
from models.words import DecisionKind, DutyKind, Phase
from tests.behind import behind
from tests.conftest import Databases
from tests.doors import Door, counted, rows
from tests.factories import Story, a_case

EXHAUSTED = "UPDATE duty SET due_at = due_at - interval '60 days', exhausted_at = pols_now() WHERE id = :id"
SPENT = "UPDATE rung SET fired_at = pols_now() WHERE duty_id = :id"


async def of_ggz(story: Story, kind: DutyKind) -> UUID:
    """The newest duty of this kind that the ggz has."""
    found = await story.duties(kind, key="regisseur")
    return next(one.id for one in reversed(found) if one.owner_organisation_id == story.house.organisations["ggz"])


async def exhausted(db: Databases, story: Story, kind: DutyKind = DutyKind.COMMITMENT) -> UUID:
    """A duty of the ggz of which every reminder was sent."""
    duty_id = await of_ggz(story, kind)
    await behind(db, EXHAUSTED, id=duty_id)
    await behind(db, SPENT, id=duty_id)
    return duty_id


async def a_colleague(db: Databases, door: Door, key: str = "ggz") -> UUID:
    """A second contact of an organisation."""
    colleague: UUID = UUID(int=door.house.person(key).int ^ 1)
    await db.run(
        "INSERT INTO person SELECT (p).* FROM (SELECT jsonb_populate_record(q, jsonb_build_object('id',"
        " CAST(:new AS uuid), 'email', CAST(:new AS text) || '@collega.example', 'name', 'C. Collega')) AS p"
        " FROM person q WHERE q.id = :id) AS made",
        new=colleague, id=door.house.person(key),
    )  # fmt: skip
    return colleague


async def causes(door: Door, story: Story, who: str = "regisseur") -> list[dict[str, Any]]:
    """Why this case is stalled, as somebody reads it."""
    found = (await door.get(who, "/stagnaties/casussen", paginaGrootte=100))["resultaten"]
    return [cause for one in found if one["casus"] == str(story.case_id) for cause in one["oorzaken"]]


def deeds(cause: dict[str, Any]) -> set[str]:
    """The names of what is offered."""
    return {one["handeling"] for one in cause["handelingen"]}


async def test_a_cause_offers_whoever_reads_it_only_what_is_theirs_to_do(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.MONITORING)
    duty_id = await exhausted(db, story)

    offered = {who: deeds((await causes(door, story, who))[0]) for who in ("regisseur", "regisseur2", "manager")}
    cause = (await causes(door, story))[0]

    assert offered == {
        "regisseur": {"herinneren", "telefonisch_beantwoorden", "toewijzen", "escaleren"},
        "regisseur2": {"herinneren"},
        "manager": {"herinneren", "toewijzen", "escaleren"},
    }
    assert cause["taak"] == str(duty_id)
    assert cause["kanHandelen"]["personen"] == [str(door.house.person("regisseur"))]
    nudge = cause["handelingen"][0]
    assert (nudge["methode"], nudge["href"]) == ("POST", f"/v1/taken/{duty_id}/herinneringen")
    assert {"uitkomst", "gesprokenMet", "gesprokenOp"} <= set(cause["handelingen"][1]["velden"])


async def test_what_was_reminded_about_today_is_not_offered_again(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.MONITORING)
    duty_id = await exhausted(db, story)

    await door.post("regisseur", f"/taken/{duty_id}/herinneringen", status=204)

    assert "herinneren" not in deeds((await causes(door, story))[0])


async def test_every_act_that_is_offered_can_be_done_by_who_it_is_offered_to(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.MONITORING)
    await exhausted(db, story)
    paths = document(create_v1())["paths"]

    for offer in (await causes(door, story))[0]["handelingen"]:
        ends = offer["href"].rpartition("/")[2]
        assert "post" in paths[f"/taken/{{id}}/{ends}"], offer


async def test_a_duty_of_a_partner_goes_to_another_of_its_contacts_who_is_told_and_chased(
    door: Door, db: Databases
) -> None:
    story = await a_case(db.web, door.house, Phase.MONITORING)
    duty_id, colleague = await exhausted(db, story), await a_colleague(db, door)
    before = await door.get("regisseur", f"/taken/{duty_id}")
    sent = (await rows(db, door.house))["outbox"]

    body = {"persoon": str(colleague), "reden": "geen_antwoord"}
    await door.post("regisseur", f"/taken/{duty_id}/toewijzingen", body, status=204)

    after = await door.get("regisseur", f"/taken/{duty_id}")
    assert after["persoon"]["naam"] == "C. Collega"
    assert after["uiterlijk"] == before["uiterlijk"]
    assert (await rows(db, door.house))["outbox"] == sent + 1
    assert await causes(door, story) == []
    duty = next(one for one in await story.duties(DutyKind.COMMITMENT) if one.id == duty_id)
    armed = await story.armed(duty)
    assert {one.step for one in armed} == {
        Step.OVERDUE, Step.DEPUTY, Step.DIRECTOR, Step.PARTNER_MANAGER, Step.MANAGER,
    }  # fmt: skip
    lines = (await door.get("regisseur", f"/casussen/{story.case_id}/tijdlijn"))["resultaten"]
    assert lines[0]["tekst"] == (
        "De taak is toegewezen aan een ander (geen antwoord): afspraak uitvoeren (GGZ Westerveen)"
    )


async def test_a_duty_whose_term_still_runs_keeps_its_ladder(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.MONITORING)
    duty_id, colleague = await of_ggz(story, DutyKind.COMMITMENT), await a_colleague(db, door)
    duty = next(one for one in await story.duties(DutyKind.COMMITMENT) if one.id == duty_id)
    before = {one.id for one in await story.armed(duty)}

    body = {"persoon": str(colleague), "organisatie": str(door.house.organisations["ggz"]), "reden": "werkdruk"}
    await door.post("regisseur", f"/taken/{duty_id}/toewijzingen", body, status=204)

    assert before
    assert {one.id for one in await story.armed(duty)} == before


async def test_a_duty_of_the_house_goes_to_a_colleague_with_the_role(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.SCREENING)
    task = await door.task("triagist", story.case_id, "criteria_toetsen")
    path, second = f"/taken/{task['id']}/toewijzingen", await a_colleague(db, door, "triagist")

    wrong = await door.refused(
        "triagist", path, {"persoon": str(door.house.person("regisseur2")), "reden": "afwezig"}, 400
    )
    await door.post("manager", path, {"persoon": str(second), "reden": "afwezig"}, status=204)

    assert "triagist" in wrong["velden"][0]["melding"]
    await db.run("UPDATE person SET absent_from = pols_now() WHERE id = :id", id=door.house.person("triagist"))
    back = {"persoon": str(door.house.person("triagist")), "reden": "anders"}
    absent = await door.refused("manager", path, back, 400)
    assert "niemand vervangt" in absent["velden"][0]["melding"]
    assert (await door.get("manager", f"/taken/{task['id']}"))["persoon"]["naam"] == "C. Collega"


async def test_an_assignment_that_cannot_be_is_refused_and_changes_nothing(door: Door, db: Databases) -> None:
    story, house = await a_case(db.web, door.house, Phase.MONITORING), door.house
    duty_id, colleague = await exhausted(db, story), await a_colleague(db, door)
    path, good = f"/taken/{duty_id}/toewijzingen", {"persoon": str(colleague), "reden": "anders"}
    evaluation = (await story.duty(DutyKind.EVALUATION)).id
    await db.run("UPDATE person SET active = false WHERE id = :id", id=house.person("reclassering"))
    before = await rows(db, house)

    told = [
        await door.refused("regisseur2", path, good, 403),
        await door.refused("ggz", path, good, 403),
        await door.refused("regisseur", path, good | {"persoon": str(house.person("om"))}, 400),
        await door.refused("regisseur", path, good | {"persoon": str(house.person("reclassering"))}, 400),
        await door.refused("regisseur", path, good | {"organisatie": str(house.organisations["om"])}, 400),
        await door.refused("regisseur", path, {"persoon": None, "reden": "anders"}, 409),
        await door.refused("regisseur", path, good | {"reden": "zomaar"}, 400),
        await door.refused("regisseur", f"/taken/{evaluation}/toewijzingen", good, 409),
    ]

    assert await rows(db, house) == before
    assert "procesregisseur van deze casus, of de manager" in told[0]["detail"]
    assert told[2]["velden"][0]["melding"] == "werkt bij de organisatie die de taak heeft"
    assert told[3]["velden"][0]["melding"] == "is niet (meer) aangewezen voor dit huis"
    assert told[4]["velden"][0]["veld"] == "organisatie"
    assert "regie_overdragen" in told[7]["detail"]

    await door.post("ggz", f"/taken/{duty_id}/antwoorden", {"uitkomst": "gereed"})
    assert "al afgedaan" in (await door.refused("regisseur", path, good, 409))["detail"]


async def test_a_duty_of_the_table_and_one_that_pols_does_are_nobodys_to_give(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.SCREENING)
    table = await door.task("om", story.case_id, "over_toelating_beslissen")
    body = {"persoon": str(door.house.person("om")), "reden": "anders"}

    told = await door.refused("triagist", f"/taken/{table['id']}/toewijzingen", body, 409)

    assert "triageoverleg" in told["detail"]


async def test_an_expired_hold_is_ended_by_the_act_that_is_offered(roving_door: Door, own_db: Databases) -> None:
    story = await a_case(own_db.web, roving_door.house, Phase.MONITORING)
    async with unit_of_work(roving_door.house.actors["regisseur"], own_db.web) as work:
        until = work.now + timedelta(days=3)
    await story.decide("regisseur", DecisionKind.HOLD, until=until)
    await own_db.shift(timedelta(days=4).total_seconds())

    offer = (await causes(roving_door, story))[0]["handelingen"][0]
    body = {name: said for name, said in offer["velden"].items() if name == "soort"} | {
        "toelichting": "weer bereikbaar"
    }
    await roving_door.post("regisseur", offer["href"].removeprefix("/v1"), body)

    assert offer["handeling"] == "hervatten"
    assert await causes(roving_door, story) == []


async def undeliverable(db: Databases, door: Door, story: Story, template: str = "herinnering") -> UUID:
    """A reminder to the ggz that was given up."""
    duty_id = await of_ggz(story, DutyKind.COMMITMENT)
    await door.post("regisseur", f"/taken/{duty_id}/herinneringen", status=204)
    await behind(
        db, "UPDATE outbox SET gave_up_at = pols_now(), code = 'adres ongeldig', template = :template"
        " WHERE case_ids @> ARRAY[CAST(:case AS uuid)] AND recipient_id = :who",
        template=template, case=story.case_id, who=door.house.person("ggz"),
    )  # fmt: skip
    return duty_id


async def outbox(db: Databases, story: Story) -> list[Any]:
    """What was or is to be sent about a case, in the order it came."""
    async with db.engine.engine.connect() as connection:
        found = await connection.execute(
            text("SELECT * FROM outbox WHERE case_ids @> ARRAY[CAST(:case AS uuid)] ORDER BY created_at, resends"),
            {"case": story.case_id},
        )
        return list(found)


async def test_what_did_not_arrive_goes_to_the_colleagues_and_the_old_message_stays(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.MONITORING)
    await undeliverable(db, door, story)
    colleague = await a_colleague(db, door)
    cause = (await causes(door, story))[0]
    path = f"/casussen/{story.case_id}/omleidingen"

    made = await door.post("regisseur", path, {"aan": "contacten"})

    old = next(one for one in await outbox(db, story) if one.gave_up_at is not None)
    new = next(one for one in await outbox(db, story) if one.resends is not None)
    assert (cause["soort"], deeds(cause)) == ("bericht_onbezorgbaar", {"opnieuw_verzenden"})
    assert made == {"aantal": 1}
    assert (new.resends, new.recipient_id, new.template) == (old.id, colleague, old.template)
    assert [line["casus"] for line in new.lines] == [line["casus"] for line in old.lines]
    assert await causes(door, story) == []
    lines = (await door.get("regisseur", f"/casussen/{story.case_id}/tijdlijn"))["resultaten"]
    assert lines[0]["tekst"] == "Bericht dat niet aankwam opnieuw verzonden, aan de collega's van de ontvanger"


async def test_a_message_that_fails_again_stalls_the_case_again(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.MONITORING)
    await undeliverable(db, door, story)
    path = f"/casussen/{story.case_id}/omleidingen"

    await door.post("manager", path, {"aan": "ontvanger", "ontvanger": str(door.house.person("ggz"))})
    between = await causes(door, story)
    await behind(
        db, "UPDATE outbox SET gave_up_at = pols_now() WHERE resends IS NOT NULL AND house_id = :h", h=door.house.id
    )

    assert between == []
    assert [one["soort"] for one in await causes(door, story)] == ["bericht_onbezorgbaar"]


async def test_of_a_message_about_several_cases_only_this_one_goes_again(door: Door, db: Databases) -> None:
    story, other = [await a_case(db.web, door.house, Phase.MONITORING) for _ in range(2)]
    await undeliverable(db, door, story)
    number = (await door.get("regisseur", f"/casussen/{other.case_id}"))["nummer"]
    await behind(
        db, "UPDATE outbox SET case_ids = case_ids || CAST(:other AS uuid), lines = lines ||"
        " jsonb_build_array(jsonb_build_object('casus', CAST(:number AS text)))"
        " WHERE case_ids = ARRAY[CAST(:case AS uuid)] AND gave_up_at IS NOT NULL",
        other=other.case_id, number=number, case=story.case_id,
    )  # fmt: skip

    await door.post("regisseur", f"/casussen/{story.case_id}/omleidingen", {"aan": "ontvanger"})

    new = next(one for one in await outbox(db, story) if one.resends is not None)
    assert (new.case_ids, len(new.lines)) == ([story.case_id], 1)
    assert [one["soort"] for one in await causes(door, other)] == ["bericht_onbezorgbaar"]


async def test_sending_again_is_refused_when_there_is_nobody_or_nothing_or_it_is_not_yours(
    door: Door, db: Databases
) -> None:
    story = await a_case(db.web, door.house, Phase.MONITORING)
    path = f"/casussen/{story.case_id}/omleidingen"
    nothing = await door.refused("regisseur", path, {"aan": "ontvanger"}, 409)
    await undeliverable(db, door, story)

    alone = await door.refused("regisseur", path, {"aan": "contacten"}, 409)
    await door.refused("regisseur2", path, {"aan": "ontvanger"}, 403)
    await door.refused("ggz", path, {"aan": "ontvanger"}, 403)
    await door.refused("regisseur", path, {"aan": "iedereen"}, 400)

    assert "geen bericht over deze casus dat niet aankwam" in nothing["detail"]
    assert "geen ander contact" in alone["detail"]


@pytest.mark.parametrize("template", ["noodtoegang_code", "besluit_namens_u"])
async def test_what_was_for_one_person_is_not_sent_to_their_colleagues(
    door: Door, db: Databases, template: str
) -> None:
    story = await a_case(db.web, door.house, Phase.MONITORING)
    await undeliverable(db, door, story, template)
    await a_colleague(db, door)

    told = await door.refused("regisseur", f"/casussen/{story.case_id}/omleidingen", {"aan": "contacten"}, 409)

    assert "aan één persoon gericht" in told["detail"]


async def test_work_that_pols_does_not_do_names_who_to_warn(door: Door, db: Databases) -> None:
    story = await a_case(db.web, door.house, Phase.MONITORING)
    await behind(
        db, "UPDATE journal_entry SET gave_up_at = pols_now(), done_at = NULL WHERE id ="
        " (SELECT id FROM journal_entry WHERE case_id = :case LIMIT 1)", case=story.case_id,
    )  # fmt: skip

    cause = next(one for one in await causes(door, story) if one["soort"] == "motor_loopt_achter")

    assert cause["handelingen"] == []
    assert cause["kanHandelen"]["rol"] == "functioneel_beheerder"
    assert cause["kanHandelen"]["personen"] == [str(door.house.person("beheerder"))]


async def test_the_overview_counts_per_organisation_regisseur_phase_and_age_and_for_one_regisseur(
    roving_door: Door, own_db: Databases
) -> None:
    door, house = roving_door, roving_door.house
    story = await a_case(own_db.web, house, Phase.MONITORING)
    await exhausted(own_db, story)
    await own_db.shift(timedelta(days=15).total_seconds())

    mine = await door.get("regisseur", "/stagnaties", procesregisseur=str(house.person("regisseur")))
    hers = await door.get("regisseur", "/stagnaties", procesregisseur=str(house.person("regisseur2")))
    old = await door.get("regisseur", "/stagnaties/casussen", minimaleLeeftijd=10)
    older = await door.get("regisseur", "/stagnaties/casussen", minimaleLeeftijd=12)

    figures = mine["aantallen"]
    ggz, director = str(house.organisations["ggz"]), str(house.person("regisseur"))
    assert {"organisatie": ggz, "aantal": 1} in figures["stilgevallenPerOrganisatie"]
    assert figures["stilgevallenPerProcesregisseur"] == [{"persoon": director, "aantal": 1}]
    assert figures["stilgevallenPerFase"] == {"monitoring": 1}
    assert sum(one["aantal"] for one in figures["stilgevallenPerLeeftijd"]) == figures["stilgevallen"] == 1
    assert (hers["aantallen"]["stilgevallen"], hers["stilgevallen"], hers["teLaat"]) == (0, [], [])
    found = old["resultaten"][0]
    assert 10 <= found["werkdagen"] < 12
    assert found["oorzaken"][0]["werkdagen"] == found["werkdagen"]
    assert older["resultaten"] == []


async def test_the_number_of_questions_of_a_page_does_not_grow_with_its_cases(door: Door, db: Databases) -> None:
    asked = []
    for _ in range(2):
        story = await a_case(db.web, door.house, Phase.MONITORING)
        await exhausted(db, story)
        async with counted(db) as sent:
            await door.get("regisseur", "/stagnaties/casussen")
        asked.append(len(sent))

    assert asked[0] == asked[1]
