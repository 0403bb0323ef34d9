"""What gets a stalled case moving: giving a duty to another, sending again, correcting what was noted by phone."""

from uuid import UUID

from fastapi import APIRouter

from api.once import Once
from api.signin import CaseWork, Staff
from api.wire import CaseId, Gemaakt, Id, Outgoing, dutch
from models.casebook import corrections, reassign, resend
from models.commands.cases import CorrectAnswer, Reassign, SendAgain

router = APIRouter(tags=["taken"], route_class=Once)


class Toewijzing(Reassign):
    """Wie de taak krijgt: een ander contact van dezelfde organisatie, of een collega met de rol die zij vraagt.

    Zonder persoon is de taak weer van al wie daar wordt gevraagd. De termijn loopt door.
    """

    model_config = dutch(organisation_id="organisatie", person_id="persoon", reason="reden")


class Omleiding(SendAgain):
    """Aan wie opnieuw gaat wat niet aankwam: dezelfde ontvanger, of de andere contacten van diens organisatie."""

    model_config = dutch(to="aan", recipient_id="ontvanger")


class Herstel(CorrectAnswer):
    """Wat het antwoord had moeten zijn dat telefonisch is vastgelegd."""

    model_config = dutch(outcome="uitkomst", note="toelichting", recheck_at="hertoetsOp")


class Verzonden(Outgoing):
    """Hoeveel berichten opnieuw uitgaan."""

    model_config = dutch(count="aantal")

    count: int


@router.post("/taken/{id}/toewijzingen", status_code=204, summary="Wijs een taak toe aan een ander")
async def reassign_task(duty_id: Id, body: Toewijzing, work: Staff) -> None:
    await reassign.reassign(work, duty_id, body)


@router.post("/taken/{id}/correcties", status_code=201, summary="Herstel wat telefonisch is vastgelegd")
async def correct_answer(duty_id: Id, body: Herstel, work: CaseWork) -> Gemaakt:
    made: UUID = (await corrections.correct(work, duty_id, body)).id
    return Gemaakt(id=made)


@router.post("/casussen/{id}/omleidingen", status_code=201, summary="Verzend opnieuw wat niet aankwam")
async def send_again(case_id: CaseId, body: Omleiding, work: Staff) -> Verzonden:
    return Verzonden(count=await resend.send_again(work, case_id, body))
