"""The application of the doors: REST under `/v1`, the workplace at `/`, and whether we are well."""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.applications import Starlette
from starlette.routing import Route, compile_path
from starlette.types import ASGIApp, Scope

from api import security_txt
from api.brakes import Braked
from api.middleware import NOT_A_PAGE, VERSION, AccessLog, SafeAnswers, SmallBodies, words_of
from api.openapi import document
from api.problems import explain_problems, refused
from api.security_txt import SecurityContact
from api.signin import Who
from api.v1 import (
    absence,
    access,
    agenda,
    asking,
    attachments,
    cases,
    channels,
    coherence,
    commitments,
    decisions,
    escalations,
    figures,
    findings,
    glass,
    guests,
    handovers,
    house,
    info,
    keeping,
    meetings,
    messages,
    minutes,
    outcome,
    papers,
    picture,
    pins,
    plan,
    post,
    preferences,
    protection,
    referrals,
    risk,
    rounds,
    series,
    sittings,
    stalled,
    subscriptions,
    support,
    tasks,
    terms,
    tokens,
    trail,
    trajectory,
    unblocking,
    workers,
)
from api.ways import Ways
from api.wire import BASE, without_query
from models.actors import ANONYMOUS
from models.attachments import Scan
from models.credentials import Seal
from models.transactions import Database, unit_of_work

ROUTERS = (
    support.router, referrals.router, attachments.router, messages.router, cases.router, decisions.router,
    tasks.router, terms.router, meetings.router, guests.router, series.router, commitments.router, info.router,
    risk.router, minutes.router, picture.router, protection.router, stalled.router, findings.router,
    unblocking.router, post.router, post.bounces, sittings.router, asking.router, coherence.router, access.router,
    glass.router, trail.router, house.router, absence.router, tokens.router, pins.router, agenda.router,
    workers.router, preferences.router, channels.router, subscriptions.router, subscriptions.secret_router,
    papers.router, outcome.router, plan.router, rounds.router, handovers.router, escalations.router,
    trajectory.router, figures.router, keeping.router,
)  # fmt: skip
_WORKPLACE = "api.workplace.app"


class _Doors(FastAPI):
    """Also what the framework answers by itself, such as an error of ours, passes through the headers."""

    def build_middleware_stack(self) -> ASGIApp:
        """The framework's own, inside ours."""
        return AccessLog(SafeAnswers(super().build_middleware_stack(), NOT_A_PAGE), self.state.words)


def create_app(
    database: Database, ways: Ways | None = None, *, workplace: bool = True, scan: Scan | None = None,
    contact: SecurityContact | None = None, event_seal: Seal | None = None,
) -> FastAPI:  # fmt: skip
    """Everything that people reach, on one pool of connections that acts as `pols_web`.

    `ways` are the ways in to the workplace; without any, nobody signs in there. `scan` looks for viruses in what is
    attached, `contact` is published for who finds a weakness, `event_seal` keeps the secrets of subscribed systems.
    """
    outer = _Doors(title="Pols", openapi_url=None, redirect_slashes=False)
    outer.state.database = database
    explain_problems(outer)
    outer.add_api_route("/gezondheid", _health, methods=["GET"])
    if contact is not None:
        outer.router.routes.append(security_txt.route(contact))
    interface = create_v1()
    interface.state.database, interface.state.scan, interface.state.event_seal = database, scan, event_seal
    interface.state.tokens_suffice = ways is not None and ways.token_form
    interface.state.contact = contact
    braked = Braked(SmallBodies(interface), database, refused, is_open=_asked_by_anybody(interface))
    outer.mount(BASE, SafeAnswers(braked))
    known = [BASE, "/openapi.json", *interface.state.document["paths"], *_paths(outer)]
    if workplace and find_spec("api.workplace") and find_spec(_WORKPLACE):
        pages = import_module(_WORKPLACE).create_workplace(
            database, ways or Ways(), event_seal=event_seal, scan=scan, contact=contact
        )
        known += _paths(pages)
        outer.mount("/", pages)
    outer.state.words = words_of(known)
    return outer


def _paths(app: Starlette) -> list[str]:
    return [one.path for one in app.routes if isinstance(one, Route)]


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
    interface.state.scan, interface.state.event_seal, interface.state.tokens_suffice = None, None, False
    interface.state.contact = None
    return interface


def _asked_by_anybody(interface: FastAPI) -> Callable[[Scope], bool]:
    """Whether a request writes something without anybody being signed in, by the published document."""
    paths = interface.state.document["paths"].items()
    open_ = [compile_path(path)[0] for path, verbs in paths if verbs.get("post", {}).get("x-pols-wie") == Who.OPEN]

    def asked(scope: Scope) -> bool:
        here = scope["path"].removeprefix(scope.get("root_path", ""))
        return scope["method"] == "POST" and any(one.match(here) for one in open_)

    return asked


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
