"""Derden bij een overleg: voordragen, geheimhouding, uitnodigen en verstrekken; en wat iedereen in de zaal mag zien."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.once import Once
from api.paging import ASKED, PAGE, Blad, goes_on
from api.signin import CaseReader, CaseWork
from api.wire import SHOWS, Gemaakt, Id, Outgoing, Verwijzing, dutch, made
from models import visibility
from models.casebook import answers
from models.casebook import guests as casebook
from models.commands.base import Day
from models.commands.guests import Consent, HandItems, MarkPresent, NoteDeclaration, ProposeGuest
from models.itemwords import Category, Reliability
from models.lookups import cases, guests, meetings, people
from models.lookups.guests import Room
from models.lookups.info import Item
from models.refusals import NotAllowed, NotFound, NotPossible
from models.rights import CaseFacts
from models.tables.guests import Guest
from models.tables.meetings import Meeting
from models.transactions import Work

router = APIRouter(tags=["derden"], route_class=Once)

_SAID = {
    "name": "naam", "function": "functie", "expertise": "deskundigheid", "public_role": "publiekeFunctie",
}  # fmt: skip


class NieuweDerde(ProposeGuest):
    """Wie er bij het overleg nodig is, waarom, en in welke wettelijke of publieke functie."""

    model_config = dutch(organisation_id="organisatie", **_SAID)


class Geheimhouding(NoteDeclaration):
    """Wanneer de geheimhoudingsverklaring werd getekend."""

    model_config = dutch(signed_on="getekendOp")


class Instemming(Consent):
    """Wie van de leverancier instemde, en wanneer."""

    model_config = dutch(item_id="informatie", person_id="persoon", given_on="op")


class NieuweVerstrekking(HandItems):
    """Wat u verstrekt, waarvoor de derde het nodig heeft, en welke publieke deelnemer dat besliste."""

    model_config = dutch(items="informatie", purpose="doel", decided_by="beslisser", consents="instemmingen")

    consents: Annotated[tuple[Instemming, ...], Field(max_length=50)] = ()


class Aanwezigen(MarkPresent):
    """Wie er nu is: uitgenodigde organisaties en derden."""

    model_config = dutch(organisations="organisaties", guests="derden")


class Derde(Outgoing):
    """Een incidentele derde: geen gebruiker, en pas na een geheimhoudingsverklaring uitgenodigd (BGS 2.21)."""

    model_config = dutch(
        "id",
        organisation="organisatie",
        signed_on="getekendOp",
        invited_at="uitgenodigdOp",
        present="aanwezig",
        **_SAID,
    )

    id: UUID
    organisation: Verwijzing
    name: str
    function: str
    expertise: str
    public_role: str
    signed_on: date | None
    invited_at: datetime | None
    present: bool | None


class Derden(Outgoing):
    """De derden van een overleg."""

    model_config = dutch(results="resultaten")

    results: list[Derde]


class Verstrekking(Outgoing):
    """Wat een derde kreeg. Alleen informatie die u zelf mag lezen staat erbij."""

    model_config = dutch(
        item_id="informatie", handed_at="verstrektOp", handed_by="verstrektDoor", decided_by="beslisser",
        purpose="doel", consented_by="instemmingVan", consented_on="instemmingOp",
    )  # fmt: skip

    item_id: UUID
    handed_at: datetime
    handed_by: UUID
    decided_by: UUID
    purpose: str
    consented_by: UUID | None
    consented_on: Day | None


class Verstrekkingen(Outgoing):
    """Een bladzijde met verstrekkingen, de oudste eerst."""

    model_config = dutch(**PAGE)

    results: list[Verstrekking]
    following: str | None


class Deel(StrEnum):
    """Welk deel van het overleg: onder deelnemers, of met de derden erbij."""

    PARTICIPANTS = "deelnemers"
    GUESTS = "derden"


class ZoekScherm(Blad):
    """Welk deel, en welke bladzijde."""

    model_config = dutch(part="deel", **ASKED)

    part: Deel = Deel.PARTICIPANTS


class OpScherm(Outgoing):
    """Informatie die iedereen die er is mag zien."""

    model_config = dutch(
        "id", supplier="leverancier", category="categorie", body="tekst", life_domain="leefgebied",
        subject_id="persoon", source="bron", reliability="betrouwbaarheid",
    )  # fmt: skip

    id: UUID
    supplier: Verwijzing
    category: Category
    body: str
    life_domain: str
    subject_id: UUID | None
    source: str
    reliability: Reliability


class Scherm(Outgoing):
    """Een bladzijde van het gedeelde scherm."""

    model_config = dutch(**PAGE)

    results: list[OpScherm]
    following: str | None


async def _content(work: Work, case_id: UUID, what: str) -> CaseFacts:
    """Who comes and what they got is content of the case. Raises NotFound, the same for what is not there."""
    _case, facts = await cases.seen_process(work, case_id, what)
    if not visibility.reads_case(work.actor, facts):
        raise NotFound(what)
    return facts


def _told(one: Guest, names: dict[UUID, str]) -> Derde:
    plain = {name: getattr(one, name) for name in Derde.model_fields.keys() - {"organisation"}}
    who = Verwijzing(id=one.organisation_id, name=names.get(one.organisation_id, ""))
    return Derde.model_validate(plain | {"organisation": who})


@router.get("/overleggen/{id}/derden", summary="De incidentele derden bij een overleg", openapi_extra=SHOWS)
async def list_guests(meeting_id: Id, work: CaseReader) -> Derden:
    meeting = await meetings.meeting(work, meeting_id)
    await _content(work, meeting.case_id, "Dit overleg")
    answers.saw(work, "overleg", meeting.id, meeting.case_id)
    names = await people.organisation_names(work)
    return Derden(results=[_told(one, names) for one in await guests.guests_of(work, meeting.id)])


@router.post("/overleggen/{id}/derden", status_code=201, summary="Draag een incidentele derde voor")
async def propose_guest(meeting_id: Id, body: NieuweDerde, response: Response, work: CaseWork) -> Gemaakt:
    return made(response, (await casebook.propose(work, meeting_id, body)).id, "derden")


@router.post("/derden/{id}/geheimhoudingsverklaringen", status_code=204, summary="Leg vast dat de derde tekende")
async def note_declaration(guest_id: Id, body: Geheimhouding, work: CaseWork) -> None:
    await casebook.note_declaration(work, guest_id, body)


@router.post("/derden/{id}/uitnodigingen", status_code=204, summary="Leg vast dat u de derde uitnodigde")
async def invite_guest(guest_id: Id, work: CaseWork) -> None:
    await casebook.invite(work, guest_id)


@router.get("/derden/{id}/verstrekkingen", summary="Wat een derde kreeg", openapi_extra=SHOWS)
async def list_handed(
    guest_id: Id, asked: Annotated[Blad, Query()], request: Request, response: Response, work: CaseReader
) -> Verstrekkingen:
    found = await guests.guest(work, guest_id)
    facts = await _content(work, found.case_id, "Deze derde")
    answers.saw(work, "verstrekkingen", found.id, found.case_id)
    given = await guests.page_of_handed(work, found, facts, asked.page())
    return Verstrekkingen(
        results=[Verstrekking.model_validate(one, from_attributes=True) for one in given.rows],
        following=goes_on(request, response, given.following),
    )


@router.post("/derden/{id}/verstrekkingen", status_code=204, summary="Verstrek informatie aan een derde")
async def hand_items(guest_id: Id, body: NieuweVerstrekking, work: CaseWork) -> None:
    await casebook.hand(work, guest_id, body)


@router.post("/overleggen/{id}/aanwezigen", status_code=204, summary="Leg vast wie er nu is")
async def mark_present(meeting_id: Id, body: Aanwezigen, work: CaseWork) -> None:
    await casebook.mark_present(work, meeting_id, body)


@router.get("/overleggen/{id}/scherm", summary="Wat iedereen die er is mag zien", openapi_extra=SHOWS)
async def read_screen(
    meeting_id: Id, asked: Annotated[ZoekScherm, Query()], request: Request, response: Response, work: CaseReader
) -> Scherm:
    meeting = await meetings.meeting(work, meeting_id)
    facts = await _content(work, meeting.case_id, "Dit overleg")
    if not visibility.conducts(work.actor, facts.director_id):
        raise NotAllowed("Het gedeelde scherm toont wie het overleg leidt: de procesregisseur van deze casus.")
    room = await _room(work, meeting)
    answers.saw(work, "scherm", meeting.id, meeting.case_id)
    found = await guests.on_screen(work, meeting, facts, room, asked.page(), guests_part=asked.part is Deel.GUESTS)
    return Scherm(results=[_shown(one) for one in found.rows], following=goes_on(request, response, found.following))


async def _room(work: Work, meeting: Meeting) -> Room:
    room = await guests.room(work, meeting)
    if not room.organisations:
        raise NotPossible("Leg eerst vast wie er zijn; het scherm toont wat zij allemaal mogen zien.")
    return room


def _shown(one: Item) -> OpScherm:
    plain = {name: getattr(one.row, name) for name in OpScherm.model_fields.keys() - {"supplier"}}
    return OpScherm.model_validate(plain | {"supplier": Verwijzing(id=one.row.supplier_id, name=one.supplier)})
