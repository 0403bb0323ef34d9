"""Het plan van een casus: its goals, and which commitments were in force since when."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from api.once import Once
from api.paging import PAGE, Blad, goes_on
from api.signin import CaseReader, CaseWork
from api.wire import SHOWS, CaseId, Dag, Gemaakt, Id, Outgoing, Verwijzing, dutch
from models.casebook import answers, conflicts, goals
from models.commands.meetings import JudgeGoal, MarkConflict, SetGoal
from models.lookups import cases, people, plan
from models.lookups import conflicts as lookup
from models.lookups.conflicts import Seen
from models.lookups.plan import Version
from models.tables.plans import Planned
from models.words import ConflictFound, GoalState

router = APIRouter(tags=["plan"], route_class=Once)

_GOAL = {"subject_id": "betrokkene", "life_domain": "leefgebied", "body": "tekst", "due_on": "termijn"}


class NieuwDoel(SetGoal):
    """Wat het plan moet bereiken, voor een betrokkene of (zonder betrokkene) voor het systeem."""

    model_config = dutch(**_GOAL)

    due_on: Dag = None


class Doelstand(JudgeGoal):
    """Waar het doel nu staat; loslaten vraagt een toelichting."""

    model_config = dutch(state="status", reason="toelichting")


class Doel(Outgoing):
    """Een doel van het plan en waar het staat."""

    model_config = dutch(
        "id", state="status", reason="toelichting", made_at="vastgelegdOp", ended_at="beeindigdOp", **_GOAL
    )

    id: UUID
    subject_id: UUID | None
    life_domain: str
    body: str
    due_on: date | None
    state: GoalState
    reason: str
    made_at: datetime
    ended_at: datetime | None


class Doelen(Outgoing):
    """Een bladzijde met doelen van een casus, het oudste eerst."""

    model_config = dutch(**PAGE)

    results: list[Doel]
    following: str | None


class Gepland(Outgoing):
    """Wie in deze versie een afspraak zou uitvoeren, en voor welke dag; wat zij inhoudt staat bij de afspraken."""

    model_config = dutch(commitment_id="afspraak", organisation="organisatie", person_id="persoon", due_on="uiterlijk")

    commitment_id: UUID
    organisation: Verwijzing
    person_id: UUID | None
    due_on: date


class Planversie(Outgoing):
    """Een versie van het plan, vanaf wanneer zij gold, en de afspraken die er toen in stonden. Wie leest telt wat er
    voor die lezer veranderde.
    """

    model_config = dutch(version="versie", since="sinds", planned="afspraken")

    version: int
    since: datetime
    planned: list[Gepland]


class PlanVanAanpak(Outgoing):
    """Het plan van aanpak (BGS 2.17): de doelen, en elke versie met de nieuwste eerst. Versie 0: nog geen plan."""

    model_config = dutch(version="versie", goals="doelen", versions="versies")

    version: int
    goals: list[Doel]
    versions: list[Planversie]


@router.get("/casussen/{id}/plan", summary="Het plan van een casus, en wat eerder gold", openapi_extra=SHOWS)
async def read_plan(case_id: CaseId, work: CaseReader) -> PlanVanAanpak:
    _case, facts = await cases.seen(work, case_id)
    names = await people.organisation_names(work)
    found = await plan.versions(work, case_id, facts)
    answers.saw(work, "afspraken", case_id, case_id)
    return PlanVanAanpak(
        version=found[0].version if found else 0,
        goals=[Doel.model_validate(one) for one in await plan.goals_of(work, case_id, facts)],
        versions=[_told(one, names) for one in found],
    )


def _told(found: Version, names: dict[UUID, str]) -> Planversie:
    return Planversie(version=found.version, since=found.since, planned=[_planned(one, names) for one in found.planned])


def _planned(one: Planned, names: dict[UUID, str]) -> Gepland:
    owner = Verwijzing(id=one.organisation_id, name=names[one.organisation_id])
    return Gepland(commitment_id=one.commitment_id, organisation=owner, person_id=one.person_id, due_on=one.due_on)


@router.get("/casussen/{id}/doelen", summary="De doelen van een casus", openapi_extra=SHOWS)
async def list_goals(
    case_id: CaseId, asked: Annotated[Blad, Query()], request: Request, response: Response, work: CaseReader
) -> Doelen:
    _case, facts = await cases.seen(work, case_id)
    found = await plan.page_of_goals(work, case_id, facts, asked.page())
    answers.saw(work, "afspraken", case_id, case_id)
    return Doelen(
        results=[Doel.model_validate(one) for one in found.rows], following=goes_on(request, response, found.following)
    )


@router.post("/casussen/{id}/doelen", status_code=201, summary="Leg een doel van het plan vast")
async def set_goal(case_id: CaseId, body: NieuwDoel, work: CaseWork) -> Gemaakt:
    return Gemaakt(id=(await goals.set_goal(work, case_id, body)).id)


@router.post("/doelen/{id}/standen", status_code=204, summary="Zeg waar een doel staat")
async def judge_goal(goal_id: Id, body: Doelstand, work: CaseWork) -> None:
    await goals.judge_goal(work, goal_id, body)


class NieuweTegenstrijdigheid(MarkConflict):
    """Een afspraak van een samenhangende casus waarmee deze afspraak niet samengaat, en waarom."""

    model_config = dutch(other_id="afspraak", note="toelichting")


class Tegenstrijdigheid(Outgoing):
    """Een afspraak die niet samengaat met een van een samenhangende casus. Van die casus staat hier alleen het nummer;
    `afgestemd` komt er als beide procesregisseurs zeiden hoe zij het oplosten.
    """

    model_config = dutch(
        "id", own_id="afspraak", other_case="andereCasus", found_by="gevondenDoor", note="toelichting",
        marked_at="gemarkeerdOp", settled_at="afgestemdOp", settled_how="afgestemd",
    )  # fmt: skip

    id: UUID
    own_id: UUID
    other_case: Verwijzing
    found_by: ConflictFound
    note: str
    marked_at: datetime
    settled_at: datetime | None
    settled_how: str


class Tegenstrijdigheden(Outgoing):
    """De tegenstrijdige afspraken van een casus, de nieuwste eerst."""

    model_config = dutch(results="resultaten")

    results: list[Tegenstrijdigheid]


@router.get(
    "/casussen/{id}/conflicten", summary="Afspraken die niet samengaan met een samenhangende casus",
    openapi_extra=SHOWS,
)  # fmt: skip
async def list_conflicts(case_id: CaseId, work: CaseReader) -> Tegenstrijdigheden:
    _case, facts = await cases.seen(work, case_id)
    found = await lookup.of_case(work, case_id, facts)
    answers.saw(work, "afspraken", case_id, case_id)
    return Tegenstrijdigheden(results=[_contradicts(one) for one in found])


def _contradicts(one: Seen) -> Tegenstrijdigheid:
    other = Verwijzing(id=one.other_case_id, name=one.other_number)
    plain = ("id", "found_by", "note", "marked_at", "settled_at", "settled_how")
    return Tegenstrijdigheid(own_id=one.own_id, other_case=other, **{name: getattr(one.row, name) for name in plain})


@router.post("/afspraken/{id}/conflicten", status_code=201, summary="Markeer dat een afspraak niet samengaat")
async def mark_conflict(commitment_id: Id, body: NieuweTegenstrijdigheid, work: CaseWork) -> Gemaakt:
    return Gemaakt(id=(await conflicts.mark(work, commitment_id, body)).id)
