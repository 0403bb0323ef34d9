"""The picture of a case, and the minutes of a meeting: to read, to write line by line, to correct and to adopt."""

from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.v1.minutes import AndereLezing, NieuweRegel, RegelAanvulling
from api.workplace.pages import back, page
from api.workplace.visits import Visit, visiting
from models import visibility
from models.casebook import answers
from models.casebook import minutes as casebook
from models.commands.base import Command
from models.itemwords import Category, Regime, Reliability, SecrecyRoute
from models.lookups import cases, meetings, minutes, people, picture
from models.lookups.minutes import Told
from models.minutes import KINDS, POINTS_AT, LineKind, MinutesState, Section
from models.refusals import FieldError, InvalidFields, NotFound
from models.rights import Capacity, CaseFacts, Right, by
from models.tables.cases import Case
from models.tables.meetings import Meeting

#: what a form of this page can write: text, and what was agreed on a day or by an organisation
_IN_FORM = tuple(
    (section, kind) for section, kinds in KINDS.items() for kind in kinds
    if kind not in POINTS_AT or kind in {LineKind.TELLING, LineKind.EVALUATION}
)  # fmt: skip
C = TypeVar("C", bound=Command)


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything that the page of the minutes shows to who looks at it."""

    case: Case
    meeting: Meeting
    state: MinutesState
    sections: list[tuple[Section, list[Told]]]
    lacks: dict[UUID, tuple[str, ...]]
    writes: bool  #: leads the case, while the minutes are not adopted
    corrects: bool  #: may give another view, now that the minutes are put up
    speakers: list[tuple[UUID, str]]
    people: dict[UUID, str]
    domains: tuple[str, ...]


async def read(request: Request) -> Response:
    """Show the minutes of a meeting, with forms for who may write or correct."""
    async with visiting(request) as visit:
        meeting = await meetings.meeting(visit.work, request.path_params["meeting_id"])
        case, facts = await cases.seen_process(visit.work, meeting.case_id, "Dit overleg")
        if not visibility.reads_case(visit.actor, facts):
            raise NotFound("Dit overleg")
        found = await _shown(visit, case, facts, meeting)
        answers.saw(visit.work, "verslag", meeting.id, case.id)
        names = await people.organisation_names(visit.work)
        return page(
            request, visit, "verslag.html", shown=found, zin=lambda one: minutes.plain(one, names),
            SOORTEN=_IN_FORM, CATEGORIEEN=[one for one in Category if one is not Category.REPORT],
            REGIMES=tuple(Regime), GRONDEN=tuple(SecrecyRoute), ZEKER=tuple(Reliability),
        )  # fmt: skip


async def _shown(visit: Visit, case: Case, facts: CaseFacts, meeting: Meeting) -> Shown:
    work = visit.work
    told = await minutes.all_of(work, meeting, facts)
    state = minutes.state_of(await minutes.versions(work, meeting.id))
    over = state is MinutesState.ADOPTED or facts.is_shielded or bool(meeting.moved_at or meeting.cancelled_at)
    involved = Capacity.INVOLVED in by(Right.CONTENT, visit.actor, facts)
    leads = visit.actor.is_staff and visit.actor.leads(case.director_id)
    names = await people.organisation_names(work)
    _version, policy = await cases.house_policy(work, case.house_id)
    standing = await cases.standing_now(work, case.id)
    return Shown(
        case, meeting, state,
        [(section, [one for one in told if one.line.section is section]) for section in Section],
        await casebook.lacking(work, meeting, told), leads and not over,
        involved and not over and state is MinutesState.FOR_CORRECTION,
        sorted(((one, names[one]) for one in standing), key=lambda one: one[1]),
        await picture.names_around(work, case, facts), policy.life_domains,
    )  # fmt: skip


async def look(request: Request) -> Response:
    """Show the picture of a case."""
    async with visiting(request) as visit:
        case, facts = await cases.seen_process(visit.work, request.path_params["case_id"])
        if not visibility.reads_case(visit.actor, facts):
            raise NotFound("Deze casus")
        found = await picture.of_case(visit.work, case, facts)
        answers.saw(visit.work, "informatie", case.id, case.id)
        return page(request, visit, "beeld.html", case=case, beeld=found)


async def write(request: Request) -> Response:
    """Write a line down. What is about one day or one organisation has no text."""
    async with visiting(request) as visit:
        sent = _sent(visit)
        chosen = str(sent.pop("wat", "")).partition(":")
        sent |= {"onderdeel": chosen[0], "soort": chosen[2]}
        kept = await casebook.type_line(visit.work, request.path_params["meeting_id"], _command(NieuweRegel, sent))
    return back(f"/overleggen/{request.path_params['meeting_id']}/verslag", "concept" if kept.missing else "regel")


async def complete(request: Request) -> Response:
    """Add what a line lacked."""
    async with visiting(request) as visit:
        ids = request.path_params["meeting_id"], request.path_params["line_id"]
        kept = await casebook.complete(visit.work, *ids, _command(RegelAanvulling, _sent(visit)))
    return back(f"/overleggen/{ids[0]}/verslag", "concept" if kept.missing else "regel")


async def differ(request: Request) -> Response:
    """Give another view of a line."""
    async with visiting(request) as visit:
        ids = request.path_params["meeting_id"], request.path_params["line_id"]
        await casebook.give_other_view(visit.work, *ids, _command(AndereLezing, _sent(visit)))
    return back(f"/overleggen/{ids[0]}/verslag", "lezing")


async def remove(request: Request) -> Response:
    """Take a line out of the concept."""
    async with visiting(request) as visit:
        ids = request.path_params["meeting_id"], request.path_params["line_id"]
        await casebook.remove(visit.work, *ids)
    return back(f"/overleggen/{ids[0]}/verslag", "weggehaald")


async def put_up(request: Request) -> Response:
    """Put the minutes up for correction."""
    async with visiting(request) as visit:
        await casebook.put_up(visit.work, request.path_params["meeting_id"])
    return back(f"/overleggen/{request.path_params['meeting_id']}/verslag", "voorgelegd")


async def adopt(request: Request) -> Response:
    """Adopt the minutes."""
    async with visiting(request) as visit:
        await casebook.adopt(visit.work, request.path_params["meeting_id"])
    return back(f"/overleggen/{request.path_params['meeting_id']}/verslag", "vastgesteld")


def _sent(visit: Visit) -> dict[str, Any]:
    """The fields of a form that were filled in, under their names of the interface."""
    return {name: value for name in visit.form if name != "csrf" and (value := visit.field(name))}


def _command(kind: type[C], sent: dict[str, Any]) -> C:
    """What a form says, as the interface would read it."""
    assert issubclass(kind, BaseModel)  # noqa: S101 - a command is one
    try:
        return kind.model_validate(sent, by_alias=True, by_name=False)
    except ValidationError as wrong:
        raise InvalidFields(
            FieldError(".".join(map(str, one["loc"])), "is hier niet goed ingevuld") for one in wrong.errors()
        ) from None


_MINUTES = "/overleggen/{meeting_id:uuid}/verslag"
ROUTES = [
    Route("/casussen/{case_id:uuid}/beeld", look),
    Route(_MINUTES, read),
    Route(f"{_MINUTES}/regels", write, methods=["POST"]),
    Route(f"{_MINUTES}/regels/{{line_id:uuid}}/aanvullen", complete, methods=["POST"]),
    Route(f"{_MINUTES}/regels/{{line_id:uuid}}/lezing", differ, methods=["POST"]),
    Route(f"{_MINUTES}/regels/{{line_id:uuid}}/weghalen", remove, methods=["POST"]),
    Route(f"{_MINUTES}/voorleggen", put_up, methods=["POST"]),
    Route(f"{_MINUTES}/vaststellen", adopt, methods=["POST"]),
]
