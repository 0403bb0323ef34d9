"""Overlegreeksen: overleggen die terugkomen, en welke casussen er op een dag zijn."""

from datetime import date, datetime, time
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from pydantic import WithJsonSchema

from api.once import Once
from api.signin import CaseWork, Planner
from api.wire import Dag, Gemaakt, Id, Incoming, Outgoing, Verwijzing, dutch, made
from models import series
from models.casebook import series as casebook
from models.clocks import AMSTERDAM, WorkingCalendar
from models.commands.base import Day
from models.commands.meetings import Repeat
from models.lookups import cases, meetings
from models.refusals import NotFound
from models.tables.meetings import MeetingSeries
from models.transactions import Work
from models.words import SeriesKind

router = APIRouter(tags=["overlegreeksen"], route_class=Once)

_SERIES = {
    "kind": "soort", "title": "titel", "weekday": "weekdag", "every_weeks": "iedereWeken", "at": "tijd",
    "place": "plaats", "starts_on": "vanaf", "ends_on": "tot", "chair_id": "voorzitter",
}  # fmt: skip
Tijd = Annotated[time, WithJsonSchema({"type": "string", "format": "time-local", "examples": ["09:30:00"]})]
MOST_DAYS = 53


class NieuweReeks(Repeat):
    """Een overleg dat terugkomt: iedere zoveel weken op een weekdag (0 is maandag), plaatselijke tijd."""

    model_config = dutch(**_SERIES)

    at: Tijd
    ends_on: Dag = None


class Reeks(Outgoing):
    """Een overleg dat terugkomt."""

    model_config = dutch("id", **_SERIES)

    id: UUID
    kind: SeriesKind
    title: str
    weekday: int
    every_weeks: int
    at: Tijd
    place: str
    starts_on: date
    ends_on: Dag
    chair_id: UUID | None


class Reeksen(Outgoing):
    """De overleggen van uw huis die terugkomen."""

    model_config = dutch(results="resultaten")

    results: list[Reeks]


class Beeindiging(Incoming):
    """Na welke dag het overleg niet meer terugkomt."""

    model_config = dutch(last_day="tot")

    last_day: Day


class Zitting(Outgoing):
    """Een dag waarop het overleg is."""

    model_config = dutch(on="datum", starts_at="begintOp")

    on: date
    starts_at: datetime


class Zittingen(Outgoing):
    """De komende dagen van een reeks; dagen waarop het huis gesloten is, vallen uit."""

    model_config = dutch(results="resultaten")

    results: list[Zitting]


class CasusOpZitting(Outgoing):
    """Een casus die op deze dag wordt besproken, met het overleg waarin haar uitkomst komt."""

    model_config = dutch(case="casus", meeting_id="overleg", held_at="gehoudenOp")

    case: Verwijzing
    meeting_id: UUID
    held_at: datetime | None


class ZittingGeheel(Zitting):
    """Een dag waarop het overleg is, met de casussen die u mag kennen."""

    model_config = dutch(on="datum", starts_at="begintOp", cases="casussen")

    cases: list[CasusOpZitting]


@router.post("/overlegreeksen", status_code=201, summary="Stel een overleg in dat terugkomt")
async def repeat_meeting(body: NieuweReeks, response: Response, work: Planner) -> Gemaakt:
    return made(response, (await casebook.repeat(work, body)).id, "overlegreeksen")


@router.get("/overlegreeksen", summary="De overleggen van uw huis die terugkomen")
async def list_series(work: CaseWork) -> Reeksen:
    today = work.now.astimezone(AMSTERDAM).date()
    return Reeksen(results=[Reeks.model_validate(one) for one in await meetings.all_series(work, on=today)])


@router.get("/overlegreeksen/{id}", summary="Een overleg dat terugkomt")
async def read_series(series_id: Id, work: CaseWork) -> Reeks:
    return Reeks.model_validate(await meetings.one_series(work, series_id))


@router.post("/overlegreeksen/{id}/beeindigingen", status_code=204, summary="Laat een overleg niet meer terugkomen")
async def end_series(series_id: Id, body: Beeindiging, work: Planner) -> None:
    await casebook.end(work, series_id, body.last_day)


@router.get("/overlegreeksen/{id}/zittingen", summary="De komende dagen van een reeks")
async def list_days(
    series_id: Id,
    work: CaseWork,
    since: Annotated[Day | None, Query(alias="vanaf", description="Vanaf welke dag; anders vanaf vandaag")] = None,
    most: Annotated[int, Query(alias="aantal", ge=1, le=MOST_DAYS)] = 13,
) -> Zittingen:
    found = await meetings.one_series(work, series_id)
    first = since or work.now.astimezone(AMSTERDAM).date()
    rhythm = meetings.rhythm(found)
    days = series.days(rhythm, await _calendar(work, found), since=first, most=most)
    return Zittingen(results=[Zitting(on=one, starts_at=series.begins(rhythm, one)) for one in days])


@router.get("/overlegreeksen/{id}/zittingen/{datum}", summary="Welke casussen op een dag van een reeks zijn")
async def read_day(series_id: Id, day: Annotated[Day, Path(alias="datum")], work: CaseWork) -> ZittingGeheel:
    found = await meetings.one_series(work, series_id)
    rhythm = meetings.rhythm(found)
    if not series.is_on(rhythm, await _calendar(work, found), day):
        raise NotFound("Deze zitting")
    starts_at = series.begins(rhythm, day)
    listed = [
        CasusOpZitting(case=Verwijzing(id=one.case_id, name=number), meeting_id=one.id, held_at=one.held_at)
        for one, number in await meetings.roster(work, series_id, starts_at)
    ]
    return ZittingGeheel(on=day, starts_at=starts_at, cases=listed)


async def _calendar(work: Work, found: MeetingSeries) -> WorkingCalendar:
    _, policy = await cases.house_policy(work, found.house_id)
    return policy.calendar()
