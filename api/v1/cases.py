"""Casussen: lists by page, one case, and what happened to it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from api.once import Once
from api.paging import ASKED, BETWEEN, PAGE, Blad, Tijdvak, goes_on
from api.signin import CaseReader
from api.v1.content import Persoon, person
from api.wire import SHOWS, CaseId, Outgoing, Verwijzing, dutch, named
from models import process, visibility
from models.casebook import answers
from models.lookups import caselists, cases, plan, referrals, timeline, whereabouts
from models.lookups.caselists import CaseFilter, CaseLine
from models.lookups.sentences import SENTENCES
from models.transactions import Work
from models.words import Outcome, Phase

router = APIRouter(tags=["casussen"], route_class=Once)

_SHORT = {
    "number": "nummer", "phase": "fase", "urgent": "spoed", "reported_at": "gemeldOp", "admitted_at": "opgenomenOp",
    "closed_at": "geslotenOp",
}  # fmt: skip
_LINE = _SHORT | {
    "phase_name": "faseNaam", "round": "ronde", "director": "procesregisseur", "case_director": "casusregisseur",
    "reporter": "melder", "sponsor": "aanbrenger", "municipality": "gemeente", "themes": "themas",
    "high_risk": "hoogRisico", "outcome": "uitkomst", "hold_until": "opgeschortTot",
    "last_event_at": "laatsteGebeurtenisOp",
}  # fmt: skip


class CasusKort(Outgoing):
    """Waar een casus staat."""

    model_config = dutch("id", **_SHORT)

    id: UUID
    number: str
    phase: Phase
    urgent: bool
    reported_at: datetime
    admitted_at: datetime | None
    closed_at: datetime | None


class Casus(CasusKort):
    """Een casus in een lijst. Voor wie alleen bevraagd is, blijft leeg wat alleen kent wie het proces volgt."""

    model_config = dutch("id", **_LINE)

    phase_name: str
    round: int
    director: Verwijzing | None
    case_director: Verwijzing | None = None
    reporter: Verwijzing | None = None
    sponsor: Verwijzing | None = None
    municipality: str | None = None
    themes: list[str] | None = None
    high_risk: bool | None = None
    outcome: Outcome | None = None
    hold_until: datetime | None = None
    last_event_at: datetime


class Criterium(Outgoing):
    """De toets aan een criterium van BGS 2.20, eerste lid."""

    model_config = dutch(
        subject_id="persoon", criterion="criterium", met="voldaan", motivation="motivering", prepared_at="getoetstOp",
        adopted_by="besluit",
    )  # fmt: skip

    subject_id: UUID | None = Field(description="Van wie, als het een ander uit de aanmelding is")

    criterion: str
    met: bool
    motivation: str
    prepared_at: datetime
    adopted_by: UUID | None


class CasusGeheel(Casus):
    """Een casus. `betrokkenen` en `criteria` zijn er voor wie de inhoud mag lezen; dat inzien wordt vastgelegd."""

    model_config = dutch(
        "id", referral_id="aanmelding", plan_version="planVersie", subjects="betrokkenen", criteria="criteria", **_LINE
    )

    referral_id: UUID | None = None
    plan_version: int | None
    subjects: list[Persoon] | None = None
    criteria: list[Criterium] | None = None


class Casussen(Outgoing):
    """Een bladzijde met casussen, de nieuwste eerst; `volgende` is de cursor van de volgende bladzijde."""

    model_config = dutch(**PAGE)

    results: list[Casus]
    following: str | None


class Gebeurtenis(Outgoing):
    """Een regel van de tijdlijn."""

    model_config = dutch(
        "namens", moment="op", kind="soort", sentence="tekst", who="wie", organisation="organisatie",
        reason="toelichting",
    )  # fmt: skip

    moment: datetime
    kind: str
    sentence: str
    who: str
    organisation: str
    namens: str
    reason: str


class Tijdlijn(Outgoing):
    """Een bladzijde van wat er gebeurde, het nieuwste eerst."""

    model_config = dutch(**PAGE)

    results: list[Gebeurtenis]
    following: str | None


class Zoek(Blad):
    """Waarop casussen worden gezocht; nooit op iets over een persoon."""

    model_config = dutch(
        phases="fase", director_id="procesregisseur", municipality="gemeente", theme="thema", urgent="spoed",
        **ASKED,
    )  # fmt: skip

    phases: list[Phase] = Field(default_factory=list)
    director_id: UUID | None = None
    municipality: str | None = None
    theme: str | None = None
    urgent: bool | None = None

    def filter(self) -> CaseFilter:
        """As the lookup takes it."""
        return CaseFilter(self.phases, self.director_id, self.municipality, self.theme, self.urgent)


def _told(kind: str) -> str:
    if kind not in SENTENCES:
        raise PydanticCustomError("uitleg", "kies uit: {keuze}", {"keuze": ", ".join(SENTENCES)})
    return kind


#: what the timeline tells of, as the history calls it
Soort = Annotated[str, AfterValidator(_told), WithJsonSchema({"type": "string", "enum": list(SENTENCES)})]


class ZoekGebeurtenis(Tijdvak):
    """Welke regels van de tijdlijn worden gezocht."""

    model_config = dutch(kinds="soort", **BETWEEN)

    kinds: list[Soort] = Field(default_factory=list)


def _shown(line: CaseLine) -> dict[str, object]:
    case = line.case
    plain: dict[str, object] = {name: getattr(case, name) for name in CasusKort.model_fields}
    plain |= {
        "phase_name": process.LABELS[case.phase], "round": case.round, "last_event_at": case.last_event_at,
        "director": named(case.director_id, line.director),
    }  # fmt: skip
    if not line.process:
        return plain
    return plain | {
        "case_director": named(case.case_director_id, line.case_director),
        "reporter": named(case.reporter_organisation_id, line.reporter),
        "sponsor": named(case.sponsor_organisation_id, line.sponsor), "municipality": case.municipality,
        "themes": case.themes, "high_risk": case.high_risk, "outcome": case.outcome, "hold_until": case.hold_until,
    }  # fmt: skip


@router.get("/casussen", summary="Casussen die u mag kennen")
async def list_cases(
    asked: Annotated[Zoek, Query()], request: Request, response: Response, work: CaseReader
) -> Casussen:
    found = await caselists.page(work, asked.filter(), asked.page())
    return Casussen(
        results=[Casus.model_validate(_shown(line)) for line in found.rows],
        following=goes_on(request, response, found.following),
    )


@router.get("/casussen/{id}", summary="Een casus", openapi_extra=SHOWS)
async def read_case(case_id: CaseId, work: CaseReader) -> CasusGeheel:
    case, facts = await cases.seen(work, case_id)
    line = await caselists.line(work, case_id)
    reads = visibility.reads_case(work.actor, facts)
    answers.saw(work, "casus" if reads else "proces", case_id, case_id)
    content = await _content(work, case_id) if reads else {}
    if line.process:
        content["referral_id"] = case.referral_id
    content["plan_version"] = await plan.number_now(work, case, facts)
    return CasusGeheel.model_validate(_shown(line) | content)


async def _content(work: Work, case_id: UUID) -> dict[str, object]:
    people = await referrals.subjects_of_case(work, case_id)
    where = await whereabouts.of(work, people)
    return {
        "subjects": [person(one, where[one.id]) for one in people],
        # of somebody else only until they have a case of their own, where it is read from then on
        "criteria": [
            one for one in await referrals.judgements(work, case_id)
            if one.subject_id is None or one.adopted_by is None
        ],
    }  # fmt: skip


@router.get("/casussen/{id}/tijdlijn", summary="Wat er in een casus gebeurde", openapi_extra=SHOWS)
async def read_timeline(
    case_id: CaseId, asked: Annotated[ZoekGebeurtenis, Query()], request: Request, response: Response, work: CaseReader
) -> Tijdlijn:
    found = await timeline.page_of(work, case_id, asked.page(), kinds=asked.kinds, between=asked.between())
    answers.saw(work, "tijdlijn", case_id, case_id)
    return Tijdlijn(
        results=[Gebeurtenis.model_validate(one) for one in found.rows],
        following=goes_on(request, response, found.following),
    )
