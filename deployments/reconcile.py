"""Healing Prefect from the case database: the truth is ours. A plain loop, since it cannot depend on what it heals.

Stuck, failed, cancelled or lost runs need no healing here: the next wake runs them on, or makes a new one (conductor).
What is left are runs that nobody needs any more.
"""

import logging
from dataclasses import dataclass
from uuid import UUID

from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateType, FlowRunFilterTags
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.sorting import FlowRunSort

from deployments.conductor import Conductor
from models.actors import ENGINE
from models.lookups import work as lookup
from models.transactions import unit_of_work

log = logging.getLogger("pols.reconcile")
_PAGE = 200
_BUSY = [StateType.PENDING, StateType.SCHEDULED, StateType.RUNNING]
_RESTING = [StateType.PAUSED]


@dataclass
class Round:
    """How far the round past the resting runs has come: a page at a time, since there are as many as open cases."""

    offset: int = 0


async def reconcile(conductor: Conductor, at: Round) -> int:
    """Cancel the runs of cases that are closed, erased or conducted by a newer run. Answers how many.

    Runs that claim to be busy are few and all looked at; of the resting ones a page, and the next page next time.
    """
    busy = await _page(conductor, _BUSY, 0)
    cancelled = len(busy) - await _clear(conductor, busy)
    resting = await _page(conductor, _RESTING, at.offset)
    kept = await _clear(conductor, resting)
    at.offset = at.offset + kept if len(resting) == _PAGE else 0
    cancelled += len(resting) - kept
    if cancelled:
        log.info("cancelled %d runs that no case needs", cancelled)
    return cancelled


async def _clear(conductor: Conductor, page: list[UUID]) -> int:
    """Cancel those that no case needs; answers how many are needed."""
    if not page:
        return 0
    async with unit_of_work(ENGINE) as work:
        needed = await lookup.runs_in_use(work, page)
    for run_id in page:
        if run_id not in needed:
            await conductor.cancel(run_id)
    return len(needed)


async def _page(conductor: Conductor, states: list[StateType], offset: int) -> list[UUID]:
    runs = await conductor.client.read_flow_runs(
        flow_run_filter=FlowRunFilter(
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=states)),
            tags=FlowRunFilterTags(all_=[conductor.mark]),
        ),
        sort=FlowRunSort.ID_DESC, limit=_PAGE, offset=offset,
    )  # fmt: skip
    return [run.id for run in runs]
