"""The traffic light of a term, in words: how many working days are left, or how many it is late."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from models.clocks import AMSTERDAM, WorkingCalendar
from models.phrases import phrase

SOON = 2  # working days


class Colour(StrEnum):
    """How a term stands; the words beside it say the same, so that nobody needs the colour."""

    STILL = "stil"  #: on hold: the clock does not run
    LATE = "te-laat"
    TODAY = "vandaag"
    SOON = "binnenkort"
    ON_TIME = "op-tijd"


@dataclass(frozen=True, slots=True)
class Light:
    """A colour and the words that stand beside it."""

    colour: Colour
    words: str


def light(due_at: datetime, now: datetime, calendar: WorkingCalendar, *, stands_still: bool = False) -> Light:
    """Where a term stands at this moment."""
    if stands_still:
        return Light(Colour.STILL, phrase("opgeschort"))
    due, today = due_at.astimezone(AMSTERDAM).date(), now.astimezone(AMSTERDAM).date()
    if due_at <= now:
        over = working_days_between(due, today, calendar)
        return Light(Colour.LATE, phrase("{days} te laat", days=_days(over)) if over else phrase("net te laat"))
    if due == today:
        at = due_at.astimezone(AMSTERDAM)
        return Light(Colour.TODAY, phrase("vandaag voor {time:%H:%M}", time=at))
    left = working_days_between(today, due, calendar)
    words = phrase("nog {days}", days=_days(left)) if left else phrase("voor de volgende werkdag")
    return Light(Colour.SOON if left <= SOON else Colour.ON_TIME, words)


@lru_cache(maxsize=1024)  # a page asks the same few pairs of days again and again
def working_days_between(first: date, last: date, calendar: WorkingCalendar) -> int:
    """The working days after the first day, up to and including the last."""
    days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    return sum(calendar.is_working_day(day) for day in days)


def _days(count: int) -> str:
    return phrase("1 werkdag") if count == 1 else phrase("{count} werkdagen", count=count)
