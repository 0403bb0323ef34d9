"""What follows from an answer, in the same transaction."""

from collections.abc import Awaitable, Callable

from models import projection
from models.casebook import (
    conflicts,
    documents,
    duties,
    minutes,
    packages,
    phases,
    plans,
    raising,
    watches,
    whereabouts,
)
from models.casebook.decisions import decide_by_rule
from models.casebook.duties import Because, Wanted
from models.casebook.effects import set_director
from models.casebook.frame import Frame
from models.clocks import AMSTERDAM
from models.commands.cases import GiveAnswer, Judgement
from models.lookups import cases, info, referrals
from models.lookups import meetings as meeting_lookup
from models.refusals import FieldError, InvalidFields, NotPossible
from models.tables.base import new_id
from models.tables.cases import CriterionJudgement, Hold
from models.tables.duties import Duty
from models.words import CommitmentState, DutyKind, Phase, TermChange, WorkKind
from models.words import DecisionKind as D

After = Callable[[Frame, Duty, GiveAnswer], Awaitable[None]]


async def _supplemented(frame: Frame, _duty: Duty, _command: GiveAnswer) -> None:
    """Supplemented: the triage officer looks again. What was never submitted is submitted first, with criteria (R2)."""
    if not await referrals.is_submitted(frame.work, frame.case):
        raise NotPossible("Vul de aanmelding aan en dien haar in; daarmee is dit beantwoord.")
    await phases.open_kinds(frame, (DutyKind.CHECK_COMPLETENESS,))


async def _judged(frame: Frame, _duty: Duty, command: GiveAnswer) -> None:
    """Judged per person: of the case, and of the others of its report who may get a case of their own (R4)."""
    others = {one.subject_id for one in command.judgements if one.subject_id is not None}
    there = await referrals.subjects_around(frame.work, frame.case) if others else []
    if others - {one.id for one in there if one.case_id is None}:
        raise InvalidFields([FieldError("criteria", "toets alleen personen uit deze aanmelding zonder eigen casus")])
    frame.work.session.add_all(_judgement(frame, one) for one in command.judgements)


def _judgement(frame: Frame, one: Judgement) -> CriterionJudgement:
    return CriterionJudgement(
        id=new_id(), house_id=frame.case.house_id, case_id=frame.case.id, subject_id=one.subject_id,
        criterion=one.criterion, met=one.met,
        motivation=one.motivation, prepared_by=frame.work.actor.person_id, prepared_at=frame.work.now,
    )  # fmt: skip


async def _supplied(frame: Frame, duty: Duty, command: GiveAnswer) -> None:
    """Who says that it was supplied has supplied it: here, since it was asked, with its ground and conditions (R8)."""
    if command.outcome in {"geleverd", "deels"} and not await info.supplied_since(frame.work, duty):
        raise NotPossible("Lever de informatie eerst aan bij deze casus, en antwoord daarna; of kies 'niet bekend'.")


async def _information_given(frame: Frame, _duty: Duty, _command: GiveAnswer) -> None:
    """When all that was asked has come, the clock of the admission runs on."""
    if await frame.still_open({DutyKind.MORE_INFORMATION}):
        return
    for admission in await frame.still_open({DutyKind.ADMISSION}):
        await phases.end_holds(frame, Hold.duty_id == admission.id)
        await duties.recompute(frame, [admission], Because(TermChange.RESUMED, "de gevraagde informatie is er"))


async def _referral_answered(frame: Frame, _duty: Duty, command: GiveAnswer) -> None:
    accepted = command.outcome == "aanvaard"
    kind = D.REFERRED_ON if accepted else D.REFERRAL_REFUSED
    await decide_by_rule(frame, kind, f"de ontvanger heeft {command.outcome}")


async def _informed(frame: Frame, _duty: Duty, command: GiveAnswer) -> None:
    """Postponed is looked at again on the date named; never forgotten (R24)."""
    if command.outcome != "uitgesteld" or command.recheck_at is None:
        return
    if command.recheck_at <= frame.work.now:
        raise InvalidFields([FieldError("hertoetsOp", "ligt in de toekomst")])
    duties.open_duties(frame, [Wanted(DutyKind.RECHECK_INFORMING, fixed_at=command.recheck_at)])


async def _by_its_act(frame: Frame, duty: Duty, _command: GiveAnswer) -> None:
    """Planned by planning, held by recording: an answer alone would open the gates before prepared and adopted."""
    if duty.kind is DutyKind.SET_MEETING:
        raise NotPossible("Plan het overleg; daarmee is deze taak gedaan.")
    if frame.case.phase in {Phase.REGIE, Phase.FOCUSOVERLEG}:
        raise NotPossible("Leg de uitkomst van het overleg vast; daarmee is deze taak gedaan.")


async def _published(frame: Frame, duty: Duty, _command: GiveAnswer) -> None:
    frame.owe(WorkKind.PUBLISH, duty.about_id)


async def _minuted(frame: Frame, duty: Duty, command: GiveAnswer) -> None:
    if duty.about_id is not None:
        await minutes.answered(frame, duty.about_id, command.note)


async def _advised(frame: Frame, duty: Duty, command: GiveAnswer) -> None:
    """Kept as a document of the case, for who reported: an answer of the house is not theirs to read."""
    if command.note.strip():
        await documents.keep(frame.work, frame.case.id, kind="advies", ref=duty.id, body=command.note)


async def _commitment_answered(frame: Frame, duty: Duty, command: GiveAnswer) -> None:
    """Accepted: carry it out. Refused: replace it, change the plan, or go back to the meeting (the regisseur)."""
    if duty.about_id is None:
        return
    commitment = await meeting_lookup.commitment(frame.work, duty.about_id)
    accepted = command.outcome == "aanvaard"
    commitment.state = CommitmentState.PLEDGED if accepted else CommitmentState.REFUSED
    await frame.work.session.flush()
    await plans.bring_into_force(frame)
    await _perhaps_complete(frame)


async def _refused_dropped(frame: Frame, duty: Duty, _command: GiveAnswer) -> None:
    """The plan does without what was refused; a replacement would have ended this duty by itself."""
    if duty.about_id is not None:
        await plans.drop_from_plan(frame, [duty.about_id])
        await _perhaps_complete(frame)


async def _perhaps_complete(frame: Frame) -> None:
    if frame.case.phase is Phase.PLAN and await plans.all_accepted(frame):
        await decide_by_rule(frame, D.PLAN_COMPLETE, "alle afspraken zijn aanvaard")


async def _commitment_ended(frame: Frame, duty: Duty, command: GiveAnswer) -> None:
    if duty.about_id is None:
        return
    await whereabouts.not_in(frame, {"toelichting": command.note})
    commitment = await meeting_lookup.commitment(frame.work, duty.about_id)
    commitment.state = CommitmentState.DONE if command.outcome == "gereed" else CommitmentState.FAILED
    commitment.ended_at, commitment.result, commitment.delay_reason = frame.work.now, command.note, ""
    await frame.work.session.flush()
    if frame.case.phase in plans.IN_FORCE:
        await plans.bring_into_force(frame)  # what waited for it waits no longer


async def _transfer_answered(frame: Frame, duty: Duty, command: GiveAnswer) -> None:
    if command.outcome != "aanvaard" or duty.about_id is None:
        return
    decision_kind = await cases.kind_of_decision(frame.work, duty.about_id)
    if decision_kind is D.TRANSFER_DIRECTOR and duty.owner_person_id is not None:
        await set_director(frame, duty.owner_person_id)
    elif decision_kind is D.TRANSFER_SPONSOR:
        frame.case.sponsor_organisation_id = duty.owner_organisation_id
    frame.note("overgenomen", "besluit", duty.about_id, soort=decision_kind, organisatie=duty.owner_organisation_id)


async def _incident_judged(frame: Frame, _duty: Duty, command: GiveAnswer) -> None:
    """An extra meeting is convened by its own duty; other duties run on."""
    if command.outcome == "extra_overleg":
        await phases.open_kinds(frame, (DutyKind.HOLD_MEETING,))


async def _called(frame: Frame, _duty: Duty, command: GiveAnswer) -> None:
    """Not reached: try again on the next working day."""
    if command.outcome == "niet_bereikt":
        with projection.counted(DutyKind.FOLLOW_UP_CALL):
            calendar = frame.policy.calendar(DutyKind.FOLLOW_UP_CALL)
            tomorrow = calendar.add_working_days(frame.work.now.astimezone(AMSTERDAM).date(), 1)
        moment = plans.end_of_day(frame, tomorrow)
        duties.open_duties(frame, [Wanted(DutyKind.FOLLOW_UP_CALL, fixed_at=moment)])


AFTER: dict[DutyKind, After] = {
    DutyKind.SUPPLEMENT: _supplemented,
    DutyKind.JUDGE_CRITERIA: _judged,
    DutyKind.MORE_INFORMATION: _information_given,
    DutyKind.INFORMATION: _supplied,
    DutyKind.REFERRAL_ACCEPTANCE: _referral_answered,
    DutyKind.INFORM_PERSON: _informed,
    DutyKind.RECHECK_INFORMING: _informed,
    DutyKind.SET_MEETING: _by_its_act,
    DutyKind.HOLD_MEETING: _by_its_act,
    DutyKind.PUBLISH_OUTCOME: _published,
    DutyKind.MINUTES: _minuted,
    DutyKind.ADVICE: _advised,
    DutyKind.ACCEPT_COMMITMENT: _commitment_answered,
    DutyKind.COMMITMENT: _commitment_ended,
    DutyKind.REPLACE_COMMITMENT: _refused_dropped,
    DutyKind.RECONCILE: conflicts.settled,
    DutyKind.ACCEPT_TRANSFER: _transfer_answered,
    DutyKind.INCIDENT: _incident_judged,
    DutyKind.FOLLOW_UP_CALL: _called,
    DutyKind.HANDOVER: packages.arranged,
    DutyKind.ACCEPT_HANDOVER: packages.accepted_or_refused,
    DutyKind.REREFERRAL_CRITERIA: watches.criteria_told,
    DutyKind.WATCH: watches.watched,
    DutyKind.ESCALATION: raising.answered,
}
