"""The plan of a case: commitments, who accepted them, and the duties they bring."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import update

from models.casebook import duties
from models.casebook.duties import Wanted
from models.casebook.frame import Frame, must_direct, open_frame
from models.clocks import AMSTERDAM
from models.commands.meetings import MakeCommitment
from models.lookups import meetings, people
from models.refusals import FieldError, InvalidFields, NotInThisPhase
from models.tables.base import new_id
from models.tables.meetings import Commitment
from models.transactions import Work
from models.words import PARTICIPANTS, CommitmentState, DutyKind, Phase, Standing

DOMAINS = ("straf", "zorg", "bestuur", "civiel")
#: what a commitment brings: to carry out, to accept, or for the regisseur to replace
BROUGHT = frozenset({DutyKind.COMMITMENT, DutyKind.ACCEPT_COMMITMENT, DutyKind.REPLACE_COMMITMENT})
STANDING = frozenset({CommitmentState.PROPOSED, CommitmentState.PLEDGED, CommitmentState.REFUSED})  #: not ended


async def make(
    frame: Frame, wanted: tuple[MakeCommitment, ...], *, meeting_id: UUID | None, present: frozenset[UUID]
) -> list[Commitment]:
    """Write commitments down. Whoever is present pledges; who was absent is asked (design §3, PLAN)."""
    await _check(frame, wanted)
    await _replace(frame, [one.replaces_id for one in wanted if one.replaces_id is not None])
    made = [
        Commitment(
            id=new_id(), house_id=frame.case.house_id, case_id=frame.case.id, meeting_id=meeting_id,
            organisation_id=one.organisation_id, person_id=one.person_id, domain=one.domain, body=one.body,
            due_on=one.due_on, plan_version=frame.case.plan_version + 1, replaces_id=one.replaces_id,
            state=CommitmentState.PLEDGED if one.organisation_id in present else CommitmentState.PROPOSED,
            made_at=frame.work.now,
        )
        for one in wanted
    ]  # fmt: skip
    frame.work.session.add_all(made)
    await frame.work.session.flush()
    if frame.case.phase in {Phase.PLAN, Phase.MONITORING}:
        await bring_into_force(frame)
    return made


async def add_commitments(work: Work, case_id: UUID, wanted: tuple[MakeCommitment, ...]) -> list[Commitment]:
    """The regisseur adds to a plan in force; each owner is asked to accept. Raises NotFound, NotAllowed,
    NotInThisPhase or InvalidFields.
    """
    frame = await open_frame(work, case_id)
    must_direct(frame)
    if frame.case.phase not in {Phase.PLAN, Phase.MONITORING}:
        raise NotInThisPhase("Afspraken toevoegen kan bij het rondmaken van het plan en tijdens monitoring.")
    made = await make(frame, wanted, meeting_id=None, present=frozenset())
    frame.case.plan_version += 1
    frame.note("afspraken toegevoegd", aantal=len(made))
    return made


async def _check(frame: Frame, wanted: tuple[MakeCommitment, ...]) -> None:
    today = frame.work.now.astimezone(AMSTERDAM).date()
    errors = [
        FieldError(f"afspraken[{n}].domein", f"is een van: {', '.join(DOMAINS)}")
        for n, one in enumerate(wanted) if one.domain not in DOMAINS
    ]  # fmt: skip
    errors += [
        FieldError(f"afspraken[{n}].uiterlijk", "ligt in het verleden") for n, one in enumerate(wanted)
        if one.due_on < today
    ]  # fmt: skip
    known = await people.organisations(frame.work, (one.organisation_id for one in wanted))
    involved = {one.organisation_id for one in await frame.standing(Standing.INVOLVED)}
    errors += [
        FieldError(f"afspraken[{n}].organisatie", "is een betrokken deelnemer; anderen doen geen toezegging")
        for n, one in enumerate(wanted)
        if known[one.organisation_id].kind not in PARTICIPANTS or one.organisation_id not in involved
    ]
    errors += await _wrong_people(frame, wanted)
    if errors:
        raise InvalidFields(errors)


async def _replace(frame: Frame, replaced: Sequence[UUID]) -> None:
    there = {one.id for one in await meetings.commitments(frame.work, frame.case.id, STANDING)}
    if set(replaced) - there:
        raise InvalidFields([FieldError("afspraken.vervangt", "noem een lopende afspraak van deze casus")])
    await drop(frame, replaced)


async def drop(frame: Frame, commitment_ids: Sequence[UUID]) -> None:
    """These commitments no longer count; what was owed because of them is withdrawn."""
    if not commitment_ids:
        return
    await frame.work.session.execute(
        update(Commitment).where(Commitment.id.in_(commitment_ids))
        .values(state=CommitmentState.DROPPED, ended_at=frame.work.now).execution_options(synchronize_session=False)
    )  # fmt: skip
    await end_brought(frame, commitment_ids, ended_as="vervallen")


async def end_brought(frame: Frame, commitment_ids: Sequence[UUID], *, ended_as: str) -> None:
    """Withdraw what is owed because of these commitments."""
    owed = await frame.still_open(BROUGHT)
    await duties.end_duties(frame, [one for one in owed if one.about_id in commitment_ids], ended_as=ended_as)


async def _wrong_people(frame: Frame, wanted: tuple[MakeCommitment, ...]) -> list[FieldError]:
    """A commitment is carried out by somebody of the organisation that makes it."""
    wrong = []
    for n, one in enumerate(wanted):
        if one.person_id is None:
            continue
        if (await people.person(frame.work, one.person_id)).organisation_id != one.organisation_id:
            wrong.append(FieldError(f"afspraken[{n}].persoon", "werkt bij de organisatie die de afspraak doet"))
    return wrong


async def bring_into_force(frame: Frame) -> None:
    """Open what the plan asks: carry out what was pledged, accept what was proposed, replace what was refused."""
    running = await meetings.commitments(frame.work, frame.case.id, STANDING)
    open_ = await frame.still_open(BROUGHT)
    there = {(duty.kind, duty.about_id) for duty in open_}
    wanted = [_duty_of(frame, one) for one in running]
    duties.open_duties(frame, [one for one in wanted if (one.kind, one.about_id) not in there])


def _duty_of(frame: Frame, pledge: meetings.Pledge) -> Wanted:
    if pledge.state is CommitmentState.PROPOSED:
        return Wanted(DutyKind.ACCEPT_COMMITMENT, pledge.organisation_id, pledge.person_id, pledge.id)
    if pledge.state is CommitmentState.REFUSED:
        return Wanted(DutyKind.REPLACE_COMMITMENT, about_id=pledge.id)
    return Wanted(
        DutyKind.COMMITMENT, pledge.organisation_id, pledge.person_id, pledge.id,
        fixed_at=end_of_day(frame, pledge.due_on),
    )  # fmt: skip


def end_of_day(frame: Frame, day: date) -> datetime:
    """When the house closes on this day: the moment a date stands for."""
    return datetime.combine(day, frame.policy.closes, tzinfo=AMSTERDAM)


async def all_accepted(frame: Frame) -> bool:
    """Every commitment has an owner who said yes; without any commitment there is no plan yet."""
    found = await meetings.commitments(frame.work, frame.case.id, {*STANDING, CommitmentState.DONE})
    waiting = {CommitmentState.PROPOSED, CommitmentState.REFUSED}
    return bool(found) and all(one.state not in waiting for one in found)


async def adopt(frame: Frame) -> None:
    """The plan is in force: a new version, its commitments chased from now."""
    frame.case.plan_version += 1
    await bring_into_force(frame)
