"""What partners were asked for a case, and what became of it, as far as who looks may know."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from models.asking import Supplied, delivery
from models.lookups import tasks
from models.lookups.duties import any_of
from models.lookups.paging import Page, Paged
from models.lookups.tasks import DutyLine
from models.tables.asking import InformationRequest
from models.transactions import Work
from models.words import DutyKind


@dataclass(frozen=True, slots=True)
class Requested:
    """A request, how it stands, and its words when they are for who looks."""

    line: DutyLine
    delivery: Supplied
    question: str | None
    life_domains: tuple[str, ...]


async def of_case(work: Work, case_id: UUID, page: Page) -> Paged[Requested]:
    """The information requests of a case, the first due first. Raises NotFound."""
    found = await tasks.of_case(work, case_id, ended=True, page=page, kinds=(DutyKind.INFORMATION,))
    ids = [one.duty.id for one in found.rows]
    rows = await work.session.scalars(select(InformationRequest).where(InformationRequest.duty_id == any_of(ids)))
    words = {one.duty_id: one for one in rows} if ids else {}
    return Paged([_requested(work, one, words.get(one.duty.id)) for one in found.rows], found.following)


def _requested(work: Work, line: DutyLine, words: InformationRequest | None) -> Requested:
    stands = delivery(ended_as=line.ended_as, due_at=line.duty.due_at, now=work.now)
    return Requested(line, stands, words.question if words else None, tuple(words.life_domains) if words else ())
