"""The application of the doors: REST under `/v1`, the workplace at `/`, and whether we are well."""

from importlib import import_module
from importlib.util import find_spec

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from api.middleware import VERSION, SafeAnswers, SmallBodies
from api.openapi import document
from api.problems import explain_problems
from api.v1 import (
    access,
    attachments,
    cases,
    commitments,
    decisions,
    glass,
    house,
    info,
    meetings,
    messages,
    protection,
    referrals,
    series,
    stalled,
    support,
    tasks,
    tokens,
    trail,
)
from api.ways import Ways
from api.wire import BASE, without_query
from models.actors import ANONYMOUS
from models.transactions import Database, unit_of_work

ROUTERS = (
    support.router, referrals.router, attachments.router, messages.router, cases.router, decisions.router, tasks.router,
    meetings.router, series.router, commitments.router, info.router, protection.router, stalled.router, access.router,
    glass.router, trail.router, house.router, tokens.router,
)  # fmt: skip
_WORKPLACE = "api.workplace.app"


def create_app(database: Database, ways: Ways | None = None, *, workplace: bool = True) -> FastAPI:
    """Everything that people reach, on one pool of connections that acts as `pols_web`.

    `ways` are the ways in to the workplace; without any, nobody signs in there.
    """
    outer = FastAPI(title="Pols", openapi_url=None, redirect_slashes=False)
    outer.state.database = database
    explain_problems(outer)
    outer.add_api_route("/gezondheid", _health, methods=["GET"])
    interface = create_v1()
    interface.state.database = database
    outer.mount(BASE, SafeAnswers(SmallBodies(interface)))
    if workplace and find_spec("api.workplace") and find_spec(_WORKPLACE):
        outer.mount("/", import_module(_WORKPLACE).create_workplace(database, ways or Ways()))
    return outer


def create_v1() -> FastAPI:
    """The REST interface by itself; its document needs no database."""
    interface = FastAPI(
        title="Pols", version=VERSION, openapi_url=None, redirect_slashes=False, servers=[{"url": BASE}],
        summary="Casussen van een Zorg- en Veiligheidshuis",
        contact={"name": "Pols", "url": "https://pols.example/contact", "email": "pols@pols.example"},
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        generate_unique_id_function=_operation_id,
    )  # fmt: skip
    explain_problems(interface)
    for router in ROUTERS:
        interface.include_router(router, dependencies=[Depends(without_query)])
    interface.add_api_route("/openapi.json", _published, methods=["GET"], include_in_schema=False)
    interface.state.document = document(interface)
    return interface


def _operation_id(route: APIRoute) -> str:
    first, *others = route.name.split("_")
    return first + "".join(one.capitalize() for one in others)


async def _published(request: Request) -> JSONResponse:
    """Open to everybody, from any page."""
    return JSONResponse(request.app.state.document, headers={"Access-Control-Allow-Origin": "*"})


async def _health(request: Request) -> JSONResponse:
    """Well when the database answers; a problem with 503 when it does not."""
    async with unit_of_work(ANONYMOUS, request.app.state.database):
        return JSONResponse({"status": "gezond"}, headers={"Cache-Control": "no-store"})
