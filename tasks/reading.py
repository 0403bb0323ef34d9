"""What a flow must know before it acts: small frozen values, read anew each time."""

from uuid import UUID

from models.actors import ENGINE
from models.lookups import work as lookup
from models.lookups.work import OwingVisit
from models.transactions import unit_of_work


async def visits_owing(case_id: UUID) -> list[OwingVisit]:
    """Phases with open work, oldest first, each with its entries; also those already left."""
    async with unit_of_work(ENGINE) as work:
        return await lookup.visits_owing(work, case_id)


async def is_finished(case_id: UUID) -> bool:
    """Closed, and nothing left to do."""
    async with unit_of_work(ENGINE) as work:
        return await lookup.is_finished(work, case_id)
