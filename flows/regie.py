"""Regie voorbereiden: a regisseur, the involved participants, the duty to inform, and a date."""

from flows.always import whatever_happens
from flows.steps import do
from models.lookups.work import OwingVisit
from models.words import WorkKind
from tasks import messages


async def conduct(visit: OwingVisit) -> None:
    """Ask each participant for a ground against informing; invite to the conference; tell everybody what they owe."""
    await do(visit, WorkKind.ASK, messages.ask_partners)
    await do(visit, WorkKind.CANCEL, messages.cancel)
    await do(visit, WorkKind.INVITE, messages.invite)
    await do(visit, WorkKind.ANNOUNCE, messages.announce_duties)
    await whatever_happens(visit)
