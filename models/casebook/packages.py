"""Handing a case over at scaling down: a package for the receiver, who accepts it or refuses (domain rules 2.5)."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import update

from models import visibility
from models.casebook import duties, plans
from models.casebook import whereabouts as places
from models.casebook.duties import Because, Wanted
from models.casebook.frame import Frame, must_direct, open_frame
from models.clocks import AMSTERDAM
from models.commands.cases import GiveAnswer
from models.commands.following import OfferHandover
from models.lookups import following, meetings, plan
from models.refusals import FieldError, InvalidFields, NotAllowed, NotInThisPhase, NotPossible
from models.tables.base import new_id
from models.tables.duties import Duty
from models.tables.following import Handover, HandoverLine
from models.tables.meetings import Commitment
from models.transactions import Work
from models.words import CommitmentState, DutyKind, HandoverWay, Phase, Standing, TermChange

DOES_IT = "Leg het overdrachtspakket vast; met de aanvaarding door de ontvanger is deze taak gedaan."


async def offer(work: Work, case_id: UUID, command: OfferHandover) -> Handover:
    """Offer the case with every open commitment to one receiver; what was offered before is withdrawn.

    Raises NotFound, NotAllowed, NotInThisPhase, NotPossible or InvalidFields.
    """
    frame = await open_frame(work, case_id)
    must_direct(frame)
    if frame.case.phase is not Phase.CLOSING:
        raise NotInThisPhase("Overdragen kan bij het afschalen; besluit eerst tot afschalen.")
    if not await frame.still_open({DutyKind.HANDOVER}):
        raise NotPossible("De overdracht is al geregeld.")
    await _check(frame, command)
    lines = {f"afspraken[{n}].toelichting": one.note for n, one in enumerate(command.commitments)}
    await places.not_in(frame, {"toelichting": command.note} | lines)
    await _take_back(frame)
    made = _written(frame, command)
    await work.session.flush()
    if made.receiver_id is not None:
        duties.open_duties(frame, [Wanted(DutyKind.ACCEPT_HANDOVER, made.receiver_id, about_id=made.id)])
        frame.note("overdracht aangeboden", organisatie=made.receiver_id)
    else:
        await _settle(frame, made)
    return made


async def _check(frame: Frame, command: OfferHandover) -> None:
    open_ = {one.id for one in await meetings.commitments(frame.work, frame.case.id, plans.STANDING)}
    errors = list(_wrong_commitments(open_, command))
    errors += await _wrong_receiver(frame, command)
    if errors:
        raise InvalidFields(errors)


def _wrong_commitments(open_: Collection[UUID], command: OfferHandover) -> list[FieldError]:
    named = [one.commitment_id for one in command.commitments]
    errors = []
    if len(set(named)) != len(named) or set(named) - set(open_):
        errors.append(FieldError("afspraken", "noem elke open afspraak van deze casus één keer"))
    elif missing := len(set(open_) - set(named)):
        what = "overgedragen, vervangen of vervalt"
        errors.append(FieldError("afspraken", f"zeg van elke open afspraak: {what}; {missing} ontbreekt nog"))
    errors += [
        FieldError(f"afspraken[{n}].toelichting", f"is nodig bij '{one.way}'")
        for n, one in enumerate(command.commitments) if one.way is not HandoverWay.HANDED and not one.note.strip()
    ]  # fmt: skip
    return errors


async def _wrong_receiver(frame: Frame, command: OfferHandover) -> list[FieldError]:
    if (command.receiver_id is None) is not bool(command.receiver.strip()):
        return [FieldError("ontvanger", "noem een betrokken deelnemer, of met naam een partij buiten Pols")]
    if command.receiver_id is None:
        return _wrong_outside(frame, command)
    errors = []
    if command.accepted_by or command.accepted_on:
        errors.append(FieldError("aanvaardDoor", "een deelnemer aanvaardt zelf in Pols"))
    if command.receiver_id not in {one.organisation_id for one in await frame.standing(Standing.INVOLVED)}:
        errors.append(FieldError("ontvanger", "is een betrokken deelnemer; voeg die eerst toe aan de casus"))
    elif set(command.items) - await following.readable_by(frame.work, frame.case.id, command.receiver_id):
        errors.append(FieldError("informatie", "noem alleen informatie die u én de ontvanger mogen lezen"))
    return errors + await _kept_from(frame, command, command.receiver_id)


async def _kept_from(frame: Frame, command: OfferHandover, receiver_id: UUID) -> list[FieldError]:
    """Nobody takes over what is kept from them (R13); that it is replaced or dropped they do not see."""
    known = await plan.all_facts(frame.work, frame.case.id)
    told = "is niet voor de ontvanger; laat haar vervallen of vervang haar door een afspraak die dat wel is"
    return [
        FieldError(f"afspraken[{n}].afspraak", told) for n, one in enumerate(command.commitments)
        if one.way is HandoverWay.HANDED and one.commitment_id in known
        and not visibility.is_for(receiver_id, known[one.commitment_id])
    ]  # fmt: skip


def _wrong_outside(frame: Frame, command: OfferHandover) -> list[FieldError]:
    """What somebody supplied never goes outside with a package: the supplier gives it, on a ground of its own."""
    errors = []
    if not command.accepted_by.strip():
        errors.append(FieldError("aanvaardDoor", "wie aanvaardde namens de ontvanger?"))
    if command.accepted_on is None:
        errors.append(FieldError("aanvaardOp", "wanneer werd aanvaard?"))
    elif command.accepted_on > frame.work.now.astimezone(AMSTERDAM).date():
        errors.append(FieldError("aanvaardOp", "ligt in de toekomst"))
    if command.items:
        errors.append(FieldError("informatie", "gaat niet via Pols naar buiten; de leverancier verstrekt haar zelf"))
    return errors


async def _take_back(frame: Frame) -> None:
    await frame.work.session.execute(
        update(Handover)
        .where(Handover.case_id == frame.case.id, Handover.answered_at.is_(None), Handover.withdrawn_at.is_(None))
        .values(withdrawn_at=frame.work.now).execution_options(synchronize_session=False)
    )  # fmt: skip
    await duties.end_of_kind(frame, {DutyKind.ACCEPT_HANDOVER}, ended_as="ingetrokken", answered=False)


def _written(frame: Frame, command: OfferHandover) -> Handover:
    work, case, outside = frame.work, frame.case, command.receiver_id is None
    if work.actor.person_id is None:
        raise NotAllowed("Overdragen doet een persoon.")
    made = Handover(
        id=new_id(), house_id=case.house_id, case_id=case.id, receiver_id=command.receiver_id,
        receiver=command.receiver.strip(), note=command.note, items=list(dict.fromkeys(command.items)),
        made_at=work.now, made_by=work.actor.person_id, answered_at=work.now if outside else None,
        accepted=True if outside else None, accepted_by=command.accepted_by.strip(),
        accepted_on=command.accepted_on, reason="",
    )  # fmt: skip
    work.session.add(made)
    work.session.add_all(
        HandoverLine(
            handover_id=made.id, commitment_id=one.commitment_id, house_id=case.house_id, case_id=case.id, way=one.way,
            note=one.note,
        )
        for one in command.commitments
    )  # fmt: skip
    return made


async def accepted_or_refused(frame: Frame, duty: Duty, command: GiveAnswer) -> None:
    """The receiver accepts: nothing is left open. It refuses: the regisseur has the time to arrange it otherwise."""
    if frame.work.actor.organisation_id != duty.owner_organisation_id:
        raise NotAllowed("De ontvanger aanvaardt of weigert zelf; dat wordt niet telefonisch vastgelegd.")
    if duty.about_id is None:
        return
    await places.not_in(frame, {"toelichting": command.note})
    offered = await following.handover(frame.work, duty.about_id)
    offered.answered_at, offered.accepted = frame.work.now, command.outcome == "aanvaard"
    offered.reason = "" if offered.accepted else command.note
    await frame.work.session.flush()
    if offered.accepted:
        await _settle(frame, offered)
        return
    owed = await frame.still_open({DutyKind.HANDOVER})
    term = frame.policy.term(DutyKind.HANDOVER, urgent=frame.case.urgent)
    await duties.move(frame, owed, term, Because(TermChange.MOVED, "de ontvanger weigerde"))


async def _settle(frame: Frame, offered: Handover) -> None:
    """What was handed over, replaced or dropped is ended; what had to be arranged is."""
    lines = await following.all_lines(frame.work, offered.id)
    now, session = frame.work.now, frame.work.session
    open_ = {one.id for one in await meetings.commitments(frame.work, frame.case.id, plans.STANDING)}
    handed = [one.commitment_id for one in lines if one.way is HandoverWay.HANDED and one.commitment_id in open_]
    await session.execute(
        update(Commitment).where(Commitment.id.in_(handed))
        .values(state=CommitmentState.HANDED_OVER, ended_at=now).execution_options(synchronize_session=False)
    )  # fmt: skip
    await plans.end_brought(frame, handed, ended_as="overgedragen")
    await plans.drop(frame, list(open_ - set(handed)))
    await duties.end_of_kind(frame, {DutyKind.HANDOVER}, ended_as="aanvaard")
    frame.note("overdracht aanvaard", organisatie=offered.receiver_id)


async def arranged(frame: Frame, _duty: Duty, command: GiveAnswer) -> None:
    """Accepted is what a receiver does. When nobody has to go on, what is still open is dropped: nothing is left."""
    if command.outcome == "aanvaard":
        raise NotPossible(DOES_IT)
    await _take_back(frame)
    left = await meetings.commitments(frame.work, frame.case.id, plans.STANDING)
    await plans.drop(frame, [one.id for one in left])
