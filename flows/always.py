"""What can happen in any phase: urgency, an incident, a meeting called off or set, a decision in somebody's name."""

from flows.steps import do
from models.lookups.work import OwingVisit
from models.words import WorkKind
from tasks import messages


async def whatever_happens(visit: OwingVisit) -> None:
    """Warn the regisseur first; then meetings, then who was named, and who answered by phone."""
    await do(visit, WorkKind.ALERT, messages.alert)
    await do(visit, WorkKind.ASK, messages.ask_partners)
    await do(visit, WorkKind.CANCEL, messages.cancel)
    await do(visit, WorkKind.INVITE, messages.invite)
    await do(visit, WorkKind.NOTICE_DECIDERS, messages.notice_deciders)
    await do(visit, WorkKind.COPY, messages.send_copy)
