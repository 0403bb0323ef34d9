"""What becomes of somebody who was designated: shut out, let in again, other roles, screened and trained anew (R6).

The operator does this, as the owner of the database; it is in the log of the house, and counts with the next request.
"""

from collections.abc import Collection
from datetime import date

from sqlalchemy import update

from models.casebook.frame import audit
from models.designation import wrong_roles
from models.lookups import people
from models.refusals import AlreadySettled, NotPossible
from models.tables.people import ApiToken, Person
from models.transactions import Work
from models.words import Role


async def disable(work: Work, email: str, *, house: str = "") -> Person:
    """Nobody comes in as this person any more: sessions end (in the database), tokens are revoked.

    Raises NotFound, NotPossible or AlreadySettled.
    """
    person, _kind = await people.at_address(work, email, house)
    if not person.active:
        raise AlreadySettled("Dit account is al uitgeschakeld.")
    person.active = False
    await work.session.execute(
        update(ApiToken).where(ApiToken.person_id == person.id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=work.now)
    )  # fmt: skip
    audit(work, "persoon uitgeschakeld", "persoon", person.id, house_id=person.house_id)
    return person


async def enable(work: Work, email: str, *, house: str = "") -> Person:
    """This person comes in again, by signing in anew. Raises NotFound, NotPossible or AlreadySettled."""
    person, _kind = await people.at_address(work, email, house)
    if person.active:
        raise AlreadySettled("Dit account is niet uitgeschakeld.")
    person.active = True
    audit(work, "persoon ingeschakeld", "persoon", person.id, house_id=person.house_id)
    return person


async def set_roles(work: Work, email: str, roles: Collection[Role], *, house: str = "") -> Person:
    """These roles and no others. Raises NotFound or NotPossible."""
    person, kind = await people.at_address(work, email, house)
    wrong = wrong_roles(kind, roles)
    if wrong:
        raise NotPossible(f"Iemand van een {kind.replace('_', ' ')} is geen {', '.join(sorted(wrong))}.")
    before, person.roles = list(person.roles), sorted(str(role) for role in roles)
    audit(
        work, "rollen gewijzigd", "persoon", person.id, house_id=person.house_id, waren=before, zijn=person.roles
    )  # fmt: skip
    return person


async def renew(
    work: Work, email: str, *, screened_until: date | None, trained_until: date | None, house: str = ""
) -> Person:  # fmt: skip
    """Until when the screening, the training or both are valid. Raises NotFound or NotPossible."""
    if screened_until is None and trained_until is None:
        raise NotPossible("Noem tot wanneer de screening of de training geldig is.")
    person, _kind = await people.at_address(work, email, house)
    person.screened_until = screened_until or person.screened_until
    person.trained_until = trained_until or person.trained_until
    audit(
        work, "geldigheid vastgelegd", "persoon", person.id, house_id=person.house_id, screening=screened_until,
        training=trained_until,
    )  # fmt: skip
    return person
