"""Medewerkers: wie er voor de eigen organisatie aan een casus werkt."""

from fastapi import APIRouter

from api.once import Once
from api.signin import Participant
from api.wire import SHOWS, CaseId, Outgoing, Verwijzing, dutch
from models.casebook import answers
from models.casebook import assigned as casebook
from models.commands.cases import NameWorkers
from models.lookups import assigned

router = APIRouter(tags=["toegang"], route_class=Once)


class Aanwijzing(NameWorkers):
    """Wie er voor uw organisatie aan deze casus werkt; wie niet is genoemd leest haar niet meer."""

    model_config = dutch(persons="personen")


class Medewerkers(Outgoing):
    """Wie er voor uw organisatie werkt aan de casus. Zolang niemand is aangewezen, doen alle contactpersonen dat."""

    model_config = dutch(named="aangewezen", possible="mogelijk")

    named: list[Verwijzing]
    possible: list[Verwijzing]


@router.get("/casussen/{id}/medewerkers", summary="Wie er voor uw organisatie aan een casus werkt", openapi_extra=SHOWS)
async def list_workers(case_id: CaseId, work: Participant) -> Medewerkers:
    await assigned.seen(work, case_id)
    found = await assigned.colleagues(work, case_id)
    answers.saw(work, "medewerkers", case_id, case_id)
    return Medewerkers(
        named=[Verwijzing(id=one.person.id, name=one.person.name) for one in found if one.named],
        possible=[Verwijzing(id=one.person.id, name=one.person.name) for one in found],
    )


@router.put(
    "/casussen/{id}/medewerkers", status_code=204, summary="Wijs aan wie er voor uw organisatie aan een casus werkt"
)
async def name_workers(case_id: CaseId, body: Aanwijzing, work: Participant) -> None:
    await casebook.name(work, case_id, body)
