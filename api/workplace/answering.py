"""The pages on which somebody answers who does not sign in: by the link of a message, or its reference and code.

Looking changes nothing, whoever looks: machines follow links. A button says that a person is there.
"""

import asyncio
import hmac
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any
from uuid import UUID

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from api.middleware import page_without_scripts
from api.tracing import origin_of
from api.workplace import language
from api.workplace.answer_words import Wording, language_of
from api.workplace.pages import page
from api.workplace.visits import (
    address_of,
    at_the_door,
    check_origin,
    cookie,
    csrf_of,
    database_of,
    put,
    text_of,
)
from models import attempts, credentials, links
from models.agenda import Presence
from models.casebook import budget, bylink, typedcode
from models.casebook.setup import hashed
from models.links import PROVEN_FOR, Act, Factor, Reason
from models.lookups import links as lookup
from models.owed import DUTIES
from models.refusals import (
    AlreadySettled,
    InvalidFields,
    LinkNotGood,
    NotAllowed,
    NotFound,
    NotPossible,
    Refusal,
    TooMany,
    TooOften,
)
from models.transactions import Work, by_link
from models.words import Door

#: the browser in which the second factor was given
FACTOR = "__Host-pols_antwoord"
#: each takes a processor for a moment
_HASHING = asyncio.Semaphore(2)

Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Answering:
    """Somebody who came in by link."""

    work: Work
    token: str
    form: FormData


def _plain(handler: Handler) -> Handler:
    """What every answer page is: without scripts, in no search engine; and one page for a link that is not good."""

    @wraps(handler)
    async def answered(request: Request) -> Response:
        try:
            response = await handler(request)
        except LinkNotGood:
            response = await _gone(request)
        except NotAllowed as refusal:
            response = await _wrong(request, HTTPStatus.FORBIDDEN, "wrong", why=str(refusal))
        except TooMany as refusal:
            response = await _too_many(request, refusal)
        response.headers["Content-Security-Policy"] = page_without_scripts()
        response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        return response

    return answered


async def _words(request: Request) -> Wording:
    asked = request.query_params.get("taal", "")
    if not asked and request.method == "POST":
        asked = text_of(await request.form(), "taal")
    chosen = language_of(asked, request.headers.get("accept-language", ""))
    language.speak(chosen)
    return Wording(chosen)


async def _gone(request: Request) -> Response:
    return await _wrong(request, HTTPStatus.NOT_FOUND, "gone", "gone_why", "gone_then")


async def _too_many(request: Request, refusal: TooMany) -> Response:
    response = await _wrong(request, HTTPStatus.TOO_MANY_REQUESTS, "wrong", why=str(refusal))
    response.headers["Retry-After"] = str(refusal.seconds)
    return response


async def _wrong(request: Request, status: int, title: str, *sentences: str, why: str = "") -> Response:
    t = await _words(request)
    told = [t.say(one) for one in sentences] + ([why] if why else [])
    return page(
        request, None, "antwoordfout.html", status=status, t=t, title=t.say(title), sentences=told, done=""
    )  # fmt: skip


@asynccontextmanager
async def answering(request: Request) -> AsyncIterator[Answering]:
    """One transaction for one page, as the person of the link. A form must have come from the page of this link.

    Raises LinkNotGood or NotAllowed; then nothing is changed.
    """
    token = request.path_params["token"]
    form = await request.form() if request.method == "POST" else FormData()
    browser = cookie(request, FACTOR)
    origin = origin_of(request, Door.ANSWER_PAGE)
    async with by_link(hashed(token), hashed(browser), database_of(request), origin=origin) as work:
        if request.method == "POST":
            _check(request, form, csrf_of(token))
        yield Answering(work, token, form)


def _check(request: Request, form: FormData, token: str) -> None:
    if not hmac.compare_digest(text_of(form, "csrf").encode(), token.encode()):
        raise NotAllowed("Dit formulier hoort niet bij deze pagina. Open de link opnieuw.")
    check_origin(request)


async def _shown(
    request: Request, visit: Answering, step: str, *, status: int = HTTPStatus.OK, wrong: str = "", wrong_pin: str = "",
) -> Response:  # fmt: skip
    t, asked = await _words(request), await lookup.asked(visit.work)
    link = lookup.link_of(visit.work)
    duty = f"?terug=/taken/{link.duty_id}" if link.duty_id else ""
    facts: dict[str, Any] = {
        "t": t, "asked": asked, "step": step, "token": visit.token, "csrf": csrf_of(visit.token),
        "reference": links.grouped(link.reference), "proven": link.proven, "has_pin": await lookup.has_pin(visit.work),
        "given": await lookup.given(visit.work), "acts": tuple(one.value for one in Act),
        "reasons": tuple(Reason), "explained": asked.kind is not None and bool(DUTIES[asked.kind].explained),
        "colleagues": [] if asked.ended_at else await lookup.colleagues(visit.work),
        "address": str(request.url_for("typing")), "sign_in": f"/aanmelden{duty}",
        "done": t.said(request.query_params.get("gezegd", "")), "wrong": wrong, "wrong_pin": wrong_pin,
    }  # fmt: skip
    return page(request, None, "antwoordlink.html", status=status, **facts)


@_plain
async def arrive(request: Request) -> Response:
    """What is asked, of which house and before when; and a button for a person to go on."""
    async with answering(request) as visit:
        return await _shown(request, visit, "verder")


@_plain
async def go_on(request: Request) -> Response:
    """A person is there."""
    async with answering(request) as visit:
        await bylink.opened(visit.work)
    return await _back(request)


async def _back(request: Request, said: str = "") -> Response:
    t = await _words(request)
    token = request.path_params["token"]
    more = f"&gezegd={said}" if said else ""
    return RedirectResponse(f"/a/{token}/antwoord?taal={t.language}{more}", status_code=HTTPStatus.SEE_OTHER)


@_plain
async def ask(request: Request) -> Response:
    """What can be said with the link alone, and after the second factor what counts as an answer."""
    async with answering(request) as visit:
        return await _shown(request, visit, "antwoord")


@_plain
async def act(request: Request) -> Response:
    """Do what was chosen, or say why not."""
    try:
        async with answering(request) as visit:
            said = await _done(visit)
    except (InvalidFields, NotPossible, NotAllowed, NotFound, AlreadySettled) as refusal:
        return await _refused(request, refusal)
    if said == "doorgegeven":  # from now on the link is somebody else's to have
        t = await _words(request)
        return RedirectResponse(f"/antwoord?taal={t.language}&gezegd={said}", status_code=HTTPStatus.SEE_OTHER)
    return await _back(request, said)


async def _done(visit: Answering) -> str:
    work, chosen = visit.work, text_of(visit.form, "doe")
    if text_of(visit.form, "collega"):
        await bylink.hand_on(work, _id(text_of(visit.form, "collega")))
        return "doorgegeven"
    if text_of(visit.form, "aanwezigheid"):
        await bylink.attend(work, _presence(text_of(visit.form, "aanwezigheid")))
        return "aanwezigheid"
    if text_of(visit.form, "uitkomst"):
        await bylink.answer(work, text_of(visit.form, "uitkomst"), text_of(visit.form, "reden"))
        return "geantwoord"
    if chosen not in set(Act):
        raise InvalidFields([])
    await _ACTS[Act(chosen)](work)
    return chosen


_ACTS: dict[Act, Callable[[Work], Awaitable[None]]] = {
    Act.RECEIVED: bylink.received, Act.MORE_TIME: bylink.ask_more_time, Act.NOT_MINE: bylink.decline,
}  # fmt: skip


def _presence(value: str) -> Presence:
    try:
        return Presence(value)
    except ValueError:
        raise InvalidFields([]) from None


def _id(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        raise InvalidFields([]) from None


async def _refused(request: Request, refusal: Refusal) -> Response:
    """The page again, with what was wrong; a duty that was settled meanwhile says so by itself."""
    t = await _words(request)
    fields = refusal.errors if isinstance(refusal, InvalidFields) else ()
    said = "; ".join(f"{one.field}: {one.message}" for one in fields) if fields else str(refusal)
    why = t.say("wrong:keuze") if isinstance(refusal, InvalidFields) and not fields else said
    why = "" if isinstance(refusal, AlreadySettled) else why  # its words say what was answered
    status = HTTPStatus.UNPROCESSABLE_ENTITY if isinstance(refusal, InvalidFields) else HTTPStatus.CONFLICT
    status = HTTPStatus.FORBIDDEN if isinstance(refusal, NotAllowed) else status
    async with _looking(request) as visit:
        return await _shown(request, visit, "antwoord", status=status, wrong=why)


@asynccontextmanager
async def _looking(request: Request) -> AsyncIterator[Answering]:
    """The page after a form that was refused: nothing of the form is done."""
    token, origin = request.path_params["token"], origin_of(request, Door.ANSWER_PAGE)
    browser = hashed(cookie(request, FACTOR))
    async with by_link(hashed(token), browser, database_of(request), origin=origin) as work:
        yield Answering(work, token, FormData())


@_plain
async def prove(request: Request) -> Response:
    """The second factor: counted before it is judged, and good for a quarter of an hour in this browser."""
    async with answering(request) as visit:
        kept, link = await lookup.own_pin(visit.work), lookup.link_of(visit.work)
        counted = attempts.proving(str(visit.work.actor.person_id), str(link.id))
        pin = text_of(visit.form, "pincode")
    try:
        async with at_the_door(request) as work:
            await budget.take(work, counted)
    except TooOften as refusal:
        response = await _not_proven(request, HTTPStatus.TOO_MANY_REQUESTS, str(refusal))
        response.headers["Retry-After"] = str(refusal.seconds)
        return response
    async with _HASHING:
        right = await asyncio.to_thread(credentials.is_password, pin, kept)
    if not right:
        return await _not_proven(request, HTTPStatus.FORBIDDEN)
    async with at_the_door(request) as work:
        await budget.give_back(work, counted)
    return await _proven(request)


async def _not_proven(request: Request, status: int, why: str = "") -> Response:
    t = await _words(request)
    async with _looking(request) as visit:
        bylink.not_proven(visit.work)
        return await _shown(request, visit, "antwoord", status=status, wrong_pin=why or t.say("wrong:pincode"))


async def _proven(request: Request) -> Response:
    secret = secrets.token_urlsafe(32)
    async with _looking(request) as visit:
        await bylink.prove(visit.work, hashed(secret), Factor.PIN)
    response = await _back(request, "pincode")
    put(request, response, FACTOR, secret, PROVEN_FOR)
    return response


@_plain
async def typing_page(request: Request) -> Response:
    """Ask for a reference and a code."""
    return await _typing(request)


async def _typing(request: Request, *, status: int = HTTPStatus.OK, wrong: str = "") -> Response:
    t = await _words(request)
    done = t.said(request.query_params.get("gezegd", ""))
    return page(request, None, "antwoordcode.html", status=status, t=t, done=done, wrong=wrong)


@_plain
async def typed(request: Request) -> Response:
    """To the page of the link; whatever is wrong with the pair, one answer."""
    check_origin(request)
    form, t = await request.form(), await _words(request)
    reference, code = links.typed(text_of(form, "kenmerk")), links.typed(text_of(form, "code"))
    counted = attempts.typing(reference, address_of(request))
    try:
        async with at_the_door(request) as work:
            await budget.take(work, counted)
    except TooOften as refusal:
        response = await _typing(request, status=HTTPStatus.TOO_MANY_REQUESTS, wrong=str(refusal))
        response.headers["Retry-After"] = str(refusal.seconds)
        return response
    async with at_the_door(request) as work:
        token = await typedcode.open_by_code(work, reference, code)
        if token is not None:
            await budget.give_back(work, counted)
    if token is None:
        return await _typing(request, status=HTTPStatus.FORBIDDEN, wrong=t.say("wrong:code"))
    return RedirectResponse(f"/a/{token}?taal={t.language}", status_code=HTTPStatus.SEE_OTHER)


ROUTES = (
    Route("/a/{token}", arrive),
    Route("/a/{token}", go_on, methods=["POST"]),
    Route("/a/{token}/antwoord", ask),
    Route("/a/{token}/antwoord", act, methods=["POST"]),
    Route("/a/{token}/pincode", prove, methods=["POST"]),
    Route("/antwoord", typing_page, name="typing"),
    Route("/antwoord", typed, methods=["POST"]),
)
