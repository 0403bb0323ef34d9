"""One case: where it stands, on whom it waits, what was decided and what happened."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from api.workplace.case import choices as offering
from api.workplace.case import history
from api.workplace.case.choices import Choices, Partner
from api.workplace.case.history import History
from api.workplace.case.parts import (
    Guest,
    Known,
    Phoned,
    answered_here,
    asking,
    by_domain,
    by_phone,
    guests,
    is_shown,
    known,
    outcomes,
    phoned,
)
from api.workplace.papers import Offer, offered
from api.workplace.visits import Visit
from models import plan as rules
from models import process, rights, visibility
from models.casebook import answers
from models.lookups import (
    absence,
    caselists,
    cases,
    coherence,
    conflicts,
    decisions,
    duties,
    following,
    meetings,
    minutes,
    plan,
    referrals,
    stalled,
    timeline,
    waiting,
    whereabouts,
)
from models.lookups.absence import Away
from models.lookups.asking import Requested
from models.lookups.caselists import CaseLine
from models.lookups.coherence import Linked
from models.lookups.conflicts import Seen
from models.lookups.decisions import DecisionLine
from models.lookups.paging import Page
from models.lookups.plan import Version
from models.lookups.stalled import StalledRow
from models.lookups.waiting import Waiting
from models.plan import Step
from models.rights import CaseFacts, Right
from models.tables.asking import PrivateAnswer
from models.tables.following import Escalation, Handover, HandoverLine, RereferralCriterion, Watch
from models.tables.meetings import Commitment, Meeting
from models.tables.plans import Goal
from models.tables.referrals import Subject
from models.unblock import Asker
from models.words import DecisionKind, Phase

MOST_LINKS = 50


@dataclass(frozen=True, slots=True)
class CaseFile:
    """Everything the page of a case shows to who looks at it."""

    line: CaseLine
    next: Waiting | None
    open: list[Waiting]
    own: dict[UUID, tuple[str, ...]]  #: what the actor may answer here, with the outcomes to choose from
    requests: list[Requested]
    asked: list[tuple[UUID, str]]  #: whom the actor may ask for information
    domains: tuple[str, ...]
    private: dict[UUID, PrivateAnswer]  #: what the organisation of the actor answered and nobody else can tell (R12)
    stalled: StalledRow | None
    asker: Asker
    phone: dict[UUID, tuple[str, ...]]  #: what a partner owes and the actor may answer for them by phone
    phoned: list[Phoned]
    meetings: list[Meeting]
    outcomes: dict[UUID, str]  #: by meeting, for who reads the case
    goals: list[Goal]
    commitments: list[Commitment]
    steps: dict[UUID, Step]
    runs: frozenset[UUID]  #: commitments that wait for nothing
    plan: Version | None  #: what is in force now
    conflicts: Sequence[Seen]  #: commitments that contradict one of a linked case, for who leads
    decisions: list[tuple[DecisionLine, str]]
    history: History
    reads: bool
    subjects: list[Subject]
    coached: bool  #: by whom and to what ends is a page of its own, for who coaches and who leads
    earlier: bool  #: criteria to report again stand in a closed case of the same person: for who screens, not which
    handovers: list[Handover]
    criteria: list[RereferralCriterion]
    watches: list[Watch]
    escalations: list[Escalation]
    may_open: bool  #: by emergency access or for supervision
    items: list[tuple[str, list[Known]]]  #: by life domain
    places: dict[UUID, str]
    guests: dict[UUID, list[Guest]]  #: by meeting that is planned, for the house
    away: Away | None  #: the regisseur is, and who leads meanwhile
    papers: Offer  #: on paper, and for whom
    partners: list[Partner]
    linked: list[Linked]
    package: dict[UUID, list[HandoverLine]]  #: what becomes of which commitment, by handover
    choices: Choices
    passed: frozenset[Phase]
    onward: Mapping[Phase, Sequence[DecisionKind]]


async def of_case(visit: Visit, case_id: UUID, asked: Mapping[str, str]) -> CaseFile:
    """What the page of a case shows; `asked` is what the address says of its timeline. Raises NotFound."""
    work = visit.work
    found, facts = await cases.seen(work, case_id)
    reads = visibility.reads_case(visit.actor, facts)
    line = await caselists.line(work, case_id)
    file = CaseFile(
        line=line, reads=reads, onward=process.onward(found.phase),
        coached=rights.has(Right.TRAJECTORY, visit.actor, facts),
        **await _owed(visit, line, facts), **await asking(visit, line), **await _met(visit, line, facts),
        **await _planned(visit, case_id, facts, reads=reads), **await _around(visit, line),
        **await _followed(visit, case_id, facts),
        private=await duties.private_answers(work, case_id), phoned=await phoned(visit, case_id),
        items=by_domain(await known(visit, case_id, facts)), papers=await offered(work, found, facts),
        history=await history.of_case(work, case_id, asked),
        decisions=[
            (one, timeline.reason(work, one.decision, one.deciders, reads=reads))
            for one in await decisions.taken(work, case_id, facts)
        ],
        subjects=await referrals.subjects_of_case(work, case_id) if reads else [],
        may_open=not reads and any(rights.has(one, visit.actor, facts) for one in (Right.BREAK_GLASS, Right.SUPERVISE)),
    )  # fmt: skip
    answers.saw(work, "casus" if reads else "proces", found.id, found.id)
    return file


async def _owed(visit: Visit, line: CaseLine, facts: CaseFacts) -> dict[str, Any]:
    """What is open, on whom it waits, what of it the actor can answer, and why it is stalled."""
    work, case_id = visit.work, line.case.id
    seen = [one for one in (await waiting.open_in(work, [case_id])).get(case_id, []) if is_shown(visit, facts, one)]
    own = {one.duty.id: outcomes(one) for one in await waiting.own(work, case_id=case_id) if answered_here(one)}
    row = await stalled.of_case(work, case_id)
    return {
        "next": waiting.next_of(seen), "open": sorted(seen, key=lambda one: one.duty.id not in own), "own": own,
        "stalled": row, "asker": await stalled.asker(work, row.stalls if row else ()),
        "phone": by_phone(visit, line, seen, own),
    }  # fmt: skip


async def _met(visit: Visit, line: CaseLine, facts: CaseFacts) -> dict[str, Any]:
    """The meetings, for who follows the process; what came of them for who reads the case."""
    work, case_id = visit.work, line.case.id
    held = await meetings.meetings_of(work, case_id) if line.process else []
    reads = visibility.reads_case(visit.actor, facts)
    return {
        "meetings": held, "places": await whereabouts.places(work, [one.id for one in held]),
        "guests": await guests(visit, held), "outcomes": await minutes.outcomes(work, case_id, facts) if reads else {},
    }  # fmt: skip


async def _planned(visit: Visit, case_id: UUID, facts: CaseFacts, *, reads: bool) -> dict[str, Any]:
    """The plan: goals, commitments and what they wait for."""
    work = visit.work
    steps = await plan.steps(work, case_id) if reads else []
    return {
        "goals": await plan.goals_of(work, case_id, facts), "steps": {one.id: one for one in steps},
        "runs": rules.runs(steps), "commitments": await meetings.commitments_of(work, case_id, facts),
        "plan": next(iter(await plan.versions(work, case_id, facts)), None),
        "conflicts": await conflicts.of_case(work, case_id, facts),
    }  # fmt: skip


async def _around(visit: Visit, line: CaseLine) -> dict[str, Any]:
    """Who leads, who stands to the case, what hangs together with it, and where it was: of its process."""
    work, case = visit.work, line.case
    linked = (await coherence.of_case(work, case.id, Page(MOST_LINKS))).rows if line.process else []
    return {
        "linked": linked, "choices": await offering.of_case(visit, line, linked),
        "partners": await offering.partners(visit, line),
        "away": await absence.now_of(work, case.director_id) if line.process else None,
        "passed": await cases.passed(work, case.id) if line.process else frozenset(),
    }  # fmt: skip


async def _followed(visit: Visit, case_id: UUID, facts: CaseFacts) -> dict[str, Any]:
    """What following the case left, with what becomes of each commitment that one may read in what was offered."""
    work, package = visit.work, defaultdict[UUID, list[HandoverLine]](list)
    handed = await following.handovers(work, case_id)
    for one in await following.lines(work, case_id, facts, [one.id for one in handed]) if handed else ():
        package[one.handover_id].append(one)
    return {
        "handovers": handed, "package": dict(package), "criteria": await following.criteria(work, case_id),
        "watches": await following.watches(work, case_id),
        "escalations": await following.escalations(work, case_id, facts),
        "earlier": await following.has_earlier_criteria(work, case_id),
    }  # fmt: skip
