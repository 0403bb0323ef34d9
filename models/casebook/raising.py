"""Raising what is stuck along the levels of the house (domain rules 2.5): people decide, on the clock of each level.

Not the ladder of reminders (`models.ladder`), which climbs by itself, and not telling somebody now
(`casebook.escalate`), which asks for no answer.
"""

from datetime import datetime
from uuid import UUID

from models import visibility
from models.casebook import duties, outbox
from models.casebook import whereabouts as places
from models.casebook.duties import Wanted
from models.casebook.frame import Frame, must_direct, open_frame
from models.commands.cases import GiveAnswer
from models.commands.following import RaiseIssue
from models.lookups import following, meetings
from models.policy import EscalationLevel
from models.refusals import AlreadySettled, FieldError, InvalidFields, NotAllowed, NotFound, NotInThisPhase, NotPossible
from models.tables.base import new_id
from models.tables.duties import Duty
from models.tables.following import Escalation
from models.transactions import Work
from models.words import DutyKind, EscalatedTo, EscalationEnd, Phase, Role


async def raise_issue(work: Work, case_id: UUID, command: RaiseIssue) -> Escalation:
    """Raise it to the next level, or to the one that is named; what was asked of the level below is over.

    Raises NotFound, NotAllowed, NotInThisPhase, NotPossible or InvalidFields.
    """
    frame = await open_frame(work, case_id)
    must_direct(frame)
    if frame.case.admitted_at is None or frame.case.phase is Phase.CLOSED:
        raise NotInThisPhase("Escaleren kan in een lopende casus onder procesregie.")
    await places.not_in(frame, {"reden": command.reason})
    stuck = await _about(frame, command)
    below = await following.open_escalation(work, case_id, command.duty_id, command.commitment_id)
    number, level = _level(frame, command, below)
    if below is not None:
        await _end(frame, below, EscalationEnd.HIGHER)
        await work.session.flush()
    made = _raised(frame, command, number, level)
    work.session.add(made)
    await work.session.flush()
    role = Role.MANAGER if level.who is EscalatedTo.MANAGER else None
    hidden = await _hidden(frame, command, stuck)
    wanted = Wanted(DutyKind.ESCALATION, about_id=made.id, fixed_at=made.due_at, role=role, apart=hidden is not None)
    duties.open_duties(frame, [wanted])
    if level.who is EscalatedTo.LEAD and stuck is not None:
        await _tell_lead(frame, made, stuck)
    frame.note("escalatie gevraagd", trede=number, naam=level.name, wie=level.who, commitment_id=hidden)
    return made


async def _hidden(frame: Frame, command: RaiseIssue, stuck: Duty | None) -> UUID | None:
    """What it is about, when not everybody who reads the case may know of that: a commitment apart, or informing."""
    if stuck is not None and (stuck.apart or stuck.kind in visibility.INTERNAL):
        return command.commitment_id or stuck.about_id or stuck.id
    if command.commitment_id is None:
        return None
    found = await meetings.commitment(frame.work, command.commitment_id)
    return found.id if found.excluded or found.only_for else None


async def _about(frame: Frame, command: RaiseIssue) -> Duty | None:
    """The duty that is stuck, also that of a commitment. Nothing: the case as a whole."""
    if command.duty_id is not None and command.commitment_id is not None:
        raise InvalidFields([FieldError("taak", "noem een taak of een afspraak, niet allebei")])
    open_ = await frame.still_open()
    if command.commitment_id is not None:
        if (await meetings.commitment(frame.work, command.commitment_id)).case_id != frame.case.id:
            raise NotFound("Deze afspraak")
        return next((one for one in open_ if one.about_id == command.commitment_id), None)
    if command.duty_id is None:
        return None
    found = next((one for one in open_ if one.id == command.duty_id), None)
    if found is None or found.kind is DutyKind.ESCALATION:
        raise InvalidFields([FieldError("taak", "is een open taak van deze casus, en geen escalatie")])
    return found


def _level(frame: Frame, command: RaiseIssue, below: Escalation | None) -> tuple[int, EscalationLevel]:
    levels = frame.policy.escalation_levels
    lowest = below.level + 1 if below is not None else 1
    number = command.level or lowest
    if number < lowest:
        raise InvalidFields([FieldError("trede", f"is ten minste {lowest}: lager is al gevraagd")])
    if number > len(levels):
        raise NotPossible(f"De escalatieladder van dit huis heeft {len(levels)} treden; hoger kan niet.")
    return number, levels[number - 1]


def _raised(frame: Frame, command: RaiseIssue, number: int, level: EscalationLevel) -> Escalation:
    if frame.work.actor.person_id is None:
        raise NotAllowed("Escaleren doet een persoon.")
    return Escalation(
        id=new_id(), house_id=frame.case.house_id, case_id=frame.case.id, about_duty_id=command.duty_id,
        commitment_id=command.commitment_id, level=number, name=level.name, who=level.who, reason=command.reason,
        raised_at=frame.work.now, raised_by=frame.work.actor.person_id, due_at=_due(frame, level), answer="",
    )  # fmt: skip


def _due(frame: Frame, level: EscalationLevel) -> datetime:
    return frame.policy.due(DutyKind.ESCALATION, frame.work.now, level.term.budget()).moment


async def _tell_lead(frame: Frame, made: Escalation, stuck: Duty) -> None:
    """Who leads at the partner hears that an answer is missing, and nothing of the case; the regisseur calls."""
    if stuck.owner_organisation_id != frame.house_organisation_id:
        key = f"escalatie-trede:{made.id}"
        await outbox.tell_about_duties(frame.work, [(stuck.id, "lead")], template="herinnering", key=key)


async def take_back(work: Work, case_id: UUID, escalation_id: UUID) -> None:
    """It solved itself. Raises NotFound, NotAllowed or AlreadySettled."""
    frame = await open_frame(work, case_id)
    found = await following.escalation(work, case_id, escalation_id)
    must_direct(frame)
    if found.ended_at is not None:
        raise AlreadySettled(f"Deze escalatie is al afgedaan: {found.ended_as}.")
    await _end(frame, found, EscalationEnd.TAKEN_BACK)
    apart = await _ended_apart(frame, found)
    frame.note("escalatie ingetrokken", trede=found.level, naam=found.name, commitment_id=apart)


async def _ended_apart(frame: Frame, found: Escalation) -> UUID | None:
    """The same of one that was raised before."""
    if found.about_duty_id is None and found.commitment_id is None:
        return None
    about = await frame.work.session.get(Duty, found.about_duty_id) if found.about_duty_id else None
    command = RaiseIssue(reason=found.reason, commitment_id=found.commitment_id)
    return await _hidden(frame, command, about)


async def _end(frame: Frame, found: Escalation, how: EscalationEnd) -> None:
    found.ended_at, found.ended_as = frame.work.now, how
    owed = [one for one in await frame.still_open({DutyKind.ESCALATION}) if one.about_id == found.id]
    await duties.end_duties(frame, owed, ended_as=how)


async def answered(frame: Frame, duty: Duty, command: GiveAnswer) -> None:
    """The level said what happens now, itself or by phone to the regisseur."""
    if duty.about_id is None:
        return
    found = await following.escalation(frame.work, frame.case.id, duty.about_id)
    found.ended_at, found.ended_as, found.answer = frame.work.now, EscalationEnd.ANSWERED, command.note
