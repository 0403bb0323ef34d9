"""Bijlagen en eerdere versies van een aanmelding."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Path, Query, Request, Response

from api.downloads import download
from api.once import Once
from api.signin import CaseReader, Participant
from api.v1.content import Inhoud
from api.wire import BASE, SHOWS, Gemaakt, Id, Outgoing, dutch
from models.casebook import answers, attached
from models.lookups import referrals as lookup

router = APIRouter(tags=["bijlagen"], route_class=Once)

_ATTACHMENT = {"name": "naam", "media_type": "soort", "size": "omvang", "added_at": "toegevoegdOp"}
Bestand = Annotated[bytes, Body(media_type="application/octet-stream", description="De inhoud van het bestand")]
Bestandsnaam = Annotated[str, Query(alias="naam", min_length=1, max_length=300, description="De naam van het bestand")]


class Bijlage(Outgoing):
    """Een bestand bij een aanmelding; de soort volgt uit de inhoud."""

    model_config = dutch("id", **_ATTACHMENT)

    id: UUID
    name: str
    media_type: str
    size: int
    added_at: datetime


class Bijlagen(Outgoing):
    """De bestanden bij een aanmelding, op volgorde van toevoegen."""

    model_config = dutch(results="resultaten")

    results: list[Bijlage]


class Versie(Outgoing):
    """Een versie die is vervangen."""

    model_config = dutch(version="versie", replaced_at="vervangenOp", replaced_by="vervangenDoor")

    version: int
    replaced_at: datetime
    replaced_by: UUID


class VersieGeheel(Versie):
    """Een versie die is vervangen, met wat er toen stond."""

    model_config = dutch(version="versie", replaced_at="vervangenOp", replaced_by="vervangenDoor", content="inhoud")

    content: Inhoud


class Versies(Outgoing):
    """Wat er eerder stond, de jongste versie eerst."""

    model_config = dutch(results="resultaten")

    results: list[Versie]


@router.get("/aanmeldingen/{id}/bijlagen", summary="De bijlagen van een aanmelding", openapi_extra=SHOWS)
async def list_attachments(referral_id: Id, work: CaseReader) -> Bijlagen:
    case = await lookup.case_of(work, await lookup.referral(work, referral_id))
    # a name of a file tells as well
    answers.saw(work, "bijlagen", referral_id, case.id if case else None, referral_id=referral_id)
    return Bijlagen(results=[Bijlage.model_validate(one) for one in await lookup.attachments(work, referral_id)])


@router.post("/aanmeldingen/{id}/bijlagen", status_code=201, summary="Voeg een bijlage toe (10 MB; pdf, beeld, tekst)")
async def attach(
    referral_id: Id, name: Bestandsnaam, content: Bestand, work: Participant, *, request: Request, response: Response
) -> Gemaakt:
    made = await attached.attach(work, referral_id, name, content, request.app.state.scan)
    response.headers["Location"] = f"{BASE}/bijlagen/{made.id}"
    return Gemaakt(id=made.id)


@router.get(
    "/bijlagen/{id}",
    summary="De inhoud van een bijlage",
    openapi_extra=SHOWS,
    response_class=Response,
    responses={200: {"content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}},
)
async def read_attachment(attachment_id: Id, work: CaseReader) -> Response:
    found = await lookup.attachment(work, attachment_id, content=True)
    case = await lookup.case_of(work, await lookup.referral(work, found.referral_id))
    answers.saw(work, "bijlage", found.id, case.id if case else None, referral_id=found.referral_id)
    return download(found)


@router.delete("/bijlagen/{id}", status_code=204, summary="Verwijder een bijlage")
async def remove_attachment(attachment_id: Id, work: Participant) -> None:
    await attached.remove(work, attachment_id)


@router.get("/aanmeldingen/{id}/versies", summary="Wat er eerder in een aanmelding stond", openapi_extra=SHOWS)
async def list_versions(referral_id: Id, work: CaseReader) -> Versies:
    case = await lookup.case_of(work, await lookup.referral(work, referral_id))
    answers.saw(work, "versies", referral_id, case.id if case else None, referral_id=referral_id)
    return Versies(results=[Versie.model_validate(one) for one in await lookup.versions(work, referral_id)])


@router.get("/aanmeldingen/{id}/versies/{versie}", summary="Een eerdere versie van een aanmelding", openapi_extra=SHOWS)
async def read_version(
    referral_id: Id, number: Annotated[int, Path(alias="versie", ge=1, le=2**31 - 1)], work: CaseReader
) -> VersieGeheel:
    referral = await lookup.referral(work, referral_id)
    found = await lookup.version(work, referral_id, number)
    case = await lookup.case_of(work, referral)
    answers.saw(work, "aanmelding", referral_id, case.id if case else None)
    return VersieGeheel(
        version=found.version, replaced_at=found.replaced_at, replaced_by=found.replaced_by,
        content=Inhoud.model_validate(found.content, by_name=True, by_alias=False),
    )  # fmt: skip
