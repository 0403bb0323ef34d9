"""A whole sitting at once to another moment, to another day, or off; the clocks of all its cases follow.

Everything is read and written in a fixed number of statements, however many cases there are. A meeting that moves is a
new row, and invitations follow it (decision 0022).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, cast, column, func, insert, literal, update

from models.casebook import together
from models.casebook.frame import audit
from models.casebook.sittings import open_sitting
from models.casebook.together import Clocks, Frames
from models.clocks import AMSTERDAM, Unit
from models.commands.sittings import CallOff, MoveSitting
from models.lookups import meetings
from models.lookups import sittings as lookup
from models.lookups.sittings import Turn
from models.refusals import FieldError, InvalidFields, NotFound, NotPossible
from models.tables.agenda import Invitation
from models.tables.base import new_id
from models.tables.items import MeetingPlace
from models.tables.meetings import Meeting, MeetingInvitee
from models.tables.sittings import Sitting
from models.transactions import Work
from models.words import DutyKind, Standing, WorkKind

_COPIED = ("house_id", "case_id", "visit_id", "kind", "lasts", "chair_id", "secretary_id", "at_house")
_BEGUN = "Een deel van deze overlegdag is al behandeld; verdaag de rest naar een andere dag."


async def move(work: Work, sitting_id: UUID, command: MoveSitting) -> Sitting:
    """Another moment for a sitting of which nothing was treated yet, or for one of its cases on the same day.

    Raises NotAllowed, NotFound, InvalidFields or NotPossible; then nothing moved.
    """
    found = await open_sitting(work, sitting_id)
    _must_lie_ahead(work, command.starts_at)
    turns = await lookup.turns(work, sitting_id)
    if command.case_id is not None:
        one = _turn_of(turns, command.case_id)
        if command.starts_at.astimezone(AMSTERDAM).date() != found.starts_at.astimezone(AMSTERDAM).date():
            raise InvalidFields([FieldError("begintOp", "is op dezelfde dag; haal de casus anders van de agenda")])
        await _shift(work, [one], command.starts_at - one.slot.starts_at, found, command.reason)
        return found
    if not all(one.is_ahead for one in turns):
        raise NotPossible(_BEGUN)
    await _shift(work, turns, command.starts_at - found.starts_at, found, command.reason)
    found.starts_at = command.starts_at
    audit(work, "overlegdag verzet", "overlegdag", found.id, house_id=found.house_id)
    return found


async def adjourn(work: Work, sitting_id: UUID, command: MoveSitting) -> Sitting:
    """What was not treated goes to another day, which is made; the first of them begins it.

    Raises NotAllowed, NotFound, InvalidFields or NotPossible; then nothing moved.
    """
    found = await open_sitting(work, sitting_id)
    _must_lie_ahead(work, command.starts_at)
    if command.case_id is not None:
        raise InvalidFields([FieldError("casus", "verdagen is voor alles wat nog niet is behandeld")])
    left = [one for one in await lookup.turns(work, sitting_id) if one.is_ahead]
    if not left:
        raise NotPossible("Er staat niets meer op de agenda dat niet is behandeld.")
    other = Sitting(
        id=new_id(), house_id=found.house_id, kind=found.kind, series_id=None, starts_at=command.starts_at,
        place=found.place, chair_id=found.chair_id, secretary_id=found.secretary_id, made_at=work.now,
        made_by=work.actor.person_id, present=[],
    )  # fmt: skip
    work.session.add(other)
    await work.session.flush()
    await _shift(work, left, command.starts_at - min(one.slot.starts_at for one in left), other, command.reason)
    found.adjourned_to = other.id
    audit(work, "overlegdag verdaagd", "overlegdag", found.id, house_id=found.house_id)
    return other


async def call_off(work: Work, sitting_id: UUID, command: CallOff) -> Sitting:
    """The sitting is off, and with it the meetings of all its cases. Raises NotAllowed, NotFound or NotPossible."""
    found = await open_sitting(work, sitting_id)
    turns = await lookup.turns(work, sitting_id)
    if not all(one.is_ahead for one in turns):
        raise NotPossible(_BEGUN)
    await _off(work, turns, command.reason)
    found.cancelled_at = work.now
    audit(work, "overlegdag afgelast", "overlegdag", found.id, house_id=found.house_id)
    return found


async def take_off(work: Work, sitting_id: UUID, case_id: UUID, command: CallOff) -> None:
    """One case is not discussed on this day; the turns of all others stay as they are, so that they tell nobody of it.

    Raises NotAllowed, NotFound or NotPossible.
    """
    await open_sitting(work, sitting_id)
    await _off(work, [_turn_of(await lookup.turns(work, sitting_id), case_id)], command.reason)


def _must_lie_ahead(work: Work, starts_at: datetime) -> None:
    if starts_at <= work.now:
        raise InvalidFields([FieldError("begintOp", "ligt in de toekomst")])


def _turn_of(turns: Sequence[Turn], case_id: UUID) -> Turn:
    found = next((one for one in turns if one.slot.case_id == case_id), None)
    if found is None:
        raise NotFound("Deze casus op de agenda")
    if not found.is_ahead:
        raise NotPossible("Deze casus is al behandeld.")
    return found


async def _open(work: Work, turns: Sequence[Turn]) -> tuple[Frames, dict[UUID, Meeting]]:
    """Lock the cases; what was held, moved or called off meanwhile is no longer ahead. Raises NotPossible."""
    frames = await together.open_frames(work, [one.slot.case_id for one in turns])
    there = await lookup.meetings_of(work, [one.slot.meeting_id for one in turns if one.slot.meeting_id])
    if any(one.held_at or one.moved_at or one.cancelled_at for one in there.values()):
        raise NotPossible("Een overleg van deze dag is al gehouden, verzet of afgelast; kijk opnieuw.")
    return frames, there


async def _shift(work: Work, turns: Sequence[Turn], by: timedelta, to: Sitting, reason: str) -> None:
    """These turns so much later or earlier, on that sitting; the gaps between them stay."""
    if turns and not by and all(one.slot.sitting_id == to.id for one in turns):
        raise InvalidFields([FieldError("begintOp", "is een ander tijdstip dan nu")])
    frames, there = await _open(work, turns)
    clocks_ = Clocks(work)
    became: dict[UUID, Meeting] = {}
    for one in turns:
        slot, frame = one.slot, frames[one.slot.case_id]
        was, slot.starts_at = slot.starts_at, slot.starts_at + by
        if slot.starts_at <= work.now:
            raise InvalidFields([FieldError("begintOp", "ligt in de toekomst, ook voor de eerste casus")])
        slot.sitting_id, slot.lacks = to.id, ""
        if slot.meeting_id is None:
            await _next_triage(clocks_, one, frames, was)
        else:
            made = became[slot.meeting_id] = _again(work, there[slot.meeting_id], slot.starts_at)
            frame.owe(WorkKind.CANCEL, slot.meeting_id)
            frame.owe(WorkKind.INVITE, made.id)
            slot.meeting_id = made.id
            await together.point_at(clocks_, frame, made)
        frame.note("overleg verzet", "overlegdag", to.id, was=was.isoformat(), begin=slot.starts_at.isoformat(),
                   reden=reason)  # fmt: skip
    await clocks_.set()
    await _bring_along(work, frames, became, to.place)


def _again(work: Work, before: Meeting, starts_at: datetime) -> Meeting:
    before.moved_at = work.now
    made = Meeting(
        id=new_id(), starts_at=starts_at, convened_by=work.actor.person_id, convened_at=work.now,
        **{name: getattr(before, name) for name in _COPIED},
    )  # fmt: skip
    work.session.add(made)
    return made


async def _next_triage(clocks_: Clocks, one: Turn, frames: Frames, was: datetime) -> None:
    """Where the triage of that day was the term, the term moves with it; a term in days stays what it is."""
    frame = frames[one.slot.case_id]
    day = was.astimezone(AMSTERDAM).date()
    for duty in await frame.still_open({DutyKind.ADMISSION}):
        if duty.unit is Unit.FIXED and duty.fixed_at and duty.fixed_at.astimezone(AMSTERDAM).date() == day:
            clocks_.move(frame, duty, one.slot.starts_at, "datum van de triage")


async def _bring_along(work: Work, frames: Frames, became: dict[UUID, Meeting], place: str) -> None:
    """Who was asked to come and is still involved comes to the new meeting, and says anew whether they do."""
    if not became:
        return
    involved = {
        (id_, one.organisation_id) for id_, frame in frames.items() for one in await frame.standing(Standing.INVOLVED)
    }
    asked = [one for one in await meetings.invitees(work, became) if (one.case_id, one.organisation_id) in involved]
    await work.session.flush()
    for table, rows in (
        (MeetingInvitee, [{"organisation_id": one.organisation_id} | _hangs(became[one.meeting_id]) for one in asked]),
        (MeetingPlace, [{"place": place} | _hangs(one) for one in became.values() if place]),
    ):  # fmt: skip
        if rows:  # now, and not with the next flush: invitations look for who comes again
            await work.session.execute(insert(table), rows)
    ids = ARRAY(Uuid())
    moved = func.unnest(
        cast(literal(list(became), ids), ids), cast(literal([one.id for one in became.values()], ids), ids)
    ).table_valued(column("was", Uuid()), column("becomes", Uuid())).render_derived(name="moved")  # fmt: skip
    again = MeetingInvitee.__table__
    await work.session.execute(
        update(Invitation)
        .where(Invitation.meeting_id == moved.c.was, Invitation.withdrawn_at.is_(None))
        .where(again.c.meeting_id == moved.c.becomes, again.c.organisation_id == Invitation.organisation_id)
        .values(meeting_id=moved.c.becomes, reaction=None, reacted_at=None, reacted_by=None)
        .execution_options(synchronize_session=False)
    )  # fmt: skip


def _hangs(meeting: Meeting) -> dict[str, object]:
    return {"meeting_id": meeting.id, "house_id": meeting.house_id, "case_id": meeting.case_id}


async def _off(work: Work, turns: Sequence[Turn], reason: str) -> None:
    """These cases are on this agenda no longer; a meeting is called off, and who was invited hears so."""
    frames, there = await _open(work, turns)
    clocks_ = Clocks(work)
    for one in turns:
        slot, frame = one.slot, frames[one.slot.case_id]
        slot.withdrawn_at = work.now
        if slot.meeting_id is not None:
            there[slot.meeting_id].cancelled_at = work.now
            frame.owe(WorkKind.CANCEL, slot.meeting_id)
            await together.point_nowhere(clocks_, frame)
        frame.note("van agenda gehaald", "overlegdag", slot.sitting_id, reden=reason)
    await clocks_.set()
