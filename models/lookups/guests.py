"""Incidental third parties of a meeting, what they were given, and what everybody in the room may see."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from models.lookups import info
from models.lookups.info import Item
from models.lookups.paging import Page, Paged, Place, keyset, shown
from models.refusals import NotFound
from models.rights import CaseFacts
from models.tables.cases import Case
from models.tables.guests import Guest, HandedItem
from models.tables.meetings import Meeting
from models.tables.referrals import Subject
from models.transactions import Work
from models.visibility import in_the_room


@dataclass(frozen=True, slots=True)
class Room:
    """Who is marked present at a meeting: organisations that were invited, and guests."""

    organisations: frozenset[UUID]
    guests: frozenset[UUID]


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


async def secret_subjects(work: Work, case_id: UUID) -> frozenset[UUID]:
    """The people of a case and its report who have a secret address."""
    report = select(Case.referral_id).where(Case.id == case_id).scalar_subquery()
    there = select(Subject.id).where(Subject.secret_address, Subject.referral_id == report)
    return frozenset(await work.session.scalars(there))


async def on_screen(
    work: Work, meeting: Meeting, facts: CaseFacts, room: Room, page: Page, *, guests_part: bool
) -> Paged[Item]:
    """What may be shown where everybody marked present looks on; in the part with guests only what they all have."""
    secret = await secret_subjects(work, meeting.case_id)
    handed = await _handed_to_all(work, room.guests) if room.guests or guests_part else None

    def keep(one: Item) -> bool:
        seen = in_the_room(one.facts, room.organisations, tells_secret_place=one.tells_place_of(secret))
        return seen and (handed is None or one.row.id in handed)

    return await info.items(work, meeting.case_id, facts, page, also=keep)


async def _handed_to_all(work: Work, guest_ids: Collection[UUID]) -> frozenset[UUID]:
    """The items that each of these guests was given; without a guest there are none."""
    rows = await work.session.execute(
        select(HandedItem.guest_id, HandedItem.item_id).where(HandedItem.guest_id.in_(guest_ids))
    )
    given: dict[UUID, set[UUID]] = {one: set() for one in guest_ids}
    for guest_id, item_id in rows:
        given[guest_id].add(item_id)
    return frozenset(set.intersection(*given.values())) if given else frozenset()
