"""The figures of a house, and who is there: what `models.health` judges. Of people only numbers."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime
from functools import cache
from uuid import UUID

from alembic.script import ScriptDirectory
from sqlalchemy import func, or_, select, text

from models import health
from models.health import INDISPENSABLE, SOON, Figures, Outcome, Staffing
from models.lookups import cases
from models.lookups.preferences import overrides
from models.messages import Language, MessageKind
from models.migrations import config
from models.policy import Policy
from models.projection import must_work
from models.refusals import InvalidFields, NotAllowed
from models.tables.people import House, Organisation, Person
from models.texts import examples
from models.texts.rendering import message
from models.transactions import Work
from models.words import OrganisationKind, Role

_PARTICIPANTS = (OrganisationKind.LID1, OrganisationKind.LID2)
_ADDRESS = "https://pols.example"


async def of_house(work: Work, house_id: UUID, *, ends: datetime | None) -> tuple[list[Outcome], list[Outcome]]:
    """What the engine of a house does, and whether everything is there. `ends`: until when security.txt is good.

    For who keeps the house, and for the engine. Raises NotAllowed.
    """
    _version, policy = await cases.house_policy(work, house_id)
    engine = health.of_engine(await figures(work, house_id), work.now)
    found = await staffing(work, house_id)
    wrong, texts = list(policy_faults(policy, work.now)), list(unsayable(policy, work.now))
    return engine, health.of_setting_up(found, policy=wrong, texts=texts, ends=ends, now=work.now)


async def houses(work: Work) -> list[tuple[UUID, str]]:
    """Every house by name, for the operator."""
    rows = await work.session.execute(select(House.id, House.name).order_by(House.name))
    return [(row.id, row.name) for row in rows]


async def figures(work: Work, house_id: UUID) -> Figures:
    """What is counted of the engine. Raises NotAllowed for who does not keep this house."""
    asked = text("SELECT * FROM pols_figures(:house)")
    row = (await work.session.execute(asked, {"house": house_id})).mappings().one_or_none()
    if row is None:
        raise NotAllowed("Hoe het huis ervoor staat zien de manager en de functioneel beheerder.")
    known = {one.name for one in fields(Figures)}
    return Figures(newest=newest_step(), **{name: value for name, value in row.items() if name in known})


@cache
def newest_step() -> str:
    """The step of the database that this Pols was made for."""
    return ScriptDirectory.from_config(config("postgresql://")).get_current_head() or ""


async def staffing(work: Work, house_id: UUID) -> Staffing:
    """Who may come in now, by role; participants without a contact; and for whom that ends soon."""
    return Staffing(
        await _held(work, house_id), await _without_contact(work, house_id), await _running_out(work, house_id)
    )


async def _held(work: Work, house_id: UUID) -> dict[Role, int]:
    role = func.unnest(Person.roles).label("role")
    held = (
        select(role).where(Person.house_id == house_id, Person.active, func.pols_is_fit(Person.id, work.now)).subquery()
    )
    rows = await work.session.execute(select(held.c.role, func.count().label("number")).group_by(held.c.role))
    numbers = {row.role: row.number for row in rows}
    return {one: numbers.get(one.value, 0) for one in INDISPENSABLE}


async def _without_contact(work: Work, house_id: UUID) -> list[str]:
    contact = select(Person.id).where(
        Person.organisation_id == Organisation.id, Person.active, Person.roles.contains([Role.CONTACT.value]),
        func.pols_is_fit(Person.id, work.now),
    )  # fmt: skip
    return list(
        await work.session.scalars(
            select(Organisation.name)
            .where(Organisation.house_id == house_id, Organisation.kind.in_(_PARTICIPANTS), ~contact.exists())
            .order_by(Organisation.name)
        )
    )


async def _running_out(work: Work, house_id: UUID) -> int:
    """Whose screening or training ends soon, or ended: asked of the database, which alone knows until when it is."""
    fit = func.pols_is_fit(Person.id, work.now + SOON)
    asked = select(func.count()).select_from(Person).where(Person.house_id == house_id, Person.active)
    return await work.session.scalar(asked.where(or_(fit.is_(None), ~fit))) or 0


def policy_faults(policy: Policy, now: datetime) -> Iterator[str]:
    """What would be refused of a policy if it were set now: a calendar runs out by itself."""
    try:
        must_work(policy, now)
    except InvalidFields as wrong:
        yield from (f"{one.field}: {one.message}" for one in wrong.errors)
    yield from (f"{field}{where}: {why}" for field, where, why in policy.ladder_faults())


def unsayable(policy: Policy, now: datetime) -> Iterator[str]:
    """The messages that cannot be made with the texts of this house, in either language."""
    for kind in MessageKind:
        for language in Language:
            for of_house in (False, True):
                reads = OrganisationKind.HOUSE if of_house else OrganisationKind.LID2
                try:
                    message(
                        kind, examples.lines(kind, now, of_house=of_house), house="Huis", base_url=_ADDRESS, now=now,
                        language=language, overrides=overrides(policy, reads),
                    )  # fmt: skip
                except Exception:  # noqa: BLE001 - whatever is wrong with it: it is named, and the others are tried
                    yield f"{kind.replace('_', ' ')} ({language})"
                    break
