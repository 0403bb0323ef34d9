"""When one hears of what, and in which language: choosing it, and what that would give in a week of examples."""

from datetime import time
from enum import StrEnum
from typing import Any, TypeVar

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.workplace.pages import back, page
from api.workplace.visits import Visit, visiting
from models import preferences
from models.casebook import preferences as casebook
from models.lookups import cases, people
from models.lookups import preferences as lookup
from models.messages import ALWAYS, Language, MessageKind
from models.preferences import Prefer, Preferences, When, example_week, monday_of, preview
from models.refusals import FieldError, InvalidFields, NotAllowed, NotSignedIn
from models.texts.vocabulary import DUTCH
from models.words import Role

Word = TypeVar("Word", bound=StrEnum)

#: field of the form, field of the command, and what it is about
GROUPS = (
    ("aankondigingen", "announcements", "Nieuwe taken en vragen"),
    ("herinneringen", "reminders", "Herinneringen aan uw eigen taken"),
    ("overleggen", "meetings", "Uitnodigingen voor een overleg"),
    ("uitkomsten", "outcomes", "Uitkomsten van een overleg en afsluitingen"),
    ("eigenAanmelding", "own_report", "Nieuws over uw eigen aanmelding"),
)
MOMENTS = {When.AT_ONCE: "meteen", When.DIGEST: "in de dagbundel", When.NEVER: "niet"}
_LANGUAGES = {Language.DUTCH: "Nederlands", Language.ENGLISH: "English"}
_OVERVIEW = {"huis": None, "ja": True, "nee": False}


async def mine(request: Request) -> Response:
    """One's own preferences."""
    async with visiting(request) as visit:
        return await _shown(request, visit, await lookup.own(visit.work))


async def choose(request: Request) -> Response:
    """Choose, or look first what it would give."""
    async with visiting(request) as visit:
        command = _command(visit)
        if visit.field("doe") == "bekijk":
            if wrong := preferences.errors(command.chosen()):
                raise InvalidFields(wrong)
            return await _shown(request, visit, command.chosen(), tried=True)
        if visit.actor.person_id is None:
            raise NotSignedIn
        await casebook.choose(visit.work, visit.actor.person_id, command)
    return back("/mijn/voorkeuren", "gekozen")


async def overview(request: Request) -> Response:
    """Whether one's organisation gets a weekly overview."""
    async with visiting(request) as visit:
        if visit.actor.organisation_id is None:
            raise NotSignedIn
        wanted = visit.field("weekoverzicht")
        if wanted not in _OVERVIEW:
            raise InvalidFields([FieldError("weekoverzicht", f"kies uit: {', '.join(_OVERVIEW)}")])
        await casebook.want_overview(visit.work, visit.actor.organisation_id, wanted=_OVERVIEW[wanted])
    return back("/mijn/voorkeuren", "gekozen")


async def of_somebody(request: Request) -> Response:
    """What somebody would get, for who keeps the people of the house. It says nothing about anybody, so it is safe."""
    async with visiting(request) as visit:
        if not visit.actor.has(Role.MANAGER, Role.ADMINISTRATOR):
            raise NotAllowed("Wat een ander zou krijgen zien de manager en de functioneel beheerder.")
        wanted = request.query_params.get("persoon", "")
        names, _organisations = await people.names(visit.work)
        chosen = next((one for one in names if str(one) == wanted), None)
        facts: dict[str, Any] = {"namen": sorted(names.items(), key=lambda one: one[1]), "wie": chosen}
        if chosen is not None:
            facts |= await _facts(visit, await lookup.of(visit.work, chosen))
        return page(request, visit, "voorkeuren_van.html", **facts)


async def _shown(request: Request, visit: Visit, chosen: Preferences, *, tried: bool = False) -> Response:
    contact = visit.actor.is_participant and visit.actor.has(Role.CONTACT)
    facts = await _facts(visit, chosen) | {
        "probeert": tried, "contact": contact,
        "overzicht": await lookup.wants_overview(visit.work) if contact else None,
    }  # fmt: skip
    return page(request, visit, "voorkeuren.html", **facts)


async def _facts(visit: Visit, chosen: Preferences) -> dict[str, Any]:
    house_id = visit.actor.house_id
    if house_id is None:
        raise NotSignedIn
    _version, policy = await cases.house_policy(visit.work, house_id)
    calendar = policy.calendar()
    return {
        "groepen": [(field, words, getattr(chosen, name)) for field, name, words in GROUPS], "gekozen": chosen,
        "momenten": MOMENTS, "talen": _LANGUAGES, "altijd": list(ALWAYS.values()), "onderwerpen": DUTCH.subjects,
        "bundel": MessageKind.DIGEST, "beleid": policy,
        "week": preview(chosen, calendar, example_week(monday_of(visit.work.now, calendar))),
    }  # fmt: skip


def _command(visit: Visit) -> Prefer:
    try:
        return Prefer(
            **{name: _word(visit, field, When) for field, name, _ in GROUPS},
            digest_at=_clock(visit, "dagbundelOm") or time(9),
            quiet_from=_clock(visit, "stilVan"), quiet_until=_clock(visit, "stilTot"),
            language=_word(visit, "taal", Language),
        )  # fmt: skip
    except ValidationError as wrong:
        raise InvalidFields([FieldError("voorkeuren", str(wrong.errors()[0]["msg"]))]) from None


def _word(visit: Visit, name: str, words: type[Word]) -> Word:
    value = visit.field(name)
    if value not in set(words):
        raise InvalidFields([FieldError(name, f"kies uit: {', '.join(words)}")])
    return words(value)


def _clock(visit: Visit, name: str) -> time | None:
    """A time that was filled in; nothing when it was left empty."""
    value = visit.field(name)
    try:
        return time.fromisoformat(value) if value else None
    except ValueError:
        raise InvalidFields([FieldError(name, "is geen tijd; schrijf bijvoorbeeld 16:00")]) from None


ROUTES = (
    Route("/mijn/voorkeuren", mine),
    Route("/mijn/voorkeuren", choose, methods=["POST"]),
    Route("/mijn/weekoverzicht", overview, methods=["POST"]),
    Route("/voorkeuren", of_somebody),
)
