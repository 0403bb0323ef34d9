"""Plan rondmaken: owners who were absent accept or refuse; the term decides when they do not."""

from flows.always import whatever_happens
from flows.steps import do
from models.lookups.work import OwingVisit
from models.words import WorkKind
from tasks import messages


async def conduct(visit: OwingVisit) -> None:
    """Put the commitments to their owners, tell who has something to carry out, and call off what will not be held."""
    await do(visit, WorkKind.ASK, messages.ask_partners)
    await do(visit, WorkKind.CANCEL, messages.cancel)
    await do(visit, WorkKind.ANNOUNCE, messages.announce_duties)
    await do(visit, WorkKind.FEED_BACK, messages.feed_back)
    await whatever_happens(visit)
