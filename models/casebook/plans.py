"""The plan of a case: commitments, who accepted them, and the duties they bring."""

from datetime import date, datetime
from uuid import UUID

from models.casebook import duties
from models.casebook.duties import Wanted
from models.casebook.frame import Frame
from models.clocks import AMSTERDAM
from models.commands import MakeCommitment
from models.lookups import duties as duty_lookup
from models.lookups import meetings, people
from models.refusals import FieldError, InvalidFields
from models.tables.base import new_id
from models.tables.meetings import Commitment
from models.words import CommitmentState, DutyKind, OrganisationKind, Phase

DOMAINS = ("straf", "zorg", "bestuur", "civiel")


async def make(
    frame: Frame, wanted: tuple[MakeCommitment, ...], *, meeting_id: UUID | None, present: frozenset[UUID]
) -> list[Commitment]:
    """Write commitments down. Whoever is present pledges; who was absent is asked (design §3, PLAN)."""
    await _check(frame, wanted)
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
    errors += [
        FieldError(f"afspraken[{n}].organisatie", "is een deelnemer; derden en het huis doen geen toezegging")
        for n, one in enumerate(wanted)
        if known[one.organisation_id].kind not in {OrganisationKind.LID1, OrganisationKind.LID2}
    ]
    if errors:
        raise InvalidFields(errors)


async def bring_into_force(frame: Frame) -> None:
    """Open what the commitments of the plan ask: to carry out what was pledged, to accept what was proposed."""
    running = await meetings.commitments(
        frame.work, frame.case.id, {CommitmentState.PLEDGED, CommitmentState.PROPOSED}
    )
    there = {
        (duty.kind, duty.about_id)
        for duty in await duty_lookup.open_in_case(
            frame.work, frame.case.id, {DutyKind.COMMITMENT, DutyKind.ACCEPT_COMMITMENT}
        )
    }
    wanted = [_duty_of(frame, one) for one in running]
    duties.open_duties(frame, [one for one in wanted if (one.kind, one.about_id) not in there])


def _duty_of(frame: Frame, pledge: meetings.Pledge) -> Wanted:
    if pledge.state is CommitmentState.PROPOSED:
        return Wanted(DutyKind.ACCEPT_COMMITMENT, pledge.organisation_id, pledge.person_id, pledge.id)
    return Wanted(
        DutyKind.COMMITMENT, pledge.organisation_id, pledge.person_id, pledge.id,
        fixed_at=end_of_day(frame, pledge.due_on),
    )  # fmt: skip


def end_of_day(frame: Frame, day: date) -> datetime:
    """When the house closes on this day: the moment a date stands for."""
    return datetime.combine(day, frame.policy.closes, tzinfo=AMSTERDAM)


async def all_accepted(frame: Frame) -> bool:
    """Every commitment has an owner who said yes; without any commitment there is no plan yet."""
    states = (CommitmentState.PLEDGED, CommitmentState.PROPOSED, CommitmentState.DONE)
    found = await meetings.commitments(frame.work, frame.case.id, states)
    return bool(found) and all(one.state is not CommitmentState.PROPOSED for one in found)


async def adopt(frame: Frame) -> None:
    """The plan is in force: a new version, its commitments chased from now."""
    frame.case.plan_version += 1
    await bring_into_force(frame)
