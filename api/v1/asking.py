"""Informatieverzoeken: what partners are asked before a meeting, and what became of it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from api.once import Once
from api.paging import ASKED, PAGE, Blad, goes_on
from api.signin import CaseReader, CaseWork
from api.wire import SHOWS, CaseId, Gemaakt, Outgoing, Verwijzing, dutch, named
from models.asking import Supplied
from models.casebook import answers, asking
from models.commands.cases import AskInformation
from models.lookups import asking as lookup

router = APIRouter(tags=["informatieverzoeken"], route_class=Once)


class NieuwInformatieverzoek(AskInformation):
    """Een vraag aan één betrokken deelnemer; zij is af vóór het geplande overleg, en schuift daarmee mee."""

    model_config = dutch(organisation_id="organisatie", question="vraag", life_domains="leefgebieden")


class Informatieverzoek(Outgoing):
    """Wat een deelnemer is gevraagd en hoe het ermee staat; het kenmerk is dat van de taak.

    `niet_geleverd` is één stand, waarom er ook niets kwam (WGS 1.5, eerste lid).
    """

    model_config = dutch(
        "id", organisation="organisatie", asked_at="gevraagdOp", due_at="uiterlijk", delivery="stand",
        question="vraag", life_domains="leefgebieden",
    )  # fmt: skip

    id: UUID
    organisation: Verwijzing
    asked_at: datetime
    due_at: datetime
    delivery: Supplied
    question: str | None
    life_domains: list[str]


class Informatieverzoeken(Outgoing):
    """Een bladzijde met informatieverzoeken, wat het eerst af moet zijn eerst."""

    model_config = dutch(**PAGE)

    results: list[Informatieverzoek]
    following: str | None


class ZoekInformatieverzoek(Blad):
    """Waar de bladzijde begint."""

    model_config = dutch(**ASKED)


@router.get(
    "/casussen/{id}/informatieverzoeken", summary="Wat deelnemers bij een casus is gevraagd", openapi_extra=SHOWS
)
async def list_requests(
    case_id: CaseId, asked: Annotated[ZoekInformatieverzoek, Query()], request: Request, response: Response,
    work: CaseReader,
) -> Informatieverzoeken:  # fmt: skip
    found = await lookup.of_case(work, case_id, asked.page())
    answers.saw(work, "informatieverzoeken", case_id, case_id)
    return Informatieverzoeken(
        results=[
            Informatieverzoek(
                id=one.line.duty.id, organisation=named(one.line.duty.owner_organisation_id, one.line.organisation),
                asked_at=one.line.duty.opened_at, due_at=one.line.duty.due_at, delivery=one.delivery,
                question=one.question, life_domains=list(one.life_domains),
            )
            for one in found.rows
        ],
        following=goes_on(request, response, found.following),
    )  # fmt: skip


@router.post("/casussen/{id}/informatieverzoeken", status_code=201, summary="Vraag een deelnemer om informatie")
async def ask_information(case_id: CaseId, body: NieuwInformatieverzoek, work: CaseWork) -> Gemaakt:
    return Gemaakt(id=(await asking.ask(work, case_id, body)).id)
