"""One case: where it stands, on whom it waits, what was decided and what happened; and answering what is yours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from api.workplace.pages import back, page, speaker
from api.workplace.papers import Offer, offered
from api.workplace.visits import Visit, visiting
from models import plan as rules
from models import rights, visibility
from models.agenda import Presence, said_by_all
from models.casebook import answers, asking, corrections
from models.clocks import AMSTERDAM
from models.commands.cases import AskInformation, GiveAnswer
from models.lookups import (
    absence,
    caselists,
    cases,
    conflicts,
    decisions,
    duties,
    following,
    info,
    invitations,
    meetings,
    minutes,
    people,
    picture,
    plan,
    referrals,
    stalled,
    timeline,
    waiting,
    whereabouts,
)
from models.lookups import asking as asking_lookup
from models.lookups.absence import Away
from models.lookups.asking import Requested
from models.lookups.caselists import CaseLine
from models.lookups.conflicts import Seen
from models.lookups.decisions import DecisionLine
from models.lookups.invitations import Reaction
from models.lookups.paging import Page
from models.lookups.plan import Version
from models.lookups.stalled import StalledRow
from models.lookups.timeline import Line
from models.lookups.waiting import Waiting
from models.owed import DUTIES
from models.plan import Step
from models.refusals import FieldError, InvalidFields, NotFound
from models.rights import CaseFacts, Right
from models.tables.asking import PrivateAnswer
from models.tables.duties import Answer, Duty
from models.tables.following import Escalation, Handover, RereferralCriterion, Watch
from models.tables.items import InfoItem
from models.tables.meetings import Commitment, Meeting
from models.tables.plans import Goal
from models.tables.referrals import Subject
from models.unblock import Asker, leads
from models.visibility import DutyOwner
from models.words import ClosedBy, DutyKind, Standing, Withheld

#: answered with more than an outcome and a text: not in a form of this page
ELSEWHERE = frozenset({DutyKind.JUDGE_CRITERIA})


@dataclass(frozen=True, slots=True)
class Known:
    """A piece of information on the page; for whom it is not, only for who supplied it."""

    row: InfoItem
    supplier: str
    not_for: list[UUID]
    only_for: list[UUID]


@dataclass(frozen=True, slots=True)
class Phoned:
    """What was noted by phone for the actor's organisation, and until when they can correct it."""

    duty: Duty
    answer: Answer
    outcomes: tuple[str, ...]
    until: datetime


@dataclass(frozen=True, slots=True)
class Guest:
    """An organisation that is asked to a meeting: what it says, what each of its people said, who else could come."""

    organisation_id: UUID
    said: Presence | None
    people: list[Reaction]
    instead: list[str]


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
    lines: list[Line]
    reads: bool
    subjects: list[Subject]
    coached: bool  #: by whom and to what ends is a page of its own, for who coaches and who leads
    earlier: bool  #: criteria to report again stand in a closed case of the same person: for who screens, not which
    handovers: list[Handover]
    criteria: list[RereferralCriterion]
    watches: list[Watch]
    escalations: list[Escalation]
    may_open: bool  #: by emergency access or for supervision
    items: list[Known]
    places: dict[UUID, str]
    guests: dict[UUID, list[Guest]]  #: by meeting that is planned, for the house
    away: Away | None  #: the regisseur is, and who leads meanwhile
    papers: Offer  #: on paper, and for whom


async def case(request: Request) -> Response:
    """Show a case; who reads about the person in it is logged."""
    async with visiting(request) as visit:
        file = await _file(visit, request.path_params["case_id"])
        say = await speaker(visit)
        return page(request, visit, "casus.html", say=say, file=file)


async def _file(visit: Visit, case_id: UUID) -> CaseFile:
    work = visit.work
    found, facts = await cases.seen(work, case_id)
    reads = visibility.reads_case(visit.actor, facts)
    line = await caselists.line(work, case_id)
    held = await meetings.meetings_of(work, case_id) if line.process else []
    open_ = [one for one in (await waiting.open_in(work, [case_id])).get(case_id, []) if _is_shown(visit, facts, one)]
    own = {one.duty.id: _outcomes(one) for one in await waiting.own(work, case_id=case_id) if _answered_here(one)}
    row = await stalled.of_case(work, case_id)
    steps = await plan.steps(work, case_id) if reads else []
    file = CaseFile(
        line=line, next=waiting.next_of(open_), own=own, stalled=row,
        **await _asking(visit, line),
        private=await duties.private_answers(work, case_id), phoned=await _phoned(visit, case_id),
        asker=await stalled.asker(work, row.stalls if row else ()), phone=_by_phone(visit, line, open_, own),
        open=sorted(open_, key=lambda one: one.duty.id not in own),
        meetings=held, places=await whereabouts.places(work, [one.id for one in held]),
        guests=await _guests(visit, held),
        coached=rights.has(Right.TRAJECTORY, visit.actor, facts),
        earlier=await following.has_earlier_criteria(work, case_id),
        handovers=await following.handovers(work, case_id), criteria=await following.criteria(work, case_id),
        watches=await following.watches(work, case_id), escalations=await following.escalations(work, case_id, facts),
        items=await _known(visit, case_id, facts),
        away=await absence.now_of(work, found.director_id) if line.process else None,
        papers=await offered(work, found, facts),
        commitments=await meetings.commitments_of(work, case_id, facts), lines=await timeline.timeline(work, case_id),
        decisions=[
            (one, timeline.reason(work, one.decision, one.deciders, reads=reads))
            for one in await decisions.taken(work, case_id, facts)
        ],
        goals=await plan.goals_of(work, case_id, facts), steps={one.id: one for one in steps}, runs=rules.runs(steps),
        plan=next(iter(await plan.versions(work, case_id, facts)), None),
        conflicts=await conflicts.of_case(work, case_id, facts),
        outcomes=await minutes.outcomes(work, case_id, facts) if reads else {},
        reads=reads, subjects=await referrals.subjects_of_case(work, case_id) if reads else [],
        may_open=not reads and any(rights.has(one, visit.actor, facts) for one in (Right.BREAK_GLASS, Right.SUPERVISE)),
    )  # fmt: skip
    answers.saw(work, "casus" if reads else "proces", found.id, found.id)
    return file


async def _asking(visit: Visit, line: CaseLine) -> dict[str, Any]:
    """What partners were asked; and for who leads the case whom it may ask what about."""
    case_, work = line.case, visit.work
    found = (await asking_lookup.of_case(work, case_.id, Page())).rows if line.process else []
    may = visit.actor.is_staff and visit.actor.leads(case_.director_id) and case_.phase in asking.ASKED_IN
    if not may:
        return {"requests": found, "asked": [], "domains": ()}
    names = await people.organisation_names(work)
    involved = [one.organisation_id for one in await cases.standings(work, case_.id)
                if one.until is None and one.standing is Standing.INVOLVED]  # fmt: skip
    _, policy = await cases.house_policy(work, case_.house_id)
    asked = sorted(((one, names[one]) for one in dict.fromkeys(involved)), key=lambda one: one[1])
    return {"requests": found, "asked": asked, "domains": policy.life_domains}


async def ask_information(request: Request) -> Response:
    """Ask a partner for information."""
    async with visiting(request) as visit:
        case_id = request.path_params["case_id"]
        fields = {"organisation_id": visit.field("organisatie"), "question": visit.field("vraag")}
        domains = [one for one in (visit.field("leefgebied"),) if one]
        try:
            command = AskInformation.model_validate(fields | {"life_domains": domains})
        except ValidationError:
            told = "kies een deelnemer en stel de vraag in ten minste tien tekens"
            raise InvalidFields([FieldError("vraag", told)]) from None
        await asking.ask(visit.work, case_id, command)
    return back(f"/casussen/{case_id}", "informatie")


async def _guests(visit: Visit, held: list[Meeting]) -> dict[UUID, list[Guest]]:
    """Who comes to what is planned. Of whom nobody comes, the colleagues are named who could."""
    planned = [one.id for one in held if invitations.is_on(one)]
    if not planned or not visit.actor.is_staff:
        return {}
    found = await invitations.reactions(visit.work, planned)
    instead = await invitations.instead(visit.work, found)
    guests: dict[UUID, list[Guest]] = {}
    for one in await meetings.invitees(visit.work, planned):
        said = invitations.said_of(found, one)
        summed = said_by_all([each.said for each in said])
        names = [name for _, name in instead.get(one.organisation_id, [])] if summed is Presence.NOT else []
        guests.setdefault(one.meeting_id, []).append(Guest(one.organisation_id, summed, said, names))
    return guests


async def _known(visit: Visit, case_id: UUID, facts: CaseFacts) -> list[Known]:
    """What may be read, the newest last; who reads it is logged."""
    minuted = await picture.apart(visit.work, case_id)
    found = await info.items(visit.work, case_id, facts, Page(), also=lambda one: one.row.id not in minuted)
    if found.rows:
        answers.saw(visit.work, "informatie", case_id, case_id)
    return [
        Known(one.row, one.supplier, *((one.row.excluded, one.row.only_for) if own else ([], [])))
        for one in found.rows for own in [visibility.supplied(visit.actor, facts, one.facts)]
    ]  # fmt: skip


def _by_phone(
    visit: Visit, line: CaseLine, open_: list[Waiting], own: dict[UUID, tuple[str, ...]]
) -> dict[UUID, tuple[str, ...]]:
    """The duties of partners, for who leads the case and may note what a partner says by phone."""
    if not leads(visit.actor, line.case.director_id):
        return {}
    partners = [one for one in open_ if one.duty.owner.organisation_id != visit.actor.organisation_id]
    return {
        one.duty.id: _told_aloud(one.duty.kind) for one in partners if one.duty.id not in own and _answered_here(one)
    }


async def _phoned(visit: Visit, case_id: UUID) -> list[Phoned]:
    """What can still be corrected."""
    work = visit.work
    if not visit.actor.is_participant or visit.actor.house_id is None:
        return []
    found = await duties.by_phone(work, case_id)
    if not found:
        return []
    _, policy = await cases.house_policy(work, visit.actor.house_id)
    told = [Phoned(duty, one, _told_aloud(duty.kind), corrections.until(one.at, policy)) for duty, one in found]
    return [one for one in told if one.until >= work.now]


def _is_shown(visit: Visit, facts: CaseFacts, one: Waiting) -> bool:
    owner = one.duty.owner
    wanted = DutyOwner(owner.organisation_id, owner.role, owner.person_id)
    return visibility.lists_duty(visit.actor, facts, owner=wanted, kind=one.duty.kind)


def _answered_here(one: Waiting) -> bool:
    return DUTIES[one.duty.kind].closed_by is ClosedBy.ANSWER and one.duty.kind not in ELSEWHERE


def _told_aloud(kind: DutyKind) -> tuple[str, ...]:
    """What can be answered to somebody else; what stays with a partner only the partner gives itself (R12)."""
    return tuple(one for one in DUTIES[kind].answers if one not in DUTIES[kind].private)


def _outcomes(one: Waiting) -> tuple[str, ...]:
    return DUTIES[one.duty.kind].answers


async def give_answer(request: Request) -> Response:
    """Answer a duty of your own."""
    async with visiting(request) as visit:
        recheck_at = _morning(visit.field("hertoetsOp"))
        command = _command(visit, recheck_at)
        given = await answers.answer(visit.work, request.path_params["duty_id"], command)
        address = await _after(visit, given.case_id)
    return back(address, "geantwoord")


async def _after(visit: Visit, case_id: UUID) -> str:
    """The case again, or the overview when the answer was the last this person had to do with it."""
    try:
        await cases.seen(visit.work, case_id)
    except NotFound:
        return "/"
    return f"/casussen/{case_id}"


def _morning(day: str) -> datetime | None:
    """The start of a day that was filled in; nothing when it was left empty."""
    if not day:
        return None
    try:
        return datetime.combine(date.fromisoformat(day), time(9), AMSTERDAM)
    except ValueError:
        raise InvalidFields([FieldError("hertoetsOp", "is geen datum")]) from None


def _command(visit: Visit, recheck_at: datetime | None) -> GiveAnswer:
    """The answer of a form; a date that no case can hold is a slip of the pen."""
    try:
        return GiveAnswer(
            outcome=visit.field("uitkomst"), note=visit.field("toelichting"), recheck_at=recheck_at,
            why=_why(visit.field("waarom")),
        )  # fmt: skip
    except ValidationError as wrong:
        raise InvalidFields([FieldError("hertoetsOp", str(wrong.errors()[0]["msg"]))]) from None


def _why(value: str) -> Withheld | None:
    if not value:
        return None
    try:
        return Withheld(value)
    except ValueError:
        raise InvalidFields([FieldError("waarom", f"kies waarom: {' of '.join(Withheld)}")]) from None
