"""Emergency access and supervision: what is open now, and what was opened before."""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select

from models.actors import Actor
from models.lookups.paging import Page, Paged, Place, cut, keyset
from models.refusals import NotFound
from models.tables.cases import Case
from models.tables.glass import Glass
from models.tables.people import Person
from models.transactions import Work
from models.words import GlassKind, Role

_Listed = tuple[Glass, str, str]


def lasts(work: Work) -> ColumnElement[bool]:
    """Confirmed, not ended and not over."""
    return and_(Glass.confirmed_at.is_not(None), Glass.ended_at.is_(None), Glass.until > work.now)


async def own(work: Work, case_id: UUID) -> GlassKind | None:
    """As what the actor holds this case open now. Asked only of who can hold one."""
    if not work.actor.has(Role.MANAGER, Role.PRIVACY_OFFICER):
        return None
    statement = select(Glass.kind).where(
        Glass.person_id == work.actor.person_id, Glass.case_id == case_id, lasts(work)
    )  # fmt: skip
    return (await work.session.scalars(statement.limit(1))).first()


async def is_open_for(work: Work, case_id: UUID, person_id: UUID) -> bool:
    """Whether somebody holds this case open now."""
    statement = select(Glass.id).where(Glass.case_id == case_id, Glass.person_id == person_id, lasts(work))
    return (await work.session.scalars(statement.limit(1))).first() is not None


async def for_update(work: Work, glass_id: UUID) -> Glass:
    """One of them, locked. Raises NotFound."""
    statement = select(Glass).where(Glass.id == glass_id).with_for_update(of=Glass)
    found = (await work.session.scalars(statement)).one_or_none()
    if found is None or not concerns(work.actor, found, await _director(work, found.case_id)):
        raise NotFound("Deze toegang")
    return found


async def _director(work: Work, case_id: UUID) -> UUID | None:
    return await work.session.scalar(select(Case.director_id).where(Case.id == case_id))


def concerns(actor: Actor, one: Glass, director_id: UUID | None) -> bool:
    """Who asked it, who leads the case (or stands in), the manager and the privacy officer: nobody else knows of it."""
    if actor.person_id is None or actor.house_id != one.house_id:
        return False
    oversees = actor.has(Role.MANAGER, Role.PRIVACY_OFFICER)
    return oversees or actor.person_id == one.person_id or actor.leads(director_id)


async def asked_lately(work: Work, case_id: UUID, since: object) -> int:
    """How often the actor asked for this case since a moment."""
    statement = select(func.count()).select_from(Glass).where(
        Glass.case_id == case_id, Glass.person_id == work.actor.person_id, Glass.asked_at > since
    )  # fmt: skip
    return await work.session.scalar(statement) or 0


async def page(work: Work, wanted: Page) -> Paged[_Listed]:
    """What concerns this actor, the newest first, each with the number of its case and the name of who opened it."""
    actor = work.actor
    statement = (
        select(Glass, Case.number, Person.name).join(Case, Case.id == Glass.case_id)
        .join(Person, Person.id == Glass.person_id).where(Glass.house_id == actor.house_id)
    )  # fmt: skip
    if not actor.has(Role.MANAGER, Role.PRIVACY_OFFICER):
        statement = statement.where(or_(Glass.person_id == actor.person_id, Case.director_id.in_(actor.directs_as)))
    rows = await work.session.execute(keyset(statement, wanted, Glass.asked_at, Glass.id, newest_first=True))
    return cut(
        [(one, number, name) for one, number, name in rows], wanted, lambda row: Place(row[0].id, row[0].asked_at)
    )
