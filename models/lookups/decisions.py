"""What was decided about a case, by whom, and on whose behalf."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from models import visibility
from models.lookups import plan
from models.lookups.paging import Page, Paged, Place, keyset, shown
from models.refusals import NotFound
from models.rights import CaseFacts
from models.tables.cases import Decision, DecisionDecider
from models.tables.people import Organisation, Person
from models.transactions import Work


@dataclass(frozen=True, slots=True)
class DeciderName:
    """Somebody who decided, and for which organisation."""

    person_id: UUID
    person: str
    organisation_id: UUID
    organisation: str


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """A decision with the names that belong to it."""

    decision: Decision
    registrar: str | None
    on_behalf_of: str | None
    deciders: tuple[DeciderName, ...]


async def taken(work: Work, case_id: UUID, facts: CaseFacts) -> list[DecisionLine]:
    """All decisions of a case that this actor may know of, the newest first."""
    known = await _known(work, case_id, facts)
    lines = await _lines(work, case_id, _named().order_by(Decision.at.desc(), Decision.id.desc()))
    return list(filter(known, lines))


async def page_of(work: Work, case_id: UUID, facts: CaseFacts, page: Page) -> Paged[DecisionLine]:
    """A page of them. What may not be known is not counted either."""

    async def read(part: Page) -> Sequence[DecisionLine]:
        return await _lines(work, case_id, keyset(_named(), part, Decision.at, Decision.id, newest_first=True))

    known = await _known(work, case_id, facts)
    return await shown(read, known, page, lambda line: Place(line.decision.id, line.decision.at))


async def one(work: Work, case_id: UUID, facts: CaseFacts, decision_id: UUID) -> DecisionLine:
    """One decision of a case. Raises NotFound."""
    known = await _known(work, case_id, facts)
    found = list(filter(known, await _lines(work, case_id, _named().where(Decision.id == decision_id))))
    if not found:
        raise NotFound("Dit besluit")
    return found[0]


async def _known(work: Work, case_id: UUID, facts: CaseFacts) -> Callable[[DecisionLine], bool]:
    """Whether the actor may know of a decision: one about a commitment is for who may know of that (R13)."""
    commitments = await plan.all_facts(work, case_id)

    def known(line: DecisionLine) -> bool:
        named = line.decision.facts.get("commitment_id")
        about = commitments.get(UUID(named)) if named else None
        return visibility.sees_decision(
            work.actor, facts, registered_by=line.decision.registered_by, about=about, names_one=named is not None
        )

    return known


def _named() -> Select[Decision, str, str]:
    registrar, sponsor = aliased(Person), aliased(Organisation)
    return (
        select(Decision, registrar.name, sponsor.name)
        .outerjoin(registrar, registrar.id == Decision.registered_by)
        .outerjoin(sponsor, sponsor.id == Decision.on_behalf_of)
    )


async def _lines(work: Work, case_id: UUID, statement: Select[Decision, str, str]) -> list[DecisionLine]:
    rows = (await work.session.execute(statement.where(Decision.case_id == case_id))).all()
    names = await _deciders(work, [row[0].id for row in rows])
    return [DecisionLine(found, who, behalf, tuple(names[found.id])) for found, who, behalf in rows]


async def _deciders(work: Work, decision_ids: list[UUID]) -> defaultdict[UUID, list[DeciderName]]:
    rows = await work.session.execute(
        select(DecisionDecider.decision_id, Person.id, Person.name, Organisation.id, Organisation.name)
        .join(Person, Person.id == DecisionDecider.person_id)
        .join(Organisation, Organisation.id == DecisionDecider.organisation_id)
        .where(DecisionDecider.decision_id.in_(decision_ids)).order_by(Person.name)
    )  # fmt: skip
    found: defaultdict[UUID, list[DeciderName]] = defaultdict(list)
    for decision_id, person_id, person, organisation_id, organisation in rows:
        found[decision_id].append(DeciderName(person_id, person, organisation_id, organisation))
    return found


async def taken_since(work: Work, case_id: UUID, moment: datetime) -> bool:
    """Something was decided about this case at this moment or after it."""
    statement = select(Decision.id).where(Decision.case_id == case_id, Decision.at >= moment).limit(1)
    return await work.session.scalar(statement) is not None
