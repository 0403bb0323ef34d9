"""Waarover iemand bereikt wil worden: manieren toevoegen, bevestigen, kiezen en beëindigen."""

from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from api.once import Once
from api.problems import problem
from api.signin import SignedIn, beyond_a_token
from api.wire import Gemaakt, Id, Outgoing, dutch, made
from models import ways
from models.casebook import ways as casebook
from models.lookups import ways as lookup
from models.tables.ways import ContactWay
from models.transactions import Work
from models.ways import AddWay, ChooseWays, ConfirmWay, Occasion, WayKind

router = APIRouter(tags=["kanalen"], route_class=Once)


class NieuwKanaal(AddWay):
    """Een manier om u te bereiken: een e-mailadres, een mobiel nummer, een Matrix-adres, of de naam van een kanaal of
    systeem zoals de beheerder die gaf. Nooit een webadres."""

    model_config = dutch(kind="soort", address="adres")


class KanaalBevestigen(ConfirmWay):
    """De code die over dit kanaal kwam."""

    model_config = dutch("code")


class KanalenKiezen(ChooseWays):
    """Waarover wat gaat; wat hier niet staat gaat per e-mail naar het adres waarmee u bent aangewezen."""

    model_config = dutch(choices="keuzen")


class Kanaal(Outgoing):
    """Een manier om iemand te bereiken. Zonder `bevestigdOp` gaat er alleen een code naartoe.

    Een ander dan de eigenaar ziet het adres verkort.
    """

    model_config = dutch("id", kind="soort", address="adres", made_at="gemaaktOp", verified_at="bevestigdOp")

    id: UUID
    kind: WayKind
    address: str
    made_at: datetime
    verified_at: datetime | None


class Kanalen(Outgoing):
    """De manieren om iemand te bereiken, en waarvoor welke is gekozen."""

    model_config = dutch(results="resultaten", choices="keuzen")

    results: list[Kanaal]
    choices: dict[Occasion, UUID]


def _shown(one: ContactWay, *, whole: bool) -> Kanaal:
    address = one.address if whole else ways.shown(one.kind, one.address)
    return Kanaal(
        id=one.id, kind=one.kind, address=address, made_at=one.made_at, verified_at=one.verified_at
    )  # fmt: skip


@router.get("/personen/{id}/kanalen", summary="Waarover iemand bereikt wil worden")
async def list_ways(person_id: Id, work: SignedIn) -> Kanalen:
    return await _listed(work, person_id)


async def _listed(work: Work, person_id: UUID) -> Kanalen:
    found = await lookup.seen(work, person_id)
    own = person_id == work.actor.person_id
    return Kanalen(
        results=[_shown(one, whole=own) for one in found], choices=await lookup.choices(work, person_id)
    )  # fmt: skip


@router.post(
    "/personen/{id}/kanalen", status_code=HTTPStatus.CREATED, summary="Voeg een kanaal toe, of vraag een nieuwe code"
)
async def add_way(person_id: Id, body: NieuwKanaal, request: Request, response: Response, work: SignedIn) -> Gemaakt:
    beyond_a_token(request)
    return made(response, (await casebook.add(work, person_id, body)).id, "kanalen")


@router.put("/personen/{id}/kanaalkeuzen", status_code=HTTPStatus.NO_CONTENT, summary="Kies waarover wat gaat")
async def choose_ways(person_id: Id, body: KanalenKiezen, work: SignedIn) -> None:
    await casebook.choose(work, person_id, body)


@router.post(
    "/kanalen/{id}/bevestigingen", status_code=HTTPStatus.CREATED, summary="Bevestig een kanaal met de code",
    responses={HTTPStatus.FORBIDDEN: {"description": "De code klopt niet"}}, response_model=Gemaakt,
)  # fmt: skip
async def confirm_way(way_id: Id, body: KanaalBevestigen, request: Request, work: SignedIn) -> Gemaakt | JSONResponse:
    """A wrong code is no error that undoes the transaction: the try is counted."""
    beyond_a_token(request)
    confirmed = await casebook.confirm(work, way_id, body)
    if confirmed is None:
        return problem(request, HTTPStatus.FORBIDDEN, "Deze code klopt niet; kijk in het laatste bericht.")
    return Gemaakt(id=confirmed.id)


@router.delete("/kanalen/{id}", status_code=HTTPStatus.NO_CONTENT, summary="Beëindig een kanaal")
async def end_way(way_id: Id, work: SignedIn) -> None:
    await casebook.end(work, way_id)
