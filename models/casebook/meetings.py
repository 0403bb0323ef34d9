"""Convening a casusoverleg, moving it, and writing down what came out of it."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from models import clocks
from models.casebook import asking, duties, invitees, minutes, plans, series, sittings
from models.casebook.duties import Because, Wanted
from models.casebook.frame import Frame, must_direct, open_frame
from models.commands.meetings import Convene, RecordMeeting
from models.lookups import meetings, people, whereabouts
from models.minutes import Section
from models.refusals import FieldError, InvalidFields, NotAllowed, NotInThisPhase, NotPossible
from models.tables.base import new_id
from models.tables.items import MeetingPlace
from models.tables.meetings import Meeting, MeetingInvitee
from models.transactions import Work
from models.words import DutyKind, Phase, SeriesKind, Standing, TermChange, WorkKind

CONFERENCE = frozenset({Phase.REGIE, Phase.FOCUSOVERLEG, Phase.MONITORING})


async def convene(work: Work, case_id: UUID, command: Convene) -> Meeting:
    """Set the date, invite, and let the duty to hold the meeting point at it.

    Raises NotFound, NotAllowed, NotInThisPhase, NotPossible or InvalidFields.
    """
    frame = await open_frame(work, case_id)
    must_direct(frame)
    if frame.case.phase not in CONFERENCE:
        raise NotInThisPhase("Een overleg plannen kan tijdens regie, casusoverleg en monitoring.")
    if await meetings.coming(work, case_id) is not None:
        raise NotPossible("Er staat al een overleg gepland; verdaag dat.")
    return await _convened(frame, command)


async def _convened(frame: Frame, command: Convene) -> Meeting:
    work, case = frame.work, frame.case
    starts_at = await series.moment(frame, command)
    if starts_at <= work.now:
        raise InvalidFields([FieldError("begintOp", "ligt in de toekomst")])
    invited = await _invited(frame, command.organisations)
    if command.kind is SeriesKind.TRIAGE:
        raise InvalidFields([FieldError("soort", "een casus in regie komt niet op een triage")])
    await sittings.must_sit(work, voorzitter=command.chair_id, notulist=command.secretary_id)
    meeting = Meeting(
        id=new_id(), house_id=case.house_id, case_id=case.id, visit_id=frame.visit_id, starts_at=starts_at,
        kind=command.kind, chair_id=await _chair(frame, command), secretary_id=command.secretary_id,
        series_id=command.series_id, at_house=await _at_house(frame, command), convened_by=_person(frame),
        convened_at=work.now,
    )  # fmt: skip
    work.session.add(meeting)
    await work.session.flush()
    if command.place:
        work.session.add(
            MeetingPlace(meeting_id=meeting.id, house_id=case.house_id, case_id=case.id, place=command.place)
        )
    _ask_to_come(frame, meeting, invited)
    frame.batch_id = meeting.id
    await _point_at(frame, meeting)
    frame.owe(WorkKind.INVITE, meeting.id)
    frame.note("overleg gepland", "overleg", meeting.id, overleg=meeting.id)
    return meeting


async def _chair(frame: Frame, command: Convene) -> UUID | None:
    """Who is named, else who chairs the series, else the regisseur of the case (design §3)."""
    if command.chair_id is None and command.series_id is not None:
        chairs = (await meetings.one_series(frame.work, command.series_id)).chair_id
        return chairs or frame.case.director_id
    return command.chair_id or frame.case.director_id


async def _at_house(frame: Frame, command: Convene) -> bool:
    """At the place that the house made known as its public one: by that name, and by no other."""
    public, place = frame.policy.public_meeting_place, command.place
    if public and not place and command.series_id is not None:
        place = (await meetings.one_series(frame.work, command.series_id)).place
    return bool(public) and place.strip().casefold() == public.strip().casefold()


def _ask_to_come(frame: Frame, meeting: Meeting, organisations: Collection[UUID]) -> None:
    case = frame.case
    frame.work.session.add_all(
        MeetingInvitee(meeting_id=meeting.id, organisation_id=one, house_id=case.house_id, case_id=case.id)
        for one in organisations
    )


async def invite_also(frame: Frame, organisations: Collection[UUID]) -> None:
    """Who joins the case while a meeting is planned is asked to come; who was invited before hears nothing again."""
    planned = await meetings.coming(frame.work, frame.case.id)
    if planned is None or frame.case.phase not in CONFERENCE:
        return
    there = {one.organisation_id for one in await meetings.invitees(frame.work, [planned.id])}
    joining = [one for one in dict.fromkeys(organisations) if one not in there]
    if joining:
        _ask_to_come(frame, planned, joining)
        frame.owe(WorkKind.INVITE, planned.id, again=True)


async def invite(work: Work, meeting_id: UUID, organisations: tuple[UUID, ...]) -> Meeting:
    """Ask more of the involved participants to come. Raises NotFound, NotAllowed, NotPossible or InvalidFields."""
    meeting = await meetings.meeting(work, meeting_id)
    frame = await open_frame(work, meeting.case_id)
    must_direct(frame)
    planned = await meetings.coming(work, meeting.case_id)
    if planned is None or planned.id != meeting.id:
        raise NotPossible("Dit overleg is al gehouden, verzet of afgelast.")
    await invite_also(frame, await _invited(frame, organisations))
    return meeting


async def uninvite(frame: Frame, organisations: Collection[UUID]) -> None:
    """Who leaves the case is no longer asked to come to the meeting that is planned, and hears so."""
    planned = await meetings.coming(frame.work, frame.case.id)
    if planned is None:
        return
    frame.owe(WorkKind.CANCEL, planned.id, again=True)
    for one in await meetings.invitees(frame.work, [planned.id]):
        if one.organisation_id in organisations:
            await frame.work.session.delete(one)


def _person(frame: Frame) -> UUID:
    person_id = frame.work.actor.person_id
    if person_id is None:
        raise NotAllowed("Dit doet een persoon.")
    return person_id


async def _invited(frame: Frame, wanted: tuple[UUID, ...]) -> list[UUID]:
    """Involved participants only: a third party needs a signed declaration first and gets no invitation here (R15)."""
    involved = [one.organisation_id for one in await frame.standing(Standing.INVOLVED)]
    if not involved:
        raise NotPossible("Kies eerst de betrokken deelnemers.")
    if not wanted:
        return involved
    known = await people.organisations(frame.work, wanted)
    strangers = [known[one].name for one in wanted if one not in involved]
    if strangers:
        names = ", ".join(strangers)
        raise InvalidFields([FieldError("organisaties", f"niet betrokken bij deze casus: {names}")])
    return list(dict.fromkeys(wanted))


async def _point_at(frame: Frame, meeting: Meeting) -> None:
    open_ = await frame.still_open({DutyKind.SET_MEETING, DutyKind.HOLD_MEETING})
    to_set = [one for one in open_ if one.kind is DutyKind.SET_MEETING]
    await duties.end_duties(frame, to_set, answered=True, ended_as="gedaan")
    await asking.follow(frame, meeting.starts_at)
    to_hold = [one for one in open_ if one.kind is DutyKind.HOLD_MEETING]
    if to_hold:
        because = Because(TermChange.MOVED, "datum van het overleg")
        await duties.move(frame, to_hold, clocks.fixed(meeting.starts_at), because)
        for duty in to_hold:
            duty.about_id = meeting.id
    else:
        duties.open_duties(frame, [Wanted(DutyKind.HOLD_MEETING, about_id=meeting.id, fixed_at=meeting.starts_at)])


async def reconvene(frame: Frame, starts_at: datetime) -> Meeting:
    """The meeting gets another date: who was invited and is still involved comes again, for others it is called off."""
    planned = await meetings.coming(frame.work, frame.case.id)
    invited: tuple[UUID, ...] = ()
    place = ""
    if planned is not None:
        planned.moved_at = frame.work.now
        place = (await whereabouts.places(frame.work, [planned.id])).get(planned.id, "")
        involved = {one.organisation_id for one in await frame.standing(Standing.INVOLVED)}
        guests = [one.organisation_id for one in await meetings.invitees(frame.work, [planned.id])]
        invited = tuple(one for one in guests if one in involved)
        frame.owe(WorkKind.CANCEL, planned.id)
    seats = {} if planned is None else {
        "kind": planned.kind, "chair_id": planned.chair_id, "secretary_id": planned.secretary_id
    }  # fmt: skip
    command = Convene(starts_at=starts_at, place=place, organisations=invited, **seats)
    meeting = await _convened(frame, command)
    if planned is not None:
        await invitees.follow(frame.work, planned.id, meeting.id)
    return meeting


async def record(work: Work, meeting_id: UUID, command: RecordMeeting) -> Meeting:
    """Write down who was there, the outcome and the pledges; then publishing, minutes and adoption are owed.

    Raises NotFound, NotAllowed, NotInThisPhase, NotPossible or InvalidFields.
    """
    meeting = await meetings.meeting(work, meeting_id)
    frame = await open_frame(work, meeting.case_id)
    await work.session.refresh(meeting)
    must_direct(frame)
    if frame.case.phase not in {Phase.FOCUSOVERLEG, Phase.MONITORING}:
        raise NotInThisPhase("Een overleg vastleggen kan bij casusoverleg en monitoring; verklaar eerst voorbereid.")
    if meeting.held_at or meeting.moved_at or meeting.cancelled_at:
        raise NotPossible("Dit overleg is al gehouden, verzet of afgelast.")
    held_at = command.held_at or work.now
    if held_at > work.now:
        raise InvalidFields([FieldError("gehoudenOp", "ligt in de toekomst")])
    meeting.held_at = held_at
    present = await _presence(frame, meeting, command)
    await sittings.must_have_quorum(frame, meeting, present)
    await plans.make(frame, command.commitments, meeting_id=meeting.id, present=present)
    await minutes.say_together(frame, meeting, command.outcome, field="uitkomst", section=Section.DECISION)
    await _what_follows(frame, meeting)
    frame.note("overleg gehouden", "overleg", meeting.id, overleg=meeting.id, aanwezig=len(present))
    return meeting


async def _presence(frame: Frame, meeting: Meeting, command: RecordMeeting) -> frozenset[UUID]:
    invitees = await meetings.invitees(frame.work, [meeting.id])
    unknown = set(command.present) - {one.organisation_id for one in invitees}
    if unknown:
        raise InvalidFields([FieldError("aanwezigen", "alleen wie is uitgenodigd kan aanwezig zijn geweest")])
    for one in invitees:
        one.present = one.organisation_id in command.present
    return frozenset(command.present)


async def _what_follows(frame: Frame, meeting: Meeting) -> None:
    await duties.end_of_kind(frame, {DutyKind.HOLD_MEETING}, ended_as="gehouden")
    about = meeting.id
    wanted = [Wanted(DutyKind.PUBLISH_OUTCOME, about_id=about), Wanted(DutyKind.MINUTES, about_id=about)]
    if frame.case.phase is Phase.FOCUSOVERLEG:
        wanted.append(Wanted(DutyKind.ADOPT_PLAN))
    duties.open_duties(frame, wanted)
