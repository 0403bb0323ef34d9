"""What goes wrong, as problem+json (RFC 9457): in Dutch, without a trace of rows, queries or code."""

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy import exc
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from api.bounded import TooElaborate
from api.messages import said
from api.tracing import note_refusal
from models import refusals
from models.casebook import brakes
from models.refusals import InvalidFields, Refusal

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = {"Retry-After": "5"}

#: what each refusal is on the wire
STATUS: dict[type[Refusal], HTTPStatus] = {
    refusals.NotSignedIn: HTTPStatus.UNAUTHORIZED,
    refusals.NotFound: HTTPStatus.NOT_FOUND,
    refusals.LinkNotGood: HTTPStatus.NOT_FOUND,
    refusals.NotAllowed: HTTPStatus.FORBIDDEN,
    refusals.ConfirmFirst: HTTPStatus.FORBIDDEN,
    refusals.TooOften: HTTPStatus.TOO_MANY_REQUESTS,
    refusals.MayNotDecide: HTTPStatus.FORBIDDEN,
    refusals.NotInThisPhase: HTTPStatus.CONFLICT,
    refusals.GateOpen: HTTPStatus.CONFLICT,
    refusals.AlreadySettled: HTTPStatus.CONFLICT,
    refusals.NotPossible: HTTPStatus.CONFLICT,
    refusals.LeaseLost: HTTPStatus.CONFLICT,
    refusals.MayNotShift: HTTPStatus.CONFLICT,
    refusals.KeyUsedBefore: HTTPStatus.CONFLICT,
    refusals.Outdated: HTTPStatus.PRECONDITION_FAILED,
    refusals.AnswerNotAccepted: HTTPStatus.BAD_REQUEST,
    refusals.InvalidFields: HTTPStatus.BAD_REQUEST,
    refusals.TooMany: HTTPStatus.TOO_MANY_REQUESTS,
    refusals.ReadTooMuch: HTTPStatus.TOO_MANY_REQUESTS,
    refusals.NotScanned: HTTPStatus.SERVICE_UNAVAILABLE,
    refusals.NotPrinted: HTTPStatus.SERVICE_UNAVAILABLE,
}

TITLES: dict[HTTPStatus, str] = {
    HTTPStatus.BAD_REQUEST: "Niet goed ingevuld",
    HTTPStatus.UNAUTHORIZED: "Niet aangemeld",
    HTTPStatus.FORBIDDEN: "Niet toegestaan",
    HTTPStatus.NOT_FOUND: "Niet gevonden",
    HTTPStatus.METHOD_NOT_ALLOWED: "Kan hier niet",
    HTTPStatus.CONFLICT: "Kan nu niet",
    HTTPStatus.PRECONDITION_FAILED: "Intussen gewijzigd",
    HTTPStatus.REQUEST_TIMEOUT: "Te langzaam",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Te groot",
    HTTPStatus.TOO_MANY_REQUESTS: "Te veel verzoeken",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Er ging iets mis",
    HTTPStatus.SERVICE_UNAVAILABLE: "Even niet beschikbaar",
}

_DETAILS: dict[int, str] = {
    HTTPStatus.BAD_REQUEST: "Het bericht is niet te lezen; stuur JSON.",
    HTTPStatus.NOT_FOUND: "Dit adres bestaat niet.",
    HTTPStatus.METHOD_NOT_ALLOWED: "Op dit adres kan deze bewerking niet.",
    HTTPStatus.REQUEST_TIMEOUT: "Het bericht kwam te langzaam binnen; er is niets gewijzigd. Stuur het opnieuw.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Het bericht is groter dan 1 MB.",
}
#: the rest of such a body is not waited for
HANG_UP = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE})
BUSY = "Pols is even druk of niet bereikbaar; er is niets gewijzigd. Probeer het zo opnieuw."
_CLASHES = "Dit past niet bij wat er al is vastgelegd, of een ander was u net voor; er is niets gewijzigd."
_UNREADABLE = "Een waarde bevat een teken dat niet te bewaren is, of valt buiten bereik; er is niets gewijzigd."
_UNEXPECTED = "Er ging onverwacht iets mis; er is niets gewijzigd. Meld het als dit blijft gebeuren."

#: deadlock, serialization, lock not available, cancelled: the same request may succeed later
_PASSING = frozenset({"40P01", "40001", "55P03", "57014", "57P01", "53300"})
#: a value the database, or its driver, cannot write down
_NOT_KEPT = frozenset({"22000", "22003", "22008", "22021", "22P05"})

_log = logging.getLogger("pols.api")


class VerkeerdVeld(BaseModel):
    """Een veld dat niet goed is ingevuld, met wat eraan te doen is."""

    veld: str = Field(description="De plaats van het veld in het bericht, bijvoorbeeld personen[0].bsn")
    melding: str


class Foutmelding(BaseModel):
    """Waarom iets niet kan (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    velden: list[VerkeerdVeld] | None = None


def problem(
    request: Request, status: int, detail: str, *, fields: list[dict[str, str]] | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:  # fmt: skip
    """One answer about something that cannot be done."""
    title = TITLES.get(HTTPStatus(status), HTTPStatus(status).phrase)
    body: dict[str, Any] = {
        "type": f"urn:pols:probleem:{title.lower().replace(' ', '-')}", "title": title, "status": int(status),
        "detail": detail, "instance": request.url.path,
    }  # fmt: skip
    if fields is not None:
        body["velden"] = fields
    return JSONResponse(body, status, headers, MEDIA_TYPE)


async def refused(request: Request, error: Exception) -> JSONResponse:
    """A refusal of the domain, with its own words."""
    assert isinstance(error, Refusal)  # noqa: S101 - registered for refusals only
    try:
        await note_refusal(request, error, request.app.state.database)
    except (exc.DBAPIError, exc.TimeoutError, OSError) as unkept:  # what cannot be logged is not answered
        return await database_refused(request, unkept)
    status = STATUS[type(error)]
    fields = None
    if isinstance(error, InvalidFields):
        fields = [{"veld": one.field, "melding": one.message} for one in error.errors]
    if isinstance(error, refusals.ReadTooMuch):
        await sounded(request, error)
    return problem(request, status, str(error), fields=fields, headers=_headers_of(error))


def _headers_of(error: Refusal) -> dict[str, str] | None:
    match error:
        case refusals.NotSignedIn():
            return {"WWW-Authenticate": "Bearer"}
        case refusals.TooMany(seconds=seconds):
            return {"Retry-After": str(seconds)}
        case refusals.NotScanned() | refusals.NotPrinted():
            return RETRY_AFTER
        case _:
            return None


async def sounded(request: Request, error: refusals.ReadTooMuch) -> None:
    """Sound the alarm about who reads too much; that it cannot sound changes nothing about the refusal."""
    try:
        await brakes.alarm(error, request.app.state.database)
    except (exc.SQLAlchemyError, OSError) as trouble:
        _log.error("the alarm could not sound error=%s", type(trouble).__name__)


async def invalid(request: Request, error: Exception) -> JSONResponse:
    """A request that does not have its shape; every wrong field at once."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
    fields = [{"veld": path, "melding": message} for path, message in map(said, error.errors())]
    names = ", ".join(dict.fromkeys(one["veld"] for one in fields))
    return problem(request, HTTPStatus.BAD_REQUEST, f"Niet alle velden zijn goed ingevuld: {names}.", fields=fields)


async def by_status(request: Request, error: Exception) -> JSONResponse:
    """What the framework refuses: no such address, no such method, too large."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    detail = _DETAILS.get(error.status_code, _DETAILS[HTTPStatus.BAD_REQUEST])
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = _allowed(request) or headers.get("Allow", "")
    if error.status_code in HANG_UP:
        headers["Connection"] = "close"
    return problem(request, error.status_code, detail, headers=headers or None)


def _allowed(request: Request) -> str:
    """Every method of this address: the framework names those of the first of its routes only."""
    document = getattr(request.app.state, "document", {"paths": {}})
    here = request.url.path.removeprefix(request.scope.get("root_path", ""))
    verbs = (item for path, item in document["paths"].items() if compile_path(path)[0].match(here))
    return ", ".join(verb.upper() for verb in next(verbs, ()))


async def elaborate(request: Request, error: Exception) -> JSONResponse:
    """JSON that asks for more work than any message of ours."""
    assert isinstance(error, TooElaborate)  # noqa: S101 - registered for this class only
    fields = [{"veld": "bericht", "melding": error.why}]
    return problem(request, HTTPStatus.BAD_REQUEST, f"Het bericht {error.why}.", fields=fields)


async def database_refused(request: Request, error: Exception) -> JSONResponse:
    """What the database refuses: a clash, a passing trouble, an odd text. Never its words: they hold values."""
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    if isinstance(error, exc.IntegrityError):
        return problem(request, HTTPStatus.CONFLICT, _CLASHES)
    if state in _NOT_KEPT:
        return problem(request, HTTPStatus.BAD_REQUEST, _UNREADABLE)
    lost = isinstance(error, exc.TimeoutError | exc.InterfaceError | exc.OperationalError | OSError)
    if lost or state in _PASSING or getattr(error, "connection_invalidated", False):
        return problem(request, HTTPStatus.SERVICE_UNAVAILABLE, BUSY, headers=RETRY_AFTER)
    return await unexpected(request, error)


async def far_away(request: Request, _error: Exception) -> JSONResponse:
    """A moment that no calendar reaches."""
    return problem(request, HTTPStatus.BAD_REQUEST, "Een datum ligt te ver weg; er is niets gewijzigd.")


async def unexpected(request: Request, error: Exception) -> JSONResponse:
    """A mistake of ours: the log gets the name of its class and nothing of its text."""
    _log.error("unexpected error=%s", type(error).__name__)
    return problem(request, HTTPStatus.INTERNAL_SERVER_ERROR, _UNEXPECTED)


def explain_problems(app: FastAPI) -> None:
    """Every error of this application is answered as a problem."""
    app.add_exception_handler(Refusal, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, by_status)
    app.add_exception_handler(TooElaborate, elaborate)
    for kind in (exc.DBAPIError, exc.TimeoutError, OSError):
        app.add_exception_handler(kind, database_refused)
    app.add_exception_handler(OverflowError, far_away)
    app.add_exception_handler(Exception, unexpected)
