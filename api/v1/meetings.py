"""Overleggen: planning one, who is asked to come, and what came out of it."""

from dataclasses import dataclass
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
from models.agenda import Presence, RepliedBy, said_by_all
from models.casebook import answers, invitees
from models.casebook import meetings as casebook
from models.commands.meetings import Convene, RecordMeeting
from models.lookups import cases, invitations, meetings, minutes, people, whereabouts
from models.lookups.invitations import Reaction
from models.tables.meetings import Meeting, MeetingInvitee
from models.transactions import Work
from models.words import SeriesKind

router = APIRouter(tags=["overleggen"], route_class=Once)

_MEETING = {
    "kind": "soort", "lasts": "minuten", "chair_id": "voorzitter", "secretary_id": "notulist",
    "case_id": "casus", "series_id": "reeks", "starts_at": "begintOp", "place": "plaats", "held_at": "gehoudenOp",
    "moved_at": "verzetOp", "cancelled_at": "afgelastOp", "invited": "genodigden",
}  # fmt: skip


class Antwoord(Outgoing):
    """Wat een genodigde zegt: komt, komt niet, misschien, of nog niets; en hoe die dat liet weten."""

    model_config = dutch(person="persoon", said="reactie", at="op", how="hoe")

    person: Verwijzing
    said: Presence | None
    at: datetime | None
    how: RepliedBy | None


class Genodigde(Outgoing):
    """Wie is uitgenodigd, wat die zegt en of die er was. Wie van een organisatie komt en wie er anders zou kunnen, ziet
    alleen het huis."""

    model_config = dutch(
        organisation="organisatie", said="reactie", people="personen", instead="vervangers", present="aanwezig"
    )

    organisation: Verwijzing
    said: Presence | None
    people: list[Antwoord]
    instead: list[Verwijzing]
    present: bool | None


class Overleg(Outgoing):
    """Een casusoverleg. De plaats van een casus met een geheim adres is er alleen voor wie dat adres mag kennen."""

    model_config = dutch("id", **_MEETING)

    id: UUID
    case_id: UUID
    kind: SeriesKind
    series_id: UUID | None
    starts_at: datetime
    lasts: int | None
    chair_id: UUID | None
    secretary_id: UUID | None
    place: str
    held_at: datetime | None
    moved_at: datetime | None
    cancelled_at: datetime | None
    invited: list[Genodigde]


class OverlegGeheel(Overleg):
    """Een casusoverleg; uitkomst en verslag zijn samengesteld uit de regels die u mag lezen."""

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
        starts_at="begintOp", place="plaats", organisations="organisaties", series_id="reeks", series_on="reeksDatum",
        kind="soort", chair_id="voorzitter", secretary_id="notulist",
    )  # fmt: skip

    series_on: Dag = None


class OverlegUitkomst(RecordMeeting):
    """Wie er was, wat de uitkomst is en wat is toegezegd."""

    model_config = dutch(held_at="gehoudenOp", present="aanwezigen", outcome="uitkomst", commitments="afspraken")

    commitments: tuple[NieuweAfspraak, ...] = ()


@dataclass(frozen=True, slots=True)
class _Guests:
    """Who is invited to some meetings, with names and what they say."""

    rows: list[MeetingInvitee]
    names: dict[UUID, str]
    reactions: list[Reaction]
    instead: dict[UUID, list[tuple[UUID, str]]]

    def of(self, work: Work, meeting: Meeting) -> list[Genodigde]:
        """Those of one meeting."""
        return [self._one(work, one) for one in self.rows if one.meeting_id == meeting.id]

    def _one(self, work: Work, invitee: MeetingInvitee) -> Genodigde:
        said = invitations.said_of(self.reactions, invitee)
        answered = [
            Antwoord(person=Verwijzing(id=one.person_id, name=one.name), said=one.said, at=one.at, how=one.how)
            for one in said if work.actor.is_staff
        ]  # fmt: skip
        summed = said_by_all([one.said for one in said])
        colleagues = self.instead.get(invitee.organisation_id, []) if summed is Presence.NOT else []
        return Genodigde(
            organisation=Verwijzing(id=invitee.organisation_id, name=self.names[invitee.organisation_id]), said=summed,
            people=answered, instead=[Verwijzing(id=id_, name=name) for id_, name in colleagues],
            present=invitee.present,
        )  # fmt: skip


async def _guests(work: Work, meeting_ids: list[UUID]) -> _Guests:
    found = await invitations.reactions(work, meeting_ids)
    instead = await invitations.instead(work, found) if work.actor.is_staff else {}
    return _Guests(await meetings.invitees(work, meeting_ids), await people.organisation_names(work), found, instead)


def _facts(meeting: Meeting, invited: list[Genodigde], places: dict[UUID, str]) -> dict[str, object]:
    apart = {"invited", "place"}
    plain: dict[str, object] = {name: getattr(meeting, name) for name in Overleg.model_fields.keys() - apart}
    return plain | {"invited": invited, "place": places.get(meeting.id, "")}


@router.get("/casussen/{id}/overleggen", summary="De overleggen van een casus", openapi_extra=SHOWS)
async def list_meetings(
    case_id: CaseId, asked: Annotated[Tijdvak, Query()], request: Request, response: Response, work: CaseReader
) -> Overleggen:
    await cases.seen_process(work, case_id)
    answers.saw(work, "overleggen", case_id, case_id)
    found = await meetings.page_of_meetings(work, case_id, asked.page(), asked.between())
    guests = await _guests(work, [one.id for one in found.rows])
    places = await whereabouts.places(work, [one.id for one in found.rows])
    return Overleggen(
        results=[Overleg.model_validate(_facts(one, guests.of(work, one), places)) for one in found.rows],
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
    guests, places = await _guests(work, [meeting.id]), await whereabouts.places(work, [meeting.id])
    known = _facts(meeting, guests.of(work, meeting), places)
    reads = visibility.reads_case(work.actor, facts)
    answers.saw(work, "overleg" if reads else "overleggen", meeting.id, meeting.case_id)
    lines = await minutes.all_of(work, meeting, facts) if reads else []
    texts = minutes.composed(lines, await people.organisation_names(work)) if lines else {}
    return OverlegGeheel.model_validate(known | {"outcome": texts.get("uitkomst"), "minutes": texts.get("verslag")})


class Uitnodigingen(Incoming):
    """Wie er ook wordt uitgenodigd."""

    model_config = dutch(organisations="organisaties")

    organisations: Annotated[list[UUID], Field(min_length=1, max_length=50)]


@router.post("/overleggen/{id}/genodigden", status_code=201, summary="Nodig betrokken organisaties alsnog uit")
async def invite(meeting_id: Id, body: Uitnodigingen, response: Response, work: CaseWork) -> Gemaakt:
    meeting = await casebook.invite(work, meeting_id, tuple(body.organisations))
    return made(response, meeting.id, "overleggen")


class Aanwezigheid(Incoming):
    """Of u komt; de procesregisseur noemt wie dat telefonisch liet weten."""

    model_config = dutch(said="reactie", person_id="persoon")

    said: Presence
    person_id: UUID | None = None


@router.post("/overleggen/{id}/reacties", status_code=204, summary="Laat weten of u komt, of wat een genodigde belde")
async def respond(meeting_id: Id, body: Aanwezigheid, work: CaseWork) -> None:
    await cases.seen_process(work, (await meetings.meeting(work, meeting_id)).case_id, "Dit overleg")
    mine = body.person_id in {None, work.actor.person_id}
    person_id = work.actor.person_id if mine else body.person_id
    assert person_id is not None  # noqa: S101 - who is signed in is somebody
    await invitees.respond(work, meeting_id, person_id, body.said, RepliedBy.POLS if mine else RepliedBy.PHONE)


@router.post("/overleggen/{id}/uitkomsten", status_code=201, summary="Leg de uitkomst van een overleg vast")
async def record_meeting(meeting_id: Id, body: OverlegUitkomst, response: Response, work: CaseWork) -> Gemaakt:
    meeting = await casebook.record(work, meeting_id, body)
    return made(response, meeting.id, "overleggen")
