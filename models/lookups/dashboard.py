"""Cases as a list shows them: where each stands and what it waits for."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select

from models.lookups import cases, waiting
from models.lookups.stalled import OPEN_PHASES
from models.lookups.waiting import Waiting
from models.tables.cases import Case
from models.transactions import Work
from models.words import Phase


@dataclass(frozen=True, slots=True)
class Listed:
    """A case and the next thing it waits for; nothing when the actor may not see what that is."""

    case: Case
    next: Waiting | None


async def my_cases(work: Work, *, limit: int = 50) -> list[Listed]:
    """The open cases that the actor directs; what is due first comes first."""
    statement = _open().where(Case.director_id == work.actor.person_id).order_by(Case.id.desc()).limit(limit)
    found = await _listed(work, statement)
    return sorted(found, key=lambda one: (one.next is None, one.next.duty.due_at if one.next else one.case.reported_at))


async def page_of_cases(
    work: Work, *, phase: Phase | None = None, limit: int = 50, after: UUID | None = None
) -> list[Listed]:
    """The cases that the actor may know of, the newest first: in one phase, or all that are open."""
    statement = _open() if phase is None else cases.listed().where(Case.phase == phase)
    statement = statement.where(Case.house_id == work.actor.house_id).order_by(Case.id.desc()).limit(limit)
    return await _listed(work, statement if after is None else statement.where(Case.id < after))


def _open() -> Select[Case]:
    return cases.listed().where(Case.phase.in_(OPEN_PHASES), Case.closed_at.is_(None))


async def _listed(work: Work, statement: Select[Case]) -> list[Listed]:
    found: Sequence[Case] = list(await work.session.scalars(statement))
    open_ = await waiting.open_in(work, (case.id for case in found)) if found else {}
    return [Listed(case, waiting.next_of(open_.get(case.id, ()))) for case in found]
