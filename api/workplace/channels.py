"""One's own ways to be reached: added, confirmed with a code, chosen and ended."""

from typing import Any
from uuid import UUID

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.workplace.pages import back, page
from api.workplace.visits import Visit, visiting
from models.casebook import sessions
from models.casebook import ways as casebook
from models.lookups import people
from models.lookups import ways as lookup
from models.refusals import FieldError, InvalidFields, NotSignedIn
from models.ways import AddWay, ChooseWays, ConfirmWay, Occasion, WayKind

HERE = "/mijn/kanalen"
KINDS = {
    WayKind.MAIL: "e-mail", WayKind.SMS: "sms", WayKind.MATRIX: "Matrix", WayKind.TEAMS: "kanaal in Teams",
    WayKind.WEBHOOK: "systeem van uw organisatie",
}  # fmt: skip
OCCASIONS = {
    Occasion.TASK: "een nieuwe taak of vraag", Occasion.REMINDER: "herinneringen", Occasion.MEETING: "overleggen",
    Occasion.CASE: "het verloop van een casus", Occasion.URGENT: "spoed en noodtoegang",
}  # fmt: skip


async def show(request: Request) -> Response:
    """The ways, what goes over which, and the forms."""
    async with visiting(request) as visit:
        return await _shown(request, visit)


async def _shown(request: Request, visit: Visit, refused: str = "", status: int = 200) -> Response:
    me = _me(visit)
    facts: dict[str, Any] = {
        "kanalen": await lookup.of(visit.work, me), "keuzen": await lookup.choices(visit.work, me), "SOORTEN": KINDS,
        "GELEGENHEDEN": OCCASIONS, "refused": refused, "adres": (await people.anybody(visit.work, me)).email,
    }  # fmt: skip
    return page(request, visit, "kanalen.html", status=status, **facts)


def _me(visit: Visit) -> UUID:
    if visit.actor.person_id is None:
        raise NotSignedIn
    return visit.actor.person_id


async def add(request: Request) -> Response:
    """Add a way, or have the code sent once more."""
    async with visiting(request) as visit:
        sessions.must_be_fresh(visit.work)
        try:
            command = AddWay(kind=WayKind(visit.field("soort")), address=visit.field("adres"))
        except (ValidationError, ValueError):
            raise InvalidFields([FieldError("adres", "kies een soort en vul een adres in")]) from None
        await casebook.add(visit.work, _me(visit), command)
    return back(HERE, "codeverstuurd")


async def confirm(request: Request) -> Response:
    """The code that came over it. A wrong one is counted, so it is no refusal that undoes that."""
    async with visiting(request) as visit:
        sessions.must_be_fresh(visit.work)
        try:
            command = ConfirmWay(code=visit.field("code"))
        except ValidationError:
            raise InvalidFields([FieldError("code", "vul de code in die u kreeg")]) from None
        if await casebook.confirm(visit.work, request.path_params["way_id"], command) is None:
            return await _shown(request, visit, "Deze code klopt niet; kijk in het laatste bericht.", 403)
    return back(HERE, "kanaalbevestigd")


async def end(request: Request) -> Response:
    """Nothing goes there any more."""
    async with visiting(request) as visit:
        await casebook.end(visit.work, request.path_params["way_id"])
    return back(HERE, "kanaalbeeindigd")


async def choose(request: Request) -> Response:
    """What goes over which way."""
    async with visiting(request) as visit:
        wanted = {one: visit.id_in_form(one) for one in Occasion}
        chosen = {occasion: way for occasion, way in wanted.items() if way is not None}
        await casebook.choose(visit.work, _me(visit), ChooseWays(choices=chosen))
    return back(HERE, "gekozen")


ROUTES = (
    Route(HERE, show),
    Route(HERE, add, methods=["POST"]),
    Route(f"{HERE}/keuzen", choose, methods=["POST"]),
    Route(f"{HERE}/{{way_id:uuid}}/bevestigen", confirm, methods=["POST"]),
    Route(f"{HERE}/{{way_id:uuid}}/beeindigen", end, methods=["POST"]),
)
