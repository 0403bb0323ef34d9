"""What stands in somebody's own feed: the meetings they are asked to or lead, and the last days of what they owe.

Asked anew each time, as that person: what they may no longer see is gone from it the next time.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from sqlalchemy import and_, or_, select

from models import agenda
from models.agenda import AHEAD, BEHIND, MOST, Occasion
from models.lookups import cases, sittings, waiting
from models.lookups.duties import is_open
from models.lookups.paging import Between, at_most
from models.stalled import DONE_BY_FLOW, STOPS_ON_HOLD
from models.tables.agenda import CalendarEvent, CalendarFeed, Invitation
from models.tables.cases import Case
from models.tables.duties import Duty
from models.tables.meetings import Meeting
from models.tables.sittings import SittingSlot
from models.transactions import Work
from models.words import DutyKind, OrganisationKind

References = Mapping[UUID, str]  #: by duty or case, what the person knows it by outside Pols
NO_REFERENCES: References = {}


async def own_feed(work: Work) -> CalendarFeed | None:
    """One's own feed, without its secret."""
    statement = select(CalendarFeed).where(CalendarFeed.person_id == work.actor.person_id)
    return (await work.session.scalars(statement)).one_or_none()


async def occasions(
    work: Work, feed_id: UUID, address: str, references: References = NO_REFERENCES
) -> list[Occasion]:  # fmt: skip
    """Everything of the feed, in a fixed order. Names and texts are in none of it.

    The house itself reads its own case numbers; who is of a participant reads the reference that their mail has.
    """
    listed = [
        *await _meetings(work, feed_id, address, references), *await _triages(work, feed_id, address),
        *await _due(work, feed_id, address, references),
    ]  # fmt: skip
    return sorted(listed, key=lambda one: (str(one.begins), one.uid))


def _known_as(work: Work, references: References, number: str, *ids: UUID) -> str:
    if work.actor.organisation_kind is OrganisationKind.HOUSE:
        return number
    return next((references[one] for one in ids if one in references), "")


async def _meetings(work: Work, feed_id: UUID, address: str, references: References) -> list[Occasion]:
    """Several cases on one day of a series are one meeting."""
    if work.actor.house_id is None:
        return []
    _, policy = await cases.house_policy(work, work.actor.house_id)
    mine = Invitation.person_id == work.actor.person_id, Invitation.withdrawn_at.is_(None)
    rows = await work.session.execute(
        select(Meeting, Case.number, Invitation.event_id, CalendarEvent.sequence)
        .join(Case, Case.id == Meeting.case_id)
        .outerjoin(Invitation, and_(Invitation.meeting_id == Meeting.id, *mine))
        .outerjoin(CalendarEvent, CalendarEvent.id == Invitation.event_id)
        .where(Meeting.moved_at.is_(None), Meeting.cancelled_at.is_(None))
        .where(Meeting.starts_at.between(work.now - BEHIND, work.now + AHEAD))
        .where(or_(Invitation.person_id.is_not(None), Case.director_id.in_(sorted(work.actor.directs_as))))
        .order_by(Meeting.starts_at, Meeting.id).limit(at_most(MOST))
    )  # fmt: skip
    found: dict[tuple[object, datetime], Occasion] = {}
    for meeting, number, event_id, sequence in rows:
        key = (meeting.series_id or meeting.id, meeting.starts_at)
        called = "" if key in found else _known_as(work, references, number, meeting.case_id)
        found[key] = Occasion(
            uid=_uid(event_id, feed_id, f"{key[0]}:{meeting.starts_at.isoformat()}"),
            title=agenda.title(called), begins=meeting.starts_at, stamp=meeting.convened_at,
            minutes=meeting.lasts or policy.meeting_minutes, sequence=int(sequence or 0),
            place=policy.public_meeting_place if meeting.at_house else agenda.SEE_POLS["nl"],
            text=agenda.text(address), address=address,
        )  # fmt: skip
    return list(found.values())


async def _triages(work: Work, feed_id: UUID, address: str) -> list[Occasion]:
    """Who sits at the table has each triage as one; who only reported has the turn of each of their own reports, which
    says nothing of when the triage begins, how long it takes or what else is treated there.
    """
    found = await sittings.triage_turns(work, Between(work.now - BEHIND, work.now + AHEAD))
    together = sittings.at_table(work)
    turns: dict[UUID, list[SittingSlot]] = {}
    for one in found:
        turns.setdefault(one.sitting_id if together else one.id, []).append(one)
    return [
        Occasion(
            uid=uuid5(feed_id, str(about)), title=agenda.title(), begins=own[0].starts_at, stamp=own[0].put_at,
            minutes=int((_ends(own) - own[0].starts_at).total_seconds()) // 60, place=agenda.SEE_POLS["nl"],
            text=agenda.text(address), address=address,
        )
        for about, own in turns.items()
    ]  # fmt: skip


def _ends(turns: list[SittingSlot]) -> datetime:
    return max(one.starts_at + timedelta(minutes=one.minutes) for one in turns)


def _uid(event_id: UUID | None, feed_id: UUID, about: str) -> UUID:
    """As in the invitation; else of this feed alone, so that two people's calendars cannot be laid side by side."""
    return event_id or uuid5(feed_id, about)


async def _due(work: Work, feed_id: UUID, address: str, references: References) -> list[Occasion]:
    """What runs; what stands still has no day. A meeting that is planned is there itself."""
    nobody, me = Duty.owner_person_id.is_(None), Duty.owner_person_id == work.actor.person_id
    stands_still = and_(Case.hold_since.is_not(None), Duty.kind.in_(sorted(STOPS_ON_HOLD)))
    is_planned = and_(Duty.kind == DutyKind.HOLD_MEETING, Duty.about_id.is_not(None))
    rows = await work.session.execute(
        select(Duty.id, Duty.case_id, Duty.kind, Duty.due_at, Duty.due_version, Duty.opened_at, Case.number)
        .join(Case, Case.id == Duty.case_id)
        .where(is_open(), Duty.kind.notin_(sorted(DONE_BY_FLOW)), waiting.mine(work))
        .where(or_(nobody, me, waiting.replaced(work)), ~stands_still, ~waiting.is_held(work), ~is_planned)
        .where(Duty.due_at.between(work.now - BEHIND, work.now + AHEAD))
        .order_by(Duty.due_at, Duty.id).limit(at_most(MOST))
    )  # fmt: skip
    return [
        Occasion(
            uid=uuid5(feed_id, str(row.id)), begins=agenda.due_day(row.due_at), stamp=row.opened_at,
            title=agenda.task_title(row.kind, _known_as(work, references, row.number, row.id, row.case_id)),
            sequence=row.due_version, text="", address=address,
        )
        for row in rows
    ]  # fmt: skip
