"""What can happen in any phase: urgency, an incident, a meeting called off or set, a decision in somebody's name."""

from uuid import UUID

from flows.steps import do
from models.words import WorkKind
from tasks import messages


async def whatever_happens(visit_id: UUID) -> None:
    """Warn the regisseur first; then meetings, then who was named, and who answered by phone."""
    await do(visit_id, WorkKind.ALERT, messages.alert)
    await do(visit_id, WorkKind.ASK, messages.ask_partners)
    await do(visit_id, WorkKind.CANCEL, messages.cancel)
    await do(visit_id, WorkKind.INVITE, messages.invite)
    await do(visit_id, WorkKind.NOTICE_DECIDERS, messages.notice_deciders)
    await do(visit_id, WorkKind.COPY, messages.send_copy)
