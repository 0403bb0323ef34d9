"""Toegang: wie een casus kan zien, en waarom wel of niet."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from api.once import Once
from api.paging import ASKED, PAGE, Blad, goes_on
from api.signin import CaseReader
from api.wire import SHOWS, CaseId, Outgoing, Verwijzing, dutch
from models.casebook import answers
from models.lookups import access
from models.lookups.access import Access
from models.rights import MEANING, Right

router = APIRouter(tags=["toegang"], route_class=Once)

PersonId = Annotated[UUID, Path(alias="persoonId", description="Van wie de toegang wordt uitgelegd")]


class Toegang(Outgoing):
    """Iemand met dit recht, en in welke hoedanigheid."""

    model_config = dutch(person="persoon", organisation="organisatie", because="omdat")

    person: Verwijzing
    organisation: Verwijzing
    because: list[str]


class ToegangLijst(Outgoing):
    """Een bladzijde met wie dit recht nu heeft, op naam."""

    model_config = dutch(**PAGE)

    results: list[Toegang]
    following: str | None


class Uitleg(Outgoing):
    """Of iemand een recht heeft, en waarom wel of niet."""

    model_config = dutch(right="recht", meaning="betekenis", allowed="toegestaan", because="omdat")

    right: Right
    meaning: str
    allowed: bool
    because: list[str]


class ToegangUitgelegd(Outgoing):
    """Wat iemand met een casus kan, recht voor recht."""

    model_config = dutch(person="persoon", organisation="organisatie", rights="rechten")

    person: Verwijzing
    organisation: Verwijzing
    rights: list[Uitleg]


class ZoekToegang(Blad):
    """Van welk recht wordt gevraagd wie het heeft."""

    model_config = dutch(right="recht", **ASKED)

    right: Right = Field(default=Right.CONTENT)


def _who(one: Access) -> dict[str, Verwijzing]:
    return {
        "person": Verwijzing(id=one.person.id, name=one.person.name),
        "organisation": Verwijzing(id=one.person.organisation_id, name=one.organisation),
    }


@router.get("/casussen/{id}/toegang", summary="Wie nu een recht op deze casus heeft, en waarom", openapi_extra=SHOWS)
async def list_access(
    case_id: CaseId, asked: Annotated[ZoekToegang, Query()], request: Request, response: Response, work: CaseReader
) -> ToegangLijst:
    found = await access.holders(work, case_id, asked.right, asked.page())
    answers.saw(work, "toegang", case_id, case_id)
    return ToegangLijst(
        results=[Toegang(**_who(one), because=list(one.because)) for one in found.rows],
        following=goes_on(request, response, found.following),
    )


@router.get(
    "/casussen/{id}/toegang/{persoonId}", summary="Waarom iemand een casus wel of niet kan zien", openapi_extra=SHOWS
)
async def explain_access(case_id: CaseId, person_id: PersonId, work: CaseReader) -> ToegangUitgelegd:
    one, found = await access.why(work, case_id, person_id)
    answers.saw(work, "toegang", case_id, case_id)
    said = [
        Uitleg(right=each.right, meaning=MEANING[each.right], allowed=each.allowed, because=list(each.because))
        for each in found
    ]
    return ToegangUitgelegd(**_who(one), rights=said)
