"""Risicotaxaties: uitkomsten van genoemde instrumenten, zoals een geschoold persoon ze vaststelde."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from api.once import Once
from api.paging import PAGE, Blad, goes_on
from api.signin import CaseReader, CaseWork
from api.v1.info import SAID, InformatieVastgelegd, kept
from api.wire import BASE, SHOWS, CaseId, Outgoing, Verwijzing, dutch
from models.casebook import answers, risk
from models.commands.risk import RecordRisk
from models.itemwords import RiskJudgement
from models.lookups import info
from models.lookups import risk as lookup
from models.lookups.risk import Assessed

router = APIRouter(tags=["informatie"], route_class=Once)

_FOUND = {
    "instrument": "instrument", "edition": "uitgave", "assessor": "beoordelaar", "assessed_on": "afgenomenOp",
    "valid_until": "geldigTot", "scores": "scores", "judgement": "oordeel", "instrument_says": "oordeelInstrument",
    "override_reason": "redenAfwijken", "protective": "beschermendeFactoren", "limitations": "beperkingen",
}  # fmt: skip


class NieuweRisicotaxatie(RecordRisk):
    """Een uitkomst, met alles wat bij informatie hoort. Pols rekent niets uit en rangschikt niemand."""

    model_config = dutch(supplier_id="leverancier", **SAID, **_FOUND)


class Risicotaxatie(Outgoing):
    """Een uitkomst en wie haar leverde; de voorwaarden staan bij de informatie met hetzelfde kenmerk."""

    model_config = dutch("id", supplier="leverancier", subject_id="persoon", body="tekst", **_FOUND)

    id: UUID
    supplier: Verwijzing
    subject_id: UUID | None
    body: str
    instrument: str
    edition: str
    assessor: str
    assessed_on: date
    valid_until: date
    scores: str
    judgement: RiskJudgement
    instrument_says: RiskJudgement | None
    override_reason: str
    protective: str
    limitations: str


class Risicotaxaties(Outgoing):
    """Een bladzijde met uitkomsten die u mag lezen, de oudste eerst."""

    model_config = dutch(**PAGE)

    results: list[Risicotaxatie]
    following: str | None


def _told(found: Assessed) -> Risicotaxatie:
    item = found.item
    of_item = {"id": item.row.id, "subject_id": item.row.subject_id, "body": item.row.body}
    who = Verwijzing(id=item.row.supplier_id, name=item.supplier)
    return Risicotaxatie.model_validate(
        {name: getattr(found.row, name) for name in _FOUND} | of_item | {"supplier": who}
    )


@router.get("/casussen/{id}/risicotaxaties", summary="De risicotaxaties die u mag lezen", openapi_extra=SHOWS)
async def list_risk(
    case_id: CaseId, asked: Annotated[Blad, Query()], request: Request, response: Response, work: CaseReader
) -> Risicotaxaties:
    facts = await info.facts_of(work, case_id)
    found = await lookup.assessments(work, case_id, facts, asked.page())
    answers.saw(work, "risicotaxaties", case_id, case_id)
    return Risicotaxaties(
        results=[_told(one) for one in found.rows], following=goes_on(request, response, found.following)
    )


@router.post("/casussen/{id}/risicotaxaties", status_code=201, summary="Leg de uitkomst van een risicotaxatie vast")
async def record_risk(
    case_id: CaseId, body: NieuweRisicotaxatie, response: Response, work: CaseWork
) -> InformatieVastgelegd:  # fmt: skip
    item, warnings = await risk.record(work, case_id, body)
    response.headers["Location"] = f"{BASE}/casussen/{case_id}/informatie/{item.id}"
    return kept(response, item, warnings)
