"""Berichten: to whom Pols sends, how it went, and what who keeps the mail does about it. Never what is in a case."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.once import Once
from api.paging import ASKED, PAGE, Blad, goes_on
from api.signin import DELIVERY, Keeper, PolicyMaker
from api.wire import Gemaakt, Id, Incoming, Outgoing, Verwijzing, dutch
from models.casebook import messages as casebook
from models.delivery import Delivery, WhyGivenUp
from models.lookups import messages
from models.lookups.messages import Post, Wanted

router = APIRouter(tags=["berichten"], route_class=Once)
bounces = APIRouter(tags=[DELIVERY], route_class=Once)


class Bericht(Outgoing):
    """Een bericht aan één persoon en hoe het daarmee staat. Casussen staan erbij voor wie ze mag kennen."""

    model_config = dutch(
        "id", kind="soort", person="ontvanger", organisation="organisatie", state="staat", urgent="spoed",
        cases="casussen", made_at="gemaaktOp", sent_at="verzondenOp", opened_at="geopendOp", answered_at="beantwoordOp",
        bounced_at="teruggekomenOp", gave_up_at="opgegevenOp", tries="pogingen", next_try_at="volgendePogingOp",
        code="code", why="uitleg", resends="inPlaatsVan",
    )  # fmt: skip

    id: UUID
    kind: str
    person: Verwijzing
    organisation: Verwijzing
    state: Delivery
    urgent: bool
    cases: list[Verwijzing]
    made_at: datetime
    sent_at: datetime | None
    opened_at: datetime | None
    answered_at: datetime | None
    bounced_at: datetime | None
    gave_up_at: datetime | None
    tries: int
    next_try_at: datetime | None
    code: str | None
    why: str
    resends: UUID | None

    @classmethod
    def of(cls, post: Post) -> Self:
        """The message as it is told."""
        row, moments = post.row, post.moments
        return cls(
            id=row.id, kind=row.template, person=Verwijzing(id=row.recipient_id, name=post.person),
            organisation=Verwijzing(id=post.organisation_id, name=post.organisation), state=post.state,
            urgent=row.rank == 0, cases=[Verwijzing(id=id_, name=number) for id_, number in post.numbers],
            made_at=row.created_at, sent_at=row.sent_at, opened_at=row.opened_at, answered_at=moments.answered_at,
            bounced_at=row.bounced_at, gave_up_at=row.gave_up_at, tries=row.tries,
            next_try_at=row.next_try_at if post.state is Delivery.WAITING else None, code=row.code, why=post.why,
            resends=row.resends,
        )  # fmt: skip


class Berichten(Outgoing):
    """Een bladzijde met berichten, de nieuwste eerst."""

    model_config = dutch(**PAGE)

    results: list[Bericht]
    following: str | None


class ZoekBericht(Blad):
    """Welke berichten worden gezocht."""

    model_config = dutch(state="staat", organisation_id="organisatie", case_id="casus", **ASKED)

    state: Delivery | None = Field(default=None, description="Hoe het ermee staat")
    organisation_id: UUID | None = Field(default=None, description="De organisatie van de ontvanger")
    case_id: UUID | None = Field(default=None, description="De casus waar het over gaat")

    def wanted(self) -> Wanted:
        """As the lookups take it."""
        return Wanted(self.state, self.organisation_id, self.case_id)


class Stopzetting(Incoming):
    """Waarom een bericht niet meer wordt verzonden: een van onze woorden, want in een tekst kan een naam staan."""

    model_config = dutch(why="reden")

    why: WhyGivenUp


class Bezorgfout(Incoming):
    """Een bericht dat de maildienst voorgoed niet kon bezorgen."""

    model_config = dutch(message_id="bericht")

    message_id: UUID = Field(description="De waarde van `X-Pols-Bericht`, of van `Message-ID` tot de apenstaart")


@router.get("/berichten", summary="Zoek berichten die Pols verzendt")
async def list_messages(
    asked: Annotated[ZoekBericht, Query()], request: Request, response: Response, work: Keeper
) -> Berichten:
    found = await messages.page(work, asked.page(), asked.wanted())
    return Berichten(
        results=[Bericht.of(one) for one in found.rows], following=goes_on(request, response, found.following)
    )


@router.post("/berichten/{id}/verzendingen", status_code=201, summary="Verzend een bericht nu, of nog eens")
async def send_message_again(message_id: Id, work: PolicyMaker) -> Gemaakt:
    return Gemaakt(id=await casebook.again(work, message_id))


@router.post("/berichten/{id}/stopzettingen", status_code=204, summary="Verzend een bericht niet meer")
async def give_message_up(message_id: Id, body: Stopzetting, work: PolicyMaker) -> None:
    await casebook.give_up(work, message_id, body.why)


@bounces.post("/bezorgfouten", status_code=204, summary="Meld dat een bericht is teruggekomen")
async def message_returned(body: Bezorgfout, work: PolicyMaker) -> None:
    await casebook.returned(work, body.message_id)
