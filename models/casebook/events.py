"""Telling other systems what happened: claimed, sent, tried again, given up in the open, as every message.

The events themselves come from the database, in the transaction that changed a duty or a meeting (migrations).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, delete, text, update

from models import delivery
from models.events import KEPT, EventKind, Happened
from models.tables.base import Moment
from models.tables.events import EventDelivery
from models.transactions import Work

_CLAIM_LASTS = timedelta(seconds=120)
#: whoever was to hear of it must still stand to the case; what is not there any more nobody hears of
_CLAIM = text("""
    WITH due AS MATERIALIZED (
      SELECT e.id, e.kind, e.case_id, e.about_id, s.organisation_id,
        s.ended_at IS NULL AND (e.kind = 'proef' OR CASE WHEN starts_with(e.kind, 'taak')
          THEN EXISTS (SELECT FROM duty d WHERE d.id = e.about_id
                         AND pols_hears(s.organisation_id, d.case_id, d.owner_organisation_id, d.kind))
          ELSE EXISTS (SELECT FROM meeting m WHERE m.id = e.about_id
                         AND pols_hears(s.organisation_id, m.case_id, NULL, NULL)) END) AS may
      FROM event_delivery e JOIN subscription s ON s.id = e.subscription_id
      WHERE e.sent_at IS NULL AND e.gave_up_at IS NULL AND e.dropped_at IS NULL AND e.next_try_at <= :now
      ORDER BY e.next_try_at LIMIT :most FOR UPDATE OF e SKIP LOCKED
    ), dropped AS (
      UPDATE event_delivery e SET dropped_at = :now, code = NULL FROM due WHERE e.id = due.id AND NOT due.may
    ), taken AS (
      UPDATE event_delivery e SET next_try_at = :until, tries = e.tries + 1, code = NULL FROM due
      WHERE e.id = due.id AND due.may
      RETURNING e.id, e.subscription_id, e.kind, e.about_id, e.case_id, e.happened_at, e.tries
    )
    SELECT due.may, taken.*, s.url, s.secret
    FROM due LEFT JOIN taken USING (id) LEFT JOIN subscription s ON s.id = taken.subscription_id
""").bindparams(bindparam("now", type_=Moment()))

_LEFT_ALONE = text("""
    UPDATE event_delivery SET next_try_at = :again
    WHERE subscription_id = (SELECT subscription_id FROM event_delivery WHERE id = :event)
      AND sent_at IS NULL AND gave_up_at IS NULL AND dropped_at IS NULL AND next_try_at < :again
""").bindparams(bindparam("again", type_=Moment()))


@dataclass(frozen=True, slots=True)
class Claimed:
    """An event to tell now: what happened, where to, and the sealed secret that signs it."""

    happened: Happened
    url: str
    secret: bytes
    tries: int


async def claim(work: Work, most: int) -> list[Claimed]:
    """Take events that are due; others skip them. One that is not reported back comes free after two minutes."""
    asked = {"now": work.now, "until": work.now + _CLAIM_LASTS, "most": most}
    while found := list(await work.session.execute(_CLAIM, asked)):
        if taken := [row for row in found if row.may]:
            return [
                Claimed(
                    Happened(row.id, EventKind(row.kind), row.about_id, row.case_id, row.happened_at), row.url,
                    row.secret, row.tries,
                )
                for row in taken
            ]  # fmt: skip
    return []


async def sent(work: Work, event_id: UUID) -> None:
    """The other system took it."""
    await work.session.execute(
        update(EventDelivery).where(EventDelivery.id == event_id, EventDelivery.sent_at.is_(None))
        .values(sent_at=work.now, code=None, gave_up_at=None, dropped_at=None)
    )  # fmt: skip


async def failed(work: Work, event_id: UUID, tries: int, code: str, *, lasting: bool = False) -> datetime | None:
    """It did not: try again later, or give up in the open. Answers the next try.

    What else waits for that system waits as long: one that is down is left alone, and holds up nobody else.
    """
    wait = None if lasting else delivery.wait(tries, event_id)
    values: dict[str, object] = {"code": code}
    values |= {"next_try_at": work.now + wait} if wait is not None else {"gave_up_at": work.now}
    waiting = (EventDelivery.sent_at.is_(None), EventDelivery.dropped_at.is_(None))
    await work.session.execute(update(EventDelivery).where(EventDelivery.id == event_id, *waiting).values(**values))
    if wait is None:
        return None
    await work.session.execute(_LEFT_ALONE, {"event": event_id, "again": work.now + wait})
    return work.now + wait


async def forget(work: Work) -> None:
    """Drop what was told, or could not be, long enough ago."""
    old = EventDelivery.happened_at < work.now - KEPT
    await work.session.execute(delete(EventDelivery).where(old).execution_options(synchronize_session=False))
