"""Deciding: one verb for every decision. The table in `process` says what is allowed; effects do what is particular."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from models import process, visibility
from models.actors import Actor
from models.casebook import duties, phases, plans
from models.casebook.duties import Wanted
from models.casebook.effects import EFFECTS, OPENED_BY_EFFECT
from models.casebook.frame import Frame, open_frame
from models.commands.cases import NEEDED, TakeDecision
from models.lookups import cases, meetings, plan, sittings
from models.process import DecisionSpec
from models.refusals import FieldError, GateOpen, InvalidFields, NotFound, NotPossible
from models.tables.base import new_id
from models.tables.cases import Decision, DecisionDecider
from models.transactions import Work
from models.visibility import Decider, Parties
from models.words import DecisionKind, DutyKind, Phase, Standing

#: within this time the same decision by the same person is a double click
DOUBLE_CLICK = timedelta(seconds=10)


async def decide(work: Work, case_id: UUID, command: TakeDecision) -> Decision:
    """Take a decision: check who, where, what it needs and what is open; then everything it changes, at once.

    Raises NotFound, NotInThisPhase, MayNotDecide, InvalidFields, GateOpen or NotPossible; then nothing is changed.
    """
    frame = await open_frame(work, case_id)
    spec = process.spec_of(command.kind, frame.case.phase)
    who = await _deciders(frame, spec, command)
    await _check_fields(frame, spec, command)
    await _check_gates(frame, command.kind)
    command = await _about_the_same(frame, command)
    await _check_quorum(frame, spec)
    await _check_once(frame, command)
    decision = _written(frame, command, who)
    await _carry_out(frame, spec, command, decision)
    _notice_named(frame, who, decision)
    return decision


async def decide_by_rule(frame: Frame, kind: DecisionKind, triggered_by: str) -> Decision:
    """Take a decision that follows from facts; `triggered_by` says from which (design §3)."""
    spec = process.spec_of(kind, frame.case.phase)
    command = TakeDecision(kind=kind)
    decision = _decision(frame, command, triggered_by=triggered_by)
    frame.work.session.add(decision)
    await _carry_out(frame, spec, command, decision)
    return decision


async def _deciders(frame: Frame, spec: DecisionSpec, command: TakeDecision) -> list[Decider]:
    actor = frame.work.actor
    named = command.deciders or ((actor.person_id,) if actor.person_id else ())
    who = [_self(actor)] if named == (actor.person_id,) else await cases.deciders(frame.work, named)
    involved = frozenset(one.organisation_id for one in await frame.standing(Standing.INVOLVED))
    parties = Parties(
        frame.case.director_id, frame.case.reporter_organisation_id, involved, frame.policy.reporter_may_decide_alone
    )
    visibility.may_decide(spec.deciders, who, parties)
    visibility.may_register(actor, who, parties)
    return who


def _self(actor: Actor) -> Decider:
    """Who acts has just signed in: nothing more to look up."""
    if actor.person_id is None or actor.organisation_id is None or actor.organisation_kind is None:
        raise NotFound("Een van de genoemde beslissers")
    return Decider(actor.person_id, actor.organisation_id, actor.organisation_kind, actor.roles, actor.replaces)


async def _check_fields(frame: Frame, spec: DecisionSpec, command: TakeDecision) -> None:
    errors = [
        FieldError(wire, "is nodig voor dit besluit")
        for wire in spec.needs if _is_empty(getattr(command, NEEDED[wire]))
    ]  # fmt: skip
    if command.decided_at is not None and command.decided_at > frame.work.now:
        errors.append(FieldError("beslistOp", "ligt in de toekomst"))
    if command.meeting_id is not None and not await meetings.is_of_case(frame.work, command.meeting_id, frame.case.id):
        errors.append(FieldError("overleg", "is geen overleg van deze casus"))
    if command.corrects is not None and command.kind is not DecisionKind.CORRECT:
        errors.append(FieldError("besluit", "hoort alleen bij herstellen"))
    if errors:
        raise InvalidFields(errors)


def _is_empty(value: object) -> bool:
    return not value.strip() if isinstance(value, str) else value in (None, ())


async def _check_gates(frame: Frame, kind: DecisionKind) -> None:
    gates = process.gates_of(kind)
    if not gates:
        return
    open_ = await frame.still_open(gates)
    if open_:
        names = ", ".join(dict.fromkeys(str(duty.kind).replace("_", " ") for duty in open_))
        msg = f"Eerst moet nog worden afgerond: {names}."
        raise GateOpen(msg)


async def _check_quorum(frame: Frame, spec: DecisionSpec) -> None:
    """At a triage whose table was not complete nothing is admitted or turned away; urgent is decided by phone."""
    if DutyKind.ADMISSION not in spec.closes or frame.case.urgent:
        return
    if lacks := await sittings.lacks(frame.work, frame.case.id):
        msg = f"De triage waarop deze casus staat heeft geen quorum: er ontbreekt {lacks}. Verdaag de triage."
        raise GateOpen(msg)


async def _check_once(frame: Frame, command: TakeDecision) -> None:
    """A second click is not a second decision: the same, by the same person, within seconds."""
    since = frame.work.now - DOUBLE_CLICK
    latest = await cases.latest_decision(frame.work, frame.case, command.kind, since)
    if latest is not None and latest.facts == _facts(command) and latest.reason == command.reason:
        raise NotPossible("Dit besluit is zojuist al vastgelegd.")


def _facts(command: TakeDecision) -> dict[str, Any]:
    return command.model_dump(mode="json", exclude_defaults=True, exclude={"kind", "reason", "deciders"})


def _decision(frame: Frame, command: TakeDecision, triggered_by: str | None = None) -> Decision:
    work, case = frame.work, frame.case
    return Decision(
        id=new_id(), house_id=case.house_id, case_id=case.id, visit_id=frame.visit_id, kind=command.kind, at=work.now,
        decided_at=command.decided_at or work.now, registered_by=None if triggered_by else work.actor.person_id,
        on_behalf_of=work.actor.on_behalf_of or case.sponsor_organisation_id, triggered_by=triggered_by,
        meeting_id=command.meeting_id, corrects_id=command.corrects, reason=command.reason,
        facts=_facts(command),
    )  # fmt: skip


def _written(frame: Frame, command: TakeDecision, who: list[Decider]) -> Decision:
    """Write the decision and who took it. The tables refuse a decider who is no public participant (R3)."""
    decision = _decision(frame, command)
    frame.work.session.add(decision)
    frame.work.session.add_all(
        DecisionDecider(
            decision_id=decision.id, person_id=one.person_id, house_id=frame.case.house_id, case_id=frame.case.id,
            decision_kind=command.kind, organisation_id=one.organisation_id, organisation_kind=one.organisation_kind,
        )
        for one in who
    )  # fmt: skip
    return decision


async def _about_the_same(frame: Frame, command: TakeDecision) -> TakeDecision:
    """What corrects a decision is about what that was about, and for the same readers."""
    if command.kind is not DecisionKind.CORRECT or command.corrects is None:
        return command
    corrected = await cases.decision(frame.work, frame.case.id, command.corrects)
    about = corrected.facts.get("commitment_id")
    return command.model_copy(update={"commitment_id": UUID(about) if about else None})


async def _about_apart(frame: Frame, command: TakeDecision) -> UUID | None:
    """The commitment that is decided about, when not everybody who reads the case may know of it (R13)."""
    if command.commitment_id is None:
        return None
    found = await plan.of_case(frame.work, frame.case.id, [command.commitment_id])
    return next((one.id for one in found.values() if one.excluded or one.only_for), None)


async def _carry_out(frame: Frame, spec: DecisionSpec, command: TakeDecision, decision: Decision) -> None:
    frame.batch_id = decision.id
    apart = await _about_apart(frame, command)
    frame.note("besluit", "besluit", decision.id, soort=command.kind, besluit=decision.id, commitment_id=apart)
    await duties.end_of_kind(frame, spec.closes, ended_as="besloten")
    if spec.outcome is not None:
        frame.case.outcome = spec.outcome
    effect = EFFECTS.get(command.kind)
    if effect is not None:
        await effect(frame, command, decision)
    general = [kind for kind in spec.opens if kind not in OPENED_BY_EFFECT]
    await phases.open_kinds(frame, general, command.organisations)
    for kind in spec.work:
        frame.owe(kind, decision.id)
    if spec.leads_to is not None:
        frame.note("fase", fase=spec.leads_to)
        await phases.enter(frame, spec.leads_to, spec.enters_with)
        await _follow_on(frame, spec.leads_to)


async def _follow_on(frame: Frame, phase: Phase) -> None:
    if phase is Phase.PLAN and await plans.all_accepted(frame):
        await decide_by_rule(frame, DecisionKind.PLAN_COMPLETE, "alle afspraken zijn in het overleg toegezegd")


def _notice_named(frame: Frame, who: list[Decider], decision: Decision) -> None:
    """Whoever was named by somebody else gets a notice and two working days to object."""
    others = [one for one in who if one.person_id != frame.work.actor.person_id]
    duties.open_duties(
        frame,
        [Wanted(DutyKind.OBJECTION, one.organisation_id, one.person_id, about_id=decision.id) for one in others],
    )
