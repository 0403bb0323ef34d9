"""Overlegdagen in the workplace: who plans fills and moves them, others see the turns of their own cases."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.workplace.language import _
from api.workplace.pages import back, page
from api.workplace.visits import Visit, visiting
from models.casebook import moving
from models.casebook import sittings as casebook
from models.clocks import AMSTERDAM
from models.commands.base import Command
from models.commands.sittings import AtTheTable, CallOff, MakeSitting, MoveSitting, NameSeats, PutCases
from models.lookups import people, sittings
from models.lookups.paging import Page
from models.lookups.sittings import PROPOSED_WITHIN
from models.refusals import FieldError, InvalidFields
from models.words import SeriesKind

MOST = 50
Wanted = TypeVar("Wanted", bound=Command)


async def listed(request: Request) -> Response:
    """Show the days with a meeting, the last first."""
    async with visiting(request) as visit:
        found = await sittings.page_of_days(visit.work, Page(MOST))
        plans = sittings.plans(visit.work)
        return page(request, visit, "zittingen.html", dagen=found.rows, plant=plans, SOORTEN=tuple(SeriesKind))


async def make(request: Request) -> Response:
    """Make a day."""
    async with visiting(request) as visit:
        told = {"kind": visit.field("soort"), "starts_at": _moment(visit), "place": visit.field("plaats")}
        made = await casebook.make(visit.work, _filled(MakeSitting, told))
    return back(f"/overlegdagen/{made.id}", "overlegdag")


async def one(request: Request) -> Response:
    """Show a day; to who plans with what is due, and everything that can be done."""
    async with visiting(request) as visit:
        work, sitting_id = visit.work, request.path_params["sitting_id"]
        found = await sittings.day(work, sitting_id)
        whole = found.sitting
        open_ = whole is not None and whole.cancelled_at is None and whole.adjourned_to is None
        due = await sittings.due(work, whole.kind, whole.starts_at + PROPOSED_WITHIN) if open_ and whole else []
        names, organisations = await people.names(work) if whole else ({}, {})
        return page(
            request, visit, "zitting.html", dag=found, beurten=await sittings.turns(work, sitting_id), open=open_,
            voorstel=due, namen=names, organisaties=organisations, van_het_huis=await _of_the_house(visit, open_=open_),
            deelnemers=await people.participants(work, public_only=False) if open_ else [],
        )  # fmt: skip


async def _of_the_house(visit: Visit, *, open_: bool) -> list[UUID]:
    if not open_:
        return []
    everybody = await people.everybody(visit.work, Page(MOST * 2), organisation_id=visit.actor.organisation_id)
    return [person.id for person, _organisation in everybody.rows]


async def put(request: Request) -> Response:
    """Put what was ticked on the agenda, and a case by its number."""
    async with visiting(request) as visit:
        wanted = [one_ for one_ in visit.form.getlist("casus") if isinstance(one_, str)]
        number = visit.field("nummer")
        if number:
            wanted.append(str(await sittings.by_number(visit.work, number)))
        facts: dict[str, object] = {"minutes": visit.field("minuten") or None, "reason": visit.field("reden")}
        told = {"cases": [{"case_id": case_id} | facts for case_id in dict.fromkeys(wanted)]}
        await casebook.put(visit.work, request.path_params["sitting_id"], _filled(PutCases, told))
    return _again(request, "agenda_gevuld")


async def take_off(request: Request) -> Response:
    """Take a case off the agenda."""
    async with visiting(request) as visit:
        case_id = request.path_params["case_id"]
        command = _filled(CallOff, {"reason": visit.field("reden")})
        await moving.take_off(visit.work, request.path_params["sitting_id"], case_id, command)
    return _again(request, "van_agenda")


async def move(request: Request) -> Response:
    """Move the whole day."""
    async with visiting(request) as visit:
        await moving.move(visit.work, request.path_params["sitting_id"], _filled(MoveSitting, _when(visit)))
    return _again(request, "overlegdag_verzet")


async def adjourn(request: Request) -> Response:
    """Take what was not treated to another day."""
    async with visiting(request) as visit:
        command = _filled(MoveSitting, _when(visit))
        made = await moving.adjourn(visit.work, request.path_params["sitting_id"], command)
    return back(f"/overlegdagen/{made.id}", "overlegdag_verdaagd")


async def call_off(request: Request) -> Response:
    """Call the whole day off."""
    async with visiting(request) as visit:
        command = _filled(CallOff, {"reason": visit.field("reden")})
        await moving.call_off(visit.work, request.path_params["sitting_id"], command)
    return _again(request, "overlegdag_afgelast")


async def seat(request: Request) -> Response:
    """Name who chairs and who writes."""
    async with visiting(request) as visit:
        told = {"chair_id": visit.field("voorzitter") or None, "secretary_id": visit.field("notulist") or None}
        await casebook.seat(visit.work, request.path_params["sitting_id"], _filled(NameSeats, told))
    return _again(request, "zetels")


async def table(request: Request) -> Response:
    """Note who is at the triage table."""
    async with visiting(request) as visit:
        told = {"organisations": visit.form.getlist("organisatie")}
        await casebook.at_the_table(visit.work, request.path_params["sitting_id"], _filled(AtTheTable, told))
    return _again(request, "aanwezig")


def _again(request: Request, said: str) -> Response:
    return back(f"/overlegdagen/{request.path_params['sitting_id']}", said)


def _when(visit: Visit) -> dict[str, object]:
    return {"starts_at": _moment(visit), "reason": visit.field("reden")}


def _moment(visit: Visit) -> datetime:
    """A time of the house, as a browser sends it."""
    try:
        return datetime.fromisoformat(visit.field("begin")).replace(tzinfo=AMSTERDAM)
    except ValueError:
        raise InvalidFields([FieldError("begin", _("vul dag en tijd in"))]) from None


def _filled(kind: type[Wanted], told: Mapping[str, object]) -> Wanted:
    try:
        return kind.model_validate(told, strict=False)
    except ValidationError as error:
        fields = dict.fromkeys(str(each["loc"][0]) for each in error.errors() if each["loc"])
        raise InvalidFields([FieldError(_FIELDS.get(one_, one_), _("vul dit in, of kies iets uit de lijst"))
                             for one_ in fields]) from None  # fmt: skip


_FIELDS = {
    "kind": "soort", "starts_at": "begin", "place": "plaats", "cases": "casus", "reason": "reden",
    "chair_id": "voorzitter", "secretary_id": "notulist", "organisations": "organisatie",
}  # fmt: skip
_DAY = "/overlegdagen/{sitting_id:uuid}"
ROUTES = [
    Route("/overlegdagen", listed),
    Route("/overlegdagen", make, methods=["POST"]),
    Route(_DAY, one),
    Route(f"{_DAY}/casussen", put, methods=["POST"]),
    Route(f"{_DAY}/casussen/{{case_id:uuid}}/afgelasten", take_off, methods=["POST"]),
    Route(f"{_DAY}/verzetten", move, methods=["POST"]),
    Route(f"{_DAY}/verdagen", adjourn, methods=["POST"]),
    Route(f"{_DAY}/afgelasten", call_off, methods=["POST"]),
    Route(f"{_DAY}/zetels", seat, methods=["POST"]),
    Route(f"{_DAY}/aanwezigen", table, methods=["POST"]),
]
