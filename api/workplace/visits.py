"""Who looks at a page: the session behind the cookie, one transaction, and the token that its forms carry."""

import hmac
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Literal
from uuid import UUID

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from api.tracing import known, origin_of
from api.ways import Ways
from api.workplace import language
from models import delivery, figures
from models.actors import AT_THE_DOOR, LOG_ROLES, Actor
from models.casebook.sessions import LASTS
from models.casebook.setup import TOKEN_PREFIX, hashed
from models.lookups import preferences
from models.refusals import NotAllowed, NotSignedIn
from models.transactions import Database, Work, signed_in, unit_of_work
from models.words import Door, OrganisationKind, Role

#: the browser keeps these from other sites, from http, and from other hosts of the domain
COOKIE = "__Host-pols_sessie"
DEVICE = "__Host-pols_apparaat"
FLOW = "__Host-pols_aanmelding"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Visit:
    """A page being made for somebody who is signed in."""

    work: Work
    name: str
    csrf: str
    form: FormData

    @property
    def actor(self) -> Actor:
        """Who is signed in."""
        return self.work.actor

    @property
    def reads_log(self) -> bool:
        """Whether the log is in their menu."""
        return self.actor.has(*LOG_ROLES)

    @property
    def reads_figures(self) -> bool:
        """Whether there are reports for them."""
        return bool(figures.open_to(self.actor))

    @property
    def keeps_mail(self) -> bool:
        """Whether the messages are in their menu."""
        return delivery.sees(self.actor)

    @property
    def sets_policy(self) -> bool:
        """Whether the texts of the house are theirs to change."""
        return self.actor.has(Role.MANAGER, Role.ADMINISTRATOR)

    @property
    def reads_policy(self) -> bool:
        """Whether the policy is in their menu."""
        return self.actor.organisation_kind is OrganisationKind.HOUSE and self.actor.has(
            Role.MANAGER, Role.ADMINISTRATOR, Role.PRIVACY_OFFICER
        )

    @property
    def keeps_house(self) -> bool:
        """Whether the systems that hear of events are in their menu."""
        return self.actor.has(Role.MANAGER, Role.ADMINISTRATOR)

    def field(self, name: str) -> str:
        """A text field of the form."""
        return text_of(self.form, name)

    def id_in_form(self, name: str) -> UUID | None:
        """An id in the form, when it is one."""
        return id_of(self.field(name))


def database_of(request: Request) -> Database:
    """The database this workplace was made for."""
    database = request.app.state.database
    if not isinstance(database, Database):
        msg = "the workplace has no database"
        raise TypeError(msg)
    return database


def ways_of(request: Request) -> Ways:
    """The ways in of this workplace."""
    ways = request.app.state.ways
    if not isinstance(ways, Ways):
        msg = "the workplace has no ways in"
        raise TypeError(msg)
    return ways


def id_of(value: str) -> UUID | None:
    """An id that somebody sent, when it is one."""
    try:
        return UUID(value.strip())
    except ValueError:
        return None


def text_of(form: FormData, name: str) -> str:
    """A text field of a form."""
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""


def address_of(request: Request) -> str:
    """Where a request comes from, as the server and its proxy say."""
    return request.client.host if request.client else ""


def _may_be_plain(request: Request) -> bool:
    """On our own machine there is no https; elsewhere a cookie without it is not worth having."""
    return request.url.scheme == "http" and request.url.hostname in _LOOPBACK


def cookie_name(request: Request, name: str) -> str:
    """The name of a cookie here."""
    return name.removeprefix("__Host-") if _may_be_plain(request) else name


def cookie(request: Request, name: str) -> str:
    """What the browser brings under this name."""
    return request.cookies.get(cookie_name(request, name), "")


def csrf_of(secret: str) -> str:
    """The token of every form: bound to the session, and of no use to find its secret."""
    return hmac.new(secret.encode(), b"pols formulier", sha256).hexdigest()


def at_the_door(request: Request) -> AbstractAsyncContextManager[Work]:
    """One transaction for somebody who has yet to say who they are."""
    return unit_of_work(AT_THE_DOOR, database_of(request), origin=origin_of(request, Door.WORKPLACE))


@asynccontextmanager
async def visiting(request: Request) -> AsyncIterator[Visit]:
    """One transaction for one page, as who is signed in. A POST must carry the token of the session.

    Raises NotSignedIn or NotAllowed; then nothing is changed.
    """
    secret = cookie(request, COOKIE)
    if not secret or secret.startswith(TOKEN_PREFIX):
        raise NotSignedIn
    form = await request.form() if request.method == "POST" else FormData()
    origin = origin_of(request, Door.WORKPLACE)
    async with _closing(form), signed_in(hashed(secret), database_of(request), origin=origin) as (work, name):
        known(request, work)
        if chosen := await preferences.language(work):
            language.speak(chosen)
        token = csrf_of(secret)
        if request.method == "POST":
            _check(request, form, token)
        else:
            work.changes_nothing()
        yield Visit(work, name, token, form)


@asynccontextmanager
async def _closing(form: FormData) -> AsyncIterator[None]:
    """What was sent along as a file is let go, whatever comes of it."""
    try:
        yield
    finally:
        await form.close()


def _check(request: Request, form: FormData, token: str) -> None:
    given = form.get("csrf")
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), token.encode()):
        raise NotAllowed(
            "Dit formulier hoort niet bij uw sessie. Ga terug, laad de pagina opnieuw en probeer het nog eens."
        )
    check_origin(request)


def inside(path: str) -> str:
    """A page of ours to go back to, and nothing else."""
    fits = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and len(path) < 200  # noqa: PLR2004
    return path if fits else "/"


def check_origin(request: Request) -> None:
    """A form comes from our own pages; a browser that says otherwise is refused."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise NotAllowed("Dit formulier kwam van een andere website.")


def keep(request: Request, response: Response, secret: str) -> None:
    """Remember the session in the browser, for this site only and out of reach of scripts."""
    put(request, response, COOKIE, secret, LASTS)


def put(
    request: Request, response: Response, name: str, value: str, lasts: timedelta,
    *, samesite: Literal["strict", "lax"] = "strict",
) -> None:  # fmt: skip
    """Give the browser something to bring along."""
    response.set_cookie(
        cookie_name(request, name), value, max_age=int(lasts.total_seconds()), path="/", httponly=True,
        samesite=samesite, secure=not _may_be_plain(request),
    )  # fmt: skip


def forget(request: Request, response: Response, name: str = COOKIE) -> None:
    """Take the session, or something else, out of the browser."""
    response.delete_cookie(
        cookie_name(request, name), path="/", httponly=True, samesite="strict", secure=not _may_be_plain(request)
    )
