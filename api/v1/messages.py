"""Meldingen: the sector's own message becomes an aanmelding with a supplement owed."""

from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter, Response

from api.once import Once
from api.signin import Participant
from api.v1.sector_schema import Melding
from api.wire import BASE, Outgoing, Verwijzing, dutch, is_new
from models.casebook import referrals

router = APIRouter(tags=["meldingen"], route_class=Once)


class MeldingOntvangen(Outgoing):
    """De aanmelding en de casus die de melding werd."""

    model_config = dutch(referral_id="aanmelding", case="casus")

    referral_id: UUID
    case: Verwijzing


@router.post(
    "/meldingen",
    status_code=HTTPStatus.CREATED,
    summary="Lever een melding van de sector aan",
    responses={200: {"model": MeldingOntvangen, "description": "Deze melding was al ontvangen"}},
)
async def receive_message(body: Melding, response: Response, work: Participant) -> MeldingOntvangen:
    referral, case = await referrals.receive_message(work, body.command(), body.id)
    if not is_new(work, case.reported_at):
        response.status_code = HTTPStatus.OK
    response.headers["Location"] = f"{BASE}/aanmeldingen/{referral.id}"
    return MeldingOntvangen(referral_id=referral.id, case=Verwijzing(id=case.id, name=case.number))
