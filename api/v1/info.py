"""Informatie: what participants supply about a person, with their conditions."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from api.once import Once
from api.paging import PAGE, Blad, goes_on
from api.signin import CaseReader, CaseWork
from api.wire import SHOWS, CaseId, Gemaakt, Outgoing, Verwijzing, dutch
from models.casebook import answers
from models.casebook import info as casebook
from models.commands import AddInfoItem
from models.lookups import info

router = APIRouter(tags=["informatie"], route_class=Once)

_ITEM = {
    "category": "categorie", "body": "tekst", "regime": "regime", "ground": "grondslag", "subject_id": "persoon",
    "excluded": "nietVoor",
}  # fmt: skip


class NieuweInformatie(AddInfoItem):
    """Informatie over een persoon. Alleen de procesregisseur noemt een andere leverancier dan de eigen organisatie."""

    model_config = dutch(supplier_id="leverancier", **_ITEM)


class Informatie(Outgoing):
    """Informatie over een persoon, met wie haar leverde en onder welke voorwaarden."""

    model_config = dutch("id", supplier="leverancier", first_processed_at="vastgelegdOp", **_ITEM)

    id: UUID
    supplier: Verwijzing
    category: str
    body: str
    regime: str
    ground: str
    subject_id: UUID | None
    excluded: list[UUID]
    first_processed_at: datetime


class InformatieLijst(Outgoing):
    """Een bladzijde met informatie in een casus die u mag lezen, de oudste eerst."""

    model_config = dutch(**PAGE)

    results: list[Informatie]
    following: str | None


@router.get("/casussen/{id}/informatie", summary="De informatie in een casus die u mag lezen", openapi_extra=SHOWS)
async def list_info(
    case_id: CaseId, asked: Annotated[Blad, Query()], request: Request, response: Response, work: CaseReader
) -> InformatieLijst:
    found = await info.items(work, case_id, asked.page())
    answers.saw(work, "informatie", case_id, case_id)
    plain = [name for name in Informatie.model_fields if name != "supplier"]
    return InformatieLijst(
        results=[
            Informatie.model_validate(
                {name: getattr(item, name) for name in plain}
                | {"supplier": Verwijzing(id=item.supplier_id, name=supplier)}
            )
            for item, supplier in found.rows
        ],
        following=goes_on(request, response, found.following),
    )


@router.post("/casussen/{id}/informatie", status_code=201, summary="Lever informatie aan")
async def add_info(case_id: CaseId, body: NieuweInformatie, work: CaseWork) -> Gemaakt:
    return Gemaakt(id=(await casebook.add(work, case_id, body)).id)
