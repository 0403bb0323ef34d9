"""What who keeps the mail can do with a message: try it now, send it again, give it up, note that it came back."""

from uuid import UUID

from sqlalchemy import text, update

from models.casebook import outbox
from models.casebook.frame import audit
from models.casebook.outbox import STALE
from models.delivery import Delivery, WhyGivenUp, mends
from models.lookups import messages, people
from models.lookups.messages import Post
from models.refusals import NotAllowed, NotFound, NotPossible
from models.tables.base import new_id
from models.tables.engine import Message
from models.transactions import Work

_AGAIN = text("""
    INSERT INTO outbox (id, house_id, key, recipient_id, template, case_ids, lines, created_at, next_try_at, tries,
                        resends)
    SELECT :new, house_id, 'opnieuw:' || id, recipient_id, template, case_ids, lines, :now, :now, 0, id
    FROM outbox WHERE id = :id
    ON CONFLICT (key) DO NOTHING RETURNING id
""")


async def again(work: Work, message_id: UUID) -> UUID:
    """What waits is tried now; what did not arrive goes out once more. Answers which message goes out.

    Raises NotAllowed, NotFound, or NotPossible: what was sent may have arrived, and a code is good for minutes.
    """
    post = await _theirs(work, message_id)
    if post.state is Delivery.WAITING:
        await _set(work, message_id, next_try_at=work.now)
        going = message_id
    else:
        going = await _copied(work, post)
    audit(work, "bericht opnieuw verzonden", "bericht", message_id)
    return going


async def _copied(work: Work, post: Post) -> UUID:
    row = post.row
    if row.gave_up_at is None and row.bounced_at is None:
        raise NotPossible("Dit bericht is verzonden en niet teruggekomen; de ontvanger kan het dus hebben.")
    if row.template in STALE:
        raise NotPossible("Een code is maar enkele minuten geldig; vraag een nieuwe.")
    try:
        await people.person(work, row.recipient_id)
    except NotFound:
        raise NotPossible("De ontvanger werkt hier niet meer.") from None
    made = await work.session.scalar(_AGAIN, {"new": new_id(), "now": work.now, "id": row.id})
    if not isinstance(made, UUID):
        raise NotPossible("Dit bericht is al opnieuw verzonden; kijk hoe het daarmee staat.")
    return made


async def give_up(work: Work, message_id: UUID, why: WhyGivenUp) -> None:
    """Do not try it any more. Raises NotFound, or NotPossible when it does not wait."""
    post = await _theirs(work, message_id)
    if post.state is not Delivery.WAITING:
        raise NotPossible(f"Dit bericht wacht niet meer: het is {post.state}.")
    await _set(work, message_id, gave_up_at=work.now, code=why.value)
    audit(work, "bericht opgegeven", "bericht", message_id, reden=why)


async def returned(work: Work, message_id: UUID) -> None:
    """The mail service of the house says that a message came back. Twice is once. Raises NotFound or NotPossible."""
    post = await _theirs(work, message_id)
    if post.row.sent_at is None:
        raise NotPossible("Dit bericht is nog niet verzonden en kan dus niet zijn teruggekomen.")
    if await outbox.bounced(work, [message_id]):
        audit(work, "bericht teruggekomen", "bericht", message_id)


async def _theirs(work: Work, message_id: UUID) -> Post:
    if not mends(work.actor):
        raise NotAllowed("Berichten beheert de manager of de functioneel beheerder.")
    return await messages.one(work, message_id)


async def _set(work: Work, message_id: UUID, **values: object) -> None:
    """While it still waits: a sender may just have been there."""
    await work.session.execute(
        update(Message).where(Message.id == message_id, Message.sent_at.is_(None), Message.gave_up_at.is_(None))
        .values(**values).execution_options(synchronize_session=False)
    )  # fmt: skip
