"""People and organisations of the house."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Tuple, and_, cast, func, literal, select, text, tuple_
from sqlalchemy.orm import aliased

from models.actors import Actor
from models.lookups.paging import Page, Paged, Place, cut, keyset
from models.refusals import NotFound, NotPossible, NotSignedIn
from models.tables.people import House, Organisation, Person
from models.transactions import Work
from models.words import OrganisationKind, Role

_PUBLIC = (OrganisationKind.LID1,)
_ANY = (OrganisationKind.LID1, OrganisationKind.LID2)
#: the day of the process clock, as `pols_may_enter` takes it
TODAY: ColumnElement[date] = cast(func.pols_now(), Date)


def may_enter() -> ColumnElement[bool]:
    """Of people joined with their organisation: who may come in at all (R6), as `pols_may_enter` has it."""
    valid = (Person.screened_until >= TODAY, Person.trained_until >= TODAY)
    return and_(Person.active, Organisation.kind != OrganisationKind.THIRD_PARTY, *valid)


async def participants(work: Work, *, public_only: bool, house_id: UUID | None = None) -> list[UUID]:
    """The participants of the house (WGS 2.27), by name; never third parties."""
    kinds = _PUBLIC if public_only else _ANY
    statement = select(Organisation.id).where(Organisation.kind.in_(kinds)).order_by(Organisation.name)
    house = house_id or work.actor.house_id
    if house is not None:
        statement = statement.where(Organisation.house_id == house)
    return list(
        await work.session.scalars(statement, execution_options={"autoflush": False})
    )  # nothing pending changes it


async def organisations(work: Work, ids: Iterable[UUID]) -> dict[UUID, Organisation]:
    """These organisations by id. Raises NotFound when one is not of this house."""
    wanted = set(ids)
    rows = await work.session.scalars(select(Organisation).where(Organisation.id.in_(wanted)))
    found = {one.id: one for one in rows}
    if wanted - found.keys():
        raise NotFound("Een van de genoemde organisaties")
    return found


async def person(work: Work, person_id: UUID) -> Person:
    """Somebody of the house. Raises NotFound."""
    found = await work.session.get(Person, person_id)
    if found is None or not found.active:
        raise NotFound("Deze persoon")
    return found


async def actor(work: Work, person_id: UUID) -> Actor:
    """Somebody as who acts, for what is done with their rights and not by themselves. Raises NotFound."""
    statement = (
        select(Person.house_id, Person.organisation_id, Organisation.kind, Person.roles)
        .join(Organisation, Organisation.id == Person.organisation_id).where(Person.id == person_id)
    )  # fmt: skip
    row = (await work.session.execute(statement)).one_or_none()
    if row is None:
        raise NotFound("Deze persoon")
    return Actor(
        house_id=row.house_id, organisation_id=row.organisation_id, organisation_kind=OrganisationKind(row.kind),
        person_id=person_id, roles=frozenset(map(Role, row.roles)), purpose="procesvoering",
    )  # fmt: skip


async def anybody(work: Work, person_id: UUID) -> Person:
    """Somebody of the house, also who left. Raises NotFound."""
    found = await work.session.get(Person, person_id)
    if found is None or found.house_id != work.actor.house_id:
        raise NotFound("Deze persoon")
    return found


async def at_address(work: Work, email: str, house: str = "") -> tuple[Person, OrganisationKind]:
    """Somebody by their address, also who is shut out; asked by the operator. Raises NotFound or NotPossible."""
    statement = (
        select(Person, Organisation.kind).join(Organisation, Organisation.id == Person.organisation_id)
        .join(House, House.id == Person.house_id).where(func.lower(Person.email) == email.strip().lower())
    )  # fmt: skip
    found = (await work.session.execute(statement.where(House.slug == house) if house else statement)).all()
    if not found:
        raise NotFound("Iemand met dit e-mailadres")
    if len(found) > 1:
        raise NotPossible("Dit e-mailadres is van meer personen; noem het huis met --huis.")
    return found[0][0], found[0][1]


async def is_of_participant(work: Work, somebody: Person) -> bool:
    """Whether somebody works for a participant (WGS 2.27)."""
    kind = await work.session.scalar(select(Organisation.kind).where(Organisation.id == somebody.organisation_id))
    return kind in _ANY


async def names(work: Work) -> tuple[dict[UUID, str], dict[UUID, str]]:
    """The names of all people and organisations of the house, for reading ids."""
    return await work.remembered(("people",), lambda: _people_names(work)), await organisation_names(work)


async def _people_names(work: Work) -> dict[UUID, str]:
    return {row.id: row.name for row in await work.session.execute(select(Person.id, Person.name))}


async def signed_in(work: Work, secret_hash: bytes) -> tuple[Actor, str]:
    """Who holds this token or session, and their name. Raises NotSignedIn (R6)."""
    row = (
        await work.session.execute(text("SELECT * FROM pols_sign_in(:wanted)"), {"wanted": secret_hash})
    ).one_or_none()
    if row is None:
        raise NotSignedIn
    actor = Actor(
        house_id=row.house_id, organisation_id=row.organisation_id, organisation_kind=OrganisationKind(row.kind),
        person_id=row.person_id, roles=frozenset(map(Role, row.roles)),
    )  # fmt: skip
    return actor, row.name


async def house_of(work: Work, slug: str) -> UUID:
    """The house with this short name. Raises NotFound."""
    found = await work.session.scalar(text("SELECT pols_house_by_slug(:slug)"), {"slug": slug})
    if not isinstance(found, UUID):
        raise NotFound("Dit huis")
    return found


async def employers(work: Work, ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """For which organisation each of these people of the house works. Raises NotFound when one does not (any more)."""
    wanted = set(ids)
    statement = select(Person.id, Person.organisation_id).where(Person.id.in_(wanted), Person.active)
    found = {row.id: row.organisation_id for row in await work.session.execute(statement)}
    if wanted - found.keys():
        raise NotFound("Een van de genoemde personen")
    return found


async def organisation_names(work: Work) -> dict[UUID, str]:
    """The names of the organisations of the house."""
    return await work.remembered(("organisations",), lambda: _organisation_names(work))


async def _organisation_names(work: Work) -> dict[UUID, str]:
    return {row.id: row.name for row in await work.session.execute(select(Organisation.id, Organisation.name))}


@dataclass(frozen=True, slots=True)
class Me:
    """Who is signed in, by name."""

    person: Person
    organisation: Organisation
    house: House


async def me(work: Work) -> Me:
    """The person, the organisation and the house of the actor. Raises NotFound."""
    row = (
        await work.session.execute(
            select(Person, Organisation, House).join(Organisation, Organisation.id == Person.organisation_id)
            .join(House, House.id == Person.house_id).where(Person.id == work.actor.person_id)
        )
    ).one_or_none()  # fmt: skip
    if row is None:
        raise NotFound("Deze persoon")
    return Me(*row)


async def all_organisations(work: Work, page: Page, kinds: Sequence[OrganisationKind] = ()) -> Paged[Organisation]:
    """The organisations of the house, by name; of one of these kinds."""
    wanted = select(Organisation).where(Organisation.kind.in_(kinds)) if kinds else select(Organisation)
    statement = keyset(wanted, page, Organisation.name, Organisation.id, start=by_name(Organisation))
    return cut((await work.session.scalars(statement)).all(), page, lambda one: Place(one.id))


async def everybody(
    work: Work, page: Page, *, organisation_id: UUID | None = None, role: Role | None = None
) -> Paged[tuple[Person, str]]:
    """The active people of the house with the name of their organisation, by name; of one organisation, with a role."""
    statement = (
        select(Person, Organisation.name).join(Organisation, Organisation.id == Person.organisation_id)
        .where(Person.active)
    )  # fmt: skip
    if organisation_id is not None:
        statement = statement.where(Person.organisation_id == organisation_id)
    if role is not None:
        statement = statement.where(Person.roles.contains([role]))
    rows = await work.session.execute(keyset(statement, page, Person.name, Person.id, start=by_name(Person)))
    return cut([(person_, name) for person_, name in rows], page, lambda row: Place(row[0].id))


def by_name(table: type[Person | Organisation]) -> Callable[[Place], Tuple]:
    """Where a list by name goes on, looked up by id: a name has no business in the address of a page."""

    def start(place: Place) -> Tuple:
        there = aliased(table)
        return tuple_(
            select(there.name).where(there.id == place.id).scalar_subquery(), literal(place.id, there.id.type)
        )

    return start


async def with_role(work: Work, roles: Iterable[Role]) -> list[UUID]:
    """The people of the house itself who hold one of these roles and may come in to act on it."""
    statement = (
        select(Person.id).join(Organisation, Organisation.id == Person.organisation_id)
        .where(Organisation.kind == OrganisationKind.HOUSE, Person.house_id == work.actor.house_id, may_enter())
        .where(Person.roles.overlap(sorted(roles)))
    )  # fmt: skip
    return list(await work.session.scalars(statement.order_by(Person.id)))


async def itself(work: Work) -> UUID | None:
    """The organisation that the house itself is."""
    return await work.remembered(("itself",), lambda: _itself(work))


async def _itself(work: Work) -> UUID | None:
    statement = select(Organisation.id).where(Organisation.house_id == work.actor.house_id)
    return await work.session.scalar(statement.where(Organisation.kind == OrganisationKind.HOUSE))


async def privacy_officers(work: Work) -> list[UUID]:
    """The privacy officers of the house who may come in."""
    statement = (
        select(Person.id).join(Organisation, Organisation.id == Person.organisation_id)
        .where(Person.house_id == work.actor.house_id, may_enter())
    )  # fmt: skip
    found = await work.session.scalars(statement.where(Person.roles.contains([Role.PRIVACY_OFFICER.value])))
    return sorted(found)


async def deciding(work: Work) -> list[tuple[UUID, str]]:
    """Who decides about cases for public participants (WGS 2.31), by name and organisation."""
    statement = (
        select(Person.id, Person.name, Organisation.name.label("organisation"))
        .join(Organisation, Organisation.id == Person.organisation_id)
        .where(Person.house_id == work.actor.house_id, Organisation.kind == OrganisationKind.LID1, may_enter())
        .where(Person.roles.contains([Role.TRIAGE_MEMBER.value])).order_by(Person.name, Person.id)
    )  # fmt: skip
    return [(row.id, f"{row.name} ({row.organisation})") for row in await work.session.execute(statement)]
