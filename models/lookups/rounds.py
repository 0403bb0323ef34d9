"""The rounds in which a case is followed: how each commitment went, beside the round before, and what was decided."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from models import visibility
from models.lookups import cases, meetings
from models.refusals import NotFound
from models.rights import CaseFacts
from models.tables.cases import Decision, Visit
from models.tables.duties import Duty
from models.tables.meetings import Commitment, Progress
from models.transactions import Work
from models.words import DecisionKind as D
from models.words import DutyKind, Phase

#: what can end a round, and what then waits: the next evaluation, the next conference or the closure
OUTCOMES = frozenset({D.CONTINUE, D.ADJUST, D.SCALE_DOWN, D.END_REGIE})
NEXT = (DutyKind.EVALUATION, DutyKind.HOLD_MEETING, DutyKind.CLOSURE)


@dataclass(frozen=True, slots=True)
class RoundLine:
    """One commitment in one round: the last that was said of it in this round, and in the round before."""

    commitment: Commitment
    now: Progress | None
    before: Progress | None


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that was reported since the previous evaluation; what, for who reads the case."""

    decision_id: UUID | None
    at: datetime
    judged: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Round:
    """One stay in monitoring. `next_at`: when the case is looked at again after it; it is never absent."""

    number: int
    began: datetime
    ended: datetime | None
    decision: Decision | None
    reads: bool  #: why it ended as it did
    next_kind: DutyKind
    next_at: datetime
    lines: list[RoundLine] = field(default_factory=list)
    silent: list[UUID] = field(default_factory=list)  #: organisations that were asked how it goes and did not say
    incidents: list[Incident] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Told:
    """All that the rounds are made of: five questions, however many rounds there are."""

    visits: Sequence[Visit]
    decisions: Sequence[Decision]
    duties: Sequence[Duty]
    commitments: Sequence[Commitment]
    progress: Sequence[Progress]


async def rounds(work: Work, case_id: UUID) -> list[Round]:
    """The rounds of a case, the first one first. Raises NotFound.

    What is pledged and how that goes comes from the lookup of commitments: who may not read them finds none here.
    """
    _case, facts = await cases.seen_process(work, case_id)
    told = await _told(work, case_id, facts)
    return [_round(work, facts, told, number) for number in range(1, len(told.visits) + 1)]


async def one(work: Work, case_id: UUID, number: int) -> Round:
    """One round. Raises NotFound."""
    found = await rounds(work, case_id)
    if not 1 <= number <= len(found):
        raise NotFound("Deze ronde")
    return found[number - 1]


async def _told(work: Work, case_id: UUID, facts: CaseFacts) -> _Told:
    visits = select(Visit).where(Visit.case_id == case_id, Visit.phase == Phase.MONITORING)
    taken = select(Decision).where(Decision.case_id == case_id, Decision.kind.in_([*OUTCOMES, D.INCIDENT]))
    owed = select(Duty).where(
        Duty.case_id == case_id, Duty.kind.in_([*NEXT, DutyKind.PROGRESS, DutyKind.INCIDENT])
    )  # fmt: skip
    commitments = await meetings.commitments_of(work, case_id, facts)
    return _Told(
        (await work.session.scalars(visits.order_by(Visit.entered_at, Visit.id))).all(),
        (await work.session.scalars(taken.order_by(Decision.at, Decision.id))).all(),
        (await work.session.scalars(owed.order_by(Duty.due_at, Duty.id))).all(),
        commitments, await meetings.progress_of(work, case_id, [one.id for one in commitments]),
    )  # fmt: skip


def _round(work: Work, facts: CaseFacts, told: _Told, number: int) -> Round:
    visit, before = told.visits[number - 1], told.visits[number - 2] if number > 1 else None
    decision = next((one for one in told.decisions if one.visit_id == visit.id and one.kind in OUTCOMES), None)
    waits = _next(work, told, visit)
    since = before.left_at if before is not None else None
    return Round(
        number, visit.entered_at, visit.left_at, decision, _reads(work, facts, decision), waits.kind, waits.due_at,
        lines=[_line(told, visit, before, one) for one in told.commitments if _ran(one, visit)],
        silent=[
            one.owner_organisation_id for one in told.duties
            if one.kind is DutyKind.PROGRESS and one.visit_id == visit.id and one.answered_at is None
        ],
        incidents=_incidents(work, facts, told, since, visit.left_at),
    )  # fmt: skip


def _reads(work: Work, facts: CaseFacts, decision: Decision | None) -> bool:
    if decision is None:
        return False
    return visibility.reads_reason(work.actor, facts, decision.kind, took={decision.registered_by})


def _next(work: Work, told: _Told, visit: Visit) -> Duty:
    """What waited when the round ended, or waits now. The database refuses a round without one."""
    at = visit.left_at or work.now
    kinds = NEXT if visit.left_at else (DutyKind.EVALUATION,)
    return next(one for one in told.duties if one.kind in kinds and _was_open(one, at))


def _was_open(duty: Duty, at: datetime) -> bool:
    ended = duty.answered_at or duty.lapsed_at or duty.withdrawn_at
    return duty.opened_at <= at and (ended is None or ended > at)


def _within(at: datetime, since: datetime | None, until: datetime | None) -> bool:
    return (since is None or at >= since) and (until is None or at < until)


def _ran(commitment: Commitment, visit: Visit) -> bool:
    """It was part of the plan at some moment of the round."""
    begun = visit.left_at is None or commitment.made_at < visit.left_at
    return begun and (commitment.ended_at is None or commitment.ended_at >= visit.entered_at)


def _line(told: _Told, visit: Visit, before: Visit | None, commitment: Commitment) -> RoundLine:
    said = [one for one in told.progress if one.commitment_id == commitment.id]
    return RoundLine(commitment, _last(said, visit), _last(said, before) if before else None)


def _last(said: Iterable[Progress], visit: Visit) -> Progress | None:
    within = [one for one in said if _within(one.at, visit.entered_at, visit.left_at)]
    return within[-1] if within else None


def _incidents(
    work: Work, facts: CaseFacts, told: _Told, since: datetime | None, until: datetime | None
) -> list[Incident]:
    """What was reported by a decision, and new reports that were bundled with the case: of those nothing is told here.

    While one waits to be judged, a second asks for no other judgement.
    """
    owed = {one.batch_id: one for one in told.duties if one.kind is DutyKind.INCIDENT}
    reads = visibility.reads_case(work.actor, facts)
    found = []
    for one in told.decisions:
        if one.kind is D.INCIDENT:
            duty = owed.pop(one.id, None)
            judged = duty.ended_as if duty is not None and reads else None
            found.append(Incident(one.id, one.at, judged, one.reason if _reads(work, facts, one) else None))
    found += [Incident(None, one.opened_at, one.ended_as if reads else None, None) for one in owed.values()]
    return sorted((one for one in found if _within(one.at, since, until)), key=lambda one: one.at)
