"""Afschalen: hand over, evaluate, say when to report again; and the last messages after closure."""

from flows.always import whatever_happens
from flows.steps import do
from models.lookups.work import OwingVisit
from models.words import WorkKind
from tasks import letters, messages


async def conduct(visit: OwingVisit) -> None:
    """Draw up the closing letter; tell who must hand over and decide; tell the partners when it is closed."""
    await do(visit, WorkKind.LETTER, letters.closing_letter)
    await do(visit, WorkKind.ANNOUNCE, messages.announce_duties)
    await do(visit, WorkKind.PUBLISH, messages.publish)
    await do(visit, WorkKind.TELL_CLOSED, messages.tell_closed)
    await whatever_happens(visit)


async def conduct_closed(visit: OwingVisit) -> None:
    """A closed case owes nothing but what was asked of it after closure."""
    await do(visit, WorkKind.ANNOUNCE, messages.announce_duties)
    await do(visit, WorkKind.FEED_BACK, messages.feed_back)
    await whatever_happens(visit)
