"""Regie voorbereiden: a regisseur, the involved participants, the duty to inform, and a date."""

from uuid import UUID

from flows.always import whatever_happens
from flows.steps import do
from models.words import WorkKind
from tasks import messages


async def conduct(visit_id: UUID) -> None:
    """Ask each participant for a ground against informing; invite to the conference; tell everybody what they owe."""
    await do(visit_id, WorkKind.ASK, messages.ask_partners)
    await do(visit_id, WorkKind.CANCEL, messages.cancel)
    await do(visit_id, WorkKind.INVITE, messages.invite)
    await do(visit_id, WorkKind.ANNOUNCE, messages.announce_duties)
    await whatever_happens(visit_id)
