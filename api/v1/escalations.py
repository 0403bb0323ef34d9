"""Escalaties: what is stuck is raised along the levels of the house, each with its own term."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from api.once import Once
from api.signin import CaseReader, CaseWork
from api.wire import BASE, SHOWS, CaseId, Gemaakt, Outgoing, dutch
from models.casebook import answers, raising
from models.commands.following import RaiseIssue
from models.lookups import cases, following
from models.words import EscalatedTo, EscalationEnd

router = APIRouter(tags=["escalaties"], route_class=Once)

_ABOUT = {"reason": "reden", "commitment_id": "afspraak", "level": "trede"}

EscalationId = Annotated[UUID, Path(alias="escalatieId")]


class NieuweEscalatie(RaiseIssue):
    """Wat vastzit: een taak, een afspraak, of (zonder beide) de casus. Zonder `trede` naar de volgende trede."""

    model_config = dutch(duty_id="taak", **_ABOUT)


class Escalatie(Outgoing):
    """Wat aan wie is voorgelegd, wanneer een antwoord er moet zijn, en wat dat was."""

    model_config = dutch(
        "id", about_duty_id="taak", name="naam", who="wie", raised_at="gevraagdOp", due_at="uiterlijk",
        ended_at="beeindigdOp", ended_as="uitkomst", answer="antwoord", **_ABOUT,
    )  # fmt: skip

    id: UUID
    about_duty_id: UUID | None
    commitment_id: UUID | None
    level: int
    name: str
    who: EscalatedTo
    reason: str
    raised_at: datetime
    due_at: datetime
    ended_at: datetime | None
    ended_as: EscalationEnd | None
    answer: str


class Escalaties(Outgoing):
    """De escalaties in een casus, de nieuwste eerst; voor wie de casus leest."""

    model_config = dutch(results="resultaten")

    results: list[Escalatie]


@router.get("/casussen/{id}/escalaties", summary="Wat in een casus is geëscaleerd", openapi_extra=SHOWS)
async def list_escalations(case_id: CaseId, work: CaseReader) -> Escalaties:
    _case, facts = await cases.seen_process(work, case_id)
    found = await following.escalations(work, case_id, facts)
    answers.saw(work, "escalaties", case_id, case_id)
    return Escalaties(results=[Escalatie.model_validate(one) for one in found])


@router.post("/casussen/{id}/escalaties", status_code=201, summary="Escaleer wat vastzit naar een trede van het huis")
async def raise_issue(case_id: CaseId, body: NieuweEscalatie, response: Response, work: CaseWork) -> Gemaakt:
    made = await raising.raise_issue(work, case_id, body)
    response.headers["Location"] = f"{BASE}/casussen/{case_id}/escalaties"
    return Gemaakt(id=made.id)


@router.post(
    "/casussen/{id}/escalaties/{escalatieId}/intrekkingen", status_code=204, summary="Trek een escalatie in"
)  # fmt: skip
async def take_back(case_id: CaseId, escalation_id: EscalationId, work: CaseWork) -> None:
    await raising.take_back(work, case_id, escalation_id)
