"""The messages that Pols sends, for who keeps the mail: to whom, how it went, send again, give up. No content."""

from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.paging import came_after, cursor
from api.workplace.pages import back, page
from api.workplace.visits import id_of, visiting
from models.casebook import messages as casebook
from models.delivery import MEANING, Delivery, WhyGivenUp, mends
from models.lookups import messages, people
from models.lookups.messages import Wanted
from models.lookups.paging import Page
from models.refusals import FieldError, InvalidFields

A_PAGE = 50
WHY: Mapping[WhyGivenUp, str] = {
    WhyGivenUp.NOT_NEEDED: "niet meer nodig",
    WhyGivenUp.TOLD: "anders verteld",
    WhyGivenUp.ADDRESS: "het adres klopt niet",
    WhyGivenUp.OTHER: "anders",
}


async def overview(request: Request) -> Response:
    """The messages of the house, the newest first."""
    asked = request.query_params
    state, organisation_id = asked.get("staat", ""), id_of(asked.get("organisatie", ""))
    wanted = Wanted(Delivery(state) if state in set(Delivery) else None, organisation_id, id_of(asked.get("casus", "")))
    async with visiting(request) as visit:
        found = await messages.page(visit.work, Page(A_PAGE, came_after(asked.get("na", ""))), wanted)
        names = await people.organisation_names(visit.work)
        further = "/berichten?" + urlencode(dict(asked) | {"na": cursor(found.following)}) if found.following else ""
        return page(
            request, visit, "berichten.html", found=found.rows, wanted=wanted, names=names, further=further,
            states=MEANING, why=WHY, mends=mends(visit.actor),
        )  # fmt: skip


async def again(request: Request) -> Response:
    """Send a message now, or once more."""
    async with visiting(request) as visit:
        await casebook.again(visit.work, request.path_params["message_id"])
    return back("/berichten", "verzonden")


async def give_up(request: Request) -> Response:
    """Do not try it any more."""
    async with visiting(request) as visit:
        chosen = visit.field("reden")
        if chosen not in set(WhyGivenUp):
            raise InvalidFields([FieldError("reden", "kies waarom dit bericht niet meer wordt verzonden")])
        await casebook.give_up(visit.work, request.path_params["message_id"], WhyGivenUp(chosen))
    return back("/berichten", "opgegeven")


ROUTES = (
    Route("/berichten", overview),
    Route("/berichten/{message_id:uuid}/verzenden", again, methods=["POST"]),
    Route("/berichten/{message_id:uuid}/opgeven", give_up, methods=["POST"]),
)
