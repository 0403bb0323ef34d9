"""Rondes: how a case went, round by round, each commitment beside what was said of it the time before."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from api.once import Once
from api.signin import CaseReader
from api.wire import SHOWS, CaseId, Outgoing, Verwijzing, dutch
from models.casebook import answers
from models.lookups import people, rounds
from models.lookups.rounds import Round, RoundLine
from models.tables.meetings import Progress
from models.words import CommitmentState, DecisionKind, DutyKind

router = APIRouter(tags=["rondes"], route_class=Once)

Nummer = Annotated[int, Path(alias="nummer", ge=1, le=10_000, description="De hoeveelste ronde, vanaf 1")]


class StandInRonde(Outgoing):
    """Wat het laatst over een afspraak werd gemeld."""

    model_config = dutch(at="op", state="stand", note="toelichting")

    at: datetime
    state: str
    note: str


class RondeRegel(Outgoing):
    """Een afspraak in een ronde. Zonder `stand` is in deze ronde geen voortgang gemeld."""

    model_config = dutch(
        commitment_id="afspraak", organisation="organisatie", body="tekst", due_on="uiterlijk", status="status",
        now="stand", before="vorigeStand",
    )  # fmt: skip

    commitment_id: UUID
    organisation: Verwijzing
    body: str
    due_on: date
    status: CommitmentState
    now: StandInRonde | None
    before: StandInRonde | None


class RondeUitkomst(Outgoing):
    """Wat de evaluatie besloot; waarom, voor wie dat mag lezen."""

    model_config = dutch(
        decision_id="besluit", kind="soort", decided_at="beslistOp", reason="toelichting",
        criteria_met="criteriaVoldaan", necessity="noodzaak",
    )  # fmt: skip

    decision_id: UUID
    kind: DecisionKind
    decided_at: datetime
    reason: str | None
    criteria_met: bool | None
    necessity: str | None


class RondeIncident(Outgoing):
    """Wat sinds de vorige evaluatie werd gemeld, en hoe het werd beoordeeld."""

    model_config = dutch(decision_id="besluit", at="op", judged="beoordeling", reason="toelichting")

    decision_id: UUID | None
    at: datetime
    judged: str | None
    reason: str | None


class Ronde(Outgoing):
    """Een ronde van de monitoring. Er is altijd een volgend moment waarop naar de casus wordt gekeken."""

    model_config = dutch(
        number="nummer", began="begonnenOp", ended="geeindigdOp", outcome="uitkomst", next_kind="daarna",
        next_at="volgendeOp", lines="voortgang", silent="nietsGemeld", incidents="incidenten",
    )  # fmt: skip

    number: int
    began: datetime
    ended: datetime | None
    outcome: RondeUitkomst | None
    next_kind: DutyKind
    next_at: datetime
    lines: list[RondeRegel]
    silent: list[Verwijzing]
    incidents: list[RondeIncident]


class Rondes(Outgoing):
    """De rondes van een casus, de eerste eerst."""

    model_config = dutch(results="resultaten")

    results: list[Ronde]


def _said(found: Progress | None) -> StandInRonde | None:
    return None if found is None else StandInRonde.model_validate(found)


def _line(one: RoundLine, names: dict[UUID, str]) -> RondeRegel:
    pledge = one.commitment
    return RondeRegel(
        commitment_id=pledge.id, organisation=Verwijzing(id=pledge.organisation_id, name=names[pledge.organisation_id]),
        body=pledge.body, due_on=pledge.due_on, status=pledge.state, now=_said(one.now), before=_said(one.before),
    )  # fmt: skip


def _outcome(found: Round) -> RondeUitkomst | None:
    decision = found.decision
    if decision is None:
        return None
    said = decision.facts if found.reads else {}
    return RondeUitkomst(
        decision_id=decision.id, kind=decision.kind, decided_at=decision.decided_at,
        reason=decision.reason if found.reads else None, criteria_met=said.get("criteria_met"),
        necessity=said.get("necessity"),
    )  # fmt: skip


def _shown(found: Round, names: dict[UUID, str]) -> Ronde:
    return Ronde(
        number=found.number, began=found.began, ended=found.ended, outcome=_outcome(found), next_kind=found.next_kind,
        next_at=found.next_at, lines=[_line(one, names) for one in found.lines],
        silent=[Verwijzing(id=one, name=names[one]) for one in found.silent],
        incidents=[RondeIncident.model_validate(one) for one in found.incidents],
    )  # fmt: skip


@router.get("/casussen/{id}/rondes", summary="Hoe het met een casus ging, ronde voor ronde", openapi_extra=SHOWS)
async def list_rounds(case_id: CaseId, work: CaseReader) -> Rondes:
    found = await rounds.rounds(work, case_id)
    names = await people.organisation_names(work)
    answers.saw(work, "afspraken", case_id, case_id)
    return Rondes(results=[_shown(one, names) for one in found])


@router.get("/casussen/{id}/rondes/{nummer}", summary="Een ronde van een casus", openapi_extra=SHOWS)
async def read_round(case_id: CaseId, number: Nummer, work: CaseReader) -> Ronde:
    found = await rounds.one(work, case_id, number)
    names = await people.organisation_names(work)
    answers.saw(work, "afspraken", case_id, case_id)
    return _shown(found, names)
