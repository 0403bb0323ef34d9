"""Trajecten: coaching under procesregie; its journal is the coach's own, and partners hear a summary."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from api.once import Once
from api.paging import PAGE, Blad, goes_on
from api.signin import Oversight, Staff
from api.v1.info import SAID, InformatieVastgelegd, kept
from api.wire import BASE, SHOWS, CaseId, Gemaakt, Outgoing, Verwijzing, dutch
from models.casebook import answers
from models.casebook import coaching as casebook
from models.commands.coaching import EndTrajectory, NoteContact, StartTrajectory
from models.commands.info import DescribeItem
from models.lookups import coaching, people
from models.words import ContactKind

router = APIRouter(tags=["trajecten"], route_class=Once)

TrajectId = Annotated[UUID, Path(alias="trajectId")]


class NieuwTraject(StartTrajectory):
    """Wie begeleidt, en met welke doelen."""

    model_config = dutch(coach_id="begeleider", goals="doelen")


class TrajectEinde(EndTrajectory):
    """Waarom de begeleiding eindigt."""

    model_config = dutch(reason="reden")


class NieuwContact(NoteContact):
    """Een contact met de betrokkene: kort en feitelijk."""

    model_config = dutch(on_day="datum", kind="soort", report="verslag")


class NieuweSamenvatting(DescribeItem):
    """Wat partners ervan horen, als informatie van het huis, met regime en voorwaarden."""

    model_config = dutch(**SAID)


class Traject(Outgoing):
    """Een traject en zijn doelen."""

    model_config = dutch(
        "id", coach="begeleider", goals="doelen", started_at="begonnenOp", ended_at="beeindigdOp",
        ended_reason="redenEinde",
    )  # fmt: skip

    id: UUID
    coach: Verwijzing
    goals: list[str]
    started_at: datetime
    ended_at: datetime | None
    ended_reason: str


class Trajecten(Outgoing):
    """De trajecten in een casus, het nieuwste eerst, en de naam van wie wordt begeleid."""

    model_config = dutch(results="resultaten", subject_name="betrokkene")

    results: list[Traject]
    subject_name: str | None


class Contact(Outgoing):
    """Een contact met de betrokkene."""

    model_config = dutch("id", on_day="datum", kind="soort", report="verslag", written_at="vastgelegdOp")

    id: UUID
    on_day: date
    kind: ContactKind
    report: str
    written_at: datetime


class Contactmomenten(Outgoing):
    """Een bladzijde uit het dagboek van de trajectbegeleider, het nieuwste eerst."""

    model_config = dutch(**PAGE)

    results: list[Contact]
    following: str | None


@router.get("/casussen/{id}/trajecten", summary="De trajectbegeleiding in een casus", openapi_extra=SHOWS)
async def list_trajectories(case_id: CaseId, work: Oversight) -> Trajecten:
    found = await coaching.trajectories(work, case_id)
    goals = await coaching.goals(work, case_id)
    names, _organisations = await people.names(work)
    answers.saw(work, "trajecten", case_id, case_id)
    return Trajecten(
        results=[
            Traject(
                id=one.id, coach=Verwijzing(id=one.coach_id, name=names.get(one.coach_id, "")),
                goals=goals.get(one.id, []), started_at=one.started_at, ended_at=one.ended_at,
                ended_reason=one.ended_reason,
            )
            for one in found
        ],
        subject_name=await coaching.coached(work, case_id),
    )  # fmt: skip


@router.post("/casussen/{id}/trajecten", status_code=201, summary="Begin trajectbegeleiding")
async def start_trajectory(case_id: CaseId, body: NieuwTraject, response: Response, work: Staff) -> Gemaakt:
    made = await casebook.start(work, case_id, body)
    response.headers["Location"] = f"{BASE}/casussen/{case_id}/trajecten"
    return Gemaakt(id=made.id)


@router.post(
    "/casussen/{id}/trajecten/{trajectId}/beeindigingen", status_code=204, summary="Beëindig trajectbegeleiding"
)  # fmt: skip
async def end_trajectory(case_id: CaseId, trajectory_id: TrajectId, body: TrajectEinde, work: Staff) -> None:
    await casebook.end(work, case_id, trajectory_id, body)


@router.get(
    "/casussen/{id}/contactmomenten", summary="Het dagboek van de trajectbegeleider", openapi_extra=SHOWS
)  # fmt: skip
async def list_contacts(
    case_id: CaseId, asked: Annotated[Blad, Query()], request: Request, response: Response, work: Oversight
) -> Contactmomenten:
    found = await coaching.contacts(work, case_id, asked.page())
    answers.saw(work, "contactmomenten", case_id, case_id)
    return Contactmomenten(
        results=[Contact.model_validate(one) for one in found.rows],
        following=goes_on(request, response, found.following),
    )


@router.post("/casussen/{id}/contactmomenten", status_code=201, summary="Leg een contact met de betrokkene vast")
async def note_contact(case_id: CaseId, body: NieuwContact, response: Response, work: Staff) -> Gemaakt:
    made = await casebook.note_contact(work, case_id, body)
    response.headers["Location"] = f"{BASE}/casussen/{case_id}/contactmomenten"
    return Gemaakt(id=made.id)


@router.post("/casussen/{id}/samenvattingen", status_code=201, summary="Vat het traject samen voor de partners")
async def summarise(
    case_id: CaseId, body: NieuweSamenvatting, response: Response, work: Staff
) -> InformatieVastgelegd:  # fmt: skip
    item, warnings = await casebook.summarise(work, case_id, body)
    response.headers["Location"] = f"{BASE}/casussen/{case_id}/informatie/{item.id}"
    return kept(response, item, warnings)
