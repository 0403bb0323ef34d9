"""Stagnaties: what is late and what does not move any more, with the cause and who can act."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.once import Once
from api.paging import ASKED, PAGE, Blad, goes_on
from api.signin import Staff
from api.v1.tasks import Voorstel, proposal
from api.wire import Outgoing, dutch
from models.lookups import stalled
from models.lookups.paging import Place, cut
from models.lookups.stalled import StalledRow
from models.lookups.waiting import Waiting
from models.stalled import Cause, Party, Stall
from models.words import DutyKind, Phase, Role

router = APIRouter(tags=["stagnaties"], route_class=Once)

MOST = 100  #: of each on the overview; the lists themselves go on


class Partij(Outgoing):
    """Op wie wordt gewacht, of wie iets kan doen."""

    model_config = dutch(organisation_id="organisatie", role="rol", person_id="persoon")

    organisation_id: UUID
    role: Role | None
    person_id: UUID | None


class Oorzaak(Outgoing):
    """Waarom een casus stilligt, en wat eraan te doen is."""

    model_config = dutch(
        cause="soort", since="sinds", meaning="betekenis", offer="aanbod", waits_on="wachtOp", can_act="kanHandelen",
        duty_id="taak", proposal="voorstel",
    )  # fmt: skip

    cause: Cause
    since: datetime
    meaning: str
    offer: str
    waits_on: Partij
    can_act: Partij
    duty_id: UUID | None
    proposal: Voorstel | None


class Stilgevallen(Outgoing):
    """Een casus die uit zichzelf niet verder komt."""

    model_config = dutch(
        case_id="casus", number="nummer", phase="fase", director_id="procesregisseur", urgent="spoed", since="sinds",
        causes="oorzaken",
    )  # fmt: skip

    case_id: UUID
    number: str
    phase: Phase
    director_id: UUID | None
    urgent: bool
    since: datetime
    causes: list[Oorzaak]


class TeLaat(Outgoing):
    """Een taak over haar termijn, waarvan de herinneringen nog lopen."""

    model_config = dutch(
        duty_id="taak", kind="soort", case_id="casus", number="nummer", owner="eigenaar", due_at="uiterlijk",
        explanation="termijnUitleg", proposal="voorstel",
    )  # fmt: skip

    duty_id: UUID
    kind: DutyKind
    case_id: UUID
    number: str
    owner: Partij
    due_at: datetime
    explanation: str
    proposal: Voorstel | None


class Aantallen(Outgoing):
    """Hoeveel casussen er per fase open staan, hoeveel er stilligt per oorzaak en in totaal, en wat te laat is."""

    model_config = dutch(phases="fasen", late="teLaat", causes="oorzaken", stalled="stilgevallen")

    phases: dict[Phase, int]
    late: int
    causes: dict[Cause, int]
    stalled: int


class Stagnaties(Outgoing):
    """Wat te laat is en wat stilligt, het langste eerst."""

    model_config = dutch(counts="aantallen", stalled="stilgevallen", late="teLaat")

    counts: Aantallen
    stalled: list[Stilgevallen]
    late: list[TeLaat]


class StilgevallenCasussen(Outgoing):
    """Een bladzijde met casussen die stilliggen, het langste eerst."""

    model_config = dutch(**PAGE)

    results: list[Stilgevallen]
    following: str | None


class TakenTeLaat(Outgoing):
    """Een bladzijde met taken over hun termijn, het langste eerst."""

    model_config = dutch(**PAGE)

    results: list[TeLaat]
    following: str | None


class ZoekStagnatie(Blad):
    """Welke casussen die stilliggen worden gezocht."""

    model_config = dutch(cause="oorzaak", director_id="procesregisseur", **ASKED)

    cause: Cause | None = Field(default=None, description="Casussen die (ook) hierdoor stilliggen")
    director_id: UUID | None = None


def _cause(stall: Stall) -> Oorzaak:
    return Oorzaak(
        cause=stall.cause, since=stall.since, meaning=stall.words.meaning, offer=stall.words.offer,
        waits_on=_party(stall.waits_on), can_act=_party(stall.can_act), duty_id=stall.duty_id,
        proposal=proposal(stall),
    )  # fmt: skip


def _party(party: Party) -> Partij:
    return Partij.model_validate(party)


def _stalled(row: StalledRow) -> Stilgevallen:
    return Stilgevallen(
        case_id=row.case_id, number=row.number, phase=row.phase, director_id=row.director_id, urgent=row.urgent,
        since=row.since, causes=[_cause(one) for one in row.stalls],
    )  # fmt: skip


def _late(one: Waiting) -> TeLaat:
    return TeLaat(
        duty_id=one.duty.id, kind=one.duty.kind, case_id=one.case_id, number=one.number, owner=_party(one.duty.owner),
        due_at=one.duty.due_at, explanation=one.explanation, proposal=proposal(one.duty),
    )  # fmt: skip


@router.get("/stagnaties", summary="Wat te laat is en wat stilligt, met oorzaak")
async def list_stalled(work: Staff) -> Stagnaties:
    board = await stalled.board(work, limit=MOST)
    return Stagnaties(
        counts=Aantallen.model_validate(board.counts),
        stalled=[_stalled(row) for row in board.stalled],
        late=[_late(one) for one in await stalled.late(work, limit=MOST)],
    )


@router.get("/stagnaties/casussen", summary="Casussen die stilliggen")
async def list_stalled_cases(
    asked: Annotated[ZoekStagnatie, Query()], request: Request, response: Response, work: Staff
) -> StilgevallenCasussen:
    page = asked.page()
    after = (page.after.at, page.after.id) if page.after else None
    found = await stalled.overview(
        work, limit=page.size + 1, after=after, cause=asked.cause, director_id=asked.director_id
    )
    paged = cut(found, page, lambda row: Place(row.case_id, row.since))
    return StilgevallenCasussen(
        results=[_stalled(row) for row in paged.rows], following=goes_on(request, response, paged.following)
    )


@router.get("/stagnaties/taken", summary="Taken over hun termijn, van het hele huis")
async def list_late_tasks(
    asked: Annotated[Blad, Query()], request: Request, response: Response, work: Staff
) -> TakenTeLaat:
    page = asked.page()
    after = (page.after.at, page.after.id) if page.after else None
    found = await stalled.late(work, limit=page.size + 1, after=after)
    paged = cut(found, page, lambda one: Place(one.duty.id, one.duty.due_at))
    return TakenTeLaat(
        results=[_late(one) for one in paged.rows], following=goes_on(request, response, paged.following)
    )
