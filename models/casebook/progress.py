"""How the commitments go: the owner says it, and what it owed because of it is answered with it."""

from uuid import UUID

from models.casebook import answers, whereabouts
from models.casebook.frame import Frame, open_frame
from models.commands.cases import GiveAnswer
from models.commands.meetings import ReportProgress
from models.lookups import meetings
from models.refusals import FieldError, InvalidFields, NotAllowed, NotPossible
from models.tables.base import new_id
from models.tables.duties import Duty
from models.tables.meetings import Commitment, Progress
from models.transactions import Work
from models.words import CommitmentState, DutyKind

ENDED = ("gereed", "niet_gelukt")
EXPLAINED = frozenset({"vertraagd", "vastgelopen", "niet_gelukt"})
#: from good to bad, as the duty to report progress is answered; a commitment that failed counts as stuck
RANK = {"gereed": 0, "op_schema": 0, "vertraagd": 1, "vastgelopen": 2, "niet_gelukt": 2}
_WORST = ("op_schema", "vertraagd", "vastgelopen")


async def report(work: Work, commitment_id: UUID, command: ReportProgress) -> Progress:
    """The owner of a commitment says how it goes. Raises NotFound, NotAllowed, InvalidFields or NotPossible."""
    commitment = await meetings.commitment(work, commitment_id)
    frame = await open_frame(work, commitment.case_id)
    await work.session.refresh(commitment)
    if work.actor.person_id is None or work.actor.organisation_id != commitment.organisation_id:
        raise NotAllowed("De voortgang meldt de organisatie die de afspraak heeft.")
    _check(command)
    await whereabouts.not_in(frame, {"toelichting": command.note})
    owed = await _owed(frame, commitment)
    said = Progress(
        id=new_id(), house_id=frame.case.house_id, case_id=frame.case.id, commitment_id=commitment.id, at=work.now,
        by_id=work.actor.person_id, state=command.state, note=command.note,
    )  # fmt: skip
    work.session.add(said)
    frame.note(
        "voortgang", "afspraak", commitment.id, afspraak=commitment.id, stand=command.state,
        commitment_id=commitment.id if commitment.apart else None,
    )  # fmt: skip
    if command.state in ENDED:
        await answers.answer(work, owed.id, GiveAnswer(outcome=command.state, note=command.note))
    else:
        commitment.state = CommitmentState.IN_PROGRESS
        commitment.delay_reason = command.note if command.state in EXPLAINED else ""
    await work.session.flush()
    await _answer_for_all(frame, commitment.organisation_id)
    return said


def _check(command: ReportProgress) -> None:
    errors = []
    if command.state not in RANK:
        errors.append(FieldError("stand", f"kies uit: {', '.join(RANK)}"))
    if command.state in EXPLAINED and not command.note.strip():
        errors.append(FieldError("toelichting", f"is nodig bij '{command.state}'"))
    if errors:
        raise InvalidFields(errors)


async def _owed(frame: Frame, commitment: Commitment) -> Duty:
    open_ = await frame.still_open({DutyKind.COMMITMENT})
    found = next((one for one in open_ if one.about_id == commitment.id), None)
    if found is None:
        raise NotPossible(
            "Deze afspraak loopt niet: zij is nog niet aanvaard of vastgesteld, wacht nog, of is al beëindigd."
        )
    return found


async def _answer_for_all(frame: Frame, organisation_id: UUID) -> None:
    """When everything pledged was spoken of in this visit, the duty to report progress is answered with the worst."""
    open_ = await frame.still_open({DutyKind.PROGRESS})
    owed = next((one for one in open_ if one.owner_organisation_id == organisation_id), None)
    if owed is None:
        return
    since = frame.visit.entered_at if frame.visit is not None else frame.case.reported_at
    said = await meetings.newest_progress(frame.work, frame.case.id, organisation_id, since=since)
    running = await frame.still_open({DutyKind.COMMITMENT})
    if any(one.owner_organisation_id == organisation_id and one.about_id not in said for one in running):
        return
    worst = _WORST[max(RANK[state] for state in said.values())]
    await answers.answer(frame.work, owed.id, GiveAnswer(outcome=worst, note="volgt uit de voortgang per afspraak"))
