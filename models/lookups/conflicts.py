"""Which cases are linked, and which commitments of them contradict each other. Of the house only."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select

from models import visibility
from models.lookups.duties import is_open
from models.rights import CaseFacts
from models.tables.cases import Case
from models.tables.coherence import Coherence
from models.tables.duties import Duty
from models.tables.meetings import Commitment
from models.tables.plans import PlanConflict
from models.tables.referrals import Subject
from models.transactions import Work
from models.words import Phase


@dataclass(frozen=True, slots=True)
class Intended:
    """What a running commitment will do to whom, without its text."""

    id: UUID
    intervention: str | None
    subject_id: UUID | None
    bsn: str | None


async def linked(work: Work, case: Case) -> list[Case]:
    """The open cases whose plans are aligned with that of a case: by the test of BGS 2.20(2) alone (R19)."""
    running = Coherence.ended_at.is_(None)
    ours = select(Coherence.other_case_id).where(Coherence.case_id == case.id, running)
    theirs = select(Coherence.case_id).where(Coherence.other_case_id == case.id, running)
    statement = select(Case).where(
        Case.house_id == case.house_id, Case.phase != Phase.CLOSED, Case.id.in_(ours.union_all(theirs))
    )
    return list(await work.session.scalars(statement.order_by(Case.id)))


async def intended(work: Work, case_id: UUID) -> list[Intended]:
    """The running commitments of a case, for who acts on it."""
    rows = await work.session.execute(
        select(Commitment.id, Commitment.intervention, Commitment.subject_id, Subject.bsn)
        .outerjoin(Subject, Subject.id == Commitment.subject_id)
        .where(Commitment.case_id == case_id, Commitment.ended_at.is_(None)).order_by(Commitment.id)
    )  # fmt: skip
    return [Intended(*row) for row in rows]


async def intended_elsewhere(work: Work, case_id: UUID, *, back_to: UUID) -> list[Intended]:
    """The same of a linked case, which this act reckons with and of which it shows nothing; then back to its own."""
    await _act_on(work, case_id)
    found = await intended(work, case_id)
    await _act_on(work, back_to)
    return found


async def _act_on(work: Work, case_id: UUID) -> None:
    await work.session.execute(select(func.set_config("pols.acting", str(case_id), True)))  # noqa: FBT003


async def pairs(work: Work, case_id: UUID) -> frozenset[frozenset[UUID]]:
    """The pairs of commitments that were marked before."""
    rows = await work.session.execute(
        select(PlanConflict.commitment_id, PlanConflict.other_commitment_id).where(_touches(case_id))
    )
    return frozenset(frozenset(row) for row in rows)


def _touches(case_id: UUID) -> ColumnElement[bool]:
    return or_(PlanConflict.case_id == case_id, PlanConflict.other_case_id == case_id)


async def conflict(work: Work, conflict_id: UUID) -> PlanConflict | None:
    """One of them; None when it went with the other case, which was erased."""
    return await work.session.get(PlanConflict, conflict_id, populate_existing=True)


async def is_owed_elsewhere(work: Work, conflict_id: UUID, but: UUID) -> bool:
    """The other regisseur still has to say how it was settled."""
    open_ = and_(Duty.about_id == conflict_id, Duty.id != but, is_open())
    return await work.session.scalar(select(Duty.id).where(open_).limit(1)) is not None


@dataclass(frozen=True, slots=True)
class Seen:
    """A conflict as seen from one case: the own commitment, and of the other case its number and no more."""

    row: PlanConflict
    own_id: UUID
    other_case_id: UUID
    other_number: str


async def of_case(work: Work, case_id: UUID, facts: CaseFacts) -> Sequence[Seen]:
    """The conflicts of a case, the newest first: for who of the house reads it, and nobody else."""
    if not work.actor.is_staff or not visibility.reads_case(work.actor, facts):
        return []
    other = func.coalesce(func.nullif(PlanConflict.other_case_id, case_id), PlanConflict.case_id)
    rows = await work.session.execute(
        select(PlanConflict, Case.id, Case.number).join(Case, Case.id == other).where(_touches(case_id))
        .order_by(PlanConflict.marked_at.desc(), PlanConflict.id)
    )  # fmt: skip
    return [
        Seen(one, one.commitment_id if one.case_id == case_id else one.other_commitment_id, other_id, number)
        for one, other_id, number in rows
    ]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A running commitment of a linked case, as its own regisseur sees it."""

    id: UUID
    number: str
    body: str


async def led_elsewhere(work: Work, case_ids: Collection[UUID]) -> list[Elsewhere]:
    """The running commitments of these cases, of those that the actor leads; of another's nothing is shown."""
    if not case_ids:
        return []
    led = (Case.director_id.in_(work.actor.directs_as), Case.phase != Phase.CLOSED)
    rows = await work.session.execute(
        select(Commitment.id, Case.number, Commitment.body).join(Case, Case.id == Commitment.case_id)
        .where(Case.id.in_(case_ids), Commitment.ended_at.is_(None), *led).order_by(Case.number, Commitment.id)
    )  # fmt: skip
    return [Elsewhere(*row) for row in rows]
