"""Uitvoering en monitoring: round after round, until there is reason to adjust or to scale down."""

from uuid import UUID

from flows.always import whatever_happens
from flows.steps import do
from models.words import WorkKind
from tasks import messages


async def conduct(visit_id: UUID) -> None:
    """Tell owners what this round asks; invite to an extra meeting and publish what came out of it."""
    await do(visit_id, WorkKind.ASK, messages.ask_partners)
    await do(visit_id, WorkKind.CANCEL, messages.cancel)
    await do(visit_id, WorkKind.INVITE, messages.invite)
    await do(visit_id, WorkKind.PUBLISH, messages.publish)
    await do(visit_id, WorkKind.ANNOUNCE, messages.announce_duties)
    await whatever_happens(visit_id)
