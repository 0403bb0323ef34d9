"""Casusoverleg: information comes in, partners make one picture and one plan, and everybody hears the outcome."""

from flows.always import whatever_happens
from flows.steps import do
from models.lookups.work import OwingVisit
from models.words import WorkKind
from tasks import messages


async def conduct(visit: OwingVisit) -> None:
    """Ask for information; call off and invite again when the date moves; publish the outcome."""
    await do(visit, WorkKind.ASK, messages.ask_partners)
    await do(visit, WorkKind.CANCEL, messages.cancel)
    await do(visit, WorkKind.INVITE, messages.invite)
    await do(visit, WorkKind.PUBLISH, messages.publish)
    await do(visit, WorkKind.ANNOUNCE, messages.announce_duties)
    await whatever_happens(visit)
