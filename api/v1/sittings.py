"""Overlegdagen: verschillende casussen op een dag, elk met een eigen tijd en een eigen overleg."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from api.once import Once
from api.paging import BETWEEN, PAGE, Tijdvak, goes_on
from api.signin import CaseWork, Planner
from api.wire import SHOWS, CaseId, Dag, Gemaakt, Id, Outgoing, Verwijzing, dutch, made
from models.casebook import answers, moving
from models.casebook import sittings as casebook
from models.commands.sittings import (
    MOST_CASES,
    AtTheTable,
    CallOff,
    MakeSitting,
    MoveSitting,
    NameSeats,
    PutCase,
    PutCases,
)
from models.lookups import people, sittings
from models.lookups.sittings import Day, Turn
from models.sitting import Because
from models.words import DutyKind, SeriesKind

router = APIRouter(tags=["overlegdagen"], route_class=Once)

_SITTING = {
    "kind": "soort", "starts_at": "begintOp", "place": "plaats", "series_id": "reeks", "chair_id": "voorzitter",
    "secretary_id": "notulist", "adjourned_to": "verdaagdNaar", "cancelled_at": "afgelastOp",
}  # fmt: skip
OfCase = Annotated[UUID, Path(alias="casusId", description="Het kenmerk van de casus")]


class Overlegdag(Outgoing):
    """Een dag met overleg. Wie niet plant, kent alleen de eigen casussen: de dag begint met de eerste daarvan, en wat
    van de hele dag is, staat er dan niet bij."""

    model_config = dutch("id", **_SITTING)

    id: UUID
    kind: SeriesKind
    starts_at: datetime
    place: str | None
    series_id: UUID | None
    chair_id: UUID | None
    secretary_id: UUID | None
    adjourned_to: UUID | None
    cancelled_at: datetime | None


class Overlegdagen(Outgoing):
    """Een bladzijde met overlegdagen, de laatste eerst."""

    model_config = dutch(**PAGE)

    results: list[Overlegdag]
    following: str | None


class Beurt(Outgoing):
    """Wanneer een casus aan de beurt is. Op een triage is er nog geen overleg van de casus."""

    model_config = dutch(
        case="casus", meeting_id="overleg", starts_at="begintOp", minutes="minuten", held_at="gehoudenOp",
        ahead="nogTeBehandelen", lacks="ontbreekt",
    )  # fmt: skip

    case: Verwijzing
    meeting_id: UUID | None
    starts_at: datetime
    minutes: int
    held_at: datetime | None
    ahead: bool
    lacks: str


class OverlegdagGeheel(Overlegdag):
    """Een dag met overleg en de casussen die u mag kennen, in volgorde van de dag."""

    model_config = dutch("id", turns="casussen", present="aanwezigen", **_SITTING)

    turns: list[Beurt]
    present: list[Verwijzing]


class NieuweOverlegdag(MakeSitting):
    """Een dag waarop casussen worden gezet: een tijdstip, of een dag van een reeks."""

    model_config = dutch(
        kind="soort", starts_at="begintOp", place="plaats", series_id="reeks", series_on="reeksDatum",
        chair_id="voorzitter", secretary_id="notulist",
    )  # fmt: skip

    series_on: Dag = None


class Agendapunt(PutCase):
    """Een casus op de agenda: wanneer, hoe lang en wie komt; anders achteraan, zo lang als gewoonlijk, en wie uit de
    casus volgt. Komen er anderen, dan met een reden."""

    model_config = dutch(
        case_id="casus", starts_at="begintOp", minutes="minuten", organisations="organisaties", reason="reden"
    )


class Agendapunten(PutCases):
    """Welke casussen op de agenda komen, in volgorde van de dag."""

    model_config = dutch(cases="casussen")

    cases: Annotated[tuple[Agendapunt, ...], Field(min_length=1, max_length=MOST_CASES)]


class Verplaatsing(MoveSitting):
    """Een ander tijdstip, voor alles wat nog niet is behandeld of voor een casus, en waarom."""

    model_config = dutch(starts_at="begintOp", reason="reden", case_id="casus")


class Afgelasting(CallOff):
    """Waarom het niet doorgaat."""

    model_config = dutch(reason="reden")


class Zetels(NameSeats):
    """Wie voorzit en wie notuleert; zonder voorzitter zit bij iedere casus de eigen procesregisseur voor."""

    model_config = dutch(chair_id="voorzitter", secretary_id="notulist")


class AanTafel(AtTheTable):
    """Welke organisaties aan de triagetafel zitten."""

    model_config = dutch(organisations="organisaties")


class Voorgesteld(Outgoing):
    """Een casus die op een overleg wacht: waarop, en tot wanneer; gereed als de betrokken deelnemers zijn gekozen."""

    model_config = dutch(
        case="casus", kind="taak", due_at="uiterlijk", urgent="spoed", municipality="gemeente",
        ready="gereed",
    )  # fmt: skip

    case: Verwijzing
    kind: DutyKind
    due_at: datetime
    urgent: bool
    municipality: str
    ready: bool


class Agendavoorstel(Outgoing):
    """Wat op deze dag aan de orde zou moeten komen, spoed eerst. Niets staat op de agenda voordat u het erop zet."""

    model_config = dutch(results="resultaten")

    results: list[Voorgesteld]


class UitTeNodigen(Outgoing):
    """Een betrokken organisatie en waarom die komt, of waarom niet vanzelf."""

    model_config = dutch(organisation="organisatie", because="waarom", comes="komtVanzelf")

    organisation: Verwijzing
    because: Because
    comes: bool


class Genodigdenlijst(Outgoing):
    """Wie bij een overleg van deze casus hoort te komen. Alleen wie betrokken is kan worden uitgenodigd."""

    model_config = dutch(results="resultaten")

    results: list[UitTeNodigen]


class ZoekOverlegdagen(Tijdvak):
    """Welke overlegdagen."""

    model_config = dutch(kinds="soort", **BETWEEN)

    kinds: list[SeriesKind] = Field(default=[], description="Alleen deze soorten overleg", max_length=3)


_OF_PLANNERS = ("place", "series_id", "chair_id", "secretary_id", "adjourned_to", "cancelled_at")


def _facts(one: Day) -> dict[str, object]:
    known: dict[str, object] = {"id": one.id, "kind": one.kind, "starts_at": one.starts_at}
    return known | {name: getattr(one.sitting, name, None) for name in _OF_PLANNERS}


def _turn(one: Turn) -> Beurt:
    slot = one.slot
    return Beurt(
        case=Verwijzing(id=slot.case_id, name=slot.number), meeting_id=slot.meeting_id, starts_at=slot.starts_at,
        minutes=slot.minutes, held_at=one.held_at, ahead=one.is_ahead, lacks=slot.lacks,
    )  # fmt: skip


@router.get("/overlegdagen", summary="De overlegdagen van uw huis, voor zover u er iets mee te maken hebt")
async def list_sittings(
    asked: Annotated[ZoekOverlegdagen, Query()], request: Request, response: Response, work: CaseWork
) -> Overlegdagen:
    found = await sittings.page_of_days(work, asked.page(), asked.between(), asked.kinds)
    return Overlegdagen(
        results=[Overlegdag.model_validate(_facts(one)) for one in found.rows],
        following=goes_on(request, response, found.following),
    )


@router.post("/overlegdagen", status_code=201, summary="Maak een overlegdag")
async def make_sitting(body: NieuweOverlegdag, response: Response, work: Planner) -> Gemaakt:
    return made(response, (await casebook.make(work, body)).id, "overlegdagen")


@router.get("/overlegdagen/{id}", summary="Een overlegdag met de casussen die u mag kennen")
async def read_sitting(sitting_id: Id, work: CaseWork) -> OverlegdagGeheel:
    found = await sittings.day(work, sitting_id)
    turns = [_turn(one) for one in await sittings.turns(work, sitting_id)]
    present: list[Verwijzing] = []
    if found.sitting is not None and found.sitting.present:
        names = await people.organisation_names(work)
        present = [Verwijzing(id=one, name=names.get(one, "")) for one in found.sitting.present]
    return OverlegdagGeheel.model_validate(_facts(found) | {"turns": turns, "present": present})


@router.get("/overlegdagen/{id}/voorstel", summary="Wat op deze dag aan de orde zou moeten komen")
async def read_proposal(sitting_id: Id, work: Planner) -> Agendavoorstel:
    found = await sittings.sitting(work, sitting_id)
    listed = await sittings.due(work, found.kind, found.starts_at + sittings.PROPOSED_WITHIN)
    return Agendavoorstel(
        results=[
            Voorgesteld(
                case=Verwijzing(id=one.case_id, name=one.number),
                kind=one.kind,
                due_at=one.due_at,
                urgent=one.urgent,
                municipality=one.municipality,
                ready=one.ready,
            )
            for one in listed
        ]
    )


@router.post("/overlegdagen/{id}/casussen", status_code=HTTPStatus.NO_CONTENT, summary="Zet casussen op de agenda")
async def put_cases(sitting_id: Id, body: Agendapunten, work: Planner) -> None:
    await casebook.put(work, sitting_id, body)


@router.post(
    "/overlegdagen/{id}/casussen/{casusId}/afgelastingen", status_code=HTTPStatus.NO_CONTENT,
    summary="Haal een casus van de agenda",
)  # fmt: skip
async def take_case_off(sitting_id: Id, case_id: OfCase, body: Afgelasting, work: Planner) -> None:
    await moving.take_off(work, sitting_id, case_id, body)


@router.post("/overlegdagen/{id}/verplaatsingen", status_code=HTTPStatus.NO_CONTENT, summary="Verzet een overlegdag")
async def move_sitting(sitting_id: Id, body: Verplaatsing, work: Planner) -> None:
    await moving.move(work, sitting_id, body)


@router.post("/overlegdagen/{id}/verdagingen", status_code=201, summary="Verdaag wat nog niet is behandeld")
async def adjourn_sitting(sitting_id: Id, body: Verplaatsing, response: Response, work: Planner) -> Gemaakt:
    return made(response, (await moving.adjourn(work, sitting_id, body)).id, "overlegdagen")


@router.post("/overlegdagen/{id}/afgelastingen", status_code=HTTPStatus.NO_CONTENT, summary="Gelast een overlegdag af")
async def call_off_sitting(sitting_id: Id, body: Afgelasting, work: Planner) -> None:
    await moving.call_off(work, sitting_id, body)


@router.post("/overlegdagen/{id}/zetels", status_code=HTTPStatus.NO_CONTENT, summary="Wijs voorzitter en notulist aan")
async def name_seats(sitting_id: Id, body: Zetels, work: Planner) -> None:
    await casebook.seat(work, sitting_id, body)


@router.post("/overlegdagen/{id}/aanwezigen", status_code=HTTPStatus.NO_CONTENT, summary="Wie aan de triagetafel zit")
async def note_table(sitting_id: Id, body: AanTafel, work: Planner) -> None:
    await casebook.at_the_table(work, sitting_id, body)


@router.get(
    "/casussen/{id}/genodigdenvoorstel", summary="Wie bij een overleg van deze casus hoort te komen",
    openapi_extra=SHOWS,
)  # fmt: skip
async def read_candidates(case_id: CaseId, work: Planner) -> Genodigdenlijst:
    answers.saw(work, "overleggen", case_id, case_id)
    names = await people.organisation_names(work)
    return Genodigdenlijst(
        results=[
            UitTeNodigen(
                organisation=Verwijzing(id=one.organisation_id, name=names.get(one.organisation_id, "")),
                because=one.because, comes=one.comes,
            )
            for one in await sittings.candidates(work, case_id)
        ]
    )  # fmt: skip
