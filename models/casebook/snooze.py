"""Putting off the reminders of a duty for oneself: the term stays, and who else is told is told all the same."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from models import clocks, ladder
from models.casebook import outbox
from models.casebook.frame import Frame, audit, open_frame
from models.lookups import duties as duty_lookup
from models.owed import DUTIES
from models.refusals import AlreadySettled, FieldError, InvalidFields, NotAllowed, NotPossible
from models.stalled import DONE_BY_FLOW
from models.tables.base import new_id
from models.tables.duties import Duty, Rung
from models.transactions import Work

_ARMED = text("person_id IS NOT NULL AND fired_at IS NULL AND dropped_at IS NULL")


async def snooze(work: Work, duty_id: UUID, until: datetime) -> None:
    """Hear nothing of a duty until a moment, and then be reminded of it; a second time moves the first.

    Raises NotFound, NotAllowed, AlreadySettled, NotPossible or InvalidFields; then nothing is put off.
    """
    duty, case = await duty_lookup.duty_with_case(work, duty_id)
    frame = await open_frame(work, case.id)
    await work.session.refresh(duty)
    if duty.answered_at or duty.lapsed_at or duty.withdrawn_at:
        raise AlreadySettled(f"Deze taak is al afgedaan: {duty.ended_as}.")
    if work.actor.person_id not in await outbox.reminded(work, duty.id):
        raise NotAllowed("Alleen wie aan deze taak wordt herinnerd, stelt de eigen herinneringen uit.")
    if DUTIES[duty.kind].silent or duty.kind in DONE_BY_FLOW:
        raise NotPossible("Over deze taak gaan geen herinneringen uit.")
    _check(frame, duty, until)
    await _put_off(work, duty, until)
    audit(work, "sluimer", "taak", duty.id, case_id=duty.case_id)


def _check(frame: Frame, duty: Duty, until: datetime) -> None:
    latest = ladder.longest_snooze(frame.work.now, duty.due_at, frame.policy.calendar())
    if until <= frame.work.now:
        raise InvalidFields([FieldError("tot", "ligt in de toekomst")])
    if until > latest:
        spoken = latest.astimezone(clocks.AMSTERDAM)
        late, soon = "ten hoogste twee werkdagen als de termijn voorbij is", "vijf werkdagen, niet voorbij de termijn"
        why = late if duty.due_at <= frame.work.now else f"ten hoogste {soon}"
        raise InvalidFields([FieldError("tot", f"kan tot {spoken:%d-%m-%Y %H.%M} uur: {why}")])


async def _put_off(work: Work, duty: Duty, until: datetime) -> None:
    row = {
        "id": new_id(), "house_id": duty.house_id, "case_id": duty.case_id, "duty_id": duty.id,
        "step": ladder.Step.SNOOZED, "due_version": duty.due_version, "fire_at": until,
        "person_id": work.actor.person_id,
    }  # fmt: skip
    await work.session.execute(
        insert(Rung).values(row).on_conflict_do_update(
            index_elements=["duty_id", "person_id"], index_where=_ARMED, set_={"fire_at": until}
        )
    )  # fmt: skip
