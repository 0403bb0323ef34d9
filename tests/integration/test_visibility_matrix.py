"""Both fences side by side: for every table and every actor, what the rules allow is what the database shows."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from deployments import embedded
from deployments.embedded import EmbeddedServer
from models import visibility
from models.actors import Actor
from models.casebook import documents, goals, plans, referrals
from models.commands.meetings import SetGoal
from models.commands.referrals import DescribeSubject, KeepSecret
from models.rights import CaseFacts
from models.tables.base import new_id
from models.transactions import unit_of_work
from models.visibility import CommitmentFacts, DutyOwner, ItemFacts
from models.words import DecisionKind as D
from models.words import DutyKind, GlassKind, OrganisationKind, Phase, Role, Standing
from tests.conftest import TEMPLATE, Databases, connected
from tests.everything import reveal
from tests.factories import (
    MORE_PEOPLE,
    PEOPLE,
    AHouse,
    Story,
    a_case,
    a_deputy,
    a_house,
    a_report,
    an_item,
    described,
    named,
    with_more_people,
)

Row = dict[str, Any]
STRANGERS = ["vervanger", "derde", "vreemde triagist", "vreemde politie", "vreemde triagelid"]
KEYS = [key for key, *_ in (*PEOPLE, *MORE_PEOPLE)] + STRANGERS


@dataclass(repr=False)
class World:
    """Every row of every table, and who may look."""

    db: Databases
    house: AHouse
    labels: dict[UUID, str]
    tables: dict[str, list[Row]]
    actors: dict[str, Actor]

    def __repr__(self) -> str:
        """Short: what fails here prints its arguments."""
        return f"{len(self.labels)} cases"

    def of_case(self, table: str, case_id: UUID) -> list[Row]:
        return [row for row in self.tables[table] if row["case_id"] == case_id]

    def facts(self, actor: Actor, case_id: UUID) -> CaseFacts:
        """What visibility must know, from the rows themselves."""
        case = next(row for row in self.tables["cases"] if row["id"] == case_id)
        standings = frozenset(
            Standing(row["standing"]) for row in self.of_case("involvement", case_id)
            if row["until"] is None and row["organisation_id"] == actor.organisation_id
        )  # fmt: skip
        objects = any(
            row["kind"] == DutyKind.OBJECTION and row["owner_person_id"] == actor.person_id and not row["ended_as"]
            for row in self.of_case("duty", case_id)
        )
        return CaseFacts(
            case["house_id"], Phase(case["phase"]), case["director_id"], case["reporter_organisation_id"], standings,
            case["unshielded_until"] is not None, objects, self.glass(actor, case_id), self.assigned(actor, case_id),
            case_director_id=case["case_director_id"],
        )  # fmt: skip

    def glass(self, actor: Actor, case_id: UUID) -> GlassKind | None:
        """As what the actor holds the case open now."""
        held = [
            row["kind"] for row in self.of_case("glass", case_id)
            if row["person_id"] == actor.person_id and row["confirmed_at"] and row["ended_at"] is None
        ]  # fmt: skip
        return GlassKind(held[0]) if held else None

    def assigned(self, actor: Actor, case_id: UUID) -> bool:
        """The organisation of the actor named the actor, or nobody who may come in."""
        named = {
            row["person_id"] for row in self.of_case("assignment", case_id)
            if row["organisation_id"] == actor.organisation_id and row["until"] is None
        }  # fmt: skip
        return not named or actor.person_id in named


# The world


async def with_items(story: Story) -> Story:
    """Two suppliers, each with a condition that excludes another organisation."""
    for supplier, excluded in (("politie", "gemeente"), ("ggz", "politie"), ("gemeente", "ggz")):
        async with unit_of_work(story.house.actors[supplier], story.database) as work:
            an_item(work, story, supplier, excluded=(excluded,))
    return story


async def the_usual_way(db: Databases, house: AHouse) -> dict[str, Story]:
    return {
        phase.name: await with_items(await a_case(db.web, house, phase))
        for phase in Phase if phase is not Phase.ADVICE
    }  # fmt: skip


async def beside_the_way(db: Databases, house: AHouse) -> dict[str, Story]:
    """What ends otherwise, or is not what it was."""
    asked, advised, rejected, short, released, assigned, opened = [
        await with_items(await a_case(db.web, house, phase))
        for phase in (*[Phase.SCREENING] * 4, Phase.MONITORING, Phase.MONITORING, Phase.CLOSED)
    ]
    await named(db.web, assigned, "politie", "politie")
    await named(db.web, assigned, "ggz", "psychiater")
    await assigned.decide("gemeente", D.APPOINT_CASE_DIRECTOR, person_id=house.person("secretariaat"))
    await asked.decide("triagist", D.MORE_INFORMATION, organisations=asked.organisations("ggz"))
    await advised.decide("om", D.ADVISE)
    await rejected.decide("triagist", D.REJECT, deciders=(house.person("om"),))
    await short.judge()
    await short.decide("om", D.SHORT_TRACK, organisations=short.organisations("politie", "ggz"))
    await released.decide(
        "triagist", D.RELEASE, organisations=released.organisations("ggz"), deciders=(house.person("om"),)
    )
    until = (await opened.facts()).last_event_at + timedelta(days=30)
    await opened.decide("gemeente", D.UNSHIELD, until=until)
    private = await with_items(await a_report(db.web, house, by="ggz"))
    return {
        "asked more": asked, "ADVICE": advised, "rejected": rejected, "short track": short, "released": released,
        "assigned": assigned,
        "unshielded": opened, "of a private participant": private,
        "of three people": await of_three_people(db, house), "three people reported": await three_reported(db, house),
    }  # fmt: skip


def three_people() -> tuple[DescribeSubject, ...]:
    """Two people who each get a case, and somebody of the direct circle."""
    return (
        DescribeSubject(name="Kevin D.", bsn="999990019"),
        DescribeSubject(name="Monique D.", bsn="999990020", address="Schuilstraat 1", secret=KeepSecret()),
        DescribeSubject(name="Moeder D.", standing="directe_kring"),
    )


async def three_reported(db: Databases, house: AHouse) -> Story:
    return await with_items(await a_report(db.web, house, subjects=three_people()))


async def of_three_people(db: Databases, house: AHouse) -> Story:
    """Kevin's case has somebody involved and a regisseur; Monique's case, beside it, has nobody yet."""
    story = await a_case(db.web, house, Phase.SCREENING, subjects=three_people())
    async with story.acting("om") as work:
        monique = await work.session.scalar(
            text("SELECT s.id FROM subject s JOIN cases c USING (referral_id) WHERE c.id = :case AND s.name = :name"),
            {"case": story.case_id, "name": "Monique D."},
        )
    await story.judge(others=(monique,))
    await story.decide("om", D.ADMIT, subjects=(monique,))
    await story.decide("manager", D.ASSIGN_DIRECTOR, person_id=house.person("regisseur"))
    await story.decide("om", D.CHOOSE_INVOLVED, organisations=story.organisations("gemeente", "ggz"))
    return await with_items(story)


async def with_something_apart(story: Story) -> Story:
    """Commitments that are not for everybody, and a goal."""
    async with story.acting("regisseur") as work:
        await goals.set_goal(work, story.case_id, SetGoal(body="rust"))
    politie, gemeente = story.organisations("politie", "gemeente")
    async with story.acting("regisseur") as work:
        kept = story.pledge(work, "ggz", "opname", excluded=(politie,))
        own = story.pledge(work, "ggz", "gesprek", only_for=(gemeente,))
        made = await plans.add_commitments(work, story.case_id, (kept, own))
        day = (work.now + timedelta(days=60)).date()
    await story.decide("regisseur", D.SMALL_CHANGE, commitment_id=made[0].id, due_on=day)
    return story


async def everything(db: Databases) -> dict[str, list[Row]]:
    async with db.owner.engine.begin() as connection:
        return {
            table: [dict(row) for row in (await connection.execute(text(f"SELECT * FROM {table}"))).mappings()]
            for table in ("cases", "involvement", "assignment", "glass", "subject_protection", *EXPECTED)
        }


def onlookers(house: AHouse, other: AHouse) -> dict[str, Actor]:
    """Everybody of the house, somebody of a third party, and people of another house."""
    third = Actor(
        house.id, house.organisations["corporatie"], OrganisationKind.THIRD_PARTY, new_id(), frozenset({Role.CONTACT})
    )
    strangers = {"vreemde triagist": "triagist", "vreemde politie": "politie", "vreemde triagelid": "om"}
    return house.actors | {"derde": third} | {name: other.actors[key] for name, key in strangers.items()}


@pytest.fixture(scope="module")
async def world(server: EmbeddedServer) -> AsyncIterator[World]:
    """Cases everywhere in the process, in two houses, in a database of their own."""
    name = f"t_{new_id().hex[-12:]}"
    await embedded.create_from_template(server, name, TEMPLATE)
    db = connected(server, name)
    house, other = await with_more_people(db.owner, await a_house(db.owner)), await a_house(db.owner)
    stories = await the_usual_way(db, house) | await beside_the_way(db, house)
    stories["with something apart"] = await with_something_apart(await a_case(db.web, house, Phase.MONITORING))
    stories["of another house"] = await a_case(db.web, other, Phase.MONITORING)
    for key in ("ggz", "politie"):
        async with unit_of_work(house.actors[key], db.web) as work:
            await referrals.draft(work, described())
    letter = stories["with something apart"]
    async with letter.acting("regisseur") as work:
        await documents.keep(work, letter.case_id, kind="slotbrief", ref=new_id(), body="wat er is bereikt")
    await a_deputy(db.owner, house)
    await reveal(db)
    labels = {story.case_id: label for label, story in stories.items()}
    yield World(db, house, labels, await everything(db), onlookers(house, other))
    await db.close()
    await embedded.drop_database(server, name)


# What the first fence says


def _referral(world: World, actor: Actor, row: Row) -> bool:
    cases = [case["id"] for case in world.tables["cases"] if case["referral_id"] == row["id"]]
    if not cases:
        return actor.is_participant and actor.organisation_id == row["reporter_organisation_id"]
    return any(visibility.reads_referral(actor, world.facts(actor, case)) for case in cases)


def _subject(world: World, actor: Actor, row: Row) -> bool:
    referral = next(one for one in world.tables["referral"] if one["id"] == row["referral_id"])
    if row["case_id"] is not None:
        return visibility.reads_subject(actor, world.facts(actor, row["case_id"]))
    cases = [case["id"] for case in world.tables["cases"] if case["referral_id"] == referral["id"]]
    if not cases:
        return _referral(world, actor, referral)
    return any(visibility.reads_circle(actor, world.facts(actor, case)) for case in cases)


def _case(world: World, actor: Actor, row: Row) -> bool:
    return visibility.sees_case(actor, world.facts(actor, row["id"]))


def _seen(world: World, actor: Actor, row: Row) -> bool:
    return visibility.sees_case(actor, world.facts(actor, row["case_id"]))


def _read(world: World, actor: Actor, row: Row) -> bool:
    return visibility.reads_case(actor, world.facts(actor, row["case_id"]))


def _judged(world: World, actor: Actor, row: Row) -> bool:
    """A judgement about somebody else of the report is for who reads about that person."""
    about = next((one for one in world.tables["subject"] if one["id"] == row["subject_id"]), None)
    return _read(world, actor, row) and (about is None or _subject(world, actor, about))


def _process(world: World, actor: Actor, row: Row) -> bool:
    return visibility.sees_process(actor, world.facts(actor, row["case_id"]))


def _decision(world: World, actor: Actor, row: Row) -> bool:
    named = row["facts"].get("commitment_id")
    found = next((one for one in world.tables["commitment"] if str(one["id"]) == named), None)
    about = CommitmentFacts(found["organisation_id"], found["excluded"], found["only_for"]) if found else None
    return visibility.sees_decision(
        actor, world.facts(actor, row["case_id"]), registered_by=row["registered_by"], about=about,
        names_one=named is not None,
    )  # fmt: skip


def _item(world: World, actor: Actor, row: Row) -> bool:
    facts = world.facts(actor, row["case_id"])
    return visibility.reads_item(
        actor,
        facts,
        ItemFacts(row["supplier_id"], row["excluded"], row["only_for"], _finds(world, actor, row["subject_id"])),
    )


def _finds(world: World, actor: Actor, subject_id: UUID | None) -> bool:
    subject = next((one for one in world.tables["subject"] if one["id"] == subject_id), None)
    if subject is None:
        return True
    named = next((one for one in world.tables["subject_protection"] if one["subject_id"] == subject_id), None)
    organisations, persons = (named["organisations"], named["persons"]) if named else ([], [])
    return visibility.finds(actor, secret=subject["secret_address"], organisations=organisations, persons=persons)


def _address(world: World, actor: Actor, row: Row) -> bool:
    subject = next(one for one in world.tables["subject"] if one["id"] == row["subject_id"])
    return _subject(world, actor, subject) and _finds(world, actor, subject["id"])


def _place(world: World, actor: Actor, row: Row) -> bool:
    people = [one for one in world.tables["subject"] if one["case_id"] == row["case_id"]]
    return _seen(world, actor, row) and all(_finds(world, actor, one["id"]) for one in people)


def _duty(world: World, actor: Actor, row: Row) -> bool:
    facts, kind = world.facts(actor, row["case_id"]), DutyKind(row["kind"])
    return visibility.sees_duty(actor, facts, owner=owner_of(row), kind=kind)


def _commitment(world: World, actor: Actor, row: Row) -> bool:
    about = CommitmentFacts(row["organisation_id"], row["excluded"], row["only_for"])
    return visibility.reads_commitment(actor, world.facts(actor, row["case_id"]), about)


def _of_commitment(world: World, actor: Actor, row: Row) -> bool:
    found = next(one for one in world.tables["commitment"] if one["id"] == row["commitment_id"])
    return _commitment(world, actor, found)


def owner_of(row: Row) -> DutyOwner:
    role = row["owner_role"]
    return DutyOwner(row["owner_organisation_id"], Role(role) if role else None, row["owner_person_id"], row["apart"])


def _line(world: World, actor: Actor, row: Row) -> bool:
    facts = world.facts(actor, row["case_id"])
    about = next((one for one in world.tables["info_item"] if one["id"] == row["item_id"]), None)
    if about is not None and not _item(world, actor, about):
        return False
    if row["commitment_id"] is not None and row["organisation_id"] != actor.organisation_id:
        about = next(one for one in world.tables["commitment"] if one["id"] == row["commitment_id"])
        if actor.organisation_kind is not OrganisationKind.HOUSE and not _commitment(world, actor, about):
            return False
    return visibility.sees_line(actor, facts, organisation_id=row["organisation_id"])


def _answer(world: World, actor: Actor, row: Row) -> bool:
    return visibility.reads_answer(
        actor, world.facts(actor, row["case_id"]), organisation_id=row["organisation_id"],
        registered_by=row["registered_by"],
    )  # fmt: skip


def _of_duty(world: World, actor: Actor, row: Row) -> bool:
    return _duty(world, actor, next(one for one in world.tables["duty"] if one["id"] == row["duty_id"]))


EXPECTED: dict[str, Callable[[World, Actor, Row], bool]] = {
    "cases": _case, "visit": _seen, "rung": _seen, "meeting": _seen, "decision": _decision, "hold": _process,
    "duty": _duty, "history": _line, "answer": _answer, "referral": _referral, "subject": _subject,
    "criterion_judgement": _judged, "document": _read, "commitment": _commitment, "goal": _read, "plan_version": _read,
    "planned": _of_commitment, "info_item": _item,
    "subject_address": _address, "meeting_place": _place, "term_change": _of_duty,
}  # fmt: skip
KEY = {
    "plan_version": "case_id",
    "subject_address": "subject_id",
    "meeting_place": "meeting_id",
}  #: where the id is another's


@pytest.mark.parametrize("who", KEYS)
@pytest.mark.parametrize("table", list(EXPECTED))
async def test_both_fences_let_the_same_rows_through(world: World, table: str, who: str) -> None:
    actor = world.actors[who]
    key = KEY.get(table, "id")
    allowed = {row[key] for row in world.tables[table] if EXPECTED[table](world, actor, row)}

    async with unit_of_work(actor, world.db.web) as work:
        shown = set(await work.session.scalars(text(f"SELECT {key} FROM {table}")))

    wrong = [row for row in world.tables[table] if row[key] in allowed ^ shown]
    assert {(world.labels.get(row.get("case_id") or row[key]), row[key] in shown) for row in wrong} == set()


@pytest.mark.parametrize("who", KEYS)
async def test_who_stands_to_a_case_is_no_secret_only_to_who_sees_it(world: World, who: str) -> None:
    actor = world.actors[who]

    async with unit_of_work(actor, world.db.web) as work:
        shown = set(await work.session.scalars(text("SELECT case_id FROM involvement")))

    table = actor.has(Role.TRIAGE_MEMBER) and actor.organisation_kind is OrganisationKind.LID1
    for case_id in shown if not table else ():
        left = any(row["organisation_id"] == actor.organisation_id for row in world.of_case("involvement", case_id))
        assert left or visibility.sees_case(actor, world.facts(actor, case_id)), world.labels[case_id]


def test_the_world_has_rows_in_every_table_that_is_compared(world: World) -> None:
    assert [table for table in EXPECTED if not world.tables[table]] == []
    assert len(world.labels) == len(Phase) + 11


@pytest.mark.parametrize(
    ("who", "names"),
    [
        ("ggz", {"Kevin D."}),
        ("regisseur", {"Kevin D.", "Moeder D."}),
        ("vervanger", {"Kevin D.", "Moeder D."}),
        ("regisseur2", set()),
        ("politie", {"Kevin D.", "Monique D.", "Moeder D."}),
        ("om", set()),
        ("triagist", set()),
    ],
)
async def test_of_several_people_in_a_report_a_partner_reads_only_the_one_of_their_case(
    world: World, who: str, names: set[str]
) -> None:
    case_id = next(one for one, label in world.labels.items() if label == "of three people")
    statement = text("SELECT s.name FROM subject s JOIN cases c USING (referral_id) WHERE c.id = :case")
    async with unit_of_work(world.actors[who], world.db.web) as work:
        assert set(await work.session.scalars(statement, {"case": case_id})) == names
