"""Plan rondmaken: owners who were absent accept or refuse; the term decides when they do not."""

from uuid import UUID

from flows.always import whatever_happens
from flows.steps import do
from models.words import WorkKind
from tasks import messages


async def conduct(visit_id: UUID) -> None:
    """Put the commitments to their owners, tell who has something to carry out, and call off what will not be held."""
    await do(visit_id, WorkKind.ASK, messages.ask_partners)
    await do(visit_id, WorkKind.CANCEL, messages.cancel)
    await do(visit_id, WorkKind.ANNOUNCE, messages.announce_duties)
    await do(visit_id, WorkKind.FEED_BACK, messages.feed_back)
    await whatever_happens(visit_id)
