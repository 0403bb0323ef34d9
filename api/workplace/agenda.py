"""One's own feed: making and ending its secret address, and answering the calendar that asks there."""

import hashlib
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from api.tracing import origin_of
from api.workplace.pages import back, page
from api.workplace.visits import Visit, database_of, visiting
from models import ical
from models.agenda import AHEAD, BEHIND, REFRESH
from models.casebook import feeds, sessions
from models.casebook.setup import hashed
from models.lookups import agenda, links
from models.refusals import NotSignedIn
from models.transactions import reading_feed
from models.words import Door

_KIND = "text/calendar; charset=utf-8"
_LONGEST = 100  #: of a secret; ours have 43


async def mine(request: Request) -> Response:
    """Whether there is an address, and when it was used."""
    async with visiting(request) as visit:
        return await _mine(request, visit)


async def _mine(request: Request, visit: Visit, secret: str = "") -> Response:
    address = f"{request.base_url}agenda/{secret}.ics" if secret else ""
    facts: dict[str, Any] = {"behind": BEHIND.days, "ahead": AHEAD.days, "address": address}
    return page(request, visit, "agenda.html", feed=await agenda.own_feed(visit.work), **facts)


async def make(request: Request) -> Response:
    """Make an address, or another in its place; only this page shows it."""
    async with visiting(request) as visit:
        sessions.must_be_fresh(visit.work)
        _made, secret = await feeds.make(visit.work)
        await visit.work.session.flush()
        return await _mine(request, visit, secret)


async def revoke(request: Request) -> Response:
    """The calendar finds nothing from now."""
    async with visiting(request) as visit:
        await feeds.revoke(visit.work)
    return back("/mijn/agenda", "agenda_ingetrokken")


async def feed(request: Request) -> Response:
    """What a calendar asks for; when nothing changed since, only that. An address that is none is just not there."""
    secret, database = request.path_params["secret"], database_of(request)
    if len(secret) > _LONGEST or not secret.isascii():
        return _not_there()
    origin = origin_of(request, Door.WORKPLACE)
    try:
        async with reading_feed(hashed(secret), database, origin=origin) as (work, _name):
            if database.brake is not None:
                database.brake.asks_feed(work.actor)
            await feeds.used(work)
            feed_id = work.origin.via_id
            assert feed_id is not None  # noqa: S101 - the feed it came in by
            found = await agenda.occasions(work, feed_id, str(request.base_url), await links.mine(work))
    except NotSignedIn:
        return _not_there()
    return _answered(request, ical.feed(found, name="Pols", refresh=REFRESH))


def _not_there() -> Response:
    return PlainTextResponse("Niet gevonden", HTTPStatus.NOT_FOUND)


def _answered(request: Request, body: bytes) -> Response:
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    asked = {one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")}
    if tag in asked or "*" in asked:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    headers["Content-Disposition"] = 'inline; filename="pols.ics"'
    return Response(body, headers=headers | {"Content-Type": _KIND})


ROUTES = (
    Route("/mijn/agenda", mine),
    Route("/mijn/agenda", make, methods=["POST"]),
    Route("/mijn/agenda/intrekken", revoke, methods=["POST"]),
    Route("/agenda/{secret}.ics", feed),
)
