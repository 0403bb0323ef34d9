"""Rapportages: the figures of a house by whole quarters, with small counts kept back; as JSON, CSV or workbook."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from api import sheets
from api.once import Once
from api.sheets import CSV, XLSX
from api.signin import CountReader
from api.wire import Incoming, Outgoing, dutch
from models import figures
from models.casebook import figures as casebook
from models.figures import Cell, Figures, Line, Report, Sheet
from models.lookups import reports
from models.refusals import FieldError, InvalidFields

router = APIRouter(tags=["rapportages"], route_class=Once)

_BINARY = {"schema": {"type": "string", "format": "binary"}}


class Rapport(Outgoing):
    """Een rapport dat er voor u is."""

    model_config = dutch(report="naam", title="titel", meaning="betekenis")

    report: Report
    title: str
    meaning: str


class Rapporten(Outgoing):
    """De rapporten die er voor u zijn; van een deelnemer gaan ze alleen over de eigen organisatie."""

    model_config = dutch(results="resultaten")

    results: list[Rapport]


class Getal(Outgoing):
    """Een cijfer. Zonder waarde is het afgeschermd, of is er niets te vertellen."""

    model_config = dutch(value="waarde", hidden="afgeschermd", at_least="tenMinste", unit="eenheid")

    value: int | None
    hidden: bool
    at_least: bool = Field(description="Een deel is afgeschermd: het is dit of meer")
    unit: str


class Rij(Outgoing):
    """Een rij van een tabel: een getal voor elke kolom."""

    model_config = dutch(label="naam", cells="getallen")

    label: str
    cells: list[Getal]


class Tabel(Outgoing):
    """Een tabel: wat de rijen zijn, wat de kolommen, en waar het op uitkomt."""

    model_config = dutch(title="titel", head="rijenZijn", columns="kolommen", lines="rijen", total="totaal")

    title: str
    head: str
    columns: list[str]
    lines: list[Rij]
    total: Rij | None


class Rapportage(Outgoing):
    """Een rapport over hele kwartalen; zonder periode gaat het over nu."""

    model_config = dutch(
        report="naam", title="titel", meaning="betekenis", since="van", until="tot", provisional="voorlopig",
        own="eigenOrganisatie", least="afgeschermdOnder", sheets="tabellen",
    )  # fmt: skip

    report: Report
    title: str
    meaning: str
    since: date | None
    until: date | None
    provisional: bool = Field(description="Het laatste kwartaal loopt nog")
    own: bool
    least: int = Field(description="Een aantal van 1 tot dit is afgeschermd; 0: in dit rapport niet")
    sheets: list[Tabel]


class ZoekRapport(Incoming):
    """Over welke kwartalen het rapport gaat."""

    model_config = dutch(since="van", until="tot")

    since: date | None = Field(default=None, description="De eerste dag van een kwartaal")
    until: date | None = Field(default=None, description="De laatste dag van een kwartaal")


@router.get("/rapportages", summary="De rapporten die er voor u zijn")
async def list_reports(work: CountReader) -> Rapporten:
    there = [(report, figures.WORDS[report]) for report in figures.open_to(work.actor)]
    return Rapporten(results=[Rapport(report=one, title=said.title, meaning=said.meaning) for one, said in there])


@router.get(
    "/rapportages/{naam}",
    summary="Een rapport over hele kwartalen",
    description="Vraag met `Accept` om `text/csv` of een werkmap van Excel; anders is het antwoord JSON. Kleine"
    " aantallen zijn afgeschermd, ook als zij alleen uit te rekenen zijn. Wie een rapport bekijkt of ophaalt, staat in"
    " het logboek.",
    response_model=Rapportage,
    responses={200: {"content": {CSV: _BINARY, XLSX: _BINARY}}},
)
async def read_report(
    report: Annotated[Report, Path(alias="naam")], asked: Annotated[ZoekRapport, Query()], request: Request,
    work: CountReader,
) -> Rapportage | Response:  # fmt: skip
    found = await reports.of(work, report, asked.since, asked.until)
    form = wanted(request.headers.get("accept", ""))
    if form is None:
        casebook.shown(work, report)
        return told(found)
    if found.names:
        raise InvalidFields([FieldError("Accept", "dit rapport noemt medewerkers en is alleen als JSON op te vragen")])
    casebook.taken(work, report, sheets.ENDS[form])
    return sheets.taken_along(found, form, work.now)


def wanted(accept: str) -> str | None:
    """The file that is asked for above JSON, or nothing: JSON is for who has no preference."""
    best, chosen = 0.0, None
    for part in accept.split(","):
        name, _, weight = part.strip().lower().partition(";")
        quality = _quality(weight)
        if quality > best and name.strip() in {CSV, XLSX, "application/json", "application/*", "*/*"}:
            best, chosen = quality, name.strip()
    return chosen if chosen in sheets.ENDS else None


def _quality(parameters: str) -> float:
    for one in parameters.split(";"):
        name, _, value = one.strip().partition("=")
        if name == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


def told(found: Figures) -> Rapportage:
    """A report on the wire."""
    period = found.period
    return Rapportage(
        report=found.report, title=found.title, meaning=found.meaning, since=period.first if period else None,
        until=period.last if period else None, provisional=period is not None and period.provisional, own=found.own,
        least=found.least, sheets=[_table(one) for one in found.sheets],
    )  # fmt: skip


def _table(sheet: Sheet) -> Tabel:
    return Tabel(
        title=sheet.title, head=sheet.head, columns=list(sheet.columns), lines=[_row(one) for one in sheet.lines],
        total=_row(sheet.total) if sheet.total else None,
    )  # fmt: skip


def _row(line: Line) -> Rij:
    return Rij(label=line.label, cells=_numbers(line.cells))


def _numbers(cells: Iterable[Cell]) -> list[Getal]:
    return [Getal(value=one.value, hidden=one.hidden, at_least=one.at_least, unit=one.unit.strip()) for one in cells]
