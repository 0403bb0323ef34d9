"""Cases as the workplace lists them: where each stands and what it waits for, two questions for a whole page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from models.lookups import caselists, waiting
from models.lookups.caselists import CaseFilter, CaseLine
from models.lookups.paging import Page, Paged
from models.lookups.waiting import Waiting
from models.transactions import Work


@dataclass(frozen=True, slots=True)
class Listed:
    """A case and the next thing it waits for; nothing when the actor may not see what that is."""

    line: CaseLine
    next: Waiting | None


async def my_cases(work: Work, *, limit: int = 50) -> list[Listed]:
    """The open cases that the actor directs, also for who is away; what is due first comes first."""
    if not work.actor.is_staff:  # nobody else directs a case
        return []
    wanted = CaseFilter(is_open=True, led_by=sorted(work.actor.directs_as))
    found = await caselists.page(work, wanted, Page(limit))
    return sorted(await _listed(work, found.rows), key=_when)


def _when(one: Listed) -> tuple[bool, datetime]:
    return one.next is None, one.next.duty.due_at if one.next else one.line.case.reported_at


async def page_of(work: Work, wanted: CaseFilter, page: Page) -> Paged[Listed]:
    """The cases that the actor may know of and that are asked for, the newest first."""
    found = await caselists.page(work, wanted, page)
    return Paged(await _listed(work, found.rows), found.following)


async def _listed(work: Work, found: Sequence[CaseLine]) -> list[Listed]:
    open_ = await waiting.open_in(work, [one.case.id for one in found]) if found else {}
    return [Listed(one, waiting.next_of(open_.get(one.case.id, ()))) for one in found]
