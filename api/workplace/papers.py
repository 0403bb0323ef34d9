"""Documents of a case, from its page: which there are, for whom and what for; and the PDF."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.pdf import pdf
from api.workplace.visits import Visit, visiting
from models import printing
from models.casebook import documents
from models.commands.cases import DrawUp
from models.lookups import papers as lookup
from models.papers import PURPOSES, Choice, PaperKind, PaperPurpose
from models.refusals import FieldError, InvalidFields
from models.rights import CaseFacts
from models.tables.cases import Case
from models.transactions import Work


@dataclass(frozen=True, slots=True)
class Offer:
    """What the form offers."""

    choices: list[Choice]
    recipients: list[tuple[UUID, str]]
    purposes: Mapping[PaperPurpose, str]


async def offered(work: Work, case: Case, facts: CaseFacts) -> Offer:
    """The documents there are for who looks at the case, and for whom else they may draw them up."""
    found = await lookup.choices(work, case, facts)
    return Offer(found, await lookup.recipients(work, case) if found else [], PURPOSES)


async def draw_up(request: Request) -> Response:
    """Give the PDF to who asked for it."""
    async with visiting(request) as visit:
        command = _command(visit)
        paper = await documents.draw_up(visit.work, request.path_params["case_id"], command)
        content = await printing.printed(paper, visit.work.now)
    return pdf(content, command.kind)


def _command(visit: Visit) -> DrawUp:
    """What the form says. Raises InvalidFields for what is not among its choices."""
    kind, _, meeting = visit.field("stuk").partition(":")
    purpose = visit.field("doel")
    errors = []
    if kind not in set(PaperKind):
        errors.append(FieldError("stuk", "kies een van de stukken"))
    if purpose not in set(PaperPurpose):
        errors.append(FieldError("doel", "kies waarvoor het stuk is"))
    if errors:
        raise InvalidFields(errors)
    return DrawUp(
        kind=PaperKind(kind), purpose=PaperPurpose(purpose), meeting_id=_id("stuk", meeting),
        recipient=_id("ontvanger", visit.field("ontvanger")),
    )  # fmt: skip


def _id(field: str, value: str) -> UUID | None:
    try:
        return UUID(value) if value else None
    except ValueError:
        raise InvalidFields([FieldError(field, "kies een van de mogelijkheden")]) from None


ROUTES = [Route("/casussen/{case_id:uuid}/stukken", draw_up, methods=["POST"])]
