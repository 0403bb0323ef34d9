"""The overview and the list of cases: what is stuck and on whom comes first."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from api.workplace.pages import page, speaker
from api.workplace.visits import visiting
from models.lookups import absence, dashboard, stalled, waiting
from models.words import Phase

MOST, MORE = 12, 250  # rows of one list on the overview, and when all are asked for
A_PAGE = 50


async def overview(request: Request) -> Response:
    """Where the work stands."""
    most = MORE if "alles" in request.query_params else MOST
    async with visiting(request) as visit:
        work = visit.work
        board = await stalled.board(work, limit=most)
        facts: dict[str, Any] = {
            "most": most,
            "say": await speaker(visit),
            "counts": board.counts,
            "stalled": board.stalled,
            "late": await stalled.late(work, limit=most),
            "replaced": await absence.replaced_until(work),
            "own": await waiting.own(work, limit=most),
            "cases": await dashboard.my_cases(work, limit=most),
        }
        return page(request, visit, "overzicht.html", **facts)


async def case_list(request: Request) -> Response:
    """The cases, all that are open or those in one phase."""
    chosen = request.query_params.get("fase", "")
    phase = Phase(chosen) if chosen in set(Phase) else None
    async with visiting(request) as visit:
        found, more = await dashboard.page_of_cases(
            visit.work, phase=phase, limit=A_PAGE, after=_id(request.query_params.get("na", ""))
        )
        facts: dict[str, Any] = {"say": await speaker(visit), "cases": found, "phase": phase, "further": ""}
        if more:
            asked = {"fase": phase.value} if phase else {}
            facts["further"] = "/casussen?" + urlencode(asked | {"na": str(found[-1].line.case.id)})
        return page(request, visit, "casussen.html", **facts)


def _id(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None
