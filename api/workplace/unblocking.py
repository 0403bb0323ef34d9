"""One click away from a stalled case that moves: giving a duty to another, sending again, resuming, a phone answer."""

from datetime import date, datetime, time
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.workplace.pages import back, back_to, to_board
from api.workplace.visits import Visit, visiting
from models.casebook import answers, corrections, decisions, reassign
from models.casebook import resend as resending
from models.clocks import AMSTERDAM
from models.commands.cases import CorrectAnswer, GiveAnswer, Reassign, SendAgain, TakeDecision
from models.refusals import FieldError, InvalidFields
from models.words import DecisionKind, ReassignReason, SendTo

Made = TypeVar("Made", bound=BaseModel)

_WIRE = {
    "spoke_at": "gesprokenOp", "spoke_to": "gesprokenMet", "outcome": "uitkomst", "note": "toelichting",
    "recheck_at": "hertoetsOp", "reason": "toelichting",
}  # fmt: skip


def _wrong(error: ValidationError) -> InvalidFields:
    """What a form cannot hold, by the name that its field has on the page."""
    first = error.errors()[0]
    return InvalidFields([FieldError(_WIRE.get(str(first["loc"][0]), str(first["loc"][0])), str(first["msg"]))])


def _chosen(visit: Visit, name: str, words: type[ReassignReason] | type[SendTo]) -> str:
    value = visit.field(name)
    if value not in set(words):
        raise InvalidFields([FieldError(name, f"kies uit: {', '.join(words)}".replace("_", " "))])
    return value


async def assign(request: Request) -> Response:
    """Give a duty to somebody else."""
    async with visiting(request) as visit:
        command = Reassign(
            person_id=visit.id_in_form("persoon"), reason=ReassignReason(_chosen(visit, "reden", ReassignReason))
        )
        duty = await reassign.reassign(visit.work, request.path_params["duty_id"], command)
        return back_to(visit, duty.case_id, "toegewezen")


async def resend(request: Request) -> Response:
    """Send again what did not arrive."""
    async with visiting(request) as visit:
        command = SendAgain(to=SendTo(_chosen(visit, "aan", SendTo)), recipient_id=visit.id_in_form("ontvanger"))
        case_id = request.path_params["case_id"]
        await resending.send_again(visit.work, case_id, command)
        return back_to(visit, case_id, "verzonden")


async def resume(request: Request) -> Response:
    """End a hold, with why."""
    async with visiting(request) as visit:
        case_id = request.path_params["case_id"]
        try:
            command = TakeDecision(kind=DecisionKind.RESUME, reason=visit.field("toelichting"))
        except ValidationError as error:
            raise _wrong(error) from None
        await decisions.decide(visit.work, case_id, command)
        return back_to(visit, case_id, "hervat")


async def note_phone(request: Request) -> Response:
    """Note what a partner answered by phone: with whom, and when."""
    async with visiting(request) as visit:
        command = _answer(
            GiveAnswer, outcome=visit.field("uitkomst"), note=visit.field("toelichting"),
            spoke_to=visit.field("gesprokenMet"), spoke_at=_moment(visit.field("gesprokenOp")),
            recheck_at=_morning(visit.field("hertoetsOp")),
        )  # fmt: skip
        given = await answers.answer(visit.work, request.path_params["duty_id"], command)
        if visit.field("terug") == "overzicht":
            return to_board(visit, "telefonisch")
        return back(f"/casussen/{given.case_id}", "telefonisch")


async def correct(request: Request) -> Response:
    """Put right what was noted by phone for one's own organisation."""
    async with visiting(request) as visit:
        command = _answer(
            CorrectAnswer, outcome=visit.field("uitkomst"), note=visit.field("toelichting"),
            recheck_at=_morning(visit.field("hertoetsOp")),
        )  # fmt: skip
        given = await corrections.correct(visit.work, request.path_params["duty_id"], command)
        return back(f"/casussen/{given.case_id}", "hersteld")


def _answer(made: type[Made], **fields: object) -> Made:
    try:
        return made.model_validate(fields)
    except ValidationError as error:
        raise _wrong(error) from None


def _moment(value: str) -> datetime | None:
    """A moment of a form, on the clock of the house; nothing when it was left empty."""
    if not value:
        return None
    try:
        return datetime.fromisoformat(value).replace(tzinfo=AMSTERDAM)
    except ValueError:
        raise InvalidFields([FieldError("gesprokenOp", "is geen tijdstip")]) from None


def _morning(value: str) -> datetime | None:
    if not value:
        return None
    try:
        return datetime.combine(date.fromisoformat(value), time(9), AMSTERDAM)
    except ValueError:
        raise InvalidFields([FieldError("hertoetsOp", "is geen datum")]) from None


ROUTES = (
    Route("/taken/{duty_id:uuid}/telefonisch", note_phone, methods=["POST"]),
    Route("/taken/{duty_id:uuid}/herstellen", correct, methods=["POST"]),
    Route("/taken/{duty_id:uuid}/toewijzen", assign, methods=["POST"]),
    Route("/casussen/{case_id:uuid}/omleiden", resend, methods=["POST"]),
    Route("/casussen/{case_id:uuid}/hervatten", resume, methods=["POST"]),
)
