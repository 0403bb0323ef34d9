"""Who stands in for whom while somebody is away. Worked out when it is asked, so that it ends by itself. Pure.

The database says the same (`pols_stand_in`, `pols_replaces`); a test compares the two.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from models.refusals import FieldError
from models.words import DutyKind, OrganisationKind, Role

#: a deputy may be away too and have a deputy; longer than this is nobody's plan
MOST_STEPS = 3
#: somebody's own, whoever stands in for them: whoever is named in a decision objects to it
PERSONAL = frozenset({DutyKind.OBJECTION})
#: why somebody is given nothing now
UNATTENDED = "is afwezig en niemand vervangt diegene; kies een ander, of laat eerst een vervanger aanwijzen"


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """Somebody of the house or of a participant. `fit`: designated, screened and trained now (R6)."""

    id: UUID
    organisation_id: UUID
    organisation_kind: OrganisationKind
    roles: frozenset[Role] = field(default_factory=frozenset)
    active: bool = True
    absent_from: datetime | None = None
    absent_until: datetime | None = None
    deputy_id: UUID | None = None
    fit: bool = True

    def is_absent(self, now: datetime) -> bool:
        """Away at this moment."""
        began = self.absent_from is not None and self.absent_from <= now
        return began and (self.absent_until is None or self.absent_until > now)


def stand_in(one: PersonFacts, people: Mapping[UUID, PersonFacts], now: datetime) -> PersonFacts | None:
    """Who stands in for somebody who is away: their deputy, or the deputy's deputy; nobody for who is there."""
    found = one
    for _step in range(MOST_STEPS):
        deputy = people.get(found.deputy_id) if found.is_absent(now) and found.deputy_id else None
        if deputy is None or not deputy.active or not deputy.fit or deputy.organisation_id != one.organisation_id:
            return None
        found = deputy
        if not found.is_absent(now):
            return found
    return None


def may_stand_in(deputy: PersonFacts, role: Role | None) -> bool:
    """In what asks this role: of the house who holds it, of the triage table who sits at it, of a partner anybody."""
    if role is Role.TRIAGE_MEMBER:
        return deputy.organisation_kind is OrganisationKind.LID1 and role in deputy.roles
    if deputy.organisation_kind is OrganisationKind.HOUSE and role is not None:
        return role in deputy.roles
    return True


@dataclass(frozen=True, slots=True)
class Absence:
    """From when, until when (nothing: until they are back), and who stands in."""

    since: datetime
    until: datetime | None = None
    deputy_id: UUID | None = None

    def overlaps(self, other: PersonFacts) -> bool:
        """The other one is away in part of this time, or will be."""
        if other.absent_from is None:
            return False
        ended = other.absent_until is not None and other.absent_until <= self.since
        return not ended and (self.until is None or other.absent_from < self.until)


def errors(
    absent: PersonFacts, wanted: Absence, colleagues: Mapping[UUID, PersonFacts], now: datetime
) -> list[FieldError]:
    """What is wrong with an absence, by the name of the field on the wire."""
    found = []
    if wanted.until is not None and wanted.until <= now:
        found.append(FieldError("tot", "ligt in de toekomst"))
    elif wanted.until is not None and wanted.until <= wanted.since:
        found.append(FieldError("tot", "ligt na het begin"))
    if wanted.deputy_id is not None:
        wrong = _wrong_deputy(absent, wanted, colleagues)
        found += [FieldError("vervanger", wrong)] if wrong else []
    return found


def _wrong_deputy(absent: PersonFacts, wanted: Absence, colleagues: Mapping[UUID, PersonFacts]) -> str | None:
    deputy = colleagues.get(wanted.deputy_id) if wanted.deputy_id else None
    if wanted.deputy_id == absent.id:
        return "is een ander dan wie afwezig is"
    if deputy is None or deputy.organisation_id != absent.organisation_id:
        return "is een aangewezen collega van dezelfde organisatie"
    if not (deputy.active and deputy.fit):
        return "is niet (meer) aangewezen, gescreend en getraind"
    if Role.CONTACT in absent.roles and Role.CONTACT not in deputy.roles:
        return "is zelf geen contactpersoon, en kan daarom in geen casus vervangen"
    if _comes_back(absent, wanted, colleagues):
        return "is in die tijd zelf afwezig en wordt door deze persoon vervangen"
    return None


def _comes_back(absent: PersonFacts, wanted: Absence, colleagues: Mapping[UUID, PersonFacts]) -> bool:
    """The deputies of the deputies, who are away in the same time, lead back to who is absent."""
    at = wanted.deputy_id
    for _step in colleagues:
        one = colleagues.get(at) if at else None
        if one is None or not wanted.overlaps(one):
            return False
        if one.deputy_id == absent.id:
            return True
        at = one.deputy_id
    return False
