"""How a case went, round by round: a page to lay on the table at an evaluation, and to print."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.workplace.pages import page, speaker
from api.workplace.visits import visiting
from models.casebook import answers
from models.lookups import cases, rounds


async def rounds_of(request: Request) -> Response:
    """Show the rounds of a case, the newest first."""
    async with visiting(request) as visit:
        case_id = request.path_params["case_id"]
        found = await rounds.rounds(visit.work, case_id)
        case = await cases.case(visit.work, case_id)
        answers.saw(visit.work, "afspraken", case_id, case_id)
        say = await speaker(visit)
        return page(request, visit, "rondes.html", say=say, case=case, rondes=list(reversed(found)))


ROUTES = [Route("/casussen/{case_id:uuid}/rondes", rounds_of)]
