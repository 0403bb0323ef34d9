"""What a calendar shows of the work: meetings and due days, in words that say nothing about anybody. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from models.clocks import AMSTERDAM
from models.visibility import FOR_THE_OFFICER, INTERNAL
from models.words import DutyKind

#: how far a feed looks back and ahead, and how much of each kind it shows at most
BEHIND, AHEAD, MOST = timedelta(days=31), timedelta(days=366), 500
#: how often a calendar asks again
REFRESH = timedelta(hours=1)
#: where a meeting is, for who may not see that in their calendar
SEE_POLS = {"nl": "zie Pols", "en": "see Pols"}
_TITLES = {"nl": "Overleg Zorg- en Veiligheidshuis", "en": "Meeting Zorg- en Veiligheidshuis"}
_TEXTS = {
    "nl": (
        "Plaats en voorbereiding vindt u in Pols: {address}\nDeze afspraak bevat met opzet geen inhoud over personen."
    ),
    "en": "Place and preparation are in Pols: {address}\nThis appointment deliberately holds nothing about anybody.",
}
#: what somebody must do without a calendar that others may see saying so
UNSAID = INTERNAL | FOR_THE_OFFICER


class Presence(StrEnum):
    """What somebody who is invited says about coming."""

    COMES = "komt"
    NOT = "komt_niet"
    MAYBE = "misschien"


class RepliedBy(StrEnum):
    """How they said it. A reply of a calendar is a mail that anybody can write: it says no more than this."""

    CALENDAR = "agenda"
    LINK = "antwoordpagina"
    POLS = "pols"
    PHONE = "telefoon"


@dataclass(frozen=True, slots=True)
class CalendarReply:
    """What a calendar answered to an invitation (RFC 5546 REPLY): to which one, from whom, what."""

    uid: UUID
    address: str
    presence: Presence
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class Occasion:
    """Something in a calendar: a moment for so many minutes, or a whole day. `sequence` rises when it is moved."""

    uid: UUID
    title: str
    begins: datetime | date
    stamp: datetime
    minutes: int = 0
    sequence: int = 0
    place: str = ""
    text: str = ""
    address: str = ""
    cancelled: bool = False


def title(reference: str = "", language: str = "nl") -> str:
    """How a meeting is called in every calendar; the reference is the recipient's own, or for the house its number."""
    return f"{_TITLES[language]} ({reference})" if reference else _TITLES[language]


def text(address: str, language: str = "nl") -> str:
    """What a meeting says further: where the rest is."""
    return _TEXTS[language].format(address=address)


def task_title(kind: DutyKind, reference: str = "") -> str:
    """How a duty is called on its due day."""
    what = "taak" if kind in UNSAID else str(kind).replace("_", " ")
    return f"Uiterlijk vandaag: {what} ({reference})" if reference else f"Uiterlijk vandaag: {what}"


def due_day(due_at: datetime) -> date:
    """The last local day on which something is in time; what is due at midnight is due on the day that ends then."""
    return (due_at - timedelta(microseconds=1)).astimezone(AMSTERDAM).date()


def said_by_all(said: Collection[Presence | None]) -> Presence | None:
    """What an organisation says whose people answered each for themselves: somebody comes, perhaps, nobody; or nothing.

    Nobody comes only when everybody said so.
    """
    if Presence.COMES in said:
        return Presence.COMES
    if Presence.MAYBE in said:
        return Presence.MAYBE
    return Presence.NOT if said and None not in said else None
