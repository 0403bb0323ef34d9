"""Pins: the manager gives them to contacts of participants, and somebody chooses their own."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.workplace.pages import back, page
from api.workplace.visits import Visit, visiting
from models.casebook import pins, sessions
from models.lookups import links
from models.refusals import FieldError, InvalidFields, NotFound
from models.words import Role


async def overview(request: Request) -> Response:
    """Who of the participants has a pin. Raises NotFound: it is for the manager."""
    async with visiting(request) as visit:
        return await _shown(request, visit)


async def _shown(request: Request, visit: Visit, told: tuple[str, str] | None = None) -> Response:
    if not (visit.actor.is_staff and visit.actor.has(Role.MANAGER)):
        raise NotFound
    return page(request, visit, "pincodes.html", people=await links.pins(visit.work), told=told)


async def give(request: Request) -> Response:
    """A new pin for somebody; only this page shows it, to say it by phone."""
    async with visiting(request) as visit:
        person_id = request.path_params["person_id"]
        pin = await pins.give(visit.work, person_id)
        people = {person.id: person.name for person, _, _ in await links.pins(visit.work)}
        return await _shown(request, visit, (people.get(person_id, ""), pin))


async def withdraw(request: Request) -> Response:
    """Somebody has no pin any more."""
    async with visiting(request) as visit:
        await pins.withdraw(visit.work, request.path_params["person_id"])
    return back("/pincodes", "pin_weg")


async def choose(request: Request) -> Response:
    """Set one's own, by who just proved again who they are."""
    async with visiting(request) as visit:
        sessions.must_be_fresh(visit.work)
        pin = visit.field("pincode")
        if pin != visit.field("herhaling"):
            raise InvalidFields([FieldError("herhaling", "is niet hetzelfde als de pincode")])
        await pins.choose(visit.work, pin)
    return back("/mijn", "pin_gekozen")


ROUTES = (
    Route("/pincodes", overview),
    Route("/pincodes/{person_id:uuid}", give, methods=["POST"]),
    Route("/pincodes/{person_id:uuid}/intrekken", withdraw, methods=["POST"]),
    Route("/mijn/pincode", choose, methods=["POST"]),
)
