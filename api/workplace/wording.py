"""The words and dates of the pages: who is meant, what is asked, and when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from api.workplace.language import _, several, word
from models.clocks import AMSTERDAM, MONTHS, WorkingCalendar
from models.lights import Light, light, working_days_between
from models.lookups.waiting import Waiting
from models.stalled import WORDS, Cause, Crew, Party, Stall, Words
from models.words import Role

_MONTHS_FROM = 60  # days: what is longer ago is told in months
DAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
ROLES: Mapping[Role, str] = {
    Role.TRIAGE_MEMBER: "het triageoverleg",
    Role.TRIAGE_OFFICER: "de triagist",
    Role.PROCESS_DIRECTOR: "de procesregisseur",
    Role.MANAGER: "de manager",
    Role.ADVISER: "de adviseur",
    Role.ADMINISTRATOR: "de functioneel beheerder",
    Role.PRIVACY_OFFICER: "de privacy officer",
    Role.CONTACT: "het contact",
    Role.CONTACT_POINT: "het contactpunt",
    Role.TRAJECTORY_COACH: "de trajectbegeleider",
    Role.PARTNER_LEAD: "de leidinggevende",
}


def day(moment: datetime | date, *, short: bool = False) -> str:
    """24 november 2026; short: 24 nov."""
    local = moment.astimezone(AMSTERDAM).date() if isinstance(moment, datetime) else moment
    month = _(MONTHS[local.month - 1])
    return f"{local.day} {month[:3]}" if short else f"{local.day} {month} {local.year}"


def timed(moment: datetime) -> str:
    """dinsdag 24 november 2026, 13:05."""
    local = moment.astimezone(AMSTERDAM)
    return f"{_(DAYS[local.weekday()])} {day(moment)}, {local:%H:%M}"


def ago(moment: datetime, now: datetime) -> str:
    """How long before or after now, in days as the calendar counts them: gisteren, 3 dagen geleden, over 2 maanden."""
    days = (now.astimezone(AMSTERDAM).date() - moment.astimezone(AMSTERDAM).date()).days
    if abs(days) <= 1:
        return {0: _("vandaag"), 1: _("gisteren"), -1: _("morgen")}[days]
    if abs(days) < _MONTHS_FROM:
        time = several("%(num)d dag", "%(num)d dagen", abs(days)) % {"num": abs(days)}
    else:
        time = several("%(num)d maand", "%(num)d maanden", abs(days) // 30) % {"num": abs(days) // 30}
    return (_("%(time)s geleden") if days > 0 else _("over %(time)s")) % {"time": time}


@dataclass(frozen=True, slots=True)
class Together:
    """The stalls of a case with one cause, which wait for the same to be done by the same."""

    words: Words
    since: datetime
    can_act: Party
    stalls: tuple[Stall, ...]


@dataclass(frozen=True, slots=True)
class Speaker:
    """Puts ids into names, for one page and one moment."""

    people: dict[UUID, str]
    organisations: dict[UUID, str]
    calendar: WorkingCalendar
    now: datetime
    own_house: UUID | None

    def person(self, wanted: UUID | None) -> str:
        """A person by name; somebody who left the house is not known any more."""
        return self.people.get(wanted, _("niet meer bekend")) if wanted else ""

    def organisation(self, wanted: UUID | None) -> str:
        """An organisation by name."""
        return self.organisations.get(wanted, _("niet bekend")) if wanted else ""

    def party(self, who: Party) -> str:
        """On whom something waits: a partner by its name, somebody of the house by name or role."""
        house = who.organisation_id == self.own_house
        if who.person_id is not None:
            return self.person(who.person_id) + ("" if house else f" ({self.organisation(who.organisation_id)})")
        if who.role is not None:
            return _(ROLES[who.role])
        return "Pols" if house else self.organisation(who.organisation_id)

    def people_of(self, crew: Crew, who: Party) -> list[str]:
        """Who that are now, by name."""
        return [self.person(one.id) for one in crew.asked(who)]

    def together(self, stalls: Sequence[Stall]) -> list[Together]:
        """One line per cause and who can act, instead of one per duty."""
        found: dict[tuple[Cause, Party], list[Stall]] = {}
        for one in stalls:
            found.setdefault((one.cause, one.can_act), []).append(one)
        return [
            Together(WORDS[cause], min(one.since for one in these), can_act, tuple(these))
            for (cause, can_act), these in found.items()
        ]

    def parties(self, stalls: Sequence[Stall]) -> list[str]:
        """On whom they wait, each once."""
        return list(dict.fromkeys(self.party(one.waits_on) for one in stalls))

    def how_long(self, since: datetime) -> str:
        """Since 10 dec, 12 working days."""
        first, today = since.astimezone(AMSTERDAM).date(), self.now.astimezone(AMSTERDAM).date()
        days = working_days_between(first, today, self.calendar)
        if not days:
            return day(first, short=True)
        spoken = several("%(num)d werkdag", "%(num)d werkdagen", days) % {"num": days}
        return f"{day(first, short=True)} ({spoken})"

    def light(self, one: Waiting) -> Light:
        """How the term of a duty stands."""
        return light(one.duty.due_at, self.now, self.calendar, stands_still=one.duty.stands_still)

    def waits(self, one: Waiting) -> str:
        """What a case waits for: Reclassering, informatie aanleveren, uiterlijk 24 nov."""
        who, what = self.party(one.duty.owner), word(one.duty.kind).lower()
        if one.duty.stands_still:
            return f"{who} \N{EN DASH} {what}"
        until = _("uiterlijk %(day)s") % {"day": day(one.duty.due_at, short=True)}
        return f"{who} \N{EN DASH} {what} {until}"
