"""What is one's own: the sessions that are open, the tokens, and proving again who one is."""

from http import HTTPStatus
from typing import Any

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.workplace.language import translated
from api.workplace.pages import back, page, speaker
from api.workplace.provider import leave
from api.workplace.visits import Visit, at_the_door, forget, inside, keep, visiting, ways_of
from models import attempts
from models.actors import AT_THE_DOOR
from models.casebook import accounts, budget, identities, sessions, tokens
from models.commands.people import MakeToken
from models.lookups import absence, entrance, links
from models.lookups.paging import Page
from models.refusals import FieldError, InvalidFields, NotSignedIn, TooOften
from models.transactions import become
from models.words import SignedInBy, TokenScope

WRONG = "Dat klopt niet. Een code kunt u maar één keer gebruiken."
WAYS = {
    SignedInBy.TOKEN: "met een token", SignedInBy.PASSWORD: "met wachtwoord en code",
    SignedInBy.PROVIDER: "bij uw organisatie",
}  # fmt: skip


async def mine(request: Request) -> Response:
    """One's own sessions and tokens."""
    async with visiting(request) as visit:
        return await _mine(request, visit)


async def _mine(request: Request, visit: Visit, secret: str = "") -> Response:
    work = visit.work
    listed = await entrance.my_sessions(work)
    own = [one for one, _ in (await entrance.tokens(work, Page())).rows if one.person_id == work.actor.person_id]
    facts: dict[str, Any] = {
        "sessions": [(one, translated(WAYS[one.how]), one.id == work.entry.session_id) for one in listed],
        "tokens": own,
        "secret": secret, "spreker": await speaker(visit), "away": await absence.own(work),
        "colleagues": await absence.who_may_stand_in(work), "has_pin": await links.has_pin(work),
    }  # fmt: skip
    return page(request, visit, "mijn.html", **facts)


async def end_session(request: Request) -> Response:
    """End one of one's own sessions."""
    async with visiting(request) as visit:
        session_id = request.path_params["session_id"]
        await sessions.end(visit.work, session_id)
        this_one = session_id == visit.work.entry.session_id
    response = back("/aanmelden", "afgemeld") if this_one else back("/mijn", "beeindigd")
    if this_one:
        forget(request, response)
    return response


async def end_others(request: Request) -> Response:
    """End all one's own sessions but this one."""
    async with visiting(request) as visit:
        await sessions.end_others(visit.work)
    return back("/mijn", "beeindigd")


async def make_token(request: Request) -> Response:
    """Make a token; only this page shows it."""
    async with visiting(request) as visit:
        sessions.must_be_fresh(visit.work)
        try:
            scope, days = TokenScope(visit.field("bereik")), int(visit.field("dagen"))
            command = MakeToken(name=visit.field("naam"), scope=scope, days=days)
        except (ValidationError, ValueError):
            raise InvalidFields([FieldError("token", "geef een naam, een bereik en 1 tot 365 dagen")]) from None
        _made, secret = await tokens.make(visit.work, command)
        await visit.work.session.flush()
        return await _mine(request, visit, secret)


async def revoke_token(request: Request) -> Response:
    """A token is good for nothing from now."""
    async with visiting(request) as visit:
        await tokens.revoke(visit.work, request.path_params["token_id"])
    return back("/mijn", "ingetrokken")


async def ask_to_confirm(request: Request) -> Response:
    """Ask to prove again who it is."""
    async with visiting(request) as visit:
        return _confirming(request, visit, inside(request.query_params.get("terug", "/")))


def _confirming(request: Request, visit: Visit, to: str, status: int = HTTPStatus.OK, refused: str = "") -> Response:
    facts = {"how": visit.work.entry.how, "terug": to, "refused": refused}
    return page(request, visit, "bevestigen.html", status=status, **facts)


async def confirm(request: Request) -> Response:
    """Prove again who it is, in the way of signing in: the session goes on under a new secret."""
    async with visiting(request) as visit:
        how, person_id, to = visit.work.entry.how, visit.actor.person_id, inside(visit.field("terug"))
        sealed = await accounts.own_factor(visit.work)
        code = visit.field("code")
    if how is SignedInBy.PROVIDER:
        return await _to_provider(request, to)
    counted = attempts.confirming(str(person_id))
    try:
        async with at_the_door(request) as work:
            await budget.take(work, counted)
    except TooOften as refusal:
        return await _not_confirmed(request, to, HTTPStatus.TOO_MANY_REQUESTS, str(refusal), refusal.seconds)
    secret = await _confirmed(request, how, _step(request, sealed, code))
    if secret is None:
        return await _not_confirmed(request, to, HTTPStatus.FORBIDDEN, WRONG)
    async with at_the_door(request) as work:
        await budget.give_back(work, counted)
    response = RedirectResponse(to, status_code=HTTPStatus.SEE_OTHER)
    keep(request, response, secret)
    return response


def _step(request: Request, sealed: bytes | None, code: str) -> int | None:
    ways = ways_of(request)
    return ways.accounts.step(sealed, code, ways.wall()) if ways.accounts else None


async def _confirmed(request: Request, how: SignedInBy | None, step: int | None) -> str | None:
    async with visiting(request) as visit:
        try:
            if how is SignedInBy.TOKEN:
                return await sessions.confirm_token(visit.work, visit.field("token"))
            return await sessions.confirm_code(visit.work, step) if step is not None else None
        except NotSignedIn:
            return None


async def _not_confirmed(request: Request, to: str, status: int, why: str, wait: int | None = None) -> Response:
    async with visiting(request) as visit:
        response = _confirming(request, visit, to, status, why)
    if wait is not None:
        response.headers["Retry-After"] = str(wait)
    return response


async def _to_provider(request: Request, to: str) -> Response:
    ways = ways_of(request)
    if ways.provider is None:
        raise NotSignedIn
    async with visiting(request) as visit:
        session_id = visit.work.entry.session_id
        outside = await become(visit.work, AT_THE_DOOR)
        flow = identities.depart(outside, wall=ways.wall(), session_id=session_id, back=to)
    return await leave(request, ways.provider, flow)
