"""The one step that flows are made of: do what is open of a kind of work, in order."""

from typing import Any

from prefect.tasks import Task

from models.lookups.work import OwingVisit
from models.words import WorkKind


async def do(visit: OwingVisit, kind: WorkKind, effect: Task[..., Any]) -> None:
    """Do every open entry of this kind in this visit; an entry that fails does not hold up the next."""
    for entry_id in visit.take(kind):
        await effect(entry_id)
