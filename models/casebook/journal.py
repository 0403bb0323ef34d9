"""The journal of outside work: taken up once, finished in the transaction of its effect, retried in the open."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, update

from models.actors import Actor
from models.casebook.duties import disarm
from models.casebook.frame import BY_DIRECTOR
from models.lookups import people
from models.lookups.duties import is_open
from models.refusals import NotFound
from models.tables.cases import Case
from models.tables.duties import Duty
from models.tables.engine import JournalEntry
from models.transactions import Work
from models.words import DutyKind

#: waits after a failed try (real time: repair does not wait for a moved clock); afterwards it is a stalled cause
RETRY = tuple(timedelta(seconds=s) for s in (5, 30, 120, 600, 3600))


async def take(work: Work, entry_id: UUID) -> JournalEntry | None:
    """Lock an entry that is still open; None when it was done already, so that nothing happens twice."""
    statement = (
        select(JournalEntry)
        .where(JournalEntry.id == entry_id, JournalEntry.done_at.is_(None), JournalEntry.gave_up_at.is_(None))
        .with_for_update()
    )
    return (await work.session.scalars(statement)).one_or_none()


def done(work: Work, entry: JournalEntry) -> None:
    """Finished: recorded in the same transaction as the effect."""
    entry.done_at, entry.code = work.now, None


async def failed(work: Work, entry_id: UUID, code: str) -> None:
    """Record a failed try by its code only; the next try is a wake, after the last one the case shows it."""
    entry = await take(work, entry_id)
    if entry is None:
        return
    entry.tries += 1
    entry.code = code
    if entry.tries > len(RETRY):
        entry.gave_up_at = work.now
    else:
        real_now = await work.session.scalar(select(func.clock_timestamp()))
        entry.next_try_at = (real_now or work.now) + RETRY[entry.tries - 1]


async def postpone(work: Work, case_id: UUID, code: str) -> None:
    """A slice broke outside any effect: everything open waits longer each time, and is given up in the open at last."""
    owed = await work.session.scalars(
        select(JournalEntry.id)
        .where(JournalEntry.case_id == case_id, JournalEntry.done_at.is_(None), JournalEntry.gave_up_at.is_(None))
    )  # fmt: skip
    for entry_id in list(owed):
        await failed(work, entry_id, code)


async def close_duty(work: Work, case_id: UUID, kind: DutyKind) -> None:
    """What the flow itself owed is done: nobody is reminded of it.

    The case is locked first, as every verb does: a verb takes the rungs before the duties, and would wait in a ring.
    """
    await work.session.execute(select(Case.id).where(Case.id == case_id).with_for_update(key_share=True))
    closed = await work.session.scalars(
        update(Duty).where(Duty.case_id == case_id, Duty.kind == kind, is_open())
        .values(answered_at=work.now, ended_as="uitgevoerd").returning(Duty.id)
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    await disarm(work, list(closed), ended=True)


async def actor_of(work: Work, entry: JournalEntry) -> Actor | None:
    """Whoever left this work: the flow acts with their rights, not with its own (ASVS 8.3.3).

    What is done in the name of the regisseur is done by who is that now: the case may have been handed over.
    """
    person_id = await _director(work, entry) or entry.actor_person_id
    if person_id is None:
        return None
    try:
        return (await people.actor(work, person_id)).behalf(entry.on_behalf_of)
    except NotFound:
        return None


async def _director(work: Work, entry: JournalEntry) -> UUID | None:
    if entry.kind not in BY_DIRECTOR:
        return None
    return await work.session.scalar(select(Case.director_id).where(Case.id == entry.case_id))
