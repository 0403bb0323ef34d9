"""Signing in with an account of our own or, to try out, with a token; and signing out."""

from http import HTTPStatus

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.workplace.pages import back, go_on, page
from api.workplace.visits import (
    COOKIE,
    DEVICE,
    address_of,
    at_the_door,
    check_origin,
    cookie,
    forget,
    inside,
    keep,
    put,
    text_of,
    visiting,
    ways_of,
)
from models.casebook import accounts, sessions
from models.casebook.accounts import DEVICE_KNOWN_FOR, Opened
from models.refusals import NotSignedIn, TooOften
from models.words import SignedInBy

NOT_GOOD = "Aanmelden is niet gelukt. Controleer wat u invulde; een code kunt u maar één keer gebruiken."
TOKEN_NOT_GOOD = "Dit token is niet geldig, of niet meer."  # noqa: S105 - a sentence
LONGEST_ADDRESS = 254


async def ask(request: Request) -> Response:
    """Ask who it is."""
    return asking(request, terug=inside(request.query_params.get("terug", "/")))


def asking(
    request: Request, *, status: int = HTTPStatus.OK, refused: str = "", wrong_token: str = "", terug: str = "/"
) -> Response:
    """The page on which somebody signs in, in each of the ways that there are; `terug`: where they were going."""
    facts = {"ways": ways_of(request), "refused": refused, "wrong_token": wrong_token, "terug": terug}
    return page(request, None, "aanmelden.html", status=status, **facts)


async def sign_in(request: Request) -> Response:
    """Open a session for who proves who they are."""
    check_origin(request)
    form, ways = await request.form(), ways_of(request)
    to = inside(text_of(form, "terug"))
    if "token" in form and ways.token_form:
        return await _with_token(request, form)
    try:
        opened = await _with_account(request, form)
    except TooOften as refusal:
        response = asking(request, status=HTTPStatus.TOO_MANY_REQUESTS, refused=str(refusal), terug=to)
        response.headers["Retry-After"] = str(refusal.seconds)
        return response
    if opened is None:
        return asking(request, status=HTTPStatus.FORBIDDEN, refused=NOT_GOOD, terug=to)
    response = RedirectResponse(to, status_code=HTTPStatus.SEE_OTHER)
    keep(request, response, opened.session)
    if opened.device is not None:
        put(request, response, DEVICE, opened.device, DEVICE_KNOWN_FOR)
    return response


async def _with_account(request: Request, form: FormData) -> Opened | None:
    ways = ways_of(request)
    if ways.accounts is None:
        return None
    login = accounts.login_of(text_of(form, "email"))[:LONGEST_ADDRESS]
    async with at_the_door(request) as work:
        came = await accounts.approach(work, login, address_of(request), cookie(request, DEVICE))
    password, code = str(form.get("wachtwoord", "")), text_of(form, "code")
    step = await ways.accounts.prove(came.password_hash, came.sealed, password, code, ways.wall())
    async with at_the_door(request) as work:
        opened = await accounts.enter(work, came, step)
        if opened is not None:
            await sessions.sign_out(work, cookie(request, COOKIE))
        return opened


async def _with_token(request: Request, form: FormData) -> Response:
    to = inside(text_of(form, "terug"))
    try:
        async with at_the_door(request) as work:
            await sessions.sign_out(work, cookie(request, COOKIE))
            secret = await sessions.sign_in(work, text_of(form, "token"))
    except NotSignedIn:
        return asking(request, status=HTTPStatus.FORBIDDEN, wrong_token=TOKEN_NOT_GOOD, terug=to)
    response = RedirectResponse(to, status_code=HTTPStatus.SEE_OTHER)
    keep(request, response, secret)
    return response


async def sign_out(request: Request) -> Response:
    """End the session, and where the provider wants it the session there."""
    async with visiting(request) as visit:
        await sessions.sign_out(visit.work, cookie(request, COOKIE))
        by_provider = visit.work.entry.how is SignedInBy.PROVIDER
    ways = ways_of(request)
    address = await ways.provider.farewell(wall=ways.wall()) if by_provider and ways.provider else None
    response = back("/aanmelden", "afgemeld") if address is None else go_on(request, "Afmelden", address)
    forget(request, response)
    return response
