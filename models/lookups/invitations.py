"""Who was invited to which meeting, as what stands in their calendar, and what they said."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from models import agenda
from models.agenda import Presence, RepliedBy
from models.lookups.duties import any_of
from models.lookups.people import may_enter
from models.tables.agenda import CalendarEvent, Invitation
from models.tables.meetings import Meeting, MeetingInvitee
from models.tables.people import Organisation, Person
from models.transactions import Work
from models.words import Role


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation with the event it is in somebody's calendar; `active`: they work here still."""

    invitation: Invitation
    event: CalendarEvent
    active: bool


@dataclass(frozen=True, slots=True)
class Reaction:
    """What one person who is invited says, or nothing yet."""

    meeting_id: UUID
    organisation_id: UUID
    person_id: UUID
    name: str
    said: Presence | None
    at: datetime | None
    how: RepliedBy | None


def is_on(meeting: Meeting) -> bool:
    """Planned, and not held, moved or called off."""
    return meeting.held_at is None and meeting.moved_at is None and meeting.cancelled_at is None


async def asked(work: Work, meeting: Meeting) -> list[tuple[UUID, UUID]]:
    """Who of the invited organisations works on the case and is to be asked, each with their organisation."""
    rows = await work.session.execute(
        select(Person.id, Person.organisation_id)
        .join(MeetingInvitee, MeetingInvitee.organisation_id == Person.organisation_id)
        .where(MeetingInvitee.meeting_id == meeting.id, Person.active)
        .where(func.pols_assigned(meeting.case_id, Person.organisation_id, Person.id))
        .where(Person.roles.contains([Role.CONTACT.value])).order_by(Person.id)
    )  # fmt: skip
    return [(row.id, row.organisation_id) for row in rows]


async def of_meeting(work: Work, meeting_id: UUID) -> dict[UUID, Invited]:
    """Everybody who was ever invited to a meeting, by person."""
    rows = await work.session.execute(
        select(Invitation, CalendarEvent, Person.active)
        .join(CalendarEvent, CalendarEvent.id == Invitation.event_id).join(Person, Person.id == Invitation.person_id)
        .where(Invitation.meeting_id == meeting_id).order_by(Invitation.person_id)
    )  # fmt: skip
    return {invitation.person_id: Invited(invitation, event, active) for invitation, event, active in rows}


async def of_occasion(work: Work, meeting: Meeting, people: Iterable[UUID]) -> dict[UUID, CalendarEvent]:
    """The event that stands in the calendar of these people for this day of a series, whatever case it is for."""
    if meeting.series_id is None:
        return {}
    found = await work.session.scalars(
        select(CalendarEvent).where(
            CalendarEvent.person_id == any_of(people), CalendarEvent.series_id == meeting.series_id,
            CalendarEvent.starts_at == meeting.starts_at, CalendarEvent.cancelled_at.is_(None),
        )
    )  # fmt: skip
    return {one.person_id: one for one in found}


async def shared(work: Work, event_ids: Iterable[UUID], *, besides: UUID) -> set[UUID]:
    """Of these events the ones that are also for another meeting than this one."""
    found = await work.session.scalars(
        select(Invitation.event_id).where(
            Invitation.event_id == any_of(event_ids), Invitation.meeting_id != besides,
            Invitation.withdrawn_at.is_(None),
        )
    )  # fmt: skip
    return set(found)


async def live(work: Work, meeting_id: UUID, person_id: UUID) -> Invitation | None:
    """The invitation of somebody to a meeting, while it stands; locked, so that of two answers one is the last."""
    statement = select(Invitation).where(Invitation.meeting_id == meeting_id, Invitation.person_id == person_id)
    return await work.session.scalar(statement.where(Invitation.withdrawn_at.is_(None)).with_for_update())


async def of_event(work: Work, reply: agenda.CalendarReply) -> list[tuple[Invitation, Meeting]]:
    """What an answer of a calendar is about: the invitations of that event, if it stands in the calendar of who writes
    and was not moved since."""
    rows = await work.session.execute(
        select(Invitation, Meeting).join(Meeting, Meeting.id == Invitation.meeting_id)
        .join(CalendarEvent, CalendarEvent.id == Invitation.event_id).join(Person, Person.id == Invitation.person_id)
        .where(Invitation.event_id == reply.uid, Invitation.withdrawn_at.is_(None))
        .where(CalendarEvent.sequence <= reply.sequence, CalendarEvent.cancelled_at.is_(None))
        .where(func.lower(Person.email) == reply.address.lower(), Person.active)
        .order_by(Invitation.meeting_id).with_for_update(of=Invitation)
    )  # fmt: skip
    return [(invitation, meeting) for invitation, meeting in rows]


async def reactions(work: Work, meeting_ids: Iterable[UUID]) -> list[Reaction]:
    """Everybody who is invited to these meetings and what they said, by name."""
    rows = await work.session.execute(
        select(
            Invitation.meeting_id, Invitation.organisation_id, Invitation.person_id, Person.name, Invitation.reaction,
            Invitation.reacted_at, Invitation.reacted_by,
        )
        .join(Person, Person.id == Invitation.person_id)
        .where(Invitation.meeting_id == any_of(meeting_ids), Invitation.withdrawn_at.is_(None))
        .order_by(Person.name, Person.id)
    )  # fmt: skip
    return [Reaction(*row) for row in rows]


def said_of(found: Iterable[Reaction], invitee: MeetingInvitee) -> list[Reaction]:
    """Of these the ones of the people of one invited organisation."""
    key = (invitee.meeting_id, invitee.organisation_id)
    return [one for one in found if (one.meeting_id, one.organisation_id) == key]


async def instead(work: Work, found: Collection[Reaction]) -> dict[UUID, list[tuple[UUID, str]]]:
    """Of each organisation of which nobody comes: the designated colleagues who could, and were not invited."""
    absent = {one.organisation_id for one in found} - {
        one.organisation_id for one in found if one.said is not Presence.NOT
    }
    if not absent:
        return {}
    rows = await work.session.execute(
        select(Person.organisation_id, Person.id, Person.name)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .where(Person.organisation_id == any_of(absent), may_enter(), Person.roles.contains([Role.CONTACT.value]))
        .order_by(Person.name, Person.id)
    )  # fmt: skip
    invited = {one.person_id for one in found}
    colleagues: dict[UUID, list[tuple[UUID, str]]] = {one: [] for one in absent}
    for organisation_id, person_id, name in rows:
        if person_id not in invited:
            colleagues[organisation_id].append((person_id, name))
    return colleagues
