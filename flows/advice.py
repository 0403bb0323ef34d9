"""Advies: knowledge goes to the professional, and four weeks later somebody calls."""

from flows.always import whatever_happens
from flows.steps import do
from models.lookups.work import OwingVisit
from models.words import WorkKind
from tasks import messages


async def conduct(visit: OwingVisit) -> None:
    """Tell the adviser what is asked; tell the reporter when the advice is finished."""
    await do(visit, WorkKind.ANNOUNCE, messages.announce_duties)
    await do(visit, WorkKind.FEED_BACK, messages.feed_back)
    await whatever_happens(visit)
