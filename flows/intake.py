"""Aanmelding: the report is confirmed, and whoever must complete or check it knows."""

from uuid import UUID

from flows.always import whatever_happens
from flows.steps import do
from models.words import WorkKind
from tasks import messages


async def conduct(visit_id: UUID) -> None:
    """Confirm receipt; tell the desk to check completeness; ask the reporter to supplement; say how it ended."""
    await do(visit_id, WorkKind.CONFIRM_RECEIPT, messages.confirm_receipt)
    await do(visit_id, WorkKind.ASK, messages.ask_partners)
    await do(visit_id, WorkKind.ANNOUNCE, messages.announce_duties)
    await do(visit_id, WorkKind.FEED_BACK, messages.feed_back)
    await whatever_happens(visit_id)
