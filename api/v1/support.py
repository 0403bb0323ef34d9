"""Hulpvragen: anybody asks the house, the house advises, a participant may make a question its own."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.once import Once
from api.paging import ASKED, PAGE, Blad, goes_on
from api.signin import Anybody, CaseWork, Participant, Staff
from api.wire import Gemaakt, Id, Incoming, Outgoing, dutch, made
from models.casebook import support
from models.commands.cases import AskSupport
from models.lookups import people, referrals
from models.transactions import become

router = APIRouter(tags=["hulpvragen"], route_class=Once)


class NieuweHulpvraag(AskSupport):
    """Een vraag van een professional, zonder iets over een persoon."""

    model_config = dutch(
        asker_name="naam", asker_organisation="organisatie", asker_email="emailadres", theme="thema", question="vraag",
        house="huis",
    )  # fmt: skip

    house: str = Field(min_length=1, description="De korte naam van het huis")


class Hulpvraag(Outgoing):
    """Een hulpvraag en wat er van kwam."""

    model_config = dutch(
        "id", asked_at="gesteldOp", asker_name="naam", asker_organisation="organisatie", asker_email="emailadres",
        theme="thema", question="vraag", answered_at="beantwoordOp", advice="advies", adopted_as="aanmelding",
    )  # fmt: skip

    id: UUID
    asked_at: datetime
    asker_name: str
    asker_organisation: str
    asker_email: str
    theme: str
    question: str
    answered_at: datetime | None
    advice: str | None
    adopted_as: UUID | None


class Hulpvragen(Outgoing):
    """Een bladzijde met hulpvragen: de onbeantwoorde eerst, van beide de oudste eerst."""

    model_config = dutch(**PAGE)

    results: list[Hulpvraag]
    following: str | None


class ZoekHulpvraag(Blad):
    """Welke hulpvragen worden gezocht."""

    model_config = dutch(answered="beantwoord", **ASKED)

    answered: bool | None = None


class Advies(Incoming):
    """Het antwoord op een hulpvraag."""

    model_config = dutch(text="tekst")

    text: str = Field(min_length=1)


@router.post(
    "/hulpvragen", status_code=201, summary="Stel een hulpvraag aan een huis",
    description="Voor iedereen, zonder aanmelden. Er is geen `Idempotency-Key`: wie niet is aangemeld, heeft niets"
    " waaraan te zien is dat een herhaald verzoek van dezelfde komt, en zou met een geraden sleutel het antwoord"
    " krijgen dat een ander kreeg. Stel de vraag bij twijfel opnieuw: een dubbele vraag doet geen kwaad.",
)  # fmt: skip
async def ask_support(body: NieuweHulpvraag, response: Response, work: Anybody) -> Gemaakt:
    house_id = await people.house_of(work, body.house)
    there = await become(work, replace(work.actor, house_id=house_id))
    question = support.ask(there, house_id, AskSupport(**body.model_dump(exclude={"house"})))
    return made(response, question.id, "hulpvragen")


@router.get("/hulpvragen", summary="Hulpvragen aan uw huis")
async def list_support_questions(
    asked: Annotated[ZoekHulpvraag, Query()], request: Request, response: Response, work: CaseWork
) -> Hulpvragen:
    found = await referrals.support_questions(work, asked.page(), answered=asked.answered)
    return Hulpvragen(
        results=[Hulpvraag.model_validate(one) for one in found.rows],
        following=goes_on(request, response, found.following),
    )


@router.get("/hulpvragen/{id}", summary="Een hulpvraag")
async def read_support_question(question_id: Id, work: CaseWork) -> Hulpvraag:
    return Hulpvraag.model_validate(await referrals.support_question(work, question_id))


@router.post("/hulpvragen/{id}/adviezen", status_code=201, summary="Geef advies op een hulpvraag")
async def advise(question_id: Id, body: Advies, work: Staff) -> Hulpvraag:
    return Hulpvraag.model_validate(await support.advise(work, question_id, body.text))


@router.post("/hulpvragen/{id}/aanmeldingen", status_code=201, summary="Neem een hulpvraag over als aanmelding")
async def adopt_support_question(question_id: Id, response: Response, work: Participant) -> Gemaakt:
    referral = await support.adopt(work, question_id)
    return made(response, referral.id, "aanmeldingen")
