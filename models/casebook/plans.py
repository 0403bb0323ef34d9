"""The plan of a case: commitments, who accepted them, what waits for what, and the duties they bring."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import update

from models import plan as rules
from models.casebook import conflicts, duties, pledges, whereabouts
from models.casebook.duties import Wanted
from models.casebook.frame import Frame, must_direct, open_frame
from models.clocks import AMSTERDAM
from models.commands.meetings import MakeCommitment, SettleCondition
from models.lookups import meetings
from models.lookups import plan as lookup
from models.refusals import FieldError, InvalidFields, NotAllowed, NotInThisPhase, NotPossible
from models.tables.base import new_id
from models.tables.meetings import Commitment
from models.tables.plans import CommitmentNeed, Planned, PlanVersion
from models.transactions import Work
from models.words import CommitmentState, DutyKind, Phase

#: what a commitment brings: to carry out, to accept, or for the regisseur to replace
BROUGHT = frozenset({DutyKind.COMMITMENT, DutyKind.ACCEPT_COMMITMENT, DutyKind.REPLACE_COMMITMENT})
#: not ended
STANDING = frozenset({
    CommitmentState.PROPOSED, CommitmentState.PLEDGED, CommitmentState.IN_PROGRESS, CommitmentState.REFUSED,
})  # fmt: skip
#: the plan is in force: what is changed in it is a new version at once
IN_FORCE = frozenset({Phase.PLAN, Phase.MONITORING})
_CHOSEN = (
    "organisation_id", "person_id", "body", "due_on", "replaces_id", "goal_id", "intervention", "subject_id",
    "statutory_task", "starts_on", "condition", "informed",
)  # fmt: skip


async def make(
    frame: Frame, wanted: tuple[MakeCommitment, ...], *, meeting_id: UUID | None, present: frozenset[UUID]
) -> list[Commitment]:
    """Write commitments down. Whoever is present pledges; who was absent is asked (design §3, PLAN)."""
    if not wanted:
        return []
    await pledges.check(frame, wanted)
    said = [text for one in wanted for text in (one.body, one.condition, one.informed)]
    await whereabouts.not_in(frame, {"afspraken": "\n".join(said)})
    await _replace(frame, [one.replaces_id for one in wanted if one.replaces_id is not None])
    made = [_made(frame, one, meeting_id, pledged=one.organisation_id in present) for one in wanted]
    frame.work.session.add_all(made)
    await frame.work.session.flush()
    frame.work.session.add_all(_planned(frame, one) for one in made)
    frame.work.session.add_all(
        CommitmentNeed(
            commitment_id=one.id, needs_id=each, house_id=frame.case.house_id, case_id=frame.case.id
        )
        for one, asked in zip(made, wanted, strict=True)
        for each in dict.fromkeys((*asked.needs, *(made[place - 1].id for place in asked.needs_new)))
    )  # fmt: skip
    await frame.work.session.flush()
    if frame.case.phase in IN_FORCE:
        await adopt(frame)
    return made


def _made(frame: Frame, one: MakeCommitment, meeting_id: UUID | None, *, pledged: bool) -> Commitment:
    return Commitment(
        id=new_id(), house_id=frame.case.house_id, case_id=frame.case.id, meeting_id=meeting_id,
        domain=pledges.domain_of(one, frame.policy), plan_version=frame.case.plan_version + 1,
        state=CommitmentState.PLEDGED if pledged else CommitmentState.PROPOSED, made_at=frame.work.now,
        excluded=list(dict.fromkeys(one.excluded)), only_for=list(dict.fromkeys(one.only_for)),
        **{name: getattr(one, name) for name in _CHOSEN},
    )  # fmt: skip


async def add_commitments(work: Work, case_id: UUID, wanted: tuple[MakeCommitment, ...]) -> list[Commitment]:
    """The regisseur adds to a plan in force; each owner is asked to accept. Raises NotFound, NotAllowed,
    NotInThisPhase or InvalidFields.
    """
    frame = await open_frame(work, case_id)
    must_direct(frame)
    if frame.case.phase not in IN_FORCE:
        raise NotInThisPhase("Afspraken toevoegen kan bij het rondmaken van het plan en tijdens monitoring.")
    made = await make(frame, wanted, meeting_id=None, present=frozenset())
    for one in made:
        if one.apart:
            frame.note("afspraken toegevoegd", "afspraak", one.id, aantal=1, commitment_id=one.id)
    if count := sum(not one.apart for one in made):
        frame.note("afspraken toegevoegd", aantal=count)
    return made


async def _replace(frame: Frame, replaced: Sequence[UUID]) -> None:
    there = {one.id for one in await meetings.commitments(frame.work, frame.case.id, STANDING)}
    if set(replaced) - there or len(set(replaced)) < len(replaced):
        raise InvalidFields([FieldError("afspraken.vervangt", "noem een lopende afspraak van deze casus, één keer")])
    await drop(frame, replaced)


async def drop(frame: Frame, commitment_ids: Sequence[UUID]) -> None:
    """These commitments no longer count; what was owed because of them is withdrawn."""
    if not commitment_ids:
        return
    await frame.work.session.execute(
        update(Commitment).where(Commitment.id.in_(commitment_ids))
        .values(state=CommitmentState.DROPPED, ended_at=frame.work.now).execution_options(synchronize_session=False)
    )  # fmt: skip
    await _no_longer_planned(frame, commitment_ids)
    await end_brought(frame, commitment_ids, ended_as="vervallen")


async def drop_from_plan(frame: Frame, commitment_ids: Sequence[UUID]) -> None:
    """The same in a plan that is in force: a new version, and what waited for them waits no longer."""
    await drop(frame, commitment_ids)
    if commitment_ids and frame.case.phase in IN_FORCE:
        new_version(frame)
        await bring_into_force(frame)


async def end_brought(frame: Frame, commitment_ids: Sequence[UUID], *, ended_as: str) -> None:
    """Withdraw what is owed because of these commitments."""
    owed = await frame.still_open(BROUGHT)
    await duties.end_duties(frame, [one for one in owed if one.about_id in commitment_ids], ended_as=ended_as)


async def bring_into_force(frame: Frame) -> None:
    """Open what the plan asks: carry out what was pledged, accept what was proposed, replace what was refused.

    What waits for its condition or for another commitment is not chased: its duty opens when that is settled.
    """
    running = await meetings.commitments(frame.work, frame.case.id, STANDING)
    steps = await lookup.steps(frame.work, frame.case.id)
    runs, released = rules.runs(steps), frozenset(one.id for one in steps if one.needs or one.conditional)
    there = {(duty.kind, duty.about_id) for duty in await frame.still_open(BROUGHT)}
    wanted = [
        _duty_of(frame, one, released=one.id in released) for one in running
        if one.id in runs or one.state in {CommitmentState.PROPOSED, CommitmentState.REFUSED}
    ]  # fmt: skip
    duties.open_duties(frame, [one for one in wanted if (one.kind, one.about_id) not in there])


def _duty_of(frame: Frame, pledge: meetings.Pledge, *, released: bool) -> Wanted:
    if pledge.state is CommitmentState.PROPOSED:
        return Wanted(
            DutyKind.ACCEPT_COMMITMENT, pledge.organisation_id, pledge.person_id, pledge.id, apart=pledge.apart
        )
    if pledge.state is CommitmentState.REFUSED:
        return Wanted(DutyKind.REPLACE_COMMITMENT, about_id=pledge.id, apart=pledge.apart)
    due_at: datetime | None = end_of_day(frame, pledge.due_on)
    if released and due_at is not None and due_at <= frame.work.now:
        due_at = None  # it could not begin before its own day: the owner has the term of the house, from now
    return Wanted(
        DutyKind.COMMITMENT, pledge.organisation_id, pledge.person_id, pledge.id, fixed_at=due_at, apart=pledge.apart
    )


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
    new_version(frame)
    await bring_into_force(frame)
    await conflicts.find(frame)


def new_version(frame: Frame) -> None:
    """From now this is the plan."""
    frame.case.plan_version += 1
    frame.work.session.add(
        PlanVersion(
            case_id=frame.case.id, version=frame.case.plan_version, house_id=frame.case.house_id,
            since=frame.work.now, made_by=frame.work.actor.person_id,
        )
    )  # fmt: skip


async def planned_anew(frame: Frame, commitment: Commitment) -> None:
    """Another owner or another day, from the next version on; what was planned before is kept."""
    await _no_longer_planned(frame, [commitment.id])
    frame.work.session.add(_planned(frame, commitment))


def _planned(frame: Frame, one: Commitment) -> Planned:
    return Planned(
        id=new_id(), house_id=one.house_id, case_id=one.case_id, commitment_id=one.id,
        from_version=frame.case.plan_version + 1, organisation_id=one.organisation_id, person_id=one.person_id,
        due_on=one.due_on,
    )  # fmt: skip


async def _no_longer_planned(frame: Frame, commitment_ids: Iterable[UUID]) -> None:
    await frame.work.session.execute(
        update(Planned).where(Planned.commitment_id.in_(list(commitment_ids)), Planned.until_version.is_(None))
        .values(until_version=frame.case.plan_version + 1).execution_options(synchronize_session=False)
    )  # fmt: skip


async def settle_condition(work: Work, commitment_id: UUID, command: SettleCondition) -> Commitment:
    """Say whether what a commitment waits for came true: the regisseur or its owner does.

    It runs from now, or it is dropped. Raises NotFound, NotAllowed or NotPossible.
    """
    commitment = await meetings.commitment(work, commitment_id)
    frame = await open_frame(work, commitment.case_id)
    await work.session.refresh(commitment)
    directs = work.actor.is_staff and work.actor.leads(frame.case.director_id)
    if not directs and work.actor.organisation_id != commitment.organisation_id:
        raise NotAllowed("Of de voorwaarde intreedt zegt de procesregisseur of wie de afspraak heeft.")
    if not commitment.condition or commitment.condition_at is not None or commitment.state not in STANDING:
        raise NotPossible("Deze afspraak wacht niet op een voorwaarde.")
    frame.note(
        "voorwaarde", "afspraak", commitment.id, afspraak=commitment.id, ingetreden=command.came,
        commitment_id=commitment.id if commitment.apart else None,
    )  # fmt: skip
    if not command.came:
        await drop_from_plan(frame, [commitment.id])
        return commitment
    commitment.condition_at = work.now
    await work.session.flush()
    if frame.case.phase in IN_FORCE:
        await bring_into_force(frame)
    return commitment
