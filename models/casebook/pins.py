"""The pin of who answers by link: given by the manager, who tells it by phone, or chosen by oneself when signed in."""

import asyncio
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from models import credentials, pins
from models.casebook.frame import audit
from models.lookups import people
from models.refusals import FieldError, InvalidFields, NotAllowed, NotFound, NotSignedIn
from models.tables.links import AnswerPin
from models.transactions import Work
from models.words import Role


async def give(work: Work, person_id: UUID) -> str:
    """A new pin for a contact of a participant; answered once, never stored. What they had is good no more.

    Raises NotAllowed, NotFound or InvalidFields.
    """
    _must_be_manager(work)
    somebody = await people.person(work, person_id)
    if not await people.is_of_participant(work, somebody):
        raise InvalidFields([FieldError("persoon", "is iemand van een deelnemer; medewerkers melden zich aan")])
    pin = pins.new_pin()
    await _keep(work, somebody.id, somebody.house_id, pin)
    audit(work, "pincode gegeven", "persoon", somebody.id)
    return pin


async def choose(work: Work, pin: str) -> None:
    """Set one's own. Raises InvalidFields, NotAllowed."""
    actor = work.actor
    if actor.person_id is None or actor.house_id is None:
        raise NotSignedIn
    if not actor.is_participant:
        raise NotAllowed("Een pincode is voor wie bij een deelnemer met een link antwoordt.")
    pins.check(pin)
    await _keep(work, actor.person_id, actor.house_id, pin)
    audit(work, "pincode gekozen", "persoon", actor.person_id)


async def withdraw(work: Work, person_id: UUID) -> None:
    """Somebody has no pin any more. Raises NotAllowed, NotFound."""
    _must_be_manager(work)
    ended = await work.session.scalar(
        delete(AnswerPin).where(AnswerPin.person_id == person_id).returning(AnswerPin.person_id)
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    if ended is None:
        raise NotFound("Deze pincode")
    audit(work, "pincode ingetrokken", "persoon", person_id)


def _must_be_manager(work: Work) -> None:
    if not (work.actor.is_staff and work.actor.has(Role.MANAGER)):
        raise NotAllowed("Een pincode geeft de manager van het huis.")


async def _keep(work: Work, person_id: UUID, house_id: UUID, pin: str) -> None:
    kept = await asyncio.to_thread(credentials.hash_password, pin)
    fresh = {"pin_hash": kept, "set_at": work.now, "set_by": work.actor.person_id}
    row = {"person_id": person_id, "house_id": house_id} | fresh
    await work.session.execute(
        insert(AnswerPin).values(row).on_conflict_do_update(index_elements=["person_id"], set_=fresh)
    )
