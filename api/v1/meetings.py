"""Overleggen: planning one, who is asked to come, and what came out of it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.once import Once
from api.paging import PAGE, Tijdvak, goes_on
from api.signin import CaseReader, CaseWork
from api.v1.commitments import NieuweAfspraak
from api.wire import SHOWS, CaseId, Dag, Gemaakt, Id, Incoming, Outgoing, Verwijzing, dutch, made
from models import visibility
from models.casebook import answers
from models.casebook import meetings as casebook
from models.commands import Convene, RecordMeeting
from models.lookups import cases, meetings, people, whereabouts
from models.tables.meetings import Meeting, MeetingInvitee

router = APIRouter(tags=["overleggen"], route_class=Once)

_MEETING = {
    "case_id": "casus", "series_id": "reeks", "starts_at": "begintOp", "place": "plaats", "held_at": "gehoudenOp",
    "moved_at": "verzetOp", "cancelled_at": "afgelastOp", "invited": "genodigden",
}  # fmt: skip


class Genodigde(Outgoing):
    """Wie is uitgenodigd, en of die er was."""

    model_config = dutch(organisation="organisatie", present="aanwezig")

    organisation: Verwijzing
    present: bool | None


class Overleg(Outgoing):
    """Een casusoverleg. De plaats van een casus met een geheim adres is er alleen voor wie dat adres mag kennen."""

    model_config = dutch("id", **_MEETING)

    id: UUID
    case_id: UUID
    series_id: UUID | None
    starts_at: datetime
    place: str
    held_at: datetime | None
    moved_at: datetime | None
    cancelled_at: datetime | None
    invited: list[Genodigde]


class OverlegGeheel(Overleg):
    """Een casusoverleg; uitkomst en verslag zijn er voor wie de inhoud mag lezen."""

    model_config = dutch("id", outcome="uitkomst", minutes="verslag", **_MEETING)

    outcome: str | None = None
    minutes: str | None = None


class Overleggen(Outgoing):
    """Een bladzijde met overleggen van een casus, het laatste eerst."""

    model_config = dutch(**PAGE)

    results: list[Overleg]
    following: str | None


class NieuwOverleg(Convene):
    """Wanneer het overleg is (een tijdstip, of een dag van een reeks) en wie komt; anders komt wie betrokken is."""

    model_config = dutch(
        starts_at="begintOp", place="plaats", organisations="organisaties", series_id="reeks", series_on="reeksDatum"
    )

    series_on: Dag = None


class OverlegUitkomst(RecordMeeting):
    """Wie er was, wat de uitkomst is en wat is toegezegd."""

    model_config = dutch(held_at="gehoudenOp", present="aanwezigen", outcome="uitkomst", commitments="afspraken")

    commitments: tuple[NieuweAfspraak, ...] = ()


def _facts(
    meeting: Meeting, invitees: list[MeetingInvitee], names: dict[UUID, str], places: dict[UUID, str]
) -> dict[str, object]:  # fmt: skip
    apart = {"invited", "place"}
    plain: dict[str, object] = {name: getattr(meeting, name) for name in Overleg.model_fields.keys() - apart}
    invited = [
        Genodigde(organisation=Verwijzing(id=one.organisation_id, name=names[one.organisation_id]), present=one.present)
        for one in invitees if one.meeting_id == meeting.id
    ]  # fmt: skip
    return plain | {"invited": invited, "place": places.get(meeting.id, "")}


@router.get("/casussen/{id}/overleggen", summary="De overleggen van een casus", openapi_extra=SHOWS)
async def list_meetings(
    case_id: CaseId, asked: Annotated[Tijdvak, Query()], request: Request, response: Response, work: CaseReader
) -> Overleggen:
    await cases.seen_process(work, case_id)
    answers.saw(work, "overleggen", case_id, case_id)
    found = await meetings.page_of_meetings(work, case_id, asked.page(), asked.between())
    invitees = await meetings.invitees(work, [one.id for one in found.rows])
    names = await people.organisation_names(work)
    places = await whereabouts.places(work, [one.id for one in found.rows])
    return Overleggen(
        results=[Overleg.model_validate(_facts(one, invitees, names, places)) for one in found.rows],
        following=goes_on(request, response, found.following),
    )


@router.post("/casussen/{id}/overleggen", status_code=201, summary="Plan een overleg")
async def convene(case_id: CaseId, body: NieuwOverleg, response: Response, work: CaseWork) -> Gemaakt:
    meeting = await casebook.convene(work, case_id, body)
    return made(response, meeting.id, "overleggen")


@router.get("/overleggen/{id}", summary="Een overleg met zijn uitkomst", openapi_extra=SHOWS)
async def read_meeting(meeting_id: Id, work: CaseReader) -> OverlegGeheel:
    meeting = await meetings.meeting(work, meeting_id)
    _case, facts = await cases.seen_process(work, meeting.case_id, "Dit overleg")
    invitees, places = await meetings.invitees(work, [meeting.id]), await whereabouts.places(work, [meeting.id])
    known = _facts(meeting, invitees, await people.organisation_names(work), places)
    reads = visibility.reads_case(work.actor, facts)
    answers.saw(work, "overleg" if reads else "overleggen", meeting.id, meeting.case_id)
    texts = await meetings.texts(work, meeting.id) if reads else {}
    return OverlegGeheel.model_validate(known | {"outcome": texts.get("uitkomst"), "minutes": texts.get("verslag")})


class Uitnodigingen(Incoming):
    """Wie er ook wordt uitgenodigd."""

    model_config = dutch(organisations="organisaties")

    organisations: Annotated[list[UUID], Field(min_length=1, max_length=50)]


@router.post("/overleggen/{id}/genodigden", status_code=201, summary="Nodig betrokken organisaties alsnog uit")
async def invite(meeting_id: Id, body: Uitnodigingen, response: Response, work: CaseWork) -> Gemaakt:
    meeting = await casebook.invite(work, meeting_id, tuple(body.organisations))
    return made(response, meeting.id, "overleggen")


@router.post("/overleggen/{id}/uitkomsten", status_code=201, summary="Leg de uitkomst van een overleg vast")
async def record_meeting(meeting_id: Id, body: OverlegUitkomst, response: Response, work: CaseWork) -> Gemaakt:
    meeting = await casebook.record(work, meeting_id, body)
    return made(response, meeting.id, "overleggen")
