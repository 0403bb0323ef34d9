"""Commitments of linked plans that contradict each other: found by the catalogue or marked by a regisseur.

Both regisseurs owe it to settle that. Neither reads the other's case by it: what is kept are ids and the words of who
marked it, and partners see nothing of it (R7, R13).
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from uuid import UUID

from models.actors import Actor
from models.casebook import duties
from models.casebook.duties import Wanted
from models.casebook.frame import Frame, audit, must_direct, open_frame
from models.commands.cases import GiveAnswer
from models.commands.meetings import MarkConflict
from models.lookups import conflicts, meetings
from models.lookups.conflicts import Intended
from models.refusals import NotPossible
from models.tables.base import new_id
from models.tables.cases import Case
from models.tables.duties import Duty
from models.tables.plans import PlanConflict
from models.transactions import Work, become
from models.words import ConflictFound, DutyKind


@dataclass(frozen=True, slots=True)
class _Pair:
    """A commitment of this case and one of another."""

    own_id: UUID
    other: Case
    other_id: UUID


async def find(frame: Frame) -> list[PlanConflict]:
    """Mark what the catalogue says does not go together, for the same person or the system, in cases that are linked.

    Only in an act of the house: nobody else may know which cases are linked.
    """
    made = await _found(frame)
    _log(frame, made)
    return made


async def find_as(frame: Frame, director: Actor) -> None:
    """The same in an act of a participant, who may not read the other plan: with the rights of the regisseur, for as
    long as it takes. The log says whose act it was.
    """
    work = frame.work
    made = await _found(replace(frame, work=await become(work, director)))
    await become(work, work.actor)
    _log(frame, made)


async def _found(frame: Frame) -> list[PlanConflict]:
    policy = frame.policy
    if not frame.work.actor.is_staff or not any(one.clashes_with for one in policy.interventions):
        return []
    own = await conflicts.intended(frame.work, frame.case.id)
    pairs = [
        _Pair(mine.id, other, theirs.id)
        for other in await conflicts.linked(frame.work, frame.case)
        for theirs in await conflicts.intended_elsewhere(frame.work, other.id, back_to=frame.case.id)
        for mine in own if _same(mine, theirs) and policy.clash(mine.intervention, theirs.intervention)
    ]  # fmt: skip
    return await _mark(frame, pairs, ConflictFound.RULE, "")


def _same(one: Intended, other: Intended) -> bool:
    """About the same person, or both about the system."""
    return one.subject_id == other.subject_id or (one.bsn is not None and one.bsn == other.bsn)


async def mark(work: Work, commitment_id: UUID, command: MarkConflict) -> PlanConflict:
    """The regisseur says that a commitment contradicts one of a linked case.

    Raises NotFound, NotAllowed or NotPossible.
    """
    commitment = await meetings.commitment(work, commitment_id)
    frame = await open_frame(work, commitment.case_id)
    must_direct(frame)
    for other in await conflicts.linked(work, frame.case):
        theirs = await conflicts.intended_elsewhere(work, other.id, back_to=frame.case.id)
        if command.other_id in {one.id for one in theirs}:
            made = await _mark(frame, [_Pair(commitment.id, other, command.other_id)], ConflictFound.HAND, command.note)
            if not made:
                raise NotPossible("Deze twee afspraken zijn al als tegenstrijdig gemarkeerd.")
            _log(frame, made)
            return made[0]
    raise NotPossible("Noem een lopende afspraak van een casus die met deze samenhangt.")


async def _mark(frame: Frame, pairs: Collection[_Pair], found_by: ConflictFound, note: str) -> list[PlanConflict]:
    known = await conflicts.pairs(frame.work, frame.case.id)
    made = []
    for pair in pairs:
        if frozenset({pair.own_id, pair.other_id}) in known:
            continue
        conflict = PlanConflict(
            id=new_id(), house_id=frame.case.house_id, case_id=frame.case.id, commitment_id=pair.own_id,
            other_case_id=pair.other.id, other_commitment_id=pair.other_id, found_by=found_by, note=note,
            marked_at=frame.work.now, settled_how="",
            marked_by=frame.work.actor.person_id if found_by is ConflictFound.HAND else None,
        )  # fmt: skip
        frame.work.session.add(conflict)
        theirs = Frame(frame.work, pair.other, frame.house_organisation_id, frame.policy)
        for one in (frame, theirs):
            duties.open_duties(one, [Wanted(DutyKind.RECONCILE, about_id=conflict.id, apart=True)])
        made.append(conflict)
    await frame.work.session.flush()
    return made


def _log(frame: Frame, made: Collection[PlanConflict]) -> None:
    for one in made:
        for case_id, about in ((one.case_id, one.commitment_id), (one.other_case_id, one.other_commitment_id)):
            audit(
                frame.work, "tegenstrijdigheid gemarkeerd", "afspraak", about, case_id=case_id, house_id=one.house_id
            )  # fmt: skip


async def settled(frame: Frame, duty: Duty, command: GiveAnswer) -> None:
    """A regisseur says how it was settled; it is settled once both have."""
    if duty.about_id is None:
        return
    conflict = await conflicts.conflict(frame.work, duty.about_id)
    if conflict is None:
        return
    conflict.settled_how = "\n".join(filter(None, (conflict.settled_how, command.note)))
    if not await conflicts.is_owed_elsewhere(frame.work, conflict.id, duty.id):
        conflict.settled_at = frame.work.now
