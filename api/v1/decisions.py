"""Besluiten: what was decided, what can be decided now, and deciding."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import JsonValue

from api.once import Once
from api.paging import PAGE, Blad, goes_on
from api.signin import CaseReader, CaseWork
from api.wire import BASE, SHOWS, CaseId, Dag, DagOfMoment, Outgoing, Verwijzing, dutch, named
from models import process, visibility
from models.casebook import answers, decisions
from models.commands.cases import TakeDecision
from models.lookups import cases
from models.lookups import decisions as lookup
from models.lookups.decisions import DecisionLine
from models.rights import CaseFacts
from models.tables.cases import Decision
from models.transactions import Work
from models.words import DecisionKind, Phase

router = APIRouter(tags=["besluiten"], route_class=Once)

DecisionId = Annotated[UUID, Path(alias="besluitId")]

#: the fields of a decision on the wire; `process` names the needed ones by these words
WORDS = {
    "kind": "soort", "reason": "toelichting", "deciders": "beslissers", "decided_at": "beslistOp",
    "meeting_id": "overleg", "organisations": "organisaties", "person_id": "persoon", "subjects": "personen",
    "until": "datum", "receiver": "ontvanger", "other_case": "casus", "called_at": "gebeldOp",
    "criteria_met": "criteriaVoldaan", "necessity": "noodzaak", "commitment_id": "afspraak", "due_on": "uiterlijk",
    "high_risk": "hoogRisico", "corrects": "besluit",
}  # fmt: skip


class NieuwBesluit(TakeDecision):
    """Een besluit. Zonder `beslissers` besloot u zelf; anders wie u noemt, en legt u het vast."""

    model_config = dutch(**WORDS)

    until: DagOfMoment = None
    due_on: Dag = None


class CasusFase(Outgoing):
    """Waar de casus na het besluit staat."""

    model_config = dutch("id", phase="fase")

    id: UUID
    phase: Phase


class BesluitGenomen(Outgoing):
    """Het besluit geldt vanaf nu."""

    model_config = dutch("id", kind="soort", at="vastgelegdOp", case="casus")

    id: UUID
    kind: DecisionKind
    at: datetime
    case: CasusFase


class Beslisser(Outgoing):
    """Wie besliste, en voor welke organisatie."""

    model_config = dutch(person="persoon", organisation="organisatie")

    person: Verwijzing
    organisation: Verwijzing


class Besluit(Outgoing):
    """Een besluit. `toelichting` en `gegevens` zijn er voor wie ze mag lezen."""

    model_config = dutch(
        "id", kind="soort", at="vastgelegdOp", decided_at="beslistOp", registrar="vastgelegdDoor",
        on_behalf_of="namens", deciders="beslissers", triggered_by="aanleiding", corrects_id="herstelt",
        reason="toelichting", facts="gegevens",
    )  # fmt: skip

    id: UUID
    kind: DecisionKind
    at: datetime
    decided_at: datetime
    registrar: Verwijzing | None
    on_behalf_of: Verwijzing | None
    deciders: list[Beslisser]
    triggered_by: str | None
    corrects_id: UUID | None
    reason: str | None
    facts: dict[str, JsonValue] | None


class MogelijkBesluit(Outgoing):
    """Een besluit dat in deze fase kan, wie het neemt en welke velden het nodig heeft."""

    model_config = dutch(kind="soort", deciders="wie", needs="velden")

    kind: DecisionKind
    deciders: str
    needs: list[str]


class Besluiten(Outgoing):
    """Een bladzijde met besluiten over een casus, het nieuwste eerst, en wat er nu mogelijk is."""

    model_config = dutch(possible="mogelijk", **PAGE)

    results: list[Besluit]
    following: str | None
    possible: list[MogelijkBesluit]


def _shown(work: Work, facts: CaseFacts, line: DecisionLine) -> Besluit:
    one = line.decision
    took = {one.registered_by, *(who.person_id for who in line.deciders)}
    reads = visibility.reads_reason(work.actor, facts, one.kind, took=took)
    return Besluit(
        id=one.id, kind=one.kind, at=one.at, decided_at=one.decided_at, triggered_by=one.triggered_by,
        registrar=named(one.registered_by, line.registrar), on_behalf_of=named(one.on_behalf_of, line.on_behalf_of),
        deciders=[_decider(who) for who in line.deciders], corrects_id=one.corrects_id,
        reason=one.reason if reads else None, facts=_in_dutch(one.facts) if reads else None,
    )  # fmt: skip


def _decider(who: lookup.DeciderName) -> Beslisser:
    return Beslisser(
        person=Verwijzing(id=who.person_id, name=who.person),
        organisation=Verwijzing(id=who.organisation_id, name=who.organisation),
    )


def _in_dutch(facts: dict[str, Any]) -> dict[str, Any]:
    return {WORDS.get(name, name): value for name, value in facts.items()}


def _possible(phase: Phase) -> list[MogelijkBesluit]:
    specs = ((kind, process.DECISIONS[kind]) for kind in process.decisions_in(phase))
    return [MogelijkBesluit(kind=kind, deciders=spec.deciders, needs=list(spec.needs)) for kind, spec in specs]


async def taken(work: Work, response: Response, decision: Decision) -> BesluitGenomen:
    """Say what was decided and where the case stands because of it."""
    response.headers["Location"] = f"{BASE}/casussen/{decision.case_id}/besluiten/{decision.id}"
    case = await cases.case(work, decision.case_id)
    return BesluitGenomen(
        id=decision.id, kind=decision.kind, at=decision.at, case=CasusFase(id=case.id, phase=case.phase)
    )


@router.get(
    "/casussen/{id}/besluiten", summary="Besluiten over een casus, en wat er nu mogelijk is", openapi_extra=SHOWS
)
async def list_decisions(
    case_id: CaseId, asked: Annotated[Blad, Query()], request: Request, response: Response, work: CaseReader
) -> Besluiten:
    case, facts = await cases.seen(work, case_id)
    found = await lookup.page_of(work, case_id, facts, asked.page())
    answers.saw(work, "besluiten", case_id, case_id)
    possible = _possible(case.phase) if visibility.sees_process(work.actor, facts) else []
    return Besluiten(
        results=[_shown(work, facts, line) for line in found.rows], possible=possible,
        following=goes_on(request, response, found.following),
    )  # fmt: skip


@router.get("/casussen/{id}/besluiten/{besluitId}", summary="Een besluit", openapi_extra=SHOWS)
async def read_decision(case_id: CaseId, decision_id: DecisionId, work: CaseReader) -> Besluit:
    _case, facts = await cases.seen(work, case_id)
    line = await lookup.one(work, case_id, facts, decision_id)
    answers.saw(work, "besluit", decision_id, case_id)
    return _shown(work, facts, line)


@router.post("/casussen/{id}/besluiten", status_code=201, summary="Neem een besluit, of leg een besluit vast")
async def take_decision(case_id: CaseId, body: NieuwBesluit, response: Response, work: CaseWork) -> BesluitGenomen:
    return await taken(work, response, await decisions.decide(work, case_id, body))
