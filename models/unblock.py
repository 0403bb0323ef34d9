"""What somebody can do now about a stalled case: which acts there are, what each stands for, and whose they are.

`models.stalled` says why a case does not move and who can act; this says with which request. Pure: the doors add the
address they are reached at, and the casebook refuses by the same rules.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from models import visibility
from models.actors import Actor
from models.owed import DUTIES, Owner
from models.stalled import DONE_BY_FLOW, Cause, Stall
from models.words import ClosedBy, DecisionKind, DutyKind, Role


class Deed(StrEnum):
    """Something that can be done with one request."""

    NUDGE = "herinneren"
    BY_PHONE = "telefonisch_beantwoorden"
    REASSIGN = "toewijzen"
    ESCALATE = "escaleren"
    RESUME = "hervatten"
    SEND_AGAIN = "opnieuw_verzenden"
    DECIDE = "besluiten"


@dataclass(frozen=True, slots=True)
class Way:
    """What a deed is called, where it is asked, and what goes with it: per field what it means."""

    label: str
    path: str
    fields: Mapping[str, str]


_REASON = "verplicht: waarom"
WAYS: Mapping[Deed, Way] = {
    Deed.NUDGE: Way("Herinner nu", "/taken/{duty}/herinneringen", {}),
    Deed.BY_PHONE: Way(
        "Beantwoord telefonisch", "/taken/{duty}/antwoorden",
        {
            "uitkomst": "verplicht: wat antwoordde de partner?", "gesprokenMet": "verplicht: met wie sprak u?",
            "gesprokenOp": "verplicht: wanneer?", "toelichting": "bij sommige uitkomsten verplicht",
        },
    ),
    Deed.REASSIGN: Way(
        "Wijs toe aan een ander", "/taken/{duty}/toewijzingen",
        {
            "persoon": "een ander contact van de organisatie, of een collega met de rol; leeg: al haar contacten",
            "organisatie": "alleen de organisatie die de taak heeft", "reden": _REASON,
        },
    ),
    Deed.ESCALATE: Way(
        "Escaleer nu", "/taken/{duty}/escalaties", {"aan": "verplicht: leidinggevende of manager"}
    ),
    Deed.RESUME: Way(
        "Hervat de casus", "/casussen/{case}/besluiten", {"soort": DecisionKind.RESUME.value, "toelichting": _REASON}
    ),
    Deed.SEND_AGAIN: Way(
        "Verzend opnieuw", "/casussen/{case}/omleidingen",
        {"aan": "verplicht: ontvanger (dezelfde) of contacten (de collega's)", "ontvanger": "wie het niet kreeg"},
    ),
    Deed.DECIDE: Way(
        "Neem een besluit", "/casussen/{case}/besluiten",
        {"soort": "verplicht: een besluit dat in deze fase kan", "toelichting": "bij de meeste besluiten verplicht"},
    ),
}  # fmt: skip

#: what a cause asks for, the lightest first
_ABOUT_A_DUTY = (Deed.NUDGE, Deed.BY_PHONE, Deed.REASSIGN, Deed.ESCALATE)
DEEDS: Mapping[Cause, tuple[Deed, ...]] = {
    Cause.EXHAUSTED: _ABOUT_A_DUTY,
    Cause.OWNER_ABSENT: (Deed.BY_PHONE, Deed.REASSIGN, Deed.ESCALATE),
    Cause.HOLD_EXPIRED: (Deed.RESUME,),
    Cause.NOTHING_OPEN: (Deed.DECIDE,),
    Cause.SILENT: (Deed.DECIDE,),
    Cause.UNDELIVERABLE: (Deed.SEND_AGAIN,),
}

#: done by an act of the regisseur: a colleague without the case could not do it
_BY_WHO_DIRECTS = frozenset({DutyKind.SET_MEETING, DutyKind.HOLD_MEETING})


@dataclass(frozen=True, slots=True)
class Offer:
    """A deed that is somebody's to do, at this duty or case."""

    deed: Deed
    path: str

    @property
    def way(self) -> Way:
        """What it is called and what goes with it."""
        return WAYS[self.deed]


@dataclass(frozen=True, slots=True)
class Asker:
    """Who looks at a stalled case, and what was reminded about already today."""

    actor: Actor
    house_organisation_id: UUID | None
    nudged: Collection[UUID] = frozenset()


def may_unblock(actor: Actor, director_id: UUID | None) -> bool:
    """The regisseur or who stands in, the manager, and until there is a regisseur the triage officer."""
    return actor.is_staff and visibility.leads(actor, director_id)


def leads(actor: Actor, director_id: UUID | None) -> bool:
    """The regisseur of the case or who stands in; until there is one the triage officer."""
    return actor.is_staff and visibility.conducts(actor, director_id)


def why_not_reassigned(kind: DutyKind, role: Role | None) -> str | None:
    """Why a duty of this kind cannot be given to somebody else; nothing when it can."""
    spec = DUTIES[kind]
    if spec.closed_by is ClosedBy.WORK:
        return "Deze taak doet Pols zelf; waarschuw de functioneel beheerder."
    if spec.closed_by is ClosedBy.REVIEW:
        return "Een beoordeling wordt niet toegewezen: een ander dan wie opende kijkt ernaar."
    if role is Role.TRIAGE_MEMBER:
        return "Deze taak is van het hele triageoverleg; daar is niemand de enige eigenaar van."
    if kind in {DutyKind.OBJECTION, DutyKind.ACCEPT_TRANSFER}:
        return "Deze vraag is aan één persoon gesteld en gaat niet over op een ander."
    if spec.owner is Owner.DIRECTOR and (spec.closed_by is ClosedBy.DECISION or kind in _BY_WHO_DIRECTS):
        return "Deze taak hoort bij de regie: draag de regie over (regie_overdragen)."
    return None


def offers(stall: Stall, case_id: UUID, director_id: UUID | None, asker: Asker) -> Iterator[Offer]:
    """What this person may do now about this stall, the lightest first."""
    for deed in DEEDS.get(stall.cause, ()):
        if _may(deed, stall, director_id, asker):
            yield Offer(deed, WAYS[deed].path.format(case=case_id, duty=stall.duty_id))


def _may(deed: Deed, stall: Stall, director_id: UUID | None, asker: Asker) -> bool:
    actor, duty_id, kind = asker.actor, stall.duty_id, stall.kind
    about_a_duty = duty_id is not None and kind is not None and kind not in DONE_BY_FLOW
    match deed:
        case Deed.NUDGE:
            return about_a_duty and actor.is_staff and duty_id not in asker.nudged
        case Deed.BY_PHONE:
            return about_a_duty and leads(actor, director_id) and _answered_by_a_partner(stall, asker)
        case Deed.REASSIGN:
            fits = kind is not None and why_not_reassigned(kind, stall.waits_on.role) is None
            return about_a_duty and fits and may_unblock(actor, director_id)
        case Deed.ESCALATE:
            return about_a_duty and stall.past_due and may_unblock(actor, director_id)
        case Deed.RESUME | Deed.SEND_AGAIN | Deed.DECIDE:
            return may_unblock(actor, director_id)


def _answered_by_a_partner(stall: Stall, asker: Asker) -> bool:
    theirs = stall.waits_on.organisation_id != asker.house_organisation_id
    return theirs and stall.kind is not None and DUTIES[stall.kind].closed_by is ClosedBy.ANSWER
