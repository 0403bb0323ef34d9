"""Who may come in at all, whatever the case: designated, active, screened and trained (R6)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from models.words import OrganisationKind


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
