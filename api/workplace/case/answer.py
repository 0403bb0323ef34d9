"""Answering what is yours, and asking a partner for information."""

from datetime import date, datetime, time
from uuid import UUID

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.workplace.pages import back, to_board
from api.workplace.visits import Visit, visiting
from models.casebook import answers, asking
from models.clocks import AMSTERDAM
from models.commands.cases import AskInformation, GiveAnswer
from models.lookups import cases
from models.refusals import FieldError, InvalidFields, NotFound
from models.words import Withheld


async def ask_information(request: Request) -> Response:
    """Ask a partner for information."""
    async with visiting(request) as visit:
        case_id = request.path_params["case_id"]
        fields = {"organisation_id": visit.field("organisatie"), "question": visit.field("vraag")}
        domains = [one for one in (visit.field("leefgebied"),) if one]
        try:
            command = AskInformation.model_validate(fields | {"life_domains": domains})
        except ValidationError:
            told = "kies een deelnemer en stel de vraag in ten minste tien tekens"
            raise InvalidFields([FieldError("vraag", told)]) from None
        await asking.ask(visit.work, case_id, command)
    return back(f"/casussen/{case_id}", "informatie")


async def give_answer(request: Request) -> Response:
    """Answer a duty of your own."""
    async with visiting(request) as visit:
        recheck_at = _morning(visit.field("hertoetsOp"))
        command = _command(visit, recheck_at)
        given = await answers.answer(visit.work, request.path_params["duty_id"], command)
        if visit.field("terug") == "overzicht":
            return to_board(visit, "geantwoord")
        address = await _after(visit, given.case_id)
    return back(address, "geantwoord")


async def _after(visit: Visit, case_id: UUID) -> str:
    """The case again, or the overview when the answer was the last this person had to do with it."""
    try:
        await cases.seen(visit.work, case_id)
    except NotFound:
        return "/"
    return f"/casussen/{case_id}"


def _morning(day: str) -> datetime | None:
    """The start of a day that was filled in; nothing when it was left empty."""
    if not day:
        return None
    try:
        return datetime.combine(date.fromisoformat(day), time(9), AMSTERDAM)
    except ValueError:
        raise InvalidFields([FieldError("hertoetsOp", "is geen datum")]) from None


def _command(visit: Visit, recheck_at: datetime | None) -> GiveAnswer:
    """The answer of a form; a date that no case can hold is a slip of the pen."""
    try:
        return GiveAnswer(
            outcome=visit.field("uitkomst"), note=visit.field("toelichting"), recheck_at=recheck_at,
            why=_why(visit.field("waarom")),
        )  # fmt: skip
    except ValidationError as wrong:
        raise InvalidFields([FieldError("hertoetsOp", str(wrong.errors()[0]["msg"]))]) from None


def _why(value: str) -> Withheld | None:
    if not value:
        return None
    try:
        return Withheld(value)
    except ValueError:
        raise InvalidFields([FieldError("waarom", f"kies waarom: {' of '.join(Withheld)}")]) from None


ROUTES = (
    Route("/taken/{duty_id:uuid}/antwoorden", give_answer, methods=["POST"]),
    Route("/casussen/{case_id:uuid}/informatieverzoeken", ask_information, methods=["POST"]),
)
