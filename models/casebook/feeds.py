"""The secret address where a calendar asks for somebody's work: made by its person, shown once, ended at any time."""

import secrets
from uuid import uuid4

from sqlalchemy import delete, or_, update

from models.casebook.frame import audit
from models.casebook.setup import hashed
from models.clocks import AMSTERDAM
from models.refusals import NotAllowed, NotFound
from models.tables.agenda import CalendarFeed
from models.transactions import Work


async def make(work: Work) -> tuple[CalendarFeed, str]:
    """A new address, in place of the one there was; its secret is answered once and never stored. Raises NotAllowed."""
    actor = work.actor
    if actor.person_id is None or actor.house_id is None:
        raise NotAllowed("Een agenda-adres maakt iemand voor zichzelf.")
    await _end(work)
    secret = secrets.token_urlsafe(32)
    made = CalendarFeed(
        id=uuid4(), house_id=actor.house_id, person_id=actor.person_id, token_hash=hashed(secret), made_at=work.now,
        last_used_on=None,
    )  # fmt: skip
    work.session.add(made)
    audit(work, "agendafeed gemaakt", "agendafeed", made.id)
    return made, secret


async def revoke(work: Work) -> None:
    """From the next time it asks, the calendar finds nothing. Raises NotFound."""
    if not await _end(work):
        raise NotFound("Dit agenda-adres")
    audit(work, "agendafeed ingetrokken", "agendafeed", None)


async def _end(work: Work) -> bool:
    ended = await work.session.scalar(
        delete(CalendarFeed).where(CalendarFeed.person_id == work.actor.person_id).returning(CalendarFeed.id)
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    return ended is not None


async def used(work: Work) -> None:
    """The calendar asked: written, and put in the log, once on each day that it does."""
    today = work.now.astimezone(AMSTERDAM).date()
    first = await work.session.scalar(
        update(CalendarFeed)
        .where(CalendarFeed.person_id == work.actor.person_id)
        .where(or_(CalendarFeed.last_used_on.is_(None), CalendarFeed.last_used_on < today))
        .values(last_used_on=today).returning(CalendarFeed.id).execution_options(synchronize_session=False)
    )  # fmt: skip
    if first is not None:
        audit(work, "agendafeed gelezen", "agendafeed", first)
