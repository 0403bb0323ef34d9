"""What screening asks besides the report: who may decide at the table, and another case by its number."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from models.lookups.people import may_enter
from models.refusals import FieldError, InvalidFields
from models.tables.cases import Case
from models.tables.people import Organisation, Person
from models.transactions import Work
from models.words import OrganisationKind, Role


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of a public participant who sits at the triage table (WGS 2.31(2))."""

    id: UUID
    name: str
    organisation: str
    organisation_id: UUID


async def members(work: Work) -> list[Member]:
    """Everybody who may decide about admission, by organisation and name."""
    statement = (
        select(Person.id, Person.name, Organisation.name, Organisation.id)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .where(Organisation.kind == OrganisationKind.LID1, Person.roles.contains([Role.TRIAGE_MEMBER.value]))
        .where(Person.house_id == work.actor.house_id, may_enter())
    )  # fmt: skip
    rows = await work.session.execute(statement.order_by(Organisation.name, Person.name))
    return [Member(id_, name, organisation, its_id) for id_, name, organisation, its_id in rows]


async def numbered(work: Work, number: str) -> UUID:
    """The case with this number. Raises InvalidFields when the actor knows of none."""
    found = await work.session.scalar(select(Case.id).where(Case.number == number.strip().upper()))
    if found is None:
        raise InvalidFields([FieldError("casus", "er is geen casus met dit kenmerk, of u mag haar niet kennen")])
    return found
