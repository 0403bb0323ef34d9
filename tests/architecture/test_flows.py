"""Every phase does every kind of work that can be left in it: what no flow takes up would be looked for without end."""

import ast

import pytest

from flows.case import CONDUCT
from models.process import DECISIONS, PHASES
from models.words import DecisionKind, Phase, WorkKind
from tests.architecture.source import ROOT, parsed

#: left by an effect or a verb instead of the table: calling off and inviting, and what came out of a meeting
LEFT = {WorkKind.CANCEL: (DecisionKind.END_REGIE, DecisionKind.SCALE_DOWN, DecisionKind.ADJOURN)}


def done_by(module: str, function: str) -> set[WorkKind]:
    """The kinds of work that a phase function names."""
    tree = parsed(ROOT / "flows" / f"{module}.py")
    found = next(node for node in tree.body if isinstance(node, ast.AsyncFunctionDef) and node.name == function)
    return {
        WorkKind[node.attr] for node in ast.walk(found)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "WorkKind"
    }  # fmt: skip


def left_in(phase: Phase) -> set[WorkKind]:
    """The kinds of work that can be left in a phase, by the table and by what effects leave."""
    taken = {kind: spec for kind, spec in DECISIONS.items() if phase in spec.phases}
    by_decisions = {work for spec in taken.values() for work in spec.work}
    by_effects = {work for work, kinds in LEFT.items() if set(kinds) & taken.keys()}
    return {WorkKind.ANNOUNCE, *PHASES[phase].work, *by_decisions, *by_effects}


@pytest.mark.parametrize("phase", list(Phase))
def test_a_phase_does_all_the_work_that_can_be_left_in_it(phase: Phase) -> None:
    conduct = CONDUCT[phase]
    module = conduct.__module__.removeprefix("flows.")

    done = done_by(module, getattr(conduct, "__name__", "")) | done_by("always", "whatever_happens")

    assert left_in(phase) - done == set()
