"""The one step that flows are made of: do what is open of a kind of work, in order."""

from typing import Any
from uuid import UUID

from prefect.tasks import Task

from models.words import WorkKind
from tasks import reading


async def do(visit_id: UUID, kind: WorkKind, effect: Task[..., Any]) -> None:
    """Do every open entry of this kind in this visit; an entry that fails does not hold up the next."""
    for entry_id in await reading.entries(visit_id, kind):
        await effect(entry_id)
