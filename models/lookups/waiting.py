"""What waits for whom: open duties as lists show them, with the number and phase of their case."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, Subquery, Uuid, and_, any_, false, func, not_, or_, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY

from models.absence import PERSONAL
from models.lookups.duties import any_of, is_open
from models.lookups.paging import at_most
from models.owed import DUTIES
from models.stalled import DONE_BY_FLOW, STOPS_ON_HOLD, DutyFacts, Party
from models.tables.cases import Case, Hold
from models.tables.duties import Duty, Rung
from models.transactions import Work
from models.words import OrganisationKind, Phase, Role


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open duty and the shell of its case."""

    duty: DutyFacts
    explanation: str
    case_id: UUID
    number: str
    phase: Phase
    urgent: bool
    director_id: UUID | None


#: where a page of a list by due moment goes on: the moment and the id of its last duty
After = tuple[datetime, UUID]

_Select = Select[*tuple[Any, ...]]
_Row = Row[*tuple[Any, ...]]


async def own(work: Work, *, limit: int = 50, after: After | None = None, case_id: UUID | None = None) -> list[Waiting]:
    """What the actor owes by name, by role or as their organisation; in one case or in all, the first due first."""
    statement = _rows(work).where(mine(work))
    if case_id is not None:
        statement = statement.where(Case.id == case_id)
    return await _found(work, _page(statement, limit, after))


async def late(
    work: Work, *, limit: int = 50, after: After | None = None, only: Sequence[ColumnElement[bool]] = ()
) -> list[Waiting]:
    """What is late, the longest first: for staff of the whole house, for others their own; of `only` these."""
    return await _found(work, _page(_rows(work).where(*_is_late(work), *only), limit, after))


async def count_late(work: Work, only: Sequence[ColumnElement[bool]] = ()) -> int:
    """How much is late, for the same actor as `late`."""
    statement = select(func.count()).select_from(Duty).where(is_open(), *_is_late(work), *only)
    if only or not work.actor.is_staff:  # who sees every case of the house need not look them up
        statement = statement.join(Case, Case.id == Duty.case_id)
    return await work.session.scalar(statement) or 0


def narrowed(
    *, phase: Phase | None, director_id: UUID | None, urgent: bool | None, organisation_id: UUID | None = None
) -> list[ColumnElement[bool]]:
    """Of cases and their duties only these; what is absent does not count."""
    wanted = ((Case.phase, phase), (Case.director_id, director_id), (Case.urgent, urgent),
              (Duty.owner_organisation_id, organisation_id))  # fmt: skip
    return [column == value for column, value in wanted if value is not None]


def led_by(director_id: UUID) -> ColumnElement[bool]:
    """Duties in the open cases of this regisseur: those cases are looked up first, for they are few."""
    theirs = select(Case.id).where(Case.director_id == director_id, Case.closed_at.is_(None)).scalar_subquery()
    return Duty.case_id == any_(func.array(theirs, type_=ARRAY(Uuid())))


async def open_in(work: Work, case_ids: Iterable[UUID]) -> dict[UUID, list[Waiting]]:
    """The open duties that the actor may see, per case, the first due first."""
    statement = _rows(work).where(Duty.case_id == any_of(case_ids), *_not_apart(work))
    statement = statement.order_by(Duty.due_at, Duty.id)
    per_case: dict[UUID, list[Waiting]] = {}
    for one in await _found(work, statement):
        per_case.setdefault(one.case_id, []).append(one)
    return per_case


def _not_apart(work: Work) -> list[ColumnElement[bool]]:
    """What is about something that is not for everybody is between its owner and the house (`visibility.sees_duty`)."""
    if work.actor.organisation_kind is OrganisationKind.HOUSE:
        return []
    return [or_(not_(Duty.apart), Duty.owner_organisation_id == work.actor.organisation_id)]


def next_of(found: Sequence[Waiting]) -> Waiting | None:
    """What a case waits for: the first due. One that lapses by itself only when there is no other."""
    asked = [one for one in found if one.duty.kind not in DONE_BY_FLOW]
    spoken = [one for one in asked if not DUTIES[one.duty.kind].silent]
    return next(iter(spoken or asked), None)


def mine(work: Work) -> ColumnElement[bool]:
    """Owed by the actor, as `casebook.answers` accepts it from them."""
    actor = work.actor
    if actor.organisation_kind is OrganisationKind.HOUSE:
        role = or_(Duty.owner_role.is_(None), Duty.owner_role.in_(sorted(actor.roles)))
        person = or_(Duty.owner_person_id.is_(None), Duty.owner_person_id == actor.person_id, replaced(work))
        return and_(Duty.owner_organisation_id == actor.organisation_id, role, person)
    own_ = Duty.owner_organisation_id == actor.organisation_id
    if actor.organisation_kind is OrganisationKind.LID1 and actor.has(Role.TRIAGE_MEMBER):
        return or_(own_, and_(Duty.house_id == actor.house_id, Duty.owner_role == Role.TRIAGE_MEMBER))
    return own_


def replaced(work: Work) -> ColumnElement[bool]:
    """Owed by name by somebody for whom the actor stands in now; what is personal stays with them."""
    if not work.actor.replaces:  # nearly always: the question stays as small as it was
        return false()
    return and_(Duty.owner_person_id.in_(work.actor.replaces), Duty.kind.notin_(PERSONAL))


def _rows(work: Work) -> _Select:
    """The columns alone: a board reads hundreds of these and changes none."""
    given_up = _given_up(work)
    return (
        select(
            Duty.id, Duty.kind, Duty.owner_organisation_id, Duty.owner_role, Duty.owner_person_id, Duty.opened_at,
            Duty.due_at, Duty.exhausted_at, is_held(work).label("held"), Case.hold_since.is_not(None).label("on_hold"),
            and_(Duty.lead_proposed_at.is_not(None), Duty.lead_told_at.is_(None)).label("proposes_lead"),
            Duty.explanation, Duty.case_id, Case.number, Case.phase, Case.urgent, Case.director_id,
            given_up.c.gave_up_at,
        ).join(Case, Case.id == Duty.case_id).outerjoin(
            given_up, and_(given_up.c.duty_id == Duty.id, given_up.c.due_version == Duty.due_version)
        ).where(is_open())
    )  # fmt: skip


def _given_up(work: Work) -> Subquery:
    """Since when a step of a duty's ladder is not tried any more. There are few: looked up once, not for every duty."""
    statement = select(Rung.duty_id, Rung.due_version, func.min(Rung.gave_up_at).label("gave_up_at"))
    wanted = Rung.house_id == work.actor.house_id, Rung.gave_up_at.is_not(None)
    return statement.where(*wanted).group_by(Rung.duty_id, Rung.due_version).subquery()


def is_held(work: Work) -> ColumnElement[bool]:
    """The clock of this one duty stands still. All that do are looked up once, not once for every duty."""
    return Duty.id.in_(
        select(Hold.duty_id).where(
            Hold.house_id == work.actor.house_id, Hold.duty_id.is_not(None), Hold.ended_at.is_(None),
            Hold.since <= work.now, Hold.until > work.now,
        )
    )  # fmt: skip


def is_past_due(work: Work) -> ColumnElement[bool]:
    """Its moment has come while its clock runs; the ladder may be exhausted."""
    on_hold = select(Case.id).where(Case.house_id == work.actor.house_id, Case.hold_until.is_not(None))
    stopped = and_(Duty.kind.in_(sorted(STOPS_ON_HOLD)), Duty.case_id.in_(on_hold))
    return and_(Duty.due_at <= work.now, ~stopped, ~is_held(work))


def _is_late(work: Work) -> tuple[ColumnElement[bool], ...]:
    past = Duty.house_id == work.actor.house_id, is_past_due(work), Duty.exhausted_at.is_(None)
    return past if work.actor.is_staff else (*past, mine(work))


def _page(statement: _Select, limit: int, after: After | None) -> _Select:
    if after is not None:
        statement = statement.where(tuple_(Duty.due_at, Duty.id) > after)
    return statement.order_by(Duty.due_at, Duty.id).limit(at_most(limit))


async def _found(work: Work, statement: _Select) -> list[Waiting]:
    return [_waiting(row) for row in await work.session.execute(statement)]


def _waiting(row: _Row) -> Waiting:
    owner = Party(row.owner_organisation_id, row.owner_role, row.owner_person_id)
    facts = DutyFacts(
        row.id, row.kind, owner, row.opened_at, row.due_at, row.exhausted_at, held=row.held, case_on_hold=row.on_hold,
        proposes_lead=row.proposes_lead,
        gave_up_at=row.gave_up_at,
    )  # fmt: skip
    return Waiting(facts, row.explanation, row.case_id, row.number, row.phase, row.urgent, row.director_id)
