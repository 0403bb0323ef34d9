"""Abonnementen: systemen van deelnemers die horen wat er gebeurt, en hoe het bezorgen gaat."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from api.once import Once
from api.paging import PAGE, Blad, goes_on
from api.signin import PolicyMaker, SignedIn
from api.wire import BASE, Gemaakt, Id, Outgoing, Verwijzing, dutch
from models.casebook import subscriptions as casebook
from models.events import TYPES, EventKind, Subscribe, type_of
from models.lookups import subscriptions as lookup
from models.tables.events import EventDelivery


class _OnceSecret(Once):
    """The secret of a subscription is in the first answer only."""

    told_once: ClassVar[tuple[str, ...]] = ("geheim",)


router = APIRouter(tags=["abonnementen"], route_class=Once)
secret_router = APIRouter(tags=["abonnementen"], route_class=_OnceSecret)


class SoortGebeurtenis(Outgoing):
    """Een soort gebeurtenis: het type in de CloudEvent, wat het betekent, en waarvan `subject` het kenmerk is."""

    model_config = dutch("type", kind="soort", meaning="betekenis", about="onderwerp", collection="leesbaarBij")

    kind: EventKind
    type: str
    meaning: str
    about: str
    collection: str


class SoortenGebeurtenis(Outgoing):
    """De soorten gebeurtenis. Een gebeurtenis bevat alleen kenmerken en een verwijzing."""

    model_config = dutch(results="resultaten")

    results: list[SoortGebeurtenis]


class NieuwAbonnement(Subscribe):
    """Een systeem van een deelnemer, en waarvan het wil horen. Het adres staat in het beleid van het huis."""

    model_config = dutch(organisation_id="organisatie", url="adres", kinds="soorten")


class GemaaktAbonnement(Outgoing):
    """Een nieuw abonnement. Het geheim staat alleen in dit antwoord, niet in dat van een herhaald verzoek."""

    model_config = dutch("id", secret="geheim")  # noqa: S106 - a name on the wire

    id: UUID
    secret: str | None


class Bezorging(Outgoing):
    """Een gebeurtenis voor een systeem en hoe het bezorgen gaat; waarover zij ging staat hier niet."""

    model_config = dutch(
        "id", kind="soort", happened_at="gebeurdOp", state="stand", tries="pogingen", code="reden",
        sent_at="bezorgdOp", next_try_at="volgendePoging",
    )  # fmt: skip

    id: UUID
    kind: EventKind
    happened_at: datetime
    state: str
    tries: int
    code: str | None
    sent_at: datetime | None
    next_try_at: datetime | None


class Bezorgingen(Outgoing):
    """Een bladzijde met bezorgingen, de nieuwste eerst."""

    model_config = dutch(**PAGE)

    results: list[Bezorging]
    following: str | None


class Abonnement(Outgoing):
    """Een abonnement, zonder zijn geheim."""

    model_config = dutch(
        "id", organisation="organisatie", url="adres", kinds="soorten", made_at="gemaaktOp", last="laatsteBezorging"
    )

    id: UUID
    organisation: Verwijzing
    url: str
    kinds: list[EventKind]
    made_at: datetime
    last: Bezorging | None


class Abonnementen(Outgoing):
    """Een bladzijde met abonnementen, de oudste eerst."""

    model_config = dutch(**PAGE)

    results: list[Abonnement]
    following: str | None


def _delivery(one: EventDelivery) -> Bezorging:
    state = lookup.state(one)
    waits = one.next_try_at if one.sent_at is one.gave_up_at is one.dropped_at is None else None
    return Bezorging(
        id=one.id, kind=one.kind, happened_at=one.happened_at, state=state, tries=one.tries, code=one.code,
        sent_at=one.sent_at, next_try_at=waits,
    )  # fmt: skip


def _shown(one: lookup.Subscribed) -> Abonnement:
    found = one.subscription
    return Abonnement(
        id=found.id, organisation=Verwijzing(id=found.organisation_id, name=one.organisation), url=found.url,
        kinds=[EventKind(kind) for kind in found.kinds], made_at=found.made_at,
        last=_delivery(one.last) if one.last else None,
    )  # fmt: skip


@router.get("/gebeurtenissen", summary="De soorten gebeurtenis waarvan een systeem kan horen")
async def list_event_types(work: SignedIn) -> SoortenGebeurtenis:
    del work
    return SoortenGebeurtenis(
        results=[
            SoortGebeurtenis(
                kind=kind, type=type_of(kind), meaning=one.meaning, about=one.about,
                collection=f"{BASE}/{one.collection}",
            )
            for kind, one in TYPES.items()
        ]
    )  # fmt: skip


@router.get("/abonnementen", summary="De systemen die horen wat er gebeurt")
async def list_subscriptions(
    asked: Annotated[Blad, Query()], request: Request, response: Response, work: PolicyMaker
) -> Abonnementen:
    found = await lookup.page(work, asked.page())
    return Abonnementen(
        results=[_shown(one) for one in found.rows], following=goes_on(request, response, found.following)
    )


@secret_router.post("/abonnementen", status_code=HTTPStatus.CREATED, summary="Abonneer een systeem van een deelnemer")
async def subscribe(
    body: NieuwAbonnement, request: Request, response: Response, work: PolicyMaker
) -> GemaaktAbonnement:
    made, secret = await casebook.subscribe(work, body, request.app.state.event_seal)
    response.headers["Location"] = f"{BASE}/abonnementen/{made.id}"
    return GemaaktAbonnement(id=made.id, secret=secret)


@router.delete("/abonnementen/{id}", status_code=HTTPStatus.NO_CONTENT, summary="Beëindig een abonnement")
async def end_subscription(subscription_id: Id, work: PolicyMaker) -> None:
    await casebook.end(work, subscription_id)


@router.post("/abonnementen/{id}/proeven", status_code=HTTPStatus.CREATED, summary="Stuur een proefgebeurtenis")
async def try_subscription(subscription_id: Id, work: PolicyMaker) -> Gemaakt:
    return Gemaakt(id=await casebook.try_out(work, subscription_id))


@router.get("/abonnementen/{id}/bezorgingen", summary="Hoe het bezorgen aan een systeem gaat")
async def list_deliveries(
    subscription_id: Id, asked: Annotated[Blad, Query()], request: Request, response: Response, work: PolicyMaker
) -> Bezorgingen:
    found = await lookup.deliveries(work, subscription_id, asked.page())
    return Bezorgingen(
        results=[_delivery(one) for one in found.rows], following=goes_on(request, response, found.following)
    )


@router.post(
    "/bezorgingen/{id}/herhalingen", status_code=HTTPStatus.NO_CONTENT, summary="Bezorg een gebeurtenis opnieuw"
)
async def tell_again(delivery_id: Id, work: PolicyMaker) -> None:
    await casebook.tell_again(work, delivery_id)
