"""Who acts, for which organisation, in which role and on whose behalf."""

import secrets
from dataclasses import dataclass, field, replace
from uuid import UUID

from models.words import Door, OrganisationKind, Role

STAFF_ROLES = frozenset({Role.TRIAGE_OFFICER, Role.PROCESS_DIRECTOR, Role.ADVISER, Role.MANAGER, Role.TRAJECTORY_COACH})
#: who sets up meetings that come back
PLANS_MEETINGS = frozenset({Role.PROCESS_DIRECTOR, Role.TRIAGE_OFFICER, Role.MANAGER})
#: who reads the log: lawfulness within the house, the supervisor of AVG 37, and the audit of WGS 1.10
LOG_ROLES = frozenset({Role.PRIVACY_OFFICER, Role.DATA_PROTECTION, Role.AUDITOR})


def _trace() -> str:
    return secrets.token_hex(16)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an act came from, for the log: never anything of its content.

    `via_id` is the token or session it came in by; `trace_id` and `parent_span_id` are those of W3C Trace Context;
    `glass_id` is the breaking of the glass under which it is done.
    """

    door: Door = Door.WORKER
    address: str | None = None
    via_id: UUID | None = None
    trace_id: str = field(default_factory=_trace)
    parent_span_id: str | None = None
    glass_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Every verb and every lookup takes one. The engine acts without a person and sees no content.

    `replaces`: the absent colleagues for whom this person stands in now; the database says so when a unit begins.
    """

    house_id: UUID | None = None
    organisation_id: UUID | None = None
    organisation_kind: OrganisationKind | None = None
    person_id: UUID | None = None
    roles: frozenset[Role] = field(default_factory=frozenset)
    purpose: str = "casus"
    on_behalf_of: UUID | None = None
    replaces: frozenset[UUID] = field(default_factory=frozenset)

    @property
    def is_staff(self) -> bool:
        """Works for the house on cases; a functional administrator does not."""
        return self.organisation_kind is OrganisationKind.HOUSE and bool(self.roles & STAFF_ROLES)

    @property
    def is_participant(self) -> bool:
        """Takes part for a participant of WGS 2.27. Who only leads there is told that an answer is missing, no more."""
        takes_part = self.roles != {Role.PARTNER_LEAD}
        return takes_part and self.organisation_kind in {OrganisationKind.LID1, OrganisationKind.LID2}

    def has(self, *roles: Role) -> bool:
        """Holds one of the roles."""
        return bool(self.roles & set(roles))

    @property
    def directs_as(self) -> frozenset[UUID]:
        """As whom the actor leads cases: as themselves, and as the regisseurs for whom they stand in, being one too."""
        own = frozenset({self.person_id} if self.person_id else ())
        return own | self.replaces if self.has(Role.PROCESS_DIRECTOR) else own

    def leads(self, director_id: UUID | None) -> bool:
        """Is the regisseur of a case, or stands in for them."""
        return director_id is not None and director_id in self.directs_as

    def replacing(self, person_id: UUID | None) -> UUID | None:
        """Whose place the actor takes in what is this person's: nobody's when it is their own or anybody's."""
        return person_id if person_id in self.replaces else None

    def behalf(self, organisation_id: UUID | None) -> "Actor":
        """The same person, on behalf of another organisation."""
        return replace(self, on_behalf_of=organisation_id)


ENGINE = Actor(purpose="procesvoering")
ANONYMOUS = Actor(purpose="hulpvraag")
#: who is not yet anybody: counts attempts and begins sign-ins, and sees no house
AT_THE_DOOR = Actor(purpose="aanmelden")
