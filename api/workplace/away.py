"""One's own absence: from when, until when, and who stands in."""

from datetime import date, datetime, time
from uuid import UUID

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.workplace.pages import back
from api.workplace.visits import Visit, visiting
from models.casebook import absence
from models.clocks import AMSTERDAM
from models.commands.people import BeAway
from models.refusals import FieldError, InvalidFields, NotSignedIn


async def go(request: Request) -> Response:
    """Say that one will be away, or is."""
    async with visiting(request) as visit:
        command = absence_of(visit)
        await absence.record(visit.work, _me(visit), command)
    return back("/mijn", "afwezig")


async def come_back(request: Request) -> Response:
    """One is there again, earlier than was said."""
    async with visiting(request) as visit:
        await absence.end(visit.work, _me(visit))
    return back("/mijn", "terug")


def _me(visit: Visit) -> UUID:
    if visit.actor.person_id is None:
        raise NotSignedIn
    return visit.actor.person_id


def absence_of(visit: Visit) -> BeAway:
    """The absence of a form; a date that no calendar holds is a slip of the pen."""
    deputy = visit.id_in_form("vervanger")
    if deputy is None and visit.field("vervanger"):
        raise InvalidFields([FieldError("vervanger", "kies een collega")])
    since, until = _begin(visit, "van"), _begin(visit, "tot")
    if since is None:
        raise InvalidFields([FieldError("van", "vanaf welke dag?")])
    try:
        return BeAway(since=since, until=until, deputy_id=deputy)
    except ValidationError as wrong:
        raise InvalidFields([FieldError("van", str(wrong.errors()[0]["msg"]))]) from None


def _begin(visit: Visit, name: str) -> datetime | None:
    """The beginning of a day that was filled in; nothing when it was left empty."""
    day = visit.field(name)
    if not day:
        return None
    try:
        return datetime.combine(date.fromisoformat(day), time(), AMSTERDAM)
    except ValueError:
        raise InvalidFields([FieldError(name, "is geen datum")]) from None


ROUTES = (
    Route("/mijn/afwezigheid", go, methods=["POST"]),
    Route("/mijn/afwezigheid/einde", come_back, methods=["POST"]),
)
