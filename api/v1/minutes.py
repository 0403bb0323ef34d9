"""Verslagen: een overleg in regels volgens BOB, elk met wie het zei; ter correctie voorgelegd en vastgesteld."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from api.once import Once
from api.paging import ASKED, PAGE, Blad, goes_on
from api.signin import CaseReader, CaseWork
from api.v1.info import SAID, Waarschuwing, noticed
from api.wire import BASE, SHOWS, Dag, Gemaakt, Id, Outgoing, Verwijzing, dutch, named
from models import visibility
from models.casebook import answers
from models.casebook import minutes as casebook
from models.casebook.minutes import Typed
from models.commands.minutes import CompleteLine, GiveOtherView, TypeLine
from models.itemwords import Category, Condition, Regime, Reliability
from models.lookups import cases, meetings, minutes, people
from models.lookups.minutes import Asked, Told
from models.minutes import LineKind, MinutesState, Section
from models.refusals import NotFound
from models.rights import CaseFacts
from models.tables.meetings import Meeting
from models.transactions import Work

router = APIRouter(tags=["verslagen"], route_class=Once)

#: what is said, as it is called on the wire; of a professional nothing is minuted
_SAID = {name: word for name, word in SAID.items() if name != "professional"} | {
    "kind": "soort", "speaker_id": "spreker", "spoke_id": "persoonSpreker",
}  # fmt: skip
_POINTS = {
    "item_id": "informatie", "commitment_id": "afspraak", "goal_id": "doel", "decision_id": "besluit",
    "on_day": "evaluatiedatum", "tells_id": "informeertDoor", "disputes_id": "weerspreekt",
}  # fmt: skip

LineId = Annotated[UUID, Path(alias="regelId", description="Het kenmerk van een regel van het verslag")]


class NieuweRegel(TypeLine):
    """Een regel van een verslag: een tekst over een persoon, of een verwijzing naar wat er al is. Wat u niet noemt,
    volgt uit wie er sprak en uit het onderdeel; wat dan nog ontbreekt, vult u later aan."""

    model_config = dutch(section="onderdeel", **_SAID, **_POINTS)

    on_day: Dag = None


class RegelAanvulling(CompleteLine):
    """Wat aan een regel ontbrak. Wat u niet noemt, blijft zoals het was."""

    model_config = dutch(**_SAID)


class AndereLezing(GiveOtherView):
    """Hoe een andere deelnemer ziet wat een regel zegt. Beide blijven naast elkaar staan."""

    model_config = dutch(
        body="tekst", category="categorie", regime="regime", ground="grondslag", route="doorbrekingsgrond",
        route_reason="motiveringDoorbreking", source="bron", reliability="betrouwbaarheid", excluded="nietVoor",
        only_for="alleenVoor",
    )  # fmt: skip


class RegelVastgelegd(Gemaakt):
    """De regel is vastgelegd, met wat eraan ontbreekt en wat eraan opvalt."""

    model_config = dutch("id", missing="ontbreekt", warnings="waarschuwingen")

    missing: list[str]
    warnings: list[Waarschuwing]


class VerslagRegel(Outgoing):
    """Een regel van een verslag. Wat over een persoon gaat, staat in de informatie waarnaar de regel verwijst."""

    model_config = dutch(
        "id", section="onderdeel", kind="soort", text="tekst", supplier="leverancier", spoke="spreker",
        subject_id="persoon", life_domain="leefgebied", category="categorie", regime="regime", source="bron",
        reliability="betrouwbaarheid", conditions="voorwaarden", corrected="gecorrigeerd", written_at="vastgelegdOp",
        missing="ontbreekt", **_POINTS,
    )  # fmt: skip

    id: UUID
    section: Section
    kind: LineKind
    text: str
    supplier: Verwijzing | None
    spoke: Verwijzing | None
    subject_id: UUID | None
    life_domain: str
    category: Category | None
    regime: Regime | None
    source: str
    reliability: Reliability | None
    conditions: list[Condition]
    item_id: UUID | None
    commitment_id: UUID | None
    goal_id: UUID | None
    decision_id: UUID | None
    on_day: date | None
    tells_id: UUID | None
    disputes_id: UUID | None
    corrected: bool = Field(description="De leverancier corrigeerde dit na deze versie van het verslag")
    missing: list[str] = Field(description="Wat nog ontbreekt; alleen voor wie de regel typte en wie de casus leidt")
    written_at: datetime


class VerslagRegels(Outgoing):
    """Een bladzijde met regels die u mag lezen, in de volgorde waarin zij zijn vastgelegd."""

    model_config = dutch(**PAGE)

    results: list[VerslagRegel]
    following: str | None


class Regelkeuze(Blad):
    """Welke regels worden gevraagd. Een versie houdt vast welke regels er toen waren."""

    model_config = dutch(section="onderdeel", subject_id="persoon", life_domain="leefgebied", version="versie", **ASKED)

    section: Section | None = None
    subject_id: UUID | None = None
    life_domain: str | None = Field(default=None, max_length=500)
    version: int | None = Field(default=None, ge=1, le=1000)

    def asked(self) -> Asked:
        """As the lookups take it."""
        return Asked(self.section, self.subject_id, self.life_domain, self.version)


class VerslagVersie(Outgoing):
    """Een versie van een verslag: ter correctie voorgelegd, of vastgesteld."""

    model_config = dutch(number="nummer", state="stand", made_at="gemaaktOp", made_by="gemaaktDoor")

    number: int
    state: MinutesState
    made_at: datetime
    made_by: Verwijzing | None


class Verslag(Outgoing):
    """Hoe ver het verslag van een overleg is, met zijn versies, de nieuwste eerst."""

    model_config = dutch(meeting_id="overleg", state="stand", versions="versies")

    meeting_id: UUID
    state: MinutesState
    versions: list[VerslagVersie]


class VersieGemaakt(Outgoing):
    """De versie die is gemaakt."""

    model_config = dutch(number="nummer", state="stand")

    number: int
    state: MinutesState


async def _read(work: Work, meeting_id: UUID) -> tuple[Meeting, CaseFacts]:
    meeting = await meetings.meeting(work, meeting_id)
    _case, facts = await cases.seen_process(work, meeting.case_id, "Dit overleg")
    if not visibility.reads_case(work.actor, facts):
        raise NotFound("Dit overleg")
    return meeting, facts


@router.get("/overleggen/{id}/verslag", summary="Hoe ver het verslag van een overleg is", openapi_extra=SHOWS)
async def read_minutes(meeting_id: Id, work: CaseReader) -> Verslag:
    meeting, _facts = await _read(work, meeting_id)
    found, (names, _) = await minutes.versions(work, meeting.id), await people.names(work)
    answers.saw(work, "verslag", meeting.id, meeting.case_id)
    return Verslag(
        meeting_id=meeting.id, state=minutes.state_of(found),
        versions=[
            VerslagVersie(
                number=one.number, state=one.state, made_at=one.made_at,
                made_by=named(one.made_by, names.get(one.made_by) if one.made_by else None),
            )
            for one in found
        ],
    )  # fmt: skip


@router.get("/overleggen/{id}/verslag/regels", summary="De regels van een verslag", openapi_extra=SHOWS)
async def list_lines(
    meeting_id: Id, asked: Annotated[Regelkeuze, Query()], request: Request, response: Response, work: CaseReader
) -> VerslagRegels:
    meeting, facts = await _read(work, meeting_id)
    found = await minutes.page_of(work, meeting, facts, asked.asked(), asked.page())
    names = await people.organisation_names(work)
    answers.saw(work, "verslag", meeting.id, meeting.case_id)
    lacks = await casebook.lacking(work, meeting, found.rows)
    return VerslagRegels(
        results=[_line(one, names, lacks.get(one.line.id, ())) for one in found.rows],
        following=goes_on(request, response, found.following),
    )


def _line(one: Told, names: dict[UUID, str], lacks: tuple[str, ...]) -> VerslagRegel:
    line, item = one.line, one.item.row if one.item is not None else None
    spoke = named(line.speaker_id, names.get(line.speaker_id) if line.speaker_id else None)
    return VerslagRegel(
        id=line.id, section=line.section, kind=line.kind, text=minutes.plain(one, names), spoke=spoke,
        supplier=Verwijzing(id=item.supplier_id, name=one.item.supplier) if item and one.item else None,
        subject_id=one.subject_id, life_domain=one.life_domain, category=item.category if item else None,
        regime=item.regime if item else None, source=item.source if item else "",
        reliability=item.reliability if item else None,
        conditions=[Condition(each) for each in item.conditions] if item else [], item_id=line.item_id,
        commitment_id=line.commitment_id, goal_id=line.goal_id, decision_id=line.decision_id, on_day=line.on_day,
        tells_id=line.tells_id, disputes_id=one.disputes, corrected=one.is_corrected, missing=list(lacks),
        written_at=line.written_at,
    )  # fmt: skip


def _kept(response: Response, meeting_id: UUID, typed: Typed) -> RegelVastgelegd:
    response.headers["Location"] = f"{BASE}/overleggen/{meeting_id}/verslag/regels"
    return RegelVastgelegd(id=typed.line.id, missing=list(typed.missing), warnings=noticed(typed.warnings))


@router.post("/overleggen/{id}/verslag/regels", status_code=201, summary="Typ een regel van het verslag")
async def type_line(meeting_id: Id, body: NieuweRegel, response: Response, work: CaseWork) -> RegelVastgelegd:
    return _kept(response, meeting_id, await casebook.type_line(work, meeting_id, body))


@router.post(
    "/overleggen/{id}/verslag/regels/{regelId}/aanvullingen", status_code=201, summary="Vul aan wat een regel mist"
)
async def complete_line(
    meeting_id: Id, line_id: LineId, body: RegelAanvulling, response: Response, work: CaseWork
) -> RegelVastgelegd:
    return _kept(response, meeting_id, await casebook.complete(work, meeting_id, line_id, body))


@router.post(
    "/overleggen/{id}/verslag/regels/{regelId}/lezingen", status_code=201,
    summary="Geef uw andere lezing van een regel, ter correctie",
)  # fmt: skip
async def give_other_view(
    meeting_id: Id, line_id: LineId, body: AndereLezing, response: Response, work: CaseWork
) -> RegelVastgelegd:
    return _kept(response, meeting_id, await casebook.give_other_view(work, meeting_id, line_id, body))


@router.delete("/overleggen/{id}/verslag/regels/{regelId}", status_code=204, summary="Haal een regel uit het concept")
async def remove_line(meeting_id: Id, line_id: LineId, work: CaseWork) -> None:
    await casebook.remove(work, meeting_id, line_id)


@router.post("/overleggen/{id}/verslag/versies", status_code=201, summary="Leg het verslag ter correctie voor")
async def put_up(meeting_id: Id, response: Response, work: CaseWork) -> VersieGemaakt:
    made = await casebook.put_up(work, meeting_id)
    response.headers["Location"] = f"{BASE}/overleggen/{meeting_id}/verslag"
    return VersieGemaakt(number=made.number, state=made.state)


@router.post("/overleggen/{id}/verslag/vaststellingen", status_code=201, summary="Stel het verslag vast")
async def adopt(meeting_id: Id, response: Response, work: CaseWork) -> VersieGemaakt:
    made = await casebook.adopt(work, meeting_id)
    response.headers["Location"] = f"{BASE}/overleggen/{meeting_id}/verslag"
    return VersieGemaakt(number=made.number, state=made.state)
