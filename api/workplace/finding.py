"""To a duty or a case by what a message called it, and from signing in to the duty that somebody came for."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from api.workplace.pages import back
from api.workplace.visits import visiting
from models.lookups import cases, links, tasks
from models.refusals import NotFound
from models.transactions import Work


async def duty(request: Request) -> Response:
    """A duty, on the page of its case. Raises NotFound."""
    async with visiting(request) as visit:
        line = await tasks.one(visit.work, request.path_params["duty_id"])
        address = f"/casussen/{line.case.id}#taak-{line.duty.id}"
    return RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER)


async def search(request: Request) -> Response:
    """What a reference stands for, for who may see that; to anybody else it is no reference."""
    async with visiting(request) as visit:
        try:
            address = await _address(visit.work, request.query_params.get("kenmerk", ""))
        except NotFound:
            return back("/", "onbekend")
    return RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER)


async def _address(work: Work, typed: str) -> str:
    found = await links.of_reference(work, typed)
    if found.duty_id is None:
        case, _facts = await cases.seen(work, found.case_id)
        return f"/casussen/{case.id}"
    line = await tasks.one(work, found.duty_id)
    return f"/casussen/{line.case.id}#taak-{line.duty.id}"


ROUTES = (Route("/taken/{duty_id:uuid}", duty), Route("/zoeken", search))
