"""The timeline on the page of a case: by kind and period, a page at a time."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from uuid import UUID

from api.paging import CURSOR, cursor, place
from models.clocks import AMSTERDAM
from models.commands.base import FIRST_YEAR, LAST_YEAR
from models.lookups import timeline
from models.lookups.paging import Between, Page
from models.lookups.timeline import Line
from models.transactions import Work

A_PAGE = 50
#: what the history calls it, by how people look for it; what is in none of them is in "everything"
KINDS: Mapping[str, Sequence[str]] = {
    "besluiten": ("gemeld", "besluit", "fase", "casus naast", "nieuwe melding"),
    "taken": (
        "antwoord", "antwoord hersteld", "taak doorgegeven", "taken overgedragen", "taak toegewezen", "termijn voorbij",
        "termijn gewijzigd", "termijn verlengd", "overgenomen",
    ),
    "herinneringen": (
        "herinnering", "herinnerd", "overgeslagen", "geescaleerd", "escalatie verzet", "escalatie gevraagd",
        "escalatie ingetrokken", "bericht opnieuw verzonden",
    ),
    "overleggen": ("overleg gepland", "overleg gehouden", "uitnodiging beantwoord"),
    "plan": (
        "afspraken toegevoegd", "voortgang", "doel toegevoegd", "stand van doel", "voorwaarde", "overdracht aangeboden",
        "overdracht aanvaard", "heraanmeldcriteria vastgelegd",
    ),
    "informatie": (
        "informatie gevraagd", "informatie toegevoegd", "informatie gecorrigeerd", "informatie ingetrokken",
        "aanmelding gecorrigeerd", "bijlage toegevoegd", "verstrekt aan derde",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class History:
    """The lines that were asked for, and how to ask for older ones."""

    lines: list[Line]
    kind: str
    since: str
    until: str
    further: str

    @property
    def kinds(self) -> Sequence[str]:
        """What one can choose from."""
        return tuple(KINDS)

    @property
    def is_filtered(self) -> bool:
        """Whether not everything was asked for."""
        return bool(self.kind or self.since or self.until)


async def of_case(work: Work, case_id: UUID, asked: Mapping[str, str]) -> History:
    """The lines that an address asks for; a word or a day that is none asks nothing. Raises NotFound."""
    kind = asked.get("soort", "")
    kind = kind if kind in KINDS else ""
    since, until = _day(asked.get("vanaf", "")), _day(asked.get("tot", ""))
    between = Between(_start(since) if since else None, _start(until + timedelta(days=1)) if until else None)
    after = asked.get("na", "")
    page = Page(A_PAGE, place(after) if re.fullmatch(CURSOR, after) else None)
    found = await timeline.page_of(work, case_id, page, kinds=KINDS.get(kind, ()), between=between)
    told = {"soort": kind, "vanaf": since.isoformat() if since else "", "tot": until.isoformat() if until else ""}
    further = ""
    if found.following is not None:
        chosen = {name: value for name, value in told.items() if value}
        further = f"/casussen/{case_id}?{urlencode(chosen | {'na': cursor(found.following)})}#tijdlijn"
    return History(found.rows, kind, told["vanaf"], told["tot"], further)


def _day(value: str) -> date | None:
    try:
        found = date.fromisoformat(value)
    except ValueError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None


def _start(day: date) -> datetime:
    return datetime.combine(day, time(0), AMSTERDAM)
