"""Casussen: lists by page, one case, and what happened to it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from api.signin import CaseWork
from api.v1.content import Persoon
from api.wire import CaseId, Outgoing, Verwijzing, dutch, named
from models import process, visibility
from models.casebook import answers
from models.lookups import caselists, cases, referrals, timeline
from models.lookups.caselists import CaseFilter, CaseLine
from models.transactions import Work
from models.words import Outcome, Phase

router = APIRouter(tags=["casussen"])

_SHELL = {
    "number": "nummer", "phase": "fase", "urgent": "spoed", "reported_at": "gemeldOp", "admitted_at": "opgenomenOp",
    "closed_at": "geslotenOp",
}  # fmt: skip


class CasusKort(Outgoing):
    """Waar een casus staat."""

    model_config = dutch("id", **_SHELL)

    id: UUID
    number: str
    phase: Phase
    urgent: bool
    reported_at: datetime
    admitted_at: datetime | None
    closed_at: datetime | None


class Casus(CasusKort):
    """Een casus in een lijst. Wat alleen kent wie het proces volgt, is leeg voor wie alleen bevraagd is."""

    model_config = dutch(
        "id", phase_name="faseNaam", round="ronde", director="procesregisseur", case_director="casusregisseur",
        reporter="melder", sponsor="aanbrenger", municipality="gemeente", themes="themas", high_risk="hoogRisico",
        outcome="uitkomst", hold_until="opgeschortTot", last_event_at="laatsteGebeurtenisOp", **_SHELL,
    )  # fmt: skip

    phase_name: str
    round: int
    director: Verwijzing | None
    case_director: Verwijzing | None
    reporter: Verwijzing | None
    sponsor: Verwijzing | None
    municipality: str | None
    themes: list[str] | None
    high_risk: bool | None
    outcome: Outcome | None
    hold_until: datetime | None
    last_event_at: datetime


class Criterium(Outgoing):
    """De toets aan een criterium van BGS 2.20, eerste lid."""

    model_config = dutch(
        criterion="criterium", met="voldaan", motivation="motivering", prepared_at="getoetstOp", adopted_by="besluit"
    )

    criterion: str
    met: bool
    motivation: str
    prepared_at: datetime
    adopted_by: UUID | None


class CasusGeheel(Casus):
    """Een casus. `betrokkenen` en `criteria` zijn er voor wie de inhoud mag lezen; inzien wordt vastgelegd."""

    model_config = dutch(subjects="betrokkenen", criteria="criteria") | Casus.model_config

    referral_id: UUID | None
    plan_version: int
    reads: bool
    subjects: list[Persoon] | None
    criteria: list[Criterium] | None


CasusGeheel.model_config = CasusGeheel.model_config
