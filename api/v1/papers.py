"""Stukken: documents of a case as accessible PDF, each with only what its recipient may read."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter, Response

from api.once import Anew
from api.openapi import ANEW
from api.pdf import MEDIA_TYPE, pdf
from api.signin import CaseWork
from api.wire import SHOWS, CaseId, Outgoing, dutch
from models import printing
from models.casebook import answers, documents
from models.commands.cases import DrawUp
from models.lookups import cases
from models.lookups import papers as lookup
from models.papers import PaperKind

router = APIRouter(tags=["stukken"], route_class=Anew)

_KIND = {"kind": "soort", "meeting_id": "overleg"}


class Stuk(Outgoing):
    """Een stuk dat u nu kunt opvragen; een verslag is van een overleg."""

    model_config = dutch(label="naam", held_on="gehoudenOp", **_KIND)

    kind: PaperKind
    label: str
    meeting_id: UUID | None
    held_on: date | None


class Stukken(Outgoing):
    """De stukken die er voor u zijn; geen, als u de inhoud van de casus niet leest."""

    model_config = dutch(results="resultaten")

    results: list[Stuk]


class NieuwStuk(DrawUp):
    """Welk stuk, waarvoor, en voor wie: een betrokken deelnemer, iemand die daar aan de casus werkt, of bij de
    slotbrief de betrokkene. Zonder ontvanger is het voor uzelf. Zonder overleg is een verslag het laatste.
    """

    model_config = dutch(recipient="ontvanger", purpose="doel", **_KIND)


@router.get("/casussen/{id}/stukken", summary="Welke stukken er voor u zijn", openapi_extra=SHOWS)
async def list_papers(case_id: CaseId, work: CaseWork) -> Stukken:
    case, facts = await cases.seen(work, case_id)
    found = await lookup.choices(work, case, facts)
    answers.saw(work, "stukken", case_id, case_id)
    return Stukken(results=[Stuk.model_validate(one) for one in found])


@router.post(
    "/casussen/{id}/stukken",
    summary="Maak een stuk op als PDF",
    description="De PDF bevat alleen wat de ontvanger mag lezen, en op elke bladzijde voor wie, waarvoor, wanneer en"
    " namens wie. Het opmaken wordt vastgelegd in het logboek; het stuk zelf wordt niet bewaard. Daarom geldt hier geen"
    " `Idempotency-Key`: wie het verzoek opnieuw stuurt, krijgt een nieuw exemplaar.",
    response_class=Response,
    responses={200: {"content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}}},
    openapi_extra={ANEW: True},
)
async def draw_up(case_id: CaseId, body: NieuwStuk, work: CaseWork) -> Response:
    paper = await documents.draw_up(work, case_id, body)
    return pdf(await printing.printed(paper, work.now), body.kind)
