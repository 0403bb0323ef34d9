"""Figures, what they are held against, and the table."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

OUTCOME = Path("build/bench.json")
QUICK = Path("build/bench-quick.json")  #: small sizes never take the place of a figure


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. `against` and `ratio` name another system of the same run; then the bar is about the ratio."""

    work: str
    value: float
    unit: str
    against: str | None = None
    ratio: float | None = None
    bar: float | None = None
    holds: bool | None = None


def reported(work: str, value: float, unit: str) -> Row:
    """A figure without a bar."""
    return Row(work, round(value, 3), unit)


def at_least(work: str, value: float, unit: str, bar: float) -> Row:
    """A figure that should be high."""
    return Row(work, round(value, 3), unit, bar=bar, holds=value >= bar)


def at_most(work: str, value: float, unit: str, bar: float) -> Row:
    """A figure that should be low."""
    return Row(work, round(value, 3), unit, bar=bar, holds=value <= bar)


def compared(row: Row, against: str, ratio: float, bar: float | None = None) -> Row:
    """A figure beside that of another system; the ratio says how many times better ours is."""
    return replace(row, against=against, ratio=round(ratio, 3), bar=bar, holds=None if bar is None else ratio >= bar)


def p95(took: Sequence[float]) -> float:
    """What nineteen in twenty stay below."""
    return statistics.quantiles(took, n=20, method="inclusive")[-1]


def keep(rows: Sequence[Row], outcome: Path, *, fresh: bool) -> None:
    """Write the figures there are so far. Unless it begins afresh, what other runs measured stays, by its work."""
    known = {} if fresh or not outcome.exists() else {one["work"]: one for one in json.loads(outcome.read_text())}
    known |= {row.work: asdict(row) for row in rows}
    outcome.parent.mkdir(parents=True, exist_ok=True)
    outcome.write_text(json.dumps(list(known.values()), indent=2) + "\n", encoding="utf-8")


def show(rows: Sequence[Row]) -> None:
    """Print the table."""
    lines = [("work", "value", "against", "ratio", "bar", "")] + [_cells(row) for row in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())  # noqa: T201


def _cells(row: Row) -> tuple[str, ...]:
    ratio = "" if row.ratio is None else f"{row.ratio:g}x"
    bar = "" if row.bar is None else f"{row.bar:g}{'x' if row.ratio is not None else ''}"
    holds = {None: "", True: "holds", False: "NOT REACHED"}[row.holds]
    return row.work, f"{row.value:g} {row.unit}", row.against or "", ratio, bar, holds
