"""Screening en triage: is the person known, are the criteria met, do public participants take it on?"""

from uuid import UUID

from flows.always import whatever_happens
from flows.steps import do
from models.words import WorkKind
from tasks import messages


async def conduct(visit_id: UUID) -> None:
    """Put bekend/niet bekend to each public participant; tell the desk and the table; feed the outcome back."""
    await do(visit_id, WorkKind.ASK, messages.ask_partners)
    await do(visit_id, WorkKind.ANNOUNCE, messages.announce_duties)
    await do(visit_id, WorkKind.FEED_BACK, messages.feed_back)
    await whatever_happens(visit_id)
