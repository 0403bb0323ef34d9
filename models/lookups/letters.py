"""What letters say."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from models.clocks import AMSTERDAM
from models.lookups import cases, referrals
from models.tables.people import House, Organisation, Person
from models.transactions import Work


@dataclass(frozen=True, slots=True)
class ClosingFacts:
    """The content of a closing letter."""

    number: str
    house: str
    sponsor: str
    director: str
    subject: str
    reported_on: date


async def closing_facts(work: Work, case_id: UUID) -> ClosingFacts | None:
    """Read as the person who writes; None when they may not see the name (any more): then there is no letter."""
    case = await cases.case(work, case_id)
    subjects = await referrals.subjects_of_case(work, case_id)
    if not subjects:
        return None
    names = await work.session.execute(
        select(House.name, Organisation.name, Person.name).select_from(House)
        .join(Organisation, Organisation.id == case.sponsor_organisation_id)
        .join(Person, Person.id == case.director_id).where(House.id == case.house_id)
    )  # fmt: skip
    house, sponsor, director = names.one()
    return ClosingFacts(
        case.number, house, sponsor, director, subjects[0].name, case.reported_at.astimezone(AMSTERDAM).date()
    )
