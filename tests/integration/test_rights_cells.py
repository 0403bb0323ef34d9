"""Every route, by everybody, on cases they stand to in every way: allowed, or the answer of what does not exist.

What is expected is not written down per cell: it follows from `models.rights` and the rows themselves.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import text

from models import rights, visibility
from models.actors import Actor
from models.rights import Capacity, CaseFacts, Right
from models.tables.base import new_id
from models.words import DecisionKind as D
from models.words import DutyKind, Phase, Standing
from tests import factories
from tests.conftest import Databases
from tests.doors import Door, own_client
from tests.everything import reveal
from tests.factories import AHouse, Story
from tests.integration.test_api_referrals import SUBMITTED
from tests.integration.test_api_rights import operations
from tests.integration.test_visibility_matrix import owner_of

REASON = "Dreiging vanavond in de wijk."
Sees = Callable[["Place", Actor, CaseFacts], bool]


@dataclass
class Place:
    """A case somebody may or may not stand to, and what hangs on it."""

    name: str
    story: Story
    ids: dict[str, str]
    there: set[str]  #: the collections of which this case really has one
    duty: dict[str, Any] = field(default_factory=dict)


def _right(right: Right) -> Sees:
    return lambda _place, actor, facts: rights.has(right, actor, facts)


def _duty(place: Place, actor: Actor, facts: CaseFacts) -> bool:
    kind = DutyKind(place.duty["kind"])
    return visibility.sees_duty(actor, facts, owner=owner_of(place.duty), kind=kind)


def _reported(_place: Place, actor: Actor, facts: CaseFacts) -> bool:
    return Capacity.REPORTER in rights.capacities(actor, facts)


def _asked_glass(_place: Place, actor: Actor, facts: CaseFacts) -> bool:
    """Who oversees or leads; the manager asked it."""
    return bool(rights.capacities(actor, facts) & {Capacity.MANAGER, Capacity.PRIVACY_OFFICER, Capacity.DIRECTOR})


#: what one must be entitled to for an operation to know of its object; the first that fits
SEES: tuple[tuple[str, Sees], ...] = (
    ("GET /casussen/{id}/inzage", _right(Right.KNOW)),
    ("GET /casussen/{id}/overleggen", _right(Right.PROCESS)),
    ("GET /casussen/{id}/besluiten/{besluitId}", _right(Right.PROCESS)),
    ("GET /overleggen/{id}", _right(Right.PROCESS)),
    ("POST /afspraken/{id}/voortgang", _right(Right.CONTENT)),
    ("GET /aanmeldingen/{id}", _right(Right.REPORT)),
    ("GET /bijlagen/{id}", _right(Right.REPORT)),
    ("PUT /aanmeldingen/{id}", _reported),
    ("POST /aanmeldingen/{id}", _reported),
    ("DELETE /", _reported),
    ("GET /taken/{id}", _duty),
    ("POST /taken/{id}", _duty),
    ("POST /noodtoegangen/{id}", _asked_glass),
    ("GET /casussen/{id}", _right(Right.KNOW)),
    ("POST /casussen/{id}", _right(Right.KNOW)),
    ("POST /overleggen/{id}", _right(Right.KNOW)),
)
#: no case hangs on these; and the log of a person, items and secret addresses have tests of their own
NOT_HERE = ("/hulpvragen/", "/overlegreeksen/", "/huizen/", "/personen/", "/tokens/", "{informatieId}", "/adresgeheim")
#: what is not there answers the same for everybody who may come in at all
HIDDEN = 404


def _bodies(house: AHouse) -> dict[str, Any]:
    ggz = str(house.organisations["ggz"])
    return {
        "PUT /aanmeldingen/{id}": SUBMITTED,
        "POST /aanmeldingen/{id}/intrekkingen": {"toelichting": "opgelost"},
        "POST /aanmeldingen/{id}/bijlagen": "een foto in woorden",
        "POST /casussen/{id}/besluiten": {"soort": "spoed_geven", "toelichting": "dreiging"},
        "POST /casussen/{id}/overleggen": {"begintOp": "2090-01-01T10:00:00+01:00"},
        "POST /casussen/{id}/afspraken": {
            "afspraken": [{"organisatie": ggz, "domein": "zorg", "tekst": "gesprek", "uiterlijk": "2090-01-01"}]
        },
        "POST /casussen/{id}/informatie": {"categorie": "zorg", "tekst": "stabiel", "leverancier": ggz},
        "POST /casussen/{id}/noodtoegangen": {"reden": REASON},
        "POST /taken/{id}/antwoorden": {"uitkomst": "gereed"},
        "POST /taken/{id}/overdrachten": {"persoon": str(house.person("ggz"))},
        "POST /overleggen/{id}/uitkomsten": {"uitkomst": "één plan"},
        "POST /overleggen/{id}/genodigden": {"organisaties": [ggz]},
        "POST /afspraken/{id}/voortgang": {"stand": "op_schema"},
        "POST /noodtoegangen/{id}/bevestigingen": {"code": "0"},
        "POST /noodtoegangen/{id}/beoordelingen": {"oordeel": "terecht"},
    }


@dataclass
class World:
    """Two houses and the cases in them."""

    db: Databases
    house: AHouse
    client: httpx2.AsyncClient
    places: list[Place]

    async def facts(self, place: Place, actor: Actor) -> CaseFacts:
        """What the rules must know, from the rows themselves."""
        async with self.db.owner.engine.begin() as connection:
            case = (
                await connection.execute(text("SELECT * FROM cases WHERE id = :id"), {"id": place.story.case_id})
            ).mappings().one()  # fmt: skip
            stands = await connection.scalars(
                text(
                    "SELECT standing FROM involvement WHERE case_id = :id AND organisation_id = :org AND until IS NULL"
                ),
                {"id": place.story.case_id, "org": actor.organisation_id},
            )
            objects = await connection.scalar(
                text("SELECT count(*) FROM duty WHERE case_id = :id AND owner_person_id = :who AND ended_as IS NULL"
                     " AND kind = 'bezwaar_tegen_registratie'"),
                {"id": place.story.case_id, "who": actor.person_id},
            )  # fmt: skip
            return CaseFacts(
                case["house_id"], Phase(case["phase"]), case["director_id"], case["reporter_organisation_id"],
                frozenset(map(Standing, stands)), case["unshielded_until"] is not None, bool(objects),
                case_director_id=case["case_director_id"],
            )  # fmt: skip


async def _place(db: Databases, client: httpx2.AsyncClient, name: str, story: Story) -> Place:
    """What hangs on a case, as its tables hold it; what it has not got is something that is not there."""
    async with db.owner.engine.begin() as connection:

        async def first(statement: str) -> str | None:
            value = await connection.scalar(text(statement), {"id": story.case_id})
            return None if value is None else str(value)

        duty = (
            await connection.execute(
                text("SELECT * FROM duty WHERE case_id = :id AND ended_as IS NULL ORDER BY kind DESC, id LIMIT 1"),
                {"id": story.case_id},
            )
        ).mappings().first()  # fmt: skip
        found = {
            "casussen": str(story.case_id), "taken": str(duty["id"]) if duty else None, "bijlagen": None,
            "aanmeldingen": await first("SELECT referral_id FROM cases WHERE id = :id"),
            "overleggen": await first("SELECT id FROM meeting WHERE case_id = :id LIMIT 1"),
            "afspraken": await first("SELECT id FROM commitment WHERE case_id = :id LIMIT 1"),
            "besluiten": await first("SELECT id FROM decision WHERE case_id = :id LIMIT 1"),
        }  # fmt: skip
    asked = await Door(client, story.house).call(
        "POST", f"/casussen/{story.case_id}/noodtoegangen", "manager", json={"reden": REASON}
    )
    found["noodtoegangen"] = asked.json().get("id")
    ids = {key: value or str(new_id()) for key, value in found.items()}
    return Place(name, story, ids, {key for key, value in found.items() if value}, dict(duty) if duty else {})


@pytest.fixture(scope="module")
async def world(roving: Any) -> AsyncIterator[World]:
    from tests.conftest import TEMPLATE  # noqa: PLC0415 - as own_db does, for a module

    async with roving.copy_of(TEMPLATE) as db:
        await reveal(db)
        house, neighbours = await factories.a_house(db.owner), await factories.a_house(db.owner)
        running = await factories.a_case(db.web, house, Phase.MONITORING)
        await running.decide(
            "triagist", D.RELEASE, organisations=running.organisations("gemeente"), deciders=(house.person("om"),)
        )
        stories = {
            "running, gemeente left it": running,
            "only reported": await factories.a_report(db.web, house, by="om"),
            "closed": await factories.a_case(db.web, house, Phase.CLOSED),
            "of the neighbours": await factories.a_case(db.web, neighbours, Phase.MONITORING),
        }
        async with own_client(db) as client:
            places = [await _place(db, client, name, story) for name, story in stories.items()]
            yield World(db, house, client, places)


def _path(operation: str, ids: dict[str, str], house: AHouse) -> str:
    template = operation.split()[1]
    collection = template.split("/")[1]
    filled = template.replace("{id}", ids[collection]).replace("{besluitId}", ids["besluiten"])
    filled = filled.replace("{versie}", "1").replace("{persoonId}", str(house.person("ggz")))
    return filled + ("?naam=nog.txt" if operation == "POST /aanmeldingen/{id}/bijlagen" else "")


def _cells() -> list[str]:
    return [
        one for one in operations()
        if "{id}" in one and not any(word in one for word in NOT_HERE) and "{versie}" not in one
    ]  # fmt: skip


def _sees(operation: str) -> Sees:
    return next(sees for begin, sees in SEES if operation.startswith(begin))


def _said(answer: httpx2.Response) -> tuple[int, object]:
    """An answer without the address that was asked."""
    body = answer.json() if answer.content and "json" in answer.headers.get("content-type", "") else None
    return answer.status_code, {key: value for key, value in (body or {}).items() if key != "instance"}


def test_every_operation_on_a_case_says_what_it_takes_to_know_of_its_object() -> None:
    assert len(_cells()) > 30
    assert [one for one in _cells() if not any(one.startswith(begin) for begin, _ in SEES)] == []


COUNTED: list[int] = []


@pytest.mark.parametrize("operation", _cells())
async def test_everybody_is_allowed_or_told_what_is_told_of_what_does_not_exist(world: World, operation: str) -> None:
    door, verb = Door(world.client, world.house), operation.split(maxsplit=1)[0]
    body, nothing = _bodies(world.house).get(operation), {key: str(new_id()) for key in world.places[0].ids}
    collection = "besluiten" if "{besluitId}" in operation else operation.split()[1].split("/")[1]
    wrong = []

    for place in world.places:
        for who, actor in world.house.actors.items():
            if "{besluitId}" in operation:  # another decision of the same case
                nothing["casussen"] = place.ids["casussen"]
            absent = await door.call(verb, _path(operation, nothing, world.house), who, json=body)
            facts = await world.facts(place, actor)
            answer = await door.call(verb, _path(operation, place.ids, world.house), who, json=body)
            COUNTED.append(1)
            told_nothing = _said(answer) == _said(absent)
            sees = _sees(operation)(place, actor, facts)
            if absent.status_code != HIDDEN:  # it is not for them at all, whatever it is about
                fits = told_nothing
            else:
                fits = (not told_nothing) if sees and collection in place.there else told_nothing
            if not fits:
                wrong.append((place.name, who, answer.status_code, absent.status_code, sees))

    assert wrong == []


@pytest.mark.parametrize("operation", _cells())
async def test_nobody_comes_in_as_nobody(world: World, operation: str) -> None:
    verb, place = operation.split(maxsplit=1)[0], world.places[0]

    answer = await Door(world.client, world.house).call(verb, _path(operation, place.ids, world.house))

    COUNTED.append(1)
    assert answer.status_code == 401


async def test_who_was_disabled_is_refused_with_the_next_request(world: World) -> None:
    who: UUID = world.house.person("ggz")
    door = Door(world.client, world.house)
    assert (await door.call("GET", "/mij", "ggz")).status_code == 200

    await world.db.run("UPDATE person SET active = false WHERE id = :id", id=who)

    for operation in _cells():
        for place in world.places:
            verb, path = operation.split()[0], _path(operation, place.ids, world.house)
            COUNTED.append(1)
            assert (await door.call(verb, path, "ggz")).status_code == 401, operation
    print(f"\ncells of the matrix of rights that were asked: {len(COUNTED)}")  # noqa: T201
