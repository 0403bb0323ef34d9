"""Per item three opinions that must be one: the policy function, row-level security, and a specification of its own.

Hundreds of items with random suppliers, conditions, categories and persons, in cases everywhere in the process; every
actor looks. The specification below is written from the rules (R7, R13, R22, S4) on the bare rows, not from the code.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from models import visibility
from models.actors import STAFF_ROLES, Actor
from models.items import WHEREABOUTS
from models.tables.base import new_id
from models.transactions import unit_of_work
from models.visibility import ItemFacts
from models.words import Category, OrganisationKind, Role
from tests.integration.test_visibility_matrix import Row, World, _finds
from tests.integration.test_visibility_matrix import world as world  # noqa: PLC0414 - a fixture is found by its name here

BATCH = 300
_ADD = """
    INSERT INTO info_item (id, house_id, case_id, subject_id, supplier_id, category, regime, ground, excluded, only_for,
      first_processed_at, body, professional, life_domain, route_reason, source, reliability, conditions,
      conditions_note, version)
    VALUES ($1, $2, $3, $4, $5, $6, 'AVG', 'grond', $7, $8, $9, 'tekst', '', '', '', '', 'betwist', '{}', '', 1)
"""


@pytest.fixture(scope="module")
async def loop() -> asyncio.AbstractEventLoop:
    """The loop of the connections to the database; it stands still while a test draws."""
    return asyncio.get_running_loop()


def drawn(world: World, random: Random) -> list[Row]:
    """Items of every kind, by and not for organisations of any house."""
    cases = [one for one in world.tables["cases"] if one["id"] in world.labels]
    organisations = sorted({actor.organisation_id for actor in world.actors.values() if actor.organisation_id})
    subjects = [None, *(one["id"] for one in world.tables["subject"])]
    found = []
    for _ in range(BATCH):
        case = random.choice(cases)
        around = [one["id"] for one in world.tables["subject"] if one["referral_id"] == case["referral_id"]]
        found.append({
            "id": new_id(), "house_id": case["house_id"], "case_id": case["id"],
            "subject_id": random.choice([*around, *around, random.choice(subjects)]),
            "supplier_id": random.choice(organisations), "category": random.choice(list(Category)).value,
            "excluded": random.sample(organisations, random.choice((0, 0, 1, 3))),
            "only_for": random.sample(organisations, random.choice((0, 0, 1, 4))),
        })  # fmt: skip
    return found


@dataclass
class Judge:
    """The rules in plain words, on the rows; and what the policy function makes of the same rows."""

    world: World
    actor: Actor

    def specified(self, item: Row) -> bool:
        actor, case = self.actor, self.case(item["case_id"])
        if actor.house_id != case["house_id"] or self.shut(case):
            return False  # nothing crosses from one house to another, and closed is shielded for everybody (R22)
        partner = actor.organisation_kind in {OrganisationKind.LID1, OrganisationKind.LID2}
        if partner and actor.organisation_id == item["supplier_id"]:
            return True  # what one supplied is one's own
        left_out = actor.organisation_id in item["excluded"]  # R13
        not_named = bool(item["only_for"]) and actor.organisation_id not in item["only_for"]
        tells = item["category"] in {"huisvesting", "identificerend_en_contact"} and self.hidden(item["subject_id"])
        return not (left_out or not_named or tells) and self.at_work(item["case_id"])

    def ruled(self, item: Row) -> bool:
        finds = item["category"] not in WHEREABOUTS or self.finds(item["subject_id"])
        facts = ItemFacts(item["supplier_id"], item["excluded"], item["only_for"], finds)
        return visibility.reads_item(self.actor, self.facts(item["case_id"]), facts)

    def __post_init__(self) -> None:
        """Few cases and persons, asked about often."""
        world, actor = self.world, self.actor
        self.facts = cache(lambda case_id: world.facts(actor, case_id))
        self.finds = cache(lambda subject_id: _finds(world, actor, subject_id))
        self.case = cache(lambda case_id: next(one for one in world.tables["cases"] if one["id"] == case_id))
        self.hidden = cache(self._hidden)
        self.at_work = cache(lambda case_id: self._at_work(self.case(case_id)))

    @staticmethod
    def shut(case: Row) -> bool:
        return case["phase"] == "afgesloten" and case["unshielded_until"] is None

    def _hidden(self, subject_id: Any) -> bool:
        """The address of this person is secret, and the actor is on no list (S4)."""
        if not any(one["id"] == subject_id and one["secret_address"] for one in self.world.tables["subject"]):
            return False
        lists = [one for one in self.world.tables["subject_protection"] if one["subject_id"] == subject_id]
        who, where = self.actor.person_id, self.actor.organisation_id
        return not any(where in one["organisations"] or who in one["persons"] for one in lists)

    def replaced(self) -> Any:
        """The regisseur is away and named one colleague, who does her work meanwhile."""
        stands_in = self.actor.person_id == self.world.house.person("vervanger")
        return self.world.house.person("regisseur") if stands_in else self.actor.person_id

    def _at_work(self, case: Row) -> bool:
        """A report: the desk, the table, who made it. A case: its regisseur, and who is involved now. Nobody else."""
        actor, early = self.actor, case["phase"] in {"aanmelding", "screening", "advies"}
        match actor.organisation_kind:
            case OrganisationKind.HOUSE if early:
                return bool(actor.roles & {Role.TRIAGE_OFFICER, Role.ADVISER})
            case OrganisationKind.HOUSE:
                leads = case["director_id"] in {actor.person_id, self.replaced()}
                return bool(actor.roles & STAFF_ROLES) and leads
            case OrganisationKind.LID1 | OrganisationKind.LID2 as kind if early:
                table = kind is OrganisationKind.LID1 and Role.TRIAGE_MEMBER in actor.roles
                return case["reporter_organisation_id"] == actor.organisation_id or (
                    table and case["phase"] != "advies"
                )
            case OrganisationKind.LID1 | OrganisationKind.LID2:
                mine = (case["id"], actor.organisation_id, "betrokken", None)
                names = ("case_id", "organisation_id", "standing", "until")
                return any(tuple(one[name] for name in names) == mine for one in self.world.tables["involvement"])
            case _:
                return False


async def _with_items(world: World, items: list[Row]) -> dict[str, set[Any]]:
    """What every actor is shown of these items by the database; they are gone afterwards."""
    connection = await world.db.server.connect(database=world.db.name)
    order = ("id", "house_id", "case_id", "subject_id", "supplier_id", "category", "excluded", "only_for")
    moment = datetime(2026, 1, 5, tzinfo=UTC)
    ids = [one["id"] for one in items]
    try:
        await connection.executemany(_ADD, [(*(one[name] for name in order), moment) for one in items])
        shown = {}
        for who, actor in world.actors.items():
            async with unit_of_work(actor, world.db.web) as work:
                rows = await work.session.scalars(text("SELECT id FROM info_item WHERE id = ANY (:ids)"), {"ids": ids})
                shown[who] = set(rows)
        return shown
    finally:
        await connection.execute("DELETE FROM info_item WHERE id = ANY ($1)", ids)
        await connection.close()


@given(st.integers(min_value=0))
@settings(
    max_examples=6, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck),
    phases=(Phase.generate,),
)  # fmt: skip
def test_the_rule_the_database_and_the_specification_are_one(
    world: World, loop: asyncio.AbstractEventLoop, seed: int
) -> None:
    items = drawn(world, Random(seed))  # noqa: S311 - a draw, not a secret

    shown = loop.run_until_complete(_with_items(world, items))

    for who, actor in world.actors.items():
        judge = Judge(world, actor)
        wanted = {one["id"] for one in items if judge.specified(one)}
        ruled = {one["id"] for one in items if judge.ruled(one)}
        assert (who, shown[who] ^ wanted, ruled ^ wanted) == (who, set(), set())
    see = {"regisseur", "vervanger", "triagist", "politie", "ggz", "gemeente", "om"}
    assert {who for who, ids in shown.items() if ids} >= see
    assert not any(shown[who] for who in ("beheerder", "privacy", "derde"))
