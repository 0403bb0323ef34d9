"""The process drawn from its table: `python -m models.diagram` writes docs/process.md. Pure but for that."""

from collections.abc import Iterable
from pathlib import Path

from models.clocks import Unit
from models.owed import DUTIES, DutySpec
from models.process import DECISIONS, HELP, LABELS, PHASES, VERSION, Deciders, DecisionSpec
from models.words import ClosedBy, DecisionKind, DutyKind, OnLeave, Phase

_UNITS = {
    Unit.WORKING_DAYS: ("werkdag", "werkdagen"),
    Unit.CALENDAR_DAYS: ("dag", "dagen"),
    Unit.CLOCK_HOURS: ("uur", "uur"),
    Unit.WORKING_HOURS: ("werkuur", "werkuren"),
}
_ABOUT = (
    f"Versie {VERSION}. Gemaakt uit `models/process.py` en `models/owed.py` met `python -m models.diagram`; een test"
    " vergelijkt deze pagina daarmee. Termijnen zijn die van een huis dat zelf niets anders heeft vastgesteld."
)
_ENDS = {
    ClosedBy.ANSWER: "antwoord",
    ClosedBy.DECISION: "besluit",
    ClosedBy.WORK: "het huis zelf",
    ClosedBy.REVIEW: "beoordeling",
}
_LEAVES = {OnLeave.WITHDRAW: "vervalt", OnLeave.NO_ANSWER: "geldt als geen antwoord", OnLeave.CARRY: "loopt door"}


def mermaid() -> str:
    """The phases and every decision that moves a case, as a mermaid state diagram."""
    lines = ["stateDiagram-v2", "    direction TB"]
    lines += [f"    {phase.name} : {LABELS[phase]}" for phase in Phase]
    lines += [f"    [*] --> {Phase.INTAKE.name} : melden"]
    for (start, end), kinds in _moves().items():
        lines.append(f"    {start.name} --> {end.name} : {', '.join(map(_spoken, kinds))}")
    return "\n".join([*lines, f"    {Phase.CLOSED.name} --> [*]"])


def _moves() -> dict[tuple[Phase, Phase], list[DecisionKind]]:
    moves: dict[tuple[Phase, Phase], list[DecisionKind]] = {}
    for kind, spec in DECISIONS.items():
        for phase in Phase:
            if phase in spec.phases and spec.leads_to is not None:
                moves.setdefault((phase, spec.leads_to), []).append(kind)
    return moves


def document() -> str:
    """The page about the process: the diagram, and tables of phases, duties and decisions."""
    return "\n\n".join(
        [
            "# Het proces",
            _ABOUT,
            f"```mermaid\n{mermaid()}\n```",
            "## Fasen\n\n" + _table(("fase", "wat er gebeurt", "taken bij aankomst"), map(_phase, Phase)),
            "## Taken\n\n"
            + _table(
                ("taak", "van wie", "termijn", "bij spoed", "eindigt met", "houdt tegen", "als de fase eindigt"),
                (_duty(kind, spec) for kind, spec in DUTIES.items()),
            ),
            "## Besluiten\n\n"
            + _table(
                ("besluit", "wie beslist", "in", "leidt naar", "nodig", "vraagt"),
                (_decision(kind, spec) for kind, spec in DECISIONS.items()),
            ),
        ]
    ) + "\n"  # fmt: skip


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _phase(phase: Phase) -> tuple[str, ...]:
    return LABELS[phase], HELP[phase], _list(map(_spoken, PHASES[phase].opens))


def _duty(kind: DutyKind, spec: DutySpec) -> tuple[str, ...]:
    return (
        _spoken(kind), str(spec.owner), _term(spec.term.unit, spec.term.amount),
        _term(spec.urgent_term.unit, spec.urgent_term.amount) if spec.urgent_term else "",
        _ENDS[spec.closed_by] + (f": {_list(map(_spoken, spec.answers))}" if spec.answers else ""),
        _list(_spoken(one) for one in DECISIONS if one in spec.gates), _LEAVES[spec.on_leave],
    )  # fmt: skip


def _decision(kind: DecisionKind, spec: DecisionSpec) -> tuple[str, ...]:
    return (
        _spoken(kind), "volgt vanzelf uit de feiten" if spec.deciders is Deciders.RULE else str(spec.deciders),
        "elke fase" if len(spec.phases) == len(Phase) else _list(LABELS[one] for one in Phase if one in spec.phases),
        LABELS[spec.leads_to] if spec.leads_to else "", _list(spec.needs), _list(map(_spoken, spec.opens)),
    )  # fmt: skip


def _term(unit: Unit, amount: int) -> str:
    if amount == 0:
        return "dezelfde werkdag"
    one, more = _UNITS[unit]
    return f"{amount} {one if amount == 1 else more}"


def _list(words: Iterable[str]) -> str:
    return ", ".join(words)


def _spoken(word: str) -> str:
    return str(word).replace("_", " ")


if __name__ == "__main__":
    (Path(__file__).parents[1] / "docs" / "process.md").write_text(document(), encoding="utf-8")
