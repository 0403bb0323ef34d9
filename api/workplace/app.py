"""The application of the workplace: its addresses, and what each of them shows or does."""

from typing import Any

from sqlalchemy import exc
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from api.brakes import Braked
from api.middleware import SafePages, SmallBodies
from api.workplace import boards, casepage, files
from api.workplace.pages import back, failed, not_kept, page, refused, unreadable
from api.workplace.visits import COOKIE, check_origin, database_of, forget, keep, visiting
from models.actors import ANONYMOUS
from models.casebook import nudge, sessions
from models.refusals import NotSignedIn, Refusal
from models.transactions import Database, unit_of_work

_HANDLERS: dict[Any, Any] = {
    Refusal: refused, HTTPException: failed, exc.DBAPIError: not_kept, exc.TimeoutError: not_kept, OSError: not_kept,
    OverflowError: unreadable, ValueError: unreadable, Exception: failed,
}  # fmt: skip


class _Workplace(Starlette):
    """Also the page about an error of ours carries the headers."""

    def build_middleware_stack(self) -> ASGIApp:
        """The framework's own, inside ours."""
        return SafePages(super().build_middleware_stack())


def create_workplace(database: Database) -> Starlette:
    """The workplace on this database; mount it at `/`."""
    made = _Workplace(
        routes=[
            Route("/", boards.overview),
            Route("/aanmelden", ask_token),
            Route("/aanmelden", sign_in, methods=["POST"]),
            Route("/afmelden", sign_out, methods=["POST"]),
            Route("/casussen", boards.case_list),
            Route("/casussen/{case_id:uuid}", casepage.case),
            Route("/taken/{duty_id:uuid}/herinneren", remind, methods=["POST"]),
            Route("/taken/{duty_id:uuid}/antwoorden", casepage.give_answer, methods=["POST"]),
            *files.ROUTES,
        ],
        middleware=[Middleware(Braked, database=database, refuse=refused), Middleware(SmallBodies)],
        exception_handlers=_HANDLERS,
    )
    made.state.database = database
    return made


async def ask_token(request: Request) -> Response:
    """Ask who it is."""
    return page(request, None, "aanmelden.html", refused="")


async def sign_in(request: Request) -> Response:
    """Open a session for who holds the token."""
    check_origin(request)
    token = (await request.form()).get("token")
    try:
        async with unit_of_work(ANONYMOUS, database_of(request)) as work:
            secret = await sessions.sign_in(work, token.strip() if isinstance(token, str) else "")
    except NotSignedIn:
        return page(request, None, "aanmelden.html", status=403, refused="Dit token is niet geldig, of niet meer.")
    response = RedirectResponse("/", status_code=303)
    keep(request, response, secret)
    return response


async def sign_out(request: Request) -> Response:
    """End the session."""
    async with visiting(request) as visit:
        await sessions.sign_out(visit.work, request.cookies[COOKIE])
    response = back("/aanmelden", "afgemeld")
    forget(request, response)
    return response


async def remind(request: Request) -> Response:
    """Send a reminder about a duty by hand."""
    async with visiting(request) as visit:
        duty = await nudge.nudge(visit.work, request.path_params["duty_id"])
        to_case = visit.field("terug") == "casus"
    return back(f"/casussen/{duty.case_id}" if to_case else "/", "herinnerd")
