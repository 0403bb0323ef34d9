"""The plan of a case: its goals, what waits for what, and what was in force since when. Hidden is absent."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from models import visibility
from models.lookups.paging import Page, Paged, Place, cut, keyset
from models.plan import Step
from models.refusals import NotFound
from models.rights import CaseFacts
from models.tables.cases import Case, Decision
from models.tables.meetings import Commitment
from models.tables.plans import CommitmentNeed, Goal, Planned, PlanVersion
from models.transactions import Work
from models.visibility import CommitmentFacts
from models.words import CommitmentState, DecisionKind, OrganisationKind

ENDED = frozenset({CommitmentState.DONE, CommitmentState.FAILED, CommitmentState.DROPPED})


def facts_of(found: Commitment) -> CommitmentFacts:
    """What the first fence must know of a commitment."""
    return CommitmentFacts(found.organisation_id, found.excluded, found.only_for)


def reads(work: Work, facts: CaseFacts, found: Commitment) -> bool:
    """Whether the actor may read this commitment of a case."""
    return visibility.reads_commitment(work.actor, facts, facts_of(found))


async def readable(work: Work, case_id: UUID, facts: CaseFacts) -> frozenset[UUID]:
    """The commitments of a case that the actor may read, also the ended ones."""
    return await work.remembered(("commitments", case_id), lambda: _readable(work, case_id, facts))


async def _readable(work: Work, case_id: UUID, facts: CaseFacts) -> frozenset[UUID]:
    found = await all_facts(work, case_id)
    return frozenset(id_ for id_, one in found.items() if visibility.reads_commitment(work.actor, facts, one))


async def all_facts(work: Work, case_id: UUID) -> dict[UUID, CommitmentFacts]:
    """Of the commitments of a case whose they are and for whom, as far as they are within reach."""
    rows = await work.session.execute(
        select(Commitment.id, Commitment.organisation_id, Commitment.excluded, Commitment.only_for)
        .where(Commitment.case_id == case_id)
    )  # fmt: skip
    return {row.id: CommitmentFacts(row.organisation_id, row.excluded, row.only_for) for row in rows}


async def goal(work: Work, goal_id: UUID) -> Goal:
    """One goal. Raises NotFound."""
    found = await work.session.get(Goal, goal_id)
    if found is None:
        raise NotFound("Dit doel")
    return found


async def page_of_goals(work: Work, case_id: UUID, facts: CaseFacts, page: Page) -> Paged[Goal]:
    """A page of the goals of a case, the oldest first; none for who does not read the case."""
    if not visibility.reads_case(work.actor, facts):
        return Paged([], None)
    statement = keyset(select(Goal).where(Goal.case_id == case_id), page, Goal.made_at, Goal.id)
    return cut((await work.session.scalars(statement)).all(), page, lambda one: Place(one.id, one.made_at))


async def goals_of(work: Work, case_id: UUID, facts: CaseFacts) -> list[Goal]:
    """All goals of a case, the oldest first; none for who does not read the case."""
    if not visibility.reads_case(work.actor, facts):
        return []
    statement = select(Goal).where(Goal.case_id == case_id).order_by(Goal.made_at, Goal.id)
    return list(await work.session.scalars(statement))


async def are_of_case(work: Work, case_id: UUID, goal_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Of these goals the ones that are of this case."""
    statement = select(Goal.id).where(Goal.case_id == case_id, Goal.id.in_(list(goal_ids)))
    return frozenset(await work.session.scalars(statement))


async def steps(work: Work, case_id: UUID) -> list[Step]:
    """How the commitments of a case hang together, as far as the actor reads them or acts on the case."""
    rows = await work.session.execute(
        select(
            Commitment.id, Commitment.replaces_id, Commitment.state, Commitment.condition != "",
            Commitment.condition_at.is_(None),
        )
        .where(Commitment.case_id == case_id)
    )  # fmt: skip
    needs = await needs_of(work, case_id)
    return [
        Step(id_, needs.get(id_, frozenset()), replaces, state in ENDED, conditional, conditional and to_come)
        for id_, replaces, state, conditional, to_come in rows
    ]


async def needs_of(work: Work, case_id: UUID) -> dict[UUID, frozenset[UUID]]:
    """Of the commitments of a case what they need."""
    rows = await work.session.execute(
        select(CommitmentNeed.commitment_id, func.array_agg(CommitmentNeed.needs_id))
        .where(CommitmentNeed.case_id == case_id).group_by(CommitmentNeed.commitment_id)
    )  # fmt: skip
    return {commitment_id: frozenset(needs) for commitment_id, needs in rows}


async def of_case(work: Work, case_id: UUID, commitment_ids: Iterable[UUID]) -> dict[UUID, Commitment]:
    """These commitments, as far as they are of this case."""
    statement = select(Commitment).where(Commitment.case_id == case_id, Commitment.id.in_(list(commitment_ids)))
    return {one.id: one for one in await work.session.scalars(statement)}


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the plan as one reader counts them, and who would do which commitment before when meanwhile."""

    version: int
    raw: int  #: as the house counts
    since: datetime
    planned: Sequence[Planned]


async def versions(work: Work, case_id: UUID, facts: CaseFacts) -> list[Version]:
    """The versions of the plan, the newest first, with the commitments that the actor may read.

    Each reader counts what changed for them: what only changed in commitments that are kept from them (R13) leaves no
    version, no moment and no gap in the numbers.
    """
    if not visibility.reads_case(work.actor, facts):
        return []
    may = await readable(work, case_id, facts)
    found = await work.session.scalars(
        select(PlanVersion).where(PlanVersion.case_id == case_id).order_by(PlanVersion.version)
    )
    rows = await work.session.scalars(
        select(Planned).where(Planned.case_id == case_id).order_by(Planned.due_on, Planned.commitment_id)
    )
    known, adopted = [one for one in rows if one.commitment_id in may], await _adopted(work, case_id)
    told: list[Version] = []
    for one in found:
        planned = [each for each in known if _in_force(each, one.version)]
        same = bool(told) and [each.id for each in planned] == [each.id for each in told[-1].planned]
        if not same or one.since in adopted or _counts_all(work):
            number = told[-1].version + 1 if told else one.version
            told.append(Version(number, one.version, one.since, planned))
    return told[::-1]


def _counts_all(work: Work) -> bool:
    """The house follows the plan: nothing of it is kept from it."""
    return work.actor.organisation_kind is OrganisationKind.HOUSE


async def _adopted(work: Work, case_id: UUID) -> frozenset[datetime]:
    """When the plan was adopted, which everybody who reads the case knows."""
    statement = select(Decision.at).where(Decision.case_id == case_id, Decision.kind == DecisionKind.ADOPT_PLAN)
    return frozenset(await work.session.scalars(statement))


async def numbers(work: Work, case_id: UUID, facts: CaseFacts) -> Callable[[int], int]:
    """What the actor calls a version that the house gives this number; one to come has the next number."""
    if _counts_all(work):
        return lambda raw: raw
    known = [(one.raw, one.version) for one in await versions(work, case_id, facts)]
    return lambda raw: next((number + (raw > one) for one, number in known if one <= raw), raw)


async def number_now(work: Work, case: Case, facts: CaseFacts) -> int | None:
    """The number of the plan in force, 0 without one; None for who does not read the case and is not of the house."""
    if not _counts_all(work) and not visibility.reads_case(work.actor, facts):
        return None
    found = [] if _counts_all(work) else await versions(work, case.id, facts)
    return found[0].version if found else case.plan_version


def _in_force(planned: Planned, version: int) -> bool:
    return planned.from_version <= version and (planned.until_version is None or version < planned.until_version)
