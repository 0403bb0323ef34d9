"""The people and organisations of a house, for who keeps them: who may come in, until when, and what waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, text

from models.designation import Designation, kept_out
from models.lookups.paging import Page, Paged, Place, cut, keyset
from models.lookups.people import by_name
from models.refusals import NotFound
from models.tables.keeping import DesignationChange
from models.tables.people import Organisation, Person
from models.transactions import Work
from models.words import OrganisationKind, Role

#: so many people a search shows; who is not among them is searched with more letters
MOST_FOUND = 100


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody of the house, and whether they can come in now."""

    person: Person
    organisation: str
    kind: OrganisationKind
    account: str  #: what there is to sign in with; never when they did
    kept_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which people are asked for; what is absent does not count. `words`: of a name or an address."""

    organisation_id: UUID | None = None
    role: Role | None = None
    left: bool = False
    words: str = ""


@dataclass(frozen=True, slots=True)
class Counted:
    """An organisation, and how many people and contacts of it may come in."""

    organisation: Organisation
    people: int
    contacts: int


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal about somebody, by name."""

    change: DesignationChange
    organisation: str
    by: str
    settled_by: str | None


async def people(work: Work, page: Page, wanted: Wanted) -> Paged[Listed]:
    """People of the house, by name."""
    statement = (
        select(Person, Organisation.name, Organisation.kind)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .where(Person.house_id == work.actor.house_id, *_narrowed(wanted))
    )  # fmt: skip
    rows = await work.session.execute(keyset(statement, page, Person.name, Person.id, start=by_name(Person)))
    accounts = await _accounts(work)
    found = [_listed(work, person, name, kind, accounts) for person, name, kind in rows]
    return cut(found, page, lambda one: Place(one.person.id))


async def one(work: Work, person_id: UUID) -> Listed:
    """Somebody of the house, also who left. Raises NotFound."""
    row = (
        await work.session.execute(
            select(Person, Organisation.name, Organisation.kind)
            .join(Organisation, Organisation.id == Person.organisation_id)
            .where(Person.id == person_id, Person.house_id == work.actor.house_id)
        )
    ).one_or_none()  # fmt: skip
    if row is None:
        raise NotFound("Deze persoon")
    return _listed(work, row[0], row[1], row[2], await _accounts(work))


def _listed(
    work: Work, person: Person, organisation: str, kind: OrganisationKind, accounts: dict[UUID, str]
) -> Listed:  # fmt: skip
    known = Designation(person.active, kind, person.screened_until, person.trained_until)
    return Listed(person, organisation, kind, accounts.get(person.id, ""), kept_out(known, work.now.date()))


def _narrowed(wanted: Wanted) -> list[ColumnElement[bool]]:
    only: list[ColumnElement[bool]] = [Person.active.is_(not wanted.left)]
    if wanted.organisation_id is not None:
        only.append(Person.organisation_id == wanted.organisation_id)
    if wanted.role is not None:
        only.append(Person.roles.contains([wanted.role.value]))
    if wanted.words:
        only.append(or_(*(one.icontains(wanted.words, autoescape=True) for one in (Person.name, Person.email))))
    return only


async def _accounts(work: Work) -> dict[UUID, str]:
    rows = await work.session.execute(text("SELECT person_id, state FROM pols_account_states()"))
    return {row.person_id: row.state for row in rows}


async def organisations(work: Work) -> list[Counted]:
    """The organisations of the house by name, with how many may come in."""
    fit = and_(Person.active, func.pols_is_fit(Person.id, work.now))
    contact = and_(fit, Person.roles.contains([Role.CONTACT.value]))
    rows = await work.session.execute(
        select(Organisation, func.count().filter(fit), func.count().filter(contact))
        .outerjoin(Person, Person.organisation_id == Organisation.id)
        .where(Organisation.house_id == work.actor.house_id).group_by(Organisation.id).order_by(Organisation.name)
    )  # fmt: skip
    return [Counted(organisation, number, contacts) for organisation, number, contacts in rows]


async def organisation(work: Work, organisation_id: UUID) -> Organisation:
    """An organisation of the house. Raises NotFound."""
    found = await work.session.get(Organisation, organisation_id)
    if found is None or found.house_id != work.actor.house_id:
        raise NotFound("Deze organisatie")
    return found


async def is_named(work: Work, name: str) -> bool:
    """Whether an organisation of the house has this name."""
    return await _is_there(work, select(Organisation.id).where(
        Organisation.house_id == work.actor.house_id, func.lower(Organisation.name) == name.lower()
    ))  # fmt: skip


async def somebody(work: Work, person_id: UUID) -> Person:
    """Somebody of the house, also who left. Raises NotFound."""
    return (await one(work, person_id)).person


async def has_address(work: Work, email: str, *, but: UUID | None) -> bool:
    """Whether another of the house has this address."""
    statement = select(Person.id).where(Person.house_id == work.actor.house_id, func.lower(Person.email) == email)
    return await _is_there(work, statement.where(Person.id != but) if but else statement)


async def is_proposed(work: Work, email: str) -> bool:
    """Whether something about this address waits to be confirmed."""
    return await _is_there(work, select(DesignationChange.id).where(
        DesignationChange.house_id == work.actor.house_id, DesignationChange.email == email,
        DesignationChange.settled_at.is_(None),
    ))  # fmt: skip


async def _is_there(work: Work, statement: object) -> bool:
    return await work.session.scalar(statement.limit(1)) is not None  # type: ignore[attr-defined]


async def change_for_update(work: Work, change_id: UUID) -> DesignationChange:
    """A proposal, locked. Raises NotFound."""
    found = await work.session.scalar(
        select(DesignationChange).where(DesignationChange.id == change_id)
        .with_for_update().execution_options(populate_existing=True)
    )  # fmt: skip
    found = found or await work.session.get(DesignationChange, change_id)  # what is settled can be locked no more
    if found is None:
        raise NotFound("Dit voorstel")
    return found


async def waiting(work: Work) -> Sequence[Proposed]:
    """What waits to be confirmed, the oldest first."""
    return await _proposed(work, DesignationChange.settled_at.is_(None))


async def about(work: Work, person_id: UUID) -> Sequence[Proposed]:
    """What was proposed about somebody, settled or not."""
    return await _proposed(work, DesignationChange.person_id == person_id)


async def _proposed(work: Work, *only: ColumnElement[bool]) -> list[Proposed]:
    by, settled = Person.__table__.alias("by"), Person.__table__.alias("settled")
    rows = await work.session.execute(
        select(DesignationChange, Organisation.name, by.c.name, settled.c.name)
        .join(Organisation, Organisation.id == DesignationChange.organisation_id)
        .join(by, by.c.id == DesignationChange.proposed_by)
        .outerjoin(settled, settled.c.id == DesignationChange.settled_by)
        .where(DesignationChange.house_id == work.actor.house_id, *only)
        .order_by(DesignationChange.proposed_at, DesignationChange.id)
        .limit(MOST_FOUND)
    )
    return [Proposed(*row) for row in rows]
