"""How long something stands still in working days, and the classes in which that is counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from models.clocks import AMSTERDAM, WorkingCalendar
from models.lights import working_days_between

#: where the classes begin, in working days
BOUNDS = (5, 10, 20)


@dataclass(frozen=True, slots=True)
class AgeClass:
    """From so many working days, up to but not including so many; without an end everything older."""

    since: int
    until: int | None


CLASSES = tuple(AgeClass(*one) for one in zip((0, *BOUNDS), (*BOUNDS, None), strict=True))


def age(since: datetime, now: datetime, calendar: WorkingCalendar) -> int:
    """The working days after the day on which it began, up to and including today."""
    first, today = since.astimezone(AMSTERDAM).date(), now.astimezone(AMSTERDAM).date()
    return working_days_between(first, today, calendar)


def before(working_days: int, now: datetime, calendar: WorkingCalendar) -> datetime:
    """What began before this moment is so many working days old, or older."""
    tomorrow = now.astimezone(AMSTERDAM).date() + timedelta(days=1)
    day = calendar.add_working_days(tomorrow, -working_days) if working_days else tomorrow
    return datetime.combine(day, time(), AMSTERDAM)


def thresholds(now: datetime, calendar: WorkingCalendar) -> Sequence[datetime]:
    """The moments between the classes, the earliest first: what lies before the first is in the oldest class."""
    return [before(bound, now, calendar) for bound in reversed(BOUNDS)]
