"""Inviting people to a meeting, letting their invitation follow it, calling it off, and noting what they answer.

Each person has one event in their calendar, whatever number of cases a day of a series has. It keeps its UID when the
meeting moves, and its sequence rises.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select, update

from models.agenda import CalendarReply, Presence, RepliedBy
from models.casebook.frame import Frame, audit, must_direct, open_frame
from models.lookups import cases, invitations, meetings
from models.lookups.invitations import Invited
from models.policy import Policy
from models.refusals import NotAllowed, NotFound, NotPossible
from models.tables.agenda import CalendarEvent, Invitation
from models.tables.meetings import Meeting, MeetingInvitee
from models.tables.trail import History
from models.transactions import Work

Lines = Mapping[UUID, dict[str, Any]]  #: by person, what the line of their message says

_NOT_SAID = {"reaction": None, "reacted_at": None, "reacted_by": None}


@dataclass(slots=True)
class _Desk:
    """Works through the invitations of one meeting."""

    work: Work
    meeting: Meeting
    policy: Policy
    known: dict[UUID, Invited]
    there: dict[UUID, CalendarEvent] = field(default_factory=dict)  #: for other cases on the same day of a series
    shared: set[UUID] = field(default_factory=set)

    def invite(self, person_id: UUID, organisation_id: UUID) -> dict[str, Any] | None:
        """What somebody is told; nothing when they were told so before."""
        before = self.known.get(person_id)
        if before is None:
            event = self._event(person_id, None)
            self.work.session.add(
                Invitation(
                    meeting_id=self.meeting.id, person_id=person_id, house_id=self.meeting.house_id,
                    case_id=self.meeting.case_id, organisation_id=organisation_id, event_id=event.id,
                    invited_at=self.work.now,
                )
            )  # fmt: skip
            return self.line(person_id, event)
        invitation, was = before.invitation, before.event.starts_at
        if invitation.withdrawn_at is None and was == self.meeting.starts_at:
            return None
        moved = {"eerder": was.isoformat()} if invitation.withdrawn_at is None else {}
        event = self._event(person_id, before.event)
        invitation.event_id, invitation.withdrawn_at, invitation.invited_at = event.id, None, self.work.now
        return self.line(person_id, event) | moved

    def _event(self, person_id: UUID, before: CalendarEvent | None) -> CalendarEvent:
        """The event of that day, else their own on its new moment, else a new one."""
        meeting, same_day = self.meeting, self.there.get(person_id)
        if same_day is not None and same_day is not before:
            return same_day
        if before is not None and before.id not in self.shared:
            before.starts_at, before.series_id, before.cancelled_at = meeting.starts_at, meeting.series_id, None
            before.sequence += 1
            return before
        made = CalendarEvent(
            id=uuid4(), house_id=meeting.house_id, person_id=person_id, series_id=meeting.series_id,
            starts_at=meeting.starts_at, sequence=0, made_at=self.work.now, cancelled_at=None,
        )  # fmt: skip
        self.work.session.add(made)
        return made

    def withdraw(self, invited: Invited) -> dict[str, Any]:
        """What somebody is told who need not come; what stands in their calendar for other cases stays."""
        invited.invitation.withdrawn_at = self.work.now
        said: dict[str, Any] = {"uiterlijk": self.meeting.starts_at.isoformat(), "overleg": str(self.meeting.id)}
        if invitations.is_on(self.meeting):
            said |= {"gaatDoor": True}
        if invited.event.id in self.shared:
            return said
        invited.event.cancelled_at = self.work.now
        invited.event.sequence += 1
        return self.line(invited.invitation.person_id, invited.event, vervalt=True) | said

    def line(self, person_id: UUID, event: CalendarEvent, **more: object) -> dict[str, Any]:
        """The line of a message: when and which meeting, and for the calendar whose event it is, and its version."""
        several = {"meer": True} if self.there.get(person_id) is event else {}
        place = {"plaats": self.policy.public_meeting_place} if self.meeting.at_house else {}
        calendar = {
            "voor": str(person_id), "uid": str(event.id), "nummer": event.sequence,
            "begin": self.meeting.starts_at.isoformat(), "minuten": self.meeting.lasts or self.policy.meeting_minutes,
        }  # fmt: skip
        about = {"uiterlijk": self.meeting.starts_at.isoformat(), "overleg": str(self.meeting.id)}
        return about | {"agenda": calendar | place | several | more}


async def _desk(work: Work, meeting: Meeting, people: list[UUID]) -> _Desk:
    known = await invitations.of_meeting(work, meeting.id)
    _, policy = await cases.house_policy(work, meeting.house_id)
    events = [one.event.id for one in known.values()]
    return _Desk(
        work, meeting, policy, known, await invitations.of_occasion(work, meeting, people),
        await invitations.shared(work, events, besides=meeting.id),
    )  # fmt: skip


async def call(work: Work, meeting_id: UUID) -> Lines:
    """Invite who is asked to come and has not heard of the meeting as it is now; by person what they are told."""
    meeting = await meetings.meeting(work, meeting_id)
    if not invitations.is_on(meeting):
        return {}
    asked = await invitations.asked(work, meeting)
    desk = await _desk(work, meeting, [person_id for person_id, _ in asked])
    told = {person_id: desk.invite(person_id, organisation_id) for person_id, organisation_id in asked}
    return {person_id: line for person_id, line in told.items() if line is not None}


async def call_off(work: Work, meeting_id: UUID) -> Lines:
    """Withdraw what no longer stands: all of it when the meeting is off, else of who is no longer asked to come."""
    meeting = await meetings.meeting(work, meeting_id)
    desk = await _desk(work, meeting, [])
    stay: set[UUID] = set()
    if invitations.is_on(meeting):
        stay = {one.organisation_id for one in await meetings.invitees(work, [meeting_id])}
    ending = [
        one for one in desk.known.values()
        if one.invitation.withdrawn_at is None and one.invitation.organisation_id not in stay
    ]  # fmt: skip
    told = {one.invitation.person_id: (desk.withdraw(one), one.active) for one in ending}
    return {person_id: line for person_id, (line, active) in told.items() if active}


async def follow(work: Work, before: UUID, after: UUID) -> None:
    """The meeting moved: who is asked to come again keeps their invitation, and says anew whether they come."""
    again = select(MeetingInvitee.organisation_id).where(MeetingInvitee.meeting_id == after)
    await work.session.execute(
        update(Invitation)
        .where(Invitation.meeting_id == before, Invitation.withdrawn_at.is_(None))
        .where(Invitation.organisation_id.in_(again)).values(meeting_id=after, **_NOT_SAID)
        .execution_options(synchronize_session=False)
    )  # fmt: skip


async def respond(work: Work, meeting_id: UUID, person_id: UUID, presence: Presence, how: RepliedBy) -> None:
    """Note whether somebody comes: themselves, or the regisseur who heard it by phone.

    Raises NotFound, NotAllowed or NotPossible; then nothing is noted.
    """
    meeting = await meetings.meeting(work, meeting_id)
    if work.actor.person_id != person_id:
        await _must_note_for_others(work, meeting, how)
    if not invitations.is_on(meeting):
        raise NotPossible("Dit overleg is al gehouden, verzet of afgelast.")
    found = await invitations.live(work, meeting_id, person_id)
    if found is None:
        raise NotFound("Deze uitnodiging")
    _note(work, found, presence, how)


async def _must_note_for_others(work: Work, meeting: Meeting, how: RepliedBy) -> None:
    frame: Frame = await open_frame(work, meeting.case_id)
    must_direct(frame)
    if how is not RepliedBy.PHONE:
        raise NotAllowed("Voor een ander legt u alleen vast wat die telefonisch zei.")


async def replied(work: Work, reply: CalendarReply) -> int:
    """Note what a calendar answered, for every case of that event. Answers how many; none for who was not invited.

    Anybody can send such a mail, so that it does nothing but this: it closes no duty and is no event of the case.
    """
    found = [one for one in await invitations.of_event(work, reply) if invitations.is_on(one[1])]
    for invitation, _meeting in found:
        _note(work, invitation, reply.presence, RepliedBy.CALENDAR)
    return len(found)


def _note(work: Work, invitation: Invitation, presence: Presence, how: RepliedBy) -> None:
    """What was said already is not said again."""
    if invitation.reaction is presence:
        return
    invitation.reaction, invitation.reacted_at, invitation.reacted_by = presence, work.now, how
    actor = work.actor
    facts = {
        "overleg": str(invitation.meeting_id), "organisatie": str(invitation.organisation_id),
        "reactie": presence.value, "hoe": how.value,
    }  # fmt: skip
    work.session.add(
        History(
            house_id=invitation.house_id, case_id=invitation.case_id, at=work.now, what="uitnodiging beantwoord",
            person_id=actor.person_id, organisation_id=actor.organisation_id or invitation.organisation_id,
            on_behalf_of=actor.on_behalf_of, facts=facts,
        )
    )  # fmt: skip
    audit(
        work, "uitnodiging beantwoord", "overleg", invitation.meeting_id, case_id=invitation.case_id,
        house_id=invitation.house_id, hoe=how, genodigde=invitation.person_id,
    )  # fmt: skip
