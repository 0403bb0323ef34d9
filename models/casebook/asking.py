"""Asking a partner for information, in words, as often as needed; due before the meeting and moving along with it."""

from datetime import datetime
from uuid import UUID

from models import clocks
from models.casebook import duties, phases
from models.casebook import whereabouts as places
from models.casebook.duties import Because, Wanted
from models.casebook.frame import Frame, must_direct, open_frame
from models.commands.cases import AskInformation
from models.lookups import meetings
from models.refusals import FieldError, InvalidFields, NotInThisPhase
from models.tables.asking import InformationRequest
from models.tables.duties import Duty
from models.transactions import Work
from models.words import DutyKind, Phase, Standing, TermChange

ASKED_IN = frozenset({Phase.REGIE, Phase.FOCUSOVERLEG, Phase.PLAN, Phase.MONITORING})


async def ask(work: Work, case_id: UUID, command: AskInformation) -> Duty:
    """Ask an involved participant for information (WGS 1.5(1)); a duty of its own, however many there are.

    Raises NotFound, NotInThisPhase or InvalidFields.
    """
    frame = await open_frame(work, case_id)
    must_direct(frame)
    if frame.case.phase not in ASKED_IN:
        raise NotInThisPhase("Informatie vragen kan vanaf de toelating tot het afschalen.")
    await _check(frame, command)
    planned = await meetings.coming(work, case_id)
    due = phases.before_meeting(frame, planned.starts_at if planned else None, work.now)
    [duty] = duties.open_duties(frame, [Wanted(DutyKind.INFORMATION, command.organisation_id, fixed_at=due)])
    await work.session.flush()
    work.session.add(
        InformationRequest(
            duty_id=duty.id, house_id=duty.house_id, case_id=case_id, organisation_id=command.organisation_id,
            question=command.question, life_domains=list(dict.fromkeys(command.life_domains)),
            asked_by=work.actor.person_id, asked_at=work.now,
        )
    )  # fmt: skip
    frame.note("informatie gevraagd", "taak", duty.id, taak=duty.id, organisatie=command.organisation_id)
    return duty


async def _check(frame: Frame, command: AskInformation) -> None:
    errors = []
    if command.organisation_id not in {one.organisation_id for one in await frame.standing(Standing.INVOLVED)}:
        errors.append(FieldError("organisatie", "is een betrokken deelnemer; betrek die eerst bij de casus"))
    domains = frame.policy.life_domains
    if not set(command.life_domains) <= set(domains):
        errors.append(FieldError("leefgebieden", f"kies leefgebieden van dit huis: {', '.join(domains)}"))
    if errors:
        raise InvalidFields(errors)
    await places.not_in(frame, {"vraag": command.question})


async def follow(frame: Frame, starts_at: datetime) -> None:
    """The meeting has a (new) date: what is asked before it moves along. What was given more time by hand stays."""
    because = Because(TermChange.MOVED, "datum van het overleg")
    for duty, due in await following(frame, starts_at):
        await duties.move(frame, [duty], clocks.fixed(due), because)


async def following(frame: Frame, starts_at: datetime | None) -> list[tuple[Duty, datetime]]:
    """What is asked before a meeting and moves along with its (new) date, each with when it is due then.

    Without a date it is due within the usual term.
    """
    found = []
    for duty in await frame.still_open({DutyKind.INFORMATION}):
        due = phases.before_meeting(frame, starts_at, duty.opened_at) or phases.usual_term(frame, duty.opened_at)
        if due != duty.due_at and not duty.extra and due > frame.work.now:
            found.append((duty, due))
    return found
