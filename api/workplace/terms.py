"""Why something is due when it is: the page behind a date."""

from starlette.requests import Request
from starlette.responses import Response

from api.workplace.pages import page
from api.workplace.visits import visiting
from models.casebook import answers
from models.lookups import terms


async def term(request: Request) -> Response:
    """Show how a term came about, what moved it, and the ladder that goes with it."""
    async with visiting(request) as visit:
        found = await terms.explained(visit.work, request.path_params["duty_id"])
        answers.saw(visit.work, "termijn", found.line.duty.id, found.line.case.id)
        return page(request, visit, "termijn.html", uitleg=found)
