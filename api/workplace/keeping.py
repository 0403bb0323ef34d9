"""How the house stands: what its engine does and whether everything is there, for who keeps it."""

from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.workplace.pages import page
from api.workplace.visits import visiting
from models.health import Verdict, worst
from models.lookups import health
from models.refusals import NotSignedIn

WORDS = {Verdict.GOOD: "In orde", Verdict.LOOK: "Let op", Verdict.WRONG: "Niet in orde"}


async def show(request: Request) -> Response:
    """Every check, with what it means and what to do."""
    async with visiting(request) as visit:
        house_id = visit.actor.house_id
        if house_id is None:
            raise NotSignedIn
        engine, setting_up = await health.of_house(visit.work, house_id, ends=_ends(request))
        parts = (("Wat de verwerking doet", "motor", engine), ("Of alles is ingericht", "inrichting", setting_up))
        return page(
            request, visit, "inrichting.html", delen=parts, oordeel=worst([*engine, *setting_up]), woorden=WORDS,
            nu=visit.work.now,
        )  # fmt: skip


def _ends(request: Request) -> datetime | None:
    """Until when security.txt is good."""
    contact = request.app.state.contact
    return contact.expires if contact is not None else None


ROUTES = (Route("/inrichting", show),)
