"""The weekly overview of a participant: what it has open, on Monday when the house has opened, once."""

from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files

from sqlalchemy import CursorResult, text

from models.absence import PERSONAL
from models.calendars import WorkingCalendar
from models.clocks import AMSTERDAM
from models.ladder import AFTER_OPENING
from models.lookups import preferences as lookup
from models.preferences import monday_of
from models.transactions import Work

_WAITING = text("SELECT id FROM house WHERE bundled_on IS NULL OR bundled_on < :monday")
_TAKEN = text("""
    UPDATE house SET bundled_on = :monday WHERE id IN (
      SELECT id FROM house WHERE id = ANY (CAST(:houses AS uuid[])) AND (bundled_on IS NULL OR bundled_on < :monday)
      FOR NO KEY UPDATE SKIP LOCKED)
    RETURNING id
""")


@cache
def _overviews() -> str:
    return (files("models.casebook") / "weekly.sql").read_text(encoding="utf-8")


async def tell(work: Work) -> int:
    """Leave the overviews of this week, in the houses that opened and did not do so yet. Answers how many messages."""
    today = work.now.astimezone(AMSTERDAM).date()
    monday = today - timedelta(days=today.weekday())
    waiting = set(await work.session.scalars(_WAITING, {"monday": monday}))
    if not waiting:
        return 0
    policies = await lookup.policies(work, waiting)
    opened = [house for house, one in policies.items() if has_opened(one.calendar(), work.now)]
    taken = list(await work.session.scalars(_TAKEN, {"monday": monday, "houses": opened}))
    if not taken:
        return 0
    asked = {
        "now": work.now, "monday": monday, "houses": taken, "personal": sorted(PERSONAL),
        "by_policy": [policies[house].weekly_overview for house in taken],
    }  # fmt: skip
    result = await work.session.execute(text(_overviews()), asked)
    assert isinstance(result, CursorResult)  # noqa: S101 - an INSERT
    return int(result.rowcount)


def has_opened(calendar: WorkingCalendar, now: datetime) -> bool:
    """The house has opened on the first working day of this week."""
    opens = datetime.combine(monday_of(now, calendar), calendar.opens, AMSTERDAM).astimezone(UTC)
    return now >= opens + AFTER_OPENING
