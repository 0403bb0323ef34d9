"""Reminding by hand: once per duty per day, and it shows in the timeline."""

from uuid import UUID

from models.casebook import outbox
from models.casebook.frame import audit, open_frame
from models.clocks import AMSTERDAM
from models.lookups import duties as duty_lookup
from models.refusals import AlreadySettled, NotAllowed, NotPossible
from models.stalled import STOPS_ON_HOLD
from models.tables.duties import Duty
from models.tables.trail import History
from models.transactions import Work


async def nudge(work: Work, duty_id: UUID) -> Duty:
    """Send the owner of a duty a reminder now. It is no event of the case: a reminded case can still be silent.

    Raises NotFound, NotAllowed, AlreadySettled or NotPossible; then nothing is sent.
    """
    if not work.actor.is_staff:
        raise NotAllowed("Herinneren doet een medewerker van het huis.")
    duty, case = await duty_lookup.duty_with_case(work, duty_id)
    frame = await open_frame(work, case.id)
    await work.session.refresh(duty)
    if duty.answered_at or duty.lapsed_at or duty.withdrawn_at:
        raise AlreadySettled(f"Deze taak is al afgedaan: {duty.ended_as}.")
    if frame.case.hold_since is not None and duty.kind in STOPS_ON_HOLD:
        raise NotPossible("De casus is opgeschort; de termijn van deze taak staat stil.")
    today = work.now.astimezone(AMSTERDAM).date()
    if await duty_lookup.was_nudged(work, duty, today):
        raise NotPossible("Over deze taak is vandaag al een herinnering gestuurd; bel gerust.")
    told = await outbox.tell_about_duties(
        work, [(duty.id, "overdue")], template="herinnering", key=f"nudge:{duty.id}:{today}"
    )
    if not told:
        raise NotPossible("Er is niemand om te herinneren: bij de eigenaar van deze taak is geen actieve medewerker.")
    _note(work, duty)
    return duty


def _note(work: Work, duty: Duty) -> None:
    actor = work.actor
    work.session.add(
        History(
            house_id=duty.house_id, case_id=duty.case_id, at=work.now, what="herinnerd", person_id=actor.person_id,
            organisation_id=actor.organisation_id, on_behalf_of=actor.on_behalf_of, facts={"taak": str(duty.id)},
        )
    )  # fmt: skip
    audit(work, "herinnerd", "taak", duty.id, case_id=duty.case_id)
