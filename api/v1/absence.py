"""Afwezigheid: wie er niet is en wie vervangt; vertrek, en de taken van een collega overdragen."""

from datetime import date, datetime, time
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BeforeValidator, WithJsonSchema

from api.once import Once
from api.paging import PAGE, Blad, goes_on
from api.signin import ManagerOnly, PolicyMaker, SignedIn
from api.wire import Id, Outgoing, Verwijzing, dutch, named
from models.casebook import absence as casebook
from models.casebook import handover
from models.clocks import AMSTERDAM
from models.commands.base import Moment
from models.commands.people import BeAway, HandOver
from models.lookups import absence as lookup
from models.lookups import people
from models.lookups.absence import Away, OpenDuty
from models.words import DutyKind, Role

router = APIRouter(tags=["afwezigheid"], route_class=Once)


def start_of_day(value: object) -> object:
    """A day stands for its beginning: who is away until a day is there on that day."""
    if isinstance(value, str):
        try:
            return datetime.combine(date.fromisoformat(value), time(), tzinfo=AMSTERDAM)
        except ValueError:
            return value
    return value


_BEGINS = BeforeValidator(start_of_day)
_SAID = "Een dag geldt vanaf het begin ervan; een tijdstip met tijdzone mag ook."
Begin = Annotated[Moment, _BEGINS, WithJsonSchema({"type": "string", "format": "date", "description": _SAID})]
MisschienBegin = Annotated[
    Moment | None, _BEGINS, WithJsonSchema({"type": ["string", "null"], "format": "date", "description": _SAID})
]


class AfwezigheidVastleggen(BeAway):
    """Van wanneer tot wanneer iemand er niet is, en wie vervangt. De reden hoort hier niet."""

    model_config = dutch(since="van", until="tot", deputy_id="vervanger")

    since: Begin
    until: MisschienBegin = None


class Afwezigheid(Outgoing):
    """Wie er niet is. `vervangtNu` is wie nu echt vervangt: de vervanger, of diens vervanger."""

    model_config = dutch(
        person="persoon", since="van", until="tot", deputy="vervanger", stands_in="vervangtNu",
    )  # fmt: skip

    person: Verwijzing
    since: datetime
    until: datetime | None
    deputy: Verwijzing | None
    stands_in: Verwijzing | None


class Afwezigheden(Outgoing):
    """Een bladzijde met wie er niet is of straks niet is, wie het eerst weggaat eerst."""

    model_config = dutch(**PAGE)

    results: list[Afwezigheid]
    following: str | None


class OpNaam(Outgoing):
    """Een open taak op iemands naam: alleen wat van het proces is."""

    model_config = dutch(
        "id", kind="soort", case="casus", role="rol", opened_at="gevraagdOp", due_at="uiterlijk", urgent="spoed"
    )

    id: UUID
    kind: DutyKind
    case: Verwijzing
    role: Role | None
    opened_at: datetime
    due_at: datetime
    urgent: bool


class OpNaamLijst(Outgoing):
    """Een bladzijde met open taken op iemands naam, wat het eerst af moet zijn eerst."""

    model_config = dutch(**PAGE)

    results: list[OpNaam]
    following: str | None


class TakenOverdragen(HandOver):
    """Aan wie, waarom, en eventueel welke taken; zonder `taken` alles, ook de casussen die iemand leidt."""

    model_config = dutch(person_id="naar", reason="reden", duties="taken")


class Achtergebleven(Outgoing):
    """Een taak die niet mee kon, en waarom."""

    model_config = dutch(duty="taak", case_id="casus", why="waarom")

    duty: UUID
    case_id: UUID
    why: str


class Overgedragen(Outgoing):
    """Wat nu van de ontvanger is, en wat niet mee kon."""

    model_config = dutch(
        duties="taken", cases="casussen", left="achtergeblevenTaken", left_cases="achtergeblevenCasussen"
    )

    duties: int
    cases: int
    left: list[Achtergebleven]
    left_cases: list[UUID]


def _shown(one: Away) -> Afwezigheid:
    person = one.person
    return Afwezigheid(
        person=Verwijzing(id=person.id, name=person.name), since=one.since, until=person.absent_until,
        deputy=named(person.deputy_id, one.deputy), stands_in=named(one.stands_in_id, one.stands_in),
    )  # fmt: skip


def _open(one: OpenDuty) -> OpNaam:
    duty = one.duty
    return OpNaam(
        id=duty.id, kind=duty.kind, case=Verwijzing(id=duty.case_id, name=one.number), role=duty.owner_role,
        opened_at=duty.opened_at, due_at=duty.due_at, urgent=duty.urgent,
    )  # fmt: skip


@router.get("/afwezigheden", summary="Wie er niet is of straks niet is")
async def list_absences(
    asked: Annotated[Blad, Query()], request: Request, response: Response, work: PolicyMaker
) -> Afwezigheden:
    found = await lookup.all_of(work, asked.page())
    return Afwezigheden(
        results=[_shown(one) for one in found.rows], following=goes_on(request, response, found.following)
    )


@router.get("/personen/{id}/afwezigheid", summary="Of iemand er niet is, en wie vervangt")
async def read_absence(person_id: Id, work: SignedIn) -> Afwezigheid:
    return _shown(await lookup.of(work, person_id))


@router.put("/personen/{id}/afwezigheid", status_code=204, summary="Leg vast dat iemand er niet is")
async def set_absence(person_id: Id, body: AfwezigheidVastleggen, work: SignedIn) -> None:
    await casebook.record(work, person_id, body)


@router.delete("/personen/{id}/afwezigheid", status_code=204, summary="Iemand is er weer")
async def end_absence(person_id: Id, work: SignedIn) -> None:
    await casebook.end(work, person_id)


@router.post("/personen/{id}/vertrek", status_code=204, summary="Leg vast dat iemand niet meer voor dit huis werkt")
async def depart(person_id: Id, work: PolicyMaker) -> None:
    await casebook.depart(work, person_id)


@router.get("/personen/{id}/taken", summary="De open taken op naam van een collega")
async def list_tasks_of_person(
    person_id: Id, asked: Annotated[Blad, Query()], request: Request, response: Response, work: ManagerOnly
) -> OpNaamLijst:
    await people.anybody(work, person_id)
    found = await lookup.open_duties_of(work, person_id, asked.page())
    return OpNaamLijst(
        results=[_open(one) for one in found.rows], following=goes_on(request, response, found.following)
    )


@router.post("/personen/{id}/overdrachten", summary="Draag de taken en casussen van een collega over")
async def hand_over(person_id: Id, body: TakenOverdragen, work: ManagerOnly) -> Overgedragen:
    done = await handover.hand_over(work, person_id, body)
    left = [Achtergebleven(duty=one.duty.id, case_id=one.duty.case_id, why=one.why) for one in done.left]
    return Overgedragen(duties=done.duties, cases=done.cases, left=left, left_cases=list(done.left_cases))
