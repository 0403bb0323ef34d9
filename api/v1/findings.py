"""Bevindingen: what the self-checks of the night found, what it means and what to do about it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.once import Once
from api.paging import ASKED, PAGE, Blad, goes_on
from api.signin import Keeper
from api.wire import Outgoing, dutch
from models.findings import MEANINGS, FindingKind
from models.lookups import findings
from models.lookups.findings import FindingLine
from models.words import DutyKind, Role

router = APIRouter(tags=["stagnaties"], route_class=Once)


class Bevinding(Outgoing):
    """Iets wat niet kan kloppen; `hersteldOp` als Pols het zelf heeft rechtgezet."""

    model_config = dutch(
        "id", kind="soort", name="naam", meaning="betekenis", advice="advies", who="voor", case_id="casus",
        number="nummer", duty_id="taak", duty_kind="taaksoort", person_id="persoon", found_at="gevondenOp",
        seen_at="gezienOp", gone_at="voorbijOp", healed_at="hersteldOp",
    )  # fmt: skip

    id: UUID
    kind: FindingKind
    name: str
    meaning: str
    advice: str
    who: Role
    case_id: UUID | None
    number: str | None
    duty_id: UUID | None
    duty_kind: DutyKind | None
    person_id: UUID | None
    found_at: datetime
    seen_at: datetime
    gone_at: datetime | None
    healed_at: datetime | None


class Bevindingen(Outgoing):
    """Een bladzijde met bevindingen, de oudste eerst."""

    model_config = dutch(**PAGE)

    results: list[Bevinding]
    following: str | None


class ZoekBevinding(Blad):
    """Welke bevindingen worden gezocht."""

    model_config = dutch(kind="soort", gone="voorbij", **ASKED)

    kind: FindingKind | None = None
    gone: bool = Field(default=False, description="Ook wat voorbij of hersteld is")


def _told(line: FindingLine) -> Bevinding:
    found, meaning = line.finding, MEANINGS[line.finding.kind]
    return Bevinding(
        id=found.id, kind=found.kind, name=meaning.name, meaning=meaning.meaning, advice=meaning.advice,
        who=meaning.who, case_id=found.case_id, number=line.number, duty_id=found.duty_id, duty_kind=line.duty_kind,
        person_id=found.person_id, found_at=found.found_at, seen_at=found.seen_at, gone_at=found.gone_at,
        healed_at=found.healed_at,
    )  # fmt: skip


@router.get("/bevindingen", summary="Wat de controles van de nacht vonden")
async def list_findings(
    asked: Annotated[ZoekBevinding, Query()], request: Request, response: Response, work: Keeper
) -> Bevindingen:
    found = await findings.page(work, asked.page(), kind=asked.kind, gone=asked.gone)
    return Bevindingen(
        results=[_told(line) for line in found.rows], following=goes_on(request, response, found.following)
    )
