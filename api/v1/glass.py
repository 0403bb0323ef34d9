"""Noodtoegangen: een casus openen die niet de uwe is, met reden, kort, en in het zicht van anderen."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from api.once import Once
from api.paging import PAGE, Blad, goes_on
from api.problems import problem
from api.signin import CaseReader, Oversight, beyond_a_token
from api.wire import CaseId, Gemaakt, Id, Outgoing, Verwijzing, dutch, made
from models.casebook import glass as casebook
from models.commands.cases import AskGlass, ConfirmGlass, ReviewGlass
from models.lookups import glass
from models.words import GlassKind, GlassVerdict

router = APIRouter(tags=["noodtoegangen"], route_class=Once)


class NieuweNoodtoegang(AskGlass):
    """Waarom u deze casus moet lezen."""

    model_config = dutch(reason="reden")


class Bevestiging(ConfirmGlass):
    """De code die u kreeg; een collega die bevestigt stuurt geen code."""

    model_config = dutch("code")


class Beoordeling(ReviewGlass):
    """Of de toegang terecht was."""

    model_config = dutch(verdict="oordeel", review="toelichting")


class Noodtoegang(Outgoing):
    """Wie een casus opende die niet de zijne was, waarom, tot wanneer, en wat een ander daarvan vond."""

    model_config = dutch(
        "id", case="casus", number="nummer", person="persoon", kind="soort", reason="reden", asked_at="gevraagdOp",
        confirmed_at="bevestigdOp", until="tot", ended_at="beeindigdOp", verdict="oordeel", review="toelichting",
        reviewed_at="beoordeeldOp",
    )  # fmt: skip

    id: UUID
    case: UUID
    number: str
    person: Verwijzing
    kind: GlassKind
    reason: str
    asked_at: datetime
    confirmed_at: datetime | None
    until: datetime | None
    ended_at: datetime | None
    verdict: GlassVerdict | None
    review: str
    reviewed_at: datetime | None


class Noodtoegangen(Outgoing):
    """Een bladzijde met noodtoegangen, de nieuwste eerst."""

    model_config = dutch(**PAGE)

    results: list[Noodtoegang]
    following: str | None


_PLAIN = (
    "id", "kind", "reason", "asked_at", "confirmed_at", "until", "ended_at", "verdict", "review", "reviewed_at",
)  # fmt: skip


@router.post("/casussen/{id}/noodtoegangen", status_code=201, summary="Vraag toegang tot een casus die niet de uwe is")
async def ask_glass(
    case_id: CaseId, body: NieuweNoodtoegang, request: Request, response: Response, work: CaseReader
) -> Gemaakt:
    beyond_a_token(request)
    return made(response, (await casebook.ask(work, case_id, body)).id, "noodtoegangen")


@router.get("/noodtoegangen", summary="De noodtoegangen die u aangaan")
async def list_glass(
    asked: Annotated[Blad, Query()], request: Request, response: Response, work: Oversight
) -> Noodtoegangen:
    found = await glass.page(work, asked.page())
    return Noodtoegangen(
        results=[
            Noodtoegang.model_validate(
                {name: getattr(one, name) for name in _PLAIN}
                | {"case": one.case_id, "number": number, "person": Verwijzing(id=one.person_id, name=name_)}
            )
            for one, number, name_ in found.rows
        ],
        following=goes_on(request, response, found.following),
    )


@router.post(
    "/noodtoegangen/{id}/bevestigingen", status_code=201, summary="Bevestig een noodtoegang",
    responses={HTTPStatus.FORBIDDEN: {"description": "De code klopt niet"}}, response_model=Gemaakt,
)  # fmt: skip
async def confirm_glass(glass_id: Id, body: Bevestiging, request: Request, work: Oversight) -> Gemaakt | JSONResponse:
    """A wrong code is no error that undoes the transaction: the try is counted."""
    beyond_a_token(request)
    opened = await casebook.confirm(work, glass_id, body)
    if opened is None:
        return problem(request, HTTPStatus.FORBIDDEN, "Deze code klopt niet; kijk in het laatste bericht.")
    return Gemaakt(id=opened.id)


@router.post("/noodtoegangen/{id}/beeindigingen", status_code=204, summary="Beëindig een noodtoegang")
async def end_glass(glass_id: Id, work: Oversight) -> None:
    await casebook.end(work, glass_id)


@router.post("/noodtoegangen/{id}/beoordelingen", status_code=201, summary="Beoordeel een noodtoegang")
async def review_glass(glass_id: Id, body: Beoordeling, work: Oversight) -> Gemaakt:
    return Gemaakt(id=(await casebook.review(work, glass_id, body)).id)
