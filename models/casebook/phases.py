"""Leaving one phase and entering the next: visits, the duties a phase asks on arrival, and of whom."""

from collections.abc import Awaitable, Callable, Collection, Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, update

from models import process, projection
from models.casebook import duties
from models.casebook.duties import Wanted
from models.casebook.frame import Frame
from models.clocks import AMSTERDAM
from models.lookups import cases, meetings, people
from models.owed import DUTIES, Level
from models.tables.base import new_id
from models.tables.cases import Hold, Involvement, Visit
from models.tables.duties import Duty
from models.words import DutyKind, Phase, Standing


async def enter(frame: Frame, phase: Phase, enters_with: tuple[DutyKind, ...] | None = None) -> None:
    """Leave the current phase and enter this one: its duties open, its work is left for the flow."""
    case, now = frame.case, frame.work.now
    if case.visit_id is not None:
        await duties.leave(frame, phase)
        if frame.visit is not None:
            frame.visit.left_at = now
        await end_standing(frame, Standing.ASKED)
    case.round = case.round + 1 if phase is Phase.MONITORING and case.phase is Phase.MONITORING else 1
    visit = Visit(id=new_id(), house_id=case.house_id, case_id=case.id, phase=phase, round=case.round, entered_at=now)
    frame.work.session.add(visit)
    case.phase, case.visit_id, frame.visit = phase, visit.id, visit
    if phase is Phase.CLOSED:
        await _shut(frame)
    elif case.closed_at is not None:
        case.closed_at = case.erase_at = case.outcome = None
    spec = process.PHASES[phase]
    await open_kinds(frame, spec.opens if enters_with is None else enters_with)
    for kind in spec.work if enters_with is None else ():
        frame.owe(kind, case.id)


async def _shut(frame: Frame) -> None:
    case, now = frame.case, frame.work.now
    case.closed_at, case.hold_since, case.hold_until = now, None, None
    await end_holds(frame)
    if case.outcome in cases.NOT_TAKEN_ON:
        case.erase_at = now + timedelta(days=frame.policy.erase_after_days)


async def open_kinds(frame: Frame, kinds: Iterable[DutyKind], named: tuple[UUID, ...] = ()) -> None:
    """Open duties of these kinds for everybody who owes them; what is asked once and is open already is not doubled."""
    there = await frame.still_open()
    wanted: list[Wanted] = []
    for kind in kinds:
        asked = await _WANTED[kind](frame, named) if kind in _WANTED else [Wanted(kind)]
        wanted += [one for one in asked if not (_is_asked_once(kind) and _is_among(there, one))]
    duties.open_duties(frame, wanted)


def _is_asked_once(kind: DutyKind) -> bool:
    return DUTIES[kind].level is Level.CASE or kind is DutyKind.KNOWN


def _is_among(there: Iterable[Duty], wanted: Wanted) -> bool:
    """Open already: of this organisation when one is named, else of whoever owes it."""
    return any(
        duty.kind is wanted.kind and wanted.organisation_id in {None, duty.owner_organisation_id} for duty in there
    )


async def ask(frame: Frame, organisation_ids: Iterable[UUID], standing: Standing) -> None:
    """Note that organisations stand to the case from now; who already does so stays as it is."""
    there = {one.organisation_id for one in await frame.standing(standing)}
    joining = [
        Involvement(
            id=new_id(), house_id=frame.case.house_id, case_id=frame.case.id, organisation_id=organisation_id,
            standing=standing, since=frame.work.now,
        )
        for organisation_id in dict.fromkeys(organisation_ids) if organisation_id not in there
    ]  # fmt: skip
    frame.work.session.add_all(joining)
    frame.stands(joining)


async def end_standing(frame: Frame, standing: Standing, organisation_ids: Collection[UUID] | None = None) -> None:
    """End a standing; access ends with it, at once (R7)."""
    for one in await frame.standing(standing):
        if organisation_ids is None or one.organisation_id in organisation_ids:
            one.until = frame.work.now


async def end_holds(frame: Frame, *which: ColumnElement[bool]) -> None:
    """Close the running holds of the case in the ledger; `which` narrows it to its own or to those of one duty."""
    await frame.work.session.execute(
        update(Hold).where(Hold.case_id == frame.case.id, Hold.ended_at.is_(None), *which)
        .values(until=frame.work.now, ended_at=frame.work.now).execution_options(synchronize_session=False)
    )  # fmt: skip
    frame.forget_holds()


async def _known(frame: Frame, named: tuple[UUID, ...]) -> list[Wanted]:
    """Before admission public participants only; afterwards whoever was involved; never third parties (design §3)."""
    if frame.case.admitted_at is not None:
        asked = [one for one in await people.participants(frame.work, public_only=False) if one in named]
        return [Wanted(DutyKind.KNOWN, organisation_id=one) for one in asked]
    asked = await people.participants(frame.work, public_only=True)
    if frame.policy.ask_known:
        asked = [one for one in asked if one in frame.policy.ask_known]
    asked = [one for one in asked if one != frame.case.reporter_organisation_id]
    await ask(frame, asked, Standing.ASKED)
    return [Wanted(DutyKind.KNOWN, organisation_id=one) for one in asked]


async def _information(frame: Frame, _named: tuple[UUID, ...]) -> list[Wanted]:
    """Everybody involved is asked before the meeting; who was asked something in words already is not asked twice."""
    meeting = await meetings.coming(frame.work, frame.case.id)
    asked = {one.owner_organisation_id for one in await frame.still_open({DutyKind.INFORMATION})}
    due = before_meeting(frame, meeting.starts_at if meeting else None, frame.work.now)
    return [
        Wanted(DutyKind.INFORMATION, organisation_id=one.organisation_id, fixed_at=due)
        for one in await frame.standing(Standing.INVOLVED) if one.organisation_id not in asked
    ]  # fmt: skip


def before_meeting(frame: Frame, starts_at: datetime | None, asked_at: datetime) -> datetime | None:
    """Within the term, and not later than the end of the working day before the meeting; nothing: within the term.

    Asked later than that, it is due when the meeting begins.
    """
    if starts_at is None or starts_at <= frame.work.now:
        return None
    with projection.counted(DutyKind.INFORMATION):
        calendar = frame.policy.calendar(DutyKind.INFORMATION)
        day = calendar.add_working_days(starts_at.astimezone(AMSTERDAM).date(), -1)
    latest = datetime.combine(day, frame.policy.closes, tzinfo=AMSTERDAM).astimezone(UTC)
    latest = latest if latest > asked_at else starts_at
    return latest if latest < usual_term(frame, asked_at) else None


def usual_term(frame: Frame, asked_at: datetime) -> datetime:
    """When information is due that was asked at this moment, whatever is planned."""
    term = frame.policy.term(DutyKind.INFORMATION, urgent=frame.case.urgent)
    with projection.counted(DutyKind.INFORMATION):
        return frame.policy.due(DutyKind.INFORMATION, asked_at, term).moment


async def _named_each(kind: DutyKind, named: tuple[UUID, ...]) -> list[Wanted]:
    return [Wanted(kind, organisation_id=one) for one in named]


async def _inform_ground(_frame: Frame, named: tuple[UUID, ...]) -> list[Wanted]:
    return await _named_each(DutyKind.INFORM_GROUND, named)


async def _more_information(_frame: Frame, named: tuple[UUID, ...]) -> list[Wanted]:
    return await _named_each(DutyKind.MORE_INFORMATION, named)


async def _inform_person(frame: Frame, _named: tuple[UUID, ...]) -> list[Wanted]:
    """At most a month after receipt (BGS 1.3): counted from the report, not from admission."""
    return [Wanted(DutyKind.INFORM_PERSON, anchor=frame.case.reported_at)]


async def _progress(frame: Frame, _named: tuple[UUID, ...]) -> list[Wanted]:
    """One duty per owner organisation per round."""
    running = await frame.still_open({DutyKind.COMMITMENT})  # what waits for something else is not asked about
    apart: dict[UUID, bool] = {}  # of who has only commitments that are not for everybody, the question is not either
    for one in running:
        apart[one.owner_organisation_id] = apart.get(one.owner_organisation_id, True) and one.apart
    return [Wanted(DutyKind.PROGRESS, organisation_id=who, apart=hidden) for who, hidden in apart.items()]


_WANTED: dict[DutyKind, Callable[[Frame, tuple[UUID, ...]], Awaitable[list[Wanted]]]] = {
    DutyKind.KNOWN: _known,
    DutyKind.INFORMATION: _information,
    DutyKind.INFORM_GROUND: _inform_ground,
    DutyKind.INFORM_PERSON: _inform_person,
    DutyKind.MORE_INFORMATION: _more_information,
    DutyKind.PROGRESS: _progress,
}
