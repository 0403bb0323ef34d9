"""Who is away, who stands in, and what somebody has open by name."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from models.absence import PersonFacts
from models.lookups.duties import is_open
from models.lookups.paging import Page, Paged, Place, cut, keyset
from models.refusals import NotFound
from models.stalled import DONE_BY_FLOW
from models.tables.cases import Case
from models.tables.duties import Duty
from models.tables.people import Organisation, Person
from models.transactions import Work
from models.words import Role

_DEPUTY = aliased(Person)
_ACTING = aliased(Person)


@dataclass(frozen=True, slots=True)
class Away:
    """Somebody's absence; `stands_in` is who does so at this moment, the deputy or the deputy's deputy."""

    person: Person
    deputy: str | None
    stands_in_id: UUID | None
    stands_in: str | None

    @property
    def since(self) -> datetime:
        """From when; who is listed here has one."""
        return cast("datetime", self.person.absent_from)


def is_away(work: Work) -> ColumnElement[bool]:
    """Away at this moment."""
    return and_(Person.absent_from <= work.now, or_(Person.absent_until.is_(None), Person.absent_until > work.now))


async def of(work: Work, person_id: UUID) -> Away:
    """The absence of somebody, now or to come. Of oneself, of the own organisation, and for who works at the house.

    Raises NotFound, also when there is none.
    """
    row = (await work.session.execute(_listed(work).where(Person.id == person_id))).one_or_none()
    away = Away(*row) if row else None
    if away is None or not _concerns(work, away.person):
        raise NotFound("Deze afwezigheid")
    return away


def _concerns(work: Work, person: Person) -> bool:
    actor = work.actor
    same = person.organisation_id == actor.organisation_id
    return same or actor.is_staff or actor.has(Role.ADMINISTRATOR)


async def all_of(work: Work, page: Page) -> Paged[Away]:
    """Who of the house and its participants is away now or will be, the first to leave first."""
    statement = _listed(work).where(Person.house_id == work.actor.house_id)
    rows = await work.session.execute(keyset(statement, page, Person.absent_from, Person.id))
    return cut([Away(*row) for row in rows], page, lambda one: Place(one.person.id, one.since))


def _listed(work: Work) -> Select[Person, str | None, UUID | None, str | None]:
    """Absences that are not over."""
    acting = func.pols_stand_in(Person.id, work.now)
    return (
        select(Person, _DEPUTY.name, _ACTING.id, _ACTING.name)
        .outerjoin(_DEPUTY, _DEPUTY.id == Person.deputy_id).outerjoin(_ACTING, _ACTING.id == acting)
        .where(Person.active, Person.absent_from.is_not(None))
        .where(or_(Person.absent_until.is_(None), Person.absent_until > work.now))
    )  # fmt: skip


async def own(work: Work) -> Away | None:
    """One's own absence, now or to come."""
    row = (await work.session.execute(_listed(work).where(Person.id == work.actor.person_id))).one_or_none()
    return Away(*row) if row else None


async def now_of(work: Work, person_id: UUID | None) -> Away | None:
    """The absence of somebody who is away at this moment: to show beside their name in a case."""
    if person_id is None:
        return None
    row = (await work.session.execute(_listed(work).where(Person.id == person_id, is_away(work)))).one_or_none()
    return Away(*row) if row else None


async def replaced_until(work: Work) -> dict[UUID, datetime | None]:
    """For whom the actor stands in, and until when those are away, as far as is known."""
    if not work.actor.replaces:
        return {}
    rows = await work.session.execute(
        select(Person.id, Person.absent_until).where(Person.id.in_(work.actor.replaces))
    )  # fmt: skip
    return {row.id: row.absent_until for row in rows}


async def who_may_stand_in(work: Work) -> list[tuple[UUID, str]]:
    """The colleagues of the actor who can be named as deputy, by name: of a contact another contact."""
    asked = [Role.CONTACT.value] if work.actor.has(Role.CONTACT) else []
    rows = await work.session.execute(
        select(Person.id, Person.name)
        .where(Person.organisation_id == work.actor.organisation_id, Person.id != work.actor.person_id, Person.active)
        .where(func.pols_is_fit(Person.id, work.now), Person.roles.contains(asked)).order_by(Person.name, Person.id)
    )  # fmt: skip
    return [(row.id, row.name) for row in rows]


async def stand_in(work: Work, person_id: UUID) -> UUID | None:
    """Who stands in for somebody now; nobody for who is there."""
    return await work.session.scalar(select(func.pols_stand_in(person_id, work.now)))


async def colleagues(work: Work, organisation_id: UUID) -> dict[UUID, PersonFacts]:
    """Everybody of an organisation, with their absences: what a new one is checked against."""
    rows = await work.session.execute(
        select(Person, Organisation.kind, func.pols_is_fit(Person.id, work.now))
        .join(Organisation, Organisation.id == Person.organisation_id)
        .where(Person.organisation_id == organisation_id)
    )  # fmt: skip
    return {
        person.id: PersonFacts(
            person.id, person.organisation_id, kind, frozenset(map(Role, person.roles)), person.active,
            person.absent_from, person.absent_until, person.deputy_id, fit,
        )
        for person, kind, fit in rows
    }  # fmt: skip


async def person_for_update(work: Work, person_id: UUID, *others: UUID) -> Person:
    """Somebody of the house, active or not, locked together with these others. Raises NotFound."""
    statement = select(Person).where(Person.id.in_({person_id, *others}), Person.house_id == work.actor.house_id)
    rows = await work.session.scalars(
        statement.order_by(Person.id).with_for_update(key_share=True).execution_options(populate_existing=True)
    )
    found = next((one for one in rows if one.id == person_id), None)
    if found is None:
        raise NotFound("Deze persoon")
    return found


@dataclass(frozen=True, slots=True)
class OpenDuty:
    """What somebody has open by name: facts of the process only."""

    duty: Duty
    number: str


def _owed_by(person_id: UUID) -> Select[Duty, str]:
    return (
        select(Duty, Case.number).join(Case, Case.id == Duty.case_id)
        .where(Duty.owner_person_id == person_id, is_open(), Duty.kind.notin_(DONE_BY_FLOW))
    )  # fmt: skip


async def open_duties_of(work: Work, person_id: UUID, page: Page) -> Paged[OpenDuty]:
    """What somebody has open by name, in all cases, soonest due first."""
    rows = await work.session.execute(keyset(_owed_by(person_id), page, Duty.due_at, Duty.id))
    return cut([OpenDuty(*row) for row in rows], page, lambda one: Place(one.duty.id, one.duty.due_at))


async def to_hand_over(work: Work, person_id: UUID) -> list[Duty]:
    """All of it, at once; of cases that this transaction has locked."""
    return list(await work.session.scalars(_owed_by(person_id).with_only_columns(Duty).order_by(Duty.due_at, Duty.id)))


async def cases_of(work: Work, person_id: UUID) -> list[tuple[UUID, bool]]:
    """The open cases where somebody has a duty by name or that they lead, locked in one order; and whether they do."""
    by_name = select(Duty.case_id).where(Duty.owner_person_id == person_id, is_open())
    statement = select(Case.id, Case.director_id == person_id).where(
        Case.house_id == work.actor.house_id,
        or_(Case.id.in_(by_name), and_(Case.director_id == person_id, Case.closed_at.is_(None))),
    )
    rows = await work.session.execute(statement.order_by(Case.id).with_for_update(of=Case, key_share=True))
    return [(case_id, bool(leads)) for case_id, leads in rows]
