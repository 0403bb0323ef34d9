"""Incidental third parties of a meeting, what they were given, and what everybody in the room may see."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from models.items import goes_outside
from models.lookups import info
from models.lookups.info import Item
from models.lookups.paging import Page, Paged, Place, keyset, shown
from models.refusals import NotFound
from models.rights import CaseFacts
from models.tables.guests import Guest, HandedItem
from models.tables.meetings import Meeting, MeetingInvitee
from models.transactions import Work
from models.visibility import in_the_room


@dataclass(frozen=True, slots=True)
class Room:
    """Who is marked present at a meeting: organisations that were invited, and guests."""

    organisations: frozenset[UUID]
    guests: frozenset[UUID]


async def room(work: Work, meeting: Meeting) -> Room:
    """Who is marked present now."""
    asked = select(MeetingInvitee.organisation_id).where(
        MeetingInvitee.meeting_id == meeting.id, MeetingInvitee.present.is_(True)
    )
    there = frozenset(await work.session.scalars(asked))
    return Room(there, frozenset(one.id for one in await guests_of(work, meeting.id) if one.present))


async def guest(work: Work, guest_id: UUID) -> Guest:
    """One guest. Raises NotFound."""
    found = await work.session.get(Guest, guest_id)
    if found is None:
        raise NotFound("Deze derde")
    return found


async def guests_of(work: Work, meeting_id: UUID) -> list[Guest]:
    """The guests of a meeting, in the order in which they were proposed."""
    statement = select(Guest).where(Guest.meeting_id == meeting_id).order_by(Guest.proposed_at, Guest.id)
    return list(await work.session.scalars(statement))


async def page_of_handed(work: Work, found: Guest, facts: CaseFacts, page: Page) -> Paged[HandedItem]:
    """What a guest was given, the oldest first: of the information that this actor may read (both fences)."""
    readable = await info.readable(work, found.case_id, facts)
    statement = select(HandedItem).where(HandedItem.guest_id == found.id)

    async def read(part: Page) -> Sequence[HandedItem]:
        return (await work.session.scalars(keyset(statement, part, HandedItem.handed_at, HandedItem.item_id))).all()

    return await shown(read, lambda one: one.item_id in readable, page, lambda one: Place(one.item_id, one.handed_at))


async def already_handed(work: Work, guest_id: UUID, item_ids: Iterable[UUID]) -> set[UUID]:
    """Which of these items the guest has."""
    statement = select(HandedItem.item_id).where(
        HandedItem.guest_id == guest_id, HandedItem.item_id.in_(list(item_ids))
    )
    return set(await work.session.scalars(statement))


async def on_screen(
    work: Work, meeting: Meeting, facts: CaseFacts, room: Room, page: Page, *, guests_part: bool
) -> Paged[Item]:
    """What may be shown where everybody marked present looks on; in the part with guests only what they all have."""
    given = await _given(work, room.guests) if room.guests or guests_part else None

    def keep(one: Item) -> bool:
        seen = in_the_room(one.facts, room.organisations, tells_secret_place=one.tells_secret_place)
        return seen and (given is None or _may_stay(one, given))

    return await info.items(work, meeting.case_id, facts, page, also=keep)


@dataclass(frozen=True, slots=True)
class _Given:
    """What one guest was given, and when each."""

    organisation_id: UUID
    items: dict[UUID, datetime]


def _may_stay(one: Item, given: Sequence[_Given]) -> bool:
    """Each guest was given this, as it now reads and under the conditions it now has; without guests nothing."""
    row = one.row

    def has(guest: _Given) -> bool:
        at = guest.items.get(row.id)
        unchanged = at is not None and (row.corrected_at is None or row.corrected_at <= at)
        return unchanged and goes_outside(row.conditions, row.excluded, row.only_for, guest.organisation_id)

    return bool(given) and all(has(guest) for guest in given)


async def _given(work: Work, guest_ids: Collection[UUID]) -> list[_Given]:
    rows = await work.session.execute(
        select(Guest.id, Guest.organisation_id, HandedItem.item_id, HandedItem.handed_at)
        .outerjoin(HandedItem, HandedItem.guest_id == Guest.id).where(Guest.id.in_(guest_ids))
    )  # fmt: skip
    found: dict[UUID, _Given] = {}
    for guest_id, organisation_id, item_id, at in rows:
        one = found.setdefault(guest_id, _Given(organisation_id, {}))
        if item_id is not None:
            one.items[item_id] = at
    return list(found.values())
