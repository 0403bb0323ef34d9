"""Showing the page of a case, also with a form that was refused."""

from http import HTTPStatus
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from api.workplace.case import file
from api.workplace.case.forms import NOTHING_TRIED, Tried
from api.workplace.pages import page, speaker
from api.workplace.visits import visiting


async def case(request: Request) -> Response:
    """Show a case; who reads about the person in it is logged."""
    return await shown(request, request.path_params["case_id"], NOTHING_TRIED, HTTPStatus.OK)


async def shown(request: Request, case_id: UUID, tried: Tried, status: int) -> Response:
    """The page, with what was typed in a form that was refused."""
    async with visiting(request) as visit:
        found = await file.of_case(visit, case_id, request.query_params)
        say = await speaker(visit)
        return page(request, visit, "casus.html", status=status, say=say, file=found, tried=tried)
