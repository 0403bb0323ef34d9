"""Ladders: when to remind the owner of a duty, and whom to tell when no answer comes.

A ladder is data of the house. Here is what it may look like and how its rungs become moments; who receives what is
decided elsewhere.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from models.clocks import (
    AMSTERDAM,
    Budget,
    WorkingCalendar,
    clock_hours,
    due,
    shift,
    within_office_hours,
    working_days,
)


class Step(StrEnum):
    REMIND = "remind"  #: herinnering aan de eigenaar, voordat de termijn afloopt
    DUE = "due"  #: bericht aan de eigenaar dat de termijn nu afloopt
    OVERDUE = "overdue"  #: herinnering aan de eigenaar dat de taak te laat is
    DEPUTY = "deputy"  #: bericht aan de vervanger of het contactpunt van de organisatie
    DIRECTOR = "director"  #: bericht aan de procesregisseur
    PARTNER_MANAGER = "partner_manager"  #: de leidinggevende bij de partner: een voorstel, of het bericht zelf
    MANAGER = "manager"  #: bericht aan de manager van het huis; de laatste trede
    LAPSE = "lapse"  #: de taak vervalt zonder antwoord; er gaat geen bericht uit
    SNOOZED = "snoozed"  #: herinnering die iemand voor zichzelf had uitgesteld; geen trede van een ladder


class Addressee(StrEnum):
    """Who can be told by hand that an answer is missing, besides the owner."""

    CONTACT = "contactpersoon"  #: colleagues of the owner
    LEAD = "leidinggevende"  #: who leads at the partner
    MANAGER = "manager"  #: of the house


#: what the owner is told, in the order in which it gets more urgent
TO_OWNER = (Step.REMIND, Step.DUE, Step.OVERDUE)

EXPLANATIONS = {
    Step.REMIND: "Herinnering aan de eigenaar, voordat de termijn afloopt",
    Step.DUE: "De termijn loopt nu af: bericht aan de eigenaar",
    Step.OVERDUE: "Te laat: herinnering aan de eigenaar",
    Step.DEPUTY: "Te laat: bericht aan de vervanger of het contactpunt van de organisatie",
    Step.DIRECTOR: "Te laat: bericht aan de procesregisseur",
    Step.PARTNER_MANAGER: "Te laat: de leidinggevende bij de partner komt in beeld",
    Step.MANAGER: "Te laat: bericht aan de manager van het huis",
    Step.LAPSE: "De taak vervalt zonder antwoord",
    Step.SNOOZED: "Herinnering die iemand voor zichzelf had uitgesteld; de termijn bleef staan",
}


@dataclass(frozen=True, slots=True)
class RungSpec:
    """One step of a ladder, relative to the moment the duty is due. A negative amount comes before it."""

    step: Step
    after: Budget


@dataclass(frozen=True, slots=True)
class PlannedRung:
    """A step at its moment; `nth`: the how manieth of this step in its ladder."""

    step: Step
    fire_at: datetime
    nth: int = 1


#: herinneringen en escalatie in werkdagen
DEFAULT = (
    RungSpec(Step.REMIND, working_days(-1)),
    RungSpec(Step.DUE, working_days(0)),
    RungSpec(Step.OVERDUE, working_days(2)),
    RungSpec(Step.DEPUTY, working_days(3)),
    RungSpec(Step.DIRECTOR, working_days(5)),
    RungSpec(Step.PARTNER_MANAGER, working_days(6)),
    RungSpec(Step.MANAGER, working_days(8)),
)

#: spoed: dag en nacht, dus te plannen met `office_hours=False`
URGENT = (
    RungSpec(Step.REMIND, clock_hours(-4)),
    RungSpec(Step.DUE, clock_hours(0)),
    RungSpec(Step.OVERDUE, clock_hours(4)),
    RungSpec(Step.DEPUTY, clock_hours(8)),
    RungSpec(Step.DIRECTOR, clock_hours(12)),
    RungSpec(Step.PARTNER_MANAGER, clock_hours(18)),
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
    return EXPLANATIONS[step]


def _messages(
    due_at: datetime, opened_at: datetime, specs: Sequence[RungSpec], calendar: WorkingCalendar, *, office_hours: bool
) -> Iterator[PlannedRung]:
    not_before, met = opened_at, Counter[Step]()
    for spec in specs:
        met[spec.step] += 1
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
        yield PlannedRung(spec.step, fire_at, met[spec.step])


@dataclass(frozen=True, slots=True)
class Posts:
    """When reminders go out: those of now with their day, and what comes after them with the next working day."""

    day: date
    goes_at: datetime
    next_day: date
    next_at: datetime


#: what is due at the same time comes together; after opening there is time for what is due at opening
GATHERS, AFTER_OPENING = timedelta(seconds=5), timedelta(minutes=5)
#: a message for closing time may be a little late; the house is not shut in front of it
_LATE_POST = timedelta(minutes=30)


def posts(now: datetime, calendar: WorkingCalendar) -> Posts:
    """When a reminder that is due now goes out: at once while the house is open, else when it has opened."""
    if any(within_office_hours(one, calendar) == one for one in (now, now - _LATE_POST)):
        day, goes_at = now.astimezone(AMSTERDAM).date(), now + GATHERS
    else:
        opening = within_office_hours(now, calendar)
        day, goes_at = opening.astimezone(AMSTERDAM).date(), opening + AFTER_OPENING
    next_day = calendar.add_working_days(day, 1)
    opens = datetime.combine(next_day, calendar.opens, AMSTERDAM).astimezone(UTC)
    return Posts(day, goes_at, next_day, opens + AFTER_OPENING)


#: working days for which somebody puts off their own reminders: before the term is over, and after
_SNOOZE, _SNOOZE_LATE = working_days(5), working_days(2)


def longest_snooze(now: datetime, due_at: datetime, calendar: WorkingCalendar) -> datetime:
    """Until when somebody may put off the reminders of a duty: never past a term that runs, and not long after."""
    if due_at <= now:
        return due(now, _SNOOZE_LATE, calendar).moment
    return min(due_at, due(now, _SNOOZE, calendar).moment)


#: what a ladder may hold at most
MOST_RUNGS = 12
#: a ladder with messages ends with one of these, so that no duty ends unseen
SEES_IT = frozenset({Step.DIRECTOR, Step.MANAGER})
_A_WEDNESDAY = datetime(2026, 6, 10, 17, tzinfo=AMSTERDAM)  # to put the steps in order: nothing special about it


def faults(specs: Sequence[RungSpec], *, may_lapse: bool) -> list[tuple[int | None, str]]:
    """What is wrong with a ladder, in Dutch: each with the place of the rung it is about, or None for the whole."""
    if not specs:
        return [(None, "een ladder heeft ten minste één trede")]
    if len(specs) > MOST_RUNGS:
        return [(None, f"een ladder heeft ten hoogste {MOST_RUNGS} treden")]
    found: list[tuple[int | None, str]] = []
    for place, spec in enumerate(specs):
        found += [(place, why) for why in _misplaced(spec, may_lapse=may_lapse)]
    found += _out_of_order(specs)
    told = [spec.step for spec in specs if spec.step is not Step.LAPSE]
    if told and told[-1] not in SEES_IT:
        found.append((None, "het laatste bericht gaat naar de procesregisseur of de manager: niets eindigt ongezien"))
    return found


def _misplaced(spec: RungSpec, *, may_lapse: bool) -> Iterator[str]:
    after = spec.after.amount
    match spec.step:
        case Step.SNOOZED:
            yield "uitstellen doet iemand zelf; dit is geen trede van een ladder"
        case Step.LAPSE if not may_lapse:
            yield "deze taak vervalt niet vanzelf"
        case Step.REMIND if after >= 0:
            yield "vooraf herinneren gebeurt vóór de termijn: een negatief aantal"
        case Step.DUE if after != 0:
            yield "dit bericht gaat uit als de termijn afloopt: het aantal is 0"
        case Step.LAPSE if after < 0:
            yield "een taak vervalt niet voordat haar termijn afloopt"
        case Step.OVERDUE | Step.DEPUTY | Step.DIRECTOR | Step.PARTNER_MANAGER | Step.MANAGER if after <= 0:
            yield "dit bericht gaat uit na de termijn: een positief aantal"


def _out_of_order(specs: Sequence[RungSpec]) -> Iterator[tuple[int, str]]:
    moments = [shift(_A_WEDNESDAY, spec.after, WorkingCalendar()) for spec in specs]
    for place in range(1, len(specs)):
        above, here = specs[place - 1], specs[place]
        if above.step is Step.LAPSE:
            yield place, "na het vervallen komt geen trede meer"
        elif here.step is above.step and moments[place] == moments[place - 1]:
            yield place, "deze trede staat er al"
        elif moments[place] < moments[place - 1]:
            yield place, "de treden staan op volgorde, de vroegste eerst"
