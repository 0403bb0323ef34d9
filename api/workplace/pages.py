"""Making a page: templates that escape everything, and pages for what went wrong."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from sqlalchemy import exc
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api import problems
from api.tracing import note_refusal
from api.workplace import doing, files, language, report_said, wording
from api.workplace.visits import Visit
from models.lookups import cases, people
from models.process import HELP, LABELS
from models.refusals import (
    ConfirmFirst,
    FieldError,
    InvalidFields,
    NotAllowed,
    NotFound,
    NotPrinted,
    NotSignedIn,
    ReadTooMuch,
    Refusal,
    TooMany,
)
from models.stalled import DONE_BY_FLOW, WORDS
from models.words import ReassignReason

#: what a page says after a form was sent; the address carries the key only
SAID: Mapping[str, str] = {
    "herinnerd": "De herinnering is verstuurd.",
    "geescaleerd": "Het bericht is verstuurd.",
    "geantwoord": "Uw antwoord is vastgelegd.",
    "informatie": "De vraag is gesteld. De deelnemer krijgt bericht.",
    "toegewezen": "De taak is toegewezen; wie haar nu heeft krijgt bericht.",
    "verzonden": "Het bericht gaat opnieuw uit.",
    "opgegeven": "Het bericht wordt niet meer verzonden.",
    "hervat": "De casus is hervat.",
    "telefonisch": "Het telefonische antwoord is vastgelegd. De partner krijgt een afschrift.",
    "hersteld": "Het antwoord is hersteld. De procesregisseur krijgt daar bericht van.",
    "afgemeld": "U bent afgemeld.",
    "gevraagd": "U krijgt een code per mail; bevestig daarmee binnen tien minuten. Een collega kan ook bevestigen.",
    "bevestigd": "De casus is geopend. De procesregisseur en de privacy officer hebben bericht gekregen.",
    "onjuist": "Deze code klopt niet; kijk in het laatste bericht.",
    "afgebroken": "De toegang is beëindigd.",
    "beoordeeld": "Uw oordeel is vastgelegd.",
    "ingesteld": "Uw account is ingesteld. Meld u nu aan; wacht daarvoor op een nieuwe code.",
    "beeindigd": "Beëindigd. Wie daar nog aangemeld was, is dat niet meer.",
    "ingetrokken": "Het token is ingetrokken.",
    "agenda_ingetrokken": "Het adres is ingetrokken. Uw agenda vindt er niets meer.",
    "afwezig": "Vastgelegd. Tot u er weer bent, doet uw vervanger wat op uw naam staat.",
    "gekozen": "Uw keuze is bewaard.",
    "bewaard": "De teksten zijn bewaard; zij gelden voor wat vanaf nu wordt verstuurd.",
    "terug": "Welkom terug. Niemand vervangt u nu meer.",
    "onbekend": "Dit kenmerk is niet gevonden, of niet voor u toegankelijk.",
    "pin_gekozen": "Uw pincode is vastgelegd.",
    "pin_weg": "De pincode is ingetrokken.",
    "codeverstuurd": "Er is een code naar dit adres gestuurd. Vul die hieronder in; zij geldt een half uur.",
    "kanaalbevestigd": "Bevestigd. U kunt nu kiezen wat hierover gaat.",
    "kanaalbeeindigd": "Beëindigd. Wat hierover ging, gaat nu per e-mail.",
    "proef": "Er is een proefgebeurtenis verstuurd.",
    "opnieuw": "De gebeurtenis wordt opnieuw bezorgd.",
    "overlegdag": "De overlegdag is gemaakt. Er staat nog niets op de agenda.",
    "agenda_gevuld": "Op de agenda gezet. Wie wordt uitgenodigd, krijgt bericht.",
    "van_agenda": "Van de agenda gehaald. Wie was uitgenodigd, krijgt bericht.",
    "overlegdag_verzet": "Verzet. De termijnen en de uitnodigingen gaan mee.",
    "overlegdag_verdaagd": "Wat nog niet was behandeld, staat nu op deze dag.",
    "overlegdag_afgelast": "Afgelast. Wie was uitgenodigd, krijgt bericht.",
    "zetels": "Voorzitter en notulist zijn vastgelegd.",
    "aanwezig": "Vastgelegd wie er zijn.",
    "contact": "Het contact is vastgelegd.",
    "regel": "De regel staat in het verslag.",
    "concept": "De regel is bewaard, en nog niet volledig. Tot dan zien alleen u en wie de casus leidt haar.",
    "weggehaald": "De regel is weggehaald.",
    "lezing": "Uw lezing staat naast die van de ander.",
    "voorgelegd": "Het verslag ligt ter correctie bij wie erbij was.",
    "vastgesteld": "Het verslag is vastgesteld.",
    "voorgesteld": "Het voorstel staat klaar. Een ander bevestigt het; tot dan verandert er niets.",
    "aangewezen": "Bevestigd. Het geldt vanaf nu.",
    "afgewezen": "Het voorstel is van tafel; er verandert niets.",
    "teruggenomen": "De rollen zijn teruggenomen; dat geldt meteen.",
    "vastgelegd": "Vastgelegd.",
    "overgedragen": "Overgedragen. Wie nu aan de beurt is krijgt bericht.",
    "vertrokken": "Het vertrek is vastgelegd. Deze persoon komt niet meer binnen.",
    "toegevoegd": "De organisatie is toegevoegd. Stel nu mensen van haar voor.",
    "beleid_vastgesteld": "Het beleid is vastgesteld. Wat openstaat is meteen meegegaan.",
    "doel": "Het doel is toegevoegd.",
    "doelstand": "De stand van het doel is vastgelegd.",
    "afspraak": "De afspraak is toegevoegd. De deelnemer krijgt de vraag haar te aanvaarden.",
    "voorwaarde": "Vastgelegd of de voorwaarde is ingetreden.",
    "voortgang": "De voortgang is gemeld.",
    "conflict": "De afspraak is gemarkeerd als tegenstrijdig. Beide procesregisseurs stemmen dit af.",
    "overdracht": "De overdracht is vastgelegd. Een deelnemer aanvaardt of weigert haar zelf.",
    "criteria": "De heraanmeldcriteria zijn vastgelegd.",
    "samenhang": "De samenhang is vastgelegd.",
    "samenhang_einde": "De samenhang is beëindigd.",
    "deelnemer": "Het besluit over wie betrokken is, is vastgelegd.",
    "bevestig": "Bevestig eerst dat u het bent; doe daarna opnieuw wat u wilde.",
    **report_said.SAID,
}
#: what the overview can be asked, and how long that is at most
_BOARD = ("bereik", "oorzaak", "organisatie", "regisseur", "fase", "alles")
_LONGEST_BOARD = 300
WENT_WRONG = "Er ging iets mis"
TITLES: Mapping[int, str] = {
    HTTPStatus.BAD_REQUEST: "Niet goed ingevuld",
    HTTPStatus.FORBIDDEN: "Dit mag niet",
    HTTPStatus.NOT_FOUND: "Niet gevonden",
    HTTPStatus.METHOD_NOT_ALLOWED: "Dit kan hier niet",
    HTTPStatus.CONFLICT: "Dit kan nu niet",
    HTTPStatus.REQUEST_TIMEOUT: "Te langzaam",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Te groot",
    HTTPStatus.TOO_MANY_REQUESTS: "Even wachten",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Nog niet goed ingevuld",
    HTTPStatus.SERVICE_UNAVAILABLE: "Even niet beschikbaar",
}
REASONS: Mapping[int, str] = {
    HTTPStatus.BAD_REQUEST: "Een veld bevat een teken of een waarde die niet te bewaren is. Er is niets veranderd.",
    HTTPStatus.CONFLICT: "Dit past niet bij wat er al staat, of een ander was u net voor. Er is niets veranderd.",
    HTTPStatus.REQUEST_TIMEOUT: "Wat u verstuurde kwam te langzaam binnen. Er is niets veranderd.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Wat u verstuurde is groter dan 1 MB. Er is niets veranderd.",
    HTTPStatus.SERVICE_UNAVAILABLE: "Pols is even niet bereikbaar. Er is niets veranderd; probeer het zo opnieuw.",
}


#: of a form that, where scripts run, puts what comes of it in place of the content of the page
_IN_PLACE = Markup('data-hx-target="#inhoud" data-hx-select="#inhoud" data-hx-swap="outerHTML"')


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("api.workplace"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, extensions=["jinja2.ext.i18n"], finalize=language.shown,
    )  # fmt: skip
    made.install_gettext_callables(language._, language.several, newstyle=True)  # type: ignore[attr-defined]
    made.filters |= {"dag": wording.day, "moment": wording.timed, "woorden": language.word}
    made.filters |= {"vertaald": language.marked, "geleden": wording.ago}
    made.globals |= {"FASEN": LABELS, "UITLEG": HELP, "DOOR_POLS": DONE_BY_FLOW, "REDENEN": tuple(ReassignReason)}
    made.globals |= {"WORDS": WORDS, "lang": language.current}
    made.globals |= {"HIER": doing.HERE, "HARDOP": doing.ALOUD}
    made.globals |= {"STIJL": files.address("pols.css"), "ICOON": files.address("pols.svg")}
    made.globals |= {"HTMX": files.address("htmx.js"), "TER_PLEKKE": _IN_PLACE}
    return made


_PAGES = _environment()


async def speaker(visit: Visit) -> wording.Speaker:
    """The names and the calendar of the house of who is signed in: three questions."""
    work, house_id = visit.work, visit.actor.house_id
    names, organisations = await people.names(work)
    if house_id is None:
        raise NotSignedIn
    _, policy = await cases.house_policy(work, house_id)
    own_house = await people.itself(work)
    return wording.Speaker(names, organisations, policy.calendar(), work.now, own_house)


def page(
    request: Request, visit: Visit | None, template: str, *, status: int = HTTPStatus.OK,
    **facts: Any,  # noqa: ANN401 - what a template needs differs
) -> Response:  # fmt: skip
    """A page, in the language of who looks at it. What a template does not know is an error, never an empty place."""
    said = language.translated(SAID.get(request.query_params.get("gezegd", ""), ""))
    around = {
        "visit": visit, "said": said, "path": request.url.path, "nonce": getattr(request.state, "nonce", ""),
        "in_place": "hx-request" in request.headers,
    }  # fmt: skip
    html = _PAGES.get_template(template).render(**around, **facts)
    return HTMLResponse(html, status_code=status)


def back(address: str, said: str) -> Response:
    """After a form: go and look at what came of it."""
    return RedirectResponse(f"{address}?gezegd={said}", status_code=HTTPStatus.SEE_OTHER)


def to_board(visit: Visit, said: str) -> Response:
    """After a form on the overview: back to it, as it was filtered."""
    kept = board_of(dict(parse_qsl(visit.field("bord")[:_LONGEST_BOARD])))
    return RedirectResponse(f"/?{kept}{'&' if kept else ''}gezegd={said}", status_code=HTTPStatus.SEE_OTHER)


def back_to(visit: Visit, case_id: UUID, said: str) -> Response:
    """To the page that the form stood on: of the case, or the overview."""
    return back(f"/casussen/{case_id}", said) if visit.field("terug") == "casus" else to_board(visit, said)


def board_of(asked: Mapping[str, str]) -> str:
    """What an address asks of the overview, to come back to; anything else is left out."""
    return urlencode({name: asked[name] for name in _BOARD if asked.get(name)})


def go_on(request: Request, title: str, address: str) -> Response:
    """Lead the browser on by a page of ours, at once; also without that, by a link."""
    return page(request, None, "verder.html", title=title, address=address)


async def refused(request: Request, refusal: Exception) -> Response:
    """A refusal as a page: missing and forbidden look the same, who is not signed in is asked to."""
    assert isinstance(refusal, Refusal)  # noqa: S101 - registered for refusals only
    try:
        await note_refusal(request, refusal, request.app.state.database)
    except (exc.DBAPIError, exc.TimeoutError, OSError) as unkept:  # what cannot be logged is not answered
        return await not_kept(request, unkept)
    return await _said(request, refusal)


async def _said(request: Request, refusal: Refusal) -> Response:  # noqa: PLR0911 - one for each kind
    match refusal:
        case NotSignedIn():
            return RedirectResponse("/aanmelden", status_code=HTTPStatus.SEE_OTHER)
        case ConfirmFirst():
            to = request.url.path if request.method == "GET" else _page_of(request.url.path)
            return RedirectResponse(f"/bevestigen?gezegd=bevestig&terug={to}", status_code=HTTPStatus.SEE_OTHER)
        case NotFound():
            return _wrong(request, HTTPStatus.NOT_FOUND)
        case InvalidFields(errors=errors):
            return _wrong(request, HTTPStatus.UNPROCESSABLE_ENTITY, errors=errors)
        case NotPrinted():
            response = _wrong(request, HTTPStatus.SERVICE_UNAVAILABLE, str(refusal))
            response.headers.update(problems.RETRY_AFTER)
            return response
        case TooMany():
            return await _too_many(request, refusal)
        case _:
            status = HTTPStatus.FORBIDDEN if isinstance(refusal, NotAllowed) else HTTPStatus.CONFLICT
            return _wrong(request, status, str(refusal))


def _page_of(form: str) -> str:
    """The page that a form stands on: of one case, or of everything of its kind."""
    parts = form.split("/")
    of_one = parts[1] in {"casussen", "mensen"} and parts[2:3] != ["voorstellen"]
    return "/".join(parts[: 3 if of_one or parts[1:3] == ["mijn", "kanalen"] else 2])


async def _too_many(request: Request, refusal: TooMany) -> Response:
    if isinstance(refusal, ReadTooMuch):
        await problems.sounded(request, refusal)
    response = _wrong(request, HTTPStatus.TOO_MANY_REQUESTS, str(refusal))
    response.headers["Retry-After"] = str(refusal.seconds)
    return response


async def failed(request: Request, error: Exception) -> Response:
    """An address that is not there, or an error of ours; nothing of the error is shown."""
    if isinstance(error, HTTPException):
        response = _wrong(request, error.status_code)
        if error.status_code in problems.HANG_UP:
            response.headers["Connection"] = "close"
        return response
    return _wrong(request, HTTPStatus.INTERNAL_SERVER_ERROR)


async def not_kept(request: Request, error: Exception) -> Response:
    """What the database refuses, or that it is not there: told apart as on the interface, said on a page."""
    told = await problems.database_refused(request, error)
    response = _wrong(request, told.status_code)
    if told.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers.update(problems.RETRY_AFTER)
    return response


async def unreadable(request: Request, _error: Exception) -> Response:
    """Input that is no text, or a moment that no calendar reaches."""
    return _wrong(request, HTTPStatus.BAD_REQUEST)


def _wrong(request: Request, status: int, why: str = "", errors: tuple[FieldError, ...] = ()) -> Response:
    title = language.translated(TITLES.get(status, WENT_WRONG))
    why = why or ("" if errors else REASONS.get(status, ""))
    return page(request, None, "fout.html", status=status, title=title, why=why, errors=errors, status_code=status)
