"""Trajectory coaching: the journal is the coach's, the regisseur sees that and why, partners hear a summary."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from models.actors import ENGINE
from models.tables.base import new_id
from models.tables.coaching import ContactMoment
from models.tables.people import Person
from models.transactions import unit_of_work
from models.words import ContactKind, DutyKind, Phase
from models.words import DecisionKind as D
from tests.conftest import Databases
from tests.doors import Door
from tests.factories import Story, a_case, onward, with_more_people
from tests.integration.test_workplace import csrf, signed_in

SECRET = "sprak over zijn moeder"


@pytest.fixture
async def story(door: Door, db: Databases) -> Story:
    """A case in execution, in a house where every role is."""
    await with_more_people(db.owner, door.house)
    return await a_case(db.web, door.house, Phase.MONITORING)


def at(story: Story, what: str) -> str:
    return f"/casussen/{story.case_id}/{what}"


async def coached(door: Door, story: Story) -> str:
    body = {"begeleider": str(door.house.person("begeleider")), "doelen": ["vaste dagbesteding", "op tijd betalen"]}
    made = await door.post("regisseur", at(story, "trajecten"), body)
    return str(made["id"])


async def noted(door: Door, story: Story, who: str = "begeleider", **facts: Any) -> Any:
    body = {"datum": "2026-01-05", "soort": "bezoek", "verslag": SECRET} | facts
    return await door.call("POST", at(story, "contactmomenten"), who, json=body)


async def test_the_journal_is_for_the_coach_and_the_goals_for_who_leads_the_case(door: Door, story: Story) -> None:
    await coached(door, story)
    assert (await noted(door, story)).status_code == 201
    reads: dict[str, set[str]] = {"contactmomenten": set(), "trajecten": set()}
    for what, who in [(what, who) for what in reads for who in door.house.actors]:
        answer = await door.call("GET", at(story, what), who)
        if answer.status_code == 200:
            assert SECRET in answer.text or what == "trajecten"
            reads[what].add(who)

    assert reads == {"contactmomenten": {"begeleider"}, "trajecten": {"begeleider", "regisseur"}}
    [found] = (await door.get("regisseur", at(story, "trajecten")))["resultaten"]
    assert (found["begeleider"]["naam"], found["doelen"][0]) == ("Begeleider Fictief", "vaste dagbesteding")


async def test_the_database_shows_the_journal_to_the_coach_alone(door: Door, story: Story, db: Databases) -> None:
    await coached(door, story)
    await noted(door, story)
    found, known = set(), set()
    for who in door.house.actors:
        async with story.acting(who) as work:
            about = {"case": story.case_id}
            if await work.session.scalar(text("SELECT count(*) FROM contact_moment WHERE case_id = :case"), about):
                found.add(who)
            if await work.session.scalar(text("SELECT count(*) FROM trajectory_goal WHERE case_id = :case"), about):
                known.add(who)
    async with db.engine.engine.connect() as connection:
        with pytest.raises(DBAPIError, match="permission denied"):
            await connection.execute(text("SELECT 1 FROM contact_moment"))

    assert (found, known) == ({"begeleider"}, {"begeleider", "regisseur"})


async def test_nobody_else_writes_in_the_journal_whatever_the_code_above_does(door: Door, story: Story) -> None:
    trajectory = await coached(door, story)
    for who in ("regisseur", "manager", "ggz"):
        assert (await noted(door, story, who)).status_code == 403
        with pytest.raises(DBAPIError, match="row-level security"):
            async with story.acting(who) as work:
                row = ContactMoment(
                    id=new_id(), house_id=story.house.id, case_id=story.case_id, trajectory_id=trajectory,
                    on_day=work.now.date(), kind=ContactKind.VISIT, report="tekst", written_at=work.now,
                    written_by=door.house.person(who),
                )  # fmt: skip
                work.session.add(row)


async def test_no_line_of_the_case_tells_of_a_contact(door: Door, story: Story) -> None:
    await coached(door, story)
    before = await door.get("regisseur", at(story, "tijdlijn"))
    await noted(door, story)

    assert await door.get("regisseur", at(story, "tijdlijn")) == before
    assert "raject" not in str(before), "partners read the timeline"


async def test_partners_hear_a_summary_with_its_conditions(door: Door, story: Story) -> None:
    await coached(door, story)
    await noted(door, story)
    ggz = str(door.house.organisations["ggz"])
    body = {"categorie": "begeleiding_en_hulp", "tekst": "houdt zich aan afspraken", "nietVoor": [ggz]}

    assert (await door.call("POST", at(story, "samenvattingen"), "begeleider", json=body)).status_code == 201

    for who, reads in (("politie", True), ("regisseur", True), ("ggz", False)):
        listed = await door.get(who, at(story, "informatie"))
        assert ("houdt zich aan afspraken" in str(listed)) is reads
        assert SECRET not in str(listed)
    assert (await door.call("POST", at(story, "samenvattingen"), "manager", json=body)).status_code == 403


async def test_a_signal_of_the_coach_is_a_duty_of_the_regisseur(door: Door, story: Story) -> None:
    await coached(door, story)

    await story.decide("begeleider", D.INCIDENT, reason="dreigt zijn woning te verliezen")

    assert (await story.duty(DutyKind.INCIDENT)).owner_person_id == door.house.person("regisseur")


async def test_there_is_coaching_only_under_procesregie_and_one_at_a_time(
    door: Door, story: Story, db: Databases
) -> None:
    body = {"begeleider": str(door.house.person("begeleider")), "doelen": ["dagbesteding"]}
    early = await a_case(db.web, door.house, Phase.SCREENING)
    assert (await door.call("POST", at(early, "trajecten"), "regisseur", json=body)).status_code == 403
    wrong = body | {"begeleider": str(door.house.person("manager"))}
    assert (await door.call("POST", at(story, "trajecten"), "regisseur", json=wrong)).status_code == 400
    await coached(door, story)

    assert (await door.call("POST", at(story, "trajecten"), "regisseur", json=body)).status_code == 409
    assert (await noted(door, story, datum="2089-01-01")).status_code == 400


async def test_it_ends_with_a_reason_and_nothing_is_written_afterwards(door: Door, story: Story) -> None:
    trajectory = await coached(door, story)
    path = at(story, f"trajecten/{trajectory}/beeindigingen")
    assert (await door.call("POST", path, "manager", json={"reden": "klaar"})).status_code == 403

    assert (await door.call("POST", path, "begeleider", json={"reden": "doelen bereikt"})).status_code == 204

    assert (await door.call("POST", path, "regisseur", json={"reden": "klaar"})).status_code == 409
    assert (await noted(door, story)).status_code == 403


async def test_it_ends_with_the_case_and_the_journal_is_shielded_with_it(door: Door, story: Story) -> None:
    await coached(door, story)
    await noted(door, story)
    await onward(story, Phase.MONITORING, Phase.CLOSED)

    for who in ("begeleider", "regisseur"):
        assert (await door.call("GET", at(story, "contactmomenten"), who)).status_code == 403
        assert (await door.call("GET", at(story, "trajecten"), who)).status_code == 403
        async with story.acting(who) as work:
            assert await work.session.scalar(text("SELECT count(*) FROM contact_moment")) == 0


async def test_who_stands_in_for_the_coach_goes_on_with_the_journal(door: Door, story: Story, db: Databases) -> None:
    await coached(door, story)
    await noted(door, story)
    async with unit_of_work(ENGINE, db.owner) as work:
        second = await work.session.get_one(Person, door.house.person("manager"))
        second.roles = [*second.roles, "trajectbegeleider"]
        coach = await work.session.get_one(Person, door.house.person("begeleider"))
        coach.absent_from, coach.deputy_id = work.now - timedelta(days=1), second.id

    assert SECRET in str(await door.get("manager", at(story, "contactmomenten")))
    assert (await noted(door, story, "manager")).status_code == 201


async def test_the_page_of_the_coach_shows_the_journal_and_that_of_the_regisseur_does_not(
    door: Door, story: Story, db: Databases
) -> None:
    await coached(door, story)
    async with signed_in(db, door.house, "begeleider") as client:
        sent = csrf(client) | {"datum": "2026-01-05", "soort": "bezoek", "verslag": SECRET}
        assert (await client.post(at(story, "contactmomenten"), data=sent)).status_code == 303
        assert SECRET in (await client.get(at(story, "traject"))).text
        wrong = csrf(client) | {"datum": "gisteren", "soort": "bezoek", "verslag": SECRET}
        assert (await client.post(at(story, "contactmomenten"), data=wrong)).status_code == 422
    async with signed_in(db, door.house, "regisseur") as client:
        shown = (await client.get(at(story, "traject"))).text
    assert "vaste dagbesteding" in shown
    assert SECRET not in shown


# What the coach sees of the case, and a summary that was wrong


async def test_the_coach_sees_whom_it_is_about_and_nothing_else_of_them(
    door: Door, story: Story, db: Databases
) -> None:
    assert (await door.call("GET", at(story, "trajecten"), "begeleider")).status_code == 403
    await coached(door, story)

    named = {who: (await door.get(who, at(story, "trajecten")))["betrokkene"] for who in ("begeleider", "regisseur")}
    async with signed_in(db, door.house, "begeleider") as client:
        page = (await client.get(at(story, "traject"))).text
    async with story.acting("begeleider") as work:
        rows = await work.session.scalar(text("SELECT count(*) FROM subject"))
    async with story.acting("manager") as work:
        unrelated = await work.session.scalar(text("SELECT pols_coached(:case)"), {"case": story.case_id})

    assert named == dict.fromkeys(("begeleider", "regisseur"), "Hendrik B.")
    assert "Betrokkene: Hendrik B." in page
    assert (rows, unrelated) == (0, None)
    assert (await door.get("begeleider", f"/casussen/{story.case_id}"))["betrokkenen"] is None


SUMMARY = {"categorie": "begeleiding_en_hulp", "tekst": "houdt zich aan afspraken"}


async def summarised(door: Door, story: Story) -> str:
    await coached(door, story)
    made = await door.call("POST", at(story, "samenvattingen"), "begeleider", json=SUMMARY)
    assert made.status_code == 201, made.text
    assert (await door.call("GET", made.headers["Location"].removeprefix("/v1"), "begeleider")).status_code == 200
    return at(story, f"informatie/{made.json()['id']}")


async def test_a_wrong_summary_is_corrected_by_the_coach_and_its_readers_hear_so(door: Door, story: Story) -> None:
    path = await summarised(door, story)
    better = SUMMARY | {"tekst": "houdt zich meestal aan afspraken"}

    for who, status in (("regisseur", 403), ("politie", 403), ("manager", 404), ("begeleider", 200)):
        assert (await door.call("PUT", path, who, json=better)).status_code == status, who

    assert (await door.get("politie", path))["tekst"] == better["tekst"]
    [before] = (await door.get("begeleider", f"{path}/versies"))["resultaten"]
    assert before["inhoud"]["tekst"] == SUMMARY["tekst"]
    await door.refused("politie", f"{path}/versies", None, 404, "GET")
    lines = [one["tekst"] for one in (await door.get("politie", at(story, "tijdlijn")))["resultaten"]]
    assert any("corrigeerde" in one or "gecorrigeerd" in one for one in lines), lines
    async with story.acting("regisseur") as work:
        told = await work.session.scalars(
            text("SELECT p.name FROM outbox o JOIN person p ON p.id = o.recipient_id"
                 " WHERE o.template = 'gecorrigeerd' AND :case = ANY (o.case_ids)"),
            {"case": story.case_id},
        )  # fmt: skip
        names = {one.split()[0] for one in told}
    assert {"Politie", "Gemeente", "Ggz", "Regisseur"} <= names
    assert names.isdisjoint({"Begeleider", "Manager"})


async def test_a_summary_is_taken_back_by_the_coach_of_that_case_alone(door: Door, story: Story, db: Databases) -> None:
    path = await summarised(door, story)
    other = await a_case(db.web, door.house, Phase.MONITORING)
    reason = {"toelichting": "ging over een ander"}

    assert (await door.call("POST", f"{path}/intrekkingen", "regisseur", json=reason)).status_code == 403
    assert (await door.call("POST", f"{path}/intrekkingen", "begeleider", json=reason)).status_code == 204

    await door.refused("politie", path, None, 404, "GET")
    [before] = (await door.get("begeleider", f"{path}/versies"))["resultaten"]
    assert (before["inhoud"]["tekst"], before["toelichting"]) == (SUMMARY["tekst"], reason["toelichting"])
    assert (await door.get("begeleider", at(other, "informatie")))["resultaten"] == []
    [trajectory] = (await door.get("begeleider", at(story, "trajecten")))["resultaten"]
    await door.post("begeleider", at(story, f"trajecten/{trajectory['id']}/beeindigingen"), {"reden": "klaar"}, 204)
    await door.refused("begeleider", path, None, 404, "GET")


async def test_the_database_lets_nobody_else_of_the_house_change_a_summary(door: Door, story: Story) -> None:
    summary = (await summarised(door, story)).rsplit("/", 1)[1]

    for who, changed in (("regisseur", 0), ("manager", 0), ("privacy", 0), ("politie", 0), ("begeleider", 1)):
        async with story.acting(who) as work:
            done = await work.session.execute(
                text("UPDATE info_item SET body = 'anders' WHERE id = :summary"), {"summary": UUID(summary)},
            )  # fmt: skip
            await work.session.rollback()
        assert done.rowcount == changed, who  # type: ignore[attr-defined]
