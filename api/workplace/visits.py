"""Who looks at a page: the session behind the cookie, one transaction, and the token that its forms carry."""

import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from api.tracing import known, origin_of
from models.actors import LOG_ROLES, Actor
from models.casebook.sessions import LASTS
from models.casebook.setup import TOKEN_PREFIX, hashed
from models.refusals import NotAllowed, NotSignedIn
from models.transactions import Database, Work, signed_in
from models.words import Door

COOKIE = "pols_sessie"


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

    def field(self, name: str) -> str:
        """A text field of the form."""
        value = self.form.get(name)
        return value.strip() if isinstance(value, str) else ""

    def id_in_form(self, name: str) -> UUID | None:
        """An id in the form, when it is one."""
        try:
            return UUID(self.field(name))
        except ValueError:
            return None


def database_of(request: Request) -> Database:
    """The database this workplace was made for."""
    database = request.app.state.database
    if not isinstance(database, Database):
        msg = "the workplace has no database"
        raise TypeError(msg)
    return database


def csrf_of(secret: str) -> str:
    """The token of every form: bound to the session, and of no use to find its secret."""
    return hmac.new(secret.encode(), b"pols formulier", sha256).hexdigest()


@asynccontextmanager
async def visiting(request: Request) -> AsyncIterator[Visit]:
    """One transaction for one page, as who is signed in. A POST must carry the token of the session.

    Raises NotSignedIn or NotAllowed; then nothing is changed.
    """
    secret = request.cookies.get(COOKIE, "")
    if not secret or secret.startswith(TOKEN_PREFIX):
        raise NotSignedIn
    form = await request.form() if request.method == "POST" else FormData()
    origin = origin_of(request, Door.WORKPLACE)
    async with signed_in(hashed(secret), database_of(request), origin=origin) as (work, name):
        known(request, work)
        token = csrf_of(secret)
        if request.method == "POST":
            _check(request, form, token)
        yield Visit(work, name, token, form)


def _check(request: Request, form: FormData, token: str) -> None:
    given = form.get("csrf")
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), token.encode()):
        raise NotAllowed(
            "Dit formulier hoort niet bij uw sessie. Ga terug, laad de pagina opnieuw en probeer het nog eens."
        )
    check_origin(request)


def check_origin(request: Request) -> None:
    """A form comes from our own pages; a browser that says otherwise is refused."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise NotAllowed("Dit formulier kwam van een andere website.")


def keep(request: Request, response: Response, secret: str) -> None:
    """Remember the session in the browser, for this site only and out of reach of scripts."""
    response.set_cookie(
        COOKIE, secret, max_age=int(LASTS.total_seconds()), path="/", httponly=True, samesite="strict",
        secure=request.url.scheme == "https",
    )  # fmt: skip


def forget(request: Request, response: Response) -> None:
    """Take the session out of the browser."""
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict", secure=request.url.scheme == "https")
