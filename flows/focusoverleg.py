"""Casusoverleg: information comes in, partners make one picture and one plan, and everybody hears the outcome."""

from uuid import UUID

from flows.always import whatever_happens
from flows.steps import do
from models.words import WorkKind
from tasks import messages


async def conduct(visit_id: UUID) -> None:
    """Ask for information; call off and invite again when the date moves; publish the outcome."""
    await do(visit_id, WorkKind.ASK, messages.ask_partners)
    await do(visit_id, WorkKind.CANCEL, messages.cancel)
    await do(visit_id, WorkKind.INVITE, messages.invite)
    await do(visit_id, WorkKind.PUBLISH, messages.publish)
    await do(visit_id, WorkKind.ANNOUNCE, messages.announce_duties)
    await whatever_happens(visit_id)
