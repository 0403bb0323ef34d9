"""The figures of a house: whole quarters, and no count below a threshold that anybody could work out.

A quarter is counted once and for all: what a longer period says is added up from what its quarters show, so two periods
laid side by side tell no more than the quarters do. Nothing is crossed: no table splits what another one splits. Why:
docs/decisions/0032. Pure; built on WGS 1.12 and the domain rules 2.14 (small numbers are kept back).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Generic, Self, TypeVar

from models.actors import Actor
from models.calendars import AMSTERDAM, YEARS, WorkingCalendar, at
from models.refusals import FieldError, InvalidFields
from models.words import OrganisationKind, Role

K = TypeVar("K")

MOST_QUARTERS = 12
_DEFAULT = 4  #: that are over, with the running one after them
_MONTHS = 3  #: of a quarter
_COMPANY = 2  #: larger counts that are kept back with a small one
_KEPT_BACK, _NOTHING = "afgeschermd", "-"


class Report(StrEnum):
    """What is reported on; the value is its address."""

    INFLOW = "instroom"
    RESPONSE = "eerste-reactie"
    LEAD_TIMES = "doorlooptijden"
    COMMITMENTS = "afspraken"
    OUTCOMES = "uitkomsten"
    REINFLOW = "herinstroom"
    WORKLOAD = "belasting"


@dataclass(frozen=True, slots=True)
class Words:
    """What a report is called, and what its figures mean."""

    title: str
    meaning: str


WORDS: Mapping[Report, Words] = {
    Report.INFLOW: Words(
        "Instroom",
        "Hoeveel aanmeldingen er in een kwartaal binnenkwamen, naar de organisatie die meldde, de gemeente en het"
        " thema. Een aanmelding met meer thema's telt bij elk daarvan. Ook aanmeldingen die zijn gewist tellen mee: van"
        " hen bewaart Pols alleen deze telling.",
    ),
    Report.RESPONSE: Words(
        "Tijd tot de eerste reactie",
        "Hoeveel werkdagen er lagen tussen de aanmelding en de uitslag van de toets op compleetheid: compleet, of een"
        " vraag om aanvulling. Wat geen reactie kreeg, is ingetrokken of wacht nog.",
    ),
    Report.LEAD_TIMES: Words(
        "Doorlooptijden",
        "Hoeveel werkdagen een casus in een fase was, geteld in het kwartaal waarin de casus die fase verliet. De"
        " mediaan is het middelste getal: de helft duurde korter of even lang. Tijd waarin een casus was opgeschort"
        " telt mee.",
    ),
    Report.COMMITMENTS: Words(
        "Afspraken op tijd",
        "Afspraken waarvan de datum in het kwartaal viel, naar wie ze zou uitvoeren. Op tijd is afgehandeld op of voor"
        " de datum zoals die toen gold. Vervallen en overgedragen afspraken tellen niet mee.",
    ),
    Report.OUTCOMES: Words(
        "Uitkomsten",
        "Wat er werd van de aanmeldingen die in een kwartaal binnenkwamen. Een aanmelding die nog loopt, telt tot dan"
        " bij nog geen uitkomst.",
    ),
    Report.REINFLOW: Words(
        "Herinstroom",
        "Van de casussen die in een kwartaal in behandeling zijn genomen: hoeveel er gaan over iemand van wie dit huis"
        " eerder een casus afsloot. Vergeleken op burgerservicenummer; wie geen nummer heeft, telt als nieuw.",
    ),
    Report.WORKLOAD: Words(
        "Belasting",
        "Hoeveel casussen elke procesregisseur nu heeft, in welke fase, hoeveel daarvan stilliggen en hoeveel taken in"
        " die casussen te laat zijn. Het gaat over de verdeling van werk, niet over hoe iemand werkt: uit het logboek"
        " komt hier niets. Niet om te verspreiden.",
    ),
}  # fmt: skip
#: who supervises reads what row-level security shows them: no duties, so no first response and no commitments
_OF_OFFICER = (Report.INFLOW, Report.LEAD_TIMES, Report.OUTCOMES, Report.REINFLOW)
_OF_PARTICIPANT = (Report.INFLOW, Report.RESPONSE, Report.COMMITMENTS, Report.OUTCOMES)


def open_to(actor: Actor) -> tuple[Report, ...]:
    """The reports that are for this actor (domain rules 3.3): of a participant about its own organisation only."""
    if actor.is_participant:
        return _OF_PARTICIPANT if actor.has(Role.CONTACT) else ()
    if actor.organisation_kind is not OrganisationKind.HOUSE:
        return ()
    if actor.has(Role.MANAGER):
        return tuple(Report)
    return _OF_OFFICER if actor.has(Role.PRIVACY_OFFICER) else ()


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """Three months of a year, as the house lives them."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Self:
        """The quarter in which this day lies."""
        return cls(day.year, (day.month - 1) // _MONTHS + 1)

    def after(self, quarters: int) -> "Quarter":
        """So many quarters on, or back."""
        years, number = divmod(self.number - 1 + quarters, 4)
        return Quarter(self.year + years, number + 1)

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, (self.number - 1) * _MONTHS + 1, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.after(1).first - timedelta(days=1)

    @property
    def label(self) -> str:
        """As people say it."""
        return f"{self.number}e kwartaal {self.year}"


@dataclass(frozen=True, slots=True)
class Period:
    """Whole quarters, one after the other."""

    quarters: tuple[Quarter, ...]
    running: Quarter  #: the one that is not over yet

    @property
    def first(self) -> date:
        """Its first day."""
        return self.quarters[0].first

    @property
    def last(self) -> date:
        """Its last day."""
        return self.quarters[-1].last

    @property
    def since(self) -> datetime:
        """The moment it begins."""
        return at(self.first, time())

    @property
    def until(self) -> datetime:
        """The moment after it."""
        return at(self.last + timedelta(days=1), time())

    @property
    def provisional(self) -> bool:
        """Its last quarter still grows."""
        return self.quarters[-1] >= self.running


def period(since: date | None, until: date | None, now: datetime) -> Period:
    """The quarters from one day to another; without days the running one and four before. Raises InvalidFields."""
    running = Quarter.of(now.astimezone(AMSTERDAM).date())
    wrong = []
    if since is not None and (since.year not in YEARS or Quarter.of(since).first != since):
        wrong.append(FieldError("van", "kies de eerste dag van een kwartaal, zoals 2026-01-01"))
    if until is not None and (until.year not in YEARS or Quarter.of(until).last != until):
        wrong.append(FieldError("tot", "kies de laatste dag van een kwartaal, zoals 2026-03-31"))
    if wrong:
        raise InvalidFields(wrong)
    end = Quarter.of(until) if until else max(running, Quarter.of(since)) if since else running
    begin = Quarter.of(since) if since else end.after(-_DEFAULT)
    count = (end.year - begin.year) * 4 + end.number - begin.number + 1
    if count < 1 or end > running:
        raise InvalidFields([FieldError("tot", "kies een kwartaal dat is begonnen, en niet voor het eerste")])
    if count > MOST_QUARTERS:
        raise InvalidFields([FieldError("van", f"kies ten hoogste {MOST_QUARTERS} kwartalen tegelijk")])
    return Period(tuple(begin.after(n) for n in range(count)), running)


# Small numbers


@dataclass(frozen=True, slots=True)
class Guarded(Generic[K]):
    """A table of one quarter as it may be seen. A count of None is kept back; `cells` of None: all of them are.

    `total` is what they add up to; None when that itself is too small.
    """

    cells: Mapping[K, int | None] | None
    total: int | None


def guard(counts: Mapping[K, int], order: Sequence[K], least: int) -> Guarded[K]:
    """Keep back every count from 1 up to `least`, and so much more that none can be worked out from the total.

    Two larger counts are kept back besides: who knows one of them as their own still has two unknowns. They are taken
    in a fixed order, never by size: otherwise the choice would tell. What is kept back adds up to more than its parts
    can be pinned down by. Where that cannot be, the whole table is kept back. A test tries out everything that could
    lie behind a table.
    """
    total = sum(counts.values())
    if 0 < total < least:
        return Guarded(None, None)
    hidden = [key for key, count in counts.items() if 0 < count < least]
    if not hidden:
        return Guarded(dict(counts), total)
    for taken, key in enumerate((one for one in order if counts.get(one, 0) >= least), 1):
        hidden.append(key)
        if taken >= _COMPANY and sum(counts[one] for one in hidden) >= 2 * least + len(hidden):
            return Guarded({one: None if one in hidden else count for one, count in counts.items()}, total)
    return Guarded(None, total)


# Tables as they are shown


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure; without a value it is kept back, or there is nothing to tell. `at_least`: a part was kept back."""

    value: int | None = None
    hidden: bool = False
    at_least: bool = False
    unit: str = ""

    @property
    def text(self) -> str:
        """As people read it."""
        if self.value is None:
            return _KEPT_BACK if self.hidden else _NOTHING
        return f"ten minste {self.value}{self.unit}" if self.at_least else f"{self.value}{self.unit}"


NOTHING, KEPT_BACK = Cell(), Cell(hidden=True)


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table."""

    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with its words: what the rows are, what the columns are, and what it all adds up to."""

    title: str
    head: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    total: Line | None = None
    drawn: int | None = None  #: the column of which a chart is made, when there is one

    @property
    def all(self) -> tuple[Line, ...]:
        """The rows, with the total last."""
        return (*self.lines, self.total) if self.total else self.lines


@dataclass(frozen=True, slots=True)
class Figures:
    """A report as it is shown, printed and downloaded. Without a period it is about now."""

    report: Report
    period: Period | None
    least: int
    sheets: tuple[Sheet, ...]
    own: bool = False  #: about the organisation of who asks only
    names: tuple[str, ...] = field(default=())  #: people it names; then it is not to be taken along

    @property
    def title(self) -> str:
        """What it is called."""
        return WORDS[self.report].title

    @property
    def meaning(self) -> str:
        """What its figures mean."""
        return WORDS[self.report].meaning

    @property
    def empty(self) -> bool:
        """There is nothing in it at all."""
        return not any(sheet.all for sheet in self.sheets)


def together(cells: Iterable[Cell]) -> Cell:
    """What shown cells add up to. Post-processing: it tells nothing that they do not."""
    listed = list(cells)
    shown = [cell.value for cell in listed if cell.value is not None]
    hidden = any(cell.hidden or cell.at_least for cell in listed)
    if hidden and not any(shown):
        return KEPT_BACK
    return Cell(sum(shown), at_least=hidden)


def share(part: Cell, whole: Iterable[Cell]) -> Cell:
    """Which part of a whole, in percents; nothing when something of it was kept back."""
    cells = list(whole)
    if any(cell.hidden or cell.at_least or cell.value is None for cell in cells):
        return KEPT_BACK
    total = sum(cell.value or 0 for cell in cells)
    return Cell(round(100 * (part.value or 0) / total), unit=" %") if total else NOTHING


def guarded(
    counts: Mapping[Quarter, Mapping[K, int]], quarters: Sequence[Quarter], least: int
) -> dict[Quarter, Guarded[K]]:
    """Each quarter by itself, all in one order of keys."""
    order = sorted({key for per in counts.values() for key in per}, key=str)
    return {quarter: guard(counts.get(quarter, {}), order, least) for quarter in quarters}


def cell(table: Guarded[K], key: K) -> Cell:
    """One count of a quarter."""
    if table.cells is None:
        return KEPT_BACK
    count = table.cells.get(key, 0)
    return KEPT_BACK if count is None else Cell(count)


def by_quarter(
    title: str, head: str, tables: Mapping[Quarter, Guarded[K]], labels: Mapping[K, str], *, total: bool = True
) -> Sheet:
    """A row for everything that a quarter names, a column for each quarter, and one for all of them together."""
    named = {key for table in tables.values() for key in table.cells or ()}
    lines = []
    for key in (one for one in labels if one in named):
        cells = [cell(table, key) for table in tables.values()]
        lines.append(Line(labels[key], (*cells, together(cells))))
    totals = [KEPT_BACK if table.total is None else Cell(table.total) for table in tables.values()]
    columns = (*(quarter.label for quarter in tables), "samen")
    nothing = all(table.total == 0 for table in tables.values())
    summed = None if nothing or not total else Line("Totaal", (*totals, together(totals)))
    return Sheet(title, head, columns, tuple(lines), summed, drawn=len(columns) - 1)


def working_days_since(first: date, last: date, calendar: WorkingCalendar) -> list[int]:
    """For each day from the first to the last, how many working days there were up to and including it."""
    why_not, count, found = calendar.looked_up(), 0, []
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        count += why_not(date.fromordinal(ordinal)) is None
        found.append(count)
    return found
