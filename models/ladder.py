"""Ladders: when to remind the owner of a duty, and whom to tell when no answer comes.

A ladder is data of the house. Here is only how its rungs become moments; who receives what is decided elsewhere.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from models.clocks import AMSTERDAM, Budget, WorkingCalendar, clock_hours, shift, within_office_hours, working_days


class Step(StrEnum):
    REMIND = "remind"  #: herinnering aan de eigenaar, voordat de termijn afloopt
    DUE = "due"  #: bericht aan de eigenaar dat de termijn nu afloopt
    OVERDUE = "overdue"  #: herinnering aan de eigenaar dat de taak te laat is
    DEPUTY = "deputy"  #: bericht aan de vervanger of het contactpunt van de organisatie
    DIRECTOR = "director"  #: bericht aan de procesregisseur
    MANAGER = "manager"  #: bericht aan de manager van het huis; de laatste trede
    LAPSE = "lapse"  #: de taak vervalt zonder antwoord; er gaat geen bericht uit


#: what the owner is told, in the order in which it gets more urgent
TO_OWNER = (Step.REMIND, Step.DUE, Step.OVERDUE)

_EXPLANATIONS = {
    Step.REMIND: "Herinnering aan de eigenaar, voordat de termijn afloopt",
    Step.DUE: "De termijn loopt nu af: bericht aan de eigenaar",
    Step.OVERDUE: "Te laat: herinnering aan de eigenaar",
    Step.DEPUTY: "Te laat: bericht aan de vervanger of het contactpunt van de organisatie",
    Step.DIRECTOR: "Te laat: bericht aan de procesregisseur",
    Step.MANAGER: "Te laat: bericht aan de manager van het huis",
    Step.LAPSE: "De taak vervalt zonder antwoord",
}


@dataclass(frozen=True, slots=True)
class RungSpec:
    """One step of a ladder, relative to the moment the duty is due. A negative amount comes before it."""

    step: Step
    after: Budget


@dataclass(frozen=True, slots=True)
class PlannedRung:
    step: Step
    fire_at: datetime


#: herinneringen en escalatie in werkdagen
DEFAULT = (
    RungSpec(Step.REMIND, working_days(-1)),
    RungSpec(Step.DUE, working_days(0)),
    RungSpec(Step.OVERDUE, working_days(2)),
    RungSpec(Step.DEPUTY, working_days(3)),
    RungSpec(Step.DIRECTOR, working_days(5)),
    RungSpec(Step.MANAGER, working_days(8)),
)

#: spoed: dag en nacht, dus te plannen met `office_hours=False`
URGENT = (
    RungSpec(Step.REMIND, clock_hours(-4)),
    RungSpec(Step.DUE, clock_hours(0)),
    RungSpec(Step.OVERDUE, clock_hours(4)),
    RungSpec(Step.DEPUTY, clock_hours(8)),
    RungSpec(Step.DIRECTOR, clock_hours(12)),
    RungSpec(Step.MANAGER, clock_hours(24)),
)

#: niemand krijgt bericht; de taak vervalt als de termijn afloopt
SILENT = (RungSpec(Step.LAPSE, working_days(0)),)


def rungs(
    due_at: datetime,
    opened_at: datetime,
    specs: Sequence[RungSpec],
    calendar: WorkingCalendar,
    *,
    office_hours: bool = True,
) -> list[PlannedRung]:
    """The moments at which the steps of a ladder fire, in order.

    Messages wait for the house to open, so that a weekend does not use up the ladder. A message never overtakes the
    one above it. Nothing fires before the duty is opened, and nothing after it lapsed: a lapse happens on its moment.
    A message from before the due moment is left out when its time has passed already, or when it would have to wait
    until the duty is due.
    """
    if due_at.utcoffset() is None or opened_at.utcoffset() is None:
        raise ValueError("a moment needs a time zone")
    due_at, opened_at = due_at.astimezone(UTC), opened_at.astimezone(UTC)
    planned = list(_messages(due_at, opened_at, specs, calendar, office_hours=office_hours))
    lapses = [shift(due_at, spec.after, calendar) for spec in specs if spec.step is Step.LAPSE]
    if not lapses:
        return planned
    lapse = PlannedRung(Step.LAPSE, max(min(lapses), opened_at))
    return [*(rung for rung in planned if rung.fire_at <= lapse.fire_at), lapse]


def set_back(
    passed: Sequence[datetime], ahead: Sequence[datetime], told_at: datetime, now: datetime, calendar: WorkingCalendar
) -> list[datetime]:
    """When the rest of a ladder that stood still happens; `told_at` is the moment planned for what is told now.

    What passed in the meantime comes as many working days after now as it was planned after that. What is still ahead
    keeps its moment, unless it would overtake one below it. Both in order; so is the answer.
    """
    later = [_as_long_after(planned, told_at, now, calendar) for planned in passed]
    moments: list[datetime] = []
    for moment in (*later, *ahead):
        moments.append(max(moment, *moments[-1:]) if moments else moment)
    return moments


def _as_long_after(planned: datetime, told_at: datetime, now: datetime, calendar: WorkingCalendar) -> datetime:
    first, last = told_at.astimezone(AMSTERDAM), planned.astimezone(AMSTERDAM)
    between = range(first.toordinal() + 1, last.toordinal() + 1)
    days = sum(calendar.is_working_day(date.fromordinal(day)) for day in between)
    if not days:
        return within_office_hours(now + (planned - told_at), calendar)
    day = calendar.add_working_days(now.astimezone(AMSTERDAM).date(), days)
    return within_office_hours(datetime.combine(day, last.time(), AMSTERDAM), calendar)


def explain(step: Step) -> str:
    """What this step does, on screen and in the history."""
    return _EXPLANATIONS[step]


def _messages(
    due_at: datetime, opened_at: datetime, specs: Sequence[RungSpec], calendar: WorkingCalendar, *, office_hours: bool
) -> Iterator[PlannedRung]:
    not_before = opened_at
    for spec in specs:
        moment = shift(due_at, spec.after, calendar)
        beforehand = moment < due_at
        if spec.step is Step.LAPSE or (beforehand and moment < opened_at):
            continue
        fire_at = max(moment, not_before)
        if office_hours:
            fire_at = within_office_hours(fire_at, calendar)
        if beforehand and fire_at >= due_at:
            continue
        not_before = fire_at
        yield PlannedRung(spec.step, fire_at)
