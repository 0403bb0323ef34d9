"""A report as it is shown: what was counted, kept back where it is small, in tables with words."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from models import figures
from models.calendars import WorkingCalendar
from models.figures import (
    KEPT_BACK,
    NOTHING,
    Cell,
    Figures,
    Guarded,
    Line,
    Period,
    Quarter,
    Report,
    Sheet,
    by_quarter,
    guarded,
    share,
    together,
)
from models.lookups import cases, stalled
from models.lookups import figures as lookup
from models.process import LABELS
from models.refusals import NotAllowed, NotSignedIn
from models.transactions import Work
from models.words import Outcome, Phase

_OUTCOMES: Mapping[str, str] = {
    Outcome.ADMITTED: "in procesregie genomen", Outcome.SHORT: "korte route: afspraken zonder casusoverleg",
    Outcome.ADVISED: "advies gegeven", Outcome.REFERRED: "doorverwezen", Outcome.BUNDLED: "gebundeld met een casus",
    Outcome.REJECTED: "afgewezen", Outcome.WITHDRAWN: "ingetrokken", Outcome.INCOMPLETE: "niet aangevuld",
    "": "nog geen uitkomst",
}  # fmt: skip
_WAITED: Mapping[str, str] = {
    "0": "dezelfde werkdag", "1": "1 werkdag", **{str(n): f"{n} werkdagen" for n in range(2, 6)},
    "6": "6 werkdagen of meer", "": "geen reactie",
}  # fmt: skip
_KEPT = (("op_tijd", "op tijd"), ("te_laat", "te laat afgehandeld"), ("open", "te laat en nog open"))
_CAME_BACK = {"eerder": "eerder een casus in dit huis", "nieuw": "niet eerder"}
_UNKNOWN = "niet vastgelegd"
#: where a case can be while somebody leads it, and before that
_OPEN = tuple(phase for phase in Phase if phase is not Phase.CLOSED)
NOBODY = "nog niemand"


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a report is made with."""

    work: Work
    period: Period
    least: int
    calendar: WorkingCalendar

    def tables(self, what: str, found: lookup.Counts) -> dict[Quarter, Guarded[str]]:
        """One way to split what was counted, each quarter by itself."""
        return guarded(found.get(what, {}), self.period.quarters, self.least)


async def of(work: Work, report: Report, since: date | None = None, until: date | None = None) -> Figures:
    """A report over these days, for who may see it. Raises NotAllowed and InvalidFields."""
    if report not in figures.open_to(work.actor):
        raise NotAllowed("Dit rapport is niet voor u. Kijk bij rapportages welke er wel zijn.")
    if work.actor.house_id is None:
        raise NotSignedIn
    period = figures.period(since, until, work.now)
    _, policy = await cases.house_policy(work, work.actor.house_id)
    if report is Report.WORKLOAD:
        return await _workload(work)
    sheets = await _SHEETS[report](_Asked(work, period, policy.figures_least, policy.calendar()))
    own = lookup.own_organisation(work) is not None
    return Figures(report, period, policy.figures_least, tuple(sheets), own)


async def _inflow(asked: _Asked) -> list[Sheet]:
    found = await lookup.counts(asked.work, Report.INFLOW, asked.period, asked.calendar)
    made = []
    if lookup.own_organisation(asked.work) is None:
        names = {**_by_name(await lookup.names(asked.work)), "": _UNKNOWN}
        tables = asked.tables("organisatie", found)
        made.append(by_quarter("Aanmeldingen naar organisatie", "Organisatie", tables, names))
    for what, title, head, total in (
        ("gemeente", "Aanmeldingen naar gemeente", "Gemeente", True),
        ("thema", "Aanmeldingen naar thema", "Thema", False),
    ):
        words = _as_they_are(found.get(what, {}))
        made.append(by_quarter(title, head, asked.tables(what, found), words, total=total))
    return made


async def _response(asked: _Asked) -> list[Sheet]:
    found = await lookup.counts(asked.work, Report.RESPONSE, asked.period, asked.calendar)
    tables = asked.tables("reactie", found)
    return [by_quarter("Aanmeldingen naar tijd tot de eerste reactie", "Eerste reactie na", tables, _WAITED)]


async def _outcomes(asked: _Asked) -> list[Sheet]:
    found = await lookup.counts(asked.work, Report.OUTCOMES, asked.period, asked.calendar)
    tables = asked.tables("uitkomst", found)
    return [by_quarter("Aanmeldingen naar uitkomst", "Uitkomst", tables, _OUTCOMES)]


async def _reinflow(asked: _Asked) -> list[Sheet]:
    found = await lookup.counts(asked.work, Report.REINFLOW, asked.period, asked.calendar)
    tables = asked.tables("herinstroom", found)
    return [by_quarter("In behandeling genomen casussen", "Eerder bekend", tables, _CAME_BACK)]


async def _commitments(asked: _Asked) -> list[Sheet]:
    found = await lookup.counts(asked.work, Report.COMMITMENTS, asked.period, asked.calendar)
    cells: dict[Quarter, dict[tuple[str, str], int]] = defaultdict(dict)
    for how, per in found.items():
        for quarter, counts in per.items():
            cells[quarter] |= {(organisation, how): n for organisation, n in counts.items()}
    tables = guarded(cells, asked.period.quarters, asked.least)
    names = _by_name(await lookup.names(asked.work))
    named = {key[0] for table in tables.values() for key in table.cells or ()}
    lines = [_kept(names[one], one, tables.values()) for one in names if one in named]
    columns = (*(title for _, title in _KEPT), "aandeel op tijd")
    sheets = [Sheet("Afspraken naar uitvoerder, hele periode", "Uitvoerder", columns, tuple(lines), drawn=3)]
    for how, title in _KEPT:
        labels = {(one, how): name for one, name in names.items()}
        sheets.append(by_quarter(f"Afspraken {title}", "Uitvoerder", tables, labels, total=False))
    return [one for one in sheets if one.lines]


def _kept(name: str, organisation: str, tables: Iterable[Guarded[tuple[str, str]]]) -> Line:
    listed = list(tables)
    cells = [together(figures.cell(table, (organisation, how)) for table in listed) for how, _ in _KEPT]
    return Line(name, (*cells, share(cells[0], cells)))


async def _lead_times(asked: _Asked) -> list[Sheet]:
    found = await lookup.lead_times(asked.work, asked.period, asked.calendar)
    shown = [phase for phase in _OPEN if any(phase in per for per in found.values())]
    quarters = asked.period.quarters
    columns = tuple(quarter.label for quarter in quarters)

    def sheet(title: str, what: int, least: int) -> Sheet:
        lines = tuple(
            Line(LABELS[phase], tuple(_timed(found.get(one, {}).get(phase), what, least) for one in quarters))
            for phase in shown
        )
        return Sheet(title, "Fase", columns, lines, drawn=len(columns) - 1 if what else None)

    if not shown:
        return []
    return [
        sheet("Mediaan, in werkdagen", 1, asked.least),
        sheet("Negen van de tien binnen, in werkdagen", 2, 2 * asked.least),
        sheet("Hoe vaak een casus de fase verliet", 0, asked.least),
    ]


def _timed(found: lookup.Timed | None, what: int, least: int) -> Cell:
    if found is None:
        return NOTHING
    return Cell(found[what]) if found[0] >= least else KEPT_BACK


async def _workload(work: Work) -> Figures:
    rows, names = await lookup.workload(work), await lookup.directors(work)
    stuck = (await stalled.board(work, limit=1)).counts.per_director
    per: dict[UUID | None, list[Any]] = defaultdict(list)
    for row in rows:
        per[row.director_id].append(row)
    lines = [_loaded(names.get(one, NOBODY) if one else NOBODY, per[one], stuck.get(one, 0)) for one in per]
    lines.sort(key=lambda line: (line.label == NOBODY, line.label))
    columns = (*(LABELS[phase] for phase in _OPEN), "samen", "stilgevallen", "taken te laat")
    total = Line("Totaal", tuple(together(column) for column in zip(*(line.cells for line in lines), strict=True)))
    sheet = Sheet("Open casussen per procesregisseur", "Procesregisseur", columns, tuple(lines),
                  total if lines else None, drawn=len(_OPEN))  # fmt: skip
    return Figures(Report.WORKLOAD, None, 0, (sheet,), names=tuple(line.label for line in lines))


def _loaded(name: str, rows: Sequence[Any], stuck: int) -> Line:
    cases_ = {row.phase: row.cases for row in rows}
    counts = [cases_.get(phase, 0) for phase in _OPEN]
    return Line(name, tuple(Cell(n) for n in (*counts, sum(counts), stuck, sum(int(row.late) for row in rows))))


def _by_name(names: Mapping[str, str]) -> dict[str, str]:
    return dict(sorted(names.items(), key=lambda one: one[1].casefold()))


def _as_they_are(counts: Mapping[Quarter, Mapping[str, int]]) -> dict[str, str]:
    """Words of the house itself, in order of the alphabet; what has none comes last."""
    found = {word for per in counts.values() for word in per}
    return {word: word or _UNKNOWN for word in sorted(found, key=lambda one: (one == "", one.casefold()))}


_SHEETS: Mapping[Report, Callable[[_Asked], Awaitable[list[Sheet]]]] = {
    Report.INFLOW: _inflow, Report.RESPONSE: _response, Report.OUTCOMES: _outcomes, Report.REINFLOW: _reinflow,
    Report.COMMITMENTS: _commitments, Report.LEAD_TIMES: _lead_times,
}  # fmt: skip
