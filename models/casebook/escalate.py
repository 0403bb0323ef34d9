"""Escalating by hand: whoever leads the case does not wait for the next rung of a ladder."""

from uuid import UUID

from models import unblock
from models.casebook import outbox
from models.casebook.frame import Frame, audit, open_frame
from models.clocks import AMSTERDAM
from models.ladder import Addressee
from models.lookups import duties as duty_lookup
from models.refusals import AlreadySettled, NotAllowed, NotPossible
from models.stalled import DONE_BY_FLOW, STOPS_ON_HOLD
from models.tables.duties import Duty
from models.tables.trail import History
from models.transactions import Work

#: the step of a ladder in whose words an addressee is told
_STEPS = {Addressee.CONTACT: "deputy", Addressee.LEAD: "lead", Addressee.MANAGER: "manager"}
_NOBODY = {
    Addressee.CONTACT: "Bij de eigenaar van deze taak is geen ander om te berichten; bel de organisatie.",
    Addressee.LEAD: "Bij deze organisatie is geen leidinggevende bekend; bel de organisatie.",
    Addressee.MANAGER: "Het huis heeft nu geen manager om te berichten.",
}


async def escalate(work: Work, duty_id: UUID, to: Addressee) -> Duty:
    """Tell somebody now that an answer is missing: once per duty and addressee per day. It is no event of the case.

    Raises NotFound, NotAllowed, AlreadySettled or NotPossible; then nothing is sent.
    """
    duty, case = await duty_lookup.duty_with_case(work, duty_id)
    frame = await open_frame(work, case.id)
    await work.session.refresh(duty)
    _may(frame, duty, to)
    today = work.now.astimezone(AMSTERDAM).date()
    if await duty_lookup.was_told(work, duty, "geescaleerd", today, aan=to):
        raise NotPossible(f"Over deze taak ging vandaag al een bericht naar de {to}; bel gerust.")
    told = await outbox.tell_about_duties(
        work, [(duty.id, _STEPS[to])], template="herinnering", key=f"escalatie:{duty.id}:{to}:{today}"
    )
    if not told:
        raise NotPossible(_NOBODY[to])
    if to is Addressee.LEAD:
        duty.lead_told_at = work.now
    _note(work, duty, to)
    return duty


def _may(frame: Frame, duty: Duty, to: Addressee) -> None:
    actor, now = frame.work.actor, frame.work.now
    if not unblock.may_unblock(actor, frame.case.director_id):
        raise NotAllowed("Escaleren doet de procesregisseur van deze casus, tot dan de triagist, of de manager.")
    if duty.answered_at or duty.lapsed_at or duty.withdrawn_at:
        raise AlreadySettled(f"Deze taak is al afgedaan: {duty.ended_as}.")
    if duty.kind in DONE_BY_FLOW:
        raise NotPossible("Deze taak doet Pols zelf; waarschuw de functioneel beheerder.")
    if frame.case.hold_since is not None and duty.kind in STOPS_ON_HOLD:
        raise NotPossible("De casus is opgeschort; de termijn van deze taak staat stil.")
    if duty.due_at > now:
        raise NotPossible("De termijn van deze taak loopt nog; escaleren kan als zij voorbij is.")
    if to is Addressee.LEAD and duty.owner_organisation_id == frame.house_organisation_id:
        raise NotPossible("Deze taak is van het huis zelf; escaleer naar de manager.")


def _note(work: Work, duty: Duty, to: Addressee) -> None:
    actor = work.actor
    work.session.add(
        History(
            house_id=duty.house_id, case_id=duty.case_id, at=work.now, what="geescaleerd", person_id=actor.person_id,
            organisation_id=actor.organisation_id, on_behalf_of=actor.on_behalf_of,
            facts={"taak": str(duty.id), "aan": str(to)},
        )
    )  # fmt: skip
    audit(work, "geescaleerd", "taak", duty.id, case_id=duty.case_id, aan=to)
