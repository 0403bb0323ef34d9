"""Somebody who is away: who may say so, what goes to who stands in, that it ends by itself, and what stays closed."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import exc, select, text, update

from models import absence
from models.absence import PersonFacts
from models.actors import ENGINE
from models.casebook import follow_up, outbox
from models.lookups import absence as lookup
from models.lookups import stalled
from models.lookups.stalled import StalledFilter
from models.stalled import Cause
from models.tables.cases import Case
from models.tables.duties import Duty
from models.tables.engine import Message
from models.transactions import unit_of_work
from models.words import DecisionKind as D
from models.words import DutyKind, Phase, Role
from tests.conftest import Databases
from tests.doors import Door
from tests.factories import Story, a_case, onward

DAY = 86_400


@pytest.fixture
async def story(db: Databases, door: Door) -> Story:
    """A case in execution, led by the regisseur."""
    return await a_case(db.web, door.house, Phase.MONITORING)


async def moment(db: Databases, days: float = 0) -> datetime:
    async with unit_of_work(ENGINE, db.engine) as work:
        return work.now + timedelta(days=days)


def path(door: Door, who: str) -> str:
    return f"/personen/{door.house.person(who)}/afwezigheid"


async def away(
    door: Door, db: Databases, who: str, deputy: str | None = None, *, days: float | None = 5, since: float = 0,
    by: str | None = None,
) -> Any:  # fmt: skip
    """Somebody says that they (or a colleague) are away from now, or later."""
    body = {
        "van": (await moment(db, since)).isoformat(),
        "tot": (await moment(db, since + days)).isoformat() if days is not None else None,
        "vervanger": str(door.house.person(deputy)) if deputy else None,
    }
    return await door.call("PUT", path(door, who), by or who, json=body)


# Saying so


async def test_somebody_says_that_they_are_away_and_their_own_organisation_reads_it(door: Door, db: Databases) -> None:
    assert (await away(door, db, "regisseur", "regisseur2")).status_code == 204

    said = await door.get("triagist", path(door, "regisseur"))

    assert said["persoon"]["naam"] == "Regisseur Fictief"
    assert said["vervanger"]["naam"] == said["vervangtNu"]["naam"] == "Regisseur2 Fictief"
    assert (await door.call("GET", path(door, "regisseur"), "politie")).status_code == 404


@pytest.mark.parametrize(
    ("about", "by", "status"),
    [
        ("ggz", "manager", 204),
        ("ggz", "beheerder", 204),
        ("regisseur", "manager", 204),
        ("regisseur", "beheerder", 204),
        ("ggz", "politie", 403),
        ("ggz", "regisseur", 403),
        ("regisseur", "regisseur2", 403),
        ("regisseur", "privacy", 403),
    ],
)
async def test_for_somebody_else_it_is_said_by_who_keeps_the_people_of_the_house(
    door: Door, db: Databases, about: str, by: str, status: int
) -> None:
    assert (await away(door, db, about, by=by)).status_code == status


async def test_a_contact_says_it_for_a_colleague_of_the_own_organisation(door: Door, db: Databases) -> None:
    await db.run(
        "UPDATE person SET organisation_id = :org, roles = '{}' WHERE id = :id",
        org=door.house.organisations["ggz"], id=door.house.person("reclassering"),
    )  # fmt: skip

    assert (await away(door, db, "reclassering", "ggz", by="ggz")).status_code == 204
    assert (await away(door, db, "ggz", by="reclassering")).status_code == 403


async def test_why_somebody_is_away_is_not_asked_and_not_kept(door: Door) -> None:
    body = {"van": "2090-01-01", "reden": "griep"}

    refused = await door.refused("regisseur", path(door, "regisseur"), body, 400, "PUT")

    assert "reden" in str(refused)


async def test_who_entered_it_is_in_the_log_with_the_dates_and_nothing_else(door: Door, db: Databases) -> None:
    await away(door, db, "ggz", by="manager")
    await door.call("DELETE", path(door, "ggz"), "ggz")

    async with unit_of_work(ENGINE, db.engine) as work:
        lines = (
            await work.session.execute(
                text(
                    "SELECT action, person_id, facts FROM audit_line WHERE house_id = :house"
                    " AND object_kind = 'persoon' ORDER BY id"
                ),
                {"house": door.house.id},
            )
        ).all()
    assert [(one.action, one.person_id) for one in lines] == [
        ("afwezigheid vastgelegd", door.house.person("manager")), ("afwezigheid beëindigd", door.house.person("ggz")),
    ]  # fmt: skip
    assert lines[0].facts.keys() == {"van", "tot"}


@pytest.mark.parametrize(
    ("deputy", "field"), [("regisseur", "vervanger"), ("politie", "vervanger"), ("ggz", "vervanger")]
)
async def test_a_deputy_is_somebody_else_of_the_same_organisation(
    door: Door, db: Databases, deputy: str, field: str
) -> None:
    answer = await away(door, db, "regisseur", deputy)

    assert answer.status_code == 400
    assert field in answer.text


@pytest.mark.parametrize("lost", ["active = false", "screened_until = '2020-01-01'", "trained_until = NULL"])
async def test_a_deputy_is_designated_screened_and_trained(door: Door, db: Databases, lost: str) -> None:
    await db.run(f"UPDATE person SET {lost} WHERE id = :id", id=door.house.person("regisseur2"))

    assert (await away(door, db, "regisseur", "regisseur2")).status_code == 400


async def test_two_who_are_away_together_do_not_stand_in_for_each_other(door: Door, db: Databases) -> None:
    await away(door, db, "regisseur", "regisseur2")

    assert (await away(door, db, "regisseur2", "regisseur", since=2)).status_code == 400
    assert (await away(door, db, "regisseur2", "regisseur", since=6)).status_code == 204


@pytest.mark.parametrize(
    "change",
    [
        "deputy_id = id",
        "absent_until = absent_from",
        "absent_from = NULL",
        "deputy_id = (SELECT id FROM person o WHERE o.email LIKE 'politie%' AND o.house_id = person.house_id)",
    ],
)
async def test_the_database_repeats_the_rules(door: Door, db: Databases, change: str) -> None:
    await away(door, db, "regisseur", "regisseur2")

    with pytest.raises(exc.IntegrityError):
        await db.run(f"UPDATE person SET {change} WHERE id = :id", id=door.house.person("regisseur"))


async def test_the_manager_sees_who_is_away_and_the_first_to_leave_first(door: Door, db: Databases) -> None:
    await away(door, db, "ggz", since=3)
    await away(door, db, "regisseur", "regisseur2")
    await away(door, db, "triagist", since=-2, days=1)  # refused: it is over

    found = (await door.get("manager", "/afwezigheden"))["resultaten"]

    assert [one["persoon"]["naam"] for one in found] == ["Regisseur Fictief", "Ggz Fictief"]
    first = await door.get("manager", "/afwezigheden", paginaGrootte=1)
    rest = await door.get("manager", "/afwezigheden", paginaGrootte=1, na=first["volgende"])
    assert [one["persoon"]["naam"] for one in rest["resultaten"]] == ["Ggz Fictief"]


# What goes to who stands in


async def reads(door: Door, who: str, story: Story) -> bool:
    """Both fences: the page shows the person, and so does the table behind it."""
    shown = (await door.get(who, f"/casussen/{story.case_id}"))["betrokkenen"] is not None
    async with story.acting(who) as work:
        rows = await work.session.scalar(
            text("SELECT count(*) FROM subject WHERE case_id = :id"), {"id": story.case_id}
        )
    assert bool(rows) is shown
    return shown


async def test_who_stands_in_for_the_regisseur_reads_her_cases_from_the_first_to_the_last_moment(
    roving_door: Door, own_db: Databases
) -> None:
    door, db = roving_door, own_db
    story = await a_case(db.web, door.house, Phase.MONITORING)
    await away(door, db, "regisseur", "regisseur2", since=1, days=2)
    assert not await reads(door, "regisseur2", story)

    await db.shift(1 * DAY + 60)
    assert await reads(door, "regisseur2", story)
    assert await reads(door, "regisseur", story)  # she still may

    await db.shift(2 * DAY)
    assert not await reads(door, "regisseur2", story)
    assert (await door.get("regisseur2", "/taken"))["resultaten"] == []


async def test_it_ends_at_once_when_she_is_back_early(door: Door, db: Databases, story: Story) -> None:
    await away(door, db, "regisseur", "regisseur2", days=None)
    assert await reads(door, "regisseur2", story)

    assert (await door.call("DELETE", path(door, "regisseur"), "regisseur")).status_code == 204

    assert not await reads(door, "regisseur2", story)
    assert (await door.call("DELETE", path(door, "regisseur"), "regisseur")).status_code == 409


async def test_of_other_regisseurs_nothing_opens(door: Door, db: Databases, story: Story) -> None:
    other = await a_case(db.web, door.house, Phase.MONITORING)
    second = door.house.person("regisseur2")
    async with other.acting("manager") as work:
        await work.session.execute(update(Case).where(Case.id == other.case_id).values(director_id=second))
    await away(door, db, "triagist", "regisseur2")

    assert not await reads(door, "regisseur2", story)
    await away(door, db, "regisseur2", "regisseur")
    assert await reads(door, "regisseur", other)
    assert not await reads(door, "regisseur2", story)


async def test_a_closed_case_stays_shielded_for_who_stands_in(door: Door, db: Databases, story: Story) -> None:
    await away(door, db, "regisseur", "regisseur2", days=None)
    assert await reads(door, "regisseur2", story)

    await onward(story, Phase.MONITORING, Phase.CLOSED)

    assert not await reads(door, "regisseur2", story)
    assert (await door.call("GET", f"/casussen/{story.case_id}/toegang", "regisseur2")).status_code == 403
    assert (await door.call("GET", f"/casussen/{story.case_id}/toegang", "regisseur")).status_code == 200


async def test_a_deputy_who_is_no_regisseur_leads_nothing(door: Door, db: Databases, story: Story) -> None:
    await away(door, db, "regisseur", "manager")

    assert not await reads(door, "manager", story)
    assert (await door.call("GET", f"/casussen/{story.case_id}/informatie", "manager")).status_code == 200
    assert (await door.get("manager", f"/casussen/{story.case_id}/informatie"))["resultaten"] == []


@pytest.mark.parametrize(
    "lost", ["roles = '{adviseur}'", "screened_until = '2020-01-01'", "trained_until = '2020-01-01'", "active = false"]
)
async def test_a_deputy_who_lost_what_it_takes_is_none_and_that_is_seen(
    door: Door, db: Databases, story: Story, lost: str
) -> None:
    await away(door, db, "regisseur", "regisseur2")
    await db.run(f"UPDATE person SET {lost} WHERE id = :id", id=door.house.person("regisseur2"))

    async with story.acting("manager") as work:
        found = await stalled.overview(work, StalledFilter(cause=Cause.OWNER_ABSENT))
        named = await lookup.of(work, door.house.person("regisseur"))
    assert [one.case_id for one in found] == [story.case_id]
    roles = {stall.can_act.role for one in found for stall in one.stalls if stall.cause is Cause.OWNER_ABSENT}
    assert roles == {Role.MANAGER}
    assert named.stands_in_id is None or "roles" in lost


async def test_with_a_deputy_who_may_nothing_is_stalled(door: Door, db: Databases, story: Story) -> None:
    await away(door, db, "regisseur", "regisseur2")

    async with story.acting("manager") as work:
        assert [one.case_id for one in await stalled.overview(work, StalledFilter(cause=Cause.OWNER_ABSENT))] == []


async def test_a_deputy_who_is_away_too_is_replaced_by_hers(door: Door, db: Databases, story: Story) -> None:
    await db.run("UPDATE person SET roles = '{procesregisseur}' WHERE id = :id", id=door.house.person("manager"))
    await away(door, db, "regisseur", "regisseur2")
    await away(door, db, "regisseur2", "manager", days=1)
    regisseur_too = replace(door.house.actors["manager"], roles=frozenset({Role.PROCESS_DIRECTOR}))
    door.house.actors["manager"] = regisseur_too

    assert await reads(door, "manager", story)
    assert not await reads(door, "regisseur2", story)
    assert (await door.get("regisseur", path(door, "regisseur")))["vervangtNu"]["naam"] == "Manager Fictief"

    await door.call("DELETE", path(door, "regisseur2"), "regisseur2")
    assert not await reads(door, "manager", story)
    assert await reads(door, "regisseur2", story)


@pytest.mark.usefixtures("story")
async def test_her_duties_are_in_the_list_of_who_stands_in_and_say_in_whose_name(door: Door, db: Databases) -> None:
    own = {one["id"] for one in (await door.get("regisseur", "/taken"))["resultaten"]}
    await away(door, db, "regisseur", "regisseur2")

    found = (await door.get("regisseur2", "/taken"))["resultaten"]

    assert own
    assert {one["id"] for one in found} == own
    assert {one["vervangt"]["naam"] for one in found} == {"Regisseur Fictief"}
    assert all(one["vervangt"]["afwezigTot"] for one in found)
    assert {one["id"] for one in (await door.get("regisseur2", "/taken", voor="mij"))["resultaten"]} == own
    assert {one["vervangt"] for one in (await door.get("regisseur", "/taken"))["resultaten"]} == {None}


async def test_who_stands_in_decides_answers_and_records_a_call_and_each_says_in_whose_place(
    door: Door, db: Databases
) -> None:
    story = await a_case(db.web, door.house, Phase.FOCUSOVERLEG)
    await away(door, db, "regisseur", "regisseur2")
    async with story.acting("regisseur2") as work:
        called = {"spoke_to": "de behandelaar", "spoke_at": work.now}

    await story.answer("regisseur2", DutyKind.INFORMATION, "niet_bekend", **called)
    await story.decide("regisseur2", D.ADJOURN, until=await moment(db, 9))

    lines = (await door.get("politie", f"/casussen/{story.case_id}/tijdlijn"))["resultaten"]
    assert [one["wie"] for one in lines[:2]] == ["Regisseur2 Fictief, vervangt Regisseur Fictief"] * 2
    async with unit_of_work(ENGINE, db.engine) as work:
        facts = await work.session.scalars(
            text("SELECT facts->>'vervangt' FROM audit_line WHERE person_id = :who AND case_id = :case"),
            {"who": door.house.person("regisseur2"), "case": story.case_id},
        )
        assert set(facts) == {str(door.house.person("regisseur"))}


async def test_what_somebody_only_looked_at_in_her_place_is_in_the_log_too(
    door: Door, db: Databases, story: Story
) -> None:
    await away(door, db, "regisseur", "regisseur2")
    await door.get("regisseur2", f"/casussen/{story.case_id}")
    await door.get("regisseur", f"/casussen/{story.case_id}")

    async with unit_of_work(ENGINE, db.engine) as work:
        rows = (
            await work.session.execute(
                text(
                    "SELECT person_id, facts->>'vervangt' FROM audit_line WHERE action = 'inzien' AND case_id = :case"
                ),
                {"case": story.case_id},
            )
        ).all()
    assert set(map(tuple, rows)) == {
        (door.house.person("regisseur2"), str(door.house.person("regisseur"))), (door.house.person("regisseur"), None),
    }  # fmt: skip


async def test_another_may_name_her_deputy_as_who_decided(door: Door, db: Databases, story: Story) -> None:
    named = (door.house.person("regisseur2"),)
    with pytest.raises(Exception, match="procesregisseur"):
        await story.decide("triagist", D.HOLD, deciders=named, until=await moment(db, 3))

    await away(door, db, "regisseur", "regisseur2")
    await story.decide("triagist", D.HOLD, deciders=named, until=await moment(db, 3))

    assert (await story.facts()).hold_since is not None


async def test_the_page_that_explains_access_names_who_stands_in(door: Door, db: Databases, story: Story) -> None:
    await away(door, db, "regisseur", "regisseur2")

    found = (await door.get("regisseur2", f"/casussen/{story.case_id}/toegang"))["resultaten"]

    because = {one["persoon"]["naam"]: one["omdat"] for one in found}
    assert because["Regisseur2 Fictief"] == ["als vervanger van de procesregisseur"]
    assert because["Regisseur Fictief"] == ["als procesregisseur van deze casus"]


async def test_a_right_to_object_stays_with_who_was_named(door: Door, db: Databases, story: Story) -> None:
    named = (door.house.person("om"),)
    await story.decide("triagist", D.RELEASE, organisations=story.organisations("ggz"), deciders=named)
    await db.run(
        "UPDATE person SET organisation_id = :org WHERE id = :id", org=door.house.organisations["om"],
        id=door.house.person("reclassering"),
    )  # fmt: skip
    await away(door, db, "om", "reclassering")

    kinds = {one["soort"] for one in (await door.get("reclassering", "/taken"))["resultaten"]}
    assert DutyKind.OBJECTION not in kinds
    owed = await story.duty(DutyKind.OBJECTION)
    async with unit_of_work(ENGINE, db.engine) as work:
        key = f"bericht:{owed.id}"
        await outbox.tell_about_duties(work, [(owed.id, "opened")], template="besluit_namens_u", key=key)
        told = await work.session.scalars(select(Message.recipient_id).where(Message.key.startswith(key)))
        assert list(told) == [door.house.person("om")]


# Reminders


async def remind(db: Databases) -> list[tuple[UUID, str, list[dict[str, Any]]]]:
    """What is due is fired; every message there is."""
    async with unit_of_work(ENGINE, db.engine) as work:
        await follow_up.remind(work)
    async with unit_of_work(ENGINE, db.engine) as work:
        rows = await work.session.execute(text("SELECT recipient_id, template, lines FROM outbox"))
        return [(row.recipient_id, row.template, row.lines) for row in rows]


async def test_a_reminder_goes_to_who_stands_in(roving_door: Door, own_db: Databases) -> None:
    door, db = roving_door, own_db
    await a_case(db.web, door.house, Phase.FOCUSOVERLEG)
    await away(door, db, "regisseur", "regisseur2", days=None)
    await db.shift(40 * DAY)

    to = {who for who, template, lines in await remind(db) if template == "herinnering"}

    assert door.house.person("regisseur2") in to
    assert door.house.person("regisseur") not in to


async def test_without_anybody_who_stands_in_the_manager_hears_without_content_and_once_a_day(
    roving_door: Door, own_db: Databases
) -> None:
    door, db = roving_door, own_db
    await a_case(db.web, door.house, Phase.FOCUSOVERLEG)
    await away(door, db, "regisseur", "manager", days=None)  # no regisseur: not allowed in her cases
    await db.shift(40 * DAY)
    await remind(db)

    found = [(who, lines) for who, template, lines in await remind(db) if template == "zonder_vervanger"]

    assert found == [(door.house.person("manager"), [])]


async def test_of_a_partner_the_contact_hears_that_a_colleague_is_away(door: Door, db: Databases) -> None:
    house = door.house
    await db.run(
        "UPDATE person SET organisation_id = :org, roles = '{}' WHERE id = :id", org=house.organisations["ggz"],
        id=house.person("reclassering"),
    )  # fmt: skip
    story = await a_case(db.web, house, Phase.MONITORING)
    ggz = Duty.owner_organisation_id == house.organisations["ggz"]
    async with story.acting("manager") as work:
        owed = (await work.session.scalars(select(Duty).where(Duty.kind == DutyKind.PROGRESS, ggz))).one()
        owed.owner_person_id = house.person("reclassering")
    await away(door, db, "reclassering", days=None)

    await door.post("regisseur", f"/taken/{owed.id}/herinneringen", status=204)

    async with unit_of_work(ENGINE, db.engine) as work:
        told = await work.session.execute(
            text("SELECT recipient_id, lines FROM outbox WHERE house_id = :house AND template = 'zonder_vervanger'"),
            {"house": house.id},
        )
        assert [(row.recipient_id, row.lines) for row in told] == [(house.person("ggz"), [])]


# One rule in two languages


def drawn(random: Random, people: list[PersonFacts], now: datetime) -> list[dict[str, Any]]:
    """Absences and deputies at random; also who lost what it takes."""
    found = []
    for one in people:
        since = random.choice((None, now - timedelta(days=2), now - timedelta(days=1), now + timedelta(days=1)))
        until = random.choice((None, now - timedelta(hours=1), now + timedelta(days=2))) if since else None
        others = [other.id for other in people if other.id != one.id]
        found.append({
            "id": one.id, "since": since, "until": until if since and until and until > since else None,
            "deputy": random.choice([None, *others]) if since else None, "active": random.random() < 0.85,
            "trained": random.choice(("2099-01-01", "2099-01-01", "2020-01-01")),
        })  # fmt: skip
    return found


@pytest.mark.parametrize("seed", range(8))
async def test_the_rule_and_the_database_name_the_same_stand_ins_in_both_directions(
    door: Door, db: Databases, seed: int
) -> None:
    now = await moment(db)
    async with unit_of_work(door.house.actors["manager"], db.web) as work:
        people = list((await lookup.colleagues(work, door.house.organisations["huis"])).values())
    for row in drawn(Random(seed), people, now):  # noqa: S311 - a draw, not a secret
        await db.run(
            "UPDATE person SET absent_from = CAST(:since AS timestamptz), absent_until = CAST(:until AS timestamptz),"
            " deputy_id = CAST(:deputy AS uuid), active = :active, trained_until = CAST(CAST(:trained AS text) AS date)"
            " WHERE id = :id",
            **row,
        )

    async with unit_of_work(door.house.actors["manager"], db.web) as work:
        colleagues = await lookup.colleagues(work, door.house.organisations["huis"])
        expected = {
            one.id: found.id for one in colleagues.values()
            if one.active and (found := absence.stand_in(one, colleagues, work.now))
        }  # fmt: skip
        forward = {one: await lookup.stand_in(work, one) for one in colleagues}
        back: dict[UUID, set[UUID]] = {}
        for one in colleagues:
            statement = text("SELECT unnest(pols_replaces(:who, :now))")
            back[one] = set(await work.session.scalars(statement, {"who": one, "now": work.now}))

    assert len(colleagues) == 6
    assert {one: found for one, found in forward.items() if found} == expected
    assert {(away_, by) for by, them in back.items() for away_ in them} == set(expected.items())
