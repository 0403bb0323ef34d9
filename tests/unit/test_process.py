"""The process is one table: only it moves a case, and everything in it hangs together."""

from itertools import product
from pathlib import Path

import pytest

from models import diagram
from models.casebook import after, effects
from models.commands.cases import NEEDED, TakeDecision
from models.owed import DONE, DUTIES, gates_of
from models.process import DECISIONS, HELP, LABELS, PHASES, Deciders, decisions_in, duty, left_behind, spec_of
from models.refusals import NotInThisPhase
from models.words import ClosedBy, DecisionKind, DutyKind, Phase, WorkKind

#: duties that no phase and no decision opens by the table, and the act that does
OPENED_BY_AN_ACT = {
    DutyKind.SUPPLEMENT: "a message of the sector, or the decision to ask for it",
    DutyKind.RECHECK_INFORMING: "informing was postponed",
    DutyKind.PUBLISH_OUTCOME: "a meeting was recorded",
    DutyKind.MINUTES: "a meeting was recorded",
    DutyKind.ADOPT_PLAN: "a meeting was recorded",
    DutyKind.CORRECT_MINUTES: "the minutes were written",
    DutyKind.ACCEPT_COMMITMENT: "a pledge was made for who was absent",
    DutyKind.COMMITMENT: "a pledge came into force",
    DutyKind.REPLACE_COMMITMENT: "a pledge was refused",
    DutyKind.RECONCILE: "commitments of linked plans contradict each other",
    DutyKind.ACCEPT_HANDOVER: "a case was offered to who follows it from now",
    DutyKind.ESCALATION: "something was raised to a level of the house",
    DutyKind.OBJECTION: "somebody was named as having decided",
    DutyKind.REVIEW_GLASS: "somebody opened a case that was not theirs to read",
}
BY_TABLE = {kind for spec in PHASES.values() for kind in spec.opens} | {
    kind for spec in DECISIONS.values() for kind in spec.opens + (spec.enters_with or ())
}


@pytest.mark.parametrize(("phase", "kind"), list(product(Phase, DecisionKind)), ids=str)
def test_only_the_table_moves_a_case(phase: Phase, kind: DecisionKind) -> None:
    if phase in DECISIONS[kind].phases:
        assert spec_of(kind, phase) is DECISIONS[kind]
        assert (kind in decisions_in(phase)) is (DECISIONS[kind].deciders is not Deciders.RULE)
    else:
        with pytest.raises(NotInThisPhase, match=f"'{kind}' kan niet in de fase {LABELS[phase]}"):
            spec_of(kind, phase)


def reached_from(start: Phase) -> set[Phase]:
    """Every phase that decisions lead to from here."""
    found, ahead = {start}, [start]
    while ahead:
        here = ahead.pop()
        for spec in DECISIONS.values():
            if here in spec.phases and spec.leads_to is not None and spec.leads_to not in found:
                found.add(spec.leads_to)
                ahead.append(spec.leads_to)
    return found


def test_every_phase_can_be_reached_from_a_report() -> None:
    assert reached_from(Phase.INTAKE) == set(Phase)


@pytest.mark.parametrize("phase", list(Phase))
def test_every_phase_can_come_to_an_end(phase: Phase) -> None:
    assert Phase.CLOSED in reached_from(phase)


def test_every_word_of_the_process_has_its_place() -> None:
    assert set(DECISIONS) == set(DecisionKind)
    assert set(DUTIES) == set(DutyKind)
    assert set(PHASES) == set(LABELS) == set(HELP) == set(Phase)


def test_every_duty_is_opened_by_a_phase_a_decision_or_a_listed_act() -> None:
    assert BY_TABLE | set(OPENED_BY_AN_ACT) == set(DutyKind)


def test_every_listed_act_is_needed() -> None:
    only_by_an_act = set(OPENED_BY_AN_ACT) - {DutyKind.SUPPLEMENT}

    assert only_by_an_act.isdisjoint(BY_TABLE)


def test_what_an_effect_opens_is_in_the_table() -> None:
    assert effects.OPENED_BY_EFFECT <= BY_TABLE


def test_every_duty_that_a_decision_closes_is_named_by_a_decision_or_silent() -> None:
    by_decision = {kind for kind, spec in DUTIES.items() if spec.closed_by is ClosedBy.DECISION}
    closed = {kind for spec in DECISIONS.values() for kind in spec.closes}

    assert by_decision <= closed
    answered = {kind for kind in closed if DUTIES[kind].closed_by is not ClosedBy.DECISION}
    assert answered == {DutyKind.HOLD_MEETING, DutyKind.REPLACE_COMMITMENT}


def test_a_duty_has_answers_exactly_when_an_answer_closes_it() -> None:
    answered = {kind for kind, spec in DUTIES.items() if spec.answers}

    assert answered == {kind for kind, spec in DUTIES.items() if spec.closed_by is ClosedBy.ANSWER}


@pytest.mark.parametrize("kind", list(DutyKind))
def test_what_must_be_explained_is_one_of_the_answers(kind: DutyKind) -> None:
    assert duty(kind).explained <= set(duty(kind).answers)
    assert left_behind(kind) is DUTIES[kind].on_leave


def test_what_follows_from_an_answer_follows_from_a_duty_that_is_answered() -> None:
    assert {kind for kind in after.AFTER if DUTIES[kind].closed_by is not ClosedBy.ANSWER} == set()


@pytest.mark.parametrize("kind", list(DutyKind))
def test_every_gate_is_a_decision_that_can_be_taken_where_the_duty_may_be_open(kind: DutyKind) -> None:
    for decision in DUTIES[kind].gates:
        assert kind in gates_of(decision)
        assert DECISIONS[decision].deciders is not Deciders.RULE


def test_no_decision_is_held_up_by_what_it_closes_itself() -> None:
    assert {kind for kind, spec in DECISIONS.items() if gates_of(kind) & spec.closes} == set()


def test_every_field_a_decision_needs_is_one_of_the_command() -> None:
    needed = {name for spec in DECISIONS.values() for name in spec.needs}

    assert needed == set(NEEDED)
    assert set(NEEDED.values()) <= set(TakeDecision.model_fields)


def test_work_that_is_announced_is_known_to_the_flow() -> None:
    left = {work for spec in PHASES.values() for work in spec.work}
    left |= {work for spec in DECISIONS.values() for work in spec.work}
    left |= {spec.announce for spec in DUTIES.values() if spec.announce is not None}

    assert left <= set(WorkKind)
    assert DONE == ("gedaan",)


def test_a_report_that_ends_says_how() -> None:
    ends = [spec for spec in DECISIONS.values() if spec.leads_to is Phase.CLOSED and Phase.CLOSING not in spec.phases]

    assert ends
    assert all(spec.outcome is not None for spec in ends)


def test_the_page_about_the_process_is_made_from_the_table() -> None:
    page = Path(__file__).parents[2] / "docs" / "process.md"

    assert page.read_text(encoding="utf-8") == diagram.document(), "run: python -m models.diagram"


def test_the_diagram_shows_every_move_once() -> None:
    arrows = [line.strip() for line in diagram.mermaid().splitlines() if "-->" in line]

    assert len(arrows) == len(set(arrows))
    for spec in DECISIONS.values():
        for phase in spec.phases if spec.leads_to else ():
            assert any(arrow.startswith(f"{phase.name} --> {spec.leads_to.name}") for arrow in arrows)  # type: ignore[union-attr]
