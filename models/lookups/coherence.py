"""Which cases hang together, for who may read both of them."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, or_, select

from models.lookups import cases
from models.lookups.duties import any_of
from models.lookups.paging import Page, Paged, Place, cut, keyset
from models.refusals import NotFound
from models.tables.cases import Case
from models.tables.coherence import Coherence
from models.transactions import Work


@dataclass(frozen=True, slots=True)
class Linked:
    """A link of a case, and the number of the case on its other side."""

    row: Coherence
    other_id: UUID
    number: str


async def of_case(work: Work, case_id: UUID, page: Page) -> Paged[Linked]:
    """The links of a case, the newest first, also those that ended. Raises NotFound."""
    await cases.seen(work, case_id)
    statement = select(Coherence).where(or_(Coherence.case_id == case_id, Coherence.other_case_id == case_id))
    statement = keyset(statement, page, Coherence.decided_at, Coherence.id, newest_first=True)
    found = cut((await work.session.scalars(statement)).all(), page, lambda one: Place(one.id, one.decided_at))
    others = {one.id: one.other_case_id if one.case_id == case_id else one.case_id for one in found.rows}
    rows = await work.session.execute(select(Case.id, Case.number).where(Case.id == any_of(others.values())))
    numbers = {row.id: row.number for row in rows}
    linked = [Linked(one, others[one.id], numbers[others[one.id]]) for one in found.rows if others[one.id] in numbers]
    return Paged(linked, found.following)


async def one(work: Work, coherence_id: UUID) -> Coherence:
    """One link. Raises NotFound."""
    found = await work.session.get(Coherence, coherence_id)
    if found is None:
        raise NotFound("Deze samenhang")
    return found


async def are_linked(work: Work, case_id: UUID, other_id: UUID) -> bool:
    """Whether these two hang together now, as far as the actor may know; the database knows it for sure."""
    first, second = sorted((case_id, other_id))
    both = and_(Coherence.case_id == first, Coherence.other_case_id == second)
    statement = select(Coherence.id).where(both, Coherence.ended_at.is_(None))
    return await work.session.scalar(statement.limit(1)) is not None
