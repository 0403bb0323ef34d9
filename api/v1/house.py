"""The house: its policy, its organisations and people, and who you are."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import Field

from api.once import Once
from api.paging import ASKED, PAGE, Blad, goes_on
from api.signin import PolicyMaker, SignedIn
from api.v1.policy import Beleid, as_policy
from api.wire import Id, Outgoing, Verwijzing, dutch
from models.casebook import policies
from models.lookups import cases, people
from models.policy import Policy
from models.refusals import NotFound, Outdated
from models.transactions import Work
from models.words import OrganisationKind, Role

router = APIRouter(tags=["huis"], route_class=Once)


class Organisatie(Outgoing):
    """Een deelnemer, een incidentele derde of het huis zelf."""

    model_config = dutch("id", name="naam", kind="soort")

    id: UUID
    name: str
    kind: OrganisationKind


class Organisaties(Outgoing):
    """Een bladzijde met organisaties van het huis, op naam."""

    model_config = dutch(**PAGE)

    results: list[Organisatie]
    following: str | None


class Medewerker(Outgoing):
    """Iemand die voor dit huis is aangewezen."""

    model_config = dutch("id", name="naam", organisation="organisatie", roles="rollen")

    id: UUID
    name: str
    organisation: Verwijzing
    roles: list[Role]


class Personen(Outgoing):
    """Een bladzijde met aangewezen personen van het huis, op naam."""

    model_config = dutch(**PAGE)

    results: list[Medewerker]
    following: str | None


class ZoekOrganisatie(Blad):
    """Welke organisaties worden gezocht."""

    model_config = dutch(kinds="soort", **ASKED)

    kinds: list[OrganisationKind] = Field(default_factory=list)


class ZoekPersoon(Blad):
    """Welke personen worden gezocht."""

    model_config = dutch(organisation_id="organisatie", role="rol", **ASKED)

    organisation_id: UUID | None = None
    role: Role | None = None


class Mij(Outgoing):
    """Wie u bent, voor welke organisatie en in welk huis."""

    model_config = dutch(person="persoon", organisation="organisatie", house="huis", roles="rollen")

    person: Verwijzing
    organisation: Organisatie
    house: Verwijzing
    roles: list[Role]


async def _current(work: Work, house_id: UUID, response: Response) -> tuple[int, Policy]:
    if house_id != work.actor.house_id:
        raise NotFound("Dit huis")
    version, policy = await cases.house_policy(work, house_id)
    response.headers["ETag"] = f'"{version}"'
    return version, policy


@router.get("/huizen/{id}/beleid", summary="Het beleid van uw huis")
async def read_policy(house_id: Id, response: Response, work: SignedIn) -> Beleid:
    _version, policy = await _current(work, house_id, response)
    return Beleid.model_validate(policy.model_dump(), by_name=True, by_alias=False)


@router.put("/huizen/{id}/beleid", status_code=204, summary="Stel het beleid van uw huis vast")
async def set_policy(
    house_id: Id,
    body: Beleid,
    response: Response,
    work: PolicyMaker,
    seen: Annotated[str, Header(alias="If-Match", description="De ETag van het beleid dat u wijzigt")],
) -> None:
    version, _policy = await _current(work, house_id, response)
    if seen != f'"{version}"':
        raise Outdated("Het beleid is intussen gewijzigd; lees het opnieuw en pas daarna aan.")
    await policies.set_policy(work, house_id, version + 1, as_policy(body))
    response.headers["ETag"] = f'"{version + 1}"'


@router.get("/organisaties", summary="De organisaties van uw huis")
async def list_organisations(
    asked: Annotated[ZoekOrganisatie, Query()], request: Request, response: Response, work: SignedIn
) -> Organisaties:
    found = await people.all_organisations(work, asked.page(), asked.kinds)
    return Organisaties(
        results=[Organisatie.model_validate(one) for one in found.rows],
        following=goes_on(request, response, found.following),
    )


@router.get("/personen", summary="De aangewezen personen van uw huis")
async def list_people(
    asked: Annotated[ZoekPersoon, Query()], request: Request, response: Response, work: SignedIn
) -> Personen:
    found = await people.everybody(work, asked.page(), organisation_id=asked.organisation_id, role=asked.role)
    return Personen(
        results=[
            Medewerker(
                id=one.id, name=one.name, organisation=Verwijzing(id=one.organisation_id, name=organisation),
                roles=[Role(role) for role in one.roles],
            )
            for one, organisation in found.rows
        ],
        following=goes_on(request, response, found.following),
    )  # fmt: skip


@router.get("/mij", summary="Wie u bent")
async def read_me(work: SignedIn) -> Mij:
    me = await people.me(work)
    return Mij(
        person=Verwijzing.model_validate(me.person), organisation=Organisatie.model_validate(me.organisation),
        house=Verwijzing.model_validate(me.house), roles=[Role(role) for role in me.person.roles],
    )  # fmt: skip
