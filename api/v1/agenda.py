"""De eigen agenda: een geheim adres waarop een agenda-programma uw overleggen en termijnen ophaalt, zonder namen."""

from datetime import date, datetime
from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter, Response

from api.once import OnceSecret
from api.signin import SignedIn
from api.wire import BASE, Id, Outgoing, dutch
from models.casebook import feeds
from models.lookups import agenda
from models.refusals import NotFound
from models.transactions import Work

router = APIRouter(tags=["agenda"], route_class=OnceSecret)


class Agendafeed(Outgoing):
    """Uw agenda-adres, zonder zijn geheim."""

    model_config = dutch("id", made_at="gemaaktOp", last_used_on="laatsteDagGebruikt")

    id: UUID
    made_at: datetime
    last_used_on: date | None


class NieuweAgendafeed(Outgoing):
    """Een nieuw agenda-adres: `/agenda/{token}.ics`. Het staat alleen hier; een ouder adres werkt niet meer."""

    model_config = dutch("id", secret="token")  # noqa: S106 - a name on the wire

    id: UUID
    secret: str | None


def _own(work: Work, person_id: UUID) -> None:
    """Of oneself; that of somebody else is there for nobody."""
    if work.actor.person_id != person_id:
        raise NotFound("Dit agenda-adres")


@router.get("/personen/{id}/agendafeed", summary="Of u een agenda-adres hebt, en wanneer het is gebruikt")
async def read_feed(person_id: Id, work: SignedIn) -> Agendafeed:
    _own(work, person_id)
    found = await agenda.own_feed(work)
    if found is None:
        raise NotFound("Dit agenda-adres")
    return Agendafeed.model_validate(found)


@router.post("/personen/{id}/agendafeed", status_code=HTTPStatus.CREATED, summary="Maak of vernieuw uw agenda-adres")
async def make_feed(person_id: Id, response: Response, work: SignedIn) -> NieuweAgendafeed:
    _own(work, person_id)
    made, secret = await feeds.make(work)
    response.headers["Location"] = f"{BASE}/personen/{person_id}/agendafeed"
    return NieuweAgendafeed(id=made.id, secret=secret)


@router.delete("/personen/{id}/agendafeed", status_code=HTTPStatus.NO_CONTENT, summary="Trek uw agenda-adres in")
async def revoke_feed(person_id: Id, work: SignedIn) -> None:
    _own(work, person_id)
    await feeds.revoke(work)
