"""Signing in through the provider of an organisation: going there, and coming back."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from api.oidc import Relying, Vouched
from api.workplace.entering import NOT_GOOD, asking
from api.workplace.pages import go_on
from api.workplace.visits import (
    COOKIE,
    FLOW,
    at_the_door,
    check_origin,
    cookie,
    forget,
    inside,
    keep,
    put,
    text_of,
    ways_of,
)
from models.casebook import identities, sessions
from models.casebook.identities import FLOW_LASTS, Flow
from models.refusals import NotFound, NotSignedIn

LONGEST = 4096


def _provider(request: Request) -> Relying:
    found = ways_of(request).provider
    if found is None:
        raise NotFound
    return found


async def go(request: Request) -> Response:
    """To the provider, to sign in there."""
    check_origin(request)
    provider, wall = _provider(request), ways_of(request).wall()
    to = inside(text_of(await request.form(), "terug"))
    async with at_the_door(request) as work:
        flow = identities.depart(work, wall=wall, back=to)
    return await leave(request, provider, flow)


async def leave(request: Request, provider: Relying, flow: Flow) -> Response:
    """To the provider; the browser keeps what only it and the server know. By a page of ours: a form of ours may not
    lead to another site."""
    again = flow.session_id is not None
    address = await provider.address(flow, wall=ways_of(request).wall(), again=again)
    response = go_on(request, "Aanmelden bij uw organisatie", address)
    put(request, response, FLOW, flow.browser, FLOW_LASTS, samesite="lax")  # it comes back from another site
    return response


async def come_back(request: Request) -> Response:
    """From the provider: once, in the browser that went there. Whatever is wrong, one answer."""
    provider, answer = _provider(request), {key: value[:LONGEST] for key, value in request.query_params.items()}
    try:
        async with at_the_door(request) as work:
            flow = await identities.come_back(work, answer.get("state", ""), cookie(request, FLOW))
        vouched = await provider.vouched(flow, answer, wall=ways_of(request).wall())
        secret = await _entered(request, flow, vouched)
    except NotSignedIn:
        async with at_the_door(request) as work:
            identities.refuse(work)
        response = asking(request, status=HTTPStatus.FORBIDDEN, refused=NOT_GOOD)
    else:
        response = go_on(
            request, "Aangemeld", flow.back
        )  # a page of ours: only from there the browser brings the session
        keep(request, response, secret)
    forget(request, response, FLOW)
    return response


async def _entered(request: Request, flow: Flow, vouched: Vouched) -> str:
    async with at_the_door(request) as work:
        if flow.session_id is not None:
            return await sessions.confirm_identity(work, flow.session_id, vouched.issuer, vouched.subject)
        await sessions.sign_out(work, cookie(request, COOKIE))
        return await identities.sign_in(work, vouched.issuer, vouched.subject, vouched.verified_email)
