"""Being away, being back, and leaving for good. Why is not asked: it would be health data."""

from uuid import UUID

from models import absence
from models.absence import Absence
from models.casebook.frame import audit
from models.commands.people import BeAway
from models.lookups import absence as lookup
from models.refusals import AlreadySettled, InvalidFields, NotAllowed, NotFound, NotPossible
from models.tables.people import Person
from models.transactions import Work
from models.words import OrganisationKind, Role

_KEEPERS = (Role.MANAGER, Role.ADMINISTRATOR)


async def record(work: Work, person_id: UUID, command: BeAway) -> Person:
    """Say that somebody is away, now or later; what was said before is replaced. It ends by itself.

    Raises NotFound, NotAllowed or InvalidFields.
    """
    others = (command.deputy_id,) if command.deputy_id else ()
    person = await _entered_by(work, person_id, *others)
    colleagues = await lookup.colleagues(work, person.organisation_id)
    wanted = Absence(command.since, command.until, command.deputy_id)
    wrong = absence.errors(colleagues[person.id], wanted, colleagues, work.now)
    if wrong:
        raise InvalidFields(wrong)
    person.absent_from, person.absent_until, person.deputy_id = command.since, command.until, command.deputy_id
    audit(
        work, "afwezigheid vastgelegd", "persoon", person.id, house_id=person.house_id, van=command.since.isoformat(),
        tot=command.until.isoformat() if command.until else None, vervanger=command.deputy_id,
    )  # fmt: skip
    return person


async def end(work: Work, person_id: UUID) -> None:
    """Somebody is back, earlier than was said. Raises NotFound, NotAllowed or AlreadySettled."""
    person = await _entered_by(work, person_id)
    if person.absent_from is None or (person.absent_until is not None and person.absent_until <= work.now):
        raise AlreadySettled("Deze persoon is niet als afwezig vastgelegd.")
    _back(person)
    audit(work, "afwezigheid beëindigd", "persoon", person.id, house_id=person.house_id)


def _back(person: Person) -> None:
    person.absent_from = person.absent_until = person.deputy_id = None


async def _entered_by(work: Work, person_id: UUID, *others: UUID) -> Person:
    """Oneself, a contact of the own organisation, or who keeps the people of the house."""
    person = await lookup.person_for_update(work, person_id, *others)
    if not person.active:
        raise NotFound("Deze persoon")
    actor = work.actor
    contact = actor.has(Role.CONTACT) and actor.organisation_id == person.organisation_id
    if not (actor.person_id == person_id or contact or keeps_people(work)):
        raise NotAllowed("Afwezigheid legt iemand zelf vast, een contact van de eigen organisatie, of de manager of de "
                         "functioneel beheerder van het huis.")  # fmt: skip
    return person


def keeps_people(work: Work) -> bool:
    """The manager and the functional administrator of the house."""
    return work.actor.organisation_kind is OrganisationKind.HOUSE and work.actor.has(*_KEEPERS)


async def depart(work: Work, person_id: UUID) -> Person:
    """Somebody left: out at once, with every session. What they had open stays theirs until it is handed over.

    Raises NotFound, NotAllowed or NotPossible.
    """
    if not keeps_people(work):
        raise NotAllowed("Vertrek legt de manager of de functioneel beheerder van het huis vast.")
    if person_id == work.actor.person_id:
        raise NotPossible("Uw eigen vertrek legt een ander vast.")
    person = await lookup.person_for_update(work, person_id)
    if person.active:
        person.active = False
        _back(person)
        audit(work, "vertrek vastgelegd", "persoon", person.id, house_id=person.house_id)
    return person
