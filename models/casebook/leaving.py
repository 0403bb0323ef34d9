"""Leaving for good: out at once, and what somebody had open goes to a colleague with it, or visibly waits for that."""

from uuid import UUID

from models.casebook import absence, handover
from models.casebook.handover import HandedOver
from models.commands.people import HandOver, Leave
from models.lookups import absence as lookup
from models.refusals import FieldError, InvalidFields
from models.transactions import Work
from models.words import Role


async def leave(work: Work, person_id: UUID, command: Leave) -> HandedOver | None:
    """Somebody left. The manager names who takes over what is open, or says that it follows later.

    Who keeps people and knows no case records only that somebody left: what is open the manager sees and hands over.
    Raises NotFound, NotAllowed, NotPossible or InvalidFields; then nothing is changed.
    """
    handed = None
    if command.to is not None:
        if not command.reason:
            raise InvalidFields([FieldError("reden", "zeg waarom de taken naar een ander gaan")])
        handed = await handover.hand_over(work, person_id, HandOver(person_id=command.to, reason=command.reason))
    elif not command.at_once and work.actor.is_staff and work.actor.has(Role.MANAGER):
        await _must_have_nothing_open(work, person_id)
    await absence.depart(work, person_id)
    return handed


async def _must_have_nothing_open(work: Work, person_id: UUID) -> None:
    duties, cases = await lookup.to_hand_over(work, person_id), await lookup.cases_of(work, person_id)
    if duties or any(leads for _case, leads in cases):
        raise InvalidFields([FieldError("naar", "kies wie overneemt wat nog open is, of geef aan dat dat later volgt")])
