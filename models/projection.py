"""What a changed policy does to the terms that run: which due moments move, and why. Pure arithmetic.

Saving a policy and trying one out ask the same function, so that what is shown beforehand is what happens. What a
policy did not set stays as it is: a date that people agreed on, and a term that no policy of this house gives.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import chain
from uuid import UUID

from models import clocks, ladder
from models.clocks import AMSTERDAM, Budget, Due, Hold, Unit, WorkingCalendar
from models.ladder import PlannedRung, RungSpec, Step
from models.owed import BY_THE_HOUR
from models.phrases import phrase
from models.policy import Policy
from models.refusals import FieldError, InvalidFields, NotPossible
from models.stalled import STOPS_ON_HOLD
from models.words import DutyKind, TermChange

#: a house that stays closed for longer than this chases nobody
LONGEST_CLOSED = 60
#: working hours in a day, where a number of days is meant for a term in hours
HOURS_A_DAY = 8
IN_HOURS = frozenset({Unit.WORKING_HOURS, Unit.CLOCK_HOURS})

WORDS = {
    Unit.WORKING_DAYS: ("werkdag", "werkdagen"), Unit.WORKING_HOURS: ("werkuur", "werkuren"),
    Unit.CLOCK_HOURS: ("uur", "uur"), Unit.CALENDAR_DAYS: ("dag", "dagen"), Unit.FIXED: ("vast moment", "vast moment"),
}  # fmt: skip
_FAR_BEFORE = timedelta(days=150)  #: longer than the earliest step that a ladder may have
#: what is said before a term is over, or as it ends
BEFOREHAND = frozenset({Step.REMIND, Step.DUE})
_NEVER_OPEN = "zo komen er geen werkdagen of openingsuren genoeg; verruim de openingstijden of kort de termijn in"


@dataclass(frozen=True, slots=True)
class Term:
    """How long somebody has: what the policy gives, and by how much it was extended."""

    unit: Unit
    amount: int
    extra: int = 0
    at: datetime | None = None

    def budget(self) -> Budget:
        """All of it together."""
        return Budget(self.unit, self.amount + self.extra, self.at)


@dataclass(frozen=True, slots=True)
class Owed:
    """An open duty as far as its term goes. `holds`: those that count; `stands_still`: its clock does not run now."""

    id: UUID
    case_id: UUID
    kind: DutyKind
    anchor: datetime
    term: Term
    due_at: datetime
    due_version: int
    opened_at: datetime
    urgent: bool = False
    high_risk: bool = False
    holds: tuple[Hold, ...] = ()
    stands_still: bool = False
    of_house: bool = False  #: owed by the house itself


@dataclass(frozen=True, slots=True)
class Move:
    """What becomes of one duty. `armed` is the ladder that is ahead of it, when that changes too."""

    duty: Owed
    term: Term
    becomes: datetime
    why: TermChange
    explanation: str
    armed: tuple[PlannedRung, ...] | None

    @property
    def moved(self) -> bool:
        """The due moment is another one; else only its ladder, or the way it is counted."""
        return self.becomes != self.duty.due_at

    @property
    def version(self) -> int:
        """Of the due moment, from now."""
        return self.duty.due_version + self.moved


def term_of(policy: Policy, kind: DutyKind, at: datetime, *, urgent: bool, high_risk: bool) -> Budget:
    """The term that a duty of this kind gets when its clock starts at this moment: a triage has its weekly moment."""
    if kind is DutyKind.ADMISSION and not urgent and (triage := policy.triage(at)) is not None:
        return clocks.fixed(triage.moment)
    return policy.term(kind, urgent=urgent, high_risk=high_risk)


def due_moment(due: Due, opened_at: datetime) -> datetime:
    """A term may be over by the time it is known, but nobody was late before they were asked."""
    return max(due.moment, opened_at)


def explained(said: str, term: Term, because: str = "") -> str:
    """How the moment came about, the extension named, and what moved it last."""
    if term.extra:
        said += f"; waarvan {spoken(term.unit, term.extra)} verlenging"
    return f"{said} ({because})" if because else said


def ladder_of(
    policy: Policy, kind: DutyKind, due_at: datetime, opened_at: datetime, *, urgent: bool, of_house: bool = False
) -> list[PlannedRung]:
    """The ladder of a duty by this policy."""
    hours, specs = in_office_hours(kind, urgent=urgent), policy.ladder(kind, urgent=urgent, of_house=of_house)
    return ladder.rungs(due_at, opened_at, specs, policy.calendar(kind), office_hours=hours)


def in_office_hours(kind: DutyKind, *, urgent: bool) -> bool:
    """Whether messages about it wait for the house to open; not when it is urgent with a term of its own for that."""
    return not (urgent and kind in BY_THE_HOUR)


def still_ahead(
    planned: Sequence[PlannedRung], due_at: datetime, now: datetime, hours: WorkingCalendar | None
) -> list[PlannedRung]:
    """What is armed of a ladder for a moment that changed: what comes after now.

    When the moment is over already, the owner hears so as soon as it may be told (`hours`: when the house is open), and
    what was to follow does so with the working days between that the ladder has: nobody is passed over, and a ladder
    with nothing armed would never be exhausted.
    """
    ahead = [one for one in planned if one.fire_at > now]
    late = [one for one in planned if one.step not in BEFOREHAND]
    if due_at > now or not late or late[0].fire_at > now:
        return ahead
    if late[0].step is Step.LAPSE:
        return [replace(late[0], fire_at=now)]
    return _later(late, now, hours)


def _later(late: Sequence[PlannedRung], now: datetime, hours: WorkingCalendar | None) -> list[PlannedRung]:
    """The same steps, as long after one another, from now."""
    first = late[0].fire_at
    if hours is None:
        return [replace(one, fire_at=max(one.fire_at, now + (one.fire_at - first))) for one in late]
    begins = clocks.within_office_hours(now, hours)
    passed = [one.fire_at for one in late[1:] if one.fire_at <= now]
    coming = [one.fire_at for one in late[1:] if one.fire_at > now]
    moments = [begins, *ladder.set_back(passed, coming, first, begins, hours)]
    return [replace(one, fire_at=max(moment, begins)) for one, moment in zip(late, moments, strict=True)]


def spoken(unit: Unit, amount: int) -> str:
    """An amount of a unit in words: 2 werkdagen."""
    one, more = WORDS[unit]
    if unit is Unit.FIXED:
        return phrase(one)
    return phrase("{amount} {unit}", amount=amount, unit=phrase(one if amount == 1 else more))


def in_unit(days: int, unit: Unit) -> int:
    """A number of days, in the unit in which a term is counted."""
    return days * HOURS_A_DAY if unit in IN_HOURS else days


def converted(extra: int, was: Unit, becomes: Unit) -> int:
    """An extension in the unit of another term: nobody loses time that was given to them."""
    if (was in IN_HOURS) == (becomes in IN_HOURS):
        return extra
    return extra * HOURS_A_DAY if becomes in IN_HOURS else -(-extra // HOURS_A_DAY)


@contextmanager
def counted(kind: DutyKind) -> Iterator[None]:
    """Terms and ladders are worked out in here; when that cannot be done, whoever needs it hears so. NotPossible."""
    try:
        yield
    except ValueError:
        named = kind.replace("_", " ")
        msg = f"De termijn van '{named}' is met het beleid van dit huis niet te berekenen; {_NEVER_OPEN}."
        raise NotPossible(msg) from None


@dataclass(slots=True)
class Projection:
    """From one policy to the next, at one moment. What many duties have in common is worked out once."""

    old: Policy
    new: Policy
    now: datetime
    _calendars: dict[tuple[int, DutyKind], WorkingCalendar] = field(default_factory=dict)
    _dues: dict[tuple[object, ...], tuple[Due, str]] = field(default_factory=dict)
    _ladders: dict[tuple[object, ...], tuple[datetime, list[PlannedRung]]] = field(default_factory=dict)
    _same: dict[tuple[DutyKind, bool], bool] = field(default_factory=dict)

    def of(self, duty: Owed) -> Move | None:
        """What becomes of this duty; nothing when it stays as it is. Raises NotPossible."""
        with counted(duty.kind):
            term = self._becomes(duty)
            before, _said = self._due(self.old, duty, duty.term)
            after, said = self._due(self.new, duty, term)
            becomes = duty.due_at if after == before else after
            armed = self._relit(duty) if becomes == duty.due_at else self._rearmed(duty, becomes)
            if becomes == duty.due_at and term == duty.term and armed is None:
                return None
            why = TermChange.POLICY if self._has_other_term(duty, term) else TermChange.CALENDAR
            return Move(duty, term, becomes, why, explained(said, term, BECAUSE[why]), armed)

    def all(self, found: Iterable[Owed]) -> list[Move]:
        """What becomes of these duties, in their order."""
        return [move for move in map(self.of, found) if move is not None]

    def _becomes(self, duty: Owed) -> Term:
        """The new term, where the old policy gave the present one; else the term stays."""
        had = duty.term
        for high_risk in (duty.high_risk, not duty.high_risk):
            given = term_of(self.old, duty.kind, duty.anchor, urgent=duty.urgent, high_risk=high_risk)
            if (given.unit, given.amount, given.at) == (had.unit, had.amount, had.at):
                gives = term_of(self.new, duty.kind, duty.anchor, urgent=duty.urgent, high_risk=high_risk)
                return Term(gives.unit, gives.amount, converted(had.extra, had.unit, gives.unit), gives.at)
        return had

    def _has_other_term(self, duty: Owed, term: Term) -> bool:
        if duty.kind is DutyKind.ADMISSION and Unit.FIXED in {term.unit, duty.term.unit}:
            return self.old.weekly_cutoff != self.new.weekly_cutoff
        return term != duty.term

    def _calendar(self, policy: Policy, kind: DutyKind) -> WorkingCalendar:
        key = (id(policy), kind)
        if key not in self._calendars:
            self._calendars[key] = policy.calendar(kind)
        return self._calendars[key]

    def _due(self, policy: Policy, duty: Owed, term: Term) -> tuple[datetime, str]:
        """The moment by this policy, and how it comes about."""
        calendar = self._calendar(policy, duty.kind)
        key = (id(policy), duty.kind, term, _start(duty.anchor, term.unit, calendar), duty.holds)
        if key not in self._dues:
            if duty.kind is DutyKind.ADMISSION:  # whose triage explains itself
                found = policy.due(duty.kind, duty.anchor, term.budget(), duty.holds)
            else:
                found = clocks.due(duty.anchor, term.budget(), calendar, duty.holds)
            self._dues[key] = found, found.explanation()
        due, said = self._dues[key]
        return due_moment(due, duty.opened_at), said

    def _ladder(self, policy: Policy, duty: Owed, due_at: datetime) -> list[PlannedRung]:
        """It depends on when the duty opened only when a step would come before that."""
        key = (id(policy), duty.kind, duty.urgent, duty.of_house, due_at)
        whose = {"urgent": duty.urgent, "of_house": duty.of_house}
        if key not in self._ladders:
            calendar, specs = self._calendar(policy, duty.kind), policy.ladder(duty.kind, **whose)
            first = min((clocks.shift(due_at, one.after, calendar) for one in specs), default=due_at)
            planned = ladder_of(policy, duty.kind, due_at, due_at - _FAR_BEFORE, **whose)
            self._ladders[key] = first, planned
        first, planned = self._ladders[key]
        if duty.opened_at <= first:
            return planned
        return ladder_of(policy, duty.kind, due_at, duty.opened_at, **whose)

    def _rearmed(self, duty: Owed, becomes: datetime) -> tuple[PlannedRung, ...]:
        """Another moment has its whole ladder before it."""
        if duty.stands_still:
            return ()
        hours = self._calendar(self.new, duty.kind) if in_office_hours(duty.kind, urgent=duty.urgent) else None
        return tuple(still_ahead(self._ladder(self.new, duty, becomes), becomes, self.now, hours))

    def _relit(self, duty: Owed) -> tuple[PlannedRung, ...] | None:
        """The same moment with another ladder: what has fired has fired, and what has gone by is not made up for.

        A step that was still to come and comes earlier now is not lost: it is due at once.
        """
        if duty.stands_still or self._is_same_ladder(duty):
            return None
        was, becomes = (self._ladder(one, duty, duty.due_at) for one in (self.old, self.new))
        if was == becomes:
            return None
        coming = {(one.step, one.nth) for one in was if one.fire_at > self.now}
        return tuple(one for one in becomes if one.fire_at > self.now or (one.step, one.nth) in coming)

    def _is_same_ladder(self, duty: Owed) -> bool:
        key = duty.kind, duty.urgent
        if key not in self._same:
            calendars = [self._calendar(one, duty.kind) for one in (self.old, self.new)]
            specs: list[list[RungSpec]] = [one.ladder(duty.kind, urgent=duty.urgent) for one in (self.old, self.new)]
            self._same[key] = calendars[0] == calendars[1] and specs[0] == specs[1]
        return self._same[key]


BECAUSE = {TermChange.POLICY: "het beleid is gewijzigd", TermChange.CALENDAR: "de kalender van het huis is gewijzigd"}


def _start(anchor: datetime, unit: Unit, calendar: WorkingCalendar) -> object:
    """What of its start decides about a term without holds: in days, the day and whether the house was still open."""
    if unit in IN_HOURS or unit is Unit.FIXED:
        return anchor
    local = anchor.astimezone(AMSTERDAM)
    return local.date(), local.time() >= calendar.closes


def counting(kind: DutyKind, holds: Iterable[tuple[bool, Hold, bool]], now: datetime) -> tuple[list[Hold], bool]:
    """The holds that count for a duty, and whether its clock stands still by one of its own.

    Each hold comes with whether it is of this duty alone and whether it has ended. One of a duty alone has no end that
    is known: while it lasts the moment stays where it was. One of the whole case stops only what a hold stops.
    """
    counts: list[Hold] = []
    still = False
    for own, hold, ended in holds:
        if own and not ended:
            still = still or hold.since <= now < hold.until
        elif own or kind in STOPS_ON_HOLD:
            counts.append(hold)
    return counts, still


def must_work(policy: Policy, now: datetime) -> None:
    """Refuse a policy by which no term can be kept: then nothing could be armed. Raises InvalidFields."""
    errors = list(chain(_too_long_closed(policy, now), _not_to_count(policy, now)))
    if errors:
        raise InvalidFields(errors)


def _too_long_closed(policy: Policy, now: datetime) -> Iterator[FieldError]:
    """Whatever calendar: days off in a row, from today on."""
    calendar = policy.calendar()
    day, last = now.astimezone(AMSTERDAM).date(), max(policy.closing_days, default=date.min)
    while day <= last:
        opens = calendar.add_working_days(day, 0)
        if (opens - day).days > LONGEST_CLOSED:
            said = f"laten van {_spoken(day)} tot {_spoken(opens)} geen werkdag over"
            yield FieldError("sluitingsdagen", f"{said}; ten hoogste {LONGEST_CLOSED} dagen achter elkaar")
            return
        day = opens + timedelta(days=1)


def _spoken(day: date) -> str:
    return f"{day.day} {clocks.MONTHS[day.month - 1]} {day.year}"


def _not_to_count(policy: Policy, now: datetime) -> Iterator[FieldError]:
    tried: set[tuple[object, ...]] = set()
    for kind in DutyKind:
        for urgent in (False, True):
            term = policy.term(kind, urgent=urgent)
            key = (term, urgent, tuple(policy.ladder(kind, urgent=urgent)))
            if key in tried:
                continue
            tried.add(key)
            try:
                moment = clocks.due(now, term_of(policy, kind, now, urgent=urgent, high_risk=False),
                                    policy.calendar(kind)).moment  # fmt: skip
                ladder_of(policy, kind, moment, now, urgent=urgent)
            except ValueError:
                where = "ladders" if kind in policy.ladders else "spoedtermijnen" if urgent else "termijnen"
                yield FieldError(where, f"{kind.replace('_', ' ')}: {_NEVER_OPEN}")
                return
