"""When to report again (*heraanmeldcriteria*): a list per case, shielded with it when it closes."""

from uuid import UUID

from sqlalchemy import delete

from models.casebook import answers, watches
from models.casebook import whereabouts as places
from models.casebook.frame import must_direct, open_frame
from models.commands.cases import GiveAnswer
from models.commands.following import SetCriteria
from models.refusals import NotInThisPhase
from models.tables.following import RereferralCriterion
from models.transactions import Work
from models.words import DutyKind, Phase

#: of a criterion, where each text is on the wire
_WIRE = {"criterion": "criterium", "to_do": "watTeDoen", "to_call": "wieBellen"}


async def set_criteria(work: Work, case_id: UUID, command: SetCriteria) -> None:
    """Write down when to report again, in the place of what stood there; the duty to do so is answered with it.

    Raises NotFound, NotAllowed or NotInThisPhase.
    """
    frame = await open_frame(work, case_id)
    must_direct(frame)
    if frame.case.phase is not Phase.CLOSING:
        raise NotInThisPhase("Heraanmeldcriteria worden vastgelegd bij het afschalen.")
    said = ((n, name, getattr(one, name)) for n, one in enumerate(command.criteria) for name in _WIRE)
    await places.not_in(frame, {f"criteria[{n}].{_WIRE[name]}": text for n, name, text in said})
    await work.session.execute(delete(RereferralCriterion).where(RereferralCriterion.case_id == case_id))
    work.session.add_all(watches.criterion(frame, one) for one in command.criteria)
    await work.session.flush()
    frame.note("heraanmeldcriteria vastgelegd", aantal=len(command.criteria))
    for owed in await frame.still_open({DutyKind.REREFERRAL_CRITERIA}):
        await answers.answer(work, owed.id, GiveAnswer(outcome="gedaan", note="vastgelegd als lijst"))
