"""API tokens: make one, see which there are, revoke. The secret is answered once."""

from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.once import OnceSecret
from api.paging import PAGE, Blad, goes_on
from api.signin import SignedIn
from api.wire import BASE, Id, Outgoing, Verwijzing, dutch
from models.casebook import tokens
from models.commands.people import MakeToken
from models.lookups import entrance
from models.tables.people import ApiToken
from models.words import TokenScope

router = APIRouter(tags=["tokens"], route_class=OnceSecret)


class NieuwToken(MakeToken):
    """Een token voor uzelf, of van de functioneel beheerder voor het systeem van een deelnemer."""

    model_config = dutch(name="naam", scope="bereik", days="dagenGeldig", person_id="persoon")

    person_id: UUID | None = Field(default=None, description="Wie instaat voor het systeem; alleen bij bereik melden")


class Token(Outgoing):
    """Een token, zonder zijn geheim."""

    model_config = dutch(
        "id", name="naam", scope="bereik", person="persoon", made_at="gemaaktOp", expires_at="geldigTot",
        last_used_on="laatsteDagGebruikt",
    )  # fmt: skip

    id: UUID
    name: str
    scope: TokenScope
    person: Verwijzing
    made_at: datetime
    expires_at: datetime
    last_used_on: date | None


class Tokens(Outgoing):
    """Een bladzijde met tokens die niet zijn ingetrokken, de oudste eerst."""

    model_config = dutch(**PAGE)

    results: list[Token]
    following: str | None


class GemaaktToken(Outgoing):
    """Een nieuw token. Het geheim staat alleen in dit antwoord; wie het verzoek herhaalt, krijgt het niet nog eens."""

    model_config = dutch("id", secret="token", expires_at="geldigTot")  # noqa: S106 - a name on the wire

    id: UUID
    secret: str | None
    expires_at: datetime


def _shown(one: ApiToken, holder: str) -> Token:
    return Token(
        id=one.id, name=one.name, scope=one.scope, person=Verwijzing(id=one.person_id, name=holder),
        made_at=one.made_at, expires_at=one.expires_at, last_used_on=one.last_used_on,
    )  # fmt: skip


@router.get("/tokens", summary="Uw tokens, en voor de functioneel beheerder die van systemen")
async def list_tokens(asked: Annotated[Blad, Query()], request: Request, response: Response, work: SignedIn) -> Tokens:
    found = await entrance.tokens(work, asked.page())
    return Tokens(
        results=[_shown(one, holder) for one, holder in found.rows],
        following=goes_on(request, response, found.following),
    )


@router.post("/tokens", status_code=HTTPStatus.CREATED, summary="Maak een token")
async def make_token(body: NieuwToken, response: Response, work: SignedIn) -> GemaaktToken:
    made, secret = await tokens.make(work, body)
    response.headers["Location"] = f"{BASE}/tokens/{made.id}"
    return GemaaktToken(id=made.id, secret=secret, expires_at=made.expires_at)


@router.delete("/tokens/{id}", status_code=HTTPStatus.NO_CONTENT, summary="Trek een token in")
async def revoke_token(token_id: Id, work: SignedIn) -> None:
    await tokens.revoke(work, token_id)
