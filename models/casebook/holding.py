"""Stopping the clocks of a case for a while, and letting them run on: a ledger, from which the moments follow."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from models import clocks
from models.casebook import duties, phases
from models.casebook.duties import Because, Wanted
from models.casebook.frame import Frame
from models.commands.cases import TakeDecision
from models.owed import DUTIES
from models.refusals import FieldError, InvalidFields, NotPossible
from models.tables.base import new_id
from models.tables.cases import Decision, Hold
from models.tables.duties import Duty
from models.words import DutyKind, TermChange

#: a hold of one duty ends when what was asked has come; nobody knows when
OPEN_END = timedelta(days=366)


def later(frame: Frame, command: TakeDecision) -> datetime:
    """The moment that the decision names, which lies ahead. Raises InvalidFields."""
    if command.until is None or command.until <= frame.work.now:
        raise InvalidFields([FieldError("datum", "ligt in de toekomst")])
    return command.until


async def hold(frame: Frame, command: TakeDecision, decision: Decision) -> None:
    """The house's own process terms stand still; an end is itself a duty. On hold already: it gets another end."""
    case, now = frame.case, frame.work.now
    until, again = later(frame, command), case.hold_since is not None
    if again:
        await phases.end_holds(frame, Hold.duty_id.is_(None))
    case.hold_since, case.hold_until = case.hold_since or now, until
    frame.work.session.add(_ledger(frame, decision.reason, until))
    frame.forget_holds()
    stopped = [one for one in await frame.still_open() if DUTIES[one.kind].stops_on_hold]
    await duties.recompute(frame, stopped, Because(TermChange.HELD, "opgeschort"))
    ends = await frame.still_open({DutyKind.END_OF_HOLD})
    if ends:
        moved = Because(TermChange.MOVED, "de opschorting heeft een ander einde")
        await duties.move(frame, ends, clocks.fixed(until), moved)
    else:
        duties.open_duties(frame, [Wanted(DutyKind.END_OF_HOLD, fixed_at=until)])


def _ledger(frame: Frame, reason: str, until: datetime, duty_id: UUID | None = None) -> Hold:
    return Hold(
        id=new_id(), house_id=frame.case.house_id, case_id=frame.case.id, duty_id=duty_id, since=frame.work.now,
        until=until, reason=reason,
    )  # fmt: skip


async def resume(frame: Frame, _command: TakeDecision, _decision: Decision) -> None:
    """The clocks run on from now: the ledger has the real end, sooner or later than was thought."""
    case = frame.case
    if case.hold_since is None:
        raise NotPossible("De casus is niet opgeschort.")
    case.hold_since = case.hold_until = None
    await phases.end_holds(frame, Hold.duty_id.is_(None))
    stopped = [one for one in await frame.still_open() if DUTIES[one.kind].stops_on_hold]
    await duties.recompute(frame, stopped, Because(TermChange.RESUMED, "hervat na opschorting"))


async def hold_duties(frame: Frame, found: Iterable[Duty], reason: str) -> None:
    """The clocks of these duties alone stand still, with nothing armed; their moments follow when they run on."""
    stopped = list(found)
    until = frame.work.now + OPEN_END
    frame.work.session.add_all(_ledger(frame, reason, until, duty.id) for duty in stopped)
    frame.forget_holds()
    await duties.disarm(frame.work, [duty.id for duty in stopped])
