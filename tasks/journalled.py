"""The frame around every effect: take up the entry, act, close it in the same transaction; or note why not."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.exceptions import Abort
from prefect.tasks import Task

from models import faults
from models.actors import ENGINE
from models.casebook import journal
from models.refusals import LeaseLost
from models.tables.engine import JournalEntry
from models.transactions import Work, unit_of_work
from tasks.boundary import guarded

Effect = Callable[[Work, JournalEntry], Awaitable[None]]


def journalled(effect: Effect) -> Task[..., Any]:
    """Make an effect a Prefect task that is done at most once per journal entry and never raises its words."""

    async def run(entry_id: UUID) -> None:
        await perform(effect, entry_id)

    run.__doc__ = effect.__doc__
    name = effect.__name__
    as_task = task(
        name=name, task_run_name=f"{name} {{entry_id}}", cache_policy=NO_CACHE, persist_result=False, retries=0
    )
    return as_task(guarded(run))


async def perform(effect: Effect, entry_id: UUID) -> None:
    """Do the effect of one entry. A lost lease ends the slice; any other failure is recorded by its code only."""
    faults.step(f"{effect.__name__}:before")
    try:
        async with unit_of_work(ENGINE) as work:
            entry = await journal.take(work, entry_id)
            if entry is None:
                return
            await effect(work, entry)
            journal.done(work, entry)
            await work.session.flush()
            faults.step(f"{effect.__name__}:uncommitted")
    except LeaseLost:
        raise Abort("superseded") from None
    except Exception as error:  # noqa: BLE001 - whatever went wrong, its words stay here; the entry keeps the code
        await _note_failure(entry_id, type(error).__name__)
    faults.step(f"{effect.__name__}:after")


async def _note_failure(entry_id: UUID, code: str) -> None:
    try:
        async with unit_of_work(ENGINE) as work:
            await journal.failed(work, entry_id, code)
    except LeaseLost:
        raise Abort("superseded") from None
