"""Opening, moving and ending what is owed; each with its ladder in the same transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import true, update

from models import projection
from models.casebook.frame import Frame
from models.clocks import Budget, Unit
from models.lookups import duties as lookup
from models.owed import DUTIES, Owner
from models.tables.base import new_id
from models.tables.duties import ChangedTerm, Duty, Rung
from models.transactions import Work
from models.words import DutyKind, OnLeave, Phase, Role, TermChange


@dataclass(frozen=True, slots=True)
class Wanted:
    """A duty to open. Who owes it is worked out from the case unless named here; `role`: a role of the house."""

    kind: DutyKind
    organisation_id: UUID | None = None
    person_id: UUID | None = None
    about_id: UUID | None = None
    fixed_at: datetime | None = None
    anchor: datetime | None = None
    role: Role | None = None
    apart: bool = False  #: about something that is not for everybody


DIRECTED = tuple(kind for kind, spec in DUTIES.items() if spec.owner is Owner.DIRECTOR)


def open_duties(frame: Frame, wanted: Iterable[Wanted]) -> list[Duty]:
    """Open duties with their clocks and ladders, and leave the work of telling their owners."""
    opened = [_opened(frame, one) for one in wanted]
    frame.work.session.add_all(opened)
    frame.opened(opened)
    for duty in opened:
        _arm(frame, duty)
        announce = DUTIES[duty.kind].announce
        if announce is not None:
            frame.owe(announce)
    return opened


def _opened(frame: Frame, one: Wanted) -> Duty:
    case, now = frame.case, frame.work.now
    organisation_id, role, person_id = _owner(frame, one)
    budget = Budget(Unit.FIXED, 0, one.fixed_at) if one.fixed_at else _term(frame, one.kind)
    anchor = one.anchor or now
    with projection.counted(one.kind):
        due = frame.policy.due(one.kind, anchor, budget)
    carried = DUTIES[one.kind].on_leave is OnLeave.CARRY
    return Duty(
        id=new_id(), house_id=case.house_id, case_id=case.id, visit_id=None if carried else case.visit_id,
        kind=one.kind, owner_organisation_id=organisation_id, owner_role=role, owner_person_id=person_id,
        about_id=one.about_id, batch_id=frame.batch_id, anchor=anchor, unit=budget.unit, amount=budget.amount,
        fixed_at=budget.at, due_at=max(due.moment, now), due_version=1, explanation=due.explanation(),
        extra=0, urgent=case.urgent or (case.high_risk and one.kind is DutyKind.INCIDENT), opened_at=now,
        apart=one.apart,
    )  # fmt: skip


def _term(frame: Frame, kind: DutyKind) -> Budget:
    case = frame.case
    with projection.counted(kind):
        return projection.term_of(frame.policy, kind, frame.work.now, urgent=case.urgent, high_risk=case.high_risk)


def _owner(frame: Frame, one: Wanted) -> tuple[UUID, Role | None, UUID | None]:  # noqa: PLR0911 - one for each kind
    case, house = frame.case, frame.house_organisation_id
    if one.role is not None:
        return house, one.role, one.person_id
    if one.organisation_id is not None:
        role = Role.PROCESS_DIRECTOR if one.organisation_id == house else None
        return one.organisation_id, role, one.person_id
    match DUTIES[one.kind].owner:
        case Owner.REPORTER:
            return case.reporter_organisation_id, None, case.reporter_person_id
        case Owner.TRIAGE_TABLE:
            return house, Role.TRIAGE_MEMBER, None
        case Owner.DIRECTOR:
            role = Role.PROCESS_DIRECTOR if case.director_id else Role.TRIAGE_OFFICER
            return house, role, case.director_id
        case Owner.MANAGER:
            return house, Role.MANAGER, None
        case Owner.ADVISER:
            return house, Role.ADVISER, None
        case Owner.REVIEWER:
            return house, Role.PRIVACY_OFFICER, None
        case _:
            return house, Role.TRIAGE_OFFICER, None


def _arm(frame: Frame, duty: Duty) -> None:
    """Set the rungs of a duty. While the case is on hold nothing is armed: the resume arms it again."""
    duty.lead_proposed_at = None
    if frame.case.hold_since is not None and DUTIES[duty.kind].stops_on_hold:
        return
    of_house = duty.owner_organisation_id == frame.house_organisation_id
    with projection.counted(duty.kind):
        armed = projection.ladder_of(
            frame.policy, duty.kind, duty.due_at, duty.opened_at, urgent=duty.urgent, of_house=of_house
        )
    if duty.due_version > 1:
        waits = projection.in_office_hours(duty.kind, urgent=duty.urgent)
        hours = frame.policy.calendar(duty.kind) if waits else None
        armed = projection.still_ahead(armed, duty.due_at, frame.work.now, hours)
    frame.work.write(Rung, [
        {"id": new_id(), "house_id": duty.house_id, "case_id": duty.case_id, "duty_id": duty.id, "step": rung.step,
         "nth": rung.nth, "due_version": duty.due_version, "fire_at": rung.fire_at} for rung in armed
    ])  # fmt: skip


async def end_duties(
    frame: Frame, found: Sequence[Duty], *, answered: bool = False, lapsed: bool = False, ended_as: str
) -> None:
    """End duties one way: answered, lapsed or withdrawn; their ladders stop at once."""
    if not found:
        return
    mark_ended(frame, found, answered=answered, lapsed=lapsed, ended_as=ended_as)
    await disarm(frame.work, [duty.id for duty in found], ended=True)


def mark_ended(
    frame: Frame, found: Iterable[Duty], *, answered: bool = False, lapsed: bool = False, ended_as: str
) -> None:
    """They ended one way; who calls this takes their ladders down as well."""
    for duty in found:
        if answered:
            duty.answered_at = frame.work.now
        elif lapsed:
            duty.lapsed_at = frame.work.now
        else:
            duty.withdrawn_at = frame.work.now
        duty.ended_as = ended_as


async def disarm(work: Work, duty_ids: Sequence[UUID], *, ended: bool = False) -> None:
    """Drop the rungs that did not fire. What somebody put off for themselves goes only when the duty has ended."""
    if work.is_writing(Rung):
        await work.session.flush()
    await work.session.execute(
        update(Rung)
        .where(
            Rung.duty_id.in_(duty_ids), Rung.fired_at.is_(None), Rung.dropped_at.is_(None),
            true() if ended else Rung.person_id.is_(None),
        )
        .values(dropped_at=work.now)
        .execution_options(synchronize_session=False, autoflush=False)
    )  # fmt: skip


async def end_of_kind(frame: Frame, kinds: Iterable[DutyKind], *, ended_as: str, answered: bool = True) -> None:
    """End the open duties of these kinds."""
    wanted = frozenset(kinds)
    if wanted:
        await end_duties(frame, await frame.still_open(wanted), answered=answered,
                         ended_as=ended_as)  # fmt: skip


async def leave(frame: Frame, to: Phase) -> None:
    """The duties of a phase end with it; those of the case run on, until the case closes."""
    closing = to is Phase.CLOSED
    ending = [
        duty for duty in await frame.still_open()
        if ((closing and not DUTIES[duty.kind].outlives) or DUTIES[duty.kind].on_leave is not OnLeave.CARRY)
        and not _goes_along(frame, duty, to)
    ]  # fmt: skip
    for how in OnLeave:
        these = [duty for duty in ending if DUTIES[duty.kind].on_leave is how]
        await end_duties(frame, these, ended_as=str(OnLeave.WITHDRAW if how is OnLeave.CARRY else how))


def _goes_along(frame: Frame, duty: Duty, to: Phase) -> bool:
    """What was asked while the meeting was being prepared is asked for that meeting."""
    return duty.kind is DutyKind.INFORMATION and frame.case.phase is Phase.REGIE and to is Phase.FOCUSOVERLEG


@dataclass(frozen=True, slots=True)
class Because:
    """What moves a term: the word for it, how the explanation says it, and a reason in somebody's own words."""

    why: TermChange
    said: str
    reason: str = ""
    added: int | None = None


async def recompute(frame: Frame, found: Sequence[Duty], because: Because) -> None:
    """Work out the due moments again (a hold, a term, an extension), note what moved, and arm the ladders anew."""
    await disarm(frame.work, [duty.id for duty in found])
    await rearm(frame, found, because)


async def rearm(frame: Frame, found: Sequence[Duty], because: Because) -> None:
    """The same, for who took the ladders down already: of many cases at once."""
    for duty in found:
        if duty.kind is DutyKind.ADMISSION and duty.due_at <= frame.work.now:
            _next_triage(frame, duty)
        holds, stands_still = await frame.holds_for(duty)
        term = projection.Term(duty.unit, duty.amount, duty.extra, duty.fixed_at)
        with projection.counted(duty.kind):
            due = frame.policy.due(duty.kind, duty.anchor, term.budget(), holds)
        was, duty.due_at = duty.due_at, projection.due_moment(due, duty.opened_at)
        duty.explanation = projection.explained(due.explanation(), term, because.said)
        duty.due_version += 1
        if duty.due_at != was:
            _note_change(frame, duty, was, because)
        elif duty.exhausted_at is not None:
            continue  # everybody was told of this very moment: nobody is told again, and since when still counts
        duty.exhausted_at = None
        if not stands_still:
            _arm(frame, duty)


def _note_change(frame: Frame, duty: Duty, was: datetime, because: Because) -> None:
    actor = frame.work.actor
    frame.work.write(ChangedTerm, [
        {"id": new_id(), "house_id": duty.house_id, "case_id": duty.case_id, "duty_id": duty.id, "at": frame.work.now,
         "version": duty.due_version, "why": because.why, "reason": because.reason, "was_due_at": was,
         "due_at": duty.due_at, "unit": duty.unit, "added": because.added, "policy_version": None,
         "person_id": actor.person_id, "organisation_id": actor.organisation_id},
    ])  # fmt: skip


def _next_triage(frame: Frame, duty: Duty) -> None:
    """A triage that went by while the clock stood still is no term: the next one is."""
    if duty.unit is Unit.FIXED:
        _give(frame, duty, _term(frame, duty.kind))


def _give(frame: Frame, duty: Duty, budget: Budget) -> None:
    duty.anchor, duty.unit, duty.amount, duty.fixed_at = frame.work.now, budget.unit, budget.amount, budget.at
    duty.extra = 0


async def move(frame: Frame, found: Sequence[Duty], budget: Budget, because: Because) -> None:
    """Give duties another term, counted from now."""
    for duty in found:
        retime(frame, duty, budget)
    await recompute(frame, found, because)


def retime(frame: Frame, duty: Duty, budget: Budget) -> None:
    """Another term, counted from now; it counts once the duty is armed again."""
    _give(frame, duty, budget)
    duty.urgent = frame.case.urgent


async def hand_to_director(frame: Frame, person_id: UUID) -> None:
    """What waited for a regisseur now waits for this one."""
    await frame.work.session.execute(
        update(Duty)
        .where(Duty.case_id == frame.case.id, Duty.kind.in_(DIRECTED), lookup.is_open())
        .values(owner_person_id=person_id, owner_role=Role.PROCESS_DIRECTOR)
        .execution_options(synchronize_session="fetch")
    )
