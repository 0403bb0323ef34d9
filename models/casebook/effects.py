"""What a particular decision changes besides the phase and the duties that the table names."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from models import clocks, projection
from models.casebook import beside, duties, phases, plans, pledges, rounds, watches
from models.casebook.duties import Because, Wanted
from models.casebook.frame import Frame
from models.casebook.holding import hold, hold_duties, later, resume
from models.casebook.retold import retold
from models.commands.cases import TakeDecision
from models.itemwords import Category
from models.lookups import cases, meetings, people, referrals
from models.owed import DUTIES, Owner
from models.refusals import FieldError, InvalidFields, NotAllowed, NotPossible
from models.tables.base import new_id
from models.tables.cases import Case, CriterionJudgement, Decision
from models.tables.duties import Duty
from models.tables.items import InfoItem
from models.tables.referrals import Subject
from models.words import (
    CommitmentState,
    DutyKind,
    OrganisationKind,
    Outcome,
    Phase,
    Role,
    Standing,
    TermChange,
    WorkKind,
)
from models.words import DecisionKind as D

#: content of a closed case is never open for longer than this by one decision
LONGEST_UNSHIELDED = timedelta(days=90)

Effect = Callable[[Frame, TakeDecision, Decision], Awaitable[None]]

#: opened by an effect, because they need a moment or a person of their own
OPENED_BY_EFFECT = frozenset({DutyKind.END_OF_HOLD, DutyKind.WATCH, DutyKind.ACCEPT_TRANSFER})


async def _admit(frame: Frame, command: TakeDecision, decision: Decision) -> None:
    """Take on: adopt the judgement, and one case per admitted person, each on a judgement of their own (R4)."""
    for one in await _judged(frame, None):
        one.adopted_by = decision.id
    frame.case.admitted_at = frame.work.now
    if command.high_risk is not None:
        frame.case.high_risk = command.high_risk
    for subject in await _other_subjects(frame, command.subjects):
        await beside.open_beside(frame, subject, decision, await _judged(frame, subject))


async def _judged(frame: Frame, subject: Subject | None) -> list[CriterionJudgement]:
    """The newest judgement of each criterion counts: after a reconsideration they are judged again.

    Nobody: of the person of the case. Raises NotPossible unless all four are met for this person (BGS 2.20(1)).
    """
    about = subject.id if subject else None
    prepared = await referrals.judgements(frame.work, frame.case.id)
    judged = {one.criterion: one for one in prepared if one.adopted_by is None and one.subject_id == about}
    if len(judged) == len("abcd") and all(one.met for one in judged.values()):
        return list(judged.values())
    if subject is None:
        msg = "De vier criteria van BGS 2.20 moeten alle vier als voldaan zijn getoetst om de casus op te pakken."
        raise NotPossible(msg)
    msg = "Wie een eigen casus krijgt moet zelf aan de vier criteria van BGS 2.20 voldoen; toets ze per persoon."
    raise NotPossible(msg)


async def _other_subjects(frame: Frame, wanted: tuple[UUID, ...]) -> list[Subject]:
    if not wanted:
        return []
    found = list(
        await frame.work.session.scalars(
            select(Subject).where(Subject.referral_id == frame.case.referral_id, Subject.id.in_(wanted))
        )
    )
    if len(found) != len(set(wanted)):
        raise InvalidFields([FieldError("personen", "noem alleen personen uit deze aanmelding")])
    return [one for one in found if one.case_id != frame.case.id]


async def _short_track(frame: Frame, command: TakeDecision, decision: Decision) -> None:
    await _admit(frame, command, decision)
    await _check_participants(frame, command.organisations)
    await phases.ask(frame, command.organisations, Standing.INVOLVED)


async def _bundle(frame: Frame, command: TakeDecision, _decision: Decision) -> None:
    assert command.other_case is not None  # noqa: S101 - `needs` has checked it
    other = await cases.case(frame.work, command.other_case)
    if other.closed_at is not None or other.id == frame.case.id:
        raise NotPossible("Bundelen kan alleen met een andere, openstaande casus.")
    frame.case.linked_to = other.id
    await _new_report_on(frame, other)


async def _new_report_on(frame: Frame, other: Case) -> None:
    """A new report on an open case: its regisseur hears of it the same day (design §3), before the report is erased."""
    if other.admitted_at is None:
        return
    theirs = Frame(frame.work, other, frame.house_organisation_id, frame.policy)
    duties.open_duties(theirs, [Wanted(DutyKind.INCIDENT)])
    await _carry_over(frame, other)
    theirs.note("nieuwe melding", "casus", other.id)


async def _carry_over(frame: Frame, other: Case) -> None:
    """What was reported stays with the open case, as information of its reporter; the report itself is erased."""
    if frame.case.referral_id is None:
        return
    referral = await referrals.referral(frame.work, frame.case.referral_id)
    frame.work.session.add(
        InfoItem(
            id=new_id(), house_id=other.house_id, case_id=other.id, supplier_id=referral.reporter_organisation_id,
            category=Category.REPORT, ground="WGS 2.31, eerste lid", source="gebundelde aanmelding",
            first_processed_at=frame.case.reported_at, body=retold(referral),
        )
    )  # fmt: skip


async def _reconsider(frame: Frame, _command: TakeDecision, _decision: Decision) -> None:
    case = frame.case
    if case.outcome is not Outcome.REJECTED or case.closed_at is None:
        raise NotPossible("Heroverweging kan alleen na een afwijzing.")
    term = clocks.working_days(frame.policy.reconsider_working_days)
    if clocks.due(case.closed_at, term, frame.policy.calendar()).moment < frame.work.now:
        raise NotPossible("De termijn om heroverweging te vragen is voorbij; doe een nieuwe aanmelding.")


async def _assign_director(frame: Frame, command: TakeDecision, _decision: Decision) -> None:
    assert command.person_id is not None  # noqa: S101 - `needs` has checked it
    await set_director(frame, command.person_id)


async def set_director(frame: Frame, person_id: UUID) -> None:
    """This regisseur leads the case from now; what waited for a regisseur waits for them."""
    found = await people.person(frame.work, person_id)
    if Role.PROCESS_DIRECTOR not in found.roles:
        raise InvalidFields([FieldError("persoon", "is geen procesregisseur van dit huis")])
    frame.case.director_id = person_id
    await duties.hand_to_director(frame, person_id)


async def _check_participants(frame: Frame, wanted: tuple[UUID, ...]) -> None:
    found = await people.organisations(frame.work, wanted)
    wrong = [one.name for one in found.values() if one.kind not in {OrganisationKind.LID1, OrganisationKind.LID2}]
    if wrong:
        names = ", ".join(wrong)
        raise InvalidFields([FieldError("organisaties", f"alleen deelnemers worden betrokken, niet: {names}")])


async def _check_involved(frame: Frame, wanted: tuple[UUID, ...]) -> None:
    await _check_participants(frame, wanted)
    if set(wanted) - {one.organisation_id for one in await frame.standing(Standing.INVOLVED)}:
        raise InvalidFields([FieldError("organisaties", "is een betrokken deelnemer; voeg die eerst toe aan de casus")])


async def _choose_involved(frame: Frame, command: TakeDecision, _decision: Decision) -> None:
    """Who joins while a meeting is planned is invited to it; who stood to the case already was asked or left out."""
    from models.casebook.meetings import invite_also  # noqa: PLC0415 - meetings convene through this module's frame

    await _check_participants(frame, command.organisations)
    there = {one.organisation_id for one in await frame.standing(Standing.INVOLVED)}
    await phases.ask(frame, command.organisations, Standing.INVOLVED)
    await invite_also(frame, [one for one in command.organisations if one not in there])


async def _release(frame: Frame, command: TakeDecision, _decision: Decision) -> None:
    """Access ends at once and what the organisation owed is withdrawn (R7), but not the duties of a reporter (R24)."""
    from models.casebook.meetings import uninvite  # noqa: PLC0415 - meetings convene through this module's frame

    await _check_release(frame, command.organisations)
    await uninvite(frame, command.organisations)
    await _without_case_director(frame, command.organisations)
    await phases.end_standing(frame, Standing.INVOLVED, command.organisations)
    open_ = await frame.still_open()
    theirs = [
        duty for duty in open_
        if duty.owner_organisation_id in command.organisations and DUTIES[duty.kind].owner is not Owner.REPORTER
    ]  # fmt: skip
    await duties.end_duties(frame, theirs, ended_as="deelnemer vertrokken")
    standing = await meetings.commitments(frame.work, frame.case.id, plans.STANDING)
    await plans.drop_from_plan(frame, [one.id for one in standing if one.organisation_id in command.organisations])
    if frame.case.phase is Phase.PLAN and standing and await plans.all_accepted(frame):
        from models.casebook.decisions import decide_by_rule  # noqa: PLC0415 - deciding has effects, not the reverse

        await decide_by_rule(frame, D.PLAN_COMPLETE, "wie nog moest aanvaarden is vertrokken")


async def _check_release(frame: Frame, leaving: tuple[UUID, ...]) -> None:
    if set(leaving) - {one.organisation_id for one in await frame.standing(Standing.INVOLVED)}:
        raise InvalidFields([FieldError("organisaties", "is niet betrokken bij deze casus")])
    if frame.case.sponsor_organisation_id in leaving:
        raise InvalidFields([FieldError("organisaties", "is de aanbrenger; draag eerst het aanbrengerschap over")])


async def _without_case_director(frame: Frame, leaving: tuple[UUID, ...]) -> None:
    """The casusregisseur leaves with their organisation; before a plan is adopted another is asked for."""
    if frame.case.case_director_id is None:
        return
    if (await people.person(frame.work, frame.case.case_director_id)).organisation_id not in leaving:
        return
    frame.case.case_director_id = None
    if frame.case.phase is Phase.FOCUSOVERLEG:
        await phases.open_kinds(frame, (DutyKind.APPOINT_CASE_DIRECTOR,))


async def _appoint_case_director(frame: Frame, command: TakeDecision, _decision: Decision) -> None:
    assert command.person_id is not None  # noqa: S101 - `needs` has checked it
    found = await people.person(frame.work, command.person_id)
    involved = {one.organisation_id for one in await frame.standing(Standing.INVOLVED)}
    if found.organisation_id not in involved:
        raise InvalidFields([FieldError("persoon", "de casusregisseur komt van een betrokken deelnemer")])
    frame.case.case_director_id = found.id


async def _adjourn(frame: Frame, command: TakeDecision, _decision: Decision) -> None:
    """The visit stays; the meeting gets a new date."""
    from models.casebook.meetings import reconvene  # noqa: PLC0415 - meetings convene through this module's frame

    assert command.until is not None  # noqa: S101 - `needs` has checked it
    await reconvene(frame, command.until)


async def _adopt_plan(frame: Frame, _command: TakeDecision, _decision: Decision) -> None:
    """What was refused and not replaced is no part of the plan."""
    refused = await meetings.commitments(frame.work, frame.case.id, {CommitmentState.REFUSED})
    await plans.drop(frame, [one.id for one in refused])
    await plans.adopt(frame)
    await rounds.as_agreed(frame)


async def _small_change(frame: Frame, command: TakeDecision, _decision: Decision) -> None:
    """Another date or another owner for one commitment: a new plan version, without a meeting."""
    assert command.commitment_id is not None  # noqa: S101 - `needs` has checked it
    commitment = await meetings.commitment(frame.work, command.commitment_id)
    if commitment.case_id != frame.case.id or commitment.ended_at is not None:
        raise NotPossible("Deze afspraak hoort niet bij deze casus of is al beëindigd.")
    if command.due_on is not None and command.due_on < frame.work.now.astimezone(clocks.AMSTERDAM).date():
        raise InvalidFields([FieldError("uiterlijk", "ligt in het verleden")])
    if command.due_on is None and len(command.organisations) != 1:
        raise InvalidFields([FieldError("uiterlijk", "geef een nieuwe datum of één nieuwe organisatie")])
    await plans.end_brought(frame, [commitment.id], ended_as="gewijzigd")
    commitment.due_on = command.due_on or commitment.due_on
    if command.organisations:
        await _check_involved(frame, command.organisations)
        commitment.person_id = None
        await pledges.check_owner(frame, commitment, command.organisations[0])
        commitment.state = CommitmentState.PROPOSED
    elif commitment.state is CommitmentState.REFUSED:
        commitment.state = CommitmentState.PROPOSED
    if commitment.starts_on is not None and commitment.starts_on > commitment.due_on:
        commitment.starts_on = None  # it was to begin after what is now its last day
    await frame.work.session.flush()
    await plans.planned_anew(frame, commitment)
    await plans.adopt(frame)


async def _call_off(frame: Frame, _command: TakeDecision, _decision: Decision) -> None:
    """Nobody comes to a meeting of a case that is scaled down."""
    planned = await meetings.coming(frame.work, frame.case.id)
    if planned is not None:
        planned.cancelled_at = frame.work.now
        frame.owe(WorkKind.CANCEL, planned.id)
    await duties.end_of_kind(frame, {DutyKind.HOLD_MEETING}, ended_as="afgelast", answered=False)


async def _close(frame: Frame, command: TakeDecision, decision: Decision) -> None:
    from models.casebook.coaching import end_with_case  # noqa: PLC0415 - coaching supplies, which asks what is here

    await end_with_case(frame, command, decision)


async def _unshield(frame: Frame, command: TakeDecision, _decision: Decision) -> None:
    if frame.case.outcome in cases.NOT_TAKEN_ON:
        raise NotPossible("Een aanmelding die niet in behandeling kwam wordt gewist en niet ontsloten.")
    if later(frame, command) > frame.work.now + LONGEST_UNSHIELDED:
        raise InvalidFields([FieldError("datum", f"ontsluiten kan voor ten hoogste {LONGEST_UNSHIELDED.days} dagen")])
    frame.case.unshielded_until = command.until


async def _mark_urgent(frame: Frame, _command: TakeDecision, _decision: Decision) -> None:
    """Hours instead of days, from now, for what has an urgent term: no weekly cut-off, and never later than it was."""
    if frame.case.urgent:
        raise NotPossible("De casus heeft al spoed.")
    frame.case.urgent = True
    policy = frame.policy
    for duty in await frame.still_open():
        if DUTIES[duty.kind].urgent_term is None and duty.kind not in policy.urgent_terms:
            continue
        agreed = duty.unit is clocks.Unit.FIXED and duty.kind is not DutyKind.ADMISSION
        term = policy.term(duty.kind, urgent=True)
        if not agreed and _sooner(frame, duty, term):
            await duties.move(frame, [duty], term, Because(TermChange.URGENT, "spoed"))
    frame.owe(WorkKind.ALERT)


def _sooner(frame: Frame, duty: Duty, term: clocks.Budget) -> bool:
    with projection.counted(duty.kind):
        return frame.policy.due(duty.kind, frame.work.now, term).moment < duty.due_at


async def _more_information(frame: Frame, command: TakeDecision, decision: Decision) -> None:
    """Stays here; only the clock of the admission stands still, until what was asked has come."""
    await people.organisations(frame.work, command.organisations)
    others = [one for one in command.organisations if one != frame.case.reporter_organisation_id]
    await _check_participants(frame, tuple(others))
    await phases.ask(frame, others, Standing.ASKED)
    await hold_duties(frame, await frame.still_open({DutyKind.ADMISSION}), decision.reason)


async def _transfer_director(frame: Frame, command: TakeDecision, decision: Decision) -> None:
    assert command.person_id is not None  # noqa: S101 - `needs` has checked it
    found = await people.person(frame.work, command.person_id)
    if Role.PROCESS_DIRECTOR not in found.roles or found.id == frame.case.director_id:
        raise InvalidFields([FieldError("persoon", "is een andere procesregisseur van dit huis")])
    duties.open_duties(frame, [Wanted(DutyKind.ACCEPT_TRANSFER, found.organisation_id, found.id, about_id=decision.id)])


async def _transfer_sponsor(frame: Frame, command: TakeDecision, decision: Decision) -> None:
    await _check_involved(frame, command.organisations)
    if len(command.organisations) != 1:
        raise InvalidFields([FieldError("organisaties", "noem één nieuwe aanbrenger")])
    duties.open_duties(frame, [Wanted(DutyKind.ACCEPT_TRANSFER, command.organisations[0], about_id=decision.id)])


async def _correct(frame: Frame, command: TakeDecision, _decision: Decision) -> None:
    assert command.corrects is not None  # noqa: S101 - `needs` has checked it
    corrected = await cases.decision(frame.work, frame.case.id, command.corrects)
    if corrected.kind is D.CORRECT:
        raise NotAllowed("Een herstel wordt niet zelf hersteld; herstel het oorspronkelijke besluit.")


EFFECTS: dict[D, Effect] = {
    D.ADMIT: _admit,
    D.SHORT_TRACK: _short_track,
    D.BUNDLE: _bundle,
    D.RECONSIDER: _reconsider,
    D.MORE_INFORMATION: _more_information,
    D.ASSIGN_DIRECTOR: _assign_director,
    D.CHOOSE_INVOLVED: _choose_involved,
    D.INVOLVE: _choose_involved,
    D.RELEASE: _release,
    D.APPOINT_CASE_DIRECTOR: _appoint_case_director,
    D.ADJOURN: _adjourn,
    D.ADOPT_PLAN: _adopt_plan,
    D.SMALL_CHANGE: _small_change,
    D.CONTINUE: rounds.go_on,
    D.ADJUST: rounds.adjust,
    D.SCALE_DOWN: _call_off,
    D.END_REGIE: _call_off,
    D.START_WATCH: watches.start,
    D.CLOSE: _close,
    D.UNSHIELD: _unshield,
    D.MARK_URGENT: _mark_urgent,
    D.HOLD: hold,
    D.RESUME: resume,
    D.TRANSFER_DIRECTOR: _transfer_director,
    D.TRANSFER_SPONSOR: _transfer_sponsor,
    D.CORRECT: _correct,
}
