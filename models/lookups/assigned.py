"""Who of a participant works on a case: whom it named, and who comes in question."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from models import visibility
from models.lookups import cases
from models.lookups.duties import any_of
from models.lookups.people import may_enter
from models.refusals import NotFound
from models.rights import CaseFacts
from models.tables.assigned import Assignment
from models.tables.cases import Case
from models.tables.duties import Duty
from models.tables.people import Organisation, Person
from models.transactions import Work
from models.visibility import DutyOwner
from models.words import Role


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of one's own organisation who may be named, and whether they are."""

    person: Person
    named: bool


async def seen(work: Work, case_id: UUID) -> tuple[Case, CaseFacts]:
    """A case that the actor works on for a participant, and reads. Raises NotFound."""
    case, facts = await cases.seen(work, case_id)
    if not work.actor.is_participant or not visibility.reads_case(work.actor, facts):
        raise NotFound("Deze casus")
    return case, facts


async def current(work: Work, case_id: UUID, organisation_id: UUID | None) -> list[Assignment]:
    """Whom an organisation named for a case, now."""
    statement = select(Assignment).where(
        Assignment.case_id == case_id, Assignment.organisation_id == organisation_id, Assignment.until.is_(None)
    )
    return list(await work.session.scalars(statement.order_by(Assignment.since, Assignment.id)))


async def colleagues(work: Work, case_id: UUID) -> list[Colleague]:
    """The contacts of one's own organisation who may come in, by name, each with whether they are named."""
    named = {one.person_id for one in await current(work, case_id, work.actor.organisation_id)}
    statement = (
        select(Person).join(Organisation, Organisation.id == Person.organisation_id)
        .where(Person.organisation_id == work.actor.organisation_id, may_enter())
        .where(Person.roles.contains([Role.CONTACT.value])).order_by(Person.name, Person.id)
    )  # fmt: skip
    return [Colleague(one, one.id in named) for one in await work.session.scalars(statement)]


async def by_organisation(work: Work, case_id: UUID) -> dict[UUID, frozenset[UUID]]:
    """Whom each organisation named, of those that named anybody who may come in; as far as the actor may know it."""
    rows = await work.session.execute(
        select(Assignment.organisation_id, Assignment.person_id)
        .join(Person, Person.id == Assignment.person_id)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .where(Assignment.case_id == case_id, Assignment.until.is_(None), may_enter())
    )  # fmt: skip
    return _grouped((row.organisation_id, row.person_id) for row in rows)


async def in_cases(work: Work, case_ids: Sequence[UUID]) -> dict[UUID, dict[UUID, frozenset[UUID]]]:
    """By case, whom each organisation named, of those that named anybody who may come in. One question."""
    rows = await work.session.execute(
        select(Assignment.case_id, Assignment.organisation_id, Assignment.person_id)
        .where(Assignment.case_id == any_of(case_ids), Assignment.until.is_(None))
        .where(func.pols_is_fit(Assignment.person_id, work.now))
    )  # fmt: skip
    found: dict[UUID, list[tuple[UUID, UUID]]] = defaultdict(list)
    for row in rows:
        found[row.case_id].append((row.organisation_id, row.person_id))
    return {case_id: _grouped(pairs) for case_id, pairs in found.items()}


def _grouped(pairs: Iterable[tuple[UUID, UUID]]) -> dict[UUID, frozenset[UUID]]:
    found: dict[UUID, frozenset[UUID]] = {}
    for organisation_id, person_id in pairs:
        found[organisation_id] = found.get(organisation_id, frozenset()) | {person_id}
    return found


async def owns(work: Work, duty: Duty) -> bool:
    """Whether the actor owes this duty of their own organisation."""
    facts = await cases.case_facts(work, await cases.case(work, duty.case_id))
    owner = DutyOwner.of(duty)
    return visibility.owns_duty(work.actor, facts, owner, duty.kind)


async def may_take(work: Work, case: Case, colleague: Person) -> bool:
    """Whether a colleague would reach the case of a duty that is handed to them."""
    if colleague.id == case.case_director_id:
        return True
    named = func.pols_assigned(case.id, colleague.organisation_id, colleague.id)
    return Role.CONTACT in colleague.roles and bool(await work.session.scalar(select(named)))
