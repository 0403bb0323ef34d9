"""Who may come in at all, whatever the case: designated, active, screened and trained (R6)."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from models.actors import STAFF_ROLES
from models.words import OrganisationKind, Role

#: what only people of the house are, and of a public participant; supervision (AVG 37, WGS 1.10) comes from anywhere
_OF_THE_HOUSE = STAFF_ROLES | {Role.ADMINISTRATOR, Role.PRIVACY_OFFICER}
_OF_LID1 = frozenset({Role.TRIAGE_MEMBER})
_ANYWHERE = frozenset({Role.DATA_PROTECTION, Role.AUDITOR})


def wrong_roles(kind: OrganisationKind, roles: Collection[Role]) -> frozenset[Role]:
    """Of these roles the ones that nobody of such an organisation has (WGS 2.27, 2.31)."""
    match kind:
        case OrganisationKind.HOUSE:
            fits = _OF_THE_HOUSE | _ANYWHERE
        case OrganisationKind.THIRD_PARTY:
            fits = frozenset()
        case OrganisationKind.LID1:
            fits = frozenset(Role) - _OF_THE_HOUSE
        case OrganisationKind.LID2:
            fits = frozenset(Role) - _OF_THE_HOUSE - _OF_LID1
    return frozenset(roles) - fits


@dataclass(frozen=True, slots=True)
class Designation:
    """What is recorded about somebody who may work for this house."""

    active: bool
    organisation_kind: OrganisationKind
    screened_until: date | None
    trained_until: date | None


def kept_out(one: Designation, today: date) -> tuple[str, ...]:
    """Why somebody may not come in, in words for who asks; nothing when they may. `pols_may_enter` says the same."""
    return tuple(_reasons(one, today))


def _reasons(one: Designation, today: date) -> Iterator[str]:
    if not one.active:
        yield "account uitgeschakeld"
    if one.organisation_kind is OrganisationKind.THIRD_PARTY:
        yield "niet aangewezen door een deelnemer (WGS 1.8, tweede lid)"
    for what, until in (("screening", one.screened_until), ("training", one.trained_until)):
        if until is None:
            yield f"geen {what} vastgelegd"
        elif until < today:
            yield f"{what} verlopen op {until:%d-%m-%Y}"
