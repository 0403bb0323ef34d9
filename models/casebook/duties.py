"""Opening, moving and ending what is owed; each with its ladder in the same transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import update

from models import clocks, ladder
from models.casebook.frame import Frame
from models.clocks import Budget, Unit
from models.lookups import duties as lookup
from models.owed import DUTIES, Owner
from models.tables.base import new_id
from models.tables.duties import Duty, Rung
from models.transactions import Work
from models.words import DutyKind, OnLeave, Phase, Role


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
    due = frame.policy.due(one.kind, anchor, budget)
    carried = DUTIES[one.kind].on_leave is OnLeave.CARRY
    return Duty(
        id=new_id(), house_id=case.house_id, case_id=case.id, visit_id=None if carried else case.visit_id,
        kind=one.kind, owner_organisation_id=organisation_id, owner_role=role, owner_person_id=person_id,
        about_id=one.about_id, batch_id=frame.batch_id, anchor=anchor, unit=budget.unit, amount=budget.amount,
        fixed_at=budget.at, due_at=max(due.moment, now), due_version=1, explanation=due.explanation(),
        urgent=case.urgent, opened_at=now,
    )  # fmt: skip


def _term(frame: Frame, kind: DutyKind) -> Budget:
    weekly = kind is DutyKind.ADMISSION and not frame.case.urgent
    if weekly and (triage := frame.policy.triage(frame.work.now)) is not None:
        return clocks.fixed(triage.moment)
    return frame.policy.term(kind, urgent=frame.case.urgent, high_risk=frame.case.high_risk)


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
    """Set the rungs of a duty. While its clock stands still nothing is armed: the resume arms it again."""
    if frame.case.hold_since is not None and DUTIES[duty.kind].stops_on_hold:
        return
    calendar = frame.policy.calendar()
    specs = frame.policy.ladder(duty.kind, urgent=duty.urgent)
    office_hours = not (duty.urgent and DUTIES[duty.kind].urgent_term is not None)
    planned = ladder.rungs(duty.due_at, duty.opened_at, specs, calendar, office_hours=office_hours)
    first = duty.due_version == 1
    armed = [rung for rung in planned if first or rung.fire_at > frame.work.now]
    frame.work.write(Rung, [
        {"id": new_id(), "house_id": duty.house_id, "case_id": duty.case_id, "duty_id": duty.id, "step": rung.step,
         "due_version": duty.due_version, "fire_at": rung.fire_at} for rung in armed
    ])  # fmt: skip


async def end_duties(
    frame: Frame, found: Sequence[Duty], *, answered: bool = False, lapsed: bool = False, ended_as: str
) -> None:
    """End duties one way: answered, lapsed or withdrawn; their ladders stop at once."""
    if not found:
        return
    for duty in found:
        if answered:
            duty.answered_at = frame.work.now
        elif lapsed:
            duty.lapsed_at = frame.work.now
        else:
            duty.withdrawn_at = frame.work.now
        duty.ended_as = ended_as
    await disarm(frame.work, [duty.id for duty in found])


async def disarm(work: Work, duty_ids: Sequence[UUID]) -> None:
    """Drop the rungs that did not fire."""
    if work.is_writing(Rung):
        await work.session.flush()
    await work.session.execute(
        update(Rung)
        .where(Rung.duty_id.in_(duty_ids), Rung.fired_at.is_(None), Rung.dropped_at.is_(None))
        .values(dropped_at=work.now)
        .execution_options(synchronize_session=False, autoflush=False)
    )


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
        if (closing and not DUTIES[duty.kind].outlives) or DUTIES[duty.kind].on_leave is not OnLeave.CARRY
    ]  # fmt: skip
    for how in OnLeave:
        these = [duty for duty in ending if DUTIES[duty.kind].on_leave is how]
        await end_duties(frame, these, ended_as=str(OnLeave.WITHDRAW if how is OnLeave.CARRY else how))


async def recompute(frame: Frame, found: Sequence[Duty], why: str) -> None:
    """Work out the due moments again (a hold, a term, a holiday changed) and arm the ladders anew."""
    await disarm(frame.work, [duty.id for duty in found])
    for duty in found:
        if duty.kind is DutyKind.ADMISSION and duty.due_at <= frame.work.now:
            _next_triage(frame, duty)
        budget = Budget(duty.unit, duty.amount, duty.fixed_at)
        due = frame.policy.due(duty.kind, duty.anchor, budget, await frame.holds_for(duty.id))
        duty.due_at = due.moment
        duty.explanation = f"{due.explanation()} ({why})"
        duty.due_version += 1
        duty.exhausted_at = None
        _arm(frame, duty)


def _next_triage(frame: Frame, duty: Duty) -> None:
    """A triage that went by while the clock stood still is no term: the next one is."""
    if duty.unit is Unit.FIXED:
        budget = _term(frame, duty.kind)
        duty.anchor, duty.unit, duty.amount, duty.fixed_at = frame.work.now, budget.unit, budget.amount, budget.at


async def move(frame: Frame, found: Sequence[Duty], budget: Budget, why: str) -> None:
    """Give duties another term, counted from now."""
    for duty in found:
        duty.anchor, duty.unit, duty.amount, duty.fixed_at = frame.work.now, budget.unit, budget.amount, budget.at
        duty.urgent = frame.case.urgent
    await recompute(frame, found, why)


async def hand_to_director(frame: Frame, person_id: UUID) -> None:
    """What waited for a regisseur now waits for this one."""
    await frame.work.session.execute(
        update(Duty)
        .where(Duty.case_id == frame.case.id, Duty.kind.in_(DIRECTED), lookup.is_open())
        .values(owner_person_id=person_id, owner_role=Role.PROCESS_DIRECTOR)
        .execution_options(synchronize_session="fetch")
    )
