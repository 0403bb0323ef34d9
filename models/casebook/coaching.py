"""Trajectory coaching: begun and ended by who leads the case, written down by the coach, summarised for partners."""

from uuid import UUID

from models import rights
from models.casebook import info
from models.casebook.frame import Frame, audit, must_direct, open_frame
from models.clocks import AMSTERDAM
from models.commands.cases import TakeDecision
from models.commands.coaching import EndTrajectory, NoteContact, StartTrajectory
from models.commands.info import DescribeItem
from models.itemwords import Sensitive
from models.lookups import cases, coaching, people
from models.refusals import AlreadySettled, FieldError, InvalidFields, NotAllowed, NotInThisPhase, NotPossible
from models.rights import FILE_PHASES, Right
from models.tables.base import new_id
from models.tables.cases import Decision
from models.tables.coaching import ContactMoment, Trajectory, TrajectoryGoal
from models.tables.items import InfoItem
from models.transactions import Work
from models.words import Phase, Role

ONLY_THE_COACH = "Dit doet de trajectbegeleider van deze casus."


async def start(work: Work, case_id: UUID, command: StartTrajectory) -> Trajectory:
    """Somebody of the house coaches the person from now. Raises NotFound, NotAllowed, NotInThisPhase, NotPossible or
    InvalidFields.
    """
    frame = await open_frame(work, case_id)
    must_direct(frame)
    if frame.case.phase not in FILE_PHASES - {Phase.CLOSED}:
        raise NotInThisPhase("Trajectbegeleiding is er alleen in een lopende casus onder procesregie.")
    coach = await people.person(work, command.coach_id)
    if Role.TRAJECTORY_COACH not in coach.roles:
        raise InvalidFields([FieldError("begeleider", "is een trajectbegeleider van dit huis")])
    if await coaching.running(work, case_id) is not None:
        raise NotPossible("Er loopt al een traject in deze casus; beëindig dat eerst.")
    made = Trajectory(
        id=new_id(), house_id=frame.case.house_id, case_id=case_id, coach_id=coach.id, started_at=work.now,
        started_by=work.actor.person_id,
    )  # fmt: skip
    work.session.add(made)
    work.session.add_all(
        TrajectoryGoal(trajectory_id=made.id, position=n, house_id=made.house_id, case_id=case_id, body=body)
        for n, body in enumerate(command.goals, start=1)
    )
    await work.session.flush()
    _log(frame, "traject begonnen", made)
    return made


async def end(work: Work, case_id: UUID, trajectory_id: UUID, command: EndTrajectory) -> None:
    """It is over: said by the coach or by who leads the case. Raises NotFound, NotAllowed or AlreadySettled."""
    frame = await open_frame(work, case_id)
    facts = await cases.case_facts(work, frame.case)
    if not rights.has(Right.TRAJECTORY, work.actor, facts):
        raise NotAllowed(ONLY_THE_COACH)
    found = await coaching.one(work, case_id, trajectory_id)
    if found.coach_id not in {work.actor.person_id, *work.actor.replaces}:
        must_direct(frame)
    if found.ended_at is not None:
        raise AlreadySettled("Dit traject is al beëindigd.")
    _end(frame, found, command.reason)


def _end(frame: Frame, found: Trajectory, reason: str) -> None:
    found.ended_at, found.ended_reason = frame.work.now, reason
    _log(frame, "traject beëindigd", found)


def _log(frame: Frame, what: str, found: Trajectory) -> None:
    """In the log alone: partners hear of coaching what a summary tells them, and the history is theirs too."""
    audit(frame.work, what, "traject", found.id, case_id=frame.case.id, house_id=frame.case.house_id)


async def end_with_case(frame: Frame, _command: TakeDecision, _decision: Decision) -> None:
    """Coaching is only there while the case is under procesregie."""
    found = await coaching.running(frame.work, frame.case.id)
    if found is not None:
        _end(frame, found, "de casus is afgesloten")


async def _coaching(work: Work, case_id: UUID) -> tuple[Frame, Trajectory]:
    """The trajectory that the actor coaches, or for whose coach they stand in."""
    frame = await open_frame(work, case_id)
    found = await coaching.running(work, case_id)
    me = {work.actor.person_id, *work.actor.replaces}
    if found is None or found.coach_id not in me or not work.actor.has(Role.TRAJECTORY_COACH):
        raise NotAllowed(ONLY_THE_COACH)
    return frame, found


async def note_contact(work: Work, case_id: UUID, command: NoteContact) -> ContactMoment:
    """Write a contact down; nobody else reads it, and no line of the history tells of it.

    Raises NotFound, NotAllowed or InvalidFields.
    """
    frame, found = await _coaching(work, case_id)
    if command.on_day > work.now.astimezone(AMSTERDAM).date():
        raise InvalidFields([FieldError("datum", "ligt in de toekomst")])
    made = ContactMoment(
        id=new_id(), house_id=frame.case.house_id, case_id=case_id, trajectory_id=found.id, on_day=command.on_day,
        kind=command.kind, report=command.report, written_by=work.actor.person_id, written_at=work.now,
    )  # fmt: skip
    work.session.add(made)
    await work.session.flush()
    return made


async def summarise(work: Work, case_id: UUID, command: DescribeItem) -> tuple[InfoItem, list[Sensitive]]:
    """What partners hear of it: an item of information of the house, with its regime and conditions (R8).

    Raises NotFound, NotAllowed or InvalidFields.
    """
    frame, _found = await _coaching(work, case_id)
    return await info.write(frame, command, frame.house_organisation_id)
