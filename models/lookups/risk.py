"""Results of risk assessments, for who may read the item that each belongs to; in order of time, never of risk."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from uuid import UUID

from sqlalchemy import select

from models.lookups import info
from models.lookups.info import Item
from models.lookups.paging import Page, Paged, Place, keyset, shown
from models.rights import CaseFacts
from models.tables.risk import RiskAssessment
from models.transactions import Work


@dataclass(frozen=True, slots=True)
class Assessed:
    """A result and its information item."""

    row: RiskAssessment
    item: Item


async def assessments(work: Work, case_id: UUID, facts: CaseFacts, page: Page) -> Paged[Assessed]:
    """The results in a case that this actor may read, the oldest first."""
    statement = select(RiskAssessment).where(RiskAssessment.case_id == case_id)

    async def read(part: Page) -> Sequence[RiskAssessment]:
        after = keyset(
            statement, part, RiskAssessment.assessed_on, RiskAssessment.item_id,
            start=lambda place: (place.at.date(), place.id),
        )  # fmt: skip
        return (await work.session.scalars(after)).all()

    readable = await info.readable(work, case_id, facts)
    found = await shown(read, lambda one: one.item_id in readable, page, _place)
    there = await info.some(work, case_id, facts, [one.item_id for one in found.rows])
    return Paged([Assessed(one, there[one.item_id]) for one in found.rows if one.item_id in there], found.following)


def _place(one: RiskAssessment) -> Place:
    return Place(one.item_id, datetime.combine(one.assessed_on, time(), tzinfo=UTC))
