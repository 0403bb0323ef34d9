"""Afspraken: what was pledged, adding to a plan in force, and how it goes."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.once import Once
from api.paging import ASKED, PAGE, Blad, goes_on
from api.signin import CaseReader, CaseWork
from api.wire import SHOWS, CaseId, Gemaakt, Id, Incoming, Outgoing, Verwijzing, dutch
from models.casebook import answers, plans, progress
from models.commands.meetings import MakeCommitment, ReportProgress
from models.lookups import cases, meetings, people
from models.words import CommitmentState

router = APIRouter(tags=["afspraken"], route_class=Once)


class NieuweAfspraak(MakeCommitment):
    """Een toezegging: wat, door wie, voor welke dag en in welk domein."""

    model_config = dutch(
        organisation_id="organisatie", person_id="persoon", domain="domein", body="tekst", due_on="uiterlijk",
        replaces_id="vervangt",
    )  # fmt: skip


class NieuweAfspraken(Incoming):
    """Afspraken die aan een plan worden toegevoegd."""

    model_config = dutch(commitments="afspraken")

    commitments: Annotated[tuple[NieuweAfspraak, ...], Field(min_length=1)]


class Stand(Outgoing):
    """Hoe het met een afspraak ging, volgens wie haar heeft."""

    model_config = dutch(at="op", state="stand", note="toelichting")

    at: datetime
    state: str
    note: str


class Afspraak(Outgoing):
    """Een afspraak en hoe het ermee gaat."""

    model_config = dutch(
        "id", organisation="organisatie", person_id="persoon", domain="domein", body="tekst", due_on="uiterlijk",
        state="status", plan_version="planVersie", replaces_id="vervangt", meeting_id="overleg", ended_at="beeindigdOp",
        progress="voortgang",
    )  # fmt: skip

    id: UUID
    organisation: Verwijzing
    person_id: UUID | None
    domain: str
    body: str
    due_on: date
    state: CommitmentState
    plan_version: int
    replaces_id: UUID | None
    meeting_id: UUID | None
    ended_at: datetime | None
    progress: list[Stand]


class Afspraken(Outgoing):
    """Een bladzijde met afspraken van een casus, wat het eerst af moet zijn eerst."""

    model_config = dutch(**PAGE)

    results: list[Afspraak]
    following: str | None


class ZoekAfspraak(Blad):
    """Welke afspraken worden gezocht."""

    model_config = dutch(states="status", organisation_id="organisatie", **ASKED)

    states: list[CommitmentState] = Field(default_factory=list)
    organisation_id: UUID | None = None


class Toegevoegd(Outgoing):
    """De kenmerken van de afspraken die zijn toegevoegd."""

    model_config = dutch(results="resultaten")

    results: list[Gemaakt]


class NieuweVoortgang(ReportProgress):
    """Hoe het met een afspraak gaat: op_schema, vertraagd, vastgelopen, gereed of niet_gelukt."""

    model_config = dutch(state="stand", note="toelichting")


@router.get("/casussen/{id}/afspraken", summary="De afspraken van een casus", openapi_extra=SHOWS)
async def list_commitments(
    case_id: CaseId, asked: Annotated[ZoekAfspraak, Query()], request: Request, response: Response, work: CaseReader
) -> Afspraken:
    await cases.seen(work, case_id)
    found = await meetings.page_of_commitments(
        work, case_id, asked.page(), states=asked.states, organisation_id=asked.organisation_id
    )
    names = await people.organisation_names(work)
    said: dict[UUID, list[Stand]] = {one.id: [] for one in found.rows}
    for one in await meetings.progress_of(work, case_id, said):
        said[one.commitment_id].append(Stand.model_validate(one))
    answers.saw(work, "afspraken", case_id, case_id)
    plain = [name for name in Afspraak.model_fields if name not in {"organisation", "progress"}]
    return Afspraken(
        results=[
            Afspraak.model_validate(
                {name: getattr(one, name) for name in plain}
                | {"organisation": Verwijzing(id=one.organisation_id, name=names[one.organisation_id])}
                | {"progress": said[one.id]}
            )
            for one in found.rows
        ],
        following=goes_on(request, response, found.following),
    )


@router.post("/casussen/{id}/afspraken", status_code=201, summary="Voeg afspraken toe aan het plan")
async def add_commitments(case_id: CaseId, body: NieuweAfspraken, work: CaseWork) -> Toegevoegd:
    added = await plans.add_commitments(work, case_id, body.commitments)
    return Toegevoegd(results=[Gemaakt(id=one.id) for one in added])


@router.post("/afspraken/{id}/voortgang", status_code=201, summary="Meld hoe het met een afspraak gaat")
async def report_progress(commitment_id: Id, body: NieuweVoortgang, work: CaseWork) -> Gemaakt:
    return Gemaakt(id=(await progress.report(work, commitment_id, body)).id)
