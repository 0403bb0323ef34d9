"""Figures to take along: a table for every program (CSV) and a workbook (XLSX), in which no text is ever a formula."""

import csv
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO, StringIO

from starlette.responses import Response
from xlsxwriter import Workbook

from models.figures import Cell, Figures, Sheet

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: per form how a browser names the file
ENDS = {CSV: "csv", XLSX: "xlsx"}
_HEAD = ("tabel", "rij", "kolom", "waarde", "opmerking")
#: what makes a program take a text for a formula (OWASP); wide forms of these become them
_FORMULA = frozenset("=+-@\t\r\n|%")
_LONGEST_NAME = 31  # of a sheet in a workbook
_NOT_IN_A_NAME = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


def plain(text: str) -> str:
    """A text as no program takes it for a formula, whatever stands before its first sign."""
    shown = unicodedata.normalize("NFKC", text).lstrip("\ufeff\u200b\u200c\u200d\u2060\xa0 \"'")
    return f"'{text}" if shown and shown[0] in _FORMULA else text


def as_csv(figures: Figures) -> bytes:
    """One line per figure, as a Dutch spreadsheet opens it: with semicolons, and a mark that it is UTF-8."""
    kept = StringIO(newline="")
    writer = csv.writer(kept, delimiter=";", quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow(_HEAD)
    writer.writerows(_rows(figures))
    return kept.getvalue().encode("utf-8-sig")


def _rows(figures: Figures) -> Iterator[tuple[str | int, ...]]:
    for sheet in figures.sheets:
        for line in sheet.all:
            for column, cell in zip(sheet.columns, line.cells, strict=True):
                value = "" if cell.value is None else cell.value
                yield plain(sheet.title), plain(line.label), plain(column), value, _remark(cell)


def _remark(cell: Cell) -> str:
    if cell.hidden:
        return "afgeschermd"
    return "ten minste" if cell.at_least else cell.unit.strip()


def as_xlsx(figures: Figures, now: datetime) -> bytes:
    """A workbook with an explanation and a sheet per table. Text is written as text: never a formula, never a link."""
    kept = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(kept, options) as book:
        book.set_properties({"title": figures.title, "created": now.replace(tzinfo=None)})
        bold = book.add_format({"bold": True})
        about = book.add_worksheet("Uitleg")
        about.set_column(0, 0, 100)
        for row, text in enumerate(explained(figures)):
            about.write_string(row, 0, text, bold if row == 0 else None)
        for number, sheet in enumerate(figures.sheets, 1):
            _fill(book, sheet, number)
    return kept.getvalue()


def _fill(book: Workbook, sheet: Sheet, number: int) -> None:
    bold = book.add_format({"bold": True})
    page = book.add_worksheet(f"{number} {sheet.title}".translate(_NOT_IN_A_NAME)[:_LONGEST_NAME].strip())
    page.set_column(0, 0, 40)
    page.set_column(1, len(sheet.columns), 20)
    page.freeze_panes(1, 1)
    for column, text in enumerate((sheet.head, *sheet.columns)):
        page.write_string(0, column, text, bold)
    for row, line in enumerate(sheet.all, 1):
        page.write_string(row, 0, line.label)
        for column, cell in enumerate(line.cells, 1):
            if cell.value is None or cell.at_least:
                page.write_string(row, column, cell.text)
            else:
                page.write_number(row, column, cell.value)


def explained(figures: Figures) -> list[str]:
    """What the figures mean, about when they are, and what was kept back."""
    told = [figures.title, figures.meaning]
    if figures.period is not None:
        told.append(f"Van {figures.period.first:%d-%m-%Y} tot en met {figures.period.last:%d-%m-%Y}.")
        if figures.period.provisional:
            told.append("Het laatste kwartaal loopt nog: die cijfers zijn voorlopig.")
    if figures.own:
        told.append("Alleen over uw eigen organisatie.")
    return [*told, kept_back(figures.least)] if figures.least else told


def kept_back(least: int) -> str:
    """Why figures are missing, in words."""
    return (
        f"Een aantal van 1 tot en met {least - 1} is afgeschermd, zodat niemand herkenbaar is. Soms is ook een groter"
        " aantal afgeschermd, omdat het kleine aantal anders uit te rekenen is. Een som met een afgeschermd deel erin"
        " staat er als ten minste."
    )


def taken_along(figures: Figures, form: str, now: datetime) -> Response:
    """The file itself: saved by a browser under the name of the report, kept by nobody on the way."""
    content = as_csv(figures) if form == CSV else as_xlsx(figures, now)
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="{figures.report}.{ENDS[form]}"',
        "Vary": "Accept",
    }
    media_type = f"{CSV}; charset=utf-8; header=present" if form == CSV else form
    return Response(content, media_type=media_type, headers=headers)
