"""Aanmelding: the report is confirmed, and whoever must complete or check it knows."""

from flows.always import whatever_happens
from flows.steps import do
from models.lookups.work import OwingVisit
from models.words import WorkKind
from tasks import messages


async def conduct(visit: OwingVisit) -> None:
    """Confirm receipt; tell the desk to check completeness; ask the reporter to supplement; say how it ended."""
    await do(visit, WorkKind.CONFIRM_RECEIPT, messages.confirm_receipt)
    await do(visit, WorkKind.ASK, messages.ask_partners)
    await do(visit, WorkKind.ANNOUNCE, messages.announce_duties)
    await do(visit, WorkKind.FEED_BACK, messages.feed_back)
    await whatever_happens(visit)
