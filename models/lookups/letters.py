"""What letters say."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from models.clocks import AMSTERDAM
from models.lookups import cases, referrals
from models.transactions import Work


@dataclass(frozen=True, slots=True)
class ClosingFacts:
    """The content of a closing letter; its head and its signature come with the paper."""

    subject: str
    reported_on: date


async def closing_facts(work: Work, case_id: UUID) -> ClosingFacts | None:
    """Read as the person who writes; None when they may not see the name (any more): then there is no letter."""
    case = await cases.case(work, case_id)
    subjects = await referrals.subjects_of_case(work, case_id)
    if not subjects:
        return None
    return ClosingFacts(subjects[0].name, case.reported_at.astimezone(AMSTERDAM).date())
