"""Incidental third parties: proposed, sworn to secrecy, invited, and given what their role needs (BGS 2.21)."""

from collections.abc import Mapping
from uuid import UUID

from models import items
from models.casebook.frame import Frame, audit, must_direct, open_frame
from models.clocks import AMSTERDAM
from models.commands.guests import Consent, HandItems, MarkPresent, NoteDeclaration, ProposeGuest
from models.lookups import guests, info, meetings, people
from models.lookups.info import Item
from models.refusals import FieldError, InvalidFields, NotAllowed, NotPossible
from models.tables.base import new_id
from models.tables.guests import Guest, HandedItem
from models.tables.meetings import Meeting
from models.transactions import Work
from models.words import OrganisationKind, Standing


async def propose(work: Work, meeting_id: UUID, command: ProposeGuest) -> Guest:
    """Name somebody whose expertise a planned meeting needs. Nothing goes to them yet (R15).

    Raises NotFound, NotAllowed, NotPossible or InvalidFields.
    """
    frame, meeting = await _planned(work, meeting_id)
    organisation = (await people.organisations(work, [command.organisation_id]))[command.organisation_id]
    if organisation.kind is not OrganisationKind.THIRD_PARTY:
        raise InvalidFields([FieldError("organisatie", "is een incidentele derde; een deelnemer nodigt u gewoon uit")])
    found = Guest(
        id=new_id(), house_id=frame.case.house_id, case_id=frame.case.id, meeting_id=meeting.id,
        proposed_at=work.now, proposed_by=_person(work), **command.model_dump(),
    )  # fmt: skip
    work.session.add(found)
    await work.session.flush()
    frame.note("derde voorgedragen", "derde", found.id, organisatie=command.organisation_id)
    return found


async def note_declaration(work: Work, guest_id: UUID, command: NoteDeclaration) -> Guest:
    """Note that the guest signed the declaration of secrecy. Raises NotFound, NotAllowed or InvalidFields."""
    frame, found = await _guest(work, guest_id)
    if command.signed_on > work.now.astimezone(AMSTERDAM).date():
        raise InvalidFields([FieldError("getekendOp", "ligt in de toekomst")])
    if found.signed_on is not None:
        raise NotPossible("Deze derde heeft al getekend.")
    found.signed_on, found.noted_at, found.noted_by = command.signed_on, work.now, _person(work)
    frame.note("geheimhouding getekend", "derde", found.id, organisatie=found.organisation_id)
    return found


async def invite(work: Work, guest_id: UUID) -> Guest:
    """Note that the guest was asked to come; by you, since a third party gets no message, link or page from Pols.

    Raises NotFound, NotAllowed or NotPossible: first the declaration is signed (R15, BGS 2.21).
    """
    frame, found = await _guest(work, guest_id)
    if found.signed_on is None:
        raise NotPossible("Eerst tekent deze derde de geheimhoudingsverklaring; leg vast wanneer dat gebeurde.")
    await _planned(work, found.meeting_id)
    if found.invited_at is None:
        found.invited_at = work.now
        frame.note("derde uitgenodigd", "derde", found.id, organisatie=found.organisation_id)
    return found


async def hand(work: Work, guest_id: UUID, command: HandItems) -> list[HandedItem]:
    """Give a guest information that their role needs: item by item, each logged (R15, WGS 2.31(10)).

    Raises NotFound, NotAllowed, NotPossible or InvalidFields, and then nothing was given.
    """
    frame, found = await _guest(work, guest_id)
    meeting = await meetings.meeting(work, found.meeting_id)
    if meeting.moved_at or meeting.cancelled_at:
        raise NotPossible("Dit overleg gaat niet door; verstrekken doet u aan een derde die aan een overleg deelneemt.")
    if found.signed_on is None:
        raise NotPossible("Voor er iets wordt verstrekt tekent deze derde de geheimhoudingsverklaring.")
    await _decided(frame, command.decided_by)
    wanted = list(dict.fromkeys(command.items))
    there = await _readable(frame, wanted)
    consents = {one.item_id: one for one in command.consents}
    await _may_go(frame, found, there, consents)
    new = set(wanted) - await guests.already_handed(work, found.id, wanted)
    rows = [_handed(frame, found, command, one, consents.get(one)) for one in wanted if one in new]
    work.session.add_all(rows)
    await work.session.flush()
    for one in rows:
        frame.note(
            "verstrekt aan derde", "informatie", one.item_id, item_id=one.item_id, organisatie=found.organisation_id
        )
    return rows


def _handed(frame: Frame, to: Guest, command: HandItems, item_id: UUID, consent: Consent | None) -> HandedItem:
    return HandedItem(
        guest_id=to.id, item_id=item_id, house_id=to.house_id, case_id=to.case_id, handed_at=frame.work.now,
        handed_by=_person(frame.work), decided_by=command.decided_by, purpose=command.purpose,
        consented_by=consent.person_id if consent else None, consented_on=consent.given_on if consent else None,
    )  # fmt: skip


async def _decided(frame: Frame, person_id: UUID) -> None:
    """Who decides that a third party is given something is of an involved public participant (WGS 2.31(10))."""
    decider = await people.person(frame.work, person_id)
    involved = {one.organisation_id for one in await frame.standing(Standing.INVOLVED)}
    known = (await people.organisations(frame.work, [decider.organisation_id]))[decider.organisation_id]
    if known.kind is not OrganisationKind.LID1 or known.id not in involved:
        raise InvalidFields([FieldError("beslisser", "is iemand van een betrokken publieke deelnemer (WGS 2.31)")])


async def _readable(frame: Frame, wanted: list[UUID]) -> dict[UUID, Item]:
    facts = await info.facts_of(frame.work, frame.case.id)
    found = await info.some(frame.work, frame.case.id, facts, wanted)
    if len(found) < len(wanted):
        raise InvalidFields([FieldError("informatie", "noem alleen informatie van deze casus die u mag lezen")])
    return found


async def _may_go(frame: Frame, to: Guest, there: Mapping[UUID, Item], consents: Mapping[UUID, Consent]) -> None:
    """Each item may go to this third party, by its conditions and by its supplier. Raises InvalidFields."""
    errors = []
    for item_id, one in there.items():
        row = one.row
        if not items.goes_outside(row.conditions, row.excluded, row.only_for, to.organisation_id):
            errors.append(FieldError("informatie", "staat de leverancier niet toe aan derden te verstrekken"))
        elif one.tells_secret_place:
            errors.append(
                FieldError("informatie", "zegt waar iemand met een geheim adres is; dat gaat niet naar derden")
            )
        elif items.needs_consent(row.category, row.regime) and item_id not in consents:
            message = "bijzondere of strafrechtelijke gegevens gaan pas naar een derde als de leverancier instemt"
            errors.append(FieldError("instemmingen", message))
    errors += await _wrong_consents(frame, there, consents)
    if errors:
        raise InvalidFields(errors)


async def _wrong_consents(
    frame: Frame, there: Mapping[UUID, Item], consents: Mapping[UUID, Consent]
) -> list[FieldError]:
    today = frame.work.now.astimezone(AMSTERDAM).date()
    works_for = await people.employers(frame.work, (one.person_id for one in consents.values()))
    errors = []
    for item_id, one in consents.items():
        if item_id not in there:
            errors.append(FieldError("instemmingen", "horen bij informatie die u nu verstrekt"))
        elif works_for[one.person_id] != there[item_id].row.supplier_id:
            errors.append(FieldError("instemmingen", "komen van iemand van de leverancier van de informatie"))
        elif one.given_on > today:
            errors.append(FieldError("instemmingen", "liggen niet in de toekomst"))
    return errors


async def mark_present(work: Work, meeting_id: UUID, command: MarkPresent) -> Meeting:
    """Say who is there now: from this follows what may be on a shared screen. Raises NotFound, NotAllowed,
    NotPossible or InvalidFields.
    """
    _frame, meeting = await _planned(work, meeting_id)
    invited = await meetings.invitees(work, [meeting.id])
    coming = await guests.guests_of(work, meeting.id)
    errors = []
    if set(command.organisations) - {one.organisation_id for one in invited}:
        errors.append(FieldError("organisaties", "alleen wie is uitgenodigd kan aanwezig zijn"))
    if set(command.guests) - {one.id for one in coming if one.invited_at is not None}:
        errors.append(FieldError("derden", "alleen wie tekende en is uitgenodigd kan aanwezig zijn"))
    if errors:
        raise InvalidFields(errors)
    for invitee in invited:
        invitee.present = invitee.organisation_id in command.organisations
    for one in coming:
        one.present = one.id in command.guests
    audit(work, "aanwezigheid vastgelegd", "overleg", meeting.id, case_id=meeting.case_id)
    return meeting


async def _planned(work: Work, meeting_id: UUID) -> tuple[Frame, Meeting]:
    meeting = await meetings.meeting(work, meeting_id)
    frame = await open_frame(work, meeting.case_id)
    await work.session.refresh(meeting)
    must_direct(frame)
    if meeting.held_at or meeting.moved_at or meeting.cancelled_at:
        raise NotPossible("Dit overleg is al gehouden, verzet of afgelast.")
    return frame, meeting


async def _guest(work: Work, guest_id: UUID) -> tuple[Frame, Guest]:
    found = await guests.guest(work, guest_id)
    frame = await open_frame(work, found.case_id)
    await work.session.refresh(found)
    must_direct(frame)
    return frame, found


def _person(work: Work) -> UUID:
    if work.actor.person_id is None:
        raise NotAllowed("Dit doet een persoon.")
    return work.actor.person_id
