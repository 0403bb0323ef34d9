"""Screening en triage: is the person known, are the criteria met, do public participants take it on?"""

from flows.always import whatever_happens
from flows.steps import do
from models.lookups.work import OwingVisit
from models.words import WorkKind
from tasks import messages


async def conduct(visit: OwingVisit) -> None:
    """Put bekend/niet bekend to each public participant; tell the desk and the table; feed the outcome back."""
    await do(visit, WorkKind.ASK, messages.ask_partners)
    await do(visit, WorkKind.ANNOUNCE, messages.announce_duties)
    await do(visit, WorkKind.FEED_BACK, messages.feed_back)
    await whatever_happens(visit)
