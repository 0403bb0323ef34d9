"""The ways to reach people: one's own, and over which of them each message goes."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text

from models.lookups import people
from models.refusals import NotAllowed, NotFound
from models.tables.people import Person
from models.tables.ways import ChannelChoice, ContactWay
from models.transactions import Work
from models.ways import CODE, OCCASIONS, TRIES_ELSEWHERE, Occasion, Way, WayKind
from models.words import Role

_DAY = timedelta(days=1)
#: the way that was chosen while it counts; of a code only the way that it is for
_OVER = text("""
    SELECT m.message, w.id, w.kind, w.address
    FROM unnest(CAST(:messages AS uuid[]), CAST(:people AS uuid[]), CAST(:occasions AS text[]), CAST(:ways AS uuid[]))
      AS m (message, person, occasion, way)
    LEFT JOIN channel_choice c ON c.person_id = m.person AND c.occasion = m.occasion
    JOIN contact_way w ON w.id = coalesce(m.way, c.way_id) AND w.person_id = m.person AND w.ended_at IS NULL
      AND (w.verified_at IS NOT NULL OR m.way IS NOT NULL)
""")

_PHONES = text("""
    SELECT o.id, min(p.phone) AS phone
    FROM outbox o JOIN cases c ON c.id = ANY (o.case_ids) JOIN person p ON p.id = c.director_id
    WHERE o.id = ANY (CAST(:messages AS uuid[]))
    GROUP BY o.id HAVING count(DISTINCT p.id) = 1 AND min(p.phone) <> ''
""")


async def of(work: Work, person_id: UUID) -> list[ContactWay]:
    """Somebody's ways that were not ended, the oldest first; nobody else's are shown (the database sees to it)."""
    statement = select(ContactWay).where(ContactWay.person_id == person_id, ContactWay.ended_at.is_(None))
    return list(await work.session.scalars(statement.order_by(ContactWay.id)))


async def seen(work: Work, person_id: UUID) -> list[ContactWay]:
    """Somebody's ways, for themselves and for who keeps the house. Raises NotFound, NotAllowed."""
    await people.anybody(work, person_id)
    if person_id != work.actor.person_id and not work.actor.has(Role.ADMINISTRATOR):
        raise NotAllowed("Hoe iemand bereikt wordt zien alleen diegene en de functioneel beheerder.")
    return await of(work, person_id)


async def choices(work: Work, person_id: UUID) -> dict[Occasion, UUID]:
    """What somebody chose that still counts."""
    statement = (
        select(ChannelChoice.occasion, ChannelChoice.way_id).join(ContactWay, ContactWay.id == ChannelChoice.way_id)
        .where(ChannelChoice.person_id == person_id, ContactWay.ended_at.is_(None))
    )  # fmt: skip
    return {row.occasion: row.way_id for row in await work.session.execute(statement)}


async def for_update(work: Work, person_id: UUID) -> list[ContactWay]:
    """One's own ways that were not ended, and nobody adds to them meanwhile."""
    await work.session.execute(select(Person.id).where(Person.id == person_id).with_for_update())
    return await of(work, person_id)


async def one_for_update(work: Work, way_id: UUID) -> ContactWay:
    """A way to change. Raises NotFound."""
    found = await work.session.scalar(select(ContactWay).where(ContactWay.id == way_id).with_for_update())
    if found is None:
        raise NotFound("Deze manier om iemand te bereiken")
    return found


async def added_lately(work: Work, person_id: UUID) -> int:
    """How many ways somebody added in a day, also those that were ended."""
    statement = select(func.count()).select_from(ContactWay).where(ContactWay.person_id == person_id)
    return await work.session.scalar(statement.where(ContactWay.made_at > work.now - _DAY)) or 0


async def over(work: Work, claimed: Sequence[Any]) -> dict[UUID, Way]:
    """Over which way each of these messages of the outbox goes: one question, whatever their number.

    Mail, unless its recipient chose another way that counts. A code goes to the way that it is for or nowhere: that one
    is not here when it was ended.
    """
    asked = [one for one in claimed if one.template in OCCASIONS and one.tries <= TRIES_ELSEWHERE]
    codes = [one for one in claimed if one.template == CODE]
    facts = {
        "messages": [one.id for one in [*asked, *codes]], "people": [one.recipient_id for one in [*asked, *codes]],
        "occasions": [OCCASIONS.get(one.template) for one in [*asked, *codes]],
        "ways": [None for _ in asked] + [UUID(one.lines[0]["kanaal"]) for one in codes],
    }  # fmt: skip
    mail = {one.id: Way(WayKind.MAIL, one.email) for one in claimed if one.template != CODE}
    if not facts["messages"]:
        return mail
    rows = await work.session.execute(_OVER, facts)
    return mail | {row.message: Way(WayKind(row.kind), row.address, row.id) for row in rows}


async def phones(work: Work, messages: Sequence[UUID]) -> dict[UUID, str]:
    """Whom to call about each of these messages: the regisseur, when there is one for all that it is about."""
    if not messages:
        return {}
    return {row.id: row.phone for row in await work.session.execute(_PHONES, {"messages": list(messages)})}
