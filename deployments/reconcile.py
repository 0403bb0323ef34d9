"""Healing Prefect from the case database: the truth is ours. A plain loop, since it cannot depend on what it heals.

Stuck, failed, cancelled or lost runs need no healing here: the next wake runs them on, or makes a new one (conductor).
What is left are runs that nobody needs any more.
"""

import logging
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
_ALIVE = [StateType.PAUSED, StateType.PENDING, StateType.SCHEDULED, StateType.RUNNING]


async def reconcile(conductor: Conductor) -> int:
    """Cancel the runs of cases that are closed, erased or conducted by a newer run. Answers how many."""
    cancelled, offset = 0, 0
    while page := await _page(conductor, offset):
        async with unit_of_work(ENGINE) as work:
            needed = await lookup.runs_in_use(work, page)
        for run_id in page:
            if run_id not in needed:
                await conductor.cancel(run_id)
                cancelled += 1
        offset += len(needed)
    if cancelled:
        log.info("cancelled %d runs that no case needs", cancelled)
    return cancelled


async def _page(conductor: Conductor, offset: int) -> list[UUID]:
    runs = await conductor.client.read_flow_runs(
        flow_run_filter=FlowRunFilter(
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=_ALIVE)),
            tags=FlowRunFilterTags(all_=[conductor.mark]),
        ),
        sort=FlowRunSort.ID_DESC, limit=_PAGE, offset=offset,
    )  # fmt: skip
    return [run.id for run in runs]
