"""Pincodes: de tweede factor van wie met een link antwoordt en zich niet aanmeldt."""

from http import HTTPStatus
from typing import ClassVar

from fastapi import APIRouter

from api.once import Once
from api.signin import ManagerOnly
from api.wire import Id, Outgoing, dutch
from models.casebook import pins


class OncePin(Once):
    """Who sends the request again hears that it was done, and not the pin."""

    told_once: ClassVar[tuple[str, ...]] = ("pincode",)


router = APIRouter(tags=["pincodes"], route_class=OncePin)


class Pincode(Outgoing):
    """Een nieuwe pincode. Zij staat alleen in dit antwoord; zeg haar telefonisch, en nooit in een mail."""

    model_config = dutch(pin="pincode")

    pin: str | None


@router.post(
    "/personen/{id}/pincodes", status_code=HTTPStatus.CREATED, summary="Geef een contact een pincode om te antwoorden"
)
async def give_pin(person_id: Id, work: ManagerOnly) -> Pincode:
    return Pincode(pin=await pins.give(work, person_id))


@router.delete(
    "/personen/{id}/pincodes", status_code=HTTPStatus.NO_CONTENT, summary="Trek de pincode van een contact in"
)
async def withdraw_pin(person_id: Id, work: ManagerOnly) -> None:
    await pins.withdraw(work, person_id)
