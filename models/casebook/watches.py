"""After scaling down: when to report again, and a watch with an end (*heraanmeldcriteria*, *waakvlam*; design §3)."""

from datetime import timedelta

from models.casebook import duties, phases
from models.casebook import whereabouts as places
from models.casebook.duties import Wanted
from models.casebook.frame import Frame
from models.casebook.holding import later
from models.commands.cases import GiveAnswer, TakeDecision
from models.commands.following import SetCriterion
from models.lookups import following
from models.refusals import FieldError, InvalidFields, NotAllowed
from models.tables.base import new_id
from models.tables.cases import Decision
from models.tables.duties import Duty
from models.tables.following import RereferralCriterion, Watch
from models.words import DutyKind, Standing


def criterion(frame: Frame, one: SetCriterion) -> RereferralCriterion:
    """The row of a criterion that somebody writes down now."""
    if frame.work.actor.person_id is None:
        raise NotAllowed("Criteria legt een persoon vast.")
    return RereferralCriterion(
        id=new_id(), house_id=frame.case.house_id, case_id=frame.case.id, criterion=one.criterion, to_do=one.to_do,
        to_call=one.to_call, made_at=frame.work.now, made_by=frame.work.actor.person_id,
    )  # fmt: skip


async def criteria_told(frame: Frame, _duty: Duty, command: GiveAnswer) -> None:
    """Answered in words: those are the criterion, when no list was made."""
    if not await following.criteria(frame.work, frame.case.id):
        await places.not_in(frame, {"toelichting": command.note})
        told = SetCriterion(criterion=command.note, to_do="nieuwe aanmelding doen")
        frame.work.session.add(criterion(frame, told))


async def start(frame: Frame, command: TakeDecision, decision: Decision) -> None:
    """Somebody keeps watch until a day: an involved participant, else the house. Raises InvalidFields."""
    until = later(frame, command)
    most = frame.policy.watch_days_most
    errors = []
    if until > frame.work.now + timedelta(days=most):
        errors.append(FieldError("datum", f"een waakvlam duurt ten hoogste {most} dagen"))
    involved = {one.organisation_id for one in await frame.standing(Standing.INVOLVED)}
    if len(command.organisations) > 1 or set(command.organisations) - involved:
        errors.append(FieldError("organisaties", "noem één betrokken deelnemer die waakt, of niemand: dan het huis"))
    if errors:
        raise InvalidFields(errors)
    await places.not_in(frame, {"toelichting": command.reason})
    watcher = command.organisations[0] if command.organisations else None
    watch = Watch(
        id=new_id(), house_id=frame.case.house_id, case_id=frame.case.id, decision_id=decision.id,
        organisation_id=watcher or frame.house_organisation_id, body=command.reason, started_at=frame.work.now,
        until=until,
    )  # fmt: skip
    await frame.work.session.flush()
    frame.work.session.add(watch)
    duties.open_duties(frame, [Wanted(DutyKind.WATCH, watcher, about_id=watch.id, fixed_at=until)])


async def watched(frame: Frame, duty: Duty, command: GiveAnswer) -> None:
    """It is over. With a signal, the regisseur judges it like any incident."""
    if duty.about_id is not None:
        watch = await following.watch(frame.work, duty.about_id)
        watch.ended_at, watch.signalled = frame.work.now, command.outcome == "signaal"
    if command.outcome == "signaal":
        await phases.open_kinds(frame, (DutyKind.INCIDENT,))
