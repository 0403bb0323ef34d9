"""Aanmeldingen: a draft, its content, handing it in, supplementing and withdrawing it."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import Field

from api.once import Once
from api.paging import ASKED, PAGE, Blad, goes_on
from api.signin import CaseReader, Participant
from api.v1.cases import CasusKort
from api.v1.content import Aanmelding, AanmeldingKort, Inhoud, whole
from api.v1.decisions import BesluitGenomen, taken
from api.wire import BASE, SHOWS, Gemaakt, Id, Incoming, Outgoing, dutch, made
from models.casebook import answers, decisions, referrals
from models.commands.cases import TakeDecision
from models.lookups import referrals as lookup
from models.lookups import whereabouts
from models.lookups.referrals import ReferralState
from models.refusals import NotPossible
from models.transactions import Work
from models.words import DecisionKind

router = APIRouter(tags=["aanmeldingen"], route_class=Once)


class Aanmeldingen(Outgoing):
    """Een bladzijde met aanmeldingen van uw organisatie, de nieuwste eerst."""

    model_config = dutch(**PAGE)

    results: list[AanmeldingKort]
    following: str | None


class ZoekAanmelding(Blad):
    """Welke aanmeldingen worden gezocht."""

    model_config = dutch(state="status", **ASKED)

    state: ReferralState | None = None


GelezenVersie = Annotated[
    str | None,
    Header(alias="If-Match", pattern='^"[0-9]{1,9}"$', description="De ETag van de aanmelding die u wijzigt"),
]


class Intrekking(Incoming):
    """Waarom een ingediende aanmelding wordt ingetrokken."""

    model_config = dutch(reason="toelichting")

    reason: str = Field(min_length=1)


@router.post("/aanmeldingen", status_code=201, summary="Begin een aanmelding")
async def draft_referral(body: Inhoud, response: Response, work: Participant) -> Gemaakt:
    referral = await referrals.draft(work, body)
    return made(response, referral.id, "aanmeldingen")


@router.get("/aanmeldingen", summary="De aanmeldingen van uw organisatie")
async def list_referrals(
    asked: Annotated[ZoekAanmelding, Query()], request: Request, response: Response, work: Participant
) -> Aanmeldingen:
    found = await lookup.own(work, asked.page(), state=asked.state)
    return Aanmeldingen(
        results=[AanmeldingKort.model_validate(one) for one in found.rows],
        following=goes_on(request, response, found.following),
    )


@router.get("/aanmeldingen/{id}", summary="Een aanmelding met haar inhoud", openapi_extra=SHOWS)
async def read_referral(referral_id: Id, response: Response, work: CaseReader) -> Aanmelding:
    referral = await lookup.referral(work, referral_id)
    response.headers["ETag"] = f'"{referral.version}"'
    case = await lookup.case_of(work, referral)
    answers.saw(work, "aanmelding", referral.id, case.id if case else None)
    people, relations = await lookup.subjects(work, referral.id), await lookup.relations(work, referral.id)
    return whole(referral, people, relations, case, await whereabouts.of(work, people))


@router.put("/aanmeldingen/{id}", status_code=204, summary="Beschrijf een concept, vul aan, of herstel een melding")
async def describe_referral(
    referral_id: Id, body: Inhoud, response: Response, work: Participant, seen: GelezenVersie = None
) -> None:
    changed = await referrals.describe(work, referral_id, body, seen=int(seen.strip('"')) if seen else None)
    response.headers["ETag"] = f'"{changed.version}"'


@router.delete("/aanmeldingen/{id}", status_code=204, summary="Gooi een concept weg")
async def drop_draft(referral_id: Id, work: Participant) -> None:
    await referrals.withdraw_draft(work, referral_id)


@router.post("/aanmeldingen/{id}/indieningen", status_code=201, summary="Dien een aanmelding in, ook na aanvullen")
async def submit_referral(referral_id: Id, response: Response, work: Participant) -> CasusKort:
    case = await referrals.submit(work, referral_id)
    response.headers["Location"] = f"{BASE}/casussen/{case.id}"
    return CasusKort.model_validate(case)


@router.post("/aanmeldingen/{id}/intrekkingen", status_code=201, summary="Trek een ingediende aanmelding in")
async def withdraw_referral(referral_id: Id, body: Intrekking, response: Response, work: Participant) -> BesluitGenomen:
    case_id = await _case_id(work, referral_id)
    command = TakeDecision(kind=DecisionKind.WITHDRAW, reason=body.reason)
    return await taken(work, response, await decisions.decide(work, case_id, command))


async def _case_id(work: Work, referral_id: Id) -> Id:
    """Read without a lock: the decision locks the case first, and so does every other decision."""
    case = await lookup.case_of(work, await lookup.own_referral(work, referral_id))
    if case is None:
        raise NotPossible("Deze aanmelding is nog niet ingediend; gooi het concept weg.")
    return case.id
