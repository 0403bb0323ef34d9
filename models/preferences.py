"""When a message goes to somebody: at once, in the bundle of the day, or not; never in their quiet hours. Pure.

What hurries goes at once, whatever somebody chose. What has legal effect or escalates cannot be switched off.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated

from models.clocks import AMSTERDAM, WorkingCalendar
from models.commands.base import Command, written_out
from models.ladder import AFTER_OPENING, Step
from models.messages import CAPPED, URGENT, EventGroup, Language, MessageKind, group_of
from models.refusals import FieldError

#: reminders that somebody gets on one day at most, unless it is urgent
MOST_REMINDERS = 2
#: what is more than a reminder to the owner: it tells somebody that another one does not answer
ESCALATIONS = (Step.DEPUTY, Step.DIRECTOR, Step.PARTNER_MANAGER, Step.MANAGER)
ESCALATION_STEPS = (*(str(one) for one in ESCALATIONS), "partner_manager_unknown", "lead")
_NEVER_ASKED = "houd aankondigingen of herinneringen aan: anders hoort u nooit dat er iets van u wordt gevraagd"
LONGEST_QUIET = timedelta(hours=16)
_DAY = timedelta(days=1)


class When(StrEnum):
    """When somebody hears of a group of events."""

    AT_ONCE = "meteen"
    DIGEST = "dagbundel"
    NEVER = "niet"


@dataclass(frozen=True, slots=True)
class Preferences:
    """What somebody chose. Who chose nothing gets everything at once, and reminders once a day as they are bundled."""

    announcements: When = When.AT_ONCE
    reminders: When = When.AT_ONCE
    meetings: When = When.AT_ONCE
    outcomes: When = When.AT_ONCE
    own_report: When = When.AT_ONCE
    digest_at: time = time(9)
    quiet_from: time | None = None
    quiet_until: time | None = None
    language: Language = Language.DUTCH

    def choice(self, group: EventGroup) -> When:
        """What was chosen for a group."""
        return {
            EventGroup.ANNOUNCEMENTS: self.announcements, EventGroup.REMINDERS: self.reminders,
            EventGroup.MEETINGS: self.meetings, EventGroup.OUTCOMES: self.outcomes,
            EventGroup.OWN_REPORT: self.own_report,
        }[group]  # fmt: skip

    def is_quiet(self, moment: datetime) -> bool:
        """Within the quiet hours, which may go past midnight."""
        if self.quiet_from is None or self.quiet_until is None:
            return False
        clock = moment.astimezone(AMSTERDAM).time()
        if self.quiet_from < self.quiet_until:
            return self.quiet_from <= clock < self.quiet_until
        return clock >= self.quiet_from or clock < self.quiet_until


NONE_CHOSEN = Preferences()
Clock = Annotated[time, written_out("time")]


class Prefer(Command):
    """Say when one wants to hear of what, and in which language. What is left out goes back to its default."""

    announcements: When = NONE_CHOSEN.announcements
    reminders: When = NONE_CHOSEN.reminders
    meetings: When = NONE_CHOSEN.meetings
    outcomes: When = NONE_CHOSEN.outcomes
    own_report: When = NONE_CHOSEN.own_report
    digest_at: Clock = NONE_CHOSEN.digest_at
    quiet_from: Clock | None = None
    quiet_until: Clock | None = None
    language: Language = NONE_CHOSEN.language

    def chosen(self) -> Preferences:
        """As the rules ask it."""
        return Preferences(**dict(self))


def errors(wanted: Preferences) -> list[FieldError]:
    """What is wrong with preferences, by the name of the field on the wire."""
    found = []
    if wanted.announcements is wanted.reminders is When.NEVER:
        found.append(FieldError("herinneringen", _NEVER_ASKED))
    if any(one is not None and one.tzinfo for one in (wanted.digest_at, wanted.quiet_from, wanted.quiet_until)):
        found.append(FieldError("dagbundelOm", "is een plaatselijke tijd"))
    elif (wanted.quiet_from is None) is not (wanted.quiet_until is None):
        found.append(FieldError("stilTot", "geef het begin en het einde van uw stille uren, of geen van beide"))
    elif wanted.quiet_from is not None and wanted.quiet_until is not None:
        found += _quiet_errors(wanted, wanted.quiet_from, wanted.quiet_until)
    return found


def _quiet_errors(wanted: Preferences, since: time, until: time) -> list[FieldError]:
    lasts = (datetime.combine(date.min, until) - datetime.combine(date.min, since)) % _DAY
    if not timedelta() < lasts <= LONGEST_QUIET:
        hours = LONGEST_QUIET // timedelta(hours=1)
        return [FieldError("stilTot", f"stille uren duren ten hoogste {hours} uur en niet nul")]
    if wanted.is_quiet(datetime.combine(date(2026, 6, 10), wanted.digest_at, AMSTERDAM)):
        return [FieldError("dagbundelOm", "valt in uw stille uren")]
    return []


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of a message: its kind, whether it hurries, and whether it tells that another does not answer."""

    template: str
    urgent: bool = False
    escalates: bool = False

    @property
    def is_capped(self) -> bool:
        """One of those of which somebody gets few on a day."""
        return self.template in CAPPED and not self.urgent


class How(StrEnum):
    """What becomes of a message."""

    GOES = "gaat"
    BUNDLED = "dagbundel"
    DROPPED = "niet"


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of a message, and when."""

    how: How
    at: datetime


def plan(told: Told, chosen: Preferences, calendar: WorkingCalendar, now: datetime, reminded: int = 0) -> Plan:
    """When a message that is due now goes to somebody who got so many reminders today."""
    if told.urgent or told.template in URGENT:
        return Plan(How.GOES, now)
    group = group_of(told.template)
    choice = chosen.choice(group) if group is not None and not told.escalates else When.AT_ONCE
    # Which steps of a ladder reach somebody who wants no reminders is decided where they fire: what comes here in spite
    # of that was sent by a colleague.
    if choice is When.NEVER and group is not EventGroup.REMINDERS:
        return Plan(How.DROPPED, now)
    if choice is When.DIGEST:
        return Plan(How.BUNDLED, next_digest(chosen, calendar, now))
    at = next_morning(calendar, now) if told.is_capped and reminded >= MOST_REMINDERS else now
    return Plan(How.GOES, after_quiet(chosen, at))


def after_quiet(chosen: Preferences, moment: datetime) -> datetime:
    """The same moment, or when the quiet hours in which it falls are over."""
    if not chosen.is_quiet(moment):
        return moment
    assert chosen.quiet_until is not None  # noqa: S101 - there are quiet hours
    return _next_at(chosen.quiet_until, moment)


def _next_at(clock: time, moment: datetime) -> datetime:
    local = moment.astimezone(AMSTERDAM)
    today = datetime.combine(local.date(), clock, AMSTERDAM).astimezone(UTC)
    return today if today > moment else datetime.combine(local.date() + _DAY, clock, AMSTERDAM).astimezone(UTC)


def next_digest(chosen: Preferences, calendar: WorkingCalendar, moment: datetime) -> datetime:
    """The next time that somebody's bundle of the day goes: at their hour, on a working day of the house."""
    found = _next_at(chosen.digest_at, moment)
    day = found.astimezone(AMSTERDAM).date()
    if calendar.is_working_day(day):
        return found
    return datetime.combine(calendar.add_working_days(day, 1), chosen.digest_at, AMSTERDAM).astimezone(UTC)


def next_morning(calendar: WorkingCalendar, moment: datetime) -> datetime:
    """A little after the house opens on its next working day."""
    day = calendar.add_working_days(moment.astimezone(AMSTERDAM).date(), 1)
    return datetime.combine(day, calendar.opens, AMSTERDAM).astimezone(UTC) + AFTER_OPENING


def begin_of_day(moment: datetime) -> datetime:
    """Midnight before a moment, here."""
    return datetime.combine(moment.astimezone(AMSTERDAM).date(), time(), AMSTERDAM).astimezone(UTC)


def monday_of(moment: datetime, calendar: WorkingCalendar) -> date:
    """The day of this week on which the weekly overview goes: Monday, or the first working day after it."""
    day = moment.astimezone(AMSTERDAM).date()
    monday = day - timedelta(days=day.weekday())
    return monday if calendar.is_working_day(monday) else calendar.add_working_days(monday, 1)


@dataclass(frozen=True, slots=True)
class Happening:
    """Something of an example week that somebody would be told of."""

    at: datetime
    kind: MessageKind
    what: str
    urgent: bool = False
    escalates: bool = False


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message of the example week: when it comes and what is in it. Without a moment it does not come."""

    at: datetime | None
    template: MessageKind
    contents: tuple[Happening, ...]


_K = MessageKind
#: day of the week, local time, kind, what, whether it hurries
_WEEK: tuple[tuple[int, time, MessageKind, str, bool], ...] = (
    (0, time(9, 5), _K.REMINDER, "een termijn loopt morgen af", False),
    (0, time(11), _K.QUESTION, "een vraag aan uw organisatie, met een termijn van drie werkdagen", False),
    (1, time(14, 30), _K.ANNOUNCEMENT, "een taak voor u", False),
    (1, time(20), _K.INVITATION, "een uitnodiging voor een overleg", False),
    (2, time(9, 5), _K.REMINDER, "een termijn loopt vandaag af", False),
    (2, time(23, 15), _K.ALERT, "spoed of een incident in een casus", True),
    (3, time(6, 30), _K.REMINDER, "een taak met spoed is over haar termijn", True),
    (3, time(15), _K.OUTCOME, "de uitkomst van een overleg staat klaar", False),
    (4, time(10), _K.FEEDBACK, "er is besloten op uw aanmelding", False),
    (4, time(16), _K.DECIDED_FOR_YOU, "een besluit namens u is vastgelegd", False),
)


def example_week(monday: date) -> list[Happening]:
    """A week in which everything happens that one can choose about, and some that one cannot."""
    return [
        Happening(datetime.combine(monday + timedelta(days=day), clock, AMSTERDAM).astimezone(UTC), kind, what, hurries)
        for day, clock, kind, what, hurries in _WEEK
    ]


def preview(chosen: Preferences, calendar: WorkingCalendar, happenings: Sequence[Happening]) -> list[Arrival]:
    """What somebody would get of these, in the order in which it comes; what does not come stands last."""
    arrived: list[Arrival] = []
    bundles: dict[datetime, list[Happening]] = {}
    reminded: dict[date, int] = {}
    for one in sorted(happenings, key=lambda found: found.at):
        day, told = one.at.astimezone(AMSTERDAM).date(), Told(one.kind, one.urgent, one.escalates)
        planned = plan(told, chosen, calendar, one.at, reminded.get(day, 0))
        off = one.kind is MessageKind.REMINDER and chosen.reminders is When.NEVER and not (one.urgent or one.escalates)
        if planned.how is How.DROPPED or off:
            arrived.append(Arrival(None, one.kind, (one,)))
        elif planned.how is How.BUNDLED:
            bundles.setdefault(planned.at, []).append(one)
        else:
            arrived.append(Arrival(planned.at, one.kind, (one,)))
            reminded[day] = reminded.get(day, 0) + told.is_capped
    arrived += [Arrival(at, MessageKind.DIGEST, tuple(these)) for at, these in bundles.items()]
    return sorted(arrived, key=lambda found: found.at or datetime.max.replace(tzinfo=UTC))
