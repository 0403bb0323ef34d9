"""Per item three opinions that must be one: the policy function, row-level security, and a specification of its own.

Hundreds of items with random suppliers, conditions, categories and persons, in cases everywhere in the process, to
which organisations stand at random, for which they named people at random, and which are held open at random; people
with random roles look. The specification below is written from the rules (R6, R7, R13, R22, S4) on the bare rows, not
from the code.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from models import rights, visibility
from models.actors import ENGINE, STAFF_ROLES, Actor
from models.items import WHEREABOUTS
from models.itemwords import Category
from models.rights import Capacity, Right
from models.tables.base import new_id
from models.transactions import unit_of_work
from models.visibility import ItemFacts
from models.words import GlassKind, OrganisationKind, Role, Standing
from tests.integration.test_visibility_matrix import Row, World, _finds
from tests.integration.test_visibility_matrix import world as world  # noqa: PLC0414 - a fixture is found by its name here

BATCH, USERS, AS_THEY_ARE = 300, 16, 4
MOMENT = datetime(2026, 1, 5, tzinfo=UTC)
_ADD = """
    INSERT INTO info_item (id, house_id, case_id, subject_id, supplier_id, category, regime, ground, excluded, only_for,
      first_processed_at, body, professional, life_domain, route_reason, source, reliability, conditions,
      conditions_note, version)
    VALUES ($1, $2, $3, $4, $5, $6, 'AVG', 'grond', $7, $8, $9, 'tekst', '', '', '', '', 'betwist', '{}', '', 1)
"""


#: what the rules do not look at and the tables ask for
_FILLED: dict[str, dict[str, Any]] = {
    "involvement": {"since": MOMENT}, "assignment": {"since": MOMENT},
    "glass": {"reason": "reden genoeg", "asked_at": MOMENT, "code_hash": b"", "tries": 0, "review": ""},
}  # fmt: skip


@pytest.fixture(scope="module")
async def loop() -> asyncio.AbstractEventLoop:
    """The loop of the connections to the database; it stands still while a test draws."""
    return asyncio.get_running_loop()


@pytest.fixture(scope="module")
async def moment(world: World) -> datetime:
    """The moment at which what is open is open."""
    async with unit_of_work(ENGINE, world.db.web) as work:
        return work.now


@dataclass(repr=False)
class Draw:
    """Items of every kind, who stands to their cases and works on them, who holds one open, and who looks."""

    items: list[Row]
    rows: dict[str, list[Row]]
    users: dict[str, Actor]


def drawn(world: World, random: Random, now: datetime) -> Draw:
    """By and not for organisations of any house, looked at by people of any of them in any role."""
    cases = [one for one in world.tables["cases"] if one["id"] in world.labels]
    people = [one for one in world.actors.values() if one.person_id]
    real = {name: one for name, one in world.actors.items() if name != "derde"}
    users = {
        f"{number} {name}": replace(actor, roles=frozenset(random.sample(list(Role), random.choice((0, 1, 1, 2, 4)))))
        for number in range(USERS) for name, actor in [random.choice(list(world.actors.items()))]
    } | {name: real[name] for name in random.sample(sorted(real), AS_THEY_ARE)}  # fmt: skip
    organisations = sorted({actor.organisation_id for actor in people if actor.organisation_id})
    rows = {
        "involvement": _standings(random, cases, organisations),
        "assignment": _named(random, cases, list(real.values())),
        "glass": _held(random, cases, list(real.values()), now),
    }  # fmt: skip
    return Draw(_items(world, random, cases, organisations), rows, users)


def _items(world: World, random: Random, cases: list[Row], organisations: list[Any]) -> list[Row]:
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


def _standings(random: Random, cases: list[Row], organisations: list[Any]) -> list[Row]:
    """Who is involved or asked, now or before; each once in each way."""
    wanted = {
        (case["id"], organisation, random.choice(list(Standing)).value): case
        for case in cases for organisation in random.sample(organisations, 3)
    }  # fmt: skip
    return [
        {"id": new_id(), "house_id": case["house_id"], "case_id": case_id, "organisation_id": organisation,
         "standing": standing, "until": random.choice((None, None, MOMENT))}
        for (case_id, organisation, standing), case in wanted.items()
    ]  # fmt: skip


def _named(random: Random, cases: list[Row], people: list[Actor]) -> list[Row]:
    """Whom organisations named, now or before; whatever their role."""
    partners = [one for one in people if one.is_participant]
    return [
        {"id": new_id(), "house_id": case["house_id"], "case_id": case["id"], "organisation_id": one.organisation_id,
         "person_id": one.person_id, "named_by": one.person_id, "until": random.choice((None, None, MOMENT))}
        for case in random.sample(cases, len(cases) // 2) for one in random.sample(partners, 3)
    ]  # fmt: skip


def _held(random: Random, cases: list[Row], people: list[Actor], now: datetime) -> list[Row]:
    """What is held open: asked only, open, or ended."""
    found, house = [], [one for one in people if one.organisation_kind is OrganisationKind.HOUSE]
    for case in cases:
        one, state = random.choice(house), random.choice(("asked", "open", "open", "ended"))
        found.append({
            "id": new_id(), "house_id": case["house_id"], "case_id": case["id"], "person_id": one.person_id,
            "kind": random.choice(list(GlassKind)).value, "confirmed_at": None if state == "asked" else now,
            "until": None if state == "asked" else now + timedelta(hours=8),
            "ended_at": now if state == "ended" else None,
        })  # fmt: skip
    return found


@dataclass
class Judge:
    """The rules in plain words, on the rows; and what the policy function makes of the same rows."""

    world: World
    actor: Actor

    def specified(self, item: Row) -> bool:
        actor, case = self.actor, self.case(item["case_id"])
        if actor.house_id != case["house_id"]:
            return False  # nothing crosses from one house to another
        if self.supervises(case["id"]):
            return self.open_to(item)
        if self.shut(case):
            return False  # closed is shielded for everybody else (R22)
        if self.takes_part() and actor.organisation_id == item["supplier_id"] and self.works(case):
            return True  # what one supplied is one's own
        return self.open_to(item) and self.at_work(item["case_id"])

    def takes_part(self) -> bool:
        """For a participant, and not only to lead there: who does is told that an answer is missing, no more."""
        partner = self.actor.organisation_kind in {OrganisationKind.LID1, OrganisationKind.LID2}
        return partner and self.actor.roles != {Role.PARTNER_LEAD}

    def open_to(self, item: Row) -> bool:
        """Nothing keeps it from this organisation or this person."""
        actor = self.actor
        left_out = actor.organisation_id in item["excluded"]  # R13
        not_named = bool(item["only_for"]) and actor.organisation_id not in item["only_for"]
        tells = item["category"] in {"huisvesting", "identificerend_en_contact"} and self.hidden(item["subject_id"])
        return not (left_out or not_named or tells)

    def holds(self, case_id: Any, kind: str) -> bool:
        """The actor opened the case and it is open."""
        return any(
            one["kind"] == kind and one["confirmed_at"] is not None and one["ended_at"] is None
            for one in self.world.of_case("glass", case_id) if one["person_id"] == self.actor.person_id
        )  # fmt: skip

    def supervises(self, case_id: Any) -> bool:
        of_the_house = self.actor.organisation_kind is OrganisationKind.HOUSE
        return of_the_house and Role.PRIVACY_OFFICER in self.actor.roles and self.holds(case_id, "toezicht")

    def works(self, case: Row) -> bool:
        """The casusregisseur, or a contact of an organisation that named nobody else (R6)."""
        if case["case_director_id"] == self.actor.person_id:
            return True
        named = [
            one["person_id"] for one in self.world.of_case("assignment", case["id"])
            if one["organisation_id"] == self.actor.organisation_id and one["until"] is None
        ]  # fmt: skip
        return Role.CONTACT in self.actor.roles and (not named or self.actor.person_id in named)

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
        """The regisseur is away and named one colleague, who does her work meanwhile if a regisseur too."""
        stands_in = self.actor.person_id == self.world.house.person("vervanger")
        able = stands_in and Role.PROCESS_DIRECTOR in self.actor.roles
        return self.world.house.person("regisseur") if able else self.actor.person_id

    def _at_work(self, case: Row) -> bool:
        """A report: the desk, the table, who made it. A case: its regisseur, and who is involved now. Nobody else."""
        actor, early = self.actor, case["phase"] in {"aanmelding", "screening", "advies"}
        if Role.MANAGER in actor.roles and self.emergency(case):
            return True
        match actor.organisation_kind:
            case OrganisationKind.HOUSE if early:
                return bool(actor.roles & {Role.TRIAGE_OFFICER, Role.ADVISER})
            case OrganisationKind.HOUSE:
                leads = case["director_id"] in {actor.person_id, self.replaced()}
                return bool(actor.roles & STAFF_ROLES) and leads
            case OrganisationKind.LID1 | OrganisationKind.LID2 as kind if early and self.takes_part():
                table = kind is OrganisationKind.LID1 and Role.TRIAGE_MEMBER in actor.roles
                return case["reporter_organisation_id"] == actor.organisation_id or (
                    table and case["phase"] != "advies"
                )
            case OrganisationKind.LID1 | OrganisationKind.LID2 if not early and self.takes_part():
                mine = (case["id"], actor.organisation_id, "betrokken", None)
                names = ("case_id", "organisation_id", "standing", "until")
                return self.works(case) and any(
                    tuple(one[name] for name in names) == mine for one in self.world.tables["involvement"]
                )
            case _:
                return False

    def emergency(self, case: Row) -> bool:
        of_the_house = self.actor.organisation_kind is OrganisationKind.HOUSE
        return of_the_house and case["phase"] != "afgesloten" and self.holds(case["id"], "noodtoegang")


async def _asked(world: World, draw: Draw) -> tuple[dict[str, set[Any]], dict[str, set[Any]]]:
    """Which of these items, and which cases, the database shows everybody; what was drawn is gone afterwards."""
    connection = await world.db.server.connect(database=world.db.name)
    ids = [one["id"] for one in draw.items]
    try:
        await _put(connection, draw)
        items, cases = {}, {}
        for who, actor in draw.users.items():
            async with unit_of_work(actor, world.db.web) as work:
                rows = await work.session.scalars(text("SELECT id FROM info_item WHERE id = ANY (:ids)"), {"ids": ids})
                items[who] = set(rows)
                cases[who] = set(await work.session.scalars(text("SELECT id FROM cases")))
        return items, cases
    finally:
        for table, listed in {"info_item": draw.items, **draw.rows}.items():
            await connection.execute(f"DELETE FROM {table} WHERE id = ANY ($1)", [one["id"] for one in listed])
        await connection.close()


async def _put(connection: Any, draw: Draw) -> None:
    """Past all security, as they were drawn."""
    order = ("id", "house_id", "case_id", "subject_id", "supplier_id", "category", "excluded", "only_for")
    await connection.executemany(_ADD, [(*(one[name] for name in order), MOMENT) for one in draw.items])
    for table, listed in draw.rows.items():
        names = [*listed[0], *_FILLED[table]]
        places = ", ".join(f"${at + 1}" for at in range(len(names)))
        await connection.executemany(
            f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places}) ON CONFLICT DO NOTHING",
            [(*one.values(), *_FILLED[table].values()) for one in listed],
        )


READ_AS: set[Capacity] = set()  #: in which capacities the drawn people read something


@given(st.integers(min_value=0))
@settings(
    max_examples=8, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck),
    phases=(Phase.generate,),
)  # fmt: skip
def test_the_rule_the_database_and_the_specification_are_one(
    world: World, loop: asyncio.AbstractEventLoop, moment: datetime, seed: int
) -> None:
    draw = drawn(world, Random(seed), moment)  # noqa: S311 - a draw, not a secret
    items, cases = loop.run_until_complete(_asked(world, draw))
    there = replace(world, tables=_together(world, draw))

    for who, actor in draw.users.items():
        judge = Judge(there, actor)
        wanted = {one["id"] for one in draw.items if judge.specified(one)}
        ruled = {one["id"] for one in draw.items if judge.ruled(one)}
        known = {one["id"] for one in world.tables["cases"] if visibility.sees_case(actor, judge.facts(one["id"]))}
        if (items[who], ruled, cases[who]) != (wanted, wanted, known):
            pytest.fail(_differs(world, draw, who, items[who] ^ wanted | ruled ^ wanted, cases[who] ^ known))
        for one in draw.items:
            if one["id"] in wanted:
                READ_AS.update(rights.by(Right.CONTENT, actor, judge.facts(one["case_id"])))


def _together(world: World, draw: Draw) -> dict[str, list[Row]]:
    """The rows of the world and the drawn ones; one that was there already stays what it was."""
    keys = {
        "involvement": ("case_id", "organisation_id", "standing"),
        "assignment": ("case_id", "organisation_id", "person_id"),
    }  # fmt: skip
    found = dict(world.tables)
    for table, listed in draw.rows.items():
        names = keys.get(table, ("id",))
        current = {tuple(one[name] for name in names) for one in found[table] if one.get("until") is None}
        added = []
        for one in listed:
            key = tuple(one[name] for name in names)
            if table == "glass" or one["until"] is not None or key not in current:
                added.append(one)
                current |= {key} if one["until"] is None else set()
        found[table] = [*found[table], *added]
    return found


def _differs(world: World, draw: Draw, who: str, items: set[Any], cases: set[Any]) -> str:
    """What the three do not agree on, short enough to read."""
    wrong = [one for one in draw.items if one["id"] in items][:3]
    actor = draw.users[who]
    labels = {world.labels.get(one["case_id"]) for one in wrong} | {world.labels.get(one) for one in cases}
    return f"{who} as {sorted(actor.roles)}: {len(items)} items, {len(cases)} cases in {labels}; {wrong}"


def test_the_draws_reached_every_way_to_read() -> None:
    ways = set(rights.MATRIX[Right.CONTENT])
    assert ways - {Capacity.ADVISER, Capacity.TRIAGE_OFFICER, Capacity.EMERGENCY, Capacity.SUPERVISOR} <= READ_AS
    assert READ_AS & {Capacity.EMERGENCY, Capacity.SUPERVISOR}
    assert READ_AS & {Capacity.ADVISER, Capacity.TRIAGE_OFFICER}
