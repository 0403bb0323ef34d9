"""Correcting what was noted by phone or came by link: what the answer was, and what followed from it done again."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

from models import clocks
from models.casebook import answers, duties, outbox, plans, privately
from models.casebook.after import AFTER
from models.casebook.frame import Frame, open_frame
from models.clocks import AMSTERDAM
from models.commands.cases import CorrectAnswer, GiveAnswer
from models.lookups import decisions, meetings
from models.lookups import duties as duty_lookup
from models.lookups import work as work_lookup
from models.policy import Policy
from models.refusals import FieldError, InvalidFields, NotAllowed, NotPossible
from models.tables.base import new_id
from models.tables.duties import Answer, Duty
from models.transactions import Work
from models.words import CommitmentState, DutyKind, Phase

Redo = Callable[[Frame, Duty, Answer, GiveAnswer], Awaitable[bool]]


def until(answered_at: datetime, policy: Policy) -> datetime:
    """Until when an answer that was noted by phone can be corrected."""
    return clocks.due(answered_at, clocks.working_days(policy.correct_phone_working_days), policy.calendar()).moment


async def correct(work: Work, duty_id: UUID, command: CorrectAnswer) -> Answer:
    """Put another answer in the place of what was noted by phone or came by link; who leads the case hears of it.

    Raises NotFound, NotAllowed, NotPossible, AnswerNotAccepted or InvalidFields; then nothing is changed.
    """
    duty, case = await duty_lookup.duty_with_case(work, duty_id)
    frame = await open_frame(work, case.id)
    await work.session.refresh(duty)
    old = await _correctable(frame, duty)
    given = GiveAnswer(outcome=command.outcome, note=command.note, recheck_at=command.recheck_at)
    if privately.is_private(duty, command.outcome):
        told = "kan niet als herstel: wat u antwoordde is al bekend; laat de procesregisseur weten wat er niet klopt"
        raise InvalidFields([FieldError("uitkomst", told)])
    answers.check_outcome(duty, given)
    frame.batch_id = new_id()
    old.corrected_at = work.now
    await work.session.flush()  # one answer counts: the old one steps back first
    made = answers.given(frame, duty, given)
    work.session.add(made)
    built_on = await _follow_up(frame, duty, old, given)
    duty.ended_as = command.outcome
    frame.note(
        "antwoord hersteld", "taak", duty.id, taak=duty.id, soort=duty.kind, organisatie=duty.owner_organisation_id
    )
    await _tell_leader(frame, duty, built_on=built_on)
    return made


async def _correctable(frame: Frame, duty: Duty) -> Answer:
    work, actor = frame.work, frame.work.actor
    if not actor.is_participant or actor.organisation_id != duty.owner_organisation_id:
        raise NotAllowed("Herstellen doet de organisatie die telefonisch antwoordde.")
    old = await duty_lookup.valid_answer(work, duty.id)
    if old is not None and old.spoke_at is None and not old.by_link and await duty_lookup.was_corrected(work, duty.id):
        raise NotPossible("Dit antwoord is al hersteld; laat de procesregisseur weten wat er nog niet klopt.")
    if old is None or (old.spoke_at is None and not old.by_link):
        raise NotPossible("Deze taak is niet telefonisch beantwoord, en niet met een link; er is niets te herstellen.")
    if frame.case.phase is Phase.CLOSED:
        raise NotPossible("De casus is afgesloten; laat de procesregisseur weten wat er niet klopt.")
    last = until(old.at, frame.policy)
    if work.now > last:
        local = last.astimezone(AMSTERDAM)
        day = f"{local.day} {clocks.MONTHS[local.month - 1]} {local.year}"
        raise NotPossible(f"Herstellen kon tot en met {day}; laat de procesregisseur weten wat er niet klopt.")
    return old


async def _follow_up(frame: Frame, duty: Duty, old: Answer, given: GiveAnswer) -> bool:
    """Do again what follows from the answer. True when something was built on the old one that stays as it is."""
    if old.outcome == given.outcome and duty.kind not in _WITH_A_DATE:
        return False
    redo = _REDO.get(duty.kind)
    redone = await redo(frame, duty, old, given) if redo else duty.kind not in AFTER or duty.kind in _ONLY_THAT
    decided = await decisions.taken_since(frame.work, frame.case.id, old.at)
    return decided or not redone


async def _accept_anew(frame: Frame, duty: Duty, _old: Answer, given: GiveAnswer) -> bool:
    """What the plan asked because of the old answer is withdrawn, and asked as the new one has it."""
    if duty.about_id is None:
        return True
    commitment = await meetings.commitment(frame.work, duty.about_id)
    if commitment.state not in {CommitmentState.PLEDGED, CommitmentState.REFUSED}:
        return False
    await plans.end_brought(frame, [commitment.id], ended_as="antwoord hersteld")
    await AFTER[duty.kind](frame, duty, given)
    return True


async def _end_anew(frame: Frame, duty: Duty, _old: Answer, given: GiveAnswer) -> bool:
    if duty.about_id is None:
        return True
    commitment = await meetings.commitment(frame.work, duty.about_id)
    if commitment.state not in {CommitmentState.DONE, CommitmentState.FAILED}:
        return False
    await AFTER[duty.kind](frame, duty, given)
    return True


async def _inform_anew(frame: Frame, duty: Duty, old: Answer, given: GiveAnswer) -> bool:
    """Looking again at a postponement was asked by the old answer, in the same moment."""
    asked = [one for one in await frame.still_open({DutyKind.RECHECK_INFORMING}) if one.opened_at == old.at]
    await duties.end_duties(frame, asked, ended_as="antwoord hersteld")
    await AFTER[duty.kind](frame, duty, given)
    return bool(asked) or old.outcome != "uitgesteld"


async def _transfer_anew(frame: Frame, duty: Duty, old: Answer, given: GiveAnswer) -> bool:
    """Who took over has acted as such since: that is not undone by a correction."""
    if old.outcome == "aanvaard":
        return False
    await AFTER[duty.kind](frame, duty, given)
    return True


_WITH_A_DATE = frozenset({DutyKind.INFORM_PERSON, DutyKind.RECHECK_INFORMING})
#: what follows asks only whether there is an answer
_ONLY_THAT = frozenset({DutyKind.SUPPLEMENT, DutyKind.MORE_INFORMATION, DutyKind.INFORMATION})
_REDO: dict[DutyKind, Redo] = {
    DutyKind.ACCEPT_COMMITMENT: _accept_anew,
    DutyKind.COMMITMENT: _end_anew,
    DutyKind.INFORM_PERSON: _inform_anew,
    DutyKind.RECHECK_INFORMING: _inform_anew,
    DutyKind.ACCEPT_TRANSFER: _transfer_anew,
}


async def _tell_leader(frame: Frame, duty: Duty, *, built_on: bool) -> None:
    case = frame.case
    who = await work_lookup.leaders(frame.work, case.id)
    line = {"casus": case.number, "taak": str(duty.id), "soort": duty.kind.value, "nakijken": built_on}
    outbox.tell(frame.work, who, house_id=case.house_id, template="antwoord_hersteld", case_id=case.id, lines=[line])
