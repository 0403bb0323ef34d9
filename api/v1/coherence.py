"""Samenhangen: casussen waarvan de plannen op elkaar mogen worden afgestemd (BGS 2.20, tweede lid)."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from api.once import Once
from api.paging import ASKED, PAGE, Blad, goes_on
from api.signin import CaseReader, CaseWork
from api.wire import SHOWS, CaseId, Gemaakt, Id, Outgoing, Verwijzing, dutch
from models.casebook import answers, coherence
from models.commands.cases import EndLink, LinkCases
from models.lookups import coherence as lookup

router = APIRouter(tags=["samenhangen"], route_class=Once)

_TEST = {"circle": "kring", "dependence": "afhankelijkheid", "necessity": "noodzaak"}


class NieuweSamenhang(LinkCases):
    """De toets in drie delen, elk met een motivering: directe kring, problemen die van elkaar afhangen, noodzaak.

    Zonder `beslissers` besloot u zelf; anders wie u noemt, en legt u het vast.
    """

    model_config = dutch(other_case="casus", deciders="beslissers", decided_at="beslistOp", **_TEST)


class SamenhangEinde(EndLink):
    """Waarom de plannen niet meer op elkaar worden afgestemd."""

    model_config = dutch(reason="toelichting", deciders="beslissers")


class Samenhang(Outgoing):
    """Een andere casus waarmee deze samenhangt, en de toets waarop dat berust."""

    model_config = dutch(
        "id", case="casus", deciders="beslissers", decided_at="beslistOp", ended_at="beeindigdOp",
        end_reason="redenBeeindiging", **_TEST,
    )  # fmt: skip

    id: UUID
    case: Verwijzing
    circle: str
    dependence: str
    necessity: str
    deciders: list[UUID]
    decided_at: datetime
    ended_at: datetime | None
    end_reason: str


class Samenhangen(Outgoing):
    """Een bladzijde met samenhangen van een casus, de nieuwste eerst."""

    model_config = dutch(**PAGE)

    results: list[Samenhang]
    following: str | None


class ZoekSamenhang(Blad):
    """Waar de bladzijde begint."""

    model_config = dutch(**ASKED)


@router.get("/casussen/{id}/samenhangen", summary="Met welke casussen een casus samenhangt", openapi_extra=SHOWS)
async def list_links(
    case_id: CaseId, asked: Annotated[ZoekSamenhang, Query()], request: Request, response: Response, work: CaseReader
) -> Samenhangen:
    found = await lookup.of_case(work, case_id, asked.page())
    answers.saw(work, "samenhangen", case_id, case_id)
    plain = [name for name in Samenhang.model_fields if name != "case"]
    return Samenhangen(
        results=[
            Samenhang.model_validate(
                {name: getattr(one.row, name) for name in plain}
                | {"case": Verwijzing(id=one.other_id, name=one.number)}
            )
            for one in found.rows
        ],
        following=goes_on(request, response, found.following),
    )  # fmt: skip


@router.post("/casussen/{id}/samenhangen", status_code=201, summary="Leg vast dat casussen samenhangen")
async def link_cases(case_id: CaseId, body: NieuweSamenhang, work: CaseWork) -> Gemaakt:
    return Gemaakt(id=(await coherence.link(work, case_id, body)).id)


@router.post("/samenhangen/{id}/beeindigingen", status_code=204, summary="Beëindig een samenhang")
async def end_link(coherence_id: Id, body: SamenhangEinde, work: CaseWork) -> None:
    await coherence.end(work, coherence_id, body)
