"""Afspraken: what was pledged, adding to a plan in force, and how it goes."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.once import Once
from api.paging import ASKED, PAGE, Blad, goes_on
from api.signin import CaseReader, CaseWork
from api.wire import SHOWS, CaseId, Dag, Gemaakt, Id, Incoming, Outgoing, Verwijzing, dutch
from models import plan as rules
from models import visibility
from models.casebook import answers, plans, progress
from models.commands.meetings import MakeCommitment, ReportProgress, SettleCondition
from models.lookups import cases, meetings, people, plan
from models.tables.meetings import Commitment
from models.words import CommitmentState

router = APIRouter(tags=["afspraken"], route_class=Once)

_PLEDGE = {
    "organisation_id": "organisatie", "person_id": "persoon", "domain": "domein", "body": "tekst",
    "due_on": "uiterlijk", "replaces_id": "vervangt", "goal_id": "doel", "intervention": "interventie",
    "subject_id": "betrokkene", "statutory_task": "wettelijkeTaak", "starts_on": "begintOp",
    "condition": "voorwaarde", "informed": "informering", "needs": "wachtOp",
    "excluded": "nietVoor", "only_for": "alleenVoor",
}  # fmt: skip


class NieuweAfspraak(MakeCommitment):
    """Een toezegging: wat, door wie en voor welke dag. Het domein volgt uit de interventie, of wordt genoemd. Zonder
    `betrokkene` gaat zij over het systeem. `wachtOpNieuwe` telt de afspraken die tegelijk worden gedaan, vanaf 1.
    """

    model_config = dutch(**_PLEDGE, needs_new="wachtOpNieuwe")

    starts_on: Dag = None


class Voorwaarde(SettleCondition):
    """Of de voorwaarde van een afspraak is ingetreden. Treedt zij niet in, dan vervalt de afspraak."""

    model_config = dutch(came="ingetreden")


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
    """Een afspraak en hoe het ermee gaat. Zolang zij wacht, op haar voorwaarde of op wat in `wachtOp` nog loopt, wordt
    er niet aan herinnerd. Voor wie zij niet is, staat er alleen voor wie haar heeft en wie de casus leidt.
    """

    model_config = dutch(
        "id", organisation="organisatie", state="status", plan_version="planVersie", meeting_id="overleg",
        ended_at="beeindigdOp", progress="voortgang", condition_at="voorwaardeIngetredenOp", waits="wacht",
        result="resultaat", delay_reason="redenVertraging",
        **{name: word for name, word in _PLEDGE.items() if name != "organisation_id"},
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
    goal_id: UUID | None
    intervention: str | None
    subject_id: UUID | None
    statutory_task: str
    starts_on: date | None
    condition: str
    condition_at: datetime | None
    informed: str
    result: str
    delay_reason: str
    needs: list[UUID]
    waits: bool
    excluded: list[UUID] | None
    only_for: list[UUID] | None
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
    case, facts = await cases.seen(work, case_id)
    found = await meetings.page_of_commitments(
        work, case_id, facts, asked.page(), states=asked.states, organisation_id=asked.organisation_id
    )
    names = await people.organisation_names(work)
    said: dict[UUID, list[Stand]] = {one.id: [] for one in found.rows}
    for one in await meetings.progress_of(work, case_id, said):
        said[one.commitment_id].append(Stand.model_validate(one))
    answers.saw(work, "afspraken", case_id, case_id)
    steps, number = await plan.steps(work, case_id), await plan.numbers(work, case_id, facts)
    known, runs = {one.id: one for one in steps}, rules.runs(steps)
    leads = visibility.leads(work.actor, case.director_id)
    return Afspraken(
        results=[
            _told(
                one, said[one.id], names, known[one.id].needs, number(one.plan_version),
                waits=one.ended_at is None and one.id not in runs,
                for_whom=leads or one.organisation_id == work.actor.organisation_id,
            )
            for one in found.rows
        ],
        following=goes_on(request, response, found.following),
    )  # fmt: skip


def _told(
    one: Commitment, said: list[Stand], names: dict[UUID, str], needs: Collection[UUID], version: int, *, waits: bool,
    for_whom: bool,
) -> Afspraak:  # fmt: skip
    worked_out = ("organisation", "progress", "needs", "waits", "plan_version")
    apart = {*worked_out, *(() if for_whom else ("excluded", "only_for"))}
    plain = {name: getattr(one, name) for name in Afspraak.model_fields.keys() - apart}
    owner = Verwijzing(id=one.organisation_id, name=names[one.organisation_id])
    hidden = dict.fromkeys(apart, None)
    return Afspraak.model_validate(
        hidden
        | plain
        | {"organisation": owner, "progress": said, "needs": sorted(needs), "waits": waits}
        | {"plan_version": version}
    )


@router.post("/casussen/{id}/afspraken", status_code=201, summary="Voeg afspraken toe aan het plan")
async def add_commitments(case_id: CaseId, body: NieuweAfspraken, work: CaseWork) -> Toegevoegd:
    added = await plans.add_commitments(work, case_id, body.commitments)
    return Toegevoegd(results=[Gemaakt(id=one.id) for one in added])


@router.post("/afspraken/{id}/voorwaarde", status_code=204, summary="Zeg of de voorwaarde van een afspraak intrad")
async def settle_condition(commitment_id: Id, body: Voorwaarde, work: CaseWork) -> None:
    await plans.settle_condition(work, commitment_id, body)


@router.post("/afspraken/{id}/voortgang", status_code=201, summary="Meld hoe het met een afspraak gaat")
async def report_progress(commitment_id: Id, body: NieuweVoortgang, work: CaseWork) -> Gemaakt:
    return Gemaakt(id=(await progress.report(work, commitment_id, body)).id)
