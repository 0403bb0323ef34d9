"""The goals of a plan: what it should reach for somebody or for the system, and how that stands."""

from uuid import UUID

from models.casebook import whereabouts as places
from models.casebook.frame import Frame, must_direct, open_frame
from models.casebook.pledges import NOBODY_ELSE
from models.clocks import AMSTERDAM
from models.commands.meetings import JudgeGoal, SetGoal
from models.lookups import plan, referrals
from models.refusals import FieldError, InvalidFields, NotAllowed, NotInThisPhase
from models.tables.base import new_id
from models.tables.plans import Goal
from models.transactions import Work
from models.words import GoalState, Phase

#: from the preparation of the first meeting until the case is closed
WITH_A_PLAN = frozenset({Phase.REGIE, Phase.FOCUSOVERLEG, Phase.PLAN, Phase.MONITORING, Phase.CLOSING})


async def set_goal(work: Work, case_id: UUID, command: SetGoal) -> Goal:
    """The regisseur notes what those involved want to reach.

    Raises NotFound, NotAllowed, NotInThisPhase or InvalidFields.
    """
    frame = await open_frame(work, case_id)
    await _may(frame)
    await _check(frame, command)
    await places.not_in(frame, {"tekst": command.body})
    made = Goal(
        id=new_id(), house_id=frame.case.house_id, case_id=case_id, subject_id=command.subject_id,
        life_domain=command.life_domain, body=command.body, due_on=command.due_on, state=GoalState.SOUGHT, reason="",
        made_at=work.now, made_by=_person(frame),
    )  # fmt: skip
    work.session.add(made)
    await work.session.flush()
    frame.note("doel toegevoegd", "doel", made.id, doel=made.id)
    return made


async def judge_goal(work: Work, goal_id: UUID, command: JudgeGoal) -> Goal:
    """Reached, let go of with a reason, or sought again. Raises NotFound, NotAllowed, NotInThisPhase, InvalidFields."""
    found = await plan.goal(work, goal_id)
    frame = await open_frame(work, found.case_id)
    await work.session.refresh(found)
    await _may(frame)
    if command.state is GoalState.LET_GO and not command.reason.strip():
        raise InvalidFields([FieldError("toelichting", "waarom wordt dit doel losgelaten?")])
    await places.not_in(frame, {"toelichting": command.reason})
    found.state, found.reason = command.state, command.reason
    found.ended_at = None if command.state is GoalState.SOUGHT else work.now
    await work.session.flush()
    frame.note("stand van doel", "doel", found.id, doel=found.id, stand=command.state)
    return found


async def _may(frame: Frame) -> None:
    must_direct(frame)
    if frame.case.phase not in WITH_A_PLAN:
        raise NotInThisPhase("Doelen horen bij een casus in procesregie.")


def _person(frame: Frame) -> UUID:
    if frame.work.actor.person_id is None:
        raise NotAllowed("Dit doet een persoon.")
    return frame.work.actor.person_id


async def _check(frame: Frame, command: SetGoal) -> None:
    errors, domains = [], frame.policy.life_domains
    if command.life_domain and command.life_domain not in domains:
        errors.append(FieldError("leefgebied", f"kies een leefgebied van dit huis: {', '.join(domains)}"))
    if command.due_on is not None and command.due_on < frame.work.now.astimezone(AMSTERDAM).date():
        errors.append(FieldError("termijn", "ligt in het verleden"))
    around = await referrals.subjects_around(frame.work, frame.case)
    if command.subject_id is not None and command.subject_id not in {one.id for one in around}:
        errors.append(FieldError("betrokkene", NOBODY_ELSE))
    if errors:
        raise InvalidFields(errors)
