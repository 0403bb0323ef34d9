"""Uitvoering en monitoring: round after round, until there is reason to adjust or to scale down."""

from flows.always import whatever_happens
from flows.steps import do
from models.lookups.work import OwingVisit
from models.words import WorkKind
from tasks import messages


async def conduct(visit: OwingVisit) -> None:
    """Tell owners what this round asks; invite to an extra meeting and publish what came out of it."""
    await do(visit, WorkKind.ASK, messages.ask_partners)
    await do(visit, WorkKind.CANCEL, messages.cancel)
    await do(visit, WorkKind.INVITE, messages.invite)
    await do(visit, WorkKind.PUBLISH, messages.publish)
    await do(visit, WorkKind.ANNOUNCE, messages.announce_duties)
    await whatever_happens(visit)
