"""Duties as people see them: their own open ones, and all of a case, with the names that belong to them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, or_, select

from models.lookups import cases, waiting
from models.lookups.duties import is_open
from models.refusals import NotFound
from models.stalled import DONE_BY_FLOW, DutyFacts, Party, late
from models.tables.cases import Case
from models.tables.duties import Duty
from models.tables.people import Organisation, Person
from models.transactions import Work

MOST = 500

_Select = Select[Duty, Case, str, str, bool]


@dataclass(frozen=True, slots=True)
class DutyLine:
    """A duty with its case and the names of who owes it."""

    duty: Duty
    case: Case
    organisation: str
    person: str | None
    late: bool


async def own(work: Work) -> list[DutyLine]:
    """What the actor owes: by name, or by organisation and role when nobody is named; soonest due first."""
    for_me = or_(Duty.owner_person_id.is_(None), Duty.owner_person_id == work.actor.person_id)
    statement = _named(work).where(is_open(), Duty.kind.notin_(DONE_BY_FLOW), waiting.mine(work), for_me)
    return await _lines(work, statement.limit(MOST))


async def of_case(work: Work, case_id: UUID, *, ended: bool) -> list[DutyLine]:
    """The duties of a case that the actor may know of, open ones only unless `ended`. Raises NotFound."""
    await cases.seen(work, case_id)
    statement = _named(work).where(Duty.case_id == case_id)
    return await _lines(work, statement if ended else statement.where(is_open()))


async def one(work: Work, duty_id: UUID) -> DutyLine:
    """One duty. Raises NotFound."""
    found = await _lines(work, _named(work).where(Duty.id == duty_id))
    if not found:
        raise NotFound("Deze taak")
    return found[0]


def _named(work: Work) -> _Select:
    return (
        select(Duty, Case, Organisation.name, Person.name, waiting.is_held(work)).join(Case, Case.id == Duty.case_id)
        .join(Organisation, Organisation.id == Duty.owner_organisation_id)
        .outerjoin(Person, Person.id == Duty.owner_person_id).order_by(Duty.due_at, Duty.id)
    )  # fmt: skip


async def _lines(work: Work, statement: _Select) -> list[DutyLine]:
    return [
        DutyLine(duty, case, organisation, person, late=_is_late(duty, case, held=held, now=work.now))
        for duty, case, organisation, person, held in await work.session.execute(statement)
    ]


def _is_late(duty: Duty, case: Case, *, held: bool, now: datetime) -> bool:
    """Past due: with its ladder running (late), or with its ladder exhausted (stalled)."""
    facts = DutyFacts(
        duty.id, duty.kind, Party(duty.owner_organisation_id), duty.opened_at, duty.due_at, held=held,
        case_on_hold=case.hold_since is not None,
    )  # fmt: skip
    return duty.ended_as is None and late(facts, now)
