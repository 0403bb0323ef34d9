"""A message ready to leave the house: rendered for one recipient, and without a word about anybody."""

from dataclasses import dataclass
from enum import StrEnum


class CalendarMethod(StrEnum):
    """What a calendar part asks of the calendar that reads it (RFC 5546)."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"
    PUBLISH = "PUBLISH"


@dataclass(frozen=True, slots=True)
class CalendarPart:
    """An iCalendar object that goes with a message (RFC 6047)."""

    method: CalendarMethod
    body: bytes


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to one recipient. `id` is the row of the outbox: every try carries the same Message-ID."""

    id: str
    house: str
    subject: str
    text: str
    html: str = ""
    language: str = "nl"
    calendar: CalendarPart | None = None
    short: str = ""  #: the same in one breath, for a telephone: kind of act, day, reference, whom to call


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one try. `code` is None when the other side took it; a code of ours, not their words."""

    code: str | None = None
    lasting: bool = False  #: trying again is of no use: refused for good
