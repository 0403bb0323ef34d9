"""Advies: knowledge goes to the professional, and four weeks later somebody calls."""

from uuid import UUID

from flows.always import whatever_happens
from flows.steps import do
from models.words import WorkKind
from tasks import messages


async def conduct(visit_id: UUID) -> None:
    """Tell the adviser what is asked; tell the reporter when the advice is finished."""
    await do(visit_id, WorkKind.ANNOUNCE, messages.announce_duties)
    await do(visit_id, WorkKind.FEED_BACK, messages.feed_back)
    await whatever_happens(visit_id)
