"""Charts as SVG inside the page: bars that keep their words readable on a phone, in the dark and on paper.

Widths are parts of the whole and never styles, so that our policy lets them through; the colours come from the style
sheet. The table beside a chart says the same, and more.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from models.figures import Cell, Sheet

MOST_BARS = 12
_ROW, _THICK, _BELOW = 44, 14, 8
_LONGEST = 38
_FEWEST = 2
_WHOLE = 100  #: percents reach as far as they say


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its words, where they and it stand, and how far it reaches in percents."""

    label: str
    value: str
    text_at: int
    bar_at: int
    width: float
    hidden: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars below each other, with what who does not see them is told."""

    key: str
    title: str
    told: str
    bars: tuple[Bar, ...]
    height: int
    thick: int = _THICK


def charts(sheet: Sheet, key: str, *, totals: bool = True) -> list[Chart]:
    """Of a table: the bars of its rows, and those of its totals per quarter."""
    made = []
    if sheet.drawn is not None and len(sheet.lines) >= _FEWEST:
        column = sheet.columns[sheet.drawn]
        rows = sorted(
            ((line.label, line.cells[sheet.drawn]) for line in sheet.lines), key=lambda row: -(row[1].value or 0)
        )
        made.append(_bars(f"{sheet.title}, {column}", f"{key}-rijen", rows[:MOST_BARS]))
    if totals and sheet.total is not None and len(sheet.columns) > _FEWEST and sheet.columns[-1] == "samen":
        per = zip(sheet.columns[:-1], sheet.total.cells[:-1], strict=True)
        made.append(_bars("Totaal per kwartaal", f"{key}-totaal", per))
    return [one for one in made if one.bars]


def _bars(title: str, key: str, rows: Iterable[tuple[str, Cell]]) -> Chart:
    listed = list(rows)
    most = max((_WHOLE if cell.unit == " %" else cell.value or 0 for _, cell in listed), default=0)
    bars = tuple(
        Bar(
            _short(label), cell.text, place * _ROW + 16, place * _ROW + 22,
            round(100 * (cell.value or 0) / most, 1) if most else 0, cell.value is None,
        )
        for place, (label, cell) in enumerate(listed)
    )  # fmt: skip
    told = "; ".join(f"{label}: {cell.text}" for label, cell in listed)
    return Chart(key, title, told, bars if most else (), len(listed) * _ROW + _BELOW)


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST else label[: _LONGEST - 1].rstrip() + "…"
