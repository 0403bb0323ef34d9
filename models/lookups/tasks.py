"""Duties as people see them: their own open ones, and all of a case, with the names that belong to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select

from models import visibility
from models.absence import PERSONAL
from models.lookups import cases, links, waiting
from models.lookups.duties import is_open
from models.lookups.paging import Page, Paged, Place, cut, keyset, shown
from models.owed import DUTIES
from models.refusals import NotFound
from models.rights import CaseFacts
from models.stalled import DONE_BY_FLOW, DutyFacts, Party, late
from models.tables.cases import Case
from models.tables.duties import Answer, Duty, Rung
from models.tables.people import Organisation, Person
from models.transactions import Work
from models.visibility import DutyOwner
from models.words import DutyKind

ANSWERED = "beantwoord"  #: what is told of an outcome to who may not read the answer

_Select = Select[Duty, Case, str, str, bool, UUID | None, datetime | None, datetime | None]
_Row = Row[Duty, Case, str, str, bool, UUID | None, datetime | None, datetime | None]


@dataclass(frozen=True, slots=True)
class DutyLine:
    """A duty with its case and the names of who owes it; `ended_as` as far as the actor may know it.

    `replaced`: it is somebody else's by name, for whom the actor stands in, until `away_until` when that is known.
    """

    duty: Duty
    case: Case
    organisation: str
    person: str | None
    late: bool
    ended_as: str | None
    put_off_until: datetime | None = None  #: the actor hears nothing of it until then
    replaced: bool = False
    away_until: datetime | None = None


class Owner(StrEnum):
    """Whom a duty was asked of: somebody by name, or anybody of their organisation."""

    ME = "mij"
    ORGANISATION = "organisatie"


@dataclass(frozen=True, slots=True)
class DutyFilter:
    """Which of their duties somebody looks for; what is absent does not count."""

    kinds: Sequence[DutyKind] = ()
    case_id: UUID | None = None
    late: bool | None = None
    owner: Owner | None = None


EVERYTHING, FIRST = DutyFilter(), Page()


async def own(work: Work, wanted: DutyFilter = EVERYTHING, page: Page = FIRST) -> Paged[DutyLine]:
    """What the actor owes, soonest due first."""
    statement = _named(work).where(is_open(), Duty.kind.notin_(DONE_BY_FLOW), waiting.mine(work))
    statement = keyset(statement.where(*_matches(work, wanted)), page, Duty.due_at, Duty.id)
    found = (await work.session.execute(statement)).all()
    return cut([_line(work, row, None) for row in found], page, _place)


async def of_case(
    work: Work, case_id: UUID, *, ended: bool, page: Page = FIRST, kinds: Sequence[DutyKind] = ()
) -> Paged[DutyLine]:
    """The duties of a case that the actor may know of, open ones only unless `ended`. Raises NotFound."""
    _case, facts = await cases.seen(work, case_id)
    statement = _named(work).where(Duty.case_id == case_id)
    statement = statement.where(Duty.kind.in_(kinds)) if kinds else statement
    statement = statement if ended else statement.where(is_open())

    async def read(part: Page) -> Sequence[DutyLine]:
        rows = await work.session.execute(keyset(statement, part, Duty.due_at, Duty.id))
        return [_line(work, row, facts) for row in rows]

    return await shown(read, lambda line: _is_shown(work, line.duty, facts), page, _place)


async def one(work: Work, duty_id: UUID) -> DutyLine:
    """One duty. Raises NotFound."""
    row = (await work.session.execute(_named(work).where(Duty.id == duty_id))).one_or_none()
    if row is None:
        raise NotFound("Deze taak")
    facts = await cases.case_facts(work, row.Case)
    if not _is_shown(work, row.Duty, facts):
        raise NotFound("Deze taak")
    return _line(work, row, facts)


async def by_reference(work: Work, typed: str) -> list[DutyLine]:
    """The duty that a message called so, whoever got it, for who may see it; nothing to anybody else."""
    try:
        found = await links.of_reference(work, typed)
        return [await one(work, found.duty_id)] if found.duty_id is not None else []
    except NotFound:
        return []


def _named(work: Work) -> _Select:
    return (
        select(
            Duty, Case, Organisation.name, Person.name, waiting.is_held(work), Answer.registered_by, Rung.fire_at,
            Person.absent_until,
        )
        .join(Case, Case.id == Duty.case_id)
        .join(Organisation, Organisation.id == Duty.owner_organisation_id)
        .outerjoin(Person, Person.id == Duty.owner_person_id)
        .outerjoin(Answer, and_(Answer.duty_id == Duty.id, Answer.corrected_at.is_(None)))
        .outerjoin(Rung, and_(
            Rung.duty_id == Duty.id, Rung.person_id == work.actor.person_id, Rung.fired_at.is_(None),
            Rung.dropped_at.is_(None),
        ))
    )  # fmt: skip


def _matches(work: Work, wanted: DutyFilter) -> list[ColumnElement[bool]]:
    found = [_owed_by(work, wanted.owner)]
    if wanted.kinds:
        found.append(Duty.kind.in_(wanted.kinds))
    if wanted.case_id is not None:
        found.append(Duty.case_id == wanted.case_id)
    if wanted.late is not None:
        past = waiting.is_past_due(work)
        found.append(past if wanted.late else ~past)
    return found


def _owed_by(work: Work, owner: Owner | None) -> ColumnElement[bool]:
    """Without a choice: by name (also of who is replaced), or by organisation and role when nobody is named."""
    nobody = Duty.owner_person_id.is_(None)
    me = or_(Duty.owner_person_id == work.actor.person_id, waiting.replaced(work))
    match owner:
        case None:
            return or_(nobody, me)
        case Owner.ME:
            return me
        case Owner.ORGANISATION:
            return nobody
        case never:
            assert_never(never)


def _place(line: DutyLine) -> Place:
    return Place(line.duty.id, line.duty.due_at)


def _line(work: Work, row: _Row, facts: CaseFacts | None) -> DutyLine:
    duty, case, organisation, person, held, registered_by, put_off_until, away_until = row
    replaced = work.actor.replacing(duty.owner_person_id) is not None and duty.kind not in PERSONAL
    late_ = _is_late(duty, case, held=held, now=work.now)
    return DutyLine(
        duty, case, organisation, person, late=late_, ended_as=_outcome(work, duty, facts, registered_by),
        put_off_until=put_off_until, replaced=replaced, away_until=away_until if replaced else None,
    )  # fmt: skip


def _is_shown(work: Work, duty: Duty, facts: CaseFacts) -> bool:
    owner = DutyOwner.of(duty)
    return visibility.lists_duty(work.actor, facts, owner=owner, kind=duty.kind)


def _outcome(work: Work, duty: Duty, facts: CaseFacts | None, registered_by: UUID | None) -> str | None:
    """How it ended. What was answered is for who may read the answer; to others it was answered."""
    if duty.ended_as not in DUTIES[duty.kind].answers:
        return duty.ended_as
    reads = facts is not None and visibility.reads_answer(
        work.actor, facts, organisation_id=duty.owner_organisation_id, registered_by=registered_by or UUID(int=0)
    )
    return duty.ended_as if reads else ANSWERED


def _is_late(duty: Duty, case: Case, *, held: bool, now: datetime) -> bool:
    """Past due: with its ladder running (late), or with its ladder exhausted (stalled)."""
    facts = DutyFacts(
        duty.id, duty.kind, Party(duty.owner_organisation_id), duty.opened_at, duty.due_at, held=held,
        case_on_hold=case.hold_since is not None,
    )  # fmt: skip
    return duty.ended_as is None and late(facts, now)
