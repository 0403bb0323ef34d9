"""Meetings above cases: a day is made, its agenda filled by who plans, and its seats and presence are named."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from models import series
from models import sitting as rules
from models.casebook import together
from models.casebook.frame import Frame, audit
from models.casebook.together import Clocks
from models.commands.sittings import AtTheTable, MakeSitting, NameSeats, PutCase, PutCases
from models.lookups import cases, meetings, people
from models.lookups import sittings as lookup
from models.policy import Policy
from models.refusals import FieldError, InvalidFields, NotAllowed, NotPossible
from models.sitting import Candidate
from models.tables.base import new_id
from models.tables.items import MeetingPlace
from models.tables.meetings import Meeting, MeetingInvitee, MeetingSeries
from models.tables.sittings import Sitting, SittingSlot
from models.transactions import Work
from models.words import OrganisationKind, Phase, SeriesKind, Standing, WorkKind

MEETS_IN = frozenset({Phase.REGIE, Phase.FOCUSOVERLEG, Phase.MONITORING})


def must_plan(work: Work) -> UUID:
    """Who plans for the house, and for which. Raises NotAllowed."""
    if not lookup.plans(work) or work.actor.house_id is None:
        raise NotAllowed("Overlegdagen plant een procesregisseur, een triagist of de manager.")
    return work.actor.house_id


def _person(work: Work) -> UUID:
    if work.actor.person_id is None:
        raise NotAllowed("Dit doet een persoon.")
    return work.actor.person_id


async def make(work: Work, command: MakeSitting) -> Sitting:
    """Make a day on which cases can be put. Raises NotAllowed, NotFound, InvalidFields or NotPossible."""
    house_id = must_plan(work)
    _, policy = await cases.house_policy(work, house_id)
    of = await meetings.one_series(work, command.series_id) if command.series_id else None
    starts_at = _moment(command, of, policy)
    if starts_at <= work.now:
        raise InvalidFields([FieldError("begintOp", "ligt in de toekomst")])
    kind = of.kind if of else command.kind
    if kind is None:
        raise InvalidFields([FieldError("soort", "noem de soort overleg, of een reeks")])
    await must_sit(work, voorzitter=command.chair_id, notulist=command.secretary_id)
    if of is not None and await lookup.is_made(work, of.id, starts_at):
        raise NotPossible("Voor deze dag van de reeks is er al een overlegdag.")
    made = Sitting(
        id=new_id(), house_id=house_id, kind=kind, series_id=of.id if of else None, starts_at=starts_at,
        place=command.place or (of.place if of else ""), chair_id=command.chair_id or (of.chair_id if of else None),
        secretary_id=command.secretary_id, made_at=work.now, made_by=_person(work), present=[],
    )  # fmt: skip
    work.session.add(made)
    audit(work, "overlegdag gemaakt", "overlegdag", made.id, house_id=house_id)
    return made


def _moment(command: MakeSitting, of: MeetingSeries | None, policy: Policy) -> datetime:
    if of is None:
        if command.starts_at is None or command.series_on is not None:
            raise InvalidFields([FieldError("begintOp", "noem een tijdstip, of een reeks en een dag daarvan")])
        return command.starts_at
    if command.series_on is None or command.starts_at is not None or command.kind not in {None, of.kind}:
        raise InvalidFields([FieldError("reeksDatum", "noem bij een reeks de dag, en geen ander tijdstip of soort")])
    rhythm = meetings.rhythm(of)
    if not series.is_on(rhythm, policy.calendar(), command.series_on):
        raise InvalidFields([FieldError("reeksDatum", "op die dag is er geen overleg van deze reeks")])
    return series.begins(rhythm, command.series_on)


async def must_sit(work: Work, **seats: UUID | None) -> None:
    """In the chair and at the pen sits somebody of the house (domain rules 3). Raises NotFound or InvalidFields."""
    house = await people.itself(work)
    errors = [
        FieldError(field, "is iemand van het huis") for field, person_id in seats.items()
        if person_id is not None and (await people.person(work, person_id)).organisation_id != house
    ]  # fmt: skip
    if errors:
        raise InvalidFields(errors)


async def seat(work: Work, sitting_id: UUID, command: NameSeats) -> Sitting:
    """Name the chair and the secretary, also of the meetings that are still to come.

    Raises NotAllowed, NotFound, InvalidFields or NotPossible.
    """
    found = await open_sitting(work, sitting_id)
    await must_sit(work, voorzitter=command.chair_id, notulist=command.secretary_id)
    found.chair_id, found.secretary_id = command.chair_id, command.secretary_id
    ahead = [one for one in await lookup.turns(work, sitting_id) if one.is_ahead and one.slot.meeting_id]
    frames = await together.open_frames(work, [one.slot.case_id for one in ahead])
    there = await lookup.meetings_of(work, [one.slot.meeting_id for one in ahead if one.slot.meeting_id])
    for meeting in there.values():
        meeting.chair_id = command.chair_id or frames[meeting.case_id].case.director_id
        meeting.secretary_id = command.secretary_id
    audit(work, "voorzitter en notulist genoemd", "overlegdag", found.id, house_id=found.house_id)
    return found


async def open_sitting(work: Work, sitting_id: UUID) -> Sitting:
    """A sitting that still goes on, locked. Raises NotAllowed, NotFound or NotPossible."""
    must_plan(work)
    found = await lookup.sitting(work, sitting_id, lock=True)
    if found.cancelled_at or found.adjourned_to:
        raise NotPossible("Deze overlegdag is afgelast of verdaagd.")
    return found


async def put(work: Work, sitting_id: UUID, command: PutCases) -> list[SittingSlot]:
    """Put cases on the agenda, as proposed or by hand; each gets its turn, its own meeting and its own invitations.

    Raises NotAllowed, NotFound, InvalidFields or NotPossible; then none of them is on it.
    """
    found = await open_sitting(work, sitting_id)
    wanted = {one.case_id: one for one in command.cases}
    if len(wanted) != len(command.cases):
        raise InvalidFields([FieldError("casussen", "noem iedere casus één keer")])
    frames = await together.open_frames(work, wanted)
    await _check_agenda(work, found, frames, wanted)
    before = await lookup.turns(work, found.id)
    starts = _turns(found, frames, wanted, [(one.slot.starts_at, one.slot.minutes) for one in before])
    if any(at <= work.now for at, _ in starts.values()):
        raise InvalidFields([FieldError("begintOp", "ligt in de toekomst")])
    made = []
    clocks_ = Clocks(work)
    for case_id, one in wanted.items():
        frame, (at, minutes) = frames[case_id], starts[case_id]
        meeting = None if found.kind is SeriesKind.TRIAGE else _meeting(frame, found, at, minutes)
        if meeting is not None:
            _ask(frame, meeting, invited(frame, one), found.place)
            await together.point_at(clocks_, frame, meeting)
        made.append(_slot(frame, found, meeting, at, minutes))
        frame.note("op agenda gezet", "overlegdag", found.id, overleg=meeting.id if meeting else None,
                   soort=found.kind, begin=at.isoformat(), reden=one.reason or None)  # fmt: skip
    await clocks_.set()
    return made


async def _check_agenda(
    work: Work, found: Sitting, frames: Mapping[UUID, Frame], wanted: Mapping[UUID, PutCase]
) -> None:
    """Each case may be on this agenda, is on none yet, and who comes is involved in it."""
    triage = found.kind is SeriesKind.TRIAGE
    fits = frozenset({Phase.SCREENING}) if triage else MEETS_IN
    listed = await lookup.on_agenda(work, list(wanted), found.kind)
    errors = []
    for case_id, one in wanted.items():
        frame = frames[case_id]
        number = frame.case.number
        if frame.case.phase not in fits:
            where = "in screening" if triage else "in regie, casusoverleg of monitoring"
            errors.append(FieldError("casussen", f"{number} is niet {where}"))
        elif case_id in listed:
            errors.append(FieldError("casussen", f"{number} staat al op een agenda; haal die er eerst af"))
        elif not triage:
            errors += _wrong_guests(frame, one)
    if errors:
        raise InvalidFields(errors)


def _wrong_guests(frame: Frame, one: PutCase) -> list[FieldError]:
    """Only who is involved is invited; a third party comes by its own way (R15). Another choice needs a reason."""
    named = [each.organisation_id for each in proposed(frame)]
    number = frame.case.number
    if not named:
        return [FieldError("casussen", f"kies eerst de betrokken deelnemers van {number}")]
    if set(one.organisations) - set(named):
        return [FieldError("organisaties", f"alleen wie betrokken is bij {number} wordt uitgenodigd")]
    usual = {each.organisation_id for each in proposed(frame) if each.comes}
    if one.organisations and set(one.organisations) != usual and not one.reason.strip():
        return [FieldError("reden", f"waarom komen bij {number} anderen dan uit de casus volgt?")]
    return []


def proposed(frame: Frame) -> list[Candidate]:
    """Who should come, from what is known of the case. Everything it needs was read when the case was opened."""
    involved = [one.organisation_id for one in frame.standings_of(Standing.INVOLVED)]
    return rules.candidates(
        involved, reporter=frame.case.reporter_organisation_id, municipality=frame.case.municipality,
        local=frame.policy.local_parties,
    )  # fmt: skip


def invited(frame: Frame, one: PutCase) -> list[UUID]:
    """Who is asked to come: who was named, else who follows from the case; everybody when that is nobody."""
    if one.organisations:
        return list(dict.fromkeys(one.organisations))
    found = proposed(frame)
    return [each.organisation_id for each in found if each.comes] or [each.organisation_id for each in found]


def _turns(
    found: Sitting, frames: Mapping[UUID, Frame], wanted: Mapping[UUID, PutCase], taken: Sequence[tuple[datetime, int]]
) -> dict[UUID, tuple[datetime, int]]:
    lasts = {id_: one.minutes or frames[id_].policy.minutes(found.kind) for id_, one in wanted.items()}
    behind = [id_ for id_, one in wanted.items() if one.starts_at is None]
    fixed = [(one.starts_at, lasts[id_]) for id_, one in wanted.items() if one.starts_at is not None]
    following = rules.turns(found.starts_at, [lasts[one] for one in behind], [*taken, *fixed])
    usual = dict(zip(behind, following, strict=True))
    return {id_: (one.starts_at or usual[id_], lasts[id_]) for id_, one in wanted.items()}


def _meeting(frame: Frame, found: Sitting, at: datetime, minutes: int) -> Meeting:
    case, work = frame.case, frame.work
    public = frame.policy.public_meeting_place.strip().casefold()
    meeting = Meeting(
        id=new_id(), house_id=case.house_id, case_id=case.id, visit_id=frame.visit_id, starts_at=at, kind=found.kind,
        lasts=minutes, chair_id=found.chair_id or case.director_id, secretary_id=found.secretary_id,
        at_house=bool(public) and found.place.strip().casefold() == public, convened_by=_person(work),
        convened_at=work.now,
    )  # fmt: skip
    work.session.add(meeting)
    return meeting


def _ask(frame: Frame, meeting: Meeting, organisations: Sequence[UUID], place: str) -> None:
    case, work = frame.case, frame.work
    hangs = {"meeting_id": meeting.id, "house_id": case.house_id, "case_id": case.id}
    work.write(MeetingInvitee, [hangs | {"organisation_id": one} for one in organisations])
    if place:
        work.write(MeetingPlace, [hangs | {"place": place}])
    frame.owe(WorkKind.INVITE, meeting.id)


def _slot(frame: Frame, found: Sitting, meeting: Meeting | None, at: datetime, minutes: int) -> SittingSlot:
    made = SittingSlot(
        id=new_id(), house_id=found.house_id, sitting_id=found.id, case_id=frame.case.id,
        meeting_id=meeting.id if meeting else None, kind=found.kind, number=frame.case.number, starts_at=at,
        minutes=minutes, lacks="", put_at=frame.work.now, put_by=_person(frame.work),
    )  # fmt: skip
    frame.work.session.add(made)
    return made


async def must_have_quorum(frame: Frame, meeting: Meeting, present: Collection[UUID]) -> None:
    """A meeting of this kind cannot be held without these. Raises NotPossible, which says who is missing."""
    quorum = frame.policy.quorum.get(meeting.kind)
    if quorum is None:
        return
    there = await people.organisations(frame.work, present)
    kinds = {one.id: one.kind for one in there.values()}
    lacks = rules.lacking(quorum, kinds, await people.organisation_names(frame.work))
    if lacks:
        msg = f"Er is geen quorum: er ontbreekt {lacks}. Verdaag het overleg, of leg vast wie er ook waren."
        raise NotPossible(msg)


async def at_the_table(work: Work, sitting_id: UUID, command: AtTheTable) -> Sitting:
    """Note who is at the triage table. Without a quorum its cases are not decided there until it is complete, or they
    are adjourned. Raises NotAllowed, NotFound, InvalidFields or NotPossible.
    """
    found = await open_sitting(work, sitting_id)
    if found.kind is not SeriesKind.TRIAGE:
        raise NotPossible("Bij een casusoverleg legt de procesregisseur per casus vast wie er zijn.")
    there = await people.organisations(work, command.organisations)
    allowed = {OrganisationKind.LID1, OrganisationKind.LID2}
    if any(one.kind not in allowed for one in there.values()):
        raise InvalidFields([FieldError("organisaties", "aan de triagetafel zitten deelnemers")])
    _, policy = await cases.house_policy(work, found.house_id)
    names = await people.organisation_names(work)
    kinds = {one.id: one.kind for one in there.values()}
    lacks = rules.lacking(policy.quorum.get(found.kind), kinds, names)
    found.present, found.present_at = sorted(there), work.now
    for one in await lookup.turns(work, found.id):
        one.slot.lacks = lacks
    audit(work, "aanwezigheid vastgelegd", "overlegdag", found.id, house_id=found.house_id)
    return found
