"""Closing a round: the date of the next one, and what is asked again at every evaluation (design §3, MONITORING)."""

from datetime import datetime, timedelta

from models import projection
from models.casebook import duties
from models.casebook.duties import Because, Wanted
from models.casebook.frame import Frame
from models.casebook.holding import later
from models.clocks import AMSTERDAM, Budget, Unit
from models.commands.cases import TakeDecision
from models.lookups import duties as lookup
from models.lookups import minutes
from models.refusals import FieldError, InvalidFields, NotPossible
from models.tables.cases import Decision
from models.words import DutyKind, TermChange

#: no case is left alone for longer than this; at high risk it is looked at within four weeks (design §3)
LONGEST = timedelta(days=183)
LONGEST_HIGH_RISK = timedelta(days=28)


async def as_agreed(frame: Frame) -> None:
    """The first evaluation is on the day that the minutes name; when they name none that lies ahead, it is after the
    term of the house. Raises NotPossible when that day is further away than a case is left alone.
    """
    day = await minutes.evaluation_day(frame.work, frame.case.id)
    if day is None:
        return
    moment = datetime.combine(day, frame.policy.closes, tzinfo=AMSTERDAM)
    if moment > frame.work.now:
        if moment > frame.work.now + _longest(frame):
            days = _longest(frame).days
            raise NotPossible(
                f"De evaluatie die in het verslag staat is niet binnen {days} dagen; zet er een eerdere in."
            )
        duties.open_duties(frame, [Wanted(DutyKind.EVALUATION, fixed_at=moment)])


def _longest(frame: Frame) -> timedelta:
    return LONGEST_HIGH_RISK if frame.case.high_risk or frame.case.urgent else LONGEST


async def go_on(frame: Frame, command: TakeDecision, decision: Decision) -> None:
    """To the next round: on the date that was agreed, else after the term of the house. Raises InvalidFields or
    NotPossible.
    """
    await adjust(frame, command, decision)
    if command.until is None:
        return  # entering the next round asks for an evaluation by the term of the house
    moment = later(frame, command)
    if moment > frame.work.now + _longest(frame):
        msg = f"de volgende evaluatie is binnen {_longest(frame).days} dagen"
        raise InvalidFields([FieldError("datum", msg)])
    duties.open_duties(frame, [Wanted(DutyKind.EVALUATION, fixed_at=moment)])


async def adjust(frame: Frame, command: TakeDecision, _decision: Decision) -> None:
    """Who no longer meets the criteria is not followed any longer (BGS 2.20); informing is looked at again."""
    if command.criteria_met is False:
        msg = "De criteria van BGS 2.20 zijn niet meer voldaan: doorgaan of bijstellen kan niet. Schaal de casus af."
        raise NotPossible(msg)
    await ask_again(frame)


async def ask_again(frame: Frame) -> None:
    """Informing that was postponed is weighed again now: who named a ground is asked whether it still stands."""
    rechecks = await frame.still_open({DutyKind.RECHECK_INFORMING})
    if not rechecks:
        return
    term = frame.policy.term(DutyKind.RECHECK_INFORMING, urgent=frame.case.urgent)
    with projection.counted(DutyKind.RECHECK_INFORMING):
        soon = frame.policy.due(DutyKind.RECHECK_INFORMING, frame.work.now, term).moment
    sooner = [one for one in rechecks if one.due_at > soon]
    because = Because(TermChange.MOVED, "bij de evaluatie opnieuw bekeken")
    await duties.move(frame, sooner, Budget(Unit.FIXED, 0, soon), because)
    asked = {one.owner_organisation_id for one in await frame.still_open({DutyKind.INFORM_GROUND})}
    grounds = await lookup.grounds_in(frame.work, frame.case.id)
    duties.open_duties(frame, [Wanted(DutyKind.INFORM_GROUND, one) for one in grounds if one not in asked])
